//! `bytes` and `bytearray`: what both share works on octets and makes a result of the receiver's kind.

use std::borrow::Cow;
use std::sync::OnceLock;

use interp_object::data::bytearray::ByteArray;
use interp_object::data::bytes::Bytes;
use interp_object::layout::ValueExt;
use interp_object::{Esc, PyResult, Value};

/// Reads the octets of a value of a kind this crate does not know (memory views, arrays); `None` if it has none.
pub type BufferReader = fn(Esc<'_>, &Value) -> PyResult<Option<Vec<u8>>>;

static BUFFER_READER: OnceLock<BufferReader> = OnceLock::new();

/// Makes other bytes-like objects known. The first call counts.
pub fn set_buffer_reader(reader: BufferReader) {
    let _ = BUFFER_READER.set(reader);
}

pub(crate) fn init(_esc: Esc<'_>) {}

/// The octets of a bytes-like object; `None` for anything else.
///
/// # Errors
/// What the object's buffer raises.
pub fn octets_of<'a>(esc: Esc<'_>, value: &'a Value) -> PyResult<Option<Cow<'a, [u8]>>> {
    if let Some(bytes) = value.payload::<Bytes>() {
        return Ok(Some(Cow::Borrowed(bytes.as_slice())));
    }
    if let Some(bytes) = value.payload::<ByteArray>() {
        return Ok(Some(Cow::Owned(bytes.to_vec())));
    }
    match BUFFER_READER.get() {
        Some(read) => Ok(read(esc, value)?.map(Cow::Owned)),
        None => Ok(None),
    }
}
