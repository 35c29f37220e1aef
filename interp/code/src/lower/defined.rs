//! That no instruction takes a value that is not there, nor reads a slot as a cell that holds none.
//!
//! Apart from the plan because it is about trust, not about slots: CPython's compiler emits only code that passes, but a `.pyc`
//! may hold anything, and the instructions that run do not look again. A forward analysis over the blocks of the plan: of each
//! local and each stack position it knows what they may be ([`NULL`], [`PLAIN`]); what arrives from several sides may be all of it.

use interp_opcode::{Instr, Opcode};

use super::plan::{Flow, index_of};
use super::stack::{ends_block, sizes};
use super::{Instruction, LowerError};
use crate::{Code, exceptions};

/// May be no value at all.
const NULL: u8 = 1;
/// May be something else than a cell made by this frame.
const PLAIN: u8 = 2;

#[derive(Clone, PartialEq, Eq)]
struct State {
    locals: Vec<u8>,
    stack: Vec<u8>,
}

impl State {
    /// Takes over what another side brings; whether that is news.
    fn merge(&mut self, other: &[u8], stack: &[u8]) -> bool {
        let mut news = false;
        let mine = self.locals.iter_mut().chain(&mut self.stack);
        for (mine, theirs) in mine.zip(other.iter().chain(stack)) {
            news |= *theirs & !*mine != 0;
            *mine |= theirs;
        }
        news
    }
}

struct Analysis<'a> {
    instructions: &'a [Instruction],
    handlers: &'a [exceptions::Entry],
    flow: &'a Flow,
    at: Vec<Option<State>>,
    work: Vec<usize>,
}

/// Checks code that has a plan, so depths are known to agree.
pub(crate) fn verify(
    code: &Code,
    instructions: &[Instruction],
    handlers: &[exceptions::Entry],
    flow: &Flow,
) -> Result<(), LowerError> {
    let mut locals = vec![NULL | PLAIN; code.localsplusnames.len()];
    let arguments = code.total_args().min(locals.len());
    locals[..arguments].fill(PLAIN);
    let mut analysis = Analysis { instructions, handlers, flow, at: vec![None; instructions.len()], work: Vec::new() };
    analysis.arrive(0, &locals, &[]);
    while let Some(block) = analysis.work.pop() {
        analysis.block(block)?;
    }
    Ok(())
}

impl Analysis<'_> {
    fn arrive(&mut self, block: usize, locals: &[u8], stack: &[u8]) {
        let news = match &mut self.at[block] {
            Some(state) => state.merge(locals, stack),
            none => {
                *none = Some(State { locals: locals.to_vec(), stack: stack.to_vec() });
                true
            }
        };
        if news && !self.work.contains(&block) {
            self.work.push(block);
        }
    }

    fn block(&mut self, start: usize) -> Result<(), LowerError> {
        let Some(mut state) = self.at[start].clone() else { return Ok(()) };
        let mut told = None;
        for (index, instruction) in self.instructions.iter().enumerate().skip(start) {
            if index > start && self.flow.leader[index] {
                self.arrive(index, &state.locals, &state.stack);
                return Ok(());
            }
            let fail = |what| LowerError { unit: instruction.unit, what };
            let handler = exceptions::covering(self.handlers, instruction.unit);
            let yields = instruction.op == Opcode::YieldValue;
            if let Some(handler) = handler
                && (yields || told != Some(handler.start))
            {
                self.arrive_at_handler(handler, &state, yields)?;
                told = Some(handler.start);
            }
            if step(&mut state, instruction).map_err(fail)? {
                told = None;
            }
            if let Some(target) = instruction.target {
                // An exhausted iterator leaves no item.
                let depth = state.stack.len() - usize::from(instruction.op == Opcode::ForIter);
                let target = index_of(self.instructions, target)?;
                self.arrive(target, &state.locals.clone(), &state.stack[..depth]);
            }
            if ends_block(instruction.op) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// What is thrown in at a `yield` finds no value in place of the one that was yielded.
    fn arrive_at_handler(
        &mut self,
        handler: &exceptions::Entry,
        state: &State,
        yields: bool,
    ) -> Result<(), LowerError> {
        let fail = || LowerError { unit: handler.target, what: "handler keeps more than there is" };
        let mut stack = state.stack.get(..handler.depth as usize).ok_or_else(fail)?.to_vec();
        if yields && stack.len() == state.stack.len() {
            stack.last_mut().into_iter().for_each(|bits| *bits |= NULL);
        }
        stack.extend(std::iter::repeat_n(PLAIN, 1 + usize::from(handler.push_lasti)));
        self.arrive(index_of(self.instructions, handler.target)?, &state.locals, &stack);
        Ok(())
    }
}

/// Runs one instruction; whether handlers must be told again, because a local or a value that they may keep changed.
fn step(state: &mut State, instruction: &Instruction) -> Result<bool, &'static str> {
    use Opcode as Op;
    let arg = instruction.arg;
    let (high, low) = ((arg >> 4) as usize, (arg & 15) as usize);
    let underflow = "stack underflow";
    match instruction.op {
        Op::Nop | Op::NotTaken | Op::EndFor => return Ok(false),
        Op::LoadFast | Op::LoadFastBorrow => load(state, arg as usize)?,
        Op::LoadFastLoadFast | Op::LoadFastBorrowLoadFastBorrow => {
            load(state, high)?;
            load(state, low)?;
        }
        Op::LoadConst | Op::LoadSmallInt => state.stack.push(PLAIN),
        Op::StoreFast => store(state, arg as usize)?,
        Op::StoreFastStoreFast => {
            store(state, high)?;
            store(state, low)?;
        }
        Op::StoreFastLoadFast => {
            store(state, high)?;
            load(state, low)?;
        }
        Op::PopTop => drop(state.stack.pop().ok_or(underflow)?),
        Op::Copy => {
            let at = state.stack.len().checked_sub(arg as usize).ok_or(underflow)?;
            state.stack.push(state.stack[at]);
        }
        Op::Swap => {
            let at = state.stack.len().checked_sub(arg as usize).ok_or(underflow)?;
            let top = state.stack.len() - 1;
            state.stack.swap(at, top);
        }
        _ => {
            other(state, instruction)?;
            return locals(state, instruction);
        }
    }
    Ok(true)
}

fn load(state: &mut State, local: usize) -> Result<(), &'static str> {
    let bits = state.locals[local];
    if bits & NULL != 0 {
        return Err("local may be unbound");
    }
    state.stack.push(bits);
    Ok(())
}

fn store(state: &mut State, local: usize) -> Result<(), &'static str> {
    state.locals[local] = state.stack.pop().ok_or("stack underflow")?;
    Ok(())
}

/// The stack effect of an instruction that has a cell.
fn other(state: &mut State, instruction: &Instruction) -> Result<(), &'static str> {
    let info = Instr::of(instruction.op).ok_or("instruction that cannot run")?.info();
    let arg = instruction.arg;
    let inputs: u32 = sizes(info.inputs, arg).sum();
    let kept: u32 = sizes(&info.inputs[..usize::from(info.peeks)], arg).sum();
    let base = state.stack.len().checked_sub(inputs as usize).ok_or("stack underflow")?;
    let mut at = base;
    for (item, size) in info.inputs.iter().zip(sizes(info.inputs, arg)) {
        let end = at + size as usize;
        let missing = state.stack[at..end].iter().any(|bits| bits & NULL != 0);
        let allowed = matches!(item.name, "_" | "exit_self" | "last_sent_val") || item.name.contains("null");
        if missing && !allowed {
            return Err("takes a value that may be missing");
        }
        at = end;
    }
    state.stack.truncate(base + kept as usize);
    let outputs = &info.outputs[usize::from(info.peeks)..];
    for (item, size) in outputs.iter().zip(sizes(outputs, arg)) {
        let bits = if item.name.contains("null") { NULL | PLAIN } else { PLAIN };
        state.stack.extend(std::iter::repeat_n(bits, size as usize));
    }
    Ok(())
}

/// What an instruction with a cell does to the locals that it names.
fn locals(state: &mut State, instruction: &Instruction) -> Result<bool, &'static str> {
    use Opcode as Op;
    let arg = instruction.arg as usize;
    match instruction.op {
        Op::LoadFastAndClear => {
            let bits = std::mem::replace(&mut state.locals[arg], NULL | PLAIN);
            *state.stack.last_mut().ok_or("stack underflow")? = bits;
        }
        // Bound, or it raised.
        Op::LoadFastCheck => {
            state.locals[arg] &= !NULL;
            *state.stack.last_mut().ok_or("stack underflow")? = state.locals[arg];
        }
        Op::DeleteFast => state.locals[arg] = NULL | PLAIN,
        Op::MakeCell => state.locals[arg] = 0,
        Op::CopyFreeVars => {
            let first = state.locals.len().saturating_sub(arg);
            state.locals[first..].fill(0);
        }
        Op::LoadDeref | Op::StoreDeref | Op::DeleteDeref | Op::LoadFromDictOrDeref if state.locals[arg] != 0 => {
            return Err("local may be no cell");
        }
        _ => {}
    }
    Ok(true)
}
