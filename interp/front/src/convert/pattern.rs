//! Patterns of `match`.

use interp_compile::ast::{Constant, Expr, ExprKind, Operator, Pattern, PatternKind, UnaryOperator};
use interp_compile::error::CompileError;
use ruff_python_ast as ruff;
use ruff_text_size::Ranged;

use super::{Converted, Converter, with_stack};

impl Converter<'_> {
    pub(super) fn pattern(&mut self, pattern: ruff::Pattern) -> Converted<Pattern> {
        with_stack(|| self.pattern_level(pattern))
    }

    fn pattern_level(&mut self, pattern: ruff::Pattern) -> Converted<Pattern> {
        let span = self.span(pattern.range());
        let kind = match pattern {
            ruff::Pattern::MatchValue(node) => PatternKind::MatchValue { value: Box::new(self.value(*node.value)?) },
            ruff::Pattern::MatchSingleton(node) => PatternKind::MatchSingleton {
                value: match node.value {
                    ruff::Singleton::None => Constant::None,
                    ruff::Singleton::True => Constant::True,
                    ruff::Singleton::False => Constant::False,
                },
            },
            ruff::Pattern::MatchSequence(node) => {
                PatternKind::MatchSequence { patterns: self.patterns(node.patterns)? }
            }
            ruff::Pattern::MatchMapping(node) => PatternKind::MatchMapping {
                keys: node.keys.into_iter().map(|key| self.value(key)).collect::<Converted<_>>()?,
                patterns: self.patterns(node.patterns)?,
                rest: self.optional_ident(node.rest.as_ref()),
            },
            ruff::Pattern::MatchClass(node) => {
                let cls = self.boxed(*node.cls)?;
                let patterns = self.patterns(node.arguments.patterns)?;
                let mut kwd_attrs = Vec::with_capacity(node.arguments.keywords.len());
                let mut kwd_patterns = Vec::with_capacity(node.arguments.keywords.len());
                for keyword in node.arguments.keywords {
                    kwd_attrs.push(self.ident(&keyword.attr));
                    kwd_patterns.push(self.pattern(keyword.pattern)?);
                }
                PatternKind::MatchClass { cls, patterns, kwd_attrs, kwd_patterns }
            }
            ruff::Pattern::MatchStar(node) => PatternKind::MatchStar { name: self.optional_ident(node.name.as_ref()) },
            ruff::Pattern::MatchAs(node) => PatternKind::MatchAs {
                pattern: node.pattern.map(|pattern| self.pattern(*pattern).map(Box::new)).transpose()?,
                name: self.optional_ident(node.name.as_ref()),
            },
            ruff::Pattern::MatchOr(node) => PatternKind::MatchOr { patterns: self.patterns(node.patterns)? },
        };
        Ok(Pattern { span, kind })
    }

    /// A value to compare with. The library takes more expressions here than CPython's grammar has.
    fn value(&mut self, value: ruff::Expr) -> Converted<Expr> {
        let converted = self.expr(value)?;
        let is_number = |expr: &Expr| {
            matches!(
                &expr.kind,
                ExprKind::Constant { value: Constant::Int(_) | Constant::Float(_) | Constant::Complex { .. }, .. }
            )
        };
        let is_signed = |expr: &Expr| match &expr.kind {
            ExprKind::UnaryOp { op: UnaryOperator::USub, operand } => is_number(operand),
            _ => is_number(expr),
        };
        let fits = match &converted.kind {
            ExprKind::Constant { .. }
            | ExprKind::Attribute { .. }
            | ExprKind::JoinedStr { .. }
            | ExprKind::TemplateStr { .. } => true,
            ExprKind::BinOp { left, op: Operator::Add | Operator::Sub, right } => is_signed(left) && is_number(right),
            _ => is_signed(&converted),
        };
        if !fits {
            self.fail(CompileError::syntax("invalid syntax", converted.span));
        }
        Ok(converted)
    }

    fn patterns(&mut self, patterns: impl IntoIterator<Item = ruff::Pattern>) -> Converted<Vec<Pattern>> {
        patterns.into_iter().map(|pattern| self.pattern(pattern)).collect()
    }
}
