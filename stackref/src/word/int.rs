//! Small ints in a word, and arithmetic that never untags both sides.

use super::{TAG_INT, TAG_MASK, Word};
use std::cmp::Ordering;

impl Word {
    /// Largest immediate int.
    pub const INT_MAX: i64 = i64::MAX >> 2;
    /// Smallest immediate int.
    pub const INT_MIN: i64 = i64::MIN >> 2;

    /// `i` as an immediate, or `None` if it needs more than 62 bits.
    #[inline(always)]
    pub const fn from_int(i: i64) -> Option<Word> {
        if i >= Self::INT_MIN && i <= Self::INT_MAX { Some(Self::small(i)) } else { None }
    }

    /// `i` as an immediate; the two top bits are cut off if it is out of range.
    #[inline(always)]
    pub const fn small(i: i64) -> Word {
        // SAFETY: the tag bits are set, so the value is not zero (W1).
        unsafe { Word::from_bits((i << 2) as u64 | TAG_INT) }
    }

    /// Whether this is an immediate int.
    #[inline(always)]
    pub const fn is_int(self) -> bool {
        self.bits() & TAG_MASK == TAG_INT
    }

    /// Whether both are immediate ints, with one test.
    #[inline(always)]
    pub const fn both_ints(a: Word, b: Word) -> bool {
        a.bits() & b.bits() & TAG_MASK == TAG_INT
    }

    /// The int, if this is one.
    #[inline(always)]
    pub const fn as_int(self) -> Option<i64> {
        if self.is_int() { Some(self.int_unchecked()) } else { None }
    }

    /// The int, assuming it is one (a meaningless number otherwise; never undefined behaviour).
    #[inline(always)]
    pub const fn int_unchecked(self) -> i64 {
        debug_assert!(self.is_int());
        self.bits() as i64 >> 2
    }

    /// `self + other` of two immediate ints; `None` if the sum leaves the range.
    #[inline(always)]
    pub const fn int_add(self, other: Word) -> Option<Word> {
        debug_assert!(Word::both_ints(self, other));
        match (self.bits() as i64).checked_add((other.bits() - TAG_INT) as i64) {
            // SAFETY: the tag of the left side is still there (W1).
            Some(bits) => Some(unsafe { Word::from_bits(bits as u64) }),
            None => None,
        }
    }

    /// `self - other` of two immediate ints; `None` if the difference leaves the range.
    #[inline(always)]
    pub const fn int_sub(self, other: Word) -> Option<Word> {
        debug_assert!(Word::both_ints(self, other));
        match (self.bits() as i64).checked_sub((other.bits() - TAG_INT) as i64) {
            // SAFETY: the tag of the left side is still there (W1).
            Some(bits) => Some(unsafe { Word::from_bits(bits as u64) }),
            None => None,
        }
    }

    /// `self * other` of two immediate ints; `None` if the product leaves the range.
    #[inline(always)]
    pub const fn int_mul(self, other: Word) -> Option<Word> {
        debug_assert!(Word::both_ints(self, other));
        match ((self.bits() - TAG_INT) as i64).checked_mul(other.bits() as i64 >> 2) {
            // SAFETY: the tag is put back (W1).
            Some(bits) => Some(unsafe { Word::from_bits(bits as u64 | TAG_INT) }),
            None => None,
        }
    }

    /// `-self` of an immediate int; `None` for the smallest.
    #[inline(always)]
    pub const fn int_neg(self) -> Option<Word> {
        Word::small(0).int_sub(self)
    }

    /// `self & other` of two immediate ints.
    #[inline(always)]
    pub const fn int_and(self, other: Word) -> Word {
        debug_assert!(Word::both_ints(self, other));
        // SAFETY: both tags are `11` (W1).
        unsafe { Word::from_bits(self.bits() & other.bits()) }
    }

    /// `self | other` of two immediate ints.
    #[inline(always)]
    pub const fn int_or(self, other: Word) -> Word {
        debug_assert!(Word::both_ints(self, other));
        // SAFETY: both tags are `11` (W1).
        unsafe { Word::from_bits(self.bits() | other.bits()) }
    }

    /// `self ^ other` of two immediate ints.
    #[inline(always)]
    pub const fn int_xor(self, other: Word) -> Word {
        debug_assert!(Word::both_ints(self, other));
        // SAFETY: the tag is put back (W1).
        unsafe { Word::from_bits((self.bits() ^ other.bits()) | TAG_INT) }
    }

    /// Order of two immediate ints: the tagged words compare as the ints do.
    #[inline(always)]
    pub fn int_cmp(self, other: Word) -> Ordering {
        debug_assert!(Word::both_ints(self, other));
        (self.bits() as i64).cmp(&(other.bits() as i64))
    }
}
