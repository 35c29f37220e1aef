//! Blocks, their instructions, and the list that orders them.
//!
//! Apart from the passes because all of them share it.

use interp_opcode::Opcode;

use super::{malformed, ops};
use crate::error::CompileError;
use crate::instr::Loc;

/// Number of a block in its graph.
pub(crate) type BlockId = u32;

/// No block.
pub(crate) const NONE: BlockId = u32::MAX;

/// The block where execution begins.
pub(crate) const ENTRY: BlockId = 0;

/// An instruction in a block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CfgInstr {
    pub(crate) op: Opcode,
    pub(crate) arg: u32,
    /// Where it jumps, or the handler of a `SETUP_*`.
    pub(crate) target: BlockId,
    /// The handler of what it raises.
    pub(crate) except: BlockId,
    pub(crate) loc: Loc,
}

impl CfgInstr {
    pub(crate) fn new(op: Opcode, arg: u32, loc: Loc) -> Self {
        Self { op, arg, target: NONE, except: NONE, loc }
    }

    /// Changes what it does; location, handler and target stay.
    pub(crate) fn set(&mut self, op: Opcode, arg: u32) {
        self.op = op;
        self.arg = arg;
    }

    pub(crate) fn set_nop(&mut self) {
        self.set(Opcode::Nop, 0);
    }
}

/// A straight run of instructions: entered at the top, left at the bottom or by an exception.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub(crate) instrs: Vec<CfgInstr>,
    /// Handlers of instructions that once stood at each position; meaningful behind the end (see [`Block::add`]).
    stale: Vec<BlockId>,
    /// The block behind it in the code.
    pub(crate) next: BlockId,
    /// Ways in; computed by `remove_unreachable` and kept up to date by later passes.
    pub(crate) predecessors: u32,
    /// Stack depth on entry; negative while unknown.
    pub(crate) depth: i32,
    /// Locals (of the first 64) that may be unbound on entry.
    pub(crate) unsafe_locals: u64,
    /// Some jump or `SETUP_*` named it when the graph was built.
    pub(crate) labelled: bool,
    /// Is a handler that finds the offset of the raising instruction on the stack.
    pub(crate) preserve_lasti: bool,
    pub(crate) visited: bool,
    pub(crate) is_handler: bool,
    /// Reached only through handlers.
    pub(crate) cold: bool,
    /// Reached without an exception.
    pub(crate) warm: bool,
}

impl Block {
    pub(crate) fn new() -> Self {
        Self {
            instrs: Vec::new(),
            stale: Vec::new(),
            next: NONE,
            predecessors: 0,
            depth: 0,
            unsafe_locals: 0,
            labelled: false,
            preserve_lasti: false,
            visited: false,
            is_handler: false,
            cold: false,
            warm: false,
        }
    }

    /// Adds an instruction that belongs to no handler.
    ///
    /// CPython adds into an array whose slots it does not clear, so the new instruction takes over the handler of one
    /// that was moved away from there; the exception table shows it, so this does the same.
    pub(crate) fn add(&mut self, op: Opcode, arg: u32, target: BlockId, loc: Loc) {
        let except = self.stale.get(self.instrs.len()).copied().unwrap_or(NONE);
        self.instrs.push(CfgInstr { op, arg, target, except, loc });
    }

    /// Cuts the block behind its first `kept` instructions.
    pub(crate) fn truncate(&mut self, kept: usize) {
        let count = self.instrs.len();
        if self.stale.len() < count {
            self.stale.resize(count, NONE);
        }
        for (slot, instr) in self.stale[kept..].iter_mut().zip(&self.instrs[kept..]) {
            *slot = instr.except;
        }
        self.instrs.truncate(kept);
    }

    pub(crate) fn last(&self) -> Option<&CfgInstr> {
        self.instrs.last()
    }

    /// Whether control can run out of its bottom.
    pub(crate) fn falls_through(&self) -> bool {
        !self.last().is_some_and(|last| ops::exits_scope(last.op) || ops::is_unconditional_jump(last.op))
    }

    /// Whether it ends by leaving the frame.
    pub(crate) fn exits_scope(&self) -> bool {
        self.last().is_some_and(|last| ops::exits_scope(last.op))
    }

    pub(crate) fn has_no_line(&self) -> bool {
        self.instrs.iter().all(|instr| instr.loc.lineno < 0)
    }
}

/// All blocks of a unit.
#[derive(Clone, Debug)]
pub(crate) struct Graph {
    pub(crate) blocks: Vec<Block>,
}

impl Graph {
    pub(crate) fn new_block(&mut self) -> BlockId {
        let id = u32::try_from(self.blocks.len()).expect("a unit has fewer than 2^32 blocks");
        self.blocks.push(Block::new());
        id
    }

    pub(crate) fn block(&self, id: BlockId) -> &Block {
        &self.blocks[id as usize]
    }

    pub(crate) fn block_mut(&mut self, id: BlockId) -> &mut Block {
        &mut self.blocks[id as usize]
    }

    /// The blocks in code order. Take it anew after changing the order.
    pub(crate) fn order(&self) -> Vec<BlockId> {
        let mut order = Vec::with_capacity(self.blocks.len());
        let mut block = ENTRY;
        while block != NONE {
            order.push(block);
            block = self.block(block).next;
        }
        order
    }

    /// For each block, itself or the first block behind it that has instructions.
    pub(crate) fn next_nonempty(&self, order: &[BlockId]) -> Vec<BlockId> {
        let mut found = vec![NONE; self.blocks.len()];
        let mut nearest = NONE;
        for &block in order.iter().rev() {
            if !self.block(block).instrs.is_empty() {
                nearest = block;
            }
            found[block as usize] = nearest;
        }
        found
    }

    /// Forgets which blocks a traversal has seen.
    pub(crate) fn clear_visited(&mut self) {
        for block in &mut self.blocks {
            block.visited = false;
        }
    }

    /// Marks a block as seen; true the first time.
    pub(crate) fn visit(&mut self, id: BlockId) -> bool {
        let block = self.block_mut(id);
        !std::mem::replace(&mut block.visited, true)
    }

    /// Only the last instruction of a block may end it.
    pub(crate) fn check(&self) -> Result<(), CompileError> {
        for block in &self.blocks {
            if let Some((_, head)) = block.instrs.split_last()
                && head.iter().any(|instr| ops::is_terminator(instr.op))
            {
                return Err(malformed("malformed control flow graph."));
            }
        }
        Ok(())
    }
}
