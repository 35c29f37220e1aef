//! `ImportError`.

use interp_object::builder::TypeBuilder;
use interp_object::data::exception as exc;
use interp_object::data::str::Str;
use interp_object::data::{dict, tuple};
use interp_object::layout::ValueExt;
use interp_object::native::{GetSetDef, MethodDef, NativeFn};
use interp_object::{Args, Esc, PyResult, Value, attr};

use super::fields::{field, is_set};
use super::{keywords, payload, store_args};

static FIELDS: &[GetSetDef] = &[field::<0>("msg"), field::<1>("name"), field::<2>("path"), field::<3>("name_from")];

static METHODS: &[MethodDef] = &[MethodDef::new("__reduce__", NativeFn::NoArgs(reduce), "")];

pub(super) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &exc::IMPORT_ERROR)
        .slots(|slots| {
            slots.init.set(Some(init_import));
            slots.str.set(Some(str));
        })
        .getsets(FIELDS)
        .methods(METHODS)
        .doc("Import can't find module, or can't find name in module.");
    TypeBuilder::new(esc, &exc::MODULE_NOT_FOUND_ERROR).doc("Module not found.");
}

fn init_import(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult<()> {
    let given = keywords(esc, "ImportError", args, ["name", "path", "name_from"])?;
    store_args(esc, this, args.pos())?;
    let payload = payload(esc, this)?;
    let message = match args.pos() {
        [message] => Some(message),
        _ => None,
    };
    for (index, value) in [message].into_iter().chain(given).enumerate() {
        match value {
            Some(value) => payload.set_field(index, value.clone()),
            None => drop(payload.delete_field(index)),
        }
    }
    Ok(())
}

fn str(esc: Esc<'_>, this: &Value) -> PyResult {
    match payload(esc, this)?.field(esc, 0) {
        Some(message) if message.exact::<Str>().is_some() => Ok(message),
        _ => super::str(esc, this),
    }
}

/// Name and path are given back as attributes.
fn reduce(esc: Esc<'_>, this: &Value) -> PyResult {
    let payload = payload(esc, this)?;
    let state = match attr::instance_dict(esc, this) {
        Some(own) => own.copy(esc)?,
        None => dict::new(esc),
    };
    for (index, name) in [(1, "name"), (2, "path"), (3, "name_from")] {
        let value = payload.field(esc, index);
        if let Some(value) = value.filter(|value| is_set(&Some(value.clone()))) {
            state.set_str(esc, name, value);
        }
    }
    let mut parts = vec![this.class().value(), payload.args_tuple(esc).into_value()];
    if !state.is_empty(esc) {
        parts.push(state.into_value());
    }
    Ok(tuple::new(esc, parts).into_value())
}
