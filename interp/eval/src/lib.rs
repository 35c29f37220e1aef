//! The eval loop: frames, dispatch, unwinding, safepoints and the generated handlers.
//!
//! # The model on one page
//! A thread runs *cells* (see `interp-code`'s lowering). Every cell op has a handler, generated from `interp/ops`:
//! `fn(ip, fp, thread, cell) -> Control`. A handler ends by going on at the next cell. In release builds that is a
//! sibling call through the table (`dispatch`, `tail`); in debug builds it returns to a loop (`looped`). Both come
//! from the same definitions.
//!
//! Python calls push a frame on the thread's data stack and go on there; returns come back through the frame's header.
//! Only native code that calls Python enters a loop of its own ([`enter`]). Generators own their frame; resuming one
//! links it into the chain.
//!
//! # Invariants
//! | id | statement | established | relied on |
//! |---|---|---|---|
//! | H1 | a handler gets a verified cell of its op, the frame it belongs to, and the running thread | lowering, `dispatch` | every slot access |
//! | H2 | at an escape the frame shows every live reference and none that is dead | generated spills | the collector, unwinding |
//! | H3 | `Thread::frame` is the running frame whenever an escape is possible | calls and returns | collector, tracebacks |

pub mod enter;

mod at;
mod call;
mod dispatch;
mod flow;
pub mod frames;
mod generated;
mod generator;
mod ops;
mod safepoint;
pub mod specialize;
mod stack;
mod unwind;

pub use generator::{close as close_generator, send as send_generator, throw as throw_generator};

use interp_object::Esc;
use interp_object::data::function::FUNCTION;
use interp_object::data::generator::{ASYNC_GENERATOR, COROUTINE, GENERATOR, RUNNER, Runner};

/// Teaches functions to be called and generators to be resumed. Call once, after the types were made ready.
pub fn init(esc: Esc<'_>) {
    flow::init();
    at::init();
    FUNCTION.slots.call.set(Some(enter::call_function));
    interp_object::builder::expose(esc, &FUNCTION);
    let _ = interp_object::data::code::FORGET.set(specialize::forget);
    let _ = interp_object::data::descr::SUPER_ARGUMENTS.set(frames::super_arguments);
    for class in [&GENERATOR, &COROUTINE, &ASYNC_GENERATOR] {
        class.slots.send.set(Some(generator::send));
        class.slots.finalize.set(Some(generator::finalize));
        interp_object::builder::expose(esc, class);
    }
    GENERATOR.slots.next.set(Some(generator::next));
    let runner = Runner { send: generator::send, throw: generator::throw, close: generator::close };
    let _ = RUNNER.set(runner);
}
