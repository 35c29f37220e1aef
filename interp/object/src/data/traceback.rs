//! Tracebacks: where an exception passed, as data. A frame that was left is described by its code, globals and position.

use stackref::{Value, Word};

use super::code::CodeObject;
use super::dict::Dict;
use crate::layout::{self, Field, Obj, Payload, ValueExt};
use crate::thread::Esc;
use crate::typeobj::{TypeFlags, TypeObject};

/// The payload of tracebacks.
pub struct Traceback {
    /// `tb_next`: the entry closer to where the exception was raised.
    pub next: Field,
    code: Obj<CodeObject>,
    globals: Obj<Dict>,
    /// The code unit of the instruction.
    pub unit: u32,
    /// `tb_lineno`
    pub line: i32,
}

impl Traceback {
    /// The code that ran.
    pub fn code(&self) -> &Obj<CodeObject> {
        &self.code
    }

    /// The globals it ran with.
    pub fn globals(&self) -> &Obj<Dict> {
        &self.globals
    }
}

impl Payload for Traceback {
    const NAME: &'static str = "traceback";
    fn class() -> &'static TypeObject {
        &TRACEBACK
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        self.next.trace(visit);
        visit(self.code.value().word());
        visit(self.globals.value().word());
    }

    fn clear(&self, out: &mut Vec<Value>) {
        out.extend(self.next.take());
    }
}

/// The type `traceback`.
pub static TRACEBACK: TypeObject =
    TypeObject::builtin::<Traceback>("traceback", Some(&super::types::OBJECT), TypeFlags::empty());

/// A traceback entry in front of `next`.
pub fn new(
    esc: Esc<'_>,
    next: Option<Value>,
    code: Obj<CodeObject>,
    globals: Obj<Dict>,
    unit: u32,
    line: i32,
) -> Obj<Traceback> {
    debug_assert!(next.as_ref().is_none_or(|next| next.payload::<Traceback>().is_some()));
    layout::new(esc, Traceback { next: Field::new(next), code, globals, unit, line })
}
