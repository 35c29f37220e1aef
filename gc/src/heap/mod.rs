//! The heap: per-thread pages of equal blocks, in segments, and large blocks one by one.
//!
//! Promises to the rest of the crate (the invariants H1 to H4 of the front page):
//! * **H1** A segment is given back only when the world is dropped: a page record is always readable.
//! * **H2** A page's cells are touched by its owner only; by the collector in a pause; by the pool's lock holder if there is no owner.
//! * **H3** The first word of a carved block is a link (bit 0 set) while the block is free, null or a stale link until its owner has
//!   initialized it, and the object's type pointer (bit 0 clear) from then on. The allocator writes nothing else into a block, so the
//!   counts stay as the last owner left them.
//! * **H4** An empty page changes class, owner or thread only after a grace period; so does the memory of a large block.

mod class;
mod foreign;
mod large;
mod list;
mod local;
mod pool;
mod segment;

#[cfg(test)]
mod tests;

pub(crate) use local::{LocalHeap, owner_of};
pub use pool::HeapStatistics;
pub(crate) use pool::Pool;
