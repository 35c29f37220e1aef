//! The second pass: cells.

use interp_opcode::{CellOp, Instr, Place, Shape};

use super::plan::{Flow, index_of, shape_for};
use super::stack::{Source, Step, by_name, ends_block, fused, sizes};
use super::{CellCode, CellInfo, Handler, Instruction, LowerError, STORED};
use crate::{Code, exceptions};

/// What a stack position holds while cells are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    /// A value in this slot.
    Slot(u32),
    /// A load that is not executed.
    Named(Source),
}

impl Entry {
    fn slot(self) -> Option<u32> {
        match self {
            Entry::Slot(slot) => Some(slot),
            Entry::Named(_) => None,
        }
    }
}

/// A jump whose distance is filled in at the end.
struct Fixup {
    cell: u32,
    place: Place,
    target: u32,
}

struct Emitter<'a> {
    code: &'a Code,
    instructions: &'a [Instruction],
    flow: &'a Flow,
    words: Vec<u64>,
    patches: Vec<(u32, u32)>,
    cells: Vec<CellInfo>,
    fixups: Vec<Fixup>,
    /// First word at or after each instruction.
    starts: Vec<u32>,
    stack: Vec<Entry>,
    locals: u32,
    deepest: u32,
    move_: Instr,
    /// The last cell can still be given another destination: (its word, the field, the slot it writes).
    redirect: Option<(u32, u8, u32)>,
    /// The last `UNPACK_SEQUENCE`: its word, the word behind it and the moves of its items so far, and how many are left.
    unpacked: Option<(u32, u32, u32)>,
    unit: u32,
}

pub(crate) fn emit(
    code: &Code,
    instructions: &[Instruction],
    handlers: &[exceptions::Entry],
    flow: &Flow,
) -> Result<CellCode, LowerError> {
    let locals = code.localsplusnames.len() as u32;
    let move_ = by_name("MOVE").ok_or(LowerError { unit: 0, what: "no MOVE form" })?;
    let mut emitter = Emitter {
        code,
        instructions,
        flow,
        words: Vec::with_capacity(instructions.len()),
        patches: Vec::new(),
        cells: Vec::with_capacity(instructions.len()),
        fixups: Vec::new(),
        starts: Vec::with_capacity(instructions.len()),
        stack: Vec::new(),
        locals,
        deepest: 0,
        move_,
        redirect: None,
        unpacked: None,
        unit: 0,
    };
    emitter.run()?;
    emitter.finish(handlers)
}

impl Emitter<'_> {
    fn run(&mut self) -> Result<(), LowerError> {
        let mut reachable = false;
        let mut skip_jump = false;
        for index in 0..self.instructions.len() {
            let instruction = self.instructions[index];
            self.starts.push(self.words.len() as u32);
            if self.flow.leader[index] {
                reachable = self.enter_block(index);
            }
            if std::mem::take(&mut skip_jump) || !reachable {
                reachable = reachable && !ends_block(instruction.op);
                continue;
            }
            self.unit = instruction.unit;
            let fail = |what| LowerError { unit: instruction.unit, what };
            if self.flow.fused[index] {
                self.fused(index).map_err(fail)?;
                skip_jump = true;
                continue;
            }
            for (half, step) in self.flow.steps(self.instructions, index).map_err(fail)?.into_iter().enumerate() {
                if let Some(step) = step {
                    self.step(&instruction, self.flow.real[index][half], step).map_err(fail)?;
                }
            }
            reachable = !ends_block(instruction.op);
        }
        Ok(())
    }

    fn enter_block(&mut self, index: usize) -> bool {
        self.redirect = None;
        self.unpacked = None;
        self.stack.clear();
        let Some(depth) = self.flow.depth[index] else { return false };
        self.stack.extend((0..depth).map(|position| Entry::Slot(self.locals + position)));
        self.deepest = self.deepest.max(depth);
        true
    }

    fn fused(&mut self, index: usize) -> Result<(), &'static str> {
        let (first, jump) = (self.instructions[index], self.instructions[index + 1]);
        let instr = fused(&first, &jump).and_then(by_name).ok_or("no fused form")?;
        self.cell(instr, first.arg, jump.target)
    }

    fn step(&mut self, instruction: &Instruction, real: bool, step: Step) -> Result<(), &'static str> {
        match step {
            Step::Load(source) if real => self.load(source),
            Step::Load(source) => {
                // The plan lets only those locals stay named that outlive their use.
                let source = match source {
                    Source::Local { index, .. } => Source::Local { index, borrowed: true },
                    other => other,
                };
                self.stack.push(Entry::Named(source));
                Ok(())
            }
            Step::Store(local) => self.store(local),
            Step::Pop => match self.stack.last() {
                Some(Entry::Named(_)) => {
                    self.stack.pop();
                    Ok(())
                }
                _ => self.cell(Instr::of(instruction.op).ok_or("no POP_TOP")?, 0, None),
            },
            Step::Copy(n) => {
                let at = self.stack.len().checked_sub(n as usize).ok_or("stack underflow")?;
                match self.stack[at] {
                    Entry::Slot(slot) => self.move_to_top(Shape::L, u16_of(slot)?, None),
                    named @ Entry::Named(_) => {
                        self.stack.push(named);
                        Ok(())
                    }
                }
            }
            Step::Swap(n) => self.swap(n),
            Step::Cell(instr) => self.cell(instr, instruction.arg, instruction.target),
        }
    }

    /// Exchanges the top with the `n`-th from the top. Only what is in slots moves: the order of their slots stays that of
    /// their positions.
    fn swap(&mut self, n: u32) -> Result<(), &'static str> {
        let top = self.stack.len().checked_sub(1).ok_or("stack underflow")?;
        let bottom = self.stack.len().checked_sub(n as usize).ok_or("stack underflow")?;
        let between: Vec<u32> = self.stack[bottom + 1..top].iter().filter_map(|entry| entry.slot()).collect();
        match (self.stack[bottom], self.stack[top]) {
            (Entry::Named(_), Entry::Named(_)) => self.stack.swap(bottom, top),
            (Entry::Slot(low), Entry::Slot(high)) => self.exchange(low, high)?,
            // The one in a slot passes those between, each of which moves by one slot.
            (Entry::Slot(low), Entry::Named(_)) => {
                for step in 0..between.len() as u32 {
                    self.exchange(low + step, low + step + 1)?;
                }
                self.shift(bottom, top, low);
            }
            (Entry::Named(_), Entry::Slot(high)) => {
                let low = high - between.len() as u32;
                for step in (low..high).rev() {
                    self.exchange(step, step + 1)?;
                }
                self.shift(bottom, top, low);
            }
        }
        Ok(())
    }

    /// Exchanges two entries, and gives those in slots from one to the other consecutive slots from `slot` on.
    fn shift(&mut self, bottom: usize, top: usize, mut slot: u32) {
        self.stack.swap(bottom, top);
        for entry in &mut self.stack[bottom..=top] {
            if let Entry::Slot(place) = entry {
                *place = slot;
                slot += 1;
            }
        }
    }

    fn exchange(&mut self, low: u32, high: u32) -> Result<(), &'static str> {
        let op = CellOp::new(Instr::Swap, &[], None).ok_or("no SWAP")?;
        let layout = &Instr::Swap.info().layout;
        let (Some((_, 0)), Place::Bc) = (layout.block, layout.oparg) else { return Err("SWAP is laid out otherwise") };
        let distance = high - low + 1;
        self.begin_cell(op, [u16_of(low)?, distance as u16, (distance >> 16) as u16]);
        self.words.extend(std::iter::repeat_n(0, usize::from(layout.words)));
        self.redirect = None;
        Ok(())
    }

    /// Temporaries that hold values now.
    fn live(&self) -> u32 {
        self.stack.iter().filter_map(|entry| entry.slot()).count() as u32
    }

    fn load(&mut self, source: Source) -> Result<(), &'static str> {
        match source {
            Source::Local { index, .. } => self.move_to_top(Shape::L, u16_of(index)?, None),
            Source::Int(number) => self.move_to_top(Shape::I, number.cast_unsigned(), None),
            Source::Const(index) => match shape_for(self.code, source, &[Shape::I, Shape::K]) {
                Some((Shape::I, Source::Int(number))) => self.move_to_top(Shape::I, number.cast_unsigned(), None),
                _ => self.move_to_top(Shape::K, 0, Some(index)),
            },
        }
    }

    fn move_to_top(&mut self, shape: Shape, field: u16, constant: Option<u32>) -> Result<(), &'static str> {
        let slot = self.locals + self.live();
        let cell = self.emit_move(shape, field, constant, slot, Shape::T)?;
        self.stack.push(Entry::Slot(slot));
        self.deepest = self.deepest.max(self.live());
        self.redirect = Some((cell, self.dest_field(self.move_), slot));
        Ok(())
    }

    fn dest_field(&self, instr: Instr) -> u8 {
        instr.info().layout.dest.as_ref().map_or(2, |dest| dest.field)
    }

    fn emit_move(
        &mut self,
        shape: Shape,
        field: u16,
        constant: Option<u32>,
        slot: u32,
        dest: Shape,
    ) -> Result<u32, &'static str> {
        let op = CellOp::new(self.move_, &[shape], Some(dest)).ok_or("MOVE has no such shape")?;
        let layout = &self.move_.info().layout;
        let mut fields = [0u16; 3];
        fields[usize::from(layout.operands[0].field)] = field;
        fields[usize::from(self.dest_field(self.move_))] = u16_of(slot)?;
        let cell = self.begin_cell(op, fields);
        self.words.extend(std::iter::repeat_n(0, usize::from(layout.words)));
        if let Some(constant) = constant {
            self.patches.push((self.words.len() as u32, constant));
            self.words.push(0);
        }
        Ok(cell)
    }

    fn begin_cell(&mut self, op: CellOp, fields: [u16; 3]) -> u32 {
        let word = self.words.len() as u32;
        self.cells.push(CellInfo { word, unit: self.unit, live: self.live() });
        let [a, b, c] = fields.map(u64::from);
        self.words.push(u64::from(op.number()) | a << 16 | b << 32 | c << 48);
        word
    }

    fn store(&mut self, local: u32) -> Result<(), &'static str> {
        let slot = u16_of(local)?;
        let entry = self.stack.pop().ok_or("stack underflow")?;
        if let (Entry::Slot(top), Some((cell, field, written))) = (entry, self.redirect.take())
            && top == written
        {
            return self.redirect_to(cell, field, slot);
        }
        match entry {
            Entry::Slot(top) => {
                // The value is live when the move starts.
                self.stack.push(entry);
                let moved = self.emit_move(Shape::T, u16_of(top)?, None, local, Shape::L);
                self.stack.pop();
                self.stored(moved?);
                Ok(())
            }
            Entry::Named(Source::Local { index, .. }) => {
                self.emit_move(Shape::L, u16_of(index)?, None, local, Shape::L).map(drop)
            }
            Entry::Named(source) => match shape_for(self.code, source, &[Shape::I, Shape::K]) {
                Some((Shape::I, Source::Int(number))) => {
                    self.emit_move(Shape::I, number.cast_unsigned(), None, local, Shape::L).map(drop)
                }
                Some((_, Source::Const(index))) => self.emit_move(Shape::K, 0, Some(index), local, Shape::L).map(drop),
                _ => Err("value cannot be stored"),
            },
        }
    }

    /// A temporary was moved to a local, by this cell: if it is the next item of an `UNPACK_SEQUENCE`, and the last one, the
    /// instruction may do all stores itself.
    fn stored(&mut self, cell: u32) {
        let Some((unpack, next, left)) = self.unpacked.filter(|(_, next, _)| *next == cell) else { return };
        if left > 1 {
            self.unpacked = Some((unpack, next + 1, left - 1));
            return;
        }
        self.words[unpack as usize + 1] |= u64::from(STORED) << 16;
        self.unpacked = None;
    }

    /// Gives the last cell a local as its destination.
    fn redirect_to(&mut self, cell: u32, field: u8, slot: u16) -> Result<(), &'static str> {
        let word = self.words[cell as usize];
        let op = CellOp::from_u16(word as u16).ok_or("bad cell")?;
        let (operands, _) = op.shapes();
        let op = CellOp::new(op.instr(), &operands, Some(Shape::L)).ok_or("no local destination")?;
        let shift = 16 * (u32::from(field) + 1);
        self.words[cell as usize] =
            word & !0xffff & !(0xffff << shift) | u64::from(op.number()) | u64::from(slot) << shift;
        Ok(())
    }

    /// Writes the cell of an instruction: operands from the abstract stack, outputs to their slots.
    fn cell(&mut self, instr: Instr, arg: u32, target: Option<u32>) -> Result<(), &'static str> {
        let info = instr.info();
        let layout = &info.layout;
        let inputs: Vec<u32> = sizes(info.inputs, arg).collect();
        let total: u32 = inputs.iter().sum();
        let base = self.stack.len().checked_sub(total as usize).ok_or("stack underflow")?;
        let mut fields = [0u16; 3];
        let mut shapes = Vec::with_capacity(layout.operands.len());
        let mut constants = Vec::new();
        for operand in layout.operands {
            let at = base + inputs[..usize::from(operand.input)].iter().sum::<u32>() as usize;
            let (shape, field) = match self.stack[at] {
                Entry::Slot(slot) => (Shape::T, u16_of(slot)?),
                Entry::Named(source) => match shape_for(self.code, source, operand.shapes) {
                    Some((Shape::L, Source::Local { index, .. })) => (Shape::L, u16_of(index)?),
                    Some((Shape::I, Source::Int(number))) => (Shape::I, number.cast_unsigned()),
                    Some((_, Source::Const(index))) => {
                        constants.push(index);
                        (Shape::K, 0)
                    }
                    _ => return Err("operand cannot be named"),
                },
            };
            shapes.push(shape);
            fields[usize::from(operand.field)] = field;
        }
        let remaining = self.stack[..base].iter().filter(|entry| matches!(entry, Entry::Slot(_))).count() as u32;
        if let Some((first, field)) = layout.block {
            let at = base + inputs[..usize::from(first)].iter().sum::<u32>() as usize;
            let slot = match self.stack.get(at) {
                Some(Entry::Slot(slot)) => *slot,
                Some(Entry::Named(_)) => return Err("block value is not in a slot"),
                None => self.locals + self.live(),
            };
            fields[usize::from(field)] = u16_of(slot)?;
        }
        let peeked: u32 = inputs[..usize::from(info.peeks)].iter().sum();
        let first_output = self.locals + remaining + peeked;
        if let Some(dest) = &layout.dest {
            fields[usize::from(dest.field)] = u16_of(first_output)?;
        }
        self.write_cell(instr, &shapes, fields, arg, target, &constants)?;
        if instr == Instr::UnpackSequence && arg > 0 {
            let word = self.cells.last().map_or(0, |cell| cell.word);
            self.unpacked = Some((word, self.words.len() as u32, arg));
        }
        self.push_outputs(instr, arg, base, peeked, first_output);
        Ok(())
    }

    fn write_cell(
        &mut self,
        instr: Instr,
        shapes: &[Shape],
        mut fields: [u16; 3],
        arg: u32,
        target: Option<u32>,
        constants: &[u32],
    ) -> Result<(), &'static str> {
        let layout = &instr.info().layout;
        let op = CellOp::new(instr, shapes, layout.dest.as_ref().map(|_| Shape::T)).ok_or("no cell of this shape")?;
        match layout.oparg {
            Place::Field(field) => fields[usize::from(field)] = u16::try_from(arg).map_err(|_| "operand too large")?,
            Place::Bc => (fields[1], fields[2]) = (arg as u16, (arg >> 16) as u16),
            Place::None | Place::Small | Place::Aux => {}
        }
        let cell = self.begin_cell(op, fields);
        self.words.extend(std::iter::repeat_n(0, usize::from(layout.words)));
        match layout.oparg {
            Place::Small => {
                let arg = u16::try_from(arg).map_err(|_| "operand too large")?;
                self.words[cell as usize + 1] |= u64::from(arg) << 16;
            }
            Place::Aux => self.words[cell as usize + 1] |= u64::from(arg) << 32,
            Place::None | Place::Field(_) | Place::Bc => {}
        }
        for &constant in constants {
            self.patches.push((self.words.len() as u32, constant));
            self.words.push(0);
        }
        if let Some(target) = target {
            self.fixups.push(Fixup { cell, place: layout.jump, target });
        }
        Ok(())
    }

    fn push_outputs(&mut self, instr: Instr, arg: u32, base: usize, peeked: u32, first_output: u32) {
        let info = instr.info();
        let outputs: Vec<u32> = sizes(info.outputs, arg).collect();
        let new: u32 = outputs[usize::from(info.peeks)..].iter().sum();
        self.stack.truncate(base + peeked as usize);
        self.stack.extend((0..new).map(|position| Entry::Slot(first_output + position)));
        self.deepest = self.deepest.max(self.live());
        let cell = self.cells.last().map_or(0, |cell| cell.word);
        self.redirect = match &layout_dest(instr) {
            Some((field, true)) if new == 1 => Some((cell, *field, first_output)),
            _ => None,
        };
    }

    fn finish(mut self, handlers: &[exceptions::Entry]) -> Result<CellCode, LowerError> {
        if self.locals + self.deepest > u32::from(u16::MAX) {
            return Err(LowerError { unit: 0, what: "too many locals and temporaries" });
        }
        let fixups = std::mem::take(&mut self.fixups);
        for fixup in fixups {
            let target = self.starts[index_of(self.instructions, fixup.target)?];
            let distance = (target.wrapping_sub(fixup.cell)).cast_signed();
            self.patch_jump(&fixup, distance)?;
        }
        let mut table = Vec::with_capacity(handlers.len());
        for handler in handlers {
            let word = |unit| {
                let at = self.instructions.partition_point(|instruction| instruction.start < unit);
                self.starts.get(at).copied().unwrap_or(self.words.len() as u32)
            };
            table.push(Handler {
                start: word(handler.start),
                end: word(handler.end),
                target: word(handler.target),
                depth: handler.depth,
                lasti: handler.push_lasti,
            });
        }
        Ok(CellCode {
            words: self.words.into(),
            patches: self.patches.into(),
            cells: self.cells.into(),
            handlers: table.into(),
            locals: self.locals,
            temporaries: self.deepest,
        })
    }

    fn patch_jump(&mut self, fixup: &Fixup, distance: i32) -> Result<(), LowerError> {
        let bits = u64::from(distance.cast_unsigned());
        let cell = fixup.cell as usize;
        match fixup.place {
            Place::Bc => self.words[cell] = self.words[cell] & 0xffff_ffff | bits << 32,
            Place::Aux => self.words[cell + 1] = self.words[cell + 1] & 0xffff_ffff | bits << 32,
            Place::Field(field) => {
                let short = i16::try_from(distance).map_err(|_| LowerError { unit: 0, what: "jump too far" })?;
                let shift = 16 * (u32::from(field) + 1);
                self.words[cell] = self.words[cell] & !(0xffff << shift) | u64::from(short.cast_unsigned()) << shift;
            }
            Place::None | Place::Small => return Err(LowerError { unit: 0, what: "jump without a place" }),
        }
        Ok(())
    }
}

/// The destination's field, and whether it may be a local.
fn layout_dest(instr: Instr) -> Option<(u8, bool)> {
    instr.info().layout.dest.as_ref().map(|dest| (dest.field, dest.shapes.contains(&Shape::L)))
}

fn u16_of(slot: u32) -> Result<u16, &'static str> {
    u16::try_from(slot).map_err(|_| "too many locals and temporaries")
}
