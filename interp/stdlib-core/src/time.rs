//! The module `time`.

use interp_object::Esc;
use interp_object::builder::ModuleBuilder;
use interp_object::data::module::Module;
use interp_object::layout::Obj;

pub(crate) fn module(esc: Esc<'_>) -> Obj<Module> {
    ModuleBuilder::new(esc, "time").finish()
}
