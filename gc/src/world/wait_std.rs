//! Waiting for a change of the member list; see `wait_loom`.

use stackref::sync::{Condvar, MutexGuard};
use std::time::Duration;

/// A thread may also be held for a moment by another one that merges its counts, which signals nobody: look again after a while.
const LOOK_AGAIN: Duration = Duration::from_millis(1);

pub(super) fn wait<'m, T>(condvar: &Condvar, guard: MutexGuard<'m, T>) -> MutexGuard<'m, T> {
    condvar.wait_timeout(guard, LOOK_AGAIN).unwrap_or_else(|poisoned| poisoned.into_inner()).0
}
