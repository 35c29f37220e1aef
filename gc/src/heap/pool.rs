//! What threads' heaps have in common: segments, unused pages, pages that exited threads left behind, shelves of large
//! blocks. Apart because everything here is behind locks and off every fast path.

use super::class::BIN_COUNT;
use super::large::Shelf;
use super::local::LocalHeap;
use super::segment::{PAGE_BYTES, PageRef, PageState, SEGMENT_BYTES, Segment};
use crate::qsbr::Qsbr;
use stackref::sync::atomic::{AtomicUsize, Ordering};
use stackref::sync::{Arc, Mutex, MutexGuard};
use std::collections::VecDeque;
use std::ptr::NonNull;

/// The grace periods of the heap: slots poke the thread they belong to.
pub(crate) type Grace = Qsbr<crate::world::Poker>;

/// The shared part of a heap.
pub(crate) struct Pool {
    grace: Arc<Grace>,
    pages: Mutex<Pages>,
    abandoned: [AtomicUsize; BIN_COUNT],
    orphans: Mutex<Vec<PageRef>>,
    shelves: Mutex<Shelves>,
}

#[derive(Default)]
struct Pages {
    segments: Vec<Segment>,
    free: Vec<PageRef>,
    /// Left without live blocks by exited threads; in the order of their goals.
    waiting: VecDeque<PageRef>,
}

#[derive(Default)]
struct Shelves {
    all: Vec<Arc<Shelf>>,
    vacant: Vec<Arc<Shelf>>,
}

// SAFETY: H2: the pages in here have no owner, or belong to an exited thread; they are reached under the locks (or in a pause).
unsafe impl Send for Pool {}
// SAFETY: as above.
unsafe impl Sync for Pool {}

/// What the heap holds; sizes in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeapStatistics {
    /// Memory asked of the system for size-class pages.
    pub segment_bytes: usize,
    /// Pages without a class, ready for any thread.
    pub unused_pages: usize,
    /// Pages of exited threads that still hold live blocks.
    pub abandoned_pages: usize,
    /// Live blocks above the largest size class.
    pub large_blocks: usize,
    /// And their memory.
    pub large_bytes: usize,
}

impl Pool {
    pub(crate) fn new(grace: Arc<Grace>) -> Pool {
        Pool {
            grace,
            pages: Mutex::default(),
            abandoned: std::array::from_fn(|_| AtomicUsize::new(0)),
            orphans: Mutex::default(),
            shelves: Mutex::default(),
        }
    }

    pub(crate) fn grace(&self) -> &Arc<Grace> {
        &self.grace
    }

    /// An unused page, or one past its grace period; `None` if memory is exhausted.
    pub(crate) fn take_page(&self) -> Option<PageRef> {
        let mut pages = lock(&self.pages);
        if let Some(page) = pages.free.pop() {
            return Some(page);
        }
        if let Some(&page) = pages.waiting.front()
            && self.grace.poll(page.goal.get())
        {
            return pages.waiting.pop_front();
        }
        let segment = Segment::new()?;
        pages.free.extend(segment.pages());
        pages.segments.push(segment);
        // From low to high addresses.
        pages.free.reverse();
        pages.free.pop()
    }

    /// Takes a page that is past its grace period.
    pub(crate) fn give_page(&self, page: PageRef) {
        page.state.set(PageState::Unused);
        lock(&self.pages).free.push(page);
    }

    /// Takes pages without live blocks from a thread that exits.
    pub(crate) fn give_waiting(&self, given: Vec<PageRef>) {
        if given.is_empty() {
            return;
        }
        let mut pages = lock(&self.pages);
        // Asked for under the lock, so that the queue is in the order of its goals; later than needed is safe.
        let goal = self.grace.advance();
        for page in given {
            page.goal.set(goal);
            page.state.set(PageState::Pending);
            pages.waiting.push_back(page);
        }
    }

    /// Takes a page with live blocks from a thread that exits.
    pub(crate) fn abandon(&self, page: PageRef) {
        page.state.set(PageState::Abandoned);
        page.heap.set(std::ptr::null());
        page.owner.store(0, Ordering::Relaxed);
        let mut orphans = lock(&self.orphans);
        orphans.push(page);
        self.abandoned[page.bin.get() as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// A page of an exited thread, for its new owner.
    pub(crate) fn adopt(&self, bin: usize, owner: u32, heap: *const LocalHeap) -> Option<PageRef> {
        if self.abandoned[bin].load(Ordering::Relaxed) == 0 {
            return None;
        }
        let mut orphans = lock(&self.orphans);
        let index = orphans.iter().position(|page| page.bin.get() as usize == bin)?;
        let page = orphans.swap_remove(index);
        self.abandoned[bin].fetch_sub(1, Ordering::Relaxed);
        page.heap.set(heap);
        page.owner.store(owner, Ordering::Relaxed);
        Some(page)
    }

    /// Abandoned pages whose last blocks were freed go back to the pool.
    pub(crate) fn sweep_abandoned(&self) {
        let mut empty = Vec::new();
        lock(&self.orphans).retain(|&page| {
            page.take_foreign();
            if page.used.get() != 0 {
                return true;
            }
            self.abandoned[page.bin.get() as usize].fetch_sub(1, Ordering::Relaxed);
            empty.push(page);
            false
        });
        self.give_waiting(empty);
    }

    /// A shelf for a thread's large blocks.
    pub(crate) fn take_shelf(&self) -> Arc<Shelf> {
        let mut shelves = lock(&self.shelves);
        if let Some(shelf) = shelves.vacant.pop() {
            return shelf;
        }
        let shelf = Arc::new(Shelf::new(self.grace.clone()));
        shelves.all.push(shelf.clone());
        shelf
    }

    pub(crate) fn give_shelf(&self, shelf: Arc<Shelf>) {
        lock(&self.shelves).vacant.push(shelf);
    }

    /// Calls `visit` for every initialized block of a kind. Other threads must be stopped; `visit` must not allocate or free.
    pub(crate) fn for_each_live(&self, traced: bool, visit: &mut dyn FnMut(NonNull<u8>)) {
        let pages = lock(&self.pages);
        for page in pages.segments.iter().flat_map(Segment::pages) {
            let holds_blocks = !matches!(page.state.get(), PageState::Unused | PageState::Pending);
            if holds_blocks && page.is_traced() == traced {
                page.for_each_live(visit);
            }
        }
        for shelf in &lock(&self.shelves).all {
            shelf.for_each_live(traced, visit);
        }
    }

    /// Brings the pages' part of the young count up to date. Other threads must be stopped.
    pub(crate) fn reset_counted(&self) {
        for page in lock(&self.pages).segments.iter().flat_map(Segment::pages) {
            page.counted.set(page.used.get());
        }
    }

    pub(crate) fn statistics(&self) -> HeapStatistics {
        let (large_blocks, large_bytes) = lock(&self.shelves)
            .all
            .iter()
            .map(|shelf| shelf.live())
            .fold((0, 0), |(blocks, bytes), (b, n)| (blocks + b, bytes + n));
        let pages = lock(&self.pages);
        HeapStatistics {
            segment_bytes: pages.segments.len() * SEGMENT_BYTES,
            unused_pages: pages.free.len(),
            abandoned_pages: self.abandoned.iter().map(|count| count.load(Ordering::Relaxed)).sum(),
            large_blocks,
            large_bytes,
        }
    }
}

/// Memory of one page, for the accounts of retired memory.
pub(crate) const PAGE_COST_BYTES: usize = PAGE_BYTES;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
