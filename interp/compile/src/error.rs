//! What can go wrong between a syntax tree and code, as data.
//!
//! Apart from the passes because both the parser front and every pass make these. A position is a [`Span`] in
//! bytes; `interp-front` turns it into CPython's 1-based character offsets and the quoted source line.

use std::fmt;

use crate::ast::Span;

/// The exception class that an error becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// `SyntaxError`
    Syntax,
    /// `IndentationError`
    Indentation,
    /// `TabError`
    Tab,
    /// `RecursionError`: nested too deeply
    Recursion,
    /// `MemoryError`: the parser's stack is exhausted
    Memory,
    /// `OverflowError`: a count does not fit
    Overflow,
    /// `ValueError`
    Value,
    /// `SystemError`: an invariant of the compiler is broken
    System,
}

impl ErrorKind {
    /// The class name in Python.
    #[must_use]
    pub const fn class_name(self) -> &'static str {
        match self {
            Self::Syntax => "SyntaxError",
            Self::Indentation => "IndentationError",
            Self::Tab => "TabError",
            Self::Recursion => "RecursionError",
            Self::Memory => "MemoryError",
            Self::Overflow => "OverflowError",
            Self::Value => "ValueError",
            Self::System => "SystemError",
        }
    }

    /// Whether it is `SyntaxError` or a subclass, which carry a position.
    #[must_use]
    pub const fn is_syntax(self) -> bool {
        matches!(self, Self::Syntax | Self::Indentation | Self::Tab)
    }
}

/// Why a tree could not be compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileError {
    /// Exception class.
    pub kind: ErrorKind,
    /// CPython's message.
    pub msg: String,
    /// Where; `None` only for kinds that carry no position.
    pub span: Option<Span>,
}

impl CompileError {
    /// A `SyntaxError` at a place.
    #[must_use]
    pub fn syntax(msg: impl Into<String>, span: Span) -> Self {
        Self { kind: ErrorKind::Syntax, msg: msg.into(), span: Some(span) }
    }

    /// An error of another kind that has no place.
    #[must_use]
    pub fn unplaced(kind: ErrorKind, msg: impl Into<String>) -> Self {
        Self { kind, msg: msg.into(), span: None }
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.kind.class_name(), self.msg)?;
        match self.span {
            Some(span) => write!(out, " (line {}, column {})", span.lineno, span.col_offset),
            None => Ok(()),
        }
    }
}

impl std::error::Error for CompileError {}

/// A `SyntaxWarning` (or other warning) found while parsing or compiling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileWarning {
    /// CPython's message.
    pub msg: String,
    /// Where.
    pub span: Span,
}
