//! Changes to the tree before anything is made of it (CPython: `Python/ast_preprocess.c`).
//!
//! Apart from code generation because the symbol table must see the changed tree: `__debug__` is a constant, not a
//! name; `'%s' % (x,)` is an f-string; numbers in patterns are folded; under `-OO` docstrings are gone. Control flow
//! that leaves a `finally` block is warned of here (PEP 765).

mod format;
mod number;

use crate::ast::{
    Arg, Arguments, ClassDef, Comprehension, Constant, Expr, ExprContext, ExprKind, FunctionDef, Keyword, Mod,
    Operator, Pattern, PatternKind, Span, Stmt, StmtKind, TypeParam, TypeParamKind,
};
use crate::error::CompileWarning;
use crate::future::doc_string;

/// Changes the tree in place; returns the warnings.
pub(crate) fn preprocess(module: &mut Mod, optimize: u8, future_annotations: bool) -> Vec<CompileWarning> {
    let mut pass = Pass { optimize, future_annotations, contexts: Vec::new(), warnings: Vec::new() };
    match module {
        Mod::Module { body } => pass.body(body),
        Mod::Interactive { body } => pass.stmts(body),
        Mod::Expression { body } => pass.expr(body),
    }
    pass.warnings
}

/// What the innermost construct that matters to `return`, `break` and `continue` is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Context {
    Finally,
    Function,
    Loop,
}

struct Pass {
    optimize: u8,
    future_annotations: bool,
    contexts: Vec<Context>,
    warnings: Vec<CompileWarning>,
}

impl Pass {
    /// A body that may start with a docstring.
    fn body(&mut self, body: &mut Vec<Stmt>) {
        let mut has_docstring = doc_string(body).is_some();
        if has_docstring && self.optimize >= 2 {
            let Span { lineno, col_offset, .. } = body.remove(0).span;
            has_docstring = false;
            if body.is_empty() {
                // As if `pass` had been written in its place.
                let span = Span::new(lineno, col_offset, lineno, col_offset + 4);
                body.push(Stmt::new(span, StmtKind::Pass));
            }
        }
        self.stmts(body);
        if !has_docstring && doc_string(body).is_some() {
            // What follows a removed docstring must not become one.
            let span = body[0].span;
            if let StmtKind::Expr { value } = &mut body[0].kind {
                let text = std::mem::replace(&mut **value, placeholder());
                **value = Expr::new(span, ExprKind::JoinedStr { values: vec![text] });
            }
        }
    }

    fn stmts(&mut self, body: &mut [Stmt]) {
        body.iter_mut().for_each(|stmt| self.stmt(stmt));
    }

    fn within(&mut self, context: Context, body: impl FnOnce(&mut Self)) {
        self.contexts.push(context);
        body(self);
        self.contexts.pop();
    }

    fn exprs(&mut self, exprs: &mut [Expr]) {
        exprs.iter_mut().for_each(|expr| self.expr(expr));
    }

    fn opt_expr(&mut self, expr: &mut Option<Box<Expr>>) {
        if let Some(expr) = expr {
            self.expr(expr);
        }
    }

    fn stmt(&mut self, stmt: &mut Stmt) {
        crate::stack::grow(|| self.stmt_inner(stmt));
    }

    fn stmt_inner(&mut self, stmt: &mut Stmt) {
        let span = stmt.span;
        match &mut stmt.kind {
            StmtKind::FunctionDef(function) | StmtKind::AsyncFunctionDef(function) => self.function(function),
            StmtKind::ClassDef(class) => self.class(class),
            StmtKind::Return { value } => {
                self.check_leaves_finally("return", span);
                self.opt_expr(value);
            }
            StmtKind::Break => self.check_leaves_finally("break", span),
            StmtKind::Continue => self.check_leaves_finally("continue", span),
            StmtKind::Delete { targets } => self.exprs(targets),
            StmtKind::Assign { targets, value } => {
                self.exprs(targets);
                self.expr(value);
            }
            StmtKind::AugAssign { target, value, .. } => {
                self.expr(target);
                self.expr(value);
            }
            StmtKind::AnnAssign { target, annotation, value, .. } => {
                self.expr(target);
                if !self.future_annotations {
                    self.expr(annotation);
                }
                self.opt_expr(value);
            }
            StmtKind::TypeAlias { name, type_params, value } => {
                self.expr(name);
                self.type_params(type_params);
                self.expr(value);
            }
            StmtKind::Raise { exc, cause } => {
                self.opt_expr(exc);
                self.opt_expr(cause);
            }
            StmtKind::Assert { test, msg } => {
                self.expr(test);
                self.opt_expr(msg);
            }
            StmtKind::Expr { value } => self.expr(value),
            StmtKind::Import { .. }
            | StmtKind::ImportFrom { .. }
            | StmtKind::Global { .. }
            | StmtKind::Nonlocal { .. }
            | StmtKind::Pass => {}
            kind => self.compound(kind),
        }
    }

    fn compound(&mut self, kind: &mut StmtKind) {
        match kind {
            StmtKind::For { target, iter, body, orelse } | StmtKind::AsyncFor { target, iter, body, orelse } => {
                self.expr(target);
                self.expr(iter);
                self.within(Context::Loop, |this| this.stmts(body));
                self.stmts(orelse);
            }
            StmtKind::While { test, body, orelse } => {
                self.expr(test);
                self.within(Context::Loop, |this| this.stmts(body));
                self.stmts(orelse);
            }
            StmtKind::If { test, body, orelse } => {
                self.expr(test);
                self.stmts(body);
                self.stmts(orelse);
            }
            StmtKind::With { items, body } | StmtKind::AsyncWith { items, body } => {
                for item in items {
                    self.expr(&mut item.context_expr);
                    self.opt_expr(&mut item.optional_vars);
                }
                self.stmts(body);
            }
            StmtKind::Try { body, handlers, orelse, finalbody }
            | StmtKind::TryStar { body, handlers, orelse, finalbody } => {
                self.stmts(body);
                for handler in handlers {
                    self.opt_expr(&mut handler.typ);
                    self.stmts(&mut handler.body);
                }
                self.stmts(orelse);
                self.within(Context::Finally, |this| this.stmts(finalbody));
            }
            StmtKind::Match { subject, cases } => {
                self.expr(subject);
                for case in cases {
                    self.pattern(&mut case.pattern);
                    self.opt_expr(&mut case.guard);
                    self.stmts(&mut case.body);
                }
            }
            _ => unreachable!("simple statements are handled by the caller"),
        }
    }

    fn check_leaves_finally(&mut self, keyword: &str, span: Span) {
        if self.contexts.last() == Some(&Context::Finally) {
            self.warnings.push(CompileWarning { msg: format!("'{keyword}' in a 'finally' block"), span });
        }
    }

    fn function(&mut self, function: &mut FunctionDef) {
        self.type_params(&mut function.type_params);
        self.arguments(&mut function.args);
        self.within(Context::Function, |this| this.body(&mut function.body));
        self.exprs(&mut function.decorator_list);
        if !self.future_annotations {
            self.opt_expr(&mut function.returns);
        }
    }

    fn class(&mut self, class: &mut ClassDef) {
        self.type_params(&mut class.type_params);
        self.exprs(&mut class.bases);
        self.keywords(&mut class.keywords);
        self.body(&mut class.body);
        self.exprs(&mut class.decorator_list);
    }

    fn keywords(&mut self, keywords: &mut [Keyword]) {
        keywords.iter_mut().for_each(|keyword| self.expr(&mut keyword.value));
    }

    fn type_params(&mut self, params: &mut [TypeParam]) {
        for param in params {
            match &mut param.kind {
                TypeParamKind::TypeVar { bound, default_value, .. } => {
                    self.opt_expr(bound);
                    self.opt_expr(default_value);
                }
                TypeParamKind::ParamSpec { default_value, .. } | TypeParamKind::TypeVarTuple { default_value, .. } => {
                    self.opt_expr(default_value)
                }
            }
        }
    }

    fn arguments(&mut self, args: &mut Arguments) {
        let Arguments { posonlyargs, args, vararg, kwonlyargs, kw_defaults, kwarg, defaults } = args;
        for arg in posonlyargs.iter_mut().chain(args).chain(vararg).chain(kwonlyargs).chain(kwarg) {
            self.arg(arg);
        }
        kw_defaults.iter_mut().flatten().for_each(|default| self.expr(default));
        self.exprs(defaults);
    }

    fn arg(&mut self, arg: &mut Arg) {
        if !self.future_annotations {
            self.opt_expr(&mut arg.annotation);
        }
    }

    fn expr(&mut self, expr: &mut Expr) {
        crate::stack::grow(|| self.expr_inner(expr));
    }

    fn expr_inner(&mut self, expr: &mut Expr) {
        match &mut expr.kind {
            ExprKind::Constant { .. } => {}
            ExprKind::Name { id, ctx } => {
                if *ctx == ExprContext::Load && &**id == "__debug__" {
                    let value = if self.optimize == 0 { Constant::True } else { Constant::False };
                    expr.kind = ExprKind::Constant { value, u_prefix: false };
                }
            }
            ExprKind::BinOp { left, op, right } => {
                self.expr(left);
                self.expr(right);
                if *op == Operator::Mod
                    && let Some(values) = format::percent_format(left, right)
                {
                    expr.kind = ExprKind::JoinedStr { values };
                }
            }
            ExprKind::Attribute { value, .. }
            | ExprKind::UnaryOp { operand: value, .. }
            | ExprKind::Starred { value, .. }
            | ExprKind::Await { value }
            | ExprKind::YieldFrom { value }
            | ExprKind::NamedExpr { value, .. } => self.expr(value),
            ExprKind::Yield { value } => self.opt_expr(value),
            ExprKind::Call { func, args, keywords } => {
                self.expr(func);
                self.exprs(args);
                self.keywords(keywords);
            }
            ExprKind::Subscript { value, slice, .. } => {
                self.expr(value);
                self.expr(slice);
            }
            ExprKind::Compare { left, comparators, .. } => {
                self.expr(left);
                self.exprs(comparators);
            }
            ExprKind::BoolOp { values: elts, .. }
            | ExprKind::JoinedStr { values: elts }
            | ExprKind::TemplateStr { values: elts }
            | ExprKind::List { elts, .. }
            | ExprKind::Tuple { elts, .. }
            | ExprKind::Set { elts } => self.exprs(elts),
            kind => self.other_expr(kind),
        }
    }

    fn other_expr(&mut self, kind: &mut ExprKind) {
        match kind {
            ExprKind::Dict { keys, values } => {
                keys.iter_mut().flatten().for_each(|key| self.expr(key));
                self.exprs(values);
            }
            ExprKind::IfExp { test, body, orelse } => {
                self.expr(test);
                self.expr(body);
                self.expr(orelse);
            }
            ExprKind::Lambda { args, body } => {
                self.arguments(args);
                self.expr(body);
            }
            ExprKind::ListComp { elt, generators }
            | ExprKind::SetComp { elt, generators }
            | ExprKind::GeneratorExp { elt, generators } => {
                self.expr(elt);
                self.generators(generators);
            }
            ExprKind::DictComp { key, value, generators } => {
                self.expr(key);
                self.expr(value);
                self.generators(generators);
            }
            ExprKind::FormattedValue { value, format_spec, .. }
            | ExprKind::Interpolation { value, format_spec, .. } => {
                self.expr(value);
                self.opt_expr(format_spec);
            }
            ExprKind::Slice { lower, upper, step } => {
                self.opt_expr(lower);
                self.opt_expr(upper);
                self.opt_expr(step);
            }
            _ => unreachable!("the common expressions are handled by the caller"),
        }
    }

    fn generators(&mut self, generators: &mut [Comprehension]) {
        for clause in generators {
            self.expr(&mut clause.target);
            self.expr(&mut clause.iter);
            self.exprs(&mut clause.ifs);
        }
    }

    fn pattern(&mut self, pattern: &mut Pattern) {
        crate::stack::grow(|| self.pattern_inner(pattern));
    }

    fn pattern_inner(&mut self, pattern: &mut Pattern) {
        match &mut pattern.kind {
            PatternKind::MatchValue { value } => number::fold(value),
            PatternKind::MatchSingleton { .. } | PatternKind::MatchStar { .. } => {}
            PatternKind::MatchSequence { patterns } | PatternKind::MatchOr { patterns } => self.patterns(patterns),
            PatternKind::MatchMapping { keys, patterns, .. } => {
                keys.iter_mut().for_each(number::fold);
                self.patterns(patterns);
            }
            PatternKind::MatchClass { cls, patterns, kwd_patterns, .. } => {
                self.expr(cls);
                self.patterns(patterns);
                self.patterns(kwd_patterns);
            }
            PatternKind::MatchAs { pattern, .. } => {
                if let Some(pattern) = pattern {
                    self.pattern(pattern);
                }
            }
        }
    }

    fn patterns(&mut self, patterns: &mut [Pattern]) {
        patterns.iter_mut().for_each(|pattern| self.pattern(pattern));
    }
}

/// What stands in a node's place while it is moved.
fn placeholder() -> Expr {
    Expr::new(Span::default(), ExprKind::Constant { value: Constant::None, u_prefix: false })
}

#[cfg(test)]
mod tests;
