//! Attribute sites that meet several types: a record of cases, each the cache word of a form for one type.
//!
//! CPython gives such a site up. Here a second type that misses often enough turns the site into its family's polymorphic form:
//! the handler finds the case of the owner's type version and does what that case's own form would do, guards and all, so
//! a case is as true as the word that it is. The record is immutable; another type makes a new record. It is published,
//! replaced and retired by one word, as any record is: `specializer`'s loom models of records (`records_are_seen_whole`,
//! `records_are_retired_once`) are models of this one, whose words are copies that it owns, so nothing in it is shared.

use std::ptr::NonNull;

use dictkeys::HeldSlot;
use interp_object::layout::class_of;
use interp_object::{Thread, Value, Word};
use specializer::cache::{self, Kind};
use specializer::decide::load_attr::Form as Load;
use specializer::decide::store_attr::Form as Store;

use super::fast::HeldMember;
use super::{FULL, Held, fast, held};

/// Types that one site tells apart.
const CASES: usize = 4;

/// Cases that one site may lose to others before it is given up.
const REPLACEMENTS: u8 = 8;

/// The kinds of words that can be cases of a family's sites.
pub(crate) struct Kinds {
    entries: &'static [Kind],
    /// The entries that alone make a record of kind [`VALUES`].
    values: &'static [Kind],
    records: &'static [Kind],
}

const VALUE: Kind = Kind::entry(Load::InstanceValue as u8);
const SLOT: Kind = Kind::entry(Load::Slot as u8);
const METHOD_WITH_VALUES: Kind = fast::record(Load::MethodWithValues);
const METHOD_NO_DICT: Kind = fast::record(Load::MethodNoDict);
const METHOD_LAZY_DICT: Kind = fast::record(Load::MethodLazyDict);
const PLAIN_WITH_VALUES: Kind = fast::record(Load::PlainWithValues);
const PLAIN_NO_DICT: Kind = fast::record(Load::PlainNoDict);

/// Those of `LOAD_ATTR`.
pub(crate) const LOADS: Kinds = Kinds {
    entries: &[VALUE, SLOT],
    values: &[VALUE],
    records: &[METHOD_WITH_VALUES, METHOD_NO_DICT, METHOD_LAZY_DICT, PLAIN_WITH_VALUES, PLAIN_NO_DICT],
};

const STORED_VALUE: Kind = Kind::entry(Store::InstanceValue as u8);
const STORED_SLOT: Kind = Kind::entry(Store::Slot as u8);

/// Those of `STORE_ATTR`.
pub(crate) const STORES: Kinds = Kinds { entries: &[STORED_VALUE, STORED_SLOT], values: &[STORED_VALUE], records: &[] };

/// The kind of words that name a record of cases: in whatever family, so that it can be freed as what it is.
const KIND: Kind = Kind::record(120);

/// The same where every case is of kind [`VALUE`] or, for stores, [`STORED_VALUE`].
const VALUES: Kind = Kind::record(121);

/// Whether words of a kind name records of cases.
pub(super) fn is_cases(kind: Kind) -> bool {
    kind == KIND || kind == VALUES
}

/// The form of `LOAD_ATTR` for a record of cases.
pub(super) fn load_form(cases: cache::Word) -> Load {
    if cases.kind() == VALUES { Load::PolymorphicValue } else { Load::Polymorphic }
}

/// The record of a polymorphic site.
pub(crate) struct Cases {
    /// The versions of the cases' types; that of the first again where there is no case.
    versions: [u32; CASES],
    /// Their cache words: entries, or records that this one owns.
    words: [cache::Word; CASES],
    /// Cases that made room for others at this site.
    replaced: u8,
}

/// The form of `STORE_ATTR` for a record of cases.
pub(super) fn store_form(cases: cache::Word) -> Store {
    if cases.kind() == VALUES { Store::PolymorphicValue } else { Store::Polymorphic }
}

/// What came of trying to give a site another case.
pub(crate) enum Extended {
    /// A record with the new case.
    Record(cache::Word),
    /// The site has one type only: its own form is right.
    Single,
    /// Too many types come by.
    TooMany,
}

/// A word with a type version of its own, for a record to own: a record behind it is copied.
fn own(word: cache::Word, kinds: &Kinds) -> Option<(u32, cache::Word)> {
    if let Some(version) = kinds.entries.iter().find_map(|kind| word.version_of(*kind)) {
        return Some((version, word));
    }
    let (kind, found) = kinds.records.iter().find_map(|kind| Some((*kind, held(word.bits(), *kind)?)))?;
    Some((found.version, found.publish(kind)))
}

/// Frees a record that [`own`] copied.
fn disown(word: cache::Word) {
    let address = word.as_record().map_or(0, |(_, address)| address as usize);
    if let Some(record) = NonNull::new(std::ptr::with_exposed_provenance_mut(address)) {
        // SAFETY: the records in cases are made by `own`, and dropped with the only `Cases` that owns them.
        unsafe { Held::free(record) };
    }
}

impl Drop for Cases {
    fn drop(&mut self) {
        self.words.into_iter().for_each(disown);
    }
}

/// The cases behind a cache word of kind [`KIND`] or [`VALUES`]. Valid until the next safepoint.
#[inline(always)]
fn cases<'a>(cache: u64, kind: Kind) -> Option<&'a Cases> {
    let address = cache::Word::from_bits(cache).record_for(kind)?;
    let record = std::ptr::with_exposed_provenance::<Cases>(address as usize);
    // SAFETY: words of these kinds are made by `extended` alone; as for `held` otherwise.
    Some(unsafe { &*record })
}

/// A bit for each case whose version is this one.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn equal_lanes(versions: [u32; CASES], version: u32) -> u32 {
    use std::arch::x86_64::{_mm_castsi128_ps, _mm_cmpeq_epi32, _mm_movemask_ps, _mm_set1_epi32};
    // SAFETY: four lanes of 32 bits either way.
    let known = unsafe { std::mem::transmute::<[u32; CASES], std::arch::x86_64::__m128i>(versions) };
    // SAFETY: SSE2 is part of this architecture.
    let mask =
        unsafe { _mm_movemask_ps(_mm_castsi128_ps(_mm_cmpeq_epi32(known, _mm_set1_epi32(version.cast_signed())))) };
    mask.cast_unsigned()
}

/// A bit for each case whose version is this one.
#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
fn equal_lanes(versions: [u32; CASES], version: u32) -> u32 {
    versions.iter().enumerate().fold(0, |found, (at, known)| found | u32::from(*known == version) << at)
}

impl Cases {
    /// The word for a type's version. Types come in no order, so the compares are joined without branches.
    #[inline(always)]
    fn word_for(&self, version: u32) -> Option<cache::Word> {
        let found = equal_lanes(self.versions, version);
        if found == 0 {
            return None;
        }
        let at = found.trailing_zeros() as usize;
        debug_assert!(at < CASES);
        // SAFETY: only the bits of the cases can be set, and one is.
        Some(unsafe { *self.words.get_unchecked(at) })
    }
}

/// Frees the record behind a word of kind [`KIND`] or [`VALUES`].
///
/// # Safety
/// The record was published by [`extended`], and nobody uses it any more.
pub(super) unsafe fn free(record: NonNull<u8>) {
    // SAFETY: forwarded.
    drop(unsafe { Box::from_raw(record.cast::<Cases>().as_ptr()) });
}

/// A site's word, with `new` for another type.
pub(crate) fn extended(old: cache::Word, new: cache::Word, kinds: &Kinds) -> Extended {
    let Some((version, word)) = own(new, kinds) else { return Extended::Single };
    let mut made = Cases { versions: [0; CASES], words: [cache::Word::EMPTY; CASES], replaced: 0 };
    // The new case first: what comes by now will come by again.
    (made.versions[0], made.words[0]) = (version, word);
    let mut known = Vec::new();
    match cases(old.bits(), KIND).or_else(|| cases(old.bits(), VALUES)) {
        Some(before) => {
            made.replaced = before.replaced;
            known.extend(before.words.iter().filter_map(|word| own(*word, kinds)));
        }
        None => known.extend(own(old, kinds)),
    }
    let mut filled = 1;
    for (version, word) in known {
        if made.versions.contains(&version) {
            disown(word);
        } else if filled < CASES {
            (made.versions[filled], made.words[filled]) = (version, word);
            filled += 1;
        } else {
            disown(word);
            made.replaced += 1;
        }
    }
    made.versions[filled..].fill(version);
    match (filled, made.replaced) {
        (1, _) => Extended::Single,
        (_, REPLACEMENTS..) => Extended::TooMany,
        _ => {
            let values = made.words[..filled].iter().all(|word| kinds.values.contains(&word.kind()));
            let kind = if values { VALUES } else { KIND };
            let record = NonNull::from(Box::leak(Box::new(made)));
            Extended::Record(cache::Word::record(kind, record.as_ptr().expose_provenance() as u64))
        }
    }
}

/// What a case found.
#[derive(Clone, Copy)]
pub(crate) struct Found {
    /// Owned by whoever gets it.
    pub(crate) word: Word,
    /// A method: the owner goes with it as `self`.
    pub(crate) is_method: bool,
}

/// The word for a type's version.
#[inline(always)]
fn case(cache: u64, version: u32) -> Option<cache::Word> {
    cases(cache, KIND)?.word_for(version)
}

/// `LOAD_ATTR_POLYMORPHIC_VALUE`
#[inline(always)]
pub(crate) fn value<const READ: bool>(th: &Thread, owner: Word, cache: u64) -> Option<Word> {
    let (header, class) = fast::object(owner)?;
    let case = cases(cache, VALUES)?.word_for(class.version())?;
    fast::value_at::<READ>(th, header, class, case.index() as usize)
}

/// `LOAD_ATTR_POLYMORPHIC`, where it is a method. The word of the right version was found, so its
/// form's first guard is passed.
#[inline(always)]
pub(crate) fn load_quick(owner: Word, cache: u64) -> Option<Found> {
    let (header, class) = fast::object(owner)?;
    let case = case(cache, class.version())?;
    let method = match held(case.bits(), METHOD_WITH_VALUES) {
        Some(method) if fast::lacks(header, class, method) => method,
        Some(_) => return None,
        None => held(case.bits(), METHOD_NO_DICT)?,
    };
    Some(Found { word: method.value, is_method: true })
}

/// `LOAD_ATTR_POLYMORPHIC`
pub(crate) fn load(th: &Thread, owner: Word, cache: u64) -> Option<Found> {
    let case = case(cache, class_of(owner).version())?;
    let word = case.bits();
    let (word, is_method) = match case.kind() {
        VALUE => (fast::instance_value::<FULL>(th, owner, word)?, false),
        SLOT => (fast::slot::<FULL>(th, owner, word)?, false),
        METHOD_WITH_VALUES => (fast::method_with_values(owner, word)?, true),
        METHOD_NO_DICT => (fast::method_no_dict(owner, word)?, true),
        METHOD_LAZY_DICT => (fast::method_lazy_dict(owner, word)?, true),
        PLAIN_WITH_VALUES => (fast::plain_with_values::<FULL>(th, owner, word)?, false),
        PLAIN_NO_DICT => (fast::plain_no_dict::<FULL>(th, owner, word)?, false),
        _ => return None,
    };
    Some(Found { word, is_method })
}

/// Where a case stores to, locked.
pub(crate) enum Place<'a> {
    /// Among the instance's values.
    Value(HeldSlot<'a>),
    /// In a `__slots__` word.
    Member(HeldMember<'a>),
}

/// `STORE_ATTR_POLYMORPHIC`: the place, locked.
#[inline(always)]
pub(crate) fn hold<'a>(owner: Word, cache: u64) -> Option<Place<'a>> {
    let (header, class) = fast::object(owner)?;
    let case = case(cache, class.version())?;
    match case.kind() {
        STORED_VALUE => fast::hold_value_at(header, class, case.index() as usize).map(Place::Value),
        STORED_SLOT => fast::hold_member_at(header, class, case.index() as usize).map(Place::Member),
        _ => None,
    }
}

/// `STORE_ATTR_POLYMORPHIC_VALUE`: the slot, locked.
#[inline(always)]
pub(crate) fn hold_value<'a>(owner: Word, cache: u64) -> Option<HeldSlot<'a>> {
    let (header, class) = fast::object(owner)?;
    let case = cases(cache, VALUES)?.word_for(class.version())?;
    fast::hold_value_at(header, class, case.index() as usize)
}

/// Stores to a held place: the old word, or NULL.
#[inline(always)]
pub(crate) fn store(place: Place<'_>, value: Value) -> Word {
    match place {
        Place::Value(slot) => fast::store_value(slot, value),
        Place::Member(member) => fast::store_member(member, value),
    }
}
