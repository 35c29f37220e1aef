//! `bool`: two immortal objects that count as ints.

use interp_object::builder::TypeBuilder;
use interp_object::data::exception::DEPRECATION_WARNING;
use interp_object::data::{singletons, str};
use interp_object::intern::intern;
use interp_object::slots::BinaryOp;
use interp_object::{Args, Esc, PyResult, TypeObject, Value, ops};

use crate::int::arith;

pub(crate) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &singletons::BOOL)
        .slots(|slots| {
            slots.new.set(Some(new));
            slots.repr.set(Some(repr));
            slots.invert.set(Some(invert));
            slots.binary[BinaryOp::And as usize].set(Some(|esc, left, right| {
                logic(left, right, |a, b| a & b).map_or_else(|| arith::and(esc, left, right), Ok)
            }));
            slots.binary[BinaryOp::Or as usize].set(Some(|esc, left, right| {
                logic(left, right, |a, b| a | b).map_or_else(|| arith::or(esc, left, right), Ok)
            }));
            slots.binary[BinaryOp::Xor as usize].set(Some(|esc, left, right| {
                logic(left, right, |a, b| a ^ b).map_or_else(|| arith::xor(esc, left, right), Ok)
            }));
        })
        .doc("Returns True when the argument is true, False otherwise.");
}

fn logic(left: &Value, right: &Value, op: fn(bool, bool) -> bool) -> Option<Value> {
    Some(singletons::bool(op(singletons::as_bool(left)?, singletons::as_bool(right)?)))
}

fn new(esc: Esc<'_>, _class: &TypeObject, args: Args<'_>) -> PyResult {
    match args.expect(esc, "bool", 0, 1)? {
        [value] => ops::truthy(esc, value).map(singletons::bool),
        _ => Ok(singletons::false_()),
    }
}

fn repr(esc: Esc<'_>, value: &Value) -> PyResult {
    match singletons::as_bool(value) {
        Some(true) => Ok(intern(esc, "True")),
        Some(false) => Ok(intern(esc, "False")),
        None => Ok(str::new(esc, "").into_value()),
    }
}

/// `~x`
fn invert(esc: Esc<'_>, value: &Value) -> PyResult {
    let message = "Bitwise inversion '~' on bool is deprecated and will be removed in Python 3.16. This returns the bitwise \
                   inversion of the underlying int object and is usually not what you expect from negating a bool. Use the \
                   'not' operator for boolean negation or ~int(x) if you really want the bitwise inversion of the \
                   underlying int.";
    interp_object::warn::warn(esc, &DEPRECATION_WARNING, message)?;
    arith::invert(esc, value)
}
