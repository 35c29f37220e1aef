//! The operations of the language on any values: what `repr(x)`, `x == y`, `x + y`, `for` and the rest mean.

mod arith;
mod compare;
mod container;
mod convert;
mod format;
mod iterate;

use stackref::Value;

use crate::attr;
use crate::call;
use crate::data::exception as exc;
use crate::data::str::{self, Str};
use crate::data::{singletons, tuple};
use crate::intern::names;
use crate::layout::{Obj, ValueExt};
use crate::raise::PyResult;
use crate::thread::Esc;
use crate::typeobj::TypeObject;

pub use arith::{absolute, binary, binary_optional, inplace, invert, negative, positive, power};
pub use compare::{compare, compare_bool, equal, identical_or_equal};
pub use container::{contains, delete_item, get_item, len, length_hint, set_item};
pub use convert::{
    as_f64, as_index, as_index_clamped, as_int, as_isize_index, index_i32, index_i64, index_size, to_float, to_int,
};
pub use format::{ascii, concatenate, format};
pub use iterate::{
    SEQUENCE_ITERATOR, SequenceIterator, check_room, collect, iterate, iterator, next, next_or_raise, send,
    sequence_next,
};

/// The hash of a name: an exact `str`.
#[inline]
pub fn name_hash(name: &Value) -> i64 {
    name.payload::<Str>().map_or(0, Str::hash)
}

/// `hash(x)`
pub fn hash(esc: Esc<'_>, value: &Value) -> PyResult<i64> {
    if let Some(number) = value.as_int() {
        return Ok(convert::hash_i64(number));
    }
    if let Some(text) = value.exact::<Str>() {
        return Ok(text.hash());
    }
    match value.class().slots.hash.get() {
        Some(hash) => hash(esc, value),
        None => Err(esc.type_error(format_args!("unhashable type: '{}'", value.class().name()))),
    }
}

/// The hash of a number by its value: equal numbers of any type hash equal (`sys.hash_info.modulus` is 2^61 − 1).
pub use convert::{hash_big, hash_f64, hash_i64};

/// `bool(x)`
#[inline]
pub fn truthy(esc: Esc<'_>, value: &Value) -> PyResult<bool> {
    if let Some(truth) = singletons::as_bool(value) {
        return Ok(truth);
    }
    if let Some(number) = value.as_int() {
        return Ok(number != 0);
    }
    truthy_slow(esc, value)
}

fn truthy_slow(esc: Esc<'_>, value: &Value) -> PyResult<bool> {
    if value.is_none() {
        return Ok(false);
    }
    if let Some(number) = value.as_f64() {
        return Ok(number != 0.0);
    }
    let slots = &value.class().slots;
    if let Some(truth) = slots.bool.get() {
        return truth(esc, value);
    }
    match slots.len.get() {
        Some(len) => len(esc, value).map(|len| len != 0),
        None => Ok(true),
    }
}

/// `repr(x)`, an exact or derived `str`.
pub fn repr(esc: Esc<'_>, value: &Value) -> PyResult<Obj<Str>> {
    esc.check_native_stack()?;
    let Some(repr) = value.class().slots.repr.get() else {
        let text = format!("<{} object at {:#x}>", value.class().name(), value.word().bits());
        return Ok(str::new(esc, &text));
    };
    match repr(esc, value)?.downcast::<Str>() {
        Ok(text) => Ok(text),
        Err(other) => Err(esc.type_error(format_args!("__repr__ returned non-string (type {})", other.class().name()))),
    }
}

/// `str(x)`
pub fn to_str(esc: Esc<'_>, value: &Value) -> PyResult<Obj<Str>> {
    if value.exact::<Str>().is_some()
        && let Ok(text) = value.clone().downcast()
    {
        return Ok(text);
    }
    let Some(to_str) = value.class().slots.str.get() else { return repr(esc, value) };
    esc.check_native_stack()?;
    match to_str(esc, value)?.downcast::<Str>() {
        Ok(text) => Ok(text),
        Err(other) => Err(esc.type_error(format_args!("__str__ returned non-string (type {})", other.class().name()))),
    }
}

/// `repr(x)` as UTF-8 for a message; an exception in it is swallowed.
pub fn repr_lossy(esc: Esc<'_>, value: &Value) -> String {
    match repr(esc, value) {
        Ok(text) => text.to_lossy().into_owned(),
        Err(raised) => {
            drop(raised.catch(esc));
            format!("<{} object>", value.class().name())
        }
    }
}

/// `str(x)` as UTF-8 for a message; an exception in it is swallowed.
pub fn str_lossy(esc: Esc<'_>, value: &Value) -> String {
    match to_str(esc, value) {
        Ok(text) => text.to_lossy().into_owned(),
        Err(raised) => {
            drop(raised.catch(esc));
            format!("<{} object>", value.class().name())
        }
    }
}

/// The text of a `str`, or nothing for other values.
pub fn text_lossy(value: &Value) -> String {
    value.payload::<Str>().map(|text| text.to_lossy().into_owned()).unwrap_or_default()
}

/// The text of a `str` argument, or `TypeError` in CPython's words: `what` is like `open() argument 'file'`.
pub fn expect_str<'a>(esc: Esc<'_>, value: &'a Value, what: &str) -> PyResult<&'a Str> {
    match value.payload::<Str>() {
        Some(text) => Ok(text),
        None => Err(esc.type_error(format_args!("{what} must be str, not {}", crate::args::shown_type(value)))),
    }
}

/// `isinstance(object, class_or_tuple)`
pub fn is_instance(esc: Esc<'_>, object: &Value, class: &Value) -> PyResult<bool> {
    if let Some(exact) = TypeObject::from_value(class)
        && std::ptr::eq(object.class(), exact)
    {
        return Ok(true);
    }
    if let Some(classes) = class.payload::<tuple::Tuple>() {
        esc.check_native_stack()?;
        for class in classes.as_slice() {
            if is_instance(esc, object, class)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    if class.class() != &crate::data::types::TYPE
        && let Some(answer) = call::call_special(esc, class, names::instancecheck(esc), std::slice::from_ref(object))?
    {
        return truthy(esc, &answer);
    }
    is_instance_plain(esc, object, class)
}

/// `type.__instancecheck__`
pub fn is_instance_plain(esc: Esc<'_>, object: &Value, class: &Value) -> PyResult<bool> {
    if let Some(expected) = TypeObject::from_value(class) {
        if object.class().is_subtype(expected) {
            return Ok(true);
        }
        // `__class__` may pretend (proxies, mocks).
        let apparent = attr::apparent_class(esc, object)?;
        return Ok(apparent.as_ref().and_then(TypeObject::from_value).is_some_and(|class| class.is_subtype(expected)));
    }
    if bases_of(esc, class)?.is_none() {
        return Err(esc.type_error("isinstance() arg 2 must be a type, a tuple of types, or a union"));
    }
    match attr::apparent_class(esc, object)? {
        Some(apparent) => derives(esc, &apparent, class),
        None => Ok(false),
    }
}

/// `issubclass(class, class_or_tuple)`
pub fn is_subclass(esc: Esc<'_>, class: &Value, parent: &Value) -> PyResult<bool> {
    if let Some(parents) = parent.payload::<tuple::Tuple>() {
        esc.check_native_stack()?;
        for parent in parents.as_slice() {
            if is_subclass(esc, class, parent)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    if parent.class() != &crate::data::types::TYPE
        && let Some(answer) = call::call_special(esc, parent, names::subclasscheck(esc), std::slice::from_ref(class))?
    {
        return truthy(esc, &answer);
    }
    is_subclass_plain(esc, class, parent)
}

/// `type.__subclasscheck__`
pub fn is_subclass_plain(esc: Esc<'_>, class: &Value, parent: &Value) -> PyResult<bool> {
    if let (Some(class), Some(parent)) = (TypeObject::from_value(class), TypeObject::from_value(parent)) {
        return Ok(class.is_subtype(parent));
    }
    if bases_of(esc, class)?.is_none() {
        return Err(esc.type_error("issubclass() arg 1 must be a class"));
    }
    if bases_of(esc, parent)?.is_none() {
        return Err(esc.type_error("issubclass() arg 2 must be a class, a tuple of classes, or a union"));
    }
    derives(esc, class, parent)
}

fn bases_of(esc: Esc<'_>, class: &Value) -> PyResult<Option<Obj<tuple::Tuple>>> {
    let bases = attr::get_optional(esc, class, names::bases(esc))?;
    Ok(bases.and_then(|bases| bases.downcast().ok()))
}

fn derives(esc: Esc<'_>, class: &Value, parent: &Value) -> PyResult<bool> {
    if class.is(parent) {
        return Ok(true);
    }
    esc.check_native_stack()?;
    let Some(bases) = bases_of(esc, class)? else { return Ok(false) };
    for base in bases.as_slice() {
        if derives(esc, base, parent)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// How deep representations may nest. Each level copies what is inside of it, so that without a bound a deep container
/// would take quadratic time before the native stack ends; CPython's stack ends at about this depth.
const MAX_REPR_DEPTH: usize = 20_000;

/// Runs `body` with `object` marked as being represented; `None` if it already is (a recursive container).
pub fn with_repr_guard<R>(esc: Esc<'_>, object: &Value, body: impl FnOnce() -> PyResult<R>) -> PyResult<Option<R>> {
    let key = object.word().bits();
    if esc.thread().repr_stack.borrow().contains(&key) {
        return Ok(None);
    }
    if esc.thread().repr_stack.borrow().len() >= MAX_REPR_DEPTH {
        let message = "maximum recursion depth exceeded while getting the repr of an object";
        return Err(esc.raise_str(&exc::RECURSION_ERROR, message));
    }
    esc.thread().repr_stack.borrow_mut().push(key);
    let result = body();
    esc.thread().repr_stack.borrow_mut().pop();
    result.map(Some)
}

/// Whether a raised exception is a `StopIteration`; then its value.
pub fn stop_value(esc: Esc<'_>, raised: crate::Raised) -> PyResult {
    let exception = raised.catch_if(esc, &exc::STOP_ITERATION)?;
    let payload = exception.payload::<exc::Exception>();
    Ok(payload.and_then(|payload| payload.field(esc, 0)).unwrap_or_else(singletons::none))
}
