//! From a flat sequence with labels to blocks.
//!
//! Apart from the passes because it is the only reader of the sequence.

use interp_opcode::Opcode;

use super::blocks::{Block, CfgInstr, ENTRY, Graph, NONE};
use super::{malformed, ops};
use crate::error::CompileError;
use crate::instr::{Instr, InstrSequence};

/// Cuts the sequence at labels that are used and behind instructions that end a block.
pub(crate) fn from_sequence(mut seq: InstrSequence) -> Result<Graph, CompileError> {
    let annotations = seq.annotations.take().map(|seq| seq.instrs).unwrap_or_default();
    let mut is_target = vec![false; seq.instrs.len() + 1];
    for instr in &seq.instrs {
        if ops::has_target(instr.op) {
            is_target[position(&seq, instr)?] = true;
        }
    }
    let mut builder = Builder { graph: Graph { blocks: vec![Block::new()] }, current: ENTRY, pending: false };
    let mut block_at = vec![NONE; seq.instrs.len() + 1];
    for (at, instr) in seq.instrs.iter().enumerate() {
        if is_target[at] {
            builder.pending = true;
            builder.start_block_if_needed();
            block_at[at] = builder.current;
        }
        if instr.op == Opcode::AnnotationsPlaceholder {
            for instr in &annotations {
                if ops::has_target(instr.op) {
                    return Err(malformed("jump in annotations"));
                }
                builder.add(instr, NONE);
            }
            continue;
        }
        // The position stands in for the target until all blocks are known.
        let place = if ops::has_target(instr.op) { position(&seq, instr)? as u32 } else { NONE };
        builder.add(instr, place);
    }
    let mut graph = builder.graph;
    for block in &mut graph.blocks {
        for instr in &mut block.instrs {
            if instr.target != NONE {
                instr.target = block_at[instr.target as usize];
                if instr.target == NONE {
                    return Err(malformed("jump to the end of the code"));
                }
            }
        }
    }
    Ok(graph)
}

fn position(seq: &InstrSequence, instr: &Instr) -> Result<usize, CompileError> {
    let label = instr.target.ok_or_else(|| malformed("jump without target"))?;
    match seq.labels.get(label.0 as usize) {
        Some(&place) if place as usize <= seq.instrs.len() => Ok(place as usize),
        _ => Err(malformed("jump to a label that is not placed")),
    }
}

struct Builder {
    graph: Graph,
    current: u32,
    /// A label waits for the next instruction.
    pending: bool,
}

impl Builder {
    fn add(&mut self, instr: &Instr, target: u32) {
        self.start_block_if_needed();
        let new = CfgInstr { target, ..CfgInstr::new(instr.op, instr.arg, instr.loc) };
        self.graph.block_mut(self.current).instrs.push(new);
    }

    fn start_block_if_needed(&mut self) {
        if !self.current_is_done() {
            return;
        }
        let new = self.graph.new_block();
        self.graph.block_mut(self.current).next = new;
        self.graph.block_mut(new).labelled = std::mem::take(&mut self.pending);
        self.current = new;
    }

    fn current_is_done(&mut self) -> bool {
        let block = self.graph.block_mut(self.current);
        if block.last().is_some_and(|last| ops::is_terminator(last.op)) {
            return true;
        }
        if self.pending {
            if block.last().is_some() || block.labelled {
                return true;
            }
            block.labelled = true;
            self.pending = false;
        }
        false
    }
}
