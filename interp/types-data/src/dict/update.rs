//! Filling a dictionary: `dict(…)`, `update`, `|=`.

use interp_object::attr;
use interp_object::data::dict::{DICT, Dict};
use interp_object::data::exception::TYPE_ERROR;
use interp_object::data::list::List;
use interp_object::data::tuple::Tuple;
use interp_object::intern::names;
use interp_object::layout::ValueExt;
use interp_object::{Args, Esc, PyResult, Raised, Value, call, ops};

use crate::util::this;

/// `update([mapping or pairs], **items)` of the dictionary `target`; `function` is for messages.
pub(super) fn update_arguments(esc: Esc<'_>, target: &Value, function: &str, args: Args<'_>) -> PyResult<()> {
    let source = Args::positional(args.pos()).expect(esc, function, 0, 1)?;
    if let Some(source) = source.first() {
        update(esc, target, source)?;
    }
    let dict = this::<Dict>(esc, target)?;
    for (name, value) in args.keywords() {
        dict.set(esc, name, value.clone())?;
    }
    Ok(())
}

/// Whether a dictionary gives its keys the way `dict` does, so that it may be read directly.
fn is_plain(source: &Value) -> bool {
    let class = source.class();
    std::ptr::eq(class, &raw const DICT) || class.slots.iter.same(&DICT.slots.iter)
}

/// `target.update(source)`
pub(super) fn update(esc: Esc<'_>, target: &Value, source: &Value) -> PyResult<()> {
    let dict = this::<Dict>(esc, target)?;
    if let Some(other) = source.payload::<Dict>().filter(|_| is_plain(source)) {
        return if target.is(source) { Ok(()) } else { dict.merge(esc, other) };
    }
    match attr::get_optional(esc, source, names::keys(esc))? {
        Some(keys) => {
            let keys = call::call(esc, &keys, &[])?;
            ops::iterate(esc, &keys, |key| {
                let value = ops::get_item(esc, source, &key)?;
                dict.set(esc, &key, value)?;
                Ok(true)
            })
        }
        None => update_from_pairs(esc, dict, source),
    }
}

fn update_from_pairs(esc: Esc<'_>, dict: &Dict, pairs: &Value) -> PyResult<()> {
    let mut index = 0;
    ops::iterate(esc, pairs, |pair| {
        let (key, value) = split(esc, &pair, index)?;
        dict.set(esc, &key, value)?;
        index += 1;
        Ok(true)
    })
}

fn split(esc: Esc<'_>, pair: &Value, index: usize) -> PyResult<(Value, Value)> {
    if let Some(tuple) = pair.exact::<Tuple>()
        && let [key, value] = tuple.as_slice()
    {
        return Ok((key.clone(), value.clone()));
    }
    let items = parts(esc, pair)?;
    match <[Value; 2]>::try_from(items) {
        Ok([key, value]) => Ok((key, value)),
        Err(items) => Err(wrong_length(esc, index, items.len())),
    }
}

/// The parts of a pair that is no tuple of two.
fn parts(esc: Esc<'_>, pair: &Value) -> PyResult<Vec<Value>> {
    if pair.exact::<Tuple>().is_some() || pair.exact::<List>().is_some() {
        return ops::collect(esc, pair);
    }
    match ops::iterator(esc, pair) {
        Ok(iterator) => ops::collect(esc, &iterator),
        Err(raised) => {
            drop(raised.catch_if(esc, &TYPE_ERROR)?);
            Err(esc.type_error("object is not iterable"))
        }
    }
}

#[cold]
fn wrong_length(esc: Esc<'_>, index: usize, len: usize) -> Raised {
    esc.value_error(format_args!("dictionary update sequence element #{index} has length {len}; 2 is required"))
}
