//! Decoding.

use interp_object::data::bytes;
use interp_object::data::exception::UNICODE_DECODE_ERROR;
use interp_object::data::str::Str;
use interp_object::layout::{Obj, ValueExt};
use interp_object::{Esc, PyResult};

use super::handler::{Handler, Problem};
use super::{Codec, Order};
use crate::buffer::Buffer;

/// What the octets at a position are.
enum Step {
    /// A character of so many octets.
    Char(u32, usize),
    /// So many octets that mean nothing, and why.
    Bad(usize, &'static str),
}

pub(super) fn decode(esc: Esc<'_>, octets: &[u8], codec: Codec, errors: &str) -> PyResult<Obj<Str>> {
    let (codec, start) = resolve_mark(codec, octets);
    let mut out = Buffer::with_capacity(octets.len());
    let mut handler = None;
    let mut at = start;
    while at < octets.len() {
        if matches!(codec, Codec::Utf8 | Codec::Utf8Signed) {
            let valid = octets[at..].utf8_chunks().next().map_or("", |chunk| chunk.valid());
            if !valid.is_empty() {
                out.push_str(valid);
                at += valid.len();
                continue;
            }
        }
        let (length, reason) = match step(codec, &octets[at..]) {
            Step::Char(c, length) => {
                out.push(c);
                at += length;
                continue;
            }
            Step::Bad(length, reason) => (length, reason),
        };
        if handler.is_none() {
            handler = Some(Handler::find(esc, errors)?);
        }
        let Some(handler) = &handler else { break };
        let object = bytes::new(esc, octets).into_value();
        let problem = Problem { encoding: codec.name(), object, start: at, end: at + length, reason };
        at = resolve(esc, &problem, handler, octets, codec, &mut out)?;
    }
    out.finish(esc)
}

/// The byte order that a mark in front chooses, and the octets it takes.
fn resolve_mark(codec: Codec, octets: &[u8]) -> (Codec, usize) {
    match (codec, octets) {
        (Codec::Utf32(Order::Marked), [0xff, 0xfe, 0, 0, ..]) => (Codec::Utf32(Order::Little), 4),
        (Codec::Utf32(Order::Marked), [0, 0, 0xfe, 0xff, ..]) => (Codec::Utf32(Order::Big), 4),
        (Codec::Utf32(Order::Marked), _) => (Codec::Utf32(Order::Little), 0),
        (Codec::Utf16(Order::Marked), [0xff, 0xfe, ..]) => (Codec::Utf16(Order::Little), 2),
        (Codec::Utf16(Order::Marked), [0xfe, 0xff, ..]) => (Codec::Utf16(Order::Big), 2),
        (Codec::Utf16(Order::Marked), _) => (Codec::Utf16(Order::Little), 0),
        (codec, _) => (codec, 0),
    }
}

fn step(codec: Codec, octets: &[u8]) -> Step {
    match codec {
        Codec::Utf8 | Codec::Utf8Signed => bad_utf8(octets),
        Codec::Ascii if octets[0] >= 0x80 => Step::Bad(1, "ordinal not in range(128)"),
        Codec::Ascii | Codec::Latin1 => Step::Char(u32::from(octets[0]), 1),
        Codec::Utf16(order) => step16(order, octets),
        Codec::Utf32(order) => step32(order, octets),
    }
}

/// Why the octets do not start with a valid sequence, and how many of them can be told so.
fn bad_utf8(octets: &[u8]) -> Step {
    let invalid = octets.utf8_chunks().next().map_or(&octets[..1], |chunk| chunk.invalid());
    let length = invalid.len().max(1);
    match octets[0] {
        0x80..=0xc1 | 0xf5.. => Step::Bad(1, "invalid start byte"),
        _ if length == octets.len() && is_prefix(octets) => Step::Bad(length, "unexpected end of data"),
        _ => Step::Bad(length, "invalid continuation byte"),
    }
}

/// Whether more octets could complete the sequence.
fn is_prefix(octets: &[u8]) -> bool {
    std::str::from_utf8(octets).is_err_and(|error| error.error_len().is_none())
}

fn unit16(order: Order, octets: &[u8]) -> Option<u32> {
    let pair = *octets.first_chunk::<2>()?;
    Some(u32::from(if order == Order::Big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }))
}

fn step16(order: Order, octets: &[u8]) -> Step {
    let Some(unit) = unit16(order, octets) else { return Step::Bad(1, "truncated data") };
    match unit {
        0xd800..0xdc00 => match unit16(order, &octets[2..]) {
            None => Step::Bad(octets.len(), "unexpected end of data"),
            Some(low @ 0xdc00..0xe000) => Step::Char(0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00), 4),
            Some(_) => Step::Bad(2, "illegal UTF-16 surrogate"),
        },
        0xdc00..0xe000 => Step::Bad(2, "illegal encoding"),
        _ => Step::Char(unit, 2),
    }
}

fn step32(order: Order, octets: &[u8]) -> Step {
    let Some(four) = octets.first_chunk::<4>() else { return Step::Bad(octets.len(), "truncated data") };
    let unit = if order == Order::Big { u32::from_be_bytes(*four) } else { u32::from_le_bytes(*four) };
    match unit {
        0xd800..0xe000 => Step::Bad(4, "code point in surrogate code point range(0xd800, 0xe000)"),
        0x11_0000.. => Step::Bad(4, "code point not in range(0x110000)"),
        _ => Step::Char(unit, 4),
    }
}

/// Handles one undecodable part; returns where to go on.
fn resolve(
    esc: Esc<'_>,
    problem: &Problem<'_>,
    handler: &Handler,
    octets: &[u8],
    codec: Codec,
    out: &mut Buffer,
) -> PyResult<usize> {
    let part = &octets[problem.start..problem.end];
    match handler {
        Handler::Strict => return Err(problem.raise(esc, &UNICODE_DECODE_ERROR)),
        Handler::Ignore => {}
        Handler::Replace => out.push(0xfffd),
        Handler::BackslashReplace => part.iter().for_each(|octet| out.push_str(&format!("\\x{octet:02x}"))),
        Handler::SurrogateEscape => {
            // Octets below 0x80 cannot be escaped: what decodes them again would not give them back.
            let escaped = part.iter().take_while(|octet| **octet >= 0x80).count();
            if escaped == 0 {
                return Err(problem.raise(esc, &UNICODE_DECODE_ERROR));
            }
            part[..escaped].iter().for_each(|octet| out.push(0xdc00 + u32::from(*octet)));
            return Ok(problem.start + escaped);
        }
        Handler::SurrogatePass => match passed(codec, &octets[problem.start..]) {
            Some((surrogate, length)) => {
                out.push(surrogate);
                return Ok(problem.start + length);
            }
            None => return Err(problem.raise(esc, &UNICODE_DECODE_ERROR)),
        },
        Handler::Registered(handler) => {
            let (replacement, next) = problem.ask(esc, &UNICODE_DECODE_ERROR, handler, octets.len())?;
            if let Some(text) = replacement.payload::<Str>() {
                out.push_text(text);
            }
            return Ok(next);
        }
        Handler::XmlCharRefReplace | Handler::NameReplace => {
            return Err(esc.type_error("don't know how to handle UnicodeDecodeError in error callback"));
        }
    }
    Ok(problem.end)
}

/// A surrogate in the encoding's own form, and its length.
fn passed(codec: Codec, octets: &[u8]) -> Option<(u32, usize)> {
    match (codec, octets) {
        (Codec::Utf8 | Codec::Utf8Signed, [0xed, second @ 0xa0..=0xbf, third @ 0x80..=0xbf, ..]) => {
            Some((0xd000 | u32::from(second & 0x3f) << 6 | u32::from(third & 0x3f), 3))
        }
        (Codec::Utf16(order), octets) => {
            unit16(order, octets).filter(|unit| (0xd800..0xe000).contains(unit)).map(|unit| (unit, 2))
        }
        (Codec::Utf32(order), octets) => {
            let four = *octets.first_chunk::<4>()?;
            let unit = if order == Order::Big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) };
            (0xd800..0xe000).contains(&unit).then_some((unit, 4))
        }
        _ => None,
    }
}
