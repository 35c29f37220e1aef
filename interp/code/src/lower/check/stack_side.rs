//! The stack machine of the checker: runs 3.14 instructions on values without content.
//!
//! It knows loads, stores, `POP_TOP`, `COPY` and `SWAP`; of every other instruction it knows how much it takes and leaves, from
//! `interp-opcode`'s tables of CPython's effects.

use interp_opcode::Opcode;

use super::super::Instruction;
use super::value::{Value, touched};
use crate::Code;

/// What can be observed of the stack machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// An instruction runs.
    Run(Instruction),
    /// A local gets a value.
    Store { unit: u32, local: u32, value: Value },
    /// A value is dropped; `loaded` if a local or the code object still holds it.
    Drop { unit: u32, value: Value, loaded: bool },
}

/// The stack machine inside one block.
pub(super) struct StackSide<'a> {
    code: &'a Code,
    /// The rest of the block.
    rest: &'a [Instruction],
    /// Stores of the instruction that was begun.
    pending: Vec<Micro>,
    pub(super) stack: Vec<Value>,
    pub(super) locals: Vec<Value>,
}

#[derive(Clone, Copy)]
enum Micro {
    Load(u32),
    Store(u32, u32),
}

impl<'a> StackSide<'a> {
    pub(super) fn new(code: &'a Code, block: &'a [Instruction], depth: u32) -> Self {
        let locals = (0..code.localsplusnames.len() as u32).map(Value::Local).collect();
        Self { code, rest: block, pending: Vec::new(), stack: (0..depth).map(Value::Stack).collect(), locals }
    }

    /// Goes on to the next event, which is not yet carried out; `None` at the end of the block.
    pub(super) fn next_event(&mut self) -> Result<Option<Event>, String> {
        loop {
            if let Some(&micro) = self.pending.first() {
                match micro {
                    Micro::Load(local) => {
                        self.push_local(local)?;
                        self.pending.remove(0);
                    }
                    Micro::Store(unit, local) => {
                        let value = *self.stack.last().ok_or("the stack code takes from an empty stack")?;
                        return Ok(Some(Event::Store { unit, local, value }));
                    }
                }
                continue;
            }
            let Some(instruction) = self.rest.first() else { return Ok(None) };
            if !self.silent(instruction)? {
                return self.event(instruction).map(Some);
            }
            self.rest = &self.rest[1..];
        }
    }

    fn event(&mut self, instruction: &Instruction) -> Result<Event, String> {
        let unit = instruction.unit;
        if instruction.op != Opcode::PopTop {
            return Ok(Event::Run(*instruction));
        }
        let value = *self.stack.last().ok_or("the stack code drops from an empty stack")?;
        let loaded = matches!(value, Value::Int(_) | Value::Const(_)) || self.locals.contains(&value);
        Ok(Event::Drop { unit, value, loaded })
    }

    /// Carries out the event that [`Self::next_event`] named. For an instruction: what it took.
    pub(super) fn commit(&mut self, event: &Event) -> Result<Vec<Value>, String> {
        match event {
            Event::Store { local, .. } => {
                let value = self.stack.pop().ok_or("the stack code stores from an empty stack")?;
                *self.local(*local)? = value;
                self.pending.remove(0);
                Ok(vec![value])
            }
            Event::Drop { .. } => {
                self.rest = &self.rest[1..];
                Ok(self.stack.pop().into_iter().collect())
            }
            Event::Run(instruction) => {
                self.rest = &self.rest[1..];
                let (op, arg, unit) = (instruction.op, instruction.arg, instruction.unit);
                let at = self.stack.len().checked_sub(op.popped(arg) as usize);
                let inputs = self.stack.split_off(at.ok_or("the stack code takes too much")?);
                self.stack.extend((0..op.pushed(arg)).map(|index| Value::Out { unit, index }));
                for local in touched(op.name(), arg, self.locals.len() as u32) {
                    *self.local(local)? = Value::After { unit, local };
                }
                Ok(inputs)
            }
        }
    }

    /// The instruction behind the current event.
    pub(super) fn following(&self) -> Option<&Instruction> {
        self.rest.get(1)
    }

    fn local(&mut self, local: u32) -> Result<&mut Value, String> {
        self.locals.get_mut(local as usize).ok_or_else(|| format!("the stack code names local {local}"))
    }

    fn push_local(&mut self, local: u32) -> Result<(), String> {
        let value = *self.local(local)?;
        self.stack.push(value);
        Ok(())
    }

    /// Carries out what cannot be observed; false if the instruction can. Superinstructions become [`Micro`]s.
    fn silent(&mut self, instruction: &Instruction) -> Result<bool, String> {
        let (arg, unit) = (instruction.arg, instruction.unit);
        let (high, low) = (arg >> 4, arg & 15);
        match instruction.op {
            Opcode::Nop | Opcode::NotTaken | Opcode::EndFor => {}
            Opcode::LoadFast | Opcode::LoadFastBorrow => self.push_local(arg)?,
            Opcode::LoadFastLoadFast | Opcode::LoadFastBorrowLoadFastBorrow => {
                self.push_local(high)?;
                self.push_local(low)?;
            }
            Opcode::LoadConst => self.stack.push(Value::constant(self.code, arg)),
            Opcode::LoadSmallInt => self.stack.push(Value::Int(i64::from(arg))),
            Opcode::StoreFast => self.pending = vec![Micro::Store(unit, arg)],
            Opcode::StoreFastStoreFast => self.pending = vec![Micro::Store(unit, high), Micro::Store(unit, low)],
            Opcode::StoreFastLoadFast => self.pending = vec![Micro::Store(unit, high), Micro::Load(low)],
            Opcode::Copy => {
                let at = self.stack.len().checked_sub(arg as usize).ok_or("the stack code copies too deep")?;
                self.stack.push(*self.stack.get(at).ok_or("the stack code copies nothing")?);
            }
            Opcode::Swap => {
                let top = self.stack.len().checked_sub(1).ok_or("the stack code swaps nothing")?;
                let at = self.stack.len().checked_sub(arg as usize).ok_or("the stack code swaps too deep")?;
                self.stack.swap(at, top);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}
