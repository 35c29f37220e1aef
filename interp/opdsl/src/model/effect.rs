//! Stack effects: what a definition takes and leaves, deepest first.
//!
//! Apart because micro-ops, instructions and pseudo-instructions all have one, with the same rules about peeks.

use super::size::Size;
use crate::diag::{Fault, Loc, Parsed};

/// What an item of an effect is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One stack word.
    Word,
    /// That many stack words.
    Array(Size),
    /// A register-only value of this Rust type, handed from part to part.
    Typed(String),
}

/// One item of an effect.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// `None` for `_`.
    pub(crate) name: Option<String>,
    pub(crate) kind: Kind,
    pub(crate) at: Loc,
}

impl Item {
    /// Stack words it takes.
    pub(crate) fn size(&self) -> Size {
        match &self.kind {
            Kind::Word => Size::of(1),
            Kind::Array(size) => size.clone(),
            Kind::Typed(_) => Size::ZERO,
        }
    }

    pub(crate) fn shown(&self) -> String {
        let name = self.name.as_deref().unwrap_or("_");
        match &self.kind {
            Kind::Word => name.to_owned(),
            Kind::Array(size) => format!("{name}[{size}]"),
            Kind::Typed(ty) => format!("{name}: {ty}"),
        }
    }
}

/// `inputs -- outputs`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Effect {
    pub(crate) inputs: Vec<Item>,
    pub(crate) outputs: Vec<Item>,
    /// How many items from the bottom are peeks: on both sides, not consumed.
    pub(crate) peeks: usize,
}

impl Effect {
    /// Links inputs with outputs and checks names.
    pub(crate) fn new(inputs: Vec<Item>, outputs: Vec<Item>) -> Parsed<Self> {
        let same = |pair: &(&Item, &Item)| pair.0.name == pair.1.name && pair.0.kind == pair.1.kind;
        let peeks = inputs.iter().zip(&outputs).take_while(same).count();
        let effect = Self { inputs, outputs, peeks };
        effect.check()?;
        Ok(effect)
    }

    fn check(&self) -> Parsed<()> {
        for list in [&self.inputs, &self.outputs] {
            for (i, item) in list.iter().enumerate() {
                if item.name.is_some() && list[..i].iter().any(|other| other.name == item.name) {
                    return Err(Fault::new(item.at, format!("`{}` stands twice on this side", item.shown())));
                }
            }
        }
        for item in &self.outputs[self.peeks..] {
            if item.name.is_none() {
                return Err(Fault::new(item.at, "an unnamed output must be an unnamed input at the same place"));
            }
            if let Some(input) = self.inputs.iter().find(|input| input.name == item.name) {
                let why = if input.kind == item.kind { "at another place" } else { "with another size" };
                return Err(Fault::new(item.at, format!("`{}` is also an input, {why}", item.shown())));
            }
        }
        match self.inputs[self.peeks..].iter().find(|item| item.name.is_none()) {
            Some(item) => Err(Fault::new(item.at, "an unnamed input cannot be consumed: nobody would release it")),
            None => Ok(()),
        }
    }

    pub(crate) fn popped(&self) -> Size {
        total(&self.inputs)
    }

    pub(crate) fn pushed(&self) -> Size {
        total(&self.outputs)
    }

    pub(crate) fn shown(&self) -> String {
        let side = |items: &[Item]| items.iter().map(Item::shown).collect::<Vec<_>>().join(", ");
        let (inputs, outputs) = (side(&self.inputs), side(&self.outputs));
        match (inputs.is_empty(), outputs.is_empty()) {
            (true, true) => "--".to_owned(),
            (true, false) => format!("-- {outputs}"),
            (false, true) => format!("{inputs} --"),
            (false, false) => format!("{inputs} -- {outputs}"),
        }
    }
}

pub(crate) fn total(items: &[Item]) -> Size {
    items.iter().fold(Size::ZERO, |sum, item| sum.plus(&item.size()))
}
