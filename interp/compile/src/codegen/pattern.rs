//! `match`: the statement, and the patterns that stand alone or combine others (PEP 634).
//!
//! A pattern consumes the subject on top of the stack and jumps to one of `fail_pop` if it does not match. Captured
//! values stay on the stack, beneath what the pattern still needs, until the whole pattern has matched: only then are
//! names bound.

use interp_code::Const;
use interp_opcode::Opcode;

use crate::ast::{CmpOperator, Expr, ExprContext, ExprKind, MatchCase, Pattern, PatternKind};
use crate::error::CompileError;
use crate::instr::{Label, Loc};
use crate::names::NameId;

use super::{Done, Generator, constant};

/// State while one `case` is generated.
#[derive(Clone, Default)]
pub(super) struct PatternContext {
    /// Names captured so far, in the order of their values on the stack.
    pub(super) stores: Vec<NameId>,
    /// Whether a pattern that always matches is allowed here.
    pub(super) allow_irrefutable: bool,
    /// `fail_pop[n]` pops n items and fails.
    fail_pop: Vec<Label>,
    /// Items on top of the stack that must stay there; captures go beneath.
    pub(super) on_top: usize,
}

pub(super) fn is_wildcard(pattern: &Pattern) -> bool {
    matches!(pattern.kind, PatternKind::MatchAs { name: None, pattern: None })
}

impl<'a> Generator<'a> {
    pub(super) fn match_stmt(&mut self, subject: &'a Expr, cases: &'a [MatchCase]) -> Done {
        self.expr(subject)?;
        let end = self.label();
        let (last, first) = cases.split_last().expect("a match statement has cases");
        // A trailing `case _` needs no look at the subject.
        let has_default = is_wildcard(&last.pattern) && !first.is_empty();
        let tested = if has_default { first } else { cases };
        for (number, case) in tested.iter().enumerate() {
            let is_last_tested = number + 1 == tested.len();
            let allow_irrefutable = case.guard.is_some() || number + 1 == cases.len();
            self.match_case(case, is_last_tested, allow_irrefutable, end)?;
        }
        if has_default {
            let loc = Loc::from(last.pattern.span);
            // Shows as reached in coverage.
            self.op(loc, Opcode::Nop);
            if let Some(guard) = &last.guard {
                self.jump_if(loc, guard, end, false)?;
            }
            self.stmts(&last.body)?;
        }
        self.place(end);
        Ok(())
    }

    fn match_case(&mut self, case: &'a MatchCase, is_last_tested: bool, allow_irrefutable: bool, end: Label) -> Done {
        let loc = Loc::from(case.pattern.span);
        if !is_last_tested {
            self.op_arg(loc, Opcode::Copy, 1);
        }
        let mut context = PatternContext { allow_irrefutable, ..PatternContext::default() };
        self.pattern(&case.pattern, &mut context)?;
        for &name in &context.stores {
            self.name_op(loc, name, ExprContext::Store);
        }
        if let Some(guard) = &case.guard {
            let fail = self.fail_label(&mut context, 0);
            self.jump_if(loc, guard, fail, false)?;
        }
        if !is_last_tested {
            // Where the body starts: a better place for the branch events.
            self.op(Loc::NEXT, Opcode::PopTop);
        }
        self.stmts(&case.body)?;
        self.jump(Loc::NONE, Opcode::Jump, end);
        self.emit_fail_pop(loc, &mut context);
        Ok(())
    }

    /// The label that pops `pops` items and fails.
    fn fail_label(&mut self, context: &mut PatternContext, pops: usize) -> Label {
        while context.fail_pop.len() <= pops {
            let label = self.label();
            context.fail_pop.push(label);
        }
        context.fail_pop[pops]
    }

    /// Jumps to failure with what is on the stack now.
    pub(super) fn jump_to_fail(&mut self, loc: Loc, context: &mut PatternContext, op: Opcode) {
        let pops = context.on_top + context.stores.len();
        let target = self.fail_label(context, pops);
        self.jump(loc, op, target);
    }

    /// Places the labels: each pops one item and falls into the next.
    pub(super) fn emit_fail_pop(&mut self, loc: Loc, context: &mut PatternContext) {
        for (pops, label) in std::mem::take(&mut context.fail_pop).into_iter().enumerate().rev() {
            self.place(label);
            if pops > 0 {
                self.op(loc, Opcode::PopTop);
            }
        }
    }

    /// Moves the top of the stack beneath `count - 1` items.
    pub(super) fn rotate(&mut self, loc: Loc, count: usize) {
        for swap in (2..=count).rev() {
            self.op_count(loc, Opcode::Swap, swap);
        }
    }

    fn duplicate_store(&self, span: crate::ast::Span, name: NameId) -> CompileError {
        let text = crate::unparse::repr_of_str(self.names.text(name).as_bytes());
        CompileError::syntax(format!("multiple assignments to name {text} in pattern"), span)
    }

    /// Captures the top of the stack, or drops it if there is no name.
    pub(super) fn store_pattern_name(
        &mut self,
        pattern: &Pattern,
        name: Option<&crate::ast::Ident>,
        context: &mut PatternContext,
    ) -> Done {
        let loc = Loc::from(pattern.span);
        let Some(name) = name else {
            self.op(loc, Opcode::PopTop);
            return Ok(());
        };
        let name = self.names.of(name);
        if context.stores.contains(&name) {
            return Err(self.duplicate_store(pattern.span, name));
        }
        self.rotate(loc, context.on_top + context.stores.len() + 1);
        context.stores.push(name);
        Ok(())
    }

    /// A pattern inside another: it may always match.
    pub(super) fn subpattern(&mut self, pattern: &'a Pattern, context: &mut PatternContext) -> Done {
        let before = std::mem::replace(&mut context.allow_irrefutable, true);
        self.pattern(pattern, context)?;
        context.allow_irrefutable = before;
        Ok(())
    }

    fn pattern(&mut self, pattern: &'a Pattern, context: &mut PatternContext) -> Done {
        crate::stack::grow(|| self.pattern_inner(pattern, context))
    }

    fn pattern_inner(&mut self, pattern: &'a Pattern, context: &mut PatternContext) -> Done {
        let loc = Loc::from(pattern.span);
        match &pattern.kind {
            PatternKind::MatchValue { value } => {
                if !matches!(value.kind, ExprKind::Constant { .. } | ExprKind::Attribute { .. }) {
                    let msg = "patterns may only match literals and attribute lookups";
                    return Err(CompileError::syntax(msg, pattern.span));
                }
                self.expr(value)?;
                self.compare_op(loc, CmpOperator::Eq);
                self.op(loc, Opcode::ToBool);
                self.jump_to_fail(loc, context, Opcode::PopJumpIfFalse);
                Ok(())
            }
            PatternKind::MatchSingleton { value } => {
                self.load_const(loc, constant::of(value));
                self.compare_op(loc, CmpOperator::Is);
                self.jump_to_fail(loc, context, Opcode::PopJumpIfFalse);
                Ok(())
            }
            PatternKind::MatchSequence { patterns } => self.sequence_pattern(pattern, patterns, context),
            PatternKind::MatchMapping { .. } => self.mapping_pattern(pattern, context),
            PatternKind::MatchClass { .. } => self.class_pattern(pattern, context),
            PatternKind::MatchStar { name } => self.store_pattern_name(pattern, name.as_ref(), context),
            PatternKind::MatchAs { pattern: inner, name } => {
                self.as_pattern(pattern, inner.as_deref(), name.as_ref(), context)
            }
            PatternKind::MatchOr { patterns } => self.or_pattern(pattern, patterns, context),
        }
    }

    fn as_pattern(
        &mut self,
        pattern: &'a Pattern,
        inner: Option<&'a Pattern>,
        name: Option<&'a crate::ast::Ident>,
        context: &mut PatternContext,
    ) -> Done {
        if let Some(inner) = inner {
            context.on_top += 1;
            self.op_arg(pattern.span.into(), Opcode::Copy, 1);
            self.pattern(inner, context)?;
            context.on_top -= 1;
        } else if !context.allow_irrefutable {
            let what = match name {
                Some(name) => format!("name capture {}", crate::unparse::repr_of_str(name.as_bytes())),
                None => "wildcard".into(),
            };
            let msg = format!("{what} makes remaining patterns unreachable");
            return Err(CompileError::syntax(msg, pattern.span));
        }
        self.store_pattern_name(pattern, name, context)
    }

    fn or_pattern(&mut self, pattern: &'a Pattern, patterns: &'a [Pattern], context: &mut PatternContext) -> Done {
        let end = self.label();
        let outer = context.clone();
        // The names of the first alternative, in the order in which all must leave their values.
        let mut control: Vec<NameId> = Vec::new();
        for (number, alternative) in patterns.iter().enumerate() {
            let loc = Loc::from(alternative.span);
            let allow_irrefutable = number + 1 == patterns.len() && outer.allow_irrefutable;
            *context = PatternContext { allow_irrefutable, ..PatternContext::default() };
            self.op_arg(loc, Opcode::Copy, 1);
            self.pattern(alternative, context)?;
            if number == 0 {
                control.clone_from(&context.stores);
            } else {
                self.reorder_captures(pattern, loc, &control, &mut context.stores)?;
            }
            self.jump(loc, Opcode::Jump, end);
            self.emit_fail_pop(loc, context);
        }
        *context = outer;
        let loc = Loc::from(pattern.span);
        self.op(loc, Opcode::PopTop);
        self.jump_to_fail(loc, context, Opcode::Jump);
        self.place(end);
        // Between the captures and their place lie the other captures, the subject and what is on top.
        let rotations = control.len() + 1 + context.on_top + context.stores.len();
        for name in control {
            self.rotate(loc, rotations);
            if context.stores.contains(&name) {
                return Err(self.duplicate_store(pattern.span, name));
            }
            context.stores.push(name);
        }
        self.op(loc, Opcode::PopTop);
        Ok(())
    }

    /// Brings an alternative's captures into the order of the first alternative's.
    fn reorder_captures(&mut self, pattern: &Pattern, loc: Loc, control: &[NameId], stores: &mut [NameId]) -> Done {
        let different = || CompileError::syntax("alternative patterns bind different names", pattern.span);
        if stores.len() != control.len() {
            return Err(different());
        }
        for wanted in (0..control.len()).rev() {
            let found = stores.iter().position(|name| *name == control[wanted]).ok_or_else(different)?;
            if found == wanted {
                continue;
            }
            // Rotating the values above moves this one up to its place.
            stores[..=wanted].rotate_left(found + 1);
            for _ in 0..=found {
                self.rotate(loc, wanted + 1);
            }
        }
        Ok(())
    }

    /// Tests the length of the subject, which stays on the stack.
    pub(super) fn check_length(&mut self, loc: Loc, size: usize, op: CmpOperator, context: &mut PatternContext) {
        self.op(loc, Opcode::GetLen);
        self.load_int(loc, size);
        self.compare_op(loc, op);
        self.jump_to_fail(loc, context, Opcode::PopJumpIfFalse);
    }

    /// Fails if the top of the stack, which stays there, is `None`.
    pub(super) fn fail_if_none(&mut self, loc: Loc, context: &mut PatternContext) {
        self.op_arg(loc, Opcode::Copy, 1);
        self.load_const(loc, Const::None);
        self.compare_op(loc, CmpOperator::IsNot);
        self.jump_to_fail(loc, context, Opcode::PopJumpIfFalse);
    }
}
