//! `tee`: iterators over one source that share what some have read and others not yet.

use std::collections::VecDeque;

use interp_object::args::check_count;
use interp_object::builder::TypeBuilder;
use interp_object::data::tuple;
use interp_object::layout::{self, Obj, ValueExt};
use interp_object::native::{MethodDef, NativeFn};
use interp_object::{Args, Esc, PyResult, TypeObject, Value, Word, ops};

use super::{Shared, fill, iterator_type};

pub(super) fn init(esc: Esc<'_>) {
    fill(esc, &TEE, Some(new), next, METHODS);
    TypeBuilder::new(esc, &COMMON);
}

/// Items read from the source that an iterator still needs, and where each iterator is.
#[derive(Default)]
struct Buffer {
    items: VecDeque<Value>,
    /// The number of the first item in `items`.
    first: usize,
    /// The position of every living iterator.
    positions: Vec<(u64, usize)>,
    made: u64,
}

impl Buffer {
    fn join(&mut self, position: usize) -> u64 {
        self.made += 1;
        self.positions.push((self.made, position));
        self.made
    }

    /// Takes out the items that no iterator needs any more.
    fn trim(&mut self) -> Vec<Value> {
        let least = self.positions.iter().map(|(_, position)| *position).min();
        let unneeded = least.map_or(self.items.len(), |least| least.saturating_sub(self.first)).min(self.items.len());
        self.first += unneeded;
        self.items.drain(..unneeded).collect()
    }
}

/// What the iterators share. An object of its own, so that the collector sees each item once.
pub(super) struct Common {
    source: Value,
    buffer: Shared<Buffer>,
}

pub(super) struct Tee {
    common: Obj<Common>,
    number: u64,
}

impl Drop for Tee {
    fn drop(&mut self) {
        let unneeded = self.common.buffer.with(|buffer| {
            buffer.positions.retain(|(number, _)| *number != self.number);
            buffer.trim()
        });
        drop(unneeded);
    }
}

iterator_type!(Tee, TEE, "_tee", |me, visit| visit(me.common.value().word()), |_out| {
    let _ = me;
});

iterator_type!(
    Common,
    COMMON,
    "_tee_dataobject",
    |me, visit| {
        visit(me.source.word());
        let words: Vec<Word> = me.buffer.with(|buffer| buffer.items.iter().map(Value::word).collect());
        words.into_iter().for_each(visit);
    },
    |out| out.extend(me.buffer.with(|buffer| {
        buffer.first += buffer.items.len();
        std::mem::take(&mut buffer.items)
    }))
);

const METHODS: &[MethodDef] = &[MethodDef::new("__copy__", NativeFn::NoArgs(copy), "An iterator at the same place.")];

fn make(esc: Esc<'_>, class: &TypeObject, common: &Obj<Common>, position: usize) -> Value {
    let number = common.buffer.with(|buffer| buffer.join(position));
    layout::new_with_type(esc, class, Tee { common: common.clone(), number }).into_value()
}

fn of_iterable(esc: Esc<'_>, class: &TypeObject, iterable: &Value) -> PyResult {
    let source = ops::iterator(esc, iterable)?;
    if source.payload::<Tee>().is_some() {
        return copy(esc, &source);
    }
    let common = layout::new(esc, Common { source, buffer: Shared::new(Buffer::default()) });
    Ok(make(esc, class, &common, 0))
}

fn new(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    let values = args.expect(esc, "tee", 1, 1)?;
    of_iterable(esc, class, &values[0])
}

fn copy(esc: Esc<'_>, value: &Value) -> PyResult {
    let Some(tee) = value.payload::<Tee>() else { return Err(esc.type_error("a tee was expected")) };
    Ok(make(esc, &TEE, &tee.common, tee.position()))
}

/// `tee(iterable, n=2)`
pub(super) fn tee(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    check_count(esc, "tee", args.len(), 1, 2)?;
    let count = args.get(1).map_or(Ok(2), |count| ops::index_i64(esc, count))?;
    if count < 0 {
        return Err(esc.value_error("n must be >= 0"));
    }
    let mut made: Vec<Value> = Vec::new();
    for index in 0..count {
        made.push(match made.first() {
            None if index == 0 => of_iterable(esc, &TEE, &args[0])?,
            Some(first) => copy(esc, first)?,
            None => break,
        });
    }
    Ok(tuple::new(esc, made).into_value())
}

impl Tee {
    fn position(&self) -> usize {
        self.common.buffer.with(|buffer| {
            buffer.positions.iter().find(|(number, _)| *number == self.number).map_or(buffer.first, |(_, at)| *at)
        })
    }

    /// The next item if it was read already; `Err` is its number if not.
    fn buffered(&self) -> Result<(Value, Vec<Value>), usize> {
        self.common.buffer.with(|buffer| {
            let first = buffer.first;
            let own = buffer.positions.iter_mut().find(|(number, _)| *number == self.number);
            let Some((_, at)) = own else { return Err(first) };
            let item = at.checked_sub(first).and_then(|index| buffer.items.get(index).cloned());
            let Some(item) = item else { return Err(*at) };
            *at += 1;
            Ok((item, buffer.trim()))
        })
    }
}

fn next(esc: Esc<'_>, iterator: &Value) -> PyResult<Option<Value>> {
    let Some(tee) = iterator.payload::<Tee>() else { return Ok(None) };
    if let Ok((item, unneeded)) = tee.buffered() {
        drop(unneeded);
        return Ok(Some(item));
    }
    let Some(item) = ops::next(esc, &tee.common.source)? else { return Ok(None) };
    tee.common.buffer.with(|buffer| buffer.items.push_back(item));
    Ok(tee.buffered().ok().map(|(item, unneeded)| {
        drop(unneeded);
        item
    }))
}
