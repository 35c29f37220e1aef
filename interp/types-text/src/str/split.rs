//! `split`, `rsplit`, `splitlines`, `partition`, `rpartition`.

use interp_object::args::Signature;
use interp_object::data::str::{self, Str};
use interp_object::data::{list, tuple};
use interp_object::layout::ValueExt;
use interp_object::{Args, Esc, PyResult, Value, ops};

use super::{exact, text};
use crate::search;
use crate::unicode;

/// Separator (`None` is white space) and the most splits.
fn arguments<'a>(esc: Esc<'_>, name: &'static str, args: Args<'a>) -> PyResult<(Option<&'a Str>, usize)> {
    let signature: Signature<2> = Signature::new(name, ["sep", "maxsplit"], 0);
    let [separator, limit] = args.bind(esc, &signature)?;
    let limit = limit.map_or(Ok(-1), |limit| ops::index_i64(esc, limit))?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let Some(separator) = separator.filter(|separator| !separator.is_none()) else { return Ok((None, limit)) };
    match separator.payload::<Str>() {
        Some(text) if text.is_empty() => Err(esc.value_error("empty separator")),
        Some(text) => Ok((Some(text), limit)),
        None => {
            let shown = separator.class().name();
            Err(esc.type_error(format_args!("must be str or None, not {shown}")))
        }
    }
}

pub(super) fn split(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult {
    let (separator, limit) = arguments(esc, "split", args)?;
    let string = text(this);
    let Some(separator) = separator else {
        let ranges = words(string, limit);
        return pieces(esc, this, ranges);
    };
    let mut ranges = Vec::new();
    let mut from = 0;
    for at in search::find_all_chars(string.chars(), separator.chars(), limit) {
        ranges.push(from..at);
        from = at + separator.len();
    }
    ranges.push(from..string.len());
    pieces(esc, this, ranges)
}

pub(super) fn rsplit(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult {
    let (separator, limit) = arguments(esc, "rsplit", args)?;
    let string = text(this);
    let Some(separator) = separator else {
        return pieces(esc, this, words_from_right(string, limit));
    };
    let mut ranges = Vec::new();
    let mut to = string.len();
    for at in search::rfind_all_chars(string.chars(), separator.chars(), limit) {
        ranges.push(at + separator.len()..to);
        to = at;
    }
    ranges.push(0..to);
    ranges.reverse();
    pieces(esc, this, ranges)
}

type Range = std::ops::Range<usize>;

fn pieces(esc: Esc<'_>, this: &Value, ranges: Vec<Range>) -> PyResult {
    let string = text(this);
    if let [only] = &ranges[..]
        && only.len() == string.len()
    {
        return Ok(list::new(esc, [exact(esc, this)?]).into_value());
    }
    let items: Vec<Value> = ranges.into_iter().map(|range| str::substring(esc, string, range)).collect();
    Ok(list::new(esc, items).into_value())
}

/// Words separated by white space; what follows the last split keeps its inner and trailing space.
fn words(string: &Str, limit: usize) -> Vec<Range> {
    let chars = string.chars();
    let len = chars.len();
    let skip = |mut at: usize| {
        while at < len && unicode::is_space(chars.at(at)) {
            at += 1;
        }
        at
    };
    let mut ranges = Vec::new();
    let mut at = skip(0);
    while at < len {
        if ranges.len() == limit {
            ranges.push(at..len);
            break;
        }
        let start = at;
        while at < len && !unicode::is_space(chars.at(at)) {
            at += 1;
        }
        ranges.push(start..at);
        at = skip(at);
    }
    ranges
}

fn words_from_right(string: &Str, limit: usize) -> Vec<Range> {
    let chars = string.chars();
    let skip = |mut at: usize| {
        while at > 0 && unicode::is_space(chars.at(at - 1)) {
            at -= 1;
        }
        at
    };
    let mut ranges = Vec::new();
    let mut at = skip(chars.len());
    while at > 0 {
        if ranges.len() == limit {
            ranges.push(0..at);
            break;
        }
        let end = at;
        while at > 0 && !unicode::is_space(chars.at(at - 1)) {
            at -= 1;
        }
        ranges.push(at..end);
        at = skip(at);
    }
    ranges.reverse();
    ranges
}

fn is_line_break(c: u32) -> bool {
    matches!(c, 0x0a..=0x0d | 0x1c..=0x1e | 0x85 | 0x2028 | 0x2029)
}

pub(super) fn splitlines(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<1> = Signature::new("splitlines", ["keepends"], 0);
    let [keep] = args.bind(esc, &SIGNATURE)?;
    let keep = keep.map_or(Ok(false), |keep| ops::truthy(esc, keep))?;
    let chars = text(this).chars();
    let (mut ranges, mut start, mut at) = (Vec::new(), 0, 0);
    while at < chars.len() {
        let c = chars.at(at);
        if !is_line_break(c) {
            at += 1;
            continue;
        }
        let end = at;
        at += if c == 0x0d && at + 1 < chars.len() && chars.at(at + 1) == 0x0a { 2 } else { 1 };
        ranges.push(start..if keep { at } else { end });
        start = at;
    }
    if start < chars.len() {
        ranges.push(start..chars.len());
    }
    pieces(esc, this, ranges)
}

fn separator<'a>(esc: Esc<'_>, separator: &'a Value) -> PyResult<&'a Str> {
    match separator.payload::<Str>() {
        Some(text) if text.is_empty() => Err(esc.value_error("empty separator")),
        Some(text) => Ok(text),
        None => {
            let shown = separator.class().name();
            Err(esc.type_error(format_args!("must be str, not {shown}")))
        }
    }
}

pub(super) fn partition(esc: Esc<'_>, this: &Value, by: &Value) -> PyResult {
    let (needle, string) = (separator(esc, by)?, text(this));
    let at = search::find_chars(string.chars(), needle.chars());
    let empty = || str::new(esc, "").into_value();
    let parts = match at {
        Some(at) => [
            str::substring(esc, string, 0..at),
            exact(esc, by)?,
            str::substring(esc, string, at + needle.len()..string.len()),
        ],
        None => [exact(esc, this)?, empty(), empty()],
    };
    Ok(tuple::new(esc, parts).into_value())
}

pub(super) fn rpartition(esc: Esc<'_>, this: &Value, by: &Value) -> PyResult {
    let (needle, string) = (separator(esc, by)?, text(this));
    let at = search::rfind_chars(string.chars(), needle.chars());
    let empty = || str::new(esc, "").into_value();
    let parts = match at {
        Some(at) => [
            str::substring(esc, string, 0..at),
            exact(esc, by)?,
            str::substring(esc, string, at + needle.len()..string.len()),
        ],
        None => [empty(), empty(), exact(esc, this)?],
    };
    Ok(tuple::new(esc, parts).into_value())
}
