//! Local variables: which loads may find one unbound, and loads and stores that go in pairs.
//!
//! Apart from `borrow`, which needs the final order of blocks.

use interp_opcode::Opcode;

use super::blocks::{Block, BlockId, CfgInstr, ENTRY, Graph, NONE};
use super::nops;

/// So many locals are followed through the whole graph, one bit each; the others only inside a block.
const TRACKED: usize = 64;

/// Turns `LOAD_FAST` into `LOAD_FAST_CHECK` where the local may be unbound.
pub(crate) fn check_unbound(graph: &mut Graph, locals: usize, params: usize) {
    if locals == 0 {
        return;
    }
    if locals > TRACKED {
        check_untracked(graph, locals);
    }
    let bit = |local: usize| if local < TRACKED { 1_u64 << local } else { 0 };
    graph.clear_visited();
    let mut todo = Vec::new();
    let unbound_on_entry = (params..locals).fold(0, |mask, local| mask | bit(local));
    add_unsafe(graph, ENTRY, unbound_on_entry, &mut todo);
    // `visited` says that the block is in `todo`. Every block is scanned at least once: it may delete a local.
    for id in graph.order() {
        scan(graph, id, &mut todo);
    }
    while let Some(id) = todo.pop() {
        graph.block_mut(id).visited = false;
        scan(graph, id, &mut todo);
    }
}

fn add_unsafe(graph: &mut Graph, id: BlockId, mask: u64, todo: &mut Vec<BlockId>) {
    let block = graph.block_mut(id);
    let both = block.unsafe_locals | mask;
    if both != block.unsafe_locals {
        block.unsafe_locals = both;
        if !std::mem::replace(&mut block.visited, true) {
            todo.push(id);
        }
    }
}

fn scan(graph: &mut Graph, id: BlockId, todo: &mut Vec<BlockId>) {
    let mut mask = graph.block(id).unsafe_locals;
    let mut told = (NONE, 0);
    for at in 0..graph.block(id).instrs.len() {
        let instr = graph.block(id).instrs[at];
        if instr.except != NONE && told != (instr.except, mask) {
            told = (instr.except, mask);
            add_unsafe(graph, instr.except, mask, todo);
        }
        if instr.arg as usize >= TRACKED {
            continue;
        }
        let bit = 1_u64 << instr.arg;
        match instr.op {
            Opcode::DeleteFast | Opcode::LoadFastAndClear | Opcode::StoreFastMaybeNull => mask |= bit,
            // A check that does not raise has found the local bound.
            Opcode::StoreFast | Opcode::LoadFastCheck => mask &= !bit,
            Opcode::LoadFast => {
                if mask & bit != 0 {
                    graph.block_mut(id).instrs[at].op = Opcode::LoadFastCheck;
                }
                mask &= !bit;
            }
            _ => {}
        }
    }
    let block = graph.block(id);
    let next = if block.falls_through() { block.next } else { NONE };
    let target = block.last().filter(|last| last.op.has_jump()).map_or(NONE, |last| last.target);
    for way in [next, target] {
        if way != NONE {
            add_unsafe(graph, way, mask, todo);
        }
    }
}

/// Locals beyond the tracked ones count as unbound at the start of every block.
fn check_untracked(graph: &mut Graph, locals: usize) {
    let mut bound_in = vec![NONE; locals];
    for (block, id) in graph.blocks.iter_mut().zip(0..) {
        for instr in &mut block.instrs {
            let local = instr.arg as usize;
            if local < TRACKED {
                continue;
            }
            match instr.op {
                Opcode::DeleteFast | Opcode::LoadFastAndClear | Opcode::StoreFastMaybeNull => bound_in[local] = NONE,
                Opcode::StoreFast => bound_in[local] = id,
                Opcode::LoadFast => {
                    if bound_in[local] != id {
                        instr.op = Opcode::LoadFastCheck;
                    }
                    bound_in[local] = id;
                }
                _ => {}
            }
        }
    }
}

/// Joins neighbouring loads and stores of the first sixteen locals.
pub(crate) fn fuse(graph: &mut Graph) {
    for block in &mut graph.blocks {
        fuse_in(block);
    }
    nops::remove_nops(graph);
}

fn fuse_in(block: &mut Block) {
    for at in 1..block.instrs.len() {
        let [first, second] = &mut block.instrs[at - 1..=at] else { return };
        let fused = match (first.op, second.op) {
            (Opcode::LoadFast, Opcode::LoadFast) => Opcode::LoadFastLoadFast,
            (Opcode::StoreFast, Opcode::LoadFast) => Opcode::StoreFastLoadFast,
            (Opcode::StoreFast, Opcode::StoreFast) => Opcode::StoreFastStoreFast,
            _ => continue,
        };
        if may_fuse(first, second) {
            first.set(fused, first.arg << 4 | second.arg);
            second.set_nop();
        }
    }
}

fn may_fuse(first: &CfgInstr, second: &CfgInstr) -> bool {
    let (a, b) = (first.loc.lineno, second.loc.lineno);
    (a < 0 || b < 0 || a == b) && first.arg < 16 && second.arg < 16
}
