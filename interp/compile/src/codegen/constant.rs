//! Constants of the tree as constants of code objects.

use interp_code::{Const, Int, Wtf};

use crate::ast::{Constant, Wtf8};

/// The constant of a literal.
pub(super) fn of(value: &Constant) -> Const {
    match value {
        Constant::None => Const::None,
        Constant::True => Const::True,
        Constant::False => Const::False,
        Constant::Ellipsis => Const::Ellipsis,
        Constant::Int(value) => Const::Int(Int::from(value.clone())),
        Constant::Float(value) => Const::Float(*value),
        Constant::Complex { re, im } => Const::Complex(*re, *im),
        Constant::Str(bytes) => Const::Str(text(bytes)),
        Constant::Bytes(bytes) => Const::Bytes(bytes.clone()),
    }
}

/// Text of the tree.
pub(super) fn text(bytes: &Wtf8) -> Wtf {
    Wtf::from_bytes(bytes.clone()).expect("the parser makes only well-formed text")
}
