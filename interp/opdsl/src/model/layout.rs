//! Where a cell keeps what its instruction needs: operands, destination, oparg, jump distance.
//!
//! Apart because lowering, the handlers and the metadata all follow it; the rules are in `interp/ops/README.md`.

use super::effect::{Effect, Kind, total};
use super::size::Size;
use super::{Arg, Family, Inst, Operands, Shape};
use crate::diag::{Fault, Parsed};

/// Where an immediate number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Nowhere: the instruction has none.
    None,
    /// In a 16-bit field: 0 is a, 1 is b, 2 is c.
    Field(u8),
    /// In b and c together.
    Bc,
    /// In bits 16..32 of data word 1.
    Small,
    /// In bits 32..64 of data word 1.
    Aux,
}

/// An operand with a field of its own.
#[derive(Clone, Debug)]
pub(crate) struct OperandPlace {
    /// Index among the effect's inputs.
    pub(crate) input: usize,
    pub(crate) shapes: Vec<Shape>,
    pub(crate) merged: bool,
    pub(crate) field: u8,
}

/// Where the first output that is no peek goes.
#[derive(Clone, Debug)]
pub(crate) struct DestPlace {
    /// `T`, `L` or both.
    pub(crate) shapes: Vec<Shape>,
    pub(crate) field: u8,
}

/// The layout of an instruction's cells.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) operands: Vec<OperandPlace>,
    /// Inputs that are no operands: index of the first, and the field that names its slot. Without `operands` and `dest` the
    /// outputs are in the same block.
    pub(crate) block: Option<(usize, u8)>,
    pub(crate) dest: Option<DestPlace>,
    pub(crate) oparg: Place,
    pub(crate) jump: Place,
    /// Data words behind the cell, constants apart.
    pub(crate) words: u8,
}

/// The shapes of one cell op: of each operand, and of the destination.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub(crate) struct Shapes {
    pub(crate) operands: Vec<Shape>,
    pub(crate) dest: Option<Shape>,
}

impl Shapes {
    /// As in `LT_L`: operands, then destination; empty without both.
    pub(crate) fn suffix(&self) -> String {
        let mut text: String = self.operands.iter().map(|shape| shape.letter()).collect();
        if let Some(dest) = self.dest {
            if !text.is_empty() {
                text.push('_');
            }
            text.push(dest.letter());
        }
        text
    }

    /// Constant words behind the cell.
    pub(crate) fn constants(&self) -> usize {
        self.operands.iter().filter(|shape| **shape == Shape::K).count()
    }
}

impl Layout {
    /// Lays out an instruction; a member of a family is given its head, whose layout it shares.
    pub(crate) fn new(inst: &Inst, family: Option<&Family>, head: Option<&Self>) -> Parsed<Self> {
        if let Some(head) = head {
            return match &inst.operands {
                Some(_) => Err(Fault::new(inst.at, "a member of a family has the operands of its head")),
                None => Ok(head.clone()),
            };
        }
        let words = match (family, inst.words) {
            (Some(family), None) => family.words,
            (Some(_), Some(_)) => {
                return Err(Fault::new(inst.at, "the words of this instruction are its family's to say"));
            }
            (None, words) => words.unwrap_or(0),
        };
        let mut layout =
            Self { operands: Vec::new(), block: None, dest: None, oparg: Place::None, jump: Place::None, words };
        let fields = match &inst.operands {
            Some(operands) => layout.fields(inst, operands)?,
            None => {
                layout.block = Some((0, 0));
                1
            }
        };
        layout.numbers(inst, fields)?;
        Ok(layout)
    }

    fn fields(&mut self, inst: &Inst, operands: &Operands) -> Parsed<u8> {
        let mut field = 0;
        let mut next = |at| {
            field += 1;
            if field <= 3 { Ok(field - 1) } else { Err(Fault::new(at, "a cell has three fields")) }
        };
        let inputs = &inst.effect.inputs;
        let listed = |name: &Option<String>| operands.inputs.iter().any(|operand| Some(&operand.name) == name.as_ref());
        let rest: Vec<usize> = (0..inputs.len()).filter(|i| !listed(&inputs[*i].name)).collect();
        if let (Some(first), Some(last)) = (rest.first(), rest.last()) {
            if last - first + 1 != rest.len() {
                return Err(Fault::new(inst.at, "inputs that are no operands must stand together"));
            }
            self.block = Some((*first, next(inst.at)?));
        }
        for operand in &operands.inputs {
            let input = inputs.iter().position(|item| item.name.as_ref() == Some(&operand.name));
            let Some(input) = input else {
                return Err(Fault::new(operand.at, format!("`{}` is no input", operand.name)));
            };
            if inputs[input].kind != Kind::Word {
                return Err(Fault::new(operand.at, "an operand is one word"));
            }
            if input < inst.effect.peeks {
                return Err(Fault::new(operand.at, "an operand is consumed; a peek stays in its block"));
            }
            let (shapes, merged) = (operand.shapes.clone(), operand.merged);
            self.operands.push(OperandPlace { input, shapes, merged, field: next(operand.at)? });
        }
        if let Some(dest) = &operands.dest {
            let outputs = &inst.effect.outputs[inst.effect.peeks..];
            let single = outputs.len() == 1 && outputs[0].kind == Kind::Word;
            if outputs.is_empty() || (dest.shapes.contains(&Shape::L) && !single) {
                return Err(Fault::new(dest.at, "a destination takes the outputs; a local takes exactly one word"));
            }
            self.dest = Some(DestPlace { shapes: dest.shapes.clone(), field: next(dest.at)? });
        }
        Ok(field)
    }

    fn numbers(&mut self, inst: &Inst, fields: u8) -> Parsed<()> {
        let wants_oparg = !matches!(inst.arg, Arg::None | Arg::Jump);
        let (wide, data) = (fields <= 1, self.words >= 1);
        let single = Place::Field(fields);
        let places = match (inst.jump, wants_oparg) {
            (false, false) => Some((Place::None, Place::None)),
            (true, false) if wide => Some((Place::Bc, Place::None)),
            (true, false) if data => Some((Place::Aux, Place::None)),
            (false, true) if wide => Some((Place::None, Place::Bc)),
            (false, true) if data => Some((Place::None, Place::Aux)),
            (false, true) if fields == 2 => Some((Place::None, single)),
            (true, true) if wide && data => Some((Place::Bc, Place::Aux)),
            (true, true) if data => Some((Place::Aux, Place::Small)),
            _ => None,
        };
        let Some((jump, oparg)) = places else {
            return Err(Fault::new(inst.at, "no room for oparg or jump distance: the instruction needs `words = 1`"));
        };
        (self.jump, self.oparg) = (jump, oparg);
        Ok(())
    }

    /// All shapes in the order in which cell ops are numbered: the last varies fastest.
    pub(crate) fn shapes(&self) -> Vec<Shapes> {
        let mut all = vec![Shapes::default()];
        for operand in &self.operands {
            all = all
                .into_iter()
                .flat_map(|shapes| {
                    operand.shapes.iter().map(move |shape| {
                        let mut shapes = shapes.clone();
                        shapes.operands.push(*shape);
                        shapes
                    })
                })
                .collect();
        }
        if let Some(dest) = &self.dest {
            all = all
                .into_iter()
                .flat_map(|shapes| dest.shapes.iter().map(move |dest| Shapes { dest: Some(*dest), ..shapes.clone() }))
                .collect();
        }
        all
    }

    /// Words of a cell with its data.
    pub(crate) fn size(&self, shapes: &Shapes) -> usize {
        1 + usize::from(self.words) + shapes.constants()
    }

    /// Slot offset of an input from the block's first.
    pub(crate) fn block_offset(&self, effect: &Effect, input: usize) -> Size {
        let first = self.block.map_or(0, |(first, _)| first);
        total(&effect.inputs[first..input])
    }
}
