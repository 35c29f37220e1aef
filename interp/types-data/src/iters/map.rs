//! `map`.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use interp_object::builder::TypeBuilder;
use interp_object::data::types::OBJECT;
use interp_object::layout::{self, Payload};
use interp_object::native::{MethodDef, NativeFn};
use interp_object::{Args, Esc, PyResult, TypeFlags, TypeObject, Value, Word, call, ops};

use super::{advance, class_value, iterators, reduced, strict_keyword, strict_state};
use crate::util::{itself, none, this};

/// The payload of `map`.
pub(super) struct Map {
    function: Value,
    iterators: Box<[Value]>,
    strict: AtomicBool,
}

impl Payload for Map {
    const NAME: &'static str = "map";
    fn class() -> &'static TypeObject {
        &MAP
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        visit(self.function.word());
        self.iterators.iter().for_each(|iterator| visit(iterator.word()));
    }
}

/// The type `map`.
pub static MAP: TypeObject = TypeObject::builtin::<Map>("map", Some(&OBJECT), TypeFlags::BASE);

static METHODS: &[MethodDef] = &[
    MethodDef::new("__reduce__", NativeFn::NoArgs(reduce), "Return state information for pickling."),
    MethodDef::new("__setstate__", NativeFn::One(set_state), "Set state information for unpickling."),
];

/// Fills the type.
pub(super) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &MAP)
        .doc(
            "Make an iterator that computes the function using arguments from\n\
             each of the iterables.  Stops when the shortest iterable is exhausted.\n\n\
             If strict is true and one of the arguments is exhausted before the others,\nraise a ValueError.",
        )
        .methods(METHODS)
        .slots(|slots| {
            slots.new.set(Some(construct));
            slots.iter.set(Some(itself));
            slots.next.set(Some(next));
        });
}

fn construct(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    let strict = AtomicBool::new(strict_keyword(esc, "map", args)?);
    let [function, iterables @ ..] = args.pos() else { return Err(esc.type_error(TOO_FEW)) };
    if iterables.is_empty() {
        return Err(esc.type_error(TOO_FEW));
    }
    let payload = Map { function: function.clone(), iterators: iterators(esc, iterables)?, strict };
    Ok(layout::new_with_type(esc, class, payload).into_value())
}

const TOO_FEW: &str = "map() must have at least two arguments.";

fn next(esc: Esc<'_>, value: &Value) -> PyResult<Option<Value>> {
    let map = this::<Map>(esc, value)?;
    if let [iterator] = &*map.iterators {
        return match ops::next(esc, iterator)? {
            Some(item) => call::call(esc, &map.function, &[item]).map(Some),
            None => Ok(None),
        };
    }
    match advance(esc, "map", &map.iterators, map.strict.load(Relaxed))? {
        Some(items) => call::call(esc, &map.function, &items).map(Some),
        None => Ok(None),
    }
}

fn reduce(esc: Esc<'_>, value: &Value) -> PyResult {
    let map = this::<Map>(esc, value)?;
    let arguments = [&map.function].into_iter().chain(&map.iterators).cloned().collect();
    reduced(esc, class_value(value), arguments, strict_state(map.strict.load(Relaxed)))
}

fn set_state(esc: Esc<'_>, value: &Value, state: &Value) -> PyResult {
    this::<Map>(esc, value)?.strict.store(ops::truthy(esc, state)?, Relaxed);
    none()
}
