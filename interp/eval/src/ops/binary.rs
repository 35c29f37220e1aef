//! Operators and subscription.

use std::ops::Range;

use interp_object::data::list::{List, Reach, Source};
use interp_object::data::str::{self, Str};
use interp_object::data::tuple::{self, Tuple};
use interp_object::data::{float, slice as slices};
use interp_object::layout::ValueExt;
use interp_object::ops;
use interp_object::slots::BinaryOp;
use interp_object::{Esc, PyResult, Value, Word};

/// The number of `BINARY_OP` that means subscription.
const SUBSCRIPT: u32 = 26;
/// In-place forms follow the plain ones.
const INPLACE: u32 = 13;

fn op_of(esc: Esc<'_>, oparg: u32) -> PyResult<BinaryOp> {
    match BinaryOp::ALL.get((oparg % INPLACE) as usize) {
        Some(op) if oparg < 2 * INPLACE => Ok(*op),
        _ => Err(esc.system_error("unknown binary operation")),
    }
}

/// The operation `BINARY_OP` names by number.
pub(crate) fn binary_op(esc: Esc<'_>, oparg: u32, left: &Value, right: &Value) -> PyResult {
    if oparg == SUBSCRIPT {
        return subscript(esc, left, right);
    }
    let op = op_of(esc, oparg)?;
    if let Some(result) = ints(op, left, right) {
        return Ok(result);
    }
    if let Some(result) = floats(op, left, right) {
        return Ok(float::new(esc, result));
    }
    if oparg >= INPLACE { ops::inplace(esc, op, left, right) } else { ops::binary(esc, op, left, right) }
}

/// Int arithmetic that stays immediate.
#[inline]
fn ints(op: BinaryOp, left: &Value, right: &Value) -> Option<Value> {
    let (left, right) = (left.as_int()?, right.as_int()?);
    let result = match op {
        BinaryOp::Add => left.checked_add(right)?,
        BinaryOp::Subtract => left.checked_sub(right)?,
        BinaryOp::Multiply => left.checked_mul(right)?,
        BinaryOp::And => left & right,
        BinaryOp::Or => left | right,
        BinaryOp::Xor => left ^ right,
        BinaryOp::FloorDivide if right != 0 => left.checked_div_euclid(right).map(|quotient| {
            // Euclid's quotient rounds toward the sign of the divisor; Python's rounds down.
            if right < 0 && left.rem_euclid(right) != 0 { quotient - 1 } else { quotient }
        })?,
        BinaryOp::Remainder if right != 0 => {
            let rest = left.checked_rem(right)?;
            if rest != 0 && (rest < 0) != (right < 0) { rest + right } else { rest }
        }
        BinaryOp::Rshift if (0..64).contains(&right) => left >> right,
        BinaryOp::Lshift if (0..62).contains(&right) => left.checked_mul(1 << right)?,
        _ => return None,
    };
    Value::from_int(result)
}

/// Float arithmetic on immediates, one of which may be a small int.
#[inline]
fn floats(op: BinaryOp, left: &Value, right: &Value) -> Option<f64> {
    let (left, right) = match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) => (left, right),
        (Some(left), None) => (left, small(right)?),
        (None, Some(right)) => (small(left)?, right),
        (None, None) => return None,
    };
    match op {
        BinaryOp::Add => Some(left + right),
        BinaryOp::Subtract => Some(left - right),
        BinaryOp::Multiply => Some(left * right),
        BinaryOp::TrueDivide if right != 0.0 => Some(left / right),
        _ => None,
    }
}

/// An int that a float represents exactly.
fn small(value: &Value) -> Option<f64> {
    value.as_int().filter(|number| number.unsigned_abs() <= 1 << 53).map(|number| number as f64)
}

/// `container[sub]`
pub(crate) fn subscript(esc: Esc<'_>, container: &Value, sub: &Value) -> PyResult {
    if let Some(index) = sub.as_int() {
        if let Some(list) = container.exact::<List>() {
            let index = if index < 0 { index + list.len() as i64 } else { index };
            if let Some(item) = usize::try_from(index).ok().and_then(|index| list.get(esc, index)) {
                return Ok(item);
            }
        } else if let Some(tuple) = container.exact::<Tuple>() {
            let index = if index < 0 { index + tuple.len() as i64 } else { index };
            if let Some(item) = usize::try_from(index).ok().and_then(|index| tuple.as_slice().get(index)) {
                return Ok(item.clone());
            }
        }
    }
    ops::get_item(esc, container, sub)
}

/// The items of a sequence of `len` that `start:stop` names, if the bounds are small ints or absent.
#[inline]
fn span(start: &Value, stop: &Value, len: usize) -> Option<Range<usize>> {
    let bound = |value: &Value, absent: usize| match value.as_int() {
        Some(index) if index < 0 => Some(usize::try_from(index + len as i64).unwrap_or(0)),
        Some(index) => Some((index as usize).min(len)),
        None => value.is_none().then_some(absent),
    };
    let start = bound(start, 0)?;
    Some(start..bound(stop, len)?.max(start))
}

/// The first index, the step and the number of the items of a sequence of `len` that a slice names, if what it is made of
/// are small ints or absent.
pub(crate) fn stride(start: &Value, stop: &Value, step: Option<&Value>, len: usize) -> Option<(usize, isize, usize)> {
    let step = match step.filter(|step| !step.is_none()) {
        None => 1,
        Some(step) => step.as_int().filter(|step| *step != 0 && step.unsigned_abs() < 1 << 32)?,
    };
    if step == 1 {
        let span = span(start, stop, len)?;
        return Some((span.start, 1, span.len()));
    }
    let len = len as i64;
    let (low, high) = if step < 0 { (-1, len - 1) } else { (0, len) };
    let bound = |value: &Value, absent: i64| match value.as_int() {
        Some(index) if index < 0 => Some((index + len).max(low)),
        Some(index) => Some(index.min(high)),
        None => value.is_none().then_some(absent),
    };
    let (first, last) = if step < 0 { (high, low) } else { (low, high) };
    let (start, stop) = (bound(start, first)?, bound(stop, last)?);
    let distance = if step < 0 { start - stop } else { stop - start };
    let count = if distance > 0 { (distance - 1) / step.abs() + 1 } else { 0 };
    Some((start as usize, step as isize, count as usize))
}

/// The list that an operand is.
#[inline]
fn reached<'a>(esc: Esc<'_>, operand: &'a Value) -> Option<Reach<'a>> {
    let list = operand.exact::<List>()?;
    // SAFETY: the operand is in a slot of the running frame.
    Some(unsafe { Reach::new(list, esc.me(), operand.word()) })
}

/// `container[start:stop]`
pub(crate) fn slice(esc: Esc<'_>, container: &Value, start: &Value, stop: &Value) -> PyResult {
    if let Some(list) = reached(esc, container) {
        if let Some(span) = span(start, stop, list.len()) {
            return Ok(list.slice(esc, span.start, 1, span.len()).into_value());
        }
    } else if let Some(tuple) = container.exact::<Tuple>() {
        if let Some(span) = span(start, stop, tuple.len())
            && span.len() < tuple.len()
        {
            return Ok(tuple::from_slice(esc, &tuple.as_slice()[span]).into_value());
        }
    } else if let Some(text) = container.exact::<Str>()
        && let Some(span) = span(start, stop, text.len())
        && span.len() < text.len()
    {
        return Ok(str::substring(esc, text, span));
    }
    let none = interp_object::data::singletons::none();
    let slice = slices::new(esc, start.clone(), stop.clone(), none).into_value();
    ops::get_item(esc, container, &slice)
}

/// `container[start:stop:step]`
pub(crate) fn stepped_slice(esc: Esc<'_>, container: &Value, start: &Value, stop: &Value, step: &Value) -> PyResult {
    if let Some(list) = reached(esc, container)
        && let Some((start, step, count)) = stride(start, stop, Some(step), list.len())
    {
        return Ok(list.slice(esc, start, step, count).into_value());
    }
    let slice = slices::new(esc, start.clone(), stop.clone(), step.clone()).into_value();
    subscript(esc, container, &slice)
}

/// `container[start:stop] = value`
pub(crate) fn store_slice(esc: Esc<'_>, value: &Value, container: &Value, start: &Value, stop: &Value) -> PyResult<()> {
    if let Some(list) = reached(esc, container)
        && let Some(span) = span(start, stop, list.len())
    {
        let source = match (reached(esc, value), value.exact::<Tuple>()) {
            (Some(source), _) => Some(Source::Temporary(source)),
            (_, Some(source)) => Some(Source::Items(source.as_slice())),
            _ => None,
        };
        if let Some(source) = source {
            return list.assign(esc, span, source).map(drop).map_err(|_| esc.memory_error());
        }
    }
    let none = interp_object::data::singletons::none();
    let slice = slices::new(esc, start.clone(), stop.clone(), none).into_value();
    ops::set_item(esc, container, &slice, value)
}

/// `container[sub] = value`
pub(crate) fn store_subscr(esc: Esc<'_>, value: &Value, container: &Value, sub: &Value) -> PyResult<()> {
    if let (Some(index), Some(list)) = (sub.as_int(), container.exact::<List>()) {
        let index = if index < 0 { index + list.len() as i64 } else { index };
        if let Ok(index) = usize::try_from(index)
            && let Ok(old) = list.set(index, value.clone())
        {
            drop(old);
            return Ok(());
        }
    }
    ops::set_item(esc, container, sub, value)
}

/// `del container[sub]`
pub(crate) fn delete_subscr(esc: Esc<'_>, container: &Value, sub: &Value) -> PyResult<()> {
    ops::delete_item(esc, container, sub)
}

/// `-value` of an immediate whose negative is one.
#[inline(always)]
pub(crate) fn negated(value: Word) -> Option<Word> {
    if value.is_int() {
        return Word::from_int(-value.int_unchecked());
    }
    if value.is_float() { Word::from_f64(-value.f64_unchecked()) } else { None }
}

/// `-value`
pub(crate) fn negative(esc: Esc<'_>, value: &Value) -> PyResult {
    match value.as_f64() {
        Some(number) => Ok(float::new(esc, -number)),
        None => ops::negative(esc, value),
    }
}

/// `~value`
pub(crate) fn invert(esc: Esc<'_>, value: &Value) -> PyResult {
    ops::invert(esc, value)
}
