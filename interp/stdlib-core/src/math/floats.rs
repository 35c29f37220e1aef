//! Functions of `math` over floats that are more than one call.

use dashu_int::IBig;
use interp_object::args::{Signature, check_count};
use interp_object::data::{int, singletons, tuple};
use interp_object::intern::names;
use interp_object::layout::ValueExt;
use interp_object::native::{MethodDef, NativeFn, exactly};
use interp_object::{Args, Esc, PyResult, Value, call, ops};

use super::domain;
use crate::util::float;

pub(super) const FUNCTIONS: &[MethodDef] = &[
    MethodDef::new("atan2", NativeFn::Positional(atan2), "atan2($module, y, x, /)\n--\n\nThe angle of a point."),
    MethodDef::new("ceil", NativeFn::One(ceil), "ceil($module, x, /)\n--\n\nThe smallest integer not below x."),
    MethodDef::new(
        "copysign",
        NativeFn::Positional(copysign),
        "copysign($module, x, y, /)\n--\n\nx with the sign of y.",
    ),
    MethodDef::new("floor", NativeFn::One(floor), "floor($module, x, /)\n--\n\nThe largest integer not above x."),
    MethodDef::new("fma", NativeFn::Positional(fma), "fma($module, x, y, z, /)\n--\n\nx*y + z, rounded once."),
    MethodDef::new("fmod", NativeFn::Positional(fmod), "fmod($module, x, y, /)\n--\n\nThe remainder as C has it."),
    MethodDef::new("frexp", NativeFn::One(frexp), "frexp($module, x, /)\n--\n\nMantissa and exponent."),
    MethodDef::new("gamma", NativeFn::One(gamma), "gamma($module, x, /)\n--\n\nGamma function."),
    MethodDef::new(
        "isclose",
        NativeFn::Full(isclose),
        "isclose($module, /, a, b, *, rel_tol=1e-09, abs_tol=0.0)\n--\n\nWhether two numbers are close.",
    ),
    MethodDef::new("isfinite", NativeFn::One(|esc, _, x| test(esc, x, f64::is_finite)), "Whether x is finite."),
    MethodDef::new("isinf", NativeFn::One(|esc, _, x| test(esc, x, f64::is_infinite)), "Whether x is infinite."),
    MethodDef::new("isnan", NativeFn::One(|esc, _, x| test(esc, x, f64::is_nan)), "Whether x is not a number."),
    MethodDef::new("ldexp", NativeFn::Positional(ldexp), "ldexp($module, x, i, /)\n--\n\nx * 2**i."),
    MethodDef::new("lgamma", NativeFn::One(lgamma), "lgamma($module, x, /)\n--\n\nLogarithm of the gamma function."),
    MethodDef::new("log", NativeFn::Positional(log), "log(x[, base])"),
    MethodDef::new(
        "log10",
        NativeFn::One(|esc, _, x| logarithm(esc, x, f64::log10, std::f64::consts::LOG10_2)),
        "Logarithm to base 10.",
    ),
    MethodDef::new("log2", NativeFn::One(|esc, _, x| logarithm(esc, x, f64::log2, 1.0)), "Logarithm to base 2."),
    MethodDef::new("modf", NativeFn::One(modf), "modf($module, x, /)\n--\n\nFractional and integral part."),
    MethodDef::new(
        "nextafter",
        NativeFn::Full(nextafter),
        "nextafter($module, x, y, /, *, steps=None)\n--\n\nThe next float towards y.",
    ),
    MethodDef::new("pow", NativeFn::Positional(pow), "pow($module, x, y, /)\n--\n\nx to the power of y, as floats."),
    MethodDef::new(
        "remainder",
        NativeFn::Positional(remainder),
        "remainder($module, x, y, /)\n--\n\nThe IEEE 754 remainder.",
    ),
    MethodDef::new("trunc", NativeFn::One(trunc), "trunc($module, x, /)\n--\n\nThe integral part."),
    MethodDef::new("ulp", NativeFn::One(ulp), "ulp($module, x, /)\n--\n\nThe value of the last bit."),
];

fn two(esc: Esc<'_>, name: &str, args: &[Value]) -> PyResult<(f64, f64)> {
    let [x, y] = exactly::<2>(esc, name, args)?;
    Ok((ops::as_f64(esc, x)?, ops::as_f64(esc, y)?))
}

fn test(esc: Esc<'_>, x: &Value, test: fn(f64) -> bool) -> PyResult {
    Ok(singletons::bool(test(ops::as_f64(esc, x)?)))
}

fn atan2(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    let (y, x) = two(esc, "atan2", args)?;
    Ok(float(esc, y.atan2(x)))
}

fn copysign(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    let (x, y) = two(esc, "copysign", args)?;
    Ok(float(esc, x.copysign(y)))
}

/// An integral float as an `int`.
fn whole(esc: Esc<'_>, x: f64) -> PyResult {
    if x.abs() < 9.0e18 {
        return Ok(int::new(esc, x as i64));
    }
    ops::to_int(esc, &float(esc, x))
}

fn rounded(esc: Esc<'_>, value: &Value, special: &'static Value, round: fn(f64) -> f64) -> PyResult {
    if (interp_object::data::float::view(value).is_none() || value.as_f64().is_none())
        && let Some(result) = call::call_special(esc, value, special, &[])?
    {
        return Ok(result);
    }
    let x = ops::as_f64(esc, value)?;
    whole(esc, round(x))
}

fn ceil(esc: Esc<'_>, _: &Value, value: &Value) -> PyResult {
    rounded(esc, value, names::ceil(esc), f64::ceil)
}

fn floor(esc: Esc<'_>, _: &Value, value: &Value) -> PyResult {
    rounded(esc, value, names::floor(esc), f64::floor)
}

fn trunc(esc: Esc<'_>, _: &Value, value: &Value) -> PyResult {
    match call::call_special(esc, value, names::trunc(esc), &[])? {
        Some(result) => Ok(result),
        None => Err(esc.type_error(format_args!("type {} doesn't define __trunc__ method", value.class().name()))),
    }
}

fn fma(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    let [x, y, z] = exactly::<3>(esc, "fma", args)?;
    let (x, y, z) = (ops::as_f64(esc, x)?, ops::as_f64(esc, y)?, ops::as_f64(esc, z)?);
    let result = x.mul_add(y, z);
    if result.is_nan() && !x.is_nan() && !y.is_nan() && !z.is_nan() {
        return Err(esc.value_error("invalid operation in fma"));
    }
    if result.is_infinite() && x.is_finite() && y.is_finite() && z.is_finite() {
        return Err(esc.overflow_error("overflow in fma"));
    }
    Ok(float(esc, result))
}

fn fmod(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    let (x, y) = two(esc, "fmod", args)?;
    if y.is_infinite() && x.is_finite() {
        return Ok(float(esc, x));
    }
    let result = x % y;
    if result.is_nan() && !x.is_nan() && !y.is_nan() {
        return Err(domain(esc, "", x));
    }
    Ok(float(esc, result))
}

fn frexp(esc: Esc<'_>, _: &Value, x: &Value) -> PyResult {
    let x = ops::as_f64(esc, x)?;
    let (mantissa, exponent) = if x == 0.0 || !x.is_finite() { (x, 0) } else { libm::frexp(x) };
    Ok(tuple::new(esc, [float(esc, mantissa), int::small(i64::from(exponent))]).into_value())
}

fn ldexp(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    let [x, exponent] = exactly::<2>(esc, "ldexp", args)?;
    let x = ops::as_f64(esc, x)?;
    let Some(exponent) = int::view(exponent) else {
        return Err(esc.type_error("Expected an int as second argument to ldexp."));
    };
    if x == 0.0 || !x.is_finite() {
        return Ok(float(esc, x));
    }
    let negative = exponent.to_big() < IBig::ZERO;
    let exponent = exponent.to_i64().and_then(|exponent| i32::try_from(exponent).ok());
    let exponent = exponent.unwrap_or(if negative { -100_000 } else { 100_000 });
    let result = libm::ldexp(x, exponent.clamp(-100_000, 100_000));
    if result.is_infinite() {
        return Err(esc.overflow_error("math range error"));
    }
    Ok(float(esc, result))
}

fn gamma(esc: Esc<'_>, _: &Value, x: &Value) -> PyResult {
    let x = ops::as_f64(esc, x)?;
    if x == f64::NEG_INFINITY || (x <= 0.0 && x == x.floor()) {
        return Err(domain(esc, "expected a noninteger or positive integer, got {}", x));
    }
    // Exact for small integers, where the series would round.
    if x == x.floor() && x <= 23.0 {
        return Ok(float(esc, (1..x as u64).map(|k| k as f64).product()));
    }
    let result = libm::tgamma(x);
    if result.is_infinite() && x.is_finite() {
        return Err(esc.overflow_error("math range error"));
    }
    Ok(float(esc, result))
}

fn lgamma(esc: Esc<'_>, _: &Value, x: &Value) -> PyResult {
    let x = ops::as_f64(esc, x)?;
    if x <= 0.0 && x == x.floor() && x.is_finite() {
        return Err(domain(esc, "expected a noninteger or positive integer, got {}", x));
    }
    let result = if x.is_infinite() { f64::INFINITY } else { libm::lgamma(x) };
    if result.is_infinite() && x.is_finite() {
        return Err(esc.overflow_error("math range error"));
    }
    Ok(float(esc, result))
}

/// A logarithm of any number; integers may be larger than any float. `of_two` is the logarithm of 2.
fn logarithm(esc: Esc<'_>, value: &Value, log: fn(f64) -> f64, of_two: f64) -> PyResult {
    if let Some(number) = int::view(value) {
        let big = number.to_big();
        if big <= IBig::ZERO {
            return Err(esc.value_error("expected a positive input"));
        }
        let x = big.to_f64().value();
        if x.is_finite() {
            return Ok(float(esc, log(x)));
        }
        let bits = dashu_int::ops::BitTest::bit_len(&big);
        let shift = bits - 64;
        let top = (&big >> shift).to_f64().value();
        return Ok(float(esc, log(top) + of_two * shift as f64));
    }
    let x = ops::as_f64(esc, value)?;
    if x <= 0.0 {
        return Err(domain(esc, "expected a positive input, got {}", x));
    }
    Ok(float(esc, log(x)))
}

fn log(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    check_count(esc, "log", args.len(), 1, 2)?;
    let numerator = logarithm(esc, &args[0], f64::ln, std::f64::consts::LN_2)?;
    let Some(base) = args.get(1) else { return Ok(numerator) };
    let denominator = logarithm(esc, base, f64::ln, std::f64::consts::LN_2)?;
    ops::binary(esc, interp_object::slots::BinaryOp::TrueDivide, &numerator, &denominator)
}

fn modf(esc: Esc<'_>, _: &Value, x: &Value) -> PyResult {
    let x = ops::as_f64(esc, x)?;
    let whole = x.trunc();
    let part = if x.is_infinite() { 0.0_f64.copysign(x) } else { (x - whole).copysign(x) };
    Ok(tuple::new(esc, [float(esc, part), float(esc, whole)]).into_value())
}

fn next_after(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_nan() {
        f64::NAN
    } else if x == y {
        y
    } else if y > x {
        x.next_up()
    } else {
        x.next_down()
    }
}

fn nextafter(esc: Esc<'_>, _: &Value, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<3> =
        Signature::new("nextafter", ["x", "y", "steps"], 2).positional_only(2).keyword_only_from(2);
    let [Some(x), Some(y), steps] = args.bind(esc, &SIGNATURE)? else {
        return Err(esc.system_error("nextafter() lost its arguments"));
    };
    let (mut x, y) = (ops::as_f64(esc, x)?, ops::as_f64(esc, y)?);
    let steps = crate::util::given(steps).map_or(Ok(1), |steps| ops::index_i64(esc, steps))?;
    if steps < 0 {
        return Err(esc.value_error("steps must be a non-negative integer"));
    }
    for _ in 0..steps {
        let next = next_after(x, y);
        if next.to_bits() == x.to_bits() {
            break;
        }
        x = next;
    }
    Ok(float(esc, x))
}

fn pow(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    let (x, y) = two(esc, "pow", args)?;
    let result = x.powf(y);
    if result.is_nan() && !x.is_nan() && !y.is_nan() {
        return Err(domain(esc, "", x));
    }
    if result.is_infinite() && x.is_finite() && y.is_finite() {
        return Err(if x == 0.0 { domain(esc, "", x) } else { esc.overflow_error("math range error") });
    }
    Ok(float(esc, result))
}

fn remainder(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    let (x, y) = two(esc, "remainder", args)?;
    if y.is_infinite() && x.is_finite() {
        return Ok(float(esc, x));
    }
    let result = libm::remainder(x, y);
    if result.is_nan() && !x.is_nan() && !y.is_nan() {
        return Err(domain(esc, "", x));
    }
    Ok(float(esc, result))
}

fn ulp(esc: Esc<'_>, _: &Value, x: &Value) -> PyResult {
    let x = ops::as_f64(esc, x)?.abs();
    if !x.is_finite() {
        return Ok(float(esc, x));
    }
    let above = x.next_up();
    Ok(float(esc, if above.is_infinite() { x - x.next_down() } else { above - x }))
}

fn isclose(esc: Esc<'_>, _: &Value, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<4> = Signature::new("isclose", ["a", "b", "rel_tol", "abs_tol"], 2).keyword_only_from(2);
    let [Some(a), Some(b), relative, absolute] = args.bind(esc, &SIGNATURE)? else {
        return Err(esc.system_error("isclose() lost its arguments"));
    };
    let (a, b) = (ops::as_f64(esc, a)?, ops::as_f64(esc, b)?);
    let relative = relative.map_or(Ok(1e-9), |tolerance| ops::as_f64(esc, tolerance))?;
    let absolute = absolute.map_or(Ok(0.0), |tolerance| ops::as_f64(esc, tolerance))?;
    if relative < 0.0 || absolute < 0.0 {
        return Err(esc.value_error("tolerances must be non-negative"));
    }
    let close = a == b || {
        let difference = (b - a).abs();
        a.is_finite()
            && b.is_finite()
            && (difference <= (relative * b).abs() || difference <= (relative * a).abs() || difference <= absolute)
    };
    Ok(singletons::bool(close))
}
