//! The world: its threads, how they attach and detach, and how one of them stops all others.
//!
//! # Protocol of a stop
//! The state words are `stackref`'s (`stackref::thread`); this module decides who changes them when.
//! * One lock guards the member list, the flag `stopping`, and each member's `held` mark: "suspended on behalf of the stop".
//! * *Requester* (stays attached): waits, detached, until no other stop is going on; sets `stopping`; then, until every other member is
//!   held: sets STOP in its breaker, and tries detached → suspended itself. In between it sleeps on the condition variable.
//! * *Attached member*: at its next safepoint it sees STOP, goes attached → suspended under the lock, marks itself held and signals.
//! * *Member that detaches* with STOP set signals, so that the requester looks again. (The fence in `detach` partners the one in
//!   `suspend_others`: either the requester sees the member detached or the member sees STOP.)
//! * *Start*: held members are resumed. One that was waiting to attach becomes DETACHED_WAITING, which no stop can suspend before it has
//!   attached: back-to-back stops cannot starve it (CPython #151518).
//! * A member that registers during a stop is held from the start; one that leaves is retired, or detached and not held.
//!
//! **W1**: while a [`Stopped`] lives, no other member is attached. **W2**: a detached member touches no heap memory and counts nothing.

mod mutator;
#[cfg(test)]
mod tests;
#[cfg(loom)]
#[path = "wait_loom.rs"]
mod wait;
#[cfg(not(loom))]
#[path = "wait_std.rs"]
mod wait;

pub use mutator::{Mutator, Requests, free_from_any};

use crate::collect::{self, CollectStats, Model, StackWalk, Statistics};
use crate::heap::{HeapStatistics, Pool};
use crate::pace::Pace;
use crate::qsbr::{Orphans, Poke, Qsbr};
use mutator::Local;
use stackref::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};
use stackref::sync::{Arc, Condvar, Mutex, MutexGuard};
use stackref::thread::{Breaker, RETIRED, Record};
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
    pub(crate) members: Mutex<Members>,
    pub(crate) changed: Condvar,
    collecting: AtomicBool,
    frozen: AtomicUsize,
    statistics: Mutex<Statistics>,
}

#[derive(Default)]
pub(crate) struct Members {
    list: Vec<Member>,
    stopping: bool,
}

struct Member {
    record: Arc<Record>,
    local: LocalRef,
    held: bool,
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
                members: Mutex::default(),
                changed: Condvar::new(),
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
    #[must_use]
    pub fn stop(&self, me: &Mutator) -> Stopped {
        let asked = Instant::now();
        debug_assert!(Arc::ptr_eq(&self.shared, &me.world().shared), "a thread stops its own world");
        loop {
            let mut members = self.members();
            if !members.stopping {
                members.stopping = true;
                break;
            }
            drop(members);
            me.blocking(|| {
                let mut members = self.members();
                while members.stopping {
                    members = wait::wait(&self.shared.changed, members);
                }
            });
        }
        self.suspend_others(me);
        Stopped { world: self.clone(), me: me.record().clone(), asked, stopped: Instant::now(), started: false }
    }

    fn suspend_others(&self, me: &Mutator) {
        let mut members = self.members();
        loop {
            let mut missing = 0;
            let others = || |member: &&mut Member| !member.held && !Arc::ptr_eq(&member.record, me.record());
            for member in members.list.iter_mut().filter(others()) {
                member.record.breaker().fetch_or(Breaker::STOP, Ordering::Release);
            }
            // Partner: the fence in `Mutator::detach`.
            fence(Ordering::SeqCst);
            for member in members.list.iter_mut().filter(others()) {
                member.held = member.record.try_suspend() || has_retired(&member.record);
                missing += usize::from(!member.held);
            }
            if missing == 0 {
                return;
            }
            members = wait::wait(&self.shared.changed, members);
        }
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

    fn members(&self) -> MutexGuard<'_, Members> {
        lock(&self.shared.members)
    }

    /// Adds a detached thread.
    fn join(&self, record: &Arc<Record>, local: NonNull<Local>) {
        let mut members = self.members();
        // A stop that has everyone must not miss the newcomer.
        let held = members.stopping && record.try_suspend();
        members.list.push(Member { record: record.clone(), local: LocalRef(local), held });
    }

    /// Removes a thread that is retired or detached for good. From then on the collector does not look into it.
    fn leave(&self, me: &Mutator) {
        let mut members = self.members();
        // A detached thread may be held by a stop, which must find it again to release it.
        while members.stopping && me.record().state().load(Ordering::Relaxed) != RETIRED {
            members = wait::wait(&self.shared.changed, members);
        }
        members.list.retain(|member| !Arc::ptr_eq(&member.record, me.record()));
        self.shared.changed.notify_all();
    }

    /// What an attached thread does when it finds STOP in its breaker: waits for the end of the stop.
    fn stand_still(&self, me: &Mutator) {
        let mut members = self.members();
        let stopping = members.stopping;
        let Some(member) = members.list.iter_mut().find(|member| Arc::ptr_eq(&member.record, me.record())) else {
            return;
        };
        if !stopping {
            // The stop is over; `start` may have come before this thread was seen.
            me.record().breaker().fetch_and(!Breaker::STOP, Ordering::Relaxed);
            return;
        }
        member.held = true;
        me.suspend_self();
        self.shared.changed.notify_all();
        drop(members);
        me.attach();
    }

    /// A detaching thread found STOP in its breaker.
    fn signal_detached(&self) {
        let _members = self.members();
        self.shared.changed.notify_all();
    }
}

/// A thread that has ended, but is still to be taken off the list: no need to wait for it.
fn has_retired(record: &Record) -> bool {
    record.state().load(Ordering::Acquire) == RETIRED
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
        self.world.members().list.iter().map(|member| member.record.id().get()).collect()
    }

    /// Starts the world again; returns how long it stood.
    pub(crate) fn start(mut self) -> Duration {
        self.start_once()
    }

    fn start_once(&mut self) -> Duration {
        self.started = true;
        let paused = self.stopped.elapsed();
        lock(&self.world.shared.statistics).pauses.note(self.stopped - self.asked, paused);
        let mut members = self.world.members();
        members.stopping = false;
        for member in &mut members.list {
            if std::mem::take(&mut member.held) {
                member.record.breaker().fetch_and(!Breaker::STOP, Ordering::Relaxed);
                member.record.resume();
            }
        }
        self.world.shared.changed.notify_all();
        paused
    }

    /// Merges every thread's queue. The dead stay with the thread that finalizes them.
    pub(crate) fn merge_queues(&self) {
        for member in &self.world.members().list {
            // SAFETY: W1: the thread is held, or the caller.
            unsafe { member.record.merge_queue() };
        }
    }

    /// Phase 1 of a collection.
    pub(crate) fn prepare_collection(&self) {
        self.merge_queues();
        let shared = &self.world.shared;
        shared.pace.reset_young();
        shared.pool.reset_counted();
        for member in &self.world.members().list {
            // SAFETY: W1: the owner is held, or the caller, and in the list.
            let local = unsafe { member.local.0.as_ref() };
            local.heap.reset_young();
            shared.orphans.take_all(shared.pool.grace(), &local.retired);
        }
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
