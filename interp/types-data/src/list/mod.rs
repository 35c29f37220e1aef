//! `list`: construction, operators, representation. Methods, subscription and sorting are in sibling files.

mod methods;
pub mod sort;
mod subscript;

use interp_object::builder::TypeBuilder;
use interp_object::data::iterators::list_iterator;
use interp_object::data::list::{self, LIST, List, MAX_LEN, Source};
use interp_object::data::set::table_of;
use interp_object::data::tuple::Tuple;
use interp_object::data::{dict::Dict, int, singletons};
use interp_object::layout::ValueExt;
use interp_object::slots::CompareOp;
use interp_object::{Args, Esc, PyResult, TypeObject, Value, ops};

use crate::range::Range;
use crate::util::{Text, has_own_new, plain_constructor, repetitions, this, this_obj, unhashable};

/// Fills the type.
pub(crate) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &LIST)
        .doc(
            "Built-in mutable sequence.\n\nIf no argument is given, the constructor creates a new empty list.\n\
             The argument must be an iterable if specified.",
        )
        .attribute("__hash__", singletons::none())
        .methods(methods::METHODS)
        .slots(|slots| {
            slots.new.set(Some(construct));
            slots.make.set(Some(make));
            slots.init.set(Some(initialize));
            slots.repr.set(Some(repr));
            slots.hash.set(Some(unhashable));
            slots.richcompare.set(Some(compare));
            slots.iter.set(Some(iter));
            slots.len.set(Some(len));
            slots.getitem.set(Some(subscript::get));
            slots.setitem.set(Some(subscript::set));
            slots.contains.set(Some(contains));
            slots.concat.set(Some(concat));
            slots.inplace_concat.set(Some(inplace_concat));
            slots.repeat.set(Some(repeat));
            slots.inplace_repeat.set(Some(inplace_repeat));
        });
}

fn construct(esc: Esc<'_>, class: &TypeObject, _args: Args<'_>) -> PyResult {
    Ok(list::new_as(esc, class).into_value())
}

/// `list(iterable)`
fn make(esc: Esc<'_>, args: Args<'_>) -> PyResult {
    args.no_keywords(esc, "list")?;
    let items = match Args::positional(args.pos()).expect(esc, "list", 0, 1)?.first() {
        None => return Ok(list::new_as(esc, &LIST).into_value()),
        Some(items) => items,
    };
    if let Some(source) = items.exact::<List>() {
        return Ok(source.slice(esc, 0, 1, source.len()).into_value());
    }
    if let Some(source) = items.exact::<Tuple>() {
        return Ok(list::from_slice(esc, source.as_slice()).into_value());
    }
    if let Some(items) = items_at_once(esc, items) {
        return Ok(list::from_vec(esc, items).into_value());
    }
    let made = list::new_as(esc, &LIST);
    extend(esc, &made, items)?;
    Ok(made.into_value())
}

fn initialize(esc: Esc<'_>, value: &Value, args: Args<'_>) -> PyResult<()> {
    plain_constructor(esc, "list", args, has_own_new(value.class(), &LIST))?;
    let items = Args::positional(args.pos()).expect(esc, "list", 0, 1)?;
    let list = this::<List>(esc, value)?;
    if !list.is_empty() {
        drop(list.take_all(esc));
    }
    match items.first() {
        Some(items) => extend(esc, list, items),
        None => Ok(()),
    }
}

/// Items that can be had at once, without running code of the program.
pub(crate) fn items_at_once(esc: Esc<'_>, iterable: &Value) -> Option<Vec<Value>> {
    if let Some(list) = iterable.exact::<List>() {
        return Some(list.snapshot());
    }
    if let Some(tuple) = iterable.exact::<Tuple>() {
        return Some(tuple.as_slice().to_vec());
    }
    if let Some(range) = iterable.exact::<Range>() {
        return range.small_items(esc);
    }
    if let Some(dict) = iterable.exact::<Dict>() {
        return Some(dict.keys(esc));
    }
    if iterable.class().is_heap() {
        return None;
    }
    if let Some(items) = crate::dict::views::items_of(esc, iterable) {
        return Some(items);
    }
    table_of(iterable).map(|table| crate::set::shown_items(esc, table))
}

/// What an iterable has to put into a list, if that can be had without running code of the program.
pub(crate) fn source_at_once<'a>(esc: Esc<'_>, iterable: &'a Value) -> Option<Source<'a>> {
    if let Some(list) = iterable.exact::<List>() {
        return Some(Source::List(list));
    }
    if let Some(tuple) = iterable.exact::<Tuple>() {
        return Some(Source::Items(tuple.as_slice()));
    }
    items_at_once(esc, iterable).map(Source::Owned)
}

/// `list.extend(iterable)`
pub(crate) fn extend(esc: Esc<'_>, list: &List, iterable: &Value) -> PyResult<()> {
    if let Some(items) = source_at_once(esc, iterable) {
        return match list.assign(esc, usize::MAX..usize::MAX, items) {
            Ok(_) => Ok(()),
            Err(_) => Err(esc.memory_error()),
        };
    }
    let iterator = ops::iterator(esc, iterable)?;
    ops::check_room(esc, iterable)?;
    let Some(next) = iterator.class().slots.next.get() else { return Ok(()) };
    while let Some(item) = next(esc, &iterator)? {
        if list.push(esc, item).is_err() {
            return Err(esc.memory_error());
        }
    }
    Ok(())
}

fn repr(esc: Esc<'_>, value: &Value) -> PyResult {
    let list = this::<List>(esc, value)?;
    if list.is_empty() {
        return Ok(Text::new("[]").finish(esc));
    }
    let text = ops::with_repr_guard(esc, value, || {
        let mut text = Text::new("[");
        let mut index = 0;
        while let Some(item) = list.get(esc, index) {
            if index > 0 {
                text.push_ascii(", ");
            }
            text.push_repr(esc, &item)?;
            index += 1;
        }
        text.push_ascii("]");
        Ok(text)
    })?;
    Ok(text.unwrap_or_else(|| Text::new("[...]")).finish(esc))
}

fn compare(esc: Esc<'_>, left: &Value, right: &Value, op: CompareOp) -> PyResult {
    let (Some(mine), Some(theirs)) = (left.payload::<List>(), right.payload::<List>()) else {
        return Ok(singletons::not_implemented());
    };
    if matches!(op, CompareOp::Eq | CompareOp::Ne) && mine.len() != theirs.len() {
        return Ok(singletons::bool(op == CompareOp::Ne));
    }
    esc.check_native_stack()?;
    let mut index = 0;
    loop {
        let (Some(first), Some(second)) = (mine.get(esc, index), theirs.get(esc, index)) else {
            return Ok(singletons::bool(op.holds(mine.len().cmp(&theirs.len()))));
        };
        if !ops::identical_or_equal(esc, &first, &second)? {
            return match op {
                CompareOp::Eq => Ok(singletons::false_()),
                CompareOp::Ne => Ok(singletons::true_()),
                _ => ops::compare(esc, &first, &second, op),
            };
        }
        index += 1;
    }
}

fn iter(esc: Esc<'_>, value: &Value) -> PyResult {
    Ok(list_iterator(esc, this_obj::<List>(esc, value)?.clone()).into_value())
}

fn len(esc: Esc<'_>, value: &Value) -> PyResult<usize> {
    Ok(this::<List>(esc, value)?.len())
}

fn contains(esc: Esc<'_>, value: &Value, item: &Value) -> PyResult<bool> {
    Ok(find(esc, this::<List>(esc, value)?, item, 0..usize::MAX)?.is_some())
}

/// The index of the first item equal to `item` in a range of indices.
pub(crate) fn find(esc: Esc<'_>, list: &List, item: &Value, range: std::ops::Range<usize>) -> PyResult<Option<usize>> {
    for index in range {
        let Some(candidate) = list.get(esc, index) else { return Ok(None) };
        if ops::identical_or_equal(esc, &candidate, item)? {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

fn concat(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    let mine = this::<List>(esc, left)?;
    let Some(theirs) = right.payload::<List>() else {
        let class = right.class().name();
        return Err(esc.type_error(format_args!("can only concatenate list (not \"{class}\") to list")));
    };
    let mut items = mine.snapshot();
    items.extend(theirs.snapshot());
    Ok(list::from_vec(esc, items).into_value())
}

fn inplace_concat(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    extend(esc, this::<List>(esc, left)?, right)?;
    Ok(left.clone())
}

/// `items * count`, for lists and tuples.
pub(crate) fn repeated(esc: Esc<'_>, items: &[Value], count: usize) -> PyResult<Vec<Value>> {
    let total = match items.len().checked_mul(count) {
        Some(total) if total <= MAX_LEN => total,
        _ => return Err(esc.memory_error()),
    };
    let mut result = Vec::new();
    if result.try_reserve_exact(total).is_err() {
        return Err(esc.memory_error());
    }
    match items {
        [item] => result.resize(total, item.clone()),
        _ => (0..count).for_each(|_| result.extend_from_slice(items)),
    }
    Ok(result)
}

fn repeat(esc: Esc<'_>, value: &Value, count: &Value) -> PyResult {
    let count = repetitions(esc, count)?;
    let items = this::<List>(esc, value)?.snapshot();
    Ok(list::from_vec(esc, repeated(esc, &items, count)?).into_value())
}

fn inplace_repeat(esc: Esc<'_>, value: &Value, count: &Value) -> PyResult {
    let count = repetitions(esc, count)?;
    let list = this::<List>(esc, value)?;
    if count != 1 {
        let items = repeated(esc, &list.snapshot(), count)?;
        if list.assign(esc, 0..usize::MAX, Source::Owned(items)).is_err() {
            return Err(esc.memory_error());
        }
    }
    Ok(value.clone())
}

/// What a list occupies, for `__sizeof__`.
fn size_in_bytes(esc: Esc<'_>, list: &List) -> Value {
    int::from_usize(esc, 40 + 8 * list.len())
}
