//! The sixteen bytes in front of a `.pyc` file's code (PEP 3147, PEP 552).

use super::Error;

/// First four bytes of a `.pyc` of CPython 3.14.
pub const MAGIC: [u8; 4] = [43, 14, 13, 10];

/// How a `.pyc` says that it still belongs to its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// Source's modification time (seconds) and size, both modulo 2^32.
    Timestamp {
        /// Modification time.
        mtime: u32,
        /// Size.
        size: u32,
    },
    /// SipHash of the source.
    Hash {
        /// The hash.
        hash: [u8; 8],
        /// Whether it must be compared before use.
        check: bool,
    },
}

/// A `.pyc` header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// When the file is up to date.
    pub validity: Validity,
}

const HASH_BASED: u32 = 1;
const CHECK_SOURCE: u32 = 2;

impl Header {
    /// Splits a header off a file.
    ///
    /// # Errors
    /// Another magic number, unknown flags, or less than sixteen bytes.
    pub fn read(bytes: &[u8]) -> Result<(Self, &[u8]), Error> {
        let (magic, rest) = bytes.split_first_chunk::<4>().ok_or(Error::Truncated)?;
        if *magic != MAGIC {
            return Err(Error::BadMagic(*magic));
        }
        let (flags, rest) = rest.split_first_chunk::<4>().ok_or(Error::Truncated)?;
        let (fields, rest) = rest.split_first_chunk::<8>().ok_or(Error::Truncated)?;
        let flags = u32::from_le_bytes(*flags);
        if flags & !(HASH_BASED | CHECK_SOURCE) != 0 {
            return Err(Error::Bad { what: "invalid flags", offset: 8 });
        }
        let [a, b, c, d, e, f, g, h] = *fields;
        let validity = if flags & HASH_BASED != 0 {
            Validity::Hash { hash: *fields, check: flags & CHECK_SOURCE != 0 }
        } else {
            Validity::Timestamp { mtime: u32::from_le_bytes([a, b, c, d]), size: u32::from_le_bytes([e, f, g, h]) }
        };
        Ok((Self { validity }, rest))
    }

    /// The header's bytes.
    #[must_use]
    pub fn write(&self) -> [u8; 16] {
        let (flags, fields) = match self.validity {
            Validity::Hash { hash, check } => (HASH_BASED | if check { CHECK_SOURCE } else { 0 }, hash),
            Validity::Timestamp { mtime, size } => {
                let ([a, b, c, d], [e, f, g, h]) = (mtime.to_le_bytes(), size.to_le_bytes());
                (0, [a, b, c, d, e, f, g, h])
            }
        };
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&MAGIC);
        bytes[4..8].copy_from_slice(&flags.to_le_bytes());
        bytes[8..].copy_from_slice(&fields);
        bytes
    }
}
