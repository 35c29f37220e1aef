//! Behaviour of object, type, functions, descriptors, exceptions and generators.
//!
//! Everything here is safe Rust against `interp-object`. [`init`] fills the types; the crates of the other types come
//! after it, since they derive from `object` and rely on the slot table ([`interp_object::builder::expose`]).

#![forbid(unsafe_code)]

mod class;
mod object;
mod slots;
mod template;
mod typing;
pub mod weakref;

mod function;
mod generator;
mod native;
mod property;
mod super_;
mod wrapped;

mod exception;
mod traceback;

mod cell;
mod code;
mod module;
mod namespace;
mod proxy;
mod singletons;

pub use class::{GENERIC_ALIAS, UNION, calculate_metaclass, class_getitem, union};

pub use generator::anext_or_default;
pub use namespace::{SIMPLE_NAMESPACE, new_namespace};
pub use traceback::{FRAME, new_frame};

use interp_object::Esc;

/// Fills the types of this crate. Call first, once.
pub fn init(esc: Esc<'_>) {
    let _ = interp_object::builder::EXPOSE.set(slots::expose);
    object::init(esc);
    let _ = interp_object::data::alias::MAKE.set(class::class_getitem);
    class::init(esc);
    native::init(esc);
    function::init(esc);
    exception::init(esc);
    generator::init(esc);
    weakref::init(esc);
    typing::init(esc);
    template::init(esc);
    property::init(esc);
    wrapped::init(esc);
    super_::init(esc);
    proxy::init(esc);
    cell::init(esc);
    code::init(esc);
    module::init(esc);
    singletons::init(esc);
    traceback::init(esc);
    namespace::init(esc);
}

#[cfg(test)]
mod tests;
