//! Warnings about what is valid but surely not meant.

use interp_code::Const;

use crate::ast::{CmpOperator, Constant, Expr, ExprKind, Span};
use crate::error::CompileWarning;

use super::{Generator, constant};

impl Generator<'_> {
    pub(super) fn warn(&mut self, span: Span, msg: impl FnOnce() -> String) {
        if self.muted == 0 {
            self.warnings.push(CompileWarning { msg: msg(), span });
        }
    }

    /// `is` with a literal; one warning per comparison, as in CPython.
    pub(super) fn check_compare(&mut self, span: Span, left: &Expr, ops: &[CmpOperator], comparators: &[Expr]) {
        let mut left = left;
        for (op, right) in ops.iter().zip(comparators) {
            let (text, meant) = match op {
                CmpOperator::Is => ("is", "=="),
                CmpOperator::IsNot => ("is not", "!="),
                _ => {
                    left = right;
                    continue;
                }
            };
            let literal = [left, right].into_iter().find(|side| is_literal(side));
            if let Some(literal) = literal {
                let typ = type_name(literal).unwrap_or_default();
                self.warn(span, || format!("\"{text}\" with '{typ}' literal. Did you mean \"{meant}\"?"));
                return;
            }
            left = right;
        }
    }

    pub(super) fn check_caller(&mut self, func: &Expr) {
        if matches!(func.kind, ExprKind::Lambda { .. }) {
            return;
        }
        if let Some(typ) = type_name(func) {
            self.warn(func.span, || format!("'{typ}' object is not callable; perhaps you missed a comma?"));
        }
    }

    pub(super) fn check_subscript(&mut self, value: &Expr, slice: &Expr) {
        let Some(typ) = type_name(value) else { return };
        let is_subscriptable = match &value.kind {
            ExprKind::Constant { value, .. } => {
                matches!(value, Constant::Str(_) | Constant::Bytes(_))
            }
            ExprKind::Set { .. }
            | ExprKind::SetComp { .. }
            | ExprKind::GeneratorExp { .. }
            | ExprKind::TemplateStr { .. }
            | ExprKind::Interpolation { .. }
            | ExprKind::Lambda { .. } => false,
            _ => true,
        };
        if !is_subscriptable {
            let msg = || format!("'{typ}' object is not subscriptable; perhaps you missed a comma?");
            return self.warn(value.span, msg);
        }
        let is_sequence = match &value.kind {
            ExprKind::Constant { value, .. } => matches!(value, Constant::Str(_) | Constant::Bytes(_)),
            ExprKind::Tuple { .. }
            | ExprKind::List { .. }
            | ExprKind::ListComp { .. }
            | ExprKind::JoinedStr { .. }
            | ExprKind::FormattedValue { .. } => true,
            _ => false,
        };
        match type_name(slice) {
            Some(index) if is_sequence && index != "int" && index != "bool" => self.warn(value.span, || {
                format!("{typ} indices must be integers or slices, not {index}; perhaps you missed a comma?")
            }),
            _ => {}
        }
    }
}

/// A constant other than the named singletons.
fn is_literal(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Tuple { elts, .. } => elts.iter().all(|elt| matches!(elt.kind, ExprKind::Constant { .. })),
        ExprKind::Constant { value, .. } => {
            !matches!(value, Constant::None | Constant::True | Constant::False | Constant::Ellipsis)
        }
        _ => false,
    }
}

/// The type of a display or literal.
fn type_name(expr: &Expr) -> Option<&'static str> {
    Some(match &expr.kind {
        ExprKind::Tuple { .. } => "tuple",
        ExprKind::List { .. } | ExprKind::ListComp { .. } => "list",
        ExprKind::Dict { .. } | ExprKind::DictComp { .. } => "dict",
        ExprKind::Set { .. } | ExprKind::SetComp { .. } => "set",
        ExprKind::GeneratorExp { .. } => "generator",
        ExprKind::Lambda { .. } => "function",
        ExprKind::JoinedStr { .. } | ExprKind::FormattedValue { .. } => "str",
        ExprKind::TemplateStr { .. } => "string.templatelib.Template",
        ExprKind::Interpolation { .. } => "string.templatelib.Interpolation",
        ExprKind::Constant { value, .. } => Const::type_name(&constant::of(value)),
        _ => return None,
    })
}
