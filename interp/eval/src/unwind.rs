//! Unwinding: from a raised exception to its handler, through as many frames of this loop as need be.
//!
//! The frame that raised stands at its cell: the code's table tells which temporaries may hold values, consumed ones are
//! NULL. They are closed from the top down to the handler's depth, each slot NULL before its reference goes, since a
//! finalizer may look at the frame.

use interp_object::data::exception::Exception;
use interp_object::data::frame::{Extent, Frame, OnReturn, extent_below, live_temporaries};
use interp_object::data::{int, traceback};
use interp_object::layout::ValueExt;
use interp_object::{Esc, Thread, Value, Word};

use crate::call::{clear_block, close_word};
use crate::dispatch::{Cell, Control};
use crate::flow::Flow;
use crate::{generator, stack};

/// The error exit of handlers: an exception is pending.
///
/// `extern "C"`, like everything a handler ends with: such functions do not unwind natively, so the call can be a jump.
#[cold]
#[inline(never)]
pub(crate) extern "C" fn error(ip: *const Cell, fp: *mut Word, th: &Thread) -> Control {
    unwind(ip, fp, th).go(th)
}

/// Finds where execution goes on after an exception in the cell at `ip`.
#[cold]
#[inline(never)]
pub(crate) fn unwind(ip: *const Cell, fp: *mut Word, th: &Thread) -> Flow {
    // SAFETY: H1.
    unsafe { Frame::of(fp) }.ip.set(ip);
    // SAFETY: H2: the frame stands at the cell that raised, and consumed slots are NULL.
    let esc = unsafe { Esc::after_spill(th) };
    let exception = esc.pending().catch(esc);
    let mut fp = fp;
    let mut extent = Extent::Whole;
    let mut has_entry = th.reraising.replace(false);
    loop {
        // SAFETY: H1: a frame of this thread's chain.
        let frame = unsafe { Frame::of(fp) };
        if !std::mem::take(&mut has_entry) {
            add_traceback(esc, &exception, frame);
        }
        if let Some(flow) = handle(esc, fp, frame, extent, &exception) {
            return flow;
        }
        let below = extent_below(frame);
        match drop_frame(esc, fp, frame, extent) {
            Left::Caller(caller) => fp = caller,
            Left::Loop => {
                // The native caller takes it from here.
                let _ = esc.restore(exception);
                return Flow::leave(th, 0);
            }
        }
        extent = below;
    }
}

/// Goes to the handler of the cell the frame stands at, if it has one.
fn handle(esc: Esc<'_>, fp: *mut Word, frame: &Frame, extent: Extent, exception: &Value) -> Option<Flow> {
    let th = esc.thread();
    let word = frame.word_index();
    let cells = frame.code().made_executable()?;
    let handler = *cells.form().handler_at(word)?;
    let locals = frame.locals_count();
    let live = live_temporaries(frame, extent);
    let depth = handler.depth as usize;
    if live > depth {
        clear_block(th, fp, locals + depth, live - depth);
    }
    let mut slot = locals + depth;
    let mut push = |word: Word| {
        // SAFETY: the code's stack size covers the handler's entry.
        let place = unsafe { fp.add(slot) };
        // SAFETY: as above; temporaries from `depth` on hold nothing.
        unsafe { place.write(word) };
        slot += 1;
    };
    if handler.lasti {
        let unit = frame.code().unit_of_word(word);
        push(int::small(i64::from(unit)).into_word());
    }
    push(exception.clone().into_word());
    // SAFETY: lowering named a cell of this code.
    let target = unsafe { cells.start().add(handler.target as usize) };
    frame.ip.set(target);
    Some(Flow { ip: target, fp })
}

enum Left {
    Caller(*mut Word),
    Loop,
}

/// Leaves a frame that does not handle the exception.
fn drop_frame(esc: Esc<'_>, fp: *mut Word, frame: &Frame, extent: Extent) -> Left {
    let th = esc.thread();
    let locals = frame.locals_count();
    // A callee that was entered from here took the block with it, and left the slots as they were.
    let live = live_temporaries(frame, extent);
    clear_block(th, fp, 0, locals + live);
    close_word(th, frame.locals.replace(Word::NULL));
    let (caller, landing) = (frame.previous.get(), frame.landing.get());
    th.frame.set(caller);
    close_word(th, frame.function.replace(Word::NULL));
    if frame.owner.get().is_null() {
        th.recursion_remaining.set(th.recursion_remaining.get() + 1);
        stack::pop(th, fp);
    } else {
        generator::raised(th, fp);
    }
    // The frame's memory may be gone with its chunk.
    match landing.how {
        OnReturn::Leave => Left::Loop,
        OnReturn::Init => {
            // The instance that waited for `__init__`.
            // SAFETY: H1: the caller's slot, which holds the instance.
            clear_block(th, caller, landing.slot as usize, 1);
            Left::Caller(caller)
        }
        _ => Left::Caller(caller),
    }
}

/// Puts an entry for the frame in front of the exception's traceback.
fn add_traceback(esc: Esc<'_>, exception: &Value, frame: &Frame) {
    let Some(payload) = exception.payload::<Exception>() else { return };
    let word = frame.word_index();
    let code = frame.code();
    let unit = code.unit_of_word(word);
    let line = code.line_of_word(word).map_or(-1, |line| line.cast_signed());
    let Some((code, globals)) = crate::frames::code_and_globals(frame) else { return };
    let next = payload.traceback.get(esc, payload);
    let entry = traceback::new(esc, next, code, globals, unit, line);
    drop(payload.traceback.set(payload, Some(entry.into_value())));
}
