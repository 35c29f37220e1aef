//! From the parser library's tree to ours.
//!
//! The library's tree is consumed node by node, so that no deep tree is ever dropped recursively, and each level
//! grows the stack when it has to. What differs from CPython's tree is put right here: places of decorated
//! definitions, of generator expressions that are a lone argument, of starred parameters, the parts of f- and
//! t-strings, `elif` chains, and constants that need exact values.

mod expr;
mod pattern;
mod stmt;
mod string;

use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::Arc;

use interp_compile::ast::{Ident, Mod, Span};
use interp_compile::error::{CompileError, CompileWarning};
use ruff_python_ast as ruff;
use ruff_text_size::{TextRange, TextSize};
use rustc_hash::FxBuildHasher;

use crate::lines::Lines;

pub use expr::set_max_int_digits;

/// Below this much stack a level of the tree continues on a fresh segment.
const RED_ZONE_BYTES: usize = 128 * 1024;
/// Size of such a segment.
const SEGMENT_BYTES: usize = 4 * 1024 * 1024;

/// The result of a step, which cannot stop: an error is noted and the walk goes on, so that the library's tree is
/// consumed to its last node and no deep rest of it is dropped recursively.
type Converted<T> = Result<T, Infallible>;

/// State of one conversion.
pub(crate) struct Converter<'s> {
    source: &'s str,
    lines: &'s Lines,
    names: HashSet<Ident, FxBuildHasher>,
    warnings: Vec<CompileWarning>,
    /// Replacement fields around the current one, in format specifications.
    fields: u32,
    /// Levels of CPython's parser that operands nested to the right have taken.
    levels: u32,
    error: Option<CompileError>,
}

/// What a conversion makes.
pub(crate) struct Output {
    pub(crate) module: Mod,
    pub(crate) warnings: Vec<CompileWarning>,
}

/// Converts a parsed file (or, with `interactive`, one statement of a session).
pub(crate) fn module(
    source: &str,
    lines: &Lines,
    tree: ruff::ModModule,
    interactive: bool,
) -> Result<Output, CompileError> {
    let mut converter = Converter::new(source, lines);
    let Ok(body) = converter.stmts(tree.body);
    let module = if interactive { Mod::Interactive { body } } else { Mod::Module { body } };
    converter.finish(module)
}

/// Converts a parsed lone expression.
pub(crate) fn expression(source: &str, lines: &Lines, tree: ruff::ModExpression) -> Result<Output, CompileError> {
    let mut converter = Converter::new(source, lines);
    let Ok(body) = converter.boxed(*tree.body);
    converter.finish(Mod::Expression { body })
}

impl<'s> Converter<'s> {
    fn new(source: &'s str, lines: &'s Lines) -> Self {
        Self { source, lines, names: HashSet::default(), warnings: Vec::new(), fields: 0, levels: 0, error: None }
    }

    fn finish(self, module: Mod) -> Result<Output, CompileError> {
        match self.error {
            None => Ok(Output { module, warnings: self.warnings }),
            Some(error) => Err(error),
        }
    }

    /// Notes an error; the first one counts.
    fn fail(&mut self, error: CompileError) {
        self.error.get_or_insert(error);
    }

    fn span(&self, range: TextRange) -> Span {
        self.lines.span(range)
    }

    fn name(&mut self, text: &str) -> Ident {
        if let Some(known) = self.names.get(text) {
            return Arc::clone(known);
        }
        let name: Ident = Arc::from(text);
        self.names.insert(Arc::clone(&name));
        name
    }

    fn ident(&mut self, identifier: &ruff::Identifier) -> Ident {
        self.name(identifier.id.as_str())
    }

    fn optional_ident(&mut self, identifier: Option<&ruff::Identifier>) -> Option<Ident> {
        identifier.map(|identifier| self.ident(identifier))
    }

    fn text(&self, range: TextRange) -> &'s str {
        &self.source[range]
    }

    /// The offset of the next token at or behind `at`: blanks, newlines, comments and continued lines are skipped.
    fn skip_trivia(&self, at: TextSize) -> TextSize {
        let bytes = self.source.as_bytes();
        let mut at = at.to_usize();
        while let Some(byte) = bytes.get(at) {
            match byte {
                b' ' | b'\t' | b'\n' | b'\x0c' | b'\\' => at += 1,
                b'#' => at += bytes[at..].iter().position(|&b| b == b'\n').unwrap_or(bytes.len() - at),
                _ => break,
            }
        }
        TextSize::new(at as u32)
    }
}

/// Runs one level of a recursion with enough stack under it.
fn with_stack<T>(level: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(RED_ZONE_BYTES, SEGMENT_BYTES, level)
}
