//! Iteration.

use interp_code::CodeFlags;
use interp_object::data::code::CodeObject;
use interp_object::data::frame::{Frame, payload_in};
use interp_object::data::function::Function;
use interp_object::data::generator::{GENERATOR, Generator, GeneratorKind};
use interp_object::data::int;
use interp_object::data::iterators::{self, RANGE_ITERATOR};
use interp_object::data::list::{self, LIST, List};
use interp_object::data::tuple::{TUPLE, Tuple};
use interp_object::intern::names;
use interp_object::layout::{ValueExt, class_of_object};
use interp_object::{Esc, PyResult, Raised, Thread, Value, Word, ops, typeobj};

use crate::call::{Return, enter_frame, push_frame};
use crate::dispatch::{Cell, cell_at};
use crate::flow::{Flow, Slots};

/// The jump target of the `FOR_ITER` the frame stands at.
pub(crate) fn jump_target(fp: *mut Word) -> Flow {
    // SAFETY: H1.
    let ip = unsafe { Frame::of(fp) }.ip.get();
    // The destination has field b, so the jump lies in the word behind the cell.
    // SAFETY: the layout has this word.
    let distance = ((cell_at(unsafe { ip.add(1) }) >> 32) as u32).cast_signed() as isize;
    // SAFETY: lowering computed the distance within the code.
    Flow { ip: unsafe { ip.offset(distance) }, fp }
}

/// Whether an object is an iterator of a builtin type whose `__iter__` gives itself.
#[inline(always)]
pub(crate) fn is_iterator(object: Word) -> bool {
    if !object.is_ptr() {
        return false;
    }
    // SAFETY: an operand that is a pointer is an object, which its slot keeps alive.
    let class = unsafe { class_of_object(object) };
    let iter = &class.slots.iter;
    let itself = iter.same(&RANGE_ITERATOR.slots.iter) || iter.same(&GENERATOR.slots.iter);
    itself && !class.is_heap()
}

/// `iter(iterable)`
pub(crate) fn get_iter(esc: Esc<'_>, iterable: &Value) -> PyResult {
    let class = iterable.class();
    if std::ptr::eq(class, &raw const TUPLE)
        && let Some(tuple) = iterable.as_obj::<Tuple>()
    {
        return Ok(iterators::tuple_iterator(esc, tuple.clone()).into_value());
    }
    if std::ptr::eq(class, &raw const LIST)
        && let Some(list) = iterable.as_obj::<List>()
    {
        return Ok(iterators::list_iterator(esc, list.clone()).into_value());
    }
    ops::iterator(esc, iterable)
}

/// The slot in field a of a cell: its block.
pub(crate) fn field_a(ip: *const Cell) -> usize {
    usize::from((cell_at(ip) >> 16) as u16)
}

/// The slot in field b of a cell: of the destination, where one operand comes before it.
pub(crate) fn field_b(ip: *const Cell) -> usize {
    usize::from((cell_at(ip) >> 32) as u16)
}

/// A frame for `__iter__` of an instance whose class defines it as a generator function, pushed but not entered, without
/// its argument; null if the general way is to be taken. What such a function returns is an iterator for certain.
pub(crate) fn push_python_iter(esc: Esc<'_>, iterable: &Value) -> *mut Word {
    let class = iterable.class();
    if !class.is_heap() || class.slots.iter.is_empty() {
        return std::ptr::null_mut();
    }
    let method = typeobj::lookup(esc, class, names::iter(esc));
    let Some(function) = method.as_ref().and_then(|method| method.exact::<Function>()) else {
        return std::ptr::null_mut();
    };
    // SAFETY: a function's code is a code object, deferred: it outlives this use through the function.
    let code: &CodeObject = unsafe { payload_in(function.code_word()) };
    let flags = code.data().flags;
    if !flags.contains(CodeFlags::GENERATOR) || !code.takes_plainly(1) {
        return std::ptr::null_mut();
    }
    let word = method.as_ref().map_or(Word::NULL, Value::word);
    let pushed = push_frame(esc.thread(), word, code, 1);
    if pushed.is_some() {
        // The frame took the reference over.
        std::mem::forget(method);
    }
    pushed.unwrap_or(std::ptr::null_mut())
}

/// Enters a frame that [`push_python_iter`] pushed; the iterator goes to a temporary.
pub(crate) fn enter_python_iter(
    th: &Thread,
    callee: *mut Word,
    receiver: Word,
    slot: usize,
    next: *const Cell,
) -> Flow {
    // SAFETY: the frame has an argument, its first local, which is not initialized.
    unsafe { callee.write(receiver) };
    enter_frame(th, callee, Return::store(next, slot))
}

/// The iterable itself if it is a generator or coroutine, else `iter(iterable)`.
pub(crate) fn get_yield_from_iter(esc: Esc<'_>, frame: &Frame, iterable: &Value) -> PyResult {
    if let Some(generator) = iterable.payload::<Generator>() {
        if generator.kind() == GeneratorKind::Coroutine {
            let flags = frame.code().data().flags;
            if !flags.intersects(CodeFlags::COROUTINE.union(CodeFlags::ITERABLE_COROUTINE)) {
                return Err(esc.type_error("cannot 'yield from' a coroutine object in a non-coroutine generator"));
            }
        }
        if generator.kind() != GeneratorKind::AsyncGenerator {
            return Ok(iterable.clone());
        }
    }
    ops::iterator(esc, iterable)
}

/// `next(iterator)`, `None` at the end.
pub(crate) fn next(esc: Esc<'_>, iterator: &Value) -> PyResult<Option<Value>> {
    ops::next(esc, iterator)
}

/// `len(value)` as a value.
pub(crate) fn len(esc: Esc<'_>, value: &Value) -> PyResult {
    ops::len(esc, value).map(|len| int::from_usize(esc, len))
}

/// Writes values into an array top down: the first value ends on top.
fn fill(items: Slots, values: Vec<Value>) {
    let len = items.len();
    for (index, value) in values.into_iter().enumerate() {
        items.set(len - 1 - index, value.into_word());
    }
}

fn not_iterable(esc: Esc<'_>, sequence: &Value) -> Option<Raised> {
    let slots = &sequence.class().slots;
    (slots.iter.is_empty() && slots.getitem.is_empty())
        .then(|| esc.type_error(format_args!("cannot unpack non-iterable {} object", sequence.class().name())))
}

/// Unpacks exactly as many items as the array has slots.
pub(crate) fn unpack(esc: Esc<'_>, sequence: Value, items: Slots) -> PyResult<()> {
    items.clear();
    let expected = items.len();
    let values = match (sequence.exact::<Tuple>(), sequence.exact::<List>()) {
        (Some(tuple), _) => tuple.as_slice().to_vec(),
        (_, Some(list)) => list.snapshot(),
        _ => return unpack_iterator(esc, &sequence, items),
    };
    if values.len() == expected {
        fill(items, values);
        return Ok(());
    }
    Err(wrong_count(esc, values.len(), expected, true))
}

fn wrong_count(esc: Esc<'_>, found: usize, expected: usize, sized: bool) -> Raised {
    if found < expected {
        esc.value_error(format_args!("not enough values to unpack (expected {expected}, got {found})"))
    } else if sized {
        esc.value_error(format_args!("too many values to unpack (expected {expected}, got {found})"))
    } else {
        esc.value_error(format_args!("too many values to unpack (expected {expected})"))
    }
}

fn unpack_iterator(esc: Esc<'_>, sequence: &Value, items: Slots) -> PyResult<()> {
    if let Some(raised) = not_iterable(esc, sequence) {
        return Err(raised);
    }
    let iterator = ops::iterator(esc, sequence)?;
    let mut values = Vec::with_capacity(items.len());
    while values.len() < items.len() {
        match ops::next(esc, &iterator)? {
            Some(value) => values.push(value),
            None => return Err(wrong_count(esc, values.len(), items.len(), false)),
        }
    }
    if ops::next(esc, &iterator)?.is_some() {
        if let Some(len) = sized_len(esc, sequence)? {
            return Err(wrong_count(esc, len, items.len(), true));
        }
        return Err(wrong_count(esc, items.len() + 1, items.len(), false));
    }
    fill(items, values);
    Ok(())
}

fn sized_len(esc: Esc<'_>, sequence: &Value) -> PyResult<Option<usize>> {
    match sequence.exact::<interp_object::data::dict::Dict>() {
        Some(dict) => Ok(Some(dict.len(esc))),
        None => Ok(None),
    }
}

/// Unpacks into the items before and after a starred target, whose list is given back.
pub(crate) fn unpack_ex(esc: Esc<'_>, sequence: Value, before: Slots, after: Slots) -> PyResult {
    before.clear();
    after.clear();
    if let Some(raised) = not_iterable(esc, &sequence) {
        return Err(raised);
    }
    let mut values = ops::collect(esc, &sequence)?;
    let needed = before.len() + after.len();
    if values.len() < needed {
        let found = values.len();
        let message = if after.len() == 0 {
            format!("not enough values to unpack (expected at least {}, got {found})", before.len())
        } else {
            format!("not enough values to unpack (expected at least {needed}, got {found})")
        };
        return Err(esc.value_error(message));
    }
    let tail = values.split_off(values.len() - after.len());
    let middle = values.split_off(before.len());
    fill(before, values);
    fill(after, tail);
    Ok(list::new(esc, middle).into_value())
}
