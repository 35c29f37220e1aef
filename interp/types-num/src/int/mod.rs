//! `int`: slots, constructor and methods.

pub(crate) mod arith;
mod methods;

use interp_object::args::Signature;
use interp_object::builder::TypeBuilder;
use interp_object::data::int::{self, INT, Int, view};
use interp_object::data::{float, singletons, str};
use interp_object::intern::names;
use interp_object::layout::{self, ValueExt};
use interp_object::slots::BinaryOp;
use interp_object::{Args, Esc, PyResult, TypeObject, Value, call, ops};

use crate::int_text;

pub(crate) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &INT)
        .slots(|slots| {
            let binary = [
                (BinaryOp::Add, arith::add as interp_object::slots::BinaryFn),
                (BinaryOp::Subtract, arith::subtract),
                (BinaryOp::Multiply, arith::multiply),
                (BinaryOp::FloorDivide, arith::floor_divide),
                (BinaryOp::Remainder, arith::remainder),
                (BinaryOp::TrueDivide, arith::true_divide),
                (BinaryOp::Lshift, arith::left_shift),
                (BinaryOp::Rshift, arith::right_shift),
                (BinaryOp::And, arith::and),
                (BinaryOp::Or, arith::or),
                (BinaryOp::Xor, arith::xor),
            ];
            for (op, function) in binary {
                slots.binary[op as usize].set(Some(function));
            }
            slots.power.set(Some(arith::power));
            slots.negative.set(Some(arith::negative));
            slots.positive.set(Some(arith::exact));
            slots.absolute.set(Some(arith::absolute));
            slots.invert.set(Some(arith::invert));
            slots.richcompare.set(Some(arith::compare));
            slots.hash.set(Some(hash));
            slots.bool.set(Some(truth));
            slots.int.set(Some(arith::exact));
            slots.index.set(Some(arith::exact));
            slots.float.set(Some(to_float));
            slots.repr.set(Some(repr));
            slots.new.set(Some(new));
        })
        .methods(methods::METHODS)
        .getsets(methods::GETSETS)
        .doc("int([x]) -> integer\nint(x, base=10) -> integer\n\nConvert a number or string to an integer.");
}

fn hash(_esc: Esc<'_>, value: &Value) -> PyResult<i64> {
    Ok(match view(value) {
        Some(int::IntRef::Small(number)) => ops::hash_i64(number),
        Some(int::IntRef::Big(number)) => ops::hash_big(number),
        None => 0,
    })
}

fn truth(_esc: Esc<'_>, value: &Value) -> PyResult<bool> {
    Ok(view(value).is_some_and(|number| !arith::is_zero(&number)))
}

fn repr(esc: Esc<'_>, value: &Value) -> PyResult {
    match view(value) {
        Some(int::IntRef::Small(number @ 0..=9)) => Ok(interp_object::intern::latin1_char(esc, b'0' + number as u8)),
        Some(number) => Ok(str::new(esc, &int_text::decimal(esc, &number)?).into_value()),
        None => Err(esc.type_error("an int was expected")),
    }
}

fn to_float(esc: Esc<'_>, value: &Value) -> PyResult {
    match view(value) {
        Some(int::IntRef::Small(number)) => Ok(float::new(esc, number as f64)),
        // An exact int, so that the conversion does not come back here.
        Some(int::IntRef::Big(number)) => {
            let number = crate::int::arith::scale(number);
            if number.is_infinite() {
                return Err(esc.overflow_error("int too large to convert to float"));
            }
            Ok(float::new(esc, number))
        }
        None => Err(esc.type_error("an int was expected")),
    }
}

fn new(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    let number = construct(esc, args)?;
    if std::ptr::eq(class, &INT) {
        return Ok(number);
    }
    let number = ops::as_int(esc, &number)?;
    Ok(layout::new_with_type(esc, class, Int::from_big(number)).into_value())
}

/// The exact `int` that `int(*args, **kwargs)` gives.
fn construct(esc: Esc<'_>, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<2> = Signature::new("int", ["", "base"], 0).positional_only(1);
    if args.names().is_none() {
        interp_object::args::check_count(esc, "int", args.pos().len(), 0, 2)?;
    }
    let [value, base] = args.bind(esc, &SIGNATURE)?;
    match (value, base) {
        (None, None) => Ok(int::small(0)),
        (None, Some(_)) => Err(esc.type_error("int() missing string argument")),
        (Some(value), None) => from_value(esc, value),
        (Some(value), Some(base)) => {
            let base = ops::as_index_clamped(esc, base)?;
            let base = match u32::try_from(base) {
                Ok(base @ (0 | 2..=36)) => base,
                _ => return Err(esc.value_error("int() base must be >= 2 and <= 36, or 0")),
            };
            match int_text::parse_value(esc, value, base)? {
                Some(number) => Ok(number),
                None => Err(esc.type_error("int() can't convert non-string with explicit base")),
            }
        }
    }
}

fn from_value(esc: Esc<'_>, value: &Value) -> PyResult {
    if value.as_int().is_some() {
        return Ok(value.clone());
    }
    let slots = &value.class().slots;
    if slots.int.is_empty()
        && slots.index.is_empty()
        && let Some(number) = int_text::parse_value(esc, value, 10)?
    {
        return Ok(number);
    }
    ops::to_int(esc, value)
}

/// `round(number, ndigits)` for ints: `ndigits` is negative.
pub(crate) fn round_to(esc: Esc<'_>, value: &Value, ndigits: &Value) -> PyResult {
    let digits = ops::as_index(esc, ndigits)?;
    let Some(digits) = int::as_i64(&digits) else {
        let negative = view(&digits).is_some_and(|number| arith::is_negative(&number.to_big()));
        return if negative { Ok(int::small(0)) } else { arith::exact(esc, value) };
    };
    if digits >= 0 {
        return arith::exact(esc, value);
    }
    let number = ops::as_int(esc, value)?;
    // A power of ten with more digits than the number rounds it to zero; it need not be computed.
    let places = usize::try_from(digits.unsigned_abs()).unwrap_or(usize::MAX);
    use dashu_int::ops::{BitTest, UnsignedAbs};
    if places > (&number).unsigned_abs().bit_len() {
        return Ok(int::small(0));
    }
    let unit = dashu_int::IBig::from(10).pow(places);
    let (quotient, rest) = arith::floor_div_mod(&number, &unit);
    let up = match (rest * 2u8).cmp(&unit) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => quotient.bit(0),
        std::cmp::Ordering::Greater => true,
    };
    let quotient = if up { quotient + 1u8 } else { quotient };
    Ok(int::from_big(esc, quotient * unit))
}

/// `class(number)` for class methods like `int.from_bytes`: an exact int for `int`, else the class is called.
pub(crate) fn as_class(esc: Esc<'_>, class: &Value, number: Value) -> PyResult {
    match TypeObject::from_value(class) {
        Some(exact) if std::ptr::eq(exact, &INT) => Ok(number),
        _ => call::call(esc, class, std::slice::from_ref(&number)),
    }
}

/// The octets of an argument: bytes-like, or whatever `bytes(x)` accepts except an int or a `str`.
pub(crate) fn octets_of(esc: Esc<'_>, value: &Value) -> PyResult<Vec<u8>> {
    if let Some(octets) = crate::octets::of(value) {
        return Ok(octets);
    }
    if let Some(result) = call::call_special(esc, value, names::bytes(esc), &[])? {
        return match crate::octets::of(&result) {
            Some(octets) => Ok(octets),
            None => Err(esc.type_error(format_args!("__bytes__ returned non-bytes (type {})", result.class().name()))),
        };
    }
    let iterable = !value.class().slots.iter.is_empty() || !value.class().slots.getitem.is_empty();
    if !iterable || value.payload::<str::Str>().is_some() {
        return Err(esc.type_error(format_args!("cannot convert '{}' object to bytes", value.class().name())));
    }
    let mut octets = Vec::new();
    ops::iterate(esc, value, |item| {
        let number = ops::as_index_clamped(esc, &item)?;
        match u8::try_from(number) {
            Ok(octet) => octets.push(octet),
            Err(_) => return Err(esc.value_error("bytes must be in range(0, 256)")),
        }
        Ok(true)
    })?;
    Ok(octets)
}

/// Whether a keyword argument such as `signed` is true; absent is false.
pub(crate) fn flag(esc: Esc<'_>, value: Option<&Value>) -> PyResult<bool> {
    value.map_or(Ok(false), |value| match singletons::as_bool(value) {
        Some(truth) => Ok(truth),
        None => ops::truthy(esc, value),
    })
}
