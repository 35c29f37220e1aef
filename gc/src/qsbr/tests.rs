//! Tests of grace periods and retire queues. The protocol itself is modelled in `tests/loom.rs`.

use super::{Orphans, Poke, Qsbr, RetireQueue, Retired};
use crate::tuning::{RETIRE_BATCH_BYTES, RETIRE_BATCH_ITEMS};
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};

#[derive(Default)]
struct Poked(Arc<AtomicUsize>);

impl Poke for Poked {
    fn poke(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn a_goal_waits_for_every_thread_that_is_online() {
    let grace = Qsbr::new();
    let (a, b) = (grace.register(Poked::default()), grace.register(Poked::default()));
    grace.online(&a);
    let goal = grace.advance();
    assert!(!grace.poll(goal));
    assert_eq!(
        (a.poker.0.load(Ordering::Relaxed), b.poker.0.load(Ordering::Relaxed)),
        (1, 0),
        "only who lags is poked"
    );
    // Coming online after the advance does not stand in its way.
    grace.online(&b);
    grace.quiescent(&a);
    assert!(grace.poll(goal));
    let next = grace.advance();
    assert!(next > goal && grace.poll(goal) && !grace.poll(next));
    grace.offline(&a);
    assert!(!grace.poll(next));
    grace.offline(&b);
    assert!(grace.poll(next), "nobody is online");
    grace.unregister(&a);
    grace.unregister(&b);
}

/// An item that counts its reclamation.
fn item(counter: &'static AtomicUsize, bytes: usize) -> Retired {
    unsafe fn count(ptr: NonNull<u8>) {
        // SAFETY: the pointer is to a static counter.
        unsafe { ptr.cast::<AtomicUsize>().as_ref() }.fetch_add(1, Ordering::Relaxed);
    }
    Retired { ptr: NonNull::from(counter).cast(), bytes, reclaim: count }
}

#[test]
fn batches_close_by_count_and_by_bytes() {
    static DONE: AtomicUsize = AtomicUsize::new(0);
    let grace = Qsbr::new();
    let slot = grace.register(Poked::default());
    grace.online(&slot);
    let queue = RetireQueue::default();
    for i in 1..RETIRE_BATCH_ITEMS {
        assert!(!queue.push(&grace, item(&DONE, 0)), "{i}");
    }
    assert!(queue.push(&grace, item(&DONE, 0)), "full by count");
    assert!(queue.push(&grace, item(&DONE, RETIRE_BATCH_BYTES)), "full by bytes");
    assert!(!queue.push(&grace, item(&DONE, 1)));
    queue.reclaim(&grace);
    assert_eq!(DONE.load(Ordering::Relaxed), 0, "this thread is not yet quiescent");
    grace.quiescent(&slot);
    queue.reclaim(&grace);
    assert_eq!(DONE.load(Ordering::Relaxed), RETIRE_BATCH_ITEMS + 1);
    assert_eq!(queue.len(), 1, "the open batch stays");
    let orphans = Orphans::default();
    orphans.take_all(&grace, &queue);
    assert_eq!(queue.len(), 0);
    orphans.reclaim(&grace);
    assert_eq!(DONE.load(Ordering::Relaxed), RETIRE_BATCH_ITEMS + 1);
    grace.offline(&slot);
    orphans.reclaim(&grace);
    assert_eq!(DONE.load(Ordering::Relaxed), RETIRE_BATCH_ITEMS + 2);
    orphans.take_all(&grace, &queue);
    orphans.reclaim_rest();
    assert_eq!(DONE.load(Ordering::Relaxed), RETIRE_BATCH_ITEMS + 2);
}

/// Readers follow a pointer that a writer keeps replacing.
#[test]
fn readers_never_see_reclaimed_memory() {
    const ROUNDS: usize = if cfg!(miri) { 30 } else { 20_000 };
    const ALIVE: usize = 0x0a11_fe00;
    unsafe fn free(ptr: NonNull<u8>) {
        // SAFETY: retired once, boxed by the writer.
        let mut datum = unsafe { Box::from_raw(ptr.cast::<usize>().as_ptr()) };
        *datum = 0;
    }
    let grace = &Qsbr::new();
    let current = &AtomicPtr::new(Box::into_raw(Box::new(ALIVE)));
    let done = &AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(move || {
                let slot = grace.register(Poked::default());
                grace.online(&slot);
                let mut reads = 0usize;
                while !done.load(Ordering::Relaxed) {
                    let datum = current.load(Ordering::Acquire);
                    // SAFETY: Q1: no quiescent point since the load.
                    assert_eq!(unsafe { datum.read() }, ALIVE);
                    reads += 1;
                    match reads % 7 {
                        0 => {
                            grace.offline(&slot);
                            std::thread::yield_now();
                            grace.online(&slot);
                        }
                        1 | 2 => grace.quiescent(&slot),
                        _ => {}
                    }
                }
                grace.offline(&slot);
                grace.unregister(&slot);
            });
        }
        let slot = grace.register(Poked::default());
        grace.online(&slot);
        let queue = RetireQueue::default();
        for _ in 0..ROUNDS {
            let old = current.swap(Box::into_raw(Box::new(ALIVE)), Ordering::AcqRel);
            queue.push(grace, Retired { ptr: NonNull::new(old).unwrap().cast(), bytes: 8, reclaim: free });
            grace.quiescent(&slot);
            queue.reclaim(grace);
        }
        done.store(true, Ordering::Relaxed);
        grace.offline(&slot);
        let orphans = Orphans::default();
        orphans.take_all(grace, &queue);
        // The readers are about to leave.
        while !orphans.is_empty() {
            orphans.reclaim(grace);
            std::thread::yield_now();
        }
        grace.unregister(&slot);
    });
    // SAFETY: the last datum is still published, and no reader is left.
    drop(unsafe { Box::from_raw(current.load(Ordering::Relaxed)) });
}
