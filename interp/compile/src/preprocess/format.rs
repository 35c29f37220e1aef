//! `'literal %s' % (a, b)` as an f-string, where both mean the same.
//!
//! Apart because it reads the small language of `%` formats. Only `%s`, `%r` and `%a` with width and precision are
//! taken; everything else is left to run time.

use crate::ast::{Constant, Conversion, Expr, ExprKind, Span};

use super::placeholder;

/// Widths and precisions have fewer digits than this.
const MAX_DIGITS: usize = 3;

/// A piece of the format.
enum Piece {
    Literal(Vec<u8>),
    Field(Conversion, String),
}

/// The values of the f-string; takes the arguments out of `right` if the format can be taken.
pub(super) fn percent_format(left: &Expr, right: &mut Expr) -> Option<Vec<Expr>> {
    let ExprKind::Constant { value: Constant::Str(format), .. } = &left.kind else { return None };
    let ExprKind::Tuple { elts, .. } = &mut right.kind else { return None };
    if elts.iter().any(|elt| matches!(elt.kind, ExprKind::Starred { .. })) {
        return None;
    }
    let pieces = parse(format, elts.len())?;
    let mut arguments = elts.iter_mut();
    let values = pieces.into_iter().map(|piece| match piece {
        Piece::Literal(text) => text_node(&text),
        Piece::Field(conversion, spec) => {
            let argument = arguments.next().expect("as many arguments as fields were counted");
            let value = std::mem::replace(argument, placeholder());
            let format_spec = (!spec.is_empty()).then(|| Box::new(text_node(spec.as_bytes())));
            let span = value.span;
            Expr::new(span, ExprKind::FormattedValue { value: Box::new(value), conversion, format_spec })
        }
    });
    Some(values.collect())
}

/// A constant without a place.
fn text_node(text: &[u8]) -> Expr {
    Expr::new(NOWHERE, ExprKind::Constant { value: Constant::Str(text.into()), u_prefix: false })
}

/// CPython's position of -1: as a location it reads [`crate::instr::Loc::NONE`].
const NOWHERE: Span = Span::new(u32::MAX, u32::MAX, u32::MAX, u32::MAX);

fn parse(format: &[u8], count: usize) -> Option<Vec<Piece>> {
    let (mut pieces, mut fields, mut at) = (Vec::new(), 0, 0);
    loop {
        let literal = literal(format, &mut at);
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        if at >= format.len() {
            return (fields == count).then_some(pieces);
        }
        if fields >= count {
            return None;
        }
        at += 1;
        pieces.push(field(format, &mut at)?);
        fields += 1;
    }
}

/// Text up to the next field, with `%%` read as `%`.
fn literal(format: &[u8], at: &mut usize) -> Vec<u8> {
    let mut text = Vec::new();
    while let Some(&byte) = format.get(*at) {
        if byte != b'%' {
            *at += 1;
        } else if format.get(*at + 1) == Some(&b'%') {
            *at += 2;
        } else {
            break;
        }
        text.push(byte);
    }
    text
}

/// What stands behind a `%`.
fn field(format: &[u8], at: &mut usize) -> Option<Piece> {
    let mut left_justified = false;
    let mut byte = next(format, at)?;
    while matches!(byte, b'-' | b'+' | b' ' | b'#' | b'0') {
        left_justified |= byte == b'-';
        byte = next(format, at)?;
    }
    let width = if byte.is_ascii_digit() { Some(number(format, at, &mut byte)?) } else { None };
    let mut precision = None;
    if byte == b'.' {
        byte = next(format, at)?;
        // A lone point means a precision of zero.
        precision = Some(number(format, at, &mut byte)?);
    }
    let conversion = match byte {
        b's' => Conversion::Str,
        b'r' => Conversion::Repr,
        b'a' => Conversion::Ascii,
        _ => return None,
    };
    let mut spec = String::new();
    if !left_justified && width.is_some_and(|width| width > 0) {
        spec.push('>');
    }
    if let Some(width) = width {
        spec.push_str(&width.to_string());
    }
    if let Some(precision) = precision {
        spec.push_str(&format!(".{precision}"));
    }
    Some(Piece::Field(conversion, spec))
}

fn next(format: &[u8], at: &mut usize) -> Option<u8> {
    let byte = format.get(*at).copied();
    *at += 1;
    byte
}

/// The digits from `byte` on, if they are few; leaves the byte behind them in `byte`.
fn number(format: &[u8], at: &mut usize, byte: &mut u8) -> Option<u32> {
    let (mut value, mut digits) = (0, 0);
    while byte.is_ascii_digit() {
        value = value * 10 + u32::from(*byte - b'0');
        *byte = next(format, at)?;
        digits += 1;
        if digits >= MAX_DIGITS {
            return None;
        }
    }
    Some(value)
}
