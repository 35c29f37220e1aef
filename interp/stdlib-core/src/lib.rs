//! Native modules: builtins, sys, time, math, itertools, gc, _thread, _weakref; import; the report of uncaught exceptions.
//!
//! # The model on one page
//! * [`runtime`] holds what one process has once: the configuration, `sys.modules`, the modules `builtins` and `sys`.
//! * Every native module is a function that fills a [`interp_object::builder::ModuleBuilder`]; [`import`] calls it on
//!   the first `import` (`builtins` and `sys` at start).
//! * [`compile`] is the one place where source text becomes a code object or a `SyntaxError`.
//! * [`report`] turns an exception into the text that CPython prints for it.
//!
//! Nothing here is unsafe: objects are reached through `interp-object`, frames through `interp-eval`.

#![forbid(unsafe_code)]

mod util;

pub mod runtime;

mod exit;

pub mod compile;
pub mod import;
pub mod report;

mod builtins;
mod errno;
mod io;
mod itertools;
mod math;
mod posix;
mod sys;
pub mod thread;
mod time;

mod collector;
mod weakref;

use interp_object::Esc;

/// Makes the types of this crate ready and the modules `builtins` and `sys` available.
pub fn init(esc: Esc<'_>) {
    io::init(esc);
    builtins::init(esc);
    sys::init(esc);
    itertools::init(esc);
    thread::init(esc);
}
