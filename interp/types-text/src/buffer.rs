//! A string under construction: one byte a character until a wider one comes.

use interp_object::data::str::{self, Chars, Str};
use interp_object::layout::Obj;
use interp_object::{Esc, PyResult, Value};

/// Characters being collected.
pub(crate) enum Buffer {
    Narrow(Vec<u8>),
    Wide(Vec<u32>),
}

impl Buffer {
    pub(crate) fn new() -> Self {
        Buffer::Narrow(Vec::new())
    }

    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Buffer::Narrow(Vec::with_capacity(capacity))
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Buffer::Narrow(chars) => chars.len(),
            Buffer::Wide(chars) => chars.len(),
        }
    }

    fn widen(&mut self) -> &mut Vec<u32> {
        if let Buffer::Narrow(chars) = self {
            let mut wide = Vec::with_capacity(chars.capacity());
            wide.extend(chars.iter().map(|&c| u32::from(c)));
            *self = Buffer::Wide(wide);
        }
        match self {
            Buffer::Wide(chars) => chars,
            Buffer::Narrow(_) => unreachable!("widened above"),
        }
    }

    #[inline]
    pub(crate) fn push(&mut self, code_point: u32) {
        match self {
            Buffer::Narrow(chars) if code_point < 0x100 => chars.push(code_point as u8),
            Buffer::Wide(chars) => chars.push(code_point),
            Buffer::Narrow(_) => self.widen().push(code_point),
        }
    }

    pub(crate) fn fill(&mut self, code_point: u32, count: usize) {
        match self {
            Buffer::Narrow(chars) if code_point < 0x100 => chars.extend(std::iter::repeat_n(code_point as u8, count)),
            _ => self.widen().extend(std::iter::repeat_n(code_point, count)),
        }
    }

    pub(crate) fn push_str(&mut self, text: &str) {
        match self {
            Buffer::Narrow(chars) if text.is_ascii() => chars.extend_from_slice(text.as_bytes()),
            _ => text.chars().for_each(|c| self.push(u32::from(c))),
        }
    }

    pub(crate) fn push_chars(&mut self, text: Chars<'_>) {
        match (&mut *self, text) {
            (Buffer::Narrow(chars), Chars::Latin1(text)) => chars.extend_from_slice(text),
            (Buffer::Wide(chars), text) => chars.extend(text.iter()),
            (Buffer::Narrow(_), text) => self.widen().extend(text.iter()),
        }
    }

    pub(crate) fn push_text(&mut self, text: &Str) {
        self.push_chars(text.chars());
    }

    /// The finished string, or `MemoryError` if it is too long.
    pub(crate) fn finish(self, esc: Esc<'_>) -> PyResult<Obj<Str>> {
        if self.len() > str::MAX_LEN {
            return Err(esc.memory_error());
        }
        Ok(match self {
            Buffer::Narrow(chars) => str::from_latin1(esc, &chars),
            Buffer::Wide(chars) => str::from_code_points(esc, &chars),
        })
    }

    pub(crate) fn finish_value(self, esc: Esc<'_>) -> PyResult<Value> {
        self.finish(esc).map(Obj::into_value)
    }
}
