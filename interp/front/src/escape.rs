//! The values of string and bytes literals, from their source text.
//!
//! The parser library decodes literals to Rust strings and so loses lone surrogates; here they become WTF-8.
//! Apart from the converter because it is a small language of its own. Errors are CPython's texts.

use std::sync::Arc;

use interp_compile::ast::Wtf8;

/// What is wrong with an escape. `at` is the byte offset of the backslash in the literal's body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct EscapeError {
    pub(crate) at: usize,
    pub(crate) msg: String,
}

/// An escape sequence that means nothing (`\q`) or too much (`\777`): CPython warns.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct EscapeWarning {
    pub(crate) at: usize,
    pub(crate) msg: String,
    /// A backslash before a brace of an f- or t-string.
    pub(crate) brace: bool,
}

/// What a body is part of, which decides how braces and escapes read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    Text,
    /// Literal part of an f- or t-string: `{{` is one brace, and a backslash may stand before `{`.
    Interpolated,
}

/// Decodes the body of a non-raw text literal and appends it to `out`.
pub(crate) fn decode_text(
    body: &str,
    kind: Body,
    out: &mut Vec<u8>,
    warnings: &mut Vec<EscapeWarning>,
) -> Result<(), EscapeError> {
    let bytes = body.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        if kind == Body::Interpolated && matches!(byte, b'{' | b'}') {
            out.push(byte);
            at += if bytes.get(at + 1) == Some(&byte) { 2 } else { 1 };
        } else if byte == b'\\' {
            at = text_escape(body, at, kind, out, warnings)?;
        } else {
            let rest = &bytes[at..];
            let plain = rest
                .iter()
                .position(|&b| b == b'\\' || (kind == Body::Interpolated && matches!(b, b'{' | b'}')))
                .unwrap_or(rest.len());
            out.extend_from_slice(&rest[..plain]);
            at += plain;
        }
    }
    Ok(())
}

/// Collapses the doubled braces of a raw f- or t-string's literal part.
pub(crate) fn decode_raw_interpolated(body: &str, out: &mut Vec<u8>) {
    let bytes = body.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        out.push(bytes[at]);
        at += if matches!(bytes[at], b'{' | b'}') && bytes.get(at + 1) == Some(&bytes[at]) { 2 } else { 1 };
    }
}

/// One escape of a text literal; returns the offset behind it.
fn text_escape(
    body: &str,
    at: usize,
    kind: Body,
    out: &mut Vec<u8>,
    warnings: &mut Vec<EscapeWarning>,
) -> Result<usize, EscapeError> {
    let bytes = body.as_bytes();
    let Some(&letter) = bytes.get(at + 1) else {
        // Behind the text of an f-string stands a field.
        warnings.push(EscapeWarning { brace: true, ..invalid_escape(at, '{') });
        out.push(b'\\');
        return Ok(at + 1);
    };
    let simple = match letter {
        b'\n' => return Ok(at + 2),
        b'\\' | b'\'' | b'"' => letter,
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        b'0'..=b'7' => {
            let (value, end) = octal(bytes, at, warnings);
            push_code_point(out, value);
            return Ok(end);
        }
        b'x' => return hex(bytes, at, 2, "truncated \\xXX escape", out),
        b'u' => return hex(bytes, at, 4, "truncated \\uXXXX escape", out),
        b'U' => return hex(bytes, at, 8, "truncated \\UXXXXXXXX escape", out),
        b'N' => return named(body, at, out),
        _ => {
            out.push(b'\\');
            let brace = kind == Body::Interpolated && matches!(letter, b'{' | b'}');
            // CPython escapes other characters first and so never sees the backslash before them.
            if letter.is_ascii() {
                warnings.push(EscapeWarning { brace, ..invalid_escape(at, char::from(letter)) });
            }
            // The letter itself is read again as plain text, so that `\{{` keeps its doubled brace.
            if !brace && letter.is_ascii() {
                out.push(letter);
                return Ok(at + 2);
            }
            return Ok(at + 1);
        }
    };
    out.push(simple);
    Ok(at + 2)
}

fn invalid_escape(at: usize, letter: char) -> EscapeWarning {
    EscapeWarning {
        at,
        brace: false,
        msg: format!(
            "\"\\{letter}\" is an invalid escape sequence. Such sequences will not work in the future. Did you mean \"\\\\{letter}\"? A raw string is also an option."
        ),
    }
}

fn octal(bytes: &[u8], at: usize, warnings: &mut Vec<EscapeWarning>) -> (u32, usize) {
    let mut end = at + 1;
    let mut value = 0;
    while end < at + 4 && matches!(bytes.get(end), Some(b'0'..=b'7')) {
        value = value * 8 + u32::from(bytes[end] - b'0');
        end += 1;
    }
    if value > 0o377 {
        let digits = String::from_utf8_lossy(&bytes[at + 1..end]).into_owned();
        warnings.push(EscapeWarning {
            at,
            brace: false,
            msg: format!(
                "\"\\{digits}\" is an invalid octal escape sequence. Such sequences will not work in the future. Did you mean \"\\\\{digits}\"? A raw string is also an option."
            ),
        });
    }
    (value, end)
}

fn hex(bytes: &[u8], at: usize, digits: usize, truncated: &str, out: &mut Vec<u8>) -> Result<usize, EscapeError> {
    let mut value: u32 = 0;
    for index in 0..digits {
        let digit = bytes.get(at + 2 + index).and_then(|&b| char::from(b).to_digit(16));
        let Some(digit) = digit else {
            return Err(unicode_error(at, at + 2 + index, truncated));
        };
        value = value.wrapping_mul(16).wrapping_add(digit);
    }
    let end = at + 2 + digits;
    if value > 0x10_FFFF {
        return Err(unicode_error(at, end, "illegal Unicode character"));
    }
    push_code_point(out, value);
    Ok(end)
}

fn named(body: &str, at: usize, out: &mut Vec<u8>) -> Result<usize, EscapeError> {
    const MALFORMED: &str = "malformed \\N character escape";
    let rest = &body[at + 2..];
    let Some(inner) = rest.strip_prefix('{') else {
        return Err(unicode_error(at, at + 2, MALFORMED));
    };
    let Some(close) = inner.find('}') else {
        return Err(unicode_error(at, body.len(), MALFORMED));
    };
    let end = at + 3 + close + 1;
    if close == 0 {
        return Err(unicode_error(at, end - 1, MALFORMED));
    }
    let Some(found) = unicode_names2::character(&inner[..close]) else {
        return Err(unicode_error(at, end, "unknown Unicode character name"));
    };
    push_code_point(out, found as u32);
    Ok(end)
}

/// CPython decodes text literals with a codec and turns its failure into a syntax error.
fn unicode_error(at: usize, end: usize, reason: &str) -> EscapeError {
    let last = end.saturating_sub(1).max(at);
    let place = if last == at {
        format!("can't decode byte 0x5c in position {at}")
    } else {
        format!("can't decode bytes in position {at}-{last}")
    };
    EscapeError { at, msg: format!("(unicode error) 'unicodeescape' codec {place}: {reason}") }
}

/// Appends a code point, surrogates included, in WTF-8.
///
/// A high surrogate followed by a low one stays two code points, as in CPython.
pub(crate) fn push_code_point(out: &mut Vec<u8>, value: u32) {
    match char::from_u32(value) {
        Some(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        None => out.extend_from_slice(&[
            0xE0 | (value >> 12) as u8,
            0x80 | (value >> 6 & 0x3F) as u8,
            0x80 | (value & 0x3F) as u8,
        ]),
    }
}

/// Decodes the body of a non-raw bytes literal.
pub(crate) fn decode_bytes(
    body: &str,
    out: &mut Vec<u8>,
    warnings: &mut Vec<EscapeWarning>,
) -> Result<(), EscapeError> {
    let bytes = body.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] != b'\\' {
            out.push(bytes[at]);
            at += 1;
            continue;
        }
        let Some(&letter) = bytes.get(at + 1) else { break };
        let simple = match letter {
            b'\n' => {
                at += 2;
                continue;
            }
            b'\\' | b'\'' | b'"' => letter,
            b'a' => 7,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 11,
            b'0'..=b'7' => {
                let (value, end) = octal(bytes, at, warnings);
                out.push(value as u8);
                at = end;
                continue;
            }
            b'x' => {
                out.push(byte_escape(bytes, at)?);
                at += 4;
                continue;
            }
            _ => {
                warnings.push(invalid_escape(at, char::from(letter)));
                out.push(b'\\');
                letter
            }
        };
        out.push(simple);
        at += 2;
    }
    Ok(())
}

fn byte_escape(bytes: &[u8], at: usize) -> Result<u8, EscapeError> {
    let digit = |index: usize| bytes.get(at + index).and_then(|&b| char::from(b).to_digit(16));
    match (digit(2), digit(3)) {
        (Some(high), Some(low)) => Ok((high * 16 + low) as u8),
        _ => Err(EscapeError { at, msg: format!("(value error) invalid \\x escape at position {at}") }),
    }
}

/// Wraps finished text.
pub(crate) fn wtf8(bytes: Vec<u8>) -> Wtf8 {
    Arc::from(bytes)
}
