//! Iterators over strings. Two types, because the eval loop and users can tell ASCII ones apart.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use interp_object::builder::TypeBuilder;
use interp_object::data::str;
use interp_object::data::types::OBJECT;
use interp_object::data::{int, tuple};
use interp_object::layout::{self, Payload, ValueExt};
use interp_object::native::{MethodDef, NativeFn};
use interp_object::{Esc, PyResult, TypeFlags, TypeObject, Value, Word, attr, ops};

use super::text;

/// Position of an iterator that is exhausted.
const EXHAUSTED: usize = usize::MAX;

/// The payload of both types. The string is kept to the iterator's end, so that threads sharing it never see it go.
pub(crate) struct StrIterator {
    string: Value,
    index: AtomicUsize,
}

impl Payload for StrIterator {
    const NAME: &'static str = "str_iterator";
    const TRACED: bool = true;
    fn class() -> &'static TypeObject {
        &STR_ITERATOR
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        visit(self.string.word());
    }
}

static STR_ITERATOR: TypeObject = TypeObject::builtin::<StrIterator>("str_iterator", Some(&OBJECT), TypeFlags::empty());
static STR_ASCII_ITERATOR: TypeObject =
    TypeObject::builtin::<StrIterator>("str_ascii_iterator", Some(&OBJECT), TypeFlags::empty());

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
    for class in [&STR_ITERATOR, &STR_ASCII_ITERATOR] {
        TypeBuilder::new(esc, class)
            .slots(|slots| {
                slots.iter.set(Some(|_, value| Ok(value.clone())));
                slots.next.set(Some(next));
            })
            .methods(METHODS);
    }
}

/// `iter(text)`
pub(super) fn new(esc: Esc<'_>, this: &Value) -> PyResult {
    let class = if text(this).is_ascii() { &STR_ASCII_ITERATOR } else { &STR_ITERATOR };
    let payload = StrIterator { string: this.clone(), index: AtomicUsize::new(0) };
    Ok(layout::new_with_type(esc, class, payload).into_value())
}

fn payload<'a>(esc: Esc<'_>, this: &'a Value) -> PyResult<&'a StrIterator> {
    this.payload::<StrIterator>().ok_or_else(|| esc.type_error("a str iterator was expected"))
}

fn next(esc: Esc<'_>, this: &Value) -> PyResult<Option<Value>> {
    let iterator = payload(esc, this)?;
    let index = iterator.index.load(Relaxed);
    let chars = text(&iterator.string).chars();
    if index >= chars.len() {
        iterator.index.store(EXHAUSTED, Relaxed);
        return Ok(None);
    }
    iterator.index.store(index + 1, Relaxed);
    Ok(Some(str::from_char(esc, chars.at(index))))
}

fn length_hint(esc: Esc<'_>, this: &Value) -> PyResult {
    let iterator = payload(esc, this)?;
    let left = text(&iterator.string).len().saturating_sub(iterator.index.load(Relaxed));
    Ok(int::from_usize(esc, left))
}

fn reduce(esc: Esc<'_>, this: &Value) -> PyResult {
    let iterator = payload(esc, this)?;
    let builtins = interp_object::intern::intern(esc, "iter");
    let iter = builtin_iter(esc, &builtins)?;
    let index = iterator.index.load(Relaxed);
    if index == EXHAUSTED {
        let empty = tuple::new(esc, [str::new(esc, "").into_value()]).into_value();
        return Ok(tuple::new(esc, [iter, empty]).into_value());
    }
    let args = tuple::new(esc, [iterator.string.clone()]).into_value();
    Ok(tuple::new(esc, [iter, args, int::from_usize(esc, index)]).into_value())
}

/// The builtin function `iter`, as a value that names itself: pickling wants the callable.
fn builtin_iter(esc: Esc<'_>, name: &Value) -> PyResult {
    let class = str::STR.value();
    // Without the builtins module at hand the bound `__iter__` of `str` does the same.
    match attr::get_optional(esc, &class, interp_object::intern::names::iter(esc))? {
        Some(iter) => Ok(iter),
        None => Ok(name.clone()),
    }
}

fn set_state(esc: Esc<'_>, this: &Value, state: &Value) -> PyResult {
    let iterator = payload(esc, this)?;
    let index = ops::index_i64(esc, state)?.max(0) as usize;
    iterator.index.store(index.min(text(&iterator.string).len()), Relaxed);
    Ok(interp_object::data::singletons::none())
}
