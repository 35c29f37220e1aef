//! Binary operators of Python classes: forward, reflected and in-place methods in the order of the data model.

use std::sync::OnceLock;

use interp_object::data::singletons;
use interp_object::intern::{intern, names};
use interp_object::layout::ValueExt;
use interp_object::slots::{BinaryFn, BinaryOp, TernaryFn};
use interp_object::{Args, Esc, PyResult, Value, call};

use super::{find, python::special};

/// The code of each binary operator, in [`BinaryOp`] order. Comparisons of slots are made with these addresses.
pub(super) static BINARY: [BinaryFn; 13] = [
    binary::<0>,
    binary::<1>,
    binary::<2>,
    binary::<3>,
    binary::<4>,
    binary::<5>,
    binary::<6>,
    binary::<7>,
    binary::<8>,
    binary::<9>,
    binary::<10>,
    binary::<11>,
    binary::<12>,
];

/// The code of each in-place operator.
pub(super) static INPLACE: [BinaryFn; 13] = [
    inplace::<0>,
    inplace::<1>,
    inplace::<2>,
    inplace::<3>,
    inplace::<4>,
    inplace::<5>,
    inplace::<6>,
    inplace::<7>,
    inplace::<8>,
    inplace::<9>,
    inplace::<10>,
    inplace::<11>,
    inplace::<12>,
];

/// The code of `**` and `pow`.
pub(super) const POWER: TernaryFn = power;

/// Forward, reflected and in-place name of an operator, interned.
fn interned(esc: Esc<'_>, op: usize) -> &'static [Value; 3] {
    static NAMES: OnceLock<Vec<[Value; 3]>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        BinaryOp::ALL
            .iter()
            .map(|op| {
                let (forward, reflected, inplace) = op.dunder();
                [intern(esc, forward), intern(esc, reflected), intern(esc, inplace)]
            })
            .collect()
    });
    &names[op]
}

fn binary<const OP: usize>(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    let generic =
        |value: &Value| value.class().slots.binary[OP].get().is_some_and(|f| f as usize == BINARY[OP] as usize);
    let [forward, reflected, _] = interned(esc, OP);
    both_sides(esc, left, right, (forward, reflected), (generic(left), generic(right)))
}

/// `left op right` where at least one side's class looks its methods up.
fn both_sides(
    esc: Esc<'_>,
    left: &Value,
    right: &Value,
    (forward, reflected): (&Value, &Value),
    (left_generic, right_generic): (bool, bool),
) -> PyResult {
    let same_class = std::ptr::eq(left.class(), right.class());
    let mut try_right = right_generic && !same_class;
    if left_generic {
        if try_right && right.class().is_subtype(left.class()) && overrides(esc, left, right, reflected) {
            if let Some(result) = method(esc, right, reflected, left)? {
                return Ok(result);
            }
            try_right = false;
        }
        if let Some(result) = method(esc, left, forward, right)? {
            return Ok(result);
        }
        if same_class {
            return Ok(singletons::not_implemented());
        }
    }
    if try_right && let Some(result) = method(esc, right, reflected, left)? {
        return Ok(result);
    }
    Ok(singletons::not_implemented())
}

/// Whether the right operand's class has another reflected method than the left one's.
fn overrides(esc: Esc<'_>, left: &Value, right: &Value, reflected: &Value) -> bool {
    match (find(esc, left.class(), reflected), find(esc, right.class(), reflected)) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(left), Some(right)) => !left.is(&right),
    }
}

/// `receiver.name(other)`; `None` for a missing method or `NotImplemented`.
fn method(esc: Esc<'_>, receiver: &Value, name: &Value, other: &Value) -> PyResult<Option<Value>> {
    let result = call::call_special(esc, receiver, name, std::slice::from_ref(other))?;
    Ok(result.filter(|result| !singletons::is_not_implemented(result)))
}

fn inplace<const OP: usize>(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    let name = &interned(esc, OP)[2];
    special(esc, left, name, std::slice::from_ref(right))
}

fn power(esc: Esc<'_>, base: &Value, exponent: &Value, modulus: Option<&Value>) -> PyResult {
    let generic =
        |value: &Value| value.class().slots.power.get().is_some_and(|f| f as usize == power as *const () as usize);
    let Some(modulus) = modulus.filter(|modulus| !modulus.is_none()) else {
        let pair = (names::pow(esc), names::rpow(esc));
        return both_sides(esc, base, exponent, pair, (generic(base), generic(exponent)));
    };
    for (receiver, name, other) in [(base, names::pow(esc), exponent), (exponent, names::rpow(esc), base)] {
        if generic(receiver) {
            let args = [other.clone(), modulus.clone()];
            let result = super::python::call_special_args(esc, receiver, name, Args::positional(&args))?;
            if let Some(result) = result.filter(|result| !singletons::is_not_implemented(result)) {
                return Ok(result);
            }
        }
        if std::ptr::eq(base.class(), exponent.class()) {
            break;
        }
    }
    Ok(singletons::not_implemented())
}
