//! One thread's heap: the fast paths of allocation and free, and how a bin finds its next page.
//!
//! A bin (size class and kind) allocates from its *current* page until that has no free block, then looks, in this order, at:
//! what other threads gave back to the current page; its own fresh blocks; the bin's partial pages; a few of its full pages (other threads may
//! have freed there, and nothing tells us); pages that ran empty lately; pages of exited threads; the pool.

use super::class::{BIN_COUNT, MAX_SMALL, bin_is_traced, bin_of};
use super::foreign::NIL;
use super::large::{Shelf, is_large, large_owner};
use super::list::PageList;
use super::pool::{PAGE_COST_BYTES, Pool};
use super::segment::{PageRef, PageState, block_of, set_word, word};
use crate::pace::Pace;
use crate::tuning::{FULL_PAGES_PER_LOOK, PENDING_BYTES, SPARE_PAGES, YOUNG_FLUSH};
use crate::world::Poker;
use stackref::sync::Arc;
use stackref::sync::atomic::Ordering;
use stackref::{Dead, Fate, Header};
use std::cell::{Cell, RefCell};
use std::ptr::NonNull;

/// A heap of one thread. It lives in a box, because its pages point at it.
pub(crate) struct LocalHeap {
    current: [Cell<PageRef>; BIN_COUNT],
    owner: u32,
    partial: [PageList; BIN_COUNT],
    full: [PageList; BIN_COUNT],
    /// Pages without live blocks: first those that wait for a known goal, then `open_pages` that have none yet.
    pending: PageList,
    open_pages: Cell<usize>,
    spare: RefCell<Vec<PageRef>>,
    shelf: Arc<Shelf>,
    pool: Arc<Pool>,
    pace: Arc<Pace>,
    poker: Poker,
    young: Cell<isize>,
}

impl LocalHeap {
    pub(crate) fn new(owner: u32, pool: Arc<Pool>, pace: Arc<Pace>, poker: Poker) -> LocalHeap {
        LocalHeap {
            current: std::array::from_fn(|_| Cell::new(PageRef::empty())),
            owner,
            partial: std::array::from_fn(|_| PageList::default()),
            full: std::array::from_fn(|_| PageList::default()),
            pending: PageList::default(),
            open_pages: Cell::new(0),
            spare: RefCell::default(),
            shelf: pool.take_shelf(),
            pool,
            pace,
            poker,
            young: Cell::new(0),
        }
    }

    /// A block of at least `size` bytes; `None` if memory is exhausted.
    #[inline(always)]
    pub(crate) fn alloc(&self, size: usize, traced: bool) -> Option<NonNull<u8>> {
        if size <= MAX_SMALL {
            debug_assert!(size != 0, "an object has a header");
            let page = self.current[bin_of(size, traced)].get();
            if let Some(block) = pop(page) {
                return Some(block);
            }
        }
        self.alloc_slow(size, traced)
    }

    #[cold]
    #[inline(never)]
    fn alloc_slow(&self, size: usize, traced: bool) -> Option<NonNull<u8>> {
        if size > MAX_SMALL {
            if traced {
                self.add_young(1);
            }
            return self.shelf.alloc(size, traced, self.owner);
        }
        let bin = bin_of(size, traced);
        if !self.refill(bin) {
            return None;
        }
        pop(self.current[bin].get())
    }

    /// Frees a block of any thread.
    ///
    /// # Safety
    /// `block` must be a live block of this heap's world to which the caller holds the last reference, and `me` the id of the
    /// current thread, which must be attached.
    #[inline(always)]
    pub(crate) unsafe fn free(block: NonNull<u8>, me: u32) {
        if is_large(block) {
            // SAFETY: passed on.
            return unsafe { free_large(block) };
        }
        // SAFETY: a small block of a live segment.
        let page = unsafe { PageRef::of_block(block) };
        // SAFETY: passed on.
        unsafe { scrub(block, page) };
        let link = block.addr().get() | 1;
        // A page is mine only if I made it so; others' ids never turn into mine.
        if page.owner.load(Ordering::Relaxed) == me {
            // SAFETY: H3: the block is free now, and its first word is the allocator's.
            unsafe { set_word(block, page.free.get()) };
            page.free.set(link);
            let used = page.used.get() - 1;
            page.used.set(used);
            if used == page.slow_at.get() {
                free_slow(page);
            }
        } else {
            // SAFETY: as above: nobody else knows the block until it is on the list.
            page.foreign.push(link, |next| unsafe { set_word(block, next) });
        }
    }

    /// Gives the bin a current page with a free block. False if memory is exhausted.
    fn refill(&self, bin: usize) -> bool {
        let old = self.current[bin].get();
        if !old.is_empty_page() {
            let refilled = old.take_foreign() || old.extend();
            self.account(old);
            if refilled {
                return true;
            }
            old.state.set(PageState::Full);
            old.slow_at.set(old.used.get() - 1);
            self.full[bin].push_back(old);
        }
        match self.next_page(bin) {
            Some(page) => {
                page.state.set(PageState::Current);
                page.slow_at.set(u32::MAX);
                self.current[bin].set(page);
                true
            }
            None => {
                self.current[bin].set(PageRef::empty());
                false
            }
        }
    }

    /// A page of the bin's class with a free block, in no list.
    fn next_page(&self, bin: usize) -> Option<PageRef> {
        if let Some(page) = self.partial[bin].pop_front() {
            return Some(page);
        }
        for _ in 0..FULL_PAGES_PER_LOOK {
            let Some(page) = self.full[bin].pop_front() else { break };
            if page.take_foreign() {
                self.account(page);
                return Some(page);
            }
            self.full[bin].push_back(page);
        }
        if let Some(page) = self.reuse_pending(bin) {
            return Some(page);
        }
        if let Some(page) = self.pool.adopt(bin, self.owner, self) {
            if page.take_foreign() || page.free.get() != NIL || page.extend() {
                return Some(page);
            }
            page.state.set(PageState::Full);
            page.slow_at.set(page.used.get() - 1);
            self.full[bin].push_back(page);
        }
        let spare = self.spare.borrow_mut().pop();
        let page = spare.or_else(|| self.pool.take_page())?;
        page.prepare(bin, self.owner, self);
        page.extend();
        Some(page)
    }

    /// An empty page that waits for its grace period may serve its owner for the same class at once: header fields stay where
    /// they were.
    fn reuse_pending(&self, bin: usize) -> Option<PageRef> {
        let page = self.pending.iter_back().find(|page| page.bin.get() as usize == bin)?;
        self.pending.remove(page);
        if page.goal.get() == 0 {
            self.open_pages.set(self.open_pages.get() - 1);
        }
        page.goal.set(0);
        Some(page)
    }

    /// A page has lost its last live block.
    fn retire_page(&self, page: PageRef) {
        self.account(page);
        page.state.set(PageState::Pending);
        page.goal.set(0);
        self.pending.push_back(page);
        self.open_pages.set(self.open_pages.get() + 1);
        if self.open_pages.get() * PAGE_COST_BYTES >= PENDING_BYTES {
            self.poker.reclaim();
        }
    }

    /// Asks for a grace period for the pages that ran empty, and hands on those whose grace period has passed.
    pub(crate) fn reclaim_pages(&self) {
        if self.open_pages.get() * PAGE_COST_BYTES >= PENDING_BYTES {
            let goal = self.pool.grace().advance();
            for page in self.pending.iter_back().take(self.open_pages.get()) {
                page.goal.set(goal);
            }
            self.open_pages.set(0);
        }
        while let Some(page) = self.pending.front() {
            let goal = page.goal.get();
            if goal == 0 || !self.pool.grace().poll(goal) {
                return;
            }
            self.pending.remove(page);
            page.state.set(PageState::Unused);
            let mut spare = self.spare.borrow_mut();
            if spare.len() < SPARE_PAGES {
                spare.push(page);
            } else {
                self.pool.give_page(page);
            }
        }
    }

    /// Takes back what others have freed in full pages, and retires those that ran empty.
    pub(crate) fn tidy(&self) {
        for bin in 0..BIN_COUNT {
            let pages: Vec<PageRef> = self.full[bin].iter().collect();
            for page in pages {
                if !page.take_foreign() {
                    continue;
                }
                self.full[bin].remove(page);
                if page.used.get() == 0 {
                    self.retire_page(page);
                } else {
                    self.account(page);
                    page.state.set(PageState::Partial);
                    page.slow_at.set(0);
                    self.partial[bin].push_back(page);
                }
            }
        }
    }

    /// Brings the young count up to date with one page.
    fn account(&self, page: PageRef) {
        if bin_is_traced(page.bin.get() as usize) {
            let delta = page.used.get() as isize - page.counted.get() as isize;
            page.counted.set(page.used.get());
            self.add_young(delta);
        }
    }

    fn add_young(&self, delta: isize) {
        let young = self.young.get() + delta;
        if young.abs() < YOUNG_FLUSH {
            return self.young.set(young);
        }
        self.young.set(0);
        if self.pace.add(young) {
            self.poker.collect();
        }
    }

    /// Forgets what was not yet flushed to the young count. For the collector, in a pause.
    pub(crate) fn reset_young(&self) {
        self.young.set(0);
    }

    /// Hands everything on: called once, by the owner, attached, when it leaves and owns nothing any more.
    pub(crate) fn abandon(&self) {
        let mut empty: Vec<PageRef> = std::iter::from_fn(|| self.pending.pop_front()).collect();
        for bin in 0..BIN_COUNT {
            let current = self.current[bin].replace(PageRef::empty());
            let current = (!current.is_empty_page()).then_some(current);
            let partial = std::iter::from_fn(|| self.partial[bin].pop_front());
            let full = std::iter::from_fn(|| self.full[bin].pop_front());
            for page in current.into_iter().chain(partial).chain(full) {
                page.take_foreign();
                page.slow_at.set(u32::MAX);
                if page.used.get() == 0 {
                    empty.push(page);
                } else {
                    self.pool.abandon(page);
                }
            }
        }
        for page in &empty {
            page.owner.store(0, Ordering::Relaxed);
        }
        self.pool.give_waiting(empty);
        for page in self.spare.borrow_mut().drain(..) {
            self.pool.give_page(page);
        }
        self.pool.give_shelf(self.shelf.clone());
    }

    /// Merges the counts of every object of this heap that its thread owns; gives back those that had no reference left. The thread's id
    /// will be another thread's some day, perhaps one of another world, which must not be taken for the owner.
    ///
    /// Called by the owner, attached and in its bucket (one that has left it owns nothing here), so that nobody merges
    /// for it. A reference on its way to its merge queue finds the object without owner and is subtracted.
    pub(crate) fn disown(&self) -> Vec<Dead> {
        let mut dead = Vec::new();
        let mut disown = |block: NonNull<u8>| {
            // SAFETY: an initialized block starts with a header.
            let header = unsafe { block.cast::<Header>().as_ref() };
            // SAFETY: the calling thread is the owner, and nobody merges for it.
            if header.owner() == self.owner && unsafe { header.merge_fate(0) } == Fate::Dead {
                // SAFETY: the last reference was dropped by a thread that left the death to this merge.
                dead.push(unsafe { Dead::new(block.cast()) });
            }
        };
        for bin in 0..BIN_COUNT {
            let current = self.current[bin].get();
            let current = (!current.is_empty_page()).then_some(current);
            for page in current.into_iter().chain(self.partial[bin].iter()).chain(self.full[bin].iter()) {
                page.for_each_live(&mut disown);
            }
        }
        for traced in [false, true] {
            self.shelf.for_each_live(traced, &mut disown);
        }
        dead
    }
}

/// Takes the first free block of a page of the current thread.
#[inline(always)]
fn pop(page: PageRef) -> Option<NonNull<u8>> {
    let link = page.free.get();
    if link == NIL {
        return None;
    }
    let block = block_of(link);
    // SAFETY: H3: a link names a free block of this page, whose first word is the next link.
    page.free.set(unsafe { word(block) });
    page.used.set(page.used.get() + 1);
    // SAFETY: the block is the caller's. (In a release build it keeps its link, which also says "not initialized".)
    unsafe { mark_uninitialized(block) };
    Some(block)
}

/// A page has become usable again, or has lost its last live block.
#[cold]
#[inline(never)]
fn free_slow(page: PageRef) {
    // SAFETY: the page is the current thread's, hence so is its heap, which lives as long as it owns pages.
    let heap = unsafe { &*page.heap.get() };
    let bin = page.bin.get() as usize;
    match page.state.get() {
        PageState::Full => heap.full[bin].remove(page),
        PageState::Partial => heap.partial[bin].remove(page),
        state => unreachable!("a page that is {state:?} has no threshold"),
    }
    if page.used.get() == 0 {
        return heap.retire_page(page);
    }
    heap.account(page);
    page.state.set(PageState::Partial);
    page.slow_at.set(0);
    heap.partial[bin].push_back(page);
}

#[cold]
#[inline(never)]
unsafe fn free_large(block: NonNull<u8>) {
    // SAFETY: the caller of `LocalHeap::free` vouches for the block.
    unsafe { Shelf::free(block) };
}

/// The thread whose heap a block belongs to, 0 if that thread is gone: where the collector puts back owners.
///
/// # Safety
/// `block` must be a live block.
pub(crate) unsafe fn owner_of(block: NonNull<u8>) -> u32 {
    if is_large(block) {
        // SAFETY: passed on.
        return unsafe { large_owner(block) };
    }
    // SAFETY: passed on.
    unsafe { PageRef::of_block(block) }.owner.load(Ordering::Relaxed)
}

/// In debug builds, overwrites a dying block beyond its header (which racing readers may still look at), and checks that it was live.
///
/// # Safety
/// As `LocalHeap::free`.
#[cfg(debug_assertions)]
unsafe fn scrub(block: NonNull<u8>, page: PageRef) {
    const HEADER_BYTES: usize = 24;
    // SAFETY: a carved block.
    assert!(unsafe { word(block) } & 1 == 0, "a block is freed twice");
    let bytes = page.block_bytes.get() as usize;
    if bytes > HEADER_BYTES {
        // SAFETY: inside the block, which is the caller's.
        unsafe { block.add(HEADER_BYTES).write_bytes(0xDB, bytes - HEADER_BYTES) };
    }
}

#[cfg(not(debug_assertions))]
#[inline(always)]
unsafe fn scrub(_: NonNull<u8>, _: PageRef) {}

#[cfg(debug_assertions)]
unsafe fn mark_uninitialized(block: NonNull<u8>) {
    // SAFETY: the caller owns the block.
    unsafe { set_word(block, 0) };
}

#[cfg(not(debug_assertions))]
#[inline(always)]
unsafe fn mark_uninitialized(_: NonNull<u8>) {}
