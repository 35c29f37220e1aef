//! Memory of inline values inside an instance: `[Header][slot; capacity][order byte; capacity]`.
//!
//! Apart because this is the only place that knows the layout; `values_loom.rs` is the sibling for the model checker.

use std::ptr::NonNull;

use stackref::Slot;
use stackref::sync::atomic::AtomicU8;
use static_assertions::const_assert_eq;

use super::Header;
use crate::cell;

const_assert_eq!(size_of::<Header>(), 8);

/// Bytes that inline values of `capacity` take in an instance (alignment 8).
pub(super) const fn bytes(capacity: usize) -> usize {
    (size_of::<Header>() + capacity * (size_of::<Slot>() + 1)).next_multiple_of(8)
}

/// Writes empty values.
///
/// # Safety
/// `at` is aligned to 8 and has [`bytes`]`(capacity)` writable bytes that nobody else reads yet.
pub(super) unsafe fn init(at: NonNull<Header>, capacity: u8) {
    // SAFETY: the caller provides the room.
    unsafe { at.write(header(capacity)) };
    for index in 0..capacity {
        // SAFETY: inside the room the caller provides.
        let slot = unsafe { at.add(1).cast::<Slot>().add(usize::from(index)) };
        // SAFETY: as above; slots are aligned because the header is 8 bytes.
        unsafe { slot.write(cell::empty()) };
        // SAFETY: the order bytes follow the slots, inside the room.
        unsafe { order_ptr(at, capacity, index).write(AtomicU8::new(0)) };
    }
}

const fn header(capacity: u8) -> Header {
    Header { lock: AtomicU8::new(0), valid: AtomicU8::new(1), size: AtomicU8::new(0), capacity, _pad: [0; 4] }
}

/// Value slot `index`.
///
/// # Safety
/// `at` was initialized and is alive, `index < capacity`.
#[inline(always)]
pub(super) unsafe fn slot<'a>(at: NonNull<Header>, index: u8) -> &'a Slot {
    // SAFETY: slots start behind the header; the caller bounds the index.
    unsafe { &*at.add(1).cast::<Slot>().add(usize::from(index)).as_ptr() }
}

/// Order byte `position`: the index of the value that was set in that place of the sequence.
///
/// # Safety
/// As [`slot`]; `capacity` is the values' capacity.
#[inline(always)]
pub(super) unsafe fn order<'a>(at: NonNull<Header>, capacity: u8, position: u8) -> &'a AtomicU8 {
    // SAFETY: forwarded; the byte is inside the values.
    unsafe { &*order_ptr(at, capacity, position).as_ptr() }
}

/// # Safety
/// `at` has room for `capacity` and `position < capacity`.
#[inline(always)]
unsafe fn order_ptr(at: NonNull<Header>, capacity: u8, position: u8) -> NonNull<AtomicU8> {
    // SAFETY: end of the slots, inside the block.
    let base = unsafe { at.add(1).cast::<Slot>().add(usize::from(capacity)) }.cast::<AtomicU8>();
    // SAFETY: forwarded.
    unsafe { base.add(usize::from(position)) }
}
