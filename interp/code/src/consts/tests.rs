//! Equality of constants follows CPython's constant keys.

use std::collections::HashSet;
use std::sync::Arc;

use super::Const;

#[test]
fn types_and_signs_are_kept_apart() {
    let all = [
        Const::int(1),
        Const::True,
        Const::Float(1.0),
        Const::Float(0.0),
        Const::Float(-0.0),
        Const::int(0),
        Const::Complex(0.0, 0.0),
        Const::Complex(0.0, -0.0),
        Const::str("a"),
        Const::Bytes(Arc::from(*b"a")),
    ];
    assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
    assert_eq!(Const::int(dashu_int::IBig::from(7)), Const::int(7));
}

#[test]
fn frozen_sets_ignore_order() {
    let set = |items: &[i64]| Const::FrozenSet(items.iter().map(|&i| Const::int(i)).collect());
    assert_eq!(set(&[1, 2, 3]), set(&[3, 1, 2]));
    assert_eq!(HashSet::from([set(&[1, 2])]).len(), HashSet::from([set(&[1, 2]), set(&[2, 1])]).len());
    assert_ne!(set(&[1, 2]), set(&[1, 3]));
}
