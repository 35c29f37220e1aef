//! Reachability, and small blocks copied to where they are jumped to.
//!
//! Apart from the peephole pass because these look at whole blocks.

use interp_opcode::Opcode;

use super::blocks::{ENTRY, Graph, NONE};
use super::{BlockId, ops};

/// Largest block that is copied instead of jumped to.
const MAX_COPIED: usize = 4;

/// Copies small blocks that leave the frame, and blocks without lines that do not fall through, to the jumps that name
/// them, until none is left.
pub(crate) fn inline_small_blocks(graph: &mut Graph) {
    let order = graph.order();
    loop {
        let mut changed = false;
        for &block in &order {
            changed |= inline_into(graph, block);
        }
        if !changed {
            return;
        }
    }
}

fn inline_into(graph: &mut Graph, id: BlockId) -> bool {
    let Some(&last) = graph.block(id).last() else { return false };
    if !ops::is_unconditional_jump(last.op) {
        return false;
    }
    let target = graph.block(last.target);
    let small_exit = target.exits_scope() && target.instrs.len() <= MAX_COPIED;
    let lineless = target.has_no_line() && !target.falls_through();
    if !(small_exit || lineless) {
        return false;
    }
    let copied = target.instrs.clone();
    let block = graph.block_mut(id);
    let end = block.instrs.len();
    block.instrs[end - 1].set_nop();
    block.instrs.extend(copied);
    if lineless
        && last.op == Opcode::Jump
        && let Some(new_last) = block.instrs.last_mut()
        && ops::is_unconditional_jump(new_last.op)
    {
        // The jump that went away checked for interrupts; the one that came must.
        new_last.op = Opcode::Jump;
    }
    let target = graph.block_mut(last.target);
    target.predecessors = target.predecessors.wrapping_sub(1);
    true
}

/// Counts the ways into each block and empties the blocks that have none.
pub(crate) fn remove_unreachable(graph: &mut Graph) {
    graph.clear_visited();
    for block in &mut graph.blocks {
        block.predecessors = 0;
    }
    graph.block_mut(ENTRY).predecessors = 1;
    graph.visit(ENTRY);
    let mut todo = vec![ENTRY];
    while let Some(id) = todo.pop() {
        let next = graph.block(id).next;
        if next != NONE && graph.block(id).falls_through() {
            enter(graph, next, &mut todo);
        }
        for at in 0..graph.block(id).instrs.len() {
            let instr = graph.block(id).instrs[at];
            if ops::has_target(instr.op) {
                enter(graph, instr.target, &mut todo);
            }
        }
    }
    for block in &mut graph.blocks {
        if block.predecessors == 0 {
            block.truncate(0);
            block.is_handler = false;
        }
    }
}

fn enter(graph: &mut Graph, id: BlockId, todo: &mut Vec<BlockId>) {
    if graph.visit(id) {
        todo.push(id);
    }
    graph.block_mut(id).predecessors += 1;
}
