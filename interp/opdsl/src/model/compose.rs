//! What the parts of a macro do to the stack together.
//!
//! The parts are run over a symbolic stack: an item that one part leaves and a later one takes never touches memory. The result
//! names every value of the instruction once, whatever the parts call it.

use super::effect::{Effect, Item, Kind};
use super::{Inst, Op};
use crate::diag::{Fault, Loc, Parsed};

/// Index into [`Composed::values`].
pub(crate) type ValueId = usize;

/// One value of an instruction.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) at: Loc,
    /// Index among the instruction's inputs, if it is one.
    pub(crate) input: Option<usize>,
    /// Index among the instruction's outputs, if it is left on the stack.
    pub(crate) output: Option<usize>,
}

/// One part with its names bound.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// Values of the op's inputs, in order.
    pub(crate) inputs: Vec<ValueId>,
    /// Values of the op's outputs, in order; peeks repeat the input's.
    pub(crate) outputs: Vec<ValueId>,
}

/// An instruction's values and parts.
#[derive(Clone, Debug)]
pub(crate) struct Composed {
    pub(crate) values: Vec<Value>,
    pub(crate) parts: Vec<Part>,
}

/// Binds the parts of `inst` and checks their joint effect against the declared one.
pub(crate) fn compose(inst: &Inst, ops: &[&Op]) -> Parsed<Composed> {
    let mut run =
        Run { values: Vec::new(), stack: Vec::new(), typed: Vec::new(), below: inst.effect.inputs.len(), inst };
    let mut parts = Vec::new();
    for op in ops {
        let effect = &op.effect;
        let mut inputs = Vec::new();
        for item in effect.inputs.iter().rev() {
            inputs.push(run.pop(item)?);
        }
        inputs.reverse();
        let outputs = run.push(effect, &inputs);
        parts.push(Part { inputs, outputs });
    }
    run.finish()?;
    Ok(Composed { values: run.values, parts })
}

struct Run<'a> {
    values: Vec<Value>,
    /// Values above what the instruction found on the stack, deepest first.
    stack: Vec<ValueId>,
    /// Register-only values that a later part may take.
    typed: Vec<ValueId>,
    /// How many of the instruction's inputs are still untouched.
    below: usize,
    inst: &'a Inst,
}

impl Run<'_> {
    fn pop(&mut self, item: &Item) -> Parsed<ValueId> {
        if let Kind::Typed(_) = item.kind {
            let found = self.typed.iter().rposition(|id| self.values[*id].kind == item.kind);
            return match found {
                Some(at) => Ok(self.typed.remove(at)),
                None => Err(Fault::new(item.at, format!("no earlier part hands over `{}`", item.shown()))),
            };
        }
        let id = match self.stack.pop() {
            Some(id) => id,
            None => self.input(item)?,
        };
        let value = &self.values[id];
        if value.kind != item.kind {
            let why = match (&value.kind, &item.kind) {
                (Kind::Array(_), Kind::Array(_)) => "sizes differ",
                _ => "one is a word, the other an array",
            };
            let shown = format!("`{}` takes what an earlier definition calls `{}`: {why}", item.shown(), value.name);
            return Err(Fault::new(item.at, shown));
        }
        Ok(id)
    }

    /// The instruction's own next input from the top.
    fn input(&mut self, item: &Item) -> Parsed<ValueId> {
        let Some(input) = self.below.checked_sub(1) else {
            return Err(Fault::new(
                self.inst.at,
                format!("the parts take `{}`, which `#[stack]` does not declare", item.shown()),
            ));
        };
        self.below = input;
        let declared = &self.inst.effect.inputs[input];
        let name = declared.name.clone().or_else(|| item.name.clone()).unwrap_or_else(|| format!("unused_{input}"));
        self.values.push(Value {
            name,
            kind: declared.kind.clone(),
            at: declared.at,
            input: Some(input),
            output: None,
        });
        Ok(self.values.len() - 1)
    }

    fn push(&mut self, effect: &Effect, inputs: &[ValueId]) -> Vec<ValueId> {
        let mut outputs = Vec::new();
        for (i, item) in effect.outputs.iter().enumerate() {
            let id = if i < effect.peeks {
                inputs[i]
            } else {
                let name = item.name.clone().unwrap_or_default();
                self.values.push(Value { name, kind: item.kind.clone(), at: item.at, input: None, output: None });
                self.values.len() - 1
            };
            outputs.push(id);
            let list = if matches!(item.kind, Kind::Typed(_)) { &mut self.typed } else { &mut self.stack };
            list.push(id);
        }
        outputs
    }

    /// Inputs that no part mentioned are peeks below; what is on the stack must be what was declared.
    fn finish(&mut self) -> Parsed<()> {
        let declared = &self.inst.effect;
        let wrong = |why: String| Err(Fault::new(self.inst.at, why));
        let above = declared.outputs.len().checked_sub(self.below);
        if above != Some(self.stack.len()) || self.below > declared.peeks {
            let shown: Vec<&str> = self.stack.iter().map(|id| self.values[*id].name.as_str()).collect();
            return wrong(format!(
                "the parts leave `{}`, `#[stack]` declares `{}`",
                shown.join(", "),
                declared.shown()
            ));
        }
        for (i, id) in self.stack.iter().enumerate() {
            let item = &declared.outputs[self.below + i];
            let value = &mut self.values[*id];
            if value.kind != item.kind {
                return wrong(format!("the parts leave `{}` where `#[stack]` declares `{}`", value.name, item.shown()));
            }
            if value.input.is_some() && value.input != Some(self.below + i) {
                return wrong(format!("the parts leave `{}` at another place", value.name));
            }
            value.output = Some(self.below + i);
        }
        Ok(())
    }
}

/// The values of a micro-op that stands alone: its inputs are the instruction's, register-only ones included.
pub(crate) fn bare(op: &Op) -> Composed {
    let mut values = Vec::new();
    let effect = &op.effect;
    for (i, item) in effect.inputs.iter().enumerate() {
        let name = item.name.clone().unwrap_or_else(|| format!("unused_{i}"));
        let output = (i < effect.peeks).then_some(i);
        values.push(Value { name, kind: item.kind.clone(), at: item.at, input: Some(i), output });
    }
    let inputs: Vec<ValueId> = (0..values.len()).collect();
    let mut outputs: Vec<ValueId> = inputs[..effect.peeks].to_vec();
    for (i, item) in effect.outputs.iter().enumerate().skip(effect.peeks) {
        let name = item.name.clone().unwrap_or_default();
        outputs.push(values.len());
        values.push(Value { name, kind: item.kind.clone(), at: item.at, input: None, output: Some(i) });
    }
    Composed { values, parts: vec![Part { inputs, outputs }] }
}
