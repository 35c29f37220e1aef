//! `split`, `rsplit`, `splitlines`, `partition`, `rpartition`, `join` and `replace` of octets.

use std::borrow::Cow;

use interp_object::args::Signature;
use interp_object::data::{list, tuple};
use interp_object::layout::ValueExt;
use interp_object::{Args, Esc, PyResult, Value, ops};

use super::{make, octets, octets_of, required, unchanged};
use crate::search;

type Range = std::ops::Range<usize>;

/// White space as `bytes.isspace` means it.
pub(super) fn is_space(octet: u8) -> bool {
    matches!(octet, 0x09..=0x0d | 0x20)
}

fn arguments<'a>(esc: Esc<'_>, name: &'static str, args: Args<'a>) -> PyResult<(Option<Cow<'a, [u8]>>, usize)> {
    let signature: Signature<2> = Signature::new(name, ["sep", "maxsplit"], 0);
    let [separator, limit] = args.bind(esc, &signature)?;
    let limit = limit.map_or(Ok(-1), |limit| ops::index_i64(esc, limit))?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let Some(separator) = separator.filter(|separator| !separator.is_none()) else { return Ok((None, limit)) };
    let separator = required(esc, separator)?;
    if separator.is_empty() {
        return Err(esc.value_error("empty separator"));
    }
    Ok((Some(separator), limit))
}

fn pieces(esc: Esc<'_>, this: &Value, octets: &[u8], ranges: Vec<Range>) -> PyResult {
    let items: Vec<Value> = ranges.into_iter().map(|range| make(esc, this, octets[range].to_vec())).collect();
    Ok(list::new(esc, items).into_value())
}

pub(super) fn split(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult {
    let (separator, limit) = arguments(esc, "split", args)?;
    let octets = octets(this);
    let Some(separator) = separator else { return pieces(esc, this, &octets, words(&octets, limit)) };
    let (mut ranges, mut from) = (Vec::new(), 0);
    for at in search::find_all(&octets, &separator, limit) {
        ranges.push(from..at);
        from = at + separator.len();
    }
    ranges.push(from..octets.len());
    pieces(esc, this, &octets, ranges)
}

pub(super) fn rsplit(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult {
    let (separator, limit) = arguments(esc, "rsplit", args)?;
    let octets = octets(this);
    let Some(separator) = separator else { return pieces(esc, this, &octets, words_from_right(&octets, limit)) };
    let (mut ranges, mut to) = (Vec::new(), octets.len());
    for at in search::rfind_all(&octets, &separator, limit) {
        ranges.push(at + separator.len()..to);
        to = at;
    }
    ranges.push(0..to);
    ranges.reverse();
    pieces(esc, this, &octets, ranges)
}

fn words(octets: &[u8], limit: usize) -> Vec<Range> {
    let space_from = |at: usize| at + octets[at..].iter().take_while(|octet| is_space(**octet)).count();
    let (mut ranges, mut at) = (Vec::new(), space_from(0));
    while at < octets.len() {
        if ranges.len() == limit {
            ranges.push(at..octets.len());
            break;
        }
        let end = at + octets[at..].iter().take_while(|octet| !is_space(**octet)).count();
        ranges.push(at..end);
        at = space_from(end);
    }
    ranges
}

fn words_from_right(octets: &[u8], limit: usize) -> Vec<Range> {
    let space_to = |at: usize| at - octets[..at].iter().rev().take_while(|octet| is_space(**octet)).count();
    let (mut ranges, mut at) = (Vec::new(), space_to(octets.len()));
    while at > 0 {
        if ranges.len() == limit {
            ranges.push(0..at);
            break;
        }
        let start = at - octets[..at].iter().rev().take_while(|octet| !is_space(**octet)).count();
        ranges.push(start..at);
        at = space_to(start);
    }
    ranges.reverse();
    ranges
}

pub(super) fn splitlines(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<1> = Signature::new("splitlines", ["keepends"], 0);
    let [keep] = args.bind(esc, &SIGNATURE)?;
    let keep = keep.map_or(Ok(false), |keep| ops::truthy(esc, keep))?;
    let octets = octets(this);
    let (mut ranges, mut start) = (Vec::new(), 0);
    while let Some(at) = memchr::memchr2(b'\n', b'\r', &octets[start..]) {
        let end = start + at;
        let next = if octets[end..].starts_with(b"\r\n") { end + 2 } else { end + 1 };
        ranges.push(start..if keep { next } else { end });
        start = next;
    }
    if start < octets.len() {
        ranges.push(start..octets.len());
    }
    pieces(esc, this, &octets, ranges)
}

fn cut(esc: Esc<'_>, this: &Value, by: &Value, from_right: bool) -> PyResult {
    let separator = required(esc, by)?;
    if separator.is_empty() {
        return Err(esc.value_error("empty separator"));
    }
    let octets = octets(this);
    let at = if from_right { search::rfind(&octets, &separator) } else { search::find(&octets, &separator) };
    let piece = |range: Range| make(esc, this, octets[range].to_vec());
    let parts = match at {
        Some(at) => [piece(0..at), make(esc, this, separator.to_vec()), piece(at + separator.len()..octets.len())],
        None if from_right => [piece(0..0), piece(0..0), unchanged(esc, this)?],
        None => [unchanged(esc, this)?, piece(0..0), piece(0..0)],
    };
    Ok(tuple::new(esc, parts).into_value())
}

pub(super) fn partition(esc: Esc<'_>, this: &Value, by: &Value) -> PyResult {
    cut(esc, this, by, false)
}

pub(super) fn rpartition(esc: Esc<'_>, this: &Value, by: &Value) -> PyResult {
    cut(esc, this, by, true)
}

pub(super) fn join(esc: Esc<'_>, this: &Value, iterable: &Value) -> PyResult {
    if iterable.class().slots.iter.is_empty() && iterable.class().slots.getitem.is_empty() {
        return Err(esc.type_error("can only join an iterable"));
    }
    let items = ops::collect(esc, iterable)?;
    if let [only] = &items[..]
        && only.exact::<interp_object::data::bytes::Bytes>().is_some()
        && this.payload::<interp_object::data::bytes::Bytes>().is_some()
    {
        return Ok(only.clone());
    }
    let separator = octets(this);
    let mut out = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let Some(part) = octets_of(esc, item)? else {
            let shown = item.class().name();
            return Err(
                esc.type_error(format_args!("sequence item {index}: expected a bytes-like object, {shown} found"))
            );
        };
        if index > 0 {
            out.extend_from_slice(&separator);
        }
        out.extend_from_slice(&part);
    }
    Ok(make(esc, this, out))
}

pub(super) fn replace(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<3> = Signature::new("replace", ["old", "new", "count"], 2).positional_only(2);
    let [old, new, count] = args.bind(esc, &SIGNATURE)?;
    let (Some(old), Some(new)) = (old, new) else { return Err(esc.system_error("arguments were checked")) };
    let (old, new) = (required(esc, old)?, required(esc, new)?);
    let limit = count.map_or(Ok(-1), |count| ops::index_i64(esc, count))?;
    let octets = octets(this);
    let places = search::find_all(&octets, &old, usize::try_from(limit).unwrap_or(usize::MAX));
    if places.is_empty() {
        return unchanged(esc, this);
    }
    let (mut out, mut from) = (Vec::with_capacity(octets.len()), 0);
    for at in places {
        out.extend_from_slice(&octets[from..at]);
        out.extend_from_slice(&new);
        from = at + old.len();
    }
    out.extend_from_slice(&octets[from..]);
    Ok(make(esc, this, out))
}
