//! `set_iterator`, over sets and frozen sets.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use interp_object::builder::TypeBuilder;
use interp_object::data::set::Table;
use interp_object::data::{list, tuple, types::OBJECT};
use interp_object::layout::{self, Payload};
use interp_object::native::{MethodDef, NativeFn};
use interp_object::{Esc, PyResult, TypeFlags, TypeObject, Value, Word};

use super::table;
use crate::iters::builtin_iter;
use crate::util::{count, itself, this};

/// The payload of `set_iterator`.
pub(super) struct SetIterator {
    set: Value,
    /// The items of a set of ints whose order is not that of insertion. Ints are nothing to the collector.
    order: Option<Vec<Value>>,
    /// How many items there were; [`CHANGED`] once the set was found changed.
    used: AtomicUsize,
    /// Where to look next; [`END`] at the end.
    position: AtomicUsize,
    /// How many items are still to come.
    remaining: AtomicUsize,
}

const CHANGED: usize = usize::MAX;
const END: usize = usize::MAX;

impl SetIterator {
    /// The first item at `position` or after it, with its position.
    fn at(&self, esc: Esc<'_>, table: &Table, position: usize) -> Option<(usize, Value)> {
        match &self.order {
            Some(order) => order.get(position).map(|item| (position, item.clone())),
            None => table.next_item(esc, position).map(|(at, item, _)| (at, item)),
        }
    }
}

impl Payload for SetIterator {
    const NAME: &'static str = "set_iterator";
    fn class() -> &'static TypeObject {
        &SET_ITERATOR
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        visit(self.set.word());
    }
}

static SET_ITERATOR: TypeObject = TypeObject::builtin::<SetIterator>("set_iterator", Some(&OBJECT), TypeFlags::NO_NEW);

static METHODS: &[MethodDef] = &[
    MethodDef::new("__length_hint__", NativeFn::NoArgs(hint), "Private method returning an estimate of len(list(it))."),
    MethodDef::new("__reduce__", NativeFn::NoArgs(reduce), "Return state information for pickling."),
];

/// Fills the type.
pub(super) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &SET_ITERATOR).methods(METHODS).slots(|slots| {
        slots.iter.set(Some(itself));
        slots.next.set(Some(next));
    });
}

/// `iter(set)`
pub(super) fn iterate(esc: Esc<'_>, value: &Value) -> PyResult {
    let table = table(esc, value)?;
    let order = match table.next_item(esc, 0) {
        Some((_, first, _)) if first.as_int().is_some() => super::order::other(table.items(esc)),
        _ => None,
    };
    let used = table.len(esc);
    let payload = SetIterator {
        set: value.clone(),
        order,
        used: AtomicUsize::new(used),
        position: AtomicUsize::new(0),
        remaining: AtomicUsize::new(used),
    };
    Ok(layout::new(esc, payload).into_value())
}

fn next(esc: Esc<'_>, value: &Value) -> PyResult<Option<Value>> {
    let iterator = this::<SetIterator>(esc, value)?;
    let position = iterator.position.load(Relaxed);
    if position == END {
        return Ok(None);
    }
    let table = table(esc, &iterator.set)?;
    if table.len(esc) != iterator.used.load(Relaxed) {
        iterator.used.store(CHANGED, Relaxed);
        return Err(esc.runtime_error("Set changed size during iteration"));
    }
    match iterator.at(esc, table, position) {
        Some((at, item)) => {
            iterator.position.store(at + 1, Relaxed);
            iterator.remaining.store(iterator.remaining.load(Relaxed).saturating_sub(1), Relaxed);
            Ok(Some(item))
        }
        None => {
            iterator.position.store(END, Relaxed);
            iterator.remaining.store(0, Relaxed);
            Ok(None)
        }
    }
}

fn hint(esc: Esc<'_>, value: &Value) -> PyResult {
    let iterator = this::<SetIterator>(esc, value)?;
    let unchanged = table(esc, &iterator.set)?.len(esc) == iterator.used.load(Relaxed);
    count(esc, if unchanged { iterator.remaining.load(Relaxed) } else { 0 })
}

/// `(iter, (list of the rest,))`; the iterator itself does not move.
fn reduce(esc: Esc<'_>, value: &Value) -> PyResult {
    let iterator = this::<SetIterator>(esc, value)?;
    let table = table(esc, &iterator.set)?;
    let mut position = iterator.position.load(Relaxed);
    let mut rest = Vec::new();
    while let Some((at, item)) = (position != END).then(|| iterator.at(esc, table, position)).flatten() {
        rest.push(item);
        position = at + 1;
    }
    let arguments = tuple::new(esc, [list::from_vec(esc, rest).into_value()]).into_value();
    Ok(tuple::new(esc, [builtin_iter(esc), arguments]).into_value())
}
