//! Code objects of CPython 3.14: data, constants, tables, marshal, disassembly.
//!
//! A [`Code`] is plain immutable data: what the compiler leaves behind, what a `.pyc` file holds and what the
//! interpreter loads. Nothing here runs, and nothing here knows an object model: constants are [`Const`]s, which the
//! interpreter turns into objects once.
//!
//! * [`Code`], [`CodeFlags`], [`LocalKind`]: the code object;
//! * [`Const`], [`Wtf`]: its constants and its text, which may hold lone surrogates;
//! * [`locations`]: the line table of PEP 626 and PEP 657; [`exceptions`]: the exception table;
//! * [`marshal`]: the 3.14 marshal format and `.pyc` files; [`dis`]: a text disassembly.
//!
//! Bad bytes give an error, never a panic.
#![forbid(unsafe_code)]

mod code;
mod consts;
pub mod dis;
pub mod exceptions;
pub mod locations;
pub mod lower;
pub mod marshal;
mod wtf;

pub use code::{Code, CodeFlags, LocalKind, ShapeError};
pub use consts::{Const, Int};
pub use dashu_int::IBig;
pub use wtf::{Name, Wtf};
