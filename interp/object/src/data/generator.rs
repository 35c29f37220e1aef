//! Generators, coroutines and asynchronous generators: an object that owns a frame.
//!
//! # States
//! | state | meaning | who may leave it |
//! |---|---|---|
//! | `Created` | not started | whoever wins the exchange to `Running` |
//! | `Suspended` | at a `yield` | the same |
//! | `Running` | a thread runs the frame, or clears it | that thread, to `Suspended` or `Done` |
//! | `Done` | the frame is empty | nobody |
//!
//! The exchange (Acquire) pairs with the Release store that ends a run, so the winner sees the frame as the last
//! runner left it. A second thread gets `ValueError: generator already executing`. Who only looks at a suspended frame
//! ([`Generator::awaited`]) holds it for a few loads in a state of its own that others wait out.

use std::cell::UnsafeCell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use interp_opcode::{CellOp, Instr};
use stackref::{StackRef, Value, Word};

use super::code::CodeObject;
use super::frame::{Extent, Frame, HEADER_WORDS, trace_frame};
use crate::layout::{self, Deferred, Field, Obj, Payload};
use crate::raise::PyResult;
use crate::slots::Sent;
use crate::thread::Esc;
use crate::typeobj::{TypeFlags, TypeObject};

/// Which object of the family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GeneratorKind {
    /// A generator.
    Generator,
    /// A coroutine.
    Coroutine,
    /// An asynchronous generator.
    AsyncGenerator,
    /// A generator that `types.coroutine` marked.
    IterableCoroutine,
}

/// See the module's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum State {
    /// Not started.
    Created = 0,
    /// At a `yield`.
    Suspended = 1,
    /// Being run or cleared.
    Running = 2,
    /// Finished.
    Done = 3,
}

/// Bits of [`Generator::async_state`].
pub mod async_flags {
    /// An awaitable of the generator is being awaited (`ag_running`).
    pub const RUNNING: u8 = 1;
    /// The generator is closed: nothing can be sent to it any more.
    pub const CLOSED: u8 = 2;
    /// The hooks of `sys.set_asyncgen_hooks` were called.
    pub const HOOKED: u8 = 4;
}

/// The state of a suspended generator whose frame is being looked at.
const READING: u8 = 4;
/// As [`READING`], of one that was not started.
const READING_CREATED: u8 = 5;

/// A frame that does not run, as of one moment.
pub struct Snapshot {
    /// `f_globals`, a dictionary.
    pub globals: Value,
    /// What the locals hold, in the order of the code's names; cells as they are.
    pub locals: Vec<Option<Value>>,
    /// The code unit the frame stands at.
    pub unit: u32,
    /// The line the frame stands at.
    pub line: Option<u32>,
}

/// The payload of generators of all kinds.
pub struct Generator {
    kind: GeneratorKind,
    state: AtomicU8,
    frame: UnsafeCell<Box<[Word]>>,
    code: Deferred<CodeObject>,
    /// The exception being handled in the frame while it is suspended inside an `except` block.
    pub handled: Field,
    /// `__name__`
    pub name: Field,
    /// `__qualname__`
    pub qualname: Field,
    /// The finalizer hook of an asynchronous generator.
    pub extra: Field,
    /// Flags of asynchronous generators; see [`async_flags`].
    pub async_state: AtomicU8,
}

// SAFETY: the frame is touched only by the thread that holds the state `Running`, or with the world stopped.
unsafe impl Send for Generator {}
// SAFETY: as for `Send`.
unsafe impl Sync for Generator {}

impl Generator {
    /// A generator that takes over `frame`: header, locals and room for temporaries. What the words own passes to it.
    ///
    /// # Panics
    /// If `frame` is shorter than a header.
    pub fn new(kind: GeneratorKind, mut frame: Box<[Word]>, name: Value, qualname: Value) -> Self {
        assert!(frame.len() >= HEADER_WORDS, "a frame has a header");
        // SAFETY: inside the box, or one past its end.
        let fp = unsafe { frame.as_mut_ptr().add(HEADER_WORDS) };
        // SAFETY: the words before `fp` are the header of a frame that nobody runs.
        let code = Deferred::of(unsafe { Frame::of(fp) }.code());
        Generator {
            kind,
            state: AtomicU8::new(State::Created as u8),
            frame: UnsafeCell::new(frame),
            code,
            handled: Field::empty(),
            name: Field::new(Some(name)),
            qualname: Field::new(Some(qualname)),
            extra: Field::empty(),
            async_state: AtomicU8::new(0),
        }
    }

    /// Which object of the family.
    #[inline]
    pub fn kind(&self) -> GeneratorKind {
        self.kind
    }

    /// The state at this moment.
    #[inline]
    pub fn state(&self) -> State {
        match self.state.load(Ordering::Acquire) {
            0 | READING_CREATED => State::Created,
            1 | READING => State::Suspended,
            2 => State::Running,
            _ => State::Done,
        }
    }

    /// Claims the frame and tells the state it was in. `Err` is the state that forbids it: `Running` or `Done`.
    #[inline]
    pub fn claim(&self) -> Result<State, State> {
        loop {
            let state = self.state();
            if matches!(state, State::Running | State::Done) {
                return Err(state);
            }
            let running = State::Running as u8;
            if self.state.compare_exchange(state as u8, running, Ordering::Acquire, Ordering::Relaxed).is_ok() {
                return Ok(state);
            }
            std::hint::spin_loop();
        }
    }

    /// The code object.
    pub fn code(&self) -> &Deferred<CodeObject> {
        &self.code
    }

    /// Runs `read` while nobody can resume the generator, which is not started or suspended. `read` runs no user code.
    fn look<R>(&self, read: impl FnOnce(State) -> R) -> Option<R> {
        loop {
            let raw = self.state.load(Ordering::Acquire);
            let (was, held) = match raw {
                0 => (State::Created, READING_CREATED),
                1 => (State::Suspended, READING),
                READING | READING_CREATED => {
                    std::hint::spin_loop();
                    continue;
                }
                _ => return None,
            };
            if self.state.compare_exchange(raw, held, Ordering::Acquire, Ordering::Relaxed).is_ok() {
                let found = read(was);
                self.state.store(raw, Ordering::Release);
                return Some(found);
            }
        }
    }

    /// What a suspended generator waits for in `yield from` or `await` (`gi_yieldfrom`, `cr_await`).
    pub fn awaited(&self) -> Option<Value> {
        self.look(|was| match was {
            // SAFETY: nobody leaves the state but this thread, and `claim` waits for it.
            State::Suspended => unsafe { self.receiver() },
            _ => None,
        })?
    }

    /// What can be seen of the frame while it does not run (`gi_frame`).
    pub fn snapshot(&self) -> Option<Snapshot> {
        self.look(|_| {
            // SAFETY: nobody resumes the frame meanwhile, as in `awaited`.
            let fp = unsafe { self.fp() };
            // SAFETY: as above.
            let frame = unsafe { Frame::of(fp) };
            let view = |word: Word| {
                // SAFETY: the frame keeps what its words name; the view is not dropped, and cloning decides from the object.
                let view = std::mem::ManuallyDrop::new(unsafe { Value::from_word(word) });
                Value::clone(&view)
            };
            let locals = (0..frame.locals_count.get() as usize).map(|slot| {
                // SAFETY: inside the frame.
                let place = unsafe { fp.add(slot) };
                // SAFETY: locals are always initialized.
                let word = unsafe { place.read() };
                (!word.is_null()).then(|| view(word))
            });
            Snapshot {
                globals: view(frame.globals.get()),
                locals: locals.collect(),
                unit: frame.code().unit_of_word(frame.word_index()),
                line: frame.line(),
            }
        })
    }

    /// As [`Generator::awaited`], for whoever has the frame.
    ///
    /// # Safety
    /// The caller claimed the frame, which was suspended, and has not resumed it.
    pub unsafe fn receiver(&self) -> Option<Value> {
        // SAFETY: forwarded.
        let fp = unsafe { self.fp() };
        // SAFETY: the frame is the caller's.
        let frame = unsafe { Frame::of(fp) };
        // SAFETY: a suspended frame stands at a cell of its code; the cast is to the atomic that the word is.
        let cell = unsafe { (*frame.ip.get().cast::<AtomicU64>()).load(Ordering::Relaxed) };
        let resumes = CellOp::from_u16(cell as u16).is_some_and(|op| op.instr().info().head == Instr::Resume);
        // The operand of `RESUME` says what suspended the frame: 2 is `yield from`, 3 `await`.
        if !resumes || (cell >> 32) & 3 < 2 {
            return None;
        }
        let (locals, live) = frame.code().slots_at(frame.word_index());
        // The receiver lies below the slot for the value sent.
        let slot = locals + live.checked_sub(2)?;
        // SAFETY: inside the frame.
        let place = unsafe { fp.add(slot) };
        // SAFETY: a live temporary, which the frame keeps while it is viewed.
        let view = unsafe { &*place.cast::<Value>() };
        (!view.word().is_null()).then(|| view.clone())
    }

    /// Ends a run.
    ///
    /// # Safety
    /// The caller claimed the frame; if `state` is `Done`, the frame holds nothing any more.
    #[inline]
    pub unsafe fn release(&self, state: State) {
        self.state.store(state as u8, Ordering::Release);
    }

    /// The frame's first local.
    ///
    /// # Safety
    /// The caller claimed the frame, or the world is stopped.
    #[inline]
    pub unsafe fn fp(&self) -> *mut Word {
        // SAFETY: nobody else has a reference into the box now.
        let frame = unsafe { &mut *self.frame.get() };
        // SAFETY: the box holds a header and then the locals.
        unsafe { frame.as_mut_ptr().add(HEADER_WORDS) }
    }

    /// Takes everything the frame holds out of it.
    ///
    /// # Safety
    /// The caller claimed the frame, or is the only one that can reach the generator.
    pub unsafe fn empty_frame(&self, me: u32, out: &mut Vec<Value>) {
        // SAFETY: forwarded.
        let fp = unsafe { self.fp() };
        // SAFETY: the frame is suspended and ours.
        let frame = unsafe { Frame::of(fp) };
        let (locals, live) = frame.code().slots_at(frame.word_index());
        for slot in (0..locals + live).rev() {
            // SAFETY: inside the frame.
            let place = unsafe { fp.add(slot) };
            // SAFETY: live slots hold words this frame owns.
            out.extend(owned(unsafe { place.replace(Word::NULL) }, me));
        }
        out.extend(owned(frame.locals.replace(Word::NULL), me));
        out.extend(owned(frame.function.replace(Word::NULL), me));
    }
}

/// The value a frame's word owned; `None` for NULL.
fn owned(word: Word, me: u32) -> Option<Value> {
    if word.is_null() {
        return None;
    }
    // SAFETY: the word was just moved out of a frame slot.
    Some(unsafe { StackRef::from_word(word) }.into_value(me))
}

impl Drop for Generator {
    fn drop(&mut self) {
        if self.state() == State::Done {
            return;
        }
        let mut out = Vec::new();
        // SAFETY: the generator is dying: nobody else can reach it.
        unsafe { self.empty_frame(stackref::thread::current_id(), &mut out) };
    }
}

impl Payload for Generator {
    const NAME: &'static str = "generator";
    fn class() -> &'static TypeObject {
        &GENERATOR
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        for field in [&self.handled, &self.name, &self.qualname, &self.extra] {
            field.trace(visit);
        }
        visit(self.code.word());
        if matches!(self.state(), State::Created | State::Suspended) {
            // SAFETY: payloads are traced while the world is stopped.
            let fp = unsafe { self.fp() };
            // SAFETY: the frame is suspended (a running one is in its thread's chain).
            unsafe { trace_frame(fp, Extent::Whole, visit) };
        }
    }

    fn convert_uncounted(&self, me: u32) {
        self.code.convert(me);
        if !matches!(self.state(), State::Created | State::Suspended) {
            return;
        }
        // SAFETY: the world is stopped and the frame suspended.
        let fp = unsafe { self.fp() };
        // SAFETY: as above.
        let frame = unsafe { Frame::of(fp) };
        let (locals, live) = frame.code().slots_at(frame.word_index());
        for slot in 0..locals + live {
            // SAFETY: inside the frame.
            let place = unsafe { &mut *fp.add(slot) };
            // SAFETY: the slot owns its word; what it becomes is stored back.
            *place = unsafe { StackRef::from_word(*place) }.make_heap_safe(me).into_word();
        }
        // SAFETY: the header owns its word; what it becomes is stored back.
        let function = unsafe { StackRef::from_word(frame.function.get()) };
        frame.function.set(function.make_heap_safe(me).into_word());
    }

    fn clear(&self, out: &mut Vec<Value>) {
        if self.claim().is_ok() {
            // SAFETY: claimed.
            unsafe { self.empty_frame(stackref::thread::current_id(), out) };
            // SAFETY: claimed and emptied.
            unsafe { self.release(State::Done) };
        }
        out.extend(self.handled.take());
        out.extend(self.extra.take());
    }
}

const FLAGS: TypeFlags = TypeFlags::WEAKREF.union(TypeFlags::FINALIZER);

/// The type `generator`.
pub static GENERATOR: TypeObject = TypeObject::builtin::<Generator>("generator", Some(&super::types::OBJECT), FLAGS);

/// The type `coroutine`.
pub static COROUTINE: TypeObject = TypeObject::builtin::<Generator>("coroutine", Some(&super::types::OBJECT), FLAGS);

/// The type `async_generator`.
pub static ASYNC_GENERATOR: TypeObject =
    TypeObject::builtin::<Generator>("async_generator", Some(&super::types::OBJECT), FLAGS);

/// The payload of what an asynchronous generator's frame gives for `yield value`, to tell it from what `await` yields
/// through it. Python code never sees one.
pub struct AsyncWrapped {
    value: Value,
}

impl AsyncWrapped {
    /// The value that was yielded.
    pub fn value(&self) -> &Value {
        &self.value
    }
}

impl Payload for AsyncWrapped {
    const NAME: &'static str = "async_generator_wrapped_value";
    fn class() -> &'static TypeObject {
        &ASYNC_WRAPPED
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        visit(self.value.word());
    }
}

/// The type `async_generator_wrapped_value`.
pub static ASYNC_WRAPPED: TypeObject = TypeObject::builtin::<AsyncWrapped>(
    "async_generator_wrapped_value",
    Some(&super::types::OBJECT),
    TypeFlags::empty(),
);

/// Wraps what an asynchronous generator yields.
pub fn wrap(esc: Esc<'_>, value: Value) -> Obj<AsyncWrapped> {
    layout::new(esc, AsyncWrapped { value })
}

/// How generators are run: the eval loop fills this in.
pub struct Runner {
    /// Sends a value, as the `send` slot does.
    pub send: fn(Esc<'_>, &Value, Value) -> PyResult<Sent>,
    /// Throws into a generator: one to three arguments as `throw` takes them. The flag says that `GeneratorExit` closes
    /// what the generator waits for instead of being thrown into it.
    pub throw: fn(Esc<'_>, &Value, &[Value], bool) -> PyResult<Sent>,
    /// Closes a generator; what it returned, if anything.
    pub close: fn(Esc<'_>, &Value) -> PyResult<Option<Value>>,
}

/// See [`Runner`].
pub static RUNNER: OnceLock<Runner> = OnceLock::new();

/// The functions that run generators.
///
/// # Errors
/// `SystemError` before the eval loop filled them in.
pub fn runner(esc: Esc<'_>) -> PyResult<&'static Runner> {
    RUNNER.get().ok_or_else(|| esc.system_error("there is no eval loop"))
}
