//! Tests of the changes made to the tree.

use super::preprocess;
use crate::ast::{Constant, Expr, ExprContext, ExprKind, IBig, Mod, Operator, Span, UnaryOperator};

fn constant(value: Constant) -> Expr {
    Expr::new(Span::default(), ExprKind::Constant { value, u_prefix: false })
}

fn name(id: &str) -> Expr {
    Expr::new(Span::default(), ExprKind::Name { id: id.into(), ctx: ExprContext::Load })
}

fn changed(expr: Expr, optimize: u8) -> Expr {
    let mut module = Mod::Expression { body: Box::new(expr) };
    preprocess(&mut module, optimize, false);
    match module {
        Mod::Expression { body } => *body,
        _ => unreachable!("an expression stays one"),
    }
}

#[test]
fn debug_is_a_constant() {
    for (optimize, expected) in [(0, Constant::True), (1, Constant::False)] {
        let expr = changed(name("__debug__"), optimize);
        assert!(matches!(&expr.kind, ExprKind::Constant { value, .. } if *value == expected));
    }
}

fn percent(format: &str, count: usize) -> Expr {
    let elts = (0..count).map(|_| name("x")).collect();
    let right = Expr::new(Span::default(), ExprKind::Tuple { elts, ctx: ExprContext::Load });
    let left = Box::new(constant(Constant::Str(format.as_bytes().into())));
    Expr::new(Span::default(), ExprKind::BinOp { left, op: Operator::Mod, right: Box::new(right) })
}

#[test]
fn simple_formats_become_f_strings() {
    let check = |format: &str, count: usize, pieces: Option<usize>| {
        let expr = changed(percent(format, count), 0);
        let found = match &expr.kind {
            ExprKind::JoinedStr { values } => Some(values.len()),
            _ => None,
        };
        assert_eq!(found, pieces, "of {format:?}");
    };
    check("%s", 1, Some(1));
    check("a%%b%s", 1, Some(2));
    check("%-5.2r and %a", 2, Some(3));
    check("%s", 2, None);
    check("%s%s", 1, None);
    check("%d", 1, None);
    check("%1000s", 1, None);
    check("%*s", 2, None);
    check("%(x)s", 1, None);
    check("%", 1, None);
}

#[test]
fn numbers_in_patterns_are_folded() {
    let one = || constant(Constant::Int(IBig::from(1)));
    let minus =
        |operand| Expr::new(Span::default(), ExprKind::UnaryOp { op: UnaryOperator::USub, operand: Box::new(operand) });
    let mut expr = minus(one());
    super::number::fold(&mut expr);
    assert!(matches!(&expr.kind, ExprKind::Constant { value: Constant::Int(value), .. } if *value == IBig::from(-1)));
    let imaginary = constant(Constant::Complex { re: 0.0, im: 2.0 });
    let (left, right) = (Box::new(minus(one())), Box::new(imaginary));
    let mut expr = Expr::new(Span::default(), ExprKind::BinOp { left, op: Operator::Sub, right });
    super::number::fold(&mut expr);
    let expected = Constant::Complex { re: -1.0, im: -2.0 };
    assert!(matches!(&expr.kind, ExprKind::Constant { value, .. } if *value == expected));
}
