//! Going from one handler to the next. The two backends are sibling files with one interface.

use interp_object::{Thread, Word};

#[cfg(any(debug_assertions, weft_loop_dispatch))]
mod looped;
#[cfg(not(any(debug_assertions, weft_loop_dispatch)))]
mod tail;

#[cfg(any(debug_assertions, weft_loop_dispatch))]
pub(crate) use looped::{next, run};
#[cfg(not(any(debug_assertions, weft_loop_dispatch)))]
pub(crate) use tail::{next, run};

/// A cell or a data word behind one.
pub(crate) type Cell = u64;

/// What a handler gives back: where to go on (loop backend), or, with a null `ip`, the result of the loop as the bits of
/// a word in `fp` (0: an exception is pending).
#[repr(C)]
pub(crate) struct Control {
    pub(crate) ip: *const Cell,
    pub(crate) fp: *mut Word,
}

/// The type of handlers.
pub(crate) type Handler = unsafe extern "C" fn(*const Cell, *mut Word, &Thread, u64) -> Control;

/// Leaves the loop with these bits.
#[inline(always)]
pub(crate) fn leave(bits: u64) -> Control {
    Control { ip: std::ptr::null(), fp: std::ptr::without_provenance_mut(bits as usize) }
}

/// Reads the cell at `ip`. Only its op is ever rewritten, and every op it can hold is right for its operands.
#[inline(always)]
pub(crate) fn cell_at(ip: *const Cell) -> u64 {
    // SAFETY: H1: `ip` is in live code. The cast is to the atomic that the word is.
    unsafe { (*ip.cast::<std::sync::atomic::AtomicU64>()).load(std::sync::atomic::Ordering::Relaxed) }
}
