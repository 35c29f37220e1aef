//! `zip`.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use interp_object::builder::TypeBuilder;
use interp_object::data::tuple::{self, LastPair};
use interp_object::data::types::OBJECT;
use interp_object::layout::{self, Payload};
use interp_object::native::{MethodDef, NativeFn};
use interp_object::{Args, Esc, PyResult, TypeFlags, TypeObject, Value, Word, ops};

use super::{advance, class_value, iterators, reduced, strict_keyword, strict_state};
use crate::util::{itself, none, this};

/// The payload of `zip`.
pub(super) struct Zip {
    iterators: Box<[Value]>,
    strict: AtomicBool,
    last: LastPair,
}

impl Payload for Zip {
    const NAME: &'static str = "zip";
    fn class() -> &'static TypeObject {
        &ZIP
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        self.iterators.iter().for_each(|iterator| visit(iterator.word()));
        self.last.trace(visit);
    }

    fn clear(&self, out: &mut Vec<Value>) {
        self.last.clear(out);
    }
}

/// The type `zip`.
pub static ZIP: TypeObject = TypeObject::builtin::<Zip>("zip", Some(&OBJECT), TypeFlags::BASE);

static METHODS: &[MethodDef] = &[
    MethodDef::new("__reduce__", NativeFn::NoArgs(reduce), "Return state information for pickling."),
    MethodDef::new("__setstate__", NativeFn::One(set_state), "Set state information for unpickling."),
];

/// Fills the type.
pub(super) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &ZIP)
        .doc(
            "The zip object yields n-length tuples, where n is the number of\n\
             iterables passed as positional arguments to zip().  The i-th element\n\
             in every tuple comes from the i-th iterable argument to zip().\n\n\
             If strict is true and one of the arguments is exhausted before the others,\nraise a ValueError.",
        )
        .methods(METHODS)
        .slots(|slots| {
            slots.new.set(Some(construct));
            slots.make.set(Some(|esc, args| construct(esc, &ZIP, args)));
            slots.iter.set(Some(itself));
            slots.next.set(Some(next));
        });
}

fn construct(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    let strict = AtomicBool::new(strict_keyword(esc, "zip", args)?);
    let iterators = iterators(esc, args.pos())?;
    Ok(layout::new_with_type(esc, class, Zip { iterators, strict, last: LastPair::new() }).into_value())
}

fn next(esc: Esc<'_>, value: &Value) -> PyResult<Option<Value>> {
    let zip = this::<Zip>(esc, value)?;
    let strict = zip.strict.load(Relaxed);
    if let ([first, second], false) = (&*zip.iterators, strict) {
        let Some(first) = ops::next(esc, first)? else { return Ok(None) };
        let Some(second) = ops::next(esc, second)? else { return Ok(None) };
        return Ok(Some(zip.last.give(esc, first, second)));
    }
    if zip.iterators.is_empty() {
        return Ok(None);
    }
    let items = advance(esc, "zip", &zip.iterators, strict)?;
    Ok(items.map(|items| tuple::new(esc, items).into_value()))
}

fn reduce(esc: Esc<'_>, value: &Value) -> PyResult {
    let zip = this::<Zip>(esc, value)?;
    reduced(esc, class_value(value), zip.iterators.to_vec(), strict_state(zip.strict.load(Relaxed)))
}

fn set_state(esc: Esc<'_>, value: &Value, state: &Value) -> PyResult {
    this::<Zip>(esc, value)?.strict.store(ops::truthy(esc, state)?, Relaxed);
    none()
}
