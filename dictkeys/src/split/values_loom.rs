//! Memory of inline values under the model checker: vectors, same interface as `values_raw.rs`.

use std::ptr::NonNull;

use stackref::Slot;
use stackref::sync::atomic::AtomicU8;

use super::Header;
use crate::cell;

#[repr(C)]
struct Table {
    header: Header,
    slots: Vec<Slot>,
    order: Vec<AtomicU8>,
}

/// Bytes that inline values take in an instance.
pub(super) const fn bytes(_capacity: usize) -> usize {
    size_of::<Table>().next_multiple_of(8)
}

/// Writes empty values.
///
/// # Safety
/// `at` is aligned to 8 and has [`bytes`] writable bytes.
pub(super) unsafe fn init(at: NonNull<Header>, capacity: u8) {
    let table = Table {
        header: Header {
            lock: AtomicU8::new(0),
            valid: AtomicU8::new(1),
            size: AtomicU8::new(0),
            capacity,
            _pad: [0; 4],
        },
        slots: (0..capacity).map(|_| cell::empty()).collect(),
        order: (0..capacity).map(|_| AtomicU8::new(0)).collect(),
    };
    // SAFETY: the caller provides the room.
    unsafe { at.cast::<Table>().write(table) };
}

/// Value slot `index`.
///
/// # Safety
/// As in `values_raw`.
pub(super) unsafe fn slot<'a>(at: NonNull<Header>, index: u8) -> &'a Slot {
    // SAFETY: `init` wrote a table there.
    let table = unsafe { &*at.cast::<Table>().as_ptr() };
    &table.slots[usize::from(index)]
}

/// Order byte `position`.
///
/// # Safety
/// As in `values_raw`.
pub(super) unsafe fn order<'a>(at: NonNull<Header>, _capacity: u8, position: u8) -> &'a AtomicU8 {
    // SAFETY: `init` wrote a table there.
    let table = unsafe { &*at.cast::<Table>().as_ptr() };
    &table.order[usize::from(position)]
}
