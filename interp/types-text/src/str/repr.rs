//! `repr` of strings: quotes, and escapes for what is not printable.

use std::fmt::Write;

use interp_object::data::str::{self, Str};
use interp_object::layout::Obj;
use interp_object::{Esc, PyResult};

use crate::buffer::Buffer;
use crate::unicode;

/// `repr(text)`
pub(crate) fn quote(esc: Esc<'_>, text: &Str) -> PyResult<Obj<Str>> {
    let quote = quote_for(text.chars().iter());
    if let Some(ascii) = text.as_ascii()
        && ascii.bytes().all(|byte| (0x20..0x7f).contains(&byte) && byte != b'\\' && byte != quote)
    {
        let quote = char::from(quote);
        return Ok(str::new(esc, &format!("{quote}{ascii}{quote}")));
    }
    let mut out = Buffer::with_capacity(text.len() + 2);
    out.push(u32::from(quote));
    for c in text.chars().iter() {
        if c == u32::from(quote) || c == u32::from(b'\\') {
            out.push(u32::from(b'\\'));
            out.push(c);
        } else if unicode::is_printable(c) {
            out.push(c);
        } else {
            out.push_str(&escape(c));
        }
    }
    out.push(u32::from(quote));
    out.finish(esc)
}

/// Single quotes, unless the text has some and no double ones.
pub(crate) fn quote_for(mut text: impl Iterator<Item = u32> + Clone) -> u8 {
    let double = text.clone().any(|c| c == u32::from(b'"'));
    if text.any(|c| c == u32::from(b'\'')) && !double { b'"' } else { b'\'' }
}

/// The shortest backslash escape of a character.
pub(crate) fn escape(c: u32) -> String {
    let mut out = String::new();
    let written = match c {
        0x09 => out.write_str("\\t"),
        0x0a => out.write_str("\\n"),
        0x0d => out.write_str("\\r"),
        0..0x100 => write!(out, "\\x{c:02x}"),
        0x100..0x1_0000 => write!(out, "\\u{c:04x}"),
        _ => write!(out, "\\U{c:08x}"),
    };
    written.expect("writing to a String cannot fail");
    out
}
