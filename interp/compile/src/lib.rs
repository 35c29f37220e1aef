//! Compiler from syntax trees to CPython 3.14 instructions.
#![forbid(unsafe_code)]

pub mod ast;
pub mod error;
