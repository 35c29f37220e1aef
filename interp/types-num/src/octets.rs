//! Octets of bytes-like arguments, as `int()` and `float()` take them.

use interp_object::Value;
use interp_object::data::bytearray::ByteArray;
use interp_object::data::bytes::Bytes;
use interp_object::layout::ValueExt;

/// A copy of the octets of a `bytes` or `bytearray`; `None` for anything else.
pub(crate) fn of(value: &Value) -> Option<Vec<u8>> {
    if let Some(bytes) = value.payload::<Bytes>() {
        return Some(bytes.as_slice().to_vec());
    }
    value.payload::<ByteArray>().map(ByteArray::to_vec)
}
