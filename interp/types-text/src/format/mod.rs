//! Formatting: the mini-language of `format()`, `str.format`, and `%`.

mod number;
pub(crate) mod percent;
mod spec;
pub(crate) mod template;

use interp_object::builder::TypeBuilder;
use interp_object::data::float::{self, COMPLEX, FLOAT};
use interp_object::data::int::{self, INT};
use interp_object::data::str::Str;
use interp_object::layout::ValueExt;
use interp_object::native::{MethodDef, NativeFn};
use interp_object::{Esc, PyResult, Value, ops};

use crate::buffer::Buffer;
use spec::{Align, Spec};

static FORMAT: &[MethodDef] =
    &[MethodDef::new("__format__", NativeFn::One(format_method), "Convert to a string according to format_spec.")];

pub(crate) fn init(esc: Esc<'_>) {
    for class in [&INT, &FLOAT, &COMPLEX] {
        TypeBuilder::new(esc, class).methods(FORMAT);
    }
}

/// `format(value, spec)` for any value; `spec` is a `str`.
///
/// # Errors
/// `ValueError` for a bad specification, and what the value's `__format__` raises.
pub fn format_value(esc: Esc<'_>, value: &Value, spec: &Value) -> PyResult {
    let exact = value.exact::<Str>().is_some() || value.header().is_none() || value.exact::<int::Int>().is_some();
    if exact && spec.exact::<Str>().is_some() {
        return format_method(esc, value, spec);
    }
    ops::format(esc, value, Some(spec))
}

/// `__format__` of `str`, `int`, `float` and `complex`.
pub(crate) fn format_method(esc: Esc<'_>, value: &Value, spec: &Value) -> PyResult {
    let Some(text) = spec.payload::<Str>() else {
        let shown = interp_object::args::shown_type(spec);
        return Err(esc.type_error(format_args!("__format__() argument must be str, not {shown}")));
    };
    if text.is_empty() {
        return ops::to_str(esc, value).map(interp_object::layout::Obj::into_value);
    }
    let spec = spec::parse(esc, value, text)?;
    if let Some(text) = value.payload::<Str>() {
        return format_str(esc, value, text, &spec);
    }
    if value.payload::<float::Complex>().is_some() {
        return number::format_complex(esc, value, &spec);
    }
    if float::view(value).is_some() {
        return number::format_float(esc, value, &spec);
    }
    match int::view(value) {
        Some(number) => number::format_int(esc, value, &number, &spec),
        None => Err(esc.type_error("a number or str was expected")),
    }
}

#[cold]
fn unknown_code(esc: Esc<'_>, value: &Value, code: u32) -> interp_object::Raised {
    let shown = match char::from_u32(code).filter(|_| code > 0x20 && code < 0x80) {
        Some(code) => code.to_string(),
        None => format!("\\x{code:x}"),
    };
    esc.value_error(format_args!("Unknown format code '{shown}' for object of type '{}'", value.class().name()))
}

fn format_str(esc: Esc<'_>, value: &Value, text: &Str, spec: &Spec) -> PyResult {
    let refused = match spec {
        Spec { kind: Some(kind), .. } if *kind != u32::from(b's') => return Err(unknown_code(esc, value, *kind)),
        Spec { sign: Some(b' '), .. } => Some("Space not allowed in string format specifier"),
        Spec { sign: Some(_), .. } => Some("Sign not allowed in string format specifier"),
        Spec { no_negative_zero: true, .. } => {
            Some("Negative zero coercion (z) not allowed in string format specifier")
        }
        Spec { alternate: true, .. } => Some("Alternate form (#) not allowed in string format specifier"),
        Spec { align: Some(Align::AfterSign), zero_padded: false, .. } => {
            Some("'=' alignment not allowed in string format specifier")
        }
        _ => None,
    };
    if let Some(message) = refused {
        return Err(esc.value_error(message));
    }
    let shown = match spec.precision {
        Some(precision) if precision < text.len() => crate::search::part(text.chars(), 0..precision),
        _ => text.chars(),
    };
    let align = match spec.align {
        Some(align) if !(spec.zero_padded && align == Align::AfterSign) => align,
        _ => Align::Left,
    };
    let mut out = Buffer::with_capacity(spec.width.max(shown.len()));
    let (left, right) = spec.margins(shown.len(), align);
    out.fill(spec.fill, left);
    out.push_chars(shown);
    out.fill(spec.fill, right);
    out.finish_value(esc)
}
