//! The `std` side of the façade.

pub use std::sync::{Arc, Condvar, Mutex, MutexGuard, atomic};
pub use std::{hint, thread};

/// A cell whose accesses are closures, so that loom can see them; here a plain `std` cell.
#[derive(Debug, Default)]
#[repr(transparent)]
pub struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

impl<T> UnsafeCell<T> {
    /// Wraps `value`.
    pub const fn new(value: T) -> Self {
        Self(std::cell::UnsafeCell::new(value))
    }

    /// Calls `f` with a pointer for shared reading.
    #[inline(always)]
    pub fn with<R>(&self, f: impl FnOnce(*const T) -> R) -> R {
        f(self.0.get())
    }

    /// Calls `f` with a pointer for exclusive writing.
    #[inline(always)]
    pub fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        f(self.0.get())
    }
}

/// Declares a global that is made on first use (`macro_rules` because loom's has another syntax).
macro_rules! lazy_global {
    ($(#[$meta:meta])* static $name:ident: $ty:ty = $init:expr;) => {
        $(#[$meta])* static $name: std::sync::LazyLock<$ty> = std::sync::LazyLock::new(|| $init);
    };
}

/// Declares a thread-local with a constant initializer: one segment-relative load, no lazy flag.
macro_rules! local {
    ($(#[$meta:meta])* static $name:ident: $ty:ty = $init:expr;) => {
        std::thread_local! { $(#[$meta])* static $name: $ty = const { $init }; }
    };
}

pub(crate) use {lazy_global, local};

/// Waiting on an address: a thin face of `parking_lot_core`, with one token for hand-off.
pub(crate) mod park {
    use std::time::{Duration, Instant};

    use parking_lot_core::{DEFAULT_PARK_TOKEN, ParkResult, UnparkToken};

    /// What the thread that wakes one waiter knows.
    pub(crate) struct Wake {
        /// Whether other waiters stay behind.
        pub(crate) more: bool,
        /// Whether the waiter has waited long enough that it should be handed what it waits for.
        pub(crate) fair: bool,
        /// Whether there was a waiter at all.
        pub(crate) any: bool,
    }

    /// How long [`nap`] sleeps at most.
    pub(crate) const NAP: Duration = Duration::from_millis(1);

    /// Sleeps on `address` if `still_needed()` holds under the queue's lock. Returns whether the waker handed over.
    pub(crate) fn park(address: usize, still_needed: impl FnMut() -> bool) -> bool {
        park_until(address, still_needed, None)
    }

    /// As [`park`], but wakes by itself after a moment: for who may be overlooked.
    pub(crate) fn nap(address: usize, still_needed: impl FnMut() -> bool) -> bool {
        park_until(address, still_needed, Some(Instant::now() + NAP))
    }

    /// Time passes everywhere; models say so where they rest on it.
    #[inline(always)]
    pub(crate) fn time_passes(_address: usize) {}

    fn park_until(address: usize, still_needed: impl FnMut() -> bool, end: Option<Instant>) -> bool {
        // SAFETY: the key is the address of a live lock or state byte of ours, and no closure parks, unparks or panics.
        let result =
            unsafe { parking_lot_core::park(address, still_needed, || {}, |_, _| {}, DEFAULT_PARK_TOKEN, end) };
        matches!(result, ParkResult::Unparked(UnparkToken(1)))
    }

    /// Wakes one waiter; `decide` runs under the queue's lock and says whether to hand over.
    pub(crate) fn unpark_one(address: usize, mut decide: impl FnMut(Wake) -> bool) {
        let decide = |r: parking_lot_core::UnparkResult| {
            let wake = Wake { more: r.have_more_threads, fair: r.be_fair, any: r.unparked_threads != 0 };
            UnparkToken(usize::from(decide(wake)))
        };
        // SAFETY: as in `park`.
        unsafe { parking_lot_core::unpark_one(address, decide) };
    }

    /// Wakes every waiter.
    pub(crate) fn unpark_all(address: usize) {
        // SAFETY: as in `park`.
        unsafe { parking_lot_core::unpark_all(address, UnparkToken(0)) };
    }
}
