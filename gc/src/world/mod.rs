//! The world: one runtime's heap, threads and collector, and everything an embedder asks of them.
//!
//! How threads are stopped is in `gate.rs`, what a thread does on its own in `mutator.rs`.
//!
//! **W1**: while a [`Stopped`] lives, no other member is attached. **W2**: a detached member touches no heap memory and counts nothing.

mod gate;
mod mutator;
#[cfg(test)]
mod tests;
pub use mutator::{Mutator, Requests, free_from_any};

use crate::collect::{self, CollectStats, Model, StackWalk, Statistics};
use crate::heap::{HeapStatistics, Pool};
use crate::pace::Pace;
use crate::qsbr::{Orphans, Poke, Qsbr};
use gate::Gate;
use mutator::Local;
use stackref::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use stackref::sync::{Arc, Mutex, MutexGuard};
use stackref::thread::{Breaker, Record};
use stackref::{Header, gc_bits};
use std::ptr::NonNull;
use std::time::{Duration, Instant};

/// Sets bits in a thread's breaker.
#[derive(Clone)]
pub(crate) struct Poker(pub(crate) Arc<Record>);

impl Poker {
    /// The thread should look after retired memory.
    pub(crate) fn reclaim(&self) {
        self.0.breaker().fetch_or(Breaker::RECLAIM, Ordering::Release);
    }

    /// The thread should collect.
    pub(crate) fn collect(&self) {
        self.0.breaker().fetch_or(Breaker::GC, Ordering::Release);
    }
}

impl Poke for Poker {
    fn poke(&self) {
        self.reclaim();
    }
}

/// One runtime: a heap, its threads and its collector. A cheap handle; clones name the same world.
#[derive(Clone)]
pub struct World {
    shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) orphans: Orphans,
    pub(crate) pool: Arc<Pool>,
    pub(crate) pace: Arc<Pace>,
    gate: Gate<LocalRef>,
    collecting: AtomicBool,
    frozen: AtomicUsize,
    statistics: Mutex<Statistics>,
}

/// The part of a member that the collector looks into during a pause.
struct LocalRef(NonNull<Local>);

// SAFETY: W1: dereferenced by other threads only while its owner is stopped; the owner leaves the list before it goes.
unsafe impl Send for LocalRef {}

impl Drop for Shared {
    fn drop(&mut self) {
        self.orphans.reclaim_rest();
    }
}

impl Default for World {
    fn default() -> World {
        World::new()
    }
}

impl World {
    /// A world without threads or objects.
    #[must_use]
    pub fn new() -> World {
        let grace = Arc::new(Qsbr::new());
        World {
            shared: Arc::new(Shared {
                orphans: Orphans::default(),
                pool: Arc::new(Pool::new(grace)),
                pace: Arc::new(Pace::new()),
                gate: Gate::new(),
                collecting: AtomicBool::new(false),
                frozen: AtomicUsize::new(0),
                statistics: Mutex::default(),
            }),
        }
    }

    /// Makes the calling thread a member of this world and attaches it.
    ///
    /// # Panics
    /// If the thread is attached already (it is a member of a world).
    #[must_use]
    pub fn register(&self) -> Mutator {
        Mutator::new(self)
    }

    /// Stops every other thread of the world, until the result is dropped. `me` stays attached.
    ///
    /// A safepoint: another thread's stop may come first, and a collection with it. The caller must not use counts, allocate or
    /// free while the world is stopped, nor take a lock that a stopped thread may hold.
    pub fn stop(&self, me: &Mutator) -> Stopped {
        let asked = Instant::now();
        debug_assert!(Arc::ptr_eq(&self.shared, &me.world().shared), "a thread stops its own world");
        self.shared.gate.stop(me.record(), |wait| me.blocking(wait));
        Stopped { world: self.clone(), me: me.record().clone(), asked, stopped: Instant::now(), started: false }
    }

    /// Collects garbage: see the crate's page for the phases. Runs finalizers, weak reference callbacks and deallocators.
    ///
    /// Returns without doing anything (all zeroes) if a collection is going on: another thread's, or the one that called the
    /// finalizer that calls this.
    pub fn collect<M: Model + ?Sized>(&self, me: &Mutator, model: &M, stacks: &dyn StackWalk) -> CollectStats {
        if self.shared.collecting.swap(true, Ordering::Acquire) {
            return CollectStats::default();
        }
        let stats = {
            let _done = Collecting(self);
            collect::collect(self, me, model, stacks)
        };
        lock(&self.shared.statistics).note(stats);
        stats
    }

    /// Whether enough has been allocated since the last collection. [`Requests::GC`] says the same, to the thread that noticed.
    #[must_use]
    pub fn should_collect(&self) -> bool {
        self.shared.pace.is_due()
    }

    /// Turns automatic collection on or off.
    pub fn set_enabled(&self, enabled: bool) {
        self.shared.pace.set_enabled(enabled);
    }

    /// Whether automatic collection is on.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.shared.pace.is_enabled()
    }

    /// Sets the thresholds. The first is the number of young objects (0: never collect); if the second is 0, the rule that
    /// a collection waits for a quarter of the old objects is off; the third is only remembered (CPython's `gc.set_threshold`).
    pub fn set_thresholds(&self, thresholds: [usize; 3]) {
        self.shared.pace.set_thresholds(thresholds);
    }

    /// The thresholds.
    #[must_use]
    pub fn thresholds(&self) -> [usize; 3] {
        self.shared.pace.thresholds()
    }

    /// Young and old objects, as far as threads have told.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        (self.shared.pace.young(), self.shared.pace.old())
    }

    /// Exempts every tracked object from collection. Returns how many are frozen now.
    pub fn freeze(&self, me: &Mutator) -> usize {
        let mut frozen = 0;
        self.stop(me).for_each_object(|object| {
            // SAFETY: the world is stopped.
            unsafe { object.as_ref() }.set_gc_bits(gc_bits::FROZEN);
            frozen += 1;
        });
        self.shared.frozen.store(frozen, Ordering::Relaxed);
        frozen
    }

    /// Takes back [`freeze`](World::freeze).
    pub fn unfreeze(&self, me: &Mutator) {
        self.stop(me).for_each_object(|object| {
            // SAFETY: the world is stopped.
            unsafe { object.as_ref() }.clear_gc_bits(gc_bits::FROZEN);
        });
        self.shared.frozen.store(0, Ordering::Relaxed);
    }

    /// How many objects were frozen by the last [`freeze`](World::freeze) and not unfrozen.
    #[must_use]
    pub fn frozen_count(&self) -> usize {
        self.shared.frozen.load(Ordering::Relaxed)
    }

    /// Figures of collections and pauses.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        *lock(&self.shared.statistics)
    }

    /// Figures of the heap.
    #[must_use]
    pub fn heap_statistics(&self) -> HeapStatistics {
        self.shared.pool.statistics()
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    pub(crate) fn pool(&self) -> &Arc<Pool> {
        &self.shared.pool
    }

    pub(crate) fn pace(&self) -> &Pace {
        &self.shared.pace
    }

    /// The end of a collection: nobody holds borrowed pointers from before it, the caller included.
    pub(crate) fn reclaim_after_collection(&self, me: &Mutator) {
        self.shared.pool.sweep_abandoned();
        me.reclaim();
    }
}

struct Collecting<'w>(&'w World);

impl Drop for Collecting<'_> {
    fn drop(&mut self) {
        self.0.shared.collecting.store(false, Ordering::Release);
    }
}

/// The world stands still while this lives (invariant W1), except for the thread that holds it.
#[must_use = "dropping it starts the world again"]
pub struct Stopped {
    world: World,
    me: Arc<Record>,
    asked: Instant,
    stopped: Instant,
    started: bool,
}

impl Stopped {
    /// Calls `visit` for every tracked object. It must not allocate, free or count.
    pub fn for_each_object(&self, mut visit: impl FnMut(NonNull<Header>)) {
        self.world.shared.pool.for_each_live(true, &mut |block| {
            let object = block.cast::<Header>();
            // SAFETY: an initialized block holds an object.
            if unsafe { object.as_ref() }.has_gc_bits(gc_bits::TRACKED) {
                visit(object);
            }
        });
    }

    /// Calls `visit` for every initialized block of a kind, tracked or not. It must not allocate, free or count.
    pub fn for_each_block(&self, traced: bool, mut visit: impl FnMut(NonNull<Header>)) {
        self.world.shared.pool.for_each_live(traced, &mut |block| visit(block.cast()));
    }

    /// Ids of the world's threads, the calling one included.
    #[must_use]
    pub fn threads(&self) -> Vec<u32> {
        self.world.shared.gate.ids()
    }

    /// Starts the world again; returns how long it stood.
    pub(crate) fn start(mut self) -> Duration {
        self.start_once()
    }

    fn start_once(&mut self) -> Duration {
        self.started = true;
        let paused = self.stopped.elapsed();
        lock(&self.world.shared.statistics).pauses.note(self.stopped - self.asked, paused);
        self.world.shared.gate.start();
        paused
    }

    /// Merges every thread's queue. The dead stay with the thread that finalizes them.
    pub(crate) fn merge_queues(&self) {
        self.world.shared.gate.for_each(|record, _| {
            // SAFETY: W1: the thread is held, or the caller.
            unsafe { record.merge_queue() };
        });
    }

    /// Phase 1 of a collection.
    pub(crate) fn prepare_collection(&self) {
        self.merge_queues();
        let shared = &self.world.shared;
        shared.pace.reset_young();
        shared.pool.reset_counted();
        shared.gate.for_each(|_, local| {
            // SAFETY: W1: the owner is held, or the caller, and in the list.
            let local = unsafe { local.0.as_ref() };
            local.heap.reset_young();
            shared.orphans.take_all(shared.pool.grace(), &local.retired);
        });
        debug_assert!(self.me.is_attached());
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        if !self.started {
            self.start_once();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
