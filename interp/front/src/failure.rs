//! A failed parse or compile as Python sees it: the attributes of `SyntaxError`.
//!
//! Apart from `interp_compile::error` because positions change meaning here: offsets count characters from 1 and the
//! quoted line is part of the error.

use std::fmt;

use interp_compile::ast::Span;
use interp_compile::error::{CompileError, ErrorKind};

use crate::diagnose::Diagnosis;
use crate::lines::Lines;

/// Why a source could not be compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxFailure {
    /// Exception class.
    pub kind: ErrorKind,
    /// CPython's message.
    pub msg: String,
    /// Name of the file, as given by the caller.
    pub filename: String,
    /// Where; `None` for classes that carry no position (`MemoryError`) and for undecodable files.
    pub place: Option<Place>,
}

/// The position attributes of a `SyntaxError`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Line from 1.
    pub lineno: u32,
    /// Character in the line from 1; 0 when CPython gives no column.
    pub offset: i32,
    /// Last line.
    pub end_lineno: u32,
    /// Character behind the end, from 1; -1 when CPython gives no end.
    pub end_offset: i32,
    /// The line that is quoted, with its newline if it has one.
    pub text: Option<String>,
}

impl SyntaxFailure {
    /// Adds file, character offsets and the quoted line to an error with byte positions.
    pub(crate) fn new(error: CompileError, filename: &str, source: &str, lines: &Lines) -> Self {
        let place = if error.kind.is_syntax() { error.span.map(|span| place(span, source, lines)) } else { None };
        Self { kind: error.kind, msg: error.msg, filename: filename.to_owned(), place }
    }

    /// Adds file and quoted line to a diagnosis of the source text.
    pub(crate) fn diagnosed(diagnosis: Diagnosis, filename: &str, source: &str, lines: &Lines) -> Self {
        let Diagnosis { kind, msg, lineno, offset, end_lineno, end_offset } = diagnosis;
        let place = kind.is_syntax().then(|| Place {
            lineno,
            offset,
            end_lineno,
            end_offset,
            text: lines.text(lineno, source).map(|line| format!("{line}\n")),
        });
        Self { kind, msg, filename: filename.to_owned(), place }
    }

    /// An error of a whole file.
    pub(crate) fn unplaced(kind: ErrorKind, msg: impl Into<String>, filename: &str) -> Self {
        Self { kind, msg: msg.into(), filename: filename.to_owned(), place: None }
    }
}

fn place(span: Span, source: &str, lines: &Lines) -> Place {
    let text = lines.text(span.lineno, source).map(|line| format!("{line}\n"));
    Place {
        lineno: span.lineno,
        offset: character(lines.text(span.lineno, source), span.col_offset),
        end_lineno: span.end_lineno,
        end_offset: if span.end_col_offset == u32::MAX {
            -1
        } else {
            character(lines.text(span.end_lineno, source), span.end_col_offset)
        },
        text,
    }
}

/// The 1-based character that starts at (or holds) a byte of a line.
fn character(line: Option<&str>, column: u32) -> i32 {
    let line = line.unwrap_or_default();
    let column = column as usize;
    let before = line.char_indices().take_while(|&(at, _)| at < column).count();
    // Columns behind the line's end count on: an error may point at its newline.
    let beyond = column.saturating_sub(line.len());
    (before + beyond) as i32 + 1
}

impl fmt::Display for SyntaxFailure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&crate::render::render(self))
    }
}

impl std::error::Error for SyntaxFailure {}
