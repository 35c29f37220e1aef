//! Benchmarks of the Weft crates.
