//! Operators on constants of any type.
//!
//! Apart from `fold`, which finds the constants in the instructions. `None` means that Python raises (the error then
//! happens at run time, where it belongs) or that the result would be too large.

use std::sync::Arc;

use dashu_int::IBig;
use interp_code::{Const, Wtf};
use interp_opcode::BinaryOp;

use super::numbers::{self, Number};

/// Items of a folded tuple.
const MAX_ITEMS: i64 = 256;
/// Characters of a folded string.
const MAX_CHARACTERS: i64 = 4096;
/// Items of a folded tuple and of the tuples in it.
const MAX_TOTAL_ITEMS: i64 = 1024;

/// `left op right`, where `op` is the operand of `BINARY_OP`.
pub(super) fn binary(left: &Const, op: u32, right: &Const) -> Option<Const> {
    let op = BinaryOp::from_oparg(op)?;
    if op == BinaryOp::Subscr {
        return subscript(left, right);
    }
    if let (Const::True | Const::False, Const::True | Const::False) = (left, right) {
        let (a, b) = (left.truth(), right.truth());
        match op {
            BinaryOp::And => return Some(Const::bool(a & b)),
            BinaryOp::Or => return Some(Const::bool(a | b)),
            BinaryOp::Xor => return Some(Const::bool(a ^ b)),
            _ => {}
        }
    }
    if let (Some(a), Some(b)) = (Number::of(left), Number::of(right)) {
        return numbers::binary(a, op, b).map(Number::into_const);
    }
    match op {
        BinaryOp::Add => concatenate(left, right),
        BinaryOp::Multiply => match (left, right) {
            (_, Const::Int(_) | Const::True | Const::False) => repeat(left, right),
            (Const::Int(_) | Const::True | Const::False, _) => repeat(right, left),
            _ => None,
        },
        _ => None,
    }
}

fn concatenate(left: &Const, right: &Const) -> Option<Const> {
    match (left, right) {
        (Const::Str(a), Const::Str(b)) => text([a.as_bytes(), b.as_bytes()].concat()),
        (Const::Bytes(a), Const::Bytes(b)) => Some(Const::Bytes([&**a, &**b].concat().into())),
        (Const::Tuple(a), Const::Tuple(b)) => Some(Const::Tuple([&**a, &**b].concat().into())),
        _ => None,
    }
}

fn text(bytes: Vec<u8>) -> Option<Const> {
    Wtf::from_bytes(bytes).map(Const::Str)
}

/// Items of a tuple and of the tuples in it, taken off a budget; negative when it is spent.
fn spend(value: &Const, budget: i64) -> i64 {
    let Const::Tuple(items) = value else { return budget };
    let mut budget = budget - items.len() as i64;
    for item in items.iter() {
        if budget < 0 {
            break;
        }
        budget = spend(item, budget);
    }
    budget
}

fn repeat(sequence: &Const, count: &Const) -> Option<Const> {
    let (size, limit) = match sequence {
        Const::Str(text) => (text.len(), MAX_CHARACTERS),
        Const::Bytes(bytes) => (bytes.len(), MAX_CHARACTERS),
        Const::Tuple(items) => (items.len(), MAX_ITEMS),
        _ => return None,
    };
    if size == 0 {
        // CPython asks for a count that fits a machine word.
        index(count)?;
        return Some(sequence.clone());
    }
    let times = index(count).filter(|times| (0..=limit / size as i64).contains(times))?;
    if times > 0 && spend(sequence, MAX_TOTAL_ITEMS / times) < 0 {
        return None;
    }
    let times = times as usize;
    match sequence {
        Const::Str(value) => text(value.as_bytes().repeat(times)),
        Const::Bytes(bytes) => Some(Const::Bytes(bytes.repeat(times).into())),
        Const::Tuple(items) => Some(Const::Tuple(std::iter::repeat_n(&**items, times).flatten().cloned().collect())),
        _ => None,
    }
}

/// The value of an `int` or `bool` that fits a machine word.
fn index(value: &Const) -> Option<i64> {
    match value {
        Const::True => Some(1),
        Const::False => Some(0),
        Const::Int(int) => int.as_small(),
        _ => None,
    }
}

fn subscript(container: &Const, key: &Const) -> Option<Const> {
    match container {
        Const::Tuple(items) => pick(items, key, |items| Const::Tuple(items.into()), Const::clone),
        Const::Bytes(bytes) => {
            pick(bytes, key, |bytes| Const::Bytes(bytes.into()), |byte| Const::int(i64::from(*byte)))
        }
        Const::Str(text) => {
            let points: Vec<u32> = text.code_points().collect();
            let make = |points: Vec<u32>| Wtf::from_code_points(points).map_or(Const::None, Const::Str);
            pick(&points, key, make, |point| make(vec![*point]))
        }
        _ => None,
    }
}

/// `items[key]` for an index or a slice.
fn pick<T: Clone>(
    items: &[T],
    key: &Const,
    many: impl Fn(Vec<T>) -> Const,
    one: impl Fn(&T) -> Const,
) -> Option<Const> {
    let len = items.len() as i64;
    if let Const::Slice(parts) = key {
        let (start, step, count) = slice_indices(parts, len)?;
        let picked = (0..count).map(|i| items[(start + i * step) as usize].clone()).collect();
        return Some(many(picked));
    }
    let at = index(key)?;
    let at = if at < 0 { at + len } else { at };
    usize::try_from(at).ok().and_then(|at| items.get(at)).map(one)
}

/// Start, step and number of items of a slice over `len` items; out-of-range parts are clipped as Python does.
fn slice_indices(parts: &Arc<[Const; 3]>, len: i64) -> Option<(i64, i64, i64)> {
    let part = |value: &Const| match value {
        Const::None => Some(None),
        Const::Int(int) => {
            Some(Some(int.as_small().unwrap_or_else(|| if int.to_ibig() < IBig::ZERO { i64::MIN } else { i64::MAX })))
        }
        _ => index(value).map(Some),
    };
    let step = part(&parts[2])?.unwrap_or(1).max(-i64::MAX);
    if step == 0 {
        return None;
    }
    let (low, high) = if step < 0 { (-1, len - 1) } else { (0, len) };
    let clip = |value: i64| {
        let value = if value < 0 { value.saturating_add(len) } else { value };
        value.clamp(low, high)
    };
    let start = part(&parts[0])?.map_or(if step < 0 { high } else { low }, clip);
    let stop = part(&parts[1])?.map_or(if step < 0 { low } else { high }, clip);
    let span = if step < 0 { start - stop } else { stop - start };
    let count = if span <= 0 { 0 } else { (span - 1) / step.abs() + 1 };
    Some((start, step, count))
}

/// `-value`
pub(super) fn negative(value: &Const) -> Option<Const> {
    Some(match Number::of(value)? {
        Number::Int(int) => Const::int(-int),
        Number::Float(float) => Const::Float(-float),
        Number::Complex(real, imag) => Const::Complex(-real, -imag),
    })
}

/// `+value`
pub(super) fn positive(value: &Const) -> Option<Const> {
    Number::of(value).map(Number::into_const)
}

/// `~value`; of a `bool` it is deprecated, so the warning is left to the run time.
pub(super) fn invert(value: &Const) -> Option<Const> {
    match value {
        Const::Int(int) => Some(Const::int(-int.to_ibig() - IBig::ONE)),
        _ => None,
    }
}

/// The items without those that are equal to an earlier one for Python, where `1 == 1.0 == True`.
pub(super) fn unique(items: Vec<Const>) -> Vec<Const> {
    let mut kept: Vec<Const> = Vec::with_capacity(items.len());
    for item in items {
        if !kept.iter().any(|old| equal(old, &item)) {
            kept.push(item);
        }
    }
    kept
}

fn equal(a: &Const, b: &Const) -> bool {
    match (a, b) {
        (Const::Tuple(a), Const::Tuple(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| equal(a, b)),
        (Const::Slice(a), Const::Slice(b)) => a.iter().zip(b.iter()).all(|(a, b)| equal(a, b)),
        _ => match (Number::of(a), Number::of(b)) {
            (Some(a), Some(b)) => equal_numbers(a, b),
            _ => a == b,
        },
    }
}

fn equal_numbers(a: Number, b: Number) -> bool {
    match (a, b) {
        (Number::Int(a), Number::Int(b)) => a == b,
        (Number::Int(int), Number::Float(float)) | (Number::Float(float), Number::Int(int)) => {
            float.fract() == 0.0 && IBig::try_from(float).is_ok_and(|exact| exact == int)
        }
        (Number::Float(a), Number::Float(b)) => a == b,
        (Number::Complex(a, b), Number::Complex(c, d)) => a == c && b == d,
        (Number::Complex(real, imag), other) | (other, Number::Complex(real, imag)) => {
            imag == 0.0 && equal_numbers(Number::Float(real), other)
        }
    }
}
