//! The judge of the lowering: a second, dumb implementation that runs both forms side by side.
//!
//! The idea is regalloc2's checker. Values have no content, only an origin ("second output of the instruction at unit 12", "local
//! 3 as it was when the block began", "constant 4"). The stack machine of [`stack_side`] runs CPython's instructions, the register
//! machine of [`cell_side`] runs cells, and at every cell that does something observable the two must agree: same instruction,
//! same operand, same inputs, same locals before it. Where control can leave the block - jumps, handlers, the end - each stack
//! position must be in the temporary of its number. Nothing of the planner or the emitter is used, only how code units are read.
//!
//! It is not fast and is not run in production: tests run it over every case and over whole libraries.

mod cell_side;
mod stack_side;
mod value;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use interp_opcode::Opcode;

use self::cell_side::{Cell, CellSide, Effect};
use self::stack_side::{Event, StackSide};
use self::value::Value;
use super::{CellCode, CellInfo, Instruction, decode};
use crate::{Code, exceptions};

/// Something in which cells and stack code do not agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// The word of the cell where it was noticed.
    pub word: u32,
    /// The code unit it came from.
    pub unit: u32,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "word {} (unit {}): {}", self.word, self.unit, self.what)
    }
}

/// Compares cells with the code they were made from: empty if they do the same. Only the first disagreement of each block is
/// listed, since later ones follow from it.
#[must_use]
pub fn check(code: &Code, cells: &CellCode) -> Vec<Disagreement> {
    let instructions = match decode(code) {
        Ok(instructions) => instructions,
        Err(error) => return vec![Disagreement { word: 0, unit: error.unit, what: error.to_string() }],
    };
    let handlers: Vec<_> = exceptions::Reader::new(&code.exceptiontable).collect();
    let jumps = instructions.iter().filter_map(|instruction| instruction.target);
    let mut checker = Checker {
        code,
        cells,
        instructions: &instructions,
        handlers: &handlers,
        labels: jumps.chain(handlers.iter().map(|handler| handler.target)).collect(),
        work: BTreeMap::new(),
        todo: Vec::new(),
        found: Vec::new(),
    };
    checker.whole();
    checker.found
}

/// Fused forms: what they stand for.
fn fused(name: &str) -> Option<(Opcode, Opcode)> {
    Some(match name {
        "COMPARE_JUMP_IF_TRUE" => (Opcode::CompareOp, Opcode::PopJumpIfTrue),
        "COMPARE_JUMP_IF_FALSE" => (Opcode::CompareOp, Opcode::PopJumpIfFalse),
        "TEST_JUMP_IF_TRUE" => (Opcode::ToBool, Opcode::PopJumpIfTrue),
        "TEST_JUMP_IF_FALSE" => (Opcode::ToBool, Opcode::PopJumpIfFalse),
        _ => return None,
    })
}

/// Whether the next instruction is reached only by a jump.
fn stops(op: Opcode) -> bool {
    let jumps = matches!(op, Opcode::JumpForward | Opcode::JumpBackward | Opcode::JumpBackwardNoInterrupt);
    let leaves = matches!(op, Opcode::ReturnValue | Opcode::RaiseVarargs | Opcode::Reraise | Opcode::InterpreterExit);
    jumps || leaves
}

struct Checker<'a> {
    code: &'a Code,
    cells: &'a CellCode,
    instructions: &'a [Instruction],
    handlers: &'a [exceptions::Entry],
    /// Code units that something jumps to.
    labels: BTreeSet<u32>,
    /// The depth of each block that is reached, by the index of its first instruction.
    work: BTreeMap<usize, u32>,
    /// Those of them that are not checked yet.
    todo: Vec<usize>,
    found: Vec<Disagreement>,
}

impl Checker<'_> {
    fn whole(&mut self) {
        self.table();
        self.reach(0, 0, 0);
        for handler in self.handlers {
            let depth = handler.depth + 1 + u32::from(handler.push_lasti);
            self.reach_unit(handler.target, depth, 0);
        }
        let mut visited = vec![false; self.cells.cells.len()];
        while let Some(start) = self.todo.pop() {
            let depth = self.work[&start];
            let end = self.block_end(start);
            let own = self.cells_between(start, end);
            visited[own.clone()].fill(true);
            let mut at = self.cells.cells.get(own.start).copied();
            if let Err(what) = self.block(start, end, depth, own, &mut at) {
                self.complain(at, what);
            }
        }
        if let Some(at) = visited.iter().position(|visited| !visited) {
            self.complain(Some(self.cells.cells[at]), "nothing reaches this cell".into());
        }
    }

    fn complain(&mut self, at: Option<CellInfo>, what: String) {
        let (word, unit) = at.map_or((0, 0), |cell| (cell.word, cell.unit));
        self.found.push(Disagreement { word, unit, what });
    }

    /// Cells follow each other without gaps, in the order of the code.
    fn table(&mut self) {
        let mut next = 0;
        let mut unit = 0;
        for (index, info) in self.cells.cells.iter().enumerate() {
            let cell = cell_side::read(self.cells, *info).and_then(|cell| {
                cell_side::promise(self.cells, &cell, &self.cells.cells[index + 1..])?;
                Ok(cell)
            });
            match cell {
                Ok(cell) if info.word == next && info.unit >= unit => (next, unit) = (next + cell.size, info.unit),
                Ok(_) => return self.complain(Some(*info), format!("should start at word {next}")),
                Err(what) => return self.complain(Some(*info), what),
            }
        }
        if next as usize != self.cells.words.len() {
            self.complain(None, format!("{} words, but cells for {next}", self.cells.words.len()));
        }
    }

    fn index_of(&self, unit: u32) -> Option<usize> {
        let at = self.instructions.partition_point(|instruction| instruction.unit < unit);
        self.instructions.get(at).filter(|found| found.start == unit || found.unit == unit).map(|_| at)
    }

    fn reach_unit(&mut self, unit: u32, depth: u32, from: u32) {
        match self.index_of(unit) {
            Some(index) => self.reach(index, depth, from),
            None => self.complain(None, format!("unit {from} leads to unit {unit}, which is no instruction")),
        }
    }

    fn reach(&mut self, index: usize, depth: u32, from: u32) {
        match self.work.get(&index) {
            None => {
                self.work.insert(index, depth);
                self.todo.push(index);
            }
            Some(known) if *known == depth => {}
            Some(known) => {
                let what = format!("unit {from} arrives with depth {depth} where others bring {known}");
                self.complain(None, what);
            }
        }
    }

    /// Index behind the last instruction of the block that starts at `start`.
    fn block_end(&self, start: usize) -> usize {
        let jumped_to = |index: usize| {
            let instruction = &self.instructions[index];
            self.labels.contains(&instruction.start) || self.labels.contains(&instruction.unit)
        };
        (start + 1..self.instructions.len())
            .find(|&index| stops(self.instructions[index - 1].op) || jumped_to(index))
            .unwrap_or(self.instructions.len())
    }

    fn cells_between(&self, start: usize, end: usize) -> std::ops::Range<usize> {
        let first = |index: usize| match self.instructions.get(index) {
            Some(instruction) => self.cells.cells.partition_point(|cell| cell.unit < instruction.start),
            None => self.cells.cells.len(),
        };
        first(start)..first(end)
    }

    fn block(
        &mut self,
        start: usize,
        end: usize,
        depth: u32,
        own: std::ops::Range<usize>,
        at: &mut Option<CellInfo>,
    ) -> Result<(), String> {
        let instructions = self.instructions;
        let mut stack = StackSide::new(self.code, &instructions[start..end], depth);
        let mut frame = CellSide::new(self.code, self.cells, depth);
        for info in &self.cells.cells[own] {
            *at = Some(*info);
            let cell = cell_side::read(self.cells, *info)?;
            self.cell(&cell, &mut stack, &mut frame)?;
        }
        while let Some(event) = stack.next_event()? {
            if !matches!(event, Event::Drop { loaded: true, .. }) {
                return Err(format!("no cell for {}", describe(&event)));
            }
            stack.commit(&event)?;
        }
        let last = &instructions[end - 1];
        if stops(last.op) {
            return Ok(());
        }
        self.same_state(&stack, &frame, stack.stack.len(), "at the end of the block")?;
        if frame.live()? as usize != stack.stack.len() {
            return Err("more temporaries than stack positions at the end of the block".into());
        }
        self.reach(end, stack.stack.len() as u32, last.unit);
        Ok(())
    }

    fn same_state(&self, stack: &StackSide<'_>, frame: &CellSide<'_>, depth: usize, when: &str) -> Result<(), String> {
        let expected = stack.stack.get(..depth).ok_or_else(|| format!("{when}: the stack is not {depth} deep"))?;
        if frame.temporaries().get(..depth) != Some(expected) {
            return Err(format!("{when}: stack {expected:?}, temporaries {:?}", frame.temporaries()));
        }
        self.same_locals(stack, frame, when)
    }

    fn same_locals(&self, stack: &StackSide<'_>, frame: &CellSide<'_>, when: &str) -> Result<(), String> {
        let pairs = stack.locals.iter().zip(frame.locals()).enumerate();
        match pairs.into_iter().find(|(_, (left, right))| left != right) {
            None => Ok(()),
            Some((local, (left, right))) => Err(format!("{when}: local {local} should hold {left:?}, holds {right:?}")),
        }
    }

    /// Runs one cell, and the stack code up to where it does the same.
    fn cell(&mut self, cell: &Cell, stack: &mut StackSide<'_>, frame: &mut CellSide<'_>) -> Result<(), String> {
        let live = frame.live()?;
        if live != cell.info.live {
            return Err(format!("{} live temporaries, the table says {}", live, cell.info.live));
        }
        let kept = self.handler(cell)?;
        let before = frame.slots.clone();
        let effect = frame.run(cell)?;
        if matches!(effect, Effect::Silent) {
            return Ok(());
        }
        let dropped = match effect {
            Effect::Drop(value) => Some(value),
            _ => None,
        };
        let event = self.event(stack, dropped)?.ok_or("no instruction for this cell")?;
        let after = std::mem::replace(&mut frame.slots, before);
        self.same_locals(stack, frame, "before the cell")?;
        if let Some(depth) = kept {
            self.same_state(stack, frame, depth as usize, "for the handler")?;
        }
        frame.slots = after;
        match (effect, &event) {
            (Effect::Drop(dropped), Event::Drop { value, .. }) if dropped == *value => stack.commit(&event).map(drop),
            (Effect::Store { local, value }, _) => self.store(stack, &event, local, value),
            (Effect::Run { inputs, store }, Event::Run(instruction)) => {
                let instruction = self.run(cell, stack, &event, *instruction, &inputs)?;
                self.jump(cell, stack, frame, &instruction)?;
                let Some(local) = store else { return Ok(()) };
                let value = *stack.stack.last().ok_or("nothing to store")?;
                let event = self.event(stack, None)?.ok_or("the destination is not stored to")?;
                self.store(stack, &event, local, value)?;
                frame.set_local(local, value)
            }
            _ => Err(format!("{} for {}", cell.instr.name, describe(&event))),
        }
    }

    /// The next event; values that something else holds may be dropped without a cell.
    fn event(&self, stack: &mut StackSide<'_>, dropped: Option<Value>) -> Result<Option<Event>, String> {
        loop {
            match stack.next_event()? {
                Some(Event::Drop { value, loaded: true, unit }) if dropped != Some(value) => {
                    stack.commit(&Event::Drop { value, loaded: true, unit })?;
                }
                other => return Ok(other),
            }
        }
    }

    fn store(&self, stack: &mut StackSide<'_>, event: &Event, local: u32, value: Value) -> Result<(), String> {
        match event {
            Event::Store { local: expected, value: stored, .. } if *expected == local && *stored == value => {
                stack.commit(event).map(drop)
            }
            _ => Err(format!("stores {value:?} into local {local} for {}", describe(event))),
        }
    }

    /// Compares an instruction with its cell; the one to jump for is returned.
    fn run(
        &self,
        cell: &Cell,
        stack: &mut StackSide<'_>,
        event: &Event,
        instruction: Instruction,
        inputs: &[Value],
    ) -> Result<Instruction, String> {
        if cell.instr.name == "SUBSCR_SLICE" {
            return self.sliced(cell, stack, event, instruction, inputs);
        }
        let (first, second) = match fused(cell.instr.name) {
            Some((first, second)) => (Some(first), Some(second)),
            None => (cell.instr.opcode, None),
        };
        if first != Some(instruction.op) || cell.info.unit != instruction.unit {
            return Err(format!("{} for {}", cell.instr.name, describe(event)));
        }
        if cell.arg.is_some_and(|arg| arg != instruction.arg) {
            return Err(format!("operand {:?} for {}", cell.arg, describe(event)));
        }
        let following = stack.following().copied();
        let expected = stack.commit(event)?;
        if expected != inputs {
            return Err(format!("{} takes {inputs:?}, should take {expected:?}", cell.instr.name));
        }
        let Some(second) = second else { return Ok(instruction) };
        let jump = following.filter(|jump| jump.op == second).ok_or("the fused jump is missing")?;
        if instruction.op == Opcode::CompareOp && instruction.arg & 16 == 0 {
            return Err("a comparison that makes no bool is fused".into());
        }
        let event = stack.next_event()?.ok_or("the fused jump is missing")?;
        match stack.commit(&event)?.as_slice() {
            [Value::Out { unit, .. }] if *unit == instruction.unit => Ok(jump),
            other => Err(format!("the fused jump tests {other:?}")),
        }
    }

    /// Compares a subscription that takes the parts of a slice with the two instructions it stands for.
    fn sliced(
        &self,
        cell: &Cell,
        stack: &mut StackSide<'_>,
        event: &Event,
        first: Instruction,
        inputs: &[Value],
    ) -> Result<Instruction, String> {
        if first.op != Opcode::BuildSlice || first.arg != 3 {
            return Err(format!("SUBSCR_SLICE for {}", describe(event)));
        }
        let parts = stack.commit(event)?;
        let event = stack.next_event()?.ok_or("the subscription is missing")?;
        let second = match &event {
            Event::Run(second) if second.op == Opcode::BinaryOp && second.arg == 26 => *second,
            other => return Err(format!("SUBSCR_SLICE for {}", describe(other))),
        };
        let taken = stack.commit(&event)?;
        let [container, Value::Out { unit, .. }] = taken.as_slice() else {
            return Err(format!("the subscription takes {taken:?}"));
        };
        let expected: Vec<Value> = std::iter::once(*container).chain(parts).collect();
        if *unit != first.unit || cell.info.unit != second.unit || expected != inputs {
            return Err(format!("SUBSCR_SLICE takes {inputs:?}, should take {expected:?}"));
        }
        Ok(second)
    }

    /// Where a cell jumps, and what is where then.
    fn jump(
        &mut self,
        cell: &Cell,
        stack: &StackSide<'_>,
        frame: &CellSide<'_>,
        instruction: &Instruction,
    ) -> Result<(), String> {
        let Some(unit) = instruction.target else { return Ok(()) };
        let expected = self.word_of(unit);
        if cell.target != Some(i64::from(expected)) {
            return Err(format!("jumps to word {:?}, should jump to {expected}", cell.target));
        }
        // An exhausted iterator leaves no item.
        let missing = usize::from(instruction.op == Opcode::ForIter);
        let depth = stack.stack.len().checked_sub(missing).ok_or("FOR_ITER without an iterator")?;
        self.same_state(stack, frame, depth, "at the jump")?;
        self.reach_unit(unit, depth as u32, instruction.unit);
        Ok(())
    }

    /// The word of the first cell at or behind a code unit.
    fn word_of(&self, unit: u32) -> u32 {
        let start = self.index_of(unit).map_or(unit, |index| self.instructions[index].start);
        let at = self.cells.cells.partition_point(|cell| cell.unit < start);
        self.cells.cells.get(at).map_or(self.cells.words.len() as u32, |cell| cell.word)
    }

    /// The depth that the handler of a cell keeps, after a look at the rest of the handler.
    fn handler(&self, cell: &Cell) -> Result<Option<u32>, String> {
        let unit = cell.info.unit;
        let expected = self.handlers.iter().find(|handler| handler.start <= unit && unit < handler.end);
        match (expected, self.cells.handler_at(cell.info.word)) {
            (None, None) => Ok(None),
            (Some(expected), Some(found))
                if expected.depth == found.depth
                    && expected.push_lasti == found.lasti
                    && self.word_of(expected.target) == found.target =>
            {
                Ok(Some(expected.depth))
            }
            (expected, found) => Err(format!("handler {found:?}, should be {expected:?}")),
        }
    }
}

fn describe(event: &Event) -> String {
    match event {
        Event::Run(instruction) => {
            format!("{} {} at unit {}", instruction.op.name(), instruction.arg, instruction.unit)
        }
        Event::Store { unit, local, value } => format!("a store of {value:?} to local {local} at unit {unit}"),
        Event::Drop { unit, value, .. } => format!("a drop of {value:?} at unit {unit}"),
    }
}
