//! Which handler covers which instruction.
//!
//! Apart from the optimizations because it must run first: they need to know where exceptions go, and `SETUP_*` and
//! `POP_BLOCK` lose their meaning afterwards.

use interp_opcode::Opcode;

use super::blocks::{ENTRY, Graph, NONE};
use super::{BlockId, malformed, ops};
use crate::error::CompileError;

/// Marks the blocks that some `SETUP_*` names.
pub(crate) fn mark_handlers(graph: &mut Graph) {
    let handlers: Vec<BlockId> = graph
        .blocks
        .iter()
        .flat_map(|block| &block.instrs)
        .filter(|instr| ops::is_block_push(instr.op))
        .map(|instr| instr.target)
        .collect();
    for handler in handlers {
        graph.block_mut(handler).is_handler = true;
    }
}

/// Bit of `RESUME`'s operand that says the yield has exactly one handler around it.
const RESUME_DEPTH_ONE: u32 = 4;

/// Operand of the `RESUME` at the start of a function.
const RESUME_AT_START: u32 = 0;

/// Stacks of handlers that share their lower parts; 0 is the empty one.
struct Stacks(Vec<(BlockId, u32, u32)>);

impl Stacks {
    fn push(&mut self, below: u32, handler: BlockId) -> u32 {
        let depth = self.depth(below) + 1;
        self.0.push((handler, below, depth));
        self.0.len() as u32 - 1
    }

    fn pop(&self, stack: u32) -> Option<u32> {
        (stack != 0).then(|| self.0[stack as usize].1)
    }

    fn top(&self, stack: u32) -> BlockId {
        self.0[stack as usize].0
    }

    fn depth(&self, stack: u32) -> u32 {
        self.0[stack as usize].2
    }
}

/// Follows the code from its start, keeps the stack of open handlers and notes its top in each instruction. Turns
/// `POP_BLOCK` into NOP.
pub(crate) fn label_targets(graph: &mut Graph) -> Result<(), CompileError> {
    graph.clear_visited();
    let mut stacks = Stacks(vec![(NONE, 0, 0)]);
    let mut todo = vec![(ENTRY, 0)];
    graph.visit(ENTRY);
    while let Some((id, stack)) = todo.pop() {
        let mut instrs = std::mem::take(&mut graph.block_mut(id).instrs);
        let mut stack = stack;
        let mut depth_at_yield = None;
        for instr in &mut instrs {
            let handler = stacks.top(stack);
            if ops::is_block_push(instr.op) {
                if graph.visit(instr.target) {
                    todo.push((instr.target, stack));
                }
                if instr.op != Opcode::SetupFinally {
                    graph.block_mut(instr.target).preserve_lasti = true;
                }
                stack = stacks.push(stack, instr.target);
                continue;
            }
            if instr.op == Opcode::PopBlock {
                stack = stacks.pop(stack).ok_or_else(|| malformed("POP_BLOCK without a block"))?;
                instr.set_nop();
                continue;
            }
            instr.except = handler;
            if instr.op.has_jump() {
                if graph.visit(instr.target) {
                    todo.push((instr.target, stack));
                }
            } else if instr.op == Opcode::YieldValue {
                depth_at_yield = Some(stacks.depth(stack));
            } else if instr.op == Opcode::Resume && instr.arg != RESUME_AT_START {
                if depth_at_yield == Some(1) {
                    instr.arg |= RESUME_DEPTH_ONE;
                }
                depth_at_yield = None;
            }
        }
        let block = graph.block_mut(id);
        block.instrs = instrs;
        let next = block.next;
        if block.falls_through() && next != NONE && graph.visit(next) {
            todo.push((next, stack));
        }
    }
    Ok(())
}
