//! Memory of a keys object under the model checker: vectors instead of one raw block, same interface as `storage.rs`.
//!
//! Loom's atomics are larger than the integers they model and must be constructed, so the packed layout cannot hold
//! them. Freed tables are marked and kept: every access asserts that the table was not freed, which turns a
//! reclamation bug into a failed assertion in the execution that has it.

use std::ptr::NonNull;

use stackref::Word;
use stackref::sync::atomic::{AtomicI64, AtomicU8, AtomicU32, Ordering};

use super::{Entry, Header, KeysRef, Shape};
use crate::cell;

/// A table; the header comes first, so that a pointer to it is a pointer to the table.
#[repr(C)]
struct Table {
    header: Header,
    freed: std::sync::atomic::AtomicBool,
    slots: Vec<AtomicU32>,
    entries: Vec<Entry>,
}

/// A keys object without room.
pub(crate) fn empty() -> KeysRef {
    allocate(Shape { log2_size: 3, width: 0, capacity: 0 }).expect("the model does not run out of memory")
}

/// Whether `keys` stands for the empty object, which is never counted or freed.
pub(crate) fn is_empty_singleton(keys: KeysRef) -> bool {
    keys.shape().capacity == 0
}

/// Allocates a table of `shape`.
pub(crate) fn allocate(shape: Shape) -> Option<KeysRef> {
    let table = Box::new(Table {
        header: header(shape),
        freed: std::sync::atomic::AtomicBool::new(false),
        slots: (0..1usize << shape.log2_size).map(|_| AtomicU32::new(super::EMPTY)).collect(),
        entries: (0..shape.capacity).map(|_| unwritten_entry()).collect(),
    });
    // SAFETY: valid for ever (freeing only marks), and the header is the first field.
    Some(unsafe { KeysRef::from_raw(NonNull::from(Box::leak(table)).cast()) })
}

/// What the key of an entry reads as before it was written; raw memory would be anything.
fn unwritten() -> Word {
    Word::small(0x5EED)
}

fn unwritten_entry() -> Entry {
    let entry = Entry { key: cell::empty(), value: cell::empty(), hash: AtomicI64::new(0) };
    cell::init(&entry.key, unwritten());
    entry
}

/// Marks a table as freed.
///
/// # Safety
/// Nothing reads the table any more; the model checks it.
pub(crate) unsafe fn free(keys: KeysRef) {
    let was = table(keys).freed.swap(true, std::sync::atomic::Ordering::SeqCst);
    assert!(!was, "a keys object was freed twice");
}

/// Bytes of memory, for pacing.
pub(crate) fn bytes(_keys: KeysRef) -> usize {
    1
}

/// The entry at `index`.
///
/// # Safety
/// `index < capacity`.
pub(crate) unsafe fn entry<'a>(keys: KeysRef, index: u32) -> &'a Entry {
    &table(keys).entries[index as usize]
}

/// The entry at `index` before its first stores.
///
/// # Safety
/// As [`entry`].
pub(crate) unsafe fn fresh_entry<'a>(keys: KeysRef, index: u32) -> &'a Entry {
    // SAFETY: forwarded.
    unsafe { entry(keys, index) }
}

/// Reads an index slot.
///
/// # Safety
/// `slot <= mask`.
pub(crate) unsafe fn index<const W: u8>(keys: KeysRef, slot: usize) -> u32 {
    let table = table(keys);
    let offset = table.slots[slot].load(Ordering::Acquire);
    if let Some(entry) = table.entries.get(offset as usize) {
        assert_ne!(cell::word(&entry.key), unwritten(), "an offset was seen without the entry behind it");
    }
    offset
}

/// Publishes an index slot.
///
/// # Safety
/// As [`index`], with the writer's lock held.
pub(crate) unsafe fn set_index<const W: u8>(keys: KeysRef, slot: usize, offset: u32, order: Ordering) {
    table(keys).slots[slot].store(offset, order);
}

/// The header of a table of `shape` that has one owner and no entries.
fn header(shape: Shape) -> Header {
    Header {
        version: AtomicU32::new(0),
        entries: AtomicU32::new(0),
        live_begin: AtomicU32::new(0),
        live_end: AtomicU32::new(0),
        refs: AtomicU32::new(1),
        moved: AtomicU8::new(0),
        shape,
    }
}

/// The table behind a keys reference, checked to be alive.
fn table<'a>(keys: KeysRef) -> &'a Table {
    // SAFETY: tables are leaked; the header is the first field of a `repr(C)` table.
    let table = unsafe { &*keys.as_ptr().cast::<Table>().as_ptr() };
    assert!(!table.freed.load(std::sync::atomic::Ordering::SeqCst), "a freed keys object was read");
    table
}
