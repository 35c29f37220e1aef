//! Compiler from syntax trees to CPython 3.14 instructions.
//!
//! The passes are CPython's, in its order, and each leaves what CPython's leaves: that makes `compile()` of CPython an
//! exact oracle for every one of them.
//!
//! 1. `future`: which `__future__` features are on;
//! 2. `preprocess`: changes to the tree;
//! 3. `symtable`: what every name means;
//! 4. `codegen`: instructions with labels, one `instr::InstrSequence` per unit;
//! 5. `flowgraph`: the control-flow graph and what is optimized on it;
//! 6. [`assemble()`]: bytes and tables.
//!
//! The tree ([`ast`]) can come from anywhere; `interp-front` makes it from source.
#![forbid(unsafe_code)]

mod assemble;
pub mod ast;
mod codegen;
pub mod error;
mod flowgraph;
mod future;
pub mod instr;
mod names;
mod preprocess;
mod stack;
mod symtable;
mod unparse;

use std::sync::Arc;

use interp_code::{Code, CodeFlags, Wtf};

pub use assemble::assemble;

use error::{CompileError, CompileWarning};

/// What `compile()` is told besides the source.
#[derive(Clone, Copy, Debug, Default)]
pub struct CompileOptions {
    /// 0, 1 (no `assert`, `__debug__` false) or 2 (no docstrings either).
    pub optimize: u8,
    /// Future features inherited from the code that calls `compile()`.
    pub future_flags: CodeFlags,
    /// `PyCF_ALLOW_TOP_LEVEL_AWAIT`
    pub top_level_await: bool,
}

/// Code and what was noticed on the way.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The module's code object.
    pub code: Arc<Code>,
    /// `SyntaxWarning`s in the order in which CPython gives them.
    pub warnings: Vec<CompileWarning>,
}

/// Compiles a tree. It is consumed because preprocessing changes it.
///
/// # Errors
/// What CPython's compiler (not its parser) refuses, with its messages and places.
pub fn compile(mut module: ast::Mod, filename: &Wtf, options: &CompileOptions) -> Result<Compiled, CompileError> {
    let future = future::of(&module, options.future_flags, options.top_level_await)?;
    let mut warnings = preprocess::preprocess(&mut module, options.optimize, future.annotations);
    let mut names = names::Interner::new();
    let table = symtable::build(&module, &mut names, &future)?;
    let (code, more) = codegen::generate(&module, table, names, &future, options.optimize, filename)?;
    warnings.extend(more);
    Ok(Compiled { code, warnings })
}
