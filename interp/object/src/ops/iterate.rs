//! Iteration.

use stackref::{Value, Word};

use crate::data::exception as exc;
use crate::data::list::List;
use crate::layout::{self, Field, Payload, ValueExt};
use crate::ops::container::sequence_item;
use crate::raise::{PyResult, Raised};
use crate::slots::Sent;
use crate::thread::Esc;
use crate::typeobj::{TypeFlags, TypeObject};
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

/// `iter(x)`
pub fn iterator(esc: Esc<'_>, value: &Value) -> PyResult {
    let class = value.class();
    if let Some(iter) = class.slots.iter.get() {
        let iterator = iter(esc, value)?;
        if iterator.class().slots.next.is_empty() {
            return Err(
                esc.type_error(format_args!("iter() returned non-iterator of type '{}'", iterator.class().name()))
            );
        }
        return Ok(iterator);
    }
    if !class.slots.getitem.is_empty() && !class.has(TypeFlags::DICT_SUBCLASS) {
        let payload = SequenceIterator { sequence: Field::new(Some(value.clone())), index: AtomicI64::new(0) };
        return Ok(layout::new(esc, payload).into_value());
    }
    Err(esc.type_error(format_args!("'{}' object is not iterable", class.name())))
}

/// `next(iterator)`, `None` at the end.
#[inline(always)]
pub fn next(esc: Esc<'_>, iterator: &Value) -> PyResult<Option<Value>> {
    match iterator.class().slots.next.get() {
        Some(next) => next(esc, iterator),
        None => Err(no_iterator(esc, iterator)),
    }
}

#[cold]
#[inline(never)]
fn no_iterator(esc: Esc<'_>, value: &Value) -> Raised {
    esc.type_error(format_args!("'{}' object is not an iterator", value.class().name()))
}

/// Calls `body` with every item of `iterable` until it says `false`.
pub fn iterate(esc: Esc<'_>, iterable: &Value, mut body: impl FnMut(Value) -> PyResult<bool>) -> PyResult<()> {
    if let Some(list) = iterable.exact::<List>() {
        let mut index = 0;
        while let Some(item) = list.get(esc, index) {
            if !body(item)? {
                break;
            }
            index += 1;
        }
        return Ok(());
    }
    let iterator = iterator(esc, iterable)?;
    let class = iterator.class();
    // The slots of builtin types do not change, nor do their instances' types.
    let fixed = if class.is_heap() { None } else { class.slots.next.get() };
    loop {
        let item = match fixed {
            Some(next) => next(esc, &iterator)?,
            None => next(esc, &iterator)?,
        };
        let Some(item) = item else { return Ok(()) };
        if !body(item)? {
            return Ok(());
        }
    }
}

/// All items of `iterable`. Exact lists and tuples are read at once.
pub fn collect(esc: Esc<'_>, iterable: &Value) -> PyResult<Vec<Value>> {
    if let Some(list) = iterable.exact::<List>() {
        return Ok(list.snapshot());
    }
    if let Some(tuple) = iterable.exact::<crate::data::tuple::Tuple>() {
        return Ok(tuple.as_slice().to_vec());
    }
    check_room(esc, iterable)?;
    let mut items = Vec::new();
    iterate(esc, iterable, |item| {
        items.push(item);
        Ok(true)
    })?;
    Ok(items)
}

/// Asks an iterable about to be collected how many items it has: for its errors, as in CPython, and to refuse at once what
/// cannot fit. Storage grows by itself.
///
/// # Errors
/// `MemoryError`, and what `__len__` or `__length_hint__` raises.
pub fn check_room(esc: Esc<'_>, iterable: &Value) -> PyResult<()> {
    let class = iterable.class();
    if !class.is_heap() && class.slots.len.is_empty() {
        return Ok(());
    }
    let hint = super::length_hint(esc, iterable, 0)?;
    if hint > MODEST_HINT && Vec::<Value>::new().try_reserve_exact(hint).is_err() {
        return Err(esc.memory_error());
    }
    Ok(())
}

/// So many items always fit.
const MODEST_HINT: usize = 1 << 24;

/// `iterator.send(value)`: through the `send` slot, or `next` for `None`, or the method.
pub fn send(esc: Esc<'_>, iterator: &Value, value: Value) -> PyResult<Sent> {
    let slots = &iterator.class().slots;
    if let Some(send) = slots.send.get() {
        return send(esc, iterator, value);
    }
    let result = if value.is_none() && !slots.next.is_empty() {
        match next(esc, iterator) {
            Ok(Some(item)) => return Ok(Sent::Yield(item)),
            Ok(None) => return Ok(Sent::Return(crate::data::singletons::none())),
            Err(raised) => Err(raised),
        }
    } else {
        crate::call::call_method(esc, iterator, crate::intern::names::send(esc), &[value])
    };
    match result {
        Ok(item) => Ok(Sent::Yield(item)),
        Err(raised) => crate::ops::stop_value(esc, raised).map(Sent::Return),
    }
}

/// What the builtin `next(iterator)` does: the end raises `StopIteration`, with the value that a generator returned.
///
/// # Errors
/// `StopIteration` at the end, `TypeError` for what is no iterator, and what the iterator raises.
pub fn next_or_raise(esc: Esc<'_>, iterator: &Value) -> PyResult {
    let slots = &iterator.class().slots;
    match slots.send.get().filter(|_| !slots.next.is_empty()) {
        Some(send) => match send(esc, iterator, crate::data::singletons::none())? {
            Sent::Yield(item) => Ok(item),
            Sent::Return(value) => Err(esc.stop_iteration(Some(value).filter(|value| !value.is_none()))),
        },
        None => next(esc, iterator)?.ok_or_else(|| esc.stop_iteration(None)),
    }
}

/// The iterator over an object that has `__getitem__` but no `__iter__`.
pub struct SequenceIterator {
    sequence: Field,
    index: AtomicI64,
}

impl SequenceIterator {
    /// What is iterated over.
    pub fn sequence(&self, esc: Esc<'_>) -> Option<Value> {
        self.sequence.get(esc, self)
    }

    /// The index of the next item; negative at the end.
    pub fn index(&self) -> i64 {
        self.index.load(Relaxed)
    }

    /// Moves the iterator.
    pub fn set_index(&self, index: i64) {
        self.index.store(index, Relaxed);
    }
}

impl Payload for SequenceIterator {
    const NAME: &'static str = "iterator";
    fn class() -> &'static TypeObject {
        &SEQUENCE_ITERATOR
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        self.sequence.trace(visit);
    }

    fn clear(&self, out: &mut Vec<Value>) {
        out.extend(self.sequence.take());
    }
}

/// The type `iterator`.
pub static SEQUENCE_ITERATOR: TypeObject =
    TypeObject::builtin::<SequenceIterator>("iterator", Some(&crate::data::types::OBJECT), TypeFlags::empty());

/// `__next__` of [`SequenceIterator`]. The sequence is kept to the iterator's end; −1 marks exhaustion, so that threads
/// sharing the iterator never see it half dropped.
pub fn sequence_next(esc: Esc<'_>, iterator: &Value) -> PyResult<Option<Value>> {
    let Some(this) = iterator.payload::<SequenceIterator>() else { return Ok(None) };
    let index = this.index.load(Relaxed);
    let Some(sequence) = this.sequence.get(esc, this).filter(|_| index >= 0) else { return Ok(None) };
    match sequence_item(esc, &sequence, index) {
        Ok(item) => {
            this.index.store(index + 1, Relaxed);
            Ok(Some(item))
        }
        Err(raised) => {
            if raised.matches(esc, &exc::INDEX_ERROR) || raised.matches(esc, &exc::STOP_ITERATION) {
                drop(raised.catch(esc));
                this.index.store(-1, Relaxed);
                return Ok(None);
            }
            Err(raised)
        }
    }
}
