//! `repr` of strings: quotes, and escapes for what is not printable.

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
fn escape(c: u32) -> String {
    match c {
        0x09 => "\\t".to_owned(),
        0x0a => "\\n".to_owned(),
        0x0d => "\\r".to_owned(),
        _ => hex_escape(c),
    }
}

/// The hexadecimal escape of a character: two, four or eight digits.
pub(crate) fn hex_escape(c: u32) -> String {
    if c < 0x100 {
        format!("\\x{c:02x}")
    } else if c < 0x1_0000 {
        format!("\\u{c:04x}")
    } else {
        format!("\\U{c:08x}")
    }
}
