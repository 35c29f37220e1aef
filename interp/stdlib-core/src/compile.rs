//! Source text to code objects; failures become `SyntaxError` objects, warnings are printed.

use std::borrow::Cow;

use interp_compile::CompileOptions;
use interp_compile::error::ErrorKind;
use interp_front::SyntaxFailure;
use interp_object::data::code::{self, CodeObject};
use interp_object::data::exception as exc;
use interp_object::layout::Obj;
use interp_object::{Esc, PyResult, Raised, TypeObject};

use crate::runtime::runtime;
use crate::util::{int, none, raw_stderr, text, tuple};

pub use interp_front::Mode;

/// Compiles the bytes of a file (PEP 263 applies).
///
/// # Errors
/// `SyntaxError` and its kin.
pub fn compile_bytes(esc: Esc<'_>, source: &[u8], filename: &str, mode: Mode) -> PyResult<Obj<CodeObject>> {
    let decoded = match interp_front::decode(source, filename) {
        Ok(decoded) => decoded,
        Err(failure) => return Err(raise(esc, &failure)),
    };
    compile_text(esc, &decoded, filename, mode, &options())
}

/// Compiles the bytes of the program itself.
///
/// # Errors
/// `SyntaxError` and its kin.
pub(crate) fn compile_program(esc: Esc<'_>, source: &[u8], filename: &str) -> PyResult<Obj<CodeObject>> {
    match interp_front::decode_program(source, filename) {
        Ok(decoded) => compile_text(esc, &decoded, filename, Mode::Exec, &options()),
        Err(failure) => Err(raise(esc, &failure)),
    }
}

/// The options of the command line.
pub(crate) fn options() -> CompileOptions {
    CompileOptions { optimize: runtime().config.optimize, ..CompileOptions::default() }
}

/// Compiles decoded text.
pub(crate) fn compile_text(
    esc: Esc<'_>,
    source: &str,
    filename: &str,
    mode: Mode,
    options: &CompileOptions,
) -> PyResult<Obj<CodeObject>> {
    let compiled = match interp_front::compile(source, filename, mode, options) {
        Ok(compiled) => compiled,
        Err(failure) => return Err(raise(esc, &failure)),
    };
    for warning in &compiled.warnings {
        let line = warning.span.lineno;
        let quoted = source.lines().nth((line as usize).saturating_sub(1)).map(str::trim).unwrap_or_default();
        raw_stderr(&format!("{filename}:{line}: SyntaxWarning: {}\n  {quoted}\n", warning.msg));
    }
    Ok(code::new(esc, &compiled.code))
}

/// Raises what a failed compilation stands for.
pub(crate) fn raise(esc: Esc<'_>, failure: &SyntaxFailure) -> Raised {
    let class: &'static TypeObject = match failure.kind {
        ErrorKind::Syntax => &exc::SYNTAX_ERROR,
        ErrorKind::Indentation => &exc::INDENTATION_ERROR,
        ErrorKind::Tab => &exc::TAB_ERROR,
        ErrorKind::Recursion => &exc::RECURSION_ERROR,
        ErrorKind::Memory => &exc::MEMORY_ERROR,
        ErrorKind::Overflow => &exc::OVERFLOW_ERROR,
        ErrorKind::Value => &exc::VALUE_ERROR,
        ErrorKind::System => &exc::SYSTEM_ERROR,
    };
    let message = text(esc, &failure.msg);
    let Some(place) = &failure.place else {
        let exception = exc::new(esc, class, std::slice::from_ref(&message));
        if failure.kind.is_syntax() {
            exception.set_field(0, message);
        }
        return esc.raise_value(exception.into_value());
    };
    let line: Cow<'_, str> = place.text.as_deref().map_or(Cow::Borrowed(""), Cow::Borrowed);
    let quoted = if place.text.is_some() { text(esc, &line) } else { none() };
    let fields = [
        text(esc, &failure.filename),
        int(esc, i64::from(place.lineno)),
        int(esc, i64::from(place.offset)),
        quoted,
        int(esc, i64::from(place.end_lineno)),
        int(esc, i64::from(place.end_offset)),
    ];
    let details = tuple(esc, fields.clone());
    let exception = exc::new(esc, class, &[message.clone(), details]);
    exception.set_field(0, message);
    for (index, field) in fields.into_iter().enumerate() {
        exception.set_field(index + 1, field);
    }
    exception.set_field(7, none());
    esc.raise_value(exception.into_value())
}
