//! `str.join`.

use interp_object::data::str::{self, Str};
use interp_object::layout::ValueExt;
use interp_object::{Esc, PyResult, Value, ops};

use super::{exact, text};

pub(super) fn join(esc: Esc<'_>, this: &Value, iterable: &Value) -> PyResult {
    if iterable.class().slots.iter.is_empty() && iterable.class().slots.getitem.is_empty() {
        return Err(esc.type_error("can only join an iterable"));
    }
    let items = ops::collect(esc, iterable)?;
    if let [only] = &items[..]
        && only.exact::<Str>().is_some()
    {
        return Ok(only.clone());
    }
    let separator = text(this);
    let mut parts: Vec<&Str> = Vec::with_capacity(items.len() * 2);
    for (index, item) in items.iter().enumerate() {
        let Some(part) = item.payload::<Str>() else {
            let shown = item.class().name();
            return Err(esc.type_error(format_args!("sequence item {index}: expected str instance, {shown} found")));
        };
        if index > 0 && !separator.is_empty() {
            parts.push(separator);
        }
        parts.push(part);
    }
    if let ([_], [only]) = (&items[..], &parts[..])
        && only.is_empty()
    {
        return exact(esc, &items[0]);
    }
    match str::concat(esc, &parts) {
        Some(made) => Ok(made.into_value()),
        None => Err(esc.memory_error()),
    }
}
