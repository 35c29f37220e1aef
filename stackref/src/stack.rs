//! The reference of stack slots and locals: may own a count, may not, and knows which.
//!
//! No `Drop` and no `Clone`: who holds one closes it, at a place where a finalizer may run. Dropping one on the
//! floor leaks a count; the ledger finds such places.

#[cfg(test)]
mod tests;

use crate::dead::{Dead, Fate};
use crate::header::Header;
use crate::ledger;
use crate::value::Value;
use crate::word::Word;
use std::ptr::NonNull;

/// A word on an evaluation stack.
#[derive(Debug)]
#[must_use = "a stack reference is closed or moved on, else its count leaks"]
#[repr(transparent)]
pub struct StackRef(Word);

static_assertions::assert_eq_size!(StackRef, Option<StackRef>, u64);

impl StackRef {
    /// The tagged null. Closing it is free.
    pub const NULL: StackRef = StackRef(Word::NULL);

    /// A new reference to what `value` names: without a count if the object is deferred or immortal.
    #[inline]
    #[track_caller]
    pub fn new(value: &Value, me: u32) -> StackRef {
        let word = value.word();
        if word.is_immediate() {
            return StackRef(word);
        }
        // SAFETY: a value's pointer is to a live object (V1).
        unsafe { StackRef::new_ptr(word.header_unchecked(), me) }
    }

    /// [`StackRef::new`] where that takes no call: nothing to count, or an object of this thread's.
    #[inline(always)]
    #[track_caller]
    pub fn new_quick(value: &Value, me: u32) -> Option<StackRef> {
        let word = value.word();
        if word.is_immediate() {
            return Some(StackRef(word));
        }
        // SAFETY: a value's pointer is to a live object (V1).
        let object = unsafe { word.header_unchecked() };
        // SAFETY: alive, as above.
        let header = unsafe { object.as_ref() };
        if header.is_uncountable() {
            return Some(StackRef(ledger::open(Word::uncounted(object))));
        }
        // SAFETY: alive, as above.
        if !unsafe { header.try_incref_quick(me) } {
            return None;
        }
        Some(StackRef(ledger::open(Word::counted(object))))
    }

    /// A new reference to an object: without a count if it is deferred or immortal.
    ///
    /// # Safety
    /// The object is alive for the call, and `me` is the calling thread's id.
    #[inline]
    #[track_caller]
    pub unsafe fn new_ptr(object: NonNull<Header>, me: u32) -> StackRef {
        // SAFETY: alive (caller).
        let header = unsafe { object.as_ref() };
        if header.is_uncountable() {
            return StackRef(ledger::open(Word::uncounted(object)));
        }
        // SAFETY: alive, and the id is right (caller).
        unsafe { header.incref(me) };
        StackRef(ledger::open(Word::counted(object)))
    }

    /// Takes over a count that the caller owns. No test for immortality: closing an untagged immortal is a no-op.
    ///
    /// # Safety
    /// The caller owns one count and gives it up.
    #[inline]
    #[track_caller]
    pub unsafe fn steal(object: NonNull<Header>) -> StackRef {
        StackRef(ledger::open(Word::counted(object)))
    }

    /// Takes over a strong handle.
    #[inline]
    #[track_caller]
    pub fn from_value(value: Value) -> StackRef {
        StackRef(ledger::open(value.into_word()))
    }

    /// An immediate or NULL, which own nothing.
    #[inline(always)]
    pub fn from_immediate(word: Word) -> StackRef {
        debug_assert!(word.is_immediate() || word.is_null());
        StackRef(word)
    }

    /// A reference without a count to an object that is kept alive by something else.
    ///
    /// # Safety
    /// The object is immortal, or deferred and the holder visible to the collector, or something provably outlives
    /// the reference.
    #[inline]
    #[track_caller]
    pub unsafe fn borrow_ptr(object: NonNull<Header>) -> StackRef {
        StackRef(ledger::open(Word::uncounted(object)))
    }

    /// A word as a stack reference.
    ///
    /// # Safety
    /// If the word is counted the caller owns that count; if it is an uncounted pointer, see [`StackRef::borrow_ptr`].
    #[inline(always)]
    #[track_caller]
    pub unsafe fn from_word(word: Word) -> StackRef {
        StackRef(ledger::open(word))
    }

    /// The word, with what it owns.
    #[inline(always)]
    #[track_caller]
    pub fn into_word(self) -> Word {
        ledger::close(self.0)
    }

    /// The word, to look at.
    #[inline(always)]
    #[track_caller]
    pub fn word(&self) -> Word {
        ledger::touch(self.0)
    }

    /// Whether this is [`StackRef::NULL`].
    #[inline(always)]
    pub fn is_null(&self) -> bool {
        self.0.is_null()
    }

    /// A reference to the same that owns nothing.
    ///
    /// # Safety
    /// The result is closed before `self` is (a local outlives the operands loaded from it).
    #[inline(always)]
    #[track_caller]
    pub unsafe fn borrow(&self) -> StackRef {
        StackRef(ledger::lend(self.0))
    }

    /// One more reference of the same kind: counted if this is counted, else without a count.
    ///
    /// A duplicate of a borrowed reference is borrowed from the same lender.
    #[inline]
    #[track_caller]
    pub fn dup(&self, me: u32) -> StackRef {
        let word = ledger::touch(self.0);
        if word.is_counted() {
            // SAFETY: a counted word keeps its object alive (S1).
            unsafe { word.header_unchecked().as_ref().incref(me) };
        }
        StackRef(ledger::dup(self.0))
    }

    /// [`StackRef::dup`] where that takes no call: nothing to count, or an object of this thread's. `None` changed nothing.
    #[inline(always)]
    #[track_caller]
    pub fn try_dup(&self, me: u32) -> Option<StackRef> {
        let word = ledger::touch(self.0);
        if word.is_counted() {
            // SAFETY: a counted word is a pointer to a live object (S1).
            let object = unsafe { word.header_unchecked() };
            // SAFETY: as above.
            if !unsafe { object.as_ref().try_incref_quick(me) } {
                return None;
            }
        }
        Some(StackRef(ledger::dup(self.0)))
    }

    /// [`StackRef::into_value`] where that takes no call: all but deferred objects. `Err` is the reference, untouched.
    #[inline(always)]
    #[track_caller]
    pub fn try_into_value(self) -> Result<Value, StackRef> {
        let word = ledger::strip(self.0);
        debug_assert!(!word.is_null(), "NULL is no value");
        if word.is_uncounted_ptr() {
            // SAFETY: not NULL, so it names a live object (S1).
            let object = unsafe { word.header_unchecked() };
            // SAFETY: as above.
            if !unsafe { object.as_ref() }.is_immortal() {
                return Err(self);
            }
        }
        let _ = ledger::close(self.0);
        // SAFETY: an immediate, an immortal, or a count that moves to the handle (V1).
        Ok(unsafe { Value::from_word(word) })
    }

    /// Gives the reference up. `Some` names the object if it was the last one; finalizing it is the caller's, at a
    /// place where anything may run.
    #[inline]
    #[track_caller]
    pub fn close(self, me: u32) -> Option<Dead> {
        let word = ledger::close(self.0);
        if !word.is_counted() {
            return None;
        }
        // SAFETY: a counted word is a pointer to a live object (S1).
        let object = unsafe { word.header_unchecked() };
        // SAFETY: the word owns the count that is dropped (S1).
        match unsafe { object.as_ref().decref(me) } {
            Fate::Alive => None,
            // SAFETY: the last reference is gone, this is the only token.
            Fate::Dead => Some(unsafe { Dead::new(object) }),
        }
    }

    /// Gives the reference up if that takes no call: it owns nothing, or a count of this thread's that is not the last.
    /// `Some` is the reference, untouched, to be [closed](StackRef::close) out of line.
    #[inline(always)]
    #[track_caller]
    pub fn close_unless_last(self, me: u32) -> Option<StackRef> {
        let word = ledger::strip(self.0);
        if word.is_counted() {
            // SAFETY: a counted word is a pointer to a live object (S1).
            let object = unsafe { word.header_unchecked() };
            // SAFETY: the word owns the count that is dropped (S1).
            if !unsafe { object.as_ref().decref_unless_last(me) } {
                return Some(self);
            }
        }
        let _ = ledger::close(self.0);
        None
    }

    /// Stores NULL first, then closes the old reference.
    #[inline]
    #[track_caller]
    pub fn clear(&mut self, me: u32) -> Option<Dead> {
        self.take().close(me)
    }

    /// Stores NULL and returns the old reference.
    #[inline(always)]
    pub fn take(&mut self) -> StackRef {
        std::mem::replace(self, StackRef::NULL)
    }

    /// Stores `new` first, then closes the old reference.
    #[inline]
    #[track_caller]
    pub fn set(&mut self, new: StackRef, me: u32) -> Option<Dead> {
        std::mem::replace(self, new).close(me)
    }

    /// A reference that may leave the stack: one that owned nothing gets a count, unless the object is immortal or
    /// deferred (decided from the object, not from the tag).
    #[inline]
    #[track_caller]
    pub fn make_heap_safe(self, me: u32) -> StackRef {
        let word = self.0;
        if !word.is_uncounted_ptr() || word.is_null() {
            return self;
        }
        // SAFETY: a non-null pointer word names a live object (S1).
        let object = unsafe { word.header_unchecked() };
        // SAFETY: alive (S1).
        if unsafe { object.as_ref() }.is_uncountable() {
            return self;
        }
        // SAFETY: alive (S1).
        unsafe { object.as_ref().incref(me) };
        let _ = ledger::close(word);
        StackRef(ledger::open(Word::counted(object)))
    }

    /// As [`StackRef::into_value`], where the word can move as it is and no call is made: an immediate, a reference that
    /// owns a count, an immortal.
    ///
    /// # Errors
    /// Gives the reference back if it is another one, or NULL.
    #[inline(always)]
    #[track_caller]
    pub fn into_value_quick(self) -> Result<Value, StackRef> {
        let word = self.0;
        if word.is_uncounted_ptr() {
            // SAFETY: a pointer word that is not NULL names a live object (S1).
            if word.is_null() || !unsafe { word.header_unchecked().as_ref() }.is_immortal() {
                return Err(self);
            }
        }
        // SAFETY: an immediate, a count that moves to the handle, or an immortal, which needs none (V1).
        Ok(unsafe { Value::from_word(ledger::close(word)) })
    }

    /// A strong handle in exchange for this reference, which is not NULL.
    #[inline]
    #[track_caller]
    pub fn into_value(self, me: u32) -> Value {
        let word = ledger::close(self.0);
        debug_assert!(!word.is_null(), "NULL is no value");
        if word.is_uncounted_ptr() {
            // SAFETY: not NULL, so it names a live object (S1).
            return unsafe { Value::new_ptr(word.header_unchecked(), me) };
        }
        // SAFETY: an immediate, or a count that moves to the handle (V1).
        unsafe { Value::from_word(word) }
    }

    /// A view as a strong handle, which ends before this reference does. Not for NULL.
    #[inline(always)]
    #[track_caller]
    pub fn as_value(&self) -> &Value {
        debug_assert!(!self.0.is_null(), "NULL is no value");
        let _ = ledger::touch(self.0);
        // SAFETY: both are transparent over `Word`; a shared view never drops, and its `Clone` decides from the object.
        unsafe { &*std::ptr::from_ref(self).cast::<Value>() }
    }

    /// Whether both name the same object or are the same immediate, whoever owns a count.
    #[inline(always)]
    pub fn is(a: &StackRef, b: &StackRef) -> bool {
        a.0.is(b.0)
    }

    /// Whether the bits are equal. Only where the producers guarantee the same ownership on both sides; a debug
    /// assertion says so.
    #[inline(always)]
    pub fn is_exactly(a: &StackRef, b: &StackRef) -> bool {
        let (a, b) = (ledger::strip(a.0), ledger::strip(b.0));
        debug_assert_eq!(a == b, a.is(b), "is_exactly on references of different ownership");
        a == b
    }
}
