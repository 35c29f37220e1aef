//! `find`, `index`, `count`, `startswith` and their kin.

use interp_object::args::check_count;
use interp_object::data::str::{Chars, Str};
use interp_object::data::tuple::Tuple;
use interp_object::data::{int, singletons};
use interp_object::layout::ValueExt;
use interp_object::{Esc, PyResult, Value};

use super::text;
use crate::search;
use crate::slicing::search_range;

/// The `str` argument at `position` (from 1), or CPython's error.
pub(super) fn str_argument<'a>(esc: Esc<'_>, function: &str, position: usize, value: &'a Value) -> PyResult<&'a Str> {
    match value.payload::<Str>() {
        Some(text) => Ok(text),
        None => {
            let name = interp_object::args::shown_type(value);
            Err(esc.type_error(format_args!("{function}() argument {position} must be str, not {name}")))
        }
    }
}

/// The part of the receiver to be searched and where it starts; the needle.
type Search<'a> = (Option<(Chars<'a>, usize)>, &'a Str);

fn arguments<'a>(esc: Esc<'_>, name: &str, this: &'a Value, args: &'a [Value]) -> PyResult<Search<'a>> {
    check_count(esc, name, args.len(), 1, 3)?;
    let needle = str_argument(esc, name, 1, &args[0])?;
    let string = text(this);
    let range = search_range(esc, args.get(1), args.get(2), string.len())?;
    Ok((range.map(|range| (search::part(string.chars(), range.clone()), range.start)), needle))
}

type Finder = fn(Chars<'_>, Chars<'_>) -> Option<usize>;

fn position(esc: Esc<'_>, name: &str, this: &Value, args: &[Value], find: Finder) -> PyResult<Option<usize>> {
    let (part, needle) = arguments(esc, name, this, args)?;
    Ok(part.and_then(|(part, start)| find(part, needle.chars()).map(|at| start + at)))
}

fn found(esc: Esc<'_>, position: Option<usize>) -> PyResult {
    Ok(position.map_or_else(|| int::small(-1), |at| int::from_usize(esc, at)))
}

fn required(esc: Esc<'_>, position: Option<usize>) -> PyResult {
    match position {
        Some(at) => Ok(int::from_usize(esc, at)),
        None => Err(esc.value_error("substring not found")),
    }
}

pub(super) fn find(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult {
    found(esc, position(esc, "find", this, args, search::find_chars)?)
}

pub(super) fn rfind(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult {
    found(esc, position(esc, "rfind", this, args, search::rfind_chars)?)
}

pub(super) fn index(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult {
    required(esc, position(esc, "index", this, args, search::find_chars)?)
}

pub(super) fn rindex(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult {
    required(esc, position(esc, "rindex", this, args, search::rfind_chars)?)
}

pub(super) fn count(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult {
    let (part, needle) = arguments(esc, "count", this, args)?;
    let count = part.map_or(0, |(part, _)| search::find_all_chars(part, needle.chars(), usize::MAX).len());
    Ok(int::from_usize(esc, count))
}

pub(super) fn starts_with(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult {
    affix(esc, "startswith", this, args, |part, affix| search::matches_at(part, affix, 0))
}

pub(super) fn ends_with(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult {
    affix(esc, "endswith", this, args, |part, affix| {
        part.len().checked_sub(affix.len()).is_some_and(|at| search::matches_at(part, affix, at))
    })
}

fn affix(
    esc: Esc<'_>,
    name: &str,
    this: &Value,
    args: &[Value],
    matches: fn(Chars<'_>, Chars<'_>) -> bool,
) -> PyResult {
    check_count(esc, name, args.len(), 1, 3)?;
    let string = text(this);
    let range = search_range(esc, args.get(1), args.get(2), string.len())?;
    let holds = |affix: &Str| {
        range.as_ref().is_some_and(|range| matches(search::part(string.chars(), range.clone()), affix.chars()))
    };
    if let Some(affixes) = args[0].payload::<Tuple>() {
        for affix in affixes.as_slice() {
            let Some(affix) = affix.payload::<Str>() else {
                let shown = affix.class().name();
                return Err(esc.type_error(format_args!("tuple for {name} must only contain str, not {shown}")));
            };
            if holds(affix) {
                return Ok(singletons::true_());
            }
        }
        return Ok(singletons::false_());
    }
    match args[0].payload::<Str>() {
        Some(affix) => Ok(singletons::bool(holds(affix))),
        None => {
            let shown = args[0].class().name();
            Err(esc.type_error(format_args!("{name} first arg must be str or a tuple of str, not {shown}")))
        }
    }
}
