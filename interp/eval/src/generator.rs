//! Resuming generators: as frames of the running loop where an instruction does it, in a loop of their own where native
//! code does.

use interp_code::CodeFlags;
use interp_object::data::exception as exc;
use interp_object::data::frame::{Frame, OnReturn, payload_in};
use interp_object::data::function::Function;
use interp_object::data::generator::{
    self, ASYNC_GENERATOR, COROUTINE, GENERATOR, Generator, GeneratorKind, Parts, State,
};
use interp_object::data::singletons;
use interp_object::layout::{Field, ValueExt};
use interp_object::slots::Sent;
use interp_object::{Esc, PyResult, Raised, Thread, Value, Word};
use stackref::StackRef;

use crate::call::{Return, enter_frame, store_result};
use crate::dispatch::{self, Cell, cell_at};
use crate::flow::Flow;
use crate::stack;

mod throw;

pub(crate) use throw::finalize;
pub use throw::{close, throw};

/// `RETURN_GENERATOR`: moves the running frame into a new generator, which the caller gets.
pub(crate) fn make(esc: Esc<'_>, ip: *const Cell, fp: *mut Word) -> Flow {
    let th = esc.thread();
    // SAFETY: H1.
    let frame = unsafe { Frame::of(fp) };
    let flags = frame.code().data().flags;
    let (kind, class) = match () {
        () if flags.contains(CodeFlags::COROUTINE) => (GeneratorKind::Coroutine, &COROUTINE),
        () if flags.contains(CodeFlags::ASYNC_GENERATOR) => (GeneratorKind::AsyncGenerator, &ASYNC_GENERATOR),
        () if flags.contains(CodeFlags::ITERABLE_COROUTINE) => (GeneratorKind::IterableCoroutine, &GENERATOR),
        () => (GeneratorKind::Generator, &GENERATOR),
    };
    let (name, qualname) = names_of(esc, frame);
    let (caller, ret) = (frame.previous.get(), return_of(frame));
    // Resumption goes on behind this instruction.
    // SAFETY: the next cell is in the same code.
    let next = unsafe { ip.add(1) };
    let parts = Parts { kind, name, qualname };
    // SAFETY: the frame is given back below without being closed; the cell's block is where the value sent arrives.
    let value = unsafe { generator::move_frame(esc, class, parts, fp, next, sent_slot(next)) };
    th.frame.set(caller);
    th.recursion_remaining.set(th.recursion_remaining.get() + 1);
    stack::pop(th, fp);
    match ret.how {
        OnReturn::Store => {
            // SAFETY: H1: the caller's frame has this slot, which holds nothing.
            let place = unsafe { caller.add(ret.slot) };
            // SAFETY: as above.
            unsafe { place.write(value.into_word()) };
            Flow { ip: ret.ip, fp: caller }
        }
        OnReturn::Leave => Flow::leave(th, value.into_word().bits()),
        _ => store_result(th, caller, ret, value),
    }
}

/// The function's names, where they are not those of its code.
fn names_of(esc: Esc<'_>, frame: &Frame) -> (Option<Value>, Option<Value>) {
    // SAFETY: the frame keeps its function.
    let function: &Function = unsafe { payload_in(frame.function.get()) };
    let code = frame.code();
    let same = |field: &Field, name: &Value| field.word().and_then(Word::header) == name.word().header();
    let name = if same(&function.name, code.name()) { None } else { function.name.get(esc, function) };
    let qualname = if same(&function.qualname, code.qualname()) { None } else { function.qualname.get(esc, function) };
    (name, qualname)
}

fn return_of(frame: &Frame) -> Return {
    Return { ip: frame.return_ip.get(), slot: frame.return_slot.get() as usize, how: frame.on_return.get() }
}

/// Where a suspended frame finds the value sent, from the cell it stands at: in the block of the cell before, which is
/// the `YIELD_VALUE` or `RETURN_GENERATOR`, of one word each.
#[inline(always)]
fn sent_slot(ip: *const Cell) -> usize {
    // SAFETY: as said.
    let suspended = cell_at(unsafe { ip.sub(1) });
    usize::from((suspended >> 16) as u16)
}

/// Makes a claimed generator's frame the running one of this loop: hands it what was sent.
///
/// # Safety
/// The caller claimed the generator whose frame this is, and the running frame, which stands at its cell, keeps the
/// generator alive.
#[inline(always)]
pub(crate) unsafe fn enter(th: &Thread, fp: *mut Word, sent: Word, ret: Return) -> Flow {
    // SAFETY: forwarded.
    let frame = unsafe { Frame::of(fp) };
    let ip = frame.ip.get();
    let slot = sent_slot(ip);
    debug_assert_eq!(slot + 1, {
        let (locals, live) = frame.code().slots_at(frame.word_index());
        locals + live
    });
    // SAFETY: a slot of the frame, which holds nothing while suspended.
    let place = unsafe { fp.add(slot) };
    // SAFETY: as above.
    unsafe { place.write(sent) };
    th.recursion_remaining.set(th.recursion_remaining.get() - 1);
    enter_frame(th, fp, ret)
}

/// Claims a generator for a frame of this loop, if one may be entered; else the native way finds out what is wrong. What
/// the frame handles goes on the thread's list.
pub(crate) fn claim_for_loop(esc: Esc<'_>, generator: &Generator, sends_none: bool) -> bool {
    let th = esc.thread();
    if th.recursion_remaining.get() == 0 || (!sends_none && generator.state() == State::Created) {
        return false;
    }
    match generator.claim(esc) {
        Ok(_) => {
            push_handled(th, generator);
            true
        }
        Err(_) => false,
    }
}

/// A claimed generator's frame starts to run: exceptions it handles are its own.
fn push_handled(th: &Thread, generator: &Generator) {
    if generator.is_handling() {
        th.handled.borrow_mut().push(generator.handled.take());
    }
}

/// A generator's frame stops to run: what it handles leaves the thread's list. It is given back; drop it where code may
/// run.
fn pop_handled(th: &Thread, generator: &Generator) -> Option<Value> {
    if generator.is_handling() { th.handled.borrow_mut().pop().flatten() } else { None }
}

/// As [`pop_handled`] for a frame that will go on: the generator keeps what it handles.
fn keep_handled(th: &Thread, generator: &Generator) {
    if !generator.is_handling() {
        return;
    }
    match pop_handled(th, generator) {
        Some(handled) => drop(generator.handled.set(generator, Some(handled))),
        // SAFETY: this loop runs the frame, so it was claimed.
        None => unsafe { generator.set_handling(false) },
    }
}

/// The running frame begins to handle an exception: a generator's gets an entry of its own in the thread's list, which
/// comes and goes with the frame.
pub(crate) fn open_handled(th: &Thread, frame: &Frame) {
    if frame.owner.get().is_null() {
        return;
    }
    // SAFETY: the owner of a generator's frame is the generator, which the resumer keeps alive.
    let generator: &Generator = unsafe { payload_in(frame.owner.get()) };
    if !generator.is_handling() {
        th.handled.borrow_mut().push(None);
        // SAFETY: this loop runs the frame, so it was claimed.
        unsafe { generator.set_handling(true) };
    }
}

/// `YIELD_VALUE`: suspends the running generator at `next` and gives `value` to whoever resumed it. The slot the value
/// was in holds nothing: the value sent will arrive there.
#[inline(always)]
pub(crate) fn yield_value(th: &Thread, fp: *mut Word, next: *const Cell, value: Word) -> Flow {
    // SAFETY: H1.
    let frame = unsafe { Frame::of(fp) };
    frame.ip.set(next);
    // SAFETY: only generators yield, and the resumer keeps this one alive.
    let generator = unsafe { Generator::of_frame(fp) };
    let caller = frame.previous.get();
    // SAFETY: H1: the resumer's frame, if there is one.
    let place = caller.wrapping_add(frame.return_slot.get() as usize);
    let how = frame.on_return.get();
    if generator.is_handling() {
        return yield_slow(th, fp, value);
    }
    match how {
        OnReturn::ForIter | OnReturn::Send => {}
        OnReturn::ForIterLocal => {
            // SAFETY: a local of the resumer's, which is always initialized.
            let old = unsafe { place.read() };
            if old.is_counted() {
                // SAFETY: the local owns a count of a live object.
                let object = unsafe { old.header_unchecked().as_ref() };
                // SAFETY: as above; the local gives its count up.
                if !unsafe { object.decref_unless_last(th.id()) } {
                    return yield_slow(th, fp, value);
                }
            }
        }
        _ => return yield_slow(th, fp, value),
    }
    th.frame.set(caller);
    th.recursion_remaining.set(th.recursion_remaining.get() + 1);
    // SAFETY: this loop runs the frame, so it was claimed.
    unsafe { generator.suspend() };
    // SAFETY: the resumer's frame has this slot: a temporary that holds nothing, or the local just given up.
    unsafe { place.write(value) };
    Flow { ip: frame.return_ip.get(), fp: caller }
}

#[cold]
#[inline(never)]
fn yield_slow(th: &Thread, fp: *mut Word, value: Word) -> Flow {
    // SAFETY: H1.
    let frame = unsafe { Frame::of(fp) };
    // SAFETY: as in `yield_value`.
    let generator = unsafe { Generator::of_frame(fp) };
    let (caller, ret) = (frame.previous.get(), return_of(frame));
    // SAFETY: owned: as a native handle it may leave this thread's stack.
    let value = unsafe { StackRef::from_word(value) }.into_value(th.id());
    th.frame.set(caller);
    th.recursion_remaining.set(th.recursion_remaining.get() + 1);
    keep_handled(th, generator);
    // SAFETY: this loop runs the frame, so it was claimed.
    unsafe { generator.release(State::Suspended) };
    if ret.how == OnReturn::Leave {
        th.yielded.set(true);
        return Flow::leave(th, value.into_word().bits());
    }
    store_result(th, caller, ret, value)
}

/// A generator's frame returned and was closed: the generator is done, and whoever resumed it goes on behind its loop.
pub(crate) fn returned(th: &Thread, fp: *mut Word, frame: &Frame, result: Value) -> Flow {
    // SAFETY: as in `yield_value`.
    let generator = unsafe { Generator::of_frame(fp) };
    let (caller, ret) = (frame.previous.get(), return_of(frame));
    th.frame.set(caller);
    th.recursion_remaining.set(th.recursion_remaining.get() + 1);
    let handled = pop_handled(th, generator);
    // SAFETY: claimed by this run, and the caller closed everything the frame held.
    unsafe { generator.release(State::Done) };
    drop(handled);
    match ret.how {
        OnReturn::Leave => {
            th.yielded.set(false);
            Flow::leave(th, result.into_word().bits())
        }
        OnReturn::ForIter | OnReturn::ForIterLocal => {
            drop(result);
            crate::ops::iter::jump_target(caller)
        }
        OnReturn::Send => {
            let flow = crate::ops::generators::send_target(caller);
            // SAFETY: H1: the place of what was sent, which holds nothing.
            let place = unsafe { caller.add(ret.slot) };
            // SAFETY: as above.
            unsafe { place.write(result.into_word()) };
            flow
        }
        _ => store_result(th, caller, ret, result),
    }
}

/// A generator's frame was left by an exception.
pub(crate) fn raised(th: &Thread, fp: *mut Word) {
    th.recursion_remaining.set(th.recursion_remaining.get() + 1);
    // SAFETY: the frame's memory is the generator's, which the resumer keeps alive.
    let generator = unsafe { Generator::of_frame(fp) };
    let handled = pop_handled(th, generator);
    // SAFETY: claimed by this run, and unwinding closed everything the frame held.
    unsafe { generator.release(State::Done) };
    drop(handled);
}

fn claim(esc: Esc<'_>, generator: &Generator) -> Result<State, Refusal> {
    if let Some(state) = generator.claim_biased(esc.me()) {
        return Ok(state);
    }
    match generator.claim(esc) {
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
    run(esc, generator, was, value)
        .map(|(value, yielded)| if yielded { Sent::Yield(value) } else { Sent::Return(value) })
}

/// The next item of a generator for native code (the `next` slot): `None` at its end.
///
/// # Errors
/// What the generator raises; `ValueError` if it runs already.
pub(crate) fn next(esc: Esc<'_>, object: &Value) -> PyResult<Option<Value>> {
    let Some(generator) = object.payload::<Generator>() else {
        return Err(esc.type_error("a generator was expected"));
    };
    esc.check_native_stack()?;
    let was = match claim(esc, generator) {
        Ok(state) => state,
        Err(Refusal::Raised(raised)) => return Err(raised),
        Err(Refusal::Done) => return Ok(None),
    };
    let (value, yielded) = run(esc, generator, was, singletons::none())?;
    Ok(yielded.then_some(value))
}

/// Runs a claimed generator in a loop of its own: what it gave, and whether it yielded that.
#[inline]
fn run(esc: Esc<'_>, generator: &Generator, was: State, sent: Value) -> PyResult<(Value, bool)> {
    let th = esc.thread();
    if th.recursion_remaining.get() == 0 {
        // SAFETY: claimed by the caller, and untouched.
        unsafe { generator.release(was) };
        return Err(esc.raise_str(&exc::RECURSION_ERROR, "maximum recursion depth exceeded"));
    }
    push_handled(th, generator);
    let ret = Return { ip: std::ptr::null(), slot: 0, how: OnReturn::Leave };
    // SAFETY: claimed.
    let fp = unsafe { generator.fp() };
    // SAFETY: claimed; the caller's handle keeps the generator alive.
    let flow = unsafe { enter(th, fp, sent.into_word(), ret) };
    let bits = dispatch::run(flow.ip, flow.fp, th);
    let value = crate::enter::result_of(esc, bits)?;
    Ok((value, th.yielded.get()))
}
