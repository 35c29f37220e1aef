//! The first pass over comprehensions and assignment expressions (PEP 572), whose target may lie outside of them.

use crate::ast::{Comprehension as Clause, Expr, ExprKind, Span};
use crate::error::CompileError;
use crate::names::known;

use super::build::{Builder, Done};
use super::{BlockKind, Comprehension, NodeKey, NodeRole, def};

/// The parts of a comprehension, whatever it builds.
struct Parts<'e> {
    kind: Comprehension,
    generators: &'e [Clause],
    elt: &'e Expr,
    value: Option<&'e Expr>,
}

fn parts(expr: &Expr) -> Parts<'_> {
    let (kind, generators, elt, value) = match &expr.kind {
        ExprKind::GeneratorExp { elt, generators } => (Comprehension::Generator, generators, elt, None),
        ExprKind::ListComp { elt, generators } => (Comprehension::List, generators, elt, None),
        ExprKind::SetComp { elt, generators } => (Comprehension::Set, generators, elt, None),
        ExprKind::DictComp { key, value, generators } => (Comprehension::Dict, generators, key, Some(&**value)),
        _ => unreachable!("only comprehensions come here"),
    };
    Parts { kind, generators, elt, value }
}

impl Builder<'_> {
    pub(super) fn comprehension(&mut self, expr: &Expr) -> Done {
        let Parts { kind, generators, elt, value } = parts(expr);
        let (outermost, rest) = generators.split_first().expect("a comprehension has at least one `for`");
        // The outermost iterable is evaluated in the block around the comprehension.
        self.iterable(&outermost.iter)?;
        self.enter(BlockKind::Function, NodeKey::new(expr, NodeRole::Body), expr.span)?;
        let is_generator = kind == Comprehension::Generator;
        self.cur_mut().comprehension = kind;
        self.cur_mut().coroutine |= outermost.is_async;
        self.add(known::DOT_ZERO, def::PARAM, expr.span)?;
        self.iteration_target(&outermost.target)?;
        self.exprs(&outermost.ifs)?;
        for clause in rest {
            self.iteration_target(&clause.target)?;
            self.iterable(&clause.iter)?;
            self.exprs(&clause.ifs)?;
            self.cur_mut().coroutine |= clause.is_async;
        }
        self.opt_expr(value)?;
        self.expr(elt)?;
        self.cur_mut().generator = is_generator;
        let is_async = self.cur().coroutine && !is_generator;
        self.exit();
        if !is_async {
            return Ok(());
        }
        let allowed =
            self.in_async_def() || self.cur().comprehension != Comprehension::No || self.allows_top_level_await();
        if !allowed {
            let msg = "asynchronous comprehension outside of an asynchronous function";
            return Err(CompileError::syntax(msg, expr.span));
        }
        self.cur_mut().coroutine = true;
        Ok(())
    }

    fn iteration_target(&mut self, target: &Expr) -> Done {
        self.cur_mut().in_iter_target = true;
        self.expr(target)?;
        self.cur_mut().in_iter_target = false;
        Ok(())
    }

    fn iterable(&mut self, iter: &Expr) -> Done {
        self.cur_mut().iter_expr_depth += 1;
        self.expr(iter)?;
        self.cur_mut().iter_expr_depth -= 1;
        Ok(())
    }

    pub(super) fn named_expr(&mut self, span: Span, target: &Expr, value: &Expr) -> Done {
        if self.cur().iter_expr_depth > 0 {
            let msg = "assignment expression cannot be used in a comprehension iterable expression";
            return Err(CompileError::syntax(msg, span));
        }
        if self.cur().comprehension != Comprehension::No {
            self.bind_outside(target)?;
        }
        self.expr(value)?;
        self.expr(target)
    }

    /// Binds the target of an assignment expression in the nearest block that is no comprehension.
    fn bind_outside(&mut self, target: &Expr) -> Done {
        let ExprKind::Name { id, .. } = &target.kind else {
            unreachable!("the grammar allows only a name before `:=`");
        };
        let (name, span) = (self.names.of(id), target.span);
        let blocks = self.stack.clone();
        for &block in blocks.iter().rev() {
            if self.table[block].comprehension != Comprehension::No {
                let flags = self.lookup_in(block, name);
                if flags & def::COMP_ITER != 0 && flags & def::LOCAL != 0 {
                    let msg = format!("assignment expression cannot rebind comprehension iteration variable '{id}'");
                    return Err(CompileError::syntax(msg, span));
                }
                continue;
            }
            let place = match self.table[block].kind {
                BlockKind::Function => {
                    let global = self.lookup_in(block, name) & def::GLOBAL != 0;
                    self.add(name, if global { def::GLOBAL } else { def::NONLOCAL }, span)?;
                    self.record_directive(name, span);
                    return self.add_in(block, name, def::LOCAL, span);
                }
                BlockKind::Module => {
                    self.add(name, def::GLOBAL, span)?;
                    self.record_directive(name, span);
                    return self.add_in(block, name, def::GLOBAL, span);
                }
                BlockKind::Class => "cannot be used in a class body",
                BlockKind::TypeParameters => "cannot be used within the definition of a generic",
                BlockKind::TypeAlias => "cannot be used in a type alias",
                BlockKind::TypeVariable => "cannot be used in a TypeVar bound",
                BlockKind::Annotation => continue,
            };
            return Err(CompileError::syntax(format!("assignment expression within a comprehension {place}"), span));
        }
        unreachable!("the outermost block is the module")
    }
}
