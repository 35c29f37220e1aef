//! Resuming generators: as frames of the running loop where an instruction does it, in a loop of their own where native
//! code does.

use interp_code::CodeFlags;
use interp_object::data::exception as exc;
use interp_object::data::frame::{Frame, HEADER_WORDS, OnReturn, payload_in};
use interp_object::data::generator::{ASYNC_GENERATOR, COROUTINE, GENERATOR, Generator, GeneratorKind, State};
use interp_object::data::singletons;
use interp_object::layout::{self, ValueExt};
use interp_object::slots::Sent;
use interp_object::{Esc, PyResult, Raised, Thread, Value, Word};
use stackref::StackRef;

use crate::call::{Return, enter_frame, store_result};
use crate::dispatch::{self, Cell};
use crate::flow::Flow;
use crate::{frames, stack};

mod throw;

pub(crate) use throw::finalize;
pub use throw::{close, throw};

/// `RETURN_GENERATOR`: moves the running frame into a new generator, which the caller gets.
pub(crate) fn make(esc: Esc<'_>, ip: *const Cell, fp: *mut Word) -> Flow {
    let th = esc.thread();
    // SAFETY: H1.
    let frame = unsafe { Frame::of(fp) };
    let words = HEADER_WORDS + frame.slots_count.get() as usize;
    let mut memory = vec![Word::NULL; words].into_boxed_slice();
    let live = HEADER_WORDS + frame.locals_count.get() as usize;
    // SAFETY: header and locals are initialized; they move, and the old frame is given back without being closed.
    unsafe { std::ptr::copy_nonoverlapping(fp.sub(HEADER_WORDS), memory.as_mut_ptr(), live) };
    for word in &mut memory[HEADER_WORDS..live] {
        // SAFETY: the local's word moved here; what it becomes is stored back.
        *word = unsafe { StackRef::from_word(*word) }.make_heap_safe(th.id()).into_word();
    }
    let flags = frame.code().data().flags;
    let (kind, class) = match () {
        () if flags.contains(CodeFlags::COROUTINE) => (GeneratorKind::Coroutine, &COROUTINE),
        () if flags.contains(CodeFlags::ASYNC_GENERATOR) => (GeneratorKind::AsyncGenerator, &ASYNC_GENERATOR),
        () if flags.contains(CodeFlags::ITERABLE_COROUTINE) => (GeneratorKind::IterableCoroutine, &GENERATOR),
        () => (GeneratorKind::Generator, &GENERATOR),
    };
    let (name, qualname) = names_of(esc, frame);
    let (caller, ret) = (frame.previous.get(), return_of(frame));
    let how = ret.how;
    th.frame.set(caller);
    th.recursion_remaining.set(th.recursion_remaining.get() + 1);
    stack::pop(th, fp);
    let made = layout::new_with_type(esc, class, Generator::new(kind, memory, name, qualname));
    // SAFETY: nobody else has seen the generator.
    let own = unsafe { Frame::of(made.fp()) };
    // Resumption goes on behind this instruction.
    // SAFETY: the next cell is in the same code.
    own.ip.set(unsafe { ip.add(1) });
    own.previous.set(std::ptr::null_mut());
    own.owner.set(made.value().word().to_uncounted());
    let value = made.into_value();
    if how == OnReturn::Leave {
        return Flow::leave(th, value.into_word().bits());
    }
    store_result(th, caller, ret, value)
}

fn names_of(esc: Esc<'_>, frame: &Frame) -> (Value, Value) {
    use interp_object::data::function::Function;
    let function = frames::value_of(frame.function.get());
    let function = function.as_ref().and_then(|function| function.payload::<Function>());
    let code = frame.code();
    match function {
        Some(function) => (
            function.name.get(esc, function).unwrap_or_else(|| code.name().clone()),
            function.qualname.get(esc, function).unwrap_or_else(|| code.qualname().clone()),
        ),
        None => (code.name().clone(), code.qualname().clone()),
    }
}

fn return_of(frame: &Frame) -> Return {
    Return { ip: frame.return_ip.get(), slot: frame.return_slot.get() as usize, how: frame.on_return.get() }
}

/// Resumes a claimed generator as a frame of this loop: pushes `sent` on its stack (nothing before its first run) and
/// makes it the running frame.
///
/// # Safety
/// The caller claimed the generator, whose object `word` names and the running frame keeps alive.
pub(crate) unsafe fn resume(
    th: &Thread,
    generator: &Generator,
    was: State,
    sent: Option<Word>,
    ret: Return,
) -> Option<Flow> {
    let remaining = th.recursion_remaining.get();
    if remaining == 0 {
        // SAFETY: claimed by the caller.
        unsafe { generator.release(was) };
        return None;
    }
    th.recursion_remaining.set(remaining - 1);
    push_handled(th, generator);
    // SAFETY: claimed.
    let fp = unsafe { generator.fp() };
    // SAFETY: as above.
    let frame = unsafe { Frame::of(fp) };
    if let Some(sent) = sent {
        let slot = sent_slot(frame);
        // SAFETY: the code's stack size covers the sent value.
        let place = unsafe { fp.add(slot) };
        // SAFETY: as above; the slot holds nothing while suspended.
        unsafe { place.write(sent) };
    }
    Some(enter_frame(th, fp, ret))
}

/// A generator's frame starts to run: exceptions it handles are its own.
fn push_handled(th: &Thread, generator: &Generator) {
    th.handled.borrow_mut().push(generator.handled.take());
}

/// A generator's frame stops to run. What it handles is given back.
fn pop_handled(th: &Thread) -> Option<Value> {
    th.handled.borrow_mut().pop().flatten()
}

/// Where a suspended frame finds the value sent: on top of what lived when it suspended. The frame stands at the cell
/// behind the `YIELD_VALUE` or `RETURN_GENERATOR`, whose live count includes the sent value.
fn sent_slot(frame: &Frame) -> usize {
    let (locals, live) = frame.code().slots_at(frame.word_index());
    locals + live.saturating_sub(1)
}

/// A suspended frame's slot for the sent value holds nothing: written NULL when it suspends, so that the collector finds
/// no stale word there.
pub(crate) fn clear_sent_slot(fp: *mut Word, frame: &Frame) {
    // SAFETY: inside the frame.
    let place = unsafe { fp.add(sent_slot(frame)) };
    // SAFETY: as above.
    unsafe { place.write(Word::NULL) };
}

/// `YIELD_VALUE`: suspends the running generator at `next` and gives `value` to whoever resumed it.
pub(crate) fn yield_value(th: &Thread, fp: *mut Word, next: *const Cell, value: Word) -> Flow {
    // SAFETY: H1.
    let frame = unsafe { Frame::of(fp) };
    frame.ip.set(next);
    clear_sent_slot(fp, frame);
    let (caller, ret) = (frame.previous.get(), return_of(frame));
    th.frame.set(caller);
    th.recursion_remaining.set(th.recursion_remaining.get() + 1);
    frame.previous.set(std::ptr::null_mut());
    // SAFETY: the owner of a generator's frame is the generator, which the resumer keeps alive.
    let generator: &Generator = unsafe { payload_in(frame.owner.get()) };
    // SAFETY: owned: as a native handle it may leave this thread's stack.
    let value = unsafe { StackRef::from_word(value) }.into_value(th.id());
    if let Some(handled) = pop_handled(th) {
        drop(generator.handled.set(generator, Some(handled)));
    }
    th.yielded.set(true);
    // SAFETY: this loop runs the frame, so it was claimed.
    unsafe { generator.release(State::Suspended) };
    if ret.how == OnReturn::Leave {
        return Flow::leave(th, value.into_word().bits());
    }
    store_result(th, caller, ret, value)
}

/// A generator's frame returned: the generator is done, and whoever resumed it goes on behind its loop.
pub(crate) fn returned(th: &Thread, _fp: *mut Word, frame: &Frame, result: Word) -> Flow {
    let (caller, ret) = (frame.previous.get(), return_of(frame));
    th.recursion_remaining.set(th.recursion_remaining.get() + 1);
    // SAFETY: owned.
    let result = unsafe { StackRef::from_word(result) }.into_value(th.id());
    // SAFETY: as in `yield_value`.
    let generator: &Generator = unsafe { payload_in(frame.owner.get()) };
    let handled = pop_handled(th);
    // SAFETY: claimed by this run, and `leave_frame` closed everything the frame held.
    unsafe { generator.release(State::Done) };
    drop(handled);
    th.yielded.set(false);
    match ret.how {
        OnReturn::Leave => Flow::leave(th, result.into_word().bits()),
        OnReturn::ForIter | OnReturn::ForIterLocal => {
            drop(result);
            crate::ops::iter::loop_exit(caller)
        }
        OnReturn::Send => crate::ops::generators::send_done(th, caller, ret.slot, result),
        _ => store_result(th, caller, ret, result),
    }
}

/// A generator's frame was left by an exception. `StopIteration` raised inside becomes `RuntimeError` (PEP 479).
/// `Some` never happens today; the place to go on is the caller's handler.
pub(crate) fn raised(
    esc: Esc<'_>,
    fp: *mut Word,
    exception: &Value,
    _caller: *mut Word,
    _how: OnReturn,
    _ip: *const Cell,
    _slot: usize,
) -> Option<Flow> {
    let th = esc.thread();
    th.recursion_remaining.set(th.recursion_remaining.get() + 1);
    // SAFETY: H1: the frame's memory is the generator's, which the resumer keeps alive.
    let frame = unsafe { Frame::of(fp) };
    // SAFETY: as in `yield_value`.
    let generator: &Generator = unsafe { payload_in(frame.owner.get()) };
    let handled = pop_handled(th);
    // SAFETY: claimed by this run, and unwinding closed everything the frame held.
    unsafe { generator.release(State::Done) };
    drop(handled);
    let _ = exception;
    None
}

/// What running a generator natively gave.
fn outcome(esc: Esc<'_>, bits: u64) -> PyResult<Sent> {
    let value = crate::enter::result_of(esc, bits)?;
    Ok(if esc.thread().yielded.get() { Sent::Yield(value) } else { Sent::Return(value) })
}

fn claim(esc: Esc<'_>, generator: &Generator) -> Result<State, Refusal> {
    match generator.claim() {
        Ok(state) => Ok(state),
        Err(State::Done) => Err(Refusal::Done),
        Err(_) => Err(Refusal::Raised(already_running(esc, generator.kind()))),
    }
}

enum Refusal {
    Done,
    Raised(Raised),
}

/// How messages call an object of the family.
fn noun(kind: GeneratorKind) -> &'static str {
    match kind {
        GeneratorKind::Coroutine => "coroutine",
        GeneratorKind::AsyncGenerator => "async generator",
        GeneratorKind::Generator | GeneratorKind::IterableCoroutine => "generator",
    }
}

/// `ValueError`: another run, of this or another thread, has not ended.
#[cold]
pub(crate) fn already_running(esc: Esc<'_>, kind: GeneratorKind) -> Raised {
    let what = match kind {
        GeneratorKind::AsyncGenerator => "asynchronous generator",
        other => noun(other),
    };
    esc.value_error(format_args!("{what} already executing"))
}

/// Sends a value into a generator, coroutine or asynchronous generator from native code (the `send` slot).
///
/// # Errors
/// What the generator raises; `ValueError` if it runs already; `TypeError` for a value sent before the start.
pub fn send(esc: Esc<'_>, object: &Value, value: Value) -> PyResult<Sent> {
    let Some(generator) = object.payload::<Generator>() else {
        return Err(esc.type_error("a generator was expected"));
    };
    esc.check_native_stack()?;
    let was = match claim(esc, generator) {
        Ok(state) => state,
        Err(Refusal::Raised(raised)) => return Err(raised),
        Err(Refusal::Done) if generator.kind() == GeneratorKind::Coroutine => {
            return Err(esc.runtime_error("cannot reuse already awaited coroutine"));
        }
        Err(Refusal::Done) => return Ok(Sent::Return(singletons::none())),
    };
    if was == State::Created && !value.is_none() {
        // SAFETY: claimed just now, and untouched.
        unsafe { generator.release(was) };
        let what = noun(generator.kind());
        return Err(esc.type_error(format_args!("can't send non-None value to a just-started {what}")));
    }
    let ret = Return { ip: std::ptr::null(), slot: 0, how: OnReturn::Leave };
    // SAFETY: claimed; `object` keeps the generator alive.
    let Some(flow) = (unsafe { resume(esc.thread(), generator, was, Some(value.into_word()), ret) }) else {
        return Err(esc.raise_str(&exc::RECURSION_ERROR, "maximum recursion depth exceeded"));
    };
    let bits = dispatch::run(flow.ip, flow.fp, esc.thread());
    outcome(esc, bits)
}
