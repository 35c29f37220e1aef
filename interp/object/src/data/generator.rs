//! Generators, coroutines and asynchronous generators: an object that owns a frame.
//!
//! The frame lies in the object, behind the payload, and runs there:
//!
//! ```text
//! header | payload | frame header | locals | temporaries
//! ```
//!
//! Who may touch it is the business of the module `state`.

use std::ptr::NonNull;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use interp_opcode::{CellOp, Instr};
use stackref::{Header, StackRef, Value, Word};

use super::code::CodeObject;
use super::frame::{Extent, Frame, HEADER_WORDS, trace_frame};
use crate::layout::{self, Deferred, Field, Obj, Payload, header_of_payload, payload_of};
use crate::raise::PyResult;
use crate::slots::Sent;
use crate::thread::{Esc, Thread};
use crate::typeobj::{TypeFlags, TypeObject};

mod make;
mod state;
#[cfg(test)]
mod tests;

pub use make::{Start, from_call, move_frame};
use state::RunState;
pub use state::State;

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

/// Bits of [`Generator::async_state`].
pub mod async_flags {
    /// An awaitable of the generator is being awaited (`ag_running`).
    pub const RUNNING: u8 = 1;
    /// The generator is closed: nothing can be sent to it any more.
    pub const CLOSED: u8 = 2;
    /// The hooks of `sys.set_asyncgen_hooks` were called.
    pub const HOOKED: u8 = 4;
}

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

/// The payload of generators of all kinds; the frame lies behind it.
#[repr(C)]
pub struct Generator {
    state: RunState,
    kind: GeneratorKind,
    /// Flags of asynchronous generators; see [`async_flags`].
    pub async_state: AtomicU8,
    code: Deferred<CodeObject>,
    /// The exception being handled in the frame while it is suspended inside an `except` block.
    pub handled: Field,
    /// `__name__`, or empty for the code's.
    name: Field,
    /// `__qualname__`, or empty for the code's.
    qualname: Field,
    /// The finalizer hook of an asynchronous generator.
    pub extra: Field,
}

/// Bytes from a generator's payload to the first local of its frame.
const FRAME_OFFSET: usize = size_of::<Generator>() + HEADER_WORDS * size_of::<Word>();

static_assertions::const_assert_eq!(size_of::<Generator>() % size_of::<Word>(), 0);

impl Generator {
    /// The payload of a generator that has not started.
    #[inline(always)]
    fn idle(kind: GeneratorKind, code: &CodeObject) -> Self {
        Generator {
            state: RunState::new(code.shares_generators()),
            kind,
            async_state: AtomicU8::new(0),
            code: Deferred::of(code),
            handled: Field::empty(),
            name: Field::empty(),
            qualname: Field::empty(),
            extra: Field::empty(),
        }
    }

    /// The generator in which the frame at `fp` lies.
    ///
    /// # Safety
    /// `fp` is the frame of a generator that outlives the reference.
    #[inline(always)]
    pub unsafe fn of_frame<'a>(fp: *mut Word) -> &'a Generator {
        // SAFETY: the frame lies at a fixed distance behind the payload.
        let payload = unsafe { fp.byte_sub(FRAME_OFFSET) }.cast::<Generator>();
        // SAFETY: the caller vouches for the generator.
        unsafe { &*payload }
    }

    /// Which object of the family.
    #[inline]
    pub fn kind(&self) -> GeneratorKind {
        self.kind
    }

    /// The state at this moment.
    #[inline]
    pub fn state(&self) -> State {
        self.state.phase()
    }

    fn header(&self) -> &Header {
        header_of_payload(self)
    }

    /// Claims the frame, if this thread owns the generator and nothing is special about it: no atomic operation.
    /// Tells the state it was in.
    #[inline(always)]
    pub fn claim_biased(&self, me: u32) -> Option<State> {
        self.state.claim_biased(self.header(), me)
    }

    /// Claims the frame and tells the state it was in. `Err` is the state that forbids it: `Running` or `Done`.
    ///
    /// A safepoint if the generator is another thread's.
    pub fn claim(&self, esc: Esc<'_>) -> Result<State, State> {
        let (claimed, made_shared) = self.state.claim(esc, self.header());
        if made_shared {
            self.code.share_generators();
        }
        claimed
    }

    /// Whether the frame, when it was suspended, handled an exception, or does while it runs.
    #[inline(always)]
    pub fn is_handling(&self) -> bool {
        self.state.is_handling()
    }

    /// Notes whether the frame has an entry in the list of what the thread handles.
    ///
    /// # Safety
    /// The caller claimed the frame.
    pub unsafe fn set_handling(&self, on: bool) {
        self.state.set_handling(on);
    }

    /// The code object.
    pub fn code(&self) -> &Deferred<CodeObject> {
        &self.code
    }

    /// `__name__`
    pub fn name(&self, esc: Esc<'_>) -> Value {
        self.name.get(esc, self).unwrap_or_else(|| self.code.name().clone())
    }

    /// `__qualname__`
    pub fn qualname(&self, esc: Esc<'_>) -> Value {
        self.qualname.get(esc, self).unwrap_or_else(|| self.code.qualname().clone())
    }

    /// Assigns `__name__`; the old one is given back.
    #[must_use = "drop the old value where code may run"]
    pub fn set_name(&self, name: Value) -> Option<Value> {
        self.name.set(self, Some(name))
    }

    /// Assigns `__qualname__`; the old one is given back.
    #[must_use = "drop the old value where code may run"]
    pub fn set_qualname(&self, name: Value) -> Option<Value> {
        self.qualname.set(self, Some(name))
    }

    /// What a suspended generator waits for in `yield from` or `await` (`gi_yieldfrom`, `cr_await`).
    pub fn awaited(&self, esc: Esc<'_>) -> Option<Value> {
        self.state.look(esc, self.header(), |was| match was {
            // SAFETY: nobody claims the frame meanwhile.
            State::Suspended => unsafe { self.receiver() },
            _ => None,
        })?
    }

    /// What can be seen of the frame while it does not run (`gi_frame`).
    pub fn snapshot(&self, esc: Esc<'_>) -> Option<Snapshot> {
        self.state.look(esc, self.header(), |_| {
            // SAFETY: nobody resumes the frame meanwhile, as in `awaited`.
            let fp = unsafe { self.fp() };
            // SAFETY: as above.
            let frame = unsafe { Frame::of(fp) };
            let view = |word: Word| {
                // SAFETY: the frame keeps what its words name; the view is not dropped, and cloning decides from the object.
                let view = std::mem::ManuallyDrop::new(unsafe { Value::from_word(word) });
                Value::clone(&view)
            };
            let locals = (0..frame.locals_count()).map(|slot| {
                // SAFETY: inside the frame.
                let place = unsafe { fp.add(slot) };
                // SAFETY: locals are always initialized.
                let word = unsafe { place.read() };
                (!word.is_null()).then(|| view(word))
            });
            Snapshot {
                globals: view(frame.globals()),
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
        // What suspended the frame: 2 is `yield from`, 3 `await`.
        if resume_operand(frame)? & 3 < 2 {
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

    /// Whether the frame, where it is suspended, lies in no `try` block: nothing in it would see an exception.
    ///
    /// # Safety
    /// As [`Generator::receiver`].
    pub unsafe fn is_outside_try(&self) -> bool {
        // SAFETY: forwarded.
        let fp = unsafe { self.fp() };
        // SAFETY: the frame is the caller's.
        resume_operand(unsafe { Frame::of(fp) }).is_some_and(|operand| operand & DEPTH_ONE != 0)
    }

    /// Ends a run.
    ///
    /// # Safety
    /// The caller claimed the frame; if `state` is `Done`, the frame holds nothing any more.
    #[inline]
    pub unsafe fn release(&self, state: State) {
        self.state.release(state);
    }

    /// [`Generator::release`] to `Suspended`, of a frame that is not handling an exception.
    ///
    /// # Safety
    /// The caller claimed the frame.
    #[inline(always)]
    pub unsafe fn suspend(&self) {
        self.state.suspend();
    }

    /// The frame's first local.
    ///
    /// # Safety
    /// The caller claimed the frame, or the world is stopped.
    #[inline(always)]
    pub unsafe fn fp(&self) -> *mut Word {
        // SAFETY: a generator exists only as the payload of an object made by `move_frame`, with its frame behind it.
        unsafe { std::ptr::from_ref(self).cast_mut().byte_add(FRAME_OFFSET) }.cast::<Word>()
    }

    /// Whether there is nothing left to drop.
    #[inline(always)]
    fn is_spent(&self) -> bool {
        let fields = [&self.handled, &self.name, &self.qualname, &self.extra];
        self.state() == State::Done
            && fields.iter().all(|field| field.word().is_none())
            && !self.code.word().is_counted()
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

/// The bit of the operand of `RESUME` that says that the only `try` block is the whole body, which the compiler adds.
const DEPTH_ONE: u64 = 4;

/// The operand of the `RESUME` a suspended frame stands at; `None` before the first run.
fn resume_operand(frame: &Frame) -> Option<u64> {
    // SAFETY: a suspended frame stands at a cell of its code; the cast is to the atomic that the word is.
    let cell = unsafe { (*frame.ip.get().cast::<AtomicU64>()).load(Ordering::Relaxed) };
    let resumes = CellOp::from_u16(cell as u16).is_some_and(|op| op.instr().info().head == Instr::Resume);
    resumes.then_some(cell >> 32)
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
        // What the collector clears nobody else reaches.
        if self.state.claim_last().is_ok() {
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
pub static GENERATOR: TypeObject =
    TypeObject::builtin::<Generator>("generator", Some(&super::types::OBJECT), FLAGS).with_dealloc(dealloc);

/// The type `coroutine`.
pub static COROUTINE: TypeObject =
    TypeObject::builtin::<Generator>("coroutine", Some(&super::types::OBJECT), FLAGS).with_dealloc(dealloc);

/// The type `async_generator`.
pub static ASYNC_GENERATOR: TypeObject =
    TypeObject::builtin::<Generator>("async_generator", Some(&super::types::OBJECT), FLAGS);

/// Frees a generator or coroutine that is done and holds nothing, if the reference is the last one: what a loop or an
/// `await` drops at its end. `false`: nothing happened.
///
/// # Safety
/// The caller owns the reference and gives it up when this answers `true`; the thread is the running one.
#[inline(always)]
pub unsafe fn free_if_spent(thread: &Thread, word: Word) -> bool {
    if !word.is_counted() {
        return false;
    }
    // SAFETY: the caller's reference keeps the object alive.
    let header = unsafe { word.header_unchecked() };
    // SAFETY: as above.
    let object = unsafe { header.as_ref() };
    let class = object.ty().cast_const().cast::<TypeObject>();
    if !std::ptr::eq(class, &raw const GENERATOR) && !std::ptr::eq(class, &raw const COROUTINE) {
        return false;
    }
    // SAFETY: the type was compared.
    let payload = unsafe { payload_of(header).cast::<Generator>().as_ref() };
    if !object.is_unique(thread.id()) || !payload.is_spent() || object.tag().load(Ordering::Acquire) != 0 {
        return false;
    }
    // SAFETY: the only reference is given up here, and no field of the payload owns anything.
    unsafe { free_spent(thread, header) };
    true
}

/// # Safety
/// Nobody counts the generator any more, which is spent.
#[inline(always)]
unsafe fn free_spent(thread: &Thread, header: NonNull<Header>) {
    // SAFETY: forwarded: the memory is still ours.
    unsafe { header.as_ref().mark_free() };
    // SAFETY: the object is dead; the heap takes the block back.
    unsafe { thread.mutator().free(header.cast()) };
}

/// Destroys a generator: one that is done and holds nothing has nothing to finalize.
///
/// # Safety
/// As `finalize::dealloc`.
unsafe fn dealloc(header: NonNull<Header>) {
    // SAFETY: the types above are for this payload.
    let payload = unsafe { payload_of(header).cast::<Generator>().as_ref() };
    // SAFETY: the object is dead, but its memory is still ours.
    let object = unsafe { header.as_ref() };
    if payload.is_spent() && object.tag().load(Ordering::Acquire) == 0 {
        // SAFETY: whoever dropped the last count could escape.
        if let Some(esc) = unsafe { Esc::in_destructor() } {
            // SAFETY: the object is dead; no field of the payload owns anything.
            unsafe { free_spent(esc.thread(), header) };
            return;
        }
    }
    // SAFETY: forwarded.
    unsafe { crate::finalize::dealloc(header) };
}

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
