//! Micro-ops: the parts that instructions are made of, as data for tier 2.
//!
//! Apart from the cells because tier 2 sees an instruction as its expansion and never as one piece.
//!
//! ```
//! use interp_opcode::{Instr, Uop};
//! for uop in Uop::all() {
//!     assert!(!uop.info().name.is_empty());
//! }
//! assert!(Uop::expansion(Instr::Move).is_some());
//! ```

use crate::cell::{Instr, Item};
use crate::generated::uops::{EXPANSIONS, UOPS};

/// What a micro-op does besides moving stack items: a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UopFlags(pub(crate) u16);

impl UopFlags {
    /// May run Python code, finalize, block, or reach a safepoint.
    pub const ESCAPES: Self = Self(1);
    /// May leave with an exception set.
    pub const ERROR: Self = Self(1 << 1);
    /// May hand over to the family's generic instruction.
    pub const DEOPT: Self = Self(1 << 2);
    /// As `DEOPT`, and tier 2 may hang another trace there.
    pub const EXIT: Self = Self(1 << 3);
    /// May go to the cell's target.
    pub const JUMP: Self = Self(1 << 4);
    /// May go on in another frame.
    pub const DISPATCH: Self = Self(1 << 5);
    /// May run the cell again.
    pub const REDO: Self = Self(1 << 6);
    /// Reads oparg.
    pub const OPARG: Self = Self(1 << 7);
    /// Reads or writes locals by number.
    pub const LOCAL: Self = Self(1 << 8);
    /// Reads constants by number.
    pub const CONST: Self = Self(1 << 9);
    /// Advances the adaptive counter.
    pub const TICK: Self = Self(1 << 10);
    /// Its result depends on its inputs alone, and it has no effect.
    pub const PURE: Self = Self(1 << 11);
    /// Calls the specializer: tier 2 leaves it out.
    pub const SPECIALIZING: Self = Self(1 << 12);

    /// Whether all of the given flags are set.
    #[must_use]
    pub const fn has(self, flags: Self) -> bool {
        self.0 & flags.0 == flags.0
    }
}

/// What is known of a micro-op.
pub struct UopInfo {
    /// Its name in the definitions.
    pub name: &'static str,
    /// What it takes, deepest first; register-only values are left out.
    pub inputs: &'static [Item],
    /// What it leaves, deepest first.
    pub outputs: &'static [Item],
    /// How many items, from the bottom, stay in place.
    pub peeks: u8,
    /// What else it does.
    pub flags: UopFlags,
    /// Highest cache word that it reads; 0 for none.
    pub cache: u8,
}

/// A micro-op, by its place in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Uop(pub(crate) u16);

impl Uop {
    /// Every micro-op that has a body.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..UOPS.len()).map(|index| Self(index as u16))
    }

    /// What is known of it.
    #[must_use]
    pub fn info(self) -> &'static UopInfo {
        &UOPS[usize::from(self.0)]
    }

    /// The micro-ops of an instruction, in order; `None` while it is only declared.
    #[must_use]
    pub fn expansion(instr: Instr) -> Option<&'static [Self]> {
        EXPANSIONS[instr as usize]
    }
}
