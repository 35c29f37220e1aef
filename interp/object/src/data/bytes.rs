//! `bytes`: immutable octets with a cached hash.

use std::alloc::{self, Layout as MemLayout};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use crate::layout::{self, Obj, Payload, VarPlace};
use crate::thread::Esc;
use crate::typeobj::{TypeFlags, TypeObject};

/// The payload of `bytes`.
pub struct Bytes {
    hash: AtomicI64,
    data: NonNull<u8>,
    len: usize,
    boxed: bool,
}

// SAFETY: the octets are written before the object is published and never change.
unsafe impl Send for Bytes {}
// SAFETY: as for `Send`.
unsafe impl Sync for Bytes {}

impl Bytes {
    /// The octets.
    #[inline]
    pub fn as_slice(&self) -> &[u8] {
        // SAFETY: `data` points to `len` octets written before publication.
        unsafe { std::slice::from_raw_parts(self.data.as_ptr(), self.len) }
    }

    /// The hash.
    pub fn hash(&self) -> i64 {
        match self.hash.load(Relaxed) {
            0 => {
                let hash = crate::intern::hash_bytes(self.as_slice());
                self.hash.store(hash, Relaxed);
                hash
            }
            hash => hash,
        }
    }
}

impl Drop for Bytes {
    fn drop(&mut self) {
        if self.boxed {
            let layout = MemLayout::from_size_align(self.len.max(1), 8).expect("the layout was valid when allocated");
            // SAFETY: `boxed` data was allocated by `layout::new_var` with this layout.
            unsafe { alloc::dealloc(self.data.as_ptr(), layout) };
        }
    }
}

impl Payload for Bytes {
    const NAME: &'static str = "bytes";
    const TRACED: bool = false;
    fn class() -> &'static TypeObject {
        &BYTES
    }
}

/// The type `bytes`.
pub static BYTES: TypeObject = TypeObject::builtin::<Bytes>(
    "bytes",
    Some(&super::types::OBJECT),
    TypeFlags::BASE.union(TypeFlags::BYTES_SUBCLASS).union(TypeFlags::MATCH_SELF),
);

/// A `bytes` with these octets.
pub fn new(esc: Esc<'_>, octets: &[u8]) -> Obj<Bytes> {
    new_as(esc, &BYTES, octets)
}

/// An instance of `class` (`bytes` or a subclass).
pub fn new_as(esc: Esc<'_>, class: &TypeObject, octets: &[u8]) -> Obj<Bytes> {
    layout::new_var(esc, class, octets.len(), |place| {
        let (data, boxed) = match place {
            VarPlace::Inline(data) => (data, false),
            VarPlace::Boxed(data) => (data, true),
        };
        // SAFETY: both regions are this long, and the new one is private.
        unsafe { std::ptr::copy_nonoverlapping(octets.as_ptr(), data.as_ptr(), octets.len()) };
        Bytes { hash: AtomicI64::new(0), data, len: octets.len(), boxed }
    })
}
