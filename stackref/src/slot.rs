//! A heap slot that any thread may read.
//!
//! Protocol. Writers are exclusive (the container's lock, or an atomic swap) and publish with `Release`. A reader loads
//! the word with `Acquire`; an immediate or an uncounted (immortal) pointer is done after that one load. For a counted
//! pointer it tries to add a reference, which may be to a dead or recycled object (H1), and loads the slot again: if it
//! still holds the pointer, whatever lives there is referenced by the slot and now by the reader. ABA is harmless for
//! that reason. An object owned by the reader needs no second look. Deferred objects are taken without a count on the
//! stack, after a second look all the same: the memory may have been recycled for a deferred object in between.

#[cfg(test)]
mod tests;

use crate::header::Header;
use crate::ledger;
use crate::stack::StackRef;
use crate::sync::atomic::AtomicU64;
use crate::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use crate::value::Value;
use crate::word::Word;

/// A value or NULL in the heap, read without a lock. All-zero memory is a NULL slot.
#[repr(transparent)]
pub struct Slot(AtomicU64);

/// What a lock-free read found.
#[derive(Debug)]
#[must_use]
pub enum Load<T> {
    /// The slot is empty.
    Null,
    /// A reference of the reader's own.
    Value(T),
    /// Another thread was changing the slot, or the object has never been shared: read under the lock.
    Retry,
}

impl<T> Load<T> {
    /// The value, if one was read.
    #[inline(always)]
    pub fn value(self) -> Option<T> {
        match self {
            Load::Value(value) => Some(value),
            Load::Null | Load::Retry => None,
        }
    }
}

fn to_bits(value: Option<Value>) -> u64 {
    value.map_or(Word::NULL, Value::into_word).bits()
}

/// # Safety
/// `bits` came out of a slot, and the slot's ownership goes with them.
unsafe fn from_bits(bits: u64) -> Option<Value> {
    if bits <= Word::NULL.bits() {
        return None;
    }
    // SAFETY: a slot holds what `into_word` of a value gave (V2).
    let word = unsafe { Word::from_bits(bits) };
    // SAFETY: the slot's ownership moves out (caller).
    Some(unsafe { Value::from_word(word) })
}

impl Slot {
    /// A slot that owns `value`.
    pub fn new(value: Option<Value>) -> Slot {
        Slot(AtomicU64::new(to_bits(value)))
    }

    /// The word, to look at: what it names may be dead. For tests of immediates and identity.
    #[inline(always)]
    pub fn peek(&self) -> Option<Word> {
        let bits = self.0.load(Acquire);
        // SAFETY: neither zero nor NULL (V2).
        if bits <= Word::NULL.bits() { None } else { Some(unsafe { Word::from_bits(bits) }) }
    }

    /// Reads without a lock; see the module's protocol.
    ///
    /// # Safety
    /// `me` is the calling thread's id, and what was in the slot when the thread last passed a safepoint is still
    /// type-stable memory (H1): the thread is attached and passes none during the call.
    #[inline]
    pub unsafe fn load(&self, me: u32) -> Load<Value> {
        let Some(word) = self.peek() else { return Load::Null };
        if !word.is_counted() {
            // SAFETY: immediate, or an immortal: owns nothing (V2).
            return Load::Value(unsafe { Value::from_word(word) });
        }
        // SAFETY: as the caller's.
        unsafe { self.retain(word, me) }
    }

    /// # Safety
    /// As [`Slot::load`]; `word` is counted and was read from this slot.
    #[inline]
    unsafe fn retain(&self, word: Word, me: u32) -> Load<Value> {
        // SAFETY: counted words are non-null pointers (W2).
        let object = unsafe { word.header_unchecked() };
        // SAFETY: the memory is a header, of a live object or not (H1).
        let header = unsafe { object.as_ref() };
        // SAFETY: as the caller's.
        if unsafe { header.try_incref_owned(me) } {
            // SAFETY: the count just added is the handle's.
            return Load::Value(unsafe { Value::from_word(word) });
        }
        // SAFETY: as the caller's.
        unsafe { self.retain_slow(header, word) }
    }

    /// # Safety
    /// As [`Slot::retain`].
    #[inline(never)]
    unsafe fn retain_slow(&self, header: &Header, word: Word) -> Load<Value> {
        // SAFETY: the memory is a header (H1).
        if !unsafe { header.try_incref_foreign() } {
            return Load::Retry;
        }
        // SAFETY: the count just added is the handle's.
        let value = unsafe { Value::from_word(word) };
        // The try-incref acquired, so this load is not done before it.
        if self.0.load(Relaxed) == word.bits() { Load::Value(value) } else { Load::Retry }
    }

    /// Reads under the container's lock, and lets later lock-free reads of the same object succeed.
    ///
    /// # Safety
    /// Nobody changes the slot meanwhile, and `me` is the calling thread's id.
    #[inline]
    pub unsafe fn load_locked(&self, me: u32) -> Option<Value> {
        let word = self.peek()?;
        if word.is_counted() {
            // SAFETY: the slot's reference keeps the object alive while nobody changes it.
            let object = unsafe { word.header_unchecked() };
            // SAFETY: as above.
            unsafe { object.as_ref().incref_and_share(me) };
        }
        // SAFETY: immediate, immortal, or the count just added (V2).
        Some(unsafe { Value::from_word(word) })
    }

    /// As [`Slot::load`], for the stack: a deferred object is taken without a count.
    ///
    /// # Safety
    /// As [`Slot::load`], and the result lives where the collector sees it.
    #[inline]
    #[track_caller]
    pub unsafe fn load_stackref(&self, me: u32) -> Load<StackRef> {
        let Some(word) = self.peek() else { return Load::Null };
        if !word.is_counted() {
            // SAFETY: owns nothing (V2).
            return Load::Value(unsafe { StackRef::from_word(word) });
        }
        // SAFETY: counted words are non-null pointers (W2).
        let object = unsafe { word.header_unchecked() };
        // SAFETY: the memory is a header (H1).
        let header = unsafe { object.as_ref() };
        if header.has_gc_bits(crate::gc_bits::DEFERRED) && header.gc_bits() & crate::gc_bits::DEFERRED != 0 {
            if self.0.load(Relaxed) != word.bits() {
                return Load::Retry;
            }
            // SAFETY: deferred objects die only in the collector, which sees the stack (S2).
            return Load::Value(unsafe { StackRef::from_word(word.to_uncounted()) });
        }
        // SAFETY: as the caller's.
        match unsafe { self.retain(word, me) } {
            Load::Value(value) => Load::Value(StackRef::from_value(value)),
            Load::Null => Load::Null,
            Load::Retry => Load::Retry,
        }
    }

    /// The common cases of [`Slot::load_stackref`], which make no call: immediates, immortals, deferred objects, and
    /// objects of this thread's. `None` says only that it was none of these.
    ///
    /// # Safety
    /// As [`Slot::load_stackref`].
    #[inline(always)]
    #[track_caller]
    pub unsafe fn load_stackref_quick(&self, me: u32) -> Option<StackRef> {
        let word = self.peek()?;
        if !word.is_counted() {
            // SAFETY: owns nothing (V2).
            return Some(unsafe { StackRef::from_word(word) });
        }
        // SAFETY: counted words are non-null pointers (W2).
        let object = unsafe { word.header_unchecked() };
        // SAFETY: the memory is a header (H1).
        let header = unsafe { object.as_ref() };
        if header.gc_bits() & crate::gc_bits::DEFERRED != 0 {
            if self.0.load(Relaxed) != word.bits() {
                return None;
            }
            // SAFETY: deferred objects die only in the collector, which sees the stack (S2).
            return Some(unsafe { StackRef::from_word(word.to_uncounted()) });
        }
        // SAFETY: as the caller's.
        if !unsafe { header.try_incref_quick(me) } {
            return None;
        }
        // SAFETY: the count just added is the reference's.
        Some(unsafe { StackRef::from_word(word) })
    }

    /// Replaces the value, publishing what was written before; returns the old one, to be dropped after unlocking.
    ///
    /// # Safety
    /// No other thread writes the slot meanwhile (the container's lock is held, or the container is private).
    #[inline]
    #[must_use = "the old value is dropped after the lock is released"]
    pub unsafe fn store(&self, value: Value) -> Option<Value> {
        let old = self.0.load(Relaxed);
        self.0.store(to_bits(Some(value)), Release);
        // SAFETY: the old word left the slot (V2).
        unsafe { from_bits(old) }
    }

    /// Empties the slot; returns what it held.
    ///
    /// # Safety
    /// As [`Slot::store`].
    #[inline]
    #[must_use = "the old value is dropped after the lock is released"]
    pub unsafe fn take(&self) -> Option<Value> {
        let old = self.0.load(Relaxed);
        self.0.store(Word::NULL.bits(), Release);
        // SAFETY: the old word left the slot (V2).
        unsafe { from_bits(old) }
    }

    /// Exchanges the contents of two slots. A reader finds either value, which both slots' containers keep alive.
    ///
    /// # Safety
    /// No other thread writes either slot meanwhile (as [`Slot::store`]).
    #[inline]
    pub unsafe fn exchange(&self, other: &Slot) {
        let (mine, theirs) = (self.0.load(Relaxed), other.0.load(Relaxed));
        other.0.store(mine, Release);
        self.0.store(theirs, Release);
    }

    /// Moves the content of `from` here; what was here is forgotten, and `from` shows the same value still.
    ///
    /// A step of a shift by one: readers find the value in either slot, and the slot keeps it alive.
    ///
    /// # Safety
    /// No other thread writes either slot meanwhile (as [`Slot::store`]). The caller owns what was here, and before
    /// others may write it overwrites `from` without dropping what that shows (by another such move, or with
    /// [`Slot::put`]).
    #[inline(always)]
    pub unsafe fn move_from(&self, from: &Slot) {
        self.0.store(from.0.load(Relaxed), Release);
    }

    /// Stores without looking at what was here.
    ///
    /// # Safety
    /// No other thread writes the slot meanwhile (as [`Slot::store`]). The slot is empty, or what it shows was moved
    /// elsewhere ([`Slot::move_from`]).
    #[inline(always)]
    pub unsafe fn put(&self, value: Option<Value>) {
        self.0.store(to_bits(value), Release);
    }

    /// Exchanges the value atomically; needs no lock.
    #[inline]
    #[must_use = "the old value is dropped at a place where anything may run"]
    pub fn swap(&self, value: Option<Value>) -> Option<Value> {
        let old = self.0.swap(to_bits(value), AcqRel);
        // SAFETY: the old word left the slot (V2).
        unsafe { from_bits(old) }
    }
}

impl Default for Slot {
    fn default() -> Self {
        Slot::new(None)
    }
}

impl Drop for Slot {
    #[inline]
    fn drop(&mut self) {
        // Nobody else has the slot, and it is not looked at again: no exchange, no store.
        let bits = self.0.load(Relaxed);
        // SAFETY: the slot's ownership ends here (V2).
        drop(unsafe { from_bits(bits) });
    }
}

impl std::fmt::Debug for Slot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Slot").field(&self.peek().map(ledger::strip)).finish()
    }
}
