//! Floats in a word: self-tagging (Melançon, Feeley, Serrano 2024), with zero.
//!
//! `rotl(bits + (257 << 52), 3)` moves the sign to bit 2 and the two top exponent bits to the tag. The constant makes
//! them `10` for the exponents -256 ..= 255, so those doubles carry their own tag and lose nothing. The words 2 and 6
//! would be ±2^-256; they stand for ±0.0 instead, and ±2^-256 is boxed like every rare exponent, infinity and NaN.

use super::{TAG_FLOAT, TAG_MASK, Word};

/// Added to the exponent: 1.0 comes to lie in the middle of the tagged range.
const BIAS: u64 = 257 << 52;
/// Word of +0.0; bit 2 is the sign.
const ZERO: u64 = TAG_FLOAT;
const SIGN: u64 = 1 << 2;

impl Word {
    /// `x` as an immediate, or `None` if it must be boxed (rare exponent, infinity, NaN, ±2^-256).
    #[inline(always)]
    pub const fn from_f64(x: f64) -> Option<Word> {
        let bits = x.to_bits().wrapping_add(BIAS).rotate_left(3);
        if bits & TAG_MASK == TAG_FLOAT && bits & !SIGN != ZERO {
            // SAFETY: the tag is not zero (W1).
            return Some(unsafe { Word::from_bits(bits) });
        }
        Word::zero_or_none(x)
    }

    #[cold]
    #[inline(never)]
    const fn zero_or_none(x: f64) -> Option<Word> {
        if x == 0.0 {
            // SAFETY: the tag is not zero (W1).
            Some(unsafe { Word::from_bits(ZERO | (x.to_bits() >> 63 << 2)) })
        } else {
            None
        }
    }

    /// Whether this is an immediate float.
    #[inline(always)]
    pub const fn is_float(self) -> bool {
        self.bits() & TAG_MASK == TAG_FLOAT
    }

    /// Whether both are immediate floats.
    #[inline(always)]
    pub const fn both_floats(a: Word, b: Word) -> bool {
        (a.bits() ^ TAG_FLOAT | b.bits() ^ TAG_FLOAT) & TAG_MASK == 0
    }

    /// The float, if this is one.
    #[inline(always)]
    pub const fn as_f64(self) -> Option<f64> {
        if self.is_float() { Some(self.f64_unchecked()) } else { None }
    }

    /// The float, assuming it is one (a meaningless number otherwise; never undefined behaviour).
    #[inline(always)]
    pub const fn f64_unchecked(self) -> f64 {
        debug_assert!(self.is_float());
        let bits = self.bits();
        let plain = bits.rotate_right(3).wrapping_sub(BIAS);
        f64::from_bits(if bits & !SIGN == ZERO { (bits & SIGN) << 61 } else { plain })
    }

    /// The number as a double, if this is an immediate float or int (ints round as `as f64` does).
    #[inline(always)]
    pub const fn as_number(self) -> Option<f64> {
        if self.is_float() {
            Some(self.f64_unchecked())
        } else if self.is_int() {
            Some(self.int_unchecked() as f64)
        } else {
            None
        }
    }
}
