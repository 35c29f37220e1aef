//! The collector's bits in the header.

use super::Header;
use crate::sync::atomic::Ordering::{Acquire, Relaxed, Release};

/// Values of the collector's byte.
pub mod gc_bits {
    /// The collector considers the object.
    pub const TRACKED: u8 = 1;
    /// Its finalizer has run.
    pub const FINALIZED: u8 = 2;
    /// Scratch of a collection: not reachable.
    pub const UNREACHABLE: u8 = 4;
    /// Exempt from collection.
    pub const FROZEN: u8 = 8;
    /// Read without its lock: memory that it refers to must be retired, not freed.
    pub const SHARED: u8 = 16;
    /// Scratch of a collection: marked alive.
    pub const ALIVE: u8 = 32;
    /// Stack references carry no count.
    pub const DEFERRED: u8 = 64;
}

impl Header {
    /// The collector's bits; `Acquire`, so that what was true when a bit was set is seen.
    #[inline(always)]
    pub fn gc_bits(&self) -> u8 {
        self.gc_bits.load(Acquire)
    }

    /// Whether any of `bits` is set, without ordering.
    #[inline(always)]
    pub fn has_gc_bits(&self, bits: u8) -> bool {
        self.gc_bits.load(Relaxed) & bits != 0
    }

    /// Sets bits with one atomic operation, because promotion may race; returns the old ones.
    #[inline]
    pub fn set_gc_bits(&self, bits: u8) -> u8 {
        self.gc_bits.fetch_or(bits, Release)
    }

    /// Clears bits with one atomic operation; returns the old ones.
    #[inline]
    pub fn clear_gc_bits(&self, bits: u8) -> u8 {
        self.gc_bits.fetch_and(!bits, Release)
    }

    /// Sets bits of an object no other thread knows yet, or while the world is stopped: a plain store.
    ///
    /// A racing promotion would be lost, which is why the object must be private.
    #[inline]
    pub fn init_gc_bits(&self, bits: u8) {
        self.gc_bits.store(bits, Release);
    }
}
