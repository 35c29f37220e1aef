//! Raw operations on [`Slot`] that a table needs beside the slot's own protocol. Apart because each one moves ownership
//! as bits: the places that may do so are listed here.

use std::mem::ManuallyDrop;

use stackref::sync::atomic::{AtomicU64, Ordering};
use stackref::{Slot, Value, Word};
use static_assertions::assert_eq_size;

assert_eq_size!(Slot, AtomicU64);

/// A slot that holds nothing.
pub(crate) fn empty() -> Slot {
    Slot::new(None)
}

#[inline(always)]
fn atomic(slot: &Slot) -> &AtomicU64 {
    // SAFETY: `Slot` is `repr(transparent)` over the atomic (its documented layout).
    unsafe { &*(&raw const *slot).cast::<AtomicU64>() }
}

#[inline(always)]
fn from_bits(bits: u64) -> Word {
    // SAFETY: K4: slots of published entries only ever hold bits of words.
    unsafe { Word::from_bits(bits) }
}

/// The word in the slot, without a claim on it. Acquire: pairs with the Release half of [`take`].
#[inline(always)]
pub(crate) fn word(slot: &Slot) -> Word {
    from_bits(atomic(slot).load(Ordering::Acquire))
}

/// Gives an unpublished slot its first content, which it owns from now on.
#[inline(always)]
pub(crate) fn init(slot: &Slot, word: Word) {
    atomic(slot).store(word.bits(), Ordering::Relaxed);
}

/// Takes the content out, leaving NULL, for the holder of the slot's lock. Release: a reader that sees the NULL sees
/// what was written before it (`moved`), and whoever drops the reference later does so after the NULL.
///
/// # Safety
/// K5: this thread is the slot's only writer.
#[inline]
pub(crate) unsafe fn take(slot: &Slot) -> Option<Value> {
    // SAFETY: forwarded.
    unsafe { slot.take() }
}

/// Puts `value` in and returns what was there, for the holder of the slot's lock.
///
/// # Safety
/// K5: this thread is the slot's only writer.
#[inline]
pub(crate) unsafe fn replace(slot: &Slot, value: Value) -> Option<Value> {
    // SAFETY: forwarded.
    unsafe { slot.store(value) }
}

/// A look at the content without counting it.
///
/// # Safety
/// While the result is used nothing can remove the word from its slot: the writer's lock is held.
#[inline(always)]
pub(crate) unsafe fn peek(word: Word) -> ManuallyDrop<Value> {
    debug_assert!(!word.is_null());
    // SAFETY: never dropped, so no count is consumed; the caller keeps the object alive.
    ManuallyDrop::new(unsafe { Value::from_word(word) })
}
