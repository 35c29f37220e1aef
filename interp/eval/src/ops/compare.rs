//! Comparison, identity, membership, truth.

use interp_object::data::list;
use interp_object::data::singletons;
use interp_object::data::str::Str;
use interp_object::layout::{ValueExt, class_of_object};
use interp_object::ops;
use interp_object::slots::CompareOp;
use interp_object::{Esc, PyResult, Value, Word};

/// Whether a word is `True`. Its producer made a `bool`.
#[inline(always)]
pub(crate) fn is_true(word: Word) -> bool {
    word.header() == Some(singletons::true_header())
}

/// Whether a word is `None`.
#[inline(always)]
pub(crate) fn is_none(word: Word) -> bool {
    word.header() == Some(singletons::none_header())
}

/// The word of a truth value.
#[inline(always)]
pub(crate) fn bool_word(truth: bool) -> Word {
    singletons::bool_word(truth)
}

/// The comparison that `COMPARE_OP`'s operand names: bits 0–3 are a mask of the orderings that satisfy it
/// (1 unordered, 2 less, 4 greater, 8 equal), bits 5 and up number it.
#[inline(always)]
pub(crate) fn compare_ints(left: Word, right: Word, oparg: u32) -> bool {
    let (left, right) = (left.bits().cast_signed(), right.bits().cast_signed());
    let bit = if left < right { 2 } else { 4 << u32::from(left == right) };
    oparg & bit != 0
}

/// As [`compare_ints`] for two immediate floats.
#[inline(always)]
pub(crate) fn compare_floats(left: Word, right: Word, oparg: u32) -> bool {
    compare_numbers(oparg, left.f64_unchecked(), right.f64_unchecked())
}

/// Whether a word is `True` or `False`.
#[inline(always)]
pub(crate) fn is_bool(word: Word) -> bool {
    word.header().is_some_and(|header| header == singletons::true_header() || header == singletons::false_header())
}

/// Whether a word is `True` in its usual form. Another form of it is found by [`quick_truth`].
#[inline(always)]
pub(crate) fn is_singleton_true(word: Word) -> bool {
    word == singletons::bool_word(true)
}

/// Whether a word is `False` or `None` in its usual form. Another form of them is found by [`quick_truth`].
#[inline(always)]
pub(crate) fn is_singleton_false(word: Word) -> bool {
    word == singletons::bool_word(false) || word == singletons::none_word()
}

/// 1 for a word known to be true, 0 for one known to be false, 2 if it must be asked.
#[inline(always)]
pub(crate) fn quick_truth(word: Word) -> u32 {
    if word.is_int() {
        return u32::from(word != Word::small(0));
    }
    let Some(header) = word.header() else { return 2 };
    if header == singletons::true_header() {
        1
    } else if header == singletons::false_header() || header == singletons::none_header() {
        0
    } else {
        2
    }
}

/// As [`quick_truth`], and 1 for what has neither a truth nor a length. For forms that do not specialize.
#[inline(always)]
pub(crate) fn quick_test(word: Word) -> u32 {
    let quick = quick_truth(word);
    if quick < 2 || !word.is_ptr() {
        return quick;
    }
    // SAFETY: a pointer, of an operand whose slot keeps the object.
    let slots = &unsafe { class_of_object(word) }.slots;
    if slots.bool.is_empty() && slots.len.is_empty() { 1 } else { 2 }
}

/// `bool(value)`
pub(crate) fn truth(esc: Esc<'_>, value: &Value) -> PyResult<bool> {
    if let Some(text) = value.exact::<Str>() {
        return Ok(!text.is_empty());
    }
    if let Some(list) = value.exact::<list::List>() {
        return Ok(!list.is_empty());
    }
    ops::truthy(esc, value)
}

fn op_of(esc: Esc<'_>, oparg: u32) -> PyResult<CompareOp> {
    match CompareOp::from_index((oparg >> 5) as u8) {
        Some(op) => Ok(op),
        None => Err(esc.system_error("unknown comparison")),
    }
}

fn both_floats(left: &Value, right: &Value) -> Option<(f64, f64)> {
    let number = |value: &Value| value.as_f64().or_else(|| value.as_int().map(|number| number as f64));
    // Ints convert exactly up to 2^53; larger ones take the long way.
    let exact = |value: &Value| value.as_int().is_none_or(|number| number.unsigned_abs() <= 1 << 53);
    if exact(left) && exact(right) { Some((number(left)?, number(right)?)) } else { None }
}

/// `left op right`, as a bool if bit 4 of the operand asks for it.
pub(crate) fn compare_op(esc: Esc<'_>, oparg: u32, left: &Value, right: &Value) -> PyResult {
    if oparg & 16 != 0 {
        return compare_truth(esc, oparg, left, right).map(singletons::bool);
    }
    let op = op_of(esc, oparg)?;
    if let Some((left, right)) = both_floats(left, right) {
        return Ok(singletons::bool(compare_numbers(oparg, left, right)));
    }
    ops::compare(esc, left, right, op)
}

#[inline(always)]
fn compare_numbers(oparg: u32, left: f64, right: f64) -> bool {
    let bit = match left.partial_cmp(&right) {
        None => 1,
        Some(std::cmp::Ordering::Less) => 2,
        Some(std::cmp::Ordering::Greater) => 4,
        Some(std::cmp::Ordering::Equal) => 8,
    };
    oparg & bit != 0
}

/// `bool(left op right)`
pub(crate) fn compare_truth(esc: Esc<'_>, oparg: u32, left: &Value, right: &Value) -> PyResult<bool> {
    if let Some((left, right)) = both_floats(left, right) {
        return Ok(compare_numbers(oparg, left, right));
    }
    let op = op_of(esc, oparg)?;
    if let (Some(left), Some(right)) = (left.exact::<Str>(), right.exact::<Str>()) {
        match op {
            CompareOp::Eq => return Ok(left.same_text(right)),
            CompareOp::Ne => return Ok(!left.same_text(right)),
            _ => {}
        }
    }
    ops::compare_bool(esc, left, right, op)
}

/// `item in container`
pub(crate) fn contains(esc: Esc<'_>, container: &Value, item: &Value) -> PyResult<bool> {
    ops::contains(esc, container, item)
}
