//! Iterators over dictionaries: keys, values and items, forwards and backwards. One payload, six types.
//!
//! An iterator knows how many keys there were and how many it still has to give. A dictionary of another size, or one
//! that has more to give than that, was changed: `RuntimeError`, from then on at every step.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use interp_object::builder::TypeBuilder;
use interp_object::data::dict::Dict;
use interp_object::data::tuple::{self, LastPair};
use interp_object::data::{list, types::OBJECT};
use interp_object::layout::{self, Obj, Payload, ValueExt};
use interp_object::native::{MethodDef, NativeFn};
use interp_object::slots::NextFn;
use interp_object::{Esc, PyResult, TypeFlags, TypeObject, Value, Word};

use crate::iters::builtin_iter;
use crate::util::{count, itself, this, this_obj};

/// The payload of all iterators over dictionaries.
pub(super) struct DictIterator {
    dict: Obj<Dict>,
    /// How many keys there were; [`CHANGED`] once the dictionary was found changed.
    used: AtomicUsize,
    /// Where to look next, in the terms of `Dict::next_entry` and `prev_entry`.
    position: AtomicUsize,
    /// How many keys are still to come.
    remaining: AtomicUsize,
    /// For those over items.
    last: LastPair,
}

const CHANGED: usize = usize::MAX;

impl Payload for DictIterator {
    const NAME: &'static str = "dict_keyiterator";
    fn class() -> &'static TypeObject {
        &KEY_ITERATOR
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        visit(self.dict.value().word());
        self.last.trace(visit);
    }

    fn clear(&self, out: &mut Vec<Value>) {
        self.last.clear(out);
    }
}

const fn iterator_type(name: &'static str) -> TypeObject {
    TypeObject::builtin::<DictIterator>(name, Some(&OBJECT), TypeFlags::NO_NEW)
}

/// The type `dict_keyiterator`.
pub static KEY_ITERATOR: TypeObject = iterator_type("dict_keyiterator");
/// The type `dict_valueiterator`.
pub static VALUE_ITERATOR: TypeObject = iterator_type("dict_valueiterator");
/// The type `dict_itemiterator`.
pub static ITEM_ITERATOR: TypeObject = iterator_type("dict_itemiterator");
pub(super) static REVERSE_KEY_ITERATOR: TypeObject = iterator_type("dict_reversekeyiterator");
pub(super) static REVERSE_VALUE_ITERATOR: TypeObject = iterator_type("dict_reversevalueiterator");
pub(super) static REVERSE_ITEM_ITERATOR: TypeObject = iterator_type("dict_reverseitemiterator");

static METHODS: &[MethodDef] = &[
    MethodDef::new("__length_hint__", NativeFn::NoArgs(hint), "Private method returning an estimate of len(list(it))."),
    MethodDef::new("__reduce__", NativeFn::NoArgs(reduce), "Return state information for pickling."),
];

/// Fills the types.
pub(super) fn init(esc: Esc<'_>) {
    let types: [(&'static TypeObject, NextFn); 6] = [
        (&KEY_ITERATOR, next_key),
        (&VALUE_ITERATOR, next_value),
        (&ITEM_ITERATOR, next_item),
        (&REVERSE_KEY_ITERATOR, previous_key),
        (&REVERSE_VALUE_ITERATOR, previous_value),
        (&REVERSE_ITEM_ITERATOR, previous_item),
    ];
    for (class, next) in types {
        TypeBuilder::new(esc, class).methods(METHODS).slots(|slots| {
            slots.iter.set(Some(itself));
            slots.next.set(Some(next));
        });
    }
}

fn new(esc: Esc<'_>, dict: Obj<Dict>, class: &TypeObject, position: usize) -> Value {
    let len = dict.len(esc);
    let payload = DictIterator {
        dict,
        used: AtomicUsize::new(len),
        position: AtomicUsize::new(position),
        remaining: AtomicUsize::new(len),
        last: LastPair::new(),
    };
    layout::new_with_type(esc, class, payload).into_value()
}

/// A forward iterator of the given type.
pub(super) fn forward(esc: Esc<'_>, dict: Obj<Dict>, class: &TypeObject) -> Value {
    new(esc, dict, class, 0)
}

/// A backward iterator of the given type.
pub(super) fn reversed(esc: Esc<'_>, dict: Obj<Dict>, class: &TypeObject) -> Value {
    new(esc, dict, class, usize::MAX)
}

/// `iter(dict)`
pub(super) fn iterate_keys(esc: Esc<'_>, value: &Value) -> PyResult {
    Ok(forward(esc, this_obj::<Dict>(esc, value)?.clone(), &KEY_ITERATOR))
}

/// One step: the next key and value, or `None` at the end.
#[inline]
fn step(esc: Esc<'_>, value: &Value, ahead: bool) -> PyResult<Option<(Value, Value)>> {
    let iterator = this::<DictIterator>(esc, value)?;
    if iterator.dict.len(esc) != iterator.used.load(Relaxed) {
        return changed(esc, iterator, "dictionary changed size during iteration");
    }
    let position = iterator.position.load(Relaxed);
    let entry = match ahead {
        true => iterator.dict.next_entry(esc, position),
        false => iterator.dict.prev_entry(esc, position),
    };
    let remaining = iterator.remaining.load(Relaxed);
    let Some(entry) = entry else {
        // At the end once and for all, whatever is added later.
        iterator.position.store(if ahead { usize::MAX } else { 0 }, Relaxed);
        iterator.remaining.store(0, Relaxed);
        return Ok(None);
    };
    if remaining == 0 {
        return changed(esc, iterator, "dictionary keys changed during iteration");
    }
    iterator.remaining.store(remaining - 1, Relaxed);
    iterator.position.store(entry.position + usize::from(ahead), Relaxed);
    Ok(Some((entry.key, entry.value)))
}

#[cold]
fn changed(esc: Esc<'_>, iterator: &DictIterator, message: &str) -> PyResult<Option<(Value, Value)>> {
    let finished = match iterator.position.load(Relaxed) {
        usize::MAX | 0 => iterator.remaining.load(Relaxed) == 0,
        _ => false,
    };
    if finished {
        return Ok(None);
    }
    iterator.used.store(CHANGED, Relaxed);
    Err(esc.runtime_error(message))
}

/// One step of an iterator over items.
fn pair(esc: Esc<'_>, value: &Value, ahead: bool) -> PyResult<Option<Value>> {
    let Some((key, item)) = step(esc, value, ahead)? else { return Ok(None) };
    Ok(Some(this::<DictIterator>(esc, value)?.last.give(esc, key, item)))
}

fn next_key(esc: Esc<'_>, value: &Value) -> PyResult<Option<Value>> {
    Ok(step(esc, value, true)?.map(|(key, _)| key))
}

fn next_value(esc: Esc<'_>, value: &Value) -> PyResult<Option<Value>> {
    Ok(step(esc, value, true)?.map(|(_, value)| value))
}

fn next_item(esc: Esc<'_>, value: &Value) -> PyResult<Option<Value>> {
    pair(esc, value, true)
}

fn previous_key(esc: Esc<'_>, value: &Value) -> PyResult<Option<Value>> {
    Ok(step(esc, value, false)?.map(|(key, _)| key))
}

fn previous_value(esc: Esc<'_>, value: &Value) -> PyResult<Option<Value>> {
    Ok(step(esc, value, false)?.map(|(_, value)| value))
}

fn previous_item(esc: Esc<'_>, value: &Value) -> PyResult<Option<Value>> {
    pair(esc, value, false)
}

fn hint(esc: Esc<'_>, value: &Value) -> PyResult {
    let iterator = this::<DictIterator>(esc, value)?;
    let unchanged = iterator.dict.len(esc) == iterator.used.load(Relaxed);
    count(esc, if unchanged { iterator.remaining.load(Relaxed) } else { 0 })
}

/// `(iter, (list of the rest,))`; the iterator itself does not move.
fn reduce(esc: Esc<'_>, value: &Value) -> PyResult {
    let iterator = this::<DictIterator>(esc, value)?;
    let copy = DictIterator {
        dict: iterator.dict.clone(),
        used: AtomicUsize::new(iterator.used.load(Relaxed)),
        position: AtomicUsize::new(iterator.position.load(Relaxed)),
        remaining: AtomicUsize::new(iterator.remaining.load(Relaxed)),
        last: LastPair::new(),
    };
    let copy = layout::new_with_type(esc, value.class(), copy).into_value();
    let mut rest = Vec::new();
    while let Some(item) = interp_object::ops::next(esc, &copy)? {
        rest.push(item);
    }
    let rest = list::from_vec(esc, rest).into_value();
    let arguments = tuple::new(esc, [rest]).into_value();
    Ok(tuple::new(esc, [builtin_iter(esc), arguments]).into_value())
}
