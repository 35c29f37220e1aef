//! `cargo xtask oracle`: compares our compiler with CPython's `compile()`, code object by code object.
//!
//! It needs a python3.14 and is therefore no step of CI, which compares with committed dumps.

use crate::workspace::package_named;
use crate::{Result, shell};

/// Entry point of the command; arguments go to the comparison.
pub(crate) fn run(args: &[String]) -> Result {
    let front = package_named("interp-front")?.unwrap_or_default();
    if !front.has("example", "oracle") {
        return Err("package interp-front has no example `oracle` yet".to_owned());
    }
    shell::run(shell::cargo(["run", "--release", "-p", "interp-front", "--example", "oracle", "--"]).args(args))
}
