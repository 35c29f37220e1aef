//! `slice`: three values, immutable.

use stackref::{Value, Word};

use crate::layout::{self, Obj, Payload};
use crate::thread::Esc;
use crate::typeobj::{TypeFlags, TypeObject};

/// The payload of slices.
pub struct Slice {
    /// `start`
    pub start: Value,
    /// `stop`
    pub stop: Value,
    /// `step`
    pub step: Value,
}

impl Payload for Slice {
    const NAME: &'static str = "slice";
    fn class() -> &'static TypeObject {
        &SLICE
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        [&self.start, &self.stop, &self.step].into_iter().for_each(|value| visit(value.word()));
    }
}

/// The type `slice`.
pub static SLICE: TypeObject = TypeObject::builtin::<Slice>("slice", Some(&super::types::OBJECT), TypeFlags::empty());

/// A slice.
pub fn new(esc: Esc<'_>, start: Value, stop: Value, step: Value) -> Obj<Slice> {
    layout::new(esc, Slice { start, stop, step })
}
