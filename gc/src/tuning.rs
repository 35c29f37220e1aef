//! Every threshold of the crate in one place. The checkers' builds (loom, sanitizers, `zeal`) use small values, so that rare
//! paths are walked often.

pub(crate) use values::*;

/// Ask for a collection at every safepoint.
pub(crate) const ZEAL: bool = cfg!(zeal);

#[cfg(not(any(loom, sanitizer, zeal)))]
mod values {
    /// Retired items that close a batch.
    pub(crate) const RETIRE_BATCH_ITEMS: usize = 127;
    /// Retired memory that closes a batch.
    pub(crate) const RETIRE_BATCH_BYTES: usize = 1 << 20;
    /// Freed large blocks that close a batch.
    pub(crate) const LARGE_BATCH_BLOCKS: usize = 64;
    /// Their memory that closes a batch.
    pub(crate) const LARGE_BATCH_BYTES: usize = 1 << 20;
    /// Memory of empty pages that makes a thread ask for a grace period.
    pub(crate) const PENDING_BYTES: usize = 256 << 10;
    /// Unused pages a thread keeps for itself.
    pub(crate) const SPARE_PAGES: usize = 8;
    /// Full pages looked at for foreign frees before a bin takes a new page.
    pub(crate) const FULL_PAGES_PER_LOOK: usize = 8;
    /// Change of a thread's young count that is brought to the common count.
    pub(crate) const YOUNG_FLUSH: isize = 512;
    /// Young objects that make a collection worth thinking about (CPython 3.14: 2000).
    pub(crate) const THRESHOLD_YOUNG: usize = 2000;
    /// A collection waits until the young are at least the old divided by this (CPython: long_lived_total / 4).
    pub(crate) const OLD_DIVISOR: usize = 4;
    /// A collection found little if the dead were less than the survivors divided by this.
    pub(crate) const FRUITLESS_DIVISOR: usize = 8;
}

#[cfg(any(loom, sanitizer, zeal))]
mod values {
    pub(crate) const RETIRE_BATCH_ITEMS: usize = 3;
    pub(crate) const RETIRE_BATCH_BYTES: usize = 1 << 10;
    pub(crate) const LARGE_BATCH_BLOCKS: usize = 2;
    pub(crate) const LARGE_BATCH_BYTES: usize = 1 << 14;
    pub(crate) const PENDING_BYTES: usize = 32 << 10;
    pub(crate) const SPARE_PAGES: usize = 1;
    pub(crate) const FULL_PAGES_PER_LOOK: usize = 2;
    pub(crate) const YOUNG_FLUSH: isize = 16;
    pub(crate) const THRESHOLD_YOUNG: usize = 50;
    pub(crate) const OLD_DIVISOR: usize = 4;
    pub(crate) const FRUITLESS_DIVISOR: usize = 8;
}
