//! `str.replace`.

use interp_object::args::Signature;
use interp_object::data::str;
use interp_object::{Args, Esc, PyResult, Value, ops};

use super::search::str_argument;
use super::{exact, text};
use crate::buffer::Buffer;
use crate::search;

pub(super) fn replace(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<3> = Signature::new("replace", ["old", "new", "count"], 2).positional_only(2);
    let [old, new, count] = args.bind(esc, &SIGNATURE)?;
    let (Some(old), Some(new)) = (old, new) else { return Err(esc.system_error("arguments were checked")) };
    let old = str_argument(esc, "replace", 1, old)?;
    let new = str_argument(esc, "replace", 2, new)?;
    let limit = count.map_or(Ok(-1), |count| ops::index_i64(esc, count))?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let string = text(this);
    let places = search::find_all_chars(string.chars(), old.chars(), limit);
    if places.is_empty() || old.same_text(new) {
        return exact(esc, this);
    }
    let grown = new.len().saturating_sub(old.len()).saturating_mul(places.len());
    if string.len().saturating_add(grown) > str::MAX_LEN {
        return Err(esc.memory_error());
    }
    let mut out = Buffer::with_capacity(string.len() + grown);
    let mut from = 0;
    for at in places {
        out.push_chars(search::part(string.chars(), from..at));
        out.push_text(new);
        from = at + old.len();
    }
    out.push_chars(search::part(string.chars(), from..string.len()));
    out.finish_value(esc)
}
