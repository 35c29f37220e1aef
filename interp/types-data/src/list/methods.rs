//! Methods of `list`.

use interp_object::args::Signature;
use interp_object::data::alias::CLASS_GETITEM;
use interp_object::data::int;
use interp_object::data::list::List;
use interp_object::native::{MethodDef, NativeFn};
use interp_object::{Args, Esc, PyResult, Value, ops};

use super::sort::sort_items;
use super::{extend, find, size_in_bytes};
use crate::iters::sequence::reversed_list;
use crate::util::{none, offset, search_bound, this, this_obj};

pub(super) static METHODS: &[MethodDef] = &[
    CLASS_GETITEM,
    MethodDef::new("__reversed__", NativeFn::NoArgs(reversed), "Return a reverse iterator over the list."),
    MethodDef::new("__sizeof__", NativeFn::NoArgs(sizeof), "Return the size of the list in memory, in bytes."),
    MethodDef::new("append", NativeFn::One(append), "Append object to the end of the list."),
    MethodDef::new("clear", NativeFn::NoArgs(clear), "Remove all items from list."),
    MethodDef::new("copy", NativeFn::NoArgs(copy), "Return a shallow copy of the list."),
    MethodDef::new("count", NativeFn::One(count), "Return number of occurrences of value."),
    MethodDef::new("extend", NativeFn::One(extend_method), "Extend list by appending elements from the iterable."),
    MethodDef::new("index", NativeFn::Positional(index), "Return first index of value."),
    MethodDef::new("insert", NativeFn::Positional(insert), "Insert object before index."),
    MethodDef::new("pop", NativeFn::Positional(pop), "Remove and return item at index (default last)."),
    MethodDef::new("remove", NativeFn::One(remove), "Remove first occurrence of value."),
    MethodDef::new("reverse", NativeFn::NoArgs(reverse), "Reverse *IN PLACE*."),
    MethodDef::new("sort", NativeFn::Full(sort), "Sort the list in ascending order and return None."),
];

fn reversed(esc: Esc<'_>, value: &Value) -> PyResult {
    Ok(reversed_list(esc, this_obj::<List>(esc, value)?.clone()))
}

fn sizeof(esc: Esc<'_>, value: &Value) -> PyResult {
    Ok(size_in_bytes(esc, this::<List>(esc, value)?))
}

fn append(esc: Esc<'_>, value: &Value, item: &Value) -> PyResult {
    match this::<List>(esc, value)?.push(esc, item.clone()) {
        Ok(()) => none(),
        Err(_) => Err(esc.memory_error()),
    }
}

fn clear(esc: Esc<'_>, value: &Value) -> PyResult {
    drop(this::<List>(esc, value)?.take_all(esc));
    none()
}

fn copy(esc: Esc<'_>, value: &Value) -> PyResult {
    let list = this::<List>(esc, value)?;
    Ok(list.slice(esc, 0, 1, list.len()).into_value())
}

fn count(esc: Esc<'_>, value: &Value, item: &Value) -> PyResult {
    let list = this::<List>(esc, value)?;
    let (mut found, mut index) = (0, 0);
    while let Some(candidate) = list.get(esc, index) {
        found += i64::from(ops::identical_or_equal(esc, &candidate, item)?);
        index += 1;
    }
    Ok(int::new(esc, found))
}

fn extend_method(esc: Esc<'_>, value: &Value, iterable: &Value) -> PyResult {
    extend(esc, this::<List>(esc, value)?, iterable)?;
    none()
}

fn index(esc: Esc<'_>, value: &Value, args: &[Value]) -> PyResult {
    let args = Args::positional(args).expect(esc, "index", 1, 3)?;
    let list = this::<List>(esc, value)?;
    let start = args.get(1).map_or(Ok(0), |start| search_bound(esc, start, list.len()))?;
    let stop = args.get(2).map_or(Ok(usize::MAX), |stop| search_bound(esc, stop, list.len()))?;
    match find(esc, list, &args[0], start..stop)? {
        Some(index) => Ok(int::from_usize(esc, index)),
        None => Err(esc.value_error("list.index(x): x not in list")),
    }
}

fn insert(esc: Esc<'_>, value: &Value, args: &[Value]) -> PyResult {
    let args = Args::positional(args).expect(esc, "insert", 2, 2)?;
    let list = this::<List>(esc, value)?;
    let index = ops::index_i64(esc, &args[0])?;
    let index = if index < 0 { index.saturating_add(list.len() as i64).max(0) } else { index };
    match list.insert(esc, usize::try_from(index).unwrap_or(usize::MAX), args[1].clone()) {
        Ok(()) => none(),
        Err(_) => Err(esc.memory_error()),
    }
}

fn pop(esc: Esc<'_>, value: &Value, args: &[Value]) -> PyResult {
    let args = Args::positional(args).expect(esc, "pop", 0, 1)?;
    let list = this::<List>(esc, value)?;
    let item = match args.first() {
        None => list.pop(),
        Some(index) => {
            let index = ops::index_i64(esc, index)?;
            if list.is_empty() {
                return Err(esc.index_error("pop from empty list"));
            }
            match offset(index, list.len()).and_then(|index| list.remove_at(index)) {
                Some(item) => Some(item),
                None => return Err(esc.index_error("pop index out of range")),
            }
        }
    };
    match item {
        Some(item) => Ok(item),
        None => Err(esc.index_error("pop from empty list")),
    }
}

fn remove(esc: Esc<'_>, value: &Value, item: &Value) -> PyResult {
    let list = this::<List>(esc, value)?;
    match find(esc, list, item, 0..usize::MAX)? {
        Some(index) => {
            drop(list.remove_at(index));
            none()
        }
        None => Err(esc.value_error("list.remove(x): x not in list")),
    }
}

fn reverse(esc: Esc<'_>, value: &Value) -> PyResult {
    this::<List>(esc, value)?.reverse();
    none()
}

fn sort(esc: Esc<'_>, value: &Value, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<2> = Signature::new("sort", ["key", "reverse"], 0).keyword_only_from(0);
    let [key, reverse] = args.bind(esc, &SIGNATURE)?;
    let reverse = reverse.map_or(Ok(false), |reverse| ops::truthy(esc, reverse))?;
    let list = this::<List>(esc, value)?;
    // The list looks empty meanwhile, and what the program puts into it is noticed.
    let mut items = list.take_all(esc);
    let sorted = sort_items(esc, &mut items, key, reverse);
    let foreign = list.put_all(esc, items);
    if sorted.is_ok() && !foreign.is_empty() {
        return Err(esc.value_error("list modified during sort"));
    }
    sorted?;
    none()
}
