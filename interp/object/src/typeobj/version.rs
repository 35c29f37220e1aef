//! Type versions, and the method cache that is read without locks.
//!
//! # Protocol
//! A type's version is drawn from one counter when someone first needs it and never used for another state of a type:
//! any change to the type zeroes its version and its subclasses' (`modified`), and the next draw is a new number. When
//! the counter is exhausted it stays so: versions are then 0 and nothing is cached or specialized.
//!
//! A cache entry holds `(version, name, value)` under a sequence word (odd while written). A reader loads the
//! sequence (Acquire), the three fields (Relaxed), retains the value by try-retain (the heap is type-stable, so a
//! stale pointer is still a header), fences, and checks sequence and version again. If the type's version is still the
//! one looked for, the value is what the MRO walk would have found; the retained reference is then good.
//! The entry owns nothing: a value that dies takes its dictionary entry, hence the version, with it first.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};

use stackref::{Value, Word};

use super::{TypeBody, TypeObject, type_lock};
use crate::data::str::Str;
use crate::layout::ValueExt;
use crate::thread::{Esc, Thread};

const CACHE_ENTRIES: usize = 4096;

struct Entry {
    sequence: AtomicU32,
    version: AtomicU32,
    name: AtomicU64,
    value: AtomicU64,
}

static CACHE: [Entry; CACHE_ENTRIES] = [const {
    Entry { sequence: AtomicU32::new(0), version: AtomicU32::new(0), name: AtomicU64::new(0), value: AtomicU64::new(0) }
}; CACHE_ENTRIES];

static NEXT_VERSION: AtomicU32 = AtomicU32::new(1);

fn entry(version: u32, name: Word) -> &'static Entry {
    let hash = u64::from(version).wrapping_mul(0x9E37_79B9) ^ (name.bits() >> 4);
    &CACHE[hash as usize % CACHE_ENTRIES]
}

impl TypeBody {
    /// The version, or 0 if none is assigned.
    #[inline(always)]
    pub fn version(&self) -> u32 {
        self.version.load(Ordering::Acquire)
    }

    /// The version, drawn now if there is none; 0 when versions are exhausted.
    pub fn assign_version(&self) -> u32 {
        let version = self.version();
        if version != 0 {
            return version;
        }
        let _types = type_lock();
        let version = self.version();
        if version != 0 {
            return version;
        }
        let drawn = NEXT_VERSION.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |next| next.checked_add(1));
        let drawn = drawn.unwrap_or(0);
        if drawn != 0 {
            // A change to a base must reach this type, and `modified` stops where no version was assigned.
            for base in self.mro().iter().flat_map(|mro| &*mro.0) {
                if base.version() == 0 && !std::ptr::eq(&***base, self) {
                    let fresh = NEXT_VERSION
                        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |next| next.checked_add(1))
                        .unwrap_or(0);
                    base.version.store(fresh, Ordering::Release);
                }
            }
            self.version.store(drawn, Ordering::Release);
        }
        drawn
    }

    /// The type or its MRO changed: what was cached or specialized for it no longer holds. Call after the change, with
    /// the type lock held or the type still private.
    pub fn modified(&self) {
        if self.version.swap(0, Ordering::AcqRel) == 0 {
            return;
        }
        for subclass in self.subclasses() {
            subclass.modified();
        }
    }
}

/// A descriptor that types may hold was made anew (`__init__` called again): nothing that was cached or specialized for
/// any type holds. Call after the change.
pub fn forget_all() {
    let _types = type_lock();
    crate::data::types::OBJECT.modified();
}

/// Finds `name` (an interned `str`) along the MRO of `class`: a counted value, or `None`.
///
/// Takes no lock when cached. Never runs user code.
pub fn lookup(esc: Esc<'_>, class: &TypeObject, name: &Value) -> Option<Value> {
    let version = class.version();
    if version != 0
        && let Some(found) = read_cache(esc, class, version, name)
    {
        return found;
    }
    lookup_slow(esc, class, name).0
}

/// As [`lookup`], with the version of the type for which the answer holds (0 if there is none to be had).
pub fn lookup_with_version(esc: Esc<'_>, class: &TypeObject, name: &Value) -> (Option<Value>, u32) {
    lookup_slow(esc, class, name)
}

/// `Some(answer)` on a hit.
#[inline]
fn read_cache(esc: Esc<'_>, class: &TypeObject, version: u32, name: &Value) -> Option<Option<Value>> {
    let entry = entry(version, name.word());
    let sequence = entry.sequence.load(Ordering::Acquire);
    if sequence & 1 != 0
        || entry.version.load(Ordering::Relaxed) != version
        || entry.name.load(Ordering::Relaxed) != name.word().bits()
    {
        return None;
    }
    let bits = entry.value.load(Ordering::Relaxed);
    // Pairs with the writer's Release increments: fields read above belong to `sequence`.
    fence(Ordering::Acquire);
    if entry.sequence.load(Ordering::Relaxed) != sequence {
        return None;
    }
    if bits == 0 {
        return (class.version() == version).then_some(None);
    }
    // SAFETY: the sequence check says `bits` was stored by `write_cache` for this version: a word of an object that was
    // a value of a type dictionary. The object may be dead by now, but its memory is still a header (gc's type
    // stability), which is all that `try_retain` asks for.
    let value = unsafe { crate::weak::retain(bits, esc.me()) }?;
    if class.version() == version { Some(Some(value)) } else { None }
}

#[cold]
fn lookup_slow(esc: Esc<'_>, class: &TypeObject, name: &Value) -> (Option<Value>, u32) {
    loop {
        let version = class.assign_version();
        let found = walk(esc, class, name);
        if version == 0 || class.version() == version {
            // Only interned names are immortal, and the cache owns nothing.
            if version != 0 && name.payload::<Str>().is_some_and(Str::is_interned) {
                write_cache(version, name, found.as_ref());
            }
            return (found, version);
        }
    }
}

/// Another reference to a value that was found along the MRO of `class` while that had `version`, if it still has.
///
/// # Safety
/// The word is of an object that was a value of a type dictionary then.
pub unsafe fn retain_found(thread: &Thread, class: &TypeBody, version: u32, word: Word) -> Option<Value> {
    if class.version() != version {
        return None;
    }
    // SAFETY: the object may be dead by now, but its memory is still a header, as in `read_cache`.
    let value = unsafe { crate::weak::retain(word.bits(), thread.id()) }?;
    // The class had the version after the value was retained: so it is what was found, not what came to its place.
    if class.version() == version {
        return Some(value);
    }
    thread.delay_drop(value);
    None
}

fn walk(esc: Esc<'_>, class: &TypeObject, name: &Value) -> Option<Value> {
    let mro = class.mro();
    let mro = mro.as_ref()?;
    mro.0.iter().find_map(|base| base.dict().get_interned(esc, name))
}

fn write_cache(version: u32, name: &Value, value: Option<&Value>) {
    let entry = entry(version, name.word());
    let sequence = entry.sequence.load(Ordering::Relaxed);
    if sequence & 1 != 0
        || entry
            .sequence
            .compare_exchange(sequence, sequence.wrapping_add(1), Ordering::Acquire, Ordering::Relaxed)
            .is_err()
    {
        return;
    }
    // Readers that see any of the stores below also see the odd sequence or the final one.
    fence(Ordering::Release);
    entry.version.store(version, Ordering::Relaxed);
    entry.name.store(name.word().bits(), Ordering::Relaxed);
    entry.value.store(value.map_or(0, |value| value.word().bits()), Ordering::Relaxed);
    entry.sequence.store(sequence.wrapping_add(2), Ordering::Release);
}
