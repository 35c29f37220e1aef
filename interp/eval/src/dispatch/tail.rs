//! Dispatch by sibling calls: the call of the next handler is the last thing a handler does, and the optimizer turns it
//! into a jump. `cargo xtask ci dispatch` reads the machine code and fails if one is not.

use interp_object::{Thread, Word};

use super::{Cell, Control, cell_at};
use crate::generated::table::HANDLERS;

/// Goes on at `ip`.
#[inline(always)]
pub(crate) fn next(ip: *const Cell, fp: *mut Word, th: &Thread) -> Control {
    let cell = cell_at(ip);
    // SAFETY: lowering writes only numbers of the table.
    let handler = unsafe { *HANDLERS.get_unchecked(usize::from(cell as u16)) };
    // SAFETY: H1: the caller names a cell and its frame.
    unsafe { handler(ip, fp, th, cell) }
}

/// Runs from `ip` until the loop is left.
#[inline]
pub(crate) fn run(ip: *const Cell, fp: *mut Word, th: &Thread) -> u64 {
    next(ip, fp, th).fp.addr() as u64
}
