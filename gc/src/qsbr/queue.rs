//! Queues of retired memory: a thread's own, and that of threads that have exited. Apart from the grace periods themselves because
//! nothing here is lock-free.

use super::{Poke, Qsbr};
use crate::tuning::{RETIRE_BATCH_BYTES, RETIRE_BATCH_ITEMS};
use stackref::sync::atomic::{AtomicUsize, Ordering};
use stackref::sync::{Mutex, MutexGuard};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::ptr::NonNull;

/// Memory that was unlinked from every shared place, and what gives it back.
pub(crate) struct Retired {
    pub(crate) ptr: NonNull<u8>,
    pub(crate) bytes: usize,
    pub(crate) reclaim: unsafe fn(NonNull<u8>),
}

impl Retired {
    /// Gives the memory back.
    ///
    /// # Safety
    /// The grace period of the item must be over, and it must not have been reclaimed before.
    pub(crate) unsafe fn reclaim(self) {
        // SAFETY: `retire`'s caller promised that this call is sound after a grace period.
        unsafe { (self.reclaim)(self.ptr) };
    }
}

struct Batch {
    goal: u64,
    items: Vec<Retired>,
}

impl Batch {
    /// # Safety
    /// The batch's goal must be reached.
    unsafe fn reclaim(self) {
        for item in self.items {
            // SAFETY: the caller vouches for the grace period; items are reclaimed as they leave the batch.
            unsafe { item.reclaim() };
        }
    }
}

/// One thread's retired memory.
#[derive(Default)]
pub(crate) struct RetireQueue {
    open: RefCell<Vec<Retired>>,
    open_bytes: Cell<usize>,
    closed: RefCell<VecDeque<Batch>>,
}

impl RetireQueue {
    /// Adds an item. True if the thread should come to [`reclaim`](RetireQueue::reclaim) at its next safepoint.
    #[inline]
    pub(crate) fn push<P: Poke>(&self, grace: &Qsbr<P>, item: Retired) -> bool {
        let bytes = self.open_bytes.get().saturating_add(item.bytes);
        self.open_bytes.set(bytes);
        let mut open = self.open.borrow_mut();
        open.push(item);
        let full = open.len() >= RETIRE_BATCH_ITEMS || bytes >= RETIRE_BATCH_BYTES;
        drop(open);
        if full {
            self.close(grace);
        }
        full
    }

    /// Names a grace period for the items so far.
    #[cold]
    pub(crate) fn close<P: Poke>(&self, grace: &Qsbr<P>) {
        let items = self.open.replace(Vec::with_capacity(RETIRE_BATCH_ITEMS));
        self.open_bytes.set(0);
        if !items.is_empty() {
            let goal = grace.advance();
            self.closed.borrow_mut().push_back(Batch { goal, items });
        }
    }

    /// Reclaims what has seen its grace period. May run whatever the items' functions run, further retirement included.
    pub(crate) fn reclaim<P: Poke>(&self, grace: &Qsbr<P>) {
        loop {
            let mut closed = self.closed.borrow_mut();
            let Some(batch) = closed.pop_front_if(|batch| grace.poll(batch.goal)) else { return };
            drop(closed);
            // SAFETY: the goal is reached.
            unsafe { batch.reclaim() };
        }
    }

    /// Items that wait.
    #[cfg(all(test, not(loom)))]
    pub(crate) fn len(&self) -> usize {
        let closed: usize = self.closed.borrow().iter().map(|batch| batch.items.len()).sum();
        self.open.borrow().len() + closed
    }
}

/// Retired memory whose thread has gone, or cannot come to reclaim it.
#[derive(Default)]
pub(crate) struct Orphans {
    batches: Mutex<VecDeque<Batch>>,
    count: AtomicUsize,
}

// SAFETY: an item may be reclaimed by any thread: `retire`'s contract says so.
unsafe impl Send for Batch {}

impl Orphans {
    /// Takes everything a thread has retired.
    pub(crate) fn take_all<P: Poke>(&self, grace: &Qsbr<P>, queue: &RetireQueue) {
        queue.close(grace);
        let taken = queue.closed.take();
        self.count.fetch_add(taken.len(), Ordering::Relaxed);
        self.lock().extend(taken);
    }

    /// Reclaims what has seen its grace period, unless another thread is at it.
    pub(crate) fn reclaim<P: Poke>(&self, grace: &Qsbr<P>) {
        while self.count.load(Ordering::Relaxed) != 0 {
            let Ok(mut batches) = self.batches.try_lock() else { return };
            let Some(batch) = batches.pop_front_if(|batch| grace.poll(batch.goal)) else { return };
            self.count.fetch_sub(1, Ordering::Relaxed);
            drop(batches);
            // SAFETY: the goal is reached.
            unsafe { batch.reclaim() };
        }
    }

    /// Reclaims everything: nobody is left who could read it.
    pub(crate) fn reclaim_rest(&self) {
        let rest = std::mem::take(&mut *self.lock());
        for batch in rest {
            // SAFETY: no thread is registered any more.
            unsafe { batch.reclaim() };
        }
    }

    /// Whether nothing waits.
    #[cfg(all(test, not(loom)))]
    pub(crate) fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Batch>> {
        self.batches.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
