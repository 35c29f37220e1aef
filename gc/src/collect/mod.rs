//! The cycle collector: its phases, in order, and what happens to garbage.
//!
//! | # | world | phase |
//! |---|---|---|
//! | 1 | stopped | merge queues drained; retired memory taken from all threads; young count reset |
//! | 2 | stopped | garbage found (`mark.rs`) |
//! | 3 | stopped | garbage gets one reference each from the collector, merged counts and no deferral; uncounted words in it are converted |
//! | 4 | stopped | weak references with callbacks to garbage cleared, callbacks remembered |
//! | 5 | running | callbacks, then finalizers, at most once per object |
//! | 6 | stopped | garbage that became reachable leaves, with all it reaches; other weak references cleared |
//! | 7 | running | the rest is cleared and let go |
//!
//! 5 is skipped, and 6 happens in the first pause, if there is neither a callback nor a finalizer.
//! Modelled on CPython 3.14's `Python/gc_free_threading.c`; differences: everything on stacks is marked alive rather than
//! added to counts; objects whose count is 0 already are left to whoever is finalizing them.

mod mark;
mod model;
mod scratch;
mod stats;
#[cfg(test)]
mod tests;

pub use model::{Model, StackWalk};
pub(crate) use stats::nanoseconds;
pub use stats::{CollectStats, PauseHistogram, Statistics};

use crate::world::{Mutator, Stopped, World};
use mark::{Marker, find_garbage};
use stackref::thread::current_id;
use stackref::{Dead, Fate, Header, gc_bits};
use std::ptr::NonNull;
use std::time::Instant;

/// Whether the running collection has found this object unreachable. For [`Model::take_weakref_callbacks`], and to hide garbage from
/// introspection while finalizers run.
///
/// # Safety
/// `object` must be live.
#[must_use]
pub unsafe fn is_unreachable(object: NonNull<Header>) -> bool {
    // SAFETY: passed on.
    unsafe { scratch::is_unreachable(object) }
}

/// One running collection.
struct Collection<'c, M: ?Sized> {
    world: &'c World,
    me: &'c Mutator,
    model: &'c M,
    stacks: &'c dyn StackWalk,
    stats: CollectStats,
}

/// Runs a collection. See [`World::collect`].
pub(crate) fn collect<M: Model + ?Sized>(
    world: &World,
    me: &Mutator,
    model: &M,
    stacks: &dyn StackWalk,
) -> CollectStats {
    let started = Instant::now();
    let mut collection = Collection { world, me, model, stacks, stats: CollectStats::default() };
    collection.run();
    let mut stats = collection.stats;
    stats.duration_ns = nanoseconds(started.elapsed());
    stats
}

impl<M: Model + ?Sized> Collection<'_, M> {
    fn run(&mut self) {
        let stopped = self.stop();
        let mut garbage = self.find(&stopped);
        // SAFETY: the world is stopped, and the garbage was just found.
        let callbacks = unsafe { self.seize(&garbage) };
        // SAFETY: as above.
        let finalizers = garbage.iter().any(|&object| unsafe { self.wants_finalizer(object) });
        let mut resurrected = Vec::new();
        if callbacks || finalizers {
            self.start(stopped);
            self.finalize(&garbage);
            let stopped = self.stop();
            // SAFETY: the world is stopped.
            resurrected = unsafe { self.part_resurrected(&stopped, &mut garbage) };
            // SAFETY: as above.
            unsafe { self.condemn(&garbage) };
            self.start(stopped);
        } else {
            // SAFETY: still in the pause that found it.
            unsafe { self.condemn(&garbage) };
            self.start(stopped);
        }
        self.stats.collected = garbage.len();
        self.stats.resurrected = resurrected.len();
        self.world.pace().collected(self.stats.live - self.stats.collected, self.stats.collected);
        self.delete(garbage);
        for object in resurrected {
            // SAFETY: the collector's reference from `seize`.
            unsafe { release(object) };
        }
        self.world.reclaim_after_collection(self.me);
    }

    fn stop(&self) -> Stopped {
        self.world.stop(self.me)
    }

    fn start(&mut self, stopped: Stopped) {
        self.stats.pauses += 1;
        self.stats.paused_ns += nanoseconds(stopped.start());
    }

    /// Phases 1 and 2.
    fn find(&mut self, stopped: &Stopped) -> Vec<NonNull<Header>> {
        stopped.prepare_collection();
        let threads = stopped.threads();
        let frozen = self.world.frozen_count() != 0;
        // SAFETY: the world is stopped, the queues are drained.
        let found = unsafe { find_garbage(self.world.pool(), self.model, self.stacks, &threads, frozen) };
        self.stats.live = found.live;
        self.stats.candidates = found.candidates;
        found.garbage
    }

    /// Phases 3 and 4. Returns whether callbacks wait.
    ///
    /// # Safety
    /// The world is stopped, and `garbage` is what was found in this pause.
    unsafe fn seize(&self, garbage: &[NonNull<Header>]) -> bool {
        for object in garbage {
            // SAFETY: live; nobody counts in a pause. The scratch value in `owner` is overwritten.
            let header = unsafe { object.as_ref() };
            // SAFETY: as above. The extra reference is the collector's.
            unsafe { header.merge(1) };
            if header.is_deferred() {
                // SAFETY: no uncounted reference from stacks or live objects, else it were reachable; those from
                // garbage are converted below.
                unsafe { header.disable_deferred() };
            }
        }
        let mut callbacks = false;
        for &object in garbage {
            // SAFETY: tracked and live.
            unsafe { self.model.convert_uncounted(object) };
            // SAFETY: garbage.
            callbacks |= unsafe { self.model.take_weakref_callbacks(object) };
        }
        callbacks
    }

    /// # Safety
    /// `object` is live.
    unsafe fn wants_finalizer(&self, object: NonNull<Header>) -> bool {
        // SAFETY: live.
        let done = unsafe { scratch::bits(object) } & gc_bits::FINALIZED != 0;
        // SAFETY: live.
        !done && unsafe { self.model.has_finalizer(object) }
    }

    /// Phase 5.
    fn finalize(&mut self, garbage: &[NonNull<Header>]) {
        self.model.run_weakref_callbacks();
        for &object in garbage {
            // SAFETY: the collector holds a reference.
            if unsafe { self.wants_finalizer(object) } {
                // SAFETY: as above.
                unsafe { object.as_ref() }.set_gc_bits(gc_bits::FINALIZED);
                self.stats.finalized += 1;
                // SAFETY: as above; once, says the bit.
                unsafe { self.model.finalize(object) };
            }
        }
    }

    /// Phase 6: what is referenced from outside the garbage now, or deferred again, or on a stack, leaves the list with
    /// everything it reaches.
    ///
    /// # Safety
    /// The world is stopped.
    unsafe fn part_resurrected(
        &mut self,
        stopped: &Stopped,
        garbage: &mut Vec<NonNull<Header>>,
    ) -> Vec<NonNull<Header>> {
        stopped.merge_queues();
        for &object in &*garbage {
            // SAFETY: the collector holds a reference, which is taken off.
            unsafe { scratch::set_refs(object, object.as_ref().refcount() - 1) };
        }
        for &object in &*garbage {
            // SAFETY: tracked objects may be traced.
            unsafe { self.subtract_within(object) };
        }
        let mut marker = Marker { model: self.model, work: Vec::new() };
        self.model.roots(&mut |word| marker.reachable_word(word));
        for thread in stopped.threads() {
            self.stacks.walk(thread, &mut |word| marker.reachable_word(word));
        }
        for &object in &*garbage {
            // SAFETY: the collector holds a reference.
            let bits = unsafe { scratch::bits(object) };
            if bits & gc_bits::UNREACHABLE == 0 {
                continue;
            }
            // SAFETY: a candidate.
            let referenced = unsafe { scratch::refs(object) } != 0;
            if bits & gc_bits::TRACKED == 0 {
                // Somebody has taken it out of the collector's hands.
                // SAFETY: a candidate.
                unsafe { scratch::keep(object) };
            } else if referenced || bits & gc_bits::DEFERRED != 0 {
                marker.reachable(object);
            }
        }
        // SAFETY: held by the collector.
        let (dead, alive) = garbage.iter().partition(|&&object| unsafe { scratch::is_unreachable(object) });
        *garbage = dead;
        alive
    }

    /// Takes the references that one piece of garbage holds off other garbage.
    ///
    /// # Safety
    /// The world is stopped; the object is live.
    unsafe fn subtract_within(&self, object: NonNull<Header>) {
        // SAFETY: live.
        if unsafe { scratch::bits(object) } & gc_bits::TRACKED == 0 {
            return;
        }
        let mut visit = |word: stackref::Word| {
            if let Some(referent) = word.header()
                && word.is_counted()
                // SAFETY: a word in a live object names a live object.
                && unsafe { scratch::is_unreachable(referent) }
            {
                // SAFETY: all garbage has its count in the scratch field.
                unsafe { scratch::subtract(referent) };
            }
        };
        // SAFETY: tracked and live.
        unsafe { self.model.trace(object, &mut visit) };
    }

    /// The end of phase 6: weak references to what is left are cleared, and headers are in order again.
    ///
    /// # Safety
    /// The world is stopped.
    unsafe fn condemn(&self, garbage: &[NonNull<Header>]) {
        for &object in garbage {
            // SAFETY: garbage.
            unsafe { self.model.clear_weakrefs(object) };
        }
        for &object in garbage {
            // SAFETY: garbage: its `owner` is scratch.
            unsafe { scratch::keep(object) };
        }
    }

    /// Phase 7.
    fn delete(&self, garbage: Vec<NonNull<Header>>) {
        for object in garbage {
            // SAFETY: unreachable, and the collector holds a reference.
            unsafe { self.model.clear(object) };
            // SAFETY: the collector's reference from `seize`.
            unsafe { release(object) };
        }
    }
}

/// Drops a reference that the collector holds.
///
/// # Safety
/// The reference is given up.
unsafe fn release(object: NonNull<Header>) {
    // SAFETY: the caller owns a reference.
    let fate = unsafe { object.as_ref().decref(current_id()) };
    if fate == Fate::Dead {
        // SAFETY: just died, here.
        unsafe { Dead::new(object) }.finalize();
    }
}
