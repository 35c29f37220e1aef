//! The modules `_weakref` and `_typing`: types of `types-core` under the names by which the library finds them.

use interp_object::Esc;
use interp_object::builder::ModuleBuilder;
use interp_object::data::module::Module;
use interp_object::data::typing;
use interp_object::layout::Obj;
use interp_object::native::{MethodDef, NativeFn};
use interp_object::weak::WEAKREF;
use interp_types_core::weakref::{CALLABLE_PROXY, FUNCTIONS, PROXY};

/// The module `_weakref`.
pub(crate) fn module(esc: Esc<'_>) -> Obj<Module> {
    ModuleBuilder::new(esc, "_weakref")
        .functions(FUNCTIONS)
        .value("ref", WEAKREF.value())
        .class(&WEAKREF)
        .class(&PROXY)
        .class(&CALLABLE_PROXY)
        .finish()
}

static TYPING_FUNCTIONS: &[MethodDef] = &[MethodDef::new(
    "_idfunc",
    NativeFn::One(|_, _, value| Ok(value.clone())),
    "_idfunc($module, x, /)\n--\n\nThe argument itself.",
)];

/// The module `_typing`.
pub(crate) fn typing_module(esc: Esc<'_>) -> Obj<Module> {
    ModuleBuilder::new(esc, "_typing")
        .functions(TYPING_FUNCTIONS)
        .class(&typing::TYPEVAR)
        .class(&typing::PARAMSPEC)
        .class(&typing::TYPEVARTUPLE)
        .class(&typing::PARAMSPEC_ARGS)
        .class(&typing::PARAMSPEC_KWARGS)
        .class(&typing::TYPE_ALIAS)
        .class(&typing::GENERIC)
        .class(&interp_types_core::UNION)
        .value("NoDefault", typing::no_default(esc))
        .finish()
}
