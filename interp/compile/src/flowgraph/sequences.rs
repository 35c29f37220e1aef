//! Folding of tuple, list and set displays.
//!
//! Apart from operators because displays change shape: a list of constants becomes a tuple that is copied.

use interp_code::Const;
use interp_opcode::Opcode;

use super::blocks::CfgInstr;
use super::fold::{Pool, Window};
use super::{consteval, ops};
use crate::error::CompileError;
use crate::instr::Loc;

/// Longest display that is built on the stack; code generation builds longer ones item by item.
const MAX_ON_STACK: u32 = 30;

/// Shorter lists and sets are not worth a constant.
const MIN_SEQUENCE: u32 = 3;

fn values(window: &Window<'_>, loads: &[usize], pool: &Pool) -> Result<Vec<Const>, CompileError> {
    loads.iter().map(|&at| pool.value(&window.instrs[at])).collect()
}

fn display(is_set: bool, items: Vec<Const>) -> Const {
    if is_set { Const::FrozenSet(consteval::unique(items).into()) } else { Const::Tuple(items.into()) }
}

/// `BUILD_TUPLE` of constants becomes a constant.
pub(super) fn tuple(window: &mut Window<'_>, at: usize, pool: &mut Pool) -> Result<(), CompileError> {
    let count = window.instrs[at].arg;
    if count > MAX_ON_STACK {
        return Ok(());
    }
    if let Some(loads) = window.const_loads(count as usize) {
        let items = values(window, &loads, pool)?;
        window.drop_last(loads.len());
        pool.make_load(&mut window.instrs[at], Const::Tuple(items.into()));
    }
    Ok(())
}

/// Constants that are added one by one to an empty list or set.
struct Built {
    is_set: bool,
    /// Positions of the constants.
    loads: Vec<usize>,
    /// Instructions from the `BUILD_…` on.
    count: usize,
}

/// Looks back from the current instruction for such a display and nothing else; `append` is the current instruction if
/// it is the last to add.
fn built_from_consts(window: &Window<'_>, append: Option<CfgInstr>) -> Option<Built> {
    let mut loads = Vec::new();
    let mut adder = append.map(|instr| instr.op);
    let mut expect_append = append.is_none();
    for (at, count) in window.backwards().zip(1..) {
        let instr = window.instrs[at];
        match instr.op {
            Opcode::BuildList | Opcode::BuildSet if instr.arg == 0 && expect_append => {
                let is_set = instr.op == Opcode::BuildSet;
                let wanted = if is_set { Opcode::SetAdd } else { Opcode::ListAppend };
                loads.reverse();
                return adder.is_none_or(|op| op == wanted).then_some(Built { is_set, loads, count });
            }
            Opcode::ListAppend | Opcode::SetAdd if expect_append && instr.arg == 1 => {
                if *adder.get_or_insert(instr.op) != instr.op {
                    return None;
                }
            }
            op if !expect_append && ops::loads_const(op) => loads.push(at),
            _ => return None,
        }
        expect_append = !expect_append;
    }
    None
}

/// `LIST_TO_TUPLE` at `at` of a list of constants becomes a constant; says whether it did.
pub(super) fn list_to_tuple(window: &mut Window<'_>, at: usize, pool: &mut Pool) -> Result<bool, CompileError> {
    let Some(built) = built_from_consts(window, None).filter(|built| !built.is_set) else { return Ok(false) };
    let items = values(window, &built.loads, pool)?;
    window.drop_last(built.count);
    pool.make_load(&mut window.instrs[at], Const::Tuple(items.into()));
    Ok(true)
}

/// The last `LIST_APPEND` or `SET_ADD` (at `at`) of a display of constants that is only iterated or searched: the
/// display becomes a constant.
pub(super) fn read_only_display(window: &mut Window<'_>, at: usize, pool: &mut Pool) -> Result<(), CompileError> {
    let append = window.instrs[at];
    let Some(built) = built_from_consts(window, Some(append)) else { return Ok(()) };
    let items = values(window, &built.loads, pool)?;
    window.drop_last(built.count);
    // In 3.14 the constant loses its location too.
    window.instrs[at].loc = Loc::NONE;
    pool.make_load(&mut window.instrs[at], display(built.is_set, items));
    Ok(())
}

/// `BUILD_LIST` or `BUILD_SET` at `at`: a constant where it is only iterated or searched, a copy of a constant where it
/// is long enough; a list of anything that is only iterated or searched becomes a tuple.
pub(super) fn list_or_set(
    window: &mut Window<'_>,
    at: usize,
    next: Option<Opcode>,
    pool: &mut Pool,
) -> Result<(), CompileError> {
    let only_read = matches!(next, Some(Opcode::GetIter | Opcode::ContainsOp));
    let CfgInstr { op, arg: count, loc, .. } = window.instrs[at];
    if count > MAX_ON_STACK || (count < MIN_SEQUENCE && !only_read) {
        return Ok(());
    }
    let Some(loads) = window.const_loads(count as usize) else {
        if only_read && op == Opcode::BuildList {
            window.instrs[at].op = Opcode::BuildTuple;
        }
        return Ok(());
    };
    let items = values(window, &loads, pool)?;
    let is_set = op == Opcode::BuildSet;
    let number = pool.add(display(is_set, items));
    window.drop_last(loads.len());
    let instrs = &mut window.instrs;
    if only_read {
        instrs[at].set(Opcode::LoadConst, number);
    } else {
        // At least three NOPs are free before it.
        instrs[at - 2].set(op, 0);
        instrs[at - 2].loc = loc;
        instrs[at - 1].set(Opcode::LoadConst, number);
        instrs[at].set(if is_set { Opcode::SetUpdate } else { Opcode::ListExtend }, 1);
    }
    Ok(())
}
