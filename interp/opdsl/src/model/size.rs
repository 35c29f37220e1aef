//! Sizes and offsets on the stack: an integer plus multiples of expressions over `oparg`.
//!
//! Apart because every question about layout reduces to sums of these; equal terms of opposite sign cancel.

use std::collections::BTreeMap;
use std::fmt;

use quote::ToTokens as _;
use syn::{BinOp, Expr, Lit};

/// A linear form: `constant + sum(coefficient * term)`, a term being an expression over `oparg` that is not linear itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Size {
    constant: i64,
    terms: BTreeMap<String, i64>,
}

impl Size {
    pub(crate) const ZERO: Self = Self { constant: 0, terms: BTreeMap::new() };

    pub(crate) fn of(constant: i64) -> Self {
        Self { constant, terms: BTreeMap::new() }
    }

    fn term(text: String) -> Self {
        Self { constant: 0, terms: BTreeMap::from([(text, 1)]) }
    }

    /// The value, if it does not depend on `oparg`.
    pub(crate) fn constant(&self) -> Option<i64> {
        self.terms.is_empty().then_some(self.constant)
    }

    pub(crate) fn plus(&self, other: &Self) -> Self {
        self.combine(other, 1)
    }

    pub(crate) fn minus(&self, other: &Self) -> Self {
        self.combine(other, -1)
    }

    fn combine(&self, other: &Self, sign: i64) -> Self {
        let mut sum = self.clone();
        sum.constant += sign * other.constant;
        for (term, count) in &other.terms {
            *sum.terms.entry(term.clone()).or_insert(0) += sign * count;
        }
        sum.terms.retain(|_, count| *count != 0);
        sum
    }

    fn scaled(&self, by: i64) -> Self {
        let mut scaled = self.clone();
        scaled.constant *= by;
        scaled.terms.values_mut().for_each(|count| *count *= by);
        scaled.terms.retain(|_, count| *count != 0);
        scaled
    }

    /// Reads a size expression; `Err` names what may not stand in one.
    pub(crate) fn parse(expr: &Expr) -> Result<Self, String> {
        match expr {
            Expr::Paren(inner) => Self::parse(&inner.expr),
            Expr::Lit(lit) => match &lit.lit {
                Lit::Int(int) => int.base10_parse().map(Self::of).map_err(|error| error.to_string()),
                _ => Err("a size is made of integers and `oparg`".to_owned()),
            },
            Expr::Path(path) if path.path.is_ident("oparg") => Ok(Self::term("oparg".to_owned())),
            Expr::Binary(binary) => {
                let (left, right) = (Self::parse(&binary.left)?, Self::parse(&binary.right)?);
                match binary.op {
                    BinOp::Add(_) => Ok(left.plus(&right)),
                    BinOp::Sub(_) => Ok(left.minus(&right)),
                    BinOp::Mul(_) if right.terms.is_empty() => Ok(left.scaled(right.constant)),
                    BinOp::Mul(_) if left.terms.is_empty() => Ok(right.scaled(left.constant)),
                    BinOp::BitAnd(_) | BinOp::BitOr(_) | BinOp::Shl(_) | BinOp::Shr(_) => {
                        Ok(Self::term(format!("({})", expr.to_token_stream())))
                    }
                    _ => Err("a size knows + - * & | << >>".to_owned()),
                }
            }
            _ => Err("a size is made of integers and `oparg`".to_owned()),
        }
    }

    /// Rust text of an unsigned expression of the given type over a variable `oparg: u32`; never negative in a valid cell.
    pub(crate) fn rust(&self, ty: &str) -> String {
        let mut text = String::new();
        let mut add = |sign: i64, part: String| {
            let op = match (text.is_empty(), sign < 0) {
                (true, _) => "",
                (false, true) => " - ",
                (false, false) => " + ",
            };
            text.push_str(op);
            text.push_str(&part);
        };
        let cast = |term: &str| if ty == "u32" { term.to_owned() } else { format!("{term} as {ty}") };
        let scale = |term: &str, n: i64| if n == 1 { cast(term) } else { format!("{} * {n}", cast(term)) };
        for (term, count) in self.terms.iter().filter(|(_, count)| **count > 0) {
            add(1, scale(term, *count));
        }
        if self.constant > 0 || (self.constant == 0 && self.terms.is_empty()) {
            add(1, self.constant.to_string());
        }
        for (term, count) in self.terms.iter().filter(|(_, count)| **count < 0) {
            add(-1, scale(term, -count));
        }
        if self.constant < 0 {
            add(-1, (-self.constant).to_string());
        }
        text
    }

    /// As [`Self::rust`] for `u32`, without parentheses around a single term.
    pub(crate) fn bare(&self) -> String {
        let text = self.rust("u32");
        match text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
            Some(inner) if !inner.contains('(') => inner.to_owned(),
            _ => text,
        }
    }

    /// Whether it depends on `oparg`.
    pub(crate) fn uses_oparg(&self) -> bool {
        !self.terms.is_empty()
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rust("u32"))
    }
}
