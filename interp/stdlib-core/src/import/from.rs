//! `from package import names`: submodules among the names are imported.

use interp_object::data::exception::{self as exc, Exception};
use interp_object::data::str::Str;
use interp_object::intern::{name_of, names};
use interp_object::layout::ValueExt;
use interp_object::{Esc, PyResult, Value, attr, ops};

use crate::util::text_of;

/// Imports those of `wanted` that are no attributes of the package.
pub(super) fn load_submodules(esc: Esc<'_>, module: &Value, name: &str, wanted: &Value) -> PyResult<()> {
    if attr::get_optional(esc, module, names::path(esc))?.is_none() {
        return Ok(());
    }
    for item in ops::collect(esc, wanted)? {
        let Some(text) = item.payload::<Str>().map(|text| text.to_lossy().into_owned()) else {
            let class = item.class().name();
            return Err(esc.type_error(format_args!("Item in ``from list'' must be str, not {class}")));
        };
        if text == "*" {
            if let Some(all) = attr::get_optional(esc, module, names::all(esc))? {
                load_submodules(esc, module, name, &all)?;
            }
            continue;
        }
        let Some(attribute) = name_of(esc, &item) else { continue };
        if attr::get_optional(esc, module, &attribute)?.is_some() {
            continue;
        }
        let full = format!("{name}.{text}");
        if let Err(raised) = super::import(esc, &full) {
            let exception = raised.catch_if(esc, &exc::MODULE_NOT_FOUND_ERROR)?;
            let missing = exception.payload::<Exception>().and_then(|payload| payload.field(esc, 1));
            if missing.as_ref().and_then(text_of).as_deref() != Some(full.as_str()) {
                return Err(esc.restore(exception));
            }
        }
    }
    Ok(())
}
