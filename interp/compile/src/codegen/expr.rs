//! Expressions: the dispatch over all of them, attributes, subscripts, `yield` and `await`.

use interp_code::Const;
use interp_opcode::{Intrinsic1, Opcode};

use crate::ast::{Expr, ExprContext, ExprKind, UnaryOperator};
use crate::error::CompileError;
use crate::instr::Loc;

use super::assign::{at_attribute, is_constant_slice, two_part_slice};
use super::emit::AttrUse;
use super::unit::ScopeType;
use super::{Done, Generator, constant};

impl<'a> Generator<'a> {
    pub(super) fn exprs(&mut self, exprs: &'a [Expr]) -> Done {
        exprs.iter().try_for_each(|expr| self.expr(expr))
    }

    /// An expression: its value goes on the stack, or, for a target, the value on the stack goes into it.
    pub(super) fn expr(&mut self, expr: &'a Expr) -> Done {
        crate::stack::grow(|| self.expr_inner(expr))
    }

    fn expr_inner(&mut self, expr: &'a Expr) -> Done {
        let loc = Loc::from(expr.span);
        match &expr.kind {
            ExprKind::Constant { value, .. } => {
                self.load_const(loc, constant::of(value));
                Ok(())
            }
            ExprKind::Name { id, ctx } => {
                self.ident_op(loc, id, *ctx);
                Ok(())
            }
            ExprKind::Attribute { .. } => self.attribute(expr),
            ExprKind::Call { func, args, keywords } => self.call(expr, func, args, keywords),
            ExprKind::BinOp { left, op, right } => {
                self.expr(left)?;
                self.expr(right)?;
                self.binary_op(loc, *op, false);
                Ok(())
            }
            ExprKind::Subscript { value, slice, ctx } => self.subscript(expr, value, slice, *ctx),
            ExprKind::Tuple { elts, ctx } => self.list_or_tuple(loc, elts, *ctx, true),
            ExprKind::List { elts, ctx } => self.list_or_tuple(loc, elts, *ctx, false),
            ExprKind::UnaryOp { op, operand } => self.unary(loc, *op, operand),
            ExprKind::Compare { left, ops, comparators } => self.compare(expr, left, ops, comparators),
            ExprKind::BoolOp { op, values } => self.bool_op(loc, *op, values),
            ExprKind::IfExp { test, body, orelse } => self.if_exp(loc, test, body, orelse),
            ExprKind::Dict { keys, values } => self.dict(loc, keys, values),
            ExprKind::Set { elts } => self.set(loc, elts),
            ExprKind::JoinedStr { values } => self.joined_str(loc, values),
            ExprKind::FormattedValue { value, conversion, format_spec } => {
                self.formatted_value(loc, value, *conversion, format_spec.as_deref())
            }
            ExprKind::Lambda { args, body } => self.lambda(expr, args, body),
            ExprKind::GeneratorExp { .. }
            | ExprKind::ListComp { .. }
            | ExprKind::SetComp { .. }
            | ExprKind::DictComp { .. } => self.comprehension(expr),
            ExprKind::NamedExpr { target, value } => {
                self.expr(value)?;
                self.op_arg(loc, Opcode::Copy, 1);
                self.expr(target)
            }
            ExprKind::Slice { .. } => self.slice(expr),
            _ => self.rare_expr(expr),
        }
    }

    fn rare_expr(&mut self, expr: &'a Expr) -> Done {
        let loc = Loc::from(expr.span);
        match &expr.kind {
            ExprKind::Yield { value } => {
                if !self.scope().is_function_like() {
                    return Err(CompileError::syntax("'yield' outside function", expr.span));
                }
                match value {
                    Some(value) => self.expr(value)?,
                    None => self.load_const(loc, Const::None),
                }
                self.yield_value(loc);
                Ok(())
            }
            ExprKind::YieldFrom { value } => {
                if !self.scope().is_function_like() {
                    return Err(CompileError::syntax("'yield from' outside function", expr.span));
                }
                if self.unit.scope_type == ScopeType::AsyncFunction {
                    return Err(CompileError::syntax("'yield from' inside async function", expr.span));
                }
                self.expr(value)?;
                self.op(loc, Opcode::GetYieldFromIter);
                self.load_const(loc, Const::None);
                self.yield_from(loc, false);
                Ok(())
            }
            ExprKind::Await { value } => {
                self.expr(value)?;
                self.await_top(loc, 0);
                Ok(())
            }
            ExprKind::TemplateStr { values } => self.template_str(loc, values),
            ExprKind::Interpolation { value, text, conversion, format_spec } => {
                self.interpolation(loc, value, text, *conversion, format_spec.as_deref())
            }
            ExprKind::Starred { ctx, .. } => {
                let msg = if *ctx == ExprContext::Store {
                    "starred assignment target must be in a list or tuple"
                } else {
                    "can't use starred expression here"
                };
                Err(CompileError::syntax(msg, expr.span))
            }
            _ => unreachable!("the common expressions are handled by the caller"),
        }
    }

    fn unary(&mut self, loc: Loc, op: UnaryOperator, operand: &'a Expr) -> Done {
        self.expr(operand)?;
        match op {
            UnaryOperator::UAdd => self.intrinsic1(loc, Intrinsic1::UnaryPositive),
            UnaryOperator::Not => {
                self.op(loc, Opcode::ToBool);
                self.op(loc, Opcode::UnaryNot);
            }
            UnaryOperator::Invert => self.op(loc, Opcode::UnaryInvert),
            UnaryOperator::USub => self.op(loc, Opcode::UnaryNegative),
        }
        Ok(())
    }

    fn attribute(&mut self, expr: &'a Expr) -> Done {
        let ExprKind::Attribute { value, attr, ctx } = &expr.kind else {
            unreachable!("only attributes come here");
        };
        let mut loc = Loc::from(expr.span);
        if *ctx == ExprContext::Load && self.can_optimize_super(value, attr) {
            self.super_attr(loc, value, attr, AttrUse::Value)?;
            loc = at_attribute(loc, expr);
            self.op(loc, Opcode::Nop);
            return Ok(());
        }
        if *ctx == ExprContext::Store {
            self.note_static_attribute(value, attr);
        }
        self.expr(value)?;
        loc = at_attribute(loc, expr);
        match ctx {
            ExprContext::Load => self.load_attr(loc, attr, AttrUse::Value),
            ExprContext::Store => self.op_name(loc, Opcode::StoreAttr, attr),
            ExprContext::Del => self.op_name(loc, Opcode::DeleteAttr, attr),
        }
        Ok(())
    }

    /// `self.x = …` in a method adds to the class's `__static_attributes__`.
    fn note_static_attribute(&mut self, object: &Expr, attr: &crate::ast::Ident) {
        let ExprKind::Name { id, .. } = &object.kind else { return };
        if &**id != "self" {
            return;
        }
        let class = self.outer.iter_mut().rev().find(|unit| unit.scope_type == ScopeType::Class);
        if let Some(class) = class {
            class.static_attributes.insert(self.names.of(attr));
        }
    }

    fn subscript(&mut self, expr: &'a Expr, value: &'a Expr, slice: &'a Expr, ctx: ExprContext) -> Done {
        let loc = Loc::from(expr.span);
        if ctx == ExprContext::Load {
            self.check_subscript(value, slice);
        }
        self.expr(value)?;
        if ctx != ExprContext::Del
            && let Some((lower, upper)) = two_part_slice(slice)
        {
            self.slice_parts(slice.span.into(), lower, upper)?;
            self.op(loc, if ctx == ExprContext::Load { Opcode::BinarySlice } else { Opcode::StoreSlice });
            return Ok(());
        }
        self.expr(slice)?;
        match ctx {
            ExprContext::Load => self.subscript_op(loc),
            ExprContext::Store => self.op(loc, Opcode::StoreSubscr),
            ExprContext::Del => self.op(loc, Opcode::DeleteSubscr),
        }
        Ok(())
    }

    /// Both bounds of a slice on the stack.
    pub(super) fn slice_parts(&mut self, loc: Loc, lower: Option<&'a Expr>, upper: Option<&'a Expr>) -> Done {
        for part in [lower, upper] {
            match part {
                Some(part) => self.expr(part)?,
                None => self.load_const(loc, Const::None),
            }
        }
        Ok(())
    }

    fn slice(&mut self, expr: &'a Expr) -> Done {
        let ExprKind::Slice { lower, upper, step } = &expr.kind else {
            unreachable!("only slices come here");
        };
        let loc = Loc::from(expr.span);
        if is_constant_slice(expr) {
            let part = |part: &Option<Box<Expr>>| match part.as_deref().map(|part| &part.kind) {
                Some(ExprKind::Constant { value, .. }) => constant::of(value),
                _ => Const::None,
            };
            let parts = [part(lower), part(upper), part(step)];
            self.load_const(loc, Const::Slice(parts.into()));
            return Ok(());
        }
        self.slice_parts(loc, lower.as_deref(), upper.as_deref())?;
        let mut count = 2;
        if let Some(step) = step {
            self.expr(step)?;
            count = 3;
        }
        self.op_arg(loc, Opcode::BuildSlice, count);
        Ok(())
    }
}
