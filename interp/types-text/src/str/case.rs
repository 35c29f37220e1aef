//! Case mapping and the `is…` predicates of `str`.

use interp_object::data::singletons;
use interp_object::data::str::{self, Str};
use interp_object::{Esc, PyResult, Value};

use super::text;
use crate::buffer::Buffer;
use crate::unicode;

fn ascii(esc: Esc<'_>, text: &str) -> PyResult {
    Ok(str::from_latin1(esc, text.as_bytes()).into_value())
}

pub(super) fn lower(esc: Esc<'_>, this: &Value) -> PyResult {
    if let Some(plain) = text(this).as_ascii() {
        return ascii(esc, &plain.to_ascii_lowercase());
    }
    let chars: Vec<u32> = text(this).chars().iter().collect();
    let mut out = Buffer::with_capacity(chars.len());
    (0..chars.len()).for_each(|index| unicode::lower_at(&chars, index, |c| out.push(c)));
    out.finish_value(esc)
}

pub(super) fn upper(esc: Esc<'_>, this: &Value) -> PyResult {
    if let Some(plain) = text(this).as_ascii() {
        return ascii(esc, &plain.to_ascii_uppercase());
    }
    let mut out = Buffer::with_capacity(text(this).len());
    text(this).chars().iter().for_each(|c| unicode::upper(c, |c| out.push(c)));
    out.finish_value(esc)
}

pub(super) fn casefold(esc: Esc<'_>, this: &Value) -> PyResult {
    if let Some(plain) = text(this).as_ascii() {
        return ascii(esc, &plain.to_ascii_lowercase());
    }
    let mut out = Buffer::with_capacity(text(this).len());
    text(this).chars().iter().for_each(|c| unicode::fold(c, |c| out.push(c)));
    out.finish_value(esc)
}

pub(super) fn swapcase(esc: Esc<'_>, this: &Value) -> PyResult {
    let chars: Vec<u32> = text(this).chars().iter().collect();
    let mut out = Buffer::with_capacity(chars.len());
    for (index, &c) in chars.iter().enumerate() {
        if unicode::is_upper(c) {
            unicode::lower_at(&chars, index, |c| out.push(c));
        } else if unicode::is_lower(c) {
            unicode::upper(c, |c| out.push(c));
        } else {
            out.push(c);
        }
    }
    out.finish_value(esc)
}

pub(super) fn capitalize(esc: Esc<'_>, this: &Value) -> PyResult {
    let chars: Vec<u32> = text(this).chars().iter().collect();
    let mut out = Buffer::with_capacity(chars.len());
    for (index, &c) in chars.iter().enumerate() {
        if index == 0 {
            unicode::title(c, |c| out.push(c));
        } else {
            unicode::lower_at(&chars, index, |c| out.push(c));
        }
    }
    out.finish_value(esc)
}

pub(super) fn title(esc: Esc<'_>, this: &Value) -> PyResult {
    let chars: Vec<u32> = text(this).chars().iter().collect();
    let mut out = Buffer::with_capacity(chars.len());
    let mut inside = false;
    for (index, &c) in chars.iter().enumerate() {
        if inside {
            unicode::lower_at(&chars, index, |c| out.push(c));
        } else {
            unicode::title(c, |c| out.push(c));
        }
        inside = unicode::is_cased(c);
    }
    out.finish_value(esc)
}

/// Whether there are characters and all pass.
fn all(this: &Value, test: fn(u32) -> bool) -> PyResult {
    let string = text(this);
    Ok(singletons::bool(!string.is_empty() && string.chars().iter().all(test)))
}

pub(super) fn is_alpha(_esc: Esc<'_>, this: &Value) -> PyResult {
    all(this, unicode::is_alpha)
}

pub(super) fn is_alnum(_esc: Esc<'_>, this: &Value) -> PyResult {
    all(this, unicode::is_alnum)
}

pub(super) fn is_decimal(_esc: Esc<'_>, this: &Value) -> PyResult {
    all(this, unicode::is_decimal)
}

pub(super) fn is_digit(_esc: Esc<'_>, this: &Value) -> PyResult {
    all(this, unicode::is_digit)
}

pub(super) fn is_numeric(_esc: Esc<'_>, this: &Value) -> PyResult {
    all(this, unicode::is_numeric)
}

pub(super) fn is_space(_esc: Esc<'_>, this: &Value) -> PyResult {
    all(this, unicode::is_space)
}

pub(super) fn is_ascii(_esc: Esc<'_>, this: &Value) -> PyResult {
    Ok(singletons::bool(text(this).is_ascii()))
}

pub(super) fn is_printable(_esc: Esc<'_>, this: &Value) -> PyResult {
    Ok(singletons::bool(text(this).chars().iter().all(unicode::is_printable)))
}

pub(super) fn is_identifier(_esc: Esc<'_>, this: &Value) -> PyResult {
    Ok(singletons::bool(identifier(text(this))))
}

fn identifier(string: &Str) -> bool {
    let text = string.chars();
    let mut chars = text.iter();
    chars.next().is_some_and(unicode::is_identifier_start) && chars.all(unicode::is_identifier_part)
}

/// Whether some character is cased, and no cased one fails.
fn cased(this: &Value, wrong: fn(u32) -> bool, right: fn(u32) -> bool) -> PyResult {
    let mut found = false;
    for c in text(this).chars().iter() {
        if wrong(c) {
            return Ok(singletons::false_());
        }
        found |= right(c);
    }
    Ok(singletons::bool(found))
}

pub(super) fn is_lower(_esc: Esc<'_>, this: &Value) -> PyResult {
    cased(this, |c| unicode::is_upper(c) || unicode::is_title(c), unicode::is_lower)
}

pub(super) fn is_upper(_esc: Esc<'_>, this: &Value) -> PyResult {
    cased(this, |c| unicode::is_lower(c) || unicode::is_title(c), unicode::is_upper)
}

pub(super) fn is_title(_esc: Esc<'_>, this: &Value) -> PyResult {
    let (mut found, mut inside) = (false, false);
    for c in text(this).chars().iter() {
        if unicode::is_upper(c) || unicode::is_title(c) {
            if inside {
                return Ok(singletons::false_());
            }
            (inside, found) = (true, true);
        } else if unicode::is_lower(c) {
            if !inside {
                return Ok(singletons::false_());
            }
            found = true;
        } else {
            inside = false;
        }
    }
    Ok(singletons::bool(found))
}
