//! The one kind of error this compiler reports: a place in a definition file and what is wrong there.
//!
//! Apart because every stage produces them; a stage collects as many as it can before it gives up.

use std::fmt;
use std::path::PathBuf;

use proc_macro2::Span;

/// Something wrong in an instruction definition. Displays as `file:line:column`, the message, the line and a caret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// File of the definition, as it was given.
    pub file: PathBuf,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Characters that the caret underlines, at least 1.
    pub width: usize,
    /// What is wrong.
    pub message: String,
    /// The text of the line.
    pub source: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, width, message, source } = self;
        writeln!(f, "{}:{line}:{column}: {message}", file.display())?;
        writeln!(f, "    {source}")?;
        write!(f, "    {}{}", " ".repeat(column - 1), "^".repeat(*width))
    }
}

impl std::error::Error for Diagnostic {}

/// A definition file: its name and text.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

/// A place: index of the file, and the tokens in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Loc {
    pub(crate) file: usize,
    pub(crate) span: Span,
}

impl Loc {
    pub(crate) fn line(self) -> usize {
        self.span.start().line
    }
}

/// A diagnostic before the file's text is looked up.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) at: Loc,
    pub(crate) message: String,
}

impl Fault {
    pub(crate) fn new(at: Loc, message: impl Into<String>) -> Self {
        Self { at, message: message.into() }
    }

    /// A parse error of `syn`, in the given file.
    pub(crate) fn syntax(file: usize, error: &syn::Error) -> Self {
        Self::new(Loc { file, span: error.span() }, error.to_string())
    }

    /// Looks up the line and lays out the caret.
    pub(crate) fn resolve(&self, sources: &[Source]) -> Diagnostic {
        let source = &sources[self.at.file];
        let (start, end) = (self.at.span.start(), self.at.span.end());
        let line = source.text.lines().nth(start.line.saturating_sub(1)).unwrap_or_default();
        let last = if end.line == start.line { end.column } else { line.chars().count() };
        Diagnostic {
            file: source.path.clone(),
            line: start.line,
            column: start.column + 1,
            width: last.saturating_sub(start.column).max(1),
            message: self.message.clone(),
            source: line.to_owned(),
        }
    }
}

/// Result of a stage that stops at its first fault.
pub(crate) type Parsed<T> = Result<T, Fault>;
