//! The groups: one slot, the names that decide it, and the code a Python class gets there.

use interp_object::Slots;
use interp_object::slots::BinaryOp;

use super::{binary, python};

/// What makes a group more than names and a function.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Special {
    None,
    Hash,
    New,
    GetAttr,
    Finalize,
}

/// One slot and the names behind it.
pub(super) struct Group {
    pub(super) names: &'static [&'static str],
    pub(super) special: Special,
    /// Sets the code that looks the names up.
    pub(super) generic: fn(&Slots),
    pub(super) copy: fn(&Slots, &Slots),
    pub(super) same: fn(&Slots, &Slots) -> bool,
}

// One line per slot: a function could not name the field.
macro_rules! group {
    ($field:ident, [$($name:literal),*], $generic:expr) => {
        group!($field, [$($name),*], $generic, Special::None)
    };
    ($field:ident, [$($name:literal),*], $generic:expr, $special:expr) => {
        Group {
            names: &[$($name),*],
            special: $special,
            generic: |slots| slots.$field.set($generic),
            copy: |to, from| to.$field.copy_from(&from.$field),
            same: |left, right| left.$field.same(&right.$field),
        }
    };
}

macro_rules! binary_group {
    ($op:ident, $forward:literal, $reflected:literal) => {
        Group {
            names: &[$forward, $reflected],
            special: Special::None,
            generic: |slots| slots.binary[BinaryOp::$op as usize].set(Some(binary::BINARY[BinaryOp::$op as usize])),
            copy: |to, from| {
                to.binary[BinaryOp::$op as usize].copy_from(&from.binary[BinaryOp::$op as usize]);
            },
            same: |left, right| left.binary[BinaryOp::$op as usize].same(&right.binary[BinaryOp::$op as usize]),
        }
    };
}

macro_rules! inplace_group {
    ($op:ident, $name:literal) => {
        Group {
            names: &[$name],
            special: Special::None,
            generic: |slots| slots.inplace[BinaryOp::$op as usize].set(Some(binary::INPLACE[BinaryOp::$op as usize])),
            copy: |to, from| {
                to.inplace[BinaryOp::$op as usize].copy_from(&from.inplace[BinaryOp::$op as usize]);
            },
            same: |left, right| left.inplace[BinaryOp::$op as usize].same(&right.inplace[BinaryOp::$op as usize]),
        }
    };
}

/// All groups. A slot that is in none (`concat` with code of its own, `send` of generators) is inherited only.
pub(super) static GROUPS: &[Group] = &[
    group!(getattr, ["__getattribute__", "__getattr__"], Some(python::getattribute), Special::GetAttr),
    group!(setattr, ["__setattr__", "__delattr__"], Some(python::setattr)),
    group!(repr, ["__repr__"], Some(python::repr)),
    group!(str, ["__str__"], Some(python::str)),
    group!(hash, ["__hash__"], Some(python::hash), Special::Hash),
    group!(call, ["__call__"], Some(python::call)),
    group!(richcompare, ["__lt__", "__le__", "__eq__", "__ne__", "__gt__", "__ge__"], Some(python::richcompare)),
    group!(iter, ["__iter__"], Some(python::iter)),
    group!(next, ["__next__"], Some(python::next)),
    group!(send, ["__next__"], Some(python::send)),
    group!(descr_get, ["__get__"], Some(python::descr_get)),
    group!(descr_set, ["__set__", "__delete__"], Some(python::descr_set)),
    group!(init, ["__init__"], Some(python::init)),
    group!(new, ["__new__"], Some(python::new), Special::New),
    group!(finalize, ["__del__"], Some(python::finalize), Special::Finalize),
    group!(len, ["__len__"], Some(python::len)),
    group!(getitem, ["__getitem__"], Some(python::getitem)),
    group!(setitem, ["__setitem__", "__delitem__"], Some(python::setitem)),
    group!(contains, ["__contains__"], Some(python::contains)),
    group!(concat, ["__add__"], None),
    group!(inplace_concat, ["__iadd__"], None),
    group!(repeat, ["__mul__", "__rmul__"], None),
    group!(inplace_repeat, ["__imul__"], None),
    group!(power, ["__pow__", "__rpow__"], Some(binary::POWER)),
    group!(negative, ["__neg__"], Some(python::negative)),
    group!(positive, ["__pos__"], Some(python::positive)),
    group!(absolute, ["__abs__"], Some(python::absolute)),
    group!(invert, ["__invert__"], Some(python::invert)),
    group!(bool, ["__bool__"], Some(python::bool)),
    group!(int, ["__int__"], Some(python::int)),
    group!(float, ["__float__"], Some(python::float)),
    group!(index, ["__index__"], Some(python::index)),
    group!(await_, ["__await__"], Some(python::await_)),
    group!(aiter, ["__aiter__"], Some(python::aiter)),
    group!(anext, ["__anext__"], Some(python::anext)),
    binary_group!(Add, "__add__", "__radd__"),
    binary_group!(And, "__and__", "__rand__"),
    binary_group!(FloorDivide, "__floordiv__", "__rfloordiv__"),
    binary_group!(Lshift, "__lshift__", "__rlshift__"),
    binary_group!(MatrixMultiply, "__matmul__", "__rmatmul__"),
    binary_group!(Multiply, "__mul__", "__rmul__"),
    binary_group!(Remainder, "__mod__", "__rmod__"),
    binary_group!(Or, "__or__", "__ror__"),
    binary_group!(Rshift, "__rshift__", "__rrshift__"),
    binary_group!(Subtract, "__sub__", "__rsub__"),
    binary_group!(TrueDivide, "__truediv__", "__rtruediv__"),
    binary_group!(Xor, "__xor__", "__rxor__"),
    inplace_group!(Add, "__iadd__"),
    inplace_group!(And, "__iand__"),
    inplace_group!(FloorDivide, "__ifloordiv__"),
    inplace_group!(Lshift, "__ilshift__"),
    inplace_group!(MatrixMultiply, "__imatmul__"),
    inplace_group!(Multiply, "__imul__"),
    inplace_group!(Remainder, "__imod__"),
    inplace_group!(Or, "__ior__"),
    inplace_group!(Power, "__ipow__"),
    inplace_group!(Rshift, "__irshift__"),
    inplace_group!(Subtract, "__isub__"),
    inplace_group!(TrueDivide, "__itruediv__"),
    inplace_group!(Xor, "__ixor__"),
];
