//! Thread state and the escape token.
//!
//! One [`Thread`] per native thread that runs Python. It is reached through [`Esc`], never through a global, except
//! where no token can be passed: a destructor that runs because a [`stackref::Value`] was dropped.

use std::cell::{Cell, RefCell};
use std::ptr::NonNull;
use std::sync::OnceLock;
use std::sync::atomic::AtomicU32;

use stackref::Value;

/// The world of this process: heap, grace periods, stop-the-world, collector.
pub fn world() -> &'static gc::World {
    static WORLD: OnceLock<gc::World> = OnceLock::new();
    WORLD.get_or_init(gc::World::new)
}

/// How deep Python calls may nest unless `sys.setrecursionlimit` says otherwise.
pub const DEFAULT_RECURSION_LIMIT: u32 = 1000;
/// Bytes of native stack kept free for the runtime's own leaf functions.
const NATIVE_STACK_RESERVE_BYTES: usize = 256 * 1024;

thread_local! {
    static CURRENT: Cell<*const Thread> = const { Cell::new(std::ptr::null()) };
}

/// State of one thread that runs Python code. Not `Sync`: other threads reach it only while the world is stopped.
pub struct Thread {
    mutator: gc::Mutator,
    id: u32,
    breaker: NonNull<AtomicU32>,
    /// The innermost Python frame (its `fp`); the frames below hang on it. See [`crate::data::frame`].
    pub frame: Cell<*mut stackref::Word>,
    /// Bounds of the current data-stack chunk: next free word and end. Owned by `interp-eval`.
    pub stack_top: Cell<*mut stackref::Word>,
    /// End of the current data-stack chunk.
    pub stack_end: Cell<*mut stackref::Word>,
    /// The result a loop is left with, as the bits of a word.
    pub loop_result: Cell<u64>,
    /// How far an instruction came that starts over out of line, and goes on there; 0 between instructions.
    pub progress: Cell<usize>,
    /// Where the current chunk begins, if it is not the first: a frame popped down to here gives the chunk back.
    pub stack_floor: Cell<*mut stackref::Word>,
    /// Chunks of the data stack, oldest first.
    pub stack_chunks: RefCell<Vec<Box<[stackref::Word]>>>,
    /// The pending exception, set exactly while a [`crate::Raised`] exists (O3).
    pub(crate) pending: RefCell<Option<Value>>,
    /// Exceptions being handled (`sys.exception()`), innermost last; `None` marks a generator's boundary.
    pub handled: RefCell<Vec<Option<Value>>>,
    /// Python calls that may still nest.
    pub recursion_remaining: Cell<u32>,
    native_limit: usize,
    /// Objects being represented, for `[...]` in recursive reprs.
    pub repr_stack: RefCell<Vec<u64>>,
    pub(crate) delayed_values: RefCell<Vec<Value>>,
    /// Whether the exception that unwinding is about to start with is raised again as it is: its traceback has an entry
    /// for the running frame already.
    pub reraising: Cell<bool>,
    /// Whether the generator whose run just left a loop yielded (else it returned).
    pub yielded: Cell<bool>,
    /// What `sys.set_asyncgen_hooks` set.
    pub async_generator_hooks: RefCell<AsyncGeneratorHooks>,
    /// An exception another thread asked this one to raise at its next safepoint.
    pub async_exception: std::sync::Mutex<Option<Value>>,
}

/// Functions called with asynchronous generators (PEP 525).
#[derive(Clone, Default)]
pub struct AsyncGeneratorHooks {
    /// Called when one is iterated for the first time.
    pub first_iteration: Option<Value>,
    /// Called when one is about to be destroyed unfinished.
    pub finalizer: Option<Value>,
}

impl Thread {
    /// Registers the calling native thread with the world and attaches it.
    ///
    /// `native_stack_bytes` is the size of the native stack of this thread; recursion in native code raises
    /// `RecursionError` before it is used up.
    pub fn attach_current(native_stack_bytes: usize) -> Box<Thread> {
        let mutator = world().register();
        mutator.attach();
        let id = mutator.id();
        let breaker = NonNull::from(mutator.record().breaker());
        let here = approximate_stack_pointer();
        let usable = native_stack_bytes.saturating_sub(NATIVE_STACK_RESERVE_BYTES);
        let thread = Box::new(Thread {
            mutator,
            id,
            breaker,
            frame: Cell::new(std::ptr::null_mut()),
            stack_top: Cell::new(std::ptr::null_mut()),
            stack_end: Cell::new(std::ptr::null_mut()),
            loop_result: Cell::new(0),
            progress: Cell::new(0),
            stack_floor: Cell::new(std::ptr::null_mut()),
            stack_chunks: RefCell::new(Vec::new()),
            pending: RefCell::new(None),
            handled: RefCell::new(Vec::new()),
            recursion_remaining: Cell::new(DEFAULT_RECURSION_LIMIT),
            native_limit: here.saturating_sub(usable),
            repr_stack: RefCell::new(Vec::new()),
            delayed_values: RefCell::new(Vec::new()),
            reraising: Cell::new(false),
            yielded: Cell::new(false),
            async_generator_hooks: RefCell::default(),
            async_exception: std::sync::Mutex::new(None),
        });
        CURRENT.set(&raw const *thread);
        crate::gcmodel::register(&thread);
        thread
    }

    /// The id used in object headers.
    #[inline]
    pub fn id(&self) -> u32 {
        self.id
    }

    /// What others ask of this thread, to be looked at on backward jumps, calls and resumption.
    #[inline(always)]
    pub fn breaker(&self) -> &AtomicU32 {
        // SAFETY: the word is part of the record that the mutator keeps alive.
        unsafe { self.breaker.as_ref() }
    }

    /// This thread's share of the heap and of the stop-the-world protocol.
    #[inline]
    pub fn mutator(&self) -> &gc::Mutator {
        &self.mutator
    }

    /// The token with which a native thread enters the runtime: it has no Python frame, so there is nothing to spill.
    pub fn enter(&self) -> Esc<'_> {
        Esc { thread: self }
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        let pending = self.pending.borrow_mut().take();
        let handled = std::mem::take(&mut *self.handled.borrow_mut());
        let asked = self.async_exception.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        drop((pending, handled, asked, self.async_generator_hooks.take()));
        // What others have let go of this thread's objects dies here, while finalizers can still run.
        self.mutator.leave(|| self.drop_delayed());
        crate::gcmodel::unregister(self);
        self.mutator.detach();
        CURRENT.set(std::ptr::null());
    }
}

/// An address near the top of the native stack.
#[inline(always)]
pub(crate) fn approximate_stack_pointer() -> usize {
    let marker = 0u8;
    std::ptr::from_ref(std::hint::black_box(&marker)) as usize
}

/// The escape token (O4): its holder may run Python code, finalize, block, or reach a safepoint.
///
/// It can be made only by generated spill code ([`Esc::after_spill`]), by a native thread's entry ([`Thread::enter`]),
/// and by deallocation, which runs only where its caller could escape. DESIGN calls for a zero-sized token; this one
/// carries the thread, since everything that escapes needs it and passing one register beats a thread-local load.
#[derive(Clone, Copy)]
pub struct Esc<'t> {
    thread: &'t Thread,
}

impl<'t> Esc<'t> {
    /// The token after a spill.
    ///
    /// # Safety
    /// The running frame has stored its instruction pointer and every live cached value, and no consumed slot still
    /// shows the value it held (O4).
    #[inline(always)]
    pub unsafe fn after_spill(thread: &'t Thread) -> Self {
        let esc = Esc { thread };
        crate::zeal::escape(esc);
        esc
    }

    /// The token inside a destructor.
    ///
    /// # Safety
    /// The caller runs because a counted value died: whoever dropped it held a token. The thread must not be detached.
    pub(crate) unsafe fn in_destructor() -> Option<Esc<'static>> {
        let current = CURRENT.get();
        // SAFETY: `CURRENT` is set while the boxed thread lives and cleared by its `Drop`.
        unsafe { current.as_ref() }.map(|thread| Esc { thread })
    }

    /// The running thread.
    #[inline(always)]
    pub fn thread(self) -> &'t Thread {
        self.thread
    }

    /// The running thread's id, for counting operations.
    #[inline(always)]
    pub fn me(self) -> u32 {
        self.thread.id
    }

    /// Runs `work` detached: the world may be stopped meanwhile, and `work` must not touch Python objects.
    /// Every call that may block goes through here.
    pub fn blocking<R>(self, work: impl FnOnce() -> R) -> R {
        self.thread.mutator.blocking(work)
    }

    /// Raises `RecursionError` if the native stack is nearly used up; every native function that can recurse through
    /// user data (repr, comparison, calls) asks first.
    #[inline]
    pub fn check_native_stack(self) -> crate::PyResult<()> {
        if self.has_native_room() { Ok(()) } else { Err(self.native_overflow()) }
    }

    /// Whether [`check_native_stack`](Esc::check_native_stack) has nothing to say.
    #[inline]
    pub fn has_native_room(self) -> bool {
        approximate_stack_pointer() >= self.thread.native_limit
    }

    #[cold]
    fn native_overflow(self) -> crate::Raised {
        self.raise_str(&crate::data::exception::RECURSION_ERROR, "maximum recursion depth exceeded")
    }
}

/// Hands memory to the world: `free(ptr)` runs after a grace period.
///
/// # Safety
/// As `gc::Mutator::retire`: unreachable for new readers, retired once, and `free` may be called on any thread.
#[inline]
pub(crate) unsafe fn retire(esc: Esc<'_>, ptr: NonNull<u8>, free: unsafe fn(NonNull<u8>), bytes: usize) {
    // SAFETY: forwarded.
    unsafe { esc.thread().mutator().retire(ptr, free, bytes) };
}
