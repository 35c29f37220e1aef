//! Blocks that only exceptions reach go to the end of the code.
//!
//! Apart from the other passes because it is the one that changes the order of blocks.

use interp_opcode::Opcode;

use super::blocks::{ENTRY, Graph, NONE};
use super::{BlockId, nops};
use crate::error::CompileError;
use crate::instr::Loc;

/// Finds the cold blocks and moves them behind the others, keeping the order of both.
pub(crate) fn move_to_end(graph: &mut Graph) -> Result<(), CompileError> {
    if graph.block(ENTRY).next == NONE {
        return Ok(());
    }
    mark_warm(graph);
    mark_cold(graph);
    jump_back_to_warm(graph);

    let order = graph.order();
    let (cold, warm): (Vec<BlockId>, Vec<BlockId>) = order.iter().partition(|&&id| graph.block(id).cold);
    if cold.is_empty() {
        return Ok(());
    }
    let reordered: Vec<BlockId> = warm.into_iter().chain(cold).collect();
    for (at, &id) in reordered.iter().enumerate() {
        graph.block_mut(id).next = reordered.get(at + 1).copied().unwrap_or(NONE);
    }
    nops::remove_nops_and_jumps(graph)
}

/// Blocks that control reaches from `id` without an exception.
fn ways_out(graph: &Graph, id: BlockId) -> impl Iterator<Item = BlockId> + use<> {
    let block = graph.block(id);
    let next = if block.falls_through() { block.next } else { NONE };
    let target = block.last().filter(|last| last.op.has_jump()).map_or(NONE, |last| last.target);
    [next, target].into_iter().filter(|&way| way != NONE)
}

fn mark_warm(graph: &mut Graph) {
    graph.clear_visited();
    graph.visit(ENTRY);
    let mut todo = vec![ENTRY];
    while let Some(id) = todo.pop() {
        graph.block_mut(id).warm = true;
        for way in ways_out(graph, id) {
            if graph.visit(way) {
                todo.push(way);
            }
        }
    }
}

fn mark_cold(graph: &mut Graph) {
    graph.clear_visited();
    let mut todo: Vec<BlockId> = graph.order().into_iter().filter(|&id| graph.block(id).is_handler).collect();
    for &id in &todo {
        graph.visit(id);
    }
    while let Some(id) = todo.pop() {
        graph.block_mut(id).cold = true;
        for way in ways_out(graph, id) {
            if !graph.block(way).warm && graph.visit(way) {
                todo.push(way);
            }
        }
    }
}

/// A cold block that falls into a warm one will not stand before it any more: it gets a jump.
fn jump_back_to_warm(graph: &mut Graph) {
    for id in graph.order() {
        let block = graph.block(id);
        let next = block.next;
        if !block.cold || !block.falls_through() || next == NONE || !graph.block(next).warm {
            continue;
        }
        let jump = graph.new_block();
        let new = graph.block_mut(jump);
        new.add(Opcode::JumpNoInterrupt, 0, next, Loc::NONE);
        new.cold = true;
        new.next = next;
        new.predecessors = 1;
        graph.block_mut(next).labelled = true;
        graph.block_mut(id).next = jump;
    }
}
