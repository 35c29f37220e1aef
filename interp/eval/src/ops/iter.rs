//! Iteration.

use interp_object::Word;
use interp_object::data::frame::Frame;
use interp_opcode::{CellOp, Place};

use crate::dispatch::cell_at;
use crate::flow::Flow;

/// The way on of a `FOR_ITER` whose iterator is exhausted: the jump target of the cell the frame stands at.
pub(crate) fn loop_exit(fp: *mut Word) -> Flow {
    jump_target(fp)
}

/// The jump target of the cell the frame stands at.
pub(crate) fn jump_target(fp: *mut Word) -> Flow {
    // SAFETY: H1.
    let ip = unsafe { Frame::of(fp) }.ip.get();
    let cell = cell_at(ip);
    let place = CellOp::from_u16(cell as u16).map_or(Place::None, |op| op.instr().info().layout.jump);
    let distance = match place {
        Place::Bc => ((cell >> 32) as u32).cast_signed() as isize,
        // SAFETY: the layout has a word behind the cell.
        Place::Aux => ((cell_at(unsafe { ip.add(1) }) >> 32) as u32).cast_signed() as isize,
        Place::Field(field) => ((cell >> (16 * (u32::from(field) + 1))) as i16) as isize,
        Place::None | Place::Small => 0,
    };
    // SAFETY: lowering computed the distance within the code.
    Flow { ip: unsafe { ip.offset(distance) }, fp }
}
