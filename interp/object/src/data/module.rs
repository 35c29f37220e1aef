//! Modules: a dictionary with a type.

use std::sync::OnceLock;

use stackref::{Value, Word};

use super::dict::{self, Dict};
use crate::layout::{self, Obj, Payload};
use crate::thread::Esc;
use crate::typeobj::{TypeFlags, TypeObject};

/// The payload of modules.
pub struct Module {
    dict: Obj<Dict>,
}

impl Module {
    /// The module's namespace.
    #[inline]
    pub fn dict(&self) -> &Obj<Dict> {
        &self.dict
    }
}

impl Payload for Module {
    const NAME: &'static str = "module";
    fn class() -> &'static TypeObject {
        &MODULE
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        visit(self.dict.value().word());
    }

    fn clear(&self, _out: &mut Vec<Value>) {
        // The namespace is cleared on its own: it is traced, and a dictionary knows how to clear itself.
    }
}

/// The type `module`.
pub static MODULE: TypeObject = TypeObject::builtin::<Module>("module", Some(&super::types::OBJECT), TypeFlags::BASE);

/// An empty module of `class` (`module` or a subclass). Module and namespace are deferred (O5).
pub fn new_as(esc: Esc<'_>, class: &TypeObject) -> Obj<Module> {
    let dict = dict::new(esc);
    dict.header().enable_deferred();
    let module = layout::new_with_type(esc, class, Module { dict });
    module.header().enable_deferred();
    module
}

/// A module named `name`, with the attributes every module has.
pub fn new(esc: Esc<'_>, name: &str) -> Obj<Module> {
    let module = new_as(esc, &MODULE);
    let none = super::singletons::none;
    let name = super::str::new(esc, name).into_value();
    module.dict().set_str(esc, "__name__", name);
    for key in ["__doc__", "__package__", "__loader__", "__spec__"] {
        module.dict().set_str(esc, key, none());
    }
    module
}

static SYS: OnceLock<Obj<Module>> = OnceLock::new();

/// Tells the runtime which module is `sys`. Called once, by whoever makes it; a second call has no effect.
pub fn set_sys(module: Obj<Module>) {
    let _ = SYS.set(module);
}

/// The attribute `name` of the module `sys`; `None` if it was deleted, or if there is no `sys` yet.
pub fn sys_attribute(esc: Esc<'_>, name: &str) -> Option<Value> {
    SYS.get()?.dict().get_str(esc, name)
}
