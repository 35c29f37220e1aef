//! Interrupting the main thread: Ctrl-C and `_thread.interrupt_main`. Apart from `thread` because it is asked from outside:
//! by a thread that is not attached to the world and touches no object.
//!
//! # Protocol
//! [`request`] sets `PENDING`, then the main thread's breaker, then wakes who sleeps in [`wait`]. The main thread takes
//! `PENDING` with a swap, at a safepoint or when it wakes, and raises `KeyboardInterrupt`: a request is served once.
//! `PENDING` is stored under the mutex of the sleepers, so a wake-up cannot fall between their test and their sleep.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use stackref::thread::{Breaker, Record};

use crate::data::exception as exc;
use crate::raise::PyResult;
use crate::thread::Esc;

/// How long a wait for something that no interrupt can wake lasts before it looks for one.
pub const LOOK_EVERY: Duration = Duration::from_millis(50);

static PENDING: AtomicBool = AtomicBool::new(false);
static MAIN: OnceLock<Arc<Record>> = OnceLock::new();
static SLEEPERS: Mutex<()> = Mutex::new(());
static WOKEN: Condvar = Condvar::new();

/// Makes the calling thread the one that interrupts go to. The first call in a process counts.
pub fn install(esc: Esc<'_>) {
    drop(MAIN.set(Arc::clone(esc.thread().mutator().record())));
}

/// Asks the main thread to raise `KeyboardInterrupt`. `false` if it has not yet served an earlier request.
pub fn request() -> bool {
    let fresh = {
        let _sleepers = SLEEPERS.lock().unwrap_or_else(PoisonError::into_inner);
        !PENDING.swap(true, Ordering::AcqRel)
    };
    if let Some(main) = MAIN.get() {
        main.breaker().fetch_or(Breaker::SIGNAL, Ordering::Release);
    }
    WOKEN.notify_all();
    fresh
}

/// Whether this thread is the one that interrupts go to.
pub fn is_target(esc: Esc<'_>) -> bool {
    MAIN.get().is_some_and(|main| main.id().get() == esc.me())
}

/// Whether a request waits to be served.
pub fn is_pending() -> bool {
    PENDING.load(Ordering::Acquire)
}

/// Whether a request waits to be served by the calling thread, which may be detached.
pub fn is_pending_here() -> bool {
    let ours = |main: &Arc<Record>| stackref::thread::current().is_some_and(|current| Arc::ptr_eq(&current, main));
    is_pending() && MAIN.get().is_some_and(ours)
}

/// Raises `KeyboardInterrupt` on the main thread if it was asked for.
///
/// # Errors
/// The `KeyboardInterrupt`.
pub fn serve(esc: Esc<'_>) -> PyResult<()> {
    if is_pending() && is_target(esc) && PENDING.swap(false, Ordering::AcqRel) {
        return Err(esc.raise_args(&exc::KEYBOARD_INTERRUPT, &[]));
    }
    Ok(())
}

/// Sleeps, detached; an interrupt of the main thread ends the sleep.
///
/// # Errors
/// The `KeyboardInterrupt`.
pub fn sleep(esc: Esc<'_>, duration: Duration) -> PyResult<()> {
    if !is_target(esc) {
        esc.blocking(|| std::thread::sleep(duration));
        return Ok(());
    }
    esc.blocking(|| {
        // A time beyond the clock's range is for ever.
        let deadline = Instant::now().checked_add(duration);
        let mut sleepers = SLEEPERS.lock().unwrap_or_else(PoisonError::into_inner);
        while !is_pending() {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                break;
            }
            let left = left.unwrap_or(Duration::from_secs(3600));
            sleepers = WOKEN.wait_timeout(sleepers, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    });
    serve(esc)
}

/// Repeats `attempt`, which waits for at most the given time and says whether it got what it waited for, until it did, the
/// time ran out, or the main thread is interrupted. `attempt` runs detached.
///
/// # Errors
/// The `KeyboardInterrupt`.
pub fn wait(
    esc: Esc<'_>,
    timeout: Option<Duration>,
    mut attempt: impl FnMut(Option<Duration>) -> bool,
) -> PyResult<bool> {
    if !is_target(esc) {
        return Ok(esc.blocking(|| attempt(timeout)));
    }
    let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    loop {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let slice = left.map_or(LOOK_EVERY, |left| left.min(LOOK_EVERY));
        if esc.blocking(|| attempt(Some(slice))) {
            return Ok(true);
        }
        serve(esc)?;
        if left.is_some_and(|left| left.is_zero()) {
            return Ok(false);
        }
    }
}
