//! Operators of `float`. Ints count as floats here; every other operand gets `NotImplemented`.

use std::cmp::Ordering;

use interp_object::data::exception as exc;
use interp_object::data::int::{self, IntRef};
use interp_object::data::{float, singletons, str, tuple};
use interp_object::slots::CompareOp;
use interp_object::{Esc, PyResult, Raised, Value};

use crate::int::arith;

/// The number of a float or int operand; `None` for anything else.
#[inline]
pub(super) fn operand(esc: Esc<'_>, value: &Value) -> PyResult<Option<f64>> {
    if let Some(number) = value.as_f64() {
        return Ok(Some(number));
    }
    if let Some(number) = float::view(value) {
        return Ok(Some(number));
    }
    match int::view(value) {
        Some(IntRef::Small(number)) => Ok(Some(number as f64)),
        Some(IntRef::Big(number)) => {
            let number = arith::scale(number);
            if number.is_infinite() {
                return Err(esc.overflow_error("int too large to convert to float"));
            }
            Ok(Some(number))
        }
        None => Ok(None),
    }
}

macro_rules! operands {
    ($esc:ident, $left:ident, $right:ident) => {{
        match (operand($esc, $left)?, operand($esc, $right)?) {
            (Some(left), Some(right)) => (left, right),
            _ => return Ok(singletons::not_implemented()),
        }
    }};
}

pub(super) fn add(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    let (a, b) = operands!(esc, left, right);
    Ok(float::new(esc, a + b))
}

pub(super) fn subtract(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    let (a, b) = operands!(esc, left, right);
    Ok(float::new(esc, a - b))
}

pub(super) fn multiply(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    let (a, b) = operands!(esc, left, right);
    Ok(float::new(esc, a * b))
}

pub(super) fn true_divide(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    let (a, b) = operands!(esc, left, right);
    if b == 0.0 {
        return Err(esc.zero_division("division by zero"));
    }
    Ok(float::new(esc, a / b))
}

/// Quotient rounded down and the rest with the divisor's sign; the divisor is not zero.
fn floor_div_mod(a: f64, b: f64) -> (f64, f64) {
    let mut rest = a % b;
    let mut quotient = (a - rest) / b;
    if rest == 0.0 {
        rest = 0f64.copysign(b);
    } else if (b < 0.0) != (rest < 0.0) {
        rest += b;
        quotient -= 1.0;
    }
    let floor = if quotient == 0.0 {
        0f64.copysign(a / b)
    } else {
        let floor = quotient.floor();
        if quotient - floor > 0.5 { floor + 1.0 } else { floor }
    };
    (floor, rest)
}

pub(super) fn floor_divide(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    let (a, b) = operands!(esc, left, right);
    if b == 0.0 {
        return Err(esc.zero_division("division by zero"));
    }
    Ok(float::new(esc, floor_div_mod(a, b).0))
}

pub(super) fn remainder(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    let (a, b) = operands!(esc, left, right);
    if b == 0.0 {
        return Err(esc.zero_division("division by zero"));
    }
    Ok(float::new(esc, floor_div_mod(a, b).1))
}

pub(super) fn divmod(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    let (a, b) = operands!(esc, left, right);
    if b == 0.0 {
        return Err(esc.zero_division("division by zero"));
    }
    let (quotient, rest) = floor_div_mod(a, b);
    Ok(tuple::new(esc, [float::new(esc, quotient), float::new(esc, rest)]).into_value())
}

pub(super) fn power(esc: Esc<'_>, base: &Value, exponent: &Value, modulus: Option<&Value>) -> PyResult {
    if modulus.is_some_and(|modulus| !singletons::is_none(modulus)) {
        return Err(esc.type_error("pow() 3rd argument not allowed unless all arguments are integers"));
    }
    let (a, b) = operands!(esc, base, exponent);
    power_numbers(esc, a, b)
}

/// `a ** b` for floats: a negative base with a fractional exponent gives a complex number.
fn power_numbers(esc: Esc<'_>, a: f64, b: f64) -> PyResult {
    if a == 0.0 && b < 0.0 {
        return Err(esc.zero_division("zero to a negative power"));
    }
    if a < 0.0 && a.is_finite() && b.is_finite() && b.fract() != 0.0 {
        return crate::complex::power_of_reals(esc, a, b);
    }
    let result = a.powf(b);
    if result.is_infinite() && a.is_finite() && b.is_finite() {
        return Err(out_of_range(esc));
    }
    Ok(float::new(esc, result))
}

/// `OverflowError(34, 'Numerical result out of range')`, what C's `ERANGE` becomes.
#[cold]
fn out_of_range(esc: Esc<'_>) -> Raised {
    let text = str::new(esc, "Numerical result out of range").into_value();
    esc.raise_args(&exc::OVERFLOW_ERROR, &[int::small(34), text])
}

/// Compares a float with an int by their exact values; `None` for NaN.
fn order_with_int(a: f64, b: &IntRef<'_>) -> Option<Ordering> {
    const EXACT: u64 = 1 << 53;
    if let IntRef::Small(b) = b
        && b.unsigned_abs() <= EXACT
    {
        return a.partial_cmp(&(*b as f64));
    }
    if a.is_nan() {
        return None;
    }
    if a.is_infinite() {
        return Some(if a > 0.0 { Ordering::Greater } else { Ordering::Less });
    }
    let whole = super::to_big(a);
    let order = arith::order(&IntRef::Big(&whole), b);
    // The fraction decides between equal whole parts.
    Some(order.then_with(|| a.fract().partial_cmp(&0.0).unwrap_or(Ordering::Equal)))
}

pub(super) fn compare(_esc: Esc<'_>, left: &Value, right: &Value, op: CompareOp) -> PyResult {
    let Some(a) = float::view(left) else { return Ok(singletons::not_implemented()) };
    let order = if let Some(b) = float::view(right) {
        a.partial_cmp(&b)
    } else if let Some(b) = int::view(right) {
        order_with_int(a, &b)
    } else {
        return Ok(singletons::not_implemented());
    };
    Ok(singletons::bool(match order {
        Some(order) => op.holds(order),
        None => op == CompareOp::Ne,
    }))
}
