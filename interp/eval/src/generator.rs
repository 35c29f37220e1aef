//! Resuming generators: as frames of the running loop where an instruction does it, in a loop of their own where native
//! code does.

use interp_object::data::exception as exc;
use interp_object::data::frame::{Frame, OnReturn, payload_in};
use interp_object::data::function::Function;
use interp_object::data::generator::{self, Generator, GeneratorKind, State};
use interp_object::data::singletons;
use interp_object::layout::ValueExt;
use interp_object::slots::Sent;
use interp_object::{Esc, PyResult, Raised, Thread, Value, Word};
use interp_opcode::Instr;
use stackref::StackRef;

use crate::call::{Return, close_word, store_result};
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
    let (caller, ret) = (frame.previous.get(), return_of(frame));
    // Resumption goes on behind this instruction.
    // SAFETY: the next cell is in the same code.
    let next = unsafe { ip.add(1) };
    // SAFETY: the frame is given back below without being closed; the cell's block is where the value sent arrives.
    let value = unsafe { generator::move_frame(esc, fp, next, sent_slot(next)) };
    // SAFETY: the frame, which the generator has now, keeps its function.
    let function: &Function = unsafe { payload_in(frame.function.get()) };
    if function.details().is_some() {
        name_as(esc, &value, function);
    }
    th.frame.set(caller);
    th.recursion_remaining.set(th.recursion_remaining.get() + 1);
    stack::pop(th, fp);
    match ret.how {
        OnReturn::Plain | OnReturn::Store => {
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

/// The generator that a call of a function makes: see `generator::from_call`.
///
/// # Safety
/// As `generator::from_call`.
#[inline]
pub(crate) unsafe fn make_for_call(
    esc: Esc<'_>,
    word: Word,
    start: generator::Start<'_>,
    args: (*const Word, usize),
) -> Value {
    // SAFETY: forwarded.
    let value = unsafe { generator::from_call(esc, word, start, args) };
    // The generator keeps its function.
    if start.function.details().is_some() {
        name_as(esc, &value, start.function);
    }
    value
}

/// Calls a new generator what its function is called, if that is not what the code says.
#[cold]
#[inline(never)]
fn name_as(esc: Esc<'_>, generator: &Value, function: &Function) {
    let (Some(details), Some(generator)) = (function.details(), generator.payload::<Generator>()) else { return };
    if let Some(name) = details.name.get(esc, function) {
        drop(generator.set_name(name));
    }
    if let Some(name) = details.qualname.get(esc, function) {
        drop(generator.set_qualname(name));
    }
}

fn return_of(frame: &Frame) -> Return {
    Return { ip: frame.return_ip.get(), slot: frame.landing.get().slot as usize, how: frame.landing.get().how }
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
/// If the frame was suspended because what it delegates to yielded (see [`yield_value`]), that is what goes on: as long
/// as nothing is special about it, its frame is entered at once, and so on down. The frames between stand at their
/// `SEND`, as if they had run to there.
///
/// # Safety
/// The caller claimed the generator whose frame this is; the frame `resumer` is the running one, stands at its cell, and
/// keeps the generator alive.
#[inline(always)]
pub(crate) unsafe fn enter(th: &Thread, resumer: *mut Word, fp: *mut Word, sent: Word, ret: Return) -> Flow {
    let (mut resumer, mut fp, mut ret) = (resumer, fp, ret);
    loop {
        // SAFETY: forwarded; further down, claimed below.
        let frame = unsafe { Frame::of(fp) };
        let (delegate, send) = (frame.previous.get(), frame.return_ip.get());
        frame.previous.set(resumer);
        frame.return_ip.set(ret.ip);
        frame.landing.set(ret.landing());
        if delegate.is_null() {
            // SAFETY: forwarded, or claimed below.
            return unsafe { resume(th, fp, sent) };
        }
        th.recursion_remaining.set(th.recursion_remaining.get() - 1);
        frame.ip.set(send);
        // The block of `SEND` is the receiver, and above it what is sent and what comes back.
        let slot = usize::from((cell_at(send) >> 16) as u16) + 1;
        // SAFETY: the receiver in the frame keeps the generator alive whose frame was noted when it yielded.
        let receiver = unsafe { Generator::of_frame(delegate) };
        if th.recursion_remaining.get() == 0 || receiver.claim_biased(th.id()).is_none() {
            // `SEND` finds out what there is.
            th.frame.set(fp);
            // SAFETY: a slot of the frame, which holds nothing at `SEND`.
            let place = unsafe { fp.add(slot) };
            // SAFETY: as above.
            unsafe { place.write(sent) };
            return Flow { ip: send, fp };
        }
        (resumer, fp) = (fp, delegate);
        // SAFETY: behind `SEND`, of two words, stands a `YIELD_VALUE`.
        ret = Return { ip: unsafe { send.add(SEND_WORDS) }, slot, how: OnReturn::Send };
    }
}

/// Goes on in a suspended frame that waits for nothing but what is sent, and knows its resumer.
///
/// # Safety
/// The frame's generator is claimed, and kept alive by the resumer.
#[inline(always)]
unsafe fn resume(th: &Thread, fp: *mut Word, sent: Word) -> Flow {
    // SAFETY: forwarded.
    let frame = unsafe { Frame::of(fp) };
    th.recursion_remaining.set(th.recursion_remaining.get() - 1);
    th.frame.set(fp);
    let ip = frame.ip.get();
    let slot = sent_slot(ip);
    debug_assert_eq!(slot + 1, top_of(frame), "a suspended frame expects the value sent on top");
    // SAFETY: a slot of the frame, which holds nothing while suspended.
    let place = unsafe { fp.add(slot) };
    // SAFETY: as above.
    unsafe { place.write(sent) };
    Flow { ip, fp }
}

/// Words of the cell of `SEND`.
const SEND_WORDS: usize = 2;

/// The slot above all that live where a frame stands.
fn top_of(frame: &Frame) -> usize {
    let (locals, live) = frame.code().slots_at(frame.word_index());
    locals + live
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

/// Whether a `YIELD_VALUE` stands there.
#[inline(always)]
fn is_yield(ip: *const Cell) -> bool {
    cell_at(ip) as u16 == Instr::YieldValue.info().first
}

/// `YIELD_VALUE`: suspends the running generator at `next` and gives `value` to whoever resumed it. The slot the value
/// was in holds nothing: the value sent will arrive there.
///
/// A resumer that delegates (its `SEND` stands before a `YIELD_VALUE`) yields the same value, without being gone back
/// to: it is suspended behind its `YIELD_VALUE`, and so on up. It notes in fields that have no use meanwhile whose
/// frame it waits for (`previous`) and where its `SEND` is (`return_ip`), so that [`enter`] finds the way down. The
/// note holds as long as the frame is suspended, because the receiver stays in its slot; any other way of suspending
/// leaves `previous` null.
#[inline(always)]
pub(crate) fn yield_value(th: &Thread, fp: *mut Word, next: *const Cell, value: Word) -> Flow {
    let (mut fp, mut next) = (fp, next);
    let mut delegate = Delegate { fp: std::ptr::null_mut(), send: std::ptr::null() };
    loop {
        // SAFETY: H1.
        let frame = unsafe { Frame::of(fp) };
        // SAFETY: only generators yield, and the resumer keeps this one alive.
        let generator = unsafe { Generator::of_frame(fp) };
        let (caller, how, return_ip) = (frame.previous.get(), frame.landing.get().how, frame.return_ip.get());
        frame.ip.set(next);
        if generator.is_handling() {
            return yield_slow(th, fp, value, delegate.fp, delegate.send);
        }
        if how == OnReturn::Send && is_yield(return_ip) {
            suspend(th, frame, generator, delegate);
            // SAFETY: behind `SEND`.
            delegate = Delegate { fp, send: unsafe { return_ip.sub(SEND_WORDS) } };
            // SAFETY: `YIELD_VALUE` has one word, and is not the last of its code.
            (fp, next) = (caller, unsafe { return_ip.add(1) });
            continue;
        }
        // SAFETY: H1: the resumer's frame, if there is one, has this slot.
        let place = caller.wrapping_add(frame.landing.get().slot as usize);
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
                        return yield_slow(th, fp, value, delegate.fp, delegate.send);
                    }
                }
            }
            OnReturn::Leave if !value.is_ptr() || value.is_counted() => {
                suspend(th, frame, generator, delegate);
                th.frame.set(caller);
                th.yielded.set(true);
                return Flow::leave(th, value.bits());
            }
            _ => return yield_slow(th, fp, value, delegate.fp, delegate.send),
        }
        suspend(th, frame, generator, delegate);
        th.frame.set(caller);
        // SAFETY: the resumer's frame has this slot: a temporary that holds nothing, or the local just given up.
        unsafe { place.write(value) };
        return Flow { ip: return_ip, fp: caller };
    }
}

/// What a suspended frame waits for: a frame (or null), and its own `SEND`.
#[derive(Clone, Copy)]
struct Delegate {
    fp: *mut Word,
    send: *const Cell,
}

#[inline(always)]
fn suspend(th: &Thread, frame: &Frame, generator: &Generator, delegate: Delegate) {
    frame.previous.set(delegate.fp);
    frame.return_ip.set(delegate.send);
    th.recursion_remaining.set(th.recursion_remaining.get() + 1);
    // SAFETY: this loop runs the frame, so it was claimed.
    unsafe { generator.suspend() };
}

/// The rest of [`yield_value`]: the frame handles exceptions, native code gets the value, or an object dies.
#[cold]
#[inline(never)]
fn yield_slow(th: &Thread, fp: *mut Word, value: Word, delegate: *mut Word, send: *const Cell) -> Flow {
    // SAFETY: H1.
    let frame = unsafe { Frame::of(fp) };
    // SAFETY: as in `yield_value`.
    let generator = unsafe { Generator::of_frame(fp) };
    let (caller, ret) = (frame.previous.get(), return_of(frame));
    // SAFETY: owned: as a native handle it may leave this thread's stack.
    let value = unsafe { StackRef::from_word(value) }.into_value(th.id());
    th.frame.set(caller);
    th.recursion_remaining.set(th.recursion_remaining.get() + 1);
    frame.previous.set(delegate);
    frame.return_ip.set(send);
    keep_handled(th, generator);
    // SAFETY: this loop runs the frame, so it was claimed.
    unsafe { generator.release(State::Suspended) };
    if ret.how == OnReturn::Leave {
        th.yielded.set(true);
        return Flow::leave(th, value.into_word().bits());
    }
    store_result(th, caller, ret, value)
}

/// Leaves a generator's frame with a result that owns itself, as `call::leave_frame` does for others: closes what the
/// frame holds, top down.
#[inline(never)]
pub(crate) fn leave(th: &Thread, fp: *mut Word, result: Word) -> Flow {
    // SAFETY: the result is owned; as a native handle it survives what finalizers do.
    let result = unsafe { StackRef::from_word(result) }.into_value(th.id());
    // SAFETY: H1.
    let frame = unsafe { Frame::of(fp) };
    for slot in (0..frame.locals_count()).rev() {
        // SAFETY: inside the frame; locals are always initialized.
        give_up(th, unsafe { &*fp.add(slot).cast::<std::cell::Cell<Word>>() });
    }
    give_up(th, &frame.locals);
    give_up(th, &frame.function);
    returned(th, fp, frame, result)
}

/// Gives up what a word of a frame owns.
#[inline(always)]
fn give_up(th: &Thread, place: &std::cell::Cell<Word>) {
    let word = place.get();
    if !word.is_counted() {
        return;
    }
    place.set(Word::NULL);
    // SAFETY: the place owned a count of a live object.
    let object = unsafe { word.header_unchecked().as_ref() };
    // SAFETY: as above; the count is given up here.
    if !unsafe { object.decref_unless_last(th.id()) } {
        close_word(th, word);
    }
}

/// A generator's frame returned and was closed: the generator is done, and whoever resumed it goes on behind its loop.
fn returned(th: &Thread, fp: *mut Word, frame: &Frame, result: Value) -> Flow {
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
    let th = esc.thread();
    let Some(generator) = object.exact::<Generator>() else { return next_slow(esc, object) };
    if !esc.has_native_room() || th.recursion_remaining.get() == 0 || generator.claim_biased(esc.me()).is_none() {
        return next_slow(esc, object);
    }
    // SAFETY: claimed.
    let fp = unsafe { generator.fp() };
    // SAFETY: as above.
    let frame = unsafe { Frame::of(fp) };
    if !frame.previous.get().is_null() {
        return next_claimed(esc, generator);
    }
    frame.previous.set(th.frame.get());
    frame.return_ip.set(std::ptr::null());
    frame.landing.set(LEAVE.landing());
    // SAFETY: claimed, and it waits for nothing; the caller's handle keeps the generator alive.
    let flow = unsafe { resume(th, fp, singletons::none().into_word()) };
    let bits = dispatch::run(flow.ip, flow.fp, th);
    if bits == 0 || !th.yielded.get() {
        return ended(esc, bits);
    }
    crate::enter::result_of(esc, bits).map(Some)
}

/// A generator did not yield: it raised, or it returned a value that nobody asks for.
#[cold]
#[inline(never)]
fn ended(esc: Esc<'_>, bits: u64) -> PyResult<Option<Value>> {
    crate::enter::result_of(esc, bits).map(|_returned| None)
}

/// [`next`] where something is special.
#[cold]
#[inline(never)]
fn next_slow(esc: Esc<'_>, object: &Value) -> PyResult<Option<Value>> {
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

/// [`next`] of a suspended generator that is claimed and delegates.
#[inline(never)]
fn next_claimed(esc: Esc<'_>, generator: &Generator) -> PyResult<Option<Value>> {
    let (value, yielded) = run(esc, generator, State::Suspended, singletons::none())?;
    Ok(yielded.then_some(value))
}

/// A result that goes to native code.
const LEAVE: Return = Return { ip: std::ptr::null(), slot: 0, how: OnReturn::Leave };

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
    // SAFETY: claimed.
    let fp = unsafe { generator.fp() };
    // SAFETY: claimed; the caller's handle keeps the generator alive.
    let flow = unsafe { enter(th, th.frame.get(), fp, sent.into_word(), LEAVE) };
    let bits = dispatch::run(flow.ip, flow.fp, th);
    let value = crate::enter::result_of(esc, bits)?;
    Ok((value, th.yielded.get()))
}
