//! Constants of code objects.
//!
//! Apart from the code object because the compiler folds and compares them. Equality is CPython's
//! `_PyCode_ConstantKey`: by type and value, `0.0` and `-0.0` apart, frozen sets without regard to order.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use dashu_int::IBig;

use crate::{Code, Wtf};

/// An integer constant: small ones inline.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Int {
    /// Fits 64 bits.
    Small(i64),
    /// Does not fit 64 bits; [`Int::from`] guarantees it.
    Big(Arc<IBig>),
}

impl Int {
    /// The value in any size.
    #[must_use]
    pub fn to_ibig(&self) -> IBig {
        match self {
            Self::Small(value) => IBig::from(*value),
            Self::Big(value) => IBig::clone(value),
        }
    }

    /// The value if it fits 64 bits.
    #[must_use]
    pub fn as_small(&self) -> Option<i64> {
        match self {
            Self::Small(value) => Some(*value),
            Self::Big(_) => None,
        }
    }
}

impl From<IBig> for Int {
    fn from(value: IBig) -> Self {
        match i64::try_from(&value) {
            Ok(small) => Self::Small(small),
            Err(_) => Self::Big(Arc::new(value)),
        }
    }
}

impl From<i64> for Int {
    fn from(value: i64) -> Self {
        Self::Small(value)
    }
}

/// A constant. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Const {
    /// `None`
    None,
    /// `True`
    True,
    /// `False`
    False,
    /// `...`
    Ellipsis,
    /// An `int`.
    Int(Int),
    /// A `float`; compared by its bits.
    Float(f64),
    /// A `complex`: real part, imaginary part.
    Complex(f64, f64),
    /// A `str`.
    Str(Wtf),
    /// A `bytes`.
    Bytes(Arc<[u8]>),
    /// A `tuple`.
    Tuple(Arc<[Const]>),
    /// A `frozenset`, without equal items, in the order of creation.
    FrozenSet(Arc<[Const]>),
    /// A `slice`: start, stop, step.
    Slice(Arc<[Const; 3]>),
    /// A nested code object.
    Code(Arc<Code>),
}

impl Const {
    /// A `bool`.
    #[must_use]
    pub const fn bool(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }

    /// An `int` of any size.
    pub fn int(value: impl Into<Int>) -> Self {
        Self::Int(value.into())
    }

    /// A `str`.
    pub fn str(text: impl Into<Wtf>) -> Self {
        Self::Str(text.into())
    }

    /// Python's name of its type.
    #[must_use]
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::None => "NoneType",
            Self::True | Self::False => "bool",
            Self::Ellipsis => "ellipsis",
            Self::Int(_) => "int",
            Self::Float(_) => "float",
            Self::Complex(..) => "complex",
            Self::Str(_) => "str",
            Self::Bytes(_) => "bytes",
            Self::Tuple(_) => "tuple",
            Self::FrozenSet(_) => "frozenset",
            Self::Slice(_) => "slice",
            Self::Code(_) => "code",
        }
    }

    /// Whether Python's `bool()` of it is true.
    #[must_use]
    pub fn truth(&self) -> bool {
        match self {
            Self::None | Self::False => false,
            Self::Int(value) => value.as_small() != Some(0),
            Self::Float(value) => *value != 0.0,
            Self::Complex(real, imag) => *real != 0.0 || *imag != 0.0,
            Self::Str(text) => !text.is_empty(),
            Self::Bytes(bytes) => !bytes.is_empty(),
            Self::Tuple(items) | Self::FrozenSet(items) => !items.is_empty(),
            Self::True | Self::Ellipsis | Self::Slice(_) | Self::Code(_) => true,
        }
    }
}

impl PartialEq for Const {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits(),
            (Self::Complex(a, b), Self::Complex(c, d)) => a.to_bits() == c.to_bits() && b.to_bits() == d.to_bits(),
            (Self::Str(a), Self::Str(b)) => a == b,
            (Self::Bytes(a), Self::Bytes(b)) => a == b,
            (Self::Tuple(a), Self::Tuple(b)) => Arc::ptr_eq(a, b) || a == b,
            (Self::FrozenSet(a), Self::FrozenSet(b)) => Arc::ptr_eq(a, b) || same_set(a, b),
            (Self::Slice(a), Self::Slice(b)) => a == b,
            (Self::Code(a), Self::Code(b)) => Arc::ptr_eq(a, b) || a == b,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

impl Eq for Const {}

fn same_set(a: &[Const], b: &[Const]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let all: std::collections::HashSet<&Const> = a.iter().collect();
    b.iter().all(|item| all.contains(item))
}

impl Hash for Const {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::None | Self::True | Self::False | Self::Ellipsis => {}
            Self::Int(value) => value.hash(state),
            Self::Float(value) => value.to_bits().hash(state),
            Self::Complex(real, imag) => (real.to_bits(), imag.to_bits()).hash(state),
            Self::Str(text) => text.hash(state),
            Self::Bytes(bytes) => bytes.hash(state),
            Self::Tuple(items) => items.hash(state),
            Self::FrozenSet(items) => {
                let sum = items.iter().fold(0_u64, |sum, item| {
                    let mut hasher = std::hash::DefaultHasher::new();
                    item.hash(&mut hasher);
                    sum.wrapping_add(hasher.finish())
                });
                sum.hash(state);
            }
            Self::Slice(parts) => parts.hash(state),
            Self::Code(code) => code.hash(state),
        }
    }
}

#[cfg(test)]
mod tests;
