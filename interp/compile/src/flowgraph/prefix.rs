//! Cells and free variables: their slots in the frame, and the instructions that set them up.
//!
//! Apart from `finish` because it renumbers variables: code generation counts cells from zero, the frame puts them behind
//! the locals, and a parameter that is a cell keeps its one slot.

use interp_code::{CodeFlags, LocalKind, Name};
use interp_opcode::Opcode;

use super::blocks::{CfgInstr, ENTRY, Graph};
use super::malformed;
use crate::error::CompileError;
use crate::instr::{Loc, UnitInfo};

/// The frame's variables: locals, cells, free variables.
pub(crate) struct Localsplus {
    pub(crate) names: Vec<Name>,
    pub(crate) kinds: Vec<LocalKind>,
}

/// Inserts the prefix of the unit and gives cells and free variables their final numbers.
pub(crate) fn prepare(graph: &mut Graph, unit: &UnitInfo) -> Result<Localsplus, CompileError> {
    let variables = localsplus(unit);
    // Slot of each cell: that of the local of the same name, or the next one behind the locals.
    let mut slots = Vec::with_capacity(unit.cellvars.len() + unit.freevars.len());
    let mut free = unit.varnames.len() as u32;
    for (is_cell, name) in cells_and_frees(unit) {
        let shared = if is_cell { unit.varnames.get(name) } else { None };
        slots.push(shared.unwrap_or(free));
        free += u32::from(shared.is_none());
    }
    insert(graph, unit, &slots);
    for instr in graph.blocks.iter_mut().flat_map(|block| &mut block.instrs) {
        if matches!(
            instr.op,
            Opcode::MakeCell
                | Opcode::LoadClosure
                | Opcode::LoadDeref
                | Opcode::StoreDeref
                | Opcode::DeleteDeref
                | Opcode::LoadFromDictOrDeref
        ) {
            instr.arg = *slots.get(instr.arg as usize).ok_or_else(|| malformed("cell out of range"))?;
        }
    }
    Ok(variables)
}

fn cells_and_frees(unit: &UnitInfo) -> impl Iterator<Item = (bool, &Name)> {
    let cells = unit.cellvars.items().iter().map(|name| (true, name));
    cells.chain(unit.freevars.items().iter().map(|name| (false, name)))
}

fn localsplus(unit: &UnitInfo) -> Localsplus {
    let mut names = unit.varnames.items().to_vec();
    let hidden: std::collections::HashSet<&Name> = unit.fast_hidden.iter().collect();
    let args = argument_kinds(unit);
    let mut kinds = Vec::with_capacity(names.len());
    for (at, name) in names.iter().enumerate() {
        let mut kind = LocalKind::LOCAL | args.get(at).copied().unwrap_or_default();
        kind.set(LocalKind::HIDDEN, hidden.contains(name));
        kind.set(LocalKind::CELL, unit.cellvars.get(name).is_some());
        kinds.push(kind);
    }
    for (is_cell, name) in cells_and_frees(unit) {
        if is_cell && unit.varnames.get(name).is_some() {
            continue;
        }
        names.push(name.clone());
        kinds.push(if is_cell { LocalKind::CELL } else { LocalKind::FREE });
    }
    Localsplus { names, kinds }
}

/// Kinds of the parameters, which are the first locals: positional, keyword-only, `*args`, `**kwargs`.
fn argument_kinds(unit: &UnitInfo) -> Vec<LocalKind> {
    let either = unit.argcount - unit.posonlyargcount;
    let mut kinds = vec![LocalKind::ARG_POS; unit.posonlyargcount as usize];
    kinds.extend(vec![LocalKind::ARG_POS | LocalKind::ARG_KW; either as usize]);
    kinds.extend(vec![LocalKind::ARG_KW; unit.kwonlyargcount as usize]);
    if unit.flags.contains(CodeFlags::VARARGS) {
        kinds.push(LocalKind::ARG_VAR | LocalKind::ARG_POS);
    }
    if unit.flags.contains(CodeFlags::VARKEYWORDS) {
        kinds.push(LocalKind::ARG_VAR | LocalKind::ARG_KW);
    }
    kinds
}

/// `COPY_FREE_VARS`, then a `MAKE_CELL` for each cell in the order of slots, then a generator's first return.
fn insert(graph: &mut Graph, unit: &UnitInfo, slots: &[u32]) {
    let mut prefix = Vec::new();
    if !unit.freevars.is_empty() {
        prefix.push(CfgInstr::new(Opcode::CopyFreeVars, unit.freevars.len() as u32, Loc::NONE));
    }
    let mut cells: Vec<u32> = (0..unit.cellvars.len() as u32).collect();
    cells.sort_by_key(|&cell| slots[cell as usize]);
    prefix.extend(cells.into_iter().map(|cell| CfgInstr::new(Opcode::MakeCell, cell, Loc::NONE)));
    if unit.flags.intersects(CodeFlags::GENERATOR | CodeFlags::COROUTINE | CodeFlags::ASYNC_GENERATOR) {
        let loc = Loc::new(unit.firstlineno, unit.firstlineno, -1, -1);
        prefix.push(CfgInstr::new(Opcode::ReturnGenerator, 0, loc));
        prefix.push(CfgInstr::new(Opcode::PopTop, 0, loc));
    }
    graph.block_mut(ENTRY).instrs.splice(0..0, prefix);
}
