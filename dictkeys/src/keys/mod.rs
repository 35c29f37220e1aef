//! The keys object: an insertion-ordered open-addressed table, probed without a lock. Apart from `dict` because class
//! keys (`split`) and instance dictionaries share it.
//!
//! # Protocol
//!
//! A table is an array of *entries* `{key, value, hash}` that only grows, and an array of *index slots* that map a probe
//! sequence to entry offsets. One writer at a time (the owner's lock); any number of readers.
//!
//! Publication, with the partner of each ordering:
//!
//! | writer (lock held) | reader |
//! |---|---|
//! | **push**: version := 0 (Relaxed); hash, value, key (Relaxed); index slot := offset (**Release**, a); `entries` := offset+1 (**Release**, b) | probing loads the index slot (**Acquire**, a): an offset that is seen has its entry behind it. Iteration loads `entries` (**Acquire**, b) |
//! | **replace**: value := new (**Release**, c) | value by Acquire load, retain, re-load (c) |
//! | **remove**: version := 0; key := NULL, value := NULL (**Release**, c). The index slot stays | key NULL: not a match, probe on; value NULL: absent |
//! | **move out** (resize, clear, of a table others may read; after its successor is published): `moved` := 1 (Relaxed), then every key and value := NULL (**Release**, d) | a NULL where the hash matched (Acquire, d) makes the reader look at `moved`: set, the table no longer answers, and the reader takes the lock |
//! | **publish** a successor: keys word of the dictionary (**Release**, e) | keys word (**Acquire**, e) |
//!
//! A key is found by probing before it is met by iterating: who iterates and looks up what it met finds it.
//!
//! What follows from it:
//! * An index slot goes from EMPTY to one offset and never changes again, and an offset is given out once. So "entry `i`
//!   of this table" names one key for ever, or nothing (K2): that is what makes `(version, index)` a complete cache.
//! * `live_end` and `live_begin` bound the live entries, so that taking from either end repeatedly is linear in total
//!   without giving an offset out twice.
//! * A slot is NULL before the reference that stood in it can be dropped, *in every table a reader may hold*: moving to a
//!   successor leaves nothing behind, and is finished before the lock is released. So retain-and-re-load on the slot alone is enough; no reader re-checks the keys pointer
//!   after a hit.
//! * A miss is true at the moment the keys word was loaded, or later: a key that was in the table then shows either
//!   itself or a NULL with its hash.

use std::ptr::NonNull;

use stackref::sync::atomic::{AtomicI64, AtomicU8, AtomicU32, Ordering};
use stackref::{Slot, Value, Word};

use crate::cell;

#[cfg(not(loom))]
pub(crate) mod storage;
#[cfg(loom)]
#[path = "storage_loom.rs"]
pub(crate) mod storage;

/// Index slot that no key ever claimed.
pub(crate) const EMPTY: u32 = u32::MAX;

/// Smallest table: 8 index slots, room for 5 keys.
pub(crate) const MIN_LOG2_SIZE: u8 = 3;

/// One entry. All fields are atomics: readers race with the writer by design.
#[repr(C)]
pub(crate) struct Entry {
    pub(crate) key: Slot,
    pub(crate) value: Slot,
    pub(crate) hash: AtomicI64,
}

impl Entry {
    /// The hash; written before the entry is published and never after.
    #[inline(always)]
    pub(crate) fn hash(&self) -> i64 {
        self.hash.load(Ordering::Relaxed)
    }
}

/// What never changes about a table.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(crate) struct Shape {
    /// Entries the table has room for; less than the number of index slots, so that every probe ends.
    pub(crate) capacity: u32,
    /// Logarithm of the number of index slots.
    pub(crate) log2_size: u8,
    /// Logarithm of the bytes of an index slot: 0, 1 or 2.
    pub(crate) width: u8,
}

impl Shape {
    /// The shape with `1 << log2_size` index slots, two thirds of which may be used.
    pub(crate) fn of(log2_size: u8) -> Option<Shape> {
        let capacity = u32::try_from((2u64 << log2_size) / 3).ok()?;
        let width = match log2_size {
            0..=8 => 0,
            9..=16 => 1,
            _ => 2,
        };
        Some(Shape { capacity, log2_size, width })
    }

    /// The smallest shape with at least `slots` index slots.
    pub(crate) fn with_slots(slots: usize) -> Option<Shape> {
        let slots = slots.max(1 << MIN_LOG2_SIZE).checked_next_power_of_two()?;
        let log2_size = slots.trailing_zeros();
        if log2_size > 32 { None } else { Shape::of(log2_size as u8) }
    }

    /// The smallest shape that takes `count` entries.
    pub(crate) fn with_capacity(count: usize) -> Option<Shape> {
        Shape::with_slots(count.checked_mul(3)?.div_ceil(2).checked_add(1)?)
    }
}

/// Header of a table.
#[repr(C, align(8))]
pub(crate) struct Header {
    /// 0, or the number that stands for this table's set of keys and their offsets.
    pub(crate) version: AtomicU32,
    /// Entries given out, dead ones included.
    entries: AtomicU32,
    /// Entries before this offset are dead.
    live_begin: AtomicU32,
    /// Entries from this offset on are dead or not given out.
    live_end: AtomicU32,
    /// Owners: the dictionary (or class), plus lookups that called back into the embedder.
    refs: AtomicU32,
    /// 1 once the contents left for another table.
    moved: AtomicU8,
    shape: Shape,
}

/// A pointer to a table that the holder knows to be alive (K1): it holds the owner's lock, or owns the table, or counted
/// it, or loaded it from a shared dictionary and passed no safepoint since.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct KeysRef(NonNull<Header>);

/// A probe sequence in progress.
#[derive(Clone, Copy)]
pub(crate) struct Cursor {
    slot: usize,
    perturb: u64,
    /// Whether a dead entry with the wanted hash was passed.
    pub(crate) saw_dead: bool,
}

/// Where a probe stopped.
pub(crate) enum Found {
    /// The key is that entry's key, by identity.
    Entry(u32),
    /// The probe reached a slot that was never used.
    Missing,
    /// That entry has the same hash and another key word: equality decides. [`KeysRef::advance`] to go on.
    Ask(u32),
}

/// What became of a key given to [`KeysRef::push_absent`].
pub(crate) enum Pushed {
    /// It is in the table now.
    Added,
    /// It was there before.
    Present(Value),
    /// It is not there, but there is no room.
    Full(Value, Value),
    /// Only equality can tell, or the table is large.
    Unsure(Value, Value),
}

impl KeysRef {
    /// Wraps a pointer.
    ///
    /// # Safety
    /// `header` is the header of a table, and K1 holds for as long as the result is used.
    #[inline(always)]
    pub(crate) unsafe fn from_raw(header: NonNull<Header>) -> KeysRef {
        KeysRef(header)
    }

    /// The pointer.
    #[inline(always)]
    pub(crate) fn as_ptr(self) -> NonNull<Header> {
        self.0
    }

    #[inline(always)]
    fn header<'a>(self) -> &'a Header {
        // SAFETY: K1: the holder of a `KeysRef` keeps the table alive while it uses it.
        unsafe { self.0.as_ref() }
    }

    /// Shape of the table.
    #[inline(always)]
    pub(crate) fn shape(self) -> Shape {
        self.header().shape
    }

    #[inline(always)]
    fn mask(self) -> usize {
        (1usize << self.shape().log2_size) - 1
    }

    /// The version: 0 while the table has none.
    #[inline(always)]
    pub(crate) fn version(self) -> u32 {
        self.header().version.load(Ordering::Relaxed)
    }

    /// Gives the table a version (writer's lock held).
    pub(crate) fn set_version(self, version: u32) {
        self.header().version.store(version, Ordering::Relaxed);
    }

    /// Forgets the version: the set of keys is about to change. Does not touch a line that is already clean.
    #[inline]
    fn invalidate(self) {
        let version = &self.header().version;
        if version.load(Ordering::Relaxed) != 0 {
            version.store(0, Ordering::Relaxed);
        }
    }

    /// Entries given out so far, dead ones included.
    #[inline(always)]
    pub(crate) fn entries(self) -> u32 {
        self.header().entries.load(Ordering::Acquire)
    }

    /// Offset below which all entries are dead.
    #[inline]
    pub(crate) fn live_begin(self) -> u32 {
        self.header().live_begin.load(Ordering::Relaxed)
    }

    /// Offset from which on no entry is live (writers only: a racing push may already be past it).
    #[inline]
    fn live_end(self) -> u32 {
        self.header().live_end.load(Ordering::Relaxed)
    }

    /// Whether the table takes another entry.
    #[inline(always)]
    pub(crate) fn has_room(self) -> bool {
        self.header().entries.load(Ordering::Relaxed) < self.shape().capacity
    }

    /// Whether the contents left for another table: what is NULL here says nothing.
    #[inline]
    pub(crate) fn moved(self) -> bool {
        self.header().moved.load(Ordering::Acquire) != 0
    }

    /// Entry `index`.
    #[inline(always)]
    pub(crate) fn entry<'a>(self, index: u32) -> &'a Entry {
        // Not below `entries`: an index slot is published before that count.
        debug_assert!(index < self.shape().capacity, "no such entry");
        // SAFETY: K2: offsets come from index slots or from below `entries`, both of which are below the capacity.
        unsafe { storage::entry(self, index) }
    }

    /// Counts another owner. The caller holds the owner's lock or is one of the owners.
    pub(crate) fn retain(self) {
        self.header().refs.fetch_add(1, Ordering::Relaxed);
    }

    /// Gives one ownership up; true if it was the last.
    #[must_use]
    pub(crate) fn release(self) -> bool {
        // The last owner must see everything the others did (pairs with their AcqRel here).
        self.header().refs.load(Ordering::Acquire) == 1 || self.header().refs.fetch_sub(1, Ordering::AcqRel) == 1
    }

    /// Starts the probe sequence of `hash`.
    #[inline(always)]
    pub(crate) fn start(self, hash: i64) -> Cursor {
        Cursor { slot: hash as usize & self.mask(), perturb: hash as u64, saw_dead: false }
    }

    /// Moves to the next slot of the sequence (CPython's recurrence: every slot is reached, high bits take part early).
    #[inline(always)]
    pub(crate) fn advance(self, cursor: &mut Cursor) {
        cursor.perturb >>= 5;
        cursor.slot = cursor.slot.wrapping_mul(5).wrapping_add(cursor.perturb as usize).wrapping_add(1) & self.mask();
    }

    /// Probes from `cursor` for a key that is `key` by identity, stopping where only equality can decide.
    #[inline(always)]
    pub(crate) fn find(self, cursor: &mut Cursor, key: Word, hash: i64) -> Found {
        match self.shape().width {
            0 => self.find_in::<0>(cursor, key, hash),
            1 => self.find_in::<1>(cursor, key, hash),
            _ => self.find_in::<2>(cursor, key, hash),
        }
    }

    #[inline(always)]
    fn find_in<const W: u8>(self, cursor: &mut Cursor, key: Word, hash: i64) -> Found {
        loop {
            // SAFETY: K3: the cursor's slot is masked, and W is the width `find` read from the shape.
            let offset = unsafe { storage::index::<W>(self, cursor.slot) };
            if offset == EMPTY {
                return Found::Missing;
            }
            let entry = self.entry(offset);
            let candidate = cell::word(&entry.key);
            if candidate == key {
                return Found::Entry(offset);
            }
            if entry.hash() == hash {
                match classify(candidate, key) {
                    Identity::Same => return Found::Entry(offset),
                    Identity::Unknown => return Found::Ask(offset),
                    Identity::Dead => cursor.saw_dead = true,
                    Identity::Different => {}
                }
            }
            self.advance(cursor);
        }
    }

    /// Adds an entry and publishes it. `cursor` stands where the probe for this key ended ([`Found::Missing`]).
    ///
    /// The caller holds the writer's lock, knows that the key is absent, and that there is room.
    #[inline]
    pub(crate) fn push(self, cursor: &Cursor, key: Value, hash: i64, value: Option<Value>) -> u32 {
        self.invalidate();
        let offset = self.fill(key, hash, value);
        self.point(cursor.slot, offset, Ordering::Release);
        self.header().live_end.store(offset + 1, Ordering::Relaxed);
        self.header().entries.store(offset + 1, Ordering::Release);
        offset
    }

    /// Adds an entry to a table that no other thread can see yet, without looking for the key.
    pub(crate) fn push_private(self, key: Value, hash: i64, value: Option<Value>) {
        let cursor = self.vacancy(hash);
        let offset = self.fill(key, hash, value);
        self.point(cursor.slot, offset, Ordering::Relaxed);
        self.header().live_end.store(offset + 1, Ordering::Relaxed);
        self.header().entries.store(offset + 1, Ordering::Relaxed);
    }

    /// Moves the contents of `from`, of which nothing is dead, to this table, which is empty and which no other thread can
    /// see yet. `from` shows what it held still.
    pub(crate) fn take_over(self, from: KeysRef) {
        match self.shape().width {
            0 => self.take_over_in::<0>(from),
            1 => self.take_over_in::<1>(from),
            _ => self.take_over_in::<2>(from),
        }
    }

    fn take_over_in<const W: u8>(self, from: KeysRef) {
        let count = from.header().entries.load(Ordering::Relaxed);
        assert!(count <= self.shape().capacity, "K2: the caller made room");
        for offset in 0..count {
            let old = from.entry(offset);
            let hash = old.hash();
            // SAFETY: K2: the offset is below the capacity, as was just checked, and was not given out before.
            let new = unsafe { storage::fresh_entry(self, offset) };
            new.hash.store(hash, Ordering::Relaxed);
            cell::init(&new.value, cell::word(&old.value));
            cell::init(&new.key, cell::word(&old.key));
            let mut cursor = self.start(hash);
            // SAFETY: K3: the cursor's slot is masked, and W is the table's width.
            while unsafe { storage::index::<W>(self, cursor.slot) } != EMPTY {
                self.advance(&mut cursor);
            }
            // SAFETY: K3, and the table is private.
            unsafe { storage::set_index::<W>(self, cursor.slot, offset, Ordering::Relaxed) };
        }
        self.header().live_end.store(count, Ordering::Relaxed);
        self.header().entries.store(count, Ordering::Relaxed);
    }

    /// Adds an entry to a table that no other thread can see yet, if its key is not there and identity tells so.
    #[inline(always)]
    pub(crate) fn push_absent(self, key: Value, hash: i64, value: Value) -> Pushed {
        if self.shape().width != 0 {
            return Pushed::Unsure(key, value);
        }
        let mut cursor = self.start(hash);
        match self.find_in::<0>(&mut cursor, key.word(), hash) {
            Found::Missing => {}
            Found::Entry(_) => return Pushed::Present(key),
            Found::Ask(_) => return Pushed::Unsure(key, value),
        }
        let offset = self.header().entries.load(Ordering::Relaxed);
        if offset >= self.shape().capacity {
            return Pushed::Full(key, value);
        }
        // SAFETY: K2: the offset is below the capacity and was not given out before.
        let entry = unsafe { storage::fresh_entry(self, offset) };
        entry.hash.store(hash, Ordering::Relaxed);
        cell::init(&entry.value, value.into_word());
        cell::init(&entry.key, key.into_word());
        // SAFETY: K3: the cursor's slot is masked, the width is 0, and the table is private.
        unsafe { storage::set_index::<0>(self, cursor.slot, offset, Ordering::Relaxed) };
        self.header().live_end.store(offset + 1, Ordering::Relaxed);
        self.header().entries.store(offset + 1, Ordering::Relaxed);
        Pushed::Added
    }

    /// Where a key with this hash goes that is known to be absent.
    pub(crate) fn vacancy(self, hash: i64) -> Cursor {
        let mut cursor = self.start(hash);
        while self.slot(cursor.slot) != EMPTY {
            self.advance(&mut cursor);
        }
        cursor
    }

    /// Writes the next entry, unpublished.
    #[inline]
    fn fill(self, key: Value, hash: i64, value: Option<Value>) -> u32 {
        let offset = self.header().entries.load(Ordering::Relaxed);
        assert!(offset < self.shape().capacity, "K2: the caller made room");
        // SAFETY: K2: the offset is below the capacity (just checked) and was not given out before.
        let entry = unsafe { storage::fresh_entry(self, offset) };
        entry.hash.store(hash, Ordering::Relaxed);
        cell::init(&entry.value, value.map_or(Word::NULL, Value::into_word));
        cell::init(&entry.key, key.into_word());
        offset
    }

    fn slot(self, slot: usize) -> u32 {
        match self.shape().width {
            // SAFETY: K3: slots handed around are masked; the width is the table's.
            0 => unsafe { storage::index::<0>(self, slot) },
            // SAFETY: K3.
            1 => unsafe { storage::index::<1>(self, slot) },
            // SAFETY: K3.
            _ => unsafe { storage::index::<2>(self, slot) },
        }
    }

    #[inline]
    fn point(self, slot: usize, offset: u32, order: Ordering) {
        match self.shape().width {
            // SAFETY: K3, and the writer's lock is held (or the table is private).
            0 => unsafe { storage::set_index::<0>(self, slot, offset, order) },
            // SAFETY: as above.
            1 => unsafe { storage::set_index::<1>(self, slot, offset, order) },
            // SAFETY: as above.
            _ => unsafe { storage::set_index::<2>(self, slot, offset, order) },
        }
    }

    /// Takes the key and value of a live entry out (writer's lock held).
    pub(crate) fn kill(self, index: u32) -> (Value, Value) {
        self.invalidate();
        let entry = self.entry(index);
        // SAFETY: K5: the writer's lock is held.
        let key = unsafe { cell::take(&entry.key) }.expect("K4: a live entry has a key");
        // SAFETY: K5.
        let value = unsafe { cell::take(&entry.value) }.expect("K4: a live entry has a value");
        let header = self.header();
        if header.live_begin.load(Ordering::Relaxed) == index {
            header.live_begin.store(index + 1, Ordering::Relaxed);
        }
        if header.live_end.load(Ordering::Relaxed) == index + 1 {
            header.live_end.store(index, Ordering::Relaxed);
        }
        (key, value)
    }

    /// The last live entry (writer's lock held); moves the bound down to it.
    pub(crate) fn last_live(self) -> Option<u32> {
        let mut end = self.live_end();
        while end > self.live_begin() {
            if !cell::word(&self.entry(end - 1).key).is_null() {
                self.header().live_end.store(end, Ordering::Relaxed);
                return Some(end - 1);
            }
            end -= 1;
        }
        None
    }

    /// The first live entry (writer's lock held); moves the bound up to it.
    pub(crate) fn first_live(self) -> Option<u32> {
        let mut begin = self.live_begin();
        while begin < self.live_end() {
            if !cell::word(&self.entry(begin).key).is_null() {
                self.header().live_begin.store(begin, Ordering::Relaxed);
                return Some(begin);
            }
            begin += 1;
        }
        None
    }

    /// Declares that the contents are about to leave; readers that meet a NULL will take the lock.
    pub(crate) fn set_moved(self) {
        // Relaxed: the NULLs that follow are stores with Release (pairs with the Acquire loads of `cell::word`).
        self.header().moved.store(1, Ordering::Relaxed);
    }

    /// Calls `visit` with offset and entry of every live entry (writer's lock held, or the world stopped).
    pub(crate) fn for_each_live(self, mut visit: impl FnMut(u32, &Entry)) {
        for index in self.live_begin()..self.live_end() {
            let entry = self.entry(index);
            if !cell::word(&entry.key).is_null() {
                visit(index, entry);
            }
        }
    }
}

/// What two key words of equal hash say about their identity.
enum Identity {
    Same,
    Different,
    Dead,
    Unknown,
}

#[cold]
#[inline(never)]
fn classify(candidate: Word, key: Word) -> Identity {
    if candidate.is_null() {
        Identity::Dead
    } else if candidate.is_int() && key.is_int() {
        // Small ints have one representation each, and the caller saw that the words differ.
        Identity::Different
    } else if candidate.is(key) {
        Identity::Same
    } else {
        Identity::Unknown
    }
}
