//! Iterators over strings and octets: one walker, four types. Apart from both folders because they share it.

use std::marker::PhantomData;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use interp_object::builder::TypeBuilder;
use interp_object::data::bytearray::ByteArray;
use interp_object::data::bytes::{self, Bytes};
use interp_object::data::str::{self, Str};
use interp_object::data::types::OBJECT;
use interp_object::data::{int, singletons, tuple};
use interp_object::intern::names;
use interp_object::layout::{self, Payload, ValueExt};
use interp_object::native::{MethodDef, NativeFn};
use interp_object::typeobj::TypeFlags;
use interp_object::{Esc, PyResult, TypeObject, Value, Word, attr, ops};

const EXHAUSTED: usize = usize::MAX;

/// What is walked over.
trait Sequence: Send + Sync + 'static {
    const NAME: &'static str;
    /// The type of iterators, if the sequence does not ask for another one.
    fn class() -> &'static TypeObject;
    fn len(sequence: &Value) -> usize;
    /// The item at `index`; `None` behind the end.
    fn at(esc: Esc<'_>, sequence: &Value, index: usize) -> Option<Value>;
    fn empty(esc: Esc<'_>) -> Value;
}

struct Text;

impl Sequence for Text {
    const NAME: &'static str = "str_iterator";

    fn class() -> &'static TypeObject {
        &STR_ITERATOR
    }

    fn len(sequence: &Value) -> usize {
        sequence.payload::<Str>().map_or(0, Str::len)
    }

    fn at(esc: Esc<'_>, sequence: &Value, index: usize) -> Option<Value> {
        let chars = sequence.payload::<Str>()?.chars();
        (index < chars.len()).then(|| str::from_char(esc, chars.at(index)))
    }

    fn empty(esc: Esc<'_>) -> Value {
        str::new(esc, "").into_value()
    }
}

struct Octets;

impl Sequence for Octets {
    const NAME: &'static str = "bytes_iterator";

    fn class() -> &'static TypeObject {
        &BYTES_ITERATOR
    }

    fn len(sequence: &Value) -> usize {
        match sequence.payload::<Bytes>() {
            Some(bytes) => bytes.as_slice().len(),
            None => sequence.payload::<ByteArray>().map_or(0, ByteArray::len),
        }
    }

    fn at(_: Esc<'_>, sequence: &Value, index: usize) -> Option<Value> {
        let octet = match sequence.payload::<Bytes>() {
            Some(bytes) => bytes.as_slice().get(index).copied(),
            None => sequence.payload::<ByteArray>()?.read(|octets| octets.get(index).copied()),
        };
        octet.map(|octet| int::small(i64::from(octet)))
    }

    fn empty(esc: Esc<'_>) -> Value {
        bytes::new(esc, b"").into_value()
    }
}

/// The payload of all four types. The sequence is kept to the iterator's end, so that threads sharing it never see it go.
struct Walker<S> {
    sequence: Value,
    index: AtomicUsize,
    kind: PhantomData<S>,
}

impl<S: Sequence> Payload for Walker<S> {
    const NAME: &'static str = S::NAME;
    fn class() -> &'static TypeObject {
        S::class()
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        visit(self.sequence.word());
    }
}

// Two types for strings, because the eval loop and users can tell ASCII ones apart.
static STR_ITERATOR: TypeObject =
    TypeObject::builtin::<Walker<Text>>("str_iterator", Some(&OBJECT), TypeFlags::empty());
static STR_ASCII_ITERATOR: TypeObject =
    TypeObject::builtin::<Walker<Text>>("str_ascii_iterator", Some(&OBJECT), TypeFlags::empty());
static BYTES_ITERATOR: TypeObject =
    TypeObject::builtin::<Walker<Octets>>("bytes_iterator", Some(&OBJECT), TypeFlags::empty());
static BYTEARRAY_ITERATOR: TypeObject =
    TypeObject::builtin::<Walker<Octets>>("bytearray_iterator", Some(&OBJECT), TypeFlags::empty());

pub(crate) fn init(esc: Esc<'_>) {
    fill::<Text>(esc, [&STR_ITERATOR, &STR_ASCII_ITERATOR]);
    fill::<Octets>(esc, [&BYTES_ITERATOR, &BYTEARRAY_ITERATOR]);
}

fn fill<S: Sequence>(esc: Esc<'_>, classes: [&'static TypeObject; 2]) {
    let methods: &'static [MethodDef] = const {
        &[
            MethodDef::new(
                "__length_hint__",
                NativeFn::NoArgs(length_hint::<S>),
                "Private method returning an estimate of len(list(it)).",
            ),
            MethodDef::new("__reduce__", NativeFn::NoArgs(reduce::<S>), "Return state information for pickling."),
            MethodDef::new("__setstate__", NativeFn::One(set_state::<S>), "Set state information for unpickling."),
        ]
    };
    for class in classes {
        TypeBuilder::new(esc, class)
            .slots(|slots| {
                slots.iter.set(Some(|_, value| Ok(value.clone())));
                slots.next.set(Some(next::<S>));
            })
            .methods(methods);
    }
}

/// `iter(text)`
pub(crate) fn over_text(esc: Esc<'_>, this: &Value) -> PyResult {
    let ascii = this.payload::<Str>().is_some_and(Str::is_ascii);
    start::<Text>(esc, this, if ascii { &STR_ASCII_ITERATOR } else { &STR_ITERATOR })
}

/// `iter(octets)`
pub(crate) fn over_octets(esc: Esc<'_>, this: &Value) -> PyResult {
    start::<Octets>(esc, this, if this.payload::<Bytes>().is_some() { &BYTES_ITERATOR } else { &BYTEARRAY_ITERATOR })
}

fn start<S: Sequence>(esc: Esc<'_>, sequence: &Value, class: &TypeObject) -> PyResult {
    let payload = Walker::<S> { sequence: sequence.clone(), index: AtomicUsize::new(0), kind: PhantomData };
    Ok(layout::new_with_type(esc, class, payload).into_value())
}

fn payload<'a, S: Sequence>(esc: Esc<'_>, this: &'a Value) -> PyResult<&'a Walker<S>> {
    this.payload::<Walker<S>>().ok_or_else(|| esc.type_error(format_args!("a {} was expected", S::NAME)))
}

fn next<S: Sequence>(esc: Esc<'_>, this: &Value) -> PyResult<Option<Value>> {
    let walker = payload::<S>(esc, this)?;
    let index = walker.index.load(Relaxed);
    let item = S::at(esc, &walker.sequence, index);
    walker.index.store(if item.is_some() { index + 1 } else { EXHAUSTED }, Relaxed);
    Ok(item)
}

fn length_hint<S: Sequence>(esc: Esc<'_>, this: &Value) -> PyResult {
    let walker = payload::<S>(esc, this)?;
    Ok(int::from_usize(esc, S::len(&walker.sequence).saturating_sub(walker.index.load(Relaxed))))
}

fn reduce<S: Sequence>(esc: Esc<'_>, this: &Value) -> PyResult {
    let walker = payload::<S>(esc, this)?;
    let iter = attr::get(esc, &walker.sequence.class().value(), names::iter(esc))?;
    let index = walker.index.load(Relaxed);
    if index == EXHAUSTED {
        let empty = tuple::new(esc, [S::empty(esc)]).into_value();
        return Ok(tuple::new(esc, [iter, empty]).into_value());
    }
    let sequence = tuple::new(esc, [walker.sequence.clone()]).into_value();
    Ok(tuple::new(esc, [iter, sequence, int::from_usize(esc, index)]).into_value())
}

fn set_state<S: Sequence>(esc: Esc<'_>, this: &Value, state: &Value) -> PyResult {
    let walker = payload::<S>(esc, this)?;
    let index = usize::try_from(ops::index_i64(esc, state)?).unwrap_or(0);
    walker.index.store(index.min(S::len(&walker.sequence)), Relaxed);
    Ok(singletons::none())
}
