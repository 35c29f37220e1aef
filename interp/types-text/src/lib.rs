//! Behaviour of str, bytes, bytearray and formatting.
//!
//! Layouts are those of `interp_object::data::{str, bytes, bytearray}`; this crate fills the slots and method tables, and
//! gives `int`, `float` and `complex` their `__format__`. [`format_value`] is `format(x, spec)`; [`codec`] turns text into
//! octets and back.

#![forbid(unsafe_code)]

mod buffer;
mod bytes;
pub mod codec;
mod format;
mod iter;
mod search;
mod slicing;
mod str;
#[cfg(test)]
mod tests;
mod unicode;

pub use bytes::{BufferReader, octets_of, set_buffer_reader};
pub use format::format_value;
pub use format::template::{FieldStep, TemplateField, TemplateParser, TemplatePart, field_index, parse_field_name};

use interp_object::Esc;

/// Fills `str`, `bytes`, `bytearray` and their iterators, and `__format__` of the numbers, which must have been filled.
pub fn init(esc: Esc<'_>) {
    str::init(esc);
    bytes::init(esc);
    iter::init(esc);
    format::init(esc);
}
