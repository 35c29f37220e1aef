//! Filling builtin types and modules: tables of methods and attributes, installed once at start-up.
//!
//! How to add a builtin type: declare its payload and its static [`TypeObject`] (in [`crate::data`] if other rooms need
//! the layout, else beside its behaviour), write its functions, list them in tables, and call [`TypeBuilder`] from the
//! crate's `init`:
//!
//! ```ignore
//! TypeBuilder::new(esc, &COUNTER)
//!     .methods(METHODS)
//!     .getsets(GETSETS)
//!     .slots(|slots| slots.repr.set(Some(counter_repr)));
//! ```

use std::sync::OnceLock;

use stackref::Value;

use crate::data::descr::{GetSet, StaticMethod};
use crate::data::module::{self, Module};
use crate::data::{singletons, str};
use crate::intern::intern;
use crate::layout::{self, Field, Obj};
use crate::native::{self, Binding, GetSetDef, MethodDef};
use crate::slots::Slots;
use crate::thread::Esc;
use crate::typeobj::{TypeObject, ready};

/// Fills one builtin type. The type is made ready when the builder is made, and its slots are then its own plus its
/// base's; slots set later through [`TypeBuilder::slots`] override inherited ones.
pub struct TypeBuilder<'t> {
    esc: Esc<'t>,
    class: &'static TypeObject,
}

impl<'t> TypeBuilder<'t> {
    /// Starts on `class`. The types it derives from must have been filled before, or slots are missed.
    pub fn new(esc: Esc<'t>, class: &'static TypeObject) -> Self {
        ready::ready(esc, class);
        TypeBuilder { esc, class }
    }

    /// The type.
    pub fn class(&self) -> &'static TypeObject {
        self.class
    }

    /// Sets operations.
    pub fn slots(self, fill: impl FnOnce(&Slots)) -> Self {
        fill(&self.class.slots);
        self
    }

    /// Adds methods to the type's dictionary.
    pub fn methods(self, defs: &'static [MethodDef]) -> Self {
        for def in defs {
            let value = match def.binding {
                Binding::Instance => native::new_method(self.esc, def, self.class).into_value(),
                Binding::Class => native::new_class_method(self.esc, def, self.class).into_value(),
                Binding::Static => {
                    let function = native::new_function(self.esc, def, singletons::none(), singletons::none());
                    let callable = Field::new(Some(function.into_value()));
                    layout::new(self.esc, StaticMethod { callable }).into_value()
                }
            };
            self.class.dict().set_str(self.esc, def.name, value);
        }
        self
    }

    /// Adds computed attributes.
    pub fn getsets(self, defs: &'static [GetSetDef]) -> Self {
        for def in defs {
            let value = layout::new(self.esc, GetSet { def, owner: self.class.value() });
            value.header().enable_deferred();
            self.class.dict().set_str(self.esc, def.name, value.into_value());
        }
        self
    }

    /// Sets the docstring of the type. It is `__doc__` in the dictionary too, unless instances compute theirs there.
    pub fn doc(self, doc: &'static str) -> Self {
        self.class.set_static_doc(doc);
        if self.class.dict().get_str(self.esc, "__doc__").is_some() {
            return self;
        }
        let doc = str::new(self.esc, doc).into_value();
        self.attribute("__doc__", doc)
    }

    /// Adds any attribute.
    pub fn attribute(self, name: &str, value: Value) -> Self {
        self.class.dict().set_str(self.esc, name, value);
        self
    }
}

impl Drop for TypeBuilder<'_> {
    fn drop(&mut self) {
        expose(self.esc, self.class);
    }
}

/// What [`expose`] does, set once by `types-core`, which owns the table of special methods.
pub static EXPOSE: OnceLock<fn(Esc<'_>, &'static TypeObject)> = OnceLock::new();

/// Gives the dictionary of a builtin type a wrapper (`int.__add__`) for every operation that the type has and its base
/// has not. A [`TypeBuilder`] does so when it is done; who sets slots without one calls this.
pub fn expose(esc: Esc<'_>, class: &'static TypeObject) {
    if let Some(expose) = EXPOSE.get() {
        expose(esc, class);
    }
}

/// Fills one native module.
pub struct ModuleBuilder<'t> {
    esc: Esc<'t>,
    module: Obj<Module>,
}

impl<'t> ModuleBuilder<'t> {
    /// A new module.
    pub fn new(esc: Esc<'t>, name: &str) -> Self {
        ModuleBuilder { esc, module: module::new(esc, name) }
    }

    /// Adds functions; their receiver is the module.
    pub fn functions(self, defs: &'static [MethodDef]) -> Self {
        let name = self.module.dict().get_str(self.esc, "__name__").unwrap_or_else(singletons::none);
        for def in defs {
            let function = native::new_function(self.esc, def, self.module.value().clone(), name.clone());
            function.header().enable_deferred();
            self.module.dict().set_str(self.esc, def.name, function.into_value());
        }
        self
    }

    /// Adds a type under its own name.
    pub fn class(self, class: &'static TypeObject) -> Self {
        let name = class.name();
        self.value(&name, class.value())
    }

    /// Adds a value.
    pub fn value(self, name: &str, value: Value) -> Self {
        self.module.dict().set_str(self.esc, name, value);
        self
    }

    /// Adds a string.
    pub fn text(self, name: &str, text: &str) -> Self {
        let value = intern(self.esc, text);
        self.value(name, value)
    }

    /// The finished module.
    pub fn finish(self) -> Obj<Module> {
        self.module
    }
}
