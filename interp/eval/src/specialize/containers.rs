//! Subscripts, membership, iteration and unpacking: facts, and what the forms read.

use interp_object::data::dict::Dict;
use interp_object::data::frame::{Frame, OnReturn, payload_in};
use interp_object::data::generator::{COROUTINE, GENERATOR, Generator, State};
use interp_object::data::iterators::{EXHAUSTED, ListIterator, RangeIterator, TupleIterator};
use interp_object::data::list::{HeldItem, List};
use interp_object::data::set;
use interp_object::data::slice::Slice;
use interp_object::data::str::{self as text, Str};
use interp_object::data::tuple::Tuple;
use interp_object::layout::{ValueExt, class_of_object};
use interp_object::{Esc, Payload, PyResult, Thread, Value, Word, ops};
use specializer::decide::compare::{Contains, contains};
use specializer::decide::iterate::{self, ForIter, Source, for_iter, send};
use specializer::decide::store_subscr::{self, StoreSubscr};
use stackref::StackRef;

use super::arith::class;
use super::{QUICK, begin};
use crate::call::Return;
use crate::dispatch::{Cell, cell_at};
use crate::flow::Flow;
use crate::generator;

/// The payload of a word whose type is exactly the builtin type of `T`. The word is a value's, as operands are: not NULL.
#[inline(always)]
pub(crate) fn exact<'a, T: Payload>(word: Word) -> Option<&'a T> {
    debug_assert!(!word.is_null());
    // SAFETY: an operand that is a pointer names an object that its slot keeps alive.
    if !word.is_ptr() || !std::ptr::eq(unsafe { class_of_object(word) }, T::class()) {
        return None;
    }
    // SAFETY: the type was compared; the operand's slot keeps the object alive while the instruction runs.
    Some(unsafe { payload_in(word) })
}

/// Whether an int key lies within a sequence, counted from its start or its end.
pub(super) fn in_range(container: &Value, key: &Value) -> bool {
    let len = match (container.exact::<List>(), container.exact::<Tuple>(), container.exact::<Str>()) {
        (Some(list), _, _) => list.len(),
        (_, Some(tuple), _) => tuple.len(),
        (_, _, Some(text)) => text.len(),
        _ => 0,
    };
    index(key.word(), len).is_some_and(|index| index < len)
}

/// An int key as an index into a sequence of this length. Too large if it lies before the start.
#[inline(always)]
fn index(key: Word, len: usize) -> Option<usize> {
    if !key.is_int() {
        return None;
    }
    let at = key.int_unchecked();
    Some(if at < 0 { (at as usize).wrapping_add(len) } else { at as usize })
}

/// `BINARY_OP_SUBSCR_LIST_INT`
#[inline(always)]
pub(crate) fn list_item<const READ: bool>(th: &Thread, list: Word, key: Word) -> Option<Word> {
    let list = exact::<List>(list)?;
    let index = index(key, list.len())?;
    let item = if READ == QUICK { list.get_quick(th.id(), index) } else { list.try_get(th.id(), index) };
    item.map(StackRef::into_word)
}

/// `BINARY_OP_SUBSCR_TUPLE_INT`
#[inline(always)]
pub(crate) fn tuple_item<const READ: bool>(th: &Thread, tuple: Word, key: Word) -> Option<Word> {
    let items = exact::<Tuple>(tuple)?.as_slice();
    retained::<READ>(th, items.get(index(key, items.len())?)?)
}

/// The word of an item that its container keeps alive, owned.
#[inline(always)]
pub(super) fn retained<const READ: bool>(th: &Thread, item: &Value) -> Option<Word> {
    let word = if READ == QUICK { StackRef::new_quick(item, th.id())? } else { StackRef::new(item, th.id()) };
    Some(word.into_word())
}

/// `BINARY_OP_SUBSCR_STR_INT`: the code point.
#[inline(always)]
pub(crate) fn char_at(text: Word, key: Word) -> Option<u32> {
    let text = exact::<Str>(text)?;
    let index = index(key, text.len())?;
    (index < text.len()).then(|| text.chars().at(index))
}

/// A string of one character.
pub(crate) fn character(esc: Esc<'_>, code_point: u32) -> Value {
    text::from_char(esc, code_point)
}

/// Whether a word is exactly a dictionary.
#[inline(always)]
pub(crate) fn is_dict(word: Word) -> bool {
    exact::<Dict>(word).is_some()
}

/// Whether a word is exactly a set or frozen set.
#[inline(always)]
pub(crate) fn is_set(word: Word) -> bool {
    exact::<set::Set>(word).is_some() || exact::<set::FrozenSet>(word).is_some()
}

/// `dict[key]` of an exact dictionary.
pub(crate) fn dict_item(esc: Esc<'_>, dict: &Value, key: &Value) -> PyResult {
    let found = match dict.exact::<Dict>() {
        Some(dict) => dict.get(esc, key)?,
        None => None,
    };
    match found {
        Some(found) => Ok(found),
        // Raises in the dictionary's own words.
        None => ops::get_item(esc, dict, key),
    }
}

/// `dict[key] = value` of an exact dictionary.
pub(crate) fn set_dict_item(esc: Esc<'_>, dict: &Value, key: &Value, value: Value) -> PyResult<()> {
    match dict.exact::<Dict>() {
        Some(dict) => dict.set(esc, key, value),
        None => ops::set_item(esc, dict, key, &value),
    }
}

/// `key in container` of an exact dictionary or set.
pub(crate) fn contains_key(esc: Esc<'_>, container: &Value, key: &Value) -> PyResult<bool> {
    match container.exact::<Dict>() {
        Some(dict) => dict.contains(esc, key),
        None => ops::contains(esc, container, key),
    }
}

/// `STORE_SUBSCR_LIST_INT`: the item, locked.
#[inline(always)]
pub(crate) fn hold_item<'a>(th: &Thread, list: Word, key: Word) -> Option<HeldItem<'a>> {
    let payload = exact::<List>(list)?;
    let index = index(key, payload.len())?;
    // SAFETY: the operand's slot of the running frame has the word.
    unsafe { payload.try_hold(th.id(), list, index) }
}

/// Stores to a held item: the old word.
#[inline(always)]
pub(crate) fn store_item(item: HeldItem<'_>, value: Value) -> Word {
    item.set(value).map_or(Word::NULL, Value::into_word)
}

/// Whether a word is exactly a list; with its truth.
#[inline(always)]
pub(crate) fn list_truth(word: Word) -> Option<bool> {
    exact::<List>(word).map(|list| !list.is_empty())
}

/// The truth of an exact string.
#[inline(always)]
pub(crate) fn str_truth(word: Word) -> Option<bool> {
    exact::<Str>(word).map(|text| !text.is_empty())
}

/// `FOR_ITER_LIST`: the next item, the inner `None` at the end.
#[inline(always)]
pub(crate) fn list_next<const READ: bool>(th: &Thread, iterator: Word) -> Option<Option<Word>> {
    let iterator = exact::<ListIterator>(iterator)?;
    let index = iterator.index();
    if index >= iterator.list().len() {
        iterator.set_index(EXHAUSTED);
        return Some(None);
    }
    let list = iterator.list();
    let item = if READ == QUICK { list.get_quick(th.id(), index)? } else { list.try_get(th.id(), index)? };
    iterator.set_index(index + 1);
    Some(Some(item.into_word()))
}

/// `FOR_ITER_TUPLE`: the next item, the inner `None` at the end.
#[inline(always)]
pub(crate) fn tuple_next<const READ: bool>(th: &Thread, iterator: Word) -> Option<Option<Word>> {
    let iterator = exact::<TupleIterator>(iterator)?;
    let index = iterator.index();
    let Some(item) = iterator.tuple().as_slice().get(index) else {
        iterator.set_index(EXHAUSTED);
        return Some(None);
    };
    let item = retained::<READ>(th, item)?;
    iterator.set_index(index + 1);
    Some(Some(item))
}

/// `FOR_ITER_RANGE`: the next number if it is immediate, the inner `None` at the end.
#[inline(always)]
pub(crate) fn range_next(iterator: Word) -> Option<Option<Word>> {
    let iterator = exact::<RangeIterator>(iterator)?;
    Word::from_int(iterator.peek())?;
    // Another thread may step the same iterator between the look and the step; its numbers are then checked again.
    match iterator.next() {
        Some(number) => Word::from_int(number).map(Some),
        None => Some(None),
    }
}

fn is_idle(generator: &Generator) -> bool {
    matches!(generator.state(), State::Created | State::Suspended)
}

/// `FOR_ITER_GEN`: claims an idle generator, if a frame may be entered: its frame.
#[inline(always)]
pub(crate) fn claim_generator(th: &Thread, iterator: Word) -> Option<*mut Word> {
    if !iterator.is_ptr() || th.recursion_remaining.get() == 0 {
        return None;
    }
    // SAFETY: an iterator is a live object if it is a pointer, which the operand's slot keeps.
    if !std::ptr::eq(unsafe { class_of_object(iterator) }, &raw const GENERATOR) {
        return None;
    }
    // SAFETY: the type was compared; the slot keeps the object alive.
    let generator: &Generator = unsafe { payload_in(iterator) };
    generator.claim_biased(th.id())?;
    // SAFETY: claimed.
    Some(unsafe { generator.fp() })
}

/// `SEND_GEN`: claims an idle generator or coroutine; a value other than `None` may not start one.
#[inline(always)]
pub(crate) fn claim_receiver(th: &Thread, receiver: Word, sent: Word) -> Option<*mut Word> {
    if !receiver.is_ptr() || th.recursion_remaining.get() == 0 {
        return None;
    }
    // SAFETY: a receiver is a live object if it is a pointer, which the operand's slot keeps.
    let class = unsafe { class_of_object(receiver) };
    if !std::ptr::eq(class, &raw const GENERATOR) && !std::ptr::eq(class, &raw const COROUTINE) {
        return None;
    }
    // SAFETY: the type was compared; the slot keeps the object alive.
    let generator: &Generator = unsafe { payload_in(receiver) };
    if generator.state() == State::Created && !crate::ops::is_none(sent) {
        return None;
    }
    generator.claim_biased(th.id())?;
    // SAFETY: claimed.
    Some(unsafe { generator.fp() })
}

/// The frame of a generator that `claim_iterator` or `claim_receiver` of the generic forms claimed.
#[inline]
pub(crate) fn claimed_frame(object: Word) -> *mut Word {
    // SAFETY: they looked at the type.
    let generator: &Generator = unsafe { payload_in(object) };
    // SAFETY: claimed.
    unsafe { generator.fp() }
}

/// Enters a claimed generator's frame for a `FOR_ITER` whose cell is at `ip`: the item goes to the cell's destination.
#[inline(always)]
pub(crate) fn enter_for_iter(
    th: &Thread,
    fp: *mut Word,
    claimed: *mut Word,
    ip: *const Cell,
    next: *const Cell,
) -> Flow {
    // SAFETY: H1.
    let frame = unsafe { Frame::of(fp) };
    // The destination is field b: the block, which has the iterator, comes first.
    let slot = usize::from((cell_at(ip) >> 32) as u16);
    let local = slot < frame.locals_count();
    let how = if local { OnReturn::ForIterLocal } else { OnReturn::ForIter };
    let ret = Return { ip: next, slot, how };
    // SAFETY: claimed; the iterator's slot keeps the generator alive.
    unsafe { generator::enter(th, fp, claimed, crate::ops::none_word(), ret) }
}

/// Enters a claimed generator's frame for a `SEND`.
#[inline(always)]
pub(crate) fn enter_send(
    th: &Thread,
    fp: *mut Word,
    claimed: *mut Word,
    sent: Word,
    ip: *const Cell,
    next: *const Cell,
) -> Flow {
    // The block is field a: the receiver, and above it what was sent and what comes back.
    let slot = usize::from((cell_at(ip) >> 16) as u16) + 1;
    let ret = Return { ip: next, slot, how: OnReturn::Send };
    // SAFETY: claimed; the receiver's slot keeps the generator alive.
    unsafe { generator::enter(th, fp, claimed, sent, ret) }
}

/// `BINARY_OP_SUBSCR_LIST_SLICE`
#[inline(always)]
pub(crate) fn is_list_and_slice(list: Word, key: Word) -> bool {
    exact::<List>(list).is_some() && exact::<Slice>(key).is_some()
}

/// `list[slice]` of exactly these types.
pub(crate) fn list_slice(esc: Esc<'_>, list: &Value, slice: &Value) -> PyResult {
    let (Some(items), Some(bounds)) = (list.exact::<List>(), slice.exact::<Slice>()) else {
        return ops::get_item(esc, list, slice);
    };
    match crate::ops::binary::stride(&bounds.start, &bounds.stop, Some(&bounds.step), items.len()) {
        Some((start, step, count)) => Ok(items.slice(esc, start, step, count).into_value()),
        None => ops::get_item(esc, list, slice),
    }
}

/// An attempt at `STORE_SUBSCR`; whether a form was installed.
#[cold]
pub(crate) fn store_subscr(esc: Esc<'_>, ip: *const Cell, container: &Value, key: &Value) -> bool {
    let Some(attempt) = begin::<StoreSubscr>(esc, ip) else { return false };
    attempt.end(store_subscr::decide(class(container), class(key), in_range(container, key)))
}

/// An attempt at `CONTAINS_OP`; whether a form was installed.
#[cold]
pub(crate) fn contains_op(esc: Esc<'_>, ip: *const Cell, container: &Value) -> bool {
    let Some(attempt) = begin::<Contains>(esc, ip) else { return false };
    attempt.end(contains(class(container)))
}

fn source(iterator: &Value) -> Source {
    // Steps of our iterators tolerate other threads, so none needs to be private.
    let private = true;
    if iterator.exact::<ListIterator>().is_some() {
        Source::List { private }
    } else if iterator.exact::<TupleIterator>().is_some() {
        Source::Tuple { private }
    } else if iterator.exact::<RangeIterator>().is_some() {
        Source::Range { private }
    } else if let Some(generator) = iterator.exact::<Generator>() {
        Source::Generator { idle: is_idle(generator) }
    } else {
        Source::Other
    }
}

/// An attempt at `FOR_ITER`; whether a form was installed.
#[cold]
pub(crate) fn for_iter_op(esc: Esc<'_>, ip: *const Cell, iterator: &Value) -> bool {
    let Some(attempt) = begin::<ForIter>(esc, ip) else { return false };
    attempt.end(for_iter(source(iterator)))
}

/// An attempt at `SEND`; whether a form was installed.
#[cold]
pub(crate) fn send_op(esc: Esc<'_>, ip: *const Cell, receiver: &Value) -> bool {
    let Some(attempt) = begin::<iterate::Send>(esc, ip) else { return false };
    let class = receiver.class();
    let known = std::ptr::eq(class, &raw const GENERATOR) || std::ptr::eq(class, &raw const COROUTINE);
    let source = match receiver.payload::<Generator>() {
        Some(generator) if known => Source::Generator { idle: is_idle(generator) },
        _ => Source::Other,
    };
    attempt.end(send(source))
}
