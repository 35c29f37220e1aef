//! The tagged word: 64 bits that name an object, a small int or a float. No ownership, only bits.
//!
//! The bits are tabulated at [`Word`]; ints are in `int`, floats in `float`.

mod float;
mod int;
#[cfg(test)]
mod tests;

use crate::header::Header;
use crate::ledger;
use std::num::NonZeroU64;
use std::ptr::NonNull;

/// Low bit of a pointer that owns no count.
pub(crate) const UNCOUNTED: u64 = 0b01;
/// Set in ints and floats, clear in pointers.
pub(crate) const IMMEDIATE: u64 = 0b10;
pub(crate) const TAG_MASK: u64 = 0b11;
pub(crate) const TAG_INT: u64 = 0b11;
pub(crate) const TAG_FLOAT: u64 = 0b10;

/// A tagged word.
///
/// | low bits | meaning | counted |
/// |---|---|---|
/// | `00` | pointer to a [`Header`], the holder owns one count | yes |
/// | `01` | pointer to a [`Header`], the holder owns nothing (immortal, deferred, borrowed); address 0 is [`Word::NULL`] | no |
/// | `11` | int of 62 bits, `(i << 2) \| 3` | no |
/// | `10` | float of a common exponent or zero, self-tagged | no |
///
/// Bit 1 alone tells immediates from pointers. All-zero is no word, so `Option<Word>` is one machine word.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Word(NonZeroU64);

impl Word {
    /// The tagged null: closing it, duplicating it and borrowing it need no test.
    pub const NULL: Word = Word(NonZeroU64::new(UNCOUNTED).expect("one is not zero"));

    /// The raw bits, never zero.
    #[inline(always)]
    pub const fn bits(self) -> u64 {
        self.0.get()
    }

    /// The word with these bits.
    ///
    /// # Safety
    /// `bits` came from [`Word::bits`]; in particular it is not zero.
    #[inline(always)]
    pub const unsafe fn from_bits(bits: u64) -> Word {
        // SAFETY: the caller promises that the bits are those of a word, which are never zero (W1).
        Word(unsafe { NonZeroU64::new_unchecked(bits) })
    }

    /// A pointer whose holder owns one count.
    #[inline(always)]
    pub fn counted(ptr: NonNull<Header>) -> Word {
        // SAFETY: a non-null aligned address is not zero and has the tag bits clear (W1, W2).
        unsafe { Word::from_bits(ptr.as_ptr().expose_provenance() as u64) }
    }

    /// A pointer whose holder owns nothing.
    #[inline(always)]
    pub fn uncounted(ptr: NonNull<Header>) -> Word {
        // SAFETY: the tag makes it non-zero (W1).
        unsafe { Word::from_bits(ptr.as_ptr().expose_provenance() as u64 | UNCOUNTED) }
    }

    /// Whether this is [`Word::NULL`].
    #[inline(always)]
    pub const fn is_null(self) -> bool {
        self.bits() == UNCOUNTED
    }

    /// Whether this is a pointer, [`Word::NULL`] included.
    #[inline(always)]
    pub const fn is_ptr(self) -> bool {
        self.bits() & IMMEDIATE == 0
    }

    /// Whether this is an int or a float.
    #[inline(always)]
    pub const fn is_immediate(self) -> bool {
        self.bits() & IMMEDIATE != 0
    }

    /// Whether this is a pointer that owns a count.
    #[inline(always)]
    pub const fn is_counted(self) -> bool {
        self.bits() & TAG_MASK == 0
    }

    /// Whether this is a pointer that owns nothing (immortal, deferred or borrowed), [`Word::NULL`] included.
    #[inline(always)]
    pub const fn is_uncounted_ptr(self) -> bool {
        self.bits() & TAG_MASK == UNCOUNTED
    }

    /// The object pointed to; `None` for immediates and [`Word::NULL`].
    #[inline(always)]
    pub fn header(self) -> Option<NonNull<Header>> {
        if self.is_immediate() { None } else { NonNull::new(self.address()) }
    }

    /// The object pointed to, without a test.
    ///
    /// # Safety
    /// The word is a pointer and not [`Word::NULL`].
    #[inline(always)]
    pub unsafe fn header_unchecked(self) -> NonNull<Header> {
        debug_assert!(self.is_ptr() && !self.is_null(), "no pointer in the word");
        // SAFETY: the caller rules out NULL, the only pointer word with a zero address (W2).
        unsafe { NonNull::new_unchecked(self.address()) }
    }

    #[inline(always)]
    fn address(self) -> *mut Header {
        std::ptr::with_exposed_provenance_mut((ledger::strip(self).bits() & !UNCOUNTED) as usize)
    }

    /// The same object without a count; immediates and NULL stay as they are.
    #[inline(always)]
    pub const fn to_uncounted(self) -> Word {
        let bits = self.bits();
        // Bit 0 is set exactly if bit 1 is clear: a float must not turn into an int.
        // SAFETY: setting a bit of a non-zero value (W1).
        unsafe { Word::from_bits(bits | (!bits >> 1 & 1)) }
    }

    /// Whether both name the same object or are the same immediate: pointers compare without their count bit.
    #[inline(always)]
    pub fn is(self, other: Word) -> bool {
        let (a, b) = (ledger::strip(self), ledger::strip(other));
        let differ = a.bits() ^ b.bits();
        differ == 0 || (differ == UNCOUNTED && a.is_ptr())
    }
}

impl std::fmt::Debug for Word {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(i) = self.as_int() {
            write!(f, "Word(int {i})")
        } else if let Some(x) = self.as_f64() {
            write!(f, "Word(float {x:?})")
        } else if self.is_null() {
            f.write_str("Word(NULL)")
        } else {
            let kind = if self.is_counted() { "counted" } else { "uncounted" };
            write!(f, "Word({kind} {:p})", self.address())
        }
    }
}

static_assertions::assert_eq_size!(Option<Word>, u64);
