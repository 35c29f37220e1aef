//! Folding of tuple, list and set displays.
//!
//! Apart from operators because displays change shape: a list of constants becomes a tuple that is copied.

use interp_code::Const;
use interp_opcode::Opcode;

use super::blocks::CfgInstr;
use super::fold::{Pool, const_loads, drop_instrs};
use super::{consteval, ops};
use crate::error::CompileError;

/// Longest display that is built on the stack; code generation builds longer ones item by item.
const MAX_ON_STACK: u32 = 30;

/// Shorter lists and sets are not worth a constant.
const MIN_SEQUENCE: u32 = 3;

fn values(instrs: &[CfgInstr], loads: &[usize], pool: &Pool) -> Result<Vec<Const>, CompileError> {
    loads.iter().map(|&at| pool.value(&instrs[at])).collect()
}

/// `BUILD_TUPLE` of constants becomes a constant.
pub(super) fn tuple(instrs: &mut [CfgInstr], at: usize, pool: &mut Pool) -> Result<(), CompileError> {
    let count = instrs[at].arg;
    if count > MAX_ON_STACK {
        return Ok(());
    }
    if let Some(loads) = const_loads(instrs, at, count as usize) {
        let items = values(instrs, &loads, pool)?;
        drop_instrs(instrs, &loads);
        pool.make_load(&mut instrs[at], Const::Tuple(items.into()));
    }
    Ok(())
}

/// `BUILD_LIST 0`, then constants that are appended one by one, then `LIST_TO_TUPLE` at `at`: becomes a constant.
pub(super) fn list_to_tuple(instrs: &mut [CfgInstr], at: usize, pool: &mut Pool) -> Result<(), CompileError> {
    let mut loads = Vec::new();
    let mut expect_append = true;
    for start in (0..at).rev() {
        let instr = instrs[start];
        match instr.op {
            Opcode::Nop => continue,
            Opcode::BuildList if instr.arg == 0 => {
                if !expect_append {
                    return Ok(());
                }
                loads.reverse();
                let items = values(instrs, &loads, pool)?;
                let dropped: Vec<usize> = (start..at).filter(|&i| instrs[i].op != Opcode::Nop).collect();
                drop_instrs(instrs, &dropped);
                pool.make_load(&mut instrs[at], Const::Tuple(items.into()));
                return Ok(());
            }
            Opcode::ListAppend if expect_append && instr.arg == 1 => {}
            op if !expect_append && ops::loads_const(op) => loads.push(start),
            _ => return Ok(()),
        }
        expect_append = !expect_append;
    }
    Ok(())
}

/// `BUILD_LIST` or `BUILD_SET` at `at`: a constant where it is only iterated or searched, a copy of a constant where it
/// is long enough; a list of anything that is only iterated or searched becomes a tuple.
pub(super) fn list_or_set(
    instrs: &mut [CfgInstr],
    at: usize,
    next: Option<Opcode>,
    pool: &mut Pool,
) -> Result<(), CompileError> {
    let only_read = matches!(next, Some(Opcode::GetIter | Opcode::ContainsOp));
    let CfgInstr { op, arg: count, loc, .. } = instrs[at];
    if count > MAX_ON_STACK || (count < MIN_SEQUENCE && !only_read) {
        return Ok(());
    }
    let Some(loads) = const_loads(instrs, at, count as usize) else {
        if only_read && op == Opcode::BuildList {
            instrs[at].op = Opcode::BuildTuple;
        }
        return Ok(());
    };
    let items = values(instrs, &loads, pool)?;
    let is_set = op == Opcode::BuildSet;
    let constant = if is_set { Const::FrozenSet(consteval::unique(items).into()) } else { Const::Tuple(items.into()) };
    let number = pool.add(constant);
    drop_instrs(instrs, &loads);
    if only_read {
        instrs[at].set(Opcode::LoadConst, number);
    } else {
        instrs[at - 2].set(op, 0);
        instrs[at - 2].loc = loc;
        instrs[at - 1].set(Opcode::LoadConst, number);
        instrs[at].set(if is_set { Opcode::SetUpdate } else { Opcode::ListExtend }, 1);
    }
    Ok(())
}
