//! Atomics, locks, cells and threads for the lock-free crates: `std`, or `loom` under `cfg(loom)`.
//!
//! The two variants are sibling files with one interface, so that no algorithm contains a `cfg`.

#[cfg(loom)]
#[path = "loom_impl.rs"]
mod imp;
#[cfg(not(loom))]
#[path = "std_impl.rs"]
mod imp;

pub use imp::{Arc, Condvar, Mutex, MutexGuard, UnsafeCell, atomic, hint, thread};
pub(crate) use imp::{lazy_global, local, park};

/// Locks `mutex`, going through a poisoned one: no lock of this crate is ever held over user code, so a panic
/// cannot leave its data half changed.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poison| poison.into_inner())
}
