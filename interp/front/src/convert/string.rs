//! String, bytes, f-string and t-string literals with their implicit concatenation.
//!
//! CPython flattens all parts of a concatenation into one list, drops empty pieces and joins neighbours that are
//! constant; the joined constant stands from the first piece's start to the last one's end.

use std::sync::Arc;

use interp_compile::ast::{Constant, Conversion, Expr, ExprKind, Span, Wtf8};
use interp_compile::error::{CompileError, CompileWarning};
use ruff_python_ast as ruff;
use ruff_python_ast::StringFlags;
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::{Converted, Converter};
use crate::escape::{self, Body, EscapeWarning};

/// Deepest nesting of replacement fields (`MAXEXPRNESTING`).
const MAX_FIELDS: u32 = 3;

/// One piece of a concatenation before neighbours are joined.
enum Piece {
    Text { span: Span, value: Vec<u8>, u_prefix: bool },
    Field(Expr),
}

impl Converter<'_> {
    pub(super) fn string_literal(&mut self, node: &ruff::ExprStringLiteral) -> Expr {
        let span = self.span(node.range);
        let mut value = Vec::new();
        for part in &node.value {
            self.decode_part(part.range, part.flags.into(), &mut value);
        }
        let u_prefix = self.text(node.range).starts_with('u');
        Expr::new(span, ExprKind::Constant { value: Constant::Str(escape::wtf8(value)), u_prefix })
    }

    pub(super) fn bytes_literal(&mut self, node: &ruff::ExprBytesLiteral) -> Expr {
        let span = self.span(node.range);
        let mut value = Vec::new();
        for part in &node.value {
            self.decode_part(part.range, part.flags.into(), &mut value);
        }
        Expr::new(span, ExprKind::Constant { value: Constant::Bytes(Arc::from(value)), u_prefix: false })
    }

    /// Appends the value of one quoted literal.
    fn decode_part(&mut self, range: TextRange, flags: ruff::AnyStringFlags, value: &mut Vec<u8>) {
        let body = TextRange::new(range.start() + flags.opener_len(), range.end() - flags.closer_len());
        let text = self.text(body);
        if flags.is_raw_string() || !text.contains('\\') {
            value.extend_from_slice(text.as_bytes());
            return;
        }
        let mut warnings = Vec::new();
        let result = if flags.is_byte_string() {
            escape::decode_bytes(text, value, &mut warnings)
        } else {
            escape::decode_text(text, Body::Text, value, &mut warnings)
        };
        self.note_escapes(body.start(), warnings);
        if let Err(error) = result {
            self.fail(CompileError::syntax(error.msg, self.span(range)));
        }
    }

    /// CPython warns of the first odd escape of a literal only; its tokenizer warns of every `\{` by itself.
    fn note_escapes(&mut self, start: TextSize, warnings: Vec<EscapeWarning>) {
        let mut first = true;
        for warning in warnings {
            if !warning.brace && !std::mem::take(&mut first) {
                continue;
            }
            let at = start + TextSize::new(warning.at as u32);
            let span = self.span(TextRange::at(at, TextSize::new(2)));
            self.warnings.push(CompileWarning { msg: warning.msg, span });
        }
    }

    pub(super) fn f_string(&mut self, mut node: ruff::ExprFString) -> Converted<Expr> {
        let mut pieces = Vec::new();
        for part in &mut node.value {
            match part {
                ruff::FStringPart::Literal(literal) => {
                    let mut value = Vec::new();
                    self.decode_part(literal.range, literal.flags.into(), &mut value);
                    let u_prefix = self.text(literal.range).starts_with('u');
                    pieces.push(Piece::Text { span: self.span(literal.range), value, u_prefix });
                }
                ruff::FStringPart::FString(f_string) => {
                    let raw = ruff::AnyStringFlags::from(f_string.flags).is_raw_string();
                    self.elements(&mut f_string.elements, raw, false, &mut pieces)?;
                }
            }
        }
        Ok(Expr::new(self.span(node.range), ExprKind::JoinedStr { values: join(pieces) }))
    }

    pub(super) fn t_string(&mut self, mut node: ruff::ExprTString) -> Converted<Expr> {
        let mut pieces = Vec::new();
        for part in &mut node.value {
            let raw = ruff::AnyStringFlags::from(part.flags).is_raw_string();
            self.elements(&mut part.elements, raw, true, &mut pieces)?;
        }
        Ok(Expr::new(self.span(node.range), ExprKind::TemplateStr { values: join(pieces) }))
    }

    /// The elements of one f- or t-string, or of a format specification.
    fn elements(
        &mut self,
        elements: &mut ruff::InterpolatedStringElements,
        raw: bool,
        template: bool,
        pieces: &mut Vec<Piece>,
    ) -> Converted<()> {
        for element in elements {
            match element {
                ruff::InterpolatedStringElement::Literal(literal) => {
                    let text = self.text(literal.range);
                    let mut value = Vec::new();
                    if raw {
                        escape::decode_raw_interpolated(text, &mut value);
                    } else {
                        let mut warnings = Vec::new();
                        let result = escape::decode_text(text, Body::Interpolated, &mut value, &mut warnings);
                        self.note_escapes(literal.range.start(), warnings);
                        if let Err(error) = result {
                            self.fail(CompileError::syntax(error.msg, self.span(literal.range)));
                        }
                    }
                    let span = self.span(literal.range);
                    pieces.push(Piece::Text { span, value, u_prefix: false });
                }
                ruff::InterpolatedStringElement::Interpolation(field) => {
                    self.field(field, raw, template, pieces)?;
                }
            }
        }
        Ok(())
    }

    fn field(
        &mut self,
        field: &mut ruff::InterpolatedElement,
        raw: bool,
        template: bool,
        pieces: &mut Vec<Piece>,
    ) -> Converted<()> {
        if self.fields >= MAX_FIELDS {
            let msg = format!("{}-string: expressions nested too deeply", if template { 't' } else { 'f' });
            self.fail(CompileError::syntax(msg, self.span(TextRange::empty(field.range.start()))));
        }
        let range = field.range;
        let placeholder = ruff::Expr::NoneLiteral(ruff::ExprNoneLiteral::default());
        let expression = std::mem::replace(&mut *field.expression, placeholder);
        let source_text = if template { self.field_source(field, &expression) } else { Arc::from([]) };
        if let Some(debug) = &field.debug_text {
            let start = range.start() + TextSize::new(1);
            let end = start + TextSize::of(debug.as_str());
            let text = without_comments(debug.as_str());
            pieces.push(Piece::Text {
                span: self.span(TextRange::new(start, end)),
                value: text.into_bytes(),
                u_prefix: false,
            });
        }
        // A string inside the expression starts to count anew.
        let outer = std::mem::take(&mut self.fields);
        let value = self.boxed(expression)?;
        self.fields = outer;
        let format_spec = match &mut field.format_spec {
            None => None,
            Some(spec) => {
                self.fields += 1;
                let spec = self.format_spec(spec, raw)?;
                self.fields -= 1;
                Some(Box::new(spec))
            }
        };
        let conversion = match field.conversion {
            ruff::ConversionFlag::None if field.debug_text.is_some() && format_spec.is_none() => Conversion::Repr,
            ruff::ConversionFlag::None => Conversion::None,
            ruff::ConversionFlag::Str => Conversion::Str,
            ruff::ConversionFlag::Repr => Conversion::Repr,
            ruff::ConversionFlag::Ascii => Conversion::Ascii,
        };
        let kind = if template {
            ExprKind::Interpolation { value, text: source_text, conversion, format_spec }
        } else {
            ExprKind::FormattedValue { value, conversion, format_spec }
        };
        pieces.push(Piece::Field(Expr::new(self.span(range), kind)));
        Ok(())
    }

    /// The expression's source as a t-string keeps it: up to the conversion, the specification or the brace.
    fn field_source(&self, field: &ruff::InterpolatedElement, expression: &ruff::Expr) -> Wtf8 {
        if let Some(debug) = &field.debug_text {
            let text = without_comments(debug.as_str());
            return Arc::from(text.trim_end_matches([' ', '\t', '\n', '\x0c', '\\']).trim_end_matches('=').as_bytes());
        }
        let start = field.range.start() + TextSize::new(1);
        let one = TextSize::new(1);
        let mut end = field.format_spec.as_ref().map_or(field.range.end(), |spec| spec.range.start()) - one;
        if field.conversion != ruff::ConversionFlag::None {
            let tail = self.text(TextRange::new(expression.range().end(), end));
            end = expression.range().end() + TextSize::new(tail.rfind('!').unwrap_or(tail.len()) as u32);
        }
        Arc::from(without_comments(self.text(TextRange::new(start, end))).as_bytes())
    }

    fn format_spec(&mut self, spec: &mut ruff::InterpolatedStringFormatSpec, raw: bool) -> Converted<Expr> {
        let mut pieces = Vec::new();
        // Fields of a specification are plain ones, in t-strings too.
        self.elements(&mut spec.elements, raw, false, &mut pieces)?;
        // CPython's node starts at the colon.
        let span = self.span(TextRange::new(spec.range.start() - TextSize::new(1), spec.range.end()));
        Ok(Expr::new(span, ExprKind::JoinedStr { values: join(pieces) }))
    }
}

/// Joins neighbouring texts and drops what is empty then; an empty piece still counts for the place of a joined text.
fn join(pieces: Vec<Piece>) -> Vec<Expr> {
    let mut values = Vec::with_capacity(pieces.len());
    let mut open: Option<(Span, Vec<u8>, bool)> = None;
    for piece in pieces {
        match piece {
            Piece::Text { span, value, u_prefix } => match &mut open {
                None => open = Some((span, value, u_prefix)),
                Some((whole, text, _)) => {
                    *whole = whole.to(span);
                    text.extend_from_slice(&value);
                }
            },
            Piece::Field(field) => {
                values.extend(open.take().and_then(close));
                values.push(field);
            }
        }
    }
    values.extend(open.and_then(close));
    values
}

fn close((span, value, u_prefix): (Span, Vec<u8>, bool)) -> Option<Expr> {
    if value.is_empty() {
        return None;
    }
    Some(Expr::new(span, ExprKind::Constant { value: Constant::Str(escape::wtf8(value)), u_prefix }))
}

/// A field's source as CPython keeps it: comments go, their newlines stay.
fn without_comments(text: &str) -> String {
    if !text.contains('#') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut quote = None;
    let mut in_comment = false;
    let mut escaped = false;
    for c in text.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if !in_comment => escaped = true,
            '\n' if in_comment => in_comment = false,
            _ if in_comment => continue,
            '"' | '\'' if quote.is_none() => quote = Some(c),
            _ if quote == Some(c) => quote = None,
            '#' if quote.is_none() => {
                in_comment = true;
                continue;
            }
            _ => {}
        }
        out.push(c);
    }
    out
}
