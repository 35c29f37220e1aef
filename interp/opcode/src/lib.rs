//! Opcodes of Weft and their metadata.
//!
//! The instruction set is CPython 3.14's, with its numbers: what is asked of an instruction before it runs
//! (name, kind of operand, jump or not, cache size, stack effect) is answered here and restated nowhere.
//! No code runs here and nothing allocates; every question is a table look-up or a match.
//!
//! ```
//! use interp_opcode::Opcode;
//! let op = Opcode::from_u8(82).expect("82 is LOAD_CONST in 3.14");
//! assert_eq!(op.name(), "LOAD_CONST");
//! assert!(op.has_const());
//! assert_eq!((op.popped(0), op.pushed(0)), (0, 1));
//! ```
#![forbid(unsafe_code)]

mod cell;
mod flags;
mod generated;
mod operands;
mod uop;

pub use cell::{
    CELL_COUNT, CellOp, DestInfo, FamilyInfo, INSTR_COUNT, Instr, InstrInfo, Item, Layout, OperandInfo, Place, Shape,
    families,
};
use generated::metadata as table;
pub use generated::opcode::{OPCODE_COUNT, Opcode};
pub use operands::{BinaryOp, CommonConstant, Intrinsic1, Intrinsic2, SpecialMethod};
pub use uop::{Uop, UopFlags, UopInfo};

/// The comparison texts selected by the upper bits of `COMPARE_OP`'s operand (`oparg >> 5`).
pub const COMPARE_OPS: [&str; 6] = ["<", "<=", "==", "!=", ">", ">="];

/// The first opcode number that CPython uses for instrumented instructions.
pub const MIN_INSTRUMENTED: u16 = 234;

/// The first number of the pseudo-instructions, which exist only until assembly.
pub const MIN_PSEUDO: u16 = 256;

impl Opcode {
    /// The real instruction with this byte, if CPython 3.14 assigns one.
    #[must_use]
    pub fn from_u8(number: u8) -> Option<Self> {
        Self::from_u16(u16::from(number))
    }

    /// The instruction, real or pseudo, with this number, if CPython 3.14 assigns one.
    #[must_use]
    pub fn from_u16(number: u16) -> Option<Self> {
        table::INFO.get(usize::from(number))?.as_ref().map(|info| info.opcode)
    }

    /// Every assigned opcode, in number order.
    pub fn all() -> impl Iterator<Item = Self> {
        table::INFO.iter().flatten().map(|info| info.opcode)
    }

    fn info(self) -> &'static table::Info {
        table::INFO[self as usize].as_ref().expect("every variant of the enum has its row in the table")
    }

    /// The name that `dis` prints, as `LOAD_FAST`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.info().name
    }

    /// Inline cache units of 16 bits that follow the instruction.
    #[must_use]
    pub fn cache_entries(self) -> usize {
        usize::from(self.info().caches)
    }

    /// The generic instruction that this specialized one stands for; itself if it is not specialized.
    /// An instrumented instruction answers itself (see [`Opcode::base`]).
    #[must_use]
    pub fn deopt(self) -> Self {
        self.info().deopt
    }

    /// The plain instruction under any specialized or instrumented form; itself where there is none
    /// (`INSTRUMENTED_LINE` and `INSTRUMENTED_INSTRUCTION` hide an instruction that only the code object knows).
    #[must_use]
    pub fn base(self) -> Self {
        self.info().base
    }

    fn has(self, flag: u8) -> bool {
        self.info().flags & flag != 0
    }

    /// Whether the operand means anything.
    #[must_use]
    pub fn has_arg(self) -> bool {
        self.has(flags::ARG)
    }

    /// Whether the operand indexes the constants.
    #[must_use]
    pub fn has_const(self) -> bool {
        self.has(flags::CONST)
    }

    /// Whether the operand (shifted, for some) indexes the names.
    #[must_use]
    pub fn has_name(self) -> bool {
        self.has(flags::NAME)
    }

    /// Whether the operand is a jump.
    #[must_use]
    pub fn has_jump(self) -> bool {
        self.has(flags::JUMP)
    }

    /// Whether the operand indexes the local variables.
    #[must_use]
    pub fn has_local(self) -> bool {
        self.has(flags::LOCAL)
    }

    /// Whether the operand indexes the cell and free variables.
    #[must_use]
    pub fn has_free(self) -> bool {
        self.has(flags::FREE)
    }

    /// Whether this is a pseudo-instruction that opens an exception handler's region (`SETUP_*`).
    #[must_use]
    pub fn has_exc(self) -> bool {
        self.has(flags::EXC)
    }

    /// Whether the number exists only inside the compiler.
    #[must_use]
    pub fn is_pseudo(self) -> bool {
        self as u16 >= MIN_PSEUDO
    }

    /// Whether this is an instrumented form, as `sys.monitoring` puts in place.
    #[must_use]
    pub fn is_instrumented(self) -> bool {
        (MIN_INSTRUMENTED..MIN_PSEUDO).contains(&(self as u16)) && self != Self::EnterExecutor
    }

    /// Stack items the instruction takes, counting those that it reaches past and puts back.
    #[must_use]
    pub fn popped(self, oparg: u32) -> u32 {
        table::popped(self, oparg)
    }

    /// Stack items the instruction leaves when control falls through to the next one.
    #[must_use]
    pub fn pushed(self, oparg: u32) -> u32 {
        table::pushed(self, oparg)
    }

    /// Change of the stack's depth, as `dis.stack_effect` defines it.
    ///
    /// `jump` asks for the way to the target: it differs only for `SETUP_*`, whose target is a handler that finds
    /// an exception (and, for `SETUP_CLEANUP`, the saved instruction offset) on the stack.
    #[must_use]
    pub fn stack_effect(self, oparg: u32, jump: bool) -> i32 {
        match table::target_effect(self) {
            Some(effect) if jump => effect,
            _ => self.pushed(oparg).cast_signed() - self.popped(oparg).cast_signed(),
        }
    }
}

#[cfg(test)]
mod tests;
