//! `str.translate` and `str.maketrans`.

use interp_object::args::check_count;
use interp_object::data::dict::Dict;
use interp_object::data::str::Str;
use interp_object::data::{dict, exception, int, singletons};
use interp_object::layout::ValueExt;
use interp_object::{Esc, PyResult, Value, ops};

use super::search::str_argument;
use super::text;
use crate::buffer::Buffer;

pub(super) fn translate(esc: Esc<'_>, this: &Value, table: &Value) -> PyResult {
    let mut out = Buffer::with_capacity(text(this).len());
    for c in text(this).chars().iter() {
        let key = int::small(i64::from(c));
        let mapped = match ops::get_item(esc, table, &key) {
            Ok(mapped) => mapped,
            Err(raised) => {
                drop(raised.catch_if(esc, &exception::LOOKUP_ERROR)?);
                out.push(c);
                continue;
            }
        };
        if mapped.is_none() {
            continue;
        }
        if let Some(text) = mapped.payload::<Str>() {
            out.push_text(text);
        } else if let Some(number) = int::view(&mapped) {
            match number.to_i64().and_then(|number| u32::try_from(number).ok()).filter(|&c| c < 0x11_0000) {
                Some(c) => out.push(c),
                None => return Err(esc.value_error("character mapping must be in range(0x110000)")),
            }
        } else {
            return Err(esc.type_error("character mapping must return integer, None or str"));
        }
    }
    out.finish_value(esc)
}

pub(super) fn make_table(esc: Esc<'_>, _receiver: &Value, args: &[Value]) -> PyResult {
    check_count(esc, "maketrans", args.len(), 1, 3)?;
    let table = dict::new(esc);
    let [from, to, rest @ ..] = args else {
        let Some(source) = args[0].exact::<Dict>() else {
            return Err(esc.type_error("if you give only one argument to maketrans it must be a dict"));
        };
        for (key, _, value) in source.items(esc) {
            let key = table_key(esc, &key)?;
            table.set(esc, &key, value)?;
        }
        return Ok(table.into_value());
    };
    let Some(from) = from.payload::<Str>() else {
        return Err(esc.type_error("first maketrans argument must be a string if there is a second argument"));
    };
    let to = str_argument(esc, "maketrans", 2, to)?;
    if from.len() != to.len() {
        return Err(esc.value_error("the first two maketrans arguments must have equal length"));
    }
    for (from, to) in from.chars().iter().zip(to.chars().iter()) {
        table.set(esc, &int::small(i64::from(from)), int::small(i64::from(to)))?;
    }
    if let [deleted] = rest {
        for c in str_argument(esc, "maketrans", 3, deleted)?.chars().iter() {
            table.set(esc, &int::small(i64::from(c)), singletons::none())?;
        }
    }
    Ok(table.into_value())
}

fn table_key(esc: Esc<'_>, key: &Value) -> PyResult {
    if let Some(text) = key.payload::<Str>() {
        if text.len() != 1 {
            return Err(esc.value_error("string keys in translatetable must be of length 1"));
        }
        return Ok(int::small(i64::from(text.chars().at(0))));
    }
    if int::view(key).is_some() {
        return Ok(key.clone());
    }
    Err(esc.type_error("keys in translate table must be strings or integers"))
}
