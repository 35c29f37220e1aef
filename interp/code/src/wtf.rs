//! Immutable text that may hold lone surrogates.
//!
//! Apart from the constants because names, file names and string constants all use it, and because `str` cannot: a
//! Python string is a sequence of code points, surrogates included.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

/// An identifier, attribute or variable name. Cheap to clone, equal by content.
pub type Name = Wtf;

/// Python text as generalized UTF-8: every code point 0..=0x10FFFF encoded by itself, so that a surrogate takes three
/// bytes (CPython's `surrogatepass`) and a pair of surrogates is never joined.
///
/// Cloning shares the bytes. Equality, hash and order are those of the code points.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Wtf(Arc<[u8]>);

impl Wtf {
    /// Text from bytes of generalized UTF-8; `None` if they are not.
    #[must_use]
    pub fn from_bytes(bytes: impl Into<Arc<[u8]>>) -> Option<Self> {
        let bytes = bytes.into();
        (std::str::from_utf8(&bytes).is_ok() || is_generalized_utf8(&bytes)).then_some(Self(bytes))
    }

    /// Text from code points; `None` if one is above 0x10FFFF.
    pub fn from_code_points(points: impl IntoIterator<Item = u32>) -> Option<Self> {
        let mut bytes = Vec::new();
        for point in points {
            push_code_point(&mut bytes, point)?;
        }
        Some(Self(bytes.into()))
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text, if it holds no surrogate.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// The text with each surrogate shown as U+FFFD.
    #[must_use]
    pub fn to_lossy(&self) -> String {
        match self.as_str() {
            Some(text) => text.to_owned(),
            None => self.code_points().map(|point| char::from_u32(point).unwrap_or('\u{FFFD}')).collect(),
        }
    }

    /// The code points in order.
    #[must_use]
    pub fn code_points(&self) -> CodePoints<'_> {
        CodePoints { rest: &self.0 }
    }

    /// Number of code points, which is Python's `len`.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.iter().filter(|&&byte| byte & 0xC0 != 0x80).count()
    }

    /// Whether there is no code point.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Appends one code point; `None` if it is above 0x10FFFF.
pub(crate) fn push_code_point(bytes: &mut Vec<u8>, point: u32) -> Option<()> {
    match char::from_u32(point) {
        Some(character) => bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        None if point <= 0xFFFF => {
            let [high, low] = (point as u16).to_be_bytes();
            bytes.extend_from_slice(&[0xE0 | high >> 4, 0x80 | (high & 15) << 2 | low >> 6, 0x80 | low & 0x3F]);
        }
        None => return None,
    }
    Some(())
}

fn is_generalized_utf8(mut bytes: &[u8]) -> bool {
    while let Some(first) = bytes.first() {
        let is_surrogate =
            *first == 0xED && bytes.len() >= 3 && (0xA0..=0xBF).contains(&bytes[1]) && bytes[2] & 0xC0 == 0x80;
        let width = match first {
            0..0x80 => 1,
            0xC0..0xE0 => 2,
            0xE0..0xF0 => 3,
            _ => 4,
        };
        match bytes.get(..width) {
            Some(character) if is_surrogate || std::str::from_utf8(character).is_ok() => bytes = &bytes[width..],
            _ => return false,
        }
    }
    true
}

/// Iterator of [`Wtf::code_points`].
#[derive(Clone, Debug)]
pub struct CodePoints<'a> {
    rest: &'a [u8],
}

impl Iterator for CodePoints<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let (&first, rest) = self.rest.split_first()?;
        let (mut point, more) = match first {
            0..0x80 => (u32::from(first), 0),
            0x80..0xE0 => (u32::from(first & 0x1F), 1),
            0xE0..0xF0 => (u32::from(first & 0x0F), 2),
            _ => (u32::from(first & 0x07), 3),
        };
        let (tail, rest) = rest.split_at(more.min(rest.len()));
        for byte in tail {
            point = point << 6 | u32::from(byte & 0x3F);
        }
        self.rest = rest;
        Some(point)
    }
}

impl fmt::Debug for Wtf {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_lossy(), out)
    }
}

impl fmt::Display for Wtf {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.to_lossy())
    }
}

impl Default for Wtf {
    fn default() -> Self {
        Self(Arc::from([]))
    }
}

impl Borrow<[u8]> for Wtf {
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

impl From<&str> for Wtf {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().into())
    }
}

impl From<String> for Wtf {
    fn from(text: String) -> Self {
        Self(text.into_bytes().into())
    }
}

impl From<Arc<str>> for Wtf {
    fn from(text: Arc<str>) -> Self {
        Self(text.into())
    }
}

impl From<&Arc<str>> for Wtf {
    fn from(text: &Arc<str>) -> Self {
        Self(text.clone().into())
    }
}

impl PartialEq<str> for Wtf {
    fn eq(&self, other: &str) -> bool {
        *self.0 == *other.as_bytes()
    }
}

impl PartialEq<&str> for Wtf {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

#[cfg(test)]
mod tests;
