//! What the collector is told about Weft's objects and stacks.

use std::ptr::NonNull;
use std::sync::{Mutex, PoisonError};

use gc::{Model, StackWalk};
use stackref::{Header, Value, Word};

use crate::attr;
use crate::data::frame;
use crate::layout::{payload_of, type_of};
use crate::thread::{Esc, Thread, world};
use crate::typeobj::{TypeBody, TypeFlags};
use crate::weak;

/// Header tag: the object owns a count on its type (see [`Model::convert_uncounted`]).
pub(crate) const COUNTS_TYPE: u16 = 2;

static THREADS: Mutex<Vec<ThreadPtr>> = Mutex::new(Vec::new());

#[derive(Clone, Copy)]
struct ThreadPtr(u32, NonNull<Thread>);

// SAFETY: the pointer is used only while the world is stopped, or by the thread itself to unregister.
unsafe impl Send for ThreadPtr {}

pub(crate) fn register(thread: &Thread) {
    threads().push(ThreadPtr(thread.id(), NonNull::from(thread)));
}

pub(crate) fn unregister(thread: &Thread) {
    threads().retain(|known| known.0 != thread.id());
}

fn threads() -> std::sync::MutexGuard<'static, Vec<ThreadPtr>> {
    THREADS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs a full collection on the calling thread. Finalizers and callbacks run on it too.
pub fn collect(esc: Esc<'_>) -> gc::CollectStats {
    let model = Objects { esc, callbacks: Mutex::new(Vec::new()) };
    let stats = world().collect(esc.thread().mutator(), &model, &Stacks);
    // Objects whose last references other threads had dropped were found dead in the pause: callers expect them gone.
    esc.thread().mutator().record().drain_merge_queue();
    esc.thread().drop_delayed();
    stats
}

/// All tracked objects (`gc.get_objects`).
pub fn objects(esc: Esc<'_>) -> Vec<Value> {
    pick(esc, |_, _| true)
}

/// The tracked objects that refer to one of `targets` (`gc.get_referrers`).
pub fn referrers(esc: Esc<'_>, targets: &[Value]) -> Vec<Value> {
    let targets: Vec<NonNull<Header>> = targets.iter().filter_map(|target| target.word().header()).collect();
    pick(esc, |model, object| {
        let mut found = false;
        // SAFETY: the object is live and the world is stopped.
        unsafe { model.trace(object, &mut |word| found |= word.header().is_some_and(|at| targets.contains(&at))) };
        found
    })
}

/// What these objects refer to (`gc.get_referents`).
pub fn referents(esc: Esc<'_>, objects: &[Value]) -> Vec<Value> {
    let model = Objects { esc, callbacks: Mutex::new(Vec::new()) };
    let mut found = Vec::new();
    let stopped = world().stop(esc.thread().mutator());
    for object in objects.iter().filter_map(|object| object.word().header()) {
        if !type_of(object).is_traced() {
            continue;
        }
        let mut keep = |word: Word| {
            if !word.is_null() {
                // SAFETY: a word that a live object holds names a block with a header.
                found.extend(unsafe { weak::retain(word.bits(), esc.me()) });
            }
        };
        // SAFETY: the caller holds the object, and the world is stopped.
        unsafe { model.trace(object, &mut keep) };
    }
    drop(stopped);
    found
}

/// The tracked objects that `wanted` accepts, retained before the world goes on.
fn pick(esc: Esc<'_>, mut wanted: impl FnMut(&Objects<'_>, NonNull<Header>) -> bool) -> Vec<Value> {
    let model = Objects { esc, callbacks: Mutex::new(Vec::new()) };
    let mut found = Vec::new();
    let stopped = world().stop(esc.thread().mutator());
    stopped.for_each_object(|object| {
        if wanted(&model, object) {
            // SAFETY: the block holds a tracked object; one that is dying refuses the count.
            found.extend(unsafe { weak::retain(Word::counted(object).bits(), esc.me()) });
        }
    });
    drop(stopped);
    found
}

struct Objects<'t> {
    esc: Esc<'t>,
    callbacks: Mutex<Vec<Value>>,
}

impl Objects<'_> {
    fn callbacks(&self) -> std::sync::MutexGuard<'_, Vec<Value>> {
        self.callbacks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// SAFETY: `trace` shows the type, the payload's words and the attribute words: all that an object of this crate holds.
// TRACKED is set when an object is complete (`layout::publish`) and cleared when it dies (`finalize`). Uncounted words are
// types in headers and `Deferred` fields; `convert_uncounted` makes both counted.
unsafe impl Model for Objects<'_> {
    unsafe fn trace(&self, object: NonNull<Header>, visit: &mut dyn FnMut(Word)) {
        let class = type_of(object);
        // SAFETY: live per the contract.
        let header = unsafe { object.as_ref() };
        if class.is_heap() {
            let counted = header.tag().load(std::sync::atomic::Ordering::Relaxed) & COUNTS_TYPE != 0;
            let pointer = NonNull::from(class.header());
            visit(if counted { Word::counted(pointer) } else { Word::uncounted(pointer) });
        }
        // SAFETY: O1.
        unsafe { (class.layout().trace)(payload_of(object), visit) };
        // SAFETY: the world is stopped.
        unsafe { attr::trace_tail(header, class, visit) };
    }

    unsafe fn has_finalizer(&self, object: NonNull<Header>) -> bool {
        !type_of(object).slots.finalize.is_empty()
    }

    unsafe fn finalize(&self, object: NonNull<Header>) {
        // SAFETY: live per the contract; the collector holds a count, so the view may be used and is not dropped.
        let view = std::mem::ManuallyDrop::new(unsafe { Value::from_word(Word::uncounted(object)) });
        crate::finalize::finalize(self.esc, &view, type_of(object));
    }

    unsafe fn clear(&self, object: NonNull<Header>) {
        let class = type_of(object);
        let mut out = Vec::new();
        // SAFETY: O1; the collector holds a count, so the payload stays.
        unsafe { (class.layout().clear)(payload_of(object), &mut out) };
        // SAFETY: live, as above.
        attr::clear_tail(self.esc, unsafe { object.as_ref() }, class, &mut out);
        drop(out);
    }

    unsafe fn convert_uncounted(&self, object: NonNull<Header>) {
        let class = type_of(object);
        // SAFETY: live per the contract.
        let header = unsafe { object.as_ref() };
        if class.has(TypeFlags::HEAP) && !class.header().is_deferred() {
            let old = header.tag().fetch_or(COUNTS_TYPE, std::sync::atomic::Ordering::Relaxed);
            if old & COUNTS_TYPE == 0 {
                // SAFETY: the type is live: its instance is.
                unsafe { class.header().incref(self.esc.me()) };
            }
        }
        // SAFETY: O1.
        unsafe { (class.layout().convert)(payload_of(object), self.esc.me()) };
    }

    unsafe fn take_weakref_callbacks(&self, object: NonNull<Header>) -> bool {
        // SAFETY: live per the contract.
        let severed = weak::sever_with_callbacks(unsafe { object.as_ref() }, self.esc.me());
        let any = !severed.is_empty();
        self.callbacks().extend(severed);
        any
    }

    fn run_weakref_callbacks(&self) {
        let callbacks = std::mem::take(&mut *self.callbacks());
        weak::call_back(self.esc, callbacks);
    }

    unsafe fn clear_weakrefs(&self, object: NonNull<Header>) {
        // SAFETY: live per the contract. Callbacks of weak references that are garbage themselves are not called.
        let severed = weak::sever(unsafe { object.as_ref() }, self.esc.me());
        self.esc.thread().delay_drops(severed);
        if type_of(object).layout().is::<TypeBody>() {
            // SAFETY: O1: the layout was compared.
            unsafe { payload_of(object).cast::<TypeBody>().as_ref() }.leave_bases_in_pause();
        }
    }
}

struct Stacks;

// SAFETY: `frame::walk` shows every live slot of every frame of the thread; native code holds counted values only.
unsafe impl StackWalk for Stacks {
    fn walk(&self, thread: u32, visit: &mut dyn FnMut(Word)) {
        let known = threads().iter().find(|known| known.0 == thread).copied();
        if let Some(ThreadPtr(_, thread)) = known {
            // SAFETY: threads unregister before they go, and the world is stopped.
            frame::walk(unsafe { thread.as_ref() }, visit);
        }
    }
}
