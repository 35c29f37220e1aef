//! What can be asked of any object: attributes, identity, representation, instance checks.

use dashu_int::IBig;
use interp_object::args::check_count;
use interp_object::data::str::{self, Str};
use interp_object::data::{int, singletons};
use interp_object::intern::{intern, name_of, names};
use interp_object::layout::ValueExt;
use interp_object::{Esc, PyResult, Value, attr, call, ops};

use crate::util::{none, text};

fn attribute_name(esc: Esc<'_>, name: &Value) -> PyResult {
    match name_of(esc, name) {
        Some(name) => Ok(name),
        None => Err(esc.type_error(format_args!("attribute name must be string, not '{}'", name.class().name()))),
    }
}

/// `getattr(object, name[, default])`
pub(super) fn getattr(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    check_count(esc, "getattr", args.len(), 2, 3)?;
    let name = attribute_name(esc, &args[1])?;
    match args.get(2) {
        None => attr::get(esc, &args[0], &name),
        Some(default) => Ok(attr::get_optional(esc, &args[0], &name)?.unwrap_or_else(|| default.clone())),
    }
}

/// `hasattr(object, name)`
pub(super) fn hasattr(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    check_count(esc, "hasattr", args.len(), 2, 2)?;
    let name = attribute_name(esc, &args[1])?;
    Ok(singletons::bool(attr::get_optional(esc, &args[0], &name)?.is_some()))
}

/// `setattr(object, name, value)`
pub(super) fn setattr(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    check_count(esc, "setattr", args.len(), 3, 3)?;
    let name = attribute_name(esc, &args[1])?;
    attr::set(esc, &args[0], &name, Some(&args[2]))?;
    Ok(none())
}

/// `delattr(object, name)`
pub(super) fn delattr(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    check_count(esc, "delattr", args.len(), 2, 2)?;
    let name = attribute_name(esc, &args[1])?;
    attr::set(esc, &args[0], &name, None)?;
    Ok(none())
}

/// `callable(object)`
pub(super) fn callable(_: Esc<'_>, _: &Value, value: &Value) -> PyResult {
    Ok(singletons::bool(!value.class().slots.call.is_empty()))
}

/// `hash(object)`
pub(super) fn hash(esc: Esc<'_>, _: &Value, value: &Value) -> PyResult {
    Ok(int::new(esc, ops::hash(esc, value)?))
}

/// `id(object)`: the address, or the word of an immediate.
pub(super) fn id(esc: Esc<'_>, _: &Value, value: &Value) -> PyResult {
    Ok(identity(esc, value))
}

/// See [`id`].
pub(crate) fn identity(esc: Esc<'_>, value: &Value) -> Value {
    let bits = if value.header().is_some() { value.word().bits() & !3 } else { value.word().bits() };
    match i64::try_from(bits) {
        Ok(bits) => int::new(esc, bits),
        Err(_) => int::from_big(esc, IBig::from(bits)),
    }
}

/// `repr(object)`
pub(super) fn repr(esc: Esc<'_>, _: &Value, value: &Value) -> PyResult {
    Ok(ops::repr(esc, value)?.into_value())
}

/// `ascii(object)`
pub(super) fn ascii(esc: Esc<'_>, _: &Value, value: &Value) -> PyResult {
    let shown = ops::repr(esc, value)?;
    if shown.is_ascii() {
        return Ok(shown.into_value());
    }
    let mut out = String::new();
    for c in shown.chars().iter() {
        match c {
            0..0x80 => out.push(char::from(c as u8)),
            0x80..0x100 => out.push_str(&format!("\\x{c:02x}")),
            0x100..0x1_0000 => out.push_str(&format!("\\u{c:04x}")),
            _ => out.push_str(&format!("\\U{c:08x}")),
        }
    }
    Ok(text(esc, &out))
}

/// `format(value, spec='')`
pub(super) fn format(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    check_count(esc, "format", args.len(), 1, 2)?;
    let spec = match args.get(1) {
        None => intern(esc, ""),
        Some(spec) if spec.payload::<Str>().is_some() => spec.clone(),
        Some(spec) => {
            let class = interp_object::args::shown_type(spec);
            return Err(esc.type_error(format_args!("format() argument 2 must be str, not {class}")));
        }
    };
    let value = &args[0];
    let result = call::call_special(esc, value, names::format(esc), std::slice::from_ref(&spec))?;
    match result {
        Some(result) if result.payload::<Str>().is_some() => Ok(result),
        Some(result) => {
            Err(esc.type_error(format_args!("__format__ must return a str, not {}", result.class().name())))
        }
        None => Ok(str::new(esc, &ops::str_lossy(esc, value)).into_value()),
    }
}

/// `isinstance(object, class_or_tuple)`
pub(super) fn isinstance(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    check_count(esc, "isinstance", args.len(), 2, 2)?;
    Ok(singletons::bool(ops::is_instance(esc, &args[0], &args[1])?))
}

/// `issubclass(class, class_or_tuple)`
pub(super) fn issubclass(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    check_count(esc, "issubclass", args.len(), 2, 2)?;
    Ok(singletons::bool(ops::is_subclass(esc, &args[0], &args[1])?))
}
