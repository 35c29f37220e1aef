//! Floats in a word: self-tagging (Melançon, Feeley, Serrano 2024), with zero.
//!
//! `rotl(bits + (257 << 52), 3)` moves the sign to bit 2 and the two top exponent bits to the tag. The constant makes
//! them `10` for the exponents -256 ..= 255, so those doubles carry their own tag and lose nothing. The words 2 and 6
//! would be ±2^-256; they stand for ±0.0 instead, and ±2^-256 is boxed like every rare exponent, infinity and NaN.
//!
//! Decoding the zeros. Both are below every other float word, and what the rotation makes of them differs from ±0.0 by
//! 1024 in the exponent: so one compare selects which constant is subtracted. Measured (x86-64, ns for decode, two
//! operations, encode; independent / chained):
//!
//! | zeros among the operands | none | 10 % | 50 % | all |
//! |---|---|---|---|---|
//! | **select the constant, `w <= 6`** | 1.61 / 5.5 | 1.75 / 5.5 | 2.30 / 5.5 | 2.88 / 6.5 |
//! | select the result, `w <= 6` | 1.70 / 5.6 | 1.83 / 5.5 | 2.34 / 5.5 | 2.96 / 6.5 |
//! | select the result, `w & !4 == 2` | 1.87 / 5.8 | 1.98 / 5.8 | 2.48 / 5.8 | 3.03 / 6.7 |
//! | branch to a cold function, `w <= 6` | 1.61 / 5.2 | 1.76 / 5.5 | 2.48 / 6.8 | 3.49 / 9.3 |
//! | zeros boxed (decode only) | 1.55 / 4.9 | | | |

use super::{TAG_FLOAT, TAG_MASK, Word};

/// Added to the exponent: 1.0 comes to lie in the middle of the tagged range.
const BIAS: u64 = 257 << 52;
/// What is subtracted instead from the two zeros: their rotated tag.
const ZERO_BIAS: u64 = 1024 << 52;
/// Word of +0.0; bit 2 is the sign.
const ZERO: u64 = TAG_FLOAT;
/// Word of -0.0: no float word is between the two, and all others are above.
const NEGATIVE_ZERO: u64 = ZERO | 1 << 2;

impl Word {
    /// `x` as an immediate, or `None` if it must be boxed (rare exponent, infinity, NaN, ±2^-256).
    #[inline(always)]
    pub const fn from_f64(x: f64) -> Option<Word> {
        let bits = x.to_bits().wrapping_add(BIAS).rotate_left(3);
        if bits & TAG_MASK == TAG_FLOAT && bits > NEGATIVE_ZERO {
            // SAFETY: the tag is not zero (W1).
            return Some(unsafe { Word::from_bits(bits) });
        }
        Word::zero_or_none(x)
    }

    /// Inline, unlike what was measured alone: a call costs an interpreter's handler the saving of its registers.
    #[inline(always)]
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
        let bias = if bits <= NEGATIVE_ZERO { ZERO_BIAS } else { BIAS };
        f64::from_bits(bits.rotate_right(3).wrapping_sub(bias))
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
