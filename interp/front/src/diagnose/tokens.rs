//! A tokenizer that fails as CPython's does.
//!
//! Used only after a failed parse: its tokens carry what the error rules look at (bracket level, whether a token has
//! a place at all), and its failures have the texts and places of CPython's `Parser/lexer/lexer.c`. It reads the
//! whole source at once; [`Tokens::error`] is what it stopped at.

use interp_compile::error::ErrorKind;

use super::strings::{self, FString};
use super::{Diagnosis, MAX_BLOCKS, MAX_BRACKETS};
use crate::lines::Lines;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Name,
    Number,
    String,
    FStart,
    FMiddle,
    FEnd,
    TStart,
    TMiddle,
    TEnd,
    Newline,
    Indent,
    Dedent,
    Op,
    End,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: u32,
    pub(super) end: u32,
    /// Open brackets behind this token.
    pub(super) level: u32,
    /// Indents, dedents and the end have no column of their own.
    pub(super) placed: bool,
}

/// An open bracket.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    pub(super) bracket: u8,
    pub(super) at: u32,
}

/// What a source consists of.
pub(super) struct Tokens {
    pub(super) all: Vec<Token>,
    /// Where tokenization stopped, if it did not reach the end.
    pub(super) error: Option<Diagnosis>,
    /// The stop is a state of CPython's tokenizer, which its parser reports only when it gets there: the end of the
    /// source inside brackets, a bad indentation, a stray backslash.
    pub(super) quiet: bool,
    /// Brackets open at the stop.
    pub(super) open: Vec<Open>,
    /// The stop is inside an f- or t-string.
    pub(super) in_string: bool,
}

pub(super) struct Lexer<'s> {
    pub(super) text: &'s str,
    pub(super) bytes: &'s [u8],
    pub(super) lines: &'s Lines,
    /// Next byte.
    pub(super) at: usize,
    /// First byte of the current token.
    pub(super) start: usize,
    indents: Vec<(usize, usize)>,
    pub(super) open: Vec<Open>,
    pub(super) modes: Vec<FString>,
    all: Vec<Token>,
    at_line_start: bool,
    quiet: bool,
}

pub(super) type Lexed<T> = Result<T, Diagnosis>;

/// Splits a source, which must end in a newline or be empty.
pub(super) fn tokenize(text: &str, lines: &Lines) -> Tokens {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        lines,
        at: 0,
        start: 0,
        indents: vec![(0, 0)],
        open: Vec::new(),
        modes: Vec::new(),
        all: Vec::new(),
        at_line_start: true,
        quiet: false,
    };
    let error = lexer.run().err();
    Tokens { all: lexer.all, error, quiet: lexer.quiet, in_string: !lexer.modes.is_empty(), open: lexer.open }
}

impl Lexer<'_> {
    fn run(&mut self) -> Lexed<()> {
        loop {
            let in_text = self.modes.last().is_some_and(|mode| mode.in_text);
            let done = if in_text { self.interpolated()? } else { self.normal()? };
            if done {
                return Ok(());
            }
        }
    }

    pub(super) fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    pub(super) fn ended(&self) -> bool {
        self.at >= self.bytes.len()
    }

    pub(super) fn push(&mut self, kind: Kind) {
        let (start, end, level) = (self.start as u32, self.at as u32, self.open.len() as u32);
        let placed = !matches!(kind, Kind::Indent | Kind::Dedent | Kind::End);
        self.all.push(Token { kind, start, end, level, placed });
    }

    /// An error at the last character read before `at`.
    pub(super) fn error_at(&self, at: usize, msg: impl Into<String>) -> Diagnosis {
        let (lineno, col) = self.lines.locate(at as u32);
        let line = &self.text[at - col as usize..at];
        let offset = line.chars().count() as i32;
        Diagnosis::new(ErrorKind::Syntax, msg, lineno, offset, lineno, offset)
    }

    pub(super) fn error(&self, msg: impl Into<String>) -> Diagnosis {
        self.error_at(self.at, msg)
    }

    /// One token outside literal text; true at the end.
    fn normal(&mut self) -> Lexed<bool> {
        let mut blank = false;
        if std::mem::take(&mut self.at_line_start) {
            blank = self.indentation()?;
        }
        loop {
            while matches!(self.peek(0), b' ' | b'\t' | b'\x0c') && !self.ended() {
                self.at += 1;
            }
            self.start = self.at;
            if self.peek(0) == b'#' {
                while !self.ended() && self.peek(0) != b'\n' {
                    self.at += 1;
                }
            }
            if self.ended() {
                return self.end();
            }
            match self.peek(0) {
                b'\n' => {
                    self.at += 1;
                    self.at_line_start = true;
                    if !blank && self.open.is_empty() {
                        self.push(Kind::Newline);
                    }
                    return Ok(false);
                }
                b'\\' => self.continuation()?,
                _ => break,
            }
        }
        let first = self.peek(0);
        if first.is_ascii_alphabetic() || first == b'_' || first >= 128 {
            self.name_or_string()?;
        } else if first.is_ascii_digit() || (first == b'.' && self.peek(1).is_ascii_digit()) {
            self.number()?;
            self.push(Kind::Number);
        } else if matches!(first, b'\'' | b'"') {
            self.string()?;
        } else {
            self.operator()?;
        }
        Ok(false)
    }

    fn end(&mut self) -> Lexed<bool> {
        self.start = self.at;
        if let Some(open) = self.open.last() {
            self.quiet = true;
            return Err(unclosed(*open, self.lines, self.text));
        }
        while self.indents.len() > 1 {
            self.indents.pop();
            self.push(Kind::Dedent);
        }
        self.push(Kind::End);
        Ok(true)
    }

    /// A backslash and the newline behind it.
    fn continuation(&mut self) -> Lexed<()> {
        self.at += 1;
        if self.peek(0) != b'\n' || self.ended() {
            self.quiet = true;
            let (lineno, col) = self.lines.locate(self.at as u32);
            let msg = "unexpected character after line continuation character";
            return Err(Diagnosis::new(ErrorKind::Syntax, msg, lineno, self.columns(lineno, col) + 1, lineno, 0));
        }
        self.at += 1;
        if self.ended() {
            self.quiet = true;
            if let Some(open) = self.open.last() {
                return Err(unclosed(*open, self.lines, self.text));
            }
            let (lineno, col) = self.lines.locate(self.at as u32 - 1);
            let offset = self.columns(lineno, col) + 1;
            return Err(Diagnosis::new(ErrorKind::Syntax, "unexpected EOF while parsing", lineno, offset, lineno, -1));
        }
        Ok(())
    }

    fn columns(&self, lineno: u32, col: u32) -> i32 {
        let line = self.lines.text(lineno, self.text).unwrap_or_default();
        line.get(..col as usize).unwrap_or(line).chars().count() as i32
    }

    /// Reads the blanks at a line's start; true for a line without statements.
    fn indentation(&mut self) -> Lexed<bool> {
        let (mut col, mut alt, mut continued) = (0, 0, 0);
        loop {
            match self.peek(0) {
                b' ' if !self.ended() => (col, alt) = (col + 1, alt + 1),
                b'\t' => (col, alt) = ((col / 8 + 1) * 8, alt + 1),
                b'\x0c' => (col, alt) = (0, 0),
                b'\\' => {
                    if continued == 0 {
                        continued = col;
                    }
                    self.continuation()?;
                    continue;
                }
                _ => break,
            }
            self.at += 1;
        }
        if matches!(self.peek(0), b'#' | b'\n') || self.ended() {
            return Ok(!self.ended());
        }
        if !self.open.is_empty() {
            return Ok(false);
        }
        if continued > 0 {
            (col, alt) = (continued, continued);
        }
        self.start = self.at;
        self.quiet = true;
        self.dent(col, alt)?;
        self.quiet = false;
        Ok(false)
    }

    fn dent(&mut self, col: usize, alt: usize) -> Lexed<()> {
        let (lineno, _) = self.lines.locate(self.at as u32);
        let tabs = || {
            let msg = "inconsistent use of tabs and spaces in indentation";
            Diagnosis::new(ErrorKind::Tab, msg, lineno, 1, lineno, 0)
        };
        let (top, top_alt) = self.indents.last().copied().unwrap_or_default();
        if col == top {
            return if alt == top_alt { Ok(()) } else { Err(tabs()) };
        }
        if col > top {
            if self.indents.len() >= MAX_BLOCKS as usize {
                let msg = "too many levels of indentation";
                return Err(Diagnosis::new(ErrorKind::Indentation, msg, lineno, 1, lineno, 0));
            }
            if alt <= top_alt {
                return Err(tabs());
            }
            self.indents.push((col, alt));
            self.push(Kind::Indent);
            return Ok(());
        }
        let mut dedents = 0;
        while self.indents.len() > 1 && col < self.indents.last().map_or(0, |indent| indent.0) {
            self.indents.pop();
            dedents += 1;
        }
        let (top, top_alt) = self.indents.last().copied().unwrap_or_default();
        if col != top {
            let msg = "unindent does not match any outer indentation level";
            let line = self.lines.text(lineno, self.text).unwrap_or_default();
            let offset = line.chars().count() as i32 + 1;
            return Err(Diagnosis::new(ErrorKind::Indentation, msg, lineno, offset, lineno, -1));
        }
        if alt != top_alt {
            return Err(tabs());
        }
        // Not before the checks: a bad indentation leaves no dedents behind.
        for _ in 0..dedents {
            self.push(Kind::Dedent);
        }
        Ok(())
    }

    fn name_or_string(&mut self) -> Lexed<()> {
        let prefix = self.bytes[self.at..].iter().take(5).take_while(|&&b| strings::is_prefix(b)).count();
        if prefix > 0
            && matches!(self.peek(prefix), b'\'' | b'"')
            && strings::distinct(&self.bytes[self.at..][..prefix])
        {
            let letters = self.bytes[self.at..self.at + prefix].to_ascii_lowercase();
            self.at += prefix;
            if let Some((a, b)) = strings::incompatible(&letters) {
                let (lineno, col) = self.lines.locate(self.start as u32);
                let offset = self.columns(lineno, col) + 1;
                let end = self.columns(lineno, col + prefix as u32);
                let msg = format!("'{a}' and '{b}' prefixes are incompatible");
                return Err(Diagnosis::new(ErrorKind::Syntax, msg, lineno, offset, lineno, end + 1));
            }
            if letters.iter().any(|letter| matches!(letter, b'f' | b't')) {
                return self.open_interpolated(&letters);
            }
            return self.string();
        }
        while !self.ended() && (self.peek(0).is_ascii_alphanumeric() || self.peek(0) == b'_' || self.peek(0) >= 128) {
            self.at += 1;
        }
        self.verify_identifier()?;
        self.push(Kind::Name);
        Ok(())
    }

    fn verify_identifier(&mut self) -> Lexed<()> {
        let name = &self.text[self.start..self.at];
        let bad = name.char_indices().find(|&(at, c)| {
            let fine =
                if at == 0 { c == '_' || unicode_ident::is_xid_start(c) } else { unicode_ident::is_xid_continue(c) };
            !fine
        });
        let Some((at, c)) = bad else { return Ok(()) };
        self.at = self.start + at + c.len_utf8();
        let code = c as u32;
        Err(if is_printable(c) {
            self.error(format!("invalid character '{c}' (U+{code:04X})"))
        } else {
            self.error(format!("invalid non-printable character U+{code:04X}"))
        })
    }

    fn operator(&mut self) -> Lexed<()> {
        const THREE: [&[u8]; 5] = [b"...", b"**=", b"//=", b"<<=", b">>="];
        const TWO: [&[u8]; 21] = [
            b"!=", b"%=", b"&=", b"**", b"*=", b"+=", b"-=", b"->", b"//", b"/=", b":=", b"<<", b"<=", b"<>", b"==",
            b">=", b">>", b"@=", b"^=", b"|=", b"..",
        ];
        let byte = self.peek(0);
        if matches!(byte, b':' | b'}' | b'!' | b'{') && self.field_punctuation(byte) {
            self.at += 1;
            self.push(Kind::Op);
            return Ok(());
        }
        let rest = &self.bytes[self.at..];
        let length = if THREE.iter().any(|op| rest.starts_with(op)) {
            3
        } else if TWO.iter().any(|op| rest.starts_with(op) && *op != b"..") {
            2
        } else {
            1
        };
        self.at += length;
        if length == 1 {
            self.bracket(byte)?;
            if !(b' '..=b'~').contains(&byte) {
                return Err(self.error(format!("invalid non-printable character U+{byte:04X}")));
            }
        }
        self.push(Kind::Op);
        Ok(())
    }

    fn bracket(&mut self, byte: u8) -> Lexed<()> {
        match byte {
            b'(' | b'[' | b'{' => {
                if self.open.len() >= MAX_BRACKETS as usize {
                    return Err(self.error("too many nested parentheses"));
                }
                self.open.push(Open { bracket: byte, at: self.start as u32 });
                self.field_opened();
            }
            b')' | b']' | b'}' => {
                self.stray_brace(byte)?;
                let Some(open) = self.open.pop() else {
                    return Err(self.error(format!("unmatched '{}'", char::from(byte))));
                };
                if !matches!((open.bracket, byte), (b'(', b')') | (b'[', b']') | (b'{', b'}')) {
                    return Err(self.mismatch(open, byte));
                }
                self.field_closed(byte)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn mismatch(&self, open: Open, byte: u8) -> Diagnosis {
        let closing = char::from(byte);
        if let Some(msg) = self.field_mismatch(open, closing) {
            return self.error(msg);
        }
        let opening = char::from(open.bracket);
        let msg = format!("closing parenthesis '{closing}' does not match opening parenthesis '{opening}'");
        let (open_line, _) = self.lines.locate(open.at);
        let (line, _) = self.lines.locate(self.start as u32);
        if open_line == line { self.error(msg) } else { self.error(format!("{msg} on line {open_line}")) }
    }
}

/// The error about a bracket that the source never closes.
pub(super) fn unclosed(open: Open, lines: &Lines, text: &str) -> Diagnosis {
    let (lineno, col) = lines.locate(open.at);
    let line = lines.text(lineno, text).unwrap_or_default();
    let offset = line[..col as usize].chars().count() as i32 + 1;
    let msg = format!("'{}' was never closed", char::from(open.bracket));
    Diagnosis::new(ErrorKind::Syntax, msg, lineno, offset, lineno, 0)
}

/// Whether `str.isprintable` holds: not for blanks, controls, formats and what has no name.
fn is_printable(c: char) -> bool {
    let code = c as u32;
    !(c.is_control()
        || (c.is_whitespace() && c != ' ')
        || unicode_names2::name(c).is_none()
        || matches!(code, 0xAD | 0x600..=0x605 | 0x61C | 0x6DD | 0x70F | 0x180E | 0x200B..=0x200F | 0x202A..=0x202E)
        || matches!(code, 0x2060..=0x206F | 0xFEFF | 0xFFF0..=0xFFFB | 0xE000..=0xF8FF | 0xE0000..=0x10FFFF))
}

/// Whether tabs and blanks are mixed so that a line's depth depends on the tab width.
///
/// Looks at nothing but the blanks at line starts and stops at the first line without a doubt, so it is cheap on the
/// files that are fine; the tokenizer has the last word.
pub(super) fn mixes_tabs(text: &str) -> bool {
    let (mut tabs, mut blanks) = (false, false);
    for line in text.split('\n') {
        for byte in line.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')) {
            tabs |= byte == b'\t';
            blanks |= byte == b' ';
        }
        if tabs && blanks {
            return true;
        }
    }
    false
}
