//! Parser front: source text to syntax tree, with CPython's errors.
//!
//! The only crate that names the parser library. A source goes through [`decode`] (byte-order mark, PEP 263),
//! newline translation, the parser, and a conversion to [`interp_compile::ast`]; whatever fails becomes a
//! [`SyntaxFailure`] with CPython's class, message and place, and [`render`] prints it as CPython does.
//!
//! ```
//! use interp_front::{Mode, parse};
//!
//! let parsed = parse("x = 1\n", "<string>", Mode::Exec).expect("a valid source");
//! assert!(parsed.warnings.is_empty());
//! let failure = parse("x = = 1\n", "<string>", Mode::Exec).expect_err("an invalid source");
//! assert_eq!(failure.msg, "invalid syntax");
//! ```
#![forbid(unsafe_code)]

mod convert;
mod diagnose;
mod escape;
mod failure;
mod lines;
mod render;
mod source;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::sync::Arc;

use interp_code::{Code, Wtf};
use interp_compile::ast::Mod;
use interp_compile::error::{CompileError, CompileWarning, ErrorKind};
use ruff_python_ast::PythonVersion;
use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_python_parser as parser;
use ruff_text_size::{Ranged, TextRange};

pub use interp_compile::CompileOptions;

pub use convert::set_max_int_digits;
pub use failure::{Place, SyntaxFailure};
pub use render::render;
pub use source::{decode, decode_program};

use lines::Lines;

/// What kind of input a source is: the third argument of Python's `compile`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A file.
    Exec,
    /// A lone expression.
    Eval,
    /// One statement of an interactive session.
    Single,
}

/// A parsed source.
#[derive(Debug)]
pub struct Parsed {
    /// The tree.
    pub module: Mod,
    /// Warnings of the literals (invalid escapes).
    pub warnings: Vec<CompileWarning>,
}

/// Parses a decoded source.
///
/// # Errors
/// What CPython's parser would raise, with its message and place.
pub fn parse(source: &str, filename: &str, mode: Mode) -> Result<Parsed, SyntaxFailure> {
    let text = source::translate_newlines(Cow::Borrowed(source));
    let lines = Lines::new(&text);
    parse_text(&text, &lines, filename, mode)
}

/// A compiled source.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The module's code object.
    pub code: Arc<Code>,
    /// Warnings of parser and compiler, in CPython's order.
    pub warnings: Vec<CompileWarning>,
}

/// Parses and compiles a decoded source: Python's `compile()`.
///
/// # Errors
/// What CPython's parser or compiler would raise, with its message and place.
pub fn compile(source: &str, filename: &str, mode: Mode, options: &CompileOptions) -> Result<Compiled, SyntaxFailure> {
    let text = source::translate_newlines(Cow::Borrowed(source));
    let lines = Lines::new(&text);
    let parsed = parse_text(&text, &lines, filename, mode)?;
    let name = Wtf::from(filename);
    match interp_compile::compile(parsed.module, &name, options) {
        Ok(compiled) => {
            let mut warnings = parsed.warnings;
            warnings.extend(compiled.warnings);
            Ok(Compiled { code: compiled.code, warnings })
        }
        Err(error) => {
            let mut failure = SyntaxFailure::new(error, filename, &text, &lines);
            // CPython's compiler has no source at hand and looks for the file, which strings have not.
            if let (Some(place), true) = (&mut failure.place, filename.starts_with('<')) {
                place.text = None;
            }
            Err(failure)
        }
    }
}

fn parse_text(text: &str, lines: &Lines, filename: &str, mode: Mode) -> Result<Parsed, SyntaxFailure> {
    if text.contains('\0') {
        let msg = "source code string cannot contain null bytes";
        return Err(SyntaxFailure::unplaced(ErrorKind::Syntax, msg, filename));
    }
    let ruff_mode = if mode == Mode::Eval { parser::Mode::Expression } else { parser::Mode::Module };
    let options = parser::ParseOptions::from(ruff_mode).with_target_version(PythonVersion::PY314);
    let parsed = parser::parse_unchecked(text, options);
    if parsed.has_syntax_errors() {
        let fallback = fallback(&parsed);
        drop_deep(parsed, text.len());
        let error = CompileError::syntax("invalid syntax", lines.span(fallback));
        return Err(refuse(text, lines, filename, mode, error));
    }
    if exceeds_limits(parsed.tokens()) {
        drop_deep(parsed, text.len());
        let error = CompileError::syntax("too many nested parentheses", lines.span(TextRange::default()));
        return Err(refuse(text, lines, filename, mode, error));
    }
    // The library skips a byte-order mark in the text; CPython has taken off the one that may be there.
    if text.starts_with('\u{feff}') {
        drop_deep(parsed, text.len());
        let msg = "invalid non-printable character U+FEFF";
        return Err(refuse(text, lines, filename, mode, CompileError::syntax(msg, lines.span(TextRange::default()))));
    }
    // The library knows no single statements and no indented expressions; these sources are short.
    if mode != Mode::Exec
        && let Some(failure) = second_look(text, filename, mode)
    {
        drop_deep(parsed, text.len());
        return Err(failure);
    }
    if let Some(error) = diagnose::tab_error(text, lines) {
        drop_deep(parsed, text.len());
        return Err(SyntaxFailure::diagnosed(error, filename, text, lines));
    }
    let mut warnings = number_warnings(text, lines, parsed.tokens());
    let converted = match parsed.into_syntax() {
        ruff_python_ast::Mod::Module(tree) => convert::module(text, lines, tree, mode == Mode::Single),
        ruff_python_ast::Mod::Expression(tree) => convert::expression(text, lines, tree),
    };
    let output = converted.map_err(|error| refuse(text, lines, filename, mode, error))?;
    warnings.extend(output.warnings);
    warnings.sort_by_key(|warning| (warning.span.lineno, warning.span.col_offset));
    Ok(Parsed { module: output.module, warnings })
}

/// Numbers that run into a keyword (`1if x else y`): allowed, with a warning.
fn number_warnings(text: &str, lines: &Lines, tokens: &Tokens) -> Vec<CompileWarning> {
    let mut warnings = Vec::new();
    for (number, next) in tokens.iter().zip(tokens.iter().skip(1)) {
        let is_number = matches!(number.kind(), TokenKind::Int | TokenKind::Float | TokenKind::Complex);
        if !is_number || number.end() != next.start() || !next.kind().is_keyword() {
            continue;
        }
        let digits = text[number.range()].to_ascii_lowercase();
        let kind = match digits.as_bytes() {
            [.., b'j'] if number.kind() == TokenKind::Complex => "imaginary",
            [b'0', b'x', ..] => "hexadecimal",
            [b'0', b'o', ..] => "octal",
            [b'0', b'b', ..] => "binary",
            _ => "decimal",
        };
        warnings.push(CompileWarning { msg: format!("invalid {kind} literal"), span: lines.span(number.range()) });
    }
    warnings
}

/// Where the parser library stopped.
fn fallback(parsed: &parser::Parsed<ruff_python_ast::Mod>) -> TextRange {
    let first = parsed.errors().first().map(|error| error.location);
    first.or_else(|| parsed.unsupported_syntax_errors().first().map(|error| error.range)).unwrap_or_default()
}

/// CPython's error for a refused source; `known` is what is said if the second look finds nothing.
fn refuse(text: &str, lines: &Lines, filename: &str, mode: Mode, known: CompileError) -> SyntaxFailure {
    second_look(text, filename, mode).unwrap_or_else(|| SyntaxFailure::new(known, filename, text, lines))
}

/// What CPython's own rules say about a source.
fn second_look(text: &str, filename: &str, mode: Mode) -> Option<SyntaxFailure> {
    let terminated = text.is_empty() || text.ends_with('\n');
    let ended: Cow<'_, str> = if terminated { Cow::Borrowed(text) } else { Cow::Owned(format!("{text}\n")) };
    let lines = Lines::new(&ended);
    let diagnosis = diagnose::explain(&ended, &lines, mode, terminated)?;
    Some(SyntaxFailure::diagnosed(diagnosis, filename, &ended, &lines))
}

/// Whether brackets or blocks nest deeper than CPython's tokenizer allows; the library has no such limits.
fn exceeds_limits(tokens: &Tokens) -> bool {
    let (mut brackets, mut blocks, mut strings) = (0_u32, 0_u32, 0_u32);
    for token in tokens {
        match token.kind() {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => brackets += 1,
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => brackets = brackets.saturating_sub(1),
            TokenKind::Indent => blocks += 1,
            TokenKind::Dedent => blocks = blocks.saturating_sub(1),
            TokenKind::FStringStart | TokenKind::TStringStart => strings += 1,
            TokenKind::FStringEnd | TokenKind::TStringEnd => strings = strings.saturating_sub(1),
            _ => continue,
        }
        if brackets > diagnose::MAX_BRACKETS || blocks >= diagnose::MAX_BLOCKS || strings >= diagnose::MAX_STRINGS {
            return true;
        }
    }
    false
}

/// Drops a tree of the parser library, which recurses, on a stack in proportion to how deep the source can nest.
fn drop_deep<T>(tree: T, source_bytes: usize) {
    const BYTES_PER_LEVEL: usize = 512;
    let need = source_bytes.saturating_mul(BYTES_PER_LEVEL);
    if stacker::remaining_stack().is_some_and(|left| left > need) {
        drop(tree);
    } else {
        stacker::grow(need, || drop(tree));
    }
}
