//! Line numbers for instructions that code generation left without one.
//!
//! Apart from the other passes because PEP 626 asks for it, not speed: an instruction that leaves the frame or can be
//! interrupted must have a line, so such a block is duplicated until each copy has a single predecessor to inherit from.

use super::blocks::{Block, Graph, NONE};
use super::ops;
use crate::instr::Loc;

/// Duplicates exits without a line and passes lines on to what follows.
pub(crate) fn resolve(graph: &mut Graph) {
    duplicate_exits(graph);
    propagate(graph);
}

fn needs_line(block: &Block) -> bool {
    (block.exits_scope() || block.instrs.iter().any(|instr| ops::has_eval_break(instr.op))) && block.has_no_line()
}

fn duplicate_exits(graph: &mut Graph) {
    let order = graph.order();
    let next_nonempty = graph.next_nonempty(&order);
    // Copies that come behind a block are passed over: they end as their originals do, and their jumps are theirs.
    let mut id = order[0];
    while id != NONE {
        let last = graph.block(id).last().copied();
        if let Some(last) = last
            && last.op.has_jump()
        {
            let target = next_nonempty.get(last.target as usize).copied().unwrap_or(last.target);
            if target != NONE && graph.block(target).predecessors > 1 && needs_line(graph.block(target)) {
                duplicate(graph, id, target, last.loc);
            }
        }
        id = graph.block(id).next;
    }
    for id in graph.order() {
        let block = graph.block(id);
        let next = block.next;
        if next == NONE || !block.falls_through() {
            continue;
        }
        if let Some(loc) = block.last().map(|last| last.loc)
            && needs_line(graph.block(next))
        {
            graph.block_mut(next).instrs[0].loc = loc;
        }
    }
}

/// Puts a copy of `target` behind it and lets the jump at the end of `from` go there.
fn duplicate(graph: &mut Graph, from: u32, target: u32, loc: Loc) {
    let copy = graph.new_block();
    let original = graph.block_mut(target);
    original.predecessors -= 1;
    let next = std::mem::replace(&mut original.next, copy);
    let mut instrs = original.instrs.clone();
    instrs[0].loc = loc;
    let new = graph.block_mut(copy);
    new.instrs = instrs;
    new.predecessors = 1;
    new.next = next;
    new.labelled = true;
    if let Some(last) = graph.block_mut(from).instrs.last_mut() {
        last.target = copy;
    }
}

fn propagate(graph: &mut Graph) {
    let unknown = Loc::NONE.lineno;
    for id in graph.order() {
        let block = graph.block_mut(id);
        let Some(&last) = block.last() else { continue };
        let mut previous = Loc::NONE;
        for instr in &mut block.instrs {
            if instr.loc.lineno == unknown {
                instr.loc = previous;
            } else {
                previous = instr.loc;
            }
        }
        let next = block.next;
        let falls_to = if block.falls_through() { next } else { NONE };
        let jumps_to = if last.op.has_jump() { last.target } else { NONE };
        for heir in [falls_to, jumps_to] {
            if heir == NONE || graph.block(heir).predecessors != 1 {
                continue;
            }
            if let Some(first) = graph.block_mut(heir).instrs.first_mut()
                && first.loc.lineno == unknown
            {
                first.loc = previous;
            }
        }
    }
}
