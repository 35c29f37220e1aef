//! Padding and trimming: `center`, `ljust`, `rjust`, `zfill`, `expandtabs`, `strip` and the prefix removers.

use interp_object::args::{Signature, check_count};
use interp_object::data::str::{self, Str};
use interp_object::layout::ValueExt;
use interp_object::{Args, Esc, PyResult, Value, ops};

use super::{exact, text};
use crate::buffer::Buffer;
use crate::search;
use crate::unicode;

fn width_and_fill(esc: Esc<'_>, name: &str, args: &[Value]) -> PyResult<(usize, u32)> {
    check_count(esc, name, args.len(), 1, 2)?;
    let width = usize::try_from(ops::index_i64(esc, &args[0])?).unwrap_or(0);
    let Some(fill) = args.get(1) else { return Ok((width, u32::from(b' '))) };
    match fill.payload::<Str>() {
        Some(text) if text.len() == 1 => Ok((width, text.chars().at(0))),
        Some(_) => Err(esc.type_error("The fill character must be exactly one character long")),
        None => {
            let shown = fill.class().name();
            Err(esc.type_error(format_args!("The fill character must be a unicode character, not {shown}")))
        }
    }
}

fn padded(esc: Esc<'_>, this: &Value, left: usize, right: usize, fill: u32) -> PyResult {
    if left == 0 && right == 0 {
        return exact(esc, this);
    }
    let string = text(this);
    if string.len().saturating_add(left).saturating_add(right) > str::MAX_LEN {
        return Err(esc.memory_error());
    }
    let mut out = Buffer::with_capacity(string.len() + left + right);
    out.fill(fill, left);
    out.push_text(string);
    out.fill(fill, right);
    out.finish_value(esc)
}

pub(super) fn center(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult {
    let (width, fill) = width_and_fill(esc, "center", args)?;
    let missing = width.saturating_sub(text(this).len());
    let left = missing / 2 + (missing & width & 1);
    padded(esc, this, left, missing - left, fill)
}

pub(super) fn ljust(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult {
    let (width, fill) = width_and_fill(esc, "ljust", args)?;
    padded(esc, this, 0, width.saturating_sub(text(this).len()), fill)
}

pub(super) fn rjust(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult {
    let (width, fill) = width_and_fill(esc, "rjust", args)?;
    padded(esc, this, width.saturating_sub(text(this).len()), 0, fill)
}

pub(super) fn zfill(esc: Esc<'_>, this: &Value, width: &Value) -> PyResult {
    let width = usize::try_from(ops::index_i64(esc, width)?).unwrap_or(0);
    let string = text(this);
    let missing = width.saturating_sub(string.len());
    let signed = !string.is_empty() && matches!(string.chars().at(0), 0x2b | 0x2d);
    if missing == 0 || !signed {
        return padded(esc, this, missing, 0, u32::from(b'0'));
    }
    if width > str::MAX_LEN {
        return Err(esc.memory_error());
    }
    let mut out = Buffer::with_capacity(width);
    out.push(string.chars().at(0));
    out.fill(u32::from(b'0'), missing);
    out.push_chars(search::part(string.chars(), 1..string.len()));
    out.finish_value(esc)
}

pub(super) fn expandtabs(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<1> = Signature::new("expandtabs", ["tabsize"], 0);
    let [size] = args.bind(esc, &SIGNATURE)?;
    let size = usize::try_from(size.map_or(Ok(8), |size| ops::index_i32(esc, size))?).unwrap_or(0);
    let mut out = Buffer::with_capacity(text(this).len());
    let mut column = 0;
    for c in text(this).chars().iter() {
        match c {
            0x09 => {
                let spaces = if size == 0 { 0 } else { size - column % size };
                column += spaces;
                if out.len() + spaces > str::MAX_LEN {
                    return Err(esc.overflow_error("new string is too long"));
                }
                out.fill(u32::from(b' '), spaces);
            }
            _ => {
                column = if matches!(c, 0x0a | 0x0d) { 0 } else { column + 1 };
                out.push(c);
            }
        }
    }
    out.finish_value(esc)
}

fn stripped(esc: Esc<'_>, name: &str, this: &Value, args: &[Value], left: bool, right: bool) -> PyResult {
    check_count(esc, name, args.len(), 0, 1)?;
    let chars = text(this).chars();
    let set = match args.first().filter(|arg| !arg.is_none()) {
        None => None,
        Some(arg) => match arg.payload::<Str>() {
            Some(set) => Some(set.chars()),
            None => return Err(esc.type_error(format_args!("{name} arg must be None or str"))),
        },
    };
    let drops = |c: u32| match set {
        None => unicode::is_space(c),
        Some(set) => set.iter().any(|other| other == c),
    };
    let (mut start, mut end) = (0, chars.len());
    while left && start < end && drops(chars.at(start)) {
        start += 1;
    }
    while right && start < end && drops(chars.at(end - 1)) {
        end -= 1;
    }
    if start == 0 && end == chars.len() { exact(esc, this) } else { Ok(str::substring(esc, text(this), start..end)) }
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

fn affix<'a>(esc: Esc<'_>, name: &str, affix: &'a Value) -> PyResult<&'a Str> {
    let shown = interp_object::args::shown_type(affix);
    affix.payload::<Str>().ok_or_else(|| esc.type_error(format_args!("{name}() argument must be str, not {shown}")))
}

pub(super) fn remove_prefix(esc: Esc<'_>, this: &Value, prefix: &Value) -> PyResult {
    let (prefix, string) = (affix(esc, "removeprefix", prefix)?, text(this));
    if search::matches_at(string.chars(), prefix.chars(), 0) && !prefix.is_empty() {
        return Ok(str::substring(esc, string, prefix.len()..string.len()));
    }
    exact(esc, this)
}

pub(super) fn remove_suffix(esc: Esc<'_>, this: &Value, suffix: &Value) -> PyResult {
    let (suffix, string) = (affix(esc, "removesuffix", suffix)?, text(this));
    match string.len().checked_sub(suffix.len()) {
        Some(at) if !suffix.is_empty() && search::matches_at(string.chars(), suffix.chars(), at) => {
            Ok(str::substring(esc, string, 0..at))
        }
        _ => exact(esc, this),
    }
}
