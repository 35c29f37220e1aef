//! Encodings of text files: UTF-8, ASCII and Latin-1, with the error handlers that need no Python code.

use interp_object::data::exception as exc;
use interp_object::data::str::{self, Str};
use interp_object::{Esc, PyResult, Value, intern};

use crate::util::{int, text};

/// How a text file's bytes become characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Ascii,
    Latin1,
}

impl Encoding {
    pub(super) fn find(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().replace('_', "-").as_str() {
            "utf-8" | "utf8" | "u8" | "locale" | "utf-8-sig" => Some(Self::Utf8),
            "ascii" | "us-ascii" | "646" => Some(Self::Ascii),
            "latin-1" | "latin1" | "iso-8859-1" | "iso8859-1" | "l1" | "8859" => Some(Self::Latin1),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Ascii => "ascii",
            Self::Latin1 => "latin-1",
        }
    }

    fn limit(self) -> u32 {
        match self {
            Self::Utf8 => 0x11_0000,
            Self::Ascii => 0x80,
            Self::Latin1 => 0x100,
        }
    }
}

/// Characters of `bytes`.
pub(super) fn decode(esc: Esc<'_>, bytes: &[u8], encoding: Encoding, errors: &str) -> PyResult<Vec<u32>> {
    if encoding == Encoding::Latin1 {
        return Ok(bytes.iter().map(|&byte| u32::from(byte)).collect());
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    loop {
        let good = match encoding {
            Encoding::Ascii => rest.iter().take_while(|byte| byte.is_ascii()).count(),
            _ => match std::str::from_utf8(rest) {
                Ok(_) => rest.len(),
                Err(error) => error.valid_up_to(),
            },
        };
        out.extend(String::from_utf8_lossy(&rest[..good]).chars().map(u32::from));
        rest = &rest[good..];
        let Some(&byte) = rest.first() else { return Ok(out) };
        let bad = match std::str::from_utf8(rest).err().and_then(|error| error.error_len()) {
            Some(len) if encoding == Encoding::Utf8 => len,
            None if encoding == Encoding::Utf8 => rest.len(),
            _ => 1,
        };
        match errors {
            "ignore" => {}
            "replace" => out.push(0xFFFD),
            "surrogateescape" => out.extend(rest[..bad].iter().map(|&byte| 0xDC00 + u32::from(byte))),
            "backslashreplace" => {
                out.extend(rest[..bad].iter().flat_map(|byte| format!("\\x{byte:02x}").into_bytes()).map(u32::from));
            }
            _ => {
                let at = bytes.len() - rest.len();
                return Err(decode_error(esc, bytes, encoding, at, bad, byte, rest.len()));
            }
        }
        rest = &rest[bad..];
    }
}

fn decode_error(
    esc: Esc<'_>,
    bytes: &[u8],
    encoding: Encoding,
    at: usize,
    bad: usize,
    byte: u8,
    left: usize,
) -> interp_object::Raised {
    let reason = match encoding {
        Encoding::Utf8 if left == bad && (0xC2..0xF5).contains(&byte) && left < 4 => "unexpected end of data",
        Encoding::Utf8 if byte & 0xC0 == 0x80 || matches!(byte, 0xC0 | 0xC1) || byte >= 0xF5 => "invalid start byte",
        Encoding::Utf8 => "invalid continuation byte",
        _ => "ordinal not in range(128)",
    };
    let object = interp_object::data::bytes::new(esc, bytes).into_value();
    let fields =
        [text(esc, encoding.name()), object, int(esc, at as i64), int(esc, (at + bad) as i64), text(esc, reason)];
    raise_unicode(esc, &exc::UNICODE_DECODE_ERROR, fields)
}

fn raise_unicode(esc: Esc<'_>, class: &interp_object::TypeObject, fields: [Value; 5]) -> interp_object::Raised {
    let exception = exc::new(esc, class, &fields);
    for (index, field) in fields.into_iter().enumerate() {
        exception.set_field(index, field);
    }
    esc.raise_value(exception.into_value())
}

/// Bytes of a text. UTF-8 text without surrogates takes the short way.
pub(super) fn encode(esc: Esc<'_>, value: &Value, source: &Str, encoding: Encoding, errors: &str) -> PyResult<Vec<u8>> {
    if encoding == Encoding::Utf8
        && let Ok(utf8) = source.to_utf8()
    {
        return Ok(utf8.into_owned().into_bytes());
    }
    let mut out = Vec::with_capacity(source.len());
    for (index, c) in source.chars().iter().enumerate() {
        match char::from_u32(c) {
            Some(c) if u32::from(c) < encoding.limit() => match encoding {
                Encoding::Utf8 => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                _ => out.push(u32::from(c) as u8),
            },
            _ => match errors {
                "surrogateescape" if (0xDC80..0xDD00).contains(&c) => out.push((c - 0xDC00) as u8),
                "ignore" => {}
                "replace" => out.push(b'?'),
                "backslashreplace" => out.extend_from_slice(escape(c).as_bytes()),
                _ => return Err(encode_error(esc, value, encoding, index)),
            },
        }
    }
    Ok(out)
}

fn escape(c: u32) -> String {
    match c {
        0..0x100 => format!("\\x{c:02x}"),
        0x100..0x1_0000 => format!("\\u{c:04x}"),
        _ => format!("\\U{c:08x}"),
    }
}

fn encode_error(esc: Esc<'_>, value: &Value, encoding: Encoding, at: usize) -> interp_object::Raised {
    let reason = match encoding {
        Encoding::Utf8 => "surrogates not allowed",
        Encoding::Ascii => "ordinal not in range(128)",
        Encoding::Latin1 => "ordinal not in range(256)",
    };
    let fields =
        [text(esc, encoding.name()), value.clone(), int(esc, at as i64), int(esc, at as i64 + 1), text(esc, reason)];
    raise_unicode(esc, &exc::UNICODE_ENCODE_ERROR, fields)
}

/// A `str` from decoded characters with universal newlines translated if asked.
pub(super) fn string(esc: Esc<'_>, mut chars: Vec<u32>, translate: bool) -> Value {
    if translate && chars.contains(&13) {
        let mut out = Vec::with_capacity(chars.len());
        let mut after_return = false;
        for c in chars {
            match c {
                13 => out.push(10),
                10 if after_return => {}
                c => out.push(c),
            }
            after_return = c == 13;
        }
        chars = out;
    }
    match chars.as_slice() {
        [] => intern::intern(esc, ""),
        [one] => str::from_char(esc, *one),
        chars => str::from_code_points(esc, chars).into_value(),
    }
}
