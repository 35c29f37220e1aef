//! What is live, where, at one point of a body; how the states of two ways here are joined.
//!
//! Apart from the walk because its rules are the ones that make spills right: see `interp/ops/README.md`.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::Spill;
use crate::model::compose::{Composed, ValueId};
use crate::model::effect::Kind;

/// Life of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// An output without a value yet.
    Undefined,
    /// An output array that is being filled.
    Open,
    /// Owned by the instruction, to be consumed or left.
    Live,
    /// Consumed.
    Dead,
    /// A register-only value that an escape made worthless.
    Lapsed,
}

/// State of one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Var {
    pub(crate) status: Status,
    /// An input whose slot holds the value.
    in_slot: bool,
    /// An input whose slot holds bits that are not its own any more.
    stale: bool,
    /// Known to keep its object alive without being visible in the frame.
    pub(crate) strong: bool,
}

/// State of all values, and of the body's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) vars: Vec<Var>,
    /// Something was consumed for good: the generic instruction cannot start over.
    pub(crate) hard: bool,
    /// Words that the body holds in variables of its own; `true` once an escape made them worthless.
    pub(crate) raw: BTreeMap<String, bool>,
    /// Deferred releases that may have left something to finalize.
    pub(crate) deads: BTreeSet<usize>,
    pub(crate) reachable: bool,
}

impl State {
    /// At the start of an instruction.
    pub(crate) fn new(composed: &Composed) -> Self {
        let var = |value: &crate::model::compose::Value| {
            let input = value.input.is_some();
            let status = if input { Status::Live } else { Status::Undefined };
            Var { status, in_slot: input, stale: false, strong: false }
        };
        let vars = composed.values.iter().map(var).collect();
        Self { vars, hard: false, raw: BTreeMap::new(), deads: BTreeSet::new(), reachable: true }
    }

    pub(crate) fn status(&self, id: ValueId) -> Status {
        self.vars[id].status
    }

    /// The value is consumed.
    pub(crate) fn kill(&mut self, id: ValueId) {
        let var = &mut self.vars[id];
        var.status = Status::Dead;
        var.stale |= var.in_slot;
        var.in_slot = false;
    }

    /// The dead value was an immediate: what its slot holds owns nothing and may stay.
    pub(crate) fn harmless(&mut self, id: ValueId) {
        self.vars[id].stale = false;
    }

    /// The value's variable is given a new word.
    pub(crate) fn define(&mut self, id: ValueId, strong: bool) {
        let var = &mut self.vars[id];
        var.status = Status::Live;
        var.stale |= var.in_slot;
        var.in_slot = false;
        var.strong = strong;
    }

    /// An output array begins to be filled: the slots under it belong to it from now on.
    pub(crate) fn open(&mut self, id: ValueId, under: &[ValueId]) {
        self.vars[id].status = Status::Open;
        for input in under {
            self.vars[*input].stale = false;
        }
    }

    /// What an escape needs, without changing the state.
    pub(crate) fn pending(&self, composed: &Composed) -> Spill {
        let mut spill = Spill::default();
        for (id, (var, value)) in self.vars.iter().zip(&composed.values).enumerate() {
            let live = var.status == Status::Live;
            if value.input.is_some() {
                if live && !var.in_slot {
                    spill.store.push(id);
                } else if var.stale {
                    spill.null.push(id);
                }
            } else if live && !var.strong && value.kind == Kind::Word {
                spill.protect.push(id);
            }
        }
        spill
    }

    /// The state once [`Self::pending`] has been done and an escape has happened.
    pub(crate) fn escaped(&mut self, composed: &Composed) -> Spill {
        let spill = self.pending(composed);
        self.settle(&spill);
        self.hard |= !(spill.null.is_empty() && spill.store.is_empty());
        for (var, value) in self.vars.iter_mut().zip(&composed.values) {
            if matches!(value.kind, Kind::Typed(_)) && var.status == Status::Live {
                var.status = Status::Lapsed;
            }
        }
        self.raw.values_mut().for_each(|lapsed| *lapsed = true);
        spill
    }

    /// As [`Self::escaped`] for an escape that happens on a cold branch only: nothing it settles can be relied on later.
    pub(crate) fn may_escape(&mut self, composed: &Composed) -> Spill {
        let before = self.vars.clone();
        let spill = self.escaped(composed);
        for (var, was) in self.vars.iter_mut().zip(before) {
            if var.status == was.status {
                *var = was;
            }
        }
        spill
    }

    /// The state once the frame shows what it should, without an escape: `sync!`.
    pub(crate) fn synced(&mut self, composed: &Composed) -> Spill {
        let spill = Spill { protect: Vec::new(), ..self.pending(composed) };
        self.settle(&spill);
        self.hard |= !(spill.null.is_empty() && spill.store.is_empty());
        spill
    }

    fn settle(&mut self, spill: &Spill) {
        for id in &spill.null {
            self.vars[*id].stale = false;
        }
        for id in &spill.store {
            (self.vars[*id].stale, self.vars[*id].in_slot) = (false, true);
        }
        for id in &spill.protect {
            self.vars[*id].strong = true;
        }
    }

    /// Register values that an exit abandons.
    pub(crate) fn abandoned(&self, composed: &Composed) -> Vec<ValueId> {
        let owned = |id: &ValueId| {
            let value = &composed.values[*id];
            self.vars[*id].status == Status::Live && value.input.is_none() && !matches!(value.kind, Kind::Typed(_))
        };
        (0..self.vars.len()).filter(owned).collect()
    }

    /// Joins the state of another way to the same place. `Err` names the value on which they disagree.
    pub(crate) fn join(&mut self, other: &Self) -> Result<(), (ValueId, Status, Status)> {
        if !other.reachable {
            return Ok(());
        }
        if !self.reachable {
            *self = other.clone();
            return Ok(());
        }
        for (id, (mine, theirs)) in self.vars.iter_mut().zip(&other.vars).enumerate() {
            if mine.status != theirs.status {
                if mine.status == Status::Lapsed || theirs.status == Status::Lapsed {
                    mine.status = Status::Lapsed;
                } else {
                    return Err((id, mine.status, theirs.status));
                }
            }
            mine.in_slot &= theirs.in_slot;
            mine.stale |= theirs.stale;
            mine.strong &= theirs.strong;
        }
        self.hard |= other.hard;
        self.deads.extend(&other.deads);
        for (name, lapsed) in &other.raw {
            *self.raw.entry(name.clone()).or_insert(false) |= lapsed;
        }
        Ok(())
    }
}
