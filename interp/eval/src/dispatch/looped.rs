//! Dispatch by a loop: a handler returns where to go on. For debug builds, and for targets where sibling calls are not
//! turned into jumps (`--cfg weft_loop_dispatch`).

use interp_object::{Thread, Word};

use super::{Cell, Control, cell_at};
use crate::generated::table::HANDLERS;

/// Goes on at `ip`.
#[inline(always)]
pub(crate) fn next(ip: *const Cell, fp: *mut Word, th: &Thread) -> Control {
    let _ = th;
    Control { ip, fp }
}

/// Runs from `ip` until the loop is left.
pub(crate) fn run(mut ip: *const Cell, mut fp: *mut Word, th: &Thread) -> u64 {
    loop {
        let cell = cell_at(ip);
        // SAFETY: H1: `ip` and `fp` are what the last handler, or the entry, named.
        let control = unsafe { HANDLERS[usize::from(cell as u16)](ip, fp, th, cell) };
        if control.ip.is_null() {
            return control.fp.addr() as u64;
        }
        (ip, fp) = (control.ip, control.fp);
    }
}
