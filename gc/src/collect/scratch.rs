//! The collector's use of the header during a pause. Apart because it is the only code that writes into headers of objects it does not own.
//!
//! A candidate's `owner` field (offset 8) holds its count minus the internal references seen so far. Nobody counts in a pause, so nobody
//! reads it. [`keep`] puts an owner back: none if the counts are merged; else the thread whose heap the block lies in, which may
//! be another one than before (the local count goes with it); if that thread is gone, the counts are merged.

use crate::heap::owner_of;
use stackref::sync::atomic::{AtomicU32, Ordering};
use stackref::{Header, IMMORTAL_REFCOUNT, gc_bits};
use std::ptr::NonNull;

/// Offsets that `stackref` asserts.
const OWNER_OFFSET: usize = 8;
const SHARED_OFFSET: usize = 16;
/// State bits of the shared word; all set means merged.
const MERGED: u32 = 3;

/// # Safety
/// `object` must be readable as a header.
unsafe fn field(object: NonNull<Header>, offset: usize) -> &'static AtomicU32 {
    // SAFETY: inside the header; the reference is used at once, by this module only.
    unsafe { object.cast::<u8>().add(offset).cast::<AtomicU32>().as_ref() }
}

/// # Safety
/// `object` must be live.
#[inline]
pub(super) unsafe fn bits(object: NonNull<Header>) -> u8 {
    // SAFETY: live.
    unsafe { object.as_ref() }.gc_bits()
}

/// # Safety
/// `object` must be live.
#[inline]
pub(super) unsafe fn is_unreachable(object: NonNull<Header>) -> bool {
    // SAFETY: passed on.
    unsafe { bits(object) & gc_bits::UNREACHABLE != 0 }
}

/// Changes bits without an atomic operation: nobody else does in a pause.
///
/// # Safety
/// `object` must be live, and the world stopped.
#[inline]
unsafe fn change_bits(object: NonNull<Header>, clear: u8, set: u8) {
    // SAFETY: live.
    let header = unsafe { object.as_ref() };
    header.init_gc_bits(header.gc_bits() & !clear | set);
}

/// # Safety
/// As [`change_bits`].
pub(super) unsafe fn clear_bits(object: NonNull<Header>, bits: u8) {
    // SAFETY: passed on.
    unsafe { change_bits(object, bits, 0) };
}

/// # Safety
/// As [`change_bits`].
pub(super) unsafe fn set_bits(object: NonNull<Header>, bits: u8) {
    // SAFETY: passed on.
    unsafe { change_bits(object, 0, bits) };
}

/// Marks a tracked object that is not yet marked. True if it is to be followed.
///
/// # Safety
/// As [`change_bits`].
#[inline]
pub(super) unsafe fn mark_alive(object: NonNull<Header>) -> bool {
    const SKIP: u8 = gc_bits::ALIVE | gc_bits::FROZEN;
    // SAFETY: passed on.
    let now = unsafe { bits(object) };
    if now & gc_bits::TRACKED == 0 || now & SKIP != 0 {
        return false;
    }
    // SAFETY: passed on.
    unsafe { set_bits(object, gc_bits::ALIVE) };
    true
}

/// Makes an object a candidate, unless it is one or cannot be one. True if it is one afterwards.
///
/// No candidates: objects that are untracked, frozen, marked alive, immortal, or dying (their count is 0: they wait for their owner to finalize
/// them, and must be left to it).
///
/// # Safety
/// As [`change_bits`].
#[inline]
pub(super) unsafe fn become_candidate(object: NonNull<Header>) -> bool {
    // SAFETY: passed on.
    let now = unsafe { bits(object) };
    if now & gc_bits::UNREACHABLE != 0 {
        return true;
    }
    if now & gc_bits::TRACKED == 0 || now & (gc_bits::ALIVE | gc_bits::FROZEN) != 0 {
        return false;
    }
    // SAFETY: live.
    let count = unsafe { object.as_ref() }.refcount();
    if is_dead_count(count, now) || count >= IMMORTAL_REFCOUNT {
        return false;
    }
    // SAFETY: passed on.
    unsafe { set_refs(object, count) };
    // SAFETY: passed on.
    unsafe { set_bits(object, gc_bits::UNREACHABLE) };
    true
}

fn is_dead_count(count: i64, bits: u8) -> bool {
    count <= 0 && bits & gc_bits::DEFERRED == 0
}

/// Whether a tracked object has no count left and waits for whoever finalizes it.
///
/// # Safety
/// As [`change_bits`]; `object` is no candidate.
#[inline]
pub(super) unsafe fn is_dying(object: NonNull<Header>) -> bool {
    // SAFETY: passed on.
    let now = unsafe { bits(object) };
    if now & gc_bits::TRACKED == 0 || now & (gc_bits::ALIVE | gc_bits::FROZEN) != 0 {
        return false;
    }
    // SAFETY: an object, whose counts nobody changes in a pause.
    is_dead_count(unsafe { object.as_ref() }.refcount(), now)
}

/// # Safety
/// The world must be stopped; `object` must be a candidate, or become one.
pub(super) unsafe fn set_refs(object: NonNull<Header>, count: i64) {
    let count = u32::try_from(count.max(0)).unwrap_or(u32::MAX);
    // SAFETY: live.
    unsafe { field(object, OWNER_OFFSET) }.store(count, Ordering::Relaxed);
}

/// # Safety
/// `object` must be a candidate.
pub(super) unsafe fn refs(object: NonNull<Header>) -> u32 {
    // SAFETY: live.
    unsafe { field(object, OWNER_OFFSET) }.load(Ordering::Relaxed)
}

/// Takes one internal reference off.
///
/// # Safety
/// `object` must be a candidate, the world stopped.
#[inline]
pub(super) unsafe fn subtract(object: NonNull<Header>) {
    // SAFETY: live.
    let refs = unsafe { field(object, OWNER_OFFSET) };
    let now = refs.load(Ordering::Relaxed);
    debug_assert_ne!(now, 0, "`trace` shows more counted words than the object's count has references");
    refs.store(now.saturating_sub(1), Ordering::Relaxed);
}

/// A candidate is none any more: gives it an owner again.
///
/// # Safety
/// `object` must be a candidate in a traced block, the world stopped.
pub(super) unsafe fn keep(object: NonNull<Header>) {
    // SAFETY: passed on.
    unsafe { clear_bits(object, gc_bits::UNREACHABLE) };
    // SAFETY: live.
    let merged = unsafe { field(object, SHARED_OFFSET) }.load(Ordering::Relaxed) & MERGED == MERGED;
    // SAFETY: tracked objects lie in traced blocks (`Model`).
    let owner = if merged { 0 } else { unsafe { owner_of(object.cast()) } };
    // SAFETY: live.
    unsafe { field(object, OWNER_OFFSET) }.store(owner, Ordering::Relaxed);
    if owner == 0 && !merged {
        // SAFETY: nobody counts in a pause.
        unsafe { object.as_ref().merge(0) };
    }
}
