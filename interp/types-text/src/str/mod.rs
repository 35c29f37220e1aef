//! `str`: slots, constructor and methods.

mod case;
mod join;
mod methods;
mod pad;
mod replace;
pub(crate) mod repr;
mod search;
mod split;
mod translate;

use std::cmp::Ordering;

use interp_object::args::Signature;
use interp_object::builder::TypeBuilder;
use interp_object::data::singletons;
use interp_object::data::str::{self, Chars, STR, Str};
use interp_object::layout::ValueExt;
use interp_object::slots::{BinaryOp, CompareOp};
use interp_object::{Args, Esc, PyResult, TypeObject, Value, ops};

use crate::buffer::Buffer;
use crate::codec;
use crate::slicing::{self, Selection};

pub(crate) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &STR)
        .slots(|slots| {
            slots.new.set(Some(new));
            slots.repr.set(Some(|esc, value| Ok(repr::quote(esc, text(value))?.into_value())));
            slots.str.set(Some(exact));
            slots.hash.set(Some(|_, value| Ok(text(value).hash())));
            slots.richcompare.set(Some(compare));
            slots.len.set(Some(|_, value| Ok(text(value).len())));
            slots.getitem.set(Some(get_item));
            slots.contains.set(Some(contains));
            slots.iter.set(Some(crate::iter::over_text));
            slots.concat.set(Some(concat));
            slots.repeat.set(Some(repeat));
            slots.binary[BinaryOp::Remainder as usize].set(Some(crate::format::percent::str_remainder));
        })
        .methods(methods::METHODS)
        .doc(
            "str(object='') -> str\nstr(bytes_or_buffer[, encoding[, errors]]) -> str\n\n\
             Create a new string object from the given object.",
        );
}

/// The payload of a receiver, which is a `str`.
///
/// # Panics
/// If it is none: method descriptors and slots check their receivers.
pub(crate) fn text(value: &Value) -> &Str {
    value.payload::<Str>().expect("slots and method descriptors check that the receiver is a str")
}

/// The value itself if its type is exactly `str`, else a `str` with its text.
pub(crate) fn exact(esc: Esc<'_>, value: &Value) -> PyResult {
    match value.exact::<Str>() {
        Some(_) => Ok(value.clone()),
        None => Ok(str::from_chars(esc, text(value).chars()).into_value()),
    }
}

fn new(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<3> = Signature::new("str", ["object", "encoding", "errors"], 0);
    if args.names().is_none() {
        interp_object::args::check_count(esc, "str", args.pos().len(), 0, 3)?;
    }
    let [object, encoding, errors] = args.bind(esc, &SIGNATURE)?;
    let made = match (object, encoding, errors) {
        (None, None, None) => str::new(esc, ""),
        (Some(object), None, None) => ops::to_str(esc, object)?,
        (object, encoding, errors) => {
            let encoding = codec::name_argument(esc, "str", "encoding", encoding)?;
            let errors = codec::name_argument(esc, "str", "errors", errors)?;
            match object {
                Some(object) => codec::decode_object(esc, object, encoding.as_deref(), errors.as_deref())?,
                None => str::new(esc, ""),
            }
        }
    };
    if std::ptr::eq(class, &STR) {
        return exact(esc, made.value());
    }
    Ok(str::copy_as(esc, class, &made).into_value())
}

fn compare(_esc: Esc<'_>, left: &Value, right: &Value, op: CompareOp) -> PyResult {
    let (Some(a), Some(b)) = (left.payload::<Str>(), right.payload::<Str>()) else {
        return Ok(singletons::not_implemented());
    };
    Ok(singletons::bool(match op {
        CompareOp::Eq => a.same_text(b),
        CompareOp::Ne => !a.same_text(b),
        _ => op.holds(order(a, b)),
    }))
}

fn order(a: &Str, b: &Str) -> Ordering {
    match (a.chars(), b.chars()) {
        (Chars::Latin1(a), Chars::Latin1(b)) => a.cmp(b),
        (a, b) => a.iter().cmp(b.iter()),
    }
}

fn get_item(esc: Esc<'_>, this: &Value, key: &Value) -> PyResult {
    const MESSAGES: (&str, &str) = ("string index out of range", "string indices must be integers, not ");
    let string = text(this);
    match slicing::select(esc, key, string.len(), MESSAGES)? {
        Selection::Item(index) => Ok(str::from_char(esc, string.chars().at(index))),
        Selection::Slice { start, step: 1, count } if count == string.len() && start == 0 => exact(esc, this),
        Selection::Slice { start, step: 1, count } => Ok(str::substring(esc, string, start..start + count)),
        Selection::Slice { start, step, count } => {
            let chars = string.chars();
            let mut out = Buffer::with_capacity(count);
            Selection::indices(start, step, count).for_each(|index| out.push(chars.at(index)));
            out.finish_value(esc)
        }
    }
}

fn contains(esc: Esc<'_>, this: &Value, item: &Value) -> PyResult<bool> {
    let Some(needle) = item.payload::<Str>() else {
        return Err(
            esc.type_error(format_args!("'in <string>' requires string as left operand, not {}", item.class().name()))
        );
    };
    Ok(crate::search::find_chars(text(this).chars(), needle.chars()).is_some())
}

fn concat(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    let Some(second) = right.payload::<Str>() else {
        return Err(esc.type_error(format_args!("can only concatenate str (not \"{}\") to str", right.class().name())));
    };
    let first = text(left);
    if first.is_empty() && right.exact::<Str>().is_some() {
        return Ok(right.clone());
    }
    if second.is_empty() && left.exact::<Str>().is_some() {
        return Ok(left.clone());
    }
    match str::concat(esc, &[first, second]) {
        Some(made) => Ok(made.into_value()),
        None => Err(esc.memory_error()),
    }
}

fn repeat(esc: Esc<'_>, this: &Value, count: &Value) -> PyResult {
    let count = usize::try_from(ops::index_size(esc, count)?).unwrap_or(0);
    if count == 1 {
        return exact(esc, this);
    }
    match str::repeat(esc, text(this), count) {
        Some(made) => Ok(made.into_value()),
        None => Err(esc.memory_error()),
    }
}
