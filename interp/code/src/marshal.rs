//! CPython 3.14's marshal format, as far as code objects need it, and the header of `.pyc` files.
//!
//! Apart from the types because it is a file format: bytes in, constants out. The reader takes what `marshal.dumps`
//! (version 5 and below) writes for code and constants; lists, dictionaries and plain sets never occur in code and are
//! refused. Bad input gives an [`Error`]. The writer makes files that CPython reads; it shares nothing between equal
//! objects, so its bytes differ from CPython's.

mod header;
mod read;
mod write;

pub use header::{Header, MAGIC, Validity};
pub use read::{load, load_prefix};
pub use write::{Unmarshallable, dump};

use std::fmt;
use std::sync::Arc;

use crate::{Code, Const};

/// Deepest nesting that is read, as in CPython.
const MAX_DEPTH: u32 = 2000;

/// Set in a type byte if later objects may refer to this one.
const FLAG_REF: u8 = 0x80;

/// Why bytes are not a marshalled constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// The input ends too early.
    Truncated,
    /// A type byte that is unknown, or of a type that code does not hold.
    UnknownType(u8),
    /// Something is wrong with the object that ends before this offset.
    Bad {
        /// What.
        what: &'static str,
        /// Offset in the input.
        offset: usize,
    },
    /// More than 2000 levels.
    TooDeep,
    /// Another version's `.pyc`, or no `.pyc`.
    BadMagic([u8; 4]),
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated => out.write_str("marshal data too short"),
            Self::UnknownType(byte) => write!(out, "bad marshal data (unknown type code {byte:#04x})"),
            Self::Bad { what, offset } => write!(out, "bad marshal data ({what}) before offset {offset}"),
            Self::TooDeep => out.write_str("bad marshal data (recursion limit exceeded)"),
            Self::BadMagic(magic) => write!(out, "bad magic number: {magic:02x?}"),
        }
    }
}

impl std::error::Error for Error {}

/// Reads a `.pyc` file: header, then one code object.
///
/// # Errors
/// See [`Error`]; also if the object is not code.
pub fn load_pyc(bytes: &[u8]) -> Result<(Header, Arc<Code>), Error> {
    let (header, rest) = Header::read(bytes)?;
    match load(rest)? {
        Const::Code(code) => Ok((header, code)),
        _ => Err(Error::Bad { what: "not a code object", offset: bytes.len() }),
    }
}

#[cfg(test)]
mod tests;
