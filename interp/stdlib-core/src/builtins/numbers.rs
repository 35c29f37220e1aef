//! Builtin functions over numbers.

use dashu_int::IBig;
use interp_object::args::{Signature, check_count};
use interp_object::data::bytes::Bytes;
use interp_object::data::str::{self, Str};
use interp_object::data::{float, int, singletons, tuple};
use interp_object::intern::names;
use interp_object::layout::ValueExt;
use interp_object::slots::BinaryOp;
use interp_object::{Args, Esc, PyResult, Value, call, ops};

use crate::util::{given, text};

/// `abs(number)`
pub(super) fn abs(esc: Esc<'_>, _: &Value, value: &Value) -> PyResult {
    ops::absolute(esc, value)
}

fn digits(esc: Esc<'_>, value: &Value, radix: u32, prefix: &str) -> PyResult {
    let number = ops::as_index(esc, value)?;
    let number = int::view(&number).map(|number| number.to_big()).unwrap_or_default();
    let shown = match radix {
        2 => format!("{number:b}"),
        8 => format!("{number:o}"),
        _ => format!("{number:x}"),
    };
    Ok(text(
        esc,
        &match shown.strip_prefix('-') {
            Some(digits) => format!("-{prefix}{digits}"),
            None => format!("{prefix}{shown}"),
        },
    ))
}

/// `bin(number)`
pub(super) fn bin(esc: Esc<'_>, _: &Value, value: &Value) -> PyResult {
    digits(esc, value, 2, "0b")
}

/// `oct(number)`
pub(super) fn oct(esc: Esc<'_>, _: &Value, value: &Value) -> PyResult {
    digits(esc, value, 8, "0o")
}

/// `hex(number)`
pub(super) fn hex(esc: Esc<'_>, _: &Value, value: &Value) -> PyResult {
    digits(esc, value, 16, "0x")
}

/// `chr(code_point)`
pub(super) fn chr(esc: Esc<'_>, _: &Value, value: &Value) -> PyResult {
    let index = ops::as_index(esc, value)?;
    match int::as_i64(&index).and_then(|number| u32::try_from(number).ok()) {
        Some(c) if c < 0x11_0000 => Ok(str::from_char(esc, c)),
        _ => Err(esc.value_error("chr() arg not in range(0x110000)")),
    }
}

/// `ord(character)`
pub(super) fn ord(esc: Esc<'_>, _: &Value, value: &Value) -> PyResult {
    let (unit, len) = if let Some(text) = value.payload::<Str>() {
        (text.chars().iter().next(), text.len())
    } else if let Some(bytes) = value.payload::<Bytes>() {
        (bytes.as_slice().first().map(|&byte| u32::from(byte)), bytes.as_slice().len())
    } else {
        let class = value.class().name();
        return Err(esc.type_error(format_args!("ord() expected string of length 1, but {class} found")));
    };
    match unit {
        Some(unit) if len == 1 => Ok(int::small(i64::from(unit))),
        _ => Err(esc.type_error(format_args!("ord() expected a character, but string of length {len} found"))),
    }
}

/// `divmod(x, y)`
pub(super) fn divmod(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    check_count(esc, "divmod", args.len(), 2, 2)?;
    let (x, y) = (&args[0], &args[1]);
    if let (Some(number), Some(divisor)) = (x.as_int(), y.as_int())
        && divisor != 0
    {
        // Euclid's remainder is not negative; Python's has the divisor's sign.
        let (mut quotient, mut rest) = (number.div_euclid(divisor), number.rem_euclid(divisor));
        if divisor < 0 && rest != 0 {
            (quotient, rest) = (quotient - 1, rest + divisor);
        }
        return Ok(tuple::pair(esc, int::new(esc, quotient), int::new(esc, rest)).into_value());
    }
    let first = call::call_special(esc, x, names::divmod(esc), std::slice::from_ref(y))?;
    if let Some(result) = first.filter(|result| !singletons::is_not_implemented(result)) {
        return Ok(result);
    }
    let second = call::call_special(esc, y, names::rdivmod(esc), std::slice::from_ref(x))?;
    if let Some(result) = second.filter(|result| !singletons::is_not_implemented(result)) {
        return Ok(result);
    }
    let is_number = |value: &Value| int::view(value).is_some() || float::view(value).is_some();
    if is_number(x) && is_number(y) {
        let quotient = ops::binary(esc, BinaryOp::FloorDivide, x, y)?;
        let remainder = ops::binary(esc, BinaryOp::Remainder, x, y)?;
        return Ok(tuple::new(esc, [quotient, remainder]).into_value());
    }
    Err(esc.type_error(format_args!(
        "unsupported operand type(s) for divmod(): '{}' and '{}'",
        x.class().name(),
        y.class().name()
    )))
}

/// `pow(base, exp, mod=None)`
pub(super) fn pow(esc: Esc<'_>, _: &Value, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<3> = Signature::new("pow", ["base", "exp", "mod"], 2);
    let [base, exponent, modulus] = args.bind(esc, &SIGNATURE)?;
    let (Some(base), Some(exponent)) = (base, exponent) else {
        return Err(esc.system_error("pow() lost its arguments"));
    };
    ops::power(esc, base, exponent, given(modulus))
}

/// `round(number, ndigits=None)`
pub(super) fn round(esc: Esc<'_>, _: &Value, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<2> = Signature::new("round", ["number", "ndigits"], 1);
    let [number, digits] = args.bind(esc, &SIGNATURE)?;
    let Some(number) = number else { return Err(esc.system_error("round() lost its arguments")) };
    let digits: Vec<Value> = given(digits).into_iter().cloned().collect();
    match call::call_special(esc, number, names::round(esc), &digits)? {
        Some(result) => Ok(result),
        None => {
            let class = number.class().name();
            Err(esc.type_error(format_args!("type {class} doesn't define __round__ method")))
        }
    }
}

/// What has been summed up so far.
enum Total {
    Int(i64),
    Big(IBig),
    /// Sum and compensation (Neumaier's variant of Kahan's summation).
    Float(f64, f64),
    Object(Value),
}

/// `sum(iterable, start=0)`
pub(super) fn sum(esc: Esc<'_>, _: &Value, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<2> = Signature::new("sum", ["iterable", "start"], 1).positional_only(1);
    let [iterable, start] = args.bind(esc, &SIGNATURE)?;
    let Some(iterable) = iterable else { return Err(esc.system_error("sum() lost its arguments")) };
    let (source, mut total) = match start {
        None => (iterable.clone(), Total::Int(0)),
        Some(start) => {
            let iterator = ops::iterator(esc, iterable)?;
            refuse_texts(esc, start)?;
            (iterator, classify(start.clone()))
        }
    };
    ops::iterate(esc, &source, |item| {
        if let (Total::Int(sum), Some(number)) = (&mut total, item.as_int())
            && let Some(both) = sum.checked_add(number)
        {
            *sum = both;
            return Ok(true);
        }
        let before = std::mem::replace(&mut total, Total::Int(0));
        total = add(esc, before, item)?;
        Ok(true)
    })?;
    finish(esc, total)
}

fn refuse_texts(esc: Esc<'_>, start: &Value) -> PyResult<()> {
    for (class, advice) in [
        (&str::STR, "strings [use ''.join(seq)"),
        (&interp_object::data::bytes::BYTES, "bytes [use b''.join(seq)"),
        (&interp_object::data::bytearray::BYTEARRAY, "bytearray [use b''.join(seq)"),
    ] {
        if start.class().is_subtype(class) {
            return Err(esc.type_error(format_args!("sum() can't sum {advice} instead]")));
        }
    }
    Ok(())
}

fn classify(value: Value) -> Total {
    let exact_int = std::ptr::eq(value.class(), &raw const int::INT);
    if let (true, Some(number)) = (exact_int, int::view(&value)) {
        return number.to_i64().map_or_else(|| Total::Big(number.to_big()), Total::Int);
    }
    if let (true, Some(number)) = (std::ptr::eq(value.class(), &raw const float::FLOAT), float::view(&value)) {
        return Total::Float(number, 0.0);
    }
    Total::Object(value)
}

fn is_int(value: &Value) -> bool {
    std::ptr::eq(value.class(), &raw const int::INT) || singletons::as_bool(value).is_some()
}

fn add(esc: Esc<'_>, total: Total, item: Value) -> PyResult<Total> {
    let number = if is_int(&item) { int::view(&item) } else { None };
    match total {
        Total::Int(sum) => match &number {
            Some(number) => Ok(match number.to_i64().and_then(|number| sum.checked_add(number)) {
                Some(sum) => Total::Int(sum),
                None => Total::Big(IBig::from(sum) + number.to_big()),
            }),
            None => plus(esc, int::new(esc, sum), item),
        },
        Total::Big(sum) => match &number {
            Some(number) => Ok(Total::Big(sum + number.to_big())),
            None => plus(esc, int::from_big(esc, sum), item),
        },
        Total::Float(sum, lost) => {
            if let (true, Some(x)) = (std::ptr::eq(item.class(), &raw const float::FLOAT), float::view(&item)) {
                return Ok(compensated(sum, lost, x));
            }
            if let Some(x) = number.and_then(|number| number.to_i64()) {
                return Ok(Total::Float(sum + x as f64, lost));
            }
            let so_far = finish(esc, Total::Float(sum, lost))?;
            plus(esc, so_far, item)
        }
        Total::Object(sum) => Ok(Total::Object(ops::binary(esc, BinaryOp::Add, &sum, &item)?)),
    }
}

fn plus(esc: Esc<'_>, sum: Value, item: Value) -> PyResult<Total> {
    let sum = ops::binary(esc, BinaryOp::Add, &sum, &item)?;
    Ok(match classify(sum) {
        Total::Object(value) => Total::Object(value),
        total => total,
    })
}

fn compensated(sum: f64, lost: f64, x: f64) -> Total {
    let next = sum + x;
    let error = if sum.abs() >= x.abs() { (sum - next) + x } else { (x - next) + sum };
    Total::Float(next, lost + error)
}

fn finish(esc: Esc<'_>, total: Total) -> PyResult {
    Ok(match total {
        Total::Int(sum) => int::new(esc, sum),
        Total::Big(sum) => int::from_big(esc, sum),
        Total::Float(sum, lost) if lost != 0.0 && lost.is_finite() => float::new(esc, sum + lost),
        Total::Float(sum, _) => float::new(esc, sum),
        Total::Object(value) => value,
    })
}
