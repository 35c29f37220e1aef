//! `tuple`.

use interp_object::builder::TypeBuilder;
use interp_object::data::alias::CLASS_GETITEM;
use interp_object::data::iterators::tuple_iterator;
use interp_object::data::list::List;
use interp_object::data::slice::Slice;
use interp_object::data::tuple::{self, TUPLE, Tuple};
use interp_object::data::{int, singletons};
use interp_object::layout::ValueExt;
use interp_object::native::{MethodDef, NativeFn};
use interp_object::slots::CompareOp;
use interp_object::{Args, Esc, PyResult, TypeObject, Value, ops};

use crate::list::{items_at_once, repeated};
use crate::util::{
    Span, Text, has_own_init, is_index, offset, plain_constructor, repetitions, search_bound, this, this_obj,
};

static METHODS: &[MethodDef] = &[
    CLASS_GETITEM,
    MethodDef::new("__getnewargs__", NativeFn::NoArgs(new_arguments), ""),
    MethodDef::new("count", NativeFn::One(count), "Return number of occurrences of value."),
    MethodDef::new("index", NativeFn::Positional(index), "Return first index of value."),
];

/// Fills the type.
pub(crate) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &TUPLE)
        .doc(
            "Built-in immutable sequence.\n\nIf no argument is given, the constructor returns an empty tuple.\n\
             If iterable is specified the tuple is initialized from iterable's items.\n\n\
             If the argument is a tuple, the return value is the same object.",
        )
        .methods(METHODS)
        .slots(|slots| {
            slots.new.set(Some(construct));
            slots.make.set(Some(|esc, args| construct(esc, &TUPLE, args)));
            slots.repr.set(Some(repr));
            slots.hash.set(Some(hash));
            slots.richcompare.set(Some(compare));
            slots.iter.set(Some(iter));
            slots.len.set(Some(len));
            slots.getitem.set(Some(get_item));
            slots.contains.set(Some(contains));
            slots.concat.set(Some(concat));
            slots.repeat.set(Some(repeat));
        });
}

fn construct(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    plain_constructor(esc, "tuple", args, has_own_init(class, &TUPLE))?;
    let args = Args::positional(args.pos()).expect(esc, "tuple", 0, 1)?;
    let plain = std::ptr::eq(class, &raw const TUPLE);
    let items = match args.first() {
        None => Vec::new(),
        Some(items) if plain => {
            if items.exact::<Tuple>().is_some() {
                return Ok(items.clone());
            }
            if let Some(list) = items.exact::<List>() {
                return Ok(list.to_tuple(esc).into_value());
            }
            collect(esc, items)?
        }
        Some(items) => collect(esc, items)?,
    };
    Ok(tuple::new_as(esc, class, items).into_value())
}

/// All items of an iterable.
fn collect(esc: Esc<'_>, iterable: &Value) -> PyResult<Vec<Value>> {
    match items_at_once(esc, iterable) {
        Some(items) => Ok(items),
        None => ops::collect(esc, iterable),
    }
}

fn repr(esc: Esc<'_>, value: &Value) -> PyResult {
    let items = this::<Tuple>(esc, value)?.as_slice();
    if items.is_empty() {
        return Ok(Text::new("()").finish(esc));
    }
    let text = ops::with_repr_guard(esc, value, || {
        let mut text = Text::new("(");
        text.push_reprs(esc, items)?;
        text.push_ascii(if items.len() == 1 { ",)" } else { ")" });
        Ok(text)
    })?;
    Ok(text.unwrap_or_else(|| Text::new("(...)")).finish(esc))
}

const PRIME_1: u64 = 11_400_714_785_074_694_791;
const PRIME_2: u64 = 14_029_467_366_897_019_727;
const PRIME_5: u64 = 2_870_177_450_012_600_261;

/// The hash of a sequence of hashes: xxHash's inner loop, as CPython's `tuplehash` (`Objects/tupleobject.c`) has it.
pub(crate) fn hash_lanes(lanes: impl IntoIterator<Item = PyResult<i64>>) -> PyResult<u64> {
    let mut accumulator = PRIME_5;
    for lane in lanes {
        accumulator = accumulator.wrapping_add(lane?.cast_unsigned().wrapping_mul(PRIME_2));
        accumulator = accumulator.rotate_left(31).wrapping_mul(PRIME_1);
    }
    Ok(accumulator)
}

/// A finished hash: never −1.
pub(crate) fn finish_hash(accumulator: u64) -> i64 {
    if accumulator == u64::MAX { 1_546_275_796 } else { accumulator.cast_signed() }
}

/// The hash of a tuple of these items.
pub(crate) fn hash_items(esc: Esc<'_>, items: &[Value]) -> PyResult<i64> {
    let accumulator = hash_lanes(items.iter().map(|item| ops::hash(esc, item)))?;
    Ok(finish_hash(accumulator.wrapping_add(items.len() as u64 ^ (PRIME_5 ^ 3_527_539))))
}

fn hash(esc: Esc<'_>, value: &Value) -> PyResult<i64> {
    esc.check_native_stack()?;
    hash_items(esc, this::<Tuple>(esc, value)?.as_slice())
}

/// Compares two sequences that do not change.
pub(crate) fn compare_items(esc: Esc<'_>, left: &[Value], right: &[Value], op: CompareOp) -> PyResult {
    if matches!(op, CompareOp::Eq | CompareOp::Ne) && left.len() != right.len() {
        return Ok(singletons::bool(op == CompareOp::Ne));
    }
    esc.check_native_stack()?;
    for (first, second) in left.iter().zip(right) {
        if !ops::identical_or_equal(esc, first, second)? {
            return match op {
                CompareOp::Eq => Ok(singletons::false_()),
                CompareOp::Ne => Ok(singletons::true_()),
                _ => ops::compare(esc, first, second, op),
            };
        }
    }
    Ok(singletons::bool(op.holds(left.len().cmp(&right.len()))))
}

fn compare(esc: Esc<'_>, left: &Value, right: &Value, op: CompareOp) -> PyResult {
    match (left.payload::<Tuple>(), right.payload::<Tuple>()) {
        (Some(left), Some(right)) => compare_items(esc, left.as_slice(), right.as_slice(), op),
        _ => Ok(singletons::not_implemented()),
    }
}

fn iter(esc: Esc<'_>, value: &Value) -> PyResult {
    Ok(tuple_iterator(esc, this_obj::<Tuple>(esc, value)?.clone()).into_value())
}

fn len(esc: Esc<'_>, value: &Value) -> PyResult<usize> {
    Ok(this::<Tuple>(esc, value)?.len())
}

fn get_item(esc: Esc<'_>, value: &Value, key: &Value) -> PyResult {
    let items = this::<Tuple>(esc, value)?.as_slice();
    if let Some(slice) = key.payload::<Slice>() {
        let span = Span::unpack(esc, slice)?.adjust(items.len());
        if span.step == 1 && span.len() == items.len() && value.exact::<Tuple>().is_some() {
            return Ok(value.clone());
        }
        let first = span.start as usize;
        if span.step == 1 {
            return Ok(tuple::from_slice(esc, &items[first..first + span.len()]).into_value());
        }
        return Ok(tuple::new(esc, span.indices().map(|index| items[index].clone())).into_value());
    }
    if !is_index(key) {
        let class = key.class().name();
        return Err(esc.type_error(format_args!("tuple indices must be integers or slices, not {class}")));
    }
    let index = ops::as_isize_index(esc, key)?;
    match offset(index, items.len()) {
        Some(index) => Ok(items[index].clone()),
        None => Err(esc.index_error("tuple index out of range")),
    }
}

fn contains(esc: Esc<'_>, value: &Value, item: &Value) -> PyResult<bool> {
    Ok(find(esc, this::<Tuple>(esc, value)?.as_slice(), item)?.is_some())
}

fn find(esc: Esc<'_>, items: &[Value], item: &Value) -> PyResult<Option<usize>> {
    for (index, candidate) in items.iter().enumerate() {
        if ops::identical_or_equal(esc, candidate, item)? {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

fn concat(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    let mine = this::<Tuple>(esc, left)?;
    let Some(theirs) = right.payload::<Tuple>() else {
        let class = right.class().name();
        return Err(esc.type_error(format_args!("can only concatenate tuple (not \"{class}\") to tuple")));
    };
    if mine.is_empty() && right.exact::<Tuple>().is_some() {
        return Ok(right.clone());
    }
    if theirs.is_empty() && left.exact::<Tuple>().is_some() {
        return Ok(left.clone());
    }
    Ok(tuple::new(esc, [mine.as_slice(), theirs.as_slice()].concat()).into_value())
}

fn repeat(esc: Esc<'_>, value: &Value, count: &Value) -> PyResult {
    let count = repetitions(esc, count)?;
    let items = this::<Tuple>(esc, value)?.as_slice();
    if (count == 1 || items.is_empty()) && value.exact::<Tuple>().is_some() {
        return Ok(value.clone());
    }
    Ok(tuple::new(esc, repeated(esc, items, count)?).into_value())
}

fn new_arguments(esc: Esc<'_>, value: &Value) -> PyResult {
    let plain = tuple::from_slice(esc, this::<Tuple>(esc, value)?.as_slice());
    Ok(tuple::new(esc, [plain.into_value()]).into_value())
}

fn count(esc: Esc<'_>, value: &Value, item: &Value) -> PyResult {
    let mut found = 0;
    for candidate in this::<Tuple>(esc, value)?.as_slice() {
        found += i64::from(ops::identical_or_equal(esc, candidate, item)?);
    }
    Ok(int::new(esc, found))
}

fn index(esc: Esc<'_>, value: &Value, args: &[Value]) -> PyResult {
    let args = Args::positional(args).expect(esc, "index", 1, 3)?;
    let items = this::<Tuple>(esc, value)?.as_slice();
    let start = args.get(1).map_or(Ok(0), |start| search_bound(esc, start, items.len()))?.min(items.len());
    let stop = args.get(2).map_or(Ok(items.len()), |stop| search_bound(esc, stop, items.len()))?;
    let stop = stop.clamp(start, items.len());
    match find(esc, &items[start..stop], &args[0])? {
        Some(index) => Ok(int::from_usize(esc, start + index)),
        None => Err(esc.value_error("tuple.index(x): x not in tuple")),
    }
}
