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

/// The instructions of a block while a forward pass rewrites them: those before the current one are known without the
/// NOPs, so that looking back takes no time for what was folded away.
pub(super) struct Window<'a> {
    pub(super) instrs: &'a mut [CfgInstr],
    /// Positions of the instructions before the current one that are no NOPs.
    before: Vec<usize>,
}

impl<'a> Window<'a> {
    pub(super) fn new(instrs: &'a mut [CfgInstr]) -> Self {
        Self { instrs, before: Vec::new() }
    }

    /// The instruction at `at` is done: it comes before the next one, with those that were put before it.
    pub(super) fn pass(&mut self, at: usize) {
        let known = self.before.last().map_or(0, |last| last + 1);
        let new = (at.saturating_sub(2).max(known)..=at).filter(|&at| self.instrs[at].op != Opcode::Nop);
        self.before.extend(new);
    }

    /// Positions before the current instruction, the nearest first.
    pub(super) fn backwards(&self) -> impl Iterator<Item = usize> {
        self.before.iter().rev().copied()
    }

    /// Positions of the `count` constant loads right before the current instruction.
    pub(super) fn const_loads(&self, count: usize) -> Option<Vec<usize>> {
        let loads = &self.before[self.before.len().checked_sub(count)?..];
        loads.iter().all(|&at| ops::loads_const(self.instrs[at].op)).then(|| loads.to_vec())
    }

    /// Makes NOPs of the last `count` instructions, whose work is done elsewhere, and lets their lines go.
    pub(super) fn drop_last(&mut self, count: usize) {
        for at in self.before.drain(self.before.len() - count..) {
            self.instrs[at].set_nop();
            self.instrs[at].loc = Loc::NONE;
        }
    }
}

/// Folds the `BINARY_OP` at `at` if both operands are constants and the result is worth keeping.
pub(super) fn binary(window: &mut Window<'_>, at: usize, pool: &mut Pool) -> Result<(), CompileError> {
    let Some(loads) = window.const_loads(2) else { return Ok(()) };
    let (left, right) = (pool.value(&window.instrs[loads[0]])?, pool.value(&window.instrs[loads[1]])?);
    if let Some(result) = consteval::binary(&left, window.instrs[at].arg, &right) {
        window.drop_last(2);
        pool.make_load(&mut window.instrs[at], result);
    }
    Ok(())
}

/// Folds the unary operator at `at`.
pub(super) fn unary(window: &mut Window<'_>, at: usize, pool: &mut Pool) -> Result<(), CompileError> {
    let Some(loads) = window.const_loads(1) else { return Ok(()) };
    let operand = pool.value(&window.instrs[loads[0]])?;
    let CfgInstr { op, arg, .. } = window.instrs[at];
    let result = match op {
        Opcode::UnaryNot => Some(Const::bool(!operand.truth())),
        Opcode::UnaryNegative => consteval::negative(&operand),
        Opcode::UnaryInvert => consteval::invert(&operand),
        Opcode::CallIntrinsic1 if arg == Intrinsic1::UnaryPositive as u32 => consteval::positive(&operand),
        _ => None,
    };
    if let Some(result) = result {
        window.drop_last(1);
        pool.make_load(&mut window.instrs[at], result);
    }
    Ok(())
}
