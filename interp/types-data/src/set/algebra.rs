//! The operations of sets on tables. An operand that is a set or a `dict` gives its hashes along and runs no code of its
//! own; any other iterable is iterated. Operands are read as of one moment, so a set may be its own operand.

use interp_object::data::dict::Dict;
use interp_object::data::set::{self, Table, table_of};
use interp_object::layout::ValueExt;
use interp_object::{Esc, PyResult, Value, ops};

/// Items and hashes of an operand that is a set or a `dict`.
pub(super) fn hashed_items(esc: Esc<'_>, other: &Value) -> Option<Vec<(Value, i64)>> {
    if let Some(table) = table_of(other) {
        return Some(table.items(esc));
    }
    let dict = other.exact::<Dict>()?;
    Some(dict.items(esc).into_iter().map(|(key, hash, _)| (key, hash)).collect())
}

/// `set |= other`
pub(crate) fn update(esc: Esc<'_>, table: &Table, other: &Value) -> PyResult<()> {
    if let Some(items) = hashed_items(esc, other) {
        for (item, hash) in items {
            table.add_hashed(esc, &item, hash)?;
        }
        return Ok(());
    }
    if let Some(items) = crate::list::items_at_once(esc, other) {
        return items.iter().try_for_each(|item| table.add(esc, item).map(drop));
    }
    ops::iterate(esc, other, |item| table.add(esc, &item).map(|_| true))
}

/// `set -= other`
pub(crate) fn difference_update(esc: Esc<'_>, table: &Table, other: &Value) -> PyResult<()> {
    if let Some(items) = hashed_items(esc, other) {
        for (item, hash) in items {
            table.remove_hashed(esc, &item, hash)?;
        }
        return Ok(());
    }
    ops::iterate(esc, other, |item| table.remove(esc, &item).map(|_| true))
}

/// `set ^= other`
pub(crate) fn symmetric_difference_update(esc: Esc<'_>, table: &Table, other: &Value) -> PyResult<()> {
    let items = match hashed_items(esc, other) {
        Some(items) => items,
        None => {
            let once = set::new(esc);
            update(esc, once.table(), other)?;
            once.table().items(esc)
        }
    };
    for (item, hash) in items {
        if !table.remove_hashed(esc, &item, hash)? {
            table.add_hashed(esc, &item, hash)?;
        }
    }
    Ok(())
}

/// `set &= other`
pub(crate) fn intersection_update(esc: Esc<'_>, table: &Table, other: &Value) -> PyResult<()> {
    let common = set::new(esc);
    intersect_into(esc, common.table(), table, other)?;
    for (item, hash) in table.items(esc) {
        if !common.table().contains_hashed(esc, &item, hash)? {
            table.remove_hashed(esc, &item, hash)?;
        }
    }
    Ok(())
}

/// Adds to `result` what `table` and `other` have in common. Of two sets the smaller one is walked.
pub(crate) fn intersect_into(esc: Esc<'_>, result: &Table, table: &Table, other: &Value) -> PyResult<()> {
    if let Some(theirs) = table_of(other) {
        let (small, large) = if theirs.len(esc) > table.len(esc) { (table, theirs) } else { (theirs, table) };
        for (item, hash) in small.items(esc) {
            if large.contains_hashed(esc, &item, hash)? {
                result.add_hashed(esc, &item, hash)?;
            }
        }
        return Ok(());
    }
    ops::iterate(esc, other, |item| {
        let hash = ops::hash(esc, &item)?;
        if table.contains_hashed(esc, &item, hash)? {
            result.add_hashed(esc, &item, hash)?;
        }
        Ok(true)
    })
}

/// Adds to `result` what `table` has and `other` has not.
pub(crate) fn subtract_into(esc: Esc<'_>, result: &Table, table: &Table, other: &Value) -> PyResult<()> {
    let theirs = table_of(other);
    let dict = other.exact::<Dict>();
    if theirs.is_none() && dict.is_none() {
        for (item, hash) in table.items(esc) {
            result.add_hashed(esc, &item, hash)?;
        }
        return difference_update(esc, result, other);
    }
    for (item, hash) in table.items(esc) {
        let excluded = match (theirs, dict) {
            (Some(theirs), _) => theirs.contains_hashed(esc, &item, hash)?,
            (None, Some(dict)) => dict.get_hashed(esc, &item, hash)?.is_some(),
            (None, None) => false,
        };
        if !excluded {
            result.add_hashed(esc, &item, hash)?;
        }
    }
    Ok(())
}

/// Whether `large` has every item of `small`.
pub(crate) fn is_subset(esc: Esc<'_>, small: &Table, large: &Table) -> PyResult<bool> {
    let mut position = 0;
    while let Some((at, item, hash)) = small.next_item(esc, position) {
        if !large.contains_hashed(esc, &item, hash)? {
            return Ok(false);
        }
        position = at + 1;
    }
    Ok(true)
}

/// Whether `table` has none of the items of `other`.
pub(crate) fn is_disjoint(esc: Esc<'_>, table: &Table, other: &Value) -> PyResult<bool> {
    if let Some(theirs) = table_of(other) {
        let (small, large) = if theirs.len(esc) > table.len(esc) { (table, theirs) } else { (theirs, table) };
        let mut position = 0;
        while let Some((at, item, hash)) = small.next_item(esc, position) {
            if large.contains_hashed(esc, &item, hash)? {
                return Ok(false);
            }
            position = at + 1;
        }
        return Ok(true);
    }
    let mut disjoint = true;
    ops::iterate(esc, other, |item| {
        disjoint = !table.contains(esc, &item)?;
        Ok(disjoint)
    })?;
    Ok(disjoint)
}
