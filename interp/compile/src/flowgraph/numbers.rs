//! Arithmetic on numeric constants, with Python's results to the bit.
//!
//! Apart from `consteval` because it is a calculator: no instruction and no container appears here. `None` means that
//! Python raises, or that the result is too large to be worth a constant (the limits are CPython's).

use dashu_int::IBig;
use dashu_int::ops::{Abs, BitTest, UnsignedAbs};
use interp_code::Const;
use interp_opcode::BinaryOp;

/// Results of integer operators may have that many bits.
const MAX_INT_BITS: usize = 128;

/// A numeric constant.
#[derive(Clone, Debug)]
pub(super) enum Number {
    /// `int`
    Int(IBig),
    /// `float`
    Float(f64),
    /// `complex`
    Complex(f64, f64),
}

impl Number {
    /// The number in a constant; a `bool` is an `int`.
    pub(super) fn of(value: &Const) -> Option<Self> {
        Some(match value {
            Const::True => Self::Int(IBig::ONE),
            Const::False => Self::Int(IBig::ZERO),
            Const::Int(int) => Self::Int(int.to_ibig()),
            Const::Float(float) => Self::Float(*float),
            Const::Complex(real, imag) => Self::Complex(*real, *imag),
            _ => return None,
        })
    }

    pub(super) fn into_const(self) -> Const {
        match self {
            Self::Int(int) => Const::int(int),
            Self::Float(float) => Const::Float(float),
            Self::Complex(real, imag) => Const::Complex(real, imag),
        }
    }
}

/// `left op right`
pub(super) fn binary(left: Number, op: BinaryOp, right: Number) -> Option<Number> {
    match (left, right) {
        (Number::Int(a), Number::Int(b)) => int_binary(&a, op, &b),
        (Number::Complex(a, b), Number::Complex(c, d)) => complex_binary((a, b), op, (c, d)),
        (Number::Complex(a, b), Number::Int(c)) => complex_by_real((a, b), op, to_float(&c)?),
        (Number::Complex(a, b), Number::Float(c)) => complex_by_real((a, b), op, c),
        (Number::Int(a), Number::Complex(c, d)) => real_by_complex(to_float(&a)?, op, (c, d)),
        (Number::Float(a), Number::Complex(c, d)) => real_by_complex(a, op, (c, d)),
        (Number::Float(a), Number::Float(b)) => float_binary(a, op, b),
        (Number::Float(a), Number::Int(b)) => float_binary(a, op, to_float(&b)?),
        (Number::Int(a), Number::Float(b)) => float_binary(to_float(&a)?, op, b),
    }
}

fn to_float(value: &IBig) -> Option<f64> {
    Some(value.to_f64().value()).filter(|float| float.is_finite())
}

fn bits(value: &IBig) -> usize {
    value.unsigned_abs().bit_len()
}

fn is_negative(value: &IBig) -> bool {
    *value < IBig::ZERO
}

/// Floor division and the remainder with the divisor's sign.
fn floor_div(a: &IBig, b: &IBig) -> (IBig, IBig) {
    let (quotient, remainder) = (a / b, a % b);
    if !remainder.is_zero() && is_negative(&remainder) != is_negative(b) {
        (quotient - IBig::ONE, remainder + b)
    } else {
        (quotient, remainder)
    }
}

fn int_binary(a: &IBig, op: BinaryOp, b: &IBig) -> Option<Number> {
    let nonzero = || (!b.is_zero()).then_some(());
    Some(Number::Int(match op {
        BinaryOp::Add => a + b,
        BinaryOp::Subtract => a - b,
        BinaryOp::Multiply => {
            if !a.is_zero() && !b.is_zero() && bits(a) + bits(b) > MAX_INT_BITS {
                return None;
            }
            a * b
        }
        BinaryOp::FloorDivide => {
            nonzero()?;
            floor_div(a, b).0
        }
        BinaryOp::Remainder => {
            nonzero()?;
            floor_div(a, b).1
        }
        BinaryOp::TrueDivide => {
            nonzero()?;
            return true_divide(a, b).map(Number::Float);
        }
        BinaryOp::Power => return int_power(a, b),
        BinaryOp::Lshift => {
            if is_negative(b) {
                return None;
            }
            if a.is_zero() || b.is_zero() {
                return Some(Number::Int(a.clone()));
            }
            let shift = usize::try_from(b).ok().filter(|shift| *shift <= MAX_INT_BITS)?;
            if bits(a) > MAX_INT_BITS - shift {
                return None;
            }
            a << shift
        }
        BinaryOp::Rshift => {
            if is_negative(b) {
                return None;
            }
            let shift = usize::try_from(b).unwrap_or(usize::MAX).min(bits(a) + 1);
            // Rounds down whatever the library's rounding of negative numbers.
            if is_negative(a) { -((-a - IBig::ONE) >> shift) - IBig::ONE } else { a >> shift }
        }
        BinaryOp::And => a & b,
        BinaryOp::Or => a | b,
        BinaryOp::Xor => a ^ b,
        _ => return None,
    }))
}

fn int_power(a: &IBig, b: &IBig) -> Option<Number> {
    if is_negative(b) {
        return float_power(to_float(a)?, to_float(b)?);
    }
    if b.is_zero() {
        return Some(Number::Int(IBig::ONE));
    }
    if a.is_zero() {
        return Some(Number::Int(IBig::ZERO));
    }
    let exponent = usize::try_from(b).ok()?;
    if bits(a) > MAX_INT_BITS / exponent {
        return None;
    }
    Some(Number::Int(a.pow(exponent)))
}

/// Correctly rounded quotient of integers; `None` on overflow.
fn true_divide(a: &IBig, b: &IBig) -> Option<f64> {
    if a.is_zero() {
        return Some(if is_negative(b) { -0.0 } else { 0.0 });
    }
    // A quotient of 66 bits or so, with its lowest bit set if anything was cut off, rounds as the exact one does.
    let (numerator, denominator) = (a.clone().abs(), b.clone().abs());
    let shift = 66 + bits(b) as i64 - bits(a) as i64;
    let (numerator, denominator) = if shift >= 0 {
        (numerator << shift as usize, denominator)
    } else {
        (numerator, denominator << shift.unsigned_abs() as usize)
    };
    let exact = (&numerator % &denominator).is_zero();
    let quotient = u128::try_from(numerator / denominator).ok()? | u128::from(!exact);
    let magnitude = scale(quotient, -shift)?;
    Some(if is_negative(a) != is_negative(b) { -magnitude } else { magnitude })
}

/// `value * 2**exponent`, rounded to even; `None` on overflow.
fn scale(value: u128, exponent: i64) -> Option<f64> {
    let width = 128 - i64::from(value.leading_zeros());
    let cut = (width - 53).max(-1074 - exponent).max(0);
    let (mut kept, rest, half) = match cut {
        0 => (value, 0, 1),
        1..128 => (value >> cut, value & ((1 << cut) - 1), 1 << (cut - 1)),
        _ => (0, 0, 1),
    };
    if rest > half || (rest == half && kept & 1 == 1) {
        kept += 1;
    }
    let exponent = exponent + cut;
    if 128 - i64::from(kept.leading_zeros()) + exponent > 1024 {
        return None;
    }
    // Exact: `kept` has at most 53 bits and the result is representable. Two steps keep the factors representable.
    let half_exponent = (exponent / 2) as i32;
    Some(kept as f64 * 2_f64.powi(half_exponent) * 2_f64.powi(exponent as i32 - half_exponent))
}

fn float_binary(a: f64, op: BinaryOp, b: f64) -> Option<Number> {
    let divisor = || (b != 0.0).then_some(());
    Some(Number::Float(match op {
        BinaryOp::Add => a + b,
        BinaryOp::Subtract => a - b,
        BinaryOp::Multiply => a * b,
        BinaryOp::TrueDivide => {
            divisor()?;
            a / b
        }
        BinaryOp::FloorDivide => {
            divisor()?;
            float_floor_divide(a, b)
        }
        BinaryOp::Remainder => {
            divisor()?;
            float_remainder(a, b)
        }
        BinaryOp::Power => return float_power(a, b),
        _ => return None,
    }))
}

/// The remainder has the sign of the divisor, zero included.
fn float_remainder(a: f64, b: f64) -> f64 {
    let remainder = a % b;
    if remainder == 0.0 {
        0_f64.copysign(b)
    } else if (b < 0.0) != (remainder < 0.0) {
        remainder + b
    } else {
        remainder
    }
}

/// As CPython's `float_floor_div`: exact where the quotient is representable, however large the operands.
fn float_floor_divide(a: f64, b: f64) -> f64 {
    let remainder = a % b;
    let mut quotient = (a - remainder) / b;
    if remainder != 0.0 && (b < 0.0) != (remainder < 0.0) {
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return 0_f64.copysign(a / b);
    }
    let floor = quotient.floor();
    if quotient - floor > 0.5 { floor + 1.0 } else { floor }
}

fn float_power(base: f64, exponent: f64) -> Option<Number> {
    let is_odd = exponent.abs() % 2.0 == 1.0;
    let result = if exponent == 0.0 || base == 1.0 {
        1.0
    } else if base.is_nan() || exponent.is_nan() {
        f64::NAN
    } else if exponent.is_infinite() {
        match base.abs() {
            1.0 => 1.0,
            size if (exponent > 0.0) == (size > 1.0) => exponent.abs(),
            _ => 0.0,
        }
    } else if base.is_infinite() {
        match (exponent > 0.0, is_odd) {
            (true, true) => base,
            (true, false) => base.abs(),
            (false, true) => 0_f64.copysign(base),
            (false, false) => 0.0,
        }
    } else if base == 0.0 {
        if exponent < 0.0 {
            return None;
        }
        if is_odd { base } else { 0.0 }
    } else if base < 0.0 && exponent != exponent.floor() {
        return complex_power((base, 0.0), (exponent, 0.0));
    } else {
        let size = base.abs().powf(exponent);
        if size.is_infinite() {
            return None;
        }
        if base < 0.0 && is_odd { -size } else { size }
    };
    Some(Number::Float(result))
}

type Pair = (f64, f64);

fn pair(value: Pair) -> Number {
    Number::Complex(value.0, value.1)
}

fn complex_binary(a: Pair, op: BinaryOp, b: Pair) -> Option<Number> {
    match op {
        BinaryOp::Add => Some(pair((a.0 + b.0, a.1 + b.1))),
        BinaryOp::Subtract => Some(pair((a.0 - b.0, a.1 - b.1))),
        BinaryOp::Multiply => Some(pair(complex_product(a, b))),
        BinaryOp::TrueDivide => complex_quotient(a, b).map(pair),
        BinaryOp::Power => complex_power(a, b),
        _ => None,
    }
}

/// Since 3.14 a real operand is not widened first: its missing part takes no part in the arithmetic.
fn complex_by_real(a: Pair, op: BinaryOp, b: f64) -> Option<Number> {
    match op {
        BinaryOp::Add => Some(pair((a.0 + b, a.1))),
        BinaryOp::Subtract => Some(pair((a.0 - b, a.1))),
        BinaryOp::Multiply => Some(pair((a.0 * b, a.1 * b))),
        BinaryOp::TrueDivide if b != 0.0 => Some(pair((a.0 / b, a.1 / b))),
        BinaryOp::Power => complex_power(a, (b, 0.0)),
        _ => None,
    }
}

fn real_by_complex(a: f64, op: BinaryOp, b: Pair) -> Option<Number> {
    match op {
        BinaryOp::Add => Some(pair((a + b.0, b.1))),
        BinaryOp::Subtract => Some(pair((a - b.0, -b.1))),
        BinaryOp::Multiply => Some(pair((a * b.0, a * b.1))),
        BinaryOp::TrueDivide => {
            if b.0.abs() >= b.1.abs() {
                if b.0 == 0.0 {
                    return None;
                }
                let ratio = b.1 / b.0;
                let denominator = b.0 + b.1 * ratio;
                Some(pair((a / denominator, -a * ratio / denominator)))
            } else if b.1.abs() >= b.0.abs() {
                let ratio = b.0 / b.1;
                let denominator = b.0 * ratio + b.1;
                Some(pair((a * ratio / denominator, -a / denominator)))
            } else {
                Some(pair((f64::NAN, f64::NAN)))
            }
        }
        BinaryOp::Power => complex_power((a, 0.0), b),
        _ => None,
    }
}

/// A unit in the direction of an infinite number; zero with its sign for a finite one.
fn direction(value: Pair) -> Pair {
    let unit = |part: f64| if part.is_infinite() { 1_f64 } else { 0.0 }.copysign(part);
    (unit(value.0), unit(value.1))
}

fn without_nan(value: Pair) -> Pair {
    let clean = |part: f64| if part.is_nan() { 0_f64.copysign(part) } else { part };
    (clean(value.0), clean(value.1))
}

fn is_infinite(value: Pair) -> bool {
    value.0.is_infinite() || value.1.is_infinite()
}

fn is_finite(value: Pair) -> bool {
    value.0.is_finite() && value.1.is_finite()
}

/// Product that keeps infinities, as C's Annex G asks.
fn complex_product(mut a: Pair, mut b: Pair) -> Pair {
    let parts = (a.0 * b.0, a.1 * b.1, a.0 * b.1, a.1 * b.0);
    let plain = (parts.0 - parts.1, parts.2 + parts.3);
    if !(plain.0.is_nan() && plain.1.is_nan()) {
        return plain;
    }
    let mut recompute = false;
    if is_infinite(a) {
        (a, b) = (direction(a), without_nan(b));
        recompute = true;
    }
    if is_infinite(b) {
        (a, b) = (without_nan(a), direction(b));
        recompute = true;
    }
    if !recompute && [parts.0, parts.1, parts.2, parts.3].iter().any(|part| part.is_infinite()) {
        (a, b) = (without_nan(a), without_nan(b));
        recompute = true;
    }
    if !recompute {
        return plain;
    }
    (f64::INFINITY * (a.0 * b.0 - a.1 * b.1), f64::INFINITY * (a.0 * b.1 + a.1 * b.0))
}

/// Quotient by Smith's method, with infinities and zeros recovered; `None` for a zero divisor.
fn complex_quotient(a: Pair, b: Pair) -> Option<Pair> {
    let plain = if b.0.abs() >= b.1.abs() {
        if b.0 == 0.0 {
            return None;
        }
        let ratio = b.1 / b.0;
        let denominator = b.0 + b.1 * ratio;
        ((a.0 + a.1 * ratio) / denominator, (a.1 - a.0 * ratio) / denominator)
    } else if b.1.abs() >= b.0.abs() {
        let ratio = b.0 / b.1;
        let denominator = b.0 * ratio + b.1;
        ((a.0 * ratio + a.1) / denominator, (a.1 * ratio - a.0) / denominator)
    } else {
        (f64::NAN, f64::NAN)
    };
    if !(plain.0.is_nan() && plain.1.is_nan()) {
        return Some(plain);
    }
    if is_infinite(a) && is_finite(b) {
        let (x, y) = direction(a);
        return Some((f64::INFINITY * (x * b.0 + y * b.1), f64::INFINITY * (y * b.0 - x * b.1)));
    }
    if is_infinite(b) && is_finite(a) {
        let (x, y) = direction(b);
        return Some((0.0 * (a.0 * x + a.1 * y), 0.0 * (a.1 * x - a.0 * y)));
    }
    Some(plain)
}

fn complex_power(a: Pair, b: Pair) -> Option<Number> {
    let result = if b.1 == 0.0 && b.0 == b.0.floor() && b.0.abs() <= 100.0 {
        let power = complex_small_power(a, b.0.abs() as u32);
        if b.0 > 0.0 { power } else { complex_quotient((1.0, 0.0), power)? }
    } else if a == (0.0, 0.0) {
        if b.1 != 0.0 || b.0 < 0.0 {
            return None;
        }
        (0.0, 0.0)
    } else {
        let size = a.0.hypot(a.1);
        let angle = a.1.atan2(a.0);
        let (mut length, mut phase) = (size.powf(b.0), angle * b.0);
        if b.1 != 0.0 {
            length *= (-angle * b.1).exp();
            phase += b.1 * size.ln();
        }
        if phase.is_infinite() {
            // No angle; CPython calls it a domain error.
            return None;
        }
        (length * phase.cos(), length * phase.sin())
    };
    (!is_infinite(result)).then_some(pair(result))
}

fn complex_small_power(base: Pair, exponent: u32) -> Pair {
    let (mut result, mut power) = ((1.0, 0.0), base);
    let mut mask = 1;
    while exponent >= mask {
        if exponent & mask != 0 {
            result = complex_product(result, power);
        }
        mask <<= 1;
        power = complex_product(power, power);
    }
    result
}
