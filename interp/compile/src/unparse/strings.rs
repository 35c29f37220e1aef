//! f-strings and t-strings as text: always on one level of quotes, so inner quotes may come out escaped.

use crate::ast::{Constant, Conversion, Expr, ExprKind};

use super::{Level, Writer, literal};

impl Writer {
    /// A whole f-string or t-string, or (without quotes) a format specification.
    pub(super) fn string_literal(&mut self, expr: &Expr, is_format_spec: bool) {
        let (prefix, values) = match &expr.kind {
            ExprKind::JoinedStr { values } => ("f", values),
            ExprKind::TemplateStr { values } => ("t", values),
            _ => unreachable!("only string literals come here"),
        };
        let mut body = Self { out: Vec::new() };
        for value in values {
            body.string_element(value, is_format_spec);
        }
        if is_format_spec {
            self.out.extend_from_slice(&body.out);
        } else {
            self.text(prefix);
            literal::write_str(&mut self.out, &body.out);
        }
    }

    /// One piece of a string.
    pub(super) fn string_element(&mut self, expr: &Expr, is_format_spec: bool) {
        match &expr.kind {
            ExprKind::Constant { value: Constant::Str(text), .. } => {
                for &byte in &**text {
                    if matches!(byte, b'{' | b'}') {
                        self.out.push(byte);
                    }
                    self.out.push(byte);
                }
            }
            ExprKind::JoinedStr { .. } | ExprKind::TemplateStr { .. } => self.string_literal(expr, is_format_spec),
            ExprKind::FormattedValue { value, conversion, format_spec } => {
                let mut text = Self { out: Vec::new() };
                // A lambda needs parentheses, or its colon would start the specification.
                text.expr(value, Level::Test.above());
                self.field(&text.out, *conversion, format_spec.as_deref());
            }
            ExprKind::Interpolation { text, conversion, format_spec, .. } => {
                self.field(text, *conversion, format_spec.as_deref());
            }
            _ => unreachable!("nothing else is part of a string"),
        }
    }

    fn field(&mut self, value: &[u8], conversion: Conversion, format_spec: Option<&Expr>) {
        // Two opening braces would be an escaped one.
        self.text(if value.first() == Some(&b'{') { "{ " } else { "{" });
        self.out.extend_from_slice(value);
        match conversion {
            Conversion::None => {}
            Conversion::Str => self.text("!s"),
            Conversion::Repr => self.text("!r"),
            Conversion::Ascii => self.text("!a"),
        }
        if let Some(spec) = format_spec {
            self.text(":");
            self.string_element(spec, true);
        }
        self.text("}");
    }
}
