//! The `zeal` build: whatever may reach a safepoint does, and collects there.
//!
//! Every spill and every death of an object is a place where another thread, a finalizer or an allocation could bring a collection
//! about. Here one happens: what the frame does not show is freed at once, instead of once in a million runs.
//! `WEFT_ZEAL=n` collects at every n-th place only (default 1); `gc.disable()` is heeded.

use std::cell::Cell;
use std::sync::OnceLock;

use crate::thread::{Esc, world};

thread_local! {
    /// Places left before the next collection.
    static LEFT: Cell<u32> = const { Cell::new(0) };
}

fn period() -> u32 {
    static PERIOD: OnceLock<u32> = OnceLock::new();
    *PERIOD.get_or_init(|| {
        std::env::var("WEFT_ZEAL").ok().and_then(|text| text.parse().ok()).filter(|&period| period > 0).unwrap_or(1)
    })
}

/// Whether this is the zeal build.
pub(crate) const ON: bool = true;

/// Collects, if it is time to.
#[inline(never)]
pub(crate) fn escape(esc: Esc<'_>) {
    let left = LEFT.get();
    if left > 0 {
        LEFT.set(left - 1);
        return;
    }
    if !world().is_enabled() {
        return;
    }
    LEFT.set(period() - 1);
    crate::gcmodel::collect(esc);
}
