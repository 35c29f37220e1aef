//! Lowering: from CPython's stack code to the register cells that tier 1 runs.
//!
//! The stack code has a static depth at every instruction, so each stack position is a slot of the frame, behind the
//! locals. A load whose value is consumed in the same basic block by an instruction that takes operands from anywhere
//! is not executed at all: the consumer names the local, the small int or the constant. What is executed lies in
//! temporaries: a value that is really on the stack has the slot `locals + number of real values below it`, and keeps
//! it until it is consumed. Values that outlive their block are always real, so at block boundaries slot and stack
//! position agree and control flow needs no moves.
//!
//! A local may be named instead of copied only if it outlives the use. CPython's compiler proved that where it emitted
//! `LOAD_FAST_BORROW`; other loads copy, but for one that is stored at once. A result that is stored into a local at
//! once is written there by the instruction itself, if its definition allows the destination.
//!
//! Code may come from a file, and what runs it trusts it. So `operands` checks every operand first, `plan` finds one depth for
//! every instruction, and `defined` proves that no instruction takes a value that is not there.
//!
//! Two passes over each block: `plan` finds out which loads are never executed, `emit` writes cells. [`check()`] re-derives from
//! the cells what every slot holds, and compares.

mod check;
mod defined;
mod emit;
mod operands;
mod plan;
mod stack;

pub use check::{Disagreement, check};

use std::fmt;

use interp_opcode::Opcode;

use crate::{Code, exceptions};

/// In bits 16..32 of word 1 of an `UNPACK_SEQUENCE`: the cells behind it are moves of all its items, from the first on, to
/// locals.
pub const STORED: u16 = 1;

/// The register form of one code object: plain data, not yet tied to constants.
#[derive(Debug)]
pub struct CellCode {
    /// Cells and their data words, in order.
    pub words: Box<[u64]>,
    /// Words that take a constant's word: (index into `words`, index into `co_consts`).
    pub patches: Box<[(u32, u32)]>,
    /// What is known of each cell, by ascending word.
    pub cells: Box<[CellInfo]>,
    /// Exception handlers, by ascending start; the innermost of nested ones is the only one that covers a word.
    pub handlers: Box<[Handler]>,
    /// Locals, cells and free variables, which are the first slots.
    pub locals: u32,
    /// Temporaries, which follow them.
    pub temporaries: u32,
}

/// One cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellInfo {
    /// Its first word.
    pub word: u32,
    /// The code unit of the instruction it came from.
    pub unit: u32,
    /// How many temporaries hold values when it starts.
    pub live: u32,
}

/// A range of words whose exceptions are handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handler {
    /// First word.
    pub start: u32,
    /// Word after the last.
    pub end: u32,
    /// Where to go on.
    pub target: u32,
    /// Temporaries that stay.
    pub depth: u32,
    /// Whether the instruction's offset is pushed below the exception.
    pub lasti: bool,
}

impl CellCode {
    /// The cell that starts at `word`, or the one `word` lies in.
    #[must_use]
    pub fn cell_at(&self, word: u32) -> Option<&CellInfo> {
        let after = self.cells.partition_point(|cell| cell.word <= word);
        self.cells.get(after.checked_sub(1)?)
    }

    /// The handler for an exception in the cell at `word`.
    #[must_use]
    pub fn handler_at(&self, word: u32) -> Option<&Handler> {
        let after = self.handlers.partition_point(|handler| handler.start <= word);
        self.handlers[..after].iter().rev().find(|handler| word < handler.end)
    }

    /// The first cell of the instruction at code unit `unit`, or of the next that has one.
    #[must_use]
    pub fn word_of_unit(&self, unit: u32) -> Option<u32> {
        let at = self.cells.partition_point(|cell| cell.unit < unit);
        self.cells.get(at).map(|cell| cell.word)
    }

    /// Slots of a frame: locals and temporaries.
    #[must_use]
    pub fn slots(&self) -> u32 {
        self.locals + self.temporaries
    }
}

/// Code that cannot be lowered: it is malformed, or exceeds a limit of the register form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LowerError {
    /// The code unit where it was noticed.
    pub unit: u32,
    /// What is wrong.
    pub what: &'static str,
}

impl fmt::Display for LowerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at instruction {}", self.what, self.unit)
    }
}

impl std::error::Error for LowerError {}

/// One instruction of the stack code, prefixes folded in, specialized forms taken back to their generic ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Instruction {
    pub(crate) op: Opcode,
    pub(crate) arg: u32,
    /// The code unit of its first prefix, or of itself.
    pub(crate) start: u32,
    /// The code unit of itself, which tracebacks and exception ranges name.
    pub(crate) unit: u32,
    /// The code unit after it and its caches.
    pub(crate) next: u32,
    /// Where it jumps, if it does.
    pub(crate) target: Option<u32>,
}

/// Reads the code units.
pub(crate) fn decode(code: &Code) -> Result<Vec<Instruction>, LowerError> {
    let units: Vec<[u8; 2]> = code.code.chunks_exact(2).map(|unit| [unit[0], unit[1]]).collect();
    let mut instructions = Vec::with_capacity(units.len() / 2);
    let (mut at, mut start, mut prefix) = (0usize, 0usize, 0u32);
    while at < units.len() {
        let [number, low] = units[at];
        let unit = at as u32;
        let op = Opcode::from_u8(number).ok_or(LowerError { unit, what: "unknown opcode" })?.deopt();
        let arg = prefix << 8 | u32::from(low);
        if op == Opcode::ExtendedArg {
            prefix = arg;
            at += 1;
            continue;
        }
        let next = (at + 1 + op.cache_entries()) as u32;
        if next as usize > units.len() {
            return Err(LowerError { unit, what: "truncated instruction" });
        }
        let target = jump_target(op, arg, next).map_err(|what| LowerError { unit, what })?;
        instructions.push(Instruction { op, arg, start: start as u32, unit, next, target });
        (at, prefix) = (next as usize, 0);
        start = at;
    }
    Ok(instructions)
}

fn jump_target(op: Opcode, arg: u32, next: u32) -> Result<Option<u32>, &'static str> {
    if !op.has_jump() || op == Opcode::EndAsyncFor {
        // `END_ASYNC_FOR` names its `SEND` for monitoring; it does not jump.
        return Ok(None);
    }
    let target = match op {
        Opcode::JumpBackward | Opcode::JumpBackwardNoInterrupt => next.checked_sub(arg),
        // An exhausted iterator goes past `END_FOR`, which only marks the place.
        Opcode::ForIter => next.checked_add(arg).and_then(|target| target.checked_add(1)),
        _ => next.checked_add(arg),
    };
    target.map(Some).ok_or("jump out of the code")
}

/// Lowers a code object.
///
/// # Errors
/// [`LowerError`] if the code is malformed (it may come from a file) or has more slots or constants than cells can name.
/// Nothing panics, whatever the bytes.
pub fn lower(code: &Code) -> Result<CellCode, LowerError> {
    let slots = (code.localsplusnames.len() as u64).saturating_add(u64::from(code.stacksize));
    if slots > u64::from(u16::MAX) {
        return Err(LowerError { unit: 0, what: "too many locals and temporaries" });
    }
    let instructions = decode(code)?;
    operands::verify(code, &instructions)?;
    let handlers = read_handlers(code, &instructions)?;
    let flow = plan::plan(code, &instructions, &handlers)?;
    defined::verify(code, &instructions, &handlers, &flow)?;
    emit::emit(code, &instructions, &handlers, &flow)
}

/// Reads the exception table: ranges of whole instructions, in order, none inside another.
fn read_handlers(code: &Code, instructions: &[Instruction]) -> Result<Vec<exceptions::Entry>, LowerError> {
    let bad = |unit| LowerError { unit, what: "bad exception table" };
    let mut reader = exceptions::Reader::new(&code.exceptiontable);
    let entries: Vec<_> = reader.by_ref().collect();
    if !reader.is_done() {
        return Err(bad(0));
    }
    let length = instructions.last().map_or(0, |last| last.next);
    let starts_one = |unit| instructions.binary_search_by_key(&unit, |instruction| instruction.start).is_ok();
    let mut end = 0;
    for entry in &entries {
        let whole = starts_one(entry.start) && (entry.end == length || starts_one(entry.end));
        if entry.start < end || entry.end <= entry.start || !whole {
            return Err(bad(entry.start));
        }
        end = entry.end;
    }
    Ok(entries)
}

#[cfg(test)]
mod tests;
