//! An attribute looked up past the class it is written in.

use crate::family::Family;

/// What is asked.
pub trait Facts {
    /// Whether the name `super` still means the builtin.
    fn super_is_builtin(&self) -> bool;
    /// Whether the class argument is a type.
    fn class_is_type(&self) -> bool;
    /// Whether the attribute is about to be called, so that a bound method need not be made.
    fn for_call(&self) -> bool;
}

named! {
    /// The forms.
    pub enum Form {
        /// An attribute.
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

/// Decide. The attribute itself is not looked up: a failed attempt must not run a descriptor.
///
/// # Errors
/// The reason why no form fits.
pub fn decide(facts: &impl Facts) -> Result<Form, Failure> {
    if !facts.super_is_builtin() {
        return Err(Failure::Shadowed);
    }
    if !facts.class_is_type() {
        return Err(Failure::BadClass);
    }
    Ok(if facts.for_call() { Form::Method } else { Form::Attr })
}
