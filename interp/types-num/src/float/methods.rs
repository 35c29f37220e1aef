//! Methods and attributes of `float`.

use dashu_int::IBig;
use interp_object::args::check_count;
use interp_object::data::int;
use interp_object::data::str::{self, Str};
use interp_object::data::{float, singletons, tuple};
use interp_object::layout::ValueExt;
use interp_object::native::{GetSetDef, MethodDef, NativeFn};
use interp_object::{Esc, PyResult, TypeObject, Value, call, ops};

use super::{arith, exact, hex, number};

pub(super) static METHODS: &[MethodDef] = &[
    MethodDef::new("conjugate", NativeFn::NoArgs(exact), "Return self, the complex conjugate of any float."),
    MethodDef::new("is_integer", NativeFn::NoArgs(is_integer), "Return True if the float is an integer."),
    MethodDef::new("as_integer_ratio", NativeFn::NoArgs(as_integer_ratio), "Return a pair of integers."),
    MethodDef::new("hex", NativeFn::NoArgs(to_hex), "Return a hexadecimal representation."),
    MethodDef::class("fromhex", NativeFn::One(from_hex), "Create a floating-point number from a hexadecimal string."),
    MethodDef::class("from_number", NativeFn::One(from_number), "Convert real number to a floating-point number."),
    MethodDef::new("__trunc__", NativeFn::NoArgs(truncate), "Return the Integral closest to x between 0 and x."),
    MethodDef::new("__floor__", NativeFn::NoArgs(floor), "Return the floor as an Integral."),
    MethodDef::new("__ceil__", NativeFn::NoArgs(ceil), "Return the ceiling as an Integral."),
    MethodDef::new("__round__", NativeFn::Positional(round), "Return the Integral closest to x."),
    MethodDef::new("__divmod__", NativeFn::One(arith::divmod), "Return divmod(self, value)."),
    MethodDef::new("__rdivmod__", NativeFn::One(reflected_divmod), "Return divmod(value, self)."),
    MethodDef::new("__getnewargs__", NativeFn::NoArgs(get_new_args), ""),
    MethodDef::class("__getformat__", NativeFn::One(get_format), "You probably don't want to use this function."),
];

pub(super) static GETSETS: &[GetSetDef] = &[
    GetSetDef::readonly("real", exact, "the real part of a complex number"),
    GetSetDef::readonly("imag", |esc, _| Ok(float::new(esc, 0.0)), "the imaginary part of a complex number"),
];

fn reflected_divmod(esc: Esc<'_>, this: &Value, other: &Value) -> PyResult {
    arith::divmod(esc, other, this)
}

/// Mantissa and exponent of a finite float: `number == mantissa * 2**exponent`.
fn decompose(number: f64) -> (i64, i64) {
    let bits = number.to_bits();
    let (fraction, biased) = ((bits & ((1 << 52) - 1)).cast_signed(), ((bits >> 52) & 0x7ff) as i64);
    let (mantissa, exponent) = if biased == 0 { (fraction, -1074) } else { (fraction | 1 << 52, biased - 1075) };
    (if number.is_sign_negative() { -mantissa } else { mantissa }, exponent)
}

/// The whole part of a finite float.
pub(crate) fn to_big(number: f64) -> IBig {
    let (mantissa, exponent) = decompose(number.trunc());
    let mantissa = IBig::from(mantissa);
    if exponent >= 0 {
        mantissa << exponent as usize
    } else {
        // The number is whole, so only zeros are shifted out.
        mantissa >> exponent.unsigned_abs() as usize
    }
}

/// `int(x)`
pub(super) fn to_int(esc: Esc<'_>, number: f64) -> PyResult {
    if number.abs() < 9.0e18 {
        return Ok(int::new(esc, number as i64));
    }
    if number.is_nan() {
        return Err(esc.value_error("cannot convert float NaN to integer"));
    }
    if number.is_infinite() {
        return Err(esc.overflow_error("cannot convert float infinity to integer"));
    }
    Ok(int::from_big(esc, to_big(number)))
}

fn is_integer(_esc: Esc<'_>, this: &Value) -> PyResult {
    let number = number(this);
    Ok(singletons::bool(number.is_finite() && number.fract() == 0.0))
}

fn as_integer_ratio(esc: Esc<'_>, this: &Value) -> PyResult {
    let number = number(this);
    if number.is_nan() {
        return Err(esc.value_error("cannot convert NaN to integer ratio"));
    }
    if number.is_infinite() {
        return Err(esc.overflow_error("cannot convert Infinity to integer ratio"));
    }
    let (mut mantissa, mut exponent) = decompose(number);
    if mantissa == 0 {
        return Ok(tuple::new(esc, [int::small(0), int::small(1)]).into_value());
    }
    let spare = i64::from(mantissa.trailing_zeros()).min((-exponent).max(0));
    mantissa >>= spare;
    exponent += spare;
    let (above, below) = if exponent >= 0 {
        (IBig::from(mantissa) << exponent as usize, IBig::ONE)
    } else {
        (IBig::from(mantissa), IBig::ONE << exponent.unsigned_abs() as usize)
    };
    Ok(tuple::new(esc, [int::from_big(esc, above), int::from_big(esc, below)]).into_value())
}

fn to_hex(esc: Esc<'_>, this: &Value) -> PyResult {
    Ok(str::new(esc, &hex::format(number(this))).into_value())
}

fn as_class(esc: Esc<'_>, class: &Value, number: Value) -> PyResult {
    match TypeObject::from_value(class) {
        Some(exact) if std::ptr::eq(exact, &float::FLOAT) => Ok(number),
        _ => call::call(esc, class, std::slice::from_ref(&number)),
    }
}

fn from_hex(esc: Esc<'_>, class: &Value, text: &Value) -> PyResult {
    let Some(text) = text.payload::<Str>() else {
        return Err(esc.type_error("fromhex() argument must be str"));
    };
    match hex::parse(&text.to_lossy()) {
        Ok(number) => as_class(esc, class, float::new(esc, number)),
        Err(hex::HexError::Invalid) => Err(esc.value_error("invalid hexadecimal floating-point string")),
        Err(hex::HexError::TooLarge) => Err(esc.overflow_error("hexadecimal value too large to represent as a float")),
    }
}

fn from_number(esc: Esc<'_>, class: &Value, value: &Value) -> PyResult {
    let number = ops::to_float(esc, value)?;
    as_class(esc, class, number)
}

fn truncate(esc: Esc<'_>, this: &Value) -> PyResult {
    to_int(esc, number(this))
}

fn floor(esc: Esc<'_>, this: &Value) -> PyResult {
    to_int(esc, number(this).floor())
}

fn ceil(esc: Esc<'_>, this: &Value) -> PyResult {
    to_int(esc, number(this).ceil())
}

fn round(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult {
    check_count(esc, "__round__", args.len(), 0, 1)?;
    let number = number(this);
    let digits = match args {
        [digits] if !digits.is_none() => digits,
        _ => return to_int(esc, number.round_ties_even()),
    };
    let digits = ops::as_index_clamped(esc, digits)?;
    if !number.is_finite() || number == 0.0 {
        return Ok(float::new(esc, number));
    }
    // Beyond these a float has no digit to round, or none to keep (CPython's NDIGITS_MAX and NDIGITS_MIN).
    if digits > 323 {
        return Ok(float::new(esc, number));
    }
    if digits < -308 {
        return Ok(float::new(esc, 0f64.copysign(number)));
    }
    let rounded = round_decimal(number, digits as i32);
    if rounded.is_infinite() {
        return Err(esc.overflow_error("rounded value too large to represent"));
    }
    Ok(float::new(esc, rounded))
}

/// Rounds the exact decimal value of a finite number, ties to even, and takes the nearest float.
fn round_decimal(number: f64, digits: i32) -> f64 {
    if digits >= 0 {
        return format!("{number:.*}", digits as usize).parse().unwrap_or(number);
    }
    let places = digits.unsigned_abs() as usize;
    let text = format!("{:e}", number.abs());
    let exponent: i32 = text.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0);
    let kept = exponent - places as i32;
    let rounded = if kept >= 0 {
        format!("{:.*e}", kept as usize, number.abs()).parse().unwrap_or(number)
    } else {
        // Less than one unit: it rounds to zero or to one unit; the tie goes to zero, which is even.
        let unit: f64 = format!("1e{places}").parse().unwrap_or(f64::INFINITY);
        if number.abs() > unit / 2.0 { unit } else { 0.0 }
    };
    f64::copysign(rounded, number)
}

fn get_new_args(esc: Esc<'_>, this: &Value) -> PyResult {
    Ok(tuple::new(esc, [exact(esc, this)?]).into_value())
}

fn get_format(esc: Esc<'_>, _class: &Value, kind: &Value) -> PyResult {
    if kind.payload::<Str>().is_none() {
        let shown = interp_object::args::shown_type(kind);
        return Err(esc.type_error(format_args!("__getformat__() argument must be str, not {shown}")));
    }
    let known = kind.payload::<Str>().is_some_and(|kind| kind.eq_str("double") || kind.eq_str("float"));
    if !known {
        return Err(esc.value_error("__getformat__() argument 1 must be 'double' or 'float'"));
    }
    let order = if cfg!(target_endian = "little") { "little" } else { "big" };
    Ok(str::new(esc, &format!("IEEE, {order}-endian")).into_value())
}
