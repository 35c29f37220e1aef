//! Waiting for a change of the member list: without a time limit, so that a model finds lost signals.

use stackref::sync::{Condvar, MutexGuard};

pub(super) fn wait<'m, T>(condvar: &Condvar, guard: MutexGuard<'m, T>) -> MutexGuard<'m, T> {
    condvar.wait(guard).unwrap_or_else(|poisoned| poisoned.into_inner())
}
