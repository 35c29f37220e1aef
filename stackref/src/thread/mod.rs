//! Threads as the counts know them: a number, a state, a breaker word and a merge queue.
//!
//! A thread *counts* under its id only while attached; detached (or unknown) threads are [`NO_THREAD`], own nothing and
//! use the shared halves, so another thread may merge a detached owner's objects on its behalf (T1).
//!
//! | state | meaning | left by |
//! |---|---|---|
//! | `DETACHED` | blocked or idle, touches no object as owner | itself → `ATTACHED`; any thread → `SUSPENDED` |
//! | `ATTACHED` | running | itself → `DETACHED` or `SUSPENDED` |
//! | `SUSPENDED` | held by another thread, cannot attach | holder → `DETACHED`; itself, wanting to attach → `SUSPENDED_WAITING` |
//! | `SUSPENDED_WAITING` | held, and sleeping until released | holder → `DETACHED_WAITING` |
//! | `DETACHED_WAITING` | released while it waited: may not be suspended again before it has attached | itself → `ATTACHED` |
//! | `RETIRED` | the thread has ended | nobody |

#[cfg(not(loom))]
#[path = "contention_std.rs"]
mod contention;
#[cfg(loom)]
#[path = "contention_loom.rs"]
mod contention;
mod registry;
mod state;
#[cfg(test)]
mod tests;

pub(crate) use contention::note_contention;
pub(crate) use registry::enqueue;
pub use registry::{current, register, register_detached};
pub use state::{ATTACHED, DETACHED, DETACHED_WAITING, RETIRED, SUSPENDED, SUSPENDED_WAITING};

use crate::sync::atomic::AtomicU32;
use crate::sync::local;
use std::cell::Cell;
use std::num::NonZeroU32;

/// Number of a registered thread. Re-used after the thread has retired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ThreadId(NonZeroU32);

impl ThreadId {
    /// The number, as object headers store it.
    #[inline]
    pub fn get(self) -> u32 {
        self.0.get()
    }
}

/// The id of a thread that is not attached: never the owner of anything.
pub const NO_THREAD: u32 = u32::MAX;

/// Bits of [`Record::breaker`]: reasons to leave the fast path at the next safepoint.
#[derive(Debug)]
pub struct Breaker(());

impl Breaker {
    /// The world is to stop.
    pub const STOP: u32 = 1;
    /// The merge queue is not empty.
    pub const MERGE: u32 = 2;
    /// A collection is due.
    pub const GC: u32 = 4;
    /// Retired memory is to be reclaimed.
    pub const RECLAIM: u32 = 8;
    /// A signal has arrived.
    pub const SIGNAL: u32 = 16;
    /// An asynchronous exception was set.
    pub const ASYNC: u32 = 32;
}

/// What other threads may know of a thread.
#[derive(Debug)]
pub struct Record {
    id: ThreadId,
    state: AtomicU32,
    breaker: AtomicU32,
}

local! {
    static ID: Cell<u32> = Cell::new(NO_THREAD);
}

/// The id under which this thread counts: its own while attached, else [`NO_THREAD`].
#[inline(always)]
pub fn current_id() -> u32 {
    ID.with(Cell::get)
}

fn set_current_id(id: u32) {
    ID.with(|cell| cell.set(id));
}

impl Record {
    /// The thread's number.
    #[inline]
    pub fn id(&self) -> ThreadId {
        self.id
    }

    /// The breaker word; see [`Breaker`].
    #[inline(always)]
    pub fn breaker(&self) -> &AtomicU32 {
        &self.breaker
    }

    /// The state word; see the module's table. Exposed for the collector's handshake.
    #[inline]
    pub fn state(&self) -> &AtomicU32 {
        &self.state
    }
}
