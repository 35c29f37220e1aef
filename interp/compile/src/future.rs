//! `from __future__ import …`: which features are on (CPython: `Python/future.c`).
//!
//! Apart because it is the one thing that must be known before the symbol table is built.

use interp_code::CodeFlags;

use crate::ast::{Constant, ExprKind, Mod, Span, Stmt, StmtKind};
use crate::error::CompileError;

/// Features of one compilation.
#[derive(Debug)]
pub(crate) struct Future {
    /// Bits for `co_flags`.
    pub(crate) flags: CodeFlags,
    /// `from __future__ import annotations`
    pub(crate) annotations: bool,
    /// `PyCF_ALLOW_TOP_LEVEL_AWAIT`
    pub(crate) top_level_await: bool,
    /// The last future statement.
    pub(crate) last: Option<Span>,
}

/// Reads the future statements at the start of a module.
///
/// # Errors
/// `SyntaxError` for a feature that does not exist.
pub(crate) fn of(module: &Mod, inherited: CodeFlags, top_level_await: bool) -> Result<Future, CompileError> {
    let mut future = Future { flags: inherited, annotations: false, top_level_await, last: None };
    if let Mod::Module { body } | Mod::Interactive { body } = module {
        let rest = if doc_string(body).is_some() { &body[1..] } else { body };
        for stmt in rest {
            let StmtKind::ImportFrom { module: Some(from), names, level: 0 } = &stmt.kind else { break };
            if &**from != "__future__" {
                break;
            }
            for alias in names {
                future.flags |= feature(&alias.name, alias.span)?;
            }
            future.last = Some(stmt.span);
        }
    }
    future.annotations = future.flags.contains(CodeFlags::FUTURE_ANNOTATIONS);
    Ok(future)
}

fn feature(name: &str, span: Span) -> Result<CodeFlags, CompileError> {
    match name {
        // Long since part of the language.
        "nested_scopes" | "generators" | "division" | "absolute_import" | "with_statement" | "print_function"
        | "unicode_literals" | "generator_stop" => Ok(CodeFlags::empty()),
        "barry_as_FLUFL" => Ok(CodeFlags::FUTURE_BARRY_AS_BDFL),
        "annotations" => Ok(CodeFlags::FUTURE_ANNOTATIONS),
        "braces" => Err(CompileError::syntax("not a chance", span)),
        _ => Err(CompileError::syntax(format!("future feature {name:.100} is not defined"), span)),
    }
}

/// The docstring of a body, if its first statement is one.
pub(crate) fn doc_string(body: &[Stmt]) -> Option<&crate::ast::Wtf8> {
    let StmtKind::Expr { value } = &body.first()?.kind else { return None };
    match &value.kind {
        ExprKind::Constant { value: Constant::Str(text), .. } => Some(text),
        _ => None,
    }
}
