//! Removal of NOPs, of jumps to the next block, and of pushes that are popped at once.
//!
//! Apart from the passes that make NOPs because all of them do, and each removal needs the same care for lines: a NOP
//! that is alone on its line stays, so that tracing sees the line.

use interp_opcode::Opcode;

use super::blocks::{Block, Graph};
use super::{BlockId, NONE, malformed, ops};
use crate::error::CompileError;

/// Removes the NOPs that no line needs; says how many.
pub(crate) fn remove_nops(graph: &mut Graph) -> usize {
    let order = graph.order();
    let next_nonempty = graph.next_nonempty(&order);
    order.iter().map(|&id| remove_nops_in(graph, id, &next_nonempty)).sum()
}

fn remove_nops_in(graph: &mut Graph, id: BlockId, next_nonempty: &[BlockId]) -> usize {
    if !graph.block(id).instrs.iter().any(|instr| instr.op == Opcode::Nop) {
        return 0;
    }
    let next = graph.block(id).next;
    let behind = if next == NONE { NONE } else { next_nonempty[next as usize] };
    let line_behind = if behind == NONE { None } else { first_line(graph.block(behind)) };
    let instrs = &mut graph.block_mut(id).instrs;
    let count = instrs.len();
    let mut kept = 0;
    let mut previous_line = -1;
    for at in 0..count {
        let loc = instrs[at].loc;
        if instrs[at].op == Opcode::Nop {
            if loc.lineno < 0 || previous_line == loc.lineno {
                continue;
            }
            if at + 1 < count {
                let following = &mut instrs[at + 1];
                if following.loc.lineno == loc.lineno {
                    continue;
                }
                if following.loc.lineno < 0 {
                    following.loc = loc;
                    continue;
                }
            } else if line_behind == Some(loc.lineno) {
                continue;
            }
        }
        instrs[kept] = instrs[at];
        kept += 1;
        previous_line = loc.lineno;
    }
    graph.block_mut(id).truncate(kept);
    count - kept
}

/// The line of the first instruction that will not be removed for having none.
fn first_line(block: &Block) -> Option<i32> {
    let stays = |instr: &&super::CfgInstr| !(instr.op == Opcode::Nop && instr.loc.lineno < 0);
    block.instrs.iter().find(stays).map(|instr| instr.loc.lineno)
}

/// Turns jumps to what follows anyway into NOPs; says how many.
fn remove_jumps(graph: &mut Graph) -> Result<usize, CompileError> {
    let order = graph.order();
    let next_nonempty = graph.next_nonempty(&order);
    let mut changes = 0;
    for id in order {
        let block = graph.block(id);
        let Some(last) = block.last().filter(|last| ops::is_unconditional_jump(last.op)) else { continue };
        let target = next_nonempty[last.target as usize];
        if target == NONE {
            return Err(malformed("jump with NULL target"));
        }
        if block.next != NONE
            && next_nonempty[block.next as usize] == target
            && let Some(last) = graph.block_mut(id).instrs.last_mut()
        {
            last.set_nop();
            changes += 1;
        }
    }
    Ok(changes)
}

/// Both of the above until nothing changes.
pub(crate) fn remove_nops_and_jumps(graph: &mut Graph) -> Result<(), CompileError> {
    while remove_nops(graph) + remove_jumps(graph)? > 0 {}
    Ok(())
}

/// Removes NOPs, and constants and copies that are popped at once, until nothing changes.
pub(crate) fn remove_nops_and_pairs(graph: &mut Graph) {
    let order = graph.order();
    loop {
        let next_nonempty = graph.next_nonempty(&order);
        let mut changed = false;
        let mut previous: Option<(BlockId, usize)> = None;
        for &id in &order {
            remove_nops_in(graph, id, &next_nonempty);
            if graph.block(id).labelled {
                previous = None;
            }
            for at in 0..graph.block(id).instrs.len() {
                if let Some((before, index)) = previous
                    && graph.block(id).instrs[at].op == Opcode::PopTop
                    && is_plain_push(&graph.block(before).instrs[index])
                {
                    graph.block_mut(before).instrs[index].set_nop();
                    graph.block_mut(id).instrs[at].set_nop();
                    changed = true;
                }
                previous = Some((id, at));
            }
            let ends_in_jump = previous.is_some_and(|(block, at)| graph.block(block).instrs[at].op.has_jump());
            if ends_in_jump || !graph.block(id).falls_through() {
                previous = None;
            }
        }
        if !changed {
            return;
        }
    }
}

fn is_plain_push(instr: &super::CfgInstr) -> bool {
    matches!(instr.op, Opcode::LoadConst | Opcode::LoadSmallInt) || (instr.op == Opcode::Copy && instr.arg == 1)
}
