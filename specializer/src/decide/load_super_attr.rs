//! An attribute looked up past the class it is written in.

use std::num::NonZeroU32;

use super::{CacheWords, Planned, Version};
use crate::family::Family;

/// What lies behind the class in the receiver's MRO.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Behind<H> {
    /// Nothing of this name.
    Absent,
    /// The receiver does not derive from the class, or the attribute is one that `super` itself answers.
    Refused,
    /// A function-like descriptor, and a receiver that goes before the arguments of a call.
    Method(H),
    /// Anything else: bound to the receiver at each execution.
    Other(H),
}

/// What is asked. Version and what was found must be of one moment.
pub trait Facts {
    /// A reference that a cache can hold.
    type Handle: Copy;
    /// Whether the name `super` still means the builtin.
    fn super_is_builtin(&self) -> bool;
    /// Whether the class argument is a type.
    fn class_is_type(&self) -> bool;
    /// Whether the attribute is about to be called, so that a bound method need not be made.
    fn for_call(&self) -> bool;
    /// What the name means. Asked only if the two before hold; binds nothing.
    fn behind(&self) -> Behind<Self::Handle>;
    /// The version of the type whose MRO was searched: it covers all that lies in it.
    fn version(&self) -> Version;
    /// Whether shared code may hold this: it is kept alive without a count, or by the collector.
    fn may_hold(&self, handle: Self::Handle) -> bool;
}

named! {
    /// The forms. Each has a record: the version, the class, and what was found.
    pub enum Form {
        /// An attribute, or what is called but binds in a way of its own.
        Attr = "attr",
        /// A method that is about to be called.
        Method = "method",
    }
}

named! {
    /// Why not.
    pub enum Failure {
        /// The name means something else.
        Shadowed = "super is shadowed",
        /// The class argument is no type.
        BadClass = "class is not a type",
        /// The receiver is no instance of the class.
        Refused = "receiver does not fit",
        /// Found nowhere.
        Absent = "attribute is absent",
        /// No version to be had.
        OutOfVersions = "out of versions",
        /// The handle must not be held by code.
        NotHoldable = "reference cannot be cached",
    }
}

/// The family.
#[derive(Debug)]
pub struct LoadSuperAttr;

impl Family for LoadSuperAttr {
    const NAME: &'static str = "load_super_attr";
    type Form = Form;
    type Failure = Failure;
}

/// What was decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Plan<H> {
    form: Form,
    /// The version that guards it.
    pub version: NonZeroU32,
    /// What was found.
    pub handle: H,
}

impl<H> Planned for Plan<H> {
    type Form = Form;

    fn form(&self) -> Form {
        self.form
    }

    fn words(&self) -> Option<CacheWords> {
        None
    }
}

/// Decide. Nothing is bound: a failed attempt must not run a descriptor.
///
/// # Errors
/// The reason why no form fits.
pub fn decide<F: Facts>(facts: &F) -> Result<Plan<F::Handle>, Failure> {
    if !facts.super_is_builtin() {
        return Err(Failure::Shadowed);
    }
    if !facts.class_is_type() {
        return Err(Failure::BadClass);
    }
    let (form, handle) = match facts.behind() {
        Behind::Absent => return Err(Failure::Absent),
        Behind::Refused => return Err(Failure::Refused),
        Behind::Method(handle) if facts.for_call() => (Form::Method, handle),
        Behind::Method(handle) | Behind::Other(handle) => (Form::Attr, handle),
    };
    let version = facts.version().ok_or(Failure::OutOfVersions)?;
    if !facts.may_hold(handle) {
        return Err(Failure::NotHoldable);
    }
    Ok(Plan { form, version, handle })
}
