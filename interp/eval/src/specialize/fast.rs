//! What forms of names and attributes read: guards and loads without locks or calls. `None` is a miss.
//!
//! Words that come out own themselves. Each function loads its cache word once (the caller did) and uses only that copy.

use std::ptr::NonNull;

use dictkeys::{HeldEntry, HeldSlot, Inline, KeysSnapshot};
use interp_object::data::dict::{Dict, lock_of};
use interp_object::data::frame::{Frame, payload_in};
use interp_object::data::module::{MODULE, Module};
use interp_object::data::types::TYPE;
use interp_object::layout::{class_of, class_of_object};
use interp_object::typeobj::{self, TypeBody};
use interp_object::{Header, Slot, Thread, TypeObject, Value, Word, attr};
use specializer::cache::{self, Kind};
use specializer::decide::load_attr::Form as Load;
use specializer::decide::load_global::{BUILTIN, MODULE as GLOBAL};
use specializer::decide::store_attr::Form as Store;
use stackref::{Load as Read, StackRef};

use super::containers::exact;
use super::{Held, Here, QUICK, held};
use crate::flow::Slots;
use crate::ops::names::{function_of, name};

/// The kind of the entries of a form of `LOAD_ATTR`.
const fn entry(form: Load) -> Kind {
    Kind::entry(form as u8)
}

/// The kind of the records of a form of `LOAD_ATTR`.
pub(super) const fn record(form: Load) -> Kind {
    Kind::record(form as u8)
}

/// The kind of the entries of a form of `STORE_ATTR`.
const fn store(form: Store) -> Kind {
    Kind::entry(form as u8)
}

/// Reads an entry of keys that were guarded.
#[inline(always)]
fn load_at<const READ: bool>(keys: &KeysSnapshot<'_, Here>, index: u32) -> Option<Word> {
    let value = if READ == QUICK { keys.load_at_quick(index) } else { keys.load_at(index) };
    value.map(StackRef::into_word)
}

/// `LOAD_GLOBAL_MODULE`
#[inline(always)]
pub(crate) fn global<const READ: bool>(th: &Thread, frame: &Frame, cache: u64) -> Option<Word> {
    let cache = cache::Word::from_bits(cache);
    let version = cache.version_of(GLOBAL)?;
    let here = Here(th.id());
    let keys = function_of(frame).globals().core().guard(&here, version)?;
    load_at::<READ>(&keys, cache.index())
}

/// `LOAD_GLOBAL_BUILTIN`: absent in the globals, found in builtins.
#[inline(always)]
pub(crate) fn builtin<const READ: bool>(th: &Thread, frame: &Frame, cache: u64, link: u64) -> Option<Word> {
    let cache = cache::Word::from_bits(cache);
    let version = cache.version_of(BUILTIN)?;
    let here = Here(th.id());
    let function = function_of(frame);
    let globals = function.globals().core();
    let absent_in = cache::Word::from_bits(link).absent_beside(version)?;
    globals.guard(&here, absent_in)?;
    let keys = function.builtins().core().guard(&here, version)?;
    load_at::<READ>(&keys, cache.index())
}

/// Header and type of an object; `None` for immediates.
#[inline(always)]
pub(super) fn object<'a>(word: Word) -> Option<(&'a Header, &'a TypeObject)> {
    if !word.is_ptr() {
        return None;
    }
    // SAFETY: an owner that is a pointer is an object, no NULL, which its slot keeps alive while the instruction runs.
    let header = unsafe { word.header_unchecked() };
    // SAFETY: as above.
    Some((unsafe { header.as_ref() }, unsafe { class_of_object(word) }))
}

/// The entry's index if the object's type is in the entry's version.
#[inline(always)]
fn guarded<'a>(owner: Word, cache: u64, kind: Kind) -> Option<(&'a Header, &'a TypeObject, usize)> {
    let (header, class) = object(owner)?;
    let index = cache::Word::from_bits(cache).index_for(kind, class.version())?;
    Some((header, class, index as usize))
}

/// `LOAD_ATTR_INSTANCE_VALUE`
#[inline(always)]
pub(crate) fn instance_value<const READ: bool>(th: &Thread, owner: Word, cache: u64) -> Option<Word> {
    let (header, class, index) = guarded(owner, cache, entry(Load::InstanceValue))?;
    value_at::<READ>(th, header, class, index)
}

/// The value at an index that an entry of the version of `class` named.
#[inline(always)]
pub(super) fn value_at<const READ: bool>(
    th: &Thread,
    header: &Header,
    class: &TypeObject,
    index: usize,
) -> Option<Word> {
    // SAFETY: in this version of the type the decision found a value inline.
    let values = unsafe { attr::inline_values_unchecked(header, class) };
    let here = Here(th.id());
    if READ == QUICK {
        return values.load_stackref_quick(index, &here).map(StackRef::into_word);
    }
    match values.load_stackref(index, &here) {
        Inline::Value(value) => Some(value.into_word()),
        _ => None,
    }
}

/// `LOAD_ATTR_SLOT`
#[inline(always)]
pub(crate) fn slot<const READ: bool>(th: &Thread, owner: Word, cache: u64) -> Option<Word> {
    let (header, class, offset) = guarded(owner, cache, entry(Load::Slot))?;
    let slot = member(header, class, offset);
    if READ == QUICK {
        // SAFETY: as below.
        return unsafe { slot.load_stackref_quick(th.id()) }.map(StackRef::into_word);
    }
    // SAFETY: slots hold values of the type-stable heap; this thread is attached and passes no safepoint here.
    match unsafe { slot.load_stackref(th.id()) } {
        Read::Value(value) => Some(value.into_word()),
        _ => None,
    }
}

/// The word at an offset that an entry of the type's version named.
#[inline(always)]
fn member<'a>(header: &'a Header, class: &TypeObject, offset: usize) -> &'a Slot {
    debug_assert!(class.slot_words().0 <= offset && offset < class.slot_words().0 + 8 * class.slot_words().1);
    // SAFETY: in this version of the type its members lie in the instances' slots, which were laid out before the first
    // instance and never move; the decision found the member at this offset.
    unsafe { NonNull::from(header).cast::<u8>().add(offset).cast::<Slot>().as_ref() }
}

/// `LOAD_ATTR_MODULE`
#[inline(always)]
pub(crate) fn module<const READ: bool>(th: &Thread, owner: Word, cache: u64) -> Option<Word> {
    let (_, class) = object(owner)?;
    if !std::ptr::eq(class, &raw const MODULE) {
        return None;
    }
    let cache = cache::Word::from_bits(cache);
    let version = cache.version_of(entry(Load::Module))?;
    // SAFETY: the type was compared.
    let module: &Module = unsafe { payload_in(owner) };
    let here = Here(th.id());
    let keys = module.dict().core().guard(&here, version)?;
    load_at::<READ>(&keys, cache.index())
}

/// The value of a record that was found along the MRO of `class`, if that is still in the record's version.
#[inline(always)]
fn current<const READ: bool>(th: &Thread, known: &Held, class: &TypeBody) -> Option<Word> {
    if class.version() != known.version {
        return None;
    }
    if known.direct {
        return Some(known.value);
    }
    if READ == QUICK { None } else { retain(th, known, class) }
}

/// A value that is to be retained, or whose type may change.
#[inline(never)]
fn retain(th: &Thread, known: &Held, class: &TypeBody) -> Option<Word> {
    // SAFETY: the word was made of a value of a dictionary along the MRO, in this version.
    let value = unsafe { typeobj::retain_found(th, class, known.version, known.value) }?;
    if known.value_version != 0 && class_of(value.word()).version() != known.value_version {
        th.delay_drop(value);
        return None;
    }
    Some(StackRef::from_value(value).into_word())
}

/// A type whose own type is `type`.
#[inline(always)]
fn plain_type<'a>(owner: Word) -> Option<&'a TypeBody> {
    // SAFETY: the type was compared: what is of type `type` is a type.
    object(owner).filter(|(_, meta)| std::ptr::eq(*meta, &raw const TYPE)).map(|_| unsafe { payload_in(owner) })
}

/// `LOAD_ATTR_CLASS`
#[inline(always)]
pub(crate) fn class<const READ: bool>(th: &Thread, owner: Word, cache: u64) -> Option<Word> {
    let record = held(cache, record(Load::Class))?;
    current::<READ>(th, record, plain_type(owner)?)
}

/// `LOAD_ATTR_CLASS_METHOD`: the function, to be called with the class.
#[inline(always)]
pub(crate) fn class_method(owner: Word, cache: u64) -> Option<Word> {
    let record = held(cache, record(Load::ClassMethod))?;
    (plain_type(owner)?.version() == record.version).then_some(record.value)
}

/// `LOAD_ATTR_CLASS_WITH_METACLASS_CHECK`
#[inline(always)]
pub(crate) fn class_of_meta<const READ: bool>(th: &Thread, owner: Word, cache: u64) -> Option<Word> {
    let record = held(cache, record(Load::ClassWithMetaCheck))?;
    let (_, meta) = object(owner)?;
    if meta.version() != record.second {
        return None;
    }
    // SAFETY: a type with the version of the metatype is that metatype, whose instances are types.
    let body: &TypeBody = unsafe { payload_in(owner) };
    current::<READ>(th, record, body)
}

/// What a form for instances without attributes of their own holds.
#[inline(always)]
fn of_type(owner: Word, cache: u64, form: Kind) -> Option<Word> {
    let record = held(cache, form)?;
    (class_of(owner).version() == record.version).then_some(record.value)
}

/// Forms for instances whose inline values lack the name.
#[inline(always)]
fn beside_values<'a>(owner: Word, cache: u64, form: Kind) -> Option<(&'a Held, &'a TypeObject)> {
    let record = held(cache, form)?;
    let (header, class) = object(owner)?;
    (class.version() == record.version && lacks(header, class, record)).then_some((record, class))
}

/// Whether the inline values of an instance are in use and lack the name of a record for its class, in its version.
#[inline(always)]
pub(super) fn lacks(header: &Header, class: &TypeObject, record: &Held) -> bool {
    // SAFETY: in this version of the type the decision found values inline.
    unsafe { attr::inline_values_unchecked(header, class) }.is_valid()
        && class.shared_keys().is_some_and(|keys| keys.version() == record.second)
}

/// `LOAD_ATTR_METHOD_NO_DICT`
#[inline(always)]
pub(crate) fn method_no_dict(owner: Word, cache: u64) -> Option<Word> {
    of_type(owner, cache, record(Load::MethodNoDict))
}

/// `LOAD_ATTR_NONDESCRIPTOR_NO_DICT`
#[inline(always)]
pub(crate) fn plain_no_dict<const READ: bool>(th: &Thread, owner: Word, cache: u64) -> Option<Word> {
    current::<READ>(th, held(cache, record(Load::PlainNoDict))?, class_of(owner))
}

/// `LOAD_ATTR_METHOD_WITH_VALUES`
#[inline(always)]
pub(crate) fn method_with_values(owner: Word, cache: u64) -> Option<Word> {
    beside_values(owner, cache, record(Load::MethodWithValues)).map(|(record, _)| record.value)
}

/// `LOAD_ATTR_NONDESCRIPTOR_WITH_VALUES`
#[inline(always)]
pub(crate) fn plain_with_values<const READ: bool>(th: &Thread, owner: Word, cache: u64) -> Option<Word> {
    let (record, class) = beside_values(owner, cache, record(Load::PlainWithValues))?;
    current::<READ>(th, record, class)
}

/// `LOAD_ATTR_METHOD_LAZY_DICT`
#[inline(always)]
pub(crate) fn method_lazy_dict(owner: Word, cache: u64) -> Option<Word> {
    let record = held(cache, record(Load::MethodLazyDict))?;
    let (header, class) = object(owner)?;
    if class.version() != record.version || attr::dict_slot(header, class)?.peek().is_some() {
        return None;
    }
    Some(record.value)
}

/// `STORE_ATTR_INSTANCE_VALUE`: the slot, locked.
#[inline(always)]
pub(crate) fn hold_value<'a>(owner: Word, cache: u64) -> Option<HeldSlot<'a>> {
    let (header, class, index) = guarded(owner, cache, store(Store::InstanceValue))?;
    hold_value_at(header, class, index)
}

/// The slot at an index that an entry of the version of `class` named, locked.
#[inline(always)]
pub(super) fn hold_value_at<'a>(header: &Header, class: &TypeObject, index: usize) -> Option<HeldSlot<'a>> {
    // SAFETY: in this version of the type the decision found a place inline.
    unsafe { attr::inline_values_unchecked(header, class) }.try_hold(index)
}

/// Stores to a held slot: the old word, or NULL.
#[inline(always)]
pub(crate) fn store_value(slot: HeldSlot<'_>, value: Value) -> Word {
    slot.set(value).map_or(Word::NULL, Value::into_word)
}

/// A `__slots__` word with its instance locked.
pub(crate) struct HeldMember<'a> {
    header: &'a Header,
    slot: &'a Slot,
}

/// `STORE_ATTR_SLOT`: the slot, locked.
#[inline(always)]
pub(crate) fn hold_member<'a>(owner: Word, cache: u64) -> Option<HeldMember<'a>> {
    let (header, class, offset) = guarded(owner, cache, store(Store::Slot))?;
    hold_member_at(header, class, offset)
}

/// The word at an offset that an entry of the version of `class` named, its instance locked.
#[inline(always)]
pub(super) fn hold_member_at<'a>(header: &'a Header, class: &TypeObject, offset: usize) -> Option<HeldMember<'a>> {
    let slot = member(header, class, offset);
    header.lock().try_acquire().then_some(HeldMember { header, slot })
}

/// Stores to a held member: the old word, or NULL.
#[inline(always)]
pub(crate) fn store_member(held: HeldMember<'_>, value: Value) -> Word {
    // SAFETY: the instance's lock is held, which all writers of its slots take.
    let old = unsafe { held.slot.store(value) };
    // SAFETY: taken by `hold_member`.
    unsafe { held.header.lock().release() };
    old.map_or(Word::NULL, Value::into_word)
}

/// The dictionary of an instance whose lock is held, so that it stays the instance's.
struct OwnDict<'a> {
    header: &'a Header,
    dict: &'a Dict,
}

impl Drop for OwnDict<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: taken by `own_dict`, which made this.
        unsafe { self.header.lock().release() };
    }
}

#[inline(always)]
fn own_dict<'a>(header: &'a Header, class: &TypeObject) -> Option<OwnDict<'a>> {
    let slot = attr::dict_slot(header, class)?;
    if !header.lock().try_acquire() {
        return None;
    }
    match slot.peek().and_then(exact::<Dict>) {
        Some(dict) => Some(OwnDict { header, dict }),
        None => {
            // SAFETY: taken above.
            unsafe { header.lock().release() };
            None
        }
    }
}

/// `LOAD_ATTR_WITH_HINT`
#[inline(always)]
pub(crate) fn with_hint(th: &Thread, frame: &Frame, owner: Word, index: u32, cache: u64) -> Option<Word> {
    let (header, class, hint) = guarded(owner, cache, entry(Load::WithHint))?;
    let own = own_dict(header, class)?;
    let found = own.dict.core().load_hint(&Here(th.id()), hint as u32, name(frame, index));
    found.map(StackRef::into_word)
}

/// An entry of an instance's dictionary, both locked.
pub(crate) struct HeldHint<'a> {
    // Dropped, and so released, in this order.
    entry: HeldEntry<'a>,
    own: OwnDict<'a>,
}

/// `STORE_ATTR_WITH_HINT`: the entry. Waits for neither lock.
#[inline(always)]
pub(crate) fn hold_hint<'a>(th: &Thread, frame: &Frame, owner: Word, index: u32, cache: u64) -> Option<HeldHint<'a>> {
    let (header, class, hint) = guarded(owner, cache, store(Store::WithHint))?;
    let own = own_dict(header, class)?;
    let lock = lock_of(own.dict).lock();
    let entry = own.dict.core().try_hold_hint(lock, &Here(th.id()), hint as u32, name(frame, index))?;
    Some(HeldHint { entry, own })
}

/// Stores to a held entry: the old word.
#[inline(always)]
pub(crate) fn store_hint(held: HeldHint<'_>, value: Value) -> Word {
    let old = held.entry.set(value);
    drop(held.own);
    old.into_word()
}

/// NULL where a callable's `self` would be, if the instruction leaves one.
#[inline(always)]
pub(crate) fn no_self(slot: Slots) {
    set_self(slot, Word::NULL);
}

/// The word of a callable's `self`, if the instruction leaves one.
#[inline(always)]
pub(crate) fn set_self(slot: Slots, word: Word) {
    if slot.len() == 1 {
        slot.set(0, word);
    }
}
