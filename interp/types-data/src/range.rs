//! `range` and its iterators.
//!
//! A range whose numbers fit 64 bits (the end included) keeps them as such beside the values; every other range computes
//! with big integers.

use dashu_int::IBig;
use interp_object::builder::TypeBuilder;
use interp_object::data::iterators::{self, RANGE_ITERATOR, RangeIterator};
use interp_object::data::slice::Slice;
use interp_object::data::{int, singletons, tuple, types::OBJECT};
use interp_object::layout::{self, Field, Obj, Payload, ValueExt};
use interp_object::native::{GetSetDef, MethodDef, NativeFn};
use interp_object::slots::CompareOp;
use interp_object::{Args, Esc, PyResult, Raised, TypeFlags, TypeObject, Value, ops};

use crate::iters::builtin_iter;
use crate::slice::big_indices;
use crate::tuple::{compare_items, hash_items};
use crate::util::{Text, count as count_value, is_index, itself, none, not_implemented, offset, this};

/// The payload of ranges: exact ints.
pub struct Range {
    start: Value,
    stop: Value,
    step: Value,
    len: Value,
    small: Option<Small>,
}

#[derive(Clone, Copy)]
struct Small {
    start: i64,
    step: i64,
    len: i64,
}

impl Small {
    fn at(self, index: i64) -> i64 {
        self.start.wrapping_add(index.wrapping_mul(self.step))
    }

    fn find(self, number: i64) -> Option<i64> {
        let distance = i128::from(number) - i128::from(self.start);
        let step = i128::from(self.step);
        let index = distance / step;
        (distance % step == 0 && (0..i128::from(self.len)).contains(&index)).then_some(index as i64)
    }
}

impl Range {
    /// All numbers, if they are small and there are not absurdly many.
    pub(crate) fn small_items(&self, esc: Esc<'_>) -> Option<Vec<Value>> {
        let small = self.small.filter(|small| small.len <= 1 << 32)?;
        let mut items = Vec::new();
        items.try_reserve_exact(usize::try_from(small.len).ok()?).ok()?;
        items.extend((0..small.len).map(|index| int::new(esc, small.at(index))));
        Some(items)
    }

    fn big(&self, esc: Esc<'_>) -> PyResult<[IBig; 4]> {
        let number = |value: &Value| ops::as_int(esc, value);
        Ok([number(&self.start)?, number(&self.stop)?, number(&self.step)?, number(&self.len)?])
    }
}

impl Payload for Range {
    const NAME: &'static str = "range";
    const TRACED: bool = false;
    fn class() -> &'static TypeObject {
        &RANGE
    }
}

/// The type `range`.
pub static RANGE: TypeObject = TypeObject::builtin::<Range>("range", Some(&OBJECT), TypeFlags::SEQUENCE);

/// The payload of `longrange_iterator`: big numbers, the index as a value.
pub struct LongRangeIterator {
    start: Value,
    step: Value,
    len: Value,
    index: Field,
}

impl Payload for LongRangeIterator {
    const NAME: &'static str = "longrange_iterator";
    const TRACED: bool = false;
    fn class() -> &'static TypeObject {
        &LONG_RANGE_ITERATOR
    }
}

static LONG_RANGE_ITERATOR: TypeObject =
    TypeObject::builtin::<LongRangeIterator>("longrange_iterator", Some(&OBJECT), TypeFlags::NO_NEW);

static METHODS: &[MethodDef] = &[
    MethodDef::new("__reversed__", NativeFn::NoArgs(reversed), "Return a reverse iterator."),
    MethodDef::new("__reduce__", NativeFn::NoArgs(reduce), ""),
    MethodDef::new(
        "count",
        NativeFn::One(count),
        "rangeobject.count(value) -> integer -- return number of occurrences of value",
    ),
    MethodDef::new(
        "index",
        NativeFn::One(index),
        "rangeobject.index(value) -> integer -- return index of value.\nRaise ValueError if the value is not present.",
    ),
];

static GETSETS: &[GetSetDef] = &[
    GetSetDef::readonly("start", |esc, value| Ok(this::<Range>(esc, value)?.start.clone()), ""),
    GetSetDef::readonly("stop", |esc, value| Ok(this::<Range>(esc, value)?.stop.clone()), ""),
    GetSetDef::readonly("step", |esc, value| Ok(this::<Range>(esc, value)?.step.clone()), ""),
];

static ITERATOR_METHODS: &[MethodDef] = &[
    MethodDef::new(
        "__length_hint__",
        NativeFn::NoArgs(iterator_hint),
        "Private method returning an estimate of len(list(it)).",
    ),
    MethodDef::new("__reduce__", NativeFn::NoArgs(iterator_reduce), "Return state information for pickling."),
    MethodDef::new("__setstate__", NativeFn::One(iterator_set_state), "Set state information for unpickling."),
];

static LONG_METHODS: &[MethodDef] = &[
    MethodDef::new(
        "__length_hint__",
        NativeFn::NoArgs(long_hint),
        "Private method returning an estimate of len(list(it)).",
    ),
    MethodDef::new("__reduce__", NativeFn::NoArgs(long_reduce), "Return state information for pickling."),
    MethodDef::new("__setstate__", NativeFn::One(long_set_state), "Set state information for unpickling."),
];

/// Fills the types.
pub(crate) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &RANGE)
        .doc(
            "range(stop) -> range object\nrange(start, stop[, step]) -> range object\n\n\
             Return an object that produces a sequence of integers from start (inclusive)\n\
             to stop (exclusive) by step.",
        )
        .methods(METHODS)
        .getsets(GETSETS)
        .slots(|slots| {
            slots.new.set(Some(construct));
            slots.make.set(Some(|esc, args| construct(esc, &RANGE, args)));
            slots.repr.set(Some(repr));
            slots.hash.set(Some(hash));
            slots.richcompare.set(Some(compare));
            slots.iter.set(Some(iter));
            slots.len.set(Some(len));
            slots.bool.set(Some(is_true));
            slots.getitem.set(Some(get_item));
            slots.contains.set(Some(contains));
        });
    TypeBuilder::new(esc, &RANGE_ITERATOR).methods(ITERATOR_METHODS).slots(|slots| {
        slots.iter.set(Some(itself));
        slots.next.set(Some(iterators::range_iterator_next));
    });
    TypeBuilder::new(esc, &LONG_RANGE_ITERATOR).methods(LONG_METHODS).slots(|slots| {
        slots.iter.set(Some(itself));
        slots.next.set(Some(long_next));
    });
}

fn construct(esc: Esc<'_>, _class: &TypeObject, args: Args<'_>) -> PyResult {
    args.no_keywords(esc, "range")?;
    let (start, stop, step) = match args.pos() {
        [stop] => (int::small(0), ops::as_index(esc, stop)?, int::small(1)),
        [start, stop] => (ops::as_index(esc, start)?, ops::as_index(esc, stop)?, int::small(1)),
        [start, stop, step] => (ops::as_index(esc, start)?, ops::as_index(esc, stop)?, ops::as_index(esc, step)?),
        [] => return Err(esc.type_error("range expected at least 1 argument, got 0")),
        more => {
            return Err(esc.type_error(format_args!("range expected at most 3 arguments, got {}", more.len())));
        }
    };
    if step.as_int() == Some(0) {
        return Err(esc.value_error("range() arg 3 must not be zero"));
    }
    new(esc, start, stop, step).map(Obj::into_value)
}

/// A range of exact ints; the step is not 0.
fn new(esc: Esc<'_>, start: Value, stop: Value, step: Value) -> PyResult<Obj<Range>> {
    if let (Some(first), Some(last), Some(1)) = (start.as_int(), stop.as_int(), step.as_int()) {
        // Immediate ints are short of 64 bits by so much that their difference is not too large.
        let len = (last - first).max(0);
        let small = Some(Small { start: first, step: 1, len });
        return Ok(layout::new(esc, Range { start, stop, step, len: int::new(esc, len), small }));
    }
    if let (Some(first), Some(last), Some(by)) = (int::as_i64(&start), int::as_i64(&stop), int::as_i64(&step)) {
        let distance = i128::from(last) - i128::from(first);
        let by_wide = i128::from(by);
        let wide_len =
            if (distance > 0) == (by > 0) && distance != 0 { (distance.abs() - 1) / by_wide.abs() + 1 } else { 0 };
        let end = i64::try_from(i128::from(first) + wide_len * by_wide);
        if let (Ok(len), Ok(_)) = (i64::try_from(wide_len), end) {
            let small = Some(Small { start: first, step: by, len });
            return Ok(layout::new(esc, Range { start, stop, step, len: int::new(esc, len), small }));
        }
    }
    let number = |value: &Value| ops::as_int(esc, value);
    let (first, last, by) = (number(&start)?, number(&stop)?, number(&step)?);
    let len = int::from_big(esc, big_len(&first, &last, &by));
    Ok(layout::new(esc, Range { start, stop, step, len, small: None }))
}

fn big_len(start: &IBig, stop: &IBig, step: &IBig) -> IBig {
    let forward = *step > IBig::ZERO;
    let distance = if forward { stop - start } else { start - stop };
    if distance <= IBig::ZERO {
        return IBig::ZERO;
    }
    let stride = if forward { step.clone() } else { -step };
    (distance - IBig::ONE) / stride + IBig::ONE
}

fn repr(esc: Esc<'_>, value: &Value) -> PyResult {
    let range = this::<Range>(esc, value)?;
    let mut text = Text::new("range(");
    text.push_reprs(esc, [&range.start, &range.stop])?;
    if range.step.as_int() != Some(1) {
        text.push_ascii(", ");
        text.push_repr(esc, &range.step)?;
    }
    text.push_ascii(")");
    Ok(text.finish(esc))
}

/// What two equal ranges have in common: the length, the first number if there is one, the step if there are two.
fn essence(range: &Range) -> [Value; 3] {
    let none = singletons::none;
    match range.len.as_int() {
        Some(0) => [range.len.clone(), none(), none()],
        Some(1) => [range.len.clone(), range.start.clone(), none()],
        _ => [range.len.clone(), range.start.clone(), range.step.clone()],
    }
}

fn hash(esc: Esc<'_>, value: &Value) -> PyResult<i64> {
    hash_items(esc, &essence(this::<Range>(esc, value)?))
}

fn compare(esc: Esc<'_>, left: &Value, right: &Value, op: CompareOp) -> PyResult {
    match (left.payload::<Range>(), right.payload::<Range>(), op) {
        (Some(left), Some(right), CompareOp::Eq | CompareOp::Ne) => {
            compare_items(esc, &essence(left), &essence(right), op)
        }
        _ => not_implemented(),
    }
}

fn iter(esc: Esc<'_>, value: &Value) -> PyResult {
    let range = this::<Range>(esc, value)?;
    if let Some(small) = range.small
        && let Some(iterator) = iterators::range_iterator(esc, small.start, small.step, small.len.unsigned_abs())
    {
        return Ok(iterator.into_value());
    }
    Ok(long_iterator(esc, range.start.clone(), range.step.clone(), range.len.clone()))
}

fn long_iterator(esc: Esc<'_>, start: Value, step: Value, len: Value) -> Value {
    let index = Field::new(Some(int::small(0)));
    layout::new(esc, LongRangeIterator { start, step, len, index }).into_value()
}

pub(crate) fn reversed(esc: Esc<'_>, value: &Value) -> PyResult {
    let range = this::<Range>(esc, value)?;
    if let Some(small) = range.small
        && let Some(step) = small.step.checked_neg()
        && let Some(iterator) =
            iterators::range_iterator(esc, small.at(small.len.wrapping_sub(1)), step, small.len.unsigned_abs())
    {
        return Ok(iterator.into_value());
    }
    let [start, _, step, len] = range.big(esc)?;
    let last = start + (&len - IBig::ONE) * &step;
    Ok(long_iterator(esc, int::from_big(esc, last), int::from_big(esc, -step), range.len.clone()))
}

fn len(esc: Esc<'_>, value: &Value) -> PyResult<usize> {
    match int::as_i64(&this::<Range>(esc, value)?.len) {
        Some(len) => Ok(usize::try_from(len).unwrap_or(0)),
        None => Err(esc.overflow_error("Python int too large to convert to C ssize_t")),
    }
}

fn is_true(esc: Esc<'_>, value: &Value) -> PyResult<bool> {
    Ok(this::<Range>(esc, value)?.len.as_int() != Some(0))
}

fn get_item(esc: Esc<'_>, value: &Value, key: &Value) -> PyResult {
    let range = this::<Range>(esc, value)?;
    if let Some(slice) = key.payload::<Slice>() {
        return sliced(esc, range, slice);
    }
    if !is_index(key) {
        let class = key.class().name();
        return Err(esc.type_error(format_args!("range indices must be integers or slices, not {class}")));
    }
    let key = ops::as_index(esc, key)?;
    if let (Some(small), Some(index)) = (range.small, int::as_i64(&key)) {
        return match offset(index, small.len as usize) {
            Some(index) => Ok(int::new(esc, small.at(index as i64))),
            None => Err(out_of_range(esc)),
        };
    }
    let [start, _, step, len] = range.big(esc)?;
    let index = ops::as_int(esc, &key)?;
    let index = if index < IBig::ZERO { index + &len } else { index };
    if index < IBig::ZERO || index >= len {
        return Err(out_of_range(esc));
    }
    Ok(int::from_big(esc, start + index * step))
}

#[cold]
fn out_of_range(esc: Esc<'_>) -> Raised {
    esc.index_error("range object index out of range")
}

fn sliced(esc: Esc<'_>, range: &Range, slice: &Slice) -> PyResult {
    let [start, _, step, len] = range.big(esc)?;
    let [low, high, by] = big_indices(esc, slice, &len)?;
    let at = |index: IBig| int::from_big(esc, &start + index * &step);
    let (first, last) = (at(low), at(high));
    new(esc, first, last, int::from_big(esc, &by * &step)).map(Obj::into_value)
}

/// The index of a number; `None` if the range does not have it.
fn find(esc: Esc<'_>, range: &Range, number: &Value) -> PyResult<Option<Value>> {
    if let (Some(small), Some(number)) = (range.small, int::as_i64(number)) {
        return Ok(small.find(number).map(|index| int::new(esc, index)));
    }
    let [start, _, step, len] = range.big(esc)?;
    let distance = ops::as_int(esc, number)? - start;
    let index = &distance / &step;
    let found = &index * &step == distance && index >= IBig::ZERO && index < len;
    Ok(found.then(|| int::from_big(esc, index)))
}

/// Whether membership is arithmetic: exact ints and bools. Others are compared with every number.
fn is_plain(value: &Value) -> bool {
    value.as_int().is_some() || value.exact::<int::Int>().is_some() || singletons::as_bool(value).is_some()
}

fn contains(esc: Esc<'_>, value: &Value, item: &Value) -> PyResult<bool> {
    if is_plain(item) {
        return Ok(find(esc, this::<Range>(esc, value)?, item)?.is_some());
    }
    let mut found = false;
    ops::iterate(esc, value, |number| {
        found = ops::equal(esc, &number, item)?;
        Ok(!found)
    })?;
    Ok(found)
}

fn count(esc: Esc<'_>, value: &Value, item: &Value) -> PyResult {
    if is_plain(item) {
        let found = find(esc, this::<Range>(esc, value)?, item)?.is_some();
        return Ok(int::small(i64::from(found)));
    }
    let mut found = 0;
    ops::iterate(esc, value, |number| {
        found += i64::from(ops::equal(esc, &number, item)?);
        Ok(true)
    })?;
    Ok(int::new(esc, found))
}

fn index(esc: Esc<'_>, value: &Value, item: &Value) -> PyResult {
    if is_plain(item) {
        return match find(esc, this::<Range>(esc, value)?, item)? {
            Some(index) => Ok(index),
            None => Err(esc.value_error("range.index(x): x not in range")),
        };
    }
    let (mut at, mut found) = (0, false);
    ops::iterate(esc, value, |number| {
        found = ops::equal(esc, &number, item)?;
        at += i64::from(!found);
        Ok(!found)
    })?;
    if found { Ok(int::new(esc, at)) } else { Err(esc.value_error("sequence.index(x): x not in sequence")) }
}

fn reduce(esc: Esc<'_>, value: &Value) -> PyResult {
    let range = this::<Range>(esc, value)?;
    let parts = tuple::new(esc, [range.start.clone(), range.stop.clone(), range.step.clone()]).into_value();
    Ok(tuple::new(esc, [RANGE.value(), parts]).into_value())
}

fn iterator_hint(esc: Esc<'_>, value: &Value) -> PyResult {
    let remaining = this::<RangeIterator>(esc, value)?.remaining();
    count_value(esc, usize::try_from(remaining).unwrap_or(usize::MAX))
}

fn iterator_reduce(esc: Esc<'_>, value: &Value) -> PyResult {
    let iterator = this::<RangeIterator>(esc, value)?;
    let number = |number: i64| int::new(esc, number);
    let rest = new(esc, number(iterator.peek()), number(iterator.end()), number(iterator.step()))?;
    reduced(esc, rest.into_value())
}

fn reduced(esc: Esc<'_>, rest: Value) -> PyResult {
    let arguments = tuple::new(esc, [rest]).into_value();
    Ok(tuple::new(esc, [builtin_iter(esc), arguments, singletons::none()]).into_value())
}

fn iterator_set_state(esc: Esc<'_>, value: &Value, state: &Value) -> PyResult {
    let count = ops::index_i64(esc, state)?;
    this::<RangeIterator>(esc, value)?.skip(u64::try_from(count).unwrap_or(0));
    none()
}

fn long_position(esc: Esc<'_>, value: &Value) -> PyResult<(IBig, IBig)> {
    let iterator = this::<LongRangeIterator>(esc, value)?;
    let index = iterator.index.get(esc, iterator).unwrap_or_else(|| int::small(0));
    Ok((ops::as_int(esc, &index)?, ops::as_int(esc, &iterator.len)?))
}

fn long_next(esc: Esc<'_>, value: &Value) -> PyResult<Option<Value>> {
    let iterator = this::<LongRangeIterator>(esc, value)?;
    let (index, len) = long_position(esc, value)?;
    if index >= len {
        return Ok(None);
    }
    let number = ops::as_int(esc, &iterator.start)? + &index * ops::as_int(esc, &iterator.step)?;
    drop(iterator.index.set(iterator, Some(int::from_big(esc, index + IBig::ONE))));
    Ok(Some(int::from_big(esc, number)))
}

fn long_hint(esc: Esc<'_>, value: &Value) -> PyResult {
    let (index, len) = long_position(esc, value)?;
    Ok(int::from_big(esc, len - index))
}

fn long_reduce(esc: Esc<'_>, value: &Value) -> PyResult {
    let iterator = this::<LongRangeIterator>(esc, value)?;
    let (index, len) = long_position(esc, value)?;
    let (start, step) = (ops::as_int(esc, &iterator.start)?, ops::as_int(esc, &iterator.step)?);
    let rest = new(
        esc,
        int::from_big(esc, &start + index * &step),
        int::from_big(esc, &start + len * &step),
        iterator.step.clone(),
    )?;
    reduced(esc, rest.into_value())
}

fn long_set_state(esc: Esc<'_>, value: &Value, state: &Value) -> PyResult {
    let iterator = this::<LongRangeIterator>(esc, value)?;
    let (_, len) = long_position(esc, value)?;
    let index = ops::as_index(esc, state)?;
    let index = ops::as_int(esc, &index)?.clamp(IBig::ZERO, len);
    drop(iterator.index.set(iterator, Some(int::from_big(esc, index))));
    none()
}
