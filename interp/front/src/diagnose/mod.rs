//! CPython's error for a source that does not parse.
//!
//! Runs only after the parser library has refused a source. The source is read again with a tokenizer and rules that
//! fail the way CPython's do ([`tokens`], [`grammar`] and the rule files), in CPython's order: a tokenizer error met on
//! the way, the rules for wrong programs, the plain "invalid syntax" at the farthest token; then whatever the tokenizer
//! finds wrong in the rest of the file overrules it.

mod args;
mod atoms;
mod blocks;
mod expr;
mod grammar;
mod numbers;
mod params;
mod patterns;
mod stmt;
mod strings;
mod text;
mod tokens;
mod wrong;

use interp_compile::error::ErrorKind;

use crate::Mode;
use crate::lines::Lines;
use grammar::Parser;
use tokens::{Kind, Tokens};

/// Deepest nesting of brackets (`MAXLEVEL`).
pub(crate) const MAX_BRACKETS: u32 = 200;
/// Deepest indentation (`MAXINDENT`), the file's own level counted.
pub(crate) const MAX_BLOCKS: u32 = 100;
/// Most f- and t-strings inside one another (`MAXFSTRINGLEVEL`).
pub(crate) const MAX_STRINGS: u32 = 150;

/// An error with its place in CPython's terms: 1-based characters, 0 and -1 for "none".
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Diagnosis {
    pub(crate) kind: ErrorKind,
    pub(crate) msg: String,
    pub(crate) lineno: u32,
    pub(crate) offset: i32,
    pub(crate) end_lineno: u32,
    pub(crate) end_offset: i32,
}

impl Diagnosis {
    fn new(
        kind: ErrorKind,
        msg: impl Into<String>,
        lineno: u32,
        offset: i32,
        end_lineno: u32,
        end_offset: i32,
    ) -> Self {
        Self { kind, msg: msg.into(), lineno, offset, end_lineno, end_offset }
    }

    /// The same some characters further right.
    const fn shifted(mut self, by: i32) -> Self {
        self.offset += by;
        self.end_offset += by;
        self
    }
}

/// Finds CPython's error for a source; `None` if these rules accept it.
///
/// `text` ends in a newline or is empty; `terminated` tells whether the source did before one was added.
pub(crate) fn explain(text: &str, lines: &Lines, mode: Mode, terminated: bool) -> Option<Diagnosis> {
    stacker::maybe_grow(1024 * 1024, 16 * 1024 * 1024, || diagnose(text, lines, mode, terminated))
}

/// The errors of tabs, which the library sees differently.
pub(crate) fn tab_error(text: &str, lines: &Lines) -> Option<Diagnosis> {
    if !text.contains('\t') || !tokens::mixes_tabs(text) {
        return None;
    }
    tokens::tokenize(text, lines).error.filter(|error| error.kind == ErrorKind::Tab)
}

fn diagnose(text: &str, lines: &Lines, mode: Mode, terminated: bool) -> Option<Diagnosis> {
    let tokens = tokens::tokenize(text, lines);
    let mut first = Parser::new(text, lines, &tokens, false);
    if parse(&mut first, mode, terminated).is_some() {
        return None;
    }
    if let Some(error) = first.error.take() {
        let (fetched, lexical) = (first.fetched, first.lexical);
        return Some(if lexical { error } else { overrule(error, &tokens, fetched, lines) });
    }
    let mut second = Parser::new(text, lines, &tokens, true);
    second.fetched = first.fetched;
    let _ = parse(&mut second, mode, terminated);
    let fetched = second.fetched;
    if let Some(error) = second.error.take() {
        return Some(if second.lexical { error } else { overrule(error, &tokens, fetched, lines) });
    }
    let last = first.last()?;
    if last.kind == Kind::Indent {
        return Some(first.diagnosis_at(ErrorKind::Indentation, last, "unexpected indent"));
    }
    if last.kind == Kind::Dedent {
        return Some(first.diagnosis_at(ErrorKind::Indentation, last, "unexpected unindent"));
    }
    let mut error = first.diagnosis_at(ErrorKind::Syntax, last, "invalid syntax");
    if !last.placed {
        (error.offset, error.end_offset) = (0, 0);
    }
    if text.is_empty() {
        (error.lineno, error.end_lineno) = (0, 0);
    }
    Some(overrule(error, &tokens, fetched, lines))
}

fn parse(parser: &mut Parser<'_>, mode: Mode, terminated: bool) -> Option<()> {
    match mode {
        Mode::Exec => parser.file(),
        Mode::Eval => parser.eval(),
        Mode::Single => parser.interactive(terminated),
    }
}

/// What the tokenizer finds in the rest of the file goes before what the rules found.
fn overrule(error: Diagnosis, tokens: &Tokens, fetched: usize, lines: &Lines) -> Diagnosis {
    let Some(later) = &tokens.error else { return error };
    // Inside an f-string the error of the expression is the better one.
    if tokens.in_string {
        return error;
    }
    if !tokens.quiet {
        return later.clone();
    }
    // An unclosed bracket counts only if it was opened on an earlier line than the error's token.
    let line = fetched.checked_sub(1).and_then(|last| tokens.all.get(last)).map(|token| lines.locate(token.start).0);
    let opened = tokens.open.last().map(|open| lines.locate(open.at).0);
    if opened.is_some() && line > opened { later.clone() } else { error }
}
