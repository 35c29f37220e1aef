//! Fields of payloads that hold values.

use std::sync::atomic::AtomicU64;

use stackref::{Load, Slot, StackRef, Value, Word};

use super::{Payload, header_of_payload};
use crate::thread::Esc;

const fn empty_slot() -> Slot {
    // SAFETY: `Slot` is a transparent atomic word (documented), and NULL is the empty slot.
    unsafe { std::mem::transmute::<AtomicU64, Slot>(AtomicU64::new(Word::NULL.bits())) }
}

/// A field of a payload that holds a value or nothing, may be assigned, and is read without a lock.
///
/// Writers hold the owner's one-byte lock; a reader that loses a race takes it.
pub struct Field(Slot);

impl Field {
    /// A field with this content.
    pub fn new(value: Option<Value>) -> Self {
        Field(Slot::new(value))
    }

    /// An empty field, for statics and for later.
    pub const fn empty() -> Self {
        Field(empty_slot())
    }

    /// The content. `owner` is the payload this field is part of.
    #[inline]
    pub fn get<T: Payload>(&self, esc: Esc<'_>, owner: &T) -> Option<Value> {
        self.get_for(esc.me(), owner)
    }

    /// As [`Field::get`], where no token is at hand; the thread is attached.
    pub fn get_now<T: Payload>(&self, owner: &T) -> Option<Value> {
        self.get_for(stackref::thread::current_id(), owner)
    }

    #[inline]
    fn get_for<T: Payload>(&self, me: u32, owner: &T) -> Option<Value> {
        // SAFETY: whatever a field holds lies in the type-stable heap or is immortal, and this thread is attached.
        match unsafe { self.0.load(me) } {
            Load::Value(value) => Some(value),
            Load::Null => None,
            Load::Retry => self.get_locked(me, owner),
        }
    }

    #[cold]
    fn get_locked<T: Payload>(&self, me: u32, owner: &T) -> Option<Value> {
        let _lock = header_of_payload(owner).lock().lock();
        // SAFETY: the lock that all writers of this field hold is held.
        unsafe { self.0.load_locked(me) }
    }

    /// Replaces the content. The old one is given back, to be dropped after the call.
    #[inline]
    #[must_use = "drop the old value where code may run"]
    pub fn set<T: Payload>(&self, owner: &T, value: Option<Value>) -> Option<Value> {
        let _lock = header_of_payload(owner).lock().lock();
        match value {
            // SAFETY: the lock that all writers of this field hold is held.
            Some(value) => unsafe { self.0.store(value) },
            // SAFETY: as above.
            None => unsafe { self.0.take() },
        }
    }

    /// Sets an empty field; a value that is there stays.
    pub fn set_if_empty<T: Payload>(&self, owner: &T, value: Value) {
        let _lock = header_of_payload(owner).lock().lock();
        if self.0.peek().is_none() {
            // SAFETY: the lock that all writers of this field hold is held, and the field is empty.
            unsafe { self.0.put(Some(value)) };
        }
    }

    /// The content as a stack reference, where reading it takes no call and no lock. `None` says only that it does not.
    #[inline(always)]
    pub fn load_quick(&self, me: u32) -> Option<StackRef> {
        // SAFETY: as in `get_for`; the caller puts the reference on its stack.
        unsafe { self.0.load_stackref_quick(me) }
    }

    /// Takes the content out while nobody else can reach the owner (`clear`).
    pub fn take(&self) -> Option<Value> {
        // SAFETY: nobody else reaches the owner.
        unsafe { self.0.take() }
    }

    /// The word, for `trace`, or `None` while empty.
    #[inline]
    pub fn word(&self) -> Option<Word> {
        self.0.peek()
    }

    /// Shows the content to the collector.
    pub fn trace(&self, visit: &mut dyn FnMut(Word)) {
        if let Some(word) = self.0.peek() {
            visit(word);
        }
    }
}

/// A field that is set at most once, and so can be looked at without a count.
pub(crate) struct OnceField(Slot);

impl OnceField {
    /// An empty field.
    pub(crate) const fn empty() -> Self {
        OnceField(empty_slot())
    }

    /// Sets the field, if it is empty: by the thread that makes the object. (If two raced, one value would leak.)
    ///
    /// # Errors
    /// Gives the value back if the field has one.
    #[inline(always)]
    pub(crate) fn set(&self, value: Value) -> Result<(), Value> {
        if self.0.peek().is_some() {
            return Err(value);
        }
        // SAFETY: the field is empty, or another thread has just filled it, whose value is then kept for ever.
        unsafe { self.0.put(Some(value)) };
        Ok(())
    }

    /// The content.
    #[inline]
    pub(crate) fn get(&self) -> Option<&Value> {
        self.0.peek()?;
        // SAFETY: a slot has the representation of a word, this one is not NULL, as was just seen, and what it held is
        // not given up while the owner is borrowed.
        Some(unsafe { &*std::ptr::from_ref(&self.0).cast::<Value>() })
    }

    /// Shows the content to the collector.
    pub(crate) fn trace(&self, visit: &mut dyn FnMut(Word)) {
        if let Some(word) = self.0.peek() {
            visit(word);
        }
    }
}
