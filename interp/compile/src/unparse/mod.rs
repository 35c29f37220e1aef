//! Expressions as text (CPython: `Python/ast_unparse.c`).
//!
//! Apart because it has nothing to do with code: under `from __future__ import annotations` an annotation becomes the
//! text of its tree, with parentheses and blanks as CPython sets them.

mod literal;
mod strings;

use interp_code::Wtf;

use crate::ast::{
    Arg, Arguments, BoolOperator, CmpOperator, Comprehension, Constant, Expr, ExprKind, Keyword, Operator,
    UnaryOperator,
};

pub(crate) use literal::{repr_of_constant, repr_of_str};

/// The text of an expression.
pub(crate) fn unparse(expr: &Expr) -> Wtf {
    let mut writer = Writer { out: Vec::new() };
    writer.expr(expr, Level::Test);
    Wtf::from_bytes(writer.out).expect("names and literals are well-formed text, and so is what joins them")
}

/// How tightly an operand must bind to need no parentheses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Tuple,
    Test,
    Or,
    And,
    Not,
    Compare,
    BitOr,
    BitXor,
    BitAnd,
    Shift,
    Arith,
    Term,
    Factor,
    Power,
    Await,
    Atom,
}

impl Level {
    /// The next tighter level.
    fn above(self) -> Self {
        match self {
            Self::Tuple => Self::Test,
            Self::Test => Self::Or,
            Self::Or => Self::And,
            Self::And => Self::Not,
            Self::Not => Self::Compare,
            Self::Compare => Self::BitOr,
            Self::BitOr => Self::BitXor,
            Self::BitXor => Self::BitAnd,
            Self::BitAnd => Self::Shift,
            Self::Shift => Self::Arith,
            Self::Arith => Self::Term,
            Self::Term => Self::Factor,
            Self::Factor => Self::Power,
            Self::Power => Self::Await,
            Self::Await | Self::Atom => Self::Atom,
        }
    }
}

struct Writer {
    out: Vec<u8>,
}

impl Writer {
    fn text(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// Writes `body`, in parentheses if the place binds more tightly than `own`.
    fn parenthesized(&mut self, place: Level, own: Level, body: impl FnOnce(&mut Self)) {
        if place > own {
            self.text("(");
            body(self);
            self.text(")");
        } else {
            body(self);
        }
    }

    fn list<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>) {
        for (number, expr) in exprs.into_iter().enumerate() {
            self.comma(number);
            self.expr(expr, Level::Test);
        }
    }

    fn comma(&mut self, number: usize) {
        if number > 0 {
            self.text(", ");
        }
    }

    fn expr(&mut self, expr: &Expr, level: Level) {
        crate::stack::grow(|| self.expr_inner(expr, level));
    }

    fn expr_inner(&mut self, expr: &Expr, level: Level) {
        match &expr.kind {
            ExprKind::Name { id, .. } => self.text(id),
            ExprKind::Constant { value, u_prefix } => {
                self.text(if *u_prefix { "u" } else { "" });
                literal::write(&mut self.out, value);
            }
            ExprKind::Attribute { value, attr, .. } => {
                self.expr(value, Level::Atom);
                let is_int = matches!(&value.kind, ExprKind::Constant { value: Constant::Int(_), .. });
                self.text(if is_int { " ." } else { "." });
                self.text(attr);
            }
            ExprKind::Subscript { value, slice, .. } => {
                self.expr(value, Level::Atom);
                self.text("[");
                self.expr(slice, Level::Tuple);
                self.text("]");
            }
            ExprKind::Call { func, args, keywords } => self.call(func, args, keywords),
            ExprKind::BinOp { left, op, right } => self.binary(left, *op, right, level),
            ExprKind::Tuple { elts, .. } if elts.is_empty() => self.text("()"),
            ExprKind::Tuple { elts, .. } => self.parenthesized(level, Level::Tuple, |this| {
                this.list(elts);
                this.text(if elts.len() == 1 { "," } else { "" });
            }),
            ExprKind::List { elts, .. } => {
                self.text("[");
                self.list(elts);
                self.text("]");
            }
            ExprKind::Set { elts } => {
                self.text("{");
                self.list(elts);
                self.text("}");
            }
            ExprKind::Starred { value, .. } => {
                self.text("*");
                self.expr(value, Level::BitOr);
            }
            ExprKind::JoinedStr { .. } | ExprKind::TemplateStr { .. } => self.string_literal(expr, false),
            ExprKind::FormattedValue { .. } | ExprKind::Interpolation { .. } => self.string_element(expr, false),
            _ => self.operation(expr, level),
        }
    }

    fn operation(&mut self, expr: &Expr, level: Level) {
        match &expr.kind {
            ExprKind::BoolOp { op, values } => {
                let (text, own) = match op {
                    BoolOperator::And => (" and ", Level::And),
                    BoolOperator::Or => (" or ", Level::Or),
                };
                self.parenthesized(level, own, |this| {
                    for (number, value) in values.iter().enumerate() {
                        this.text(if number > 0 { text } else { "" });
                        this.expr(value, own.above());
                    }
                });
            }
            ExprKind::UnaryOp { op, operand } => {
                let (text, own) = match op {
                    UnaryOperator::Invert => ("~", Level::Factor),
                    UnaryOperator::Not => ("not ", Level::Not),
                    UnaryOperator::UAdd => ("+", Level::Factor),
                    UnaryOperator::USub => ("-", Level::Factor),
                };
                self.parenthesized(level, own, |this| {
                    this.text(text);
                    this.expr(operand, own);
                });
            }
            ExprKind::Compare { left, ops, comparators } => self.parenthesized(level, Level::Compare, |this| {
                this.expr(left, Level::Compare.above());
                for (op, right) in ops.iter().zip(comparators) {
                    this.text(comparison(*op));
                    this.expr(right, Level::Compare.above());
                }
            }),
            ExprKind::IfExp { test, body, orelse } => self.parenthesized(level, Level::Test, |this| {
                this.expr(body, Level::Test.above());
                this.text(" if ");
                this.expr(test, Level::Test.above());
                this.text(" else ");
                this.expr(orelse, Level::Test);
            }),
            ExprKind::Lambda { args, body } => self.parenthesized(level, Level::Test, |this| {
                let has_positional = args.args.len() + args.posonlyargs.len() > 0;
                this.text(if has_positional { "lambda " } else { "lambda" });
                this.arguments(args);
                this.text(": ");
                this.expr(body, Level::Test);
            }),
            ExprKind::NamedExpr { target, value } => self.parenthesized(level, Level::Tuple, |this| {
                this.expr(target, Level::Atom);
                this.text(" := ");
                this.expr(value, Level::Atom);
            }),
            ExprKind::Await { value } => self.parenthesized(level, Level::Await, |this| {
                this.text("await ");
                this.expr(value, Level::Atom);
            }),
            ExprKind::Yield { value: None } => self.text("(yield)"),
            ExprKind::Yield { value: Some(value) } => {
                self.text("(yield ");
                self.expr(value, Level::Test);
                self.text(")");
            }
            ExprKind::YieldFrom { value } => {
                self.text("(yield from ");
                self.expr(value, Level::Test);
                self.text(")");
            }
            _ => self.display(expr),
        }
    }

    fn display(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Dict { keys, values } => {
                self.text("{");
                for (number, (key, value)) in keys.iter().zip(values).enumerate() {
                    self.comma(number);
                    match key {
                        Some(key) => self.item(key, value),
                        None => {
                            self.text("**");
                            self.expr(value, Level::BitOr);
                        }
                    }
                }
                self.text("}");
            }
            ExprKind::GeneratorExp { elt, generators } => self.comprehension("(", elt, None, generators, ")"),
            ExprKind::ListComp { elt, generators } => self.comprehension("[", elt, None, generators, "]"),
            ExprKind::SetComp { elt, generators } => self.comprehension("{", elt, None, generators, "}"),
            ExprKind::DictComp { key, value, generators } => {
                self.comprehension("{", key, Some(value), generators, "}");
            }
            ExprKind::Slice { lower, upper, step } => {
                if let Some(lower) = lower {
                    self.expr(lower, Level::Test);
                }
                self.text(":");
                if let Some(upper) = upper {
                    self.expr(upper, Level::Test);
                }
                if let Some(step) = step {
                    self.text(":");
                    self.expr(step, Level::Test);
                }
            }
            _ => unreachable!("the other expressions are handled by the callers"),
        }
    }

    fn item(&mut self, key: &Expr, value: &Expr) {
        self.expr(key, Level::Test);
        self.text(": ");
        self.expr(value, Level::Test);
    }

    fn comprehension(
        &mut self,
        open: &str,
        elt: &Expr,
        value: Option<&Expr>,
        generators: &[Comprehension],
        close: &str,
    ) {
        self.text(open);
        match value {
            Some(value) => self.item(elt, value),
            None => self.expr(elt, Level::Test),
        }
        for clause in generators {
            self.text(if clause.is_async { " async for " } else { " for " });
            self.expr(&clause.target, Level::Tuple);
            self.text(" in ");
            self.expr(&clause.iter, Level::Test.above());
            for condition in &clause.ifs {
                self.text(" if ");
                self.expr(condition, Level::Test.above());
            }
        }
        self.text(close);
    }

    fn binary(&mut self, left: &Expr, op: Operator, right: &Expr, level: Level) {
        let (text, own) = match op {
            Operator::Add => (" + ", Level::Arith),
            Operator::Sub => (" - ", Level::Arith),
            Operator::Mult => (" * ", Level::Term),
            Operator::MatMult => (" @ ", Level::Term),
            Operator::Div => (" / ", Level::Term),
            Operator::Mod => (" % ", Level::Term),
            Operator::FloorDiv => (" // ", Level::Term),
            Operator::LShift => (" << ", Level::Shift),
            Operator::RShift => (" >> ", Level::Shift),
            Operator::BitOr => (" | ", Level::BitOr),
            Operator::BitXor => (" ^ ", Level::BitXor),
            Operator::BitAnd => (" & ", Level::BitAnd),
            Operator::Pow => (" ** ", Level::Power),
        };
        // `**` groups from the right, all others from the left.
        let (left_level, right_level) = if op == Operator::Pow { (own.above(), own) } else { (own, own.above()) };
        self.parenthesized(level, own, |this| {
            this.expr(left, left_level);
            this.text(text);
            this.expr(right, right_level);
        });
    }

    fn call(&mut self, func: &Expr, args: &[Expr], keywords: &[Keyword]) {
        self.expr(func, Level::Atom);
        if let ([only], []) = (args, keywords)
            && matches!(only.kind, ExprKind::GeneratorExp { .. })
        {
            return self.expr(only, Level::Tuple);
        }
        self.text("(");
        self.list(args);
        for (number, keyword) in keywords.iter().enumerate() {
            self.comma(number + args.len());
            match &keyword.arg {
                Some(arg) => {
                    self.text(arg);
                    self.text("=");
                }
                None => self.text("**"),
            }
            self.expr(&keyword.value, Level::Test);
        }
        self.text(")");
    }

    fn arguments(&mut self, args: &Arguments) {
        let positional = args.posonlyargs.len() + args.args.len();
        let required = positional - args.defaults.len();
        let mut count = 0;
        for (number, arg) in args.posonlyargs.iter().chain(&args.args).enumerate() {
            self.comma(count);
            count += 1;
            self.arg(arg);
            if number >= required {
                self.text("=");
                self.expr(&args.defaults[number - required], Level::Test);
            }
            if number + 1 == args.posonlyargs.len() {
                self.text(", /");
            }
        }
        if args.vararg.is_some() || !args.kwonlyargs.is_empty() {
            self.comma(count);
            count += 1;
            self.text("*");
            if let Some(vararg) = &args.vararg {
                self.arg(vararg);
            }
        }
        for (arg, default) in args.kwonlyargs.iter().zip(&args.kw_defaults) {
            self.comma(count);
            count += 1;
            self.arg(arg);
            if let Some(default) = default {
                self.text("=");
                self.expr(default, Level::Test);
            }
        }
        if let Some(kwarg) = &args.kwarg {
            self.comma(count);
            self.text("**");
            self.arg(kwarg);
        }
    }

    fn arg(&mut self, arg: &Arg) {
        self.text(&arg.arg);
        if let Some(annotation) = &arg.annotation {
            self.text(": ");
            self.expr(annotation, Level::Test);
        }
    }
}

fn comparison(op: CmpOperator) -> &'static str {
    match op {
        CmpOperator::Eq => " == ",
        CmpOperator::NotEq => " != ",
        CmpOperator::Lt => " < ",
        CmpOperator::LtE => " <= ",
        CmpOperator::Gt => " > ",
        CmpOperator::GtE => " >= ",
        CmpOperator::Is => " is ",
        CmpOperator::IsNot => " is not ",
        CmpOperator::In => " in ",
        CmpOperator::NotIn => " not in ",
    }
}
