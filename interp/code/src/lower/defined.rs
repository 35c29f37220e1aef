//! That no instruction takes a value that is not there, nor reads a slot as a cell that holds none, and that a function is made of code
//! and gets the cells it needs.
//!
//! Apart from the plan because it is about trust, not about slots: CPython's compiler emits only code that passes, but a `.pyc`
//! may hold anything, and the instructions that run do not look again. A forward analysis over the blocks of the plan: of each
//! local and each stack position it knows what they may be ([`What`]); what arrives from several sides may be all of it.

use interp_opcode::{Instr, Opcode};

use super::plan::{Flow, index_of};
use super::stack::{ends_block, sizes};
use super::{Instruction, LowerError};
use crate::{Code, Const, LocalKind, exceptions};

/// What a local or a stack position may hold.
#[derive(Clone, Copy, PartialEq, Eq)]
struct What {
    /// Perhaps no value at all.
    missing: bool,
    kind: Kind,
}

/// What is known of a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Nothing.
    Any,
    /// A cell of this frame.
    Cell,
    /// A code object with this many free variables.
    Code(u32),
    /// A tuple of this many cells.
    Cells(u32),
}

const PLAIN: What = What { missing: false, kind: Kind::Any };
const MISSING: What = What { missing: true, kind: Kind::Any };
const CELL: What = What { missing: false, kind: Kind::Cell };

impl What {
    /// What both may be.
    fn or(self, other: Self) -> Self {
        let kind = if self.kind == other.kind { self.kind } else { Kind::Any };
        Self { missing: self.missing || other.missing, kind }
    }
}

#[derive(Clone, PartialEq, Eq)]
struct State {
    locals: Vec<What>,
    stack: Vec<What>,
}

impl State {
    /// Takes over what another side brings; whether that is news.
    fn merge(&mut self, other: &[What], stack: &[What]) -> bool {
        let mut news = false;
        let mine = self.locals.iter_mut().chain(&mut self.stack);
        for (mine, theirs) in mine.zip(other.iter().chain(stack)) {
            let both = mine.or(*theirs);
            news |= both != *mine;
            *mine = both;
        }
        news
    }
}

struct Analysis<'a> {
    code: &'a Code,
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
    let mut locals = vec![MISSING; code.localsplusnames.len()];
    let arguments = code.total_args().min(locals.len());
    locals[..arguments].fill(PLAIN);
    let mut analysis =
        Analysis { code, instructions, handlers, flow, at: vec![None; instructions.len()], work: Vec::new() };
    analysis.arrive(0, &locals, &[]);
    while let Some(block) = analysis.work.pop() {
        analysis.block(block)?;
    }
    Ok(())
}

impl Analysis<'_> {
    fn arrive(&mut self, block: usize, locals: &[What], stack: &[What]) {
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
            if self.step(&mut state, index).map_err(fail)? {
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
            stack.last_mut().into_iter().for_each(|what| *what = MISSING);
        }
        stack.extend(std::iter::repeat_n(PLAIN, 1 + usize::from(handler.push_lasti)));
        self.arrive(index_of(self.instructions, handler.target)?, &state.locals, &stack);
        Ok(())
    }

    /// Runs one instruction; whether handlers must be told again, because a local or a value that they may keep changed.
    fn step(&self, state: &mut State, index: usize) -> Result<bool, &'static str> {
        use Opcode as Op;
        let instruction = &self.instructions[index];
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
            Op::LoadConst => state.stack.push(self.constant(arg)),
            Op::LoadSmallInt => state.stack.push(PLAIN),
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
                self.closures(state, index)?;
                other(state, instruction)?;
                return locals(state, instruction);
            }
        }
        Ok(true)
    }

    fn constant(&self, index: u32) -> What {
        match self.code.consts.get(index as usize) {
            Some(Const::Code(code)) => {
                let free = code.localspluskinds.iter().filter(|kind| kind.contains(LocalKind::FREE)).count();
                What { missing: false, kind: Kind::Code(free as u32) }
            }
            _ => PLAIN,
        }
    }

    /// A function is made of a code object, and gets a cell for each of its free variables at once.
    fn closures(&self, state: &State, index: usize) -> Result<(), &'static str> {
        const CLOSURE: u32 = 8;
        let closes = |at: usize| {
            let known = self.instructions.get(at);
            known.is_some_and(|next| next.op == Opcode::SetFunctionAttribute && next.arg == CLOSURE)
                && !self.flow.leader[at]
        };
        match (self.instructions[index].op, state.stack.as_slice()) {
            (Opcode::MakeFunction, [below @ .., What { kind: Kind::Code(free), .. }]) => {
                let cells = below.last().map(|what| what.kind) == Some(Kind::Cells(*free));
                let good = if closes(index + 1) { cells } else { *free == 0 };
                if good { Ok(()) } else { Err("function without its closure") }
            }
            (Opcode::MakeFunction, _) => Err("function of no code"),
            (Opcode::SetFunctionAttribute, _) if self.instructions[index].arg == CLOSURE => {
                let made = index.checked_sub(1).map(|before| self.instructions[before].op);
                let good = closes(index) && made == Some(Opcode::MakeFunction);
                if good { Ok(()) } else { Err("closure of no new function") }
            }
            _ => Ok(()),
        }
    }
}

fn load(state: &mut State, local: usize) -> Result<(), &'static str> {
    let what = state.locals[local];
    if what.missing {
        return Err("local may be unbound");
    }
    state.stack.push(what);
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
        let missing = state.stack[at..end].iter().any(|what| what.missing);
        let allowed = matches!(item.name, "_" | "exit_self" | "last_sent_val") || item.name.contains("null");
        if missing && !allowed {
            return Err("takes a value that may be missing");
        }
        at = end;
    }
    let all_cells = state.stack[base..].iter().all(|what| *what == CELL);
    state.stack.truncate(base + kept as usize);
    if instruction.op == Opcode::BuildTuple && all_cells {
        state.stack.push(What { missing: false, kind: Kind::Cells(arg) });
        return Ok(());
    }
    let outputs = &info.outputs[usize::from(info.peeks)..];
    for (item, size) in outputs.iter().zip(sizes(outputs, arg)) {
        let what = if item.name.contains("null") { MISSING } else { PLAIN };
        state.stack.extend(std::iter::repeat_n(what, size as usize));
    }
    Ok(())
}

/// What an instruction with a cell does to the locals that it names.
fn locals(state: &mut State, instruction: &Instruction) -> Result<bool, &'static str> {
    use Opcode as Op;
    let arg = instruction.arg as usize;
    match instruction.op {
        Op::LoadFastAndClear => {
            let what = std::mem::replace(&mut state.locals[arg], MISSING);
            *state.stack.last_mut().ok_or("stack underflow")? = what;
        }
        // Bound, or it raised.
        Op::LoadFastCheck => {
            state.locals[arg].missing = false;
            *state.stack.last_mut().ok_or("stack underflow")? = state.locals[arg];
        }
        Op::DeleteFast => state.locals[arg] = MISSING,
        Op::MakeCell => state.locals[arg] = CELL,
        Op::CopyFreeVars => {
            let first = state.locals.len().saturating_sub(arg);
            state.locals[first..].fill(CELL);
        }
        Op::LoadDeref | Op::StoreDeref | Op::DeleteDeref | Op::LoadFromDictOrDeref if state.locals[arg] != CELL => {
            return Err("local may be no cell");
        }
        _ => {}
    }
    Ok(true)
}
