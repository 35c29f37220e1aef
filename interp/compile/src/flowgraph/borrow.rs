//! Loads that need no count of their own.
//!
//! A reference that is loaded from a local and consumed from the stack before that local changes can be borrowed: the
//! local keeps the object alive. Apart from the other passes because it runs last, when nothing moves any more. Each block
//! is run on a stack of abstract references that remember which instruction loaded them and from which local; a load is
//! left alone if its reference
//!
//! * is still on the stack when its local is stored to, deleted or cleared,
//! * is itself stored in a local, or
//! * is still on the stack at the end of the block.
//!
//! What an instruction takes and leaves comes from its stack effect; [`Run::instr`] and [`kept`] know those that put back
//! what they looked at, which a count cannot say. Handlers are not visited: the instructions that name them are gone by
//! now, as in 3.14.

use interp_opcode::Opcode;

use super::blocks::{Block, ENTRY, Graph, NONE};
use super::{malformed, ops};
use crate::error::CompileError;

/// Makes borrowing loads of all loads that may be.
pub(crate) fn optimize(graph: &mut Graph) -> Result<(), CompileError> {
    graph.clear_visited();
    graph.visit(ENTRY);
    graph.block_mut(ENTRY).depth = 0;
    let mut todo = vec![ENTRY];
    let mut run = Run::default();
    while let Some(id) = todo.pop() {
        run.block(graph.block_mut(id)).ok_or_else(|| malformed("Invalid CFG, stack underflow"))?;
        for at in 0..graph.block(id).instrs.len() {
            let instr = graph.block(id).instrs[at];
            if ops::has_target(instr.op) && graph.visit(instr.target) {
                todo.push(instr.target);
            }
        }
        let block = graph.block(id);
        let next = block.next;
        if block.falls_through() && next != NONE && !block.instrs.is_empty() && graph.visit(next) {
            todo.push(next);
        }
    }
    Ok(())
}

/// A reference on the abstract stack.
#[derive(Clone, Copy)]
struct Ref {
    /// Instruction that pushed it; `None` if it was there at the start of the block.
    instr: Option<u32>,
    /// Local that it was loaded from.
    local: Option<u32>,
    /// Time of the push.
    time: u32,
}

/// State of the abstract run; vectors are reused from block to block.
#[derive(Default)]
struct Run {
    stack: Vec<Ref>,
    /// Per instruction: its reference may not be borrowed.
    spoiled: Vec<bool>,
    /// Per local: when it last lost its value. A reference is spoiled if that was after its push; it is asked when the
    /// reference leaves the stack, so that losing a value takes constant time.
    lost: Vec<u32>,
    time: u32,
}

impl Run {
    /// Runs one block and rewrites its loads; `None` if the stack runs empty.
    fn block(&mut self, block: &mut Block) -> Option<()> {
        self.spoiled.clear();
        self.spoiled.resize(block.instrs.len(), false);
        self.stack.clear();
        for _ in 0..block.depth {
            self.push(None, None);
        }
        for (instr, at) in block.instrs.iter().zip(0..) {
            self.instr(instr.op, instr.arg, at)?;
        }
        while let Some(left) = self.stack.pop() {
            self.spoil(left.instr);
        }
        for (instr, spoiled) in block.instrs.iter_mut().zip(&self.spoiled) {
            match instr.op {
                Opcode::LoadFast if !spoiled => instr.op = Opcode::LoadFastBorrow,
                Opcode::LoadFastLoadFast if !spoiled => instr.op = Opcode::LoadFastBorrowLoadFastBorrow,
                _ => {}
            }
        }
        Some(())
    }

    fn instr(&mut self, op: Opcode, arg: u32, at: u32) -> Option<()> {
        match op {
            Opcode::LoadFast => self.push(Some(at), Some(arg)),
            Opcode::LoadFastAndClear => {
                self.lose(arg);
                self.push(Some(at), Some(arg));
            }
            Opcode::LoadFastLoadFast => {
                self.push(Some(at), Some(arg >> 4));
                self.push(Some(at), Some(arg & 15));
            }
            Opcode::StoreFast => self.store(arg)?,
            Opcode::StoreFastLoadFast => {
                self.store(arg >> 4)?;
                self.push(Some(at), Some(arg & 15));
            }
            Opcode::StoreFastStoreFast => {
                self.store(arg >> 4)?;
                self.store(arg & 15)?;
            }
            Opcode::DeleteFast => self.lose(arg),
            Opcode::Copy => {
                let copied = *self.stack.get(self.stack.len().checked_sub(arg as usize)?)?;
                self.stack.push(copied);
            }
            Opcode::Swap => {
                let top = self.stack.len().checked_sub(1)?;
                self.stack.swap(top, (top + 1).checked_sub(arg as usize)?);
            }
            Opcode::LoadAttr | Opcode::LoadSuperAttr => {
                let object = self.pop()?;
                for _ in 1..op.popped(arg) {
                    self.pop()?;
                }
                self.push(Some(at), None);
                if arg & 1 == 1 {
                    // A method call: the object may come back as its first argument.
                    self.stack.push(object);
                }
            }
            // These move their operand: it comes out on top of what they make, or instead of what they take.
            Opcode::LoadSpecial | Opcode::PushExcInfo => {
                let moved = self.pop()?;
                self.push(Some(at), None);
                self.stack.push(moved);
            }
            Opcode::EndSend | Opcode::SetFunctionAttribute => {
                let moved = self.pop()?;
                self.pop()?;
                self.stack.push(moved);
            }
            // What opens a handler's region acts on the stack of the handler only.
            op if ops::is_block_push(op) => {}
            _ => self.plain(op, arg, at)?,
        }
        Some(())
    }

    /// Takes and leaves what the stack effect says, but for what the instruction only looks at.
    fn plain(&mut self, op: Opcode, arg: u32, at: u32) -> Option<()> {
        let kept = kept(op, arg);
        for _ in kept..op.popped(arg) {
            self.pop()?;
        }
        let looks_only = kept > 0 && kept == op.popped(arg) && op != Opcode::ForIter;
        for new in kept..op.pushed(arg) {
            // 3.14 counts such results, by a slip, as made by the first instructions of the block, which spoils those.
            self.push(Some(if looks_only { new - kept } else { at }), None);
        }
        Some(())
    }

    fn push(&mut self, instr: Option<u32>, local: Option<u32>) {
        self.stack.push(Ref { instr, local, time: self.time });
    }

    fn pop(&mut self) -> Option<Ref> {
        let popped = self.stack.pop()?;
        let lost = popped.local.and_then(|local| self.lost.get(local as usize)).copied().unwrap_or(0);
        if lost > popped.time {
            self.spoil(popped.instr);
        }
        Some(popped)
    }

    fn spoil(&mut self, instr: Option<u32>) {
        if let Some(flag) = instr.and_then(|at| self.spoiled.get_mut(at as usize)) {
            *flag = true;
        }
    }

    fn store(&mut self, local: u32) -> Option<()> {
        let stored = self.pop()?;
        self.spoil(stored.instr);
        self.lose(local);
        Some(())
    }

    fn lose(&mut self, local: u32) {
        let local = local as usize;
        if self.lost.len() <= local {
            self.lost.resize(local + 1, 0);
        }
        self.time += 1;
        self.lost[local] = self.time;
    }
}

/// How many of its operands the instruction leaves where they are.
fn kept(op: Opcode, arg: u32) -> u32 {
    match op {
        // Those that only look, or may give back what they were given.
        Opcode::FormatSimple
        | Opcode::GetAnext
        | Opcode::GetLen
        | Opcode::GetYieldFromIter
        | Opcode::ImportFrom
        | Opcode::MatchKeys
        | Opcode::MatchMapping
        | Opcode::MatchSequence
        | Opcode::WithExceptStart => op.popped(arg),
        // Those that add to a container.
        Opcode::DictMerge
        | Opcode::DictUpdate
        | Opcode::ListAppend
        | Opcode::ListExtend
        | Opcode::MapAdd
        | Opcode::Reraise
        | Opcode::SetAdd
        | Opcode::SetUpdate => op.pushed(arg),
        // The exception, the iterator, the awaited object.
        Opcode::CheckExcMatch | Opcode::ForIter | Opcode::Send => 1,
        _ => 0,
    }
}
