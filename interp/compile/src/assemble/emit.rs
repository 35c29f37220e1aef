//! Bytes, exception table and line table from the finished graph.
//!
//! Apart from `assemble` so that everything about offsets is in one place: they are counted in 16-bit code units, caches
//! and `EXTENDED_ARG`s included.

use interp_code::exceptions::{self, Entry};
use interp_code::locations::{Location, Writer};
use interp_opcode::Opcode;

use crate::error::{CompileError, ErrorKind};
use crate::flowgraph::{BlockId, Graph, NONE};
use crate::instr::Loc;

/// What the code object takes from here.
pub(super) struct Emitted {
    pub(super) code: Vec<u8>,
    pub(super) linetable: Vec<u8>,
    pub(super) exceptiontable: Vec<u8>,
}

/// `END_ASYNC_FOR` names the `END_SEND` of its loop, which stands that far behind the target.
const END_SEND_OFFSET: u32 = 5;

/// One instruction in its final place.
struct Placed {
    op: Opcode,
    arg: u32,
    /// Index of the instruction jumped to.
    target: u32,
    handler: Option<Handler>,
    loc: Loc,
    offset: u32,
}

#[derive(Clone, Copy)]
struct Handler {
    /// Index of its first instruction.
    index: u32,
    block: BlockId,
}

impl Placed {
    /// Code units: extension words, itself, caches.
    fn size(&self) -> u32 {
        extensions(self.arg) + 1 + self.op.cache_entries() as u32
    }
}

fn extensions(arg: u32) -> u32 {
    u32::from(arg > 0xFF) + u32::from(arg > 0xFFFF) + u32::from(arg > 0xFF_FFFF)
}

fn too_large() -> CompileError {
    CompileError::unplaced(ErrorKind::Overflow, "code is too large")
}

/// Writes down the graph.
pub(super) fn emit(graph: &Graph, first_line: i32) -> Result<Emitted, CompileError> {
    let mut placed = flatten(graph)?;
    resolve_jumps(&mut placed)?;
    Ok(Emitted {
        code: bytes(&placed),
        linetable: lines(&placed, first_line),
        exceptiontable: handlers(graph, &placed),
    })
}

fn flatten(graph: &Graph) -> Result<Vec<Placed>, CompileError> {
    let order = graph.order();
    let mut starts = vec![0; graph.blocks.len()];
    let mut count: u32 = 0;
    for &id in &order {
        starts[id as usize] = count;
        let len = u32::try_from(graph.block(id).instrs.len()).map_err(|_| too_large())?;
        count = count.checked_add(len).filter(|count| *count < 1 << 28).ok_or_else(too_large)?;
    }
    let mut placed = Vec::with_capacity(count as usize);
    for &id in &order {
        for instr in &graph.block(id).instrs {
            let target = if instr.op.has_jump() { starts[instr.target as usize] } else { 0 };
            let is_back = (target as usize) <= placed.len();
            let op = match instr.op {
                Opcode::Jump if is_back => Opcode::JumpBackward,
                Opcode::Jump => Opcode::JumpForward,
                Opcode::JumpNoInterrupt if is_back => Opcode::JumpBackwardNoInterrupt,
                Opcode::JumpNoInterrupt => Opcode::JumpForward,
                op => op,
            };
            // The first estimate of a jump's operand is its target's index, as in CPython.
            let arg = if op.has_jump() { target } else { instr.arg };
            let block = instr.except;
            let handler = (block != NONE).then(|| Handler { index: starts[block as usize], block });
            placed.push(Placed { op, arg, target, handler, loc: instr.loc, offset: 0 });
        }
    }
    Ok(placed)
}

/// Computes operands of jumps until no instruction changes its size.
fn resolve_jumps(placed: &mut [Placed]) -> Result<(), CompileError> {
    loop {
        let mut end: u32 = 0;
        for instr in placed.iter_mut() {
            instr.offset = end;
            end = end.checked_add(instr.size()).filter(|end| *end < 1 << 30).ok_or_else(too_large)?;
        }
        let mut settled = true;
        for at in 0..placed.len() {
            let instr = &placed[at];
            if !instr.op.has_jump() {
                continue;
            }
            let size = instr.size();
            let behind = instr.offset + size;
            let target = placed.get(instr.target as usize).map_or(end, |target| target.offset);
            let distance = behind.abs_diff(target);
            let arg = if instr.op == Opcode::EndAsyncFor { distance.saturating_sub(END_SEND_OFFSET) } else { distance };
            placed[at].arg = arg;
            settled &= placed[at].size() == size;
        }
        if settled {
            return Ok(());
        }
    }
}

fn bytes(placed: &[Placed]) -> Vec<u8> {
    let units = placed.last().map_or(0, |last| last.offset + last.size());
    let mut code = Vec::with_capacity(units as usize * 2);
    for instr in placed {
        for extension in (1..=extensions(instr.arg)).rev() {
            code.extend([Opcode::ExtendedArg as u8, (instr.arg >> (8 * extension)) as u8]);
        }
        code.extend([instr.op as u8, instr.arg as u8]);
        code.extend(std::iter::repeat_n(0, 2 * instr.op.cache_entries()));
    }
    code
}

fn lines(placed: &[Placed], first_line: i32) -> Vec<u8> {
    let mut locs: Vec<Loc> = placed.iter().map(|instr| instr.loc).collect();
    for at in (0..locs.len()).rev() {
        if locs[at] == Loc::NEXT {
            let ends = crate::flowgraph::is_terminator(placed[at].op);
            locs[at] = if ends { Loc::NONE } else { locs.get(at + 1).copied().unwrap_or(Loc::NONE) };
        }
    }
    let mut writer = Writer::new(first_line);
    let mut run = (Loc::NONE, 0);
    for (instr, loc) in placed.iter().zip(locs) {
        if loc != run.0 {
            writer.add(location(run.0), run.1);
            run = (loc, 0);
        }
        run.1 += instr.size() as usize;
    }
    writer.add(location(run.0), run.1);
    writer.finish()
}

fn location(loc: Loc) -> Location {
    Location { line: loc.lineno, end_line: loc.end_lineno, column: loc.col, end_column: loc.end_col }
}

fn handlers(graph: &Graph, placed: &[Placed]) -> Vec<u8> {
    let mut table = Vec::new();
    let mut open: Option<Handler> = None;
    let mut start = 0;
    let mut offset = 0;
    let mut close = |open: Option<Handler>, start: u32, end: u32| {
        if let Some(handler) = open
            && let Some(first) = placed.get(handler.index as usize)
        {
            let block = graph.block(handler.block);
            // The handler finds the exception, and perhaps the offset of the raising instruction, above this depth.
            let depth = (block.depth - 1 - i32::from(block.preserve_lasti)).max(0).cast_unsigned();
            let entry = Entry { start, end, target: first.offset, depth, push_lasti: block.preserve_lasti };
            exceptions::write(&mut table, entry);
        }
    };
    for instr in placed {
        if open.map(|handler| handler.index) != instr.handler.map(|handler| handler.index) {
            close(open, start, offset);
            start = offset;
            open = instr.handler;
        }
        offset += instr.size();
    }
    close(open, start, offset);
    table
}
