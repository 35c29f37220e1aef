//! Size classes: the arithmetic between a request in bytes, its class and the block size. Apart so that it is pure and
//! can be tested on every size.
//!
//! Steps of 16 bytes up to 512, then four steps per doubling up to [`MAX_SMALL`]. Larger requests are served one by one
//! (see `large.rs`).

/// Largest request served from size-class pages, in bytes.
pub(crate) const MAX_SMALL: usize = 2048;
/// Number of size classes.
pub(crate) const CLASS_COUNT: usize = 40;
/// Number of bins: one per class and kind.
pub(crate) const BIN_COUNT: usize = CLASS_COUNT * 2;

const FINE_LIMIT: usize = 512;
const FINE_CLASSES: usize = FINE_LIMIT / 16;

/// The class that serves `size` bytes. `size` must be between 1 and [`MAX_SMALL`].
#[inline(always)]
pub(crate) const fn class_of(size: usize) -> usize {
    if size <= FINE_LIMIT {
        (size.wrapping_add(15) >> 4).wrapping_sub(1)
    } else {
        let last = size - 1;
        let log = (usize::BITS - 1 - last.leading_zeros()) as usize;
        FINE_CLASSES + (log - 9) * 4 + ((last >> (log - 2)) & 3)
    }
}

/// The bin of a request.
#[inline(always)]
pub(crate) const fn bin_of(size: usize, traced: bool) -> usize {
    class_of(size) * 2 + traced as usize
}

/// Block size of a class, in bytes.
pub(crate) const fn block_bytes(class: usize) -> usize {
    if class < FINE_CLASSES {
        (class + 1) * 16
    } else {
        let step = class - FINE_CLASSES;
        let base = FINE_LIMIT << (step / 4);
        base + (base / 4) * (step % 4 + 1)
    }
}

/// Whether a bin holds objects that the collector traces.
#[inline(always)]
pub(crate) const fn bin_is_traced(bin: usize) -> bool {
    bin & 1 == 1
}
