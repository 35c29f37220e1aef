//! `float`: a self-tagged immediate, or a box for rare exponents and subclass instances.

use stackref::Value;

use crate::layout::{self, Payload, ValueExt};
use crate::thread::Esc;
use crate::typeobj::{TypeFlags, TypeObject};

/// The payload of boxed floats.
pub struct Float {
    number: f64,
}

impl Float {
    /// Wraps a number.
    pub fn new(number: f64) -> Self {
        Float { number }
    }

    /// The number.
    pub fn get(&self) -> f64 {
        self.number
    }
}

impl Payload for Float {
    const NAME: &'static str = "float";
    const TRACED: bool = false;
    fn class() -> &'static TypeObject {
        &FLOAT
    }
}

/// The type `float`.
pub static FLOAT: TypeObject =
    TypeObject::builtin::<Float>("float", Some(&super::types::OBJECT), TypeFlags::BASE.union(TypeFlags::MATCH_SELF));

/// A `float` with this number. Each NaN made is a box of its own, because containers test identity first.
#[inline]
pub fn new(esc: Esc<'_>, number: f64) -> Value {
    match Value::from_f64(number) {
        Some(value) => value,
        None => new_boxed(esc, number),
    }
}

#[cold]
fn new_boxed(esc: Esc<'_>, number: f64) -> Value {
    layout::new(esc, Float { number }).into_value()
}

/// The number of a `float` or subclass instance; `None` for anything else, ints included.
#[inline]
pub fn view(value: &Value) -> Option<f64> {
    if let Some(number) = value.as_f64() {
        return Some(number);
    }
    value.payload::<Float>().map(Float::get)
}

/// A complex number; `complex` has no immediates.
pub struct Complex {
    /// Real part.
    pub real: f64,
    /// Imaginary part.
    pub imag: f64,
}

impl Payload for Complex {
    const NAME: &'static str = "complex";
    const TRACED: bool = false;
    fn class() -> &'static TypeObject {
        &COMPLEX
    }
}

/// The type `complex`.
pub static COMPLEX: TypeObject =
    TypeObject::builtin::<Complex>("complex", Some(&super::types::OBJECT), TypeFlags::BASE);
