//! Code generation: from the tree and its symbol table to instructions with labels (CPython: `Python/codegen.c`).
//!
//! What is emitted, and with which source range, is exactly what CPython 3.14 emits at this stage: that is what makes
//! the result comparable byte for byte, and why nothing is optimized here. One file per area of the language:
//!
//! * [`unit`]: code units (entering, leaving, handing over to the assembler), [`emit`]: single instructions and names,
//!   [`fblock`]: what `return`, `break` and `continue` have to unwind;
//! * statements: [`stmt`], [`assign`], [`import`], [`loops`], [`try_except`], [`try_star`], [`with`], [`pattern`];
//! * definitions: [`function`], [`annotations`], [`type_params`], [`class`];
//! * expressions: [`expr`], [`condition`], [`collection`], [`call`], [`super_call`], [`comprehension`], [`strings`];
//! * [`constant`], [`docstring`], [`check`]: constants, docstring cleaning, warnings.

mod annotations;
mod assign;
mod call;
mod check;
mod class;
mod collection;
mod comprehension;
mod condition;
mod constant;
mod docstring;
mod emit;
mod expr;
mod fblock;
mod function;
mod import;
mod inline;
mod loops;
mod pattern;
mod pattern_parts;
mod stmt;
mod strings;
mod super_call;
mod try_except;
mod try_star;
mod type_params;
mod unit;
mod with;

use std::sync::Arc;

use interp_code::{Code, Const, Wtf};
use interp_opcode::Opcode;

use crate::ast::{ExprContext, Mod, Stmt, StmtKind};
use crate::error::{CompileError, CompileWarning};
use crate::future::{Future, doc_string};
use crate::instr::Loc;
use crate::names::{Interner, known};
use crate::symtable::{MODULE, SymbolTable};

use unit::{Counts, ScopeType, Unit};

/// Result of everything that emits code.
type Done = Result<(), CompileError>;

/// Generates and assembles the code of a module.
///
/// # Errors
/// The `SyntaxError`s that CPython's `codegen.c` raises, and what the assembler refuses.
pub(crate) fn generate(
    module: &Mod,
    table: SymbolTable,
    names: Interner,
    future: &Future,
    optimize: u8,
    filename: &Wtf,
) -> Result<(Arc<Code>, Vec<CompileWarning>), CompileError> {
    let mut unit = Unit::new(&table, MODULE, ScopeType::Module, known::ANON_MODULE, 1, Counts::default());
    unit.number_cells(&table[MODULE], &names);
    let interactive = matches!(module, Mod::Interactive { .. });
    let mut generator = Generator {
        table,
        names,
        future,
        optimize,
        filename,
        interactive,
        unit,
        outer: Vec::new(),
        warnings: Vec::new(),
        muted: 0,
    };
    let code = generator.module(module)?;
    Ok((code, generator.warnings))
}

/// State of code generation.
struct Generator<'a> {
    table: SymbolTable,
    names: Interner,
    future: &'a Future,
    optimize: u8,
    filename: &'a Wtf,
    interactive: bool,
    /// The unit being generated.
    unit: Unit<'a>,
    /// The units around it, innermost last.
    outer: Vec<Unit<'a>>,
    warnings: Vec<CompileWarning>,
    /// Not zero inside the second copy of a `finally` body: its warnings have been given.
    muted: u32,
}

impl<'a> Generator<'a> {
    fn module(&mut self, module: &'a Mod) -> Result<Arc<Code>, CompileError> {
        // Line 0 comes before everything, also before what a debugger would stop at.
        let start = Loc::new(0, 1, 0, 0);
        self.op_arg(start, Opcode::Resume, emit::RESUME_AT_FUNC_START);
        self.op(start, Opcode::AnnotationsPlaceholder);
        match module {
            Mod::Module { body } => self.module_body(body, false)?,
            Mod::Interactive { body } => self.module_body(body, true)?,
            Mod::Expression { body } => self.expr(body)?,
        }
        self.finish_unit(!matches!(module, Mod::Expression { .. }))
    }

    fn module_body(&mut self, body: &'a [Stmt], interactive: bool) -> Done {
        let loc = body.first().map_or(Loc::new(1, 1, 0, 0), |stmt| stmt.span.into());
        if self.scope().has_conditional_annotations {
            self.op_arg(loc, Opcode::BuildSet, 0);
            let number = self.unit.names.number(known::CONDITIONAL_ANNOTATIONS);
            self.op_arg(loc, Opcode::StoreName, number);
        }
        self.body(loc, body, interactive)
    }

    /// The statements of a module or class.
    fn body(&mut self, loc: Loc, body: &'a [Stmt], interactive: bool) -> Done {
        if self.future.annotations && self.scope().annotations_used {
            self.op(loc, Opcode::SetupAnnotations);
        }
        let mut rest = body;
        if !interactive
            && self.scope().has_docstring
            && let Some(text) = doc_string(body)
            && let StmtKind::Expr { value } = &body[0].kind
        {
            let doc = docstring::clean(text);
            self.load_const(value.span.into(), Const::Str(doc));
            self.name_op(Loc::NONE, known::DOC, ExprContext::Store);
            rest = &body[1..];
        }
        if body.is_empty() {
            return Ok(());
        }
        self.stmts(rest)?;
        if self.future.annotations { Ok(()) } else { self.deferred_annotations(loc) }
    }
}
