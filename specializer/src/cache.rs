//! What a cache word holds: one fact that is true by itself, in 64 bits.
//!
//! ```text
//! empty    0
//! entry    index:24          | version:32 | kind:8 (1..=126)    "in version V of what the kind says, the thing is at index I"
//! link     low bits of V2:24 | V1:32      | kind:8 (127)        "in version V1 the thing is absent; seen together with V2"
//! record   address:56                     | kind:8 (128…)       "an immutable record of this kind lies there"
//! ```
//!
//! Guards are on the fastest paths: the kind is the low byte, so that comparing it takes no shift, what the guard yields is
//! on top, so that taking it out takes no mask.
//!
//! The kind is in the same place in every word, so a handler that meets a word written for another form of its family
//! sees another kind and misses. Kinds need to differ only among the forms of one family. A version is a number that is
//! never given to two states of the world and is never zero; that is the embedding's promise, and with it an
//! [`index`](Word::index_for) is right for as long as the version is current, however old the word.
//!
//! Two facts take two words, each with a version of its own: the **pair** of a link and an entry. The link names a
//! version in which a first table lacks the thing, the entry where a second table has it. Both are true alone; that the
//! link also names the entry's version (its low 24 bits, so that the kind has room) only makes a pair from two different
//! attempts a miss instead of a puzzle.
//!
//! More than two facts go to a **record**: immutable, published with Release and read with Acquire by
//! [`rewrite`](crate::rewrite), and retired, never freed in place.

#[cfg(test)]
mod tests;

use crate::family::Named;

const KIND_BITS: u32 = 8;
const INDEX_SHIFT: u32 = 40;
const LINK: u8 = 127;
const FIRST_RECORD: u8 = 128;

/// The largest index that fits a word.
pub const MAX_INDEX: u32 = (1 << 24) - 1;

/// How a word is to be read. Kinds differ among the forms of a family; zero is the empty word's.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Kind(u8);

impl Kind {
    /// The `n`-th kind of entry.
    ///
    /// # Panics
    /// If `n` exceeds 125 (at compile time in constants).
    pub const fn entry(n: u8) -> Self {
        assert!(n < LINK - 1);
        Self(n + 1)
    }

    /// The `n`-th kind of record.
    ///
    /// # Panics
    /// If `n` exceeds 127 (at compile time in constants).
    pub const fn record(n: u8) -> Self {
        assert!(n < FIRST_RECORD);
        Self(FIRST_RECORD + n)
    }

    /// The entry of a form: its index in its family.
    ///
    /// # Panics
    /// If the family has more than 126 forms.
    pub fn entry_of(form: impl Named) -> Self {
        Self::entry(u8::try_from(form.index()).expect("a family has far fewer than 126 forms"))
    }

    /// The record of a form: its index in its family.
    ///
    /// # Panics
    /// If the family has more than 128 forms.
    pub fn record_of(form: impl Named) -> Self {
        Self::record(u8::try_from(form.index()).expect("a family has far fewer than 128 forms"))
    }

    /// Its bits.
    pub const fn bits(self) -> u8 {
        self.0
    }

    const fn is_record(self) -> bool {
        self.0 >= FIRST_RECORD
    }
}

/// A cache word, as a copy. See the [module](self) for the encodings.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Word(u64);

impl Word {
    /// Matches nothing.
    pub const EMPTY: Self = Self(0);

    /// "In `version`, the thing is at `index`."
    ///
    /// # Panics
    /// If `index` exceeds [`MAX_INDEX`]; in debug builds also if `version` is zero or `kind` is a record's.
    pub const fn entry(kind: Kind, index: u32, version: u32) -> Self {
        assert!(index <= MAX_INDEX);
        debug_assert!(version != 0 && kind.0 < LINK);
        Self(kind.0 as u64 | (version as u64) << KIND_BITS | (index as u64) << INDEX_SHIFT)
    }

    /// "In `absent_in` the thing is absent", seen together with an entry of version `beside`.
    pub const fn link(absent_in: u32, beside: u32) -> Self {
        debug_assert!(absent_in != 0);
        Self(Self::link_bits(absent_in, beside))
    }

    /// "A record of this kind lies there." The address is opaque here; zero is no record.
    ///
    /// # Panics
    /// If the address needs more than 56 bits or `kind` is not a record's.
    pub const fn record(kind: Kind, address: u64) -> Self {
        assert!(address != 0 && address >> (64 - KIND_BITS) == 0 && kind.is_record());
        Self(kind.0 as u64 | address << KIND_BITS)
    }

    /// From a code word's bits.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// For a code word.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// The index, if this word is an entry of this kind and version: the guard of a specialized handler, one masked
    /// compare.
    #[inline(always)]
    pub const fn index_for(self, kind: Kind, version: u32) -> Option<u32> {
        let wanted = kind.0 as u64 | (version as u64) << KIND_BITS;
        if self.0 << (64 - INDEX_SHIFT) == wanted << (64 - INDEX_SHIFT) { Some(self.index()) } else { None }
    }

    /// The version that an entry of this kind waits for, for a handler that has the version's owner still to find.
    #[inline(always)]
    pub const fn version_of(self, kind: Kind) -> Option<u32> {
        if self.kind_bits() == kind.0 { Some((self.0 >> KIND_BITS) as u32) } else { None }
    }

    /// The index without a guard, after [`version_of`](Self::version_of) answered.
    #[inline(always)]
    pub const fn index(self) -> u32 {
        (self.0 >> INDEX_SHIFT) as u32
    }

    /// Whether this word links the absence in version `absent_in` to an entry of version `beside`.
    #[inline(always)]
    pub const fn links(self, absent_in: u32, beside: u32) -> bool {
        self.0 == Self::link_bits(absent_in, beside)
    }

    /// The version in which the thing is absent, if this word links that to an entry of version `beside`.
    #[inline(always)]
    pub const fn absent_beside(self, beside: u32) -> Option<u32> {
        let absent_in = (self.0 >> KIND_BITS) as u32;
        if self.links(absent_in, beside) { Some(absent_in) } else { None }
    }

    /// The address of the record, if this word is one of this kind.
    #[inline(always)]
    pub const fn record_for(self, kind: Kind) -> Option<u64> {
        if kind.is_record() && self.kind_bits() == kind.0 { Some(self.0 >> KIND_BITS) } else { None }
    }

    /// Its kind; the empty word's is none that a form has.
    pub const fn kind(self) -> Kind {
        Kind(self.kind_bits())
    }

    /// Kind and address, if this word is a record of whatever kind.
    pub const fn as_record(self) -> Option<(Kind, u64)> {
        let kind = Kind(self.kind_bits());
        match self.record_for(kind) {
            Some(address) => Some((kind, address)),
            None => None,
        }
    }

    const fn kind_bits(self) -> u8 {
        self.0 as u8
    }

    const fn link_bits(absent_in: u32, beside: u32) -> u64 {
        LINK as u64 | (absent_in as u64) << KIND_BITS | (beside as u64) << INDEX_SHIFT
    }
}
