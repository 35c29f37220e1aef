//! Methods of `dict`.

use interp_object::data::alias::CLASS_GETITEM;
use interp_object::data::dict::{self, DICT, Dict};
use interp_object::data::{int, singletons, tuple};
use interp_object::layout::ValueExt;
use interp_object::native::{MethodDef, NativeFn};
use interp_object::{Args, Esc, PyResult, TypeObject, Value, call, ops};

use super::update::update_arguments;
use super::{iter, views};
use crate::util::{none, this, this_obj};

pub(super) static METHODS: &[MethodDef] = &[
    CLASS_GETITEM,
    MethodDef::new("__reversed__", NativeFn::NoArgs(reversed), "Return a reverse iterator over the dict keys."),
    MethodDef::new("__sizeof__", NativeFn::NoArgs(sizeof), "Return the size of the dict in memory."),
    MethodDef::new("clear", NativeFn::NoArgs(clear), "Remove all items from the dict."),
    MethodDef::new("copy", NativeFn::NoArgs(copy), "Return a shallow copy of the dict."),
    MethodDef::class(
        "fromkeys",
        NativeFn::Positional(from_keys),
        "Create a new dictionary with keys from iterable and values set to value.",
    ),
    MethodDef::new(
        "get",
        NativeFn::Positional(get),
        "Return the value for key if key is in the dictionary, else default.",
    ),
    MethodDef::new("items", NativeFn::NoArgs(items), "Return a set-like object providing a view on the dict's items."),
    MethodDef::new("keys", NativeFn::NoArgs(keys), "Return a set-like object providing a view on the dict's keys."),
    MethodDef::new(
        "pop",
        NativeFn::Positional(pop),
        "D.pop(k[,d]) -> v, remove specified key and return the corresponding value.\n\n\
         If the key is not found, return the default if given; otherwise,\nraise a KeyError.",
    ),
    MethodDef::new(
        "popitem",
        NativeFn::NoArgs(pop_item),
        "Remove and return a (key, value) pair as a 2-tuple.\n\n\
         Pairs are returned in LIFO (last-in, first-out) order.\nRaises KeyError if the dict is empty.",
    ),
    MethodDef::new(
        "setdefault",
        NativeFn::Positional(set_default),
        "Insert key with a value of default if key is not in the dictionary.\n\n\
         Return the value for key if key is in the dictionary, else default.",
    ),
    MethodDef::new(
        "update",
        NativeFn::Full(update),
        "D.update([E, ]**F) -> None.  Update D from mapping/iterable E and F.",
    ),
    MethodDef::new("values", NativeFn::NoArgs(values), "Return an object providing a view on the dict's values."),
];

fn reversed(esc: Esc<'_>, value: &Value) -> PyResult {
    Ok(iter::reversed(esc, this_obj::<Dict>(esc, value)?.clone(), &iter::REVERSE_KEY_ITERATOR))
}

fn sizeof(esc: Esc<'_>, value: &Value) -> PyResult {
    // An entry of key, hash and value, and its share of the index, at two thirds full.
    let entries = this::<Dict>(esc, value)?.len(esc);
    let table = if entries == 0 { 0 } else { 32 + 40 * (entries * 3 / 2).next_power_of_two().max(8) * 2 / 3 };
    Ok(int::from_usize(esc, 48 + table))
}

fn clear(esc: Esc<'_>, value: &Value) -> PyResult {
    this::<Dict>(esc, value)?.clear_items(esc);
    none()
}

fn copy(esc: Esc<'_>, value: &Value) -> PyResult {
    Ok(this::<Dict>(esc, value)?.copy(esc)?.into_value())
}

fn from_keys(esc: Esc<'_>, class: &Value, args: &[Value]) -> PyResult {
    let args = Args::positional(args).expect(esc, "fromkeys", 1, 2)?;
    let value = args.get(1).cloned().unwrap_or_else(singletons::none);
    let plain = TypeObject::from_value(class) == Some(&DICT);
    let target = if plain { dict::new(esc).into_value() } else { call::call(esc, class, &[])? };
    if let Some(dict) = target.exact::<Dict>() {
        ops::iterate(esc, &args[0], |key| dict.set(esc, &key, value.clone()).map(|()| true))?;
    } else {
        ops::iterate(esc, &args[0], |key| ops::set_item(esc, &target, &key, &value).map(|()| true))?;
    }
    Ok(target)
}

fn get(esc: Esc<'_>, value: &Value, args: &[Value]) -> PyResult {
    let (key, default) = match args {
        [key] => (key, None),
        [key, default] => (key, Some(default)),
        _ => return Err(count_error(esc, "get", args)),
    };
    match this::<Dict>(esc, value)?.get(esc, key)? {
        Some(item) => Ok(item),
        None => Ok(default.cloned().unwrap_or_else(singletons::none)),
    }
}

#[cold]
fn count_error(esc: Esc<'_>, function: &str, args: &[Value]) -> interp_object::Raised {
    match Args::positional(args).expect(esc, function, 1, 2) {
        Err(raised) => raised,
        Ok(_) => esc.system_error("one or two arguments were refused"),
    }
}

fn items(esc: Esc<'_>, value: &Value) -> PyResult {
    Ok(views::new(esc, this_obj::<Dict>(esc, value)?.clone(), &views::ITEMS))
}

fn keys(esc: Esc<'_>, value: &Value) -> PyResult {
    Ok(views::new(esc, this_obj::<Dict>(esc, value)?.clone(), &views::KEYS))
}

fn values(esc: Esc<'_>, value: &Value) -> PyResult {
    Ok(views::new(esc, this_obj::<Dict>(esc, value)?.clone(), &views::VALUES))
}

fn pop(esc: Esc<'_>, value: &Value, args: &[Value]) -> PyResult {
    let args = Args::positional(args).expect(esc, "pop", 1, 2)?;
    let dict = this::<Dict>(esc, value)?;
    // An empty dictionary does not hash the key.
    let item = if dict.is_empty(esc) { None } else { dict.remove(esc, &args[0])? };
    match item.or_else(|| args.get(1).cloned()) {
        Some(item) => Ok(item),
        None => Err(esc.key_error(&args[0])),
    }
}

fn pop_item(esc: Esc<'_>, value: &Value) -> PyResult {
    match this::<Dict>(esc, value)?.pop_item(esc) {
        Some((key, item)) => Ok(tuple::new(esc, [key, item]).into_value()),
        None => Err(esc.raise_str(&interp_object::data::exception::KEY_ERROR, "popitem(): dictionary is empty")),
    }
}

fn set_default(esc: Esc<'_>, value: &Value, args: &[Value]) -> PyResult {
    let args = Args::positional(args).expect(esc, "setdefault", 1, 2)?;
    let default = args.get(1).cloned().unwrap_or_else(singletons::none);
    let (item, _added) = this::<Dict>(esc, value)?.set_default(esc, &args[0], &default)?;
    Ok(item)
}

fn update(esc: Esc<'_>, value: &Value, args: Args<'_>) -> PyResult {
    update_arguments(esc, value, "update", args)?;
    none()
}
