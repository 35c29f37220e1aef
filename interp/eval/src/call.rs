//! Python-to-Python calls: pushing a frame, binding arguments, and coming back.

use interp_object::data::code::{CodeObject, FrameSize, QUICK_LOCALS, QUICK_PARAMS};
use interp_object::data::frame::{Frame, HEADER_WORDS, Landing, OnReturn, payload_in};
use interp_object::data::function::Function;
use interp_object::data::{exception as exc, singletons};
use interp_object::layout::ValueExt;
use interp_object::{Esc, PyResult, Raised, Thread, Value, Word};
use stackref::{Dead, StackRef};

use crate::dispatch::Cell;
use crate::flow::Flow;
use crate::specialize::containers::exact;
use crate::{safepoint, stack, unwind};

pub(crate) mod bind;

/// Where a callee's result goes.
#[derive(Clone, Copy)]
pub(crate) struct Return {
    /// Where the caller goes on.
    pub(crate) ip: *const Cell,
    /// The caller's slot.
    pub(crate) slot: usize,
    /// What is done with the result.
    pub(crate) how: OnReturn,
}

impl Return {
    /// A result that goes to a temporary.
    pub(crate) fn store(ip: *const Cell, slot: usize) -> Self {
        Return { ip, slot, how: OnReturn::Store }
    }

    /// Slot and way, as a frame's header has them.
    #[inline(always)]
    pub(crate) fn landing(self) -> Landing {
        Landing { slot: self.slot as u32, how: self.how }
    }
}

/// Pushes a frame for `function`, whose word the frame takes over. Locals are NULL from `args` on; the caller writes the
/// first `args` of them. `None` (nothing raised yet) if calls nest too deep, or the code has no register form yet.
///
/// The frame is not yet the running one: [`enter_frame`] makes it so.
#[inline(always)]
pub(crate) fn push_frame(th: &Thread, function: Word, code: &CodeObject, args: usize) -> Option<*mut Word> {
    let cells = code.made_executable()?;
    let remaining = th.recursion_remaining.get();
    if remaining == 0 {
        return None;
    }
    let size = cells.frame_size();
    th.recursion_remaining.set(remaining - 1);
    let fp = stack::push(th, size.slots as usize);
    fill_header(fp, function, code, size);
    // SAFETY: just pushed.
    unsafe { Frame::of(fp) }.ip.set(cells.start());
    for local in args..size.locals as usize {
        // SAFETY: inside the frame.
        let place = unsafe { fp.add(local) };
        // SAFETY: as above.
        unsafe { place.write(Word::NULL) };
    }
    Some(fp)
}

/// Fills a new frame's header, but for what [`enter_frame`] sets.
#[inline(always)]
fn fill_header(fp: *mut Word, function: Word, code: &CodeObject, size: FrameSize) {
    // SAFETY: a pushed frame has its header below `fp`.
    let frame = unsafe { Frame::of(fp) };
    frame.code.set(code);
    frame.function.set(function);
    frame.locals.set(Word::NULL);
    frame.owner.set(Word::NULL);
    frame.size.set(size);
}

/// Calls the function of the block at slot `base` (callable, `self` or NULL, `argc` arguments) if `may` says so and that
/// takes neither a loop nor a call: a small function whose parameters take the arguments as they are, room on the data
/// stack, nothing asked of this thread. The frame takes the block's words over; the result goes to `base`. `fp` is the
/// running frame.
///
/// The order keeps few values alive at a time: this is to fit the registers that a handler need not save.
#[inline(always)]
pub(crate) fn enter_quick(
    th: &Thread,
    fp: *mut Word,
    (base, argc): (usize, usize),
    next: *const Cell,
    may: impl FnOnce(&Function) -> bool,
) -> Option<Flow> {
    debug_assert_eq!(th.frame.get(), fp);
    // SAFETY: H1: the block is part of the frame.
    let block = unsafe { fp.add(base) };
    // SAFETY: as above.
    let callable = unsafe { block.read() };
    let function: &Function = exact(callable)?;
    if !may(function) {
        return None;
    }
    // SAFETY: a function's code is a code object, deferred: it outlives this frame's use through the function.
    let code: &CodeObject = unsafe { payload_in(function.code_word()) };
    // SAFETY: H1: as above.
    let args = unsafe { block.add(1) };
    // SAFETY: as above.
    let skip = usize::from(unsafe { args.read() }.is_null());
    // SAFETY: as above: `self` if there is one, else the first argument or the block's end.
    let args = unsafe { args.add(skip) };
    let entry = code.quick_entry(argc + 1 - skip)?;
    if th.recursion_remaining.get() == 0 || safepoint::is_pending(th) {
        return None;
    }
    let callee = stack::push_quick(th, entry.size().slots as usize)?;
    th.recursion_remaining.set(th.recursion_remaining.get() - 1);
    // SAFETY: a pushed frame has its header below its first local.
    let frame = unsafe { Frame::of(callee) };
    // The ip is not set: the frame stands nowhere before its first escape.
    frame.previous.set(fp);
    frame.return_ip.set(next);
    let how = if callable.is_counted() { OnReturn::Store } else { OnReturn::Plain };
    frame.landing.set(Landing { slot: base as u32, how });
    fill_header(callee, callable, code, entry.size());
    th.frame.set(callee);
    // What is copied too much lies in the data stack (`push_quick` leaves room) and is overwritten at once.
    for index in 0..QUICK_PARAMS {
        // SAFETY: as said; the caller's frame lies below this one.
        let word = unsafe { args.add(index).cast::<u64>().read() };
        // SAFETY: as said.
        unsafe { callee.add(index).cast::<u64>().write(word) };
    }
    // SAFETY: as said: the locals behind the arguments, and perhaps some words more.
    let rest = unsafe { callee.add(entry.params() as usize) }.cast::<[Word; QUICK_LOCALS]>();
    // SAFETY: as above.
    unsafe { rest.write([Word::NULL; QUICK_LOCALS]) };
    Some(Flow { ip: entry.start(), fp: callee })
}

/// Makes a pushed frame the running one.
#[inline(always)]
pub(crate) fn enter_frame(th: &Thread, fp: *mut Word, ret: Return) -> Flow {
    // SAFETY: as in `link_frame`.
    let frame = unsafe { Frame::of(fp) };
    let owns = frame.function.get().is_counted() || !frame.locals.get().is_null() || !frame.owner.get().is_null();
    let how = if ret.how == OnReturn::Store && !owns { OnReturn::Plain } else { ret.how };
    link_frame(th, fp, Return { how, ..ret });
    Flow { ip: frame.ip.get(), fp }
}

#[inline(always)]
fn link_frame(th: &Thread, fp: *mut Word, ret: Return) {
    // SAFETY: `fp` was made by `push_frame` or belongs to a claimed generator.
    let frame = unsafe { Frame::of(fp) };
    frame.previous.set(th.frame.get());
    frame.return_ip.set(ret.ip);
    frame.landing.set(ret.landing());
    th.frame.set(fp);
}

/// Calls what lies in a block of slots: callable, `self` or NULL, arguments. The block is consumed. The caller's ip is
/// saved. Python functions with plain arguments get a frame of this loop, all else is called natively.
#[inline(always)]
pub(crate) fn call_block(th: &Thread, fp: *mut Word, base: usize, argc: usize, next: *const Cell) -> Option<Flow> {
    enter_quick(th, fp, (base, argc), next, |_| true)
}

/// Moves arguments to a callee's first locals.
///
/// # Safety
/// Both places are part of frames and have room for `count` words, which the first place gives up.
#[inline(always)]
pub(crate) unsafe fn move_words(from: *const Word, to: *mut Word, count: usize) {
    for index in 0..count {
        // SAFETY: the caller's.
        let word = unsafe { from.add(index).read() };
        // SAFETY: as above.
        unsafe { to.add(index).write(word) };
    }
}

/// The rest of [`call_block`]: everything that is no plain call of a Python function. Takes the block's values out, so
/// that they live in native handles while anything may happen.
#[cold]
#[inline(never)]
pub(crate) fn call_block_slow(
    th: &Thread,
    ip: *const Cell,
    fp: *mut Word,
    base: usize,
    argc: usize,
    size: usize,
) -> Flow {
    // Arguments fit in registers: what has its address taken in a handler would keep it from ending in a jump.
    // SAFETY: H1: the next cell is in the same code.
    let ret = Return::store(unsafe { ip.add(size) }, base);
    // SAFETY: H2: the block is still in place and the caller saved its ip.
    let esc = unsafe { Esc::after_spill(th) };
    match call_native(esc, fp, base, argc) {
        Ok(Called::Value(value)) => {
            clear_block(th, fp, base, argc + 2);
            store_result(th, fp, ret, value)
        }
        Ok(Called::Frame(callee)) => {
            clear_block(th, fp, base, argc + 2);
            enter_frame(th, callee, ret)
        }
        Err(Raised { .. }) => {
            clear_block(th, fp, base, argc + 2);
            unwind::unwind(ip, fp, th)
        }
    }
}

enum Called {
    Value(Value),
    Frame(*mut Word),
}

fn call_native(esc: Esc<'_>, fp: *mut Word, base: usize, argc: usize) -> PyResult<Called> {
    // SAFETY: H1: the block is part of the frame.
    let block = unsafe { fp.add(base) };
    // SAFETY: a view of the block, whose values stay in place until the caller clears them.
    let callable = unsafe { &*block.cast::<Value>() };
    // SAFETY: as above.
    let this = unsafe { block.add(1).read() };
    let skip = usize::from(this.is_null());
    // SAFETY: as above: `self` if there is one, and the arguments.
    let args = unsafe { std::slice::from_raw_parts(block.add(1 + skip).cast::<Value>(), argc + 1 - skip) };
    call_values(esc, callable, args)
}

/// Calls a callable with positional arguments that someone else keeps alive.
fn call_values(esc: Esc<'_>, callable: &Value, args: &[Value]) -> PyResult<Called> {
    use interp_object::Args;
    use interp_object::data::descr::BoundMethod;
    if let Some(function) = callable.exact::<Function>() {
        return bind::bind_frame(esc, callable, function, Args::positional(args)).map(Called::Frame);
    }
    if let Some(method) = callable.exact::<BoundMethod>() {
        let mut values = Vec::with_capacity(args.len() + 1);
        values.push(method.receiver.clone());
        values.extend_from_slice(args);
        if let Some(function) = method.function.exact::<Function>() {
            let callable = &method.function;
            return bind::bind_frame(esc, callable, function, Args::positional(&values)).map(Called::Frame);
        }
        return interp_object::call::call(esc, &method.function, &values).map(Called::Value);
    }
    interp_object::call::call(esc, callable, args).map(Called::Value)
}

/// Closes `len` slots from `base` on, top down.
pub(crate) fn clear_block(th: &Thread, fp: *mut Word, base: usize, len: usize) {
    for slot in (base..base + len).rev() {
        // SAFETY: H1: the block is part of the frame.
        let place = unsafe { fp.add(slot) };
        // SAFETY: as above; the slot owned what it held.
        let word = unsafe { place.replace(Word::NULL) };
        close_word(th, word);
    }
}

/// Closes an owned word; NULL is allowed. Only where an escape is possible.
pub(crate) fn close_word(th: &Thread, word: Word) {
    if !word.is_null() {
        // SAFETY: the caller owns the word.
        if let Some(dead) = unsafe { StackRef::from_word(word) }.close(th.id()) {
            dead.finalize();
        }
    }
}

/// Gives a result to the frame that waits for it, and goes on there.
pub(crate) fn store_result(th: &Thread, fp: *mut Word, ret: Return, value: Value) -> Flow {
    // SAFETY: H1: the caller's frame.
    let place = unsafe { fp.add(ret.slot) };
    match ret.how {
        OnReturn::StoreLocal | OnReturn::ForIterLocal => {
            // SAFETY: a local is always initialized.
            let old = unsafe { place.replace(value.into_word()) };
            // SAFETY: the caller's frame; the store is done, so it stands at the next cell.
            unsafe { Frame::of(fp) }.ip.set(ret.ip);
            close_word(th, old);
        }
        // SAFETY: a temporary that holds nothing.
        _ => unsafe { place.write(value.into_word()) },
    }
    Flow { ip: ret.ip, fp }
}

/// Raises `RecursionError`, or makes a frame's code executable and asks for another try.
#[cold]
pub(crate) fn cannot_push(esc: Esc<'_>, code: &CodeObject) -> PyResult<()> {
    if esc.thread().recursion_remaining.get() == 0 {
        return Err(esc.raise_str(&exc::RECURSION_ERROR, "maximum recursion depth exceeded"));
    }
    code.executable(esc).map(drop)
}

/// Closes the locals of the running frame and what its header owns, top down; stops at the first object that dies, which
/// the caller finalizes before it goes on.
fn close_frame(th: &Thread, fp: *mut Word, frame: &Frame) -> Option<Dead> {
    let me = th.id();
    let mut slot = frame.locals_count();
    while slot > 0 {
        slot -= 1;
        // SAFETY: inside the frame.
        let place = unsafe { fp.add(slot) };
        // SAFETY: locals are always initialized.
        let word = unsafe { place.read() };
        if word.is_counted() {
            // SAFETY: as above.
            unsafe { place.write(Word::NULL) };
            // SAFETY: the slot owned the count, and is NULL now.
            let dead = unsafe { StackRef::from_word(word) }.close(me);
            if dead.is_some() {
                return dead;
            }
        }
    }
    for owned in [&frame.locals, &frame.function] {
        let word = owned.get();
        if word.is_counted() {
            owned.set(Word::NULL);
            // SAFETY: the header owned the count.
            let dead = unsafe { StackRef::from_word(word) }.close(me);
            if dead.is_some() {
                return dead;
            }
        }
    }
    None
}

/// Leaves the running frame with a result that owns itself: closes what the frame holds, unlinks it, and gives the
/// result to whoever waits for it. The frame's ip is saved.
///
/// The fast path makes no call and touches no stack: every reference the frame holds is given up by two plain accesses,
/// and the caller waits for the result in a temporary. All else goes by way of a cell of its own.
#[inline(always)]
pub(crate) fn leave_frame(th: &Thread, fp: *mut Word, result: Word) -> Flow {
    // SAFETY: H1.
    let frame = unsafe { Frame::of(fp) };
    let me = th.id();
    let mut slot = frame.locals_count();
    while slot > 0 {
        slot -= 1;
        // SAFETY: inside the frame.
        let place = unsafe { fp.add(slot) };
        // SAFETY: locals are always initialized.
        let word = unsafe { place.read() };
        if word.is_counted() {
            // SAFETY: the slot owns a count of a live object.
            let object = unsafe { word.header_unchecked().as_ref() };
            // SAFETY: as above; the slot gives its count up.
            if !unsafe { object.decref_unless_last(me) } {
                return Flow::leave_frame(th, fp, result);
            }
            // SAFETY: inside the frame.
            unsafe { place.write(Word::NULL) };
        }
    }
    // SAFETY: a frame lies above its header.
    let start = unsafe { fp.sub(HEADER_WORDS) };
    if frame.landing.get().how != OnReturn::Plain || start == th.stack_floor.get() {
        return Flow::leave_frame(th, fp, result);
    }
    let caller = frame.previous.get();
    th.frame.set(caller);
    th.recursion_remaining.set(th.recursion_remaining.get() + 1);
    th.stack_top.set(start);
    // SAFETY: H1: the caller's frame has this slot, which holds nothing.
    let place = unsafe { caller.add(frame.landing.get().slot as usize) };
    // SAFETY: as above.
    unsafe { place.write(result) };
    Flow { ip: frame.return_ip.get(), fp: caller }
}

/// `LEAVE_FRAME`: the rest of [`leave_frame`].
#[inline(never)]
pub(crate) fn leave_waiting(th: &Thread, fp: *mut Word) -> Flow {
    // SAFETY: `Flow::leave_frame` left the bits of a word there, a moment ago on this thread.
    leave_frame_slow(th, fp, unsafe { Word::from_bits(th.loop_result.get()) })
}

fn leave_frame_slow(th: &Thread, fp: *mut Word, result: Word) -> Flow {
    // SAFETY: H1.
    if !unsafe { Frame::of(fp) }.owner.get().is_null() {
        return crate::generator::leave(th, fp, result);
    }
    leave_closing(th, fp, result)
}

/// [`leave_frame`] for a frame whose references may be the last ones.
#[inline(never)]
fn leave_closing(th: &Thread, fp: *mut Word, result: Word) -> Flow {
    // SAFETY: the result is owned; as a native handle it survives what finalizers do.
    let result = unsafe { StackRef::from_word(result) }.into_value(th.id());
    // SAFETY: H1.
    let frame = unsafe { Frame::of(fp) };
    while let Some(dead) = close_frame(th, fp, frame) {
        dead.finalize();
    }
    unlink_and_return(th, fp, frame, result.into_word())
}

fn unlink_and_return(th: &Thread, fp: *mut Word, frame: &Frame, result: Word) -> Flow {
    let caller = frame.previous.get();
    th.frame.set(caller);
    let (ip, Landing { slot, how }) = (frame.return_ip.get(), frame.landing.get());
    let slot = slot as usize;
    th.recursion_remaining.set(th.recursion_remaining.get() + 1);
    stack::pop(th, fp);
    if matches!(how, OnReturn::Store | OnReturn::Plain) {
        // SAFETY: H1: the caller's frame has this slot, which holds nothing.
        let place = unsafe { caller.add(slot) };
        // SAFETY: as above.
        unsafe { place.write(result) };
        return Flow { ip, fp: caller };
    }
    deliver(th, caller, Return { ip, slot, how }, result)
}

#[inline(never)]
fn deliver(th: &Thread, caller: *mut Word, ret: Return, result: Word) -> Flow {
    match ret.how {
        OnReturn::Leave => {
            // SAFETY: owned; what leaves the loop is a native handle.
            let value = unsafe { StackRef::from_word(result) }.into_value(th.id());
            Flow::leave(th, value.into_word().bits())
        }
        OnReturn::Init => init_returned(th, caller, ret, result),
        _ => {
            // SAFETY: owned.
            let value = unsafe { StackRef::from_word(result) }.into_value(th.id());
            store_result(th, caller, ret, value)
        }
    }
}

/// `__init__` came back: the instance waits in the slot.
fn init_returned(th: &Thread, caller: *mut Word, ret: Return, result: Word) -> Flow {
    // SAFETY: owned.
    let value = unsafe { StackRef::from_word(result) }.into_value(th.id());
    if singletons::is_none(&value) {
        return Flow { ip: ret.ip, fp: caller };
    }
    // SAFETY: the caller stands at its call, which is complete but for this check.
    let esc = unsafe { Esc::after_spill(th) };
    let message = format!("__init__() should return None, not '{}'", value.class().name());
    drop(value);
    clear_block(th, caller, ret.slot, 1);
    let _ = esc.type_error(message);
    // SAFETY: H1.
    let ip = unsafe { Frame::of(caller) }.ip.get();
    unwind::unwind(ip, caller, th)
}
