//! Unpacking a sequence into a fixed number of targets.

use super::Class;
use crate::family::Family;

named! {
    /// The forms.
    pub enum Form {
        /// A tuple of two.
        TwoTuple = "two tuple",
        /// A tuple.
        Tuple = "tuple",
        /// A list.
        List = "list",
    }
}

named! {
    /// Why not.
    pub enum Failure {
        /// No form for this sequence.
        Type = "sequence type",
        /// It has another length than there are targets.
        Length = "length differs",
    }
}

/// The family.
#[derive(Debug)]
pub struct Unpack;

impl Family for Unpack {
    const NAME: &'static str = "unpack_sequence";
    type Form = Form;
    type Failure = Failure;
}

/// Decide, from the sequence, its length and the number of targets.
///
/// # Errors
/// The reason why no form fits.
pub fn decide(sequence: Class, len: usize, targets: usize) -> Result<Form, Failure> {
    match sequence {
        Class::Tuple | Class::List if len != targets => Err(Failure::Length),
        Class::Tuple if targets == 2 => Ok(Form::TwoTuple),
        Class::Tuple => Ok(Form::Tuple),
        Class::List => Ok(Form::List),
        _ => Err(Failure::Type),
    }
}
