//! Quiescent-state-based reclamation: when may memory that readers may still be looking at be given back?
//!
//! # Protocol
//! * `write` is a counter that only grows. *Advancing* it names a grace period: its new value, the goal.
//! * Each thread has a slot: 0 while it is offline (detached: it holds no borrowed pointer by definition), else the value of `write` it
//!   last saw at a quiescent point.
//! * A goal is *reached* when every slot is 0 or at least the goal; `read` remembers the best bound found, so that most polls are one load.
//!
//! **Q1**: memory unlinked before an advance, and given back after its goal was reached, is read by nobody afterwards. Why, for a
//! reader whose slot the poller saw
//! * *at or past the goal*: the reader loaded `write` (Acquire) from the advance (Release, or an RMW after it), so what it reads later
//!   is younger than the unlinking; what it read before happens before its slot's store (Release), which the poller loaded (Acquire).
//! * *at 0, and then came online*: the reader's fence (after storing its slot) and the poller's fence (before reading slots)
//!   are both SeqCst. The poller missed the store, so its fence is first, and all it saw before, the unlinking included, is visible to
//!   the reader after its own fence.
//!
//! One advance serves a whole batch of retired items: all were unlinked before it, in program order. (Taking `write + 2` as the goal
//! *without* advancing, as CPython's deferred advance does, would need a store to be ordered before a load, and is not done here.)
//! Slots are listed under a lock, which only registration and polls take.

mod queue;
#[cfg(all(test, not(loom)))]
mod tests;

pub(crate) use queue::{Orphans, RetireQueue, Retired};

use stackref::sync::atomic::{AtomicU64, Ordering, fence};
use stackref::sync::{Arc, Mutex};

/// How a poller asks a thread to pass a quiescent point soon.
pub(crate) trait Poke {
    fn poke(&self);
}

/// The slot of one thread.
pub(crate) struct Slot<P> {
    seen: AtomicU64,
    poker: P,
}

/// A domain of grace periods.
pub(crate) struct Qsbr<P> {
    write: AtomicU64,
    read: AtomicU64,
    slots: Mutex<Vec<Arc<Slot<P>>>>,
}

/// Values are odd, hence never 0.
const FIRST: u64 = 1;
const STEP: u64 = 2;

impl<P: Poke> Qsbr<P> {
    pub(crate) fn new() -> Qsbr<P> {
        Qsbr { write: AtomicU64::new(FIRST), read: AtomicU64::new(FIRST), slots: Mutex::new(Vec::new()) }
    }

    /// A slot for a new thread, offline.
    pub(crate) fn register(&self, poker: P) -> Arc<Slot<P>> {
        let slot = Arc::new(Slot { seen: AtomicU64::new(0), poker });
        lock(&self.slots).push(slot.clone());
        slot
    }

    pub(crate) fn unregister(&self, slot: &Arc<Slot<P>>) {
        debug_assert_eq!(slot.seen.load(Ordering::Relaxed), 0, "a thread leaves offline");
        lock(&self.slots).retain(|other| !Arc::ptr_eq(other, slot));
    }

    /// The thread is about to read shared data.
    pub(crate) fn online(&self, slot: &Slot<P>) {
        // Release: a poller that sees this store has not seen the one of `offline` before it, whose work this takes over: what was
        // read before going offline happens before.
        slot.seen.store(self.write.load(Ordering::Acquire), Ordering::Release);
        // Partner: the fence in `poll`.
        fence(Ordering::SeqCst);
    }

    /// The thread holds no borrowed pointer until it is online again.
    pub(crate) fn offline(&self, slot: &Slot<P>) {
        slot.seen.store(0, Ordering::Release);
    }

    /// The thread holds no borrowed pointer right now.
    pub(crate) fn quiescent(&self, slot: &Slot<P>) {
        slot.seen.store(self.write.load(Ordering::Acquire), Ordering::Release);
    }

    /// Names a grace period for everything unlinked so far by this thread.
    pub(crate) fn advance(&self) -> u64 {
        self.write.fetch_add(STEP, Ordering::AcqRel) + STEP
    }

    /// Whether a goal is reached. Pokes the threads that stand in the way.
    pub(crate) fn poll(&self, goal: u64) -> bool {
        // Acquire: partner is the fetch_max below, by whoever found the bound.
        goal <= self.read.load(Ordering::Acquire) || self.poll_slow(goal)
    }

    #[cold]
    fn poll_slow(&self, goal: u64) -> bool {
        let slots = lock(&self.slots);
        // Partner: the fence in `online`.
        fence(Ordering::SeqCst);
        let mut bound = self.write.load(Ordering::Acquire);
        for slot in slots.iter() {
            let seen = slot.seen.load(Ordering::Acquire);
            if seen == 0 {
                continue;
            }
            if seen < goal {
                slot.poker.poke();
            }
            bound = bound.min(seen);
        }
        self.read.fetch_max(bound, Ordering::AcqRel);
        goal <= bound
    }
}

fn lock<T>(mutex: &Mutex<T>) -> stackref::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
