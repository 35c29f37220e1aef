//! Deferred counting: asked for, or earned by contention.
//!
//! A deferred object has [`gc_bits::DEFERRED`] and a bias in its shared count. The bias comes first, then the bit:
//! who sees the bit may hold an uncounted reference, and no decref may free the object from then on. The bias is
//! added by one compare-and-swap from a word without it, so at most one thread wins.

use super::shared::{DEFERRED_BIAS, STATE_MASK, count, pack};
use super::{Header, gc_bits};
use crate::sync::atomic::Ordering::{AcqRel, Relaxed, Release};
use crate::thread;

/// How many failed compare-and-swaps of one thread on one object, with few others in between, make it deferred.
#[cfg(not(loom))]
pub(crate) const PROMOTE_AFTER: u32 = 8;
#[cfg(loom)]
pub(crate) const PROMOTE_AFTER: u32 = 1;

impl Header {
    /// A compare-and-swap of a counted holder has failed: another thread counts right now. Objects that the collector
    /// knows are promoted after a few of those; others it could not free.
    pub(super) fn contended(&self) {
        if self.has_gc_bits(gc_bits::TRACKED)
            && !self.has_gc_bits(gc_bits::DEFERRED)
            && thread::note_contention(std::ptr::from_ref(self).addr()) >= PROMOTE_AFTER
        {
            self.enable_deferred();
        }
    }

    /// Turns on deferred counting. Returns whether the object is deferred now: objects that are not tracked by the
    /// collector, immortal ones, and ones that another thread is promoting stay as they are.
    ///
    /// The caller holds a reference. Callable from any thread.
    pub fn enable_deferred(&self) -> bool {
        if !self.has_gc_bits(gc_bits::TRACKED) || self.is_immortal() {
            return false;
        }
        let mut old = self.shared.load(Relaxed);
        loop {
            if self.has_gc_bits(gc_bits::DEFERRED) {
                return true;
            }
            if count(old) >= DEFERRED_BIAS / 2 {
                return false; // somebody else is between the bias and the bit, or the count is absurd
            }
            let new = pack(count(old) + DEFERRED_BIAS, old & STATE_MASK);
            match self.shared.compare_exchange(old, new, Release, Relaxed) {
                Ok(_) => break,
                Err(now) => old = now,
            }
        }
        self.set_gc_bits(gc_bits::DEFERRED);
        true
    }

    /// Turns off deferred counting and merges the counts; returns the true count.
    ///
    /// # Safety
    /// The world is stopped (or the object private), and no uncounted reference to the object is left.
    pub unsafe fn disable_deferred(&self) -> i64 {
        // SAFETY: no other thread counts.
        let merged = unsafe { self.merge(0) };
        if !self.is_deferred() {
            return merged;
        }
        self.clear_gc_bits(gc_bits::DEFERRED);
        let old = self.shared.load(Relaxed);
        let new = count(old) - DEFERRED_BIAS;
        self.shared.fetch_sub(pack(DEFERRED_BIAS, 0), AcqRel);
        i64::from(new)
    }
}
