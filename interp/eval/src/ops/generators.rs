//! Generators, coroutines and asynchronous iteration.

use interp_object::{Thread, Value, Word};

use crate::call::{Return, store_result};
use crate::flow::Flow;
use crate::ops::iter::jump_target;

/// A generator that `SEND` resumed returned: the value takes the place of what was sent, and `SEND` jumps.
pub(crate) fn send_done(th: &Thread, fp: *mut Word, slot: usize, value: Value) -> Flow {
    let flow = jump_target(fp);
    store_result(th, fp, Return::store(flow.ip, slot), value)
}
