//! Rewriting of short instruction patterns inside one block.
//!
//! Apart from folding, whose helpers it calls: here is which pattern becomes what.

use interp_code::Const;
use interp_opcode::{Intrinsic1, Opcode};

use super::blocks::{CfgInstr, Graph, NONE};
use super::fold::{self, Pool, Window};
use super::{BlockId, ops, sequences, swaps};
use crate::error::CompileError;

/// Bit of `COMPARE_OP`'s operand that asks for a bool.
const COMPARE_TO_BOOL: u32 = 16;

/// Shortens loads of constants, and decides conditions on them.
pub(crate) fn load_consts(graph: &mut Graph, pool: &mut Pool) {
    for block in &mut graph.blocks {
        load_consts_in(&mut block.instrs, pool);
    }
}

fn load_consts_in(instrs: &mut [CfgInstr], pool: &mut Pool) {
    let mut loaded = Opcode::Nop;
    let mut value = None;
    for at in 0..instrs.len() {
        if instrs[at].op == Opcode::LoadConst
            && let Ok(constant) = pool.value(&instrs[at])
            && let Some(number) = fold::small(&constant)
        {
            instrs[at].set(Opcode::LoadSmallInt, number);
        }
        let instr = instrs[at];
        let copies_it = loaded == Opcode::LoadConst && instr.op == Opcode::Copy && instr.arg == 1;
        if !copies_it {
            loaded = instr.op;
            value = if ops::loads_const(instr.op) { pool.value(&instr).ok() } else { None };
        }
        if let Some(constant) = &value
            && at + 1 < instrs.len()
        {
            use_const(&mut instrs[at..], constant, pool);
        }
    }
}

/// `instrs[0]` loads or copies `constant`: decides what the next instruction asks of it.
fn use_const(instrs: &mut [CfgInstr], constant: &Const, pool: &mut Pool) {
    let truth = constant.truth();
    match instrs[1].op {
        Opcode::PopJumpIfTrue => decide_jump(instrs, truth, true),
        Opcode::PopJumpIfFalse => decide_jump(instrs, !truth, true),
        Opcode::JumpIfTrue => decide_jump(instrs, truth, false),
        Opcode::JumpIfFalse => decide_jump(instrs, !truth, false),
        Opcode::IsOp if matches!(constant, Const::None) => compare_to_none(instrs),
        Opcode::ToBool => {
            instrs[0].set_nop();
            instrs[1].set(Opcode::LoadConst, pool.add(Const::bool(truth)));
        }
        _ => {}
    }
}

/// The conditional jump behind a constant is taken or not; the constant goes if the jump pops it.
fn decide_jump(instrs: &mut [CfgInstr], taken: bool, pops: bool) {
    if pops {
        instrs[0].set_nop();
    }
    if taken {
        instrs[1].op = Opcode::Jump;
    } else {
        instrs[1].set_nop();
    }
}

/// `LOAD_CONST None, IS_OP, [TO_BOOL,] POP_JUMP_IF_…` becomes `POP_JUMP_IF_[NOT_]NONE`.
fn compare_to_none(instrs: &mut [CfgInstr]) {
    let mut jump = 2;
    if instrs.get(jump).is_some_and(|instr| instr.op == Opcode::ToBool) {
        instrs[jump].set_nop();
        jump = 3;
    }
    let inverted = instrs[1].arg != 0;
    let wants_none = match instrs.get(jump).map(|instr| instr.op) {
        Some(Opcode::PopJumpIfFalse) => inverted,
        Some(Opcode::PopJumpIfTrue) => !inverted,
        _ => return,
    };
    instrs[0].set_nop();
    instrs[1].set_nop();
    instrs[jump].op = if wants_none { Opcode::PopJumpIfNone } else { Opcode::PopJumpIfNotNone };
}

/// Rewrites patterns in every block: folding, jumps to jumps, swaps.
pub(crate) fn blocks(graph: &mut Graph, pool: &mut Pool) -> Result<(), CompileError> {
    for id in graph.order() {
        let mut window = Window::new(&mut graph.block_mut(id).instrs);
        for at in 0..window.instrs.len() {
            rewrite(&mut window, at, pool)?;
            window.pass(at);
        }
        let mut at = 0;
        while at < graph.block(id).instrs.len() {
            if !(ops::has_target(graph.block(id).instrs[at].op) && thread_jump(graph, id, at)) {
                at += 1;
            }
        }
        swaps::optimize(&mut graph.block_mut(id).instrs);
    }
    Ok(())
}

/// Lets a jump to a jump go where that goes; true if position `at` must be looked at again.
fn thread_jump(graph: &mut Graph, id: BlockId, at: usize) -> bool {
    let instr = graph.block(id).instrs[at];
    let Some(&target) = graph.block(instr.target).instrs.first() else { return false };
    let new_op = match (instr.op, target.op) {
        (
            Opcode::PopJumpIfNone | Opcode::PopJumpIfNotNone | Opcode::PopJumpIfFalse | Opcode::PopJumpIfTrue,
            Opcode::Jump,
        ) => instr.op,
        (Opcode::JumpIfFalse, Opcode::Jump | Opcode::JumpIfFalse)
        | (Opcode::JumpIfTrue, Opcode::Jump | Opcode::JumpIfTrue) => instr.op,
        (Opcode::JumpIfFalse, Opcode::JumpIfTrue) | (Opcode::JumpIfTrue, Opcode::JumpIfFalse) => {
            // The other condition fails there, so go behind it.
            let behind = graph.block(instr.target).next;
            if behind == NONE {
                return false;
            }
            graph.block_mut(id).instrs[at].target = behind;
            return true;
        }
        (Opcode::Jump | Opcode::JumpNoInterrupt, Opcode::Jump) => Opcode::Jump,
        (Opcode::Jump | Opcode::JumpNoInterrupt, Opcode::JumpNoInterrupt) => instr.op,
        _ => return false,
    };
    if instr.target == target.target {
        return false;
    }
    let block = graph.block_mut(id);
    block.instrs[at].set_nop();
    block.add(new_op, 0, target.target, target.loc);
    true
}

fn rewrite(window: &mut Window<'_>, at: usize, pool: &mut Pool) -> Result<(), CompileError> {
    let instrs = &mut *window.instrs;
    let CfgInstr { op, arg, loc, .. } = instrs[at];
    let next = instrs.get(at + 1).copied();
    let next_op = next.map(|next| next.op);
    match op {
        Opcode::BuildTuple => {
            if next.is_some_and(|next| next.op == Opcode::UnpackSequence && next.arg == arg) && (1..=3).contains(&arg) {
                instrs[at].set_nop();
                match arg {
                    1 => instrs[at + 1].set_nop(),
                    _ => instrs[at + 1].op = Opcode::Swap,
                }
                return Ok(());
            }
            sequences::tuple(window, at, pool)
        }
        Opcode::BuildList | Opcode::BuildSet => sequences::list_or_set(window, at, next_op, pool),
        Opcode::ListAppend | Opcode::SetAdd
            if arg == 1 && matches!(next_op, Some(Opcode::GetIter | Opcode::ContainsOp)) =>
        {
            sequences::read_only_display(window, at, pool)
        }
        Opcode::StoreFast => {
            if next.is_some_and(|next| next.op == op && next.arg == arg && next.loc.lineno == loc.lineno) {
                instrs[at].set(Opcode::PopTop, 0);
            }
            Ok(())
        }
        Opcode::Swap if arg == 1 => {
            instrs[at].set_nop();
            Ok(())
        }
        Opcode::LoadGlobal if next_op == Some(Opcode::PushNull) && arg & 1 == 0 => {
            instrs[at].arg = arg | 1;
            instrs[at + 1].set_nop();
            Ok(())
        }
        Opcode::CompareOp | Opcode::ContainsOp | Opcode::IsOp | Opcode::ToBool => {
            merge_condition(instrs, at);
            Ok(())
        }
        Opcode::UnaryNot => match next_op {
            Some(Opcode::ToBool | Opcode::UnaryNot) => {
                instrs[at].set_nop();
                let merged = if next_op == Some(Opcode::ToBool) { Opcode::UnaryNot } else { Opcode::Nop };
                instrs[at + 1].set(merged, 0);
                Ok(())
            }
            _ => fold::unary(window, at, pool),
        },
        Opcode::UnaryInvert | Opcode::UnaryNegative => fold::unary(window, at, pool),
        Opcode::CallIntrinsic1 if arg == Intrinsic1::UnaryPositive as u32 => fold::unary(window, at, pool),
        Opcode::CallIntrinsic1 if arg == Intrinsic1::ListToTuple as u32 => {
            if !sequences::list_to_tuple(window, at, pool)? && next_op == Some(Opcode::GetIter) {
                window.instrs[at].set_nop();
            }
            Ok(())
        }
        Opcode::BinaryOp => fold::binary(window, at, pool),
        _ => Ok(()),
    }
}

/// A comparison or test whose result is tested or negated at once.
fn merge_condition(instrs: &mut [CfgInstr], at: usize) {
    let CfgInstr { op, arg, .. } = instrs[at];
    let merged = match (op, instrs.get(at + 1).map(|next| next.op)) {
        (Opcode::CompareOp, Some(Opcode::ToBool)) => (op, arg | COMPARE_TO_BOOL),
        (Opcode::ContainsOp | Opcode::IsOp | Opcode::ToBool, Some(Opcode::ToBool)) => (op, arg),
        (Opcode::ContainsOp | Opcode::IsOp, Some(Opcode::UnaryNot)) => (op, arg ^ 1),
        _ => return,
    };
    instrs[at].set_nop();
    instrs[at + 1].set(merged.0, merged.1);
}
