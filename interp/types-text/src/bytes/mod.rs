//! `bytes` and `bytearray`: what both share works on octets and makes a result of the receiver's kind.

mod array;
mod array_methods;
mod construct;
mod hex;
mod methods;
mod pad;
mod repr;
mod search;
mod split;
mod translate;

use std::borrow::Cow;
use std::sync::OnceLock;

use interp_object::builder::TypeBuilder;
use interp_object::data::bytearray::{self, ByteArray};
use interp_object::data::bytes::{self, BYTES, Bytes};
use interp_object::data::{int, singletons};
use interp_object::layout::ValueExt;
use interp_object::slots::{BinaryOp, CompareOp};
use interp_object::{Esc, PyResult, TypeObject, Value, ops};

use crate::format::percent;
use crate::slicing::{self, Selection};

/// Reads the octets of a value of a kind this crate does not know (memory views, arrays); `None` if it has none.
pub type BufferReader = fn(Esc<'_>, &Value) -> PyResult<Option<Vec<u8>>>;

static BUFFER_READER: OnceLock<BufferReader> = OnceLock::new();

/// Makes other bytes-like objects known. The first call counts.
pub fn set_buffer_reader(reader: BufferReader) {
    let _ = BUFFER_READER.set(reader);
}

pub(crate) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &BYTES)
        .slots(|slots| {
            slots.new.set(Some(construct::new_bytes));
            slots.repr.set(Some(|esc, value| repr::quote(esc, &octets(value))));
            slots.str.set(Some(|esc, value| repr::quote(esc, &octets(value))));
            slots.hash.set(Some(|_, value| Ok(value.payload::<Bytes>().map_or(0, Bytes::hash))));
            slots.richcompare.set(Some(compare));
            slots.len.set(Some(|_, value| Ok(octets(value).len())));
            slots.getitem.set(Some(get_item));
            slots.contains.set(Some(search::contains));
            slots.iter.set(Some(crate::iter::over_octets));
            slots.concat.set(Some(concat));
            slots.repeat.set(Some(repeat));
            slots.binary[BinaryOp::Remainder as usize].set(Some(remainder));
        })
        .methods(methods::SHARED)
        .methods(methods::BYTES_ONLY)
        .doc("bytes(iterable_of_ints) -> bytes\nbytes(string, encoding[, errors]) -> bytes\n\nConstruct an immutable array of bytes.");
    array::init(esc);
}

/// The octets of a bytes-like object; `None` for anything else.
///
/// # Errors
/// What the object's buffer raises.
pub fn octets_of<'a>(esc: Esc<'_>, value: &'a Value) -> PyResult<Option<Cow<'a, [u8]>>> {
    if let Some(bytes) = value.payload::<Bytes>() {
        return Ok(Some(Cow::Borrowed(bytes.as_slice())));
    }
    if let Some(bytes) = value.payload::<ByteArray>() {
        return Ok(Some(Cow::Owned(bytes.to_vec())));
    }
    match BUFFER_READER.get() {
        Some(read) => Ok(read(esc, value)?.map(Cow::Owned)),
        None => Ok(None),
    }
}

/// The octets of a bytes-like argument, or `TypeError: a bytes-like object is required, not '…'`.
fn required<'a>(esc: Esc<'_>, value: &'a Value) -> PyResult<Cow<'a, [u8]>> {
    match octets_of(esc, value)? {
        Some(octets) => Ok(octets),
        None => {
            let shown = value.class().name();
            Err(esc.type_error(format_args!("a bytes-like object is required, not '{shown}'")))
        }
    }
}

/// The octets of a receiver, which is a `bytes` or a `bytearray`.
fn octets(value: &Value) -> Cow<'_, [u8]> {
    match value.payload::<Bytes>() {
        Some(bytes) => Cow::Borrowed(bytes.as_slice()),
        None => Cow::Owned(value.payload::<ByteArray>().map(ByteArray::to_vec).unwrap_or_default()),
    }
}

/// A `bytes` or `bytearray`, whichever `like` is (subclasses give the base).
fn make(esc: Esc<'_>, like: &Value, octets: Vec<u8>) -> Value {
    if like.payload::<ByteArray>().is_some() {
        return bytearray::new(esc, octets).into_value();
    }
    bytes::new(esc, &octets).into_value()
}

/// An unchanged result: the receiver itself if it is exactly a `bytes`, else a copy.
fn unchanged(esc: Esc<'_>, this: &Value) -> PyResult {
    match this.exact::<Bytes>() {
        Some(_) => Ok(this.clone()),
        None => Ok(make(esc, this, octets(this).into_owned())),
    }
}

fn is_octets(value: &Value) -> bool {
    value.payload::<Bytes>().is_some() || value.payload::<ByteArray>().is_some()
}

fn compare(esc: Esc<'_>, left: &Value, right: &Value, op: CompareOp) -> PyResult {
    if !is_octets(left) {
        return Ok(singletons::not_implemented());
    }
    let Some(other) = octets_of(esc, right)? else { return Ok(singletons::not_implemented()) };
    Ok(singletons::bool(op.holds(octets(left).as_ref().cmp(other.as_ref()))))
}

fn get_item(esc: Esc<'_>, this: &Value, key: &Value) -> PyResult {
    const BYTES: (&str, &str) = ("index out of range", "byte indices must be integers or slices, not ");
    const ARRAY: (&str, &str) = ("bytearray index out of range", "bytearray indices must be integers or slices, not ");
    let array = this.payload::<ByteArray>();
    let messages = if array.is_some() { ARRAY } else { BYTES };
    if key.payload::<interp_object::data::slice::Slice>().is_none() && key.class().slots.index.is_empty() {
        let shown = key.class().name();
        return Err(esc.type_error(format_args!("{}{shown}", messages.1)));
    }
    let len = array.map_or_else(|| octets(this).len(), ByteArray::len);
    let selection = slicing::select(esc, key, len, messages)?;
    if let (Some(array), Selection::Item(index)) = (array, &selection) {
        // The array may have shrunk since its length was read.
        return match array.read(|octets| octets.get(*index).copied()) {
            Some(octet) => Ok(int::small(i64::from(octet))),
            None => Err(esc.index_error(messages.0)),
        };
    }
    let octets = octets(this);
    match selection {
        Selection::Item(index) => Ok(int::small(i64::from(octets[index]))),
        Selection::Slice { start: 0, step: 1, count } if count == len && array.is_none() => unchanged(esc, this),
        Selection::Slice { start, step: 1, count } => {
            let part = octets.get(start..start + count).unwrap_or_default();
            match array {
                None => Ok(bytes::new(esc, part).into_value()),
                Some(_) => Ok(make(esc, this, part.to_vec())),
            }
        }
        Selection::Slice { start, step, count } => {
            let part = Selection::indices(start, step, count).filter_map(|index| octets.get(index).copied());
            Ok(make(esc, this, part.collect()))
        }
    }
}

fn concat(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    let Some(other) = octets_of(esc, right)? else {
        return Err(esc.type_error(format_args!("can't concat {} to {}", right.class().name(), left.class().name())));
    };
    let first = octets(left);
    if first.is_empty() && right.exact::<Bytes>().is_some() && left.payload::<Bytes>().is_some() {
        return Ok(right.clone());
    }
    if other.is_empty() && left.exact::<Bytes>().is_some() {
        return Ok(left.clone());
    }
    Ok(make(esc, left, [first.as_ref(), other.as_ref()].concat()))
}

/// A repetition count, and `MemoryError` if the result would be absurdly long.
fn repetition(esc: Esc<'_>, len: usize, count: &Value) -> PyResult<usize> {
    let count = usize::try_from(ops::index_size(esc, count)?).unwrap_or(0);
    match len.checked_mul(count) {
        Some(total) if total <= isize::MAX as usize / 2 => Ok(count),
        _ => Err(esc.memory_error()),
    }
}

fn repeat(esc: Esc<'_>, this: &Value, count: &Value) -> PyResult {
    let octets = octets(this);
    let count = repetition(esc, octets.len(), count)?;
    if count == 1 {
        return unchanged(esc, this);
    }
    Ok(make(esc, this, repeated(esc, &octets, count)?))
}

fn repeated(esc: Esc<'_>, octets: &[u8], count: usize) -> PyResult<Vec<u8>> {
    let mut out = construct::room(esc, octets.len() * count)?;
    match octets {
        [octet] => out.resize(count, *octet),
        _ => (0..count).for_each(|_| out.extend_from_slice(octets)),
    }
    Ok(out)
}

fn remainder(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    if !is_octets(left) {
        return Ok(singletons::not_implemented());
    }
    Ok(make(esc, left, percent::format_octets(esc, &octets(left), right)?))
}

/// An octet given as an int argument.
fn octet(esc: Esc<'_>, value: &Value) -> PyResult<u8> {
    match u8::try_from(ops::as_index_clamped(esc, value)?) {
        Ok(octet) => Ok(octet),
        Err(_) => Err(esc.value_error("byte must be in range(0, 256)")),
    }
}

/// Whether a class is exactly the builtin one.
fn is(class: &TypeObject, builtin: &'static TypeObject) -> bool {
    std::ptr::eq(class, builtin)
}
