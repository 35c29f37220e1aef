//! Integration tests of the crate, one binary: behaviour and stress, or the models under `--cfg loom`.
#![allow(clippy::unwrap_used)] // helpers of tests are tests too

#[cfg(not(loom))]
mod basic;
#[cfg(not(loom))]
mod model;
#[cfg(loom)]
mod models;
#[cfg(not(loom))]
mod split;
#[cfg(not(loom))]
mod stress;
#[cfg(not(loom))]
mod toy;
