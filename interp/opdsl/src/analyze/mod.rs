//! Runs each instruction's parts over an abstract frame and turns them into plans.
//!
//! This is where stack discipline is checked: what is live, dead or defined at each point, on each arm, around each loop; and
//! where it is decided what an escaping statement has to put into the frame first.

mod leaf;
pub(crate) mod plan;
pub(crate) mod scan;
mod state;
mod stmts;
mod walk;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::diag::Fault;
use crate::model::compose::compose;
use crate::model::layout::Layout;
use crate::model::{Arg, Inst, Made, Model, Op, Shape};
use plan::{Plan, Traits};

/// Plans by instruction name, and what each micro-op does.
#[derive(Debug, Default)]
pub(crate) struct Plans {
    pub(crate) by_name: BTreeMap<String, Plan>,
    pub(crate) traits: BTreeMap<String, Traits>,
}

/// What a walk has to know of the cell.
#[derive(Clone, Default)]
pub(crate) struct CellFacts {
    words: u8,
    in_place: Vec<usize>,
}

impl CellFacts {
    fn new(layout: &Layout) -> Self {
        let shared = layout.operands.iter().filter(|operand| operand.shapes.iter().any(|shape| *shape != Shape::T));
        Self { words: layout.words, in_place: shared.map(|operand| operand.input).collect() }
    }
}

/// Plans every instruction with a body, and checks the micro-ops that none uses.
pub(crate) fn analyze(model: &Model) -> Result<Plans, Vec<Fault>> {
    let (mut plans, mut faults) = (Plans::default(), Vec::new());
    let mut checked: HashSet<&str> = HashSet::new();
    for inst in &model.insts {
        let Some(ops) = model.parts(inst) else { continue };
        checked.extend(ops.iter().map(|op| op.name.as_str()));
        let cell = model.layouts.get(&inst.name).map_or_else(CellFacts::default, CellFacts::new);
        match plan(inst, &ops, &cell) {
            Ok(plan) => {
                let leaves = plan.parts.iter().find(|part| part.traits.deopts || part.traits.exits);
                if let Some(part) = leaves.filter(|_| model.head_of(&inst.name) == inst.name) {
                    let message = format!("`{}` deopts, but `{}` has no generic form to go to", part.op, inst.name);
                    faults.push(Fault::new(inst.at, message));
                }
                for part in &plan.parts {
                    plans.traits.insert(part.op.clone(), part.traits);
                }
                plans.by_name.insert(inst.name.clone(), plan);
            }
            Err(found) => faults.extend(found),
        }
    }
    for op in model.ops.values().filter(|op| op.body.is_some() && !checked.contains(op.name.as_str())) {
        match plan(&alone(op), &[op], &CellFacts { words: u8::MAX, in_place: Vec::new() }) {
            Ok(plan) => drop(plans.traits.insert(op.name.clone(), plan.parts[0].traits)),
            Err(found) => faults.extend(found),
        }
    }
    if faults.is_empty() { Ok(plans) } else { Err(faults) }
}

/// An instruction of this one part; what an earlier part would hand over in registers counts as an input.
fn alone(op: &Op) -> Inst {
    Inst {
        name: op.name.clone(),
        at: op.at,
        number: u16::MAX,
        arg: Arg::Plain,
        jump: true,
        caches: None,
        words: None,
        no_cell: false,
        effect: op.effect.clone(),
        operands: None,
        made: Made::Declared,
        doc: Vec::new(),
    }
}

fn plan(inst: &Inst, ops: &[&Op], cell: &CellFacts) -> Result<Plan, Vec<Fault>> {
    let outlined = ops.iter().filter_map(|op| op.body.as_ref()).any(scan::escapes_at_top);
    let mut fast = walked(inst, ops, cell, outlined)?;
    if fast.actions.iter().any(plan::Action::restarts) {
        let slow = walked(inst, ops, cell, true)?;
        for (part, slow) in fast.parts.iter_mut().zip(&slow.parts) {
            part.traits = slow.traits;
        }
        fast.slow = Some(Box::new(slow));
    }
    Ok(fast)
}

fn walked(inst: &Inst, ops: &[&Op], cell: &CellFacts, outlined: bool) -> Result<Plan, Vec<Fault>> {
    let composed = if inst.number == u16::MAX {
        crate::model::compose::bare(ops[0])
    } else {
        compose(inst, ops).map_err(|fault| vec![fault])?
    };
    let mut walker = walk::Walker::new(inst, composed, outlined, cell.clone());
    let mut parts = Vec::new();
    for (index, op) in ops.iter().enumerate() {
        parts.push(walker.part(index, op));
    }
    let end = walker.finish();
    if !walker.faults.is_empty() {
        return Err(walker.faults);
    }
    let walk::Walker { composed, names, actions, used, assigned, ambient, dropped, .. } = walker;
    Ok(Plan { composed, names, parts, actions, outlined, dropped, slow: None, used, assigned, ambient, end })
}

/// One variable name for each value, none twice.
fn unique(values: &[crate::model::compose::Value]) -> Vec<String> {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut names = Vec::new();
    for value in values {
        let mut name = value.name.clone();
        let mut count = 1;
        while !taken.insert(name.clone()) {
            count += 1;
            name = format!("{}_{count}", value.name);
        }
        names.push(name);
    }
    names
}
