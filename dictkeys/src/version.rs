//! Versions of keys objects: one counter for the process, so that no two tables ever share a number. Apart because of
//! its exhaustion rule.
//!
//! The counter is `std`'s even under loom, which has no statics; it orders nothing, each draw is one atomic update.

use std::sync::atomic::{AtomicU32, Ordering};

static NEXT: VersionCounter = VersionCounter::starting_at(1);

/// Draws versions until they run out, and then never again: a wrapped counter could make a stale cache true.
struct VersionCounter(AtomicU32);

impl VersionCounter {
    const fn starting_at(first: u32) -> Self {
        VersionCounter(AtomicU32::new(first))
    }

    /// A version never returned before, or 0 once all were.
    fn draw(&self) -> u32 {
        // 0 is absorbing: the update refuses it, and MAX wraps into it.
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |next| {
                if next == 0 { None } else { Some(next.wrapping_add(1)) }
            })
            .unwrap_or(0)
    }
}

/// The next version, or 0 when there are no more: callers then never specialize.
pub(crate) fn draw() -> u32 {
    NEXT.draw()
}

#[cfg(test)]
mod tests {
    use super::VersionCounter;

    #[test]
    fn exhaustion_is_final() {
        let counter = VersionCounter::starting_at(u32::MAX - 1);
        assert_eq!([counter.draw(), counter.draw(), counter.draw(), counter.draw()], [u32::MAX - 1, u32::MAX, 0, 0]);
    }
}
