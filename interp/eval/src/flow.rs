//! What out-of-line bodies work with: arrays of slots, and the place to go on.

use std::sync::atomic::{AtomicU64, Ordering};

use interp_object::{Thread, Value, Word};
use interp_opcode::{CellOp, Instr};

use crate::dispatch::{Cell, Control, next};

/// Consecutive slots of a frame. Bounds are checked: arrays are not on the fastest paths.
#[derive(Clone, Copy)]
pub(crate) struct Slots {
    first: *mut Word,
    len: usize,
}

impl Slots {
    /// # Safety
    /// `first` starts `len` slots of the running frame (H1).
    #[inline(always)]
    pub(crate) unsafe fn new(first: *mut Word, len: usize) -> Self {
        Slots { first, len }
    }

    /// The slot of the first in the frame at `fp`.
    #[inline(always)]
    pub(crate) fn start_in(self, fp: *mut Word) -> usize {
        // SAFETY: H1: the slots are part of the frame at `fp`.
        unsafe { self.first.offset_from_unsigned(fp) }
    }

    /// How many.
    #[inline(always)]
    pub(crate) fn len(self) -> usize {
        self.len
    }

    /// The word in a slot.
    #[inline(always)]
    pub(crate) fn get(self, index: usize) -> Word {
        assert!(index < self.len, "slot of the array");
        // SAFETY: checked; the array is part of the running frame.
        unsafe { self.first.add(index).read() }
    }

    /// Stores a word; what was there is overwritten.
    #[inline(always)]
    pub(crate) fn set(self, index: usize, word: Word) {
        assert!(index < self.len, "slot of the array");
        // SAFETY: checked, as above.
        unsafe { self.first.add(index).write(word) };
    }

    /// Stores NULL everywhere.
    pub(crate) fn clear(self) {
        (0..self.len).for_each(|index| self.set(index, Word::NULL));
    }

    /// A view of slots that hold values.
    #[inline(always)]
    pub(crate) fn values<'a>(self) -> &'a [Value] {
        // SAFETY: `Word` and `Value` have one representation; the definition says that these slots hold values, and
        // they stay in the frame while the body runs.
        unsafe { std::slice::from_raw_parts(self.first.cast::<Value>(), self.len) }
    }

    /// Moves the values out; the slots hold NULL.
    pub(crate) fn take_all(self, me: u32) -> Vec<Value> {
        (0..self.len).map(|index| self.take(index, me)).collect()
    }

    /// Moves a value out; the slot holds NULL.
    #[inline(always)]
    pub(crate) fn take(self, index: usize, me: u32) -> Value {
        let word = self.get(index);
        self.set(index, Word::NULL);
        // SAFETY: the slot owned what it held, and was just given up.
        unsafe { stackref::StackRef::from_word(word) }.into_value(me)
    }
}

/// The cell that leaves a loop; [`init`] writes it.
static LEAVE_CELL: AtomicU64 = AtomicU64::new(0);
/// The cell that leaves a frame where that takes calls.
static LEAVE_FRAME_CELL: AtomicU64 = AtomicU64::new(0);

/// Writes the cells that belong to no code.
pub(crate) fn init() {
    for (cell, instr) in [(&LEAVE_CELL, Instr::LeaveLoop), (&LEAVE_FRAME_CELL, Instr::LeaveFrame)] {
        let op = CellOp::new(instr, &[], None);
        cell.store(op.map_or(0, |op| u64::from(op.number())), Ordering::Release);
    }
}

/// Where to go on. The low bit of `ip` asks for the base of the cell there.
#[derive(Clone, Copy)]
pub(crate) struct Flow {
    pub(crate) ip: *const Cell,
    pub(crate) fp: *mut Word,
}

impl Flow {
    /// Leaving the loop with these bits: by way of a cell of its own, so that going on is always the same.
    pub(crate) fn leave(th: &Thread, bits: u64) -> Flow {
        th.loop_result.set(bits);
        Flow { ip: LEAVE_CELL.as_ptr().cast_const(), fp: std::ptr::null_mut() }
    }

    /// Leaving the frame at `fp` with this result, which owns itself, by way of a cell of its own: the handler that leaves
    /// needs no call. No safepoint lies between.
    #[inline(always)]
    pub(crate) fn leave_frame(th: &Thread, fp: *mut Word, result: Word) -> Flow {
        th.loop_result.set(result.bits());
        Flow { ip: LEAVE_FRAME_CELL.as_ptr().cast_const(), fp }
    }

    /// Goes on there.
    #[inline(always)]
    pub(crate) fn go(self, th: &Thread) -> Control {
        next(self.ip, self.fp, th)
    }

    /// Goes on there, or runs the base of the cell.
    #[inline(always)]
    pub(crate) fn go_or_deopt(self, fp: *mut Word, th: &Thread, cell: u64) -> Control {
        if self.ip.addr() & 1 == 0 {
            return self.go(th);
        }
        // SAFETY: H1: handed on by the handler whose body asked for it.
        unsafe { crate::at::weft_op_base(self.ip.map_addr(|ip| ip & !1), fp, th, cell) }
    }
}
