//! `list[index]` and `list[a:b:c]`: reading, assigning, deleting.

use interp_object::data::exception::TYPE_ERROR;
use interp_object::data::list::{List, Source};
use interp_object::data::slice::Slice;
use interp_object::layout::ValueExt;
use interp_object::{Esc, PyResult, Raised, Value, ops};

use super::source_at_once;
use crate::util::{Span, is_index, offset, this};

fn bad_subscript(esc: Esc<'_>, key: &Value) -> Raised {
    esc.type_error(format_args!("list indices must be integers or slices, not {}", key.class().name()))
}

/// `list[key]`
pub(super) fn get(esc: Esc<'_>, value: &Value, key: &Value) -> PyResult {
    let list = this::<List>(esc, value)?;
    if let Some(index) = key.as_int() {
        return item(esc, list, index);
    }
    if let Some(slice) = key.payload::<Slice>() {
        return Ok(sliced(esc, list, Span::unpack(esc, slice)?));
    }
    if is_index(key) {
        let index = ops::as_isize_index(esc, key)?;
        return item(esc, list, index);
    }
    Err(bad_subscript(esc, key))
}

#[inline]
fn item(esc: Esc<'_>, list: &List, index: i64) -> PyResult {
    match offset(index, list.len()).and_then(|index| list.get(esc, index)) {
        Some(item) => Ok(item),
        None => Err(esc.index_error("list index out of range")),
    }
}

/// The items that a span names. Another thread may shorten the list meanwhile: then fewer.
fn sliced(esc: Esc<'_>, list: &List, span: Span) -> Value {
    let span = span.adjust(list.len());
    list.slice(esc, span.start as usize, span.step as isize, span.len()).into_value()
}

/// `list[key] = new`, or with `None` `del list[key]`
pub(super) fn set(esc: Esc<'_>, value: &Value, key: &Value, new: Option<&Value>) -> PyResult<()> {
    let list = this::<List>(esc, value)?;
    if let Some(slice) = key.payload::<Slice>() {
        let span = Span::unpack(esc, slice)?;
        return match new {
            Some(new) => assign(esc, list, span, new),
            None => delete(esc, list, span.adjust(list.len())),
        };
    }
    if !is_index(key) {
        return Err(bad_subscript(esc, key));
    }
    let index = ops::as_isize_index(esc, key)?;
    let Some(index) = offset(index, list.len()) else { return Err(out_of_range(esc)) };
    match new {
        Some(new) => match list.set(index, new.clone()) {
            Ok(old) => drop(old),
            Err(_) => return Err(out_of_range(esc)),
        },
        None => match list.remove_at(index) {
            Some(old) => drop(old),
            None => return Err(out_of_range(esc)),
        },
    }
    Ok(())
}

#[cold]
fn out_of_range(esc: Esc<'_>) -> Raised {
    esc.index_error("list assignment index out of range")
}

/// The items to assign to a slice.
fn replacement<'a>(esc: Esc<'_>, new: &'a Value) -> PyResult<Source<'a>> {
    if let Some(items) = source_at_once(esc, new) {
        return Ok(items);
    }
    let iterator = match ops::iterator(esc, new) {
        Ok(iterator) => iterator,
        Err(raised) => {
            drop(raised.catch_if(esc, &TYPE_ERROR)?);
            return Err(esc.type_error("must assign iterable to extended slice"));
        }
    };
    ops::collect(esc, &iterator).map(Source::Owned)
}

fn assign(esc: Esc<'_>, list: &List, span: Span, new: &Value) -> PyResult<()> {
    let items = replacement(esc, new)?;
    // The length is taken after the items: making them may have run code that changed it.
    let span = span.adjust(list.len());
    if span.step == 1 {
        let (start, stop) = (span.start as usize, span.stop.max(span.start) as usize);
        return match list.assign(esc, start..stop, items) {
            Ok(_) => Ok(()),
            Err(_) => Err(esc.memory_error()),
        };
    }
    let items = match items {
        Source::List(source) => source.snapshot(),
        Source::Temporary(source) => source.snapshot(),
        Source::Items(items) => items.to_vec(),
        Source::Owned(items) => items,
    };
    if items.len() != span.len() {
        return Err(esc.value_error(format_args!(
            "attempt to assign sequence of size {} to extended slice of size {}",
            items.len(),
            span.len()
        )));
    }
    for (index, item) in span.indices().zip(items) {
        drop(list.set(index, item));
    }
    Ok(())
}

fn delete(esc: Esc<'_>, list: &List, span: Span) -> PyResult<()> {
    if span.len() == 0 {
        return Ok(());
    }
    let cover = span.cover();
    // Every `step`-th item of the cover goes, from its first to its last.
    let every = span.step.unsigned_abs() as usize;
    let kept = match every {
        1 => Vec::new(),
        _ => {
            let items = list.snapshot_range(cover.clone()).into_iter().enumerate();
            items.filter(|(at, _)| !at.is_multiple_of(every)).map(|(_, item)| item).collect()
        }
    };
    match list.assign(esc, cover, Source::Owned(kept)) {
        Ok(_) => Ok(()),
        Err(_) => Err(esc.memory_error()),
    }
}
