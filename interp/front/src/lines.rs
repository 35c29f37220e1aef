//! From byte offsets to CPython's line and column numbers.
//!
//! Apart because the converter, the error mapper and the renderer all ask, and only this file knows that lines end
//! in `\n` alone (the source has been through newline translation).

use std::cell::Cell;

use interp_compile::ast::Span;
use ruff_text_size::TextRange;

/// Where each line of a text starts.
#[derive(Debug)]
pub(crate) struct Lines {
    starts: Vec<u32>,
    /// Line of the last answer: neighbours are asked one after the other.
    last: Cell<usize>,
}

impl Lines {
    pub(crate) fn new(text: &str) -> Self {
        let mut starts = Vec::with_capacity(text.len() / 32 + 1);
        starts.push(0);
        for (at, byte) in text.bytes().enumerate() {
            if byte == b'\n' {
                starts.push(at as u32 + 1);
            }
        }
        Self { starts, last: Cell::new(0) }
    }

    /// Line from 1 and column from 0, in bytes.
    pub(crate) fn locate(&self, offset: u32) -> (u32, u32) {
        let last = self.last.get();
        let line = if self.holds(last, offset) {
            last
        } else if self.holds(last + 1, offset) {
            last + 1
        } else {
            self.starts.partition_point(|&start| start <= offset) - 1
        };
        self.last.set(line);
        (line as u32 + 1, offset - self.starts[line])
    }

    fn holds(&self, line: usize, offset: u32) -> bool {
        self.starts.get(line).is_some_and(|&start| start <= offset)
            && self.starts.get(line + 1).is_none_or(|&next| offset < next)
    }

    pub(crate) fn span(&self, range: TextRange) -> Span {
        let (lineno, col_offset) = self.locate(range.start().to_u32());
        let (end_lineno, end_col_offset) = self.locate(range.end().to_u32());
        Span { lineno, end_lineno, col_offset, end_col_offset }
    }

    /// A line's text without its newline.
    pub(crate) fn text<'t>(&self, lineno: u32, text: &'t str) -> Option<&'t str> {
        let start = *self.starts.get(lineno.checked_sub(1)? as usize)? as usize;
        let rest = &text[start..];
        Some(rest.split_once('\n').map_or(rest, |(line, _)| line))
    }
}
