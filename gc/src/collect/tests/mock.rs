//! The toy object model: nodes with slots, finalizers that may resurrect, weak references, and "generators" whose slots hold words
//! without counts.

use crate::{CollectStats, Model, Mutator, StackWalk, World, free_from_any, is_unreachable};
use stackref::thread::current_id;
use stackref::{Dead, Fate, Header, TypeHead, Value, Word, gc_bits};
use std::cell::{Cell, UnsafeCell};
use std::collections::{BTreeSet, HashMap};
use std::ptr::NonNull;
use std::sync::{Arc, Mutex, MutexGuard};

/// What the finalizer of a node does, besides being logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// No finalizer.
    None,
    Log,
    /// Saves a reference to the node.
    Resurrect,
    /// Runs a collection inside the finalizer.
    Collect,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Event {
    Finalized(usize),
    Cleared(usize),
    Died(usize),
    Callback(usize),
}

const MAGIC: u64 = 0x6e6f_6465_6e6f_6465;

#[repr(C)]
pub(super) struct Node {
    header: Header,
    magic: u64,
    pub(super) id: usize,
    mock: Arc<Mock>,
    pub(super) action: Cell<Action>,
    /// Guarded by the header's lock, except in pauses.
    slots: UnsafeCell<Vec<Word>>,
    /// Of a weak reference: what it refers to. Guarded by `Mock::weak`.
    target: Cell<Option<NonNull<Node>>>,
    callback: Cell<bool>,
    /// Weak references to this node, which do not own them. Guarded by `Mock::weak`.
    weakrefs: UnsafeCell<Vec<NonNull<Node>>>,
}

/// One test's objects.
#[derive(Default)]
pub(super) struct Mock {
    pub(super) log: Mutex<Vec<Event>>,
    live: Mutex<BTreeSet<usize>>,
    pub(super) saved: Mutex<Vec<Value>>,
    /// Uncounted words on threads' stacks.
    stacks: Mutex<HashMap<u32, Vec<StackWord>>>,
    roots: Mutex<Vec<StackWord>>,
    callbacks: Mutex<Vec<usize>>,
    weak: Mutex<()>,
    /// For finalizers that collect.
    pub(super) world: Mutex<Option<World>>,
    pub(super) inner_collections: Mutex<Vec<CollectStats>>,
}

struct StackWord(Word);
// SAFETY: a word is bits; what it names lives on the shared heap.
unsafe impl Send for StackWord {}

static TYPE: TypeHead = TypeHead { header: Header::new_immortal(std::ptr::null_mut()), dealloc };

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap()
}

fn node(object: NonNull<Header>) -> &'static Node {
    // SAFETY: every tracked object of these tests is a node, and the tests keep it alive while they look at it.
    let node = unsafe { object.cast::<Node>().as_ref() };
    assert_eq!(node.magic, MAGIC, "a node is used after it was freed");
    node
}

pub(super) fn node_of(value: &Value) -> &'static Node {
    node(value.header().unwrap())
}

impl Mock {
    pub(super) fn new() -> Arc<Mock> {
        Arc::default()
    }

    pub(super) fn make(self: &Arc<Mock>, me: &Mutator, id: usize, action: Action) -> Value {
        let block = me.alloc(size_of::<Node>(), true).unwrap();
        let object = block.cast::<Header>();
        let fields = Node {
            header: Header::new(std::ptr::null_mut(), me.id()),
            magic: MAGIC,
            id,
            mock: self.clone(),
            action: Cell::new(action),
            slots: UnsafeCell::default(),
            target: Cell::new(None),
            callback: Cell::new(false),
            weakrefs: UnsafeCell::default(),
        };
        let behind = size_of::<Header>();
        // SAFETY: the block is big enough; the header is left to `init_at`, since others may be probing it.
        unsafe {
            std::ptr::copy_nonoverlapping(
                (&raw const fields).cast::<u8>().add(behind),
                block.as_ptr().add(behind),
                size_of::<Node>() - behind,
            );
        }
        std::mem::forget(fields);
        // SAFETY: a free block of ours.
        unsafe { Header::init_at(object, (&raw const TYPE).cast_mut(), me.id(), 0) };
        // SAFETY: initialized.
        unsafe { object.as_ref() }.set_gc_bits(gc_bits::TRACKED);
        assert!(lock(&self.live).insert(id));
        // SAFETY: the count that `init_at` made.
        unsafe { Value::from_header(object) }
    }

    /// A weak reference to `target`.
    pub(super) fn make_weak(self: &Arc<Mock>, me: &Mutator, id: usize, target: &Value, callback: bool) -> Value {
        let weak = self.make(me, id, Action::None);
        let _guard = lock(&self.weak);
        node_of(&weak).target.set(target.header().map(NonNull::cast));
        node_of(&weak).callback.set(callback);
        // SAFETY: under the lock.
        unsafe { &mut *node_of(target).weakrefs.get() }.push(weak.header().unwrap().cast());
        weak
    }

    pub(super) fn is_weak_alive(&self, weak: &Value) -> bool {
        let _guard = lock(&self.weak);
        node_of(weak).target.get().is_some()
    }

    pub(super) fn push_stack(&self, thread: u32, word: Word) {
        lock(&self.stacks).entry(thread).or_default().push(StackWord(word));
    }

    pub(super) fn clear_stacks(&self) {
        lock(&self.stacks).clear();
    }

    pub(super) fn push_root(&self, word: Word) {
        lock(&self.roots).push(StackWord(word));
    }

    pub(super) fn clear_roots(&self) {
        lock(&self.roots).clear();
    }

    /// As `clear_roots`, for roots that own counts.
    pub(super) fn drop_roots(&self) {
        let roots = std::mem::take(&mut *lock(&self.roots));
        drop_words(roots.into_iter().map(|word| word.0).collect());
    }

    /// Drops what finalizers saved; not under the lock, since that may run further finalizers.
    pub(super) fn drop_saved(&self) {
        let saved = std::mem::take(&mut *lock(&self.saved));
        drop(saved);
    }

    pub(super) fn live(&self) -> Vec<usize> {
        lock(&self.live).iter().copied().collect()
    }

    pub(super) fn take_log(&self) -> Vec<Event> {
        std::mem::take(&mut *lock(&self.log))
    }

    fn note(&self, event: Event) {
        lock(&self.log).push(event);
    }

    /// Detaches the weak references to an object for which `which` holds; returns those with callbacks.
    fn detach_weakrefs(&self, object: NonNull<Header>, which: impl Fn(&Node) -> bool) -> Vec<NonNull<Node>> {
        let _guard = lock(&self.weak);
        let mut with_callbacks = Vec::new();
        // SAFETY: under the lock.
        unsafe { &mut *node(object).weakrefs.get() }.retain(|weak| {
            let entry = node(weak.cast());
            if !which(entry) {
                return true;
            }
            entry.target.set(None);
            if entry.callback.get() {
                with_callbacks.push(*weak);
            }
            false
        });
        with_callbacks
    }
}

/// Prints an object that should not be there.
pub(super) fn describe(object: NonNull<Header>) {
    let entry = node(object);
    // SAFETY: paused.
    eprintln!("left: {} at {object:p}: {:?} -> {:?}", entry.id, entry.header, unsafe { &*entry.slots.get() });
}

/// Appends a counted reference.
pub(super) fn link(from: &Value, to: &Value) {
    push(from, to.clone().into_word());
}

/// Appends a word as it is.
pub(super) fn push(from: &Value, word: Word) {
    let node = node_of(from);
    let _guard = node.header.lock().lock();
    // SAFETY: under the lock.
    unsafe { &mut *node.slots.get() }.push(word);
}

/// A counted reference to what a random slot holds.
pub(super) fn read(from: &Value, random: usize) -> Option<Value> {
    let node = node_of(from);
    let _guard = node.header.lock().lock();
    // SAFETY: under the lock.
    let slots = unsafe { &*node.slots.get() };
    let word = *slots.get(random % slots.len().max(1))?;
    // SAFETY: the slot keeps it alive, and cannot change under the lock.
    Some(unsafe { Value::new_ptr(word.header().unwrap(), current_id()) })
}

/// Takes all slots out.
pub(super) fn unlink(from: &Value) {
    drop_words(take_slots(from.header().unwrap()));
}

fn take_slots(object: NonNull<Header>) -> Vec<Word> {
    let node = node(object);
    let _guard = node.header.lock().lock();
    // SAFETY: under the lock.
    std::mem::take(unsafe { &mut *node.slots.get() })
}

fn drop_words(words: Vec<Word>) {
    for word in words {
        if let Some(object) = word.header()
            && word.is_counted()
        {
            // SAFETY: the word owned a count.
            if unsafe { object.as_ref().decref(current_id()) } == Fate::Dead {
                // SAFETY: it just died.
                unsafe { Dead::new(object) }.finalize();
            }
        }
    }
}

unsafe fn dealloc(object: NonNull<Header>) {
    let me = current_id();
    let entry = node(object);
    let mock = entry.mock.clone();
    let finalized = entry.header.has_gc_bits(gc_bits::FINALIZED);
    if entry.action.get() != Action::None && !finalized {
        entry.header.set_gc_bits(gc_bits::FINALIZED);
        // SAFETY: dead, and ours to finalize.
        unsafe { entry.header.resurrect(me) };
        // SAFETY: live again.
        unsafe { mock.finalize(object) };
        // SAFETY: pairs with the above.
        if unsafe { entry.header.end_resurrection(me) } == Fate::Alive {
            return;
        }
    }
    entry.header.clear_gc_bits(gc_bits::TRACKED);
    for weak in mock.detach_weakrefs(object, |_| true) {
        mock.note(Event::Callback(node(weak.cast()).id));
    }
    if let Some(target) = entry.target.take() {
        let _guard = lock(&mock.weak);
        // SAFETY: under the lock.
        unsafe { &mut *node(target.cast()).weakrefs.get() }.retain(|weak| *weak != object.cast());
    }
    let slots = take_slots(object);
    assert!(lock(&mock.live).remove(&entry.id), "a node dies once");
    mock.note(Event::Died(entry.id));
    // SAFETY: dead: nobody uses the fields any more.
    unsafe {
        std::ptr::drop_in_place((&raw const entry.mock).cast_mut());
        std::ptr::drop_in_place((&raw const entry.slots).cast_mut());
        std::ptr::drop_in_place((&raw const entry.weakrefs).cast_mut());
        (&raw const entry.magic).cast_mut().write(0);
        entry.header.mark_free();
        free_from_any(object.cast());
    }
    drop_words(slots);
}

// SAFETY: shows every slot; nodes are untracked before they are taken apart; uncounted words are on `stacks`, `roots` or in nodes
// that `convert_uncounted` knows.
unsafe impl Model for Mock {
    unsafe fn trace(&self, object: NonNull<Header>, visit: &mut dyn FnMut(Word)) {
        // SAFETY: paused.
        for &word in unsafe { &*node(object).slots.get() } {
            visit(word);
        }
    }

    fn roots(&self, visit: &mut dyn FnMut(Word)) {
        lock(&self.roots).iter().for_each(|word| visit(word.0));
    }

    unsafe fn has_finalizer(&self, object: NonNull<Header>) -> bool {
        node(object).action.get() != Action::None
    }

    unsafe fn finalize(&self, object: NonNull<Header>) {
        self.note(Event::Finalized(node(object).id));
        match node(object).action.get() {
            Action::None | Action::Log => {}
            // SAFETY: the caller keeps the object alive.
            Action::Resurrect => lock(&self.saved).push(unsafe { Value::new_ptr(object, current_id()) }),
            Action::Collect => {
                let world = lock(&self.world).clone().unwrap();
                CURRENT.with(|me| {
                    // SAFETY: set by `with_current` for the time of a call.
                    let me = unsafe { me.get().unwrap().as_ref() };
                    lock(&self.inner_collections).push(world.collect(me, self, self));
                });
            }
        }
    }

    unsafe fn clear(&self, object: NonNull<Header>) {
        self.note(Event::Cleared(node(object).id));
        drop_words(take_slots(object));
    }

    unsafe fn convert_uncounted(&self, object: NonNull<Header>) {
        // SAFETY: paused.
        for word in unsafe { &mut *node(object).slots.get() } {
            if let Some(referent) = word.header()
                && !word.is_counted()
                // SAFETY: shown by trace, hence live.
                && !unsafe { referent.as_ref() }.is_uncountable()
            {
                // SAFETY: as above.
                unsafe { referent.as_ref().incref(current_id()) };
                *word = Word::counted(referent);
            }
        }
    }

    unsafe fn take_weakref_callbacks(&self, object: NonNull<Header>) -> bool {
        let taken = self.detach_weakrefs(object, |weak| weak.callback.get());
        let mut callbacks = lock(&self.callbacks);
        // SAFETY: weak references are live objects.
        callbacks
            .extend(taken.iter().filter(|weak| !unsafe { is_unreachable(weak.cast()) }).map(|w| node(w.cast()).id));
        !callbacks.is_empty()
    }

    fn run_weakref_callbacks(&self) {
        let callbacks = std::mem::take(&mut *lock(&self.callbacks));
        callbacks.into_iter().for_each(|id| self.note(Event::Callback(id)));
    }

    unsafe fn clear_weakrefs(&self, object: NonNull<Header>) {
        self.detach_weakrefs(object, |_| true);
    }
}

// SAFETY: every uncounted word that is not in a node is in `stacks` or `roots`.
unsafe impl StackWalk for Mock {
    fn walk(&self, thread: u32, visit: &mut dyn FnMut(Word)) {
        if let Some(words) = lock(&self.stacks).get(&thread) {
            words.iter().for_each(|word| visit(word.0));
        }
    }
}

thread_local! {
    static CURRENT: Cell<Option<NonNull<Mutator>>> = const { Cell::new(None) };
}

/// Makes `me` known to finalizers while `f` runs.
pub(super) fn with_current<R>(me: &Mutator, f: impl FnOnce() -> R) -> R {
    CURRENT.with(|current| current.set(Some(NonNull::from(me))));
    let result = f();
    CURRENT.with(|current| current.set(None));
    result
}
