//! Unpacking: the fact, and what the forms do.
//!
//! Where stores of all items to locals follow, as cells `MOVE` from temporaries (lowering says so in word 1, the checker
//! confirms it), the `…_STORE` forms do them at once and go on behind them. They go item by item, and only as far as
//! that takes no call: at an item that is not to be counted here, or a local that holds a last reference, they stop and
//! remember how far they came ([`Thread::progress`]). The instruction then starts over out of line, which spreads the rest
//! over the temporaries and goes on at the first store that is not done. So a store that finalizes is done by its own cell,
//! after those before it and before those behind it.
//!
//! Nothing of the sequence may be dropped while it is read: a local that holds it is left to its own cell too.

use interp_code::lower::STORED;
use interp_object::data::list::{HeldItems, List};
use interp_object::data::tuple::Tuple;
use interp_object::layout::ValueExt;
use interp_object::{Esc, Thread, Value, Word};
use specializer::decide::unpack::{self, Unpack};
use specializer::rewrite::Meta;
use stackref::StackRef;

use super::arith::class;
use super::containers::{exact, retained};
use super::{QUICK, begin};
use crate::dispatch::{Cell, cell_at};
use crate::flow::Slots;

/// `UNPACK_SEQUENCE_TWO_TUPLE`
#[inline(always)]
pub(crate) fn two<const READ: bool>(th: &Thread, tuple: Word) -> Option<(Word, Word)> {
    let [one, two] = exact::<Tuple>(tuple)?.as_slice() else { return None };
    let one = retained::<READ>(th, one)?;
    match retained::<READ>(th, two) {
        Some(two) => Some((one, two)),
        None => {
            // SAFETY: made above; the tuple holds another count, so this one is not the last.
            let _alive = unsafe { StackRef::from_word(one) }.close_unless_last(th.id());
            None
        }
    }
}

/// `UNPACK_SEQUENCE_TUPLE`: spreads a tuple of `len` items from the slot of field b up, the first item on top. `None`
/// leaves the tuple's own slot as it was.
#[inline(always)]
pub(crate) fn spread<const READ: bool>(
    th: &Thread,
    ip: *const Cell,
    fp: *mut Word,
    tuple: Word,
    len: u32,
) -> Option<()> {
    let items = exact::<Tuple>(tuple)?.as_slice();
    if items.len() != len as usize {
        return None;
    }
    // SAFETY: H1: the block of this cell has a slot for each item; the lowest of them is the tuple's.
    let block = unsafe { fp.add(usize::from((cell_at(ip) >> 32) as u16)) };
    for (at, item) in items.iter().enumerate() {
        // Out of line the tuple may die before the items show in the frame: they get counts, deferred ones too.
        let word = if READ == QUICK { retained::<QUICK>(th, item) } else { Some(item.clone_as(th.id()).into_word()) };
        let Some(word) = word else {
            // The lowest slot is written last, so it still has the tuple, which keeps the items.
            for undone in 0..at {
                // SAFETY: inside the block, written below.
                let word = unsafe { block.add(items.len() - 1 - undone).read() };
                // SAFETY: as above: the slot owns it, and it is not the last reference.
                let _alive = unsafe { StackRef::from_word(word) }.close_unless_last(th.id());
            }
            return None;
        };
        // SAFETY: inside the block.
        unsafe { block.add(items.len() - 1 - at).write(word) };
    }
    Some(())
}

/// `UNPACK_SEQUENCE_LIST`: a list of `len` items, locked.
#[inline(always)]
pub(crate) fn hold_list<'a>(th: &Thread, list: Word, len: u32) -> Option<HeldItems<'a>> {
    // SAFETY: the operand's slot of the running frame has the word.
    unsafe { exact::<List>(list)?.try_hold_all(th.id(), list, len as usize) }
}

/// Spreads the items of a locked list, the first on top.
#[inline(always)]
pub(crate) fn spread_list(th: &Thread, held: HeldItems<'_>, items: Slots) {
    let last = items.len().wrapping_sub(1);
    held.for_each(th.id(), |at, item| items.set(last - at, item.into_word()));
}

/// The place of the local that a store names.
///
/// # Safety
/// `store` is a cell `MOVE` of the code that runs in the frame at `fp`.
#[inline(always)]
unsafe fn target(fp: *mut Word, store: *const Cell) -> *mut Word {
    // SAFETY: H1: field b is the slot of the destination.
    unsafe { fp.add(usize::from((cell_at(store) >> 32) as u16)) }
}

/// Gives up a reference that a container holds too.
#[inline(always)]
fn give_back(th: &Thread, word: Word) {
    // SAFETY: the caller made it; the container has another count, so this one is not the last.
    let _alive = unsafe { StackRef::from_word(word) }.close_unless_last(th.id());
}

/// Stores items to the locals that the cells from `stores` on name, while that takes no call: how many.
///
/// # Safety
/// At `stores` there are `len` cells `MOVE` of the code that runs in the frame at `fp`, to locals. `sequence` keeps the
/// items, of which `item` makes references.
#[inline(always)]
unsafe fn store_items(
    th: &Thread,
    fp: *mut Word,
    stores: *const Cell,
    sequence: Word,
    len: usize,
    mut item: impl FnMut(usize) -> Option<Word>,
) -> usize {
    for at in 0..len {
        // SAFETY: below the number of stores.
        let store = unsafe { stores.add(at) };
        // SAFETY: as above.
        let place = unsafe { target(fp, store) };
        // SAFETY: a local of the frame.
        let old = unsafe { place.read() };
        if old.bits() == sequence.bits() {
            return at;
        }
        let Some(word) = item(at) else { return at };
        // SAFETY: the local owns it.
        if let Some(last) = unsafe { StackRef::from_word(old) }.close_unless_last(th.id()) {
            // The local still owns it.
            let _ = last.into_word();
            give_back(th, word);
            return at;
        }
        // SAFETY: a local of the frame, which owns nothing any more.
        unsafe { place.write(word) };
    }
    len
}

/// The cell behind the stores if all are done; else starts over out of line.
#[inline(always)]
fn done(th: &Thread, stores: *const Cell, len: usize, stored: usize) -> Option<*const Cell> {
    if stored < len {
        th.progress.set(stored);
        return None;
    }
    // SAFETY: H1: there are so many cells of one word.
    Some(unsafe { stores.add(len) })
}

/// `UNPACK_SEQUENCE_TWO_TUPLE_STORE`
#[inline(always)]
pub(crate) fn store_two(th: &Thread, fp: *mut Word, stores: *const Cell, tuple: Word) -> Option<*const Cell> {
    let items: &[Value; 2] = exact::<Tuple>(tuple)?.as_slice().try_into().ok()?;
    // SAFETY: H1: lowering marked the cell, so the stores follow.
    let stored = unsafe { store_items(th, fp, stores, tuple, 2, |at| retained::<QUICK>(th, &items[at])) };
    done(th, stores, 2, stored)
}

/// `UNPACK_SEQUENCE_TUPLE_STORE`
#[inline(always)]
pub(crate) fn store_tuple(
    th: &Thread,
    fp: *mut Word,
    stores: *const Cell,
    tuple: Word,
    len: u32,
) -> Option<*const Cell> {
    let items = exact::<Tuple>(tuple)?.as_slice();
    if items.len() != len as usize {
        return None;
    }
    // SAFETY: H1: lowering marked the cell, so the stores follow.
    let stored = unsafe { store_items(th, fp, stores, tuple, items.len(), |at| retained::<QUICK>(th, &items[at])) };
    done(th, stores, items.len(), stored)
}

/// The rest of the two above, out of line: spreads the items that are not stored yet, and goes on at their stores.
#[inline(always)]
pub(crate) fn spread_rest(
    th: &Thread,
    ip: *const Cell,
    fp: *mut Word,
    stores: *const Cell,
    tuple: Word,
    len: u32,
) -> Option<*const Cell> {
    let stored = th.progress.take();
    let items = exact::<Tuple>(tuple)?.as_slice();
    if items.len() != len as usize {
        return None;
    }
    for (at, item) in items.iter().enumerate().skip(stored) {
        // The tuple may die before the items show in the frame: they get counts, deferred ones too.
        // SAFETY: H1: the block of this cell has a slot for each item.
        unsafe { block_of(ip, fp).add(items.len() - 1 - at).write(item.clone_as(th.id()).into_word()) };
    }
    // SAFETY: there is a store for each item.
    Some(unsafe { stores.add(stored) })
}

/// The slots for the items of the cell at `ip`.
#[inline(always)]
fn block_of(ip: *const Cell, fp: *mut Word) -> *mut Word {
    // SAFETY: H1: field b is the slot of the destination.
    unsafe { fp.add(usize::from((cell_at(ip) >> 32) as u16)) }
}

/// Set in [`Thread::progress`] beside how many items of a list were stored: its lock is still held.
const HELD: usize = 1 << 32;

/// `UNPACK_SEQUENCE_LIST_STORE`
#[inline(always)]
pub(crate) fn store_list(th: &Thread, fp: *mut Word, stores: *const Cell, list: Word, len: u32) -> Option<*const Cell> {
    let len = len as usize;
    // SAFETY: the operand's slot of the running frame has the word.
    let held = unsafe { exact::<List>(list)?.try_hold_all(th.id(), list, len) }?;
    // SAFETY: H1: lowering marked the cell, so the stores follow.
    let stored =
        unsafe { store_items(th, fp, stores, list, len, |at| held.item_quick(th.id(), at).map(StackRef::into_word)) };
    if stored < len {
        // All items are of one moment: the lock stays for the rest of them.
        th.progress.set(stored | if held.keep() { HELD } else { 0 });
        return None;
    }
    drop(held);
    done(th, stores, len, len)
}

/// The rest of the above, out of line.
#[inline(always)]
pub(crate) fn spread_list_rest(
    th: &Thread,
    ip: *const Cell,
    fp: *mut Word,
    stores: *const Cell,
    list: Word,
    len: u32,
) -> Option<*const Cell> {
    let progress = th.progress.take();
    let (stored, len) = (progress as u32 as usize, len as usize);
    let payload = exact::<List>(list)?;
    // SAFETY: the operand's slot of the running frame has the word.
    let held = unsafe { payload.resume_hold_all(th.id(), list, len, progress & HELD != 0) }?;
    for at in stored..len {
        let item = held.item(th.id(), at)?;
        // SAFETY: H1: the block of this cell has a slot for each item.
        unsafe { block_of(ip, fp).add(len - 1 - at).write(item.into_word()) };
    }
    // SAFETY: there is a store for each item.
    Some(unsafe { stores.add(stored) })
}

/// An attempt at `UNPACK_SEQUENCE`; whether a form was installed.
#[cold]
pub(crate) fn unpack_sequence(esc: Esc<'_>, ip: *const Cell, sequence: &Value, targets: u32) -> bool {
    let Some(attempt) = begin::<Unpack>(esc, ip) else { return false };
    let len = match (sequence.exact::<Tuple>(), sequence.exact::<List>()) {
        (Some(tuple), _) => tuple.len(),
        (_, Some(list)) => list.len(),
        _ => 0,
    };
    // SAFETY: H1: an adaptive cell has word 1 behind it, where lowering says whether the stores follow.
    let stored = Meta::from_bits(cell_at(unsafe { ip.add(1) })).oparg() == STORED;
    attempt.end(unpack::decide(class(sequence), len, targets as usize, stored))
}
