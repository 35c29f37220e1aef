//! What the collector asks of the embedder: the traits of an object model and of thread stacks.

use stackref::{Header, Word};
use std::ptr::NonNull;

/// An object model: how to look into objects, finalize them and take them apart.
///
/// "Paused" methods run while every other thread is stopped: they must not run user code, allocate or free heap blocks, touch counts
/// (except where said), reach a safepoint or block. "Running" methods run like any other code of the calling thread.
///
/// # Safety
/// The collector frees what these methods do not show it. An implementation must
/// * show in [`trace`](Model::trace) every word the object holds, exactly once per count it owns, and uncounted words too;
/// * set TRACKED (see `stackref::gc_bits`) only in objects that lie in a traced block of this world, and only while `trace` may be called on them: a
///   type's dealloc clears it before it takes the object apart or can reach a safepoint;
/// * hold uncounted words to objects that are not immortal only in stacks shown by [`StackWalk`] and in objects for which
///   [`convert_uncounted`](Model::convert_uncounted) knows them.
pub unsafe trait Model {
    /// Paused. Shows every word that `object` holds. NULL and immediates may be shown.
    ///
    /// # Safety
    /// `object` is a live tracked object of this model.
    unsafe fn trace(&self, object: NonNull<Header>, visit: &mut dyn FnMut(Word));

    /// Paused. Shows words known to be alive, such as module dictionaries: everything reachable from them is spared the arithmetic of
    /// counts. Uncounted words in native roots must be shown here; counted roots may be left out.
    fn roots(&self, _visit: &mut dyn FnMut(Word)) {}

    /// Paused. Whether [`finalize`](Model::finalize) has something to do for this object.
    ///
    /// # Safety
    /// As [`trace`](Model::trace).
    unsafe fn has_finalizer(&self, object: NonNull<Header>) -> bool;

    /// Running. Calls the finalizer. It may do anything, resurrect the object included. Called at most once per object
    /// (the FINALIZED bit remembers).
    ///
    /// # Safety
    /// `object` is live, and tracked at the time it was found unreachable.
    unsafe fn finalize(&self, object: NonNull<Header>);

    /// Running. Drops the references that `object` holds, as far as needed to break cycles. It may free other objects
    /// and run user code; the collector holds a reference to `object` meanwhile.
    ///
    /// # Safety
    /// As [`finalize`](Model::finalize); the object is unreachable from outside the garbage.
    unsafe fn clear(&self, object: NonNull<Header>);

    /// Paused. Turns every uncounted word that `object` holds and whose object does not defer counting into a counted one (a suspended
    /// generator's stack, for instance; `StackRef::make_heap_safe` does it). Counts may be raised. Called on garbage, before it is
    /// finalized.
    ///
    /// # Safety
    /// As [`trace`](Model::trace).
    unsafe fn convert_uncounted(&self, _object: NonNull<Header>) {}

    /// Paused. Whether the object holds nothing the collector could ever follow (a tuple of ints), so that it may be untracked.
    ///
    /// # Safety
    /// As [`trace`](Model::trace).
    unsafe fn may_untrack(&self, _object: NonNull<Header>) -> bool {
        false
    }

    /// Paused. Clears the weak references *with callbacks* to `object`, and remembers the callbacks of those weak references that are
    /// not garbage themselves ([`is_unreachable`](crate::is_unreachable)). Returns whether any callback was remembered.
    ///
    /// # Safety
    /// `object` is garbage.
    unsafe fn take_weakref_callbacks(&self, _object: NonNull<Header>) -> bool {
        false
    }

    /// Running. Calls the callbacks that were remembered.
    fn run_weakref_callbacks(&self) {}

    /// Paused. Clears every weak reference to `object` that is left, without calling anything.
    ///
    /// # Safety
    /// `object` is garbage.
    unsafe fn clear_weakrefs(&self, _object: NonNull<Header>) {}
}

/// Where threads keep references that may be uncounted.
///
/// # Safety
/// For each registered thread, [`walk`](StackWalk::walk) must show every uncounted word (deferred or borrowed) that its frames and registered
/// native slots hold, and nothing that may dangle.
pub unsafe trait StackWalk {
    /// Paused. Shows the words on one thread's stack, each frame from its first local to its saved stack pointer.
    /// Words that own counts may be shown too. `thread` may be one that has no stack here.
    fn walk(&self, thread: u32, visit: &mut dyn FnMut(Word));
}

/// No thread holds uncounted words.
// SAFETY: there is nothing to show.
unsafe impl StackWalk for () {
    fn walk(&self, _thread: u32, _visit: &mut dyn FnMut(Word)) {}
}
