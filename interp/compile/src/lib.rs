//! Compiler from syntax trees to CPython 3.14 instructions.
#![forbid(unsafe_code)]

mod assemble;
pub mod ast;
pub mod error;
mod flowgraph;
pub mod instr;

pub use assemble::assemble;
