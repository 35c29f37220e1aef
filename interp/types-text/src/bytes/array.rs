//! `bytearray`: slots that differ from those of `bytes`.

use interp_object::builder::TypeBuilder;
use interp_object::data::bytearray::{self, BYTEARRAY, ByteArray};
use interp_object::data::slice::Slice;
use interp_object::data::str;
use interp_object::layout::ValueExt;
use interp_object::slots::BinaryOp;
use interp_object::{Args, Esc, PyResult, Raised, TypeObject, Value};

use super::{array_methods, construct, methods, octet, octets_of, repetition, repr, search};
use crate::slicing::{self, Selection};

pub(super) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &BYTEARRAY)
        .slots(|slots| {
            slots.new.set(Some(new));
            slots.init.set(Some(initialize));
            slots.repr.set(Some(show));
            slots.str.set(Some(show));
            slots.hash.set(Some(|esc, value| {
                Err(esc.type_error(format_args!("unhashable type: '{}'", value.class().name())))
            }));
            slots.richcompare.set(Some(super::compare));
            slots.len.set(Some(|_, value| Ok(value.payload::<ByteArray>().map_or(0, ByteArray::len))));
            slots.getitem.set(Some(super::get_item));
            slots.setitem.set(Some(set_item));
            slots.contains.set(Some(search::contains));
            slots.iter.set(Some(crate::iter::over_octets));
            slots.concat.set(Some(super::concat));
            slots.repeat.set(Some(super::repeat));
            slots.inplace_concat.set(Some(inplace_concat));
            slots.inplace_repeat.set(Some(inplace_repeat));
            slots.binary[BinaryOp::Remainder as usize].set(Some(super::remainder));
        })
        .methods(methods::SHARED)
        .methods(array_methods::METHODS)
        .doc("bytearray(iterable_of_ints) -> bytearray\n\nConstruct a mutable bytearray object.");
}

/// The payload of a receiver, which is a `bytearray`.
pub(super) fn array<'a>(esc: Esc<'_>, value: &'a Value) -> PyResult<&'a ByteArray> {
    value.payload::<ByteArray>().ok_or_else(|| esc.type_error("a bytearray was expected"))
}

/// `BufferError` while a buffer shows the octets: their number may not change then.
pub(super) fn check_resizable(esc: Esc<'_>, array: &ByteArray) -> PyResult<()> {
    if array.exports() == 0 { Ok(()) } else { Err(exported(esc)) }
}

#[cold]
fn exported(esc: Esc<'_>) -> Raised {
    esc.raise_str(&interp_object::data::exception::BUFFER_ERROR, "Existing exports of data: object cannot be re-sized")
}

fn new(esc: Esc<'_>, class: &TypeObject, _args: Args<'_>) -> PyResult {
    Ok(bytearray::new_as(esc, class, Vec::new()).into_value())
}

fn initialize(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult<()> {
    let octets = construct::arguments(esc, "bytearray", args)?;
    let array = array(esc, this)?;
    if array.len() != octets.len() {
        check_resizable(esc, array)?;
    }
    array.write(|old| *old = octets);
    Ok(())
}

fn show(esc: Esc<'_>, this: &Value) -> PyResult {
    let text = repr::quote_array(&this.class().name(), &array(esc, this)?.to_vec());
    Ok(str::new(esc, &text).into_value())
}

fn set_item(esc: Esc<'_>, this: &Value, key: &Value, value: Option<&Value>) -> PyResult<()> {
    let array = array(esc, this)?;
    if key.payload::<Slice>().is_none() {
        if key.class().slots.index.is_empty() {
            let shown = key.class().name();
            return Err(esc.type_error(format_args!("bytearray indices must be integers or slices, not {shown}")));
        }
        return set_one(esc, array, key, value);
    }
    let octets = match value {
        None => Vec::new(),
        Some(value) => replacement(esc, value)?,
    };
    let Selection::Slice { start, step, count } = slicing::select(esc, key, array.len(), ("", ""))? else {
        return Ok(());
    };
    if step == 1 {
        if octets.len() != count {
            check_resizable(esc, array)?;
        }
        // The array may have shrunk since its length was read.
        array.write(|old| {
            let start = start.min(old.len());
            let end = (start + count).min(old.len());
            old.splice(start..end, octets);
        });
        return Ok(());
    }
    if value.is_none() {
        check_resizable(esc, array)?;
        let mut doomed: Vec<usize> = Selection::indices(start, step, count).collect();
        doomed.sort_unstable();
        array.write(|old| {
            let mut index = 0;
            old.retain(|_| {
                index += 1;
                doomed.binary_search(&(index - 1)).is_err()
            });
        });
        return Ok(());
    }
    if octets.len() != count {
        return Err(esc.value_error(format_args!(
            "attempt to assign bytes of size {} to extended slice of size {count}",
            octets.len()
        )));
    }
    array.write(|old| {
        for (index, octet) in Selection::indices(start, step, count).zip(octets) {
            if let Some(place) = old.get_mut(index) {
                *place = octet;
            }
        }
    });
    Ok(())
}

fn set_one(esc: Esc<'_>, array: &ByteArray, key: &Value, value: Option<&Value>) -> PyResult<()> {
    const MESSAGES: (&str, &str) = ("bytearray index out of range", "");
    let new = match value {
        Some(value) => Some(octet(esc, value)?),
        None => None,
    };
    let Selection::Item(index) = slicing::select(esc, key, array.len(), MESSAGES)? else { return Ok(()) };
    if new.is_none() {
        check_resizable(esc, array)?;
    }
    let done = array.write(|octets| match (new, octets.get_mut(index)) {
        (_, None) => false,
        (Some(new), Some(place)) => {
            *place = new;
            true
        }
        (None, Some(_)) => {
            octets.remove(index);
            true
        }
    });
    if done { Ok(()) } else { Err(esc.index_error(MESSAGES.0)) }
}

/// What may be assigned to a slice: bytes-like, or an iterable of ints.
fn replacement(esc: Esc<'_>, value: &Value) -> PyResult<Vec<u8>> {
    if let Some(octets) = octets_of(esc, value)? {
        return Ok(octets.into_owned());
    }
    let number = interp_object::data::int::view(value).is_some();
    if number || value.payload::<str::Str>().is_some() {
        return Err(esc.type_error("can assign only bytes, buffers, or iterables of ints in range(0, 256)"));
    }
    construct::from_iterable(esc, "bytearray", value)
}

fn inplace_concat(esc: Esc<'_>, this: &Value, other: &Value) -> PyResult {
    let Some(more) = octets_of(esc, other)? else {
        return Err(esc.type_error(format_args!("can't concat {} to {}", other.class().name(), this.class().name())));
    };
    let array = array(esc, this)?;
    if !more.is_empty() {
        check_resizable(esc, array)?;
    }
    array.write(|octets| octets.extend_from_slice(&more));
    Ok(this.clone())
}

fn inplace_repeat(esc: Esc<'_>, this: &Value, count: &Value) -> PyResult {
    let array = array(esc, this)?;
    let count = repetition(esc, array.len(), count)?;
    if count != 1 {
        check_resizable(esc, array)?;
    }
    let old = super::octets(this).into_owned();
    let new = super::repeated(esc, &old, count)?;
    array.write(|octets| *octets = new);
    Ok(this.clone())
}
