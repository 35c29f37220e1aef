//! The `loom` side of the façade.

pub use loom::cell::UnsafeCell;
pub use loom::sync::{Arc, Condvar, Mutex, MutexGuard, atomic};
pub use loom::{hint, thread};

/// See `std_impl`.
macro_rules! lazy_global {
    ($(#[$meta:meta])* static $name:ident: $ty:ty = $init:expr;) => {
        loom::lazy_static! { $(#[$meta])* static ref $name: $ty = $init; }
    };
}

/// See `std_impl`.
macro_rules! local {
    ($(#[$meta:meta])* static $name:ident: $ty:ty = $init:expr;) => {
        loom::thread_local! { $(#[$meta])* static $name: $ty = $init; }
    };
}

pub(crate) use {lazy_global, local};

/// A parking lot small enough for a model: one queue, one condition variable per waiter.
pub(crate) mod park {
    use super::{Arc, Condvar, Mutex};

    /// See `std_impl`.
    pub(crate) struct Wake {
        /// Whether other waiters stay behind.
        pub(crate) more: bool,
        /// Whether the waiter should be handed what it waits for.
        pub(crate) fair: bool,
        /// Whether there was a waiter at all.
        pub(crate) any: bool,
    }

    struct Waiter {
        address: usize,
        woken: Mutex<Option<bool>>,
        signal: Condvar,
    }

    lazy_global! {
        static QUEUE: Mutex<Vec<Arc<Waiter>>> = Mutex::new(Vec::new());
    }

    /// See `std_impl`.
    pub(crate) fn park(address: usize, mut still_needed: impl FnMut() -> bool) -> bool {
        let waiter = Arc::new(Waiter { address, woken: Mutex::new(None), signal: Condvar::new() });
        {
            let mut queue = crate::sync::lock(&QUEUE);
            if !still_needed() {
                return false;
            }
            queue.push(waiter.clone());
        }
        let mut woken = crate::sync::lock(&waiter.woken);
        loop {
            if let Some(handed) = *woken {
                return handed;
            }
            woken = waiter.signal.wait(woken).unwrap_or_else(|poison| poison.into_inner());
        }
    }

    /// See `std_impl`. A model's nap ends when [`time_passes`].
    pub(crate) fn nap(address: usize, still_needed: impl FnMut() -> bool) -> bool {
        park(address, still_needed)
    }

    /// See `std_impl`. Whoever naps on `address` wakes by itself.
    pub(crate) fn time_passes(address: usize) {
        unpark_all(address);
    }

    fn wake(waiter: &Waiter, handed: bool) {
        *crate::sync::lock(&waiter.woken) = Some(handed);
        waiter.signal.notify_one();
    }

    /// See `std_impl`. A model hands over whenever others wait, so that both ways are explored.
    pub(crate) fn unpark_one(address: usize, mut decide: impl FnMut(Wake) -> bool) {
        let mut queue = crate::sync::lock(&QUEUE);
        let at = queue.iter().position(|w| w.address == address);
        let waiter = at.map(|at| queue.remove(at));
        let more = queue.iter().any(|w| w.address == address);
        let handed = decide(Wake { more, fair: more, any: waiter.is_some() });
        drop(queue);
        if let Some(waiter) = waiter {
            wake(&waiter, handed);
        }
    }

    /// See `std_impl`.
    pub(crate) fn unpark_all(address: usize) {
        let mut queue = crate::sync::lock(&QUEUE);
        let (here, rest) = std::mem::take(&mut *queue).into_iter().partition(|w| w.address == address);
        *queue = rest;
        drop(queue);
        let here: Vec<Arc<Waiter>> = here;
        here.iter().for_each(|waiter| wake(waiter, false));
    }
}
