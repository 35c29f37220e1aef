//! The exception table: which handler covers which instructions.
//!
//! Apart from the code object because the assembler writes it and the unwinder reads it. The format is that of CPython's
//! `InternalDocs/exception_handling.md`: sorted, disjoint entries of four numbers, six bits to a byte, the most
//! significant first, with the top bit marking where an entry begins (so that a search can start in the middle).

/// One covered range, in code units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    /// First code unit.
    pub start: u32,
    /// Behind the last code unit.
    pub end: u32,
    /// Code unit of the handler.
    pub target: u32,
    /// The stack is cut to this depth before the exception is pushed.
    pub depth: u32,
    /// Whether the offset of the raising instruction is pushed too.
    pub push_lasti: bool,
}

/// Appends one entry to a table.
pub fn write(table: &mut Vec<u8>, entry: Entry) {
    let first = table.len();
    for number in [entry.start, entry.end - entry.start, entry.target, entry.depth << 1 | u32::from(entry.push_lasti)] {
        let groups = (32 - number.leading_zeros()).div_ceil(6).max(1);
        for group in (0..groups).rev() {
            let more = if group > 0 { 0x40 } else { 0 };
            table.push((number >> (6 * group) & 63) as u8 | more);
        }
    }
    table[first] |= 0x80;
}

/// Iterates over the entries of a table in order; it ends at the first byte that makes no sense.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads `table`.
    #[must_use]
    pub fn new(table: &'a [u8]) -> Self {
        Self { rest: table }
    }

    /// The innermost handler of code unit `unit`.
    #[must_use]
    pub fn find(table: &'a [u8], unit: u32) -> Option<Entry> {
        Self::new(table).take_while(|entry| entry.start <= unit).find(|entry| unit < entry.end)
    }

    /// Whether all of the table has been read.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    fn number(&mut self) -> Option<u32> {
        let mut value = 0_u32;
        loop {
            let (&byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            if value >> 26 != 0 {
                return None;
            }
            value = value << 6 | u32::from(byte & 63);
            if byte & 0x40 == 0 {
                return Some(value);
            }
        }
    }
}

impl Iterator for Reader<'_> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        if self.rest.first()? & 0x80 == 0 {
            return None;
        }
        let start = self.number()?;
        let end = start.checked_add(self.number()?)?;
        let target = self.number()?;
        let last = self.number()?;
        Some(Entry { start, end, target, depth: last >> 1, push_lasti: last & 1 == 1 })
    }
}

/// The entry that covers code unit `unit`, of entries in order that do not overlap.
pub(crate) fn covering(entries: &[Entry], unit: u32) -> Option<&Entry> {
    let after = entries.partition_point(|entry| entry.start <= unit);
    entries[..after].last().filter(|entry| unit < entry.end)
}

#[cfg(test)]
mod tests;
