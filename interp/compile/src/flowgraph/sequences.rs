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

/// Looks back from `end` for an empty list (or set) to which constants are added one by one, and nothing else; gives the
/// position of its `BUILD_…` and those of the constants.
fn built_from_consts(instrs: &[CfgInstr], end: usize) -> Option<(usize, Vec<usize>)> {
    let mut loads = Vec::new();
    let mut append = None;
    let mut expect_append = true;
    for start in (0..end).rev() {
        let instr = instrs[start];
        match instr.op {
            Opcode::Nop => continue,
            Opcode::BuildList | Opcode::BuildSet if instr.arg == 0 && expect_append => {
                let wanted = if instr.op == Opcode::BuildList { Opcode::ListAppend } else { Opcode::SetAdd };
                loads.reverse();
                return append.is_none_or(|op| op == wanted).then_some((start, loads));
            }
            Opcode::ListAppend | Opcode::SetAdd if expect_append && instr.arg == 1 => {
                if *append.get_or_insert(instr.op) != instr.op {
                    return None;
                }
            }
            op if !expect_append && ops::loads_const(op) => loads.push(start),
            _ => return None,
        }
        expect_append = !expect_append;
    }
    None
}

fn drop_range(instrs: &mut [CfgInstr], start: usize, end: usize) {
    let dropped: Vec<usize> = (start..end).filter(|&at| instrs[at].op != Opcode::Nop).collect();
    drop_instrs(instrs, &dropped);
}

/// `LIST_TO_TUPLE` at `at` of a list of constants becomes a constant; says whether it did.
pub(super) fn list_to_tuple(instrs: &mut [CfgInstr], at: usize, pool: &mut Pool) -> Result<bool, CompileError> {
    let Some((start, loads)) = built_from_consts(instrs, at) else { return Ok(false) };
    if instrs[start].op == Opcode::BuildSet {
        return Ok(false);
    }
    let items = values(instrs, &loads, pool)?;
    drop_range(instrs, start, at);
    pool.make_load(&mut instrs[at], Const::Tuple(items.into()));
    Ok(true)
}

/// The last `LIST_APPEND` or `SET_ADD` (at `at`) of a display of constants that is only iterated or searched: the
/// display becomes a constant.
pub(super) fn read_only_display(instrs: &mut [CfgInstr], at: usize, pool: &mut Pool) -> Result<(), CompileError> {
    let Some((start, loads)) = built_from_consts(instrs, at + 1) else { return Ok(()) };
    let items = values(instrs, &loads, pool)?;
    let is_set = instrs[start].op == Opcode::BuildSet;
    let constant = if is_set { Const::FrozenSet(consteval::unique(items).into()) } else { Const::Tuple(items.into()) };
    // In 3.14 the constant loses its location too.
    drop_range(instrs, start, at + 1);
    pool.make_load(&mut instrs[at], constant);
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
