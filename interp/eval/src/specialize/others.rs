//! Attribute sites that meet several types: what the cache words behind the first remember.
//!
//! The first word is the running form's. A type that takes its place moves it to the word behind, and so on
//! (`Claim::install_first`). Each word is true by itself, so the head, which runs when the form misses, may act on any
//! of them: it looks there before it looks the attribute up.

use dictkeys::HeldSlot;
use interp_object::layout::class_of;
use interp_object::{Thread, Word};
use specializer::cache::{self, Kind};
use specializer::decide::load_attr::Form as Load;

use super::{FULL, fast, held};

/// Of so many executions that a word behind the first serves, one counts as a miss: a type that is met often moves to the
/// front again, and a site that meets several seldom writes its counter.
const SAMPLE: u32 = 32;

const VALUE: Kind = Kind::entry(Load::InstanceValue as u8);
const SLOT: Kind = Kind::entry(Load::Slot as u8);
const METHOD_VALUES: Kind = fast::record(Load::MethodWithValues);
const METHOD_NONE: Kind = fast::record(Load::MethodNoDict);
const METHOD_LAZY: Kind = fast::record(Load::MethodLazyDict);
const PLAIN_VALUES: Kind = fast::record(Load::PlainWithValues);
const PLAIN_NONE: Kind = fast::record(Load::PlainNoDict);

/// The first of the words that was made for the owner's type as it is now; 0 if there is none.
#[inline]
pub(crate) fn find(owner: Word, words: [u64; 3]) -> u64 {
    let version = class_of(owner).version();
    let fits = |bits: &u64| {
        let word = cache::Word::from_bits(*bits);
        match word.as_record() {
            Some((kind, _)) => held(*bits, kind).is_some_and(|known| known.version == version),
            None => word.version_of(VALUE).or(word.version_of(SLOT)) == Some(version),
        }
    };
    words.into_iter().take_while(|bits| *bits != 0).find(fits).unwrap_or(0)
}

/// Whether an execution that a word serves counts as a miss all the same.
#[inline]
pub(crate) fn is_sample(th: &Thread, word: u64) -> bool {
    let count = th.served.get().wrapping_add(1);
    th.served.set(count);
    word == 0 || count % SAMPLE == 0
}

/// An attribute, owned, and whether the receiver goes before the arguments of a call.
#[derive(Clone, Copy)]
pub(crate) struct Known {
    pub(crate) word: Word,
    pub(crate) bound: bool,
}

/// The attribute that a word says.
#[inline]
pub(crate) fn load(th: &Thread, owner: Word, word: u64) -> Option<Known> {
    let plain = |word| Known { word, bound: false };
    let method = |word| Known { word, bound: true };
    match cache::Word::from_bits(word).kind() {
        VALUE => fast::instance_value::<FULL>(th, owner, word).map(plain),
        SLOT => fast::slot::<FULL>(th, owner, word).map(plain),
        METHOD_VALUES => fast::method_with_values(owner, word).map(method),
        METHOD_NONE => fast::method_no_dict(owner, word).map(method),
        METHOD_LAZY => fast::method_lazy_dict(owner, word).map(method),
        PLAIN_VALUES => fast::plain_with_values::<FULL>(th, owner, word).map(plain),
        PLAIN_NONE => fast::plain_no_dict::<FULL>(th, owner, word).map(plain),
        _ => None,
    }
}

/// The slot to store to that a word says, locked.
#[inline]
pub(crate) fn hold<'a>(owner: Word, word: u64) -> Option<HeldSlot<'a>> {
    if word == 0 { None } else { fast::hold_value(owner, word) }
}
