//! The last changes before assembly: pseudo-instructions become real ones, conditional jumps go forward.
//!
//! Apart from the optimizations because these must happen, in this order (`_PyCfg_OptimizedCfgToInstructionSequence`).

use interp_opcode::Opcode;

use super::blocks::{CfgInstr, ENTRY, Graph, NONE};
use super::prefix::{self, Localsplus};
use super::{BlockId, borrow, depth, malformed, nops, ops};
use crate::error::CompileError;
use crate::instr::UnitInfo;

/// Finishes the graph; gives the stack size and the frame's variables.
pub(crate) fn finish(graph: &mut Graph, unit: &UnitInfo) -> Result<(u32, Localsplus), CompileError> {
    expand_conditional_pseudos(graph);
    let stack_size = depth::stack_depth(graph)?;
    let variables = prefix::prepare(graph, unit)?;
    replace_pseudos(graph);
    nops::remove_nops_and_jumps(graph)?;
    normalize_jumps(graph)?;
    borrow::optimize(graph)?;
    Ok((stack_size, variables))
}

/// `JUMP_IF_…` keeps its operand: it becomes `COPY, TO_BOOL, POP_JUMP_IF_…`.
fn expand_conditional_pseudos(graph: &mut Graph) {
    for block in &mut graph.blocks {
        let Some(last) = block.instrs.last_mut() else { continue };
        last.op = match last.op {
            Opcode::JumpIfFalse => Opcode::PopJumpIfFalse,
            Opcode::JumpIfTrue => Opcode::PopJumpIfTrue,
            _ => continue,
        };
        let last = *last;
        let at = block.instrs.len() - 1;
        let with = |op, arg| CfgInstr { except: last.except, ..CfgInstr::new(op, arg, last.loc) };
        let before = [with(Opcode::Copy, 1), with(Opcode::ToBool, 0)];
        block.instrs.splice(at..at, before);
    }
}

fn replace_pseudos(graph: &mut Graph) {
    for instr in graph.blocks.iter_mut().flat_map(|block| &mut block.instrs) {
        match instr.op {
            op if ops::is_block_push(op) => instr.set_nop(),
            Opcode::LoadClosure => instr.op = Opcode::LoadFast,
            Opcode::StoreFastMaybeNull => instr.op = Opcode::StoreFast,
            _ => {}
        }
    }
}

/// Conditional jumps can only go forward: one that would go back is reversed, over an unconditional jump back.
fn normalize_jumps(graph: &mut Graph) -> Result<(), CompileError> {
    graph.clear_visited();
    let mut id = ENTRY;
    while id != NONE {
        graph.visit(id);
        if let Some(&last) = graph.block(id).last()
            && let Some(reversed) = ops::reversed(last.op)
        {
            if graph.block(last.target).visited {
                jump_back(graph, id, last, reversed)?;
            } else {
                graph.block_mut(id).add(Opcode::NotTaken, 0, NONE, last.loc);
            }
        }
        id = graph.block(id).next;
    }
    Ok(())
}

fn jump_back(graph: &mut Graph, id: BlockId, last: CfgInstr, reversed: Opcode) -> Result<(), CompileError> {
    let depth = graph.block(last.target).depth;
    let next = graph.block(id).next;
    if next == NONE {
        return Err(malformed("conditional jump at the end of the code"));
    }
    let jump = graph.new_block();
    let block = graph.block_mut(id);
    let cold = block.cold;
    block.next = jump;
    if let Some(instr) = block.instrs.last_mut() {
        instr.op = reversed;
        instr.target = next;
    }
    let new = graph.block_mut(jump);
    new.add(Opcode::NotTaken, 0, NONE, last.loc);
    new.add(Opcode::Jump, 0, last.target, last.loc);
    new.depth = depth;
    new.cold = cold;
    new.next = next;
    Ok(())
}
