//! From the parser library's errors to CPython's.

use interp_compile::error::CompileError;
use ruff_python_parser as parser;
use ruff_text_size::Ranged;

use crate::Mode;
use crate::lines::Lines;

/// Checks that CPython's tokenizer makes before anything else.
pub(crate) fn precheck(text: &str, lines: &Lines) -> Result<(), CompileError> {
    let _ = (text, lines);
    Ok(())
}

/// Finds CPython's error for a source that the library refused.
pub(crate) fn explain(
    text: &str,
    lines: &Lines,
    parsed: &parser::Parsed<ruff_python_ast::Mod>,
    mode: Mode,
) -> CompileError {
    let _ = (text, mode);
    match parsed.errors().first() {
        Some(error) => CompileError::syntax("invalid syntax", lines.span(error.range())),
        None => CompileError::syntax("invalid syntax", lines.span(parsed.unsupported_syntax_errors()[0].range)),
    }
}
