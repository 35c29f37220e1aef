//! Questions about opcodes that only these passes ask.
//!
//! Apart from `interp-opcode` because they are about control flow before assembly, not about instructions.

use interp_opcode::Opcode;

/// Leaves the frame: nothing behind it in the block runs.
pub(crate) fn exits_scope(op: Opcode) -> bool {
    matches!(op, Opcode::ReturnValue | Opcode::RaiseVarargs | Opcode::Reraise)
}

/// Jumps whatever the stack holds.
pub(crate) fn is_unconditional_jump(op: Opcode) -> bool {
    matches!(
        op,
        Opcode::Jump
            | Opcode::JumpNoInterrupt
            | Opcode::JumpForward
            | Opcode::JumpBackward
            | Opcode::JumpBackwardNoInterrupt
    )
}

/// The conditional jump that jumps when `op` does not.
pub(crate) fn reversed(op: Opcode) -> Option<Opcode> {
    Some(match op {
        Opcode::PopJumpIfFalse => Opcode::PopJumpIfTrue,
        Opcode::PopJumpIfTrue => Opcode::PopJumpIfFalse,
        Opcode::PopJumpIfNone => Opcode::PopJumpIfNotNone,
        Opcode::PopJumpIfNotNone => Opcode::PopJumpIfNone,
        _ => return None,
    })
}

/// Opens the region of an exception handler.
pub(crate) fn is_block_push(op: Opcode) -> bool {
    op.has_exc()
}

/// Names another block.
pub(crate) fn has_target(op: Opcode) -> bool {
    op.has_jump() || op.has_exc()
}

/// Ends a basic block.
pub(crate) fn is_terminator(op: Opcode) -> bool {
    op.has_jump() || exits_scope(op)
}

/// May let another thread or a signal handler run, so that its line can be seen.
pub(crate) fn has_eval_break(op: Opcode) -> bool {
    matches!(
        op,
        Opcode::Resume | Opcode::Jump | Opcode::JumpBackward | Opcode::Call | Opcode::CallKw | Opcode::CallFunctionEx
    )
}

/// Pushes a constant.
pub(crate) fn loads_const(op: Opcode) -> bool {
    op.has_const() || op == Opcode::LoadSmallInt
}
