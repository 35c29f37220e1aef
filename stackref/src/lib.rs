//! One-word tagged stack references with biased, deferred and immortal reference counts.
