//! Number tokens and what may be wrong with them.

use super::Diagnosis;
use super::tokens::{Lexed, Lexer};
use interp_compile::error::ErrorKind;

impl Lexer<'_> {
    pub(super) fn number(&mut self) -> Lexed<()> {
        if self.peek(0) == b'0' {
            match self.peek(1).to_ascii_lowercase() {
                b'x' => return self.radix("hexadecimal", |byte| byte.is_ascii_hexdigit()),
                b'o' => return self.radix("octal", |byte| (b'0'..=b'7').contains(&byte)),
                b'b' => return self.radix("binary", |byte| matches!(byte, b'0' | b'1')),
                _ => return self.zero(),
            }
        }
        if self.peek(0) != b'.' {
            self.digits()?;
        }
        self.fraction()
    }

    fn radix(&mut self, name: &str, digit: impl Fn(u8) -> bool) -> Lexed<()> {
        self.at += 2;
        loop {
            if self.peek(0) == b'_' {
                self.at += 1;
            }
            if !digit(self.peek(0)) {
                return Err(self.bad_digit(name));
            }
            while digit(self.peek(0)) {
                self.at += 1;
            }
            if self.peek(0) != b'_' {
                break;
            }
        }
        if self.peek(0).is_ascii_digit() {
            return Err(self.bad_digit(name));
        }
        self.verify_end(name)
    }

    fn bad_digit(&mut self, name: &str) -> Diagnosis {
        let byte = self.peek(0);
        if byte.is_ascii_digit() {
            self.at += 1;
            self.error(format!("invalid digit '{}' in {name} literal", char::from(byte)))
        } else {
            self.error(format!("invalid {name} literal"))
        }
    }

    fn zero(&mut self) -> Lexed<()> {
        self.at += 1;
        loop {
            if self.peek(0) == b'_' {
                self.at += 1;
                if !self.peek(0).is_ascii_digit() {
                    return Err(self.error("invalid decimal literal"));
                }
            }
            if self.peek(0) != b'0' {
                break;
            }
            self.at += 1;
        }
        let zeros_end = self.at;
        let nonzero = self.peek(0).is_ascii_digit();
        if nonzero {
            self.digits()?;
        }
        if matches!(self.peek(0), b'.' | b'e' | b'E' | b'j' | b'J') {
            return self.fraction();
        }
        if nonzero {
            let (lineno, col) = self.lines.locate(self.start as u32);
            let line = self.lines.text(lineno, self.text).unwrap_or_default();
            let offset = line[..col as usize].chars().count() as i32 + 1;
            let end = offset + (zeros_end - self.start) as i32;
            let msg = "leading zeros in decimal integer literals are not permitted; \
                       use an 0o prefix for octal integers";
            return Err(Diagnosis::new(ErrorKind::Syntax, msg, lineno, offset, lineno, end));
        }
        self.verify_end("decimal")
    }

    fn digits(&mut self) -> Lexed<()> {
        loop {
            while self.peek(0).is_ascii_digit() {
                self.at += 1;
            }
            if self.peek(0) != b'_' {
                return Ok(());
            }
            self.at += 1;
            if !self.peek(0).is_ascii_digit() {
                return Err(self.error("invalid decimal literal"));
            }
        }
    }

    /// What may follow the integer part: fraction, exponent, `j`.
    fn fraction(&mut self) -> Lexed<()> {
        if self.peek(0) == b'.' {
            self.at += 1;
            if self.peek(0).is_ascii_digit() {
                self.digits()?;
            }
        }
        if matches!(self.peek(0), b'e' | b'E') {
            let signed = matches!(self.peek(1), b'+' | b'-');
            if signed && !self.peek(2).is_ascii_digit() {
                self.at += 2;
                return Err(self.error("invalid decimal literal"));
            }
            if !signed && !self.peek(1).is_ascii_digit() {
                return self.verify_end("decimal");
            }
            self.at += 1 + usize::from(signed);
            self.digits()?;
        }
        if matches!(self.peek(0), b'j' | b'J') {
            self.at += 1;
            return self.verify_end("imaginary");
        }
        self.verify_end("decimal")
    }

    /// A number may run into a keyword (with a warning), not into a name.
    fn verify_end(&self, kind: &str) -> Lexed<()> {
        let rest = &self.bytes[self.at..];
        let whole: [&[u8]; 5] = [b"and", b"else", b"for", b"or", b"not"];
        let ends =
            |word: &[u8]| !rest.get(word.len()).is_some_and(|&b| b.is_ascii_alphanumeric() || b == b'_' || b >= 128);
        let two: [&[u8]; 3] = [b"if", b"in", b"is"];
        if whole.iter().any(|word| rest.starts_with(word) && ends(word))
            || two.iter().any(|word| rest.starts_with(word))
        {
            return Ok(());
        }
        let next = self.peek(0);
        if next.is_ascii_alphanumeric() || next == b'_' {
            return Err(self.error(format!("invalid {kind} literal")));
        }
        Ok(())
    }
}
