//! What an operand may be: checked once, before anything else looks at it. Apart because the instructions that run trust it: they
//! index names, constants and slots without asking again.

use interp_opcode::{BinaryOp, COMPARE_OPS, CommonConstant, Intrinsic1, Intrinsic2, Opcode, SpecialMethod};

use super::{Instruction, LowerError};
use crate::{Code, LocalKind};

/// No operand that means anything is larger, and sums of a few of them fit 32 bits.
const LARGEST: u32 = 1 << 28;

/// Checks every operand.
pub(crate) fn verify(code: &Code, instructions: &[Instruction]) -> Result<(), LowerError> {
    let free = code.localspluskinds.iter().filter(|kind| kind.contains(LocalKind::FREE)).count() as u32;
    for instruction in instructions {
        verify_one(code, free, instruction.op, instruction.arg)
            .map_err(|what| LowerError { unit: instruction.unit, what })?;
    }
    Ok(())
}

fn verify_one(code: &Code, free: u32, op: Opcode, arg: u32) -> Result<(), &'static str> {
    use Opcode as Op;
    let below = |limit: usize, what| if (arg as usize) < limit { Ok(()) } else { Err(what) };
    let known = |known: bool| if known { Ok(()) } else { Err("operand out of range") };
    if arg >= LARGEST {
        return Err("operand too large");
    }
    let locals = code.localsplusnames.len();
    match op {
        Op::LoadFastLoadFast | Op::LoadFastBorrowLoadFastBorrow | Op::StoreFastLoadFast | Op::StoreFastStoreFast => {
            known((arg >> 4) as usize <= locals && ((arg >> 4).max(arg & 15) as usize) < locals)
        }
        _ if op.has_local() || op.has_free() => below(locals, "local out of range"),
        _ if op.has_const() => below(code.consts.len(), "constant out of range"),
        Op::LoadGlobal => known((arg >> 1) < code.names.len() as u32),
        Op::LoadAttr => known((arg >> 1) < code.names.len() as u32),
        Op::LoadSuperAttr => known((arg >> 2) < code.names.len() as u32),
        _ if op.has_name() => below(code.names.len(), "name out of range"),
        Op::CopyFreeVars => known(arg == free),
        Op::BinaryOp => known(BinaryOp::from_oparg(arg).is_some()),
        Op::CompareOp => known(((arg >> 5) as usize) < COMPARE_OPS.len()),
        Op::ContainsOp | Op::IsOp => below(2, "operand out of range"),
        Op::CallIntrinsic1 => known(Intrinsic1::from_oparg(arg).is_some()),
        Op::CallIntrinsic2 => known(Intrinsic2::from_oparg(arg).is_some()),
        Op::LoadCommonConstant => known(CommonConstant::from_oparg(arg).is_some()),
        Op::LoadSpecial => known(SpecialMethod::from_oparg(arg).is_some()),
        Op::LoadSmallInt => below(256, "small int out of range"),
        Op::ConvertValue => known((1..=3).contains(&arg)),
        Op::RaiseVarargs => below(3, "operand out of range"),
        Op::BuildSlice => known(arg == 2 || arg == 3),
        Op::SetFunctionAttribute => known(matches!(arg, 1 | 2 | 4 | 8 | 16)),
        Op::Swap => known(arg >= 2),
        Op::Copy
        | Op::DictMerge
        | Op::DictUpdate
        | Op::ListAppend
        | Op::ListExtend
        | Op::MapAdd
        | Op::SetAdd
        | Op::SetUpdate => known(arg >= 1),
        _ => Ok(()),
    }
}
