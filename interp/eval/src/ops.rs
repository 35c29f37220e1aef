//! What instruction bodies name: the prelude of generated code, and the helpers of each area.
//!
//! A helper that may run Python code, finalize, block or reach a safepoint takes `esc` first; the generator has spilled
//! the frame where it is called. Helpers that take `fp` get the running frame's first local (H1).

pub(crate) mod attr;
pub(crate) mod binary;
pub(crate) mod build;
pub(crate) mod call;
pub(crate) mod compare;
pub(crate) mod exceptions;
pub(crate) mod function;
pub(crate) mod generators;
pub(crate) mod import;
pub(crate) mod intrinsics;
pub(crate) mod iter;
pub(crate) mod matching;
pub(crate) mod names;

#[allow(unused_imports, reason = "the definitions decide whether a body names `Raised`")]
pub(crate) use interp_object::{Esc, Raised, Thread, Word};

pub(crate) use crate::at::At;
pub(crate) use crate::dispatch::{Cell, Control, Handler};
pub(crate) use crate::flow::{Flow, Slots};

pub(crate) use crate::safepoint;
pub(crate) use crate::specialize::{self, FULL, QUICK, calls, containers, fast, poly, texts, unpack};
pub(crate) use compare::{
    bool_word, compare_floats, compare_ints, is_bool, is_none, is_singleton_false, is_singleton_true, is_true,
    quick_test, quick_truth,
};

pub(crate) use crate::call::{Return, call_block, call_block_slow, leave_frame, leave_waiting};
pub(crate) use crate::generator;

/// The cell `words` behind `ip`.
#[inline(always)]
pub(crate) fn next_cell(ip: *const Cell, words: usize) -> *const Cell {
    // SAFETY: H1: the next cell is in the same code.
    unsafe { ip.add(words) }
}

/// The slot where an array begins.
#[inline(always)]
pub(crate) fn block_start(fp: *mut Word, slots: Slots) -> usize {
    slots.start_in(fp)
}

/// The word of `None`.
#[inline(always)]
pub(crate) fn none_word() -> Word {
    interp_object::data::singletons::none_word()
}

/// Runs `f` out of line.
#[cold]
#[inline(never)]
pub(crate) fn cold<R>(f: impl FnOnce() -> R) -> R {
    f()
}

/// The handler of cell ops that are declared but have no body.
pub(crate) unsafe extern "C" fn weft_op_missing(ip: *const Cell, fp: *mut Word, th: &Thread, cell: u64) -> Control {
    raise_missing(th, cell);
    crate::unwind::error(ip, fp, th)
}

/// The name by which the table knows the handler; its symbol says that it is one.
pub(crate) use weft_op_missing as missing;

#[cold]
#[inline(never)]
fn raise_missing(th: &Thread, cell: u64) {
    // SAFETY: nothing of the frame is cached by the handler that calls this.
    let esc = unsafe { Esc::after_spill(th) };
    let name = interp_opcode::CellOp::from_u16(cell as u16).map_or("?", |op| op.instr().info().name);
    let _ = esc.system_error(format_args!("instruction {name} is not implemented"));
}

/// Another reference to a local that is bound, where making it takes no call.
#[inline(always)]
pub(crate) fn bound_local(th: &Thread, word: Word) -> Option<Word> {
    if word.is_null() {
        return None;
    }
    // SAFETY: the slot owns the word; the duplicate is made from a view that is not closed.
    let reference = std::mem::ManuallyDrop::new(unsafe { stackref::StackRef::from_word(word) });
    reference.try_dup(th.id()).map(stackref::StackRef::into_word)
}
