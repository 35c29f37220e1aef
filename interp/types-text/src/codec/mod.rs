//! Text to octets and back: the encodings that every Python program relies on, with their error handlers.

mod decode;
mod encode;
mod handler;

use std::borrow::Cow;

use interp_object::data::bytes;
use interp_object::data::exception as exc;
use interp_object::data::str::{self, Str};
use interp_object::layout::{Obj, ValueExt};
use interp_object::{Esc, PyResult, Value};

pub use handler::{lookup_error, register_error};

/// The byte order of a wide encoding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Order {
    /// Little end first.
    Little,
    /// Big end first.
    Big,
    /// Native, with a mark in front.
    Marked,
}

/// An encoding implemented here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Codec {
    Utf8,
    /// UTF-8 with a signature.
    Utf8Signed,
    Latin1,
    Ascii,
    Utf16(Order),
    Utf32(Order),
}

impl Codec {
    /// By any of its names; `None` for encodings that are not implemented here.
    fn find(name: &str) -> Option<Self> {
        let normal: String =
            name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
        Some(match normal.as_str() {
            "utf_8" | "utf8" | "u8" | "utf" | "cp65001" | "utf8_ucs2" | "utf8_ucs4" => Codec::Utf8,
            "utf_8_sig" | "utf8_sig" => Codec::Utf8Signed,
            "latin_1" | "latin1" | "latin" | "l1" | "iso_8859_1" | "iso8859_1" | "iso8859" | "8859" | "cp819" => {
                Codec::Latin1
            }
            "ascii" | "us_ascii" | "646" | "us" | "iso646_us" | "ansi_x3.4_1968" | "ansi_x3_4_1968" => Codec::Ascii,
            "utf_16" | "utf16" | "u16" => Codec::Utf16(Order::Marked),
            "utf_16_le" | "utf_16le" | "utf16_le" | "utf16le" => Codec::Utf16(Order::Little),
            "utf_16_be" | "utf_16be" | "utf16_be" | "utf16be" => Codec::Utf16(Order::Big),
            "utf_32" | "utf32" | "u32" => Codec::Utf32(Order::Marked),
            "utf_32_le" | "utf_32le" | "utf32_le" | "utf32le" => Codec::Utf32(Order::Little),
            "utf_32_be" | "utf_32be" | "utf32_be" | "utf32be" => Codec::Utf32(Order::Big),
            _ => return None,
        })
    }

    /// The name that errors show.
    fn name(self) -> &'static str {
        match self {
            Codec::Utf8 | Codec::Utf8Signed => "utf-8",
            Codec::Latin1 => "latin-1",
            Codec::Ascii => "ascii",
            Codec::Utf16(Order::Marked) => "utf-16",
            Codec::Utf16(Order::Little) => "utf-16-le",
            Codec::Utf16(Order::Big) => "utf-16-be",
            Codec::Utf32(Order::Marked) => "utf-32",
            Codec::Utf32(Order::Little) => "utf-32-le",
            Codec::Utf32(Order::Big) => "utf-32-be",
        }
    }
}

/// Whether an encoding of this name is implemented here.
pub fn is_known(name: &str) -> bool {
    Codec::find(name).is_some()
}

fn codec(esc: Esc<'_>, name: Option<&str>) -> PyResult<Codec> {
    let Some(name) = name else { return Ok(Codec::Utf8) };
    Codec::find(name).ok_or_else(|| esc.raise_str(&exc::LOOKUP_ERROR, format_args!("unknown encoding: {name}")))
}

/// An optional `encoding` or `errors` argument.
pub(crate) fn name_argument(
    esc: Esc<'_>,
    function: &str,
    name: &str,
    value: Option<&Value>,
) -> PyResult<Option<String>> {
    let Some(value) = value else { return Ok(None) };
    match value.payload::<Str>() {
        Some(text) => Ok(Some(text.to_lossy().into_owned())),
        None => {
            let shown = interp_object::args::shown_type(value);
            Err(esc.type_error(format_args!("{function}() argument '{name}' must be str, not {shown}")))
        }
    }
}

/// `text.encode(encoding, errors)`; `None` are UTF-8 and `strict`.
///
/// # Errors
/// `LookupError` for unknown names, `UnicodeEncodeError`, and what a registered handler raises.
pub fn encode_value(esc: Esc<'_>, text: &Value, encoding: Option<&str>, errors: Option<&str>) -> PyResult {
    let codec = codec(esc, encoding)?;
    let Some(string) = text.payload::<Str>() else {
        return Err(esc.type_error(format_args!("expected str, not {}", text.class().name())));
    };
    if let (Some(ascii), Codec::Utf8 | Codec::Ascii | Codec::Latin1) = (string.as_ascii(), codec) {
        return Ok(bytes::new(esc, ascii.as_bytes()).into_value());
    }
    let octets = encode::encode(esc, text, string, codec, errors.unwrap_or("strict"))?;
    Ok(bytes::new(esc, &octets).into_value())
}

/// `octets.decode(encoding, errors)` of a bytes-like `source`.
///
/// # Errors
/// `LookupError` for unknown names, `UnicodeDecodeError`, and what a registered handler raises.
pub fn decode_octets(esc: Esc<'_>, octets: &[u8], encoding: Option<&str>, errors: Option<&str>) -> PyResult<Obj<Str>> {
    let codec = codec(esc, encoding)?;
    let octets = match codec {
        Codec::Utf8Signed => octets.strip_prefix(b"\xef\xbb\xbf").unwrap_or(octets),
        _ => octets,
    };
    match codec {
        Codec::Latin1 => return Ok(str::from_latin1(esc, octets)),
        Codec::Utf8 | Codec::Utf8Signed => {
            if let Ok(text) = std::str::from_utf8(octets) {
                return Ok(str::new(esc, text));
            }
        }
        Codec::Ascii if octets.is_ascii() => return Ok(str::from_latin1(esc, octets)),
        _ => {}
    }
    decode::decode(esc, octets, codec, errors.unwrap_or("strict"))
}

/// `str(object, encoding, errors)`
pub(crate) fn decode_object(
    esc: Esc<'_>,
    object: &Value,
    encoding: Option<&str>,
    errors: Option<&str>,
) -> PyResult<Obj<Str>> {
    if object.payload::<Str>().is_some() {
        return Err(esc.type_error("decoding str is not supported"));
    }
    let Some(octets): Option<Cow<'_, [u8]>> = crate::bytes::octets_of(esc, object)? else {
        let shown = object.class().name();
        return Err(esc.type_error(format_args!("decoding to str: need a bytes-like object, {shown} found")));
    };
    if octets.is_empty() {
        // Nothing to decode: the encoding is not looked at.
        return Ok(str::new(esc, ""));
    }
    decode_octets(esc, &octets, encoding, errors)
}
