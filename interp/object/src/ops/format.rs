//! Text of values: `format(x, spec)`, `ascii(x)`, joining strings.

use std::fmt::Write;

use stackref::Value;

use crate::call;
use crate::data::str::{self, Str};
use crate::intern::names;
use crate::layout::{Obj, ValueExt};
use crate::ops;
use crate::raise::PyResult;
use crate::thread::Esc;

/// `format(value, spec)`; `None` is the empty specification.
///
/// # Errors
/// What `__format__` raises, or `TypeError` if it gives no `str`.
pub fn format(esc: Esc<'_>, value: &Value, spec: Option<&Value>) -> PyResult {
    let spec = spec.filter(|spec| spec.payload::<Str>().is_none_or(|spec| !spec.is_empty()));
    if spec.is_none() {
        if value.exact::<Str>().is_some() {
            return Ok(value.clone());
        }
        let is_exact_number = value.header().is_none() || value.exact::<crate::data::int::Int>().is_some();
        if is_exact_number {
            return ops::to_str(esc, value).map(Obj::into_value);
        }
    }
    let spec = spec.cloned().unwrap_or_else(|| crate::intern::intern(esc, ""));
    let Some(text) = call::call_special(esc, value, names::format(esc), &[spec])? else {
        return Err(esc.type_error(format_args!("Type {} doesn't define __format__", value.class().name())));
    };
    if text.payload::<Str>().is_none() {
        let shown = text.class().name();
        return Err(esc.type_error(format_args!("__format__ must return a str, not {shown}")));
    }
    Ok(text)
}

/// `ascii(value)`: `repr(value)` with everything beyond ASCII escaped.
///
/// # Errors
/// What `__repr__` raises.
pub fn ascii(esc: Esc<'_>, value: &Value) -> PyResult<Obj<Str>> {
    let text = ops::repr(esc, value)?;
    if text.is_ascii() {
        return Ok(text);
    }
    let mut out = String::with_capacity(text.len() * 2);
    for c in text.chars().iter() {
        let written = match (c, char::from_u32(c)) {
            (0..0x80, Some(plain)) => {
                out.push(plain);
                Ok(())
            }
            (0..0x100, _) => write!(out, "\\x{c:02x}"),
            (0..0x1_0000, _) => write!(out, "\\u{c:04x}"),
            _ => write!(out, "\\U{c:08x}"),
        };
        written.expect("writing to a String cannot fail");
    }
    Ok(str::new(esc, &out))
}

/// The concatenation of strings.
///
/// # Errors
/// `MemoryError` if the result would be too long.
pub fn concatenate(esc: Esc<'_>, pieces: &[&Str]) -> PyResult<Obj<Str>> {
    str::concat(esc, pieces).ok_or_else(|| esc.memory_error())
}
