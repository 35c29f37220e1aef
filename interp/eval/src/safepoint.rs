//! Safepoints: what others asked of this thread is done at backward jumps, calls and resumption.

use std::sync::atomic::Ordering;

use interp_object::{Esc, PyResult, Thread, gcmodel, interrupt};

/// Whether a safepoint has something to do: someone asked for something, or this is the `zeal` build.
#[inline(always)]
pub(crate) fn is_asked(th: &Thread) -> bool {
    cfg!(zeal) || is_pending(th)
}

/// Whether someone asked for something. For who goes round a safepoint where nobody did: the `zeal` build does so too, or
/// it would never see what lies behind.
#[inline(always)]
pub(crate) fn is_pending(th: &Thread) -> bool {
    th.breaker().load(Ordering::Relaxed) != 0
}

/// Does what was asked: stops, merges counts, frees memory, collects, raises.
///
/// # Errors
/// An exception another thread asked this one to raise, or what a signal handler raised.
#[cold]
#[inline(never)]
pub(crate) fn serve(esc: Esc<'_>) -> PyResult<()> {
    let th = esc.thread();
    let requests = th.mutator().safepoint();
    th.drop_delayed();
    // In the `zeal` build every escape collects, by its own period.
    if requests.contains(gc::Requests::GC) && !cfg!(zeal) {
        gcmodel::collect(esc);
    }
    if requests.contains(gc::Requests::SIGNAL) {
        interrupt::serve(esc)?;
    }
    let asked = th.async_exception.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
    match asked {
        Some(exception) => Err(esc.raise_object(&exception)),
        None => Ok(()),
    }
}
