//! Constants of the unit while they can still grow, and folding of operators on them.
//!
//! Apart from `consteval`, which knows values and no instructions.

use interp_code::Const;
use interp_opcode::{Intrinsic1, Opcode};

use super::blocks::{CfgInstr, Graph};
use super::{consteval, malformed, ops};
use crate::error::CompileError;
use crate::instr::{Loc, Numbered};

/// The unit's constants.
pub(crate) struct Pool {
    consts: Numbered<Const>,
}

impl Pool {
    pub(crate) fn new(consts: Numbered<Const>) -> Self {
        Self { consts }
    }

    pub(crate) fn into_items(self) -> Vec<Const> {
        self.consts.into_items()
    }

    /// The number of a constant, old or new. A NaN is never equal to another, so it is always new.
    pub(super) fn add(&mut self, value: Const) -> u32 {
        match value {
            Const::Float(number) if number.is_nan() => self.consts.push(value),
            _ => self.consts.add(&value),
        }
    }

    /// What an instruction that loads a constant loads.
    pub(super) fn value(&self, instr: &CfgInstr) -> Result<Const, CompileError> {
        if instr.op == Opcode::LoadSmallInt {
            return Ok(Const::int(i64::from(instr.arg)));
        }
        let found = self.consts.items().get(instr.arg as usize).cloned();
        found.ok_or_else(|| malformed("Internal error: failed to get value of a constant"))
    }

    /// Makes the instruction load `value`, in the shortest way.
    pub(super) fn make_load(&mut self, instr: &mut CfgInstr, value: Const) {
        match small(&value) {
            Some(number) => instr.set(Opcode::LoadSmallInt, number),
            None => instr.set(Opcode::LoadConst, self.add(value)),
        }
    }

    /// Drops the constants that no instruction loads, but for the first, which may be the docstring.
    pub(super) fn remove_unused(&mut self, graph: &mut Graph) -> Result<(), CompileError> {
        let count = self.consts.len();
        let mut used = vec![false; count];
        if let Some(first) = used.first_mut() {
            *first = true;
        }
        for instr in graph.blocks.iter().flat_map(|block| &block.instrs).filter(|instr| instr.op.has_const()) {
            *used.get_mut(instr.arg as usize).ok_or_else(|| malformed("constant out of range"))? = true;
        }
        if used.iter().all(|used| *used) {
            return Ok(());
        }
        let mut number = 0;
        let renumbered: Vec<u32> = used
            .iter()
            .map(|used| {
                number += u32::from(*used);
                number.wrapping_sub(1)
            })
            .collect();
        for instr in graph.blocks.iter_mut().flat_map(|block| &mut block.instrs).filter(|instr| instr.op.has_const()) {
            instr.arg = renumbered[instr.arg as usize];
        }
        self.consts.retain(&used);
        Ok(())
    }
}

/// The operand of `LOAD_SMALL_INT` for this constant, if it has one.
pub(super) fn small(value: &Const) -> Option<u32> {
    match value {
        Const::Int(number) => number.as_small().and_then(|number| u8::try_from(number).ok()).map(u32::from),
        _ => None,
    }
}

/// Positions of the `count` constant loads that come before `end`, if nothing but NOPs stands between them.
pub(super) fn const_loads(instrs: &[CfgInstr], end: usize, count: usize) -> Option<Vec<usize>> {
    let mut found = Vec::with_capacity(count);
    for at in (0..end).rev() {
        if found.len() == count {
            break;
        }
        if ops::loads_const(instrs[at].op) {
            found.push(at);
        } else if instrs[at].op != Opcode::Nop {
            return None;
        }
    }
    found.reverse();
    (found.len() == count).then_some(found)
}

/// Makes NOPs of instructions whose work is done elsewhere, and lets their lines go.
pub(super) fn drop_instrs(instrs: &mut [CfgInstr], positions: &[usize]) {
    for &at in positions {
        instrs[at].set_nop();
        instrs[at].loc = Loc::NONE;
    }
}

/// Folds the `BINARY_OP` at `at` if both operands are constants and the result is worth keeping.
pub(super) fn binary(instrs: &mut [CfgInstr], at: usize, pool: &mut Pool) -> Result<(), CompileError> {
    let Some(loads) = const_loads(instrs, at, 2) else { return Ok(()) };
    let (left, right) = (pool.value(&instrs[loads[0]])?, pool.value(&instrs[loads[1]])?);
    if let Some(result) = consteval::binary(&left, instrs[at].arg, &right) {
        drop_instrs(instrs, &loads);
        pool.make_load(&mut instrs[at], result);
    }
    Ok(())
}

/// Folds the unary operator at `at`.
pub(super) fn unary(instrs: &mut [CfgInstr], at: usize, pool: &mut Pool) -> Result<(), CompileError> {
    let Some(loads) = const_loads(instrs, at, 1) else { return Ok(()) };
    let operand = pool.value(&instrs[loads[0]])?;
    let result = match instrs[at].op {
        Opcode::UnaryNot => Some(Const::bool(!operand.truth())),
        Opcode::UnaryNegative => consteval::negative(&operand),
        Opcode::UnaryInvert => consteval::invert(&operand),
        Opcode::CallIntrinsic1 if instrs[at].arg == Intrinsic1::UnaryPositive as u32 => consteval::positive(&operand),
        _ => None,
    };
    if let Some(result) = result {
        drop_instrs(instrs, &loads);
        pool.make_load(&mut instrs[at], result);
    }
    Ok(())
}
