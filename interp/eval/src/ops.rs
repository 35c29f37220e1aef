//! What instruction bodies name: the prelude of generated code, and the helpers of each area.
//!
//! A helper that may run Python code, finalize, block or reach a safepoint takes `esc` first; the generator has spilled
//! the frame where it is called. Helpers that take `fp` get the running frame's first local (H1).

pub(crate) mod generators;
pub(crate) mod iter;

#[allow(unused_imports, reason = "the definitions decide what is used")]
pub(crate) use interp_object::{Esc, PyResult, Raised, Thread, Value, Word};

#[allow(unused_imports, reason = "as above")]
pub(crate) use crate::at::{At, FromCache};
#[allow(unused_imports, reason = "as above")]
pub(crate) use crate::dispatch::{Cell, Control, Handler};
#[allow(unused_imports, reason = "as above")]
pub(crate) use crate::flow::{Flow, Slots};

/// Runs `f` out of line.
#[cold]
#[inline(never)]
#[allow(dead_code, reason = "as above")]
pub(crate) fn cold<R>(f: impl FnOnce() -> R) -> R {
    f()
}

/// The handler of cell ops that are declared but have no body.
pub(crate) unsafe extern "C" fn missing(ip: *const Cell, fp: *mut Word, th: &Thread, cell: u64) -> Control {
    // SAFETY: nothing of the frame is cached by this handler.
    let esc = unsafe { Esc::after_spill(th) };
    let name = interp_opcode::CellOp::from_u16(cell as u16).map_or("?", |op| op.instr().info().name);
    let _ = esc.system_error(format_args!("instruction {name} is not implemented"));
    crate::unwind::error(ip, fp, th)
}

/// Another reference to a word that its slot keeps.
#[inline(always)]
#[allow(dead_code, reason = "as above")]
pub(crate) fn dup_word(th: &Thread, word: Word) -> Word {
    // SAFETY: the slot owns the word; the duplicate is made from a view that is not closed.
    let reference = std::mem::ManuallyDrop::new(unsafe { stackref::StackRef::from_word(word) });
    reference.dup(th.id()).into_word()
}
