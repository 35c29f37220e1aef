//! Conversions between numbers, and numeric hashing.

use dashu_int::IBig;
use dashu_int::ops::{BitTest, UnsignedAbs};
use stackref::Value;

use crate::data::int::{self, IntRef};
use crate::data::{exception as exc, float};
use crate::layout::ValueExt;
use crate::raise::PyResult;
use crate::thread::Esc;

const MODULUS: u64 = (1 << 61) - 1;

/// The hash of an integer.
#[inline]
pub fn hash_i64(number: i64) -> i64 {
    if number.unsigned_abs() < MODULUS {
        return fix(number);
    }
    let magnitude = number.unsigned_abs() % MODULUS;
    fix(if number < 0 { -magnitude.cast_signed() } else { magnitude.cast_signed() })
}

/// The hash of a big integer.
pub fn hash_big(number: &IBig) -> i64 {
    let modulus = dashu_int::UBig::from(MODULUS);
    let rest = u64::try_from(number.unsigned_abs() % modulus).unwrap_or(0).cast_signed();
    fix(if number.sign() == dashu_int::Sign::Negative { -rest } else { rest })
}

/// The hash of a float; NaNs hash by identity, which the caller passes.
pub fn hash_f64(number: f64, nan_hash: i64) -> i64 {
    if number.is_nan() {
        return fix(nan_hash);
    }
    if number.is_infinite() {
        return if number > 0.0 { 314_159 } else { -314_159 };
    }
    let (mut mantissa, mut exponent) = frexp(number.abs());
    let mut hash: u64 = 0;
    while mantissa != 0.0 {
        hash = ((hash << 28) & MODULUS) | (hash >> (61 - 28));
        mantissa *= 268_435_456.0;
        exponent -= 28;
        let digit = mantissa as u64;
        mantissa -= digit as f64;
        hash += digit;
        if hash >= MODULUS {
            hash -= MODULUS;
        }
    }
    let shift = exponent.rem_euclid(61) as u32;
    let hash = ((hash << shift) & MODULUS) | (hash >> (61 - shift));
    fix(if number < 0.0 { -hash.cast_signed() } else { hash.cast_signed() })
}

fn fix(hash: i64) -> i64 {
    if hash == -1 { -2 } else { hash }
}

/// `number = mantissa * 2**exponent` with the mantissa in [0.5, 1).
fn frexp(number: f64) -> (f64, i32) {
    if number == 0.0 {
        return (0.0, 0);
    }
    let bits = number.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as i32;
    if exponent == 0 {
        let (mantissa, exponent) = frexp(number * 18_014_398_509_481_984.0);
        return (mantissa, exponent - 54);
    }
    (f64::from_bits((bits & !(0x7ff << 52)) | (1022 << 52)), exponent - 1022)
}

/// `operator.index(x)`: an exact `int`.
pub fn as_index(esc: Esc<'_>, value: &Value) -> PyResult {
    if value.as_int().is_some() || value.exact::<int::Int>().is_some() {
        return Ok(value.clone());
    }
    if let Some(number) = int::view(value) {
        return Ok(int::from_big(esc, number.to_big()));
    }
    let Some(index) = value.class().slots.index.get() else {
        return Err(
            esc.type_error(format_args!("'{}' object cannot be interpreted as an integer", value.class().name()))
        );
    };
    let result = index(esc, value)?;
    match int::view(&result) {
        Some(number) => Ok(int::from_big(esc, number.to_big())),
        None => Err(esc.type_error(format_args!("__index__ returned non-int (type {})", result.class().name()))),
    }
}

/// The value of `operator.index(x)` if it fits 64 bits; `OverflowError` otherwise.
pub fn index_i64(esc: Esc<'_>, value: &Value) -> PyResult<i64> {
    if let Some(number) = value.as_int() {
        return Ok(number);
    }
    let number = as_index(esc, value)?;
    match int::as_i64(&number) {
        Some(number) => Ok(number),
        None => Err(esc.overflow_error("Python int too large to convert to C ssize_t")),
    }
}

/// A size: `OverflowError` in the words of `PyNumber_AsSsize_t` when it does not fit.
pub fn index_size(esc: Esc<'_>, value: &Value) -> PyResult<i64> {
    let number = as_index(esc, value)?;
    match int::as_i64(&number) {
        Some(number) => Ok(number),
        None => {
            let class = value.class().name();
            Err(esc.overflow_error(format_args!("cannot fit '{class}' into an index-sized integer")))
        }
    }
}

/// The value of `operator.index(x)` as a C `int`.
pub fn index_i32(esc: Esc<'_>, value: &Value) -> PyResult<i32> {
    let number = as_index(esc, value)?;
    match int::as_i64(&number).map(i32::try_from) {
        Some(Ok(number)) => Ok(number),
        _ => Err(esc.overflow_error("Python int too large to convert to C int")),
    }
}

/// An index into a sequence: `IndexError` when it does not fit.
pub fn as_isize_index(esc: Esc<'_>, value: &Value) -> PyResult<i64> {
    if let Some(number) = value.as_int() {
        return Ok(number);
    }
    let number = as_index(esc, value)?;
    match int::as_i64(&number) {
        Some(number) => Ok(number),
        None => Err(esc.raise_str(
            &exc::INDEX_ERROR,
            format_args!("cannot fit '{}' into an index-sized integer", value.class().name()),
        )),
    }
}

/// A slice bound: what does not fit is clamped to the ends of `i64`.
pub fn as_index_clamped(esc: Esc<'_>, value: &Value) -> PyResult<i64> {
    let number = as_index(esc, value)?;
    Ok(match int::view(&number) {
        Some(IntRef::Small(number)) => number,
        Some(IntRef::Big(number)) => i64::try_from(number).unwrap_or(match number.sign() {
            dashu_int::Sign::Negative => i64::MIN,
            dashu_int::Sign::Positive => i64::MAX,
        }),
        None => 0,
    })
}

/// The number of an `int` argument (subclasses included) as a big integer; `TypeError` for anything else.
pub fn as_int(esc: Esc<'_>, value: &Value) -> PyResult<IBig> {
    match int::view(value) {
        Some(number) => Ok(number.to_big()),
        None => {
            Err(esc.type_error(format_args!("'{}' object cannot be interpreted as an integer", value.class().name())))
        }
    }
}

/// `int(x)` for a number (not text): an exact `int`.
pub fn to_int(esc: Esc<'_>, value: &Value) -> PyResult {
    if let Some(number) = int::view(value)
        && (value.as_int().is_some() || value.class().slots.int.is_empty() || value.exact::<int::Int>().is_some())
    {
        return Ok(int::from_big(esc, number.to_big()));
    }
    let slots = &value.class().slots;
    let (convert, name) = match (slots.int.get(), slots.index.get()) {
        (Some(convert), _) => (convert, "__int__"),
        (None, Some(convert)) => (convert, "__index__"),
        (None, None) => {
            return Err(esc.type_error(format_args!(
                "int() argument must be a string, a bytes-like object or a real number, not '{}'",
                value.class().name()
            )));
        }
    };
    let result = convert(esc, value)?;
    match int::view(&result) {
        Some(number) => Ok(int::from_big(esc, number.to_big())),
        None => Err(esc.type_error(format_args!("{name} returned non-int (type {})", result.class().name()))),
    }
}

/// `float(x)` for a number (not text).
pub fn to_float(esc: Esc<'_>, value: &Value) -> PyResult {
    as_f64(esc, value).map(|number| float::new(esc, number))
}

/// The number of `float(x)`; `TypeError: must be real number, not …` for what has none.
pub fn as_f64(esc: Esc<'_>, value: &Value) -> PyResult<f64> {
    if let Some(number) = value.as_f64() {
        return Ok(number);
    }
    if let Some(number) = value.as_int() {
        return Ok(number as f64);
    }
    if let Some(number) = float::view(value) {
        return Ok(number);
    }
    if let Some(convert) = value.class().slots.float.get() {
        let result = convert(esc, value)?;
        return match float::view(&result) {
            Some(number) => Ok(number),
            None => Err(esc.type_error(format_args!(
                "{}.__float__ returned non-float (type {})",
                value.class().name(),
                result.class().name()
            ))),
        };
    }
    if let Some(number) = int::view(value) {
        return big_to_f64(esc, &number.to_big());
    }
    if value.class().slots.index.get().is_some() {
        let number = as_index(esc, value)?;
        let number = as_int(esc, &number)?;
        return big_to_f64(esc, &number);
    }
    Err(esc.type_error(format_args!("must be real number, not {}", value.class().name())))
}

/// The nearest float, ties to even; `OverflowError` beyond the range.
fn big_to_f64(esc: Esc<'_>, number: &IBig) -> PyResult<f64> {
    let float = big_to_f64_rounded(number);
    if float.is_infinite() { Err(esc.overflow_error("int too large to convert to float")) } else { Ok(float) }
}

fn big_to_f64_rounded(number: &IBig) -> f64 {
    let magnitude = number.unsigned_abs();
    let bits = magnitude.bit_len();
    let float = if bits <= 64 {
        u64::try_from(&magnitude).unwrap_or(u64::MAX) as f64
    } else if bits > 1024 {
        f64::INFINITY
    } else {
        // 64 significant bits, the lowest made sticky so that the conversion to 53 bits rounds once, to even.
        let shift = bits - 64;
        let top = &magnitude >> shift;
        let sticky = u64::from(magnitude.trailing_zeros().is_some_and(|zeros| zeros < shift));
        let top = u64::try_from(&top).unwrap_or(u64::MAX) | sticky;
        top as f64 * 2f64.powi(i32::try_from(shift).unwrap_or(i32::MAX))
    };
    if number.sign() == dashu_int::Sign::Negative { -float } else { float }
}
