//! `dict`: construction, operators, representation. Methods, views and iterators are in sibling files.

mod iter;
mod methods;
mod update;
pub(crate) mod views;

use interp_object::builder::TypeBuilder;
use interp_object::data::dict::{self, DICT, Dict};
use interp_object::data::singletons;
use interp_object::intern::names;
use interp_object::layout::ValueExt;
use interp_object::slots::{BinaryOp, CompareOp};
use interp_object::{Args, Esc, PyResult, TypeObject, Value, call, ops};

use crate::util::{Text, not_implemented, this, unhashable};
use update::{update, update_arguments};

pub use iter::{ITEM_ITERATOR, KEY_ITERATOR, VALUE_ITERATOR};
pub use views::{ITEMS, KEYS, VALUES, View};

/// Fills the types.
pub(crate) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &DICT)
        .doc(
            "dict() -> new empty dictionary\ndict(mapping) -> new dictionary initialized from a mapping object's\n    \
             (key, value) pairs\ndict(iterable) -> new dictionary initialized as if via:\n    d = {}\n    \
             for k, v in iterable:\n        d[k] = v\n\
             dict(**kwargs) -> new dictionary initialized with the name=value pairs\n    \
             in the keyword argument list.  For example:  dict(one=1, two=2)",
        )
        .attribute("__hash__", singletons::none())
        .methods(methods::METHODS)
        .slots(|slots| {
            slots.new.set(Some(construct));
            slots.init.set(Some(initialize));
            slots.repr.set(Some(repr));
            slots.hash.set(Some(unhashable));
            slots.richcompare.set(Some(compare));
            slots.iter.set(Some(iter::iterate_keys));
            slots.len.set(Some(len));
            slots.getitem.set(Some(get_item));
            slots.setitem.set(Some(set_item));
            slots.contains.set(Some(contains));
            slots.binary[BinaryOp::Or as usize].set(Some(merged));
            slots.inplace[BinaryOp::Or as usize].set(Some(merge));
        });
    views::init(esc);
    iter::init(esc);
}

fn construct(esc: Esc<'_>, class: &TypeObject, _args: Args<'_>) -> PyResult {
    Ok(dict::new_as(esc, class).into_value())
}

fn initialize(esc: Esc<'_>, value: &Value, args: Args<'_>) -> PyResult<()> {
    update_arguments(esc, value, "dict", args)
}

fn repr(esc: Esc<'_>, value: &Value) -> PyResult {
    let dict = this::<Dict>(esc, value)?;
    if dict.is_empty(esc) {
        return Ok(Text::new("{}").finish(esc));
    }
    let text = ops::with_repr_guard(esc, value, || {
        let mut text = Text::new("{");
        for (index, (key, _, item)) in dict.items(esc).iter().enumerate() {
            if index > 0 {
                text.push_ascii(", ");
            }
            text.push_repr(esc, key)?;
            text.push_ascii(": ");
            text.push_repr(esc, item)?;
        }
        text.push_ascii("}");
        Ok(text)
    })?;
    Ok(text.unwrap_or_else(|| Text::new("{...}")).finish(esc))
}

fn compare(esc: Esc<'_>, left: &Value, right: &Value, op: CompareOp) -> PyResult {
    match (left.payload::<Dict>(), right.payload::<Dict>(), op) {
        (Some(left), Some(right), CompareOp::Eq) => same_items(esc, left, right).map(singletons::bool),
        (Some(left), Some(right), CompareOp::Ne) => same_items(esc, left, right).map(|same| singletons::bool(!same)),
        _ => not_implemented(),
    }
}

fn same_items(esc: Esc<'_>, left: &Dict, right: &Dict) -> PyResult<bool> {
    if left.len(esc) != right.len(esc) {
        return Ok(false);
    }
    esc.check_native_stack()?;
    for (key, hash, item) in left.items(esc) {
        let same = match right.get_hashed(esc, &key, hash)? {
            Some(other) => ops::identical_or_equal(esc, &item, &other)?,
            None => false,
        };
        if !same {
            return Ok(false);
        }
    }
    Ok(true)
}

fn len(esc: Esc<'_>, value: &Value) -> PyResult<usize> {
    Ok(this::<Dict>(esc, value)?.len(esc))
}

fn get_item(esc: Esc<'_>, value: &Value, key: &Value) -> PyResult {
    match this::<Dict>(esc, value)?.get(esc, key)? {
        Some(item) => Ok(item),
        None => missing(esc, value, key),
    }
}

/// A key that is not there: a subclass may have `__missing__`.
#[cold]
fn missing(esc: Esc<'_>, value: &Value, key: &Value) -> PyResult {
    if !std::ptr::eq(value.class(), &raw const DICT)
        && let Some(item) = call::call_special(esc, value, names::missing(esc), std::slice::from_ref(key))?
    {
        return Ok(item);
    }
    Err(esc.key_error(key))
}

fn set_item(esc: Esc<'_>, value: &Value, key: &Value, item: Option<&Value>) -> PyResult<()> {
    let dict = this::<Dict>(esc, value)?;
    match item {
        Some(item) => dict.set(esc, key, item.clone()),
        None => match dict.remove(esc, key)? {
            Some(_) => Ok(()),
            None => Err(esc.key_error(key)),
        },
    }
}

fn contains(esc: Esc<'_>, value: &Value, key: &Value) -> PyResult<bool> {
    this::<Dict>(esc, value)?.contains(esc, key)
}

/// `left | right` (PEP 584)
fn merged(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    let (Some(mine), Some(_)) = (left.payload::<Dict>(), right.payload::<Dict>()) else { return not_implemented() };
    let copy = mine.copy(esc)?.into_value();
    update(esc, &copy, right)?;
    Ok(copy)
}

/// `left |= right`
fn merge(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    update(esc, left, right)?;
    Ok(left.clone())
}
