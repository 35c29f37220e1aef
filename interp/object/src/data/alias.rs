//! `__class_getitem__` of builtin types: the hook through which they make `list[int]`. The type `types.GenericAlias`
//! belongs to `types-core`, above the crates that need it.

use std::sync::OnceLock;

use stackref::Value;

use crate::native::{MethodDef, NativeFn};
use crate::raise::PyResult;
use crate::thread::Esc;

/// Makes `types.GenericAlias(origin, arguments)`; set once by `types-core`.
pub static MAKE: OnceLock<fn(Esc<'_>, &Value, &Value) -> PyResult> = OnceLock::new();

/// `origin[arguments]` as a generic alias.
///
/// # Errors
/// `SystemError` before `types-core` was initialized, and what making the alias raises.
pub fn subscript(esc: Esc<'_>, origin: &Value, arguments: &Value) -> PyResult {
    match MAKE.get() {
        Some(make) => make(esc, origin, arguments),
        None => Err(esc.system_error("generic aliases are not available yet")),
    }
}

/// The method table entry `__class_getitem__` of a builtin generic type.
pub const CLASS_GETITEM: MethodDef = MethodDef::class("__class_getitem__", NativeFn::One(subscript), "See PEP 585");
