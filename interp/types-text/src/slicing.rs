//! Subscripts of sequences: an index or a slice resolved against a length.

use interp_object::data::slice::Slice;
use interp_object::layout::ValueExt;
use interp_object::{Esc, PyResult, Value, ops};

/// What a subscript selects.
pub(crate) enum Selection {
    /// One item; the index is in range.
    Item(usize),
    /// `count` items from `start`, `step` apart.
    Slice { start: usize, step: i64, count: usize },
}

impl Selection {
    /// The indices of a slice, in order.
    pub(crate) fn indices(start: usize, step: i64, count: usize) -> impl Iterator<Item = usize> {
        (0..count as i64).map(move |k| (start as i64 + k * step) as usize)
    }
}

/// Resolves `key` as `kind[key]` does; `messages` are for an index out of range and for a key of a wrong type (the
/// type's name follows).
pub(crate) fn select(esc: Esc<'_>, key: &Value, len: usize, messages: (&str, &str)) -> PyResult<Selection> {
    if let Some(slice) = key.payload::<Slice>() {
        let (start, step, count) = resolve(esc, slice, len)?;
        return Ok(Selection::Slice { start, step, count });
    }
    if key.as_int().is_none() && key.class().slots.index.is_empty() {
        return Err(esc.type_error(format_args!("{}'{}'", messages.1, key.class().name())));
    }
    let index = ops::as_isize_index(esc, key)?;
    let real = if index < 0 { index + len as i64 } else { index };
    match usize::try_from(real) {
        Ok(real) if real < len => Ok(Selection::Item(real)),
        _ => Err(esc.index_error(messages.0)),
    }
}

/// Start, step and number of items of a slice of a sequence of this length.
pub(crate) fn resolve(esc: Esc<'_>, slice: &Slice, len: usize) -> PyResult<(usize, i64, usize)> {
    let bound = |value: &Value| if value.is_none() { Ok(None) } else { slice_bound(esc, value).map(Some) };
    let step = bound(&slice.step)?.unwrap_or(1);
    if step == 0 {
        return Err(esc.value_error("slice step cannot be zero"));
    }
    let step = step.max(-i64::MAX);
    let len = len as i64;
    let (lowest, highest) = if step < 0 { (-1, len - 1) } else { (0, len) };
    let clamp = |value: i64| (if value < 0 { value.saturating_add(len) } else { value }).clamp(lowest, highest);
    let start = bound(&slice.start)?.map_or(if step < 0 { highest } else { lowest }, clamp);
    let stop = bound(&slice.stop)?.map_or(if step < 0 { lowest } else { highest }, clamp);
    let distance = if step < 0 { start - stop } else { stop - start };
    let count = if distance <= 0 { 0 } else { (distance - 1) / step.abs() + 1 };
    Ok((start.max(0) as usize, step, count as usize))
}

fn slice_bound(esc: Esc<'_>, value: &Value) -> PyResult<i64> {
    if value.as_int().is_none() && value.class().slots.index.is_empty() {
        return Err(esc.type_error("slice indices must be integers or None or have an __index__ method"));
    }
    ops::as_index_clamped(esc, value)
}

/// The range that optional `start` and `end` arguments of a search method select; `None` if it starts beyond the end.
pub(crate) fn search_range(
    esc: Esc<'_>,
    start: Option<&Value>,
    end: Option<&Value>,
    len: usize,
) -> PyResult<Option<std::ops::Range<usize>>> {
    let bound = |value: Option<&Value>, default: i64| match value.filter(|value| !value.is_none()) {
        Some(value) => slice_bound(esc, value).map(|index| {
            let index = if index < 0 { index.saturating_add(len as i64).max(0) } else { index };
            index as usize
        }),
        None => Ok(default as usize),
    };
    let start = bound(start, 0)?;
    let end = bound(end, len as i64)?.min(len);
    Ok((start <= end).then_some(start..end))
}
