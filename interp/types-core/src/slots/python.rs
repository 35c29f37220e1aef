//! The slots of Python classes: each looks a special method up on the type and calls it, as the data model says.

use interp_object::data::{exception as exc, int, singletons};
use interp_object::finalize::report_unraisable;
use interp_object::intern::names;
use interp_object::layout::ValueExt;
use interp_object::slots::{CompareOp, HashFn, Sent};
use interp_object::typeobj::{self, TypeFlags};
use interp_object::{Args, Esc, PyResult, Raised, Slots, TypeObject, Value, attr, call, ops};

/// Calls a special method; a missing one is `AttributeError`.
pub(crate) fn special(esc: Esc<'_>, receiver: &Value, name: &Value, args: &[Value]) -> PyResult {
    match call::call_special(esc, receiver, name, args)? {
        Some(result) => Ok(result),
        None => Err(missing(esc, receiver, name)),
    }
}

fn missing(esc: Esc<'_>, receiver: &Value, name: &Value) -> Raised {
    let text = ops::str_lossy(esc, name);
    let class = receiver.class().name();
    esc.attribute_error(format_args!("'{class}' object has no attribute '{text}'"), receiver, name)
}

/// As [`call::call_special`] with any arguments.
pub(crate) fn call_special_args(
    esc: Esc<'_>,
    receiver: &Value,
    name: &Value,
    args: Args<'_>,
) -> PyResult<Option<Value>> {
    let class = receiver.class();
    let Some(method) = typeobj::lookup(esc, class, name) else { return Ok(None) };
    if method.class().has(TypeFlags::METHOD_DESCRIPTOR) {
        return call::call_with_receiver(esc, &method, receiver, args).map(Some);
    }
    let bound = match method.class().slots.descr_get.get() {
        Some(get) => get(esc, &method, Some(receiver), class)?,
        None => method,
    };
    call::call_args(esc, &bound, args).map(Some)
}

pub(super) fn repr(esc: Esc<'_>, this: &Value) -> PyResult {
    special(esc, this, names::repr(esc), &[])
}

pub(super) fn str(esc: Esc<'_>, this: &Value) -> PyResult {
    special(esc, this, names::str(esc), &[])
}

/// The `hash` slot of types whose instances have no hash (`__hash__ = None`).
pub(crate) fn unhashable(esc: Esc<'_>, this: &Value) -> PyResult<i64> {
    Err(esc.type_error(format_args!("unhashable type: '{}'", this.class().name())))
}

pub(super) fn is_unhashable(slots: &Slots) -> bool {
    static UNHASHABLE: HashFn = unhashable;
    slots.hash.get().is_some_and(|hash| hash as usize == UNHASHABLE as usize)
}

pub(super) fn hash(esc: Esc<'_>, this: &Value) -> PyResult<i64> {
    let Some(result) = call::call_special(esc, this, names::hash(esc), &[])? else { return unhashable(esc, this) };
    match int::view(&result) {
        Some(int::IntRef::Small(-1)) => Ok(-2),
        Some(int::IntRef::Small(number)) => Ok(number),
        Some(int::IntRef::Big(number)) => match i64::try_from(number) {
            Ok(-1) => Ok(-2),
            Ok(number) => Ok(number),
            Err(_) => Ok(ops::hash_big(number)),
        },
        None => Err(esc.type_error("__hash__ method should return an integer")),
    }
}

pub(super) fn call(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult {
    match call_special_args(esc, this, names::call(esc), args)? {
        Some(result) => Ok(result),
        None => Err(missing(esc, this, names::call(esc))),
    }
}

pub(super) fn getattribute(esc: Esc<'_>, this: &Value, name: &Value) -> PyResult {
    special(esc, this, names::getattribute(esc), std::slice::from_ref(name))
}

/// `__getattribute__`, then `__getattr__` if it raised `AttributeError`.
pub(super) fn getattr_hook(esc: Esc<'_>, this: &Value, name: &Value) -> PyResult {
    let class = this.class();
    let found = typeobj::lookup(esc, class, names::getattribute(esc));
    let native = found.as_ref().and_then(|found| found.payload::<interp_object::data::descr::SlotWrapper>());
    let first = match native {
        Some(wrapper) if std::ptr::eq(&*wrapper.owner, &raw const interp_object::data::types::OBJECT) => {
            match attr::generic_get_optional(esc, this, name) {
                Ok(Some(value)) => return Ok(value),
                Ok(None) => None,
                Err(raised) => Some(raised),
            }
        }
        Some(wrapper) => match wrapper.owner.slots.getattr.get() {
            Some(getattr) => match getattr(esc, this, name) {
                Ok(value) => return Ok(value),
                Err(raised) => Some(raised),
            },
            None => None,
        },
        None => match getattribute(esc, this, name) {
            Ok(value) => return Ok(value),
            Err(raised) => Some(raised),
        },
    };
    if let Some(raised) = first {
        let caught = raised.catch_if(esc, &exc::ATTRIBUTE_ERROR)?;
        return match call::call_special(esc, this, names::getattr(esc), std::slice::from_ref(name))? {
            Some(value) => Ok(value),
            None => Err(esc.restore(caught)),
        };
    }
    match call::call_special(esc, this, names::getattr(esc), std::slice::from_ref(name))? {
        Some(value) => Ok(value),
        None => Err(esc.no_attribute(this, name)),
    }
}

pub(super) fn setattr(esc: Esc<'_>, this: &Value, name: &Value, value: Option<&Value>) -> PyResult<()> {
    match value {
        Some(value) => special(esc, this, names::setattr(esc), &[name.clone(), value.clone()]),
        None => special(esc, this, names::delattr(esc), std::slice::from_ref(name)),
    }
    .map(drop)
}

pub(super) fn richcompare(esc: Esc<'_>, this: &Value, other: &Value, op: CompareOp) -> PyResult {
    let name = match op {
        CompareOp::Lt => names::lt(esc),
        CompareOp::Le => names::le(esc),
        CompareOp::Eq => names::eq(esc),
        CompareOp::Ne => names::ne(esc),
        CompareOp::Gt => names::gt(esc),
        CompareOp::Ge => names::ge(esc),
    };
    let result = call::call_special(esc, this, name, std::slice::from_ref(other))?;
    Ok(result.unwrap_or_else(singletons::not_implemented))
}

pub(super) fn iter(esc: Esc<'_>, this: &Value) -> PyResult {
    let Some(method) = typeobj::lookup(esc, this.class(), names::iter(esc)) else {
        return Err(esc.type_error(format_args!("'{}' object is not iterable", this.class().name())));
    };
    if method.is_none() {
        return Err(esc.type_error(format_args!("'{}' object is not iterable", this.class().name())));
    }
    special(esc, this, names::iter(esc), &[])
}

pub(super) fn next(esc: Esc<'_>, this: &Value) -> PyResult<Option<Value>> {
    match special(esc, this, names::next(esc), &[]) {
        Ok(item) => Ok(Some(item)),
        Err(raised) => raised.catch_if(esc, &exc::STOP_ITERATION).map(|_| None),
    }
}

/// `yield from` over a Python iterator: the value of its `StopIteration` counts.
pub(super) fn send(esc: Esc<'_>, this: &Value, value: Value) -> PyResult<Sent> {
    let result = if value.is_none() {
        special(esc, this, names::next(esc), &[])
    } else {
        call::call_method(esc, this, names::send(esc), &[value])
    };
    match result {
        Ok(item) => Ok(Sent::Yield(item)),
        Err(raised) => ops::stop_value(esc, raised).map(Sent::Return),
    }
}

pub(super) fn descr_get(esc: Esc<'_>, this: &Value, instance: Option<&Value>, owner: &TypeObject) -> PyResult {
    let instance = instance.cloned().unwrap_or_else(singletons::none);
    match call::call_special(esc, this, names::get(esc), &[instance, owner.value()])? {
        Some(value) => Ok(value),
        None => Ok(this.clone()),
    }
}

pub(super) fn descr_set(esc: Esc<'_>, this: &Value, instance: &Value, value: Option<&Value>) -> PyResult<()> {
    let (name, args) = match value {
        Some(value) => (names::set(esc), vec![instance.clone(), value.clone()]),
        None => (names::delete(esc), vec![instance.clone()]),
    };
    match call::call_special(esc, this, name, &args)? {
        Some(_) => Ok(()),
        None => Err(esc.raise_str(&exc::ATTRIBUTE_ERROR, ops::str_lossy(esc, name))),
    }
}

pub(super) fn init(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult<()> {
    match call_special_args(esc, this, names::init(esc), args)? {
        None => Err(missing(esc, this, names::init(esc))),
        Some(result) if result.is_none() => Ok(()),
        Some(result) => {
            let given = result.class().name();
            Err(esc.type_error(format_args!("__init__() should return None, not '{given}'")))
        }
    }
}

pub(super) fn new(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    let receiver = class.value();
    let function = attr::get(esc, &receiver, names::new(esc))?;
    call::call_with_receiver(esc, &function, &receiver, args)
}

pub(super) fn finalize(esc: Esc<'_>, this: &Value) {
    let Some(method) = typeobj::lookup(esc, this.class(), names::del(esc)) else { return };
    if let Err(raised) = call::call_special(esc, this, names::del(esc), &[]) {
        report_unraisable(esc, raised, "calling deallocator", &method);
    }
}

pub(super) fn len(esc: Esc<'_>, this: &Value) -> PyResult<usize> {
    let result = special(esc, this, names::len(esc), &[])?;
    let number = ops::as_index(esc, &result)?;
    match int::view(&number) {
        Some(int::IntRef::Small(number)) if number >= 0 => Ok(number as usize),
        Some(number) if number.to_big() < 0.into() => Err(esc.value_error("__len__() should return >= 0")),
        _ => Err(esc.overflow_error("cannot fit 'int' into an index-sized integer")),
    }
}

pub(super) fn getitem(esc: Esc<'_>, this: &Value, key: &Value) -> PyResult {
    special(esc, this, names::getitem(esc), std::slice::from_ref(key))
}

pub(super) fn setitem(esc: Esc<'_>, this: &Value, key: &Value, value: Option<&Value>) -> PyResult<()> {
    match value {
        Some(value) => special(esc, this, names::setitem(esc), &[key.clone(), value.clone()]),
        None => special(esc, this, names::delitem(esc), std::slice::from_ref(key)),
    }
    .map(drop)
}

pub(super) fn contains(esc: Esc<'_>, this: &Value, item: &Value) -> PyResult<bool> {
    if typeobj::lookup(esc, this.class(), names::contains(esc)).is_some_and(|method| method.is_none()) {
        return Err(esc.type_error(format_args!("'{}' object is not a container", this.class().name())));
    }
    let result = special(esc, this, names::contains(esc), std::slice::from_ref(item))?;
    ops::truthy(esc, &result)
}

pub(super) fn negative(esc: Esc<'_>, this: &Value) -> PyResult {
    special(esc, this, names::neg(esc), &[])
}

pub(super) fn positive(esc: Esc<'_>, this: &Value) -> PyResult {
    special(esc, this, names::pos(esc), &[])
}

pub(super) fn absolute(esc: Esc<'_>, this: &Value) -> PyResult {
    special(esc, this, names::abs(esc), &[])
}

pub(super) fn invert(esc: Esc<'_>, this: &Value) -> PyResult {
    special(esc, this, names::invert(esc), &[])
}

pub(super) fn bool(esc: Esc<'_>, this: &Value) -> PyResult<bool> {
    let Some(result) = call::call_special(esc, this, names::bool(esc), &[])? else {
        // Another thread has just deleted it.
        return match this.class().slots.len.get() {
            Some(len) => Ok(len(esc, this)? != 0),
            None => Ok(true),
        };
    };
    match singletons::as_bool(&result) {
        Some(truth) => Ok(truth),
        None => {
            let given = result.class().name();
            Err(esc.type_error(format_args!("__bool__ should return bool, returned {given}")))
        }
    }
}

pub(super) fn int(esc: Esc<'_>, this: &Value) -> PyResult {
    special(esc, this, names::int(esc), &[])
}

pub(super) fn float(esc: Esc<'_>, this: &Value) -> PyResult {
    special(esc, this, names::float(esc), &[])
}

pub(super) fn index(esc: Esc<'_>, this: &Value) -> PyResult {
    special(esc, this, names::index(esc), &[])
}

pub(super) fn await_(esc: Esc<'_>, this: &Value) -> PyResult {
    special(esc, this, names::await_(esc), &[])
}

pub(super) fn aiter(esc: Esc<'_>, this: &Value) -> PyResult {
    special(esc, this, names::aiter(esc), &[])
}

pub(super) fn anext(esc: Esc<'_>, this: &Value) -> PyResult {
    special(esc, this, names::anext(esc), &[])
}
