//! References that own no count, to objects that defer counting.

use std::marker::PhantomData;
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};

use stackref::{Header, Value, Word};

use super::{Obj, Payload, header_of, header_of_payload, payload_of};

/// A reference to a *deferred* object that owns no count (O5): functions hold their globals so. The collector sees it
/// through `trace`, and makes it counted through [`Deferred::convert`] when its object turns out to be garbage.
pub struct Deferred<T: Payload> {
    bits: AtomicU64,
    payload: PhantomData<T>,
}

impl<T: Payload> Deferred<T> {
    /// Makes an uncounted reference. Enables deferred counting on the object if it is not yet on.
    #[inline]
    pub fn new(object: &Obj<T>) -> Self {
        Deferred { bits: AtomicU64::new(deferred_bits(object.header())), payload: PhantomData }
    }

    /// As [`Deferred::new`], from the payload of the object.
    pub fn of(payload: &T) -> Self {
        Deferred { bits: AtomicU64::new(deferred_bits(header_of_payload(payload))), payload: PhantomData }
    }

    /// Names another object. The old one is given back if this reference had come to own a count; it stays what the
    /// collector alone frees, so that who reads the reference meanwhile may use it up to the next safepoint.
    #[must_use = "drop the old value where code may run"]
    pub fn replace(&self, object: &Obj<T>) -> Option<Value> {
        let old = self.bits.swap(deferred_bits(object.header()), AcqRel);
        // SAFETY: only words are stored.
        let old = unsafe { Word::from_bits(old) };
        if !old.is_counted() {
            return None;
        }
        // SAFETY: `convert` took the count that moves out here.
        let old = unsafe { Value::from_word(old) };
        header_of(&old).enable_deferred();
        Some(old)
    }

    /// The word, for `trace` and for stack slots.
    #[inline]
    pub fn word(&self) -> Word {
        // SAFETY: only words are stored.
        unsafe { Word::from_bits(self.bits.load(Acquire)) }
    }

    /// The word for a frame's header: an object's, without a count.
    #[inline(always)]
    pub fn stack_word(&self) -> Word {
        // SAFETY: only words of objects are stored.
        Word::uncounted(unsafe { self.word().header_unchecked() })
    }

    /// A counted handle. The word is loaded once: [`Deferred::replace`] may race.
    pub fn to_obj(&self) -> Obj<T> {
        // SAFETY: only words of objects are stored.
        let object = unsafe { self.word().header_unchecked() };
        // SAFETY: what is replaced meanwhile stays alive up to the next safepoint.
        let value = unsafe { Value::new_ptr(object, stackref::thread::current_id()) };
        Obj { value, payload: PhantomData }
    }

    /// A view as a value, of a reference that is never replaced.
    #[inline]
    pub fn as_value(&self) -> &Value {
        // SAFETY: the atomic and `Value` have one representation; the word changes at most once, under a stopped world,
        // from uncounted to counted. The view is never dropped, and cloning decides from the object.
        unsafe { &*self.bits.as_ptr().cast::<Value>().cast_const() }
    }

    /// Takes a count if the object no longer defers counting. The world is stopped.
    pub fn convert(&self, me: u32) {
        let word = self.word();
        let Some(header) = word.header() else { return };
        // SAFETY: the object is alive: this reference was traced.
        let object = unsafe { header.as_ref() };
        if word.is_counted() || object.is_deferred() || object.is_immortal() {
            return;
        }
        // SAFETY: alive, as above.
        unsafe { object.incref(me) };
        self.bits.store(Word::counted(header).bits(), Relaxed);
    }
}

/// The bits of an uncounted reference to an object, which is deferred from now on.
#[inline]
fn deferred_bits(header: &Header) -> u64 {
    if !header.is_uncountable() {
        header.enable_deferred();
    }
    Word::uncounted(NonNull::from(header)).bits()
}

impl<T: Payload> Drop for Deferred<T> {
    fn drop(&mut self) {
        let word = self.word();
        if word.is_counted() {
            // SAFETY: `convert` took the count that is given up here.
            drop(unsafe { Value::from_word(word) });
        }
    }
}

impl<T: Payload> Deref for Deferred<T> {
    type Target = T;
    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: only words of objects are stored.
        let header = unsafe { self.word().header_unchecked() };
        // SAFETY: O1 as in `Obj`, and O5: the object cannot go while this traced reference is reachable.
        unsafe { payload_of(header).cast::<T>().as_ref() }
    }
}
