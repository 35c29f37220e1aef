//! Padding, trimming, case and predicates of octets. Only ASCII letters have case.

use interp_object::args::{Signature, check_count};
use interp_object::data::singletons;
use interp_object::layout::ValueExt;
use interp_object::{Args, Esc, PyResult, Value, ops};

use super::construct::room;
use super::split::is_space;
use super::{make, octets, octets_of, required, unchanged};

fn width_and_fill(esc: Esc<'_>, name: &str, args: &[Value]) -> PyResult<(usize, u8)> {
    check_count(esc, name, args.len(), 1, 2)?;
    let width = usize::try_from(ops::index_i64(esc, &args[0])?).unwrap_or(0);
    let Some(fill) = args.get(1) else { return Ok((width, b' ')) };
    let shown = fill.class().name();
    match octets_of(esc, fill)?.as_deref() {
        Some([fill]) => Ok((width, *fill)),
        Some(many) => Err(esc.type_error(format_args!(
            "{name}(): argument 2 must be a byte string of length 1, not a {shown} object of length {}",
            many.len()
        ))),
        None => Err(esc.type_error(format_args!("{name}() argument 2 must be a byte string of length 1, not {shown}"))),
    }
}

fn padded(esc: Esc<'_>, this: &Value, left: usize, right: usize, fill: u8) -> PyResult {
    if left == 0 && right == 0 {
        return unchanged(esc, this);
    }
    let octets = octets(this);
    let mut out = room(esc, octets.len().saturating_add(left).saturating_add(right))?;
    out.resize(left, fill);
    out.extend_from_slice(&octets);
    out.resize(left + octets.len() + right, fill);
    Ok(make(esc, this, out))
}

pub(super) fn center(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult {
    let (width, fill) = width_and_fill(esc, "center", args)?;
    let missing = width.saturating_sub(octets(this).len());
    let left = missing / 2 + (missing & width & 1);
    padded(esc, this, left, missing - left, fill)
}

pub(super) fn ljust(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult {
    let (width, fill) = width_and_fill(esc, "ljust", args)?;
    padded(esc, this, 0, width.saturating_sub(octets(this).len()), fill)
}

pub(super) fn rjust(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult {
    let (width, fill) = width_and_fill(esc, "rjust", args)?;
    padded(esc, this, width.saturating_sub(octets(this).len()), 0, fill)
}

pub(super) fn zfill(esc: Esc<'_>, this: &Value, width: &Value) -> PyResult {
    let width = usize::try_from(ops::index_i64(esc, width)?).unwrap_or(0);
    let octets = octets(this);
    let missing = width.saturating_sub(octets.len());
    if missing == 0 {
        return unchanged(esc, this);
    }
    let sign = usize::from(matches!(octets.first(), Some(b'+' | b'-')));
    let mut out = room(esc, width)?;
    out.extend_from_slice(&octets[..sign]);
    out.resize(sign + missing, b'0');
    out.extend_from_slice(&octets[sign..]);
    Ok(make(esc, this, out))
}

pub(super) fn expandtabs(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<1> = Signature::new("expandtabs", ["tabsize"], 0);
    let [size] = args.bind(esc, &SIGNATURE)?;
    let size = usize::try_from(size.map_or(Ok(8), |size| ops::index_i32(esc, size))?).unwrap_or(0);
    let (mut out, mut column) = (Vec::new(), 0);
    for &octet in octets(this).iter() {
        if octet == b'\t' {
            let spaces = if size == 0 { 0 } else { size - column % size };
            column += spaces;
            if out.try_reserve(spaces).is_err() {
                return Err(esc.memory_error());
            }
            out.resize(out.len() + spaces, b' ');
        } else {
            column = if matches!(octet, b'\n' | b'\r') { 0 } else { column + 1 };
            out.push(octet);
        }
    }
    Ok(make(esc, this, out))
}

fn stripped(esc: Esc<'_>, name: &str, this: &Value, args: &[Value], left: bool, right: bool) -> PyResult {
    check_count(esc, name, args.len(), 0, 1)?;
    let set = match args.first().filter(|arg| !arg.is_none()) {
        Some(arg) => Some(required(esc, arg)?),
        None => None,
    };
    let drops = |octet: u8| set.as_ref().map_or_else(|| is_space(octet), |set| set.contains(&octet));
    let octets = octets(this);
    let mut part = octets.as_ref();
    while let ([first, rest @ ..], true) = (part, left)
        && drops(*first)
    {
        part = rest;
    }
    while let ([rest @ .., last], true) = (part, right)
        && drops(*last)
    {
        part = rest;
    }
    if part.len() == octets.len() { unchanged(esc, this) } else { Ok(make(esc, this, part.to_vec())) }
}

pub(super) fn strip(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult {
    stripped(esc, "strip", this, args, true, true)
}

pub(super) fn lstrip(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult {
    stripped(esc, "lstrip", this, args, true, false)
}

pub(super) fn rstrip(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult {
    stripped(esc, "rstrip", this, args, false, true)
}

pub(super) fn remove_prefix(esc: Esc<'_>, this: &Value, prefix: &Value) -> PyResult {
    let prefix = required(esc, prefix)?;
    match octets(this).strip_prefix(prefix.as_ref()) {
        Some(rest) if !prefix.is_empty() => Ok(make(esc, this, rest.to_vec())),
        _ => unchanged(esc, this),
    }
}

pub(super) fn remove_suffix(esc: Esc<'_>, this: &Value, suffix: &Value) -> PyResult {
    let suffix = required(esc, suffix)?;
    match octets(this).strip_suffix(suffix.as_ref()) {
        Some(rest) if !suffix.is_empty() => Ok(make(esc, this, rest.to_vec())),
        _ => unchanged(esc, this),
    }
}

pub(super) fn lower(esc: Esc<'_>, this: &Value) -> PyResult {
    Ok(make(esc, this, octets(this).to_ascii_lowercase()))
}

pub(super) fn upper(esc: Esc<'_>, this: &Value) -> PyResult {
    Ok(make(esc, this, octets(this).to_ascii_uppercase()))
}

pub(super) fn swapcase(esc: Esc<'_>, this: &Value) -> PyResult {
    let swap =
        |octet: &u8| if octet.is_ascii_uppercase() { octet.to_ascii_lowercase() } else { octet.to_ascii_uppercase() };
    Ok(make(esc, this, octets(this).iter().map(swap).collect()))
}

pub(super) fn capitalize(esc: Esc<'_>, this: &Value) -> PyResult {
    let mut out = octets(this).to_ascii_lowercase();
    out.iter_mut().take(1).for_each(|octet| octet.make_ascii_uppercase());
    Ok(make(esc, this, out))
}

pub(super) fn title(esc: Esc<'_>, this: &Value) -> PyResult {
    let mut inside = false;
    let mut map = |octet: &u8| {
        let mapped = if inside { octet.to_ascii_lowercase() } else { octet.to_ascii_uppercase() };
        inside = octet.is_ascii_alphabetic();
        mapped
    };
    Ok(make(esc, this, octets(this).iter().map(&mut map).collect()))
}

fn all(this: &Value, test: fn(u8) -> bool) -> PyResult {
    let octets = octets(this);
    Ok(singletons::bool(!octets.is_empty() && octets.iter().all(|&octet| test(octet))))
}

pub(super) fn is_alnum(_esc: Esc<'_>, this: &Value) -> PyResult {
    all(this, |octet| octet.is_ascii_alphanumeric())
}

pub(super) fn is_alpha(_esc: Esc<'_>, this: &Value) -> PyResult {
    all(this, |octet| octet.is_ascii_alphabetic())
}

pub(super) fn is_digit(_esc: Esc<'_>, this: &Value) -> PyResult {
    all(this, |octet| octet.is_ascii_digit())
}

pub(super) fn is_white(_esc: Esc<'_>, this: &Value) -> PyResult {
    all(this, is_space)
}

pub(super) fn is_ascii(_esc: Esc<'_>, this: &Value) -> PyResult {
    Ok(singletons::bool(octets(this).is_ascii()))
}

pub(super) fn is_lower(_esc: Esc<'_>, this: &Value) -> PyResult {
    let octets = octets(this);
    let none_upper = !octets.iter().any(u8::is_ascii_uppercase);
    Ok(singletons::bool(none_upper && octets.iter().any(u8::is_ascii_lowercase)))
}

pub(super) fn is_upper(_esc: Esc<'_>, this: &Value) -> PyResult {
    let octets = octets(this);
    let none_lower = !octets.iter().any(u8::is_ascii_lowercase);
    Ok(singletons::bool(none_lower && octets.iter().any(u8::is_ascii_uppercase)))
}

pub(super) fn is_title(_esc: Esc<'_>, this: &Value) -> PyResult {
    let (mut found, mut inside) = (false, false);
    for &octet in octets(this).iter() {
        let wrong = (octet.is_ascii_uppercase() && inside) || (octet.is_ascii_lowercase() && !inside);
        if wrong {
            return Ok(singletons::false_());
        }
        inside = octet.is_ascii_alphabetic();
        found |= inside;
    }
    Ok(singletons::bool(found))
}
