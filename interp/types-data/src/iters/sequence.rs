//! Iterators over sequences: `list_iterator`, `tuple_iterator`, `list_reverseiterator`, `iterator` (anything with
//! `__getitem__`) and `reversed`. The first two have their layouts in `interp_object::data::iterators`.

use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use interp_object::builder::TypeBuilder;
use interp_object::data::exception::{INDEX_ERROR, STOP_ITERATION};
use interp_object::data::iterators::{self, EXHAUSTED, LIST_ITERATOR, ListIterator, TUPLE_ITERATOR, TupleIterator};
use interp_object::data::list::{self, List};
use interp_object::data::types::OBJECT;
use interp_object::data::{int, tuple};
use interp_object::intern::names;
use interp_object::layout::{self, Obj, Payload, ValueExt};
use interp_object::native::{MethodDef, NativeFn};
use interp_object::ops::{SEQUENCE_ITERATOR, SequenceIterator};
use interp_object::{Args, Esc, PyResult, TypeFlags, TypeObject, Value, Word, call, ops, typeobj};

use super::{builtin_iter, class_value, reduced, state_index};
use crate::range::Range;
use crate::util::{count, has_own_init, itself, none, plain_constructor, this};

const HINT_DOC: &str = "Private method returning an estimate of len(list(it)).";
const REDUCE_DOC: &str = "Return state information for pickling.";
const SET_STATE_DOC: &str = "Set state information for unpickling.";

macro_rules! table {
    // The five iterators have the same three methods over different code.
    ($table:ident, $hint:ident, $reduce:ident, $set_state:ident) => {
        static $table: &[MethodDef] = &[
            MethodDef::new("__length_hint__", NativeFn::NoArgs($hint), HINT_DOC),
            MethodDef::new("__reduce__", NativeFn::NoArgs($reduce), REDUCE_DOC),
            MethodDef::new("__setstate__", NativeFn::One($set_state), SET_STATE_DOC),
        ];
    };
}

table!(LIST_METHODS, list_hint, list_reduce, list_set_state);
table!(TUPLE_METHODS, tuple_hint, tuple_reduce, tuple_set_state);
table!(REVERSE_METHODS, reverse_hint, reverse_reduce, reverse_set_state);
table!(SEQUENCE_METHODS, sequence_hint, sequence_reduce, sequence_set_state);
table!(REVERSED_METHODS, reversed_hint, reversed_reduce, reversed_set_state);

/// Fills the types.
pub(super) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &LIST_ITERATOR).methods(LIST_METHODS).slots(|slots| {
        slots.iter.set(Some(itself));
        slots.next.set(Some(iterators::list_iterator_next));
    });
    TypeBuilder::new(esc, &TUPLE_ITERATOR).methods(TUPLE_METHODS).slots(|slots| {
        slots.iter.set(Some(itself));
        slots.next.set(Some(iterators::tuple_iterator_next));
    });
    TypeBuilder::new(esc, &LIST_REVERSE_ITERATOR).methods(REVERSE_METHODS).slots(|slots| {
        slots.iter.set(Some(itself));
        slots.next.set(Some(reverse_next));
    });
    TypeBuilder::new(esc, &SEQUENCE_ITERATOR).methods(SEQUENCE_METHODS).slots(|slots| {
        slots.iter.set(Some(itself));
        slots.next.set(Some(ops::sequence_next));
    });
    TypeBuilder::new(esc, &REVERSED)
        .doc("Return a reverse iterator over the values of the given sequence.")
        .methods(REVERSED_METHODS)
        .slots(|slots| {
            slots.new.set(Some(reversed_construct));
            slots.make.set(Some(|esc, args| reversed_construct(esc, &REVERSED, args)));
            slots.iter.set(Some(itself));
            slots.next.set(Some(reversed_next));
        });
}

/// What iterators over a sequence say about themselves: `(iter, (sequence,), index)`, or an empty one at the end.
fn position(esc: Esc<'_>, sequence: Option<Value>, empty: Value, index: usize) -> PyResult {
    match sequence {
        Some(sequence) => reduced(esc, builtin_iter(esc), vec![sequence], Some(int::from_usize(esc, index))),
        None => reduced(esc, builtin_iter(esc), vec![empty], None),
    }
}

fn clamped_state(esc: Esc<'_>, state: &Value, len: usize) -> PyResult<usize> {
    Ok(usize::try_from(state_index(esc, state)?).unwrap_or(0).min(len))
}

fn list_hint(esc: Esc<'_>, value: &Value) -> PyResult {
    let iterator = this::<ListIterator>(esc, value)?;
    count(esc, iterator.list().len().saturating_sub(iterator.index()))
}

fn list_reduce(esc: Esc<'_>, value: &Value) -> PyResult {
    let iterator = this::<ListIterator>(esc, value)?;
    let index = iterator.index();
    let list = (index != EXHAUSTED).then(|| iterator.list().value().clone());
    position(esc, list, list::new(esc, []).into_value(), index)
}

fn list_set_state(esc: Esc<'_>, value: &Value, state: &Value) -> PyResult {
    let iterator = this::<ListIterator>(esc, value)?;
    let index = clamped_state(esc, state, iterator.list().len())?;
    if iterator.index() != EXHAUSTED {
        iterator.set_index(index);
    }
    none()
}

fn tuple_hint(esc: Esc<'_>, value: &Value) -> PyResult {
    let iterator = this::<TupleIterator>(esc, value)?;
    count(esc, iterator.tuple().len().saturating_sub(iterator.index()))
}

fn tuple_reduce(esc: Esc<'_>, value: &Value) -> PyResult {
    let iterator = this::<TupleIterator>(esc, value)?;
    let index = iterator.index();
    let tuple = (index != EXHAUSTED).then(|| iterator.tuple().value().clone());
    position(esc, tuple, tuple::new(esc, []).into_value(), index)
}

fn tuple_set_state(esc: Esc<'_>, value: &Value, state: &Value) -> PyResult {
    let iterator = this::<TupleIterator>(esc, value)?;
    let index = clamped_state(esc, state, iterator.tuple().len())?;
    if iterator.index() != EXHAUSTED {
        iterator.set_index(index);
    }
    none()
}

/// The payload of `list_reverseiterator`; the index is −1 at the end.
pub(crate) struct ListReverseIterator {
    list: Obj<List>,
    index: AtomicI64,
}

impl Payload for ListReverseIterator {
    const NAME: &'static str = "list_reverseiterator";
    fn class() -> &'static TypeObject {
        &LIST_REVERSE_ITERATOR
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        visit(self.list.value().word());
    }
}

static LIST_REVERSE_ITERATOR: TypeObject =
    TypeObject::builtin::<ListReverseIterator>("list_reverseiterator", Some(&OBJECT), TypeFlags::NO_NEW);

/// `list.__reversed__()`
pub(crate) fn reversed_list(esc: Esc<'_>, list: Obj<List>) -> Value {
    let index = AtomicI64::new(list.len() as i64 - 1);
    layout::new(esc, ListReverseIterator { list, index }).into_value()
}

fn reverse_next(esc: Esc<'_>, value: &Value) -> PyResult<Option<Value>> {
    let iterator = this::<ListReverseIterator>(esc, value)?;
    let at = iterator.index.load(Relaxed);
    let Ok(index) = usize::try_from(at) else { return Ok(None) };
    let item = iterator.list.get(esc, index);
    iterator.index.store(if item.is_some() { at - 1 } else { -1 }, Relaxed);
    Ok(item)
}

fn reverse_hint(esc: Esc<'_>, value: &Value) -> PyResult {
    let iterator = this::<ListReverseIterator>(esc, value)?;
    let left = usize::try_from(iterator.index.load(Relaxed) + 1).unwrap_or(0);
    count(esc, if left > iterator.list.len() { 0 } else { left })
}

fn reverse_reduce(esc: Esc<'_>, value: &Value) -> PyResult {
    let iterator = this::<ListReverseIterator>(esc, value)?;
    let index = iterator.index.load(Relaxed);
    if index < 0 {
        return reduced(esc, REVERSED.value(), vec![list::new(esc, []).into_value()], None);
    }
    reduced(esc, REVERSED.value(), vec![iterator.list.value().clone()], Some(int::new(esc, index)))
}

fn reverse_set_state(esc: Esc<'_>, value: &Value, state: &Value) -> PyResult {
    let iterator = this::<ListReverseIterator>(esc, value)?;
    let index = state_index(esc, state)?.clamp(-1, iterator.list.len() as i64 - 1);
    iterator.index.store(index, Relaxed);
    none()
}

fn sequence_hint(esc: Esc<'_>, value: &Value) -> PyResult {
    let iterator = this::<SequenceIterator>(esc, value)?;
    let (Some(sequence), Ok(index)) = (iterator.sequence(esc), usize::try_from(iterator.index())) else {
        return count(esc, 0);
    };
    if sequence.class().slots.len.is_empty() {
        return crate::util::not_implemented();
    }
    count(esc, ops::len(esc, &sequence)?.saturating_sub(index))
}

fn sequence_reduce(esc: Esc<'_>, value: &Value) -> PyResult {
    let iterator = this::<SequenceIterator>(esc, value)?;
    let index = usize::try_from(iterator.index()).ok();
    let sequence = index.and_then(|_| iterator.sequence(esc));
    position(esc, sequence, tuple::new(esc, []).into_value(), index.unwrap_or(0))
}

fn sequence_set_state(esc: Esc<'_>, value: &Value, state: &Value) -> PyResult {
    let iterator = this::<SequenceIterator>(esc, value)?;
    let index = state_index(esc, state)?.max(0);
    if iterator.index() >= 0 {
        iterator.set_index(index);
    }
    none()
}

/// The payload of `reversed`; the index is −1 at the end.
pub(crate) struct Reversed {
    sequence: Value,
    index: AtomicI64,
}

impl Payload for Reversed {
    const NAME: &'static str = "reversed";
    fn class() -> &'static TypeObject {
        &REVERSED
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        visit(self.sequence.word());
    }
}

/// The type `reversed`.
pub static REVERSED: TypeObject = TypeObject::builtin::<Reversed>("reversed", Some(&OBJECT), TypeFlags::BASE);

fn reversed_construct(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    plain_constructor(esc, "reversed", args, has_own_init(class, &REVERSED))?;
    let args = Args::positional(args.pos()).expect(esc, "reversed", 1, 1)?;
    let sequence = &args[0];
    // What a builtin type that has no instances of subclasses says cannot change.
    if sequence.exact::<Range>().is_some() {
        return crate::range::reversed(esc, sequence);
    }
    let kind = sequence.class();
    // `__reversed__ = None` says that there is no such thing.
    let refused = match typeobj::lookup(esc, kind, names::reversed(esc)) {
        Some(method) if !method.is_none() => return call::call_found(esc, &method, sequence, &[]),
        found => found.is_some(),
    };
    if refused || kind.slots.getitem.is_empty() || kind.has(TypeFlags::DICT_SUBCLASS) {
        return Err(esc.type_error(format_args!("'{}' object is not reversible", kind.name())));
    }
    let index = AtomicI64::new(ops::len(esc, sequence)? as i64 - 1);
    Ok(layout::new_with_type(esc, class, Reversed { sequence: sequence.clone(), index }).into_value())
}

fn reversed_next(esc: Esc<'_>, value: &Value) -> PyResult<Option<Value>> {
    let iterator = this::<Reversed>(esc, value)?;
    let index = iterator.index.load(Relaxed);
    if index < 0 {
        return Ok(None);
    }
    match ops::get_item(esc, &iterator.sequence, &int::new(esc, index)) {
        Ok(item) => {
            iterator.index.store(index - 1, Relaxed);
            Ok(Some(item))
        }
        Err(raised) => {
            iterator.index.store(-1, Relaxed);
            if raised.matches(esc, &INDEX_ERROR) || raised.matches(esc, &STOP_ITERATION) {
                drop(raised.catch(esc));
                return Ok(None);
            }
            Err(raised)
        }
    }
}

fn reversed_hint(esc: Esc<'_>, value: &Value) -> PyResult {
    let iterator = this::<Reversed>(esc, value)?;
    let left = usize::try_from(iterator.index.load(Relaxed) + 1).unwrap_or(0);
    let len = ops::len(esc, &iterator.sequence)?;
    count(esc, if left > len { 0 } else { left })
}

fn reversed_reduce(esc: Esc<'_>, value: &Value) -> PyResult {
    let iterator = this::<Reversed>(esc, value)?;
    let index = iterator.index.load(Relaxed);
    if index < 0 {
        return reduced(esc, class_value(value), vec![tuple::new(esc, []).into_value()], None);
    }
    reduced(esc, class_value(value), vec![iterator.sequence.clone()], Some(int::new(esc, index)))
}

fn reversed_set_state(esc: Esc<'_>, value: &Value, state: &Value) -> PyResult {
    let iterator = this::<Reversed>(esc, value)?;
    let len = ops::len(esc, &iterator.sequence)? as i64;
    let index = state_index(esc, state)?.clamp(-1, len - 1);
    iterator.index.store(index, Relaxed);
    none()
}
