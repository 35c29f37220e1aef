//! Methods of `set` and `frozenset`.

use interp_object::attr;
use interp_object::data::alias::CLASS_GETITEM;
use interp_object::data::exception::KEY_ERROR;
use interp_object::data::set::{self, FrozenSet, table_of};
use interp_object::data::{int, list, singletons, tuple};
use interp_object::layout::ValueExt;
use interp_object::native::{MethodDef, NativeFn};
use interp_object::{Esc, PyResult, Value, ops};

use super::{algebra, copy_of, difference_of, frozen_key, intersection_of, table};
use crate::util::none;

/// Methods of both types.
pub(super) static SHARED: &[MethodDef] = &[
    CLASS_GETITEM,
    MethodDef::new("__reduce__", NativeFn::NoArgs(reduce), "Return state information for pickling."),
    MethodDef::new("__sizeof__", NativeFn::NoArgs(sizeof), "S.__sizeof__() -> size of S in memory, in bytes."),
    MethodDef::new("copy", NativeFn::NoArgs(copy), "Return a shallow copy of a set."),
    MethodDef::new(
        "difference",
        NativeFn::Positional(difference),
        "Return a new set with elements in the set that are not in the others.",
    ),
    MethodDef::new(
        "intersection",
        NativeFn::Positional(intersection),
        "Return a new set with elements common to the set and all others.",
    ),
    MethodDef::new("isdisjoint", NativeFn::One(is_disjoint), "Return True if two sets have a null intersection."),
    MethodDef::new("issubset", NativeFn::One(is_subset), "Report whether another set contains this set."),
    MethodDef::new("issuperset", NativeFn::One(is_superset), "Report whether this set contains another set."),
    MethodDef::new(
        "symmetric_difference",
        NativeFn::One(symmetric_difference),
        "Return a new set with elements in either the set or other but not both.",
    ),
    MethodDef::new("union", NativeFn::Positional(union), "Return a new set with elements from the set and all others."),
];

/// Methods of `set` alone.
pub(super) static MUTABLE: &[MethodDef] = &[
    MethodDef::new("add", NativeFn::One(add), "Add an element to a set."),
    MethodDef::new("clear", NativeFn::NoArgs(clear), "Remove all elements from this set."),
    MethodDef::new(
        "difference_update",
        NativeFn::Positional(difference_update),
        "Update the set, removing elements found in others.",
    ),
    MethodDef::new("discard", NativeFn::One(discard), "Remove an element from a set if it is a member."),
    MethodDef::new(
        "intersection_update",
        NativeFn::Positional(intersection_update),
        "Update the set, keeping only elements found in it and all others.",
    ),
    MethodDef::new("pop", NativeFn::NoArgs(pop), "Remove and return an arbitrary set element."),
    MethodDef::new("remove", NativeFn::One(remove), "Remove an element from a set; it must be a member."),
    MethodDef::new(
        "symmetric_difference_update",
        NativeFn::One(symmetric_difference_update),
        "Update the set, keeping only elements found in either set, but not in both.",
    ),
    MethodDef::new("update", NativeFn::Positional(update), "Update the set, adding elements from all others."),
];

fn reduce(esc: Esc<'_>, value: &Value) -> PyResult {
    let items = super::shown_items(esc, table(esc, value)?);
    let items = list::from_vec(esc, items).into_value();
    let arguments = tuple::new(esc, [items]).into_value();
    let state = match value.class().is_heap() {
        true => {
            attr::get_str(esc, value, "__getstate__").and_then(|state| interp_object::call::call(esc, &state, &[]))?
        }
        false => singletons::none(),
    };
    Ok(tuple::new(esc, [value.class().value(), arguments, state]).into_value())
}

fn sizeof(esc: Esc<'_>, value: &Value) -> PyResult {
    let items = table(esc, value)?.len(esc);
    let slots = if items < 5 { 0 } else { (items * 5 / 3).next_power_of_two() };
    Ok(int::from_usize(esc, 200 + 16 * slots))
}

fn copy(esc: Esc<'_>, value: &Value) -> PyResult {
    if value.exact::<FrozenSet>().is_some() { Ok(value.clone()) } else { copy_of(esc, value) }
}

fn difference(esc: Esc<'_>, value: &Value, others: &[Value]) -> PyResult {
    let [first, rest @ ..] = others else { return copy(esc, value) };
    let result = difference_of(esc, value, first)?;
    for other in rest {
        algebra::difference_update(esc, table(esc, &result)?, other)?;
    }
    Ok(result)
}

fn intersection(esc: Esc<'_>, value: &Value, others: &[Value]) -> PyResult {
    let [first, rest @ ..] = others else { return copy(esc, value) };
    let mut result = intersection_of(esc, value, first)?;
    for other in rest {
        result = intersection_of(esc, &result, other)?;
    }
    Ok(result)
}

fn is_disjoint(esc: Esc<'_>, value: &Value, other: &Value) -> PyResult {
    algebra::is_disjoint(esc, table(esc, value)?, other).map(singletons::bool)
}

/// Runs `body` with `other` as a table, made on the way if it is no set.
fn with_table<R>(esc: Esc<'_>, other: &Value, body: impl FnOnce(&set::Table) -> PyResult<R>) -> PyResult<R> {
    if let Some(table) = table_of(other) {
        return body(table);
    }
    let made = set::new(esc);
    algebra::update(esc, made.table(), other)?;
    body(made.table())
}

fn is_subset(esc: Esc<'_>, value: &Value, other: &Value) -> PyResult {
    let mine = table(esc, value)?;
    with_table(esc, other, |theirs| {
        Ok(singletons::bool(mine.len(esc) <= theirs.len(esc) && algebra::is_subset(esc, mine, theirs)?))
    })
}

fn is_superset(esc: Esc<'_>, value: &Value, other: &Value) -> PyResult {
    let mine = table(esc, value)?;
    if let Some(theirs) = table_of(other) {
        return Ok(singletons::bool(theirs.len(esc) <= mine.len(esc) && algebra::is_subset(esc, theirs, mine)?));
    }
    let mut all = true;
    ops::iterate(esc, other, |item| {
        all = mine.contains(esc, &item)?;
        Ok(all)
    })?;
    Ok(singletons::bool(all))
}

fn symmetric_difference(esc: Esc<'_>, value: &Value, other: &Value) -> PyResult {
    let result = copy_of(esc, value)?;
    algebra::symmetric_difference_update(esc, table(esc, &result)?, other)?;
    Ok(result)
}

fn union(esc: Esc<'_>, value: &Value, others: &[Value]) -> PyResult {
    let result = copy_of(esc, value)?;
    for other in others {
        algebra::update(esc, table(esc, &result)?, other)?;
    }
    Ok(result)
}

fn add(esc: Esc<'_>, value: &Value, item: &Value) -> PyResult {
    table(esc, value)?.add(esc, item)?;
    none()
}

fn clear(esc: Esc<'_>, value: &Value) -> PyResult {
    table(esc, value)?.clear_items(esc);
    none()
}

fn difference_update(esc: Esc<'_>, value: &Value, others: &[Value]) -> PyResult {
    for other in others {
        algebra::difference_update(esc, table(esc, value)?, other)?;
    }
    none()
}

fn take(esc: Esc<'_>, value: &Value, item: &Value) -> PyResult<bool> {
    let table = table(esc, value)?;
    match frozen_key(esc, item)? {
        Some(frozen) => table.remove(esc, &frozen),
        None => table.remove(esc, item),
    }
}

fn discard(esc: Esc<'_>, value: &Value, item: &Value) -> PyResult {
    take(esc, value, item)?;
    none()
}

fn intersection_update(esc: Esc<'_>, value: &Value, others: &[Value]) -> PyResult {
    for other in others {
        algebra::intersection_update(esc, table(esc, value)?, other)?;
    }
    none()
}

fn pop(esc: Esc<'_>, value: &Value) -> PyResult {
    match table(esc, value)?.pop(esc) {
        Some(item) => Ok(item),
        None => Err(esc.raise_str(&KEY_ERROR, "pop from an empty set")),
    }
}

fn remove(esc: Esc<'_>, value: &Value, item: &Value) -> PyResult {
    if take(esc, value, item)? { none() } else { Err(esc.key_error(item)) }
}

fn symmetric_difference_update(esc: Esc<'_>, value: &Value, other: &Value) -> PyResult {
    algebra::symmetric_difference_update(esc, table(esc, value)?, other)?;
    none()
}

fn update(esc: Esc<'_>, value: &Value, others: &[Value]) -> PyResult {
    for other in others {
        algebra::update(esc, table(esc, value)?, other)?;
    }
    none()
}
