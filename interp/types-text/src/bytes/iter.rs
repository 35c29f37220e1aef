//! Iterators over `bytes` and `bytearray`.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use interp_object::builder::TypeBuilder;
use interp_object::data::bytearray::ByteArray;
use interp_object::data::bytes::Bytes;
use interp_object::data::types::OBJECT;
use interp_object::data::{int, singletons, tuple};
use interp_object::intern::names;
use interp_object::layout::{self, Payload, ValueExt};
use interp_object::native::{MethodDef, NativeFn};
use interp_object::{Esc, PyResult, TypeFlags, TypeObject, Value, Word, attr, ops};

/// Position of an iterator that is exhausted.
const EXHAUSTED: usize = usize::MAX;

/// The payload of both types. The sequence is kept to the iterator's end, so that threads sharing it never see it go.
struct BytesIterator {
    sequence: Value,
    index: AtomicUsize,
}

impl Payload for BytesIterator {
    const NAME: &'static str = "bytes_iterator";
    fn class() -> &'static TypeObject {
        &BYTES_ITERATOR
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        visit(self.sequence.word());
    }
}

impl BytesIterator {
    fn at(&self, index: usize) -> Option<u8> {
        match self.sequence.payload::<Bytes>() {
            Some(bytes) => bytes.as_slice().get(index).copied(),
            None => self.sequence.payload::<ByteArray>()?.read(|octets| octets.get(index).copied()),
        }
    }

    fn len(&self) -> usize {
        match self.sequence.payload::<Bytes>() {
            Some(bytes) => bytes.as_slice().len(),
            None => self.sequence.payload::<ByteArray>().map_or(0, ByteArray::len),
        }
    }
}

static BYTES_ITERATOR: TypeObject =
    TypeObject::builtin::<BytesIterator>("bytes_iterator", Some(&OBJECT), TypeFlags::empty());
static BYTEARRAY_ITERATOR: TypeObject =
    TypeObject::builtin::<BytesIterator>("bytearray_iterator", Some(&OBJECT), TypeFlags::empty());

static METHODS: &[MethodDef] = &[
    MethodDef::new(
        "__length_hint__",
        NativeFn::NoArgs(length_hint),
        "Private method returning an estimate of len(list(it)).",
    ),
    MethodDef::new("__reduce__", NativeFn::NoArgs(reduce), "Return state information for pickling."),
    MethodDef::new("__setstate__", NativeFn::One(set_state), "Set state information for unpickling."),
];

pub(super) fn init(esc: Esc<'_>) {
    for class in [&BYTES_ITERATOR, &BYTEARRAY_ITERATOR] {
        TypeBuilder::new(esc, class)
            .slots(|slots| {
                slots.iter.set(Some(|_, value| Ok(value.clone())));
                slots.next.set(Some(next));
            })
            .methods(METHODS);
    }
}

/// `iter(octets)`
pub(super) fn new(esc: Esc<'_>, this: &Value) -> PyResult {
    let class = if this.payload::<Bytes>().is_some() { &BYTES_ITERATOR } else { &BYTEARRAY_ITERATOR };
    let payload = BytesIterator { sequence: this.clone(), index: AtomicUsize::new(0) };
    Ok(layout::new_with_type(esc, class, payload).into_value())
}

fn payload<'a>(esc: Esc<'_>, this: &'a Value) -> PyResult<&'a BytesIterator> {
    this.payload::<BytesIterator>().ok_or_else(|| esc.type_error("a bytes iterator was expected"))
}

fn next(esc: Esc<'_>, this: &Value) -> PyResult<Option<Value>> {
    let iterator = payload(esc, this)?;
    let index = iterator.index.load(Relaxed);
    let Some(octet) = iterator.at(index) else {
        iterator.index.store(EXHAUSTED, Relaxed);
        return Ok(None);
    };
    iterator.index.store(index + 1, Relaxed);
    Ok(Some(int::small(i64::from(octet))))
}

fn length_hint(esc: Esc<'_>, this: &Value) -> PyResult {
    let iterator = payload(esc, this)?;
    Ok(int::from_usize(esc, iterator.len().saturating_sub(iterator.index.load(Relaxed))))
}

fn reduce(esc: Esc<'_>, this: &Value) -> PyResult {
    let iterator = payload(esc, this)?;
    let iter = attr::get(esc, &iterator.sequence.class().value(), names::iter(esc))?;
    let args = tuple::new(esc, [iterator.sequence.clone()]).into_value();
    let index = iterator.index.load(Relaxed).min(iterator.len());
    Ok(tuple::new(esc, [iter, args, int::from_usize(esc, index)]).into_value())
}

fn set_state(esc: Esc<'_>, this: &Value, state: &Value) -> PyResult {
    let iterator = payload(esc, this)?;
    let index = ops::index_i64(esc, state)?.max(0) as usize;
    iterator.index.store(index.min(iterator.len()), Relaxed);
    Ok(singletons::none())
}
