//! `enumerate`.

use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use dashu_int::IBig;
use interp_object::builder::TypeBuilder;
use interp_object::data::alias::CLASS_GETITEM;
use interp_object::data::{int, tuple::LastPair, types::OBJECT};
use interp_object::layout::{self, Field, Payload};
use interp_object::native::{MethodDef, NativeFn};
use interp_object::{Args, Esc, PyResult, Raised, TypeFlags, TypeObject, Value, Word, ops};

use super::{class_value, reduced};
use crate::util::{itself, this};

/// The payload of `enumerate`. The count is small until it reaches the end of `i64`, then it is `big`.
pub(super) struct Enumerate {
    iterator: Value,
    count: AtomicI64,
    big: Field,
    last: LastPair,
}

impl Payload for Enumerate {
    const NAME: &'static str = "enumerate";
    fn class() -> &'static TypeObject {
        &ENUMERATE
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        visit(self.iterator.word());
        self.last.trace(visit);
    }

    fn clear(&self, out: &mut Vec<Value>) {
        self.last.clear(out);
    }
}

/// The type `enumerate`.
pub static ENUMERATE: TypeObject = TypeObject::builtin::<Enumerate>("enumerate", Some(&OBJECT), TypeFlags::BASE);

static METHODS: &[MethodDef] =
    &[CLASS_GETITEM, MethodDef::new("__reduce__", NativeFn::NoArgs(reduce), "Return state information for pickling.")];

/// Fills the type.
pub(super) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &ENUMERATE)
        .doc(
            "Return an enumerate object.\n\n  iterable\n    an object supporting iteration\n\n\
             The enumerate object yields pairs containing a count (from start, which\n\
             defaults to zero) and a value yielded by the iterable argument.",
        )
        .methods(METHODS)
        .slots(|slots| {
            slots.new.set(Some(construct));
            slots.make.set(Some(|esc, args| construct(esc, &ENUMERATE, args)));
            slots.iter.set(Some(itself));
            slots.next.set(Some(next));
        });
}

fn construct(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    let (iterable, start) = arguments(esc, args)?;
    let start = start.map_or_else(|| Ok(int::small(0)), |start| ops::as_index(esc, start))?;
    let iterator = ops::iterator(esc, iterable)?;
    let (count, big) = match int::as_i64(&start).filter(|count| *count != i64::MAX) {
        Some(count) => (count, None),
        None => (i64::MAX, Some(start)),
    };
    let payload = Enumerate { iterator, count: AtomicI64::new(count), big: Field::new(big), last: LastPair::new() };
    Ok(layout::new_with_type(esc, class, payload).into_value())
}

/// `iterable` and `start`, with the messages of CPython's own parser for this type (`enumerate_vectorcall`).
fn arguments<'a>(esc: Esc<'_>, args: Args<'a>) -> PyResult<(&'a Value, Option<&'a Value>)> {
    let keywords: Vec<(String, &Value)> =
        args.keywords().map(|(name, value)| (ops::str_lossy(esc, name), value)).collect();
    let invalid = |name: &str| esc.type_error(format_args!("'{name}' is an invalid keyword argument for enumerate()"));
    match (args.pos(), keywords.as_slice()) {
        ([iterable], []) => Ok((iterable, None)),
        ([iterable, start], []) => Ok((iterable, Some(start))),
        ([iterable], [(name, start)]) if name == "start" => Ok((iterable, Some(start))),
        ([_], [(name, _)]) => Err(invalid(name)),
        ([], [(name, iterable)]) if name == "iterable" => Ok((iterable, None)),
        ([], [(name, _)]) => Err(invalid(name)),
        ([], [(first, iterable), (second, start)]) if first == "iterable" && second == "start" => {
            Ok((iterable, Some(start)))
        }
        ([], [(first, start), (second, iterable)]) if first == "start" && second == "iterable" => {
            Ok((iterable, Some(start)))
        }
        ([], [(first, _), (second, _)]) => {
            Err(invalid(if matches!(first.as_str(), "iterable" | "start") { second } else { first }))
        }
        ([], []) => Err(esc.type_error("enumerate() missing required argument 'iterable'")),
        (pos, keywords) => Err(too_many(esc, pos.len() + keywords.len())),
    }
}

#[cold]
fn too_many(esc: Esc<'_>, given: usize) -> Raised {
    esc.type_error(format_args!("enumerate() takes at most 2 arguments ({given} given)"))
}

fn next(esc: Esc<'_>, value: &Value) -> PyResult<Option<Value>> {
    let enumerate = this::<Enumerate>(esc, value)?;
    let Some(item) = ops::next(esc, &enumerate.iterator)? else { return Ok(None) };
    let count = enumerate.count.load(Relaxed);
    let number = if count == i64::MAX {
        next_big(esc, enumerate)?
    } else {
        enumerate.count.store(count + 1, Relaxed);
        int::new(esc, count)
    };
    Ok(Some(enumerate.last.give(esc, number, item)))
}

#[cold]
fn next_big(esc: Esc<'_>, enumerate: &Enumerate) -> PyResult {
    let number = current(esc, enumerate);
    let next = ops::as_int(esc, &number)? + IBig::ONE;
    drop(enumerate.big.set(enumerate, Some(int::from_big(esc, next))));
    Ok(number)
}

fn current(esc: Esc<'_>, enumerate: &Enumerate) -> Value {
    let big = enumerate.big.get(esc, enumerate);
    big.unwrap_or_else(|| int::new(esc, enumerate.count.load(Relaxed)))
}

fn reduce(esc: Esc<'_>, value: &Value) -> PyResult {
    let enumerate = this::<Enumerate>(esc, value)?;
    reduced(esc, class_value(value), vec![enumerate.iterator.clone(), current(esc, enumerate)], None)
}
