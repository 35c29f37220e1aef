//! The first pass over statements, patterns and imports.

use crate::ast::{
    Alias, ClassDef, ExceptHandler, Expr, ExprKind, Ident, Keyword, MatchCase, Pattern, PatternKind, Span, Stmt,
    StmtKind, TypeParam, WithItem,
};
use crate::error::CompileError;
use crate::future::doc_string;
use crate::names::{NameId, known};

use super::build::{Builder, Done, check_name};
use super::{BlockKind, NodeKey, NodeRole, def};

impl Builder<'_> {
    pub(super) fn stmts(&mut self, body: &[Stmt]) -> Done {
        body.iter().try_for_each(|stmt| self.stmt(stmt))
    }

    pub(super) fn stmt(&mut self, stmt: &Stmt) -> Done {
        crate::stack::grow(|| self.stmt_inner(stmt))
    }

    fn stmt_inner(&mut self, stmt: &Stmt) -> Done {
        let span = stmt.span;
        match &stmt.kind {
            StmtKind::FunctionDef(function) => self.function(function, span, false),
            StmtKind::AsyncFunctionDef(function) => self.function(function, span, true),
            StmtKind::ClassDef(class) => self.class(class, span),
            StmtKind::TypeAlias { name, type_params, value } => self.type_alias(stmt, name, type_params, value),
            StmtKind::Return { value } => self.opt_expr(value.as_deref()),
            StmtKind::Delete { targets } => self.exprs(targets),
            StmtKind::Assign { targets, value } => {
                self.exprs(targets)?;
                self.expr(value)
            }
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                self.ann_assign(span, target, annotation, value.as_deref(), *simple)
            }
            StmtKind::AugAssign { target, value, .. } => {
                self.expr(target)?;
                self.expr(value)
            }
            StmtKind::Raise { exc, cause } => {
                self.opt_expr(exc.as_deref())?;
                self.opt_expr(cause.as_deref())
            }
            StmtKind::Assert { test, msg } => {
                self.expr(test)?;
                self.opt_expr(msg.as_deref())
            }
            StmtKind::Import { names } => names.iter().try_for_each(|alias| self.alias(alias)),
            StmtKind::ImportFrom { module, names, level } => {
                names.iter().try_for_each(|alias| self.alias(alias))?;
                self.check_import_from(module.as_ref(), *level, span)
            }
            StmtKind::Global { names } => names.iter().try_for_each(|name| self.declare(name, def::GLOBAL, span)),
            StmtKind::Nonlocal { names } => names.iter().try_for_each(|name| self.declare(name, def::NONLOCAL, span)),
            StmtKind::Expr { value } => self.expr(value),
            StmtKind::Pass | StmtKind::Break | StmtKind::Continue => Ok(()),
            _ => self.compound(stmt),
        }
    }

    /// Statements whose bodies may not run.
    fn compound(&mut self, stmt: &Stmt) -> Done {
        match &stmt.kind {
            StmtKind::If { test, body, orelse } | StmtKind::While { test, body, orelse } => {
                self.expr(test)?;
                self.conditional_bodies(body, orelse)
            }
            StmtKind::For { target, iter, body, orelse } => {
                self.expr(target)?;
                self.expr(iter)?;
                self.conditional_bodies(body, orelse)
            }
            StmtKind::AsyncFor { target, iter, body, orelse } => {
                self.require_coroutine("'async for' outside async function", stmt.span)?;
                self.expr(target)?;
                self.expr(iter)?;
                self.conditional_bodies(body, orelse)
            }
            StmtKind::With { items, body } => self.with(items, body),
            StmtKind::AsyncWith { items, body } => {
                self.require_coroutine("'async with' outside async function", stmt.span)?;
                self.with(items, body)
            }
            StmtKind::Match { subject, cases } => {
                self.expr(subject)?;
                self.conditionally(|this| cases.iter().try_for_each(|case| this.match_case(case)))
            }
            StmtKind::Try { body, handlers, orelse, finalbody }
            | StmtKind::TryStar { body, handlers, orelse, finalbody } => self.conditionally(|this| {
                this.stmts(body)?;
                handlers.iter().try_for_each(|handler| this.except_handler(handler))?;
                this.stmts(orelse)?;
                this.stmts(finalbody)
            }),
            _ => unreachable!("simple statements are handled by the caller"),
        }
    }

    fn conditional_bodies(&mut self, body: &[Stmt], orelse: &[Stmt]) -> Done {
        self.conditionally(|this| {
            this.stmts(body)?;
            this.stmts(orelse)
        })
    }

    fn with(&mut self, items: &[WithItem], body: &[Stmt]) -> Done {
        self.conditionally(|this| {
            for item in items {
                this.expr(&item.context_expr)?;
                this.opt_expr(item.optional_vars.as_deref())?;
            }
            this.stmts(body)
        })
    }

    fn except_handler(&mut self, handler: &ExceptHandler) -> Done {
        self.opt_expr(handler.typ.as_deref())?;
        if let Some(name) = &handler.name {
            self.add_ident(name, def::LOCAL, handler.span)?;
        }
        self.stmts(&handler.body)
    }

    fn class(&mut self, class: &ClassDef, span: Span) -> Done {
        let name = self.names.of(&class.name);
        self.add(name, def::LOCAL, span)?;
        self.exprs(&class.decorator_list)?;
        let outer_private = self.private;
        let generic = !class.type_params.is_empty();
        if generic {
            self.enter_type_params(&class.type_params, span, true, [false, false])?;
            self.private = Some(name);
            self.mangle_only_type_params();
            self.type_params(&class.type_params)?;
        }
        self.exprs(&class.bases)?;
        self.keywords(&class.keywords)?;
        self.enter(BlockKind::Class, NodeKey::new(class, NodeRole::Body), span)?;
        self.private = Some(name);
        if generic {
            self.add(known::TYPE_PARAMS_ATTR, def::LOCAL, span)?;
            self.add(known::DOT_TYPE_PARAMS, def::USE, span)?;
        }
        self.cur_mut().has_docstring = doc_string(&class.body).is_some();
        self.stmts(&class.body)?;
        self.exit();
        if generic {
            self.exit();
        }
        self.private = outer_private;
        Ok(())
    }

    /// Keyword arguments: their names first, as CPython checks them.
    pub(super) fn keywords(&mut self, keywords: &[Keyword]) -> Done {
        for keyword in keywords {
            if let Some(arg) = &keyword.arg {
                check_name(self.names.of(arg), keyword.span, crate::ast::ExprContext::Store)?;
            }
        }
        keywords.iter().try_for_each(|keyword| self.expr(&keyword.value))
    }

    fn type_alias(&mut self, stmt: &Stmt, target: &Expr, type_params: &[TypeParam], value: &Expr) -> Done {
        self.expr(target)?;
        let in_class = self.cur().kind == BlockKind::Class;
        let generic = !type_params.is_empty();
        if generic {
            self.enter_type_params(type_params, stmt.span, false, [false, false])?;
            self.type_params(type_params)?;
        }
        self.enter(BlockKind::TypeAlias, NodeKey::new(stmt, NodeRole::Body), stmt.span)?;
        self.cur_mut().can_see_class_scope = in_class;
        if in_class {
            self.add(known::CLASSDICT, def::USE, value.span)?;
        }
        self.expr(value)?;
        self.exit();
        if generic {
            self.exit();
        }
        Ok(())
    }

    fn ann_assign(&mut self, span: Span, target: &Expr, annotation: &Expr, value: Option<&Expr>, simple: bool) -> Done {
        self.cur_mut().annotations_used = true;
        if let ExprKind::Name { id, .. } = &target.kind {
            let name = self.names.of(id);
            let flags = self.lookup(name);
            if flags & (def::GLOBAL | def::NONLOCAL) != 0 && self.cur().kind != BlockKind::Module && simple {
                let what = if flags & def::GLOBAL != 0 { "global" } else { "nonlocal" };
                return Err(CompileError::syntax(format!("annotated name '{id}' can't be {what}"), span));
            }
            if simple {
                self.add(name, def::ANNOT | def::LOCAL, target.span)?;
            } else if value.is_some() {
                self.add(name, def::LOCAL, target.span)?;
            }
        } else {
            self.expr(target)?;
        }
        self.variable_annotation(annotation)?;
        self.opt_expr(value)
    }

    /// `global` and `nonlocal`.
    fn declare(&mut self, ident: &Ident, flag: u16, span: Span) -> Done {
        let name = self.names.of(ident);
        let flags = self.lookup(name);
        if flags & (def::PARAM | def::LOCAL | def::USE | def::ANNOT) != 0 {
            let what = if flag == def::GLOBAL { "global" } else { "nonlocal" };
            let msg = if flags & def::PARAM != 0 {
                format!("name '{ident}' is parameter and {what}")
            } else if flags & def::USE != 0 {
                format!("name '{ident}' is used prior to {what} declaration")
            } else if flags & def::ANNOT != 0 {
                format!("annotated name '{ident}' can't be {what}")
            } else {
                format!("name '{ident}' is assigned to before {what} declaration")
            };
            return Err(CompileError::syntax(msg, span));
        }
        self.add(name, flag, span)?;
        self.record_directive(name, span);
        Ok(())
    }

    fn alias(&mut self, alias: &Alias) -> Done {
        let bound: NameId = match &alias.asname {
            Some(name) => self.names.of(name),
            None if &*alias.name == "*" => {
                if self.cur().kind != BlockKind::Module {
                    return Err(CompileError::syntax("import * only allowed at module level", alias.span));
                }
                return Ok(());
            }
            None => match alias.name.split_once('.') {
                Some((first, _)) => self.names.intern(first),
                None => self.names.of(&alias.name),
            },
        };
        self.add(bound, def::IMPORT, alias.span)
    }

    fn check_import_from(&self, module: Option<&Ident>, level: u32, span: Span) -> Done {
        let last = self.future.last;
        let misplaced = match last {
            None => true,
            Some(last) => {
                span.lineno > last.lineno || (span.lineno == last.end_lineno && span.col_offset > last.end_col_offset)
            }
        };
        if level == 0 && module.is_some_and(|module| &**module == "__future__") && misplaced {
            return Err(CompileError::syntax("from __future__ imports must occur at the beginning of the file", span));
        }
        Ok(())
    }

    fn match_case(&mut self, case: &MatchCase) -> Done {
        self.pattern(&case.pattern)?;
        self.opt_expr(case.guard.as_deref())?;
        self.stmts(&case.body)
    }

    fn patterns(&mut self, patterns: &[Pattern]) -> Done {
        patterns.iter().try_for_each(|pattern| self.pattern(pattern))
    }

    fn pattern(&mut self, pattern: &Pattern) -> Done {
        crate::stack::grow(|| self.pattern_inner(pattern))
    }

    fn pattern_inner(&mut self, pattern: &Pattern) -> Done {
        let span = pattern.span;
        match &pattern.kind {
            PatternKind::MatchValue { value } => self.expr(value),
            PatternKind::MatchSingleton { .. } => Ok(()),
            PatternKind::MatchSequence { patterns } | PatternKind::MatchOr { patterns } => self.patterns(patterns),
            PatternKind::MatchStar { name } => self.opt_binding(name.as_ref(), span),
            PatternKind::MatchMapping { keys, patterns, rest } => {
                self.exprs(keys)?;
                self.patterns(patterns)?;
                self.opt_binding(rest.as_ref(), span)
            }
            PatternKind::MatchClass { cls, patterns, kwd_attrs, kwd_patterns } => {
                self.expr(cls)?;
                self.patterns(patterns)?;
                for (attr, pattern) in kwd_attrs.iter().zip(kwd_patterns) {
                    check_name(self.names.of(attr), pattern.span, crate::ast::ExprContext::Store)?;
                }
                self.patterns(kwd_patterns)
            }
            PatternKind::MatchAs { pattern, name } => {
                if let Some(pattern) = pattern {
                    self.pattern(pattern)?;
                }
                self.opt_binding(name.as_ref(), span)
            }
        }
    }

    fn opt_binding(&mut self, name: Option<&Ident>, span: Span) -> Done {
        name.map_or(Ok(()), |name| self.add_ident(name, def::LOCAL, span))
    }
}
