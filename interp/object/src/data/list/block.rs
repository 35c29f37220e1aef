//! The array of a list: a capacity and that many slots, in one allocation. Apart because these are its only raw accesses.

use std::alloc::{self, Layout as MemLayout};
use std::ptr::NonNull;

use stackref::Slot;

/// A capacity; that many slots follow.
#[repr(C)]
pub(super) struct Block {
    capacity: usize,
}

impl Block {
    fn layout(capacity: usize) -> MemLayout {
        MemLayout::from_size_align(8 + capacity * 8, 8).expect("capacities are below MAX_LEN")
    }

    /// A block whose first `filled` slots are the caller's to write; the others are NULL. `None`: out of memory.
    #[inline]
    pub(super) fn allocate(capacity: usize, filled: usize) -> Option<NonNull<Block>> {
        // SAFETY: the layout is at least eight bytes.
        let block = NonNull::new(unsafe { alloc::alloc(Self::layout(capacity)) })?.cast::<Block>();
        // SAFETY: freshly allocated for a `Block`.
        unsafe { block.write(Block { capacity }) };
        for index in filled..capacity {
            // SAFETY: inside the block.
            let slot = unsafe { Self::slot(block, index) };
            // SAFETY: as above.
            unsafe { slot.write(Slot::new(None)) };
        }
        Some(block)
    }

    /// [`Block::allocate`], or the end of the process: where no exception can be raised.
    #[inline]
    pub(super) fn allocate_or_die(capacity: usize, filled: usize) -> NonNull<Block> {
        match Self::allocate(capacity, filled) {
            Some(block) => block,
            None => alloc::handle_alloc_error(Self::layout(capacity)),
        }
    }

    /// How many slots.
    #[inline(always)]
    pub(super) fn capacity(&self) -> usize {
        self.capacity
    }

    /// Bytes of the allocation.
    pub(super) fn bytes(&self) -> usize {
        Self::layout(self.capacity).size()
    }

    /// # Safety
    /// `block` is live and `index` at most its capacity.
    #[inline(always)]
    pub(super) unsafe fn slot(block: NonNull<Block>, index: usize) -> NonNull<Slot> {
        // SAFETY: the caller keeps `index` within the block.
        unsafe { block.cast::<Slot>().add(1 + index) }
    }

    /// Frees the block; slots are not dropped.
    ///
    /// # Safety
    /// The caller owns the block and nobody reads it any more.
    pub(super) unsafe fn free(block: NonNull<Block>) {
        // SAFETY: live until here.
        let layout = Self::layout(unsafe { block.as_ref() }.capacity);
        // SAFETY: allocated with this layout.
        unsafe { alloc::dealloc(block.as_ptr().cast(), layout) };
    }

    /// [`Block::free`] as retirement wants it.
    ///
    /// # Safety
    /// As [`Block::free`].
    pub(super) unsafe fn free_erased(block: NonNull<u8>) {
        // SAFETY: forwarded.
        unsafe { Self::free(block.cast()) };
    }
}

/// The slots of a list's block, while the lock of all writers is held: indices are below the capacity.
#[derive(Clone, Copy)]
pub(super) struct Slots<'a> {
    block: Option<&'a Block>,
}

impl<'a> Slots<'a> {
    /// # Safety
    /// The block is live while the lock is held (or null).
    #[inline(always)]
    pub(super) unsafe fn new(block: *mut Block) -> Self {
        // SAFETY: forwarded.
        Slots { block: unsafe { block.as_ref() } }
    }

    /// How many slots there are.
    #[inline(always)]
    pub(super) fn capacity(self) -> usize {
        self.block.map_or(0, Block::capacity)
    }

    /// The slots `start..end`.
    ///
    /// # Panics
    /// If they are not within the capacity.
    #[inline(always)]
    pub(super) fn range(self, start: usize, end: usize) -> &'a [Slot] {
        assert!(start <= end && end <= self.capacity(), "the length never exceeds the capacity");
        let Some(block) = self.block else { return &[] };
        // SAFETY: `start` is within the block.
        let first = unsafe { Block::slot(NonNull::from(block), start) };
        // SAFETY: checked; every slot is initialized before its block is published, and changes atomically.
        unsafe { std::slice::from_raw_parts(first.as_ptr(), end - start) }
    }
}
