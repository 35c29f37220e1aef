//! The control-flow graph of one unit and the passes over it.
//!
//! Apart from code generation because nothing here knows Python's syntax: instructions come in, better instructions go
//! out, in the order that the assembler writes. The passes and their order are those of CPython 3.14's
//! `Python/flowgraph.c`, because being equal to it byte for byte is how they are verified; each takes time linear in the
//! number of instructions.
//!
//! A [`Graph`] owns its blocks in creation order; `next` links them in the order of the code. An instruction that is
//! dropped first becomes a NOP, so that its line is not lost before the passes that remove NOPs decide.

mod blocks;
mod borrow;
mod build;
mod cold;
mod consteval;
mod depth;
mod exceptions;
mod finish;
mod fold;
mod jumps;
mod lines;
mod locals;
mod nops;
mod numbers;
mod ops;
mod peephole;
mod prefix;
mod sequences;
mod swaps;

pub(crate) use blocks::{BlockId, CfgInstr, Graph, NONE};
pub(crate) use finish::finish;
pub(crate) use fold::Pool;
pub(crate) use ops::is_terminator;

use crate::error::{CompileError, ErrorKind};
use crate::instr::InstrSequence;

/// A broken invariant of code generation, as CPython's SystemError or ValueError would tell it.
pub(crate) fn malformed(what: &str) -> CompileError {
    CompileError::unplaced(ErrorKind::System, what)
}

/// Builds the graph of a sequence and optimizes it (`_PyCfg_OptimizeCodeUnit`).
///
/// `locals` counts the local variables, of which the first `params` are set on entry.
pub(crate) fn optimize(
    seq: InstrSequence,
    pool: &mut Pool,
    locals: usize,
    params: usize,
) -> Result<Graph, CompileError> {
    let mut graph = build::from_sequence(seq)?;
    exceptions::mark_handlers(&mut graph);
    exceptions::label_targets(&mut graph)?;

    graph.check()?;
    jumps::inline_small_blocks(&mut graph);
    jumps::remove_unreachable(&mut graph);
    lines::resolve(&mut graph);
    peephole::load_consts(&mut graph, pool);
    peephole::blocks(&mut graph, pool)?;
    nops::remove_nops_and_pairs(&mut graph);
    jumps::remove_unreachable(&mut graph);
    nops::remove_nops_and_jumps(&mut graph)?;

    pool.remove_unused(&mut graph)?;
    locals::check_unbound(&mut graph, locals, params);
    locals::fuse(&mut graph);
    cold::move_to_end(&mut graph)?;
    lines::resolve(&mut graph);
    Ok(graph)
}

#[cfg(test)]
mod tests;
