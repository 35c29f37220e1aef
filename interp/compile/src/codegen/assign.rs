//! Assignment targets, augmented and annotated assignment.

use interp_code::Const;
use interp_opcode::Opcode;

use crate::ast::{Expr, ExprContext, ExprKind, Operator, Stmt};
use crate::error::CompileError;
use crate::instr::Loc;
use crate::names::known;

use super::emit::AttrUse;
use super::unit::ScopeType;
use super::{Done, Generator};

/// Targets before and behind a starred one that `UNPACK_EX` can take.
const MAX_BEFORE_STAR: usize = 1 << 8;
const MAX_AFTER_STAR: usize = i32::MAX as usize >> 8;

impl<'a> Generator<'a> {
    /// A list or tuple as target.
    pub(super) fn unpack_targets(&mut self, loc: Loc, elts: &'a [Expr]) -> Done {
        let is_star = |elt: &Expr| matches!(elt.kind, ExprKind::Starred { .. });
        let error = |msg: &str| Err(super::fblock::error_at(loc, msg));
        match elts.iter().position(is_star) {
            None => self.op_count(loc, Opcode::UnpackSequence, elts.len()),
            Some(before) => {
                let after = elts.len() - before - 1;
                if before >= MAX_BEFORE_STAR || after >= MAX_AFTER_STAR {
                    return error("too many expressions in star-unpacking assignment");
                }
                self.op_count(loc, Opcode::UnpackEx, before + (after << 8));
                if elts[before + 1..].iter().any(is_star) {
                    return error("multiple starred expressions in assignment");
                }
            }
        }
        elts.iter().try_for_each(|elt| match &elt.kind {
            ExprKind::Starred { value, .. } => self.expr(value),
            _ => self.expr(elt),
        })
    }

    pub(super) fn aug_assign(&mut self, stmt_loc: Loc, target: &'a Expr, op: Operator, value: &'a Expr) -> Done {
        let mut loc = Loc::from(target.span);
        match &target.kind {
            ExprKind::Attribute { value: object, attr, .. } => {
                self.expr(object)?;
                self.op_arg(loc, Opcode::Copy, 1);
                loc = at_attribute(loc, target);
                self.load_attr(loc, attr, AttrUse::Value);
            }
            ExprKind::Subscript { value: object, slice, .. } => {
                self.expr(object)?;
                if let Some((lower, upper)) = two_part_slice(slice) {
                    self.slice_parts(slice.span.into(), lower, upper)?;
                    for _ in 0..3 {
                        self.op_arg(loc, Opcode::Copy, 3);
                    }
                    self.op(loc, Opcode::BinarySlice);
                } else {
                    self.expr(slice)?;
                    self.op_arg(loc, Opcode::Copy, 2);
                    self.op_arg(loc, Opcode::Copy, 2);
                    self.subscript_op(loc);
                }
            }
            ExprKind::Name { id, .. } => self.ident_op(loc, id, ExprContext::Load),
            _ => unreachable!("the grammar allows no other target"),
        }
        self.expr(value)?;
        self.binary_op(stmt_loc, op, true);
        match &target.kind {
            ExprKind::Attribute { attr, .. } => {
                self.op_arg(loc, Opcode::Swap, 2);
                self.op_name(loc, Opcode::StoreAttr, attr);
            }
            ExprKind::Subscript { slice, .. } => {
                let is_slice = two_part_slice(slice).is_some();
                if is_slice {
                    self.op_arg(loc, Opcode::Swap, 4);
                }
                self.op_arg(loc, Opcode::Swap, 3);
                self.op_arg(loc, Opcode::Swap, 2);
                self.op(loc, if is_slice { Opcode::StoreSlice } else { Opcode::StoreSubscr });
            }
            ExprKind::Name { id, .. } => self.ident_op(loc, id, ExprContext::Store),
            _ => unreachable!("the grammar allows no other target"),
        }
        Ok(())
    }

    pub(super) fn ann_assign(
        &mut self,
        stmt: &'a Stmt,
        target: &'a Expr,
        annotation: &'a Expr,
        value: Option<&'a Expr>,
        simple: bool,
    ) -> Done {
        if let Some(value) = value {
            self.expr(value)?;
            self.expr(target)?;
        }
        match &target.kind {
            ExprKind::Name { id, .. } => {
                if simple && matches!(self.unit.scope_type, ScopeType::Module | ScopeType::Class) {
                    self.annotate_name(stmt, id, annotation);
                }
                Ok(())
            }
            // Without a value the target's parts are still evaluated.
            ExprKind::Attribute { value: object, .. } if value.is_none() => self.evaluate(object),
            ExprKind::Subscript { value: object, slice, .. } if value.is_none() => {
                self.evaluate(object)?;
                self.evaluate_subscript(slice)
            }
            ExprKind::Attribute { .. } | ExprKind::Subscript { .. } => Ok(()),
            _ => Err(CompileError::syntax("invalid target for annotated assignment", stmt.span)),
        }
    }

    fn annotate_name(&mut self, stmt: &'a Stmt, id: &'a crate::ast::Ident, annotation: &'a Expr) {
        let loc = Loc::from(stmt.span);
        if self.future.annotations {
            self.annotation_text(annotation);
            let number = self.name_number(known::ANNOTATIONS);
            self.op_arg(loc, Opcode::LoadName, number);
            let name = self.names.of(id);
            let mangled = self.mangle(name);
            self.load_text(loc, mangled);
            self.op(loc, Opcode::StoreSubscr);
            return;
        }
        let unit = &mut self.unit;
        if unit.scope_type == ScopeType::Class && unit.conditional_depth == 0 {
            unit.annotated.push((stmt, None));
            return;
        }
        // Whether the statement has run is noted in a set, which `__annotate__` asks.
        let index = unit.conditional_annotations;
        unit.conditional_annotations += 1;
        unit.annotated.push((stmt, Some(index)));
        if unit.scope_type == ScopeType::Class {
            let number = unit.cellvars.number(known::CONDITIONAL_ANNOTATIONS);
            self.op_arg(loc, Opcode::LoadDeref, number);
        } else {
            let number = unit.names.number(known::CONDITIONAL_ANNOTATIONS);
            self.op_arg(loc, Opcode::LoadName, number);
        }
        self.load_const(loc, Const::int(i64::from(index)));
        self.op_arg(loc, Opcode::SetAdd, 1);
        self.op(loc, Opcode::PopTop);
    }

    fn evaluate(&mut self, expr: &'a Expr) -> Done {
        self.expr(expr)?;
        self.op(expr.span.into(), Opcode::PopTop);
        Ok(())
    }

    fn evaluate_subscript(&mut self, slice: &'a Expr) -> Done {
        match &slice.kind {
            ExprKind::Slice { lower, upper, step } => {
                lower.iter().chain(upper).chain(step).try_for_each(|part| self.evaluate(part))
            }
            ExprKind::Tuple { elts, .. } => elts.iter().try_for_each(|elt| self.evaluate_subscript(elt)),
            _ => self.evaluate(slice),
        }
    }
}

/// Bounds of a slice `a:b` that is no constant: it needs no slice object.
pub(super) fn two_part_slice(slice: &Expr) -> Option<(Option<&Expr>, Option<&Expr>)> {
    match &slice.kind {
        ExprKind::Slice { lower, upper, step: None } if !is_constant_slice(slice) => {
            Some((lower.as_deref(), upper.as_deref()))
        }
        _ => None,
    }
}

/// Whether a slice has only constants (or nothing) in it.
pub(super) fn is_constant_slice(slice: &Expr) -> bool {
    let ExprKind::Slice { lower, upper, step } = &slice.kind else { return false };
    let mut parts = lower.iter().chain(upper).chain(step);
    parts.all(|part| matches!(part.kind, ExprKind::Constant { .. }))
}

/// If an attribute access spans lines, its range starts at the attribute's name.
pub(super) fn at_attribute(mut loc: Loc, attribute: &Expr) -> Loc {
    let ExprKind::Attribute { attr, .. } = &attribute.kind else { return loc };
    let end = Loc::from(attribute.span);
    if loc.lineno == end.end_lineno {
        return loc;
    }
    loc.lineno = end.end_lineno;
    // CPython takes the length in characters, not in bytes.
    let length = i32::try_from(attr.chars().count()).unwrap_or(i32::MAX);
    if length <= end.end_col {
        loc.col = end.end_col - length;
    } else {
        (loc.col, loc.end_col) = (-1, -1);
    }
    loc.end_lineno = loc.end_lineno.max(loc.lineno);
    if loc.lineno == loc.end_lineno {
        loc.end_col = loc.end_col.max(loc.col);
    }
    loc
}
