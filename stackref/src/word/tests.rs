//! Tests of the word's encodings.

use super::Word;
use std::cmp::Ordering;

const INTS: [i64; 16] = [
    0,
    1,
    -1,
    2,
    3,
    -4,
    1 << 30,
    -(1 << 31),
    (1 << 31) + 7,
    Word::INT_MAX,
    Word::INT_MAX - 1,
    Word::INT_MIN,
    Word::INT_MIN + 1,
    1 << 60,
    i64::MAX,
    i64::MIN,
];

fn small_ints() -> impl Iterator<Item = (i64, Word)> {
    INTS.into_iter().filter_map(|i| Word::from_int(i).map(|w| (i, w)))
}

#[test]
fn ints_of_62_bits_come_back() {
    for i in INTS {
        let word = Word::from_int(i);
        assert_eq!(word.is_some(), (Word::INT_MIN..=Word::INT_MAX).contains(&i), "{i}");
        if let Some(word) = word {
            assert_eq!(word.as_int(), Some(i));
            assert!(word.is_int() && word.is_immediate() && !word.is_float() && !word.is_ptr() && !word.is_counted());
            assert!(word.header().is_none());
        }
    }
}

#[test]
fn int_arithmetic_agrees_with_wide_integers() {
    let narrow = |wide: i128| i64::try_from(wide).ok().and_then(Word::from_int);
    for (a, x) in small_ints() {
        for (b, y) in small_ints() {
            let (wa, wb) = (i128::from(a), i128::from(b));
            assert_eq!(x.int_add(y), narrow(wa + wb), "{a} + {b}");
            assert_eq!(x.int_sub(y), narrow(wa - wb), "{a} - {b}");
            assert_eq!(x.int_mul(y), narrow(wa * wb), "{a} * {b}");
            assert_eq!(x.int_cmp(y), a.cmp(&b));
            assert_eq!(x.int_and(y), Word::small(a & b));
            assert_eq!(x.int_or(y), Word::small(a | b));
            assert_eq!(x.int_xor(y), Word::small(a ^ b));
            assert!(Word::both_ints(x, y));
        }
        assert_eq!(x.int_neg(), narrow(-i128::from(a)));
    }
    assert_eq!(Word::small(-1).int_cmp(Word::small(1)), Ordering::Less);
}

/// Doubles of every exponent and both signs, with edge and odd mantissas.
fn doubles() -> impl Iterator<Item = f64> {
    let mantissas = [0, 1, 0x8_0000_0000_0000, 0xF_FFFF_FFFF_FFFF, 0x5_5555_1234_5678];
    (0..4096u64).flat_map(move |top| mantissas.map(|m| f64::from_bits(top << 52 | m)))
}

fn is_common(x: f64) -> bool {
    let exponent = (x.to_bits() >> 52 & 0x7FF) as i64 - 1023;
    x == 0.0 || ((-256..=255).contains(&exponent) && x.abs().to_bits() != 2f64.powi(-256).to_bits())
}

#[test]
fn common_floats_and_zeros_come_back_bit_for_bit() {
    for x in doubles() {
        let word = Word::from_f64(x);
        assert_eq!(word.is_some(), is_common(x), "{x:e}");
        let Some(word) = word else { continue };
        assert_eq!(word.as_f64().map(f64::to_bits), Some(x.to_bits()), "{x:e}");
        assert!(word.is_float() && word.is_immediate() && !word.is_int() && !word.is_ptr() && !word.is_counted());
        assert!(word.header().is_none());
        assert_eq!(word.as_number(), Some(x));
    }
}

#[test]
fn rare_floats_are_boxed() {
    for x in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN, f64::MAX, f64::MIN_POSITIVE, 5e-324, 2f64.powi(-256)] {
        assert_eq!(Word::from_f64(x), None, "{x:e}");
        assert_eq!(Word::from_f64(-x), None, "-{x:e}");
    }
    assert!(Word::from_f64(2f64.powi(-256) * 1.000_000_1).is_some());
}

#[test]
fn words_are_distinct_and_a_copy_without_count_keeps_immediates() {
    let mut seen = std::collections::HashMap::new();
    for x in doubles() {
        if let Some(word) = Word::from_f64(x) {
            assert_eq!(word.to_uncounted(), word);
            if let Some(old) = seen.insert(word, x.to_bits()) {
                assert_eq!(old, x.to_bits());
            }
        }
    }
    for (_, word) in small_ints() {
        assert_eq!(word.to_uncounted(), word);
        assert!(!seen.contains_key(&word));
    }
    assert_eq!(Word::NULL.to_uncounted(), Word::NULL);
}

#[test]
fn is_masks_the_count_bit_of_pointers_only() {
    // SAFETY: an aligned address; it is only compared, never followed.
    let counted = unsafe { Word::from_bits(0x1000) };
    let uncounted = counted.to_uncounted();
    assert_ne!(counted, uncounted);
    assert!(counted.is(uncounted) && uncounted.is(counted) && counted.is(counted));
    assert_eq!(counted.header(), uncounted.header());
    // An int and a float may differ in bit 0 only.
    let float = Word::from_f64(1.0).unwrap();
    // SAFETY: the bits of an int.
    let int = unsafe { Word::from_bits(float.bits() | 1) };
    assert!(int.is_int() && !int.is(float) && !float.is(int) && float.is(float));
    assert!(Word::NULL.is(Word::NULL) && !Word::NULL.is(counted));
    assert!(Word::NULL.is_null() && Word::NULL.is_ptr() && !Word::NULL.is_counted() && Word::NULL.header().is_none());
}

#[test]
fn pairs_of_floats_are_told_from_mixtures() {
    let (float, int) = (Word::from_f64(2.5).unwrap(), Word::small(2));
    assert!(Word::both_floats(float, float));
    assert!(!Word::both_floats(float, int) && !Word::both_floats(int, float) && !Word::both_floats(int, int));
    assert!(!Word::both_floats(float, Word::NULL));
    assert!(!Word::both_ints(float, int) && !Word::both_ints(int, float) && !Word::both_ints(Word::NULL, int));
    assert_eq!(int.as_number(), Some(2.0));
    assert_eq!(Word::NULL.as_number(), None);
}
