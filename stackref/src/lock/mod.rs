//! The one-byte lock in every header.
//!
//! | byte | meaning | left by |
//! |---|---|---|
//! | 0 | free | anyone: → `LOCKED` (barging allowed) |
//! | `LOCKED` 1 | held | holder → 0 (plain store); waiter → `LOCKED\|PARKED` |
//! | `LOCKED\|PARKED` 3 | held, and at least one thread sleeps | holder: hand-off (stays 3 or 1), else 0 or `PARKED` |
//! | `PARKED` 2 | free, and more threads sleep | anyone: → 3 |
//!
//! Who holds the lock and sees no sleeper releases it by a plain store: one exchange for each use of the lock, not two. A waiter
//! that sets `PARKED` between the holder's look and its store is overlooked, and what it set is lost. So a waiter never
//! sleeps for more than a moment ([`park::NAP`]) before it looks again by itself. Nothing else rests on `PARKED`: a lock whose
//! byte says less than is true is only handed over later.
//!
//! Waiting spins shortly, then sleeps in a parking lot keyed by the byte's address. A waiter that has slept long
//! enough is handed the lock, so barging cannot starve it. The lock is a leaf: its holder runs no user code, allocates
//! no objects and reaches no safepoint, so a waiter need not detach (L1).

#[cfg(test)]
mod tests;

use crate::sync::atomic::AtomicU8;
use crate::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use crate::sync::{hint, park, thread};

const LOCKED: u8 = 1;
const PARKED: u8 = 2;

/// Rounds of spinning before a waiter sleeps; each waits longer than the one before.
#[cfg(not(loom))]
const SPINS: u32 = 10;
#[cfg(loom)]
const SPINS: u32 = 0;

/// A mutual exclusion lock of one byte.
#[derive(Debug)]
#[repr(transparent)]
pub struct ByteLock(AtomicU8);

/// Holds a [`ByteLock`] until dropped.
#[derive(Debug)]
#[must_use = "the lock is released when the guard is dropped"]
pub struct ByteLockGuard<'a>(&'a ByteLock);

/// Holds two [`ByteLock`]s (or one, if they are the same) until dropped.
#[derive(Debug)]
#[must_use = "the locks are released when the guard is dropped"]
pub struct Lock2Guard<'a> {
    _second: Option<ByteLockGuard<'a>>,
    _first: ByteLockGuard<'a>,
}

/// Locks both, the one at the lower address first; once if they are the same lock.
pub fn lock2<'a>(a: &'a ByteLock, b: &'a ByteLock) -> Lock2Guard<'a> {
    let (low, high) = if a.address() <= b.address() { (a, b) } else { (b, a) };
    let first = low.lock();
    let second = if std::ptr::eq(low, high) { None } else { Some(high.lock()) };
    Lock2Guard { _second: second, _first: first }
}

impl ByteLock {
    /// A free lock.
    #[cfg(not(loom))]
    pub const fn new() -> ByteLock {
        ByteLock(AtomicU8::new(0))
    }

    /// A free lock.
    #[cfg(loom)]
    pub fn new() -> ByteLock {
        ByteLock(AtomicU8::new(0))
    }

    /// Makes the lock of a recycled block free.
    #[inline(always)]
    pub(crate) fn reset(&self) {
        self.0.store(0, Relaxed);
    }

    #[inline(always)]
    fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    /// Waits for the lock.
    #[inline]
    pub fn lock(&self) -> ByteLockGuard<'_> {
        self.acquire();
        ByteLockGuard(self)
    }

    /// Takes the lock if it is free.
    #[inline]
    pub fn try_lock(&self) -> Option<ByteLockGuard<'_>> {
        self.try_acquire().then(|| ByteLockGuard(self))
    }

    /// Whether some thread holds the lock.
    #[inline]
    pub fn is_locked(&self) -> bool {
        self.0.load(Relaxed) & LOCKED != 0
    }

    /// Waits for the lock, without a guard; pairs with [`ByteLock::release`].
    #[inline]
    pub fn acquire(&self) {
        if self.0.compare_exchange_weak(0, LOCKED, Acquire, Relaxed).is_err() {
            self.acquire_slow();
        }
    }

    /// Takes the lock if it is free, without a guard.
    #[inline]
    pub fn try_acquire(&self) -> bool {
        let mut byte = self.0.load(Relaxed);
        while byte & LOCKED == 0 {
            match self.0.compare_exchange_weak(byte, byte | LOCKED, Acquire, Relaxed) {
                Ok(_) => return true,
                Err(now) => byte = now,
            }
        }
        false
    }

    /// Releases the lock.
    ///
    /// # Safety
    /// The caller holds it, from [`ByteLock::acquire`] or [`ByteLock::try_acquire`].
    #[inline]
    pub unsafe fn release(&self) {
        // Only a waiter changes the byte meanwhile, to `LOCKED | PARKED`: see above.
        if self.0.load(Relaxed) == LOCKED {
            self.free();
            park::time_passes(self.address());
        } else {
            self.release_slow();
        }
    }

    /// The holder's store. It comes after a waiter's exchange of its own `LOCKED` in the order of changes, since nothing can
    /// stand between what an exchange reads and what it writes.
    #[cfg(not(loom))]
    #[inline(always)]
    fn free(&self) {
        self.0.store(0, Release);
    }

    /// loom does not derive that order for a store; for an exchange it does.
    #[cfg(loom)]
    fn free(&self) {
        self.0.swap(0, Release);
    }

    #[cold]
    #[inline(never)]
    fn acquire_slow(&self) {
        let mut spins = 0;
        let mut byte = self.0.load(Relaxed);
        loop {
            if byte & LOCKED == 0 {
                match self.0.compare_exchange_weak(byte, byte | LOCKED, Acquire, Relaxed) {
                    Ok(_) => return,
                    Err(now) => byte = now,
                }
                continue;
            }
            if byte & PARKED == 0 {
                if spins < SPINS {
                    spin(spins);
                    spins += 1;
                    byte = self.0.load(Relaxed);
                    continue;
                }
                if let Err(now) = self.0.compare_exchange_weak(byte, byte | PARKED, Relaxed, Relaxed) {
                    byte = now;
                    continue;
                }
            }
            if park::nap(self.address(), || self.0.load(Relaxed) == LOCKED | PARKED) {
                return; // handed over: the byte never lost LOCKED
            }
            spins = 0;
            byte = self.0.load(Relaxed);
        }
    }

    #[cold]
    #[inline(never)]
    fn release_slow(&self) {
        park::unpark_one(self.address(), |wake| {
            let parked = if wake.more { PARKED } else { 0 };
            let hand_over = wake.any && wake.fair;
            // Release also when handing over: the sleeper's wake-up is through the parking lot's own lock.
            self.0.store(if hand_over { LOCKED | parked } else { parked }, Release);
            hand_over
        });
    }
}

impl Default for ByteLock {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for ByteLockGuard<'_> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the guard proves that the lock is held (L1).
        unsafe { self.0.release() }
    }
}

fn spin(round: u32) {
    if round < 4 {
        (0..1 << round).for_each(|_| hint::spin_loop());
    } else {
        thread::yield_now();
    }
}
