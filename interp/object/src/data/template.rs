//! Template strings (PEP 750): a tuple of strings and a tuple of interpolations, immutable.

use stackref::{Value, Word};

use super::tuple::Tuple;
use super::types::OBJECT;
use crate::layout::{self, Obj, Payload};
use crate::thread::Esc;
use crate::typeobj::{TypeFlags, TypeObject};

/// The payload of templates.
pub struct Template {
    strings: Obj<Tuple>,
    interpolations: Obj<Tuple>,
}

impl Template {
    /// `strings`: one more than there are interpolations.
    pub fn strings(&self) -> &Obj<Tuple> {
        &self.strings
    }

    /// `interpolations`
    pub fn interpolations(&self) -> &Obj<Tuple> {
        &self.interpolations
    }
}

impl Payload for Template {
    const NAME: &'static str = "template";
    fn class() -> &'static TypeObject {
        &TEMPLATE
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        visit(self.strings.value().word());
        visit(self.interpolations.value().word());
    }
}

/// The type `string.templatelib.Template`.
pub static TEMPLATE: TypeObject =
    TypeObject::builtin::<Template>("string.templatelib.Template", Some(&OBJECT), TypeFlags::empty());

/// A template.
pub fn new(esc: Esc<'_>, strings: Obj<Tuple>, interpolations: Obj<Tuple>) -> Obj<Template> {
    layout::new(esc, Template { strings, interpolations })
}

/// The payload of interpolations.
pub struct Interpolation {
    /// `value`
    pub value: Value,
    /// `expression`, the source text: a `str`.
    pub expression: Value,
    /// `conversion`: `'r'`, `'s'`, `'a'` or `None`.
    pub conversion: Value,
    /// `format_spec`, a `str`.
    pub format_spec: Value,
}

impl Payload for Interpolation {
    const NAME: &'static str = "interpolation";
    fn class() -> &'static TypeObject {
        &INTERPOLATION
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        for value in [&self.value, &self.expression, &self.conversion, &self.format_spec] {
            visit(value.word());
        }
    }
}

/// The type `string.templatelib.Interpolation`.
pub static INTERPOLATION: TypeObject =
    TypeObject::builtin::<Interpolation>("string.templatelib.Interpolation", Some(&OBJECT), TypeFlags::empty());

/// An interpolation.
pub fn new_interpolation(esc: Esc<'_>, interpolation: Interpolation) -> Obj<Interpolation> {
    layout::new(esc, interpolation)
}
