//! Patterns that take the subject apart: sequences, mappings, classes.

use interp_code::{Const, Int};
use interp_opcode::Opcode;
use rustc_hash::FxHashSet;

use crate::ast::{CmpOperator, Expr, ExprKind, Ident, Operator, Pattern, PatternKind};
use crate::error::CompileError;
use crate::instr::Loc;

use super::pattern::{PatternContext, is_wildcard};
use super::{Done, Generator, constant};

/// Patterns before and behind a starred one that `UNPACK_EX` can take.
const MAX_BEFORE_STAR: usize = 1 << 8;
const MAX_AFTER_STAR: usize = i32::MAX as usize >> 8;

fn is_star(pattern: &Pattern) -> bool {
    matches!(pattern.kind, PatternKind::MatchStar { .. })
}

impl<'a> Generator<'a> {
    pub(super) fn sequence_pattern(
        &mut self,
        pattern: &'a Pattern,
        patterns: &'a [Pattern],
        context: &mut PatternContext,
    ) -> Done {
        let loc = Loc::from(pattern.span);
        let star = patterns.iter().position(is_star);
        if patterns.iter().filter(|pattern| is_star(pattern)).count() > 1 {
            return Err(CompileError::syntax("multiple starred names in sequence pattern", pattern.span));
        }
        let is_star_wildcard = |pattern: &Pattern| matches!(pattern.kind, PatternKind::MatchStar { name: None });
        let only_wildcards = patterns.iter().all(|pattern| is_wildcard(pattern) || is_star_wildcard(pattern));
        context.on_top += 1;
        self.op(loc, Opcode::MatchSequence);
        self.jump_to_fail(loc, context, Opcode::PopJumpIfFalse);
        match star {
            None => self.check_length(loc, patterns.len(), CmpOperator::Eq, context),
            Some(_) if patterns.len() > 1 => self.check_length(loc, patterns.len() - 1, CmpOperator::GtE, context),
            Some(_) => {}
        }
        context.on_top -= 1;
        match star {
            _ if only_wildcards => {
                self.op(loc, Opcode::PopTop);
                Ok(())
            }
            Some(star) if is_star_wildcard(&patterns[star]) => self.sequence_by_index(loc, patterns, star, context),
            _ => self.sequence_by_unpacking(pattern, patterns, star, context),
        }
    }

    fn sequence_by_unpacking(
        &mut self,
        pattern: &'a Pattern,
        patterns: &'a [Pattern],
        star: Option<usize>,
        context: &mut PatternContext,
    ) -> Done {
        let loc = Loc::from(pattern.span);
        match star {
            None => self.op_count(loc, Opcode::UnpackSequence, patterns.len()),
            Some(before) => {
                let after = patterns.len() - before - 1;
                if before >= MAX_BEFORE_STAR || after >= MAX_AFTER_STAR {
                    let msg = "too many expressions in star-unpacking sequence pattern";
                    return Err(CompileError::syntax(msg, pattern.span));
                }
                self.op_count(loc, Opcode::UnpackEx, before + (after << 8));
            }
        }
        self.unpacked(patterns.iter(), patterns.len(), context)
    }

    /// Matches `count` values on the stack, the first on top.
    fn unpacked(
        &mut self,
        patterns: impl Iterator<Item = &'a Pattern>,
        count: usize,
        context: &mut PatternContext,
    ) -> Done {
        context.on_top += count;
        for pattern in patterns {
            context.on_top -= 1;
            self.subpattern(pattern, context)?;
        }
        Ok(())
    }

    /// `[first, *_, last]`: takes single items instead of making a list of the rest.
    fn sequence_by_index(
        &mut self,
        loc: Loc,
        patterns: &'a [Pattern],
        star: usize,
        context: &mut PatternContext,
    ) -> Done {
        context.on_top += 1;
        for (number, pattern) in patterns.iter().enumerate() {
            if is_wildcard(pattern) || number == star {
                continue;
            }
            self.op_arg(loc, Opcode::Copy, 1);
            if number < star {
                self.load_int(loc, number);
            } else {
                // The subject need not support negative indices.
                self.op(loc, Opcode::GetLen);
                self.load_int(loc, patterns.len() - number);
                self.binary_op(loc, Operator::Sub, false);
            }
            self.subscript_op(loc);
            self.subpattern(pattern, context)?;
        }
        context.on_top -= 1;
        self.op(loc, Opcode::PopTop);
        Ok(())
    }

    pub(super) fn class_pattern(&mut self, pattern: &'a Pattern, context: &mut PatternContext) -> Done {
        let PatternKind::MatchClass { cls, patterns, kwd_attrs, kwd_patterns } = &pattern.kind else {
            unreachable!("only class patterns come here");
        };
        let loc = Loc::from(pattern.span);
        check_attributes(kwd_attrs, kwd_patterns)?;
        self.expr(cls)?;
        let attributes: Vec<Const> = kwd_attrs.iter().map(Const::str).collect();
        self.load_const(loc, Const::Tuple(attributes.into()));
        self.op_count(loc, Opcode::MatchClass, patterns.len());
        self.op_arg(loc, Opcode::Copy, 1);
        self.load_const(loc, Const::None);
        self.compare_op(loc, CmpOperator::IsNot);
        // The tuple of attributes, or None.
        context.on_top += 1;
        self.jump_to_fail(loc, context, Opcode::PopJumpIfFalse);
        let count = patterns.len() + kwd_attrs.len();
        self.op_count(loc, Opcode::UnpackSequence, count);
        context.on_top += count;
        context.on_top -= 1;
        for part in patterns.iter().chain(kwd_patterns) {
            context.on_top -= 1;
            if is_wildcard(part) {
                self.op(loc, Opcode::PopTop);
            } else {
                self.subpattern(part, context)?;
            }
        }
        Ok(())
    }

    pub(super) fn mapping_pattern(&mut self, pattern: &'a Pattern, context: &mut PatternContext) -> Done {
        let PatternKind::MatchMapping { keys, patterns, rest } = &pattern.kind else {
            unreachable!("only mapping patterns come here");
        };
        let loc = Loc::from(pattern.span);
        context.on_top += 1;
        self.op(loc, Opcode::MatchMapping);
        self.jump_to_fail(loc, context, Opcode::PopJumpIfFalse);
        if keys.is_empty() && rest.is_none() {
            context.on_top -= 1;
            self.op(loc, Opcode::PopTop);
            return Ok(());
        }
        if !keys.is_empty() {
            self.check_length(loc, keys.len(), CmpOperator::GtE, context);
        }
        let mut seen = FxHashSet::default();
        for key in keys {
            self.mapping_key(pattern, key, &mut seen)?;
        }
        self.op_count(loc, Opcode::BuildTuple, keys.len());
        self.op(loc, Opcode::MatchKeys);
        // The subject, the tuple of keys and the tuple of values, or None.
        context.on_top += 2;
        self.fail_if_none(loc, context);
        self.op_count(loc, Opcode::UnpackSequence, keys.len());
        context.on_top += keys.len();
        context.on_top -= 1;
        for part in patterns {
            context.on_top -= 1;
            self.subpattern(part, context)?;
        }
        context.on_top -= 2;
        match rest {
            Some(rest) => {
                self.mapping_rest(loc, keys.len());
                self.store_pattern_name(pattern, Some(rest), context)?;
            }
            None => {
                self.op(loc, Opcode::PopTop);
                self.op(loc, Opcode::PopTop);
            }
        }
        Ok(())
    }

    /// From the subject and the tuple of keys: a dict of what is not under these keys.
    fn mapping_rest(&mut self, loc: Loc, size: usize) {
        self.op_arg(loc, Opcode::BuildMap, 0);
        self.op_arg(loc, Opcode::Swap, 3);
        self.op_arg(loc, Opcode::DictUpdate, 2);
        self.op_count(loc, Opcode::UnpackSequence, size);
        for left in (1..=size).rev() {
            self.op_count(loc, Opcode::Copy, 1 + left);
            self.op_arg(loc, Opcode::Swap, 2);
            self.op(loc, Opcode::DeleteSubscr);
        }
    }

    fn mapping_key(&mut self, pattern: &Pattern, key: &'a Expr, seen: &mut FxHashSet<Const>) -> Done {
        match &key.kind {
            ExprKind::Constant { value, .. } => {
                if !seen.insert(by_equality(constant::of(value))) {
                    let text = crate::unparse::repr_of_constant(value);
                    let msg = format!("mapping pattern checks duplicate key ({text})");
                    return Err(CompileError::syntax(msg, pattern.span));
                }
            }
            ExprKind::Attribute { .. } => {}
            _ => {
                let msg = "mapping pattern keys may only match literals and attribute lookups";
                return Err(CompileError::syntax(msg, pattern.span));
            }
        }
        self.expr(key)
    }
}

/// A constant such that what Python's `==` holds equal is equal: `1`, `1.0` and `True`.
fn by_equality(value: Const) -> Const {
    match value {
        Const::True => Const::int(1),
        Const::False => Const::int(0),
        Const::Complex(real, 0.0) => by_equality(Const::Float(real)),
        Const::Complex(real, imag) => Const::Complex(real + 0.0, imag + 0.0),
        // Floats of whole numbers: exact as integers of any size.
        Const::Float(value) if value.is_finite() && value.fract() == 0.0 => {
            Const::Int(interp_code::IBig::try_from(value).map_or(Int::from(0), Int::from))
        }
        other => other,
    }
}

/// Refuses a repeated attribute.
fn check_attributes(attrs: &[Ident], patterns: &[Pattern]) -> Done {
    let mut seen = FxHashSet::default();
    if attrs.iter().all(|attr| seen.insert(attr)) {
        return Ok(());
    }
    for (number, attr) in attrs.iter().enumerate() {
        if let Some(other) = attrs[number + 1..].iter().position(|other| other == attr) {
            let msg = format!("attribute name repeated in class pattern: {attr}");
            return Err(CompileError::syntax(msg, patterns[number + 1 + other].span));
        }
    }
    Ok(())
}
