//! `BINARY_OP` on numbers, comparisons and truth: facts, and the pairs of `BINARY_OP_EXTEND`.

use std::num::NonZeroU32;

use interp_object::data::dict::Dict;
use interp_object::data::function::Function;
use interp_object::data::list::List;
use interp_object::data::set::{FrozenSet, Set};
use interp_object::data::slice::Slice;
use interp_object::data::str::Str;
use interp_object::data::tuple::Tuple;
use interp_object::intern::names;
use interp_object::layout::ValueExt;
use interp_object::slots::BinaryOp;
use interp_object::typeobj;
use interp_object::{Esc, Value, Word};
use specializer::cache::{self, Kind};
use specializer::decide::binary_op::{self, BinaryOp as BinaryOperator, Failure, Form, Operator, Plan};
use specializer::decide::compare::{self, Compare};
use specializer::decide::to_bool::{self, ToBool};
use specializer::decide::{Class, Version};

use super::calls::GETTER;
use super::{Held, QUICK, begin, due, texts};
use crate::dispatch::Cell;
use crate::ops::{is_bool, is_none};

/// What a value is to the decisions. Boxed numbers have no forms.
pub(super) fn class(value: &Value) -> Class {
    let word = value.word();
    if word.is_int() {
        Class::Int
    } else if word.is_float() {
        Class::Float
    } else if is_bool(word) {
        Class::Bool
    } else if is_none(word) {
        Class::Nothing
    } else if value.exact::<Str>().is_some() {
        Class::Text
    } else if value.exact::<List>().is_some() {
        Class::List
    } else if value.exact::<Tuple>().is_some() {
        Class::Tuple
    } else if value.exact::<Dict>().is_some() {
        Class::Map
    } else if value.exact::<Slice>().is_some() {
        Class::Slice
    } else if value.exact::<Set>().is_some() || value.exact::<FrozenSet>().is_some() {
        Class::Set
    } else {
        Class::Other
    }
}

/// A pair of operands with an operator, of `BINARY_OP_EXTEND`.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
enum Pair {
    AndInts,
    OrInts,
    XorInts,
    FloorDivideInts,
    RemainderInts,
    LshiftInts,
    RshiftInts,
    DivideInts,
    AddNumbers,
    SubtractNumbers,
    MultiplyNumbers,
    DivideNumbers,
    PowerInts,
    PowerNumbers,
}

impl Pair {
    /// The pair that a cache word names. The names are in order, so this compiles to a comparison.
    #[inline(always)]
    fn from_index(index: u32) -> Option<Pair> {
        const ALL: [Pair; 14] = [
            Pair::AndInts,
            Pair::OrInts,
            Pair::XorInts,
            Pair::FloorDivideInts,
            Pair::RemainderInts,
            Pair::LshiftInts,
            Pair::RshiftInts,
            Pair::DivideInts,
            Pair::AddNumbers,
            Pair::SubtractNumbers,
            Pair::MultiplyNumbers,
            Pair::DivideNumbers,
            Pair::PowerInts,
            Pair::PowerNumbers,
        ];
        ALL.get(index as usize).copied()
    }
}

const EXTEND: Kind = Kind::entry(Form::Extend as u8);
/// Operators from here on are the in-place ones.
const INPLACE: u32 = 13;
/// The operand of `BINARY_OP` that means subscription.
const SUBSCRIPT: u32 = 26;

fn ints_pair(op: BinaryOp) -> Option<Pair> {
    Some(match op {
        BinaryOp::And => Pair::AndInts,
        BinaryOp::Or => Pair::OrInts,
        BinaryOp::Xor => Pair::XorInts,
        BinaryOp::FloorDivide => Pair::FloorDivideInts,
        BinaryOp::Remainder => Pair::RemainderInts,
        BinaryOp::Lshift => Pair::LshiftInts,
        BinaryOp::Rshift => Pair::RshiftInts,
        BinaryOp::Power => Pair::PowerInts,
        BinaryOp::TrueDivide => Pair::DivideInts,
        _ => return None,
    })
}

fn numbers_pair(op: BinaryOp) -> Option<Pair> {
    Some(match op {
        BinaryOp::Add => Pair::AddNumbers,
        BinaryOp::Subtract => Pair::SubtractNumbers,
        BinaryOp::Multiply => Pair::MultiplyNumbers,
        BinaryOp::TrueDivide => Pair::DivideNumbers,
        BinaryOp::Power => Pair::PowerNumbers,
        _ => return None,
    })
}

struct Operands<'a> {
    esc: Esc<'a>,
    oparg: u32,
    stored_to_left: bool,
    left: &'a Value,
    right: &'a Value,
}

impl Operands<'_> {
    /// The container's `__getitem__`, if it is a function, with the version of the type.
    fn find_getter(&self) -> Option<(Value, u32)> {
        let class = self.left.class();
        let (found, version) = typeobj::lookup_with_version(self.esc, class, names::getitem(self.esc));
        found.filter(|found| class.is_heap() && found.exact::<Function>().is_some()).map(|found| (found, version))
    }

    /// The record of `BINARY_OP_SUBSCR_GETITEM` for a type of this version.
    fn getter_word(&self, planned: NonZeroU32) -> Option<cache::Word> {
        let (found, version) = self.find_getter()?;
        let function = found.exact::<Function>().filter(|_| version == planned.get())?;
        let value = super::attrs::uncounted(&found);
        let known = Held { version, value, function_version: function.version(), ..Held::EMPTY };
        Some(known.publish(GETTER))
    }

    fn op(&self) -> Option<BinaryOp> {
        BinaryOp::ALL.get((self.oparg % INPLACE) as usize).copied().filter(|_| self.oparg < SUBSCRIPT)
    }
}

impl binary_op::Facts for Operands<'_> {
    fn operator(&self) -> Operator {
        match self.op() {
            _ if self.oparg == SUBSCRIPT => Operator::Subscript,
            Some(BinaryOp::Add) => Operator::Add,
            Some(BinaryOp::Subtract) => Operator::Subtract,
            Some(BinaryOp::Multiply) => Operator::Multiply,
            _ => Operator::Other,
        }
    }

    fn left(&self) -> Class {
        class(self.left)
    }

    fn right(&self) -> Class {
        class(self.right)
    }

    fn key_in_range(&self) -> bool {
        super::containers::in_range(self.left, self.right)
    }

    fn stored_to_left(&self) -> bool {
        self.stored_to_left
    }

    fn getter(&self) -> Option<Version> {
        let (found, version) = self.find_getter()?;
        let holdable = super::attrs::may_hold(super::attrs::uncounted(&found));
        (holdable && super::attrs::is_simple(&found, 2)).then_some(NonZeroU32::new(version))
    }

    fn extension(&self) -> Option<u32> {
        let op = self.op()?;
        let pair = match (class(self.left), class(self.right)) {
            (Class::Int, Class::Int) => ints_pair(op),
            (Class::Int | Class::Float, Class::Int | Class::Float) => numbers_pair(op),
            _ => None,
        }?;
        extend_pair(pair, self.left.word(), self.right.word())?;
        Some(pair as u32)
    }
}

/// An int that a float represents exactly.
#[inline(always)]
fn number(word: Word) -> Option<f64> {
    if word.is_float() {
        return Some(word.f64_unchecked());
    }
    let int = word.as_int()?;
    (int.unsigned_abs() <= 1 << 53).then_some(int as f64)
}

/// `BINARY_OP_EXTEND`: the result, if the operands are of the cached pair and it is immediate. The quick way knows
/// everything but powers.
#[inline(always)]
pub(crate) fn extend<const READ: bool>(cache: u64, left: Word, right: Word) -> Option<Word> {
    let pair = Pair::from_index(cache::Word::from_bits(cache).index_for(EXTEND, 1)?)?;
    if READ == QUICK { extend_quick(pair, left, right) } else { extend_pair(pair, left, right) }
}

fn extend_pair(pair: Pair, left: Word, right: Word) -> Option<Word> {
    match pair {
        Pair::PowerInts => {
            let (left, right) = both_ints(left, right)?;
            // A negative exponent makes a float, one above 63 a long int of all but 0 and ±1.
            Word::from_int(left.checked_pow(u32::try_from(right).ok().filter(|right| *right < 64)?)?)
        }
        Pair::PowerNumbers => {
            let (left, right) = (number(left)?, number(right)?);
            if left > 0.0 { Word::from_f64(power(left, right)) } else { None }
        }
        _ => extend_quick(pair, left, right),
    }
}

#[inline(always)]
fn both_ints(left: Word, right: Word) -> Option<(i64, i64)> {
    Word::both_ints(left, right).then(|| (left.int_unchecked(), right.int_unchecked()))
}

#[inline(always)]
fn extend_quick(pair: Pair, left: Word, right: Word) -> Option<Word> {
    let ints = both_ints(left, right);
    Word::from_int(match pair {
        Pair::AndInts => ints.map(|(left, right)| left & right)?,
        Pair::OrInts => ints.map(|(left, right)| left | right)?,
        Pair::XorInts => ints.map(|(left, right)| left ^ right)?,
        // Immediates are far from the one quotient that overflows.
        Pair::FloorDivideInts => {
            let (left, right) = ints.filter(|ints| ints.1 != 0)?;
            let quotient = left / right;
            quotient - i64::from(quotient * right != left && (left < 0) != (right < 0))
        }
        Pair::RemainderInts => {
            let (left, right) = ints.filter(|ints| ints.1 != 0)?;
            let rest = left % right;
            if rest != 0 && (rest < 0) != (right < 0) { rest + right } else { rest }
        }
        Pair::LshiftInts => {
            let (left, right) = ints.filter(|ints| (0..62).contains(&ints.1))?;
            let shifted = left << right;
            if shifted >> right != left {
                return None;
            }
            shifted
        }
        Pair::RshiftInts => ints.filter(|ints| ints.1 >= 0).map(|(left, right)| left >> right.min(63))?,
        Pair::DivideInts => {
            ints?;
            return divide(left, right);
        }
        Pair::AddNumbers => return Word::from_f64(number(left)? + number(right)?),
        Pair::SubtractNumbers => return Word::from_f64(number(left)? - number(right)?),
        Pair::MultiplyNumbers => return Word::from_f64(number(left)? * number(right)?),
        Pair::DivideNumbers => return divide(left, right),
        Pair::PowerInts | Pair::PowerNumbers => return None,
    })
}

/// The quotient of numbers that floats represent exactly.
#[inline(always)]
fn divide(left: Word, right: Word) -> Option<Word> {
    let (left, right) = (number(left)?, number(right)?);
    if right == 0.0 { None } else { Word::from_f64(left / right) }
}

/// A positive number to any power: infinite results are no immediates, so the general way raises what is due.
#[inline(never)]
fn power(left: f64, right: f64) -> f64 {
    left.powf(right)
}

/// An attempt at `BINARY_OP`; whether a form was installed.
#[cold]
pub(crate) fn binary_op(esc: Esc<'_>, ip: *const Cell, fp: *mut Word, oparg: u32, left: &Value, right: &Value) -> bool {
    let Some(attempt) = begin::<BinaryOperator>(esc, ip) else { return false };
    let operands = Operands { esc, oparg, stored_to_left: texts::stores_to_left(ip, fp), left, right };
    match binary_op::decide(&operands) {
        Ok(Plan::Getter(version)) => match operands.getter_word(version) {
            Some(word) => attempt.install(Form::Getter, &[word]),
            None => attempt.fail(Failure::OutOfVersions),
        },
        plan => attempt.end(plan),
    }
}

/// An attempt at a comparison, if one is due; whether a form was installed.
#[inline]
pub(crate) fn compare(esc: Esc<'_>, ip: *const Cell, oparg: u32, left: &Value, right: &Value) -> bool {
    due(ip) && compare_now(esc, ip, oparg, left, right)
}

#[cold]
fn compare_now(esc: Esc<'_>, ip: *const Cell, oparg: u32, left: &Value, right: &Value) -> bool {
    let Some(attempt) = begin::<Compare>(esc, ip) else { return false };
    // `==` and `!=` are numbers 2 and 3.
    let for_equality = matches!(oparg >> 5, 2 | 3);
    attempt.end(compare::decide(class(left), class(right), for_equality))
}

/// `COMPARE_OP_STR`: whether two exact strings satisfy `==` or `!=`.
#[inline(always)]
pub(crate) fn compare_texts(left: &Value, right: &Value, oparg: u32) -> Option<bool> {
    let (one, other) = (left.exact::<Str>()?, right.exact::<Str>()?);
    let bit = if left.is(right) || one.same_text(other) { 8 } else { 2 };
    Some(oparg & bit != 0)
}

/// An attempt at `TO_BOOL`, if one is due; whether a form was installed.
#[inline]
pub(crate) fn to_bool(esc: Esc<'_>, ip: *const Cell, value: &Value) -> bool {
    due(ip) && to_bool_now(esc, ip, value)
}

#[cold]
fn to_bool_now(esc: Esc<'_>, ip: *const Cell, value: &Value) -> bool {
    let Some(attempt) = begin::<ToBool>(esc, ip) else { return false };
    let silent = || {
        let class = value.class();
        let version = std::num::NonZeroU32::new(class.assign_version());
        (class.slots.bool.is_empty() && class.slots.len.is_empty()).then_some(version)
    };
    attempt.end(to_bool::decide(class(value), silent))
}

/// `TO_BOOL_ALWAYS_TRUE`: whether the value's type is in the cached version.
#[inline(always)]
pub(crate) fn always_true(value: Word, cache: u64) -> bool {
    const KIND: Kind = Kind::entry(to_bool::Form::AlwaysTrue as u8);
    let version = interp_object::layout::class_of(value).version();
    cache::Word::from_bits(cache).index_for(KIND, version).is_some()
}
