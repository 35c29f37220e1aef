//! The register machine of the checker: runs cells on values without content, knowing only the generated metadata.
//!
//! `MOVE`, `SWAP` and `POP_TOP` are known by name; of every other cell the layout says which slots it reads, which it empties and
//! which it fills.

use interp_opcode::{CellOp, Instr, InstrInfo, Place, Shape};

use super::super::{CellCode, CellInfo, STORED};
use super::value::{Value, touched};
use crate::Code;

/// A cell, taken apart.
pub(super) struct Cell {
    pub(super) info: CellInfo,
    pub(super) instr: &'static InstrInfo,
    op: CellOp,
    fields: [u16; 3],
    /// Its oparg, if the cell has one.
    pub(super) arg: Option<u32>,
    /// The word it jumps to, if it jumps.
    pub(super) target: Option<i64>,
    /// Its words.
    pub(super) size: u32,
}

/// What a cell did.
pub(super) enum Effect {
    /// Nothing that can be observed.
    Silent,
    /// It dropped a value.
    Drop(Value),
    /// It stored a value into a local.
    Store { local: u32, value: Value },
    /// It ran an instruction; the store is the local that is its destination.
    Run { inputs: Vec<Value>, store: Option<u32> },
}

/// The frame of the register machine.
pub(super) struct CellSide<'a> {
    code: &'a Code,
    cells: &'a CellCode,
    pub(super) slots: Vec<Value>,
}

pub(super) fn read(cells: &CellCode, info: CellInfo) -> Result<Cell, String> {
    let at = info.word as usize;
    let word = *cells.words.get(at).ok_or("the cell is behind the last word")?;
    let op = CellOp::from_u16(word as u16).ok_or("no cell has this number")?;
    let instr = op.instr().info();
    let size = op.size() as u32;
    if at + size as usize > cells.words.len() {
        return Err("the cell reaches behind the last word".into());
    }
    let fields = [16, 32, 48].map(|shift| (word >> shift) as u16);
    let number = |place| match place {
        Place::None => None,
        Place::Field(field) => Some(u32::from(fields[usize::from(field)])),
        Place::Bc => Some((word >> 32) as u32),
        Place::Small => Some(u32::from((cells.words[at + 1] >> 16) as u16)),
        Place::Aux => Some((cells.words[at + 1] >> 32) as u32),
    };
    let distance = number(instr.layout.jump).map(|bits| match instr.layout.jump {
        Place::Field(_) | Place::Small => i64::from((bits as u16).cast_signed()),
        _ => i64::from(bits.cast_signed()),
    });
    let target = distance.map(|distance| i64::from(info.word) + distance);
    Ok(Cell { info, instr, op, fields, arg: number(instr.layout.oparg), target, size })
}

/// Whether what an `UNPACK_SEQUENCE` says of the cells behind it is so.
pub(super) fn promise(cells: &CellCode, cell: &Cell, behind: &[CellInfo]) -> Result<(), String> {
    if cell.instr.instr != Instr::UnpackSequence {
        return Ok(());
    }
    let small = (cells.words[cell.info.word as usize + 1] >> 16) as u16;
    if small == 0 {
        return Ok(());
    }
    let dest = cell.instr.layout.dest.as_ref().ok_or("UNPACK_SEQUENCE without a destination")?;
    let block = u32::from(cell.fields[usize::from(dest.field)]);
    let count = cell.arg.filter(|count| *count > 0 && small == STORED).ok_or("a promise without stores")?;
    for at in 0..count {
        let info = behind.get(at as usize).ok_or("a promised store is missing")?;
        let store = read(cells, *info)?;
        let (shapes, dest) = store.op.shapes();
        let moves = store.instr.instr == Instr::Move && *shapes == [Shape::T] && dest == Some(Shape::L);
        let place = info.word == cell.info.word + cell.size + at && store.size == 1;
        if !(moves && place && u32::from(store.fields[0]) == block + count - 1 - at) {
            return Err(format!("promises store {at} of {count}, which does not follow"));
        }
    }
    Ok(())
}

impl<'a> CellSide<'a> {
    pub(super) fn new(code: &'a Code, cells: &'a CellCode, depth: u32) -> Self {
        let temporaries =
            (0..cells.temporaries.max(depth)).map(|at| if at < depth { Value::Stack(at) } else { Value::Empty });
        Self { code, cells, slots: (0..cells.locals).map(Value::Local).chain(temporaries).collect() }
    }

    pub(super) fn temporaries(&self) -> &[Value] {
        &self.slots[self.cells.locals as usize..]
    }

    pub(super) fn locals(&self) -> &[Value] {
        &self.slots[..self.cells.locals as usize]
    }

    /// How many temporaries are occupied, if they are the first ones.
    pub(super) fn live(&self) -> Result<u32, String> {
        let count = self.temporaries().iter().take_while(|value| **value != Value::Empty).count();
        if self.temporaries()[count..].iter().any(|value| *value != Value::Empty) {
            return Err(format!("a hole in the temporaries: {:?}", self.temporaries()));
        }
        Ok(count as u32)
    }

    fn slot(&mut self, slot: u32) -> Result<&mut Value, String> {
        self.slots.get_mut(slot as usize).ok_or_else(|| format!("slot {slot} is not in the frame"))
    }

    fn consume(&mut self, slot: u32) -> Result<Value, String> {
        if slot < self.cells.locals {
            return Err(format!("consumes local {slot}"));
        }
        match std::mem::replace(self.slot(slot)?, Value::Empty) {
            Value::Empty => Err(format!("consumes slot {slot}, which is empty")),
            value => Ok(value),
        }
    }

    fn peek(&mut self, slot: u32) -> Result<Value, String> {
        match *self.slot(slot)? {
            Value::Empty => Err(format!("reads slot {slot}, which is empty")),
            value => Ok(value),
        }
    }

    fn fill(&mut self, slot: u32, value: Value) -> Result<(), String> {
        if slot < self.cells.locals {
            return Err(format!("puts a temporary into local {slot}"));
        }
        let place = self.slot(slot)?;
        if *place != Value::Empty {
            return Err(format!("overwrites {place:?} in slot {slot}"));
        }
        *place = value;
        Ok(())
    }

    /// Runs a cell.
    pub(super) fn run(&mut self, cell: &Cell) -> Result<Effect, String> {
        let effect = cell.instr;
        if effect.instr == Instr::Swap {
            let slot = u32::from(cell.fields[0]);
            let other = slot + cell.arg.and_then(|arg| arg.checked_sub(1)).ok_or("SWAP of nothing")?;
            let (first, last) = (self.consume(slot)?, self.consume(other)?);
            self.fill(slot, last)?;
            self.fill(other, first)?;
            return Ok(Effect::Silent);
        }
        let arg = cell.arg.unwrap_or(0);
        let inputs = self.inputs(cell, arg)?;
        let value = inputs.first().copied().unwrap_or(Value::Empty);
        if effect.instr == Instr::PopTop {
            return Ok(Effect::Drop(value));
        }
        let (_, dest) = cell.op.shapes();
        let field = effect.layout.dest.as_ref().map(|dest| u32::from(cell.fields[usize::from(dest.field)]));
        if effect.instr == Instr::Move {
            let slot = field.ok_or("MOVE to nowhere")?;
            if dest == Some(Shape::L) {
                return self.set_local(slot, value).map(|()| Effect::Store { local: slot, value });
            }
            return self.fill(slot, value).map(|()| Effect::Silent);
        }
        let store = self.outputs(cell, arg, field.filter(|_| dest == Some(Shape::L)), field)?;
        for local in touched(effect.name, arg, self.cells.locals) {
            self.set_local(local, Value::After { unit: cell.info.unit, local })?;
        }
        Ok(Effect::Run { inputs, store })
    }

    pub(super) fn set_local(&mut self, local: u32, value: Value) -> Result<(), String> {
        if local >= self.cells.locals {
            return Err(format!("stores into slot {local} as if it were a local"));
        }
        *self.slot(local)? = value;
        Ok(())
    }

    /// Reads the inputs, deepest first, and empties the slots of those that are consumed.
    fn inputs(&mut self, cell: &Cell, arg: u32) -> Result<Vec<Value>, String> {
        let layout = &cell.instr.layout;
        let (shapes, _) = cell.op.shapes();
        let mut constants = cell.info.word + 1 + u32::from(layout.words);
        let mut operands = Vec::new();
        for (operand, shape) in layout.operands.iter().zip(shapes) {
            let field = cell.fields[usize::from(operand.field)];
            let value = match shape {
                Shape::T => self.consume(u32::from(field))?,
                Shape::I => Value::Int(i64::from(field.cast_signed())),
                Shape::K => {
                    constants += 1;
                    self.constant(constants - 1)?
                }
                Shape::L if cell.instr.instr != Instr::Move && u32::from(field) >= self.cells.locals => {
                    return Err(format!("names slot {field} as a local"));
                }
                Shape::L => self.peek(u32::from(field))?,
            };
            operands.push((operand.input, value));
        }
        let mut block = layout.block.map(|(_, field)| u32::from(cell.fields[usize::from(field)]));
        let mut inputs = Vec::new();
        for (index, item) in cell.instr.inputs.iter().enumerate() {
            if let Some((_, value)) = operands.iter().find(|(input, _)| usize::from(*input) == index) {
                inputs.push(*value);
                continue;
            }
            for _ in 0..(item.size)(arg) {
                let slot = block.as_mut().ok_or("an input has no place")?;
                *slot += 1;
                let slot = *slot - 1;
                let peeked = index < usize::from(cell.instr.peeks);
                inputs.push(if peeked { self.peek(slot)? } else { self.consume(slot)? });
            }
        }
        Ok(inputs)
    }

    fn constant(&self, word: u32) -> Result<Value, String> {
        let patch = self.cells.patches.binary_search_by_key(&word, |(at, _)| *at);
        let patch = patch.map_err(|_| "a constant is not patched in")?;
        Ok(Value::constant(self.code, self.cells.patches[patch].1))
    }

    /// Fills the slots of the outputs; a local that is the destination is left to the caller.
    fn outputs(&mut self, cell: &Cell, arg: u32, local: Option<u32>, dest: Option<u32>) -> Result<Option<u32>, String> {
        let peeks = usize::from(cell.instr.peeks);
        let size = |items: &[interp_opcode::Item]| items.iter().map(|item| (item.size)(arg)).sum::<u32>();
        let (kept, new) = (size(&cell.instr.outputs[..peeks]), size(&cell.instr.outputs[peeks..]));
        let unit = cell.info.unit;
        let block = cell.instr.layout.block.map(|(_, field)| u32::from(cell.fields[usize::from(field)]));
        if let Some(block) = block {
            for index in 0..kept {
                *self.slot(block + index)? = Value::Out { unit, index };
            }
        }
        if let Some(local) = local {
            return if new == 1 { Ok(Some(local)) } else { Err("a local takes not just one output".into()) };
        }
        // The caller's frame gets what is returned.
        if new == 0 || cell.instr.instr == Instr::ReturnValue {
            return Ok(None);
        }
        let first = dest.or(block.map(|block| block + kept)).ok_or("outputs have no place")?;
        for index in 0..new {
            self.fill(first + index, Value::Out { unit, index: kept + index })?;
        }
        Ok(None)
    }
}
