//! `int`: an immediate of 62 bits, or a boxed big integer.
//!
//! A number that fits the immediate range is always immediate unless it belongs to an instance of a subclass.

use dashu_int::IBig;
use stackref::Value;

use super::singletons;
use crate::layout::{self, Payload, ValueExt};
use crate::thread::Esc;
use crate::typeobj::{TypeFlags, TypeObject};

/// The payload of boxed ints.
pub struct Int {
    number: IBig,
}

impl Int {
    /// Wraps a number; for subclass instances any number, else one outside the immediate range.
    pub fn from_big(number: IBig) -> Self {
        Int { number }
    }

    /// The number.
    pub fn number(&self) -> &IBig {
        &self.number
    }
}

impl Payload for Int {
    const NAME: &'static str = "int";
    const TRACED: bool = false;
    fn class() -> &'static TypeObject {
        &INT
    }
}

/// The type `int`.
pub static INT: TypeObject = TypeObject::builtin::<Int>(
    "int",
    Some(&super::types::OBJECT),
    TypeFlags::BASE.union(TypeFlags::INT_SUBCLASS).union(TypeFlags::MATCH_SELF),
);

/// An `int` with this number.
#[inline]
pub fn new(esc: Esc<'_>, number: i64) -> Value {
    match Value::from_int(number) {
        Some(value) => value,
        None => layout::new(esc, Int { number: IBig::from(number) }).into_value(),
    }
}

/// An `int` with this number.
pub fn from_usize(esc: Esc<'_>, number: usize) -> Value {
    match i64::try_from(number) {
        Ok(number) => new(esc, number),
        Err(_) => from_big(esc, IBig::from(number)),
    }
}

/// An `int` with this number; immediate if it fits.
pub fn from_big(esc: Esc<'_>, number: IBig) -> Value {
    match i64::try_from(&number).ok().and_then(Value::from_int) {
        Some(value) => value,
        None => layout::new(esc, Int { number }).into_value(),
    }
}

/// A small number that is certainly immediate.
///
/// # Panics
/// If it is not.
pub fn small(number: i64) -> Value {
    Value::from_int(number).expect("the number fits an immediate int")
}

/// A borrowed view of the number of an `int` (bools and subclasses included).
pub enum IntRef<'a> {
    /// It fits 64 bits.
    Small(i64),
    /// It may or may not fit.
    Big(&'a IBig),
}

impl IntRef<'_> {
    /// The number as a big integer.
    pub fn to_big(&self) -> IBig {
        match self {
            IntRef::Small(number) => IBig::from(*number),
            IntRef::Big(number) => IBig::clone(number),
        }
    }

    /// The number if it fits 64 bits.
    pub fn to_i64(&self) -> Option<i64> {
        match self {
            IntRef::Small(number) => Some(*number),
            IntRef::Big(number) => i64::try_from(*number).ok(),
        }
    }
}

/// The number of an `int`, `bool` or subclass instance; `None` for anything else.
#[inline]
pub fn view(value: &Value) -> Option<IntRef<'_>> {
    if let Some(number) = value.as_int() {
        return Some(IntRef::Small(number));
    }
    if let Some(int) = value.payload::<Int>() {
        return Some(IntRef::Big(&int.number));
    }
    singletons::as_bool(value).map(|truth| IntRef::Small(i64::from(truth)))
}

/// The number of an `int` that fits 64 bits.
#[inline]
pub fn as_i64(value: &Value) -> Option<i64> {
    view(value)?.to_i64()
}
