//! Encodings, and that no word passes for another kind's.

use super::*;
use proptest::prelude::*;

const A: Kind = Kind::entry(0);
const B: Kind = Kind::entry(125);
const R: Kind = Kind::record(0);
const S: Kind = Kind::record(127);

#[test]
fn the_empty_word_matches_nothing() {
    for kind in [A, B] {
        assert_eq!(Word::EMPTY.index_for(kind, 0), None);
        assert_eq!(Word::EMPTY.version_of(kind), None);
    }
    assert_eq!(Word::EMPTY.record_for(R), None);
    assert_eq!(Word::EMPTY.as_record(), None);
    assert!(!Word::EMPTY.links(0, 0));
}

#[test]
#[should_panic(expected = "index <= MAX_INDEX")]
fn an_index_that_does_not_fit_is_refused() {
    let _ = Word::entry(A, MAX_INDEX + 1, 1);
}

#[test]
#[should_panic(expected = "address")]
fn an_address_that_does_not_fit_is_refused() {
    let _ = Word::record(R, 1 << 56);
}

proptest! {
    #[test]
    fn entries_answer_to_their_kind_and_version_only(index in 0..=MAX_INDEX, version in 1..=u32::MAX, other in 1..=u32::MAX) {
        let word = Word::entry(A, index, version);
        prop_assert_eq!(word.index_for(A, version), Some(index));
        prop_assert_eq!(word.version_of(A), Some(version));
        prop_assert_eq!(word.index(), index);
        prop_assert_eq!(word.index_for(A, other).is_some(), other == version);
        prop_assert_eq!(word.index_for(B, version), None);
        prop_assert_eq!(word.version_of(B), None);
        prop_assert_eq!(word.as_record(), None);
        prop_assert!(!word.links(version, index));
        prop_assert_eq!(Word::from_bits(word.bits()), word);
    }

    #[test]
    fn links_answer_to_both_versions_only(first in 1..=u32::MAX, second in 1..=u32::MAX, other in 1..=u32::MAX) {
        let word = Word::link(first, second);
        prop_assert!(word.links(first, second));
        prop_assert_eq!(word.absent_beside(second), Some(first));
        prop_assert_eq!(word.absent_beside(other).is_some(), other & MAX_INDEX == second & MAX_INDEX);
        prop_assert_eq!(word.links(other, second), other == first);
        prop_assert_eq!(word.links(first, other), other & MAX_INDEX == second & MAX_INDEX);
        prop_assert_eq!(word.index_for(A, first), None);
        prop_assert_eq!(word.as_record(), None);
    }

    #[test]
    fn records_answer_to_their_kind_only(address in 1_u64..1 << 56) {
        let word = Word::record(S, address);
        prop_assert_eq!(word.record_for(S), Some(address));
        prop_assert_eq!(word.record_for(R), None);
        prop_assert_eq!(word.as_record(), Some((S, address)));
        prop_assert_eq!(word.version_of(A), None);
        prop_assert_eq!(word.index_for(B, address as u32), None);
    }
}
