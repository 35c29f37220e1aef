//! Rich comparison.

use stackref::Value;

use crate::data::singletons;
use crate::data::str::Str;
use crate::layout::ValueExt;
use crate::ops::truthy;
use crate::raise::PyResult;
use crate::slots::CompareOp;
use crate::thread::Esc;

/// `left op right`
pub fn compare(esc: Esc<'_>, left: &Value, right: &Value, op: CompareOp) -> PyResult {
    if let (Some(left), Some(right)) = (left.as_int(), right.as_int()) {
        return Ok(singletons::bool(op.holds(left.cmp(&right))));
    }
    esc.check_native_stack()?;
    let (first, second) = (left.class(), right.class());
    let mut reflected_tried = false;
    if !std::ptr::eq(first, second)
        && second.is_subtype(first)
        && let Some(function) = second.slots.richcompare.get()
    {
        reflected_tried = true;
        let result = function(esc, right, left, op.swapped())?;
        if !singletons::is_not_implemented(&result) {
            return Ok(result);
        }
    }
    if let Some(function) = first.slots.richcompare.get() {
        let result = function(esc, left, right, op)?;
        if !singletons::is_not_implemented(&result) {
            return Ok(result);
        }
    }
    if !reflected_tried && let Some(function) = second.slots.richcompare.get() {
        let result = function(esc, right, left, op.swapped())?;
        if !singletons::is_not_implemented(&result) {
            return Ok(result);
        }
    }
    match op {
        CompareOp::Eq => Ok(singletons::bool(left.is(right))),
        CompareOp::Ne => Ok(singletons::bool(!left.is(right))),
        _ => Err(esc.type_error(format_args!(
            "'{}' not supported between instances of '{}' and '{}'",
            op.symbol(),
            first.name(),
            second.name()
        ))),
    }
}

/// `bool(left op right)`
pub fn compare_bool(esc: Esc<'_>, left: &Value, right: &Value, op: CompareOp) -> PyResult<bool> {
    let result = compare(esc, left, right, op)?;
    truthy(esc, &result)
}

/// `bool(left == right)`
pub fn equal(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult<bool> {
    if let (Some(left), Some(right)) = (left.exact::<Str>(), right.exact::<Str>()) {
        return Ok(left.same_text(right));
    }
    compare_bool(esc, left, right, CompareOp::Eq)
}

/// `left is right or left == right`: what containers mean by equal.
#[inline]
pub fn identical_or_equal(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult<bool> {
    if left.is(right) { Ok(true) } else { equal(esc, left, right) }
}
