//! A thread's membership in a world: what it does on its own, from allocation to safepoints.

use super::{LocalRef, Poker, World};
use crate::heap::LocalHeap;
use crate::qsbr::{RetireQueue, Retired, Slot};
use crate::tuning::ZEAL;
use stackref::Dead;
use stackref::sync::Arc;
use stackref::sync::atomic::Ordering;
use stackref::thread::{self, Breaker, Record};
use std::marker::PhantomData;
use std::ptr::NonNull;

/// What a safepoint leaves to its caller, as bits. Each request is reported once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use = "requests are reported once"]
pub struct Requests(u32);

impl Requests {
    /// Nothing to do.
    pub const NONE: Requests = Requests(0);
    /// A collection is due: call [`World::collect`].
    pub const GC: Requests = Requests(Breaker::GC);
    /// [`Breaker::SIGNAL`] was set.
    pub const SIGNAL: Requests = Requests(Breaker::SIGNAL);
    /// [`Breaker::ASYNC`] was set.
    pub const ASYNC: Requests = Requests(Breaker::ASYNC);
    const ALL: u32 = Breaker::GC | Breaker::SIGNAL | Breaker::ASYNC;

    /// Whether nothing was requested.
    #[inline(always)]
    #[must_use]
    pub fn is_none(self) -> bool {
        self.0 == 0
    }

    /// Whether all of `other` was requested.
    #[inline(always)]
    #[must_use]
    pub fn contains(self, other: Requests) -> bool {
        self.0 & other.0 == other.0
    }
}

/// The owner's part of a member; the collector reads it in pauses.
pub(super) struct Local {
    pub(super) heap: LocalHeap,
    pub(super) retired: RetireQueue,
}

/// A thread of a [`World`]. Dropping it ends the membership: the thread's pages are abandoned to others, its retired memory
/// is left to them.
///
/// Neither `Send` nor `Sync`: it *is* the thread.
pub struct Mutator {
    local: Box<Local>,
    record: Arc<Record>,
    slot: Arc<Slot<Poker>>,
    world: World,
    /// Whether dropping this also ends the thread's registration with `stackref`.
    registered_here: bool,
    _own_thread: PhantomData<*const ()>,
}

impl Mutator {
    pub(super) fn new(world: &World) -> Mutator {
        let current = thread::current();
        let registered_here = current.is_none();
        let record = current.unwrap_or_else(thread::register_detached);
        assert!(!record.is_attached(), "this thread is attached to a world already");
        let shared = world.shared();
        let poker = Poker(record.clone());
        let slot = shared.pool.grace().register(poker.clone());
        let id = record.id().get();
        let local = Box::new(Local {
            heap: LocalHeap::new(id, shared.pool.clone(), shared.pace.clone(), poker),
            retired: RetireQueue::default(),
        });
        shared.gate.join(&record, LocalRef(NonNull::from(&*local)));
        let me = Mutator { local, record, slot, world: world.clone(), registered_here, _own_thread: PhantomData };
        me.attach();
        me
    }

    /// The thread's number, as object headers store it.
    #[inline]
    #[must_use]
    pub fn id(&self) -> u32 {
        self.record.id().get()
    }

    /// The thread's record; its breaker is what [`safepoint`](Mutator::safepoint) tests.
    #[inline]
    #[must_use]
    pub fn record(&self) -> &Arc<Record> {
        &self.record
    }

    /// The world.
    #[inline]
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Attaches the thread: it may use objects from now on. Sleeps while the world is stopped. No-op if attached.
    pub fn attach(&self) {
        if !self.record.is_attached() {
            self.record.attach();
        }
        self.world.pool().grace().online(&self.slot);
    }

    /// Detaches the thread: until it attaches again it uses no object, counts nothing and holds no borrowed pointer, and the
    /// world does not wait for it.
    pub fn detach(&self) {
        debug_assert!(self.record.is_attached());
        self.world.pool().grace().offline(&self.slot);
        self.world.shared().gate.detach(&self.record);
    }

    /// Runs `f`, which may block but touches no object, detached.
    pub fn blocking<R>(&self, f: impl FnOnce() -> R) -> R {
        struct Attach<'m>(&'m Mutator);
        impl Drop for Attach<'_> {
            fn drop(&mut self) {
                self.0.attach();
            }
        }
        self.detach();
        let _attach = Attach(self);
        f()
    }

    /// A place where this thread can be stopped. One load if nothing is to be done.
    ///
    /// May run anything (finalizers of objects that other threads let go). The caller holds no borrowed pointer into
    /// memory that may be retired, its references are where [`StackWalk`](crate::StackWalk) finds them, and it is not
    /// between allocating a block and initializing it.
    #[inline(always)]
    pub fn safepoint(&self) -> Requests {
        if !ZEAL && self.record.breaker().load(Ordering::Relaxed) == 0 {
            return Requests::NONE;
        }
        self.safepoint_slow()
    }

    #[cold]
    #[inline(never)]
    fn safepoint_slow(&self) -> Requests {
        let breaker = self.record.breaker();
        if breaker.load(Ordering::Acquire) & Breaker::STOP != 0 {
            self.stand_still();
        }
        // Whatever was the reason: this is a quiescent point.
        self.world.pool().grace().quiescent(&self.slot);
        let bits = breaker.load(Ordering::Acquire);
        if bits & Breaker::RECLAIM != 0 {
            self.reclaim();
        }
        if bits & Breaker::MERGE != 0 {
            self.record.drain_merge_queue();
        }
        let mut requests = bits & Requests::ALL;
        if requests != 0 {
            breaker.fetch_and(!requests, Ordering::Relaxed);
        }
        if ZEAL && self.world.is_enabled() {
            requests |= Breaker::GC;
        }
        Requests(requests)
    }

    /// Gives back retired memory whose grace period is over. A quiescent point.
    pub(crate) fn reclaim(&self) {
        self.record.breaker().fetch_and(!Breaker::RECLAIM, Ordering::Relaxed);
        let grace = self.world.pool().grace();
        grace.quiescent(&self.slot);
        self.local.heap.reclaim_pages();
        self.local.retired.reclaim(grace);
        self.world.shared().orphans.reclaim(grace);
    }

    /// Allocates a block of at least `size` bytes for an object that starts with a header, aligned to 8. `traced` says whether the
    /// collector may ever have to look into it. `None` if memory is exhausted.
    ///
    /// Nothing is promised about the contents except that a header's counts there fail every try-incref. The caller initializes
    /// the header before its next safepoint. `size` is at least that of a header.
    #[inline(always)]
    #[must_use]
    pub fn alloc(&self, size: usize, traced: bool) -> Option<NonNull<u8>> {
        self.local.heap.alloc(size, traced)
    }

    /// Frees a block that any thread of this world has allocated. The header's counts must be those of a dead object.
    ///
    /// # Safety
    /// The caller holds the last reference to the block, which came from [`alloc`](Mutator::alloc) in this world.
    #[inline(always)]
    pub unsafe fn free(&self, block: NonNull<u8>) {
        // SAFETY: passed on; attached, so the id is the thread's.
        unsafe { LocalHeap::free(block, self.id()) };
    }

    /// Calls `reclaim(ptr)` when no thread can hold a pointer borrowed before now: on this thread or another, at a
    /// safepoint or when the world ends.
    ///
    /// # Safety
    /// The memory is unlinked from all shared places, and the call is sound from any thread then.
    #[inline]
    pub unsafe fn retire(&self, ptr: NonNull<u8>, reclaim: unsafe fn(NonNull<u8>), bytes: usize) {
        let grace = self.world.pool().grace();
        if self.local.retired.push(grace, Retired { ptr, bytes, reclaim }) {
            self.record.breaker().fetch_or(Breaker::RECLAIM, Ordering::Relaxed);
        }
    }

    /// Lets go of every object this thread owns and of its merge queue, while finalizers can still run; afterwards the thread
    /// touches no object. `settle` drops what finalizers have put aside and says whether it ran anything. For embedders whose
    /// finalizers need more of the thread than this; others just drop the mutator. Attached.
    pub fn leave(&self, mut settle: impl FnMut() -> bool) {
        self.record.leave(|| self.disown() | settle());
    }

    /// Makes the thread the owner of nothing, and finalizes what dies of that. Whether anything did.
    fn disown(&self) -> bool {
        let dead = self.local.heap.disown();
        let any = !dead.is_empty();
        dead.into_iter().for_each(Dead::finalize);
        any
    }

    fn stand_still(&self) {
        let grace = self.world.pool().grace();
        grace.offline(&self.slot);
        self.world.shared().gate.stand_still(&self.record);
        grace.online(&self.slot);
    }
}

impl Drop for Mutator {
    fn drop(&mut self) {
        self.attach();
        // Finalize what others let go, while this thread still has a heap; until it owns nothing, so that nobody takes the next thread
        // with its id for the owner. (In its bucket still, or else `leave` has done this.)
        while self.disown() | (self.record.drain_merge_queue() != 0) {}
        self.local.heap.tidy();
        let shared = self.world.shared();
        let grace = shared.pool.grace();
        shared.orphans.take_all(grace, &self.local.retired);
        // Attached, hence not during a stop, whose requester walks the pages.
        self.local.heap.abandon();
        if self.registered_here {
            self.record.retire();
        } else {
            self.record.detach();
        }
        grace.offline(&self.slot);
        grace.unregister(&self.slot);
        shared.gate.leave(&self.record);
    }
}

/// Frees a block from a deallocator, which has no [`Mutator`] at hand. Slightly slower than [`Mutator::free`].
///
/// # Safety
/// As [`Mutator::free`]; the calling thread is attached to the block's world.
#[inline]
pub unsafe fn free_from_any(block: NonNull<u8>) {
    // SAFETY: passed on. (A detached thread's id is no page's owner.)
    unsafe { LocalHeap::free(block, thread::current_id()) };
}
