//! `cargo xtask zeal`: the Python behaviour tests in a build that collects at every escape.
//!
//! A build of its own (`--cfg zeal`, slightly optimized, debug assertions on: freed blocks are overwritten, so that a reference which a
//! frame did not show is noticed at its next use). A program says in its last line if less is enough: see `interp/tests/python.rs`.

use crate::Result;
use crate::shell::{self, cargo};

/// Entry point of the command, and a step of CI. Programs that would take long have periods of their own.
pub(crate) fn run() -> Result {
    let mut command = cargo(["test", "-p", "interp", "--test", "python", "--target-dir", "target/zeal"]);
    shell::run(command.env("RUSTFLAGS", "--cfg zeal").env("CARGO_PROFILE_DEV_OPT_LEVEL", "1"))
}
