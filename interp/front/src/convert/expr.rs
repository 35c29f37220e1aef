//! Expressions other than strings.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use interp_compile::ast::{
    Arguments, BoolOperator, CmpOperator, Comprehension, Constant, Expr, ExprContext, ExprKind, IBig, Operator,
    UnaryOperator,
};
use interp_compile::error::{CompileError, ErrorKind};
use ruff_python_ast as ruff;
use ruff_text_size::{Ranged, TextRange};

use super::{Converted, Converter, with_stack};

/// Most decimal digits of an integer literal (`sys.set_int_max_str_digits`); 0 is no limit.
static MAX_INT_DIGITS: AtomicUsize = AtomicUsize::new(4300);

/// Sets how many decimal digits an integer literal may have; 0 is no limit.
pub fn set_max_int_digits(limit: usize) {
    MAX_INT_DIGITS.store(limit, Relaxed);
}
/// How deep operands may nest to the right before CPython's parser gives up (6000 levels, some taken by the rules
/// around the outermost operand).
const MAX_LEVELS: u32 = 5966;

impl Converter<'_> {
    pub(super) fn expr(&mut self, expression: ruff::Expr) -> Converted<Expr> {
        with_stack(|| self.expr_level(expression))
    }

    pub(super) fn boxed(&mut self, expression: ruff::Expr) -> Converted<Box<Expr>> {
        self.expr(expression).map(Box::new)
    }

    pub(super) fn optional(&mut self, expression: Option<Box<ruff::Expr>>) -> Converted<Option<Box<Expr>>> {
        expression.map(|expression| self.boxed(*expression)).transpose()
    }

    pub(super) fn exprs(&mut self, expressions: impl IntoIterator<Item = ruff::Expr>) -> Converted<Vec<Expr>> {
        expressions.into_iter().map(|expression| self.expr(expression)).collect()
    }

    fn expr_level(&mut self, expression: ruff::Expr) -> Converted<Expr> {
        let range = expression.range();
        let kind = match expression {
            ruff::Expr::StringLiteral(node) => return Ok(self.string_literal(&node)),
            ruff::Expr::BytesLiteral(node) => return Ok(self.bytes_literal(&node)),
            ruff::Expr::FString(node) => return self.f_string(node),
            ruff::Expr::TString(node) => return self.t_string(node),
            ruff::Expr::NumberLiteral(node) => constant(self.number(node.value, range)),
            ruff::Expr::BooleanLiteral(node) => constant(if node.value { Constant::True } else { Constant::False }),
            ruff::Expr::NoneLiteral(_) => constant(Constant::None),
            ruff::Expr::EllipsisLiteral(_) => constant(Constant::Ellipsis),
            ruff::Expr::Name(node) => ExprKind::Name { id: self.name(node.id.as_str()), ctx: context(node.ctx) },
            ruff::Expr::Call(node) => {
                let func = self.boxed(*node.func)?;
                let (args, keywords) = self.arguments(node.arguments)?;
                ExprKind::Call { func, args, keywords }
            }
            ruff::Expr::Attribute(node) => ExprKind::Attribute {
                value: self.boxed(*node.value)?,
                attr: self.ident(&node.attr),
                ctx: context(node.ctx),
            },
            ruff::Expr::Subscript(node) => ExprKind::Subscript {
                value: self.boxed(*node.value)?,
                slice: self.boxed(*node.slice)?,
                ctx: context(node.ctx),
            },
            ruff::Expr::Starred(node) => ExprKind::Starred { value: self.boxed(*node.value)?, ctx: context(node.ctx) },
            ruff::Expr::Slice(node) => ExprKind::Slice {
                lower: self.optional(node.lower)?,
                upper: self.optional(node.upper)?,
                step: self.optional(node.step)?,
            },
            ruff::Expr::BoolOp(_)
            | ruff::Expr::Named(_)
            | ruff::Expr::BinOp(_)
            | ruff::Expr::UnaryOp(_)
            | ruff::Expr::Compare(_)
            | ruff::Expr::If(_)
            | ruff::Expr::Lambda(_) => self.operation(expression)?,
            ruff::Expr::List(_) | ruff::Expr::Tuple(_) | ruff::Expr::Set(_) | ruff::Expr::Dict(_) => {
                self.display(expression)?
            }
            _ => self.suspension_or_comprehension(expression)?,
        };
        Ok(Expr::new(self.span(range), kind))
    }

    fn operation(&mut self, expression: ruff::Expr) -> Converted<ExprKind> {
        Ok(match expression {
            ruff::Expr::BoolOp(node) => ExprKind::BoolOp {
                op: match node.op {
                    ruff::BoolOp::And => BoolOperator::And,
                    ruff::BoolOp::Or => BoolOperator::Or,
                },
                values: self.exprs(node.values)?,
            },
            ruff::Expr::Named(node) => {
                ExprKind::NamedExpr { target: self.boxed(*node.target)?, value: self.boxed(*node.value)? }
            }
            ruff::Expr::BinOp(node) => {
                let left = self.boxed(*node.left)?;
                let levels = if node.op == ruff::Operator::Pow { 2 } else { 0 };
                let right = self.nested(levels, *node.right)?;
                ExprKind::BinOp { left, op: Self::operator(node.op), right }
            }
            ruff::Expr::UnaryOp(node) => ExprKind::UnaryOp {
                op: match node.op {
                    ruff::UnaryOp::Invert => UnaryOperator::Invert,
                    ruff::UnaryOp::Not => UnaryOperator::Not,
                    ruff::UnaryOp::UAdd => UnaryOperator::UAdd,
                    ruff::UnaryOp::USub => UnaryOperator::USub,
                },
                operand: self.nested(1, *node.operand)?,
            },
            ruff::Expr::Compare(node) => ExprKind::Compare {
                left: self.boxed(*node.left)?,
                ops: node.ops.iter().map(comparison).collect(),
                comparators: self.exprs(node.comparators)?,
            },
            ruff::Expr::If(node) => ExprKind::IfExp {
                test: self.boxed(*node.test)?,
                body: self.boxed(*node.body)?,
                orelse: self.nested(1, *node.orelse)?,
            },
            ruff::Expr::Lambda(node) => ExprKind::Lambda {
                args: Box::new(match node.parameters {
                    None => Arguments::default(),
                    Some(parameters) => self.parameters(*parameters)?,
                }),
                body: self.nested(2, *node.body)?,
            },
            _ => constant(Constant::None),
        })
    }

    /// An operand for which CPython's parser recurses this many levels.
    fn nested(&mut self, levels: u32, operand: ruff::Expr) -> Converted<Box<Expr>> {
        self.levels += levels;
        if self.levels > MAX_LEVELS {
            let msg = "Parser stack overflowed - Python source too complex to parse";
            self.fail(CompileError::unplaced(ErrorKind::Memory, msg));
        }
        let converted = self.boxed(operand);
        self.levels -= levels;
        converted
    }

    fn display(&mut self, expression: ruff::Expr) -> Converted<ExprKind> {
        Ok(match expression {
            ruff::Expr::List(node) => ExprKind::List { elts: self.exprs(node.elts)?, ctx: context(node.ctx) },
            ruff::Expr::Tuple(node) => ExprKind::Tuple { elts: self.exprs(node.elts)?, ctx: context(node.ctx) },
            ruff::Expr::Set(node) => ExprKind::Set { elts: self.exprs(node.elts)? },
            ruff::Expr::Dict(node) => {
                let mut keys = Vec::with_capacity(node.items.len());
                let mut values = Vec::with_capacity(node.items.len());
                for item in node.items {
                    keys.push(item.key.map(|key| self.expr(key)).transpose()?);
                    values.push(self.expr(item.value)?);
                }
                ExprKind::Dict { keys, values }
            }
            _ => constant(Constant::None),
        })
    }

    fn suspension_or_comprehension(&mut self, expression: ruff::Expr) -> Converted<ExprKind> {
        Ok(match expression {
            ruff::Expr::Await(node) => ExprKind::Await { value: self.boxed(*node.value)? },
            ruff::Expr::Yield(node) => ExprKind::Yield { value: self.optional(node.value)? },
            ruff::Expr::YieldFrom(node) => ExprKind::YieldFrom { value: self.boxed(*node.value)? },
            ruff::Expr::ListComp(node) => {
                ExprKind::ListComp { elt: self.boxed(*node.elt)?, generators: self.generators(node.generators)? }
            }
            ruff::Expr::SetComp(node) => {
                ExprKind::SetComp { elt: self.boxed(*node.elt)?, generators: self.generators(node.generators)? }
            }
            ruff::Expr::Generator(node) => {
                ExprKind::GeneratorExp { elt: self.boxed(*node.elt)?, generators: self.generators(node.generators)? }
            }
            ruff::Expr::DictComp(node) => {
                let span = self.span(node.range);
                let key = match node.key {
                    Some(key) => self.boxed(*key)?,
                    None => {
                        let msg = "dict unpacking cannot be used in dict comprehension";
                        self.fail(CompileError::syntax(msg, span));
                        Box::new(Expr::new(span, constant(Constant::None)))
                    }
                };
                ExprKind::DictComp {
                    key,
                    value: self.boxed(*node.value)?,
                    generators: self.generators(node.generators)?,
                }
            }
            _ => constant(Constant::None),
        })
    }

    fn generators(&mut self, generators: Vec<ruff::Comprehension>) -> Converted<Vec<Comprehension>> {
        generators
            .into_iter()
            .map(|generator| {
                Ok(Comprehension {
                    target: self.expr(generator.target)?,
                    iter: self.expr(generator.iter)?,
                    ifs: self.exprs(generator.ifs)?,
                    is_async: generator.is_async,
                })
            })
            .collect()
    }

    fn number(&mut self, number: ruff::Number, range: TextRange) -> Constant {
        match number {
            ruff::Number::Float(value) => Constant::Float(value),
            ruff::Number::Complex { real, imag } => Constant::Complex { re: real, im: imag },
            ruff::Number::Int(value) => Constant::Int(match value.as_u64() {
                Some(small) => IBig::from(small),
                None => self.big_int(range),
            }),
        }
    }

    fn big_int(&mut self, range: TextRange) -> IBig {
        let digits: String = self.text(range).chars().filter(|&c| c != '_').collect();
        let (radix, digits) = match digits.as_bytes() {
            [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
            [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
            [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
            _ => (10, digits.as_str()),
        };
        let limit = MAX_INT_DIGITS.load(Relaxed);
        if radix == 10 && limit > 0 && digits.len() > limit {
            let msg = format!(
                "Exceeds the limit ({limit} digits) for integer string conversion: value has {} digits; \
                 use sys.set_int_max_str_digits() to increase the limit - \
                 Consider hexadecimal for huge integer literals to avoid decimal conversion limits.",
                digits.len()
            );
            self.fail(CompileError::syntax(msg, self.span(range)));
            return IBig::ZERO;
        }
        IBig::from_str_radix(digits, radix).unwrap_or_else(|_| {
            self.fail(CompileError::syntax("invalid decimal literal", self.span(range)));
            IBig::ZERO
        })
    }

    pub(super) const fn operator(op: ruff::Operator) -> Operator {
        match op {
            ruff::Operator::Add => Operator::Add,
            ruff::Operator::Sub => Operator::Sub,
            ruff::Operator::Mult => Operator::Mult,
            ruff::Operator::MatMult => Operator::MatMult,
            ruff::Operator::Div => Operator::Div,
            ruff::Operator::Mod => Operator::Mod,
            ruff::Operator::Pow => Operator::Pow,
            ruff::Operator::LShift => Operator::LShift,
            ruff::Operator::RShift => Operator::RShift,
            ruff::Operator::BitOr => Operator::BitOr,
            ruff::Operator::BitXor => Operator::BitXor,
            ruff::Operator::BitAnd => Operator::BitAnd,
            ruff::Operator::FloorDiv => Operator::FloorDiv,
        }
    }
}

pub(super) const fn constant(value: Constant) -> ExprKind {
    ExprKind::Constant { value, u_prefix: false }
}

const fn context(ctx: ruff::ExprContext) -> ExprContext {
    match ctx {
        ruff::ExprContext::Load | ruff::ExprContext::Invalid => ExprContext::Load,
        ruff::ExprContext::Store => ExprContext::Store,
        ruff::ExprContext::Del => ExprContext::Del,
    }
}

const fn comparison(op: &ruff::CmpOp) -> CmpOperator {
    match op {
        ruff::CmpOp::Eq => CmpOperator::Eq,
        ruff::CmpOp::NotEq => CmpOperator::NotEq,
        ruff::CmpOp::Lt => CmpOperator::Lt,
        ruff::CmpOp::LtE => CmpOperator::LtE,
        ruff::CmpOp::Gt => CmpOperator::Gt,
        ruff::CmpOp::GtE => CmpOperator::GtE,
        ruff::CmpOp::Is => CmpOperator::Is,
        ruff::CmpOp::IsNot => CmpOperator::IsNot,
        ruff::CmpOp::In => CmpOperator::In,
        ruff::CmpOp::NotIn => CmpOperator::NotIn,
    }
}
