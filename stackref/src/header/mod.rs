//! The object header: type, biased reference count, collector bits and lock in 24 bytes.
//!
//! Fast paths are here: the owner's plain loads and stores. Everything that touches the shared word is in `shared`.

mod bits;
mod promote;
mod shared;
#[cfg(test)]
mod tests;

pub use bits::gc_bits;

use crate::dead::{Fate, TypeHead};
use crate::lock::ByteLock;
use crate::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use crate::sync::atomic::{AtomicPtr, AtomicU8, AtomicU16, AtomicU32};
use crate::thread::NO_THREAD;
use std::ptr::NonNull;

/// `local` of an immortal object.
pub(crate) const IMMORTAL: u32 = u32::MAX;
/// What [`Header::refcount`] reports for immortal and pinned objects.
pub const IMMORTAL_REFCOUNT: i64 = 3 << 30;

/// First field of every object.
///
/// `owner` is the thread whose plain loads and stores own `local`; 0 means none: merged, immortal or free. `shared`
/// is the atomic half of the count (see `shared.rs` for its states). The count is the sum of both halves.
/// The block of a free object keeps `owner`, `local` and `shared` readable, in a state that fails every try-incref;
/// an allocator may overwrite only the first eight bytes (invariant H1).
#[repr(C)]
pub struct Header {
    ty: AtomicPtr<TypeHead>,
    owner: AtomicU32,
    local: AtomicU32,
    shared: AtomicU32,
    gc_bits: AtomicU8,
    lock: ByteLock,
    tag: AtomicU16,
}

#[cfg(not(loom))]
mod layout {
    use super::Header;
    use static_assertions::{assert_eq_align, assert_eq_size, const_assert_eq};
    use std::mem::offset_of;

    assert_eq_size!(Header, [u64; 3]);
    assert_eq_align!(Header, u64);
    const_assert_eq!(offset_of!(Header, ty), 0);
    const_assert_eq!(offset_of!(Header, owner), 8);
    const_assert_eq!(offset_of!(Header, local), 12);
    const_assert_eq!(offset_of!(Header, shared), 16);
    const_assert_eq!(offset_of!(Header, gc_bits), 20);
    const_assert_eq!(offset_of!(Header, lock), 21);
    const_assert_eq!(offset_of!(Header, tag), 22);
}

impl Header {
    /// Byte offset of the first field that free memory must keep (invariant H1).
    pub const KEPT_WHEN_FREE: usize = 8;

    /// A header with one count, owned by thread `owner`; by nobody (merged) if `owner` is no attached thread.
    ///
    /// The state is complete only when the whole header has been written; see [`Header::init_at`] for memory that
    /// racing readers may still probe.
    #[inline]
    pub fn new(ty: *mut TypeHead, owner: u32) -> Header {
        let (owner, local, shared) =
            if owner == NO_THREAD { (0, 0, shared::pack(1, shared::MERGED)) } else { (owner, 1, 0) };
        Header {
            ty: AtomicPtr::new(ty),
            owner: AtomicU32::new(owner),
            local: AtomicU32::new(local),
            shared: AtomicU32::new(shared),
            gc_bits: AtomicU8::new(0),
            lock: ByteLock::new(),
            tag: AtomicU16::new(0),
        }
    }

    /// Writes what [`Header::new`] makes into a recycled block, field by field with atomic stores: a late reader may
    /// be probing the counts of the object that lived there before. `bits` are the first [`gc_bits`], which say that the
    /// object is complete if they have [`gc_bits::TRACKED`]: they are stored last.
    ///
    /// # Safety
    /// `at` is a block of the caller's that holds a free header (H1) or zeroes, and nobody else initializes it.
    #[inline]
    pub unsafe fn init_at(at: NonNull<Header>, ty: *mut TypeHead, me: u32, bits: u8) {
        // SAFETY: the block holds a header's worth of readable atomics (caller, H1).
        let header = unsafe { at.as_ref() };
        header.ty.store(ty, Relaxed);
        header.lock.reset();
        header.tag.store(0, Relaxed);
        if me == NO_THREAD {
            header.owner.store(0, Relaxed);
            header.local.store(0, Relaxed);
            header.shared.store(shared::pack(1, shared::MERGED), Release);
        } else {
            header.shared.store(0, Relaxed);
            header.local.store(1, Relaxed);
            header.owner.store(me, Relaxed);
        }
        header.gc_bits.store(bits, Release);
    }

    /// A header that is never counted and never freed.
    #[cfg(not(loom))]
    pub const fn new_immortal(ty: *mut TypeHead) -> Header {
        Header {
            ty: AtomicPtr::new(ty),
            owner: AtomicU32::new(0),
            local: AtomicU32::new(IMMORTAL),
            shared: AtomicU32::new(shared::PINNED),
            gc_bits: AtomicU8::new(gc_bits::DEFERRED),
            lock: ByteLock::new(),
            tag: AtomicU16::new(0),
        }
    }

    /// A header that is never counted and never freed.
    #[cfg(loom)]
    pub fn new_immortal(ty: *mut TypeHead) -> Header {
        let header = Header::new(ty, 1);
        header.make_immortal();
        header
    }

    /// The type. Written at creation and, later, only while the world is stopped or the object is locked. Acquire pairs with
    /// [`Header::set_ty`]: a class that another thread has just made is seen whole.
    #[inline(always)]
    pub fn ty(&self) -> *mut TypeHead {
        self.ty.load(Acquire)
    }

    /// Changes the type, publishing what was written to it before.
    #[inline]
    pub fn set_ty(&self, ty: *mut TypeHead) {
        self.ty.store(ty, Release);
    }

    /// The thread that owns `local`; 0 if none.
    #[inline(always)]
    pub fn owner(&self) -> u32 {
        self.owner.load(Relaxed)
    }

    /// The owner field as a collector's scratch word.
    ///
    /// # Safety
    /// The world is stopped and nobody counts; what was there is put back, or the counts are merged
    /// ([`Header::merge`] writes 0), before it goes on.
    #[inline(always)]
    pub unsafe fn scratch(&self) -> &AtomicU32 {
        &self.owner
    }

    /// The object's one-byte lock.
    #[inline(always)]
    pub fn lock(&self) -> &ByteLock {
        &self.lock
    }

    /// Sixteen bits that belong to the embedder.
    #[inline(always)]
    pub fn tag(&self) -> &AtomicU16 {
        &self.tag
    }

    /// Adds a reference.
    ///
    /// # Safety
    /// The caller keeps the object alive for the call (owns or borrows a reference), and `me` is the calling
    /// thread's [`crate::thread::current_id`].
    #[inline]
    pub unsafe fn incref(&self, me: u32) {
        debug_assert_eq!(me, crate::thread::current_id(), "a foreign thread id");
        if self.owner.load(Relaxed) == me {
            let local = self.local.load(Relaxed).wrapping_add(1);
            self.local.store(local, Relaxed);
            if local == IMMORTAL {
                self.make_immortal_slow();
            }
        } else {
            self.incref_shared_slow();
        }
    }

    /// Drops a reference.
    ///
    /// # Safety
    /// The caller owns the reference and gives it up; `me` is the calling thread's id; on [`Fate::Dead`] the caller
    /// sees to it that the object is finalized once.
    #[inline]
    pub unsafe fn decref(&self, me: u32) -> Fate {
        debug_assert_eq!(me, crate::thread::current_id(), "a foreign thread id");
        if self.owner.load(Relaxed) == me {
            let old = self.local.load(Relaxed);
            debug_assert_ne!(old, 0, "a reference to a dead object was dropped");
            let local = old.wrapping_sub(1);
            self.local.store(local, Relaxed);
            if local != 0 {
                return Fate::Alive;
            }
            // Acquire: pairs with the release of whichever foreign holder brought the word back to 0.
            if self.shared.load(Acquire) == 0 { Fate::Dead } else { self.merge_zero_slow() }
        } else {
            self.decref_shared_slow(me)
        }
    }

    /// Gives up a reference if that is two plain accesses: the calling thread owns the object and this is not the last
    /// local reference. `false`: nothing happened, and [`decref`](Header::decref) does the rest.
    ///
    /// # Safety
    /// As [`decref`](Header::decref) when it answers `true`; the object is alive in any case.
    #[inline(always)]
    #[must_use]
    pub unsafe fn decref_unless_last(&self, me: u32) -> bool {
        debug_assert_eq!(me, crate::thread::current_id(), "a foreign thread id");
        if self.owner.load(Relaxed) != me {
            return false;
        }
        let local = self.local.load(Relaxed);
        if local <= 1 {
            return false;
        }
        self.local.store(local - 1, Relaxed);
        true
    }

    /// Adds a reference to an object that may be dead or recycled; fails if it may not be touched.
    ///
    /// Success proves only that *some* object in this memory got a count: the caller re-checks where it found the
    /// pointer, except when the object's owner is the caller (see [`Header::try_incref_owned`]).
    ///
    /// # Safety
    /// The memory is a header or was one (H1), within the caller's grace period; `me` is the calling thread's id.
    #[inline]
    #[must_use]
    pub unsafe fn try_incref(&self, me: u32) -> bool {
        // SAFETY: as the caller's.
        unsafe { self.try_incref_owned(me) || self.try_incref_shared() }
    }

    /// The part of [`Header::try_incref`] whose success needs no re-check: an object owned by this thread cannot be
    /// freed under it, and an immortal one not at all.
    ///
    /// # Safety
    /// As [`Header::try_incref`].
    #[inline]
    #[must_use]
    pub unsafe fn try_incref_owned(&self, me: u32) -> bool {
        if self.owner.load(Relaxed) != me {
            return false;
        }
        let local = self.local.load(Relaxed);
        if local == 0 {
            return false;
        }
        self.local.store(local + 1, Relaxed);
        if local + 1 == IMMORTAL {
            self.make_immortal_slow();
        }
        true
    }

    /// The common case of [`Header::try_incref_owned`], which makes no call: the object is this thread's, alive, and its
    /// count does not saturate.
    ///
    /// # Safety
    /// As [`Header::try_incref_owned`].
    #[inline(always)]
    #[must_use]
    pub unsafe fn try_incref_quick(&self, me: u32) -> bool {
        if self.owner.load(Relaxed) != me {
            return false;
        }
        let local = self.local.load(Relaxed);
        // Neither 0 (merged, or dead) nor about to become `IMMORTAL`.
        if local.wrapping_sub(1) >= IMMORTAL - 2 {
            return false;
        }
        self.local.store(local + 1, Relaxed);
        true
    }

    /// Whether the caller's is the only reference, so that it may change the object in place.
    /// May be false although it is (after a merge), never true although it is not.
    #[inline]
    pub fn is_unique(&self, me: u32) -> bool {
        self.owner.load(Relaxed) == me && self.local.load(Relaxed) == 1 && self.shared.load(Acquire) == 0
    }

    /// Whether the object is never counted and never freed.
    #[inline(always)]
    pub fn is_immortal(&self) -> bool {
        self.local.load(Relaxed) == IMMORTAL
    }

    /// Whether stack references to the object carry no count: immortal or deferred.
    #[inline(always)]
    pub fn is_uncountable(&self) -> bool {
        self.gc_bits.load(Relaxed) & gc_bits::DEFERRED != 0
    }

    /// Whether the object is counted lazily: stack references carry no count and only the collector frees it.
    #[inline]
    pub fn is_deferred(&self) -> bool {
        self.is_uncountable() && !self.is_immortal()
    }

    /// The number of references that are counted; exact only while no other thread counts.
    pub fn refcount(&self) -> i64 {
        let local = self.local.load(Relaxed);
        let shared = self.shared.load(Relaxed);
        if local == IMMORTAL || shared::is_pinned(shared) {
            return IMMORTAL_REFCOUNT;
        }
        let bias = if self.is_uncountable() { shared::DEFERRED_BIAS } else { 0 };
        i64::from(local) + i64::from(shared::count(shared)) - i64::from(bias)
    }
}

impl std::fmt::Debug for Header {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shared = self.shared.load(Relaxed);
        f.debug_struct("Header")
            .field("owner", &self.owner())
            .field("local", &self.local.load(Relaxed))
            .field("shared", &(shared::count(shared), shared & shared::STATE_MASK))
            .field("gc_bits", &self.gc_bits.load(Relaxed))
            .finish_non_exhaustive()
    }
}
