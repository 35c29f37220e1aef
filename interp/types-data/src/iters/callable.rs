//! `callable_iterator`: `iter(callable, sentinel)`.

use interp_object::builder::TypeBuilder;
use interp_object::data::exception::STOP_ITERATION;
use interp_object::data::{tuple, types::OBJECT};
use interp_object::layout::{self, Field, Payload, ValueExt};
use interp_object::native::{MethodDef, NativeFn};
use interp_object::{Esc, PyResult, TypeFlags, TypeObject, Value, Word, call, ops};

use super::{builtin_iter, reduced};
use crate::util::{itself, this};

/// The payload of `callable_iterator`; empty at the end.
pub(super) struct CallableIterator {
    callable: Field,
    sentinel: Field,
}

impl Payload for CallableIterator {
    const NAME: &'static str = "callable_iterator";
    fn class() -> &'static TypeObject {
        &CALLABLE_ITERATOR
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        self.callable.trace(visit);
        self.sentinel.trace(visit);
    }

    fn clear(&self, out: &mut Vec<Value>) {
        out.extend(self.callable.take());
        out.extend(self.sentinel.take());
    }
}

static CALLABLE_ITERATOR: TypeObject =
    TypeObject::builtin::<CallableIterator>("callable_iterator", Some(&OBJECT), TypeFlags::NO_NEW);

static METHODS: &[MethodDef] =
    &[MethodDef::new("__reduce__", NativeFn::NoArgs(reduce), "Return state information for pickling.")];

/// Fills the type.
pub(super) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &CALLABLE_ITERATOR).methods(METHODS).slots(|slots| {
        slots.iter.set(Some(itself));
        slots.next.set(Some(next));
    });
}

/// `iter(callable, sentinel)`
pub(super) fn new(esc: Esc<'_>, callable: &Value, sentinel: &Value) -> PyResult {
    if callable.class().slots.call.is_empty() {
        return Err(esc.type_error("iter(v, w): v must be callable"));
    }
    let (callable, sentinel) = (Field::new(Some(callable.clone())), Field::new(Some(sentinel.clone())));
    Ok(layout::new(esc, CallableIterator { callable, sentinel }).into_value())
}

fn next(esc: Esc<'_>, value: &Value) -> PyResult<Option<Value>> {
    let iterator = this::<CallableIterator>(esc, value)?;
    let callable = iterator.callable.get(esc, iterator);
    let (Some(callable), Some(sentinel)) = (callable, iterator.sentinel.get(esc, iterator)) else { return Ok(None) };
    match call::call(esc, &callable, &[]) {
        Ok(item) if !ops::identical_or_equal(esc, &sentinel, &item)? => return Ok(Some(item)),
        Ok(_) => {}
        Err(raised) => drop(raised.catch_if(esc, &STOP_ITERATION)?),
    }
    drop(iterator.callable.set(iterator, None));
    drop(iterator.sentinel.set(iterator, None));
    Ok(None)
}

fn reduce(esc: Esc<'_>, value: &Value) -> PyResult {
    let iterator = this::<CallableIterator>(esc, value)?;
    let callable = iterator.callable.get(esc, iterator);
    match (callable, iterator.sentinel.get(esc, iterator)) {
        (Some(callable), Some(sentinel)) => reduced(esc, builtin_iter(esc), vec![callable, sentinel], None),
        _ => reduced(esc, builtin_iter(esc), vec![tuple::new(esc, []).into_value()], None),
    }
}
