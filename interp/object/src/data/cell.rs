//! Cells: one slot shared by a function and its closures.

use stackref::{StackRef, Value, Word};

use crate::layout::{self, Field, Obj, Payload};
use crate::thread::Esc;
use crate::typeobj::{TypeFlags, TypeObject};

/// The payload of cells.
pub struct Cell {
    slot: Field,
}

impl Cell {
    /// The content, or `None` while the variable is unbound.
    #[inline]
    pub fn get(&self, esc: Esc<'_>) -> Option<Value> {
        self.slot.get(esc, self)
    }

    /// The content for the eval loop's stack, where reading it takes no call and no lock. `None` says only that it does not.
    #[inline(always)]
    pub fn load_quick(&self, me: u32) -> Option<StackRef> {
        self.slot.load_quick(me)
    }

    /// Replaces the content; the old one is given back to be dropped after the call.
    #[inline]
    #[must_use = "drop the old value where code may run"]
    pub fn set(&self, value: Option<Value>) -> Option<Value> {
        self.slot.set(self, value)
    }
}

impl Payload for Cell {
    const NAME: &'static str = "cell";
    fn class() -> &'static TypeObject {
        &CELL
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        self.slot.trace(visit);
    }

    fn clear(&self, out: &mut Vec<Value>) {
        out.extend(self.slot.take());
    }
}

/// The type `cell`.
pub static CELL: TypeObject = TypeObject::builtin::<Cell>("cell", Some(&super::types::OBJECT), TypeFlags::empty());

/// A cell.
pub fn new(esc: Esc<'_>, content: Option<Value>) -> Obj<Cell> {
    layout::new(esc, Cell { slot: Field::new(content) })
}
