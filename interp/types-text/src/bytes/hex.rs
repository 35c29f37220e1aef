//! `hex` and `fromhex`.

use interp_object::args::Signature;
use interp_object::data::bytearray::{self, BYTEARRAY};
use interp_object::data::bytes::{self, BYTES};
use interp_object::data::str::{self, Str};
use interp_object::layout::ValueExt;
use interp_object::{Args, Esc, PyResult, TypeObject, Value, call, ops};

use super::{is, octets, octets_of};

pub(super) fn to_hex(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<2> = Signature::new("hex", ["sep", "bytes_per_sep"], 0);
    let [separator, group] = args.bind(esc, &SIGNATURE)?;
    let group = group.map_or(Ok(1), |group| ops::index_i64(esc, group))?;
    let separator = match separator {
        Some(separator) => Some(separator_of(esc, separator)?),
        None => None,
    };
    Ok(str::from_latin1(esc, &encode(&octets(this), separator.filter(|_| group != 0), group)).into_value())
}

fn separator_of(esc: Esc<'_>, value: &Value) -> PyResult<u8> {
    let octets = match value.payload::<Str>() {
        Some(text) => text.as_ascii().map(|text| text.as_bytes().to_vec()),
        None => match octets_of(esc, value)? {
            Some(octets) => Some(octets.into_owned()),
            None if value.class().slots.len.is_empty() => {
                let shown = value.class().name();
                return Err(esc.type_error(format_args!("object of type '{shown}' has no len()")));
            }
            None => return Err(esc.type_error("sep must be str or bytes.")),
        },
    };
    match octets.as_deref() {
        Some([octet]) if octet.is_ascii() => Ok(*octet),
        Some([_]) | None => Err(esc.value_error("sep must be ASCII.")),
        Some(_) => Err(esc.value_error("sep must be length 1.")),
    }
}

/// Hexadecimal digits, with a separator between groups of octets: counted from the right for a positive `group`, from
/// the left for a negative one.
fn encode(octets: &[u8], separator: Option<u8>, group: i64) -> Vec<u8> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let size = usize::try_from(group.unsigned_abs()).unwrap_or(usize::MAX).max(1);
    let mut out = Vec::with_capacity(octets.len() * 3);
    for (index, octet) in octets.iter().enumerate() {
        let boundary = if group > 0 { (octets.len() - index).is_multiple_of(size) } else { index.is_multiple_of(size) };
        if let Some(separator) = separator
            && index > 0
            && boundary
        {
            out.push(separator);
        }
        out.push(DIGITS[usize::from(octet >> 4)]);
        out.push(DIGITS[usize::from(octet & 15)]);
    }
    out
}

pub(super) fn from_hex(esc: Esc<'_>, class: &Value, text: &Value) -> PyResult {
    let digits: Vec<u32> = match text.payload::<Str>() {
        Some(text) => text.chars().iter().collect(),
        None => match octets_of(esc, text)? {
            Some(octets) => octets.iter().map(|&octet| u32::from(octet)).collect(),
            None => {
                let shown = text.class().name();
                return Err(esc.type_error(format_args!("fromhex() argument must be str or bytes-like, not {shown}")));
            }
        },
    };
    let octets = decode(esc, &digits)?;
    match TypeObject::from_value(class) {
        Some(exact) if is(exact, &BYTES) => Ok(bytes::new(esc, &octets).into_value()),
        Some(exact) if is(exact, &BYTEARRAY) => Ok(bytearray::new(esc, octets).into_value()),
        _ => call::call(esc, class, &[bytes::new(esc, &octets).into_value()]),
    }
}

fn decode(esc: Esc<'_>, digits: &[u32]) -> PyResult<Vec<u8>> {
    let value = |c: u32| char::from_u32(c).and_then(|c| c.to_digit(16));
    let mut octets = Vec::with_capacity(digits.len() / 2);
    let mut at = 0;
    while at < digits.len() {
        if matches!(digits[at], 0x09..=0x0d | 0x20) {
            at += 1;
            continue;
        }
        let bad =
            |at: usize| esc.value_error(format_args!("non-hexadecimal number found in fromhex() arg at position {at}"));
        let Some(high) = value(digits[at]) else { return Err(bad(at)) };
        let Some(&low) = digits.get(at + 1) else {
            return Err(esc.value_error("fromhex() arg must contain an even number of hexadecimal digits"));
        };
        let Some(low) = value(low) else { return Err(bad(at + 1)) };
        octets.push((high << 4 | low) as u8);
        at += 2;
    }
    Ok(octets)
}
