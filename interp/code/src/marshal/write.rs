//! The writer.

use std::fmt;

use dashu_int::ops::UnsignedAbs;

use super::MAX_DEPTH;
use crate::{Code, Const, Int, Wtf};

/// The value is nested more than 2000 levels deep or has a part of 2^31 bytes or more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unmarshallable;

impl fmt::Display for Unmarshallable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("object too large or too deeply nested to marshal")
    }
}

impl std::error::Error for Unmarshallable {}

/// The bytes of one object, without references between its parts.
///
/// # Errors
/// See [`Unmarshallable`].
pub fn dump(value: &Const) -> Result<Vec<u8>, Unmarshallable> {
    let mut writer = Writer { bytes: Vec::new(), depth: 0 };
    writer.object(value)?;
    Ok(writer.bytes)
}

struct Writer {
    bytes: Vec<u8>,
    depth: u32,
}

type Done = Result<(), Unmarshallable>;

impl Writer {
    fn size(&mut self, size: usize) -> Done {
        let size = i32::try_from(size).map_err(|_| Unmarshallable)?;
        self.bytes.extend(size.to_le_bytes());
        Ok(())
    }

    fn long(&mut self, value: i32) {
        self.bytes.extend(value.to_le_bytes());
    }

    fn sized(&mut self, kind: u8, bytes: &[u8]) -> Done {
        self.bytes.push(kind);
        self.size(bytes.len())?;
        self.bytes.extend(bytes);
        Ok(())
    }

    fn object(&mut self, value: &Const) -> Done {
        if self.depth == MAX_DEPTH {
            return Err(Unmarshallable);
        }
        self.depth += 1;
        match value {
            Const::None => self.bytes.push(b'N'),
            Const::True => self.bytes.push(b'T'),
            Const::False => self.bytes.push(b'F'),
            Const::Ellipsis => self.bytes.push(b'.'),
            Const::Int(value) => self.int(value)?,
            Const::Float(value) => {
                self.bytes.push(b'g');
                self.bytes.extend(value.to_le_bytes());
            }
            Const::Complex(real, imag) => {
                self.bytes.push(b'y');
                self.bytes.extend(real.to_le_bytes());
                self.bytes.extend(imag.to_le_bytes());
            }
            Const::Str(text) => self.sized(b'u', text.as_bytes())?,
            Const::Bytes(bytes) => self.sized(b's', bytes)?,
            Const::Tuple(items) => self.objects(b'(', items)?,
            Const::FrozenSet(items) => self.objects(b'>', items)?,
            Const::Slice(parts) => {
                self.bytes.push(b':');
                parts.iter().try_for_each(|part| self.object(part))?;
            }
            Const::Code(code) => self.code(code)?,
        }
        self.depth -= 1;
        Ok(())
    }

    fn objects(&mut self, kind: u8, items: &[Const]) -> Done {
        self.bytes.push(kind);
        self.size(items.len())?;
        items.iter().try_for_each(|item| self.object(item))
    }

    fn int(&mut self, value: &Int) -> Done {
        if let Some(small) = value.as_small().and_then(|small| i32::try_from(small).ok()) {
            self.bytes.push(b'i');
            self.long(small);
            return Ok(());
        }
        let value = value.to_ibig();
        let bytes = (&value).unsigned_abs().to_le_bytes();
        let (mut digits, mut pending, mut bits) = (Vec::new(), 0_u32, 0);
        for byte in bytes.iter() {
            pending |= u32::from(*byte) << bits;
            bits += 8;
            if bits >= 15 {
                digits.push((pending & 0x7FFF) as u16);
                pending >>= 15;
                bits -= 15;
            }
        }
        if pending != 0 {
            digits.push(pending as u16);
        }
        let count = i32::try_from(digits.len()).map_err(|_| Unmarshallable)?;
        self.bytes.push(b'l');
        self.long(if value < dashu_int::IBig::ZERO { -count } else { count });
        self.bytes.extend(digits.iter().flat_map(|digit| digit.to_le_bytes()));
        Ok(())
    }

    fn names(&mut self, names: &[Wtf]) -> Done {
        self.bytes.push(b'(');
        self.size(names.len())?;
        names.iter().try_for_each(|name| self.sized(b'u', name.as_bytes()))
    }

    fn code(&mut self, code: &Code) -> Done {
        self.bytes.push(b'c');
        for count in [code.argcount, code.posonlyargcount, code.kwonlyargcount, code.stacksize] {
            self.size(count as usize)?;
        }
        self.long(code.flags.bits().cast_signed());
        self.sized(b's', &code.code)?;
        self.objects(b'(', &code.consts)?;
        self.names(&code.names)?;
        self.names(&code.localsplusnames)?;
        let kinds: Vec<u8> = code.localspluskinds.iter().map(|kind| kind.bits()).collect();
        self.sized(b's', &kinds)?;
        for text in [&code.filename, &code.name, &code.qualname] {
            self.sized(b'u', text.as_bytes())?;
        }
        self.long(code.firstlineno);
        self.sized(b's', &code.linetable)?;
        self.sized(b's', &code.exceptiontable)
    }
}
