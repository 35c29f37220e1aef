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
        /// A tuple of two, stored to locals.
        TwoTupleStore = "two tuple, stored",
        /// A tuple, stored to locals.
        TupleStore = "tuple, stored",
        /// A list, stored to locals.
        ListStore = "list, stored",
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

/// Decide, from the sequence, its length, the number of targets, and whether they are locals that all are stored to next.
///
/// # Errors
/// The reason why no form fits.
pub fn decide(sequence: Class, len: usize, targets: usize, stored: bool) -> Result<Form, Failure> {
    match sequence {
        Class::Tuple | Class::List if len != targets => Err(Failure::Length),
        Class::Tuple if targets == 2 => Ok(if stored { Form::TwoTupleStore } else { Form::TwoTuple }),
        Class::Tuple => Ok(if stored { Form::TupleStore } else { Form::Tuple }),
        Class::List => Ok(if stored { Form::ListStore } else { Form::List }),
        _ => Err(Failure::Type),
    }
}
