//! Annotations: the `__annotate__` functions of PEP 649, and text under `from __future__ import annotations`.

use std::sync::Arc;

use interp_code::Const;
use interp_opcode::{CommonConstant, Opcode};

use crate::ast::{Arg, CmpOperator, Expr, ExprContext, ExprKind, FunctionDef, StmtKind};
use crate::error::CompileError;
use crate::instr::{InstrSequence, Loc};
use crate::names::{NameId, known};
use crate::symtable::{BlockKind, NodeKey, NodeRole, ScopeId};

use super::function::MAKE_ANNOTATE;
use super::unit::{Counts, ScopeType};
use super::{Done, Generator};

/// `annotationlib.Format.VALUE_WITH_FAKE_GLOBALS`: formats above it are refused.
const LAST_SUPPORTED_FORMAT: i64 = 2;

impl<'a> Generator<'a> {
    /// Begins a function that is evaluated lazily: it takes the format and refuses those it does not know.
    pub(super) fn enter_annotations(&mut self, loc: Loc, scope: ScopeId, name: NameId) {
        let counts = Counts { posonly: 1, ..Counts::default() };
        self.enter(name, ScopeType::Annotations, scope, loc.lineno.cast_unsigned(), None, counts);
        self.op_arg(loc, Opcode::LoadFast, 0);
        self.load_const(loc, Const::int(LAST_SUPPORTED_FORMAT));
        self.compare_op(loc, CmpOperator::Gt);
        let body = self.label();
        self.jump(loc, Opcode::PopJumpIfFalse, body);
        self.common_constant(loc, CommonConstant::NotImplementedError);
        self.op_arg(loc, Opcode::RaiseVarargs, 1);
        self.place(body);
    }

    /// Ends an `__annotate__` function and makes it.
    fn leave_annotations(&mut self, loc: Loc) -> Done {
        self.op(loc, Opcode::ReturnValue);
        let mut closed = self.leave(true)?;
        // The parameter is `.format` inside, so that annotations cannot see it, but shows as `format`.
        if let Some(name) = Arc::make_mut(&mut closed.code).localsplusnames.first_mut() {
            *name = self.names.code_name(known::FORMAT);
        }
        self.make_closure(loc, &closed, 0);
        Ok(())
    }

    /// The annotations of a function's parameters; returns whether there are any.
    pub(super) fn function_annotations(&mut self, loc: Loc, function: &'a FunctionDef) -> Result<u32, CompileError> {
        let args = &function.args;
        let block = self.block_of(NodeKey::new(args, NodeRole::Annotations));
        if !self.table[block].annotations_used {
            return Ok(0);
        }
        self.enter_annotations(loc, block, known::ANNOTATE);
        let mut count = 0;
        let first = args.args.iter().chain(&args.posonlyargs).chain(&args.vararg);
        for Arg { arg, annotation, .. } in first.chain(&args.kwonlyargs).chain(&args.kwarg) {
            if let Some(annotation) = annotation {
                let name = self.names.of(arg);
                self.parameter_annotation(loc, name, annotation)?;
                count += 1;
            }
        }
        if let Some(returns) = &function.returns {
            self.parameter_annotation(loc, known::RETURN, returns)?;
            count += 1;
        }
        self.op_arg(loc, Opcode::BuildMap, count);
        self.leave_annotations(loc)?;
        Ok(MAKE_ANNOTATE)
    }

    fn parameter_annotation(&mut self, loc: Loc, name: NameId, annotation: &'a Expr) -> Done {
        let mangled = self.mangle(name);
        self.load_text(loc, mangled);
        if self.future.annotations {
            self.annotation_text(annotation);
            return Ok(());
        }
        if let ExprKind::Starred { value, .. } = &annotation.kind {
            // `*args: *Ts`
            self.expr(value)?;
            self.op_arg(loc, Opcode::UnpackSequence, 1);
            return Ok(());
        }
        self.expr(annotation)
    }

    /// An annotation as the text it was written as, or rather as CPython writes it again.
    pub(super) fn annotation_text(&mut self, annotation: &Expr) {
        let text = crate::unparse::unparse(annotation);
        self.load_const(annotation.span.into(), Const::Str(text));
    }

    /// The `__annotate__` function of a module or class, of the annotated assignments met in it.
    pub(super) fn deferred_annotations(&mut self, loc: Loc) -> Done {
        let annotated = std::mem::take(&mut self.unit.annotated);
        if annotated.is_empty() {
            return Ok(());
        }
        let is_module = self.unit.scope_type == ScopeType::Module;
        if is_module {
            // A module's stands at its start, so that it is there while the module still runs.
            let main = std::mem::replace(&mut self.unit.seq, InstrSequence::new());
            self.unit.stashed = Some(main);
        }
        let block = self.scope().annotation_block.expect("the symbol table has seen the annotations");
        self.enter_annotations(loc, block, known::ANNOTATE);
        self.op_arg(loc, Opcode::BuildMap, 0);
        for (stmt, index) in annotated {
            let StmtKind::AnnAssign { target, annotation, .. } = &stmt.kind else {
                unreachable!("only annotated assignments are collected");
            };
            let ExprKind::Name { id, .. } = &target.kind else {
                unreachable!("only annotated names are collected");
            };
            let stmt_loc = Loc::from(stmt.span);
            let not_set = self.label();
            if let Some(index) = index {
                self.jump_if_not_run(stmt_loc, index, is_module, not_set);
            }
            self.expr(annotation)?;
            self.op_arg(stmt_loc, Opcode::Copy, 2);
            let name = self.names.of(id);
            let mangled = self.names.mangle(self.unit.private, name);
            self.load_text(stmt_loc, mangled);
            self.op(loc, Opcode::StoreSubscr);
            self.place(not_set);
        }
        self.leave_annotations(loc)?;
        let is_class = self.scope().kind == BlockKind::Class;
        let name = if is_class { known::ANNOTATE_FUNC } else { known::ANNOTATE };
        self.name_op(loc, name, ExprContext::Store);
        if let Some(main) = self.unit.stashed.take() {
            let annotations = std::mem::replace(&mut self.unit.seq, main);
            self.unit.seq.set_annotations(annotations);
        }
        Ok(())
    }

    /// Skips an annotation whose statement has not been reached.
    fn jump_if_not_run(&mut self, loc: Loc, index: u32, is_module: bool, not_set: crate::instr::Label) {
        self.load_const(loc, Const::int(i64::from(index)));
        if is_module {
            let number = self.unit.names.number(known::CONDITIONAL_ANNOTATIONS);
            self.op_arg(loc, Opcode::LoadGlobal, number << 1);
        } else {
            let number = self.unit.free_number(known::CONDITIONAL_ANNOTATIONS);
            self.op_arg(loc, Opcode::LoadDeref, number);
        }
        self.op_arg(loc, Opcode::ContainsOp, 0);
        self.jump(loc, Opcode::PopJumpIfFalse, not_set);
    }
}
