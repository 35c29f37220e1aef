//! Folding of the numbers that patterns may spell: `-1`, `1 + 2j`, `-1 - 2j`.
//!
//! Apart because it is arithmetic on constants; all other folding happens on the control-flow graph.

use crate::ast::{Constant, Expr, ExprKind, IBig, Operator, UnaryOperator};

/// Replaces the expression by its value if it is such a number.
pub(super) fn fold(expr: &mut Expr) {
    if let Some(value) = value_of(expr) {
        expr.kind = ExprKind::Constant { value, u_prefix: false };
    }
}

fn value_of(expr: &Expr) -> Option<Constant> {
    match &expr.kind {
        ExprKind::UnaryOp { op: UnaryOperator::USub, operand } => negative(constant(operand)?),
        ExprKind::BinOp { left, op: op @ (Operator::Add | Operator::Sub), right } => {
            let left = value_of(left).or_else(|| constant(left).cloned())?;
            sum(&left, constant(right)?, *op == Operator::Sub)
        }
        _ => None,
    }
}

fn constant(expr: &Expr) -> Option<&Constant> {
    match &expr.kind {
        ExprKind::Constant { value, .. } => Some(value),
        _ => None,
    }
}

fn negative(value: &Constant) -> Option<Constant> {
    match value {
        Constant::Int(value) => Some(Constant::Int(-value)),
        Constant::True => Some(Constant::Int(IBig::from(-1))),
        Constant::False => Some(Constant::Int(IBig::from(0))),
        Constant::Float(value) => Some(Constant::Float(-value)),
        Constant::Complex { re, im } => Some(Constant::Complex { re: -re, im: -im }),
        _ => None,
    }
}

/// Sum or difference of a real and a complex number, as Python 3.14 computes it: the real operand has no imaginary
/// part that could change the sign of a zero.
fn sum(left: &Constant, right: &Constant, subtract: bool) -> Option<Constant> {
    let Constant::Complex { re, im } = right else { return None };
    let (re, im) = if subtract { (-re, -im) } else { (*re, *im) };
    let real = match left {
        Constant::Int(value) => value.to_f64().value(),
        Constant::Float(value) => *value,
        _ => return None,
    };
    Some(Constant::Complex { re: real + re, im })
}
