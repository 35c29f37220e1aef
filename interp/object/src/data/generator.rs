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
//! runner left it. A second thread gets `ValueError: generator already executing`.

use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicU8, Ordering};

use stackref::{StackRef, Value, Word};

use super::frame::{Extent, Frame, HEADER_WORDS, trace_frame};
use crate::layout::{self, Field, Obj, Payload};
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

/// The payload of generators of all kinds.
pub struct Generator {
    kind: GeneratorKind,
    state: AtomicU8,
    frame: UnsafeCell<Box<[Word]>>,
    /// `__name__`
    pub name: Field,
    /// `__qualname__`
    pub qualname: Field,
    /// `cr_origin`, or the finalizer hook of an asynchronous generator.
    pub extra: Field,
    /// Flags of asynchronous generators; see `types-core`.
    pub async_state: AtomicU8,
}

// SAFETY: the frame is touched only by the thread that holds the state `Running`, or with the world stopped.
unsafe impl Send for Generator {}
// SAFETY: as for `Send`.
unsafe impl Sync for Generator {}

impl Generator {
    /// A generator that takes over `frame`: header, locals and room for temporaries. What the words own passes to it.
    pub fn new(kind: GeneratorKind, frame: Box<[Word]>, name: Value, qualname: Value) -> Self {
        Generator {
            kind,
            state: AtomicU8::new(State::Created as u8),
            frame: UnsafeCell::new(frame),
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
            0 => State::Created,
            1 => State::Suspended,
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
        }
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
        for field in [&self.name, &self.qualname, &self.extra] {
            field.trace(visit);
        }
        if matches!(self.state(), State::Created | State::Suspended) {
            // SAFETY: payloads are traced while the world is stopped.
            let fp = unsafe { self.fp() };
            // SAFETY: the frame is suspended (a running one is in its thread's chain).
            unsafe { trace_frame(fp, Extent::Whole, visit) };
        }
    }

    fn convert_uncounted(&self, me: u32) {
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
