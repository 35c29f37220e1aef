//! Recursion over trees of any depth.
//!
//! Apart because every pass recurses over the tree and none may overflow: a chain of 100,000 operators or 10,000
//! `elif`s is a valid program.

/// Below this much stack a fresh segment is taken.
const RED_ZONE_BYTES: usize = 128 * 1024;
/// Size of such a segment.
const SEGMENT_BYTES: usize = 4 * 1024 * 1024;

/// Runs `body` with enough stack for one more level of the tree.
#[inline]
pub(crate) fn grow<R>(body: impl FnOnce() -> R) -> R {
    stacker::maybe_grow(RED_ZONE_BYTES, SEGMENT_BYTES, body)
}
