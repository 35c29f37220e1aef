//! Integration tests of the crate, one binary.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used)] // helpers of tests are tests too

mod basic;
mod model;
mod split;
mod stress;
mod toy;
