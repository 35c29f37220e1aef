//! Binary and unary operators: dispatch over number and sequence slots.

use stackref::Value;

use crate::data::singletons;
use crate::layout::ValueExt;
use crate::raise::{PyResult, Raised};
use crate::slots::{BinaryFn, BinaryOp, UnaryFn};
use crate::thread::Esc;

/// `left op right`; `NotImplemented` from both sides is `TypeError`.
pub fn binary(esc: Esc<'_>, op: BinaryOp, left: &Value, right: &Value) -> PyResult {
    match binary_optional(esc, op, left, right)? {
        Some(result) => Ok(result),
        None => Err(unsupported(esc, op.symbol(), left, right)),
    }
}

/// As [`binary`], with `None` where no side knows the other.
pub fn binary_optional(esc: Esc<'_>, op: BinaryOp, left: &Value, right: &Value) -> PyResult<Option<Value>> {
    if op == BinaryOp::Power {
        return power_optional(esc, left, right, None);
    }
    let result = number(esc, left, right, |value| value.class().slots.binary[op as usize].get())?;
    if result.is_some() {
        return Ok(result);
    }
    match op {
        BinaryOp::Add => match left.class().slots.concat.get() {
            Some(concat) => concat(esc, left, right).map(Some),
            None => Ok(None),
        },
        BinaryOp::Multiply => repeat(esc, left, right),
        _ => Ok(None),
    }
}

/// The number slots of both sides in the order of the data model: the right one goes first if its type derives from
/// the left one's and has another function.
fn number(
    esc: Esc<'_>,
    left: &Value,
    right: &Value,
    slot: impl Fn(&Value) -> Option<BinaryFn>,
) -> PyResult<Option<Value>> {
    let first = slot(left);
    let mut second = if std::ptr::eq(left.class(), right.class()) { None } else { slot(right) };
    if let (Some(mine), Some(theirs)) = (first, second)
        && mine as usize == theirs as usize
    {
        second = None;
    }
    if let (Some(_), Some(theirs)) = (first, second)
        && right.class().is_subtype(left.class())
    {
        let result = theirs(esc, left, right)?;
        if !singletons::is_not_implemented(&result) {
            return Ok(Some(result));
        }
        second = None;
    }
    for function in [first, second].into_iter().flatten() {
        let result = function(esc, left, right)?;
        if !singletons::is_not_implemented(&result) {
            return Ok(Some(result));
        }
    }
    Ok(None)
}

fn repeat(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult<Option<Value>> {
    let (sequence, count, function) = match (left.class().slots.repeat.get(), right.class().slots.repeat.get()) {
        (Some(function), _) => (left, right, function),
        (None, Some(function)) => (right, left, function),
        (None, None) => return Ok(None),
    };
    if count.class().slots.index.get().is_none() && count.as_int().is_none() {
        let message = format!("can't multiply sequence by non-int of type '{}'", count.class().name());
        return Err(esc.type_error(message));
    }
    function(esc, sequence, count).map(Some)
}

/// `left op= right`
pub fn inplace(esc: Esc<'_>, op: BinaryOp, left: &Value, right: &Value) -> PyResult {
    let slots = &left.class().slots;
    if let Some(function) = slots.inplace[op as usize].get() {
        let result = function(esc, left, right)?;
        if !singletons::is_not_implemented(&result) {
            return Ok(result);
        }
    }
    let sequence = match op {
        BinaryOp::Add => slots.inplace_concat.get(),
        BinaryOp::Multiply => slots.inplace_repeat.get(),
        _ => None,
    };
    if let Some(function) = sequence {
        let number = number_only(esc, op, left, right)?;
        if let Some(result) = number {
            return Ok(result);
        }
        if op == BinaryOp::Multiply && right.class().slots.index.get().is_none() && right.as_int().is_none() {
            let message = format!("can't multiply sequence by non-int of type '{}'", right.class().name());
            return Err(esc.type_error(message));
        }
        return function(esc, left, right);
    }
    match binary_optional(esc, op, left, right)? {
        Some(result) => Ok(result),
        None => Err(unsupported(esc, op.inplace_symbol(), left, right)),
    }
}

fn number_only(esc: Esc<'_>, op: BinaryOp, left: &Value, right: &Value) -> PyResult<Option<Value>> {
    number(esc, left, right, |value| value.class().slots.binary[op as usize].get())
}

/// `pow(base, exponent, modulus)`
pub fn power(esc: Esc<'_>, base: &Value, exponent: &Value, modulus: Option<&Value>) -> PyResult {
    match power_optional(esc, base, exponent, modulus)? {
        Some(result) => Ok(result),
        None => match modulus {
            None => Err(unsupported(esc, BinaryOp::Power.symbol(), base, exponent)),
            Some(modulus) => Err(esc.type_error(format_args!(
                "unsupported operand type(s) for ** or pow(): '{}', '{}', '{}'",
                base.class().name(),
                exponent.class().name(),
                modulus.class().name()
            ))),
        },
    }
}

fn power_optional(esc: Esc<'_>, base: &Value, exponent: &Value, modulus: Option<&Value>) -> PyResult<Option<Value>> {
    let mut tried: Vec<usize> = Vec::with_capacity(3);
    let mut order: Vec<&Value> = vec![base, exponent];
    if exponent.class() != base.class() && exponent.class().is_subtype(base.class()) {
        order.swap(0, 1);
    }
    order.extend(modulus);
    for operand in order {
        let Some(function) = operand.class().slots.power.get() else { continue };
        if tried.contains(&(function as usize)) {
            continue;
        }
        tried.push(function as usize);
        let result = function(esc, base, exponent, modulus)?;
        if !singletons::is_not_implemented(&result) {
            return Ok(Some(result));
        }
    }
    Ok(None)
}

fn unsupported(esc: Esc<'_>, symbol: &str, left: &Value, right: &Value) -> Raised {
    esc.type_error(format_args!(
        "unsupported operand type(s) for {symbol}: '{}' and '{}'",
        left.class().name(),
        right.class().name()
    ))
}

fn unary(esc: Esc<'_>, symbol: &str, slot: Option<UnaryFn>, operand: &Value) -> PyResult {
    match slot {
        Some(function) => function(esc, operand),
        None => Err(esc.type_error(format_args!("bad operand type for {symbol}: '{}'", operand.class().name()))),
    }
}

/// `-x`
pub fn negative(esc: Esc<'_>, operand: &Value) -> PyResult {
    unary(esc, "unary -", operand.class().slots.negative.get(), operand)
}

/// `+x`
pub fn positive(esc: Esc<'_>, operand: &Value) -> PyResult {
    unary(esc, "unary +", operand.class().slots.positive.get(), operand)
}

/// `~x`
pub fn invert(esc: Esc<'_>, operand: &Value) -> PyResult {
    unary(esc, "unary ~", operand.class().slots.invert.get(), operand)
}

/// `abs(x)`
pub fn absolute(esc: Esc<'_>, operand: &Value) -> PyResult {
    unary(esc, "abs()", operand.class().slots.absolute.get(), operand)
}
