//! When to try: 16-bit counters that wait, trigger, and wait longer after each failure.
//!
//! A counter is `value:12 | backoff:4`, as in CPython 3.14 (`Include/internal/pycore_backoff.h`). The value counts down to the next
//! attempt; the backoff says how long the wait after the next failure will be. All of it is arithmetic on a copy; where
//! the counter lives, and that racing updates may lose a tick, is [`rewrite`](crate::rewrite)'s matter.
//!
//! New here is the [`Sampler`]. Code is shared by all threads, so a site that never specializes would write its cache line at
//! each execution from each core. From a certain backoff on, a thread therefore counts only a sample of its
//! executions and makes up for it in the step: the expected wait is the same, with one write in 64.

#[cfg(test)]
mod tests;

const BACKOFF_BITS: u32 = 4;
const BACKOFF_MASK: u16 = 15;
const MAX_VALUE: u16 = 0xfff;
const MAX_BACKOFF: u16 = 12;
const NEVER: u16 = 15;

#[cfg(not(loom))]
const WARMUP: Counter = Counter::new(1, 1);
#[cfg(loom)]
const WARMUP: Counter = Counter::new(0, 0);

#[cfg(not(loom))]
const COOLDOWN: Counter = Counter::new(52, 0);
#[cfg(loom)]
const COOLDOWN: Counter = Counter::new(1, 0);

/// Backoff from which executions are sampled: a wait of 127 and more.
const SAMPLED_FROM: u16 = 6;
/// One execution in this many is counted, as this many.
const SAMPLE: u16 = 64;

/// A countdown to the next attempt, with the wait that follows a failure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Counter(u16);

impl Counter {
    /// A counter that triggers at the execution after `value` ticks, and after a failure waits `2^(backoff + 1)`.
    ///
    /// # Panics
    /// If `value` exceeds 4095 or `backoff` 12 (at compile time in constants).
    pub const fn new(value: u16, backoff: u16) -> Self {
        assert!(value <= MAX_VALUE && backoff <= MAX_BACKOFF);
        Self(value << BACKOFF_BITS | backoff)
    }

    /// For new code: the second execution attempts.
    pub const fn warmup() -> Self {
        WARMUP
    }

    /// After a success: so many misses until the next attempt.
    pub const fn cooldown() -> Self {
        COOLDOWN
    }

    /// For loops that become hot: the longest wait.
    pub const fn hot_loop() -> Self {
        Self::new(MAX_VALUE, MAX_BACKOFF)
    }

    /// Never triggers, and ticking it writes nothing: specialization is off.
    pub const fn never() -> Self {
        Self(NEVER)
    }

    /// From its bits in a code word.
    pub const fn from_bits(bits: u16) -> Self {
        Self(bits)
    }

    /// Its bits for a code word.
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// Ticks left until it triggers.
    pub const fn value(self) -> u16 {
        self.0 >> BACKOFF_BITS
    }

    /// The exponent of the wait after the next failure, less one.
    pub const fn backoff(self) -> u16 {
        self.0 & BACKOFF_MASK
    }

    /// Whether it is time: the value is used up, and it is not [`never`](Self::never).
    #[inline]
    pub const fn triggers(self) -> bool {
        self.0 < NEVER
    }

    /// Whether it can never trigger.
    #[inline]
    pub const fn is_never(self) -> bool {
        self.backoff() == NEVER
    }

    /// One execution fewer to wait. Stays as it is when it triggers already, or never does.
    #[must_use]
    #[inline]
    pub const fn advanced(self) -> Self {
        self.advanced_by(1)
    }

    /// `ticks` executions fewer to wait, down to triggering.
    #[must_use]
    #[inline]
    pub const fn advanced_by(self, ticks: u16) -> Self {
        if self.is_never() {
            return self;
        }
        let left = self.value().saturating_sub(ticks);
        Self(left << BACKOFF_BITS | self.backoff())
    }

    /// After a failure: a longer wait, up to 4095 executions.
    #[must_use]
    pub const fn restarted(self) -> Self {
        if self.is_never() {
            return self;
        }
        let backoff = if self.backoff() < MAX_BACKOFF { self.backoff() + 1 } else { MAX_BACKOFF };
        Self::new((1 << backoff) - 1, backoff)
    }
}

/// A thread's own choice of the executions it counts at sites that keep failing.
///
/// A linear congruential generator, not a plain count: a loop over 64 sites would else count one of them always and the
/// others never.
#[derive(Clone, Debug)]
pub struct Sampler(u32);

impl Sampler {
    /// Any seed will do; threads should differ.
    pub const fn new(seed: u32) -> Self {
        Self(seed)
    }

    /// The counter after one more execution, or `None` when this execution writes nothing.
    #[inline]
    pub fn advance(&mut self, counter: Counter) -> Option<Counter> {
        if counter.is_never() {
            return None;
        }
        if counter.backoff() < SAMPLED_FROM {
            return Some(counter.advanced());
        }
        self.0 = self.0.wrapping_mul(0x915f_77f5).wrapping_add(0x6d2b_79f5);
        let chosen = self.0 >> (u32::BITS - SAMPLE.ilog2()) == 0;
        chosen.then(|| counter.advanced_by(SAMPLE))
    }
}
