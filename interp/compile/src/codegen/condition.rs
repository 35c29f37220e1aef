//! Conditions: comparisons, `and`, `or`, `not`, conditional expressions and `if`, as values and as jumps.

use interp_opcode::Opcode;

use crate::ast::{BoolOperator, CmpOperator, Expr, ExprKind, Span, Stmt, UnaryOperator};
use crate::instr::{Label, Loc};

use super::{Done, Generator};

impl<'a> Generator<'a> {
    /// Jumps to `next` if the truth of `expr` is `cond`; falls through otherwise.
    pub(super) fn jump_if(&mut self, loc: Loc, expr: &'a Expr, next: Label, cond: bool) -> Done {
        crate::stack::grow(|| self.jump_if_inner(loc, expr, next, cond))
    }

    fn jump_if_inner(&mut self, loc: Loc, expr: &'a Expr, next: Label, cond: bool) -> Done {
        match &expr.kind {
            ExprKind::UnaryOp { op: UnaryOperator::Not, operand } => self.jump_if(loc, operand, next, !cond),
            ExprKind::BoolOp { op, values } => {
                let stops_on = *op == BoolOperator::Or;
                let own_exit = if stops_on == cond { None } else { Some(self.label()) };
                let (last, first) = values.split_last().expect("a boolean operation has operands");
                for value in first {
                    self.jump_if(loc, value, own_exit.unwrap_or(next), stops_on)?;
                }
                self.jump_if(loc, last, next, cond)?;
                if let Some(exit) = own_exit {
                    self.place(exit);
                }
                Ok(())
            }
            ExprKind::IfExp { test, body, orelse } => {
                let (end, otherwise) = (self.label(), self.label());
                self.jump_if(loc, test, otherwise, false)?;
                self.jump_if(loc, body, next, cond)?;
                self.jump(Loc::NONE, Opcode::JumpNoInterrupt, end);
                self.place(otherwise);
                self.jump_if(loc, orelse, next, cond)?;
                self.place(end);
                Ok(())
            }
            ExprKind::Compare { left, ops, comparators } if ops.len() > 1 => {
                self.check_compare(expr.span, left, ops, comparators);
                self.jump_if_chain(expr.span.into(), left, ops, comparators, next, cond)
            }
            _ => {
                self.expr(expr)?;
                let loc = Loc::from(expr.span);
                self.op(loc, Opcode::ToBool);
                self.jump(loc, if cond { Opcode::PopJumpIfTrue } else { Opcode::PopJumpIfFalse }, next);
                Ok(())
            }
        }
    }

    /// `a < b < c` as a jump.
    fn jump_if_chain(
        &mut self,
        loc: Loc,
        left: &'a Expr,
        ops: &[CmpOperator],
        comparators: &'a [Expr],
        next: Label,
        cond: bool,
    ) -> Done {
        let (last, rest) = comparators.split_last().expect("a comparison has operands");
        let cleanup = self.label();
        self.expr(left)?;
        for (comparator, op) in rest.iter().zip(ops) {
            self.expr(comparator)?;
            self.op_arg(loc, Opcode::Swap, 2);
            self.op_arg(loc, Opcode::Copy, 2);
            self.compare_op(loc, *op);
            self.op(loc, Opcode::ToBool);
            self.jump(loc, Opcode::PopJumpIfFalse, cleanup);
        }
        self.expr(last)?;
        self.compare_op(loc, ops[rest.len()]);
        self.op(loc, Opcode::ToBool);
        self.jump(loc, if cond { Opcode::PopJumpIfTrue } else { Opcode::PopJumpIfFalse }, next);
        let end = self.label();
        self.jump(Loc::NONE, Opcode::JumpNoInterrupt, end);
        self.place(cleanup);
        self.op(loc, Opcode::PopTop);
        if !cond {
            self.jump(Loc::NONE, Opcode::JumpNoInterrupt, next);
        }
        self.place(end);
        Ok(())
    }

    pub(super) fn compare(
        &mut self,
        expr: &'a Expr,
        left: &'a Expr,
        ops: &[CmpOperator],
        comparators: &'a [Expr],
    ) -> Done {
        let loc = Loc::from(expr.span);
        self.check_compare(expr.span, left, ops, comparators);
        self.expr(left)?;
        let (last, rest) = comparators.split_last().expect("a comparison has operands");
        if rest.is_empty() {
            self.expr(last)?;
            self.compare_op(loc, ops[0]);
            return Ok(());
        }
        let cleanup = self.label();
        for (comparator, op) in rest.iter().zip(ops) {
            self.expr(comparator)?;
            self.op_arg(loc, Opcode::Swap, 2);
            self.op_arg(loc, Opcode::Copy, 2);
            self.compare_op(loc, *op);
            self.op_arg(loc, Opcode::Copy, 1);
            self.op(loc, Opcode::ToBool);
            self.jump(loc, Opcode::PopJumpIfFalse, cleanup);
            self.op(loc, Opcode::PopTop);
        }
        self.expr(last)?;
        self.compare_op(loc, ops[rest.len()]);
        let end = self.label();
        self.jump(Loc::NONE, Opcode::JumpNoInterrupt, end);
        self.place(cleanup);
        self.op_arg(loc, Opcode::Swap, 2);
        self.op(loc, Opcode::PopTop);
        self.place(end);
        Ok(())
    }

    pub(super) fn bool_op(&mut self, loc: Loc, op: BoolOperator, values: &'a [Expr]) -> Done {
        let jump = if op == BoolOperator::And { Opcode::JumpIfFalse } else { Opcode::JumpIfTrue };
        let end = self.label();
        let (last, first) = values.split_last().expect("a boolean operation has operands");
        for value in first {
            self.expr(value)?;
            self.jump(loc, jump, end);
            self.op(loc, Opcode::PopTop);
        }
        self.expr(last)?;
        self.place(end);
        Ok(())
    }

    pub(super) fn if_exp(&mut self, loc: Loc, test: &'a Expr, body: &'a Expr, orelse: &'a Expr) -> Done {
        let (end, otherwise) = (self.label(), self.label());
        self.jump_if(loc, test, otherwise, false)?;
        self.expr(body)?;
        self.jump(Loc::NONE, Opcode::JumpNoInterrupt, end);
        self.place(otherwise);
        self.expr(orelse)?;
        self.place(end);
        Ok(())
    }

    pub(super) fn if_stmt(&mut self, span: Span, test: &'a Expr, body: &'a [Stmt], orelse: &'a [Stmt]) -> Done {
        let end = self.label();
        let otherwise = if orelse.is_empty() { None } else { Some(self.label()) };
        self.jump_if(span.into(), test, otherwise.unwrap_or(end), false)?;
        self.stmts(body)?;
        if let Some(otherwise) = otherwise {
            self.jump(Loc::NONE, Opcode::JumpNoInterrupt, end);
            self.place(otherwise);
            self.stmts(orelse)?;
        }
        self.place(end);
        Ok(())
    }
}
