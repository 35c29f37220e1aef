//! What an instruction of the stack code does, in the terms that lowering distinguishes. Apart so that planning, emission
//! and the checker read one description.

use std::ops::Range;

use interp_opcode::{Instr, Opcode, Shape};

use super::Instruction;
use crate::Code;

/// Where a loaded value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A local; `borrowed` if the compiler proved that it outlives the value's use.
    Local { index: u32, borrowed: bool },
    /// A small int.
    Int(i16),
    /// A constant by number.
    Const(u32),
}

/// One action of an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Push a value.
    Load(Source),
    /// Pop into a local.
    Store(u32),
    /// Drop the top.
    Pop,
    /// Push the n-th from the top again.
    Copy(u32),
    /// Exchange the top with the n-th from the top.
    Swap(u32),
    /// Anything else: a cell of its own.
    Cell(Instr),
}

/// The actions of an instruction, in order: none for markers, two for superinstructions.
pub(crate) fn steps(instruction: &Instruction) -> Result<[Option<Step>; 2], &'static str> {
    use Opcode as Op;
    let arg = instruction.arg;
    let local = |index, borrowed| Some(Step::Load(Source::Local { index, borrowed }));
    Ok(match instruction.op {
        Op::Nop | Op::Cache | Op::Reserved | Op::NotTaken | Op::EndFor | Op::ExtendedArg => [None, None],
        Op::LoadFast => [local(arg, false), None],
        Op::LoadFastBorrow => [local(arg, true), None],
        Op::LoadFastLoadFast => [local(arg >> 4, false), local(arg & 15, false)],
        Op::LoadFastBorrowLoadFastBorrow => [local(arg >> 4, true), local(arg & 15, true)],
        Op::LoadConst => [Some(Step::Load(Source::Const(arg))), None],
        Op::LoadSmallInt => match i16::try_from(arg) {
            Ok(number) => [Some(Step::Load(Source::Int(number))), None],
            Err(_) => return Err("small int out of range"),
        },
        Op::StoreFast => [Some(Step::Store(arg)), None],
        Op::StoreFastLoadFast => [Some(Step::Store(arg >> 4)), local(arg & 15, false)],
        Op::StoreFastStoreFast => [Some(Step::Store(arg >> 4)), Some(Step::Store(arg & 15))],
        Op::PopTop => [Some(Step::Pop), None],
        Op::Copy => [Some(Step::Copy(arg)), None],
        Op::Swap if arg < 2 => return Err("swaps nothing"),
        Op::Swap => [Some(Step::Swap(arg)), None],
        op => match Instr::of(op) {
            Some(instr) => [Some(Step::Cell(instr)), None],
            None => return Err("instruction that cannot run"),
        },
    })
}

/// The locals that an instruction changes by itself, not by a store of its own.
pub(crate) fn touched(code: &Code, instruction: &Instruction) -> Range<u32> {
    let locals = code.localsplusnames.len() as u32;
    match instruction.op {
        Opcode::LoadFastAndClear | Opcode::DeleteFast | Opcode::MakeCell => instruction.arg..instruction.arg + 1,
        Opcode::CopyFreeVars => locals.saturating_sub(instruction.arg)..locals,
        _ => 0..0,
    }
}

/// Stack words of each item of a list, for an oparg.
pub(crate) fn sizes(items: &'static [interp_opcode::Item], arg: u32) -> impl Iterator<Item = u32> {
    items.iter().map(move |item| (item.size)(arg))
}

/// The shapes that operand `input` of `instr` may have; `None` if it belongs to the block of temporaries.
pub(crate) fn operand_shapes(instr: Instr, input: usize) -> Option<&'static [Shape]> {
    let operands = instr.info().layout.operands;
    operands.iter().find(|operand| usize::from(operand.input) == input).map(|operand| operand.shapes)
}

/// The fused form of `COMPARE_OP` or `TO_BOOL` with a conditional jump behind it, if there is one.
pub(crate) fn fused(first: &Instruction, jump: &Instruction) -> Option<&'static str> {
    // Bit 4 of COMPARE_OP's operand says that the result is converted to a bool.
    let compares = first.op == Opcode::CompareOp && first.arg & 16 != 0;
    Some(match (first.op, jump.op) {
        (Opcode::CompareOp, Opcode::PopJumpIfTrue) if compares => "COMPARE_JUMP_IF_TRUE",
        (Opcode::CompareOp, Opcode::PopJumpIfFalse) if compares => "COMPARE_JUMP_IF_FALSE",
        (Opcode::ToBool, Opcode::PopJumpIfTrue) => "TEST_JUMP_IF_TRUE",
        (Opcode::ToBool, Opcode::PopJumpIfFalse) => "TEST_JUMP_IF_FALSE",
        _ => return None,
    })
}

/// The form that does what `BUILD_SLICE` and the subscription behind it do, at the second of them.
pub(crate) fn sliced(first: &Instruction, second: &Instruction) -> Option<&'static str> {
    let pair =
        first.op == Opcode::BuildSlice && first.arg == 3 && second.op == Opcode::BinaryOp && second.arg == SUBSCRIPT;
    pair.then_some("SUBSCR_SLICE")
}

/// The operand of `BINARY_OP` that means subscription.
const SUBSCRIPT: u32 = 26;

/// An instruction by its name in the definitions: for forms of our own, which have no opcode.
pub(crate) fn by_name(name: &str) -> Option<Instr> {
    Instr::all().find(|instr| instr.info().name == name)
}

/// How the depth changes on the way to the jump target.
pub(crate) fn jump_effect(instruction: &Instruction) -> i32 {
    match instruction.op {
        // The target is behind `END_FOR`: only the iterator is left.
        Opcode::ForIter => 0,
        op => op.stack_effect(instruction.arg, true),
    }
}

/// Whether control never goes on to the next instruction.
pub(crate) fn ends_block(op: Opcode) -> bool {
    use Opcode as Op;
    matches!(
        op,
        Op::JumpForward
            | Op::JumpBackward
            | Op::JumpBackwardNoInterrupt
            | Op::ReturnValue
            | Op::RaiseVarargs
            | Op::Reraise
            | Op::InterpreterExit
    )
}
