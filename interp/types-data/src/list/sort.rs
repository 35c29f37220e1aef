//! Sorting: `list.sort` and `sorted`.
//!
//! Keys of one simple kind (small ints, floats, strings) cannot run code of the program, so the standard library's sort
//! does them. Anything else is sorted here, by a merge sort after Peters' "listsort" (CPython `Objects/listsort.txt`):
//! natural runs, short ones lengthened by binary insertion, merged while their lengths stay balanced. It orders indices
//! and leaves the keys where they are, so a comparison that raises, lies, or changes the list finds everything in place,
//! and the indices stay a permutation.

use std::cmp::Ordering;

use interp_object::data::str::{Chars, Str};
use interp_object::layout::ValueExt;
use interp_object::slots::CompareOp;
use interp_object::{Esc, PyResult, Value, call, ops};

/// Sorts items for `sorted`: stable, by `key` (a callable or `None`), descending if `reverse`.
///
/// # Errors
/// What `key` and comparisons raise.
pub fn list_sort(esc: Esc<'_>, mut items: Vec<Value>, key: Option<&Value>, reverse: bool) -> PyResult<Vec<Value>> {
    sort_items(esc, &mut items, key, reverse)?;
    Ok(items)
}

/// Sorts items in place. After an error they are all still there, in some order.
pub(crate) fn sort_items(esc: Esc<'_>, items: &mut Vec<Value>, key: Option<&Value>, reverse: bool) -> PyResult<()> {
    let Some(key) = key.filter(|key| !key.is_none()) else {
        if sort_ints(items, reverse) {
            return Ok(());
        }
        let (order, result) = sorted_order(esc, items, reverse);
        permute(items, &order);
        return result;
    };
    let mut keys = Vec::with_capacity(items.len());
    for item in items.iter() {
        keys.push(call::call(esc, key, std::slice::from_ref(item))?);
    }
    let (order, result) = sorted_order(esc, &keys, reverse);
    permute(items, &order);
    result
}

/// Small ints without a key: equal ones are indistinguishable, so the numbers alone are sorted.
fn sort_ints(items: &mut [Value], reverse: bool) -> bool {
    let Some(mut numbers) = items.iter().map(Value::as_int).collect::<Option<Vec<i64>>>() else { return false };
    numbers.sort_unstable();
    if reverse {
        numbers.reverse();
    }
    for (item, number) in items.iter_mut().zip(numbers) {
        if let Some(number) = Value::from_int(number) {
            *item = number;
        }
    }
    true
}

fn permute(items: &mut Vec<Value>, order: &[u32]) {
    let mut old: Vec<Option<Value>> = std::mem::take(items).into_iter().map(Some).collect();
    items.extend(order.iter().filter_map(|&index| old[index as usize].take()));
}

/// The order of the keys, and whether it is the right one.
fn sorted_order(esc: Esc<'_>, keys: &[Value], reverse: bool) -> (Vec<u32>, PyResult<()>) {
    let Ok(len) = u32::try_from(keys.len()) else { return (Vec::new(), Err(esc.memory_error())) };
    if let Some(order) = simple_order(keys, reverse) {
        return (order, Ok(()));
    }
    let mut order: Vec<u32> = (0..len).collect();
    // Backwards before and after: stable in descending order too.
    if reverse {
        order.reverse();
    }
    let result = merge_sort(&mut order, &mut |a, b| less(esc, &keys[a as usize], &keys[b as usize]));
    if reverse {
        order.reverse();
    }
    (order, result)
}

/// The order of keys that are all small ints, all floats without NaN, or all strings.
fn simple_order(keys: &[Value], reverse: bool) -> Option<Vec<u32>> {
    let first = keys.first()?;
    if first.as_int().is_some() {
        return order_by(keys, reverse, Value::as_int, Ord::cmp);
    }
    if first.as_f64().is_some() {
        let number = |key: &Value| key.as_f64().filter(|number| !number.is_nan());
        return order_by(keys, reverse, number, |a, b| a.partial_cmp(b).unwrap_or(Ordering::Equal));
    }
    first.exact::<Str>()?;
    order_by(keys, reverse, |key| Some(key.exact::<Str>()?.chars()), compare_chars)
}

fn order_by<'a, K>(
    keys: &'a [Value],
    reverse: bool,
    extract: impl Fn(&'a Value) -> Option<K>,
    compare: impl Fn(&K, &K) -> Ordering,
) -> Option<Vec<u32>> {
    let mut pairs: Vec<(K, u32)> = Vec::with_capacity(keys.len());
    for (index, key) in (0u32..).zip(keys) {
        pairs.push((extract(key)?, index));
    }
    match reverse {
        false => pairs.sort_by(|a, b| compare(&a.0, &b.0)),
        true => pairs.sort_by(|a, b| compare(&b.0, &a.0)),
    }
    Some(pairs.into_iter().map(|(_, index)| index).collect())
}

fn compare_chars(a: &Chars<'_>, b: &Chars<'_>) -> Ordering {
    match (a, b) {
        (Chars::Latin1(a), Chars::Latin1(b)) => a.cmp(b),
        _ => a.iter().cmp(b.iter()),
    }
}

fn less(esc: Esc<'_>, a: &Value, b: &Value) -> PyResult<bool> {
    if let (Some(a), Some(b)) = (a.as_int(), b.as_int()) {
        return Ok(a < b);
    }
    if let (Some(a), Some(b)) = (a.as_f64(), b.as_f64()) {
        return Ok(a < b);
    }
    if let (Some(a), Some(b)) = (a.exact::<Str>(), b.exact::<Str>()) {
        return Ok(compare_chars(&a.chars(), &b.chars()).is_lt());
    }
    ops::compare_bool(esc, a, b, CompareOp::Lt)
}

/// Runs shorter than this are lengthened by binary insertion.
const MIN_MERGE: usize = 64;

/// A run length between half of [`MIN_MERGE`] and it, such that the number of runs is a power of two or just below.
fn min_run(mut len: usize) -> usize {
    let mut odd = 0;
    while len >= MIN_MERGE {
        odd |= len & 1;
        len >>= 1;
    }
    len + odd
}

/// Sorts indices by a comparison that may raise; they stay a permutation then.
pub(crate) fn merge_sort<E>(order: &mut [u32], less: &mut impl FnMut(u32, u32) -> Result<bool, E>) -> Result<(), E> {
    let shortest = min_run(order.len());
    let mut scratch: Vec<u32> = Vec::new();
    // Runs that wait to be merged: where they start; each ends where the next starts.
    let mut starts: Vec<usize> = Vec::new();
    let mut at = 0;
    while at < order.len() {
        let rest = &mut order[at..];
        let natural = count_run(rest, less)?;
        let run = natural.max(shortest.min(rest.len()));
        insertion_sort(&mut rest[..run], natural, less)?;
        starts.push(at);
        at += run;
        while let Some(merge) = unbalanced(&starts, at) {
            merge_at(order, &mut starts, merge, at, &mut scratch, less)?;
        }
    }
    while starts.len() > 1 {
        let merge = starts.len() - 2;
        merge_at(order, &mut starts, merge, at, &mut scratch, less)?;
    }
    Ok(())
}

/// Which run to merge with its right neighbour so that lengths grow at least like Fibonacci numbers from the right.
fn unbalanced(starts: &[usize], end: usize) -> Option<usize> {
    let length = |from_right: usize| {
        let index = starts.len().checked_sub(from_right)?;
        Some(starts.get(index + 1).copied().unwrap_or(end) - starts[index])
    };
    let (last, before) = (length(1)?, length(2)?);
    let third = length(3);
    let tall = |sum: usize, run: Option<usize>| run.is_some_and(|run| run <= sum);
    if tall(before + last, third) || tall(third.unwrap_or(0) + before, length(4)) {
        let left = third.is_some_and(|third| third < last);
        return Some(starts.len() - if left { 3 } else { 2 });
    }
    (before <= last).then(|| starts.len() - 2)
}

fn merge_at<E>(
    order: &mut [u32],
    starts: &mut Vec<usize>,
    index: usize,
    end: usize,
    scratch: &mut Vec<u32>,
    less: &mut impl FnMut(u32, u32) -> Result<bool, E>,
) -> Result<(), E> {
    let end = starts.get(index + 2).copied().unwrap_or(end);
    let middle = starts.remove(index + 1);
    let start = starts[index];
    merge(&mut order[start..end], middle - start, scratch, less)
}

/// The length of the run at the start, made ascending: a strictly descending one is reversed.
fn count_run<E>(order: &mut [u32], less: &mut impl FnMut(u32, u32) -> Result<bool, E>) -> Result<usize, E> {
    if order.len() < 2 {
        return Ok(order.len());
    }
    let descending = less(order[1], order[0])?;
    let mut run = 2;
    while run < order.len() && less(order[run], order[run - 1])? == descending {
        run += 1;
    }
    if descending {
        order[..run].reverse();
    }
    Ok(run)
}

/// Sorts by binary insertion; the first `sorted` are in order already.
fn insertion_sort<E>(
    order: &mut [u32],
    sorted: usize,
    less: &mut impl FnMut(u32, u32) -> Result<bool, E>,
) -> Result<(), E> {
    for next in sorted..order.len() {
        let place = after_equals(&order[..next], order[next], less)?;
        order[place..=next].rotate_right(1);
    }
    Ok(())
}

/// The first place in a sorted run whose item is greater than `item`.
fn after_equals<E>(run: &[u32], item: u32, less: &mut impl FnMut(u32, u32) -> Result<bool, E>) -> Result<usize, E> {
    let (mut low, mut high) = (0, run.len());
    while low < high {
        let middle = low + (high - low) / 2;
        if less(item, run[middle])? { high = middle } else { low = middle + 1 }
    }
    Ok(low)
}

/// The first place in a sorted run whose item is not less than `item`.
fn before_equals<E>(run: &[u32], item: u32, less: &mut impl FnMut(u32, u32) -> Result<bool, E>) -> Result<usize, E> {
    let (mut low, mut high) = (0, run.len());
    while low < high {
        let middle = low + (high - low) / 2;
        if less(run[middle], item)? { low = middle + 1 } else { high = middle }
    }
    Ok(low)
}

/// Merges the sorted runs `order[..middle]` and `order[middle..]`.
fn merge<E>(
    order: &mut [u32],
    middle: usize,
    scratch: &mut Vec<u32>,
    less: &mut impl FnMut(u32, u32) -> Result<bool, E>,
) -> Result<(), E> {
    // What is in place already: the left run up to the right one's first, the right run from the left one's last on.
    let start = after_equals(&order[..middle], order[middle], less)?;
    if start == middle {
        return Ok(());
    }
    let end = middle + before_equals(&order[middle..], order[middle - 1], less)?;
    let order = &mut order[start..end];
    let middle = middle - start;
    scratch.clear();
    scratch.extend_from_slice(&order[..middle]);
    // Invariant: `left` items of the scratch and `right - middle` of the right run are placed, so the gap between
    // `placed` and `right` has room for exactly the rest of the scratch.
    let (mut left, mut right, mut placed) = (0, middle, 0);
    let mut result = Ok(());
    while left < scratch.len() && right < order.len() {
        match less(order[right], scratch[left]) {
            Ok(true) => {
                order[placed] = order[right];
                right += 1;
            }
            Ok(false) => {
                order[placed] = scratch[left];
                left += 1;
            }
            Err(error) => {
                result = Err(error);
                break;
            }
        }
        placed += 1;
    }
    let rest = &scratch[left..];
    order[placed..placed + rest.len()].copy_from_slice(rest);
    result
}

#[cfg(test)]
mod tests;
