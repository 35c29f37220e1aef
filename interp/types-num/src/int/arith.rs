//! Operators of `int`. Every function answers `NotImplemented` for operands that are not ints.

use std::borrow::Cow;
use std::cmp::Ordering;

use dashu_int::fast_div::ConstDivisor;
use dashu_int::ops::{Abs, BitTest, DivRem, UnsignedAbs};
use dashu_int::{IBig, Sign, UBig};
use interp_object::data::int::{self, IntRef, view};
use interp_object::data::{float, singletons};
use interp_object::slots::CompareOp;
use interp_object::{Esc, PyResult, Value, ops};

/// Results beyond this many bits are refused with `MemoryError` before they are computed.
const MAX_BITS: usize = 1 << 36;

pub(crate) fn big<'a>(number: &IntRef<'a>) -> Cow<'a, IBig> {
    match number {
        IntRef::Small(number) => Cow::Owned(IBig::from(*number)),
        IntRef::Big(number) => Cow::Borrowed(*number),
    }
}

pub(crate) fn is_zero(number: &IntRef<'_>) -> bool {
    match number {
        IntRef::Small(number) => *number == 0,
        IntRef::Big(number) => number.is_zero(),
    }
}

pub(crate) fn is_negative(number: &IBig) -> bool {
    number.sign() == Sign::Negative
}

macro_rules! operands {
    ($left:ident, $right:ident) => {{
        let (Some(left), Some(right)) = (view($left), view($right)) else { return Ok(singletons::not_implemented()) };
        (left, right)
    }};
}

#[inline]
fn compute(
    esc: Esc<'_>,
    left: &Value,
    right: &Value,
    small: impl Fn(i64, i64) -> Option<i64>,
    large: impl Fn(&IBig, &IBig) -> IBig,
) -> PyResult {
    if let (Some(a), Some(b)) = (left.as_int(), right.as_int())
        && let Some(result) = small(a, b)
    {
        return Ok(int::new(esc, result));
    }
    let (a, b) = operands!(left, right);
    if let (IntRef::Small(a), IntRef::Small(b)) = (&a, &b)
        && let Some(result) = small(*a, *b)
    {
        return Ok(int::new(esc, result));
    }
    Ok(int::from_big(esc, large(&big(&a), &big(&b))))
}

pub(crate) fn add(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    compute(esc, left, right, i64::checked_add, |a, b| a + b)
}

pub(crate) fn subtract(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    compute(esc, left, right, i64::checked_sub, |a, b| a - b)
}

pub(crate) fn multiply(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    compute(esc, left, right, i64::checked_mul, |a, b| a * b)
}

pub(crate) fn and(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    compute(esc, left, right, |a, b| Some(a & b), |a, b| a & b)
}

pub(crate) fn or(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    compute(esc, left, right, |a, b| Some(a | b), |a, b| a | b)
}

pub(crate) fn xor(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    compute(esc, left, right, |a, b| Some(a ^ b), |a, b| a ^ b)
}

fn floor_div_i64(a: i64, b: i64) -> Option<i64> {
    let quotient = a.checked_div(b)?;
    Some(if a % b != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient })
}

fn floor_mod_i64(a: i64, b: i64) -> Option<i64> {
    let rest = a.checked_rem(b)?;
    Some(if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest })
}

/// Quotient rounded down, and the rest with the divisor's sign.
pub(crate) fn floor_div_mod(a: &IBig, b: &IBig) -> (IBig, IBig) {
    let (quotient, rest) = a.div_rem(b);
    if !rest.is_zero() && is_negative(&rest) != is_negative(b) {
        (quotient - IBig::ONE, rest + b)
    } else {
        (quotient, rest)
    }
}

macro_rules! nonzero {
    ($esc:ident, $left:ident, $right:ident) => {{
        let (_, divisor) = operands!($left, $right);
        if is_zero(&divisor) {
            return Err($esc.zero_division("division by zero"));
        }
    }};
}

pub(crate) fn floor_divide(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    nonzero!(esc, left, right);
    compute(esc, left, right, floor_div_i64, |a, b| floor_div_mod(a, b).0)
}

pub(crate) fn remainder(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    nonzero!(esc, left, right);
    compute(esc, left, right, floor_mod_i64, |a, b| floor_div_mod(a, b).1)
}

pub(crate) fn true_divide(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    let (a, b) = operands!(left, right);
    if is_zero(&b) {
        return Err(esc.zero_division("division by zero"));
    }
    const EXACT: u64 = 1 << 53;
    if let (IntRef::Small(a), IntRef::Small(b)) = (&a, &b)
        && a.unsigned_abs() <= EXACT
        && b.unsigned_abs() <= EXACT
    {
        return Ok(float::new(esc, *a as f64 / *b as f64));
    }
    let quotient = divide_rounded(&big(&a), &big(&b));
    if quotient.is_infinite() {
        return Err(esc.overflow_error("integer division result too large for a float"));
    }
    Ok(float::new(esc, quotient))
}

/// The float nearest to `a / b`, ties to even; infinite beyond the range.
pub(crate) fn divide_rounded(a: &IBig, b: &IBig) -> f64 {
    let negative = is_negative(a) != is_negative(b);
    let (a, b) = (a.unsigned_abs(), b.unsigned_abs());
    // A quotient of 66 or 67 bits, with what is lost recorded in a sticky bit.
    let shift = a.bit_len() as i64 - b.bit_len() as i64 - 66;
    let (quotient, rest) = if shift >= 0 {
        (&a).div_rem(&b << shift.unsigned_abs() as usize)
    } else {
        (&a << shift.unsigned_abs() as usize).div_rem(&b)
    };
    let magnitude = scale_rounded(u128::try_from(quotient).unwrap_or(u128::MAX), !rest.is_zero(), shift);
    if negative { -magnitude } else { magnitude }
}

/// The float nearest to `(mantissa + something below one if inexact) * 2**exponent`, ties to even.
pub(crate) fn scale_rounded(mantissa: u128, inexact: bool, exponent: i64) -> f64 {
    if mantissa == 0 {
        return 0.0;
    }
    let top = i64::from(128 - mantissa.leading_zeros()) + exponent;
    if top > 1024 {
        return f64::INFINITY;
    }
    if top < -1074 {
        return 0.0;
    }
    let keep = 53.min(top + 1074);
    let drop = top - exponent - keep;
    if drop <= 0 {
        return mantissa as f64 * power_of_two(exponent);
    }
    let half = 1u128 << (drop - 1);
    let (mut kept, lost) = (mantissa.checked_shr(drop as u32).unwrap_or(0), mantissa & (half | (half - 1)));
    if lost > half || (lost == half && (inexact || kept & 1 == 1)) {
        kept += 1;
    }
    // Two exact steps: the power may be below the normal range while the product is not.
    let exponent = exponent + drop;
    kept as f64 * power_of_two(exponent / 2) * power_of_two(exponent - exponent / 2)
}

fn power_of_two(exponent: i64) -> f64 {
    match exponent {
        -1022..=1023 => f64::from_bits(((exponent + 1023) as u64) << 52),
        -1074..=-1023 => f64::from_bits(1 << (exponent + 1074)),
        1024.. => f64::INFINITY,
        _ => 0.0,
    }
}

pub(crate) fn left_shift(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    let (a, b) = operands!(left, right);
    if let Some(negative) = negative_count(esc, &b) {
        return negative;
    }
    if is_zero(&a) {
        return Ok(int::small(0));
    }
    let Some(count) = b.to_i64().and_then(|count| usize::try_from(count).ok()) else {
        return Err(esc.overflow_error("too many digits in integer"));
    };
    if let IntRef::Small(a) = a
        && count < 62
        && (a << count) >> count == a
    {
        return Ok(int::new(esc, a << count));
    }
    if count > MAX_BITS {
        return Err(esc.memory_error());
    }
    Ok(int::from_big(esc, big(&a).as_ref() << count))
}

pub(crate) fn right_shift(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    let (a, b) = operands!(left, right);
    if let Some(negative) = negative_count(esc, &b) {
        return negative;
    }
    let count = b.to_i64().and_then(|count| usize::try_from(count).ok()).unwrap_or(usize::MAX);
    match a {
        IntRef::Small(a) => Ok(int::new(esc, a >> count.min(63))),
        IntRef::Big(a) if count >= a.unsigned_abs().bit_len() => Ok(int::small(if is_negative(a) { -1 } else { 0 })),
        IntRef::Big(a) => Ok(int::from_big(esc, a >> count)),
    }
}

fn negative_count(esc: Esc<'_>, count: &IntRef<'_>) -> Option<PyResult> {
    let negative = match count {
        IntRef::Small(count) => *count < 0,
        IntRef::Big(count) => is_negative(count),
    };
    negative.then(|| Err(esc.value_error("negative shift count")))
}

pub(crate) fn power(esc: Esc<'_>, base: &Value, exponent: &Value, modulus: Option<&Value>) -> PyResult {
    let (a, b) = operands!(base, exponent);
    if let Some(modulus) = modulus.filter(|modulus| !singletons::is_none(modulus)) {
        let Some(modulus) = view(modulus) else { return Ok(singletons::not_implemented()) };
        return power_modulo(esc, &big(&a), &big(&b), &big(&modulus));
    }
    if is_negative(&big(&b)) {
        if is_zero(&a) {
            return Err(esc.zero_division("zero to a negative power"));
        }
        let (a, b) = (ops::as_f64(esc, base)?, ops::as_f64(esc, exponent)?);
        return Ok(float::new(esc, a.powf(b)));
    }
    if let (IntRef::Small(a), IntRef::Small(b)) = (&a, &b)
        && let Some(result) = u32::try_from(*b).ok().and_then(|b| a.checked_pow(b))
    {
        return Ok(int::new(esc, result));
    }
    let base = big(&a);
    let Some(exponent) = b.to_i64().and_then(|b| usize::try_from(b).ok()) else {
        let odd = big(&b).bit(0);
        return match base.to_string().as_str() {
            "0" | "1" => Ok(int::from_big(esc, base.into_owned())),
            "-1" => Ok(int::small(if odd { -1 } else { 1 })),
            _ => Err(esc.memory_error()),
        };
    };
    let magnitude_bits = base.as_ref().unsigned_abs().bit_len();
    let unit = magnitude_bits <= 1;
    if !unit && magnitude_bits.saturating_mul(exponent) > MAX_BITS {
        return Err(esc.memory_error());
    }
    if unit {
        let negative = is_negative(&base) && exponent % 2 == 1;
        let magnitude = if base.is_zero() && exponent > 0 { 0 } else { 1 };
        return Ok(int::small(if negative { -magnitude } else { magnitude }));
    }
    Ok(int::from_big(esc, base.pow(exponent)))
}

fn power_modulo(esc: Esc<'_>, base: &IBig, exponent: &IBig, modulus: &IBig) -> PyResult {
    if modulus.is_zero() {
        return Err(esc.value_error("pow() 3rd argument cannot be 0"));
    }
    let magnitude = modulus.unsigned_abs();
    let result = if magnitude == UBig::ONE {
        UBig::ZERO
    } else {
        let ring = ConstDivisor::new(magnitude.clone());
        let mut reduced = ring.reduce(base.clone());
        if is_negative(exponent) {
            match reduced.inv() {
                Some(inverse) => reduced = inverse,
                None => return Err(esc.value_error("base is not invertible for the given modulus")),
            }
        }
        reduced.pow(&exponent.unsigned_abs()).residue()
    };
    let result = IBig::from(result);
    let signed = if is_negative(modulus) && !result.is_zero() { result + modulus } else { result };
    Ok(int::from_big(esc, signed))
}

pub(crate) fn negative(esc: Esc<'_>, value: &Value) -> PyResult {
    match view(value) {
        Some(IntRef::Small(number)) if number != i64::MIN => Ok(int::new(esc, -number)),
        Some(number) => Ok(int::from_big(esc, -number.to_big())),
        None => Ok(singletons::not_implemented()),
    }
}

/// `+x`, `int(x)`, `x.__index__()`: an exact `int`.
pub(crate) fn exact(esc: Esc<'_>, value: &Value) -> PyResult {
    if value.as_int().is_some() {
        return Ok(value.clone());
    }
    match view(value) {
        Some(IntRef::Small(number)) => Ok(int::new(esc, number)),
        Some(IntRef::Big(_)) if is_exact(value) => Ok(value.clone()),
        Some(number) => Ok(int::from_big(esc, number.to_big())),
        None => Ok(singletons::not_implemented()),
    }
}

fn is_exact(value: &Value) -> bool {
    use interp_object::layout::ValueExt;
    value.exact::<int::Int>().is_some()
}

pub(crate) fn absolute(esc: Esc<'_>, value: &Value) -> PyResult {
    match view(value) {
        Some(IntRef::Small(number)) if number != i64::MIN => Ok(int::new(esc, number.abs())),
        Some(number) => Ok(int::from_big(esc, number.to_big().abs())),
        None => Ok(singletons::not_implemented()),
    }
}

pub(crate) fn invert(esc: Esc<'_>, value: &Value) -> PyResult {
    match view(value) {
        Some(IntRef::Small(number)) => Ok(int::new(esc, !number)),
        Some(number) => Ok(int::from_big(esc, !number.to_big())),
        None => Ok(singletons::not_implemented()),
    }
}

pub(crate) fn order(left: &IntRef<'_>, right: &IntRef<'_>) -> Ordering {
    match (left, right) {
        (IntRef::Small(a), IntRef::Small(b)) => a.cmp(b),
        (a, b) => big(a).cmp(&big(b)),
    }
}

pub(crate) fn compare(_esc: Esc<'_>, left: &Value, right: &Value, op: CompareOp) -> PyResult {
    let (a, b) = operands!(left, right);
    Ok(singletons::bool(op.holds(order(&a, &b))))
}

/// `divmod(left, right)`, or `None` for operands that are not ints.
pub(crate) fn divmod(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    let _ = operands!(left, right);
    let quotient = floor_divide(esc, left, right)?;
    let rest = remainder(esc, left, right)?;
    Ok(interp_object::data::tuple::new(esc, [quotient, rest]).into_value())
}

/// The float nearest to a big integer; infinite beyond the range.
pub(crate) fn scale(number: &IBig) -> f64 {
    divide_rounded(number, &IBig::ONE)
}
