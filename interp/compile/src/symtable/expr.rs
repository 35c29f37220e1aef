//! The first pass over expressions.

use crate::ast::{Expr, ExprContext, ExprKind, Ident, Span};
use crate::error::CompileError;
use crate::names::known;

use super::build::{Builder, Done, check_name};
use super::{BlockKind, Comprehension, NodeKey, NodeRole, def};

impl Builder<'_> {
    pub(super) fn exprs(&mut self, exprs: &[Expr]) -> Done {
        exprs.iter().try_for_each(|expr| self.expr(expr))
    }

    pub(super) fn opt_expr(&mut self, expr: Option<&Expr>) -> Done {
        expr.map_or(Ok(()), |expr| self.expr(expr))
    }

    pub(super) fn expr(&mut self, expr: &Expr) -> Done {
        crate::stack::grow(|| self.expr_inner(expr))
    }

    fn expr_inner(&mut self, expr: &Expr) -> Done {
        match &expr.kind {
            ExprKind::Constant { .. } => Ok(()),
            ExprKind::Name { id, ctx } => self.name(id, *ctx, expr.span),
            ExprKind::Attribute { value, attr, ctx } => {
                check_name(self.names.of(attr), expr.span, *ctx)?;
                self.expr(value)
            }
            ExprKind::Call { func, args, keywords } => {
                self.expr(func)?;
                self.exprs(args)?;
                self.keywords(keywords)
            }
            ExprKind::BinOp { left, right, .. } => {
                self.expr(left)?;
                self.expr(right)
            }
            ExprKind::Subscript { value, slice, .. } => {
                self.expr(value)?;
                self.expr(slice)
            }
            ExprKind::UnaryOp { operand: value, .. } | ExprKind::Starred { value, .. } => self.expr(value),
            ExprKind::Compare { left, comparators, .. } => {
                self.expr(left)?;
                self.exprs(comparators)
            }
            ExprKind::BoolOp { values: elts, .. }
            | ExprKind::JoinedStr { values: elts }
            | ExprKind::TemplateStr { values: elts }
            | ExprKind::List { elts, .. }
            | ExprKind::Tuple { elts, .. }
            | ExprKind::Set { elts } => self.exprs(elts),
            ExprKind::Dict { keys, values } => {
                keys.iter().try_for_each(|key| self.opt_expr(key.as_ref()))?;
                self.exprs(values)
            }
            ExprKind::IfExp { test, body, orelse } => {
                self.expr(test)?;
                self.expr(body)?;
                self.expr(orelse)
            }
            ExprKind::FormattedValue { value, format_spec, .. }
            | ExprKind::Interpolation { value, format_spec, .. } => {
                self.expr(value)?;
                self.opt_expr(format_spec.as_deref())
            }
            ExprKind::Slice { lower, upper, step } => {
                self.opt_expr(lower.as_deref())?;
                self.opt_expr(upper.as_deref())?;
                self.opt_expr(step.as_deref())
            }
            _ => self.scoped_expr(expr),
        }
    }

    /// Expressions that have a block of their own or are not allowed in every block.
    fn scoped_expr(&mut self, expr: &Expr) -> Done {
        let span = expr.span;
        match &expr.kind {
            ExprKind::NamedExpr { target, value } => {
                self.forbid_in_annotation("named expression", span)?;
                self.named_expr(span, target, value)
            }
            ExprKind::Lambda { args, body } => {
                self.defaults(args)?;
                self.enter(BlockKind::Function, NodeKey::new(expr, NodeRole::Body), span)?;
                self.arguments(args)?;
                self.expr(body)?;
                self.exit();
                Ok(())
            }
            ExprKind::GeneratorExp { .. }
            | ExprKind::ListComp { .. }
            | ExprKind::SetComp { .. }
            | ExprKind::DictComp { .. } => self.comprehension(expr),
            ExprKind::Yield { value } => {
                self.forbid_in_annotation("yield expression", span)?;
                self.opt_expr(value.as_deref())?;
                self.generator(span)
            }
            ExprKind::YieldFrom { value } => {
                self.forbid_in_annotation("yield expression", span)?;
                self.expr(value)?;
                self.generator(span)
            }
            ExprKind::Await { value } => {
                self.forbid_in_annotation("await expression", span)?;
                self.check_await(span)?;
                self.expr(value)?;
                self.cur_mut().coroutine = true;
                Ok(())
            }
            _ => unreachable!("plain expressions are handled by the caller"),
        }
    }

    fn name(&mut self, id: &Ident, ctx: ExprContext, span: Span) -> Done {
        if self.cur().in_unevaluated_annotation {
            return Ok(());
        }
        let name = self.names.of(id);
        let flag = if ctx == ExprContext::Load { def::USE } else { def::LOCAL };
        self.add_ctx(name, flag, span, ctx)?;
        // `super` may be called without arguments, which reads the cell `__class__`.
        if name == known::SUPER && ctx == ExprContext::Load && self.cur().is_function_like() {
            self.add(known::CLASS, def::USE, span)?;
        }
        Ok(())
    }

    fn generator(&mut self, span: Span) -> Done {
        let cur = self.cur_mut();
        cur.generator = true;
        let what = match cur.comprehension {
            Comprehension::No => return Ok(()),
            Comprehension::List => "'yield' inside list comprehension",
            Comprehension::Set => "'yield' inside set comprehension",
            Comprehension::Dict => "'yield' inside dict comprehension",
            Comprehension::Generator => "'yield' inside generator expression",
        };
        Err(CompileError::syntax(what, span))
    }

    fn check_await(&self, span: Span) -> Done {
        if self.allows_top_level_await() {
            return Ok(());
        }
        let cur = self.cur();
        if !cur.is_function_like() {
            return Err(CompileError::syntax("'await' outside function", span));
        }
        if !self.in_async_def() && cur.comprehension == Comprehension::No {
            return Err(CompileError::syntax("'await' outside async function", span));
        }
        Ok(())
    }

    pub(super) fn allows_top_level_await(&self) -> bool {
        self.future.top_level_await && self.cur().kind == BlockKind::Module
    }

    /// Whether the current block is an `async def` (or a comprehension that has become asynchronous).
    pub(super) fn in_async_def(&self) -> bool {
        self.cur().kind == BlockKind::Function && self.cur().coroutine
    }

    /// For `async for` and `async with`.
    pub(super) fn require_coroutine(&mut self, msg: &str, span: Span) -> Done {
        if self.allows_top_level_await() {
            self.cur_mut().coroutine = true;
        }
        if self.cur().coroutine { Ok(()) } else { Err(CompileError::syntax(msg, span)) }
    }

    /// Refuses what may not stand in a block that is evaluated lazily.
    fn forbid_in_annotation(&self, what: &str, span: Span) -> Done {
        let cur = self.cur();
        let place = match cur.kind {
            BlockKind::Annotation => "an annotation",
            BlockKind::TypeVariable => cur.description,
            BlockKind::TypeAlias => "a type alias",
            BlockKind::TypeParameters => "the definition of a generic",
            BlockKind::Module | BlockKind::Function | BlockKind::Class => return Ok(()),
        };
        Err(CompileError::syntax(format!("{what} cannot be used within {place}"), span))
    }
}
