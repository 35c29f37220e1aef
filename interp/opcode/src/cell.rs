//! Cells: the register form that tier 1 runs, as data.
//!
//! An instruction with cells has a [`Layout`]: which of the fields a, b, c of a cell holds which operand, where oparg and the jump
//! distance are, how many data words follow. A [`CellOp`] is an instruction with a shape for each operand and for the destination:
//! the 16-bit number that a cell starts with. All members of a family have the same layout and the same shapes, so specializing and
//! deoptimizing change the number and nothing else.
//!
//! ```
//! use interp_opcode::{CellOp, Instr, Opcode, Shape};
//! let add = Instr::of(Opcode::BinaryOp).expect("it has cells");
//! let op = CellOp::new(add, &[Shape::L, Shape::I], Some(Shape::L)).expect("a shape that BINARY_OP asks for");
//! assert_eq!(op.to_string(), "BINARY_OP.LI_L");
//! let special = op.with_instr(Instr::of(Opcode::BinaryOpAddInt).expect("it has cells")).expect("same family");
//! assert_eq!(special.base(), op);
//! assert_eq!(op.size(), 3);
//! ```

use std::fmt;

use crate::Opcode;
use crate::generated::cells::INSTRS;
pub use crate::generated::cells::{CELL_COUNT, INSTR_COUNT, Instr};
use crate::generated::families::FAMILIES;

/// The kinds of place an operand can be in; a destination is `T` or `L`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Shape {
    /// A slot read in place and left alone; as a destination, a slot whose old value is released.
    L,
    /// A temporary: consumed; as a destination, a slot that holds nothing.
    T,
    /// A small int in the field, as i16.
    I,
    /// A constant word behind the cell.
    K,
}

/// Where an immediate number of a cell is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The instruction has no such number.
    None,
    /// In a 16-bit field: 0 is a, 1 is b, 2 is c.
    Field(u8),
    /// In b and c together, 32 bits.
    Bc,
    /// In bits 16..32 of data word 1.
    Small,
    /// In bits 32..64 of data word 1.
    Aux,
}

/// An operand with a field of its own.
#[derive(Debug)]
pub struct OperandInfo {
    /// Index among the instruction's inputs.
    pub input: u8,
    /// Its field: 0 is a, 1 is b, 2 is c.
    pub field: u8,
    /// The shapes it comes in.
    pub shapes: &'static [Shape],
}

/// Where the first output that is no peek goes; further ones follow in the next slots.
#[derive(Debug)]
pub struct DestInfo {
    /// Its field: 0 is a, 1 is b, 2 is c.
    pub field: u8,
    /// `T`, `L` or both.
    pub shapes: &'static [Shape],
}

/// How the cells of an instruction are laid out.
#[derive(Debug)]
pub struct Layout {
    /// Operands with fields of their own; they may be anywhere in the frame.
    pub operands: &'static [OperandInfo],
    /// The other inputs, in consecutive temporaries: index of the first, and the field that names its slot. Outputs without a
    /// destination go to the same block, after the peeks.
    pub block: Option<(u8, u8)>,
    /// Where outputs go, if the instruction can choose.
    pub dest: Option<DestInfo>,
    /// Where oparg is.
    pub oparg: Place,
    /// Where the jump distance is: in words, from the start of the cell.
    pub jump: Place,
    /// Data words behind the cell; constants of `K` operands follow them, in operand order.
    pub words: u8,
}

/// One item of a stack effect.
pub struct Item {
    /// Its name in the definition, `_` if it has none.
    pub name: &'static str,
    /// Whether it is an array (of any size, 0 and 1 included).
    pub array: bool,
    /// Stack words for an oparg.
    pub size: fn(u32) -> u32,
}

/// What is known of an instruction that has cells.
pub struct InstrInfo {
    /// CPython's name, or our own.
    pub name: &'static str,
    /// The instruction.
    pub instr: Instr,
    /// Its number in CPython's code; forms of our own have none.
    pub opcode: Option<Opcode>,
    /// The generic instruction of its family; itself without one.
    pub head: Instr,
    /// Its first cell op.
    pub first: u16,
    /// How many cell ops it has.
    pub cells: u16,
    /// It has no body yet: its handler raises SystemError.
    pub declared_only: bool,
    /// What it takes, deepest first.
    pub inputs: &'static [Item],
    /// What it leaves, deepest first.
    pub outputs: &'static [Item],
    /// How many items, from the bottom, stay in place.
    pub peeks: u8,
    /// The layout of its cells.
    pub layout: Layout,
}

/// A family with cells.
#[derive(Debug)]
pub struct FamilyInfo {
    /// The generic instruction.
    pub head: Instr,
    /// Data words behind each cell.
    pub words: u8,
    /// The specialized forms.
    pub members: &'static [Instr],
}

/// Every family with cells.
#[must_use]
pub fn families() -> &'static [FamilyInfo] {
    FAMILIES
}

impl Instr {
    /// The instruction with CPython's number, if it has cells.
    #[must_use]
    pub fn of(opcode: Opcode) -> Option<Self> {
        INSTRS.iter().find(|info| info.opcode == Some(opcode)).map(|info| info.instr)
    }

    /// Every instruction with cells.
    pub fn all() -> impl Iterator<Item = Self> {
        INSTRS.iter().map(|info| info.instr)
    }

    /// What is known of it.
    #[must_use]
    pub fn info(self) -> &'static InstrInfo {
        &INSTRS[self as usize]
    }
}

/// An instruction with its operand shapes: the number in the low 16 bits of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(transparent)]
pub struct CellOp(u16);

impl CellOp {
    /// The cell op of an instruction for these operand shapes (in operand order) and destination, if the definition asks for it.
    #[must_use]
    pub fn new(instr: Instr, operands: &[Shape], dest: Option<Shape>) -> Option<Self> {
        let InstrInfo { first, layout, .. } = instr.info();
        if operands.len() != layout.operands.len() || dest.is_some() != layout.dest.is_some() {
            return None;
        }
        let mut index = 0;
        for (operand, shape) in layout.operands.iter().zip(operands) {
            index = index * operand.shapes.len() + operand.shapes.iter().position(|known| known == shape)?;
        }
        if let (Some(info), Some(dest)) = (&layout.dest, dest) {
            index = index * info.shapes.len() + info.shapes.iter().position(|known| *known == dest)?;
        }
        Some(Self(first + u16::try_from(index).ok()?))
    }

    /// The cell op with this number.
    #[must_use]
    pub fn from_u16(number: u16) -> Option<Self> {
        (usize::from(number) < CELL_COUNT).then_some(Self(number))
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }

    /// Its instruction.
    #[must_use]
    pub fn instr(self) -> Instr {
        INSTRS[INSTRS.partition_point(|info| info.first <= self.0) - 1].instr
    }

    /// The shapes of its operands, in operand order, and of its destination.
    #[must_use]
    pub fn shapes(self) -> (Vec<Shape>, Option<Shape>) {
        let InstrInfo { first, layout, .. } = self.instr().info();
        let mut index = usize::from(self.0 - first);
        let mut digit = |shapes: &[Shape]| {
            let shape = shapes[index % shapes.len()];
            index /= shapes.len();
            shape
        };
        let dest = layout.dest.as_ref().map(|dest| digit(dest.shapes));
        let mut operands: Vec<Shape> = layout.operands.iter().rev().map(|operand| digit(operand.shapes)).collect();
        operands.reverse();
        (operands, dest)
    }

    /// The same shapes of another instruction of the same family.
    #[must_use]
    pub fn with_instr(self, instr: Instr) -> Option<Self> {
        let (from, to) = (self.instr().info(), instr.info());
        (from.head == to.head).then(|| Self(self.0 - from.first + to.first))
    }

    /// The same shapes of the family's generic instruction; itself without a family.
    #[must_use]
    pub fn base(self) -> Self {
        self.with_instr(self.instr().info().head).unwrap_or(self)
    }

    /// Words of the cell with its data words and constants.
    #[must_use]
    pub fn size(self) -> usize {
        let constants = self.shapes().0.iter().filter(|shape| **shape == Shape::K).count();
        1 + usize::from(self.instr().info().layout.words) + constants
    }
}

/// As in `BINARY_OP.LI_L`: operands, then destination.
impl fmt::Display for CellOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (operands, dest) = self.shapes();
        f.write_str(self.instr().info().name)?;
        for (i, shape) in operands.iter().enumerate() {
            write!(f, "{}{shape:?}", if i == 0 { "." } else { "" })?;
        }
        match dest {
            Some(dest) => write!(f, "{}{dest:?}", if operands.is_empty() { "." } else { "_" }),
            None => Ok(()),
        }
    }
}
