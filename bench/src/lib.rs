//! Benchmarks of the Weft crates.

#![forbid(unsafe_code)]
