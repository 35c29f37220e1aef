//! Builtin functions over iterables.

use interp_object::args::{Signature, check_count};
use interp_object::data::{int, list, singletons};
use interp_object::intern::names;
use interp_object::layout::ValueExt;
use interp_object::slots::CompareOp;
use interp_object::{Args, Esc, PyResult, Value, call, ops};
use interp_types_data::list_sort;

use crate::util::given;

/// `len(object)`
pub(super) fn len(esc: Esc<'_>, _: &Value, value: &Value) -> PyResult {
    Ok(int::from_usize(esc, ops::len(esc, value)?))
}

/// `all(iterable)`
pub(super) fn all(esc: Esc<'_>, _: &Value, iterable: &Value) -> PyResult {
    let mut result = true;
    ops::iterate(esc, iterable, |item| {
        result = ops::truthy(esc, &item)?;
        Ok(result)
    })?;
    Ok(singletons::bool(result))
}

/// `any(iterable)`
pub(super) fn any(esc: Esc<'_>, _: &Value, iterable: &Value) -> PyResult {
    let mut result = false;
    ops::iterate(esc, iterable, |item| {
        result = ops::truthy(esc, &item)?;
        Ok(!result)
    })?;
    Ok(singletons::bool(result))
}

/// `next(iterator[, default])`
pub(super) fn next(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    check_count(esc, "next", args.len(), 1, 2)?;
    let iterator = &args[0];
    if iterator.class().slots.next.is_empty() {
        return Err(esc.type_error(format_args!("'{}' object is not an iterator", iterator.class().name())));
    }
    match (ops::next_or_raise(esc, iterator), args.get(1)) {
        (Err(raised), Some(default)) => ops::stop_value(esc, raised).map(|_| default.clone()),
        (result, _) => result,
    }
}

/// `aiter(async_iterable)`
pub(super) fn aiter(esc: Esc<'_>, _: &Value, value: &Value) -> PyResult {
    match call::call_special(esc, value, names::aiter(esc), &[])? {
        Some(iterator) => Ok(iterator),
        None => Err(esc.type_error(format_args!("'{}' object is not an async iterable", value.class().name()))),
    }
}

/// `anext(async_iterator[, default])`
pub(super) fn anext(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    check_count(esc, "anext", args.len(), 1, 2)?;
    match (call::call_special(esc, &args[0], names::anext(esc), &[])?, args.get(1)) {
        (Some(awaitable), None) => Ok(awaitable),
        (Some(awaitable), Some(default)) => Ok(interp_types_core::anext_or_default(esc, &awaitable, default)),
        (None, _) => Err(esc.type_error(format_args!("'{}' object is not an async iterator", args[0].class().name()))),
    }
}

/// `min(…)`
pub(super) fn min(esc: Esc<'_>, _: &Value, args: Args<'_>) -> PyResult {
    extreme(esc, "min", CompareOp::Lt, args)
}

/// `max(…)`
pub(super) fn max(esc: Esc<'_>, _: &Value, args: Args<'_>) -> PyResult {
    extreme(esc, "max", CompareOp::Gt, args)
}

fn extreme(esc: Esc<'_>, name: &str, wanted: CompareOp, args: Args<'_>) -> PyResult {
    let (mut key, mut default) = (None, None);
    for (keyword, value) in args.keywords() {
        match ops::text_lossy(keyword).as_str() {
            "key" => key = given(Some(value)),
            "default" => default = Some(value),
            other => {
                let message = format!("{name}() got an unexpected keyword argument '{other}'");
                return Err(esc.type_error(message));
            }
        }
    }
    let values = args.pos();
    if values.is_empty() {
        return Err(esc.type_error(format_args!("{name} expected at least 1 argument, got 0")));
    }
    if values.len() > 1 && default.is_some() {
        let message = format!("Cannot specify a default for {name}() with multiple positional arguments");
        return Err(esc.type_error(message));
    }
    let mut best: Option<(Value, Value)> = None;
    let mut look = |item: Value| {
        let rank = match key {
            Some(key) => call::call(esc, key, std::slice::from_ref(&item))?,
            None => item.clone(),
        };
        let better = match &best {
            None => true,
            Some((_, best)) => ops::compare_bool(esc, &rank, best, wanted)?,
        };
        if better {
            best = Some((item, rank));
        }
        Ok(true)
    };
    if let [iterable] = values {
        ops::iterate(esc, iterable, look)?;
    } else {
        for value in values {
            look(value.clone())?;
        }
    }
    match (best, default) {
        (Some((item, _)), _) => Ok(item),
        (None, Some(default)) => Ok(default.clone()),
        (None, None) => Err(esc.value_error(format_args!("{name}() iterable argument is empty"))),
    }
}

/// `sorted(iterable, *, key=None, reverse=False)`
pub(super) fn sorted(esc: Esc<'_>, _: &Value, args: Args<'_>) -> PyResult {
    if args.pos().len() != 1 {
        return Err(esc.type_error(format_args!("sorted expected 1 argument, got {}", args.pos().len())));
    }
    // As `list(iterable)`, which takes what it can at one moment.
    let listed = call::call(esc, &list::LIST.value(), &args.pos()[..1])?;
    // Arguments are `list.sort`'s, errors in its name included.
    const SIGNATURE: Signature<2> = Signature::new("sort", ["key", "reverse"], 0).keyword_only_from(0);
    let [key, reverse] = args.rest().bind(esc, &SIGNATURE)?;
    let reverse = reverse.map_or(Ok(false), |reverse| ops::truthy(esc, reverse))?;
    let items = listed.payload::<list::List>().map_or(Vec::new(), |listed| listed.take_all(esc));
    Ok(list::from_vec(esc, list_sort(esc, items, key, reverse)?).into_value())
}
