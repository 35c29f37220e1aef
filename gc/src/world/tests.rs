//! Tests of membership, stops and safepoints. The handshake itself is modelled in `tests/loom.rs`.

use crate::tuning::RETIRE_BATCH_ITEMS;
use crate::{Requests, World};
use stackref::thread::{Breaker, current_id};
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::time::Duration;

#[test]
fn attaching_makes_a_thread_count() {
    let world = World::new();
    let me = world.register();
    assert_eq!(current_id(), me.id());
    me.detach();
    assert_ne!(current_id(), me.id());
    me.attach();
    me.attach();
    assert_eq!(current_id(), me.id());
    assert_eq!(me.blocking(current_id), stackref::thread::NO_THREAD);
    assert_eq!(current_id(), me.id());
    drop(me);
    assert_eq!(current_id(), stackref::thread::NO_THREAD);
}

#[test]
#[should_panic(expected = "attached to a world already")]
fn a_thread_is_in_one_world_at_a_time() {
    let _me = World::new().register();
    let _again = World::new().register();
}

#[test]
fn blocking_attaches_again_after_a_panic() {
    let world = World::new();
    let me = world.register();
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| me.blocking(|| panic!("on purpose"))));
    assert!(panicked.is_err());
    assert_eq!(current_id(), me.id());
}

#[test]
fn requests_are_reported_once() {
    let world = World::new();
    let me = world.register();
    world.set_enabled(false);
    assert!(me.safepoint().is_none());
    me.record().breaker().fetch_or(Breaker::SIGNAL | Breaker::ASYNC, Ordering::Relaxed);
    let requests = me.safepoint();
    assert!(requests.contains(Requests::SIGNAL) && requests.contains(Requests::ASYNC));
    assert!(!requests.contains(Requests::GC));
    assert!(me.safepoint().is_none());
}

#[test]
fn a_stop_holds_running_blocked_and_new_threads() {
    const STOPS: u64 = 30;
    let world = World::new();
    let me = world.register();
    let (stop, progress) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        let (world, stop, progress) = (&world, &stop, &progress);
        let (ready, wait_ready) = channel();
        for blocked in [false, true] {
            let ready = ready.clone();
            scope.spawn(move || {
                let me = world.register();
                ready.send(()).unwrap();
                while !stop.load(Ordering::Relaxed) {
                    if blocked {
                        me.blocking(std::thread::yield_now);
                    }
                    progress.fetch_add(1, Ordering::Relaxed);
                    let _ = me.safepoint();
                }
            });
        }
        wait_ready.recv().unwrap();
        wait_ready.recv().unwrap();
        for _ in 0..STOPS {
            let stopped = world.stop(&me);
            let newcomer = scope.spawn(move || {
                let _me = world.register();
                progress.fetch_add(1, Ordering::Relaxed);
            });
            let before = progress.load(Ordering::Relaxed);
            for _ in 0..4 {
                std::thread::yield_now();
            }
            assert_eq!(progress.load(Ordering::Relaxed), before, "somebody runs while the world is stopped");
            assert!((3..=4).contains(&stopped.threads().len()));
            drop(stopped);
            me.blocking(|| newcomer.join().unwrap());
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert_eq!(world.statistics().pauses.count(), STOPS);
}

#[test]
fn back_to_back_stops_do_not_starve_a_thread_that_wants_in() {
    let world = World::new();
    let me = world.register();
    let entered = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let (world, entered) = (&world, &entered);
        scope.spawn(move || {
            let me = world.register();
            for _ in 0..100 {
                me.blocking(std::thread::yield_now);
                entered.fetch_add(1, Ordering::Relaxed);
                let _ = me.safepoint();
            }
        });
        // Would never end if stops could always win.
        while entered.load(Ordering::Relaxed) < 100 {
            drop(world.stop(&me));
        }
        let _ = me.safepoint();
    });
}

#[test]
fn many_threads_stop_the_world_at_once() {
    let world = World::new();
    let inside = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let (world, inside) = (&world, &inside);
            scope.spawn(move || {
                let me = world.register();
                for round in 0..100 {
                    let stopped = world.stop(&me);
                    assert_eq!(inside.fetch_add(1, Ordering::Relaxed), 0);
                    std::thread::yield_now();
                    inside.fetch_sub(1, Ordering::Relaxed);
                    drop(stopped);
                    if round % 3 == 0 {
                        me.blocking(|| std::thread::sleep(Duration::from_micros(50)));
                    }
                    let _ = me.safepoint();
                }
            });
        }
    });
    assert_eq!(world.statistics().pauses.count(), 400);
}

/// Boxes a shared counter and retires the box.
fn retire(me: &crate::Mutator, counter: &Arc<AtomicUsize>) {
    unsafe fn reclaim(ptr: NonNull<u8>) {
        // SAFETY: boxed below, retired once.
        let counter = unsafe { Box::from_raw(ptr.cast::<Arc<AtomicUsize>>().as_ptr()) };
        counter.fetch_add(1, Ordering::Relaxed);
    }
    let boxed = NonNull::from(Box::leak(Box::new(counter.clone()))).cast();
    // SAFETY: nobody else knows the box, and any thread may drop it.
    unsafe { me.retire(boxed, reclaim, size_of::<Arc<AtomicUsize>>()) };
}

#[test]
fn retired_memory_waits_for_lagging_threads_and_pokes_them() {
    let world = World::new();
    let me = world.register();
    world.set_enabled(false);
    let counter = Arc::new(AtomicUsize::new(0));
    let (ready, wait_ready) = channel();
    let (go, wait_go) = channel::<()>();
    let lagging = world.clone();
    let other = std::thread::spawn(move || {
        let me = lagging.register();
        ready.send(me.record().clone()).unwrap();
        wait_go.recv().unwrap();
        let _ = me.safepoint();
        me.blocking(|| wait_go.recv().unwrap());
    });
    let record = wait_ready.recv().unwrap();
    for _ in 0..RETIRE_BATCH_ITEMS {
        retire(&me, &counter);
    }
    let _ = me.safepoint();
    assert_eq!(counter.load(Ordering::Relaxed), 0);
    assert_ne!(record.breaker().load(Ordering::Relaxed) & Breaker::RECLAIM, 0, "asked to pass a safepoint");
    go.send(()).unwrap();
    while counter.load(Ordering::Relaxed) == 0 {
        retire(&me, &counter);
        let _ = me.safepoint();
    }
    assert!(counter.load(Ordering::Relaxed) >= RETIRE_BATCH_ITEMS);
    go.send(()).unwrap();
    me.blocking(|| other.join().unwrap());
}

#[test]
fn what_an_exited_thread_retired_is_reclaimed_by_others_or_with_the_world() {
    let world = World::new();
    let counter = Arc::new(AtomicUsize::new(0));
    for _ in 0..2 {
        let (world, counter) = (world.clone(), counter.clone());
        std::thread::spawn(move || {
            let me = world.register();
            retire(&me, &counter);
        })
        .join()
        .unwrap();
    }
    let me = world.register();
    assert_eq!(counter.load(Ordering::Relaxed), 0);
    me.record().breaker().fetch_or(Breaker::RECLAIM, Ordering::Relaxed);
    let _ = me.safepoint();
    assert_eq!(counter.load(Ordering::Relaxed), 2);
    retire(&me, &counter);
    drop(me);
    drop(world);
    assert_eq!(counter.load(Ordering::Relaxed), 3);
    assert_eq!(Arc::strong_count(&counter), 1);
}

#[test]
fn threads_come_and_go_while_the_world_stops() {
    let world = World::new();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            let world = &world;
            scope.spawn(move || {
                for round in 0..200 {
                    let me = world.register();
                    let block = me.alloc(64, true).unwrap();
                    // SAFETY: the block's first word: looks like a type.
                    unsafe { block.cast::<usize>().write(0x40) };
                    if round % 4 == 0 {
                        drop(world.stop(&me));
                    }
                    let _ = me.safepoint();
                    // SAFETY: allocated above.
                    unsafe { me.free(block) };
                }
            });
        }
    });
    let me = world.register();
    world.stop(&me).for_each_block(true, |_| panic!("all were freed"));
}
