//! `float`: slots, constructor and methods.

mod arith;
mod hex;
mod methods;

use interp_object::builder::TypeBuilder;
use interp_object::data::float::{self, FLOAT, Float};
use interp_object::data::str::{self, Str};
use interp_object::layout::{self, ValueExt};
use interp_object::slots::{BinaryFn, BinaryOp};
use interp_object::{Args, Esc, PyResult, Raised, TypeObject, Value, ops};

use crate::digits;
use crate::float_text;
use crate::octets;

pub(crate) use methods::to_big;

pub(crate) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &FLOAT)
        .slots(|slots| {
            let binary: [(BinaryOp, BinaryFn); 6] = [
                (BinaryOp::Add, arith::add),
                (BinaryOp::Subtract, arith::subtract),
                (BinaryOp::Multiply, arith::multiply),
                (BinaryOp::TrueDivide, arith::true_divide),
                (BinaryOp::FloorDivide, arith::floor_divide),
                (BinaryOp::Remainder, arith::remainder),
            ];
            for (op, function) in binary {
                slots.binary[op as usize].set(Some(function));
            }
            slots.power.set(Some(arith::power));
            slots.negative.set(Some(|esc, value| Ok(float::new(esc, -number(value)))));
            slots.positive.set(Some(exact));
            slots.absolute.set(Some(|esc, value| Ok(float::new(esc, number(value).abs()))));
            slots.richcompare.set(Some(arith::compare));
            slots.hash.set(Some(hash));
            slots.bool.set(Some(|_, value| Ok(number(value) != 0.0)));
            slots.int.set(Some(|esc, value| methods::to_int(esc, number(value))));
            slots.float.set(Some(exact));
            slots.repr.set(Some(repr));
            slots.new.set(Some(new));
        })
        .methods(methods::METHODS)
        .getsets(methods::GETSETS)
        .doc("Convert a string or number to a floating-point number, if possible.");
}

/// The number of a receiver, which is a float.
pub(crate) fn number(value: &Value) -> f64 {
    float::view(value).unwrap_or(f64::NAN)
}

/// The value itself if its type is exactly `float`, else a `float` with its number.
fn exact(esc: Esc<'_>, value: &Value) -> PyResult {
    if std::ptr::eq(value.class(), &FLOAT) { Ok(value.clone()) } else { Ok(float::new(esc, number(value))) }
}

fn hash(_esc: Esc<'_>, value: &Value) -> PyResult<i64> {
    Ok(ops::hash_f64(number(value), (value.word().bits() >> 4).cast_signed()))
}

fn repr(esc: Esc<'_>, value: &Value) -> PyResult {
    Ok(str::new(esc, &float_text::repr(number(value))).into_value())
}

fn new(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    if std::ptr::eq(class, &FLOAT) {
        args.no_keywords(esc, "float")?;
    }
    let number = match args.pos() {
        [] => 0.0,
        [value] => from_value(esc, value)?,
        many => {
            return Err(esc.type_error(format_args!("float expected at most 1 argument, got {}", many.len())));
        }
    };
    if std::ptr::eq(class, &FLOAT) {
        return match args.pos() {
            [value] if value.as_f64().is_some() => Ok(value.clone()),
            _ => Ok(float::new(esc, number)),
        };
    }
    Ok(layout::new_with_type(esc, class, Float::new(number)).into_value())
}

fn from_value(esc: Esc<'_>, value: &Value) -> PyResult<f64> {
    if let Some(number) = value.as_f64() {
        return Ok(number);
    }
    if let Some(text) = value.payload::<Str>() {
        let ascii = match text.as_ascii() {
            Some(ascii) => ascii.trim_matches(|c: char| digits::is_space(u32::from(c))).to_owned(),
            None => digits::to_ascii(text.chars().iter()),
        };
        return parse(&ascii).ok_or_else(|| malformed(esc, value));
    }
    if let Some(octets) = octets::of(value) {
        let text: String = octets.iter().map(|&byte| if byte < 0x80 { char::from(byte) } else { '?' }).collect();
        let text = text.trim_matches(|c: char| digits::is_space(u32::from(c)));
        return parse(text).ok_or_else(|| malformed(esc, value));
    }
    let slots = &value.class().slots;
    if slots.float.is_empty() && slots.index.is_empty() && value.as_int().is_none() {
        return Err(esc.type_error(format_args!(
            "float() argument must be a string or a real number, not '{}'",
            value.class().name()
        )));
    }
    ops::as_f64(esc, value)
}

fn parse(text: &str) -> Option<f64> {
    if text.contains('_') { float_text::parse(&digits::without_underscores(text)?) } else { float_text::parse(text) }
}

#[cold]
fn malformed(esc: Esc<'_>, value: &Value) -> Raised {
    esc.value_error(format_args!("could not convert string to float: {}", ops::repr_lossy(esc, value)))
}
