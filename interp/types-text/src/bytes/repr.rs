//! `repr` of octets.

use interp_object::data::str;
use interp_object::{Esc, PyResult};

/// `bytearray(b'…')`, where a single quote is escaped even between double ones.
pub(super) fn quote_array(name: &str, octets: &[u8]) -> String {
    let text = text(octets);
    match text.strip_prefix("b\"") {
        Some(inner) => format!("{name}(b\"{})", inner.replace('\'', "\\'")),
        None => format!("{name}({text})"),
    }
}

/// `b'…'`
pub(super) fn quote(esc: Esc<'_>, octets: &[u8]) -> PyResult {
    Ok(str::from_latin1(esc, text(octets).as_bytes()).into_value())
}

/// The text of a `bytes` literal.
fn text(octets: &[u8]) -> String {
    let quote = crate::str::repr::quote_for(octets.iter().map(|&octet| u32::from(octet)));
    let mut out = String::with_capacity(octets.len() + 3);
    out.push('b');
    out.push(char::from(quote));
    for &octet in octets {
        match octet {
            b'\\' => out.push_str("\\\\"),
            b'\t' => out.push_str("\\t"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            _ if octet == quote => {
                out.push('\\');
                out.push(char::from(octet));
            }
            0x20..0x7f => out.push(char::from(octet)),
            _ => {
                const DIGITS: &[u8; 16] = b"0123456789abcdef";
                out.push_str("\\x");
                out.push(char::from(DIGITS[usize::from(octet >> 4)]));
                out.push(char::from(DIGITS[usize::from(octet & 15)]));
            }
        }
    }
    out.push(char::from(quote));
    out
}
