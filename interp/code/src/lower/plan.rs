//! The first pass: basic blocks, depths, and which loads must really be executed.

use std::ops::Range;

use interp_opcode::{Opcode, Shape};

use super::stack::{
    Source, Step, by_name, ends_block, fused, jump_effect, operand_shapes, sizes, sliced, steps, touched,
};
use super::{Instruction, LowerError};
use crate::{Code, exceptions};

/// What the first pass found out, by index of instruction.
pub(crate) struct Flow {
    /// Whether a basic block starts here.
    pub(crate) leader: Vec<bool>,
    /// The depth at the start of a block; `None` in blocks that nothing reaches.
    pub(crate) depth: Vec<Option<u32>>,
    /// Two for each instruction (a superinstruction loads twice): the value must be in a temporary.
    pub(crate) real: Vec<[bool; 2]>,
    /// The instruction and the conditional jump behind it are one cell.
    pub(crate) fused: Vec<bool>,
    /// The `BUILD_SLICE` before it does nothing: this subscription takes the slice's parts.
    sliced: Vec<bool>,
}

impl Flow {
    /// The actions of an instruction, where it may be one cell with the one before it.
    pub(crate) fn steps(&self, instructions: &[Instruction], index: usize) -> Result<[Option<Step>; 2], &'static str> {
        if self.sliced.get(index + 1) == Some(&true) {
            return Ok([None, None]);
        }
        if !self.sliced[index] {
            return steps(&instructions[index]);
        }
        let instr = sliced(&instructions[index - 1], &instructions[index]).and_then(by_name).ok_or("no fused form")?;
        Ok([Some(Step::Cell(instr)), None])
    }
}

/// A value on the abstract stack: the load that made it, or a real one.
#[derive(Clone, Copy)]
enum Entry {
    Real,
    Loaded { instruction: usize, half: usize, source: Source },
}

/// Index of the instruction that starts at, or whose prefixes start at, a code unit.
pub(crate) fn index_of(instructions: &[Instruction], unit: u32) -> Result<usize, LowerError> {
    let at = instructions.partition_point(|instruction| instruction.next <= unit);
    match instructions.get(at) {
        Some(found) if found.start == unit || found.unit == unit => Ok(at),
        _ => Err(LowerError { unit, what: "jump into the middle of an instruction" }),
    }
}

pub(crate) fn plan(
    code: &Code,
    instructions: &[Instruction],
    handlers: &[exceptions::Entry],
) -> Result<Flow, LowerError> {
    let count = instructions.len();
    let mut flow = Flow {
        leader: vec![false; count],
        depth: vec![None; count],
        real: vec![[false; 2]; count],
        fused: vec![false; count],
        sliced: vec![false; count],
    };
    if count == 0 {
        return Err(LowerError { unit: 0, what: "no instructions" });
    }
    mark_leaders(&mut flow, instructions, handlers)?;
    for (index, pair) in instructions.windows(2).enumerate() {
        flow.fused[index] = !flow.leader[index + 1] && fused(&pair[0], &pair[1]).is_some();
        flow.sliced[index + 1] = !flow.leader[index + 1] && sliced(&pair[0], &pair[1]).is_some();
    }
    let mut work = vec![(0usize, 0u32)];
    for handler in handlers {
        let depth = handler.depth.checked_add(1 + u32::from(handler.push_lasti));
        let depth = depth.ok_or(LowerError { unit: handler.target, what: "handler too deep" })?;
        work.push((index_of(instructions, handler.target)?, depth));
    }
    let mut walk = Walk { code, instructions, handlers, flow };
    while let Some((block, depth)) = work.pop() {
        match walk.flow.depth[block] {
            Some(known) if known == depth => continue,
            Some(_) => return Err(LowerError { unit: instructions[block].unit, what: "inconsistent stack depth" }),
            None => walk.flow.depth[block] = Some(depth),
        }
        walk.block(block, depth, &mut work)?;
    }
    Ok(walk.flow)
}

fn mark_leaders(
    flow: &mut Flow,
    instructions: &[Instruction],
    handlers: &[exceptions::Entry],
) -> Result<(), LowerError> {
    flow.leader[0] = true;
    for (index, instruction) in instructions.iter().enumerate() {
        if let Some(target) = instruction.target {
            flow.leader[index_of(instructions, target)?] = true;
        }
        if ends_block(instruction.op) && index + 1 < instructions.len() {
            flow.leader[index + 1] = true;
        }
        // Resumption and arrival of a sent value happen between instructions.
        if matches!(instruction.op, Opcode::YieldValue | Opcode::ReturnGenerator | Opcode::Resume)
            && index + 1 < instructions.len()
        {
            flow.leader[index + 1] = true;
        }
    }
    for handler in handlers {
        flow.leader[index_of(instructions, handler.target)?] = true;
    }
    Ok(())
}

struct Walk<'a> {
    code: &'a Code,
    instructions: &'a [Instruction],
    handlers: &'a [exceptions::Entry],
    flow: Flow,
}

impl Walk<'_> {
    fn block(&mut self, start: usize, depth: u32, work: &mut Vec<(usize, u32)>) -> Result<(), LowerError> {
        if depth > self.code.stacksize {
            return Err(LowerError { unit: self.instructions[start].unit, what: "stack overflow" });
        }
        let mut stack = vec![Entry::Real; depth as usize];
        let mut index = start;
        loop {
            let instruction = self.instructions[index];
            let fail = |what| LowerError { unit: instruction.unit, what };
            let kept =
                exceptions::covering(self.handlers, instruction.unit).map_or(0, |handler| handler.depth as usize);
            // What stays on the stack when this raises must be there.
            let handled = stack.get(..kept).ok_or(fail("handler keeps more than there is"))?;
            handled.iter().copied().for_each(|entry| self.make_real(entry));
            if let Some(target) = instruction.target {
                let depth = stack.len() as i64 + i64::from(jump_effect(&instruction));
                let depth = u32::try_from(depth).map_err(|_| fail("stack underflow"))?;
                work.push((index_of(self.instructions, target)?, depth));
            }
            for (half, step) in self.flow.steps(self.instructions, index).map_err(fail)?.into_iter().enumerate() {
                let Some(step) = step else { continue };
                self.step(&mut stack, index, half, step, kept).map_err(fail)?;
            }
            if stack.len() > self.code.stacksize as usize {
                return Err(fail("stack overflow"));
            }
            if instruction.target.is_some() {
                // The other way on finds everything in its slot.
                stack.iter().copied().for_each(|entry| self.make_real(entry));
            }
            let ends = ends_block(instruction.op);
            index += 1;
            if ends {
                break;
            }
            if index == self.instructions.len() {
                return Err(fail("control falls off the end"));
            }
            if self.flow.leader[index] {
                work.push((index, stack.len() as u32));
                break;
            }
        }
        stack.into_iter().for_each(|entry| self.make_real(entry));
        Ok(())
    }

    fn make_real(&mut self, entry: Entry) {
        if let Entry::Loaded { instruction, half, .. } = entry {
            self.flow.real[instruction][half] = true;
        }
    }

    /// One action; `kept` is the depth that its handler keeps.
    fn step(
        &mut self,
        stack: &mut Vec<Entry>,
        index: usize,
        half: usize,
        step: Step,
        kept: usize,
    ) -> Result<(), &'static str> {
        let instruction = self.instructions[index];
        match step {
            Step::Load(source) => {
                stack.push(Entry::Loaded { instruction: index, half, source });
            }
            Step::Store(local) => {
                let entry = stack.pop().ok_or("stack underflow")?;
                self.use_by_store(entry, index);
                self.changes(stack, local..local + 1);
            }
            // A load that is dropped at once need not happen.
            Step::Pop => {
                let entry = stack.pop().ok_or("stack underflow")?;
                if let Entry::Loaded { source: Source::Local { borrowed: false, .. }, instruction, half } = entry {
                    self.flow.real[instruction][half] = true;
                }
            }
            Step::Copy(n) => {
                let at = stack.len().checked_sub(n as usize).ok_or("stack underflow")?;
                // What is named can be named twice: each use decides.
                stack.push(stack[at]);
            }
            Step::Swap(n) => {
                let at = stack.len().checked_sub(n as usize).ok_or("stack underflow")?;
                let top = stack.len().checked_sub(1).ok_or("stack underflow")?;
                stack.swap(at, top);
            }
            Step::Cell(instr) => {
                let info = instr.info();
                let inputs: Vec<u32> = sizes(info.inputs, instruction.arg).collect();
                let total: u32 = inputs.iter().sum();
                let mut at = stack.len().checked_sub(total as usize).ok_or("stack underflow")?;
                let peeked: u32 = inputs[..usize::from(info.peeks)].iter().sum();
                // The one cannot raise; what is thrown into the other arrives after a value was sent in its place.
                let moves = matches!(instruction.op, Opcode::PushExcInfo | Opcode::YieldValue);
                if at + (peeked as usize) < kept && !moves {
                    return Err("takes what its handler keeps");
                }
                for (input, size) in inputs.into_iter().enumerate() {
                    let shapes = operand_shapes(self.form_of(index, instr), input);
                    for entry in stack[at..at + size as usize].iter().copied() {
                        match (entry, shapes) {
                            (Entry::Loaded { source, instruction: loader, .. }, Some(shapes))
                                if nameable(self.code, proved(source, loader + 1 == index), shapes) => {}
                            (entry, _) => self.make_real(entry),
                        }
                    }
                    at += size as usize;
                }
                stack.truncate(stack.len() - total as usize);
                let outputs: u32 = sizes(info.outputs, instruction.arg).sum();
                if stack.len() + outputs as usize > self.code.stacksize as usize {
                    return Err("stack overflow");
                }
                self.changes(stack, touched(self.code, &instruction));
                stack.extend(std::iter::repeat_n(Entry::Real, outputs as usize));
            }
        }
        Ok(())
    }

    /// The definition whose operands count: the fused form where there is one.
    fn form_of(&self, index: usize, instr: interp_opcode::Instr) -> interp_opcode::Instr {
        if !self.flow.fused[index] {
            return instr;
        }
        let name = fused(&self.instructions[index], &self.instructions[index + 1]);
        name.and_then(by_name).unwrap_or(instr)
    }

    /// A value that was loaded from a local before it changes is not the local's any more.
    fn changes(&mut self, stack: &[Entry], locals: Range<u32>) {
        for entry in stack {
            if let Entry::Loaded { source: Source::Local { index, .. }, .. } = entry
                && locals.contains(index)
            {
                self.make_real(*entry);
            }
        }
    }

    /// A stored load becomes one move; a copy of a local only if nothing could change it in between.
    fn use_by_store(&mut self, entry: Entry, index: usize) {
        if let Entry::Loaded { instruction, half, source: Source::Local { .. } } = entry {
            let adjacent = instruction + 1 == index && half == 0 || instruction == index;
            let plain = matches!(steps(&self.instructions[instruction]), Ok([_, None]));
            if !(adjacent && plain) {
                self.flow.real[instruction][half] = true;
            }
        }
    }
}

/// The shape in which an operand can name a value that was not loaded, if it can.
pub(crate) fn shape_for(code: &Code, source: Source, shapes: &[Shape]) -> Option<(Shape, Source)> {
    let has = |shape| shapes.contains(&shape);
    match source {
        Source::Local { borrowed, .. } => (borrowed && has(Shape::L)).then_some((Shape::L, source)),
        Source::Int(_) if has(Shape::I) => Some((Shape::I, source)),
        Source::Int(_) => None,
        Source::Const(index) => match code.consts.get(index as usize).and_then(small_int) {
            Some(number) if has(Shape::I) => Some((Shape::I, Source::Int(number))),
            _ => has(Shape::K).then_some((Shape::K, source)),
        },
    }
}

/// A load right before its use needs no proof: nothing can come between.
fn proved(source: Source, adjacent: bool) -> Source {
    match source {
        Source::Local { index, borrowed } => Source::Local { index, borrowed: borrowed || adjacent },
        other => other,
    }
}

fn nameable(code: &Code, source: Source, shapes: &[Shape]) -> bool {
    shape_for(code, source, shapes).is_some()
}

fn small_int(constant: &crate::Const) -> Option<i16> {
    match constant {
        crate::Const::Int(number) => number.as_small().and_then(|number| i16::try_from(number).ok()),
        _ => None,
    }
}
