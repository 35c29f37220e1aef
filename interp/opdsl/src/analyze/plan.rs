//! What the analysis hands to the emitter: bodies with holes, and what fills the holes.
//!
//! A plan does not know where values live; the emitter fills the same plan once per combination of operand shapes.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;

use crate::diag::Loc;
use crate::model::compose::{Composed, ValueId};

/// Prefix of the identifiers that stand for actions in a body.
pub(crate) const HOLE: &str = "__act_";

/// What has to happen to the frame before control may leave the instruction's own code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spill {
    /// Inputs whose slots still hold bits that are not theirs any more: NULL.
    pub(crate) null: Vec<ValueId>,
    /// Inputs that were given a new value: store.
    pub(crate) store: Vec<ValueId>,
    /// Values that only a register holds: made heap-safe, so that they keep what they name alive.
    pub(crate) protect: Vec<ValueId>,
}

/// How control leaves an instruction in the middle.
#[derive(Clone, Debug)]
pub(crate) enum Way {
    /// An exception is set.
    Error,
    /// The family's generic instruction takes over.
    Deopt,
    /// The same cell runs again.
    Redo,
    /// To the cell's target.
    Jump,
    /// To the next instruction.
    Next,
    /// To the out-of-line copy of the whole body, which starts over.
    Slow,
    /// To another cell and frame.
    Dispatch(TokenStream),
    /// Out of the loop.
    Leave(TokenStream),
}

/// One way out, with what it leaves behind.
#[derive(Clone, Debug)]
pub(crate) struct Exit {
    pub(crate) way: Way,
    pub(crate) spill: Spill,
    /// Objects whose last reference went and that are not finalized yet.
    pub(crate) deads: Vec<usize>,
    /// Register values that nobody will take: released.
    pub(crate) discard: Vec<ValueId>,
    /// Values that live.
    pub(crate) defined: Vec<ValueId>,
    /// Variables of the body's own that give back what they hold before it starts over.
    pub(crate) guards: Vec<String>,
}

/// A hole in a body.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// Statement: what precedes an escape.
    Spill(Spill),
    /// Statement: binds the token.
    Esc,
    /// Statement: release a value.
    Close(ValueId, Spill),
    /// Statement: release a word of the body's own.
    CloseLocal(String, Spill),
    /// Statement: drop a reference; what dies of it is finalized later, under this number.
    Drop(Dropped, usize),
    /// Statement: finalize what died.
    Finalize(Vec<usize>, Spill),
    /// Expression that never gives a value.
    Exit(Exit),
    /// `&Value`; whether it is used across an escape.
    View(ValueId, bool),
    /// `Value`, owned; and the way to start over out of line where taking it makes a call.
    Take(ValueId, Option<Exit>),
    /// `Word`, owned; likewise.
    Steal(ValueId, Option<Exit>),
    /// `Word` that is to be closed: NULL of what stays where it is.
    Loose(ValueId),
    /// `Word` with a count of its own; likewise.
    Dup(ValueId, Option<Exit>),
    /// Words of the cell.
    InstSize,
}

impl Action {
    /// Whether the instruction may start over here.
    pub(crate) fn restarts(&self) -> bool {
        match self {
            Action::Exit(exit) => matches!(exit.way, Way::Slow),
            Action::Take(_, restart) | Action::Steal(_, restart) | Action::Dup(_, restart) => restart.is_some(),
            _ => false,
        }
    }
}

/// What a deferred release drops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Dropped {
    /// An item of the effect.
    Value(ValueId),
    /// A word of the body's own.
    Local(String),
}

/// What a micro-op does besides moving stack items; the micro-op table shows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Traits {
    pub(crate) escapes: bool,
    pub(crate) errors: bool,
    pub(crate) deopts: bool,
    pub(crate) exits: bool,
    pub(crate) jumps: bool,
    pub(crate) dispatches: bool,
    pub(crate) redoes: bool,
    pub(crate) oparg: bool,
    pub(crate) locals: bool,
    pub(crate) constants: bool,
    pub(crate) ticks: bool,
    /// Highest cache word read, 0 for none.
    pub(crate) cache: u8,
}

/// One part's body with holes.
#[derive(Clone, Debug)]
pub(crate) struct PartPlan {
    pub(crate) op: String,
    pub(crate) at: Loc,
    /// The op's names for values, where they are not the values' own.
    pub(crate) renames: Vec<(String, ValueId)>,
    pub(crate) body: TokenStream,
    pub(crate) traits: Traits,
}

/// An instruction's bodies with holes.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) composed: Composed,
    /// Variable of each value, unique.
    pub(crate) names: Vec<String>,
    pub(crate) parts: Vec<PartPlan>,
    pub(crate) actions: Vec<Action>,
    /// The whole body goes out of line, behind a thin handler.
    pub(crate) outlined: bool,
    /// What each deferred release drops, by number.
    pub(crate) dropped: Vec<Dropped>,
    /// The whole body again, out of line, where arms of this one start over.
    pub(crate) slow: Option<Box<Plan>>,
    /// Values whose variable is mentioned.
    pub(crate) used: BTreeSet<ValueId>,
    /// Inputs that a body gives a new word: their slots do not show it.
    pub(crate) assigned: BTreeSet<ValueId>,
    /// Ambient names that are mentioned.
    pub(crate) ambient: BTreeSet<String>,
    /// The way out at the end, unless every path left before.
    pub(crate) end: Option<Exit>,
}
