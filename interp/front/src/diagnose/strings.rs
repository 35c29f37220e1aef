//! String tokens, and the modes of f- and t-strings.

use super::tokens::{Kind, Lexed, Lexer, Open};
use super::{Diagnosis, MAX_STRINGS};

/// Deepest nesting of replacement fields (`MAXEXPRNESTING`).
const MAX_FIELDS: i32 = 3;

/// An f- or t-string being read.
pub(super) struct FString {
    /// `f` or `t`.
    letter: char,
    quote: u8,
    size: usize,
    raw: bool,
    start: usize,
    /// Reading literal text rather than a field's expression.
    pub(super) in_text: bool,
    /// Brackets open inside this string.
    depth: i32,
    /// Depth at which the innermost field's expression started; -1 outside fields.
    field: i32,
    in_spec: bool,
}

pub(super) const fn is_prefix(byte: u8) -> bool {
    matches!(byte.to_ascii_lowercase(), b'b' | b'r' | b'u' | b'f' | b't')
}

/// Whether no letter of a prefix is repeated.
pub(super) fn distinct(letters: &[u8]) -> bool {
    letters.iter().enumerate().all(|(at, letter)| !letters[..at].iter().any(|other| other.eq_ignore_ascii_case(letter)))
}

/// The first pair of letters that exclude one another, in CPython's order of checks.
pub(super) fn incompatible(letters: &[u8]) -> Option<(char, char)> {
    const PAIRS: [(char, char); 8] =
        [('u', 'b'), ('u', 'r'), ('u', 'f'), ('u', 't'), ('b', 'f'), ('b', 't'), ('f', 't'), ('u', 'u')];
    PAIRS.into_iter().find(|&(a, b)| a != b && letters.contains(&(a as u8)) && letters.contains(&(b as u8)))
}

impl Lexer<'_> {
    /// A plain string or bytes literal; `at` stands on its quote, `start` on its prefix.
    pub(super) fn string(&mut self) -> Lexed<()> {
        let quote = self.peek(0);
        let size = self.quotes(quote);
        let mut closing = 0;
        let mut escaped_quote = false;
        if size == 2 {
            self.push(Kind::String);
            return Ok(());
        }
        while closing != size {
            if self.ended() || (size == 1 && self.peek(0) == b'\n') {
                return Err(self.unterminated(quote, size, escaped_quote));
            }
            let byte = self.peek(0);
            self.at += 1;
            if byte == quote {
                closing += 1;
                continue;
            }
            closing = 0;
            if byte == b'\\' {
                escaped_quote |= self.peek(0) == quote && !self.ended();
                self.at += 1;
            }
        }
        self.push(Kind::String);
        Ok(())
    }

    /// Skips the opening quotes: 1, 3, or 2 for an empty literal.
    fn quotes(&mut self, quote: u8) -> usize {
        let size = match (self.peek(1) == quote, self.peek(2) == quote) {
            (true, true) => 3,
            (true, false) => 2,
            _ => 1,
        };
        self.at += size;
        size
    }

    fn unterminated(&self, quote: u8, size: usize, escaped_quote: bool) -> Diagnosis {
        let last = self.at.min(self.bytes.len().saturating_sub(1));
        let (line, _) = self.lines.locate(last as u32);
        if let Some(mode) = self.modes.last()
            && mode.quote == quote
            && mode.size == size
        {
            return self.error_at(self.start + 1, format!("{}-string: expecting '}}'", mode.letter));
        }
        let msg = match (size, escaped_quote) {
            (3, _) => format!("unterminated triple-quoted string literal (detected at line {line})"),
            (_, true) => {
                format!("unterminated string literal (detected at line {line}); perhaps you escaped the end quote?")
            }
            (_, false) => format!("unterminated string literal (detected at line {line})"),
        };
        self.error_at(self.start + 1, msg)
    }

    /// Enters an f- or t-string; `at` stands on its quote.
    pub(super) fn open_interpolated(&mut self, letters: &[u8]) -> Lexed<()> {
        let quote = self.peek(0);
        let size = if self.peek(1) == quote && self.peek(2) == quote { 3 } else { 1 };
        self.at += size;
        if self.modes.len() + 1 >= MAX_STRINGS as usize {
            return Err(self.error("too many nested f-strings or t-strings"));
        }
        let letter = if letters.contains(&b't') { 't' } else { 'f' };
        self.modes.push(FString {
            letter,
            quote,
            size,
            raw: letters.contains(&b'r'),
            start: self.start,
            in_text: true,
            depth: 0,
            field: -1,
            in_spec: false,
        });
        self.push(if letter == 't' { Kind::TStart } else { Kind::FStart });
        Ok(())
    }

    /// One token of an f- or t-string's text; never the end.
    pub(super) fn interpolated(&mut self) -> Lexed<bool> {
        self.start = self.at;
        if self.peek(0) == b'{' && self.peek(1) != b'{' {
            self.enter_field()?;
            return Ok(false);
        }
        let Some(mode) = self.modes.last() else { return Ok(false) };
        let (quote, size, template) = (mode.quote, mode.size, mode.letter == 't');
        if (0..size).all(|ahead| self.peek(ahead) == quote) && !self.ended() {
            self.at += size;
            self.modes.pop();
            self.push(if template { Kind::TEnd } else { Kind::FEnd });
            return Ok(false);
        }
        self.middle()?;
        self.push(if template { Kind::TMiddle } else { Kind::FMiddle });
        self.skip_doubled();
        Ok(false)
    }

    /// The second brace of a doubled one is no part of any token.
    fn skip_doubled(&mut self) {
        let in_text = self.modes.last().is_some_and(|mode| mode.in_text);
        if in_text
            && self.at > self.start
            && matches!(self.peek(0), b'{' | b'}')
            && self.bytes[self.at - 1] == self.peek(0)
        {
            self.at += 1;
        }
    }

    fn enter_field(&mut self) -> Lexed<()> {
        let Some(mode) = self.modes.last_mut() else { return Ok(()) };
        mode.field += 1;
        mode.in_text = false;
        if mode.field >= MAX_FIELDS {
            let msg = format!("{}-string: expressions nested too deeply", mode.letter);
            return Err(self.error(msg));
        }
        Ok(())
    }

    /// Reads literal text up to a field, a doubled brace, a closing brace or the closing quote.
    fn middle(&mut self) -> Lexed<()> {
        let Some(mode) = self.modes.last() else { return Ok(()) };
        let (quote, size, raw, letter) = (mode.quote, mode.size, mode.raw, mode.letter);
        let in_spec = mode.in_spec && mode.field >= 0;
        let depth = mode.depth;
        let mut named = false;
        loop {
            if self.ended() || (size == 1 && self.peek(0) == b'\n') {
                return self.text_stopped(in_spec, letter, size);
            }
            if (0..size).all(|ahead| self.peek(ahead) == quote) {
                return Ok(());
            }
            let byte = self.peek(0);
            match byte {
                b'{' if self.peek(1) == b'{' && !in_spec => {
                    self.at += 1;
                    return Ok(());
                }
                b'{' => return self.enter_field(),
                b'}' if named => {
                    self.at += 1;
                    return Ok(());
                }
                b'}' if self.peek(1) == b'}' && !in_spec && depth == 0 => {
                    self.at += 1;
                    return Ok(());
                }
                b'}' => {
                    if let Some(mode) = self.modes.last_mut() {
                        mode.in_text = false;
                    }
                    return Ok(());
                }
                b'\\' => {
                    self.at += 1;
                    if matches!(self.peek(0), b'{' | b'}') {
                        continue;
                    }
                    if !raw && self.peek(0) == b'N' && self.peek(1) == b'{' {
                        named = true;
                        self.at += 1;
                    }
                    self.at += 1;
                }
                _ => self.at += 1,
            }
        }
    }

    fn text_stopped(&mut self, in_spec: bool, letter: char, size: usize) -> Lexed<()> {
        if in_spec && self.peek(0) == b'\n' && !self.ended() {
            self.at += 1;
            let msg = format!(
                "{letter}-string: newlines are not allowed in format specifiers for single quoted {letter}-strings"
            );
            return Err(self.error_at(self.at - 1, msg).shifted(1));
        }
        let last = self.at.min(self.bytes.len().saturating_sub(1));
        let (line, _) = self.lines.locate(last as u32);
        let start = self.modes.last().map_or(0, |mode| mode.start);
        let kind = if size == 3 { "triple-quoted " } else { "" };
        Err(self.error_at(start + 1, format!("unterminated {kind}{letter}-string literal (detected at line {line})")))
    }

    /// Whether `:` ends a field's expression; then the text mode takes over.
    pub(super) fn field_punctuation(&mut self, byte: u8) -> bool {
        let Some(mode) = self.modes.last_mut() else { return false };
        if byte != b':' || mode.field < 0 || mode.depth - 1 != mode.field {
            return false;
        }
        mode.in_text = true;
        mode.in_spec = true;
        true
    }

    pub(super) fn field_opened(&mut self) {
        if let Some(mode) = self.modes.last_mut() {
            mode.depth += 1;
        }
    }

    /// A closing brace outside every field.
    pub(super) fn stray_brace(&self, byte: u8) -> Lexed<()> {
        match self.modes.last() {
            Some(mode) if mode.depth == 0 && byte == b'}' => {
                Err(self.error(format!("{}-string: single '}}' is not allowed", mode.letter)))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn field_mismatch(&self, open: Open, closing: char) -> Option<String> {
        let mode = self.modes.last()?;
        let at_field = open.bracket == b'{' && mode.depth - 1 == mode.field;
        at_field.then(|| format!("{}-string: unmatched '{closing}'", mode.letter))
    }

    pub(super) fn field_closed(&mut self, byte: u8) -> Lexed<()> {
        let Some(mode) = self.modes.last_mut() else { return Ok(()) };
        mode.depth -= 1;
        if mode.depth < 0 {
            let msg = format!("{}-string: unmatched '{}'", mode.letter, char::from(byte));
            return Err(self.error(msg));
        }
        if byte == b'}' && mode.depth == mode.field {
            mode.field -= 1;
            mode.in_text = true;
            // Also when a specification goes on: from here on `{{` is a doubled brace again, as in CPython.
            mode.in_spec = false;
        }
        Ok(())
    }
}
