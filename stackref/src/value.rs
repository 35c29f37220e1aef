//! The strong handle of native code: owns a count, or is an immediate, or names an immortal.

use crate::dead::{Dead, Fate};
use crate::header::Header;
use crate::ledger;
use crate::thread::current_id;
use crate::word::Word;
use std::ptr::NonNull;

/// A strong handle. Never NULL; never borrowed, except when seen through [`crate::StackRef::as_value`], whose views
/// do not drop. `Clone` and `Drop` count under the calling thread's id; dropping the last handle finalizes the object.
#[repr(transparent)]
pub struct Value(Word);

static_assertions::assert_eq_size!(Value, Option<Value>, Result<Value, ()>, u64);

impl Value {
    /// Takes over a count.
    ///
    /// # Safety
    /// The caller owns one count of the live object and gives it up; the object's memory stays type-stable at the
    /// header until every thread's grace period has passed (H1).
    #[inline(always)]
    pub unsafe fn from_header(object: NonNull<Header>) -> Value {
        Value(Word::counted(object))
    }

    /// A new handle to an object.
    ///
    /// # Safety
    /// The object is alive for the call, `me` is the calling thread's id, and H1 as in [`Value::from_header`].
    #[inline]
    pub unsafe fn new_ptr(object: NonNull<Header>, me: u32) -> Value {
        // SAFETY: alive (caller).
        let header = unsafe { object.as_ref() };
        if header.is_immortal() {
            return Value(Word::uncounted(object));
        }
        // SAFETY: alive, and the id is right (caller).
        unsafe { header.incref(me) };
        Value(Word::counted(object))
    }

    /// A handle to an immortal object, which needs no count.
    ///
    /// # Panics
    /// In debug builds, if the object is not immortal.
    #[inline(always)]
    pub fn from_immortal(object: &'static Header) -> Value {
        debug_assert!(object.is_immortal());
        Value(Word::uncounted(NonNull::from(object)))
    }

    /// A word as a handle.
    ///
    /// # Safety
    /// The word is an immediate, or counted with the caller's count, or names an immortal.
    #[inline(always)]
    pub unsafe fn from_word(word: Word) -> Value {
        debug_assert!(!word.is_null(), "NULL is no value");
        Value(word)
    }

    /// An immediate as a handle; `None` for a pointer.
    #[inline(always)]
    pub fn from_immediate(word: Word) -> Option<Value> {
        if word.is_immediate() { Some(Value(word)) } else { None }
    }

    /// `i` as an immediate, or `None` if it needs more than 62 bits.
    #[inline(always)]
    pub fn from_int(i: i64) -> Option<Value> {
        Word::from_int(i).map(Value)
    }

    /// The immediate int, if this is one.
    #[inline(always)]
    pub fn as_int(&self) -> Option<i64> {
        self.0.as_int()
    }

    /// `x` as an immediate, or `None` if it must be boxed.
    #[inline(always)]
    pub fn from_f64(x: f64) -> Option<Value> {
        Word::from_f64(x).map(Value)
    }

    /// The immediate float, if this is one.
    #[inline(always)]
    pub fn as_f64(&self) -> Option<f64> {
        self.0.as_f64()
    }

    /// The object, unless this is an immediate.
    #[inline(always)]
    pub fn header(&self) -> Option<NonNull<Header>> {
        if self.0.is_immediate() {
            return None;
        }
        // SAFETY: a value is never NULL (V1).
        Some(unsafe { self.0.header_unchecked() })
    }

    /// The word, to look at.
    #[inline(always)]
    pub fn word(&self) -> Word {
        ledger::strip(self.0)
    }

    /// The word, with what it owns.
    #[inline(always)]
    pub fn into_word(self) -> Word {
        std::mem::ManuallyDrop::new(self).0
    }

    /// Whether both are the same object or the same immediate.
    #[inline(always)]
    pub fn is(&self, other: &Value) -> bool {
        self.0.is(other.0)
    }

    /// Whether this names the object at `object`.
    #[inline(always)]
    pub fn ptr_eq(&self, object: NonNull<Header>) -> bool {
        self.0.is(Word::uncounted(object))
    }

    /// [`Clone`] for a caller that has its thread's id at hand.
    #[inline]
    pub fn clone_as(&self, me: u32) -> Value {
        let word = ledger::strip(self.0);
        if word.is_immediate() {
            return Value(word);
        }
        // SAFETY: a value is never NULL (V1).
        let object = unsafe { word.header_unchecked() };
        if word.is_counted() {
            // SAFETY: the handle keeps the object alive (V1).
            unsafe { object.as_ref().incref(me) };
            return Value(word);
        }
        // SAFETY: an uncounted handle is immortal, or a view whose reference is kept alive (V1).
        unsafe { Value::new_ptr(object, me) }
    }

    /// [`Drop`] for a caller that has its thread's id at hand and finalizes at a place of its choice.
    #[inline]
    pub fn close(self, me: u32) -> Option<Dead> {
        let word = self.into_word();
        if !word.is_counted() {
            return None;
        }
        // SAFETY: counted, so a pointer to a live object (V1).
        let object = unsafe { word.header_unchecked() };
        // SAFETY: the handle owned the count (V1).
        match unsafe { object.as_ref().decref(me) } {
            Fate::Alive => None,
            // SAFETY: the last reference is gone, this is the only token.
            Fate::Dead => Some(unsafe { Dead::new(object) }),
        }
    }

    #[cold]
    #[inline(never)]
    fn finalize_slow(object: NonNull<Header>) {
        // SAFETY: called with the object whose last reference was just dropped.
        unsafe { Dead::new(object) }.finalize();
    }
}

impl Clone for Value {
    #[inline]
    fn clone(&self) -> Value {
        if self.0.is_immediate() {
            return Value(self.0);
        }
        self.clone_as(current_id())
    }
}

impl Drop for Value {
    #[inline]
    fn drop(&mut self) {
        if !self.0.is_counted() {
            return;
        }
        // SAFETY: counted, so a pointer to a live object (V1).
        let object = unsafe { self.0.header_unchecked() };
        // SAFETY: the handle owns the count (V1).
        if unsafe { object.as_ref().decref(current_id()) } == Fate::Dead {
            Value::finalize_slow(object);
        }
    }
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.word().fmt(f)
    }
}
