//! The line table: which source range each instruction comes from (PEP 626, PEP 657).
//!
//! Apart from the code object because two sides use it: the assembler writes it, tracebacks and `co_positions` read it.
//! The format is that of CPython's `Objects/locations.md`: entries of up to eight code units, whose first byte has the
//! top bit set and holds a kind and a length; lines are deltas, other numbers are variable-length.

use std::fmt;

/// A source range; -1 where a part is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Location {
    /// First line, from 1.
    pub line: i32,
    /// Last line.
    pub end_line: i32,
    /// First column in UTF-8 bytes.
    pub column: i32,
    /// Column behind the last byte.
    pub end_column: i32,
}

impl Location {
    /// No location at all.
    pub const NONE: Self = Self { line: -1, end_line: -1, column: -1, end_column: -1 };
}

/// The longest run that one entry can describe, in code units.
const MAX_RUN: usize = 8;

const KIND_ONE_LINE: u8 = 10;
const KIND_NO_COLUMNS: u8 = 13;
const KIND_LONG: u8 = 14;
const KIND_NONE: u8 = 15;

/// Builds a line table, run after run.
#[derive(Debug)]
pub struct Writer {
    bytes: Vec<u8>,
    line: i32,
}

impl Writer {
    /// A table for a code object with this first line.
    #[must_use]
    pub fn new(first_line: i32) -> Self {
        Self { bytes: Vec::new(), line: first_line }
    }

    /// Appends `units` code units that come from `location`.
    pub fn add(&mut self, location: Location, mut units: usize) {
        while units > 0 {
            let run = units.min(MAX_RUN);
            self.entry(location, run);
            units -= run;
        }
    }

    /// The finished table.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    fn entry(&mut self, at: Location, units: usize) {
        if at.line == -1 {
            return self.head(KIND_NONE, units);
        }
        let delta = at.line - self.line;
        let single = at.end_line == at.line;
        if at.column < 0 || at.end_column < 0 {
            if single || at.end_line < 0 {
                self.head(KIND_NO_COLUMNS, units);
                self.signed(delta);
                self.line = at.line;
                return;
            }
        } else if single {
            let width = at.end_column - at.column;
            if delta == 0 && at.column < 80 && (0..16).contains(&width) {
                self.head((at.column >> 3) as u8, units);
                self.bytes.push(((at.column & 7) << 4 | width) as u8);
                return;
            }
            if (0..3).contains(&delta) && at.column < 128 && at.end_column < 128 {
                self.head(KIND_ONE_LINE + delta as u8, units);
                self.bytes.extend([at.column as u8, at.end_column as u8]);
                self.line = at.line;
                return;
            }
        }
        self.head(KIND_LONG, units);
        self.signed(delta);
        self.unsigned((at.end_line - at.line).cast_unsigned());
        self.unsigned((at.column + 1).cast_unsigned());
        self.unsigned((at.end_column + 1).cast_unsigned());
        self.line = at.line;
    }

    fn head(&mut self, kind: u8, units: usize) {
        self.bytes.push(0x80 | kind << 3 | (units - 1) as u8);
    }

    fn unsigned(&mut self, mut value: u32) {
        while value >= 64 {
            self.bytes.push(0x40 | (value & 63) as u8);
            value >>= 6;
        }
        self.bytes.push(value as u8);
    }

    fn signed(&mut self, value: i32) {
        let magnitude = value.unsigned_abs();
        self.unsigned(if value < 0 { magnitude << 1 | 1 } else { magnitude << 1 });
    }
}

/// The table ends in the middle of an entry or holds a number that does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadTable;

impl fmt::Display for BadTable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("malformed line table")
    }
}

impl std::error::Error for BadTable {}

/// Reads a line table: each item is a run of code units and where it comes from.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    line: i32,
}

impl<'a> Reader<'a> {
    /// Reads `table` of a code object with this first line.
    #[must_use]
    pub fn new(table: &'a [u8], first_line: i32) -> Self {
        Self { rest: table, line: first_line }
    }

    /// The location of the code unit with number `unit`; [`Location::NONE`] if the table does not reach it.
    #[must_use]
    pub fn at(table: &'a [u8], first_line: i32, unit: usize) -> Location {
        let mut end = 0;
        for run in Self::new(table, first_line) {
            let Ok((units, location)) = run else { break };
            end += units;
            if unit < end {
                return location;
            }
        }
        Location::NONE
    }

    fn byte(&mut self) -> Result<u8, BadTable> {
        let (&first, rest) = self.rest.split_first().ok_or(BadTable)?;
        self.rest = rest;
        Ok(first)
    }

    fn unsigned(&mut self) -> Result<u32, BadTable> {
        let mut value = 0_u32;
        let mut shift = 0_u32;
        loop {
            let byte = self.byte()?;
            let part = u32::from(byte & 63);
            if shift >= 32 || part.checked_shl(shift).is_none_or(|moved| moved >> shift != part) {
                return Err(BadTable);
            }
            value |= part << shift;
            if byte & 0x40 == 0 {
                return Ok(value);
            }
            shift += 6;
        }
    }

    fn move_line(&mut self) -> Result<(), BadTable> {
        let coded = self.unsigned()?;
        let magnitude = (coded >> 1).cast_signed();
        let delta = if coded & 1 == 1 { -magnitude } else { magnitude };
        self.line = self.line.checked_add(delta).ok_or(BadTable)?;
        Ok(())
    }

    fn number(&mut self) -> Result<i32, BadTable> {
        i32::try_from(self.unsigned()?).map_err(|_| BadTable)
    }

    fn entry(&mut self) -> Result<(usize, Location), BadTable> {
        let head = self.byte()?;
        if head & 0x80 == 0 {
            return Err(BadTable);
        }
        let units = usize::from(head & 7) + 1;
        let kind = head >> 3 & 15;
        let location = match kind {
            KIND_NONE => Location::NONE,
            KIND_LONG => {
                self.move_line()?;
                let end_line = self.line.checked_add(self.number()?).ok_or(BadTable)?;
                let column = self.number()? - 1;
                Location { line: self.line, end_line, column, end_column: self.number()? - 1 }
            }
            KIND_NO_COLUMNS => {
                self.move_line()?;
                Location { line: self.line, end_line: self.line, column: -1, end_column: -1 }
            }
            KIND_ONE_LINE..KIND_NO_COLUMNS => {
                self.line = self.line.checked_add(i32::from(kind - KIND_ONE_LINE)).ok_or(BadTable)?;
                let column = i32::from(self.byte()?);
                Location { line: self.line, end_line: self.line, column, end_column: i32::from(self.byte()?) }
            }
            _ => {
                let low = self.byte()?;
                let column = i32::from(kind << 3 | low >> 4);
                Location { line: self.line, end_line: self.line, column, end_column: column + i32::from(low & 15) }
            }
        };
        Ok((units, location))
    }
}

impl Iterator for Reader<'_> {
    type Item = Result<(usize, Location), BadTable>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let entry = self.entry();
        if entry.is_err() {
            self.rest = &[];
        }
        Some(entry)
    }
}

#[cfg(test)]
mod tests;
