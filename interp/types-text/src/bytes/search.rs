//! `find`, `index`, `count`, `in`, `startswith` and `endswith` of octets.

use std::borrow::Cow;

use interp_object::args::check_count;
use interp_object::data::tuple::Tuple;
use interp_object::data::{int, singletons};
use interp_object::layout::ValueExt;
use interp_object::{Esc, PyResult, Value, ops};

use super::{octet, octets, octets_of};
use crate::search;
use crate::slicing::search_range;

/// A needle: bytes-like, or an int for one octet.
fn needle<'a>(esc: Esc<'_>, value: &'a Value) -> PyResult<Cow<'a, [u8]>> {
    if let Some(octets) = octets_of(esc, value)? {
        return Ok(octets);
    }
    if int::view(value).is_some() || !value.class().slots.index.is_empty() {
        return Ok(Cow::Owned(vec![octet(esc, value)?]));
    }
    Err(esc.type_error(format_args!("argument should be integer or bytes-like object, not '{}'", value.class().name())))
}

type Finder = fn(&[u8], &[u8]) -> Option<usize>;

fn position(esc: Esc<'_>, name: &str, this: &Value, args: &[Value], find: Finder) -> PyResult<Option<usize>> {
    check_count(esc, name, args.len(), 1, 3)?;
    let needle = needle(esc, &args[0])?;
    let octets = octets(this);
    let range = search_range(esc, args.get(1), args.get(2), octets.len())?;
    Ok(range.and_then(|range| find(&octets[range.clone()], &needle).map(|at| range.start + at)))
}

fn found(esc: Esc<'_>, position: Option<usize>) -> PyResult {
    Ok(position.map_or_else(|| int::small(-1), |at| int::from_usize(esc, at)))
}

fn required(esc: Esc<'_>, position: Option<usize>) -> PyResult {
    match position {
        Some(at) => Ok(int::from_usize(esc, at)),
        None => Err(esc.value_error("subsection not found")),
    }
}

pub(super) fn find(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult {
    found(esc, position(esc, "find", this, args, search::find)?)
}

pub(super) fn rfind(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult {
    found(esc, position(esc, "rfind", this, args, search::rfind)?)
}

pub(super) fn index(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult {
    required(esc, position(esc, "index", this, args, search::find)?)
}

pub(super) fn rindex(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult {
    required(esc, position(esc, "rindex", this, args, search::rfind)?)
}

pub(super) fn count(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult {
    check_count(esc, "count", args.len(), 1, 3)?;
    let needle = needle(esc, &args[0])?;
    let octets = octets(this);
    let range = search_range(esc, args.get(1), args.get(2), octets.len())?;
    let count = range.map_or(0, |range| search::find_all(&octets[range], &needle, usize::MAX).len());
    Ok(int::from_usize(esc, count))
}

pub(super) fn contains(esc: Esc<'_>, this: &Value, item: &Value) -> PyResult<bool> {
    if int::view(item).is_some() || (octets_of(esc, item)?.is_none() && !item.class().slots.index.is_empty()) {
        let octet = match u8::try_from(ops::as_index_clamped(esc, item)?) {
            Ok(octet) => octet,
            Err(_) => return Err(esc.value_error("byte must be in range(0, 256)")),
        };
        return Ok(memchr::memchr(octet, &octets(this)).is_some());
    }
    Ok(search::find(&octets(this), &super::required(esc, item)?).is_some())
}

pub(super) fn starts_with(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult {
    affix(esc, "startswith", this, args, |part, affix| part.starts_with(affix))
}

pub(super) fn ends_with(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult {
    affix(esc, "endswith", this, args, |part, affix| part.ends_with(affix))
}

fn affix(esc: Esc<'_>, name: &str, this: &Value, args: &[Value], matches: fn(&[u8], &[u8]) -> bool) -> PyResult {
    check_count(esc, name, args.len(), 1, 3)?;
    let octets = octets(this);
    let range = search_range(esc, args.get(1), args.get(2), octets.len())?;
    let holds = |affix: &[u8]| range.as_ref().is_some_and(|range| matches(&octets[range.clone()], affix));
    if let Some(affixes) = args[0].payload::<Tuple>() {
        for affix in affixes.as_slice() {
            if holds(&super::required(esc, affix)?) {
                return Ok(singletons::true_());
            }
        }
        return Ok(singletons::false_());
    }
    match octets_of(esc, &args[0])? {
        Some(affix) => Ok(singletons::bool(holds(&affix))),
        None => {
            let shown = args[0].class().name();
            Err(esc.type_error(format_args!("{name} first arg must be bytes or a tuple of bytes, not {shown}")))
        }
    }
}
