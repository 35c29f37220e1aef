//! Statements: the dispatch over all of them, and the small ones.

use interp_opcode::{CommonConstant, Intrinsic1, Opcode};

use crate::ast::{Expr, ExprKind, Span, Stmt, StmtKind};
use crate::instr::Loc;

use super::{Done, Generator};

impl<'a> Generator<'a> {
    pub(super) fn stmts(&mut self, body: &'a [Stmt]) -> Done {
        body.iter().try_for_each(|stmt| self.stmt(stmt))
    }

    pub(super) fn stmt(&mut self, stmt: &'a Stmt) -> Done {
        crate::stack::grow(|| self.stmt_inner(stmt))
    }

    fn stmt_inner(&mut self, stmt: &'a Stmt) -> Done {
        let span = stmt.span;
        let loc = Loc::from(span);
        match &stmt.kind {
            StmtKind::FunctionDef(function) => self.function(function, span, false),
            StmtKind::AsyncFunctionDef(function) => self.function(function, span, true),
            StmtKind::ClassDef(class) => self.class(class, span),
            StmtKind::TypeAlias { name, type_params, value } => self.type_alias(stmt, name, type_params, value),
            StmtKind::Return { value } => self.return_stmt(span, value.as_deref()),
            StmtKind::Delete { targets } => self.exprs(targets),
            StmtKind::Assign { targets, value } => self.assign(loc, targets, value),
            StmtKind::AugAssign { target, op, value } => self.aug_assign(loc, target, *op, value),
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                self.ann_assign(stmt, target, annotation, value.as_deref(), *simple)
            }
            StmtKind::Raise { exc, cause } => {
                let mut count = 0;
                for value in exc.iter().chain(cause) {
                    self.expr(value)?;
                    count += 1;
                }
                self.op_arg(loc, Opcode::RaiseVarargs, count);
                Ok(())
            }
            StmtKind::Assert { test, msg } => self.assert(span, test, msg.as_deref()),
            StmtKind::Import { names } => {
                self.import(loc, names);
                Ok(())
            }
            StmtKind::ImportFrom { module, names, level } => {
                self.import_from(loc, module.as_ref(), names, *level);
                Ok(())
            }
            StmtKind::Global { .. } | StmtKind::Nonlocal { .. } => Ok(()),
            StmtKind::Expr { value } => self.expr_stmt(loc, value),
            StmtKind::Pass => {
                self.op(loc, Opcode::Nop);
                Ok(())
            }
            StmtKind::Break => self.break_stmt(span),
            StmtKind::Continue => self.continue_stmt(span),
            _ => {
                self.unit.conditional_depth += 1;
                let done = self.compound(stmt);
                self.unit.conditional_depth -= 1;
                done
            }
        }
    }

    /// Statements whose bodies may not run.
    fn compound(&mut self, stmt: &'a Stmt) -> Done {
        let span = stmt.span;
        match &stmt.kind {
            StmtKind::For { target, iter, body, orelse } => self.for_stmt(span, target, iter, body, orelse),
            StmtKind::AsyncFor { target, iter, body, orelse } => self.async_for(span, target, iter, body, orelse),
            StmtKind::While { test, body, orelse } => self.while_stmt(span, test, body, orelse),
            StmtKind::If { test, body, orelse } => self.if_stmt(span, test, body, orelse),
            StmtKind::With { items, body } => self.with(items, body),
            StmtKind::AsyncWith { items, body } => self.async_with(items, body),
            StmtKind::Match { subject, cases } => self.match_stmt(subject, cases),
            StmtKind::Try { body, handlers, orelse, finalbody } => {
                let parts = super::try_except::TryParts { span, body, handlers, orelse, finalbody, is_star: false };
                self.try_stmt(&parts)
            }
            StmtKind::TryStar { body, handlers, orelse, finalbody } => {
                let parts = super::try_except::TryParts { span, body, handlers, orelse, finalbody, is_star: true };
                self.try_stmt(&parts)
            }
            _ => unreachable!("simple statements are handled by the caller"),
        }
    }

    fn assign(&mut self, loc: Loc, targets: &'a [Expr], value: &'a Expr) -> Done {
        self.expr(value)?;
        for (number, target) in targets.iter().enumerate() {
            if number + 1 < targets.len() {
                self.op_arg(loc, Opcode::Copy, 1);
            }
            self.expr(target)?;
        }
        Ok(())
    }

    fn assert(&mut self, span: Span, test: &'a Expr, msg: Option<&'a Expr>) -> Done {
        if matches!(&test.kind, ExprKind::Tuple { elts, .. } if !elts.is_empty()) {
            self.warn(span, || "assertion is always true, perhaps remove parentheses?".into());
        }
        if self.optimize > 0 {
            return Ok(());
        }
        let loc = Loc::from(span);
        let end = self.label();
        self.jump_if(loc, test, end, true)?;
        self.common_constant(loc, CommonConstant::AssertionError);
        if let Some(msg) = msg {
            self.expr(msg)?;
            self.op_arg(loc, Opcode::Call, 0);
        }
        self.op_arg(test.span.into(), Opcode::RaiseVarargs, 1);
        self.place(end);
        Ok(())
    }

    fn expr_stmt(&mut self, loc: Loc, value: &'a Expr) -> Done {
        if self.interactive && self.outer.is_empty() {
            self.expr(value)?;
            self.intrinsic1(loc, Intrinsic1::Print);
        } else if matches!(value.kind, ExprKind::Constant { .. }) {
            self.op(loc, Opcode::Nop);
            return Ok(());
        } else {
            self.expr(value)?;
        }
        self.op(Loc::NONE, Opcode::PopTop);
        Ok(())
    }
}
