//! The deepest stack that a unit needs.
//!
//! Apart from the other passes because it is a question, not a change; it also notes each block's depth on entry, which
//! the exception table and the borrow analysis need.

use interp_opcode::Opcode;

use super::blocks::{BlockId, ENTRY, Graph, NONE};
use super::{malformed, ops};
use crate::error::CompileError;

/// Follows all paths from the start; loops must leave the depth as they found it.
pub(crate) fn stack_depth(graph: &mut Graph) -> Result<u32, CompileError> {
    const UNKNOWN: i32 = i32::MIN;
    for block in &mut graph.blocks {
        block.depth = UNKNOWN;
    }
    let mut todo = Vec::new();
    arrive(graph, ENTRY, 0, &mut todo)?;
    let mut deepest = 0;
    while let Some(id) = todo.pop() {
        let mut depth = graph.block(id).depth;
        let mut next = graph.block(id).next;
        for at in 0..graph.block(id).instrs.len() {
            let instr = graph.block(id).instrs[at];
            deepest = deepest.max(depth);
            let after = depth + instr.op.stack_effect(instr.arg, false);
            if after < 0 {
                return Err(malformed("Invalid CFG, stack underflow"));
            }
            // The target of END_ASYNC_FOR is for monitoring only.
            if ops::has_target(instr.op) && instr.op != Opcode::EndAsyncFor {
                arrive(graph, instr.target, depth + instr.op.stack_effect(instr.arg, true), &mut todo)?;
            }
            depth = after;
            if ops::is_unconditional_jump(instr.op) || ops::exits_scope(instr.op) {
                next = NONE;
                break;
            }
        }
        if next != NONE {
            arrive(graph, next, depth, &mut todo)?;
        }
    }
    Ok(deepest.cast_unsigned())
}

fn arrive(graph: &mut Graph, id: BlockId, depth: i32, todo: &mut Vec<BlockId>) -> Result<(), CompileError> {
    let block = graph.block_mut(id);
    if block.depth < 0 {
        block.depth = depth;
        todo.push(id);
    } else if block.depth != depth {
        return Err(malformed("Invalid CFG, inconsistent stackdepth"));
    }
    Ok(())
}
