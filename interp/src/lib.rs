//! A free-threaded, specializing Python 3.14 runtime, to be run (`weft`) or embedded.
//!
//! This crate puts the layers together: it starts the runtime, reads programs and runs them. What they can do is
//! defined below: types in `types-*`, modules in `stdlib-*`, execution in `eval`.
//!
//! ```no_run
//! let outcome = interp::Program::from_source("print(6 * 7)").arguments(["demo"]).run();
//! assert_eq!(outcome.exit_code, 0);
//! ```
//!
//! One process has one runtime: modules stay imported between runs, each run starts with a fresh `__main__`.

#![forbid(unsafe_code)]

mod program;
mod runtime;

/// Asks the program that runs to raise `KeyboardInterrupt` in its main thread; any thread may call it. `false` if an earlier
/// request has not been served.
pub use interp_object::interrupt::request as interrupt;
pub use interp_stdlib_core::report::FrameLine;
pub use interp_stdlib_core::runtime::Config;
pub use program::{Failure, Outcome, Program, Source};
