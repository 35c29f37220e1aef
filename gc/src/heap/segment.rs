//! Segments: 1 MiB of memory, cut into 16 KiB pages whose records lie in the segment's first page. Apart because this is the
//! only place that turns addresses into records and back.
//!
//! Records are kept out of the pages so that they do not all fall on the same cache sets. A segment is never given back
//! before the pool that owns it is dropped (invariant H1), hence a [`PageRef`] is always readable.

use super::class::{bin_is_traced, block_bytes};
use super::foreign::{ForeignList, NIL};
use super::local::LocalHeap;
use stackref::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use static_assertions::const_assert;
use std::alloc::{Layout, alloc, dealloc};
use std::cell::Cell;
use std::mem::offset_of;
use std::ops::Deref;
use std::ptr::{self, NonNull};

pub(crate) const SEGMENT_BYTES: usize = 1 << 20;
pub(crate) const PAGE_BYTES: usize = 1 << 14;
pub(crate) const PAGES_PER_SEGMENT: usize = SEGMENT_BYTES / PAGE_BYTES;
/// Bytes of fresh blocks linked at once, so that memory that is never needed is never touched.
const EXTEND_BYTES: usize = 4096;

const PAGE_SHIFT: u32 = PAGE_BYTES.trailing_zeros();
const RECORD_BYTES: usize = 128;
const RECORD_SHIFT: u32 = RECORD_BYTES.trailing_zeros();

const_assert!(size_of::<Page>() == RECORD_BYTES);
const_assert!(offset_of!(Page, foreign) == 64);
const_assert!(RECORD_BYTES * PAGES_PER_SEGMENT <= PAGE_BYTES);

/// Where a page is. Only its owner changes it (any thread's page in a pause: the collector).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PageState {
    /// In the pool or in an owner's cache: no class, no blocks.
    Unused,
    /// The page its bin allocates from.
    Current,
    /// Has free blocks, waits in its bin.
    Partial,
    /// Has none that the owner knows of.
    Full,
    /// Has no live block, waits for a grace period (or for reuse by the same owner for the same class).
    Pending,
    /// Its owner has exited; has live blocks.
    Abandoned,
}

/// The record of one page. Everything in `Cell`s belongs to the owner (invariant H2).
#[repr(C, align(128))]
pub(crate) struct Page {
    /// Link (address | 1) of the first free block, or `NIL`.
    pub(crate) free: Cell<usize>,
    /// Blocks out of the owner's hands: allocated, or freed by others and not yet taken back.
    pub(crate) used: Cell<u32>,
    /// The value of `used` at which a free takes the slow path: 0 for a partial page, capacity - 1 for a full one, never
    /// (`u32::MAX`) for the current one.
    pub(crate) slow_at: Cell<u32>,
    /// Thread id of the owner; 0 if there is none.
    pub(crate) owner: AtomicU32,
    /// How many blocks have been linked so far.
    pub(crate) carved: Cell<u32>,
    pub(crate) capacity: Cell<u32>,
    pub(crate) block_bytes: Cell<u32>,
    /// `used` when the young count was last brought up to date.
    pub(crate) counted: Cell<u32>,
    pub(crate) bin: Cell<u8>,
    pub(crate) state: Cell<PageState>,
    pub(crate) heap: Cell<*const LocalHeap>,
    pub(crate) next: Cell<Option<PageRef>>,
    pub(crate) prev: Cell<Option<PageRef>>,
    /// Written by other threads, hence on the second cache line of the record.
    pub(crate) foreign: ForeignList,
    /// While pending: the grace period to wait for; 0 = not yet asked for.
    pub(crate) goal: Cell<u64>,
}

/// A page record in a segment (or [`EMPTY`]). Always readable: invariant H1.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct PageRef(NonNull<Page>);

impl Deref for PageRef {
    type Target = Page;
    #[inline(always)]
    fn deref(&self) -> &Page {
        // SAFETY: H1: made only from records of segments, which outlive every heap that can reach them, or from a static.
        unsafe { self.0.as_ref() }
    }
}

struct EmptyPage(Page);
// SAFETY: nothing writes to the empty page: its free list is empty, it is in no list, and no block lies in it.
unsafe impl Sync for EmptyPage {}

static EMPTY: EmptyPage = EmptyPage(Page {
    free: Cell::new(NIL),
    used: Cell::new(0),
    slow_at: Cell::new(u32::MAX),
    owner: AtomicU32::new(0),
    carved: Cell::new(0),
    capacity: Cell::new(0),
    block_bytes: Cell::new(0),
    counted: Cell::new(0),
    bin: Cell::new(0),
    state: Cell::new(PageState::Unused),
    heap: Cell::new(ptr::null()),
    next: Cell::new(None),
    prev: Cell::new(None),
    foreign: ForeignList::new(),
    goal: Cell::new(0),
});

impl PageRef {
    /// The page without blocks, which stands where a bin has no page yet.
    pub(crate) fn empty() -> PageRef {
        PageRef(NonNull::from(&EMPTY.0))
    }

    pub(crate) fn is_empty_page(self) -> bool {
        ptr::eq(self.0.as_ptr(), &raw const EMPTY.0)
    }

    /// The page a small block lies in.
    ///
    /// # Safety
    /// `block` must be the address of a small block of a live segment.
    #[inline(always)]
    pub(crate) unsafe fn of_block(block: NonNull<u8>) -> PageRef {
        let address = block.addr().get();
        let index = (address >> PAGE_SHIFT) & (PAGES_PER_SEGMENT - 1);
        let record = (address & !(SEGMENT_BYTES - 1)) + (index << RECORD_SHIFT);
        // SAFETY: no segment lies at address 0.
        PageRef(unsafe { NonNull::new_unchecked(ptr::with_exposed_provenance_mut(record)) })
    }

    /// First byte of the page's memory.
    fn base(self) -> NonNull<u8> {
        self.0.cast::<u8>().map_addr(|address| {
            let address = address.get();
            let index = (address & (PAGE_BYTES - 1)) >> RECORD_SHIFT;
            let base = (address & !(SEGMENT_BYTES - 1)) + (index << PAGE_SHIFT);
            std::num::NonZeroUsize::new(base).unwrap_or(std::num::NonZeroUsize::MIN)
        })
    }

    /// Address of block number `index`.
    fn block(self, index: u32) -> NonNull<u8> {
        debug_assert!(index < self.capacity.get());
        let offset = index as usize * self.block_bytes.get() as usize;
        self.base().map_addr(|base| base.saturating_add(offset))
    }

    pub(crate) fn is_traced(self) -> bool {
        bin_is_traced(self.bin.get() as usize)
    }

    /// Gives an unused page (or one past its grace period) a class and an owner.
    pub(crate) fn prepare(self, bin: usize, owner: u32, heap: *const LocalHeap) {
        let bytes = block_bytes(bin / 2);
        self.free.set(NIL);
        self.used.set(0);
        self.slow_at.set(0);
        self.owner.store(owner, Ordering::Relaxed);
        self.carved.set(0);
        self.capacity.set((PAGE_BYTES / bytes) as u32);
        self.block_bytes.set(bytes as u32);
        self.counted.set(0);
        self.bin.set(bin as u8);
        self.heap.set(heap);
        self.goal.set(0);
        debug_assert!(self.foreign.is_empty(), "a page without live blocks has no foreign frees");
    }

    /// Links the next few fresh blocks. False if the page has no more.
    pub(crate) fn extend(self) -> bool {
        let first = self.carved.get();
        let room = self.capacity.get() - first;
        if room == 0 {
            return false;
        }
        debug_assert_eq!(self.free.get(), NIL);
        let count = room.min((EXTEND_BYTES as u32 / self.block_bytes.get()).max(1));
        let mut link = NIL;
        for index in (first..first + count).rev() {
            let block = self.block(index);
            // SAFETY: H2: the block is inside the owner's page and was never handed out.
            unsafe { set_word(block, link) };
            link = block.addr().get() | 1;
        }
        self.free.set(link);
        self.carved.set(first + count);
        true
    }

    /// Takes back what other threads have freed. True if the page has free blocks afterwards.
    pub(crate) fn take_foreign(self) -> bool {
        if self.foreign.is_empty() {
            return self.free.get() != NIL;
        }
        let mut link = self.foreign.take();
        let mut free = self.free.get();
        let mut used = self.used.get();
        while link != NIL {
            let block = block_of(link);
            // SAFETY: H3: a block on the foreign list is a free block of this page, and its first word is a link.
            let next = unsafe { word(block) };
            // SAFETY: as above; the block is the owner's now.
            unsafe { set_word(block, free) };
            free = link;
            used -= 1;
            link = next;
        }
        self.free.set(free);
        self.used.set(used);
        free != NIL
    }

    /// Calls `visit` for each block that is allocated and initialized: its first word is a pointer, not a link (invariant H3).
    pub(crate) fn for_each_live(self, visit: &mut dyn FnMut(NonNull<u8>)) {
        for index in 0..self.carved.get() {
            let block = self.block(index);
            // SAFETY: H3: every carved block has a first word: a link, null, or its owner's type pointer.
            let word = unsafe { word(block) };
            if word != 0 && word & 1 == 0 {
                visit(block);
            }
        }
    }
}

/// The block that a link names.
#[inline(always)]
pub(crate) fn block_of(link: usize) -> NonNull<u8> {
    debug_assert!(link != NIL && link & 1 == 1);
    // SAFETY: a link is the address of a block plus one (H3), and no block lies at address 0.
    unsafe { NonNull::new_unchecked(ptr::with_exposed_provenance_mut(link - 1)) }
}

/// Reads the first word of a block.
///
/// # Safety
/// `block` must be a carved block of a live segment, or a large block.
#[inline(always)]
pub(crate) unsafe fn word(block: NonNull<u8>) -> usize {
    // SAFETY: the caller names a block, and blocks are aligned to 8 and at least 16 bytes long. Atomic because a reader of the
    // type word may be racing (the memory is type-stable).
    let word = unsafe { block.cast::<AtomicUsize>().as_ref() };
    word.load(Ordering::Relaxed)
}

/// Writes the first word of a block, and nothing else of it.
///
/// # Safety
/// As [`word`]; and the block must be the caller's: free in a page it owns, or about to be freed by it.
#[inline(always)]
pub(crate) unsafe fn set_word(block: NonNull<u8>, value: usize) {
    // SAFETY: as in `word`.
    let word = unsafe { block.cast::<AtomicUsize>().as_ref() };
    word.store(value, Ordering::Relaxed);
}

/// Owns the memory of one segment.
pub(crate) struct Segment {
    memory: NonNull<u8>,
}

impl Segment {
    const LAYOUT: Layout = match Layout::from_size_align(SEGMENT_BYTES, SEGMENT_BYTES) {
        Ok(layout) => layout,
        Err(_) => panic!("a power of two"),
    };

    /// A fresh segment whose pages are all unused; `None` if memory is exhausted.
    pub(crate) fn new() -> Option<Segment> {
        // SAFETY: the layout has a size.
        let memory = NonNull::new(unsafe { alloc(Segment::LAYOUT) })?;
        // Links and block addresses turn back into pointers.
        memory.expose_provenance();
        let segment = Segment { memory };
        for index in 0..PAGES_PER_SEGMENT {
            // SAFETY: the records fit in the segment's first page (asserted above).
            let record = unsafe { memory.cast::<Page>().add(index) };
            // SAFETY: the memory is ours and aligned to the segment size.
            unsafe { record.write(new_page()) };
        }
        Some(segment)
    }

    /// The pages that hold blocks: all but the one that holds the records.
    pub(crate) fn pages(&self) -> impl Iterator<Item = PageRef> + use<> {
        let memory = self.memory;
        (1..PAGES_PER_SEGMENT).map(move |index| {
            // SAFETY: inside the segment: the record was written by `new`.
            PageRef(unsafe { memory.cast::<Page>().add(index) })
        })
    }
}

impl Drop for Segment {
    fn drop(&mut self) {
        // SAFETY: allocated with this layout by `new`; H1: the pool drops segments only when no heap is left.
        unsafe { dealloc(self.memory.as_ptr(), Segment::LAYOUT) };
    }
}

fn new_page() -> Page {
    Page {
        free: Cell::new(NIL),
        used: Cell::new(0),
        slow_at: Cell::new(0),
        owner: AtomicU32::new(0),
        carved: Cell::new(0),
        capacity: Cell::new(0),
        block_bytes: Cell::new(0),
        counted: Cell::new(0),
        bin: Cell::new(0),
        state: Cell::new(PageState::Unused),
        heap: Cell::new(ptr::null()),
        next: Cell::new(None),
        prev: Cell::new(None),
        foreign: ForeignList::new(),
        goal: Cell::new(0),
    }
}
