//! Length, membership and subscription.

use stackref::Value;

use crate::attr;
use crate::call;
use crate::data::singletons;
use crate::intern::names;
use crate::layout::ValueExt;
use crate::ops::{identical_or_equal, index_i64, iterator, next};
use crate::raise::PyResult;
use crate::thread::Esc;
use crate::typeobj::TypeObject;

/// `len(x)`
pub fn len(esc: Esc<'_>, value: &Value) -> PyResult<usize> {
    match value.class().slots.len.get() {
        Some(len) => len(esc, value),
        None => Err(esc.type_error(format_args!("object of type '{}' has no len()", value.class().name()))),
    }
}

/// `operator.length_hint(x, default)`
pub fn length_hint(esc: Esc<'_>, value: &Value, default: usize) -> PyResult<usize> {
    if let Some(len) = value.class().slots.len.get() {
        match len(esc, value) {
            Ok(len) => return Ok(len),
            Err(raised) => drop(raised.catch_if(esc, &crate::data::exception::TYPE_ERROR)?),
        }
    }
    let hint = match call::call_special(esc, value, names::length_hint(esc), &[]) {
        Ok(Some(hint)) => hint,
        Ok(None) => return Ok(default),
        Err(raised) => {
            drop(raised.catch_if(esc, &crate::data::exception::TYPE_ERROR)?);
            return Ok(default);
        }
    };
    if singletons::is_not_implemented(&hint) {
        return Ok(default);
    }
    match crate::data::int::as_i64(&hint) {
        Some(hint) => match usize::try_from(hint) {
            Ok(hint) => Ok(hint),
            Err(_) => Err(esc.value_error("__length_hint__() should return >= 0")),
        },
        None => Err(esc.type_error(format_args!("__length_hint__ must be an integer, not {}", hint.class().name()))),
    }
}

/// `item in container`
pub fn contains(esc: Esc<'_>, container: &Value, item: &Value) -> PyResult<bool> {
    if let Some(contains) = container.class().slots.contains.get() {
        return contains(esc, container, item);
    }
    if container.class().slots.iter.is_empty() && container.class().slots.getitem.is_empty() {
        return Err(esc.type_error(format_args!(
            "argument of type '{}' is not a container or iterable",
            container.class().name()
        )));
    }
    let iterator = iterator(esc, container)?;
    while let Some(candidate) = next(esc, &iterator)? {
        if identical_or_equal(esc, &candidate, item)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// `container[key]`
pub fn get_item(esc: Esc<'_>, container: &Value, key: &Value) -> PyResult {
    if let Some(getitem) = container.class().slots.getitem.get() {
        return getitem(esc, container, key);
    }
    if TypeObject::from_value(container).is_some() {
        if std::ptr::eq(container.class(), &raw const crate::data::types::TYPE)
            && TypeObject::from_value(container)
                .is_some_and(|class| std::ptr::eq(class, &raw const crate::data::types::TYPE))
        {
            // `type[int]` is handled by `type.__class_getitem__` below.
        }
        if let Some(method) = attr::get_optional(esc, container, names::class_getitem(esc))? {
            return call::call(esc, &method, std::slice::from_ref(key));
        }
        let name = TypeObject::from_value(container).map(|class| class.name()).unwrap_or_default();
        return Err(esc.type_error(format_args!("type '{name}' is not subscriptable")));
    }
    Err(esc.type_error(format_args!("'{}' object is not subscriptable", container.class().name())))
}

/// `container[key] = value`
pub fn set_item(esc: Esc<'_>, container: &Value, key: &Value, value: &Value) -> PyResult<()> {
    match container.class().slots.setitem.get() {
        Some(setitem) => setitem(esc, container, key, Some(value)),
        None => {
            Err(esc.type_error(format_args!("'{}' object does not support item assignment", container.class().name())))
        }
    }
}

/// `del container[key]`
pub fn delete_item(esc: Esc<'_>, container: &Value, key: &Value) -> PyResult<()> {
    match container.class().slots.setitem.get() {
        Some(setitem) => setitem(esc, container, key, None),
        None => {
            Err(esc.type_error(format_args!("'{}' object does not support item deletion", container.class().name())))
        }
    }
}

/// The item at a non-negative index, for code that walks a sequence by `__getitem__`.
pub(crate) fn sequence_item(esc: Esc<'_>, sequence: &Value, index: i64) -> PyResult {
    let index = crate::data::int::new(esc, index);
    debug_assert!(index_i64(esc, &index).is_ok());
    get_item(esc, sequence, &index)
}
