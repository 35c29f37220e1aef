//! Memory of a keys object: one allocation, `[index slots, reversed][Header][entries]`, addressed from the header.
//!
//! Apart because this is the only place that knows the layout; `storage_loom.rs` is its sibling with the same interface
//! built from vectors, which the model checker needs. Entries follow the header so that `guard` and `load_at` find a
//! value at a fixed distance from the keys pointer without reading the index width; index slots precede it, so that
//! neither side's address depends on the other's size.

use std::alloc::{Layout, alloc, dealloc};
use std::ptr::NonNull;

use stackref::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering};
use static_assertions::const_assert_eq;

use super::{Entry, Header, KeysRef, Shape};

const_assert_eq!(size_of::<Header>(), 32);
const_assert_eq!(size_of::<Entry>(), 24);
const_assert_eq!(align_of::<Header>(), 8);

/// The keys object of every empty dictionary: never freed, never written (a push needs room, and it has none).
#[repr(C)]
struct EmptyKeys {
    /// Eight one-byte index slots, all empty.
    slots: AtomicU64,
    header: Header,
}

static EMPTY_KEYS: EmptyKeys =
    EmptyKeys { slots: AtomicU64::new(u64::MAX), header: header(Shape { log2_size: 3, width: 0, capacity: 0 }) };

/// The keys object that empty dictionaries share.
#[inline]
pub(crate) fn empty() -> KeysRef {
    let base = (&raw const EMPTY_KEYS).cast::<u8>().cast_mut();
    debug_assert_eq!(EMPTY_KEYS.slots.load(Ordering::Relaxed), u64::MAX);
    // SAFETY: the header stands inside the static, whose provenance `base` carries; it is never null.
    unsafe { KeysRef::from_raw(NonNull::new_unchecked(base.add(std::mem::offset_of!(EmptyKeys, header)).cast())) }
}

/// Whether `keys` is the shared empty object, which is never counted or freed.
#[inline]
pub(crate) fn is_empty_singleton(keys: KeysRef) -> bool {
    std::ptr::eq(keys.as_ptr().as_ptr(), &raw const EMPTY_KEYS.header)
}

/// Allocates a table of `shape` with all index slots empty and no entries. `None` when memory is exhausted or the shape
/// does not fit the address space.
pub(crate) fn allocate(shape: Shape) -> Option<KeysRef> {
    let (layout, before) = layout(shape)?;
    // SAFETY: the layout holds a header, so its size is not zero.
    let base = NonNull::new(unsafe { alloc(layout) })?;
    // SAFETY: the first `before` bytes are the index slots; all-ones is EMPTY in every width.
    unsafe { base.write_bytes(0xFF, before) };
    // SAFETY: `before` is inside the allocation.
    let header = unsafe { base.add(before) }.cast::<Header>();
    // SAFETY: `header` is aligned (`before` is a multiple of 8) and has room for a header.
    unsafe { header.write(self::header(shape)) };
    // SAFETY: a fresh table, valid until `free`.
    Some(unsafe { KeysRef::from_raw(header) })
}

/// Frees a table's memory; its entries are not dropped.
///
/// # Safety
/// `keys` comes from [`allocate`], nothing reads it any more, and its contents were moved out or dropped.
pub(crate) unsafe fn free(keys: KeysRef) {
    let Shape { capacity, log2_size, width } = keys.shape();
    // None of this overflows: `layout` computed the same when the table was made.
    let before = 1usize << (log2_size + width);
    let size = before + size_of::<Header>() + capacity as usize * size_of::<Entry>();
    // SAFETY: the layout of the allocation, as said.
    let layout = unsafe { Layout::from_size_align_unchecked(size, align_of::<Header>()) };
    // SAFETY: `allocate` placed the header `before` bytes into an allocation of this layout.
    let base = unsafe { keys.as_ptr().cast::<u8>().sub(before) };
    // SAFETY: the caller owns the table; base and layout are those of the allocation.
    unsafe { dealloc(base.as_ptr(), layout) };
}

/// Bytes of memory a table takes, for pacing.
pub(crate) fn bytes(keys: KeysRef) -> usize {
    layout(keys.shape()).map_or(0, |(layout, _)| layout.size())
}

/// The entry at `index`.
///
/// # Safety
/// `index < capacity`, and the entry was initialized or is about to be (the reference is only used to store).
#[inline(always)]
pub(crate) unsafe fn entry<'a>(keys: KeysRef, index: u32) -> &'a Entry {
    // SAFETY: entries start behind the header; the caller keeps the index below the capacity. All fields are atomics
    // without invalid bit patterns.
    unsafe { &*keys.as_ptr().add(1).cast::<Entry>().add(index as usize).as_ptr() }
}

/// Prepares the entry at `index` for its first stores.
///
/// # Safety
/// As [`entry`].
#[inline(always)]
pub(crate) unsafe fn fresh_entry<'a>(keys: KeysRef, index: u32) -> &'a Entry {
    // SAFETY: forwarded.
    unsafe { entry(keys, index) }
}

macro_rules! slot_of {
    // Three integer widths of one address computation; a generic would need a trait over the three atomic types.
    ($keys:expr, $slot:expr, $atomic:ty) => {
        // SAFETY: `slot <= mask` is the callers' obligation; slots of this width end where the header starts, and the
        // header's alignment makes every one of them aligned.
        unsafe { &*$keys.as_ptr().cast::<$atomic>().sub($slot + 1).as_ptr() }
    };
}

/// Reads index slot `slot` of a table of index width `1 << W` bytes: an entry offset or [`super::EMPTY`].
///
/// # Safety
/// `slot <= mask` and `W` is the table's width.
#[inline(always)]
pub(crate) unsafe fn index<const W: u8>(keys: KeysRef, slot: usize) -> u32 {
    // Acquire pairs with the Release in `set_index`: whoever sees an offset sees the entry behind it.
    match W {
        0 => match slot_of!(keys, slot, AtomicU8).load(Ordering::Acquire) {
            u8::MAX => super::EMPTY,
            offset => u32::from(offset),
        },
        1 => match slot_of!(keys, slot, AtomicU16).load(Ordering::Acquire) {
            u16::MAX => super::EMPTY,
            offset => u32::from(offset),
        },
        _ => slot_of!(keys, slot, AtomicU32).load(Ordering::Acquire),
    }
}

/// Publishes `offset` in index slot `slot`.
///
/// # Safety
/// As [`index`]; the caller holds the writer's lock and `offset < capacity`.
#[inline(always)]
pub(crate) unsafe fn set_index<const W: u8>(keys: KeysRef, slot: usize, offset: u32, order: Ordering) {
    match W {
        0 => slot_of!(keys, slot, AtomicU8).store(offset as u8, order),
        1 => slot_of!(keys, slot, AtomicU16).store(offset as u16, order),
        _ => slot_of!(keys, slot, AtomicU32).store(offset, order),
    }
}

/// The header of a table of `shape` that has one owner and no entries.
const fn header(shape: Shape) -> Header {
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

/// Layout of a table and the bytes before its header.
fn layout(shape: Shape) -> Option<(Layout, usize)> {
    let before = 1usize.checked_shl(u32::from(shape.log2_size) + u32::from(shape.width))?;
    let entries = (shape.capacity as usize).checked_mul(size_of::<Entry>())?;
    let size = before.checked_add(size_of::<Header>())?.checked_add(entries)?;
    Some((Layout::from_size_align(size, align_of::<Header>()).ok()?, before))
}
