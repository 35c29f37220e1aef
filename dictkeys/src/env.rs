//! What the embedder brings to an operation: key equality, the calling thread, and deferred reclamation.

use std::ptr::NonNull;

use stackref::Value;

/// Deferred reclamation: memory that lock-free readers may still look at is freed after a grace period.
///
/// # Safety
/// [`retire`](Reclaim::retire) calls `free(ptr)` exactly once, on any thread, and only after every thread that was
/// between two safepoints when `retire` was called has passed one (or leaks the memory).
pub unsafe trait Reclaim {
    /// Hands `ptr` over. May be called with an object's lock held, so it must not run user code, drop values, block on
    /// a lock that is held over dictionary operations, or pass a safepoint. `bytes` is for pacing.
    ///
    /// # Safety
    /// `ptr` is unreachable for readers that start from now on, `free` may be called on it, and nobody else frees it.
    unsafe fn retire(&mut self, ptr: NonNull<u8>, free: unsafe fn(NonNull<u8>), bytes: usize);
}

/// The embedder's side of one operation.
///
/// `same` and `equal` get the table's key first, the key looked for second (CPython's order).
pub trait Env: Reclaim + NoSafepoint {
    /// What a failing comparison, or exhausted memory, becomes.
    type Error;

    /// Decides equality of two keys with equal hash if that is possible without running user code, allocating objects,
    /// or taking locks; `None` if not. Called with the lock held or in the middle of a lock-free read.
    fn same(&mut self, candidate: &Value, key: &Value) -> Option<bool>;

    /// Decides equality; may run anything, the same dictionary's mutation included. Called without locks.
    ///
    /// # Errors
    /// The embedder's; the operation stops and returns it.
    fn equal(&mut self, candidate: &Value, key: &Value) -> Result<bool, Self::Error>;

    /// The error for a table that could not be allocated.
    fn no_memory(&mut self) -> Self::Error;
}

/// A thread that is attached and passes no safepoint: lock-free reads ask for one, a
/// [`KeysSnapshot`](crate::KeysSnapshot) borrows one.
///
/// # Safety
/// * [`me`](NoSafepoint::me) is the id of the calling thread ([`stackref::thread::current_id`]), which is attached.
/// * While a shared borrow of a value of this type is alive, the thread that holds it passes no safepoint (in an eval
///   loop: the token that an escaping call needs exclusively). So memory that was reachable when the borrow began is
///   not reclaimed before it ends.
pub unsafe trait NoSafepoint {
    /// The calling thread.
    fn me(&self) -> u32;
}
