//! Benchmarks of Weft.
//!
//! What can be measured in safe code and across crates is in `benches/` here. Benches that make objects by hand need unsafe
//! code and stand beside their crates: `stackref/benches`, `dictkeys/benches`, `gc/benches`.
//!
//! | command | measures |
//! |---|---|
//! | `cargo bench -p stackref` | words, counts, slots |
//! | `cargo bench -p dictkeys` | lookups, growth, inline values |
//! | `cargo bench -p gc` | allocation, safepoints, a collection |
//! | `cargo bench -p bench --bench front` | parser and compiler |
//!
//! A bench asserts nothing about time: figures depend on the machine, and tests must not.

#![forbid(unsafe_code)]
