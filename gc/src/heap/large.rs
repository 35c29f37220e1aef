//! Blocks above the largest size class, served one by one by the global allocator. Apart because they share nothing with
//! pages but the promise that freed memory keeps a readable header until a grace period has passed.
//!
//! A large block's address is 8 modulo 16 where a small block's is 0, so a free can tell them apart by the address alone. In front of
//! it lies a [`Prefix`], which links it into its *shelf*: one list per thread that allocates, under a lock of its own, kept by
//! the pool for ever and handed on when a thread exits.

use super::pool::Grace;
use super::segment::set_word;
use crate::tuning::{LARGE_BATCH_BLOCKS, LARGE_BATCH_BYTES};
use stackref::sync::{Arc, Mutex};
use static_assertions::const_assert;
use std::alloc::{Layout, alloc, dealloc};
use std::collections::VecDeque;
use std::ptr::{self, NonNull};

/// What lies in front of a large block.
#[repr(C, align(8))]
struct Prefix {
    next: *mut Prefix,
    prev: *mut Prefix,
    shelf: *const Shelf,
    /// Of the whole allocation, prefix included.
    bytes: usize,
    /// Thread id of the allocating thread.
    owner: u32,
    traced: bool,
    _pad: [u64; 2],
}

const PREFIX_BYTES: usize = size_of::<Prefix>();
const_assert!(PREFIX_BYTES % 16 == 8);

/// Whether a block was served by this module.
#[inline(always)]
pub(crate) fn is_large(block: NonNull<u8>) -> bool {
    block.addr().get() & 8 != 0
}

fn prefix_of(block: NonNull<u8>) -> *mut Prefix {
    block.as_ptr().cast::<Prefix>().wrapping_byte_sub(PREFIX_BYTES)
}

/// The thread that allocated a large block.
///
/// # Safety
/// `block` must be a live large block.
pub(crate) unsafe fn large_owner(block: NonNull<u8>) -> u32 {
    // SAFETY: a live large block has a prefix, whose owner field never changes.
    unsafe { (*prefix_of(block)).owner }
}

/// The large blocks allocated by one thread (at a time).
pub(crate) struct Shelf {
    grace: Arc<Grace>,
    inner: Mutex<Inner>,
}

struct Inner {
    live: *mut Prefix,
    live_blocks: usize,
    live_bytes: usize,
    /// Freed since the last batch was closed.
    open: Vec<*mut Prefix>,
    open_bytes: usize,
    /// Freed; each batch with the grace period it waits for.
    closed: VecDeque<(u64, Vec<*mut Prefix>)>,
}

// SAFETY: the prefixes are reached only under the shelf's lock, and belong to the shelf.
unsafe impl Send for Inner {}

impl Shelf {
    pub(crate) fn new(grace: Arc<Grace>) -> Shelf {
        Shelf {
            grace,
            inner: Mutex::new(Inner {
                live: ptr::null_mut(),
                live_blocks: 0,
                live_bytes: 0,
                open: Vec::new(),
                open_bytes: 0,
                closed: VecDeque::new(),
            }),
        }
    }

    /// Allocates a large block whose first word says that it is not initialized.
    pub(crate) fn alloc(&self, size: usize, traced: bool, owner: u32) -> Option<NonNull<u8>> {
        let bytes = size.checked_add(PREFIX_BYTES)?;
        let layout = Layout::from_size_align(bytes, 16).ok()?;
        // SAFETY: the layout has a size.
        let prefix = unsafe { alloc(layout) }.cast::<Prefix>();
        if prefix.is_null() {
            return None;
        }
        let mut inner = lock(&self.inner);
        let next = inner.live;
        // SAFETY: fresh memory of at least that size and alignment.
        unsafe {
            prefix.write(Prefix { next, prev: ptr::null_mut(), shelf: self, bytes, owner, traced, _pad: [0; 2] });
        }
        if !next.is_null() {
            // SAFETY: on the live list, under its lock.
            unsafe { (*next).prev = prefix };
        }
        inner.live = prefix;
        inner.live_blocks += 1;
        inner.live_bytes += bytes;
        let block = NonNull::new(prefix.wrapping_byte_add(PREFIX_BYTES).cast::<u8>())?;
        // SAFETY: inside the fresh memory.
        unsafe { set_word(block, 0) };
        Some(block)
    }

    /// Takes a block off its shelf and gives its memory back after a grace period.
    ///
    /// # Safety
    /// `block` must be a live large block to which the caller holds the last reference.
    pub(crate) unsafe fn free(block: NonNull<u8>) {
        let prefix = prefix_of(block);
        // SAFETY: the block is live: its prefix is written, and its shelf lives as long as the pool.
        let shelf = unsafe { &*(*prefix).shelf };
        let mut inner = lock(&shelf.inner);
        // SAFETY: as above; links are changed under the lock only.
        let (next, prev, bytes) = unsafe { ((*prefix).next, (*prefix).prev, (*prefix).bytes) };
        if prev.is_null() {
            inner.live = next;
        } else {
            // SAFETY: a neighbour on the live list, under its lock.
            unsafe { (*prev).next = next };
        }
        if !next.is_null() {
            // SAFETY: as above.
            unsafe { (*next).prev = prev };
        }
        inner.live_blocks -= 1;
        inner.live_bytes -= bytes;
        inner.open.push(prefix);
        inner.open_bytes += bytes;
        if inner.open_bytes >= LARGE_BATCH_BYTES || inner.open.len() >= LARGE_BATCH_BLOCKS {
            let batch = std::mem::take(&mut inner.open);
            inner.open_bytes = 0;
            inner.closed.push_back((shelf.grace.advance(), batch));
            shelf.release(&mut inner);
        }
    }

    /// Gives back the memory of batches whose grace period has passed.
    fn release(&self, inner: &mut Inner) {
        while let Some(&(goal, _)) = inner.closed.front() {
            if !self.grace.poll(goal) {
                return;
            }
            let (_, batch) = inner.closed.pop_front().unwrap_or_default();
            for prefix in batch {
                // SAFETY: freed by its last holder, and no reader from before is left (Q1).
                unsafe { give_back(prefix) };
            }
        }
    }

    /// Live blocks and their bytes.
    pub(crate) fn live(&self) -> (usize, usize) {
        let inner = lock(&self.inner);
        (inner.live_blocks, inner.live_bytes)
    }

    /// Calls `visit` for each initialized block. `visit` must not allocate or free.
    pub(crate) fn for_each_live(&self, traced: bool, visit: &mut dyn FnMut(NonNull<u8>)) {
        let inner = lock(&self.inner);
        let mut next = inner.live;
        while let Some(prefix) = NonNull::new(next) {
            // SAFETY: on the live list, under its lock.
            let (following, is_traced) = unsafe { ((*next).next, (*next).traced) };
            next = following;
            let block = prefix.cast::<u8>().map_addr(|address| address.saturating_add(PREFIX_BYTES));
            // SAFETY: a live block.
            let word = unsafe { super::segment::word(block) };
            if is_traced == traced && word != 0 && word & 1 == 0 {
                visit(block);
            }
        }
    }
}

impl Drop for Shelf {
    fn drop(&mut self) {
        let inner = lock(&self.inner);
        let mut next = inner.live;
        while !next.is_null() {
            let prefix = next;
            // SAFETY: on the live list; the pool is going away, so nobody holds a reference.
            next = unsafe { (*prefix).next };
            // SAFETY: as above.
            unsafe { give_back(prefix) };
        }
        for &prefix in inner.open.iter().chain(inner.closed.iter().flat_map(|(_, batch)| batch)) {
            // SAFETY: freed, and no thread is left that could still read it.
            unsafe { give_back(prefix) };
        }
    }
}

/// # Safety
/// Nobody may use the block any more.
unsafe fn give_back(prefix: *mut Prefix) {
    // SAFETY: the prefix was written by `alloc` with the size of its allocation.
    let bytes = unsafe { (*prefix).bytes };
    if let Ok(layout) = Layout::from_size_align(bytes, 16) {
        // SAFETY: allocated by `Shelf::alloc` with this layout.
        unsafe { dealloc(prefix.cast(), layout) };
    }
}

fn lock<T>(mutex: &Mutex<T>) -> stackref::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
