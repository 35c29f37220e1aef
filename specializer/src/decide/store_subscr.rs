//! Storing an item of a container.

use super::Class;
use crate::family::Family;

named! {
    /// The forms.
    pub enum Form {
        /// list\[int\] = value
        ListInt = "list int",
        /// map\[key\] = value
        Map = "map",
    }
}

named! {
    /// Why not.
    pub enum Failure {
        /// No form for this container and key.
        Operands = "operand types",
        /// An index beyond the list.
        OutOfRange = "index out of range",
    }
}

/// The family.
#[derive(Debug)]
pub struct StoreSubscr;

impl Family for StoreSubscr {
    const NAME: &'static str = "store_subscr";
    type Form = Form;
    type Failure = Failure;
}

/// Decide, from container and key, and whether an integer key lies within the container, in the way of counting that the form knows.
///
/// # Errors
/// The reason why no form fits.
pub fn decide(container: Class, key: Class, key_in_range: bool) -> Result<Form, Failure> {
    match (container, key) {
        (Class::List, Class::Int) if key_in_range => Ok(Form::ListInt),
        (Class::List, Class::Int) => Err(Failure::OutOfRange),
        (Class::Map, _) => Ok(Form::Map),
        _ => Err(Failure::Operands),
    }
}
