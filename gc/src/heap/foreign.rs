//! The list through which other threads give blocks back to a page's owner. Apart because it is the only lock-free
//! structure of the heap, and is model-checked alone.
//!
//! # Protocol
//! * A word holds the newest block's link (its address with bit 0 set), or [`NIL`]. Each listed block's first word holds the
//!   link of the next one.
//! * *Push* (any thread that holds the last reference to a live block of the page): write the block's link word, then
//!   compare-and-swap the head with Release.
//! * *Take* (the owner only, or the collector in a pause): swap the head for [`NIL`] with Acquire, which partners every push's
//!   Release: the link words of the whole chain are visible.
//! * ABA: a pusher compares with a head it does not dereference, and takers take everything, so a head that left and
//!   came back is simply the right next link.
//! * After its compare-and-swap the pusher touches neither block nor page: both may be recycled at once.

use stackref::sync::atomic::{AtomicUsize, Ordering};

/// The link that ends a list.
pub(crate) const NIL: usize = 1;

/// Head of a list of freed blocks that any thread may push to.
pub(crate) struct ForeignList {
    head: AtomicUsize,
}

impl ForeignList {
    #[cfg(not(loom))]
    pub(crate) const fn new() -> ForeignList {
        ForeignList { head: AtomicUsize::new(NIL) }
    }

    /// As above; loom's atomics are not made in constants.
    #[cfg(loom)]
    pub(crate) fn new() -> ForeignList {
        ForeignList { head: AtomicUsize::new(NIL) }
    }

    /// Pushes the block whose link is `link`; `set_next` writes the block's link word.
    #[inline]
    pub(crate) fn push(&self, link: usize, set_next: impl Fn(usize)) {
        let mut head = self.head.load(Ordering::Relaxed);
        loop {
            set_next(head);
            match self.head.compare_exchange_weak(head, link, Ordering::Release, Ordering::Relaxed) {
                Ok(_) => return,
                Err(now) => head = now,
            }
        }
    }

    /// Whether the list was empty a moment ago: spares the owner most of its swaps.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.head.load(Ordering::Relaxed) == NIL
    }

    /// Takes the whole list: the newest link, or [`NIL`].
    #[inline]
    pub(crate) fn take(&self) -> usize {
        self.head.swap(NIL, Ordering::Acquire)
    }
}
