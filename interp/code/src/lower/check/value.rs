//! What a place can hold, as far as the checker distinguishes. Apart because both machines speak of it.

use crate::{Code, Const};

/// A value without its content: where it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// Nothing.
    Empty,
    /// What the local held when the block started.
    Local(u32),
    /// What the stack position held when the block started.
    Stack(u32),
    /// A small int.
    Int(i64),
    /// A constant that is no small int.
    Const(u32),
    /// What the instruction at code unit `unit` left: its `index`-th output.
    Out { unit: u32, index: u32 },
    /// What the instruction at `unit` left in a local that it names itself.
    After { unit: u32, local: u32 },
}

impl Value {
    /// The constant `index`: a small int is the same value wherever it is written down.
    pub(super) fn constant(code: &Code, index: u32) -> Self {
        match code.consts.get(index as usize) {
            Some(Const::Int(number)) => number.as_small().map_or(Self::Const(index), Self::Int),
            _ => Self::Const(index),
        }
    }
}

/// The locals that an instruction changes without taking them from the stack or giving them a destination.
pub(super) fn touched(name: &str, arg: u32, locals: u32) -> std::ops::Range<u32> {
    match name {
        "LOAD_FAST_AND_CLEAR" | "DELETE_FAST" | "MAKE_CELL" => arg..arg + 1,
        "COPY_FREE_VARS" => locals.saturating_sub(arg)..locals,
        _ => 0..0,
    }
}
