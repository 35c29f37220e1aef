//! Tests of the one-byte lock.

use super::{ByteLock, lock2};
use std::cell::UnsafeCell;
use std::sync::Arc;

struct Shared {
    a: ByteLock,
    b: ByteLock,
    count: UnsafeCell<usize>,
}

// SAFETY: the count is touched under `a` only.
unsafe impl Sync for Shared {}

fn hammer(step: impl Fn(&Shared, usize) + Send + Sync + 'static) -> Shared {
    const THREADS: usize = 4;
    let shared = Arc::new(Shared { a: ByteLock::new(), b: ByteLock::new(), count: UnsafeCell::new(0) });
    let step = Arc::new(step);
    let threads: Vec<_> = (0..THREADS)
        .map(|i| {
            let (shared, step) = (shared.clone(), step.clone());
            std::thread::spawn(move || (0..ROUNDS).for_each(|_| step(&shared, i)))
        })
        .collect();
    threads.into_iter().for_each(|t| t.join().unwrap());
    assert!(!shared.a.is_locked() && !shared.b.is_locked());
    // SAFETY: alone again.
    assert_eq!(unsafe { *shared.count.get() }, THREADS * ROUNDS);
    Arc::into_inner(shared).unwrap()
}

#[cfg(not(sanitizer))]
const ROUNDS: usize = 20_000;
#[cfg(sanitizer)]
const ROUNDS: usize = 500;

fn bump(shared: &Shared) {
    // SAFETY: called under `a`.
    unsafe { *shared.count.get() += 1 };
}

#[test]
fn lock_excludes() {
    hammer(|shared, _| {
        let _held = shared.a.lock();
        bump(shared);
    });
}

#[test]
fn try_lock_excludes() {
    hammer(|shared, _| {
        loop {
            if let Some(_held) = shared.a.try_lock() {
                return bump(shared);
            }
            std::thread::yield_now();
        }
    });
}

#[test]
fn lock2_excludes_in_any_order() {
    hammer(|shared, i| {
        let (x, y) = if i % 2 == 0 { (&shared.a, &shared.b) } else { (&shared.b, &shared.a) };
        let _held = lock2(x, y);
        bump(shared);
    });
}

#[test]
fn sleepers_wake_when_the_holder_sleeps_too() {
    let shared = Arc::new(Shared { a: ByteLock::new(), b: ByteLock::new(), count: UnsafeCell::new(0) });
    let held = shared.a.lock();
    let threads = [(); 3].map(|()| {
        let shared = shared.clone();
        std::thread::spawn(move || {
            let _held = shared.a.lock();
            bump(&shared);
        })
    });
    // Long enough that at least some of them park; correct either way.
    std::thread::sleep(std::time::Duration::from_millis(20));
    drop(held);
    threads.into_iter().for_each(|t| t.join().unwrap());
    // SAFETY: alone again.
    assert_eq!(unsafe { *shared.count.get() }, 3);
}

#[test]
fn same_lock_twice_is_locked_once() {
    let lock = ByteLock::new();
    let held = lock2(&lock, &lock);
    assert!(lock.is_locked() && lock.try_lock().is_none());
    drop(held);
    assert!(lock.try_lock().is_some());
    assert!(!lock.is_locked());
}
