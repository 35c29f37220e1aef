//! When to collect: the only place that knows. Facts from CPython 3.14: a young count per thread, flushed to a common one; a threshold on that;
//! and the rule that a full collection waits until the young are a quarter of what survived the last one.
//!
//! Ours beyond that: patience. While collections find little, each waits for twice the part of the old that the one before
//! waited for, up to all of it, so that a heap that only grows is traced a bounded number of times per object; the first
//! one that finds something sets the wait back. Garbage in cycles therefore never exceeds what lives, where it does not
//! stay below a quarter.

use crate::tuning::{FRUITLESS_DIVISOR, OLD_DIVISOR, THRESHOLD_YOUNG};
use stackref::sync::atomic::{AtomicBool, AtomicIsize, AtomicUsize, Ordering};

/// The settings and counts of one world. All of it may be read and changed by any thread at any time; it only paces.
pub(crate) struct Pace {
    enabled: AtomicBool,
    thresholds: [AtomicUsize; 3],
    /// Traced blocks allocated minus freed since the last collection, as far as threads have told.
    young: AtomicIsize,
    /// Objects that survived the last collection.
    old: AtomicUsize,
    /// The part of them that the next one waits for, as a divisor: from `OLD_DIVISOR` down to 1.
    divisor: AtomicUsize,
}

impl Pace {
    pub(crate) fn new() -> Pace {
        Pace {
            enabled: AtomicBool::new(true),
            thresholds: [AtomicUsize::new(THRESHOLD_YOUNG), AtomicUsize::new(10), AtomicUsize::new(0)],
            young: AtomicIsize::new(0),
            old: AtomicUsize::new(0),
            divisor: AtomicUsize::new(OLD_DIVISOR),
        }
    }

    pub(crate) fn set_enabled(&self, enabled: bool) {
        self.enabled.store(enabled, Ordering::Relaxed);
    }

    pub(crate) fn is_enabled(&self) -> bool {
        self.enabled.load(Ordering::Relaxed)
    }

    pub(crate) fn set_thresholds(&self, values: [usize; 3]) {
        for (threshold, value) in self.thresholds.iter().zip(values) {
            threshold.store(value, Ordering::Relaxed);
        }
    }

    pub(crate) fn thresholds(&self) -> [usize; 3] {
        std::array::from_fn(|i| self.thresholds[i].load(Ordering::Relaxed))
    }

    /// Adds a thread's delta. True if a collection is due.
    pub(crate) fn add(&self, delta: isize) -> bool {
        let young = self.young.fetch_add(delta, Ordering::Relaxed) + delta;
        if young < 0 {
            // Old objects died: they were never young. A lost update here changes a pace, nothing else.
            self.young.store(0, Ordering::Relaxed);
        }
        delta > 0 && self.is_due()
    }

    /// Whether a collection is due.
    pub(crate) fn is_due(&self) -> bool {
        let [first, second, _] = self.thresholds();
        let young = usize::try_from(self.young.load(Ordering::Relaxed)).unwrap_or(0);
        self.is_enabled()
            && first != 0
            && young > first
            && (second == 0 || young >= self.old() / self.divisor.load(Ordering::Relaxed))
    }

    pub(crate) fn young(&self) -> usize {
        usize::try_from(self.young.load(Ordering::Relaxed)).unwrap_or(0)
    }

    pub(crate) fn old(&self) -> usize {
        self.old.load(Ordering::Relaxed)
    }

    /// A collection starts.
    pub(crate) fn reset_young(&self) {
        self.young.store(0, Ordering::Relaxed);
    }

    /// A collection ends.
    pub(crate) fn collected(&self, survivors: usize, dead: usize) {
        self.old.store(survivors, Ordering::Relaxed);
        let fruitless = dead < survivors / FRUITLESS_DIVISOR;
        let divisor = if fruitless { (self.divisor.load(Ordering::Relaxed) / 2).max(1) } else { OLD_DIVISOR };
        self.divisor.store(divisor, Ordering::Relaxed);
    }
}

#[cfg(all(test, not(loom)))]
mod tests;
