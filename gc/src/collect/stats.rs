//! Figures about collections and pauses, always on.

use std::time::Duration;

/// What one collection did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CollectStats {
    /// Live traced blocks when the collection started.
    pub live: usize,
    /// Objects whose counts were looked at: not reached from roots or stacks.
    pub candidates: usize,
    /// Objects found unreachable and taken apart.
    pub collected: usize,
    /// Objects whose finalizer was called.
    pub finalized: usize,
    /// Objects that were unreachable until a finalizer or callback made them reachable again.
    pub resurrected: usize,
    /// How often the world was stopped.
    pub pauses: u32,
    /// For how long, in sum.
    pub paused_ns: u64,
    /// From start to end, finalizers included.
    pub duration_ns: u64,
}

/// Figures of a world since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Collections that ran.
    pub collections: u64,
    /// Sums over them.
    pub collected: u64,
    /// Finalizers called by collections.
    pub finalized: u64,
    /// Objects resurrected.
    pub resurrected: u64,
    /// The last one.
    pub last: CollectStats,
    /// Every pause, whoever asked for it.
    pub pauses: PauseHistogram,
}

/// How long the world stood still, in powers of two of nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PauseHistogram {
    /// `buckets[i]` counts pauses of at least 2^i ns and less than 2^(i+1) ns; the last one takes the rest.
    pub buckets: [u64; 36],
    /// Sum of all pauses.
    pub total_ns: u64,
    /// The longest one.
    pub longest_ns: u64,
    /// Time from asking for a stop until every thread stood, in sum.
    pub waited_ns: u64,
}

impl Default for PauseHistogram {
    fn default() -> PauseHistogram {
        PauseHistogram { buckets: [0; 36], total_ns: 0, longest_ns: 0, waited_ns: 0 }
    }
}

impl PauseHistogram {
    pub(crate) fn note(&mut self, waited: Duration, paused: Duration) {
        let paused_ns = nanoseconds(paused);
        let bucket = (paused_ns.max(1).ilog2() as usize).min(self.buckets.len() - 1);
        self.buckets[bucket] += 1;
        self.total_ns += paused_ns;
        self.longest_ns = self.longest_ns.max(paused_ns);
        self.waited_ns += nanoseconds(waited);
    }

    /// Number of pauses.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }

    /// An upper bound of the time that `share` (0 to 1) of the pauses stayed within.
    #[must_use]
    pub fn quantile_ns(&self, share: f64) -> u64 {
        let wanted = (self.count() as f64 * share).ceil() as u64;
        let mut seen = 0;
        for (i, &count) in self.buckets.iter().enumerate() {
            seen += count;
            if count != 0 && seen >= wanted {
                return (2 << i) - 1;
            }
        }
        0
    }
}

pub(crate) fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

impl Statistics {
    pub(crate) fn note(&mut self, done: CollectStats) {
        self.collections += 1;
        self.collected += done.collected as u64;
        self.finalized += done.finalized as u64;
        self.resurrected += done.resurrected as u64;
        self.last = done;
    }
}
