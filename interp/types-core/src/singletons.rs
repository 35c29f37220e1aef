//! `NoneType`, `ellipsis`, `NotImplementedType`.

use interp_object::builder::TypeBuilder;
use interp_object::data::exception as exc;
use interp_object::data::singletons::{
    ELLIPSIS_TYPE, NONE_TYPE, NOT_IMPLEMENTED_TYPE, ellipsis, none, not_implemented,
};
use interp_object::intern::intern;
use interp_object::layout::ValueExt;
use interp_object::native::{MethodDef, NativeFn};
use interp_object::{Args, Esc, PyResult, Value};

static ELLIPSIS_METHODS: &[MethodDef] =
    &[MethodDef::new("__reduce__", NativeFn::NoArgs(|esc, _| Ok(intern(esc, "Ellipsis"))), "")];
static NOT_IMPLEMENTED_METHODS: &[MethodDef] =
    &[MethodDef::new("__reduce__", NativeFn::NoArgs(|esc, _| Ok(intern(esc, "NotImplemented"))), "")];

pub(crate) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &NONE_TYPE)
        .slots(|slots| {
            slots.repr.set(Some(|esc, _| Ok(intern(esc, "None"))));
            slots.bool.set(Some(|_, _| Ok(false)));
            slots.hash.set(Some(|_, _| Ok(0xfca8_6420)));
            slots.richcompare.set(Some(|esc, this, other, op| {
                use interp_object::slots::CompareOp;
                let equal = this.is(other);
                Ok(match op {
                    CompareOp::Eq if equal => interp_object::data::singletons::true_(),
                    CompareOp::Ne if equal => interp_object::data::singletons::false_(),
                    _ => {
                        let _ = esc;
                        not_implemented()
                    }
                })
            }));
            slots.new.set(Some(|esc, _, args| alone(esc, args, "NoneType", none)));
        })
        .doc("The type of the None singleton.");
    TypeBuilder::new(esc, &ELLIPSIS_TYPE)
        .slots(|slots| {
            slots.repr.set(Some(|esc, _| Ok(intern(esc, "Ellipsis"))));
            slots.new.set(Some(|esc, _, args| alone(esc, args, "EllipsisType", ellipsis)));
        })
        .methods(ELLIPSIS_METHODS)
        .doc("The type of the Ellipsis singleton.");
    TypeBuilder::new(esc, &NOT_IMPLEMENTED_TYPE)
        .slots(|slots| {
            slots.repr.set(Some(|esc, _| Ok(intern(esc, "NotImplemented"))));
            slots.bool.set(Some(|esc, _| {
                Err(esc.raise_str(&exc::TYPE_ERROR, "NotImplemented should not be used in a boolean context"))
            }));
            slots.new.set(Some(|esc, _, args| alone(esc, args, "NotImplementedType", not_implemented)));
        })
        .methods(NOT_IMPLEMENTED_METHODS)
        .doc("The type of the NotImplemented singleton.");
}

/// The constructor of a singleton's type takes nothing and gives the singleton.
fn alone(esc: Esc<'_>, args: Args<'_>, name: &str, value: fn() -> Value) -> PyResult {
    if !args.all_values().is_empty() {
        return Err(esc.type_error(format_args!("{name} takes no arguments")));
    }
    debug_assert!(value().object_header().is_some());
    Ok(value())
}
