//! The reader.

use std::sync::Arc;

use dashu_int::{IBig, UBig};

use super::{Error, FLAG_REF, MAX_DEPTH};
use crate::{Code, CodeFlags, Const, LocalKind, Name, Wtf};

/// Reads one object; bytes behind it are ignored, as `marshal.loads` does.
///
/// # Errors
/// See [`Error`].
pub fn load(bytes: &[u8]) -> Result<Const, Error> {
    load_prefix(bytes).map(|(value, _)| value)
}

/// Reads one object and gives the bytes behind it.
///
/// # Errors
/// See [`Error`].
pub fn load_prefix(bytes: &[u8]) -> Result<(Const, &[u8]), Error> {
    let mut reader = Reader { bytes, at: 0, refs: Vec::new(), depth: 0 };
    let value = reader.object()?;
    Ok((value, &bytes[reader.at..]))
}

/// Stack that one level may need, and by how much the stack grows.
const RED_ZONE: usize = 64 << 10;
const STACK_STEP: usize = 1 << 20;

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Objects that can be referred to; `None` while one is being read.
    refs: Vec<Option<Const>>,
    depth: u32,
}

impl<'a> Reader<'a> {
    fn bad(&self, what: &'static str) -> Error {
        Error::Bad { what, offset: self.at }
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Error> {
        let end = self.at.checked_add(count).ok_or(Error::Truncated)?;
        let taken = self.bytes.get(self.at..end).ok_or(Error::Truncated)?;
        self.at = end;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    fn byte(&mut self) -> Result<u8, Error> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn long(&mut self) -> Result<i32, Error> {
        self.array().map(i32::from_le_bytes)
    }

    fn count(&mut self) -> Result<u32, Error> {
        let long = self.long()?;
        u32::try_from(long).map_err(|_| self.bad("negative count"))
    }

    fn double(&mut self) -> Result<f64, Error> {
        self.array().map(f64::from_le_bytes)
    }

    fn size(&mut self) -> Result<usize, Error> {
        self.count().map(|count| count as usize)
    }

    fn object(&mut self) -> Result<Const, Error> {
        if self.depth == MAX_DEPTH {
            return Err(Error::TooDeep);
        }
        self.depth += 1;
        let head = self.byte()?;
        let kind = head & !FLAG_REF;
        // The number is taken before the parts are read.
        let number = (head & FLAG_REF != 0).then(|| {
            self.refs.push(None);
            self.refs.len() - 1
        });
        let value = stacker::maybe_grow(RED_ZONE, STACK_STEP, || self.payload(kind))?;
        if let Some(number) = number {
            self.refs[number] = Some(value.clone());
        }
        self.depth -= 1;
        Ok(value)
    }

    fn payload(&mut self, kind: u8) -> Result<Const, Error> {
        Ok(match kind {
            b'N' => Const::None,
            b'T' => Const::True,
            b'F' => Const::False,
            b'.' => Const::Ellipsis,
            b'i' => Const::int(i64::from(self.long()?)),
            b'I' => Const::int(i64::from_le_bytes(self.array()?)),
            b'l' => self.big_int()?,
            b'g' => Const::Float(self.double()?),
            b'f' => Const::Float(self.float_text()?),
            b'y' => Const::Complex(self.double()?, self.double()?),
            b'x' => Const::Complex(self.float_text()?, self.float_text()?),
            b's' => {
                let size = self.size()?;
                Const::Bytes(self.take(size)?.into())
            }
            b'u' | b't' => {
                let size = self.size()?;
                self.text(size, false)?
            }
            b'a' | b'A' => {
                let size = self.size()?;
                self.text(size, true)?
            }
            b'z' | b'Z' => {
                let size = usize::from(self.byte()?);
                self.text(size, true)?
            }
            b')' => {
                let size = usize::from(self.byte()?);
                Const::Tuple(self.objects(size)?.into())
            }
            b'(' => {
                let size = self.size()?;
                Const::Tuple(self.objects(size)?.into())
            }
            b'>' => {
                let size = self.size()?;
                Const::FrozenSet(self.objects(size)?.into())
            }
            b':' => Const::Slice(Arc::new([self.object()?, self.object()?, self.object()?])),
            b'c' => Const::Code(Arc::new(self.code()?)),
            b'r' => {
                let number = self.size()?;
                let found = self.refs.get(number).cloned().flatten();
                found.ok_or_else(|| self.bad("invalid reference"))?
            }
            _ => return Err(Error::UnknownType(kind)),
        })
    }

    fn text(&mut self, size: usize, ascii: bool) -> Result<Const, Error> {
        let bytes = self.take(size)?;
        let text = if ascii && !bytes.is_ascii() { None } else { Wtf::from_bytes(bytes) };
        text.map(Const::Str).ok_or_else(|| self.bad("invalid text"))
    }

    fn float_text(&mut self) -> Result<f64, Error> {
        let size = usize::from(self.byte()?);
        let text = std::str::from_utf8(self.take(size)?).ok();
        text.and_then(|text| text.parse().ok()).ok_or_else(|| self.bad("invalid float"))
    }

    /// Digits of fifteen bits, the least significant first; a negative count is the sign.
    fn big_int(&mut self) -> Result<Const, Error> {
        let count = self.long()?;
        let digits = self.take(count.unsigned_abs() as usize * 2)?;
        let (mut bytes, mut pending, mut bits) = (Vec::with_capacity(digits.len()), 0_u32, 0);
        for digit in digits.chunks_exact(2) {
            let digit = u16::from_le_bytes([digit[0], digit[1]]);
            if digit >> 15 != 0 {
                return Err(self.bad("digit out of range in long"));
            }
            pending |= u32::from(digit) << bits;
            bits += 15;
            while bits >= 8 {
                bytes.push(pending as u8);
                pending >>= 8;
                bits -= 8;
            }
        }
        bytes.push(pending as u8);
        let magnitude = IBig::from(UBig::from_le_bytes(&bytes));
        Ok(Const::int(if count < 0 { -magnitude } else { magnitude }))
    }

    fn objects(&mut self, count: usize) -> Result<Vec<Const>, Error> {
        // Every object takes a byte, so a larger count is a lie that must not reserve memory.
        if count > self.bytes.len() - self.at {
            return Err(Error::Truncated);
        }
        (0..count).map(|_| self.object()).collect()
    }

    fn bytes_object(&mut self) -> Result<Arc<[u8]>, Error> {
        match self.object()? {
            Const::Bytes(bytes) => Ok(bytes),
            _ => Err(self.bad("bytes expected")),
        }
    }

    fn text_object(&mut self) -> Result<Wtf, Error> {
        match self.object()? {
            Const::Str(text) => Ok(text),
            _ => Err(self.bad("str expected")),
        }
    }

    fn tuple_object(&mut self) -> Result<Arc<[Const]>, Error> {
        match self.object()? {
            Const::Tuple(items) => Ok(items),
            _ => Err(self.bad("tuple expected")),
        }
    }

    fn names(&mut self) -> Result<Box<[Name]>, Error> {
        let names = self.tuple_object()?;
        let name = |item: &Const| match item {
            Const::Str(name) => Ok(name.clone()),
            _ => Err(self.bad("name tuples must contain only strings")),
        };
        names.iter().map(name).collect()
    }

    fn code(&mut self) -> Result<Code, Error> {
        let argcount = self.count()?;
        let posonlyargcount = self.count()?;
        let kwonlyargcount = self.count()?;
        let stacksize = self.count()?;
        let flags = CodeFlags::from_bits_retain(self.long()?.cast_unsigned());
        let code = Code {
            argcount,
            posonlyargcount,
            kwonlyargcount,
            stacksize,
            flags,
            code: (&*self.bytes_object()?).into(),
            consts: (&*self.tuple_object()?).into(),
            names: self.names()?,
            localsplusnames: self.names()?,
            localspluskinds: self.bytes_object()?.iter().map(|&bits| LocalKind::from_bits_retain(bits)).collect(),
            filename: self.text_object()?,
            name: self.text_object()?,
            qualname: self.text_object()?,
            firstlineno: self.long()?,
            linetable: (&*self.bytes_object()?).into(),
            exceptiontable: (&*self.bytes_object()?).into(),
        };
        code.check_shape().map_err(|broken| self.bad(broken.0))?;
        Ok(code)
    }
}
