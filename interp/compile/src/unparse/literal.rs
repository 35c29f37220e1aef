//! Constants as text: Python's `repr`.

use std::fmt::Write as _;

use interp_code::Wtf;

use crate::ast::Constant;

/// The `repr` of a constant.
pub(crate) fn repr_of_constant(value: &Constant) -> String {
    let mut out = Vec::new();
    write(&mut out, value);
    String::from_utf8_lossy(&out).into_owned()
}

/// The `repr` of a text.
pub(crate) fn repr_of_str(text: &[u8]) -> String {
    let mut out = Vec::new();
    write_str(&mut out, text);
    String::from_utf8_lossy(&out).into_owned()
}

/// Appends a constant.
pub(super) fn write(out: &mut Vec<u8>, value: &Constant) {
    match value {
        Constant::None => out.extend_from_slice(b"None"),
        Constant::True => out.extend_from_slice(b"True"),
        Constant::False => out.extend_from_slice(b"False"),
        Constant::Ellipsis => out.extend_from_slice(b"..."),
        Constant::Int(value) => out.extend_from_slice(value.to_string().as_bytes()),
        Constant::Float(value) => out.extend_from_slice(float(*value, ".0").as_bytes()),
        Constant::Complex { re, im } => out.extend_from_slice(complex(*re, *im).as_bytes()),
        Constant::Str(text) => write_str(out, text),
        Constant::Bytes(bytes) => write_bytes(out, bytes),
    }
}

/// The shortest text that reads back as the same float. `integral` is appended to whole numbers. Infinity is written
/// as a literal that overflows to it, since a tree has no name for it.
fn float(value: f64, integral: &str) -> String {
    if value.is_infinite() {
        return if value < 0.0 { "-1e309".into() } else { "1e309".into() };
    }
    if value.is_nan() {
        return "nan".into();
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').expect("the format asked for has an exponent");
    let exponent: i32 = exponent.parse().expect("an exponent is a number");
    if (-4..16).contains(&exponent) {
        let plain = format!("{value}");
        return if plain.contains('.') { plain } else { plain + integral };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

fn complex(re: f64, im: f64) -> String {
    let imaginary = float(im, "");
    if re == 0.0 && re.is_sign_positive() {
        return format!("{imaginary}j");
    }
    let sign = if imaginary.starts_with('-') { "" } else { "+" };
    format!("({}{sign}{imaginary}j)", float(re, ""))
}

fn quote(has_single: bool, has_double: bool) -> u8 {
    if has_single && !has_double { b'"' } else { b'\'' }
}

/// Appends a text in quotes.
pub(super) fn write_str(out: &mut Vec<u8>, text: &[u8]) {
    let quote = quote(text.contains(&b'\''), text.contains(&b'"'));
    out.push(quote);
    let points = Wtf::from_bytes(text).expect("texts of a tree are well-formed");
    for point in points.code_points() {
        match (u8::try_from(point), char::from_u32(point)) {
            (Ok(byte @ (b'\\' | b'\'' | b'"')), _) if byte == b'\\' || byte == quote => out.extend([b'\\', byte]),
            (Ok(b'\n'), _) => out.extend_from_slice(b"\\n"),
            (Ok(b'\r'), _) => out.extend_from_slice(b"\\r"),
            (Ok(b'\t'), _) => out.extend_from_slice(b"\\t"),
            (_, Some(character)) if is_printable(character) => {
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            _ => {
                let mut escape = String::new();
                let written = match point {
                    0..=0xFF => write!(escape, "\\x{point:02x}"),
                    0x100..=0xFFFF => write!(escape, "\\u{point:04x}"),
                    _ => write!(escape, "\\U{point:08x}"),
                };
                written.expect("writing to a string cannot fail");
                out.extend_from_slice(escape.as_bytes());
            }
        }
    }
    out.push(quote);
}

/// `str.isprintable` of one character. Rust escapes by the same categories, but combining marks only in front.
fn is_printable(character: char) -> bool {
    match character {
        ' '..='~' => true,
        '\0'..='\u{a0}' => false,
        _ => ["a", character.encode_utf8(&mut [0; 4])].concat().escape_debug().count() == 2,
    }
}

fn write_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    let quote = quote(bytes.contains(&b'\''), bytes.contains(&b'"'));
    out.extend([b'b', quote]);
    for &byte in bytes {
        match byte {
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b' '..=b'~' => {
                if byte == b'\\' || byte == quote {
                    out.push(b'\\');
                }
                out.push(byte);
            }
            _ => out.extend_from_slice(format!("\\x{byte:02x}").as_bytes()),
        }
    }
    out.push(quote);
}

#[cfg(test)]
mod tests;
