//! Ints as text: digits in any base, and the limit on the work that decimal conversion may cause.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use dashu_int::ops::{BitTest, UnsignedAbs};
use dashu_int::{IBig, Sign};
use interp_object::data::bytes;
use interp_object::data::int::{self, IntRef};
use interp_object::data::str::Str;
use interp_object::layout::ValueExt;
use interp_object::{Esc, PyResult, Raised, Value, ops};

use crate::digits;
use crate::octets;

/// The limit in force unless `sys.set_int_max_str_digits` says otherwise.
pub const DEFAULT_MAX_STR_DIGITS: usize = 4300;
/// The smallest limit that can be set.
pub const MAX_STR_DIGITS_THRESHOLD: usize = 640;

static MAX_STR_DIGITS: AtomicUsize = AtomicUsize::new(DEFAULT_MAX_STR_DIGITS);

/// `sys.get_int_max_str_digits()`; 0 is no limit.
pub fn max_str_digits() -> usize {
    MAX_STR_DIGITS.load(Relaxed)
}

/// `sys.set_int_max_str_digits(limit)`, already checked.
pub fn set_max_str_digits(limit: usize) {
    MAX_STR_DIGITS.store(limit, Relaxed);
}

/// The decimal form of an int; `ValueError` beyond the limit on digits.
pub fn decimal(esc: Esc<'_>, number: &IntRef<'_>) -> PyResult<String> {
    let number = match number {
        IntRef::Small(number) => return Ok(number.to_string()),
        IntRef::Big(number) => *number,
    };
    let limit = max_str_digits();
    // Decide from the bit length where that is certain, so that a huge number is not converted first.
    let least_digits = number.unsigned_abs().bit_len().saturating_sub(1) / 10 * 3;
    if limit > 0 && least_digits > limit {
        return Err(too_long(esc));
    }
    let text = number.to_string();
    let digits = text.len() - usize::from(number.sign() == Sign::Negative);
    if limit > 0 && digits > limit { Err(too_long(esc)) } else { Ok(text) }
}

#[cold]
fn too_long(esc: Esc<'_>) -> Raised {
    esc.value_error(format_args!(
        "Exceeds the limit ({} digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit",
        max_str_digits()
    ))
}

/// `int(text, base)` for a `str`, `bytes` or `bytearray`; `None` for other values.
pub(crate) fn parse_value(esc: Esc<'_>, value: &Value, base: u32) -> PyResult<Option<Value>> {
    let text = if let Some(text) = value.payload::<Str>() {
        match text.as_ascii() {
            Some(ascii) => ascii.trim_matches(|c: char| digits::is_space(u32::from(c))).to_owned(),
            None => digits::to_ascii(text.chars().iter()),
        }
    } else if let Some(octets) = octets::of(value) {
        let ascii = octets.iter().map(|&byte| if byte < 0x80 { char::from(byte) } else { '?' });
        ascii.collect::<String>().trim_matches(|c: char| digits::is_space(u32::from(c))).to_owned()
    } else {
        return Ok(None);
    };
    match parse(&text, base) {
        Parsed::Small(number) => Ok(Some(int::new(esc, number))),
        Parsed::Big(number) => Ok(Some(int::from_big(esc, number))),
        Parsed::TooLong(count) => Err(esc.value_error(format_args!(
            "Exceeds the limit ({} digits) for integer string conversion: value has {count} digits; \
             use sys.set_int_max_str_digits() to increase the limit",
            max_str_digits()
        ))),
        Parsed::Invalid => Err(esc.value_error(format_args!(
            "invalid literal for int() with base {base}: {}",
            shown(esc, value).chars().take(200).collect::<String>()
        ))),
    }
}

/// A literal in a message; the octets of other bytes-likes are shown as `bytes`.
fn shown(esc: Esc<'_>, value: &Value) -> String {
    match octets::of(value) {
        Some(octets) => ops::repr_lossy(esc, bytes::new(esc, &octets).value()),
        None => ops::repr_lossy(esc, value),
    }
}

enum Parsed {
    Small(i64),
    Big(IBig),
    TooLong(usize),
    Invalid,
}

/// Parses trimmed ASCII text as `int(text, base)` does.
fn parse(text: &str, mut base: u32) -> Parsed {
    let (negative, body) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let prefixed = match body.as_bytes() {
        [b'0', b'x' | b'X', ..] => 16,
        [b'0', b'o' | b'O', ..] => 8,
        [b'0', b'b' | b'B', ..] => 2,
        _ => 0,
    };
    let mut digits = body;
    if prefixed != 0 && (base == 0 || base == prefixed) {
        base = prefixed;
        digits = &body[2..];
        // One underscore may separate the prefix from the digits.
        digits = digits.strip_prefix('_').unwrap_or(digits);
    } else if base == 0 {
        base = 10;
        if body.starts_with('0') && body.bytes().any(|byte| byte != b'0' && byte != b'_') {
            return Parsed::Invalid;
        }
    }
    if digits.is_empty() || digits.starts_with('_') || digits.ends_with('_') || digits.contains("__") {
        return Parsed::Invalid;
    }
    if !digits.bytes().all(|byte| byte == b'_' || char::from(byte).is_digit(base)) {
        return Parsed::Invalid;
    }
    if digits.len() <= 17
        && !digits.contains('_')
        && let Ok(number) = i64::from_str_radix(digits, base)
    {
        return Parsed::Small(if negative { -number } else { number });
    }
    let digits = digits.replace('_', "");
    let limit = max_str_digits();
    if limit > 0 && digits.len() > limit && !base.is_power_of_two() {
        return Parsed::TooLong(digits.len());
    }
    match IBig::from_str_radix(&digits, base) {
        Ok(number) => Parsed::Big(if negative { -number } else { number }),
        Err(_) => Parsed::Invalid,
    }
}
