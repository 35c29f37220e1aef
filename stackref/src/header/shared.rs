//! The shared word: 30 bits of signed count over 2 bits of state.
//!
//! | state | meaning | who leaves it, and to what |
//! |---|---|---|
//! | `INIT` 0 | only counted references; foreign try-incref fails while the count is 0 | any holder → `MAYBE_SHARED`; foreign decref at count 0 → `QUEUED`; owner whose local count reaches 0 → `MERGED` |
//! | `MAYBE_SHARED` 1 | foreign try-incref is allowed | foreign decref at count 0 → `QUEUED`; owner at 0 → `MERGED` |
//! | `QUEUED` 2 | in the owner's merge queue; the entry *is* a reference | owner at 0, or whoever drains the queue → `MERGED` |
//! | `MERGED` 3 | no owner; the shared count is the whole count | death, resurrection, recycling |
//!
//! * A raw word of 0 lets the owner free the object without an atomic operation: therefore try-incref fails on 0, and
//!   any other value sends the owner through `fetch_or`.
//! * `owner` becomes 0 *before* `MERGED` is visible (H2): whoever sees `MERGED` may free and recycle the object.
//! * A foreign decref that finds count 0 and nobody told yet gives its reference to the queue instead of subtracting it
//!   (H3). Later ones go negative; the sum of both halves never is.
//! * Every change of the word is at least `Release`, so that the words form release sequences: a reader whose
//!   try-incref succeeds on a recycled object has the removal of the old object from its slot ordered before its
//!   re-check, whatever thread wrote the count it read. Changes that may end in death are `AcqRel`: the one who frees
//!   has every other holder's accesses before it.
//! * Counts that come near the ends are pinned: no change ever again, the object leaks. Lost increments happen only
//!   at the upper pin, where decrements are lost as well.

use super::{Header, IMMORTAL, gc_bits};
use crate::dead::Fate;
use crate::sync::atomic::Ordering::{AcqRel, Relaxed, Release};
use crate::thread;
use std::ptr::NonNull;

pub(super) const INIT: u32 = 0;
pub(super) const MAYBE_SHARED: u32 = 1;
pub(super) const QUEUED: u32 = 2;
pub(super) const MERGED: u32 = 3;
pub(super) const STATE_MASK: u32 = 3;
const ONE: u32 = 4;

/// Added to the shared count of a deferred object, so that no decref brings it to zero.
pub(super) const DEFERRED_BIAS: i32 = 1 << 27;
const PIN_HIGH: i32 = 1 << 28;
const PIN_LOW: i32 = -(1 << 28);
/// Shared word of an immortal object: a foreign thread that missed the local mark changes nothing.
pub(super) const PINNED: u32 = pack(PIN_HIGH, MERGED);

pub(super) const fn count(raw: u32) -> i32 {
    raw as i32 >> 2
}

pub(super) const fn pack(count: i32, state: u32) -> u32 {
    (count as u32) << 2 | state
}

pub(super) const fn is_pinned(raw: u32) -> bool {
    count(raw) >= PIN_HIGH || count(raw) <= PIN_LOW
}

impl Header {
    #[cold]
    #[inline(never)]
    pub(super) fn incref_shared_slow(&self) {
        if self.local.load(Relaxed) == IMMORTAL {
            return;
        }
        let mut old = self.shared.load(Relaxed);
        while !is_pinned(old) {
            match self.shared.compare_exchange(old, old.wrapping_add(ONE), Release, Relaxed) {
                Ok(_) => return,
                Err(_) => {
                    self.contended();
                    old = self.shared.load(Relaxed);
                }
            }
        }
    }

    #[cold]
    #[inline(never)]
    pub(super) fn decref_shared_slow(&self, me: u32) -> Fate {
        if self.local.load(Relaxed) == IMMORTAL {
            return Fate::Alive;
        }
        let mut old = self.shared.load(Relaxed);
        loop {
            if is_pinned(old) {
                return Fate::Alive;
            }
            // Count 0, not merged, nobody told: the reference goes to the owner's queue (H3).
            let queue = old == INIT || old == MAYBE_SHARED;
            let new = if queue { QUEUED } else { old.wrapping_sub(ONE) };
            match self.shared.compare_exchange(old, new, AcqRel, Relaxed) {
                Ok(_) if queue => return thread::enqueue(NonNull::from(self), me),
                Ok(_) => return self.fate_of(new),
                Err(_) => {
                    self.contended();
                    old = self.shared.load(Relaxed);
                }
            }
        }
    }

    /// The owner's local count has reached zero, and others hold or held the object.
    #[cold]
    #[inline(never)]
    pub(super) fn merge_zero_slow(&self) -> Fate {
        self.owner.store(0, Relaxed); // H2: before MERGED, ordered by the release below
        let old = self.shared.fetch_or(MERGED, AcqRel);
        self.fate_of(old | MERGED)
    }

    /// Whether the shared word `new`, just written, means death. A deferred object dies only in the collector.
    fn fate_of(&self, new: u32) -> Fate {
        if new == MERGED && !self.has_gc_bits(gc_bits::DEFERRED) { Fate::Dead } else { Fate::Alive }
    }

    /// The foreign half of try-incref: fails on raw 0 and on a merged count of 0.
    ///
    /// # Safety
    /// As [`Header::try_incref`].
    #[inline]
    pub(super) unsafe fn try_incref_shared(&self) -> bool {
        if self.local.load(Relaxed) == IMMORTAL {
            return true;
        }
        let mut old = self.shared.load(Relaxed);
        let mut contended = false;
        loop {
            if old == INIT || old == MERGED {
                return false;
            }
            if is_pinned(old) {
                return true;
            }
            // AcqRel: the acquire orders the caller's re-check behind, the release keeps the sequence.
            match self.shared.compare_exchange(old, old.wrapping_add(ONE), AcqRel, Relaxed) {
                Ok(_) => break,
                Err(now) => (old, contended) = (now, true),
            }
        }
        if contended {
            self.contended(); // only now is a reference held
        }
        true
    }

    /// [`Header::try_incref`] for an object that the caller does not own.
    ///
    /// # Safety
    /// As [`Header::try_incref`].
    #[inline]
    #[must_use]
    pub(crate) unsafe fn try_incref_foreign(&self) -> bool {
        // SAFETY: as the caller's.
        unsafe { self.try_incref_shared() }
    }

    /// Drops a reference to an object that has just lost its owner.
    pub(crate) fn decref_unowned(&self, me: u32) -> Fate {
        self.decref_shared_slow(me)
    }

    /// Adds a reference and allows foreign try-increfs from now on.
    ///
    /// Used under a container's lock, after a lock-free attempt failed: the next one will succeed.
    ///
    /// # Safety
    /// As [`Header::incref`].
    pub unsafe fn incref_and_share(&self, me: u32) {
        if self.owner.load(Relaxed) == me || self.is_immortal() {
            // SAFETY: as the caller's.
            return unsafe { self.incref(me) };
        }
        let mut old = self.shared.load(Relaxed);
        while !is_pinned(old) {
            let state = if old & STATE_MASK == INIT { MAYBE_SHARED } else { old & STATE_MASK };
            let new = pack(count(old) + 1, state);
            match self.shared.compare_exchange(old, new, Release, Relaxed) {
                Ok(_) => return,
                Err(now) => old = now,
            }
        }
    }

    /// Allows foreign try-increfs from now on (weak references, published objects). Any holder may call it.
    pub fn enable_try_incref(&self) {
        if self.is_immortal() {
            return;
        }
        let mut old = self.shared.load(Relaxed);
        while old & STATE_MASK == INIT {
            match self.shared.compare_exchange(old, old | MAYBE_SHARED, Release, Relaxed) {
                Ok(_) => return,
                Err(now) => old = now,
            }
        }
    }

    /// Folds the local count into the shared one, adds `extra`, and leaves the object without owner. Returns the
    /// count; 0 means that the caller finalizes the object (unless it is deferred: see [`Header::merge_fate`]).
    ///
    /// # Safety
    /// No thread counts locally meanwhile: the caller is the owner, or the owner is dead (its bucket is locked),
    /// suspended by the caller, or the world is stopped. `-extra` references are the caller's to give up.
    pub unsafe fn merge(&self, extra: i32) -> i64 {
        if self.is_immortal() {
            return super::IMMORTAL_REFCOUNT;
        }
        let local = i64::from(self.local.load(Relaxed));
        self.local.store(0, Relaxed);
        self.owner.store(0, Relaxed); // H2
        let mut old = self.shared.load(Relaxed);
        loop {
            let sum = i64::from(count(old)) + local + i64::from(extra);
            let sum = if is_pinned(old) { PIN_HIGH } else { sum.clamp(PIN_LOW.into(), PIN_HIGH.into()) as i32 };
            match self.shared.compare_exchange(old, pack(sum, MERGED), AcqRel, Relaxed) {
                Ok(_) => return i64::from(sum),
                Err(now) => old = now,
            }
        }
    }

    /// [`Header::merge`], as a fate: deferred objects stay alive at 0.
    ///
    /// # Safety
    /// As [`Header::merge`].
    pub unsafe fn merge_fate(&self, extra: i32) -> Fate {
        // SAFETY: as the caller's.
        let count = unsafe { self.merge(extra) };
        if count == 0 && !self.has_gc_bits(gc_bits::DEFERRED) { Fate::Dead } else { Fate::Alive }
    }

    /// Makes the object immortal: untracked, uncounted, never freed.
    ///
    /// # Safety
    /// The caller owns the local count: it is the owner thread `me`, or the object is still private to it.
    pub unsafe fn immortalize(&self) {
        self.make_immortal();
    }

    #[cold]
    #[inline(never)]
    pub(super) fn make_immortal_slow(&self) {
        self.make_immortal();
    }

    pub(super) fn make_immortal(&self) {
        self.clear_gc_bits(gc_bits::TRACKED);
        self.local.store(IMMORTAL, Relaxed);
        self.owner.store(0, Relaxed);
        self.shared.store(PINNED, Release);
        self.set_gc_bits(gc_bits::DEFERRED);
    }

    /// Gives a dead object one reference, for the time its finalizer runs.
    ///
    /// # Safety
    /// The object is dead and the caller finalizes it; `me` is the calling thread's id.
    pub unsafe fn resurrect(&self, me: u32) {
        // A late foreign try-incref reads 0 or 3 in between: both fail.
        self.shared.store(INIT, Relaxed);
        if me == thread::NO_THREAD {
            self.owner.store(0, Relaxed);
            self.local.store(0, Relaxed);
            self.shared.store(pack(1, MERGED), Release);
        } else {
            self.local.store(1, Relaxed);
            self.owner.store(me, Relaxed);
        }
    }

    /// Takes back the reference of [`Header::resurrect`]. `Dead`: nobody else has one, go on with the death.
    ///
    /// # Safety
    /// Pairs with a `resurrect` of the same thread.
    pub unsafe fn end_resurrection(&self, me: u32) -> Fate {
        // SAFETY: the reference is the one that `resurrect` made.
        unsafe { self.decref(me) }
    }

    /// Leaves the counts of a dead object in the state that free memory must have (H1).
    ///
    /// # Safety
    /// The object is dead and its block is about to be freed.
    #[inline]
    pub unsafe fn mark_free(&self) {
        self.owner.store(0, Relaxed);
        self.local.store(0, Relaxed);
        self.shared.store(INIT, Relaxed);
    }
}
