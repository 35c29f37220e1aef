//! `bytearray`: mutable octets, read and written under the object's one-byte lock.
//!
//! # Invariants
//! The octets are touched only inside [`ByteArray::read`] and [`ByteArray::write`], which hold the lock; O2 says that
//! what runs inside neither runs user code nor allocates objects.

use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::layout::{self, Obj, Payload, header_of_payload};
use crate::thread::Esc;
use crate::typeobj::{TypeFlags, TypeObject};

/// The payload of `bytearray`.
pub struct ByteArray {
    octets: UnsafeCell<Vec<u8>>,
    exports: AtomicUsize,
}

// SAFETY: the octets are reached only under the object's lock.
unsafe impl Sync for ByteArray {}

impl ByteArray {
    /// Calls `body` with the octets, under the object's lock: `body` must be short, and may not run Python code,
    /// allocate an object or lock another one (O2).
    pub fn read<R>(&self, body: impl FnOnce(&[u8]) -> R) -> R {
        let _lock = header_of_payload(self).lock().lock();
        // SAFETY: the lock that every access holds is held.
        body(unsafe { &*self.octets.get() })
    }

    /// Calls `body` with the octets to change them, under the object's lock and under the rules of [`ByteArray::read`].
    pub fn write<R>(&self, body: impl FnOnce(&mut Vec<u8>) -> R) -> R {
        let _lock = header_of_payload(self).lock().lock();
        // SAFETY: the lock that every access holds is held, and `body` has no other way to the octets.
        body(unsafe { &mut *self.octets.get() })
    }

    /// A copy of the octets.
    pub fn to_vec(&self) -> Vec<u8> {
        self.read(<[u8]>::to_vec)
    }

    /// How many octets.
    pub fn len(&self) -> usize {
        self.read(<[u8]>::len)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many buffers (memory views) show these octets; while there are any, the size may not change.
    pub fn exports(&self) -> usize {
        self.exports.load(Ordering::Acquire)
    }

    /// One more buffer shows these octets.
    pub fn export(&self) {
        self.write(|_| self.exports.fetch_add(1, Ordering::AcqRel));
    }

    /// A buffer was released.
    pub fn release(&self) {
        self.exports.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Payload for ByteArray {
    const NAME: &'static str = "bytearray";
    const TRACED: bool = false;
    fn class() -> &'static TypeObject {
        &BYTEARRAY
    }
}

/// The type `bytearray`.
pub static BYTEARRAY: TypeObject = TypeObject::builtin::<ByteArray>(
    "bytearray",
    Some(&super::types::OBJECT),
    TypeFlags::BASE.union(TypeFlags::MATCH_SELF),
);

/// A `bytearray` with these octets.
pub fn new(esc: Esc<'_>, octets: Vec<u8>) -> Obj<ByteArray> {
    new_as(esc, &BYTEARRAY, octets)
}

/// An instance of `class` (`bytearray` or a subclass).
pub fn new_as(esc: Esc<'_>, class: &TypeObject, octets: Vec<u8>) -> Obj<ByteArray> {
    layout::new_with_type(esc, class, ByteArray { octets: UnsafeCell::new(octets), exports: AtomicUsize::new(0) })
}
