//! `float.hex` and `float.fromhex`: C's hexadecimal notation, exact in both directions.

use crate::int::arith::scale_rounded;

/// Why a hexadecimal text is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum HexError {
    Invalid,
    TooLarge,
}

/// `x.hex()`
pub(super) fn format(number: f64) -> String {
    if !number.is_finite() {
        return crate::float_text::repr(number);
    }
    let sign = if number.is_sign_negative() { "-" } else { "" };
    let bits = number.to_bits();
    let (fraction, biased) = (bits & ((1 << 52) - 1), (bits >> 52) & 0x7ff);
    match biased {
        0 if fraction == 0 => format!("{sign}0x0.0p+0"),
        0 => format!("{sign}0x0.{fraction:013x}p-1022"),
        _ => format!("{sign}0x1.{fraction:013x}p{:+}", biased as i64 - 1023),
    }
}

/// `float.fromhex(text)`
pub(super) fn parse(text: &str) -> Result<f64, HexError> {
    let text = text.trim_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
    let (negative, rest) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let magnitude = match rest.to_ascii_lowercase().as_str() {
        "inf" | "infinity" => f64::INFINITY,
        "nan" => f64::NAN,
        lower => parse_digits(lower)?,
    };
    Ok(if negative { -magnitude } else { magnitude })
}

fn parse_digits(text: &str) -> Result<f64, HexError> {
    let text = text.strip_prefix("0x").unwrap_or(text);
    let (digits, exponent) = match text.split_once('p') {
        Some((digits, exponent)) => (digits, parse_exponent(exponent)?),
        None => (text, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() {
        return Err(HexError::Invalid);
    }
    let mut mantissa: u128 = 0;
    let mut inexact = false;
    let mut dropped: i64 = 0;
    for digit in whole.chars().chain(fraction.chars()) {
        let digit = digit.to_digit(16).ok_or(HexError::Invalid)?;
        if mantissa >> 120 == 0 {
            mantissa = mantissa << 4 | u128::from(digit);
        } else {
            inexact |= digit != 0;
            dropped += 4;
        }
    }
    if mantissa == 0 {
        return Ok(0.0);
    }
    let exponent = exponent.saturating_sub(4 * fraction.len() as i64).saturating_add(dropped);
    let number = scale_rounded(mantissa, inexact, exponent.clamp(-100_000, 100_000));
    if number.is_infinite() { Err(HexError::TooLarge) } else { Ok(number) }
}

fn parse_exponent(text: &str) -> Result<i64, HexError> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(HexError::Invalid);
    }
    let magnitude = digits.parse::<i64>().unwrap_or(i64::MAX / 4);
    Ok(if text.starts_with('-') { -magnitude } else { magnitude })
}
