//! Encoding.

use std::fmt::Write;

use interp_object::data::bytes::Bytes;
use interp_object::data::exception::UNICODE_ENCODE_ERROR;
use interp_object::data::str::Str;
use interp_object::layout::ValueExt;
use interp_object::{Esc, PyResult, Value};

use super::handler::{Handler, Problem};
use super::{Codec, Order};
use crate::str::repr::hex_escape;

fn is_surrogate(c: u32) -> bool {
    (0xd800..0xe000).contains(&c)
}

/// Appends one character; `false` if the encoding has no form for it.
fn put(codec: Codec, c: u32, out: &mut Vec<u8>) -> bool {
    match codec {
        Codec::Ascii if c >= 0x80 => return false,
        Codec::Latin1 if c >= 0x100 => return false,
        Codec::Ascii | Codec::Latin1 => out.push(c as u8),
        _ => {
            let Some(c) = char::from_u32(c) else { return false };
            match codec {
                Codec::Utf16(order) => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        put_unit16(order, *unit, out);
                    }
                }
                Codec::Utf32(order) => put_unit32(order, u32::from(c), out),
                _ => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
    }
    true
}

fn put_unit16(order: Order, unit: u16, out: &mut Vec<u8>) {
    out.extend(if order == Order::Big { unit.to_be_bytes() } else { unit.to_le_bytes() });
}

fn put_unit32(order: Order, unit: u32, out: &mut Vec<u8>) {
    out.extend(if order == Order::Big { unit.to_be_bytes() } else { unit.to_le_bytes() });
}

pub(super) fn encode(esc: Esc<'_>, object: &Value, text: &Str, codec: Codec, errors: &str) -> PyResult<Vec<u8>> {
    let chars = text.chars();
    let mut out = Vec::with_capacity(chars.len() + 4);
    match codec {
        Codec::Utf8Signed => out.extend_from_slice(b"\xef\xbb\xbf"),
        Codec::Utf16(Order::Marked) => put_unit16(Order::Little, 0xfeff, &mut out),
        Codec::Utf32(Order::Marked) => put_unit32(Order::Little, 0xfeff, &mut out),
        _ => {}
    }
    let reason = match codec {
        Codec::Ascii => "ordinal not in range(128)",
        Codec::Latin1 => "ordinal not in range(256)",
        _ => "surrogates not allowed",
    };
    let mut handler = None;
    let mut at = 0;
    while at < chars.len() {
        if put(codec, chars.at(at), &mut out) {
            at += 1;
            continue;
        }
        let mut end = at + 1;
        let mut ignored = Vec::new();
        while end < chars.len() && !put(codec, chars.at(end), &mut ignored) {
            end += 1;
        }
        if handler.is_none() {
            handler = Some(Handler::find(esc, errors)?);
        }
        let Some(handler) = &handler else { break };
        let problem = Problem { encoding: codec.name(), object: object.clone(), start: at, end, reason };
        at = resolve(esc, &problem, handler, text, codec, &mut out)?;
    }
    Ok(out)
}

/// Handles one unencodable part; returns where to go on.
fn resolve(
    esc: Esc<'_>,
    problem: &Problem<'_>,
    handler: &Handler,
    text: &Str,
    codec: Codec,
    out: &mut Vec<u8>,
) -> PyResult<usize> {
    let chars = text.chars();
    let mut shown = String::new();
    match handler {
        Handler::Strict => return Err(problem.raise(esc, &UNICODE_ENCODE_ERROR)),
        Handler::Ignore => return Ok(problem.end),
        Handler::Registered(handler) => {
            let (replacement, next) = problem.ask(esc, &UNICODE_ENCODE_ERROR, handler, chars.len())?;
            if let Some(bytes) = replacement.payload::<Bytes>() {
                out.extend_from_slice(bytes.as_slice());
            } else if let Some(text) = replacement.payload::<Str>() {
                for c in text.chars().iter() {
                    if !put(codec, c, out) {
                        return Err(problem.raise(esc, &UNICODE_ENCODE_ERROR));
                    }
                }
            }
            return Ok(next);
        }
        _ => {}
    }
    for index in problem.start..problem.end {
        let c = chars.at(index);
        let written = match handler {
            Handler::XmlCharRefReplace => write!(shown, "&#{c};"),
            Handler::BackslashReplace => shown.write_str(&hex_escape(c)),
            Handler::NameReplace => match char::from_u32(c).and_then(unicode_names2::name) {
                Some(name) => write!(shown, "\\N{{{name}}}"),
                None => shown.write_str(&hex_escape(c)),
            },
            Handler::SurrogateEscape if (0xdc80..0xdd00).contains(&c) => {
                out.push((c - 0xdc00) as u8);
                Ok(())
            }
            Handler::SurrogatePass if is_surrogate(c) && pass(codec, c, out) => Ok(()),
            Handler::SurrogateEscape | Handler::SurrogatePass => {
                return Err(problem.raise(esc, &UNICODE_ENCODE_ERROR));
            }
            _ => shown.write_str("?"),
        };
        written.expect("writing to a String cannot fail");
    }
    shown.bytes().for_each(|byte| {
        put(codec, u32::from(byte), out);
    });
    Ok(problem.end)
}

/// Encodes a surrogate as if it were a character; only the UTFs can.
fn pass(codec: Codec, c: u32, out: &mut Vec<u8>) -> bool {
    match codec {
        Codec::Utf8 | Codec::Utf8Signed => {
            out.extend([0xe0 | (c >> 12) as u8, 0x80 | (c >> 6 & 0x3f) as u8, 0x80 | (c & 0x3f) as u8]);
        }
        Codec::Utf16(order) => put_unit16(order, c as u16, out),
        Codec::Utf32(order) => put_unit32(order, c, out),
        Codec::Ascii | Codec::Latin1 => return false,
    }
    true
}
