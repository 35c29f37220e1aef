//! Formatting of numbers by a specification.

use dashu_int::Sign;
use interp_object::data::float;
use interp_object::data::int::IntRef;
use interp_object::layout::ValueExt;
use interp_object::{Esc, PyResult, Value, ops};
use interp_types_num::float_text::{self, FloatForm};
use interp_types_num::int_text;

use super::spec::{Align, Spec};
use super::unknown_code;
use crate::buffer::Buffer;

/// A number in pieces, before padding and grouping.
struct Pieces {
    negative: bool,
    /// `0x` and the like.
    prefix: &'static str,
    /// Digits before the point: the part that is grouped and zero-padded.
    whole: String,
    /// The point and digits after it.
    fraction: String,
    /// What follows: exponent, percent sign.
    rest: String,
    /// How many digits a group has.
    group: usize,
}

/// Digits with separators between groups counted from the right, zero-padded to at least `width` columns.
fn grouped(digits: &str, group: usize, separator: Option<u8>, width: usize) -> String {
    let Some(separator) = separator else {
        return format!("{}{digits}", "0".repeat(width.saturating_sub(digits.len())));
    };
    let mut padded = digits.to_owned();
    // With n digits there are n + (n - 1) / group columns; padding never starts with a separator.
    let columns = |digits: usize| digits + digits.saturating_sub(1) / group;
    let mut missing = 0;
    while columns(digits.len() + missing) < width {
        missing += 1;
    }
    padded.insert_str(0, &"0".repeat(missing));
    let mut out = String::with_capacity(columns(padded.len()));
    for (index, digit) in padded.chars().enumerate() {
        if index > 0 && (padded.len() - index).is_multiple_of(group) {
            out.push(char::from(separator));
        }
        out.push(digit);
    }
    out
}

/// Groups digits after the point, counted from the left.
fn grouped_fraction(fraction: &str, separator: Option<u8>) -> String {
    let (Some(separator), Some(digits)) = (separator, fraction.strip_prefix('.')) else { return fraction.to_owned() };
    let mut out = String::from(".");
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && index.is_multiple_of(3) {
            out.push(char::from(separator));
        }
        out.push(digit);
    }
    out
}

fn assemble(esc: Esc<'_>, pieces: &Pieces, spec: &Spec) -> PyResult {
    let sign = match (pieces.negative, spec.sign) {
        (true, _) => "-",
        (false, Some(b'+')) => "+",
        (false, Some(b' ')) => " ",
        (false, _) => "",
    };
    let fraction = grouped_fraction(&pieces.fraction, spec.fraction_grouping);
    let around = sign.len() + pieces.prefix.len() + fraction.len() + pieces.rest.len();
    let align = spec.align.unwrap_or(Align::Right);
    let zeros = align == Align::AfterSign && spec.fill == u32::from(b'0');
    let digits_width = if zeros { spec.width.saturating_sub(around) } else { 0 };
    // Infinities and NaN have no digits to group.
    let separator = spec.grouping.filter(|_| !pieces.whole.is_empty());
    let whole = grouped(&pieces.whole, pieces.group, separator, digits_width);
    let missing = spec.width.saturating_sub(around + whole.len());
    let mut out = Buffer::with_capacity(spec.width.max(around + whole.len()));
    let (left, right) = spec.margins(around + whole.len(), align);
    if align != Align::AfterSign {
        out.fill(spec.fill, left);
    }
    out.push_str(sign);
    out.push_str(pieces.prefix);
    if align == Align::AfterSign {
        out.fill(spec.fill, missing);
    }
    out.push_str(&whole);
    out.push_str(&fraction);
    out.push_str(&pieces.rest);
    out.fill(spec.fill, right);
    out.finish_value(esc)
}

pub(super) fn format_int(esc: Esc<'_>, value: &Value, number: &IntRef<'_>, spec: &Spec) -> PyResult {
    let kind = spec.kind().unwrap_or(if spec.kind.is_some() { 0 } else { b'd' });
    match kind {
        b'b' | b'c' | b'd' | b'o' | b'x' | b'X' | b'n' => {}
        b'e' | b'E' | b'f' | b'F' | b'g' | b'G' | b'%' => {
            let number = ops::to_float(esc, value)?;
            return format_float(esc, &number, spec);
        }
        _ => return Err(unknown_code(esc, value, spec.kind.unwrap_or(0))),
    }
    if spec.precision.is_some() {
        return Err(esc.value_error("Precision not allowed in integer format specifier"));
    }
    if spec.no_negative_zero {
        return Err(esc.value_error("Negative zero coercion (z) not allowed in integer format specifier"));
    }
    if kind == b'c' {
        return format_char(esc, number, spec);
    }
    let (prefix, text, group) = match kind {
        b'b' => ("0b", radix(number, 2), 4),
        b'o' => ("0o", radix(number, 8), 4),
        b'x' => ("0x", radix(number, 16), 4),
        b'X' => ("0X", radix(number, 16).to_ascii_uppercase(), 4),
        _ => ("", int_text::decimal(esc, number)?, 3),
    };
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits.to_owned()),
        None => (false, text),
    };
    let prefix = if spec.alternate { prefix } else { "" };
    let pieces = Pieces { negative, prefix, whole: digits, fraction: String::new(), rest: String::new(), group };
    assemble(esc, &pieces, spec)
}

/// The digits of an int in base 2, 8 or 16, with a sign.
pub(super) fn radix(number: &IntRef<'_>, base: u32) -> String {
    match number {
        IntRef::Small(number) => {
            let sign = if *number < 0 { "-" } else { "" };
            let magnitude = number.unsigned_abs();
            match base {
                2 => format!("{sign}{magnitude:b}"),
                8 => format!("{sign}{magnitude:o}"),
                _ => format!("{sign}{magnitude:x}"),
            }
        }
        IntRef::Big(number) => number.in_radix(base).to_string(),
    }
}

fn format_char(esc: Esc<'_>, number: &IntRef<'_>, spec: &Spec) -> PyResult {
    if spec.sign.is_some() {
        return Err(esc.value_error("Sign not allowed with integer format specifier 'c'"));
    }
    if spec.alternate {
        return Err(esc.value_error("Alternate form (#) not allowed with integer format specifier 'c'"));
    }
    let Some(c) = number.to_i64().and_then(|c| u32::try_from(c).ok()).filter(|&c| c < 0x11_0000) else {
        return Err(esc.overflow_error("%c arg not in range(0x110000)"));
    };
    let mut out = Buffer::new();
    let (left, right) = spec.margins(1, spec.align.unwrap_or(Align::Left));
    out.fill(spec.fill, left);
    out.push(c);
    out.fill(spec.fill, right);
    out.finish_value(esc)
}

/// The text of a float for a presentation type; `None` if the type is none of a float's.
fn float_body(number: f64, kind: Option<u8>, precision: Option<usize>, alternate: bool) -> Option<String> {
    let places = precision.unwrap_or(6);
    let text = match kind {
        Some(b'e' | b'E') => float_text::format(number, FloatForm::Exponent(places), alternate, false),
        Some(b'f' | b'F') => float_text::format(number, FloatForm::Fixed(places), alternate, false),
        Some(b'g' | b'G' | b'n') => float_text::format(number, FloatForm::General(places), alternate, false),
        Some(b'%') => float_text::format(number * 100.0, FloatForm::Fixed(places), alternate, false),
        Some(b'r') => float_text::format(number, FloatForm::Repr, alternate, false),
        // Without a type: like `repr`, or with a precision like `g` that keeps a digit after the point.
        None => match precision {
            None => float_text::format(number, FloatForm::Repr, alternate, true),
            Some(places) => short_general(number, places.max(1), alternate),
        },
        Some(_) => return None,
    };
    Some(if matches!(kind, Some(b'E' | b'F' | b'G')) { text.to_ascii_uppercase() } else { text })
}

/// `g` with `.0` added, which turns to scientific notation one digit earlier.
fn short_general(number: f64, places: usize, alternate: bool) -> String {
    let scientific = float_text::format(number.abs(), FloatForm::Exponent(places - 1), false, false);
    let exponent: i64 = scientific.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(i64::MIN);
    if number.is_finite() && exponent == places as i64 - 1 {
        // The point would be needed after the last significant digit.
        let text = float_text::format(number, FloatForm::Exponent(places - 1), alternate, false);
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "+00"));
        let mantissa = match mantissa.contains('.') && !alternate {
            true => mantissa.trim_end_matches('0').trim_end_matches('.'),
            false => mantissa,
        };
        return format!("{mantissa}e{exponent}");
    }
    float_text::format(number, FloatForm::General(places), alternate, true)
}

/// Cuts the text of a float into sign, digits, fraction and exponent.
fn pieces(text: &str, percent: bool) -> Pieces {
    let (negative, body) = match text.strip_prefix('-') {
        Some(body) => (true, body),
        None => (false, text),
    };
    let whole_end = body.find(|c: char| !c.is_ascii_digit()).unwrap_or(body.len());
    let (whole, after) = body.split_at(whole_end);
    let fraction_end = match after.strip_prefix('.') {
        Some(digits) => 1 + digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len()),
        None => 0,
    };
    let (fraction, rest) = after.split_at(fraction_end);
    let rest = if percent { format!("{rest}%") } else { rest.to_owned() };
    Pieces { negative, prefix: "", whole: whole.to_owned(), fraction: fraction.to_owned(), rest, group: 3 }
}

/// Takes the sign from what rounded to zero (`z`).
fn drop_negative_zero(text: String) -> String {
    let is_zero =
        text.bytes().take_while(|byte| !matches!(byte, b'e' | b'E')).all(|byte| matches!(byte, b'-' | b'0' | b'.'));
    if is_zero && text.starts_with('-') { text[1..].to_owned() } else { text }
}

pub(super) fn format_float(esc: Esc<'_>, value: &Value, spec: &Spec) -> PyResult {
    let number = float::view(value).unwrap_or(f64::NAN);
    let kind = match spec.kind {
        Some(kind) => match u8::try_from(kind) {
            Ok(kind) if kind != b'r' => Some(kind),
            _ => return Err(unknown_code(esc, value, kind)),
        },
        None => None,
    };
    check_precision(esc, spec)?;
    let Some(mut text) = float_body(number, kind, spec.precision, spec.alternate) else {
        return Err(unknown_code(esc, value, spec.kind.unwrap_or(0)));
    };
    if spec.no_negative_zero {
        text = drop_negative_zero(text);
    }
    assemble(esc, &pieces(&text, kind == Some(b'%')), spec)
}

fn check_precision(esc: Esc<'_>, spec: &Spec) -> PyResult<()> {
    if spec.precision.is_some_and(|precision| precision > i32::MAX as usize) {
        return Err(esc.value_error("precision too big"));
    }
    Ok(())
}

pub(super) fn format_complex(esc: Esc<'_>, value: &Value, spec: &Spec) -> PyResult {
    let Some(number) = value.payload::<float::Complex>() else {
        return Err(esc.type_error("a complex was expected"));
    };
    if spec.zero_padded || spec.fill == u32::from(b'0') && spec.align == Some(Align::AfterSign) {
        return Err(esc.value_error("Zero padding is not allowed in complex format specifier"));
    }
    if spec.align == Some(Align::AfterSign) {
        return Err(esc.value_error("'=' alignment flag is not allowed in complex format specifier"));
    }
    check_precision(esc, spec)?;
    let kind = match spec.kind {
        None => None,
        Some(_) => match spec.kind() {
            Some(kind @ (b'e' | b'E' | b'f' | b'F' | b'g' | b'G' | b'n')) => Some(kind),
            _ => return Err(unknown_code(esc, value, spec.kind.unwrap_or(0))),
        },
    };
    let body = |part: f64| {
        let mut text = match (kind, spec.precision) {
            (None, None) => float_text::format(part, FloatForm::Repr, spec.alternate, false),
            (None, precision) => float_body(part, Some(b'g'), precision, spec.alternate).unwrap_or_default(),
            (kind, precision) => float_body(part, kind, precision, spec.alternate).unwrap_or_default(),
        };
        if spec.no_negative_zero {
            text = drop_negative_zero(text);
        }
        pieces(&text, false)
    };
    let shown = |pieces: &Pieces, sign: Option<u8>| {
        let sign = match (pieces.negative, sign) {
            (true, _) => "-",
            (false, Some(b'+')) => "+",
            (false, Some(b' ')) => " ",
            _ => "",
        };
        let whole = grouped(&pieces.whole, 3, spec.grouping, 0);
        format!("{sign}{whole}{}{}", grouped_fraction(&pieces.fraction, spec.fraction_grouping), pieces.rest)
    };
    // Without a type the real part is left out where `repr` leaves it out, and parentheses go around both.
    let plain = spec.kind.is_none();
    let only_imaginary = plain && number.real == 0.0 && number.real.is_sign_positive();
    let imaginary = shown(&body(number.imag), if only_imaginary { spec.sign } else { Some(b'+') });
    let text = match (only_imaginary, plain) {
        (true, _) => format!("{imaginary}j"),
        (false, true) => format!("({}{imaginary}j)", shown(&body(number.real), spec.sign)),
        (false, false) => format!("{}{imaginary}j", shown(&body(number.real), spec.sign)),
    };
    let mut out = Buffer::new();
    let (left, right) = spec.margins(text.len(), spec.align.unwrap_or(Align::Right));
    out.fill(spec.fill, left);
    out.push_str(&text);
    out.fill(spec.fill, right);
    out.finish_value(esc)
}

/// Whether an int is negative.
pub(super) fn is_negative(number: &IntRef<'_>) -> bool {
    match number {
        IntRef::Small(number) => *number < 0,
        IntRef::Big(number) => number.sign() == Sign::Negative,
    }
}
