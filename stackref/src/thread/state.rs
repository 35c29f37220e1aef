//! Attaching, detaching, and being held by another thread.

use super::{NO_THREAD, Record, set_current_id};
use crate::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use crate::sync::park;

/// Blocked or idle.
pub const DETACHED: u32 = 0;
/// Running.
pub const ATTACHED: u32 = 1;
/// Held by another thread.
pub const SUSPENDED: u32 = 2;
/// The thread has ended.
pub const RETIRED: u32 = 3;
/// Held, and sleeping until released.
pub const SUSPENDED_WAITING: u32 = 4;
/// Released while it waited.
pub const DETACHED_WAITING: u32 = 5;

impl Record {
    /// Makes this thread count under its id; sleeps while another thread holds it.
    ///
    /// Called only by the thread that the record belongs to.
    pub fn attach(&self) {
        loop {
            let state = self.state.load(Relaxed);
            match state {
                // Acquire: pairs with the release of whoever merged on this thread's behalf.
                DETACHED | DETACHED_WAITING => {
                    if self.state.compare_exchange(state, ATTACHED, Acquire, Relaxed).is_ok() {
                        return set_current_id(self.id.get());
                    }
                }
                SUSPENDED => {
                    let _ = self.state.compare_exchange(SUSPENDED, SUSPENDED_WAITING, Relaxed, Relaxed);
                }
                SUSPENDED_WAITING => {
                    park::park(self.state_address(), || self.state.load(Relaxed) == SUSPENDED_WAITING);
                }
                _ => {
                    debug_assert_eq!(state, ATTACHED, "a retired thread cannot attach");
                    return set_current_id(self.id.get());
                }
            }
        }
    }

    /// Stops counting under the id, before blocking or idling. Its own thread only.
    pub fn detach(&self) {
        set_current_id(NO_THREAD);
        // Release: pairs with the acquire of whoever suspends this thread and reads its local counts (T1).
        self.state.store(DETACHED, Release);
    }

    /// Goes from attached straight to held, at a stop of the world; [`Record::attach`] then waits for the release.
    /// Its own thread only.
    pub fn suspend_self(&self) {
        set_current_id(NO_THREAD);
        self.state.store(SUSPENDED, Release);
    }

    /// Holds the thread if it is detached. While held, the caller may do the owner's work for it, but runs no user
    /// code and stops nowhere; it then calls [`Record::resume`].
    #[must_use]
    pub fn try_suspend(&self) -> bool {
        self.state.compare_exchange(DETACHED, SUSPENDED, AcqRel, Relaxed).is_ok()
    }

    /// Releases a held thread and wakes it if it waits to attach.
    pub fn resume(&self) {
        // Release: pairs with the acquire in `attach`.
        if self.state.compare_exchange(SUSPENDED, DETACHED, Release, Relaxed).is_ok() {
            return;
        }
        if self.state.compare_exchange(SUSPENDED_WAITING, DETACHED_WAITING, Release, Relaxed).is_ok() {
            park::unpark_all(self.state_address());
        }
    }

    /// Whether the thread runs and counts.
    pub fn is_attached(&self) -> bool {
        self.state.load(Acquire) == ATTACHED
    }

    fn state_address(&self) -> usize {
        std::ptr::from_ref(&self.state).addr()
    }
}
