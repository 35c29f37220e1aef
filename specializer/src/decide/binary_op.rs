//! Arithmetic, concatenation and subscripts.

use super::{CacheWords, Class, Planned, Version};
use crate::cache::{Kind, Word};
use crate::family::Family;
use std::num::NonZeroU32;

/// The operators that have forms of their own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operator {
    /// `+` and `+=`
    Add,
    /// `-` and `-=`
    Subtract,
    /// `*` and `*=`
    Multiply,
    /// `container[key]`
    Subscript,
    /// Any other.
    Other,
}

/// What is asked.
pub trait Facts {
    /// The operator.
    fn operator(&self) -> Operator;
    /// The left operand, or the container.
    fn left(&self) -> Class;
    /// The right operand, or the key.
    fn right(&self) -> Class;
    /// Whether an integer key lies within the container, in the way of counting that the forms know.
    fn key_in_range(&self) -> bool;
    /// Whether the result is stored to the local that is the left operand, by the next instruction.
    fn stored_to_left(&self) -> bool;
    /// The version of the container's type, if its subscript is a plain function of two arguments that code may hold.
    fn getter(&self) -> Option<Version>;
    /// The embedding's own pair form for operator and operands (`int | int`, `float * int`), by number.
    fn extension(&self) -> Option<u32>;
}

named! {
    /// The forms.
    pub enum Form {
        /// int + int
        AddInt = "add int",
        /// int - int
        SubtractInt = "subtract int",
        /// int * int
        MultiplyInt = "multiply int",
        /// float + float
        AddFloat = "add float",
        /// float - float
        SubtractFloat = "subtract float",
        /// float * float
        MultiplyFloat = "multiply float",
        /// text + text
        AddText = "add text",
        /// text + text, stored to the left operand's local: may grow it in place
        AppendText = "inplace add text",
        /// list\[int\]
        ListInt = "subscr list int",
        /// tuple\[int\]
        TupleInt = "subscr tuple int",
        /// text\[int\]
        TextInt = "subscr text int",
        /// list\[slice\]
        ListSlice = "subscr list slice",
        /// map\[key\]
        Map = "subscr map",
        /// A subscript function to call. Word 0: entry with the type's version.
        Getter = "subscr getitem",
        /// One of the embedding's own pairs. Word 0: entry whose index and version are its number, and 1.
        Extend = "extend",
    }
}

named! {
    /// Why not.
    pub enum Failure {
        /// No form for these operands.
        Operands = "operand types",
        /// No form for this operator.
        Operator = "operator",
        /// An index beyond the container.
        OutOfRange = "index out of range",
        /// No version to be had.
        OutOfVersions = "out of versions",
    }
}

/// The family.
#[derive(Debug)]
pub struct BinaryOp;

impl Family for BinaryOp {
    const NAME: &'static str = "binary_op";
    type Form = Form;
    type Failure = Failure;
}

/// What was decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Plan {
    /// A form that needs no cache.
    Bare(Form),
    /// [`Form::Getter`] while the container's type has this version.
    Getter(NonZeroU32),
    /// [`Form::Extend`] by number.
    Extend(u32),
}

impl Planned for Plan {
    type Form = Form;

    fn form(&self) -> Form {
        match self {
            Self::Bare(form) => *form,
            Self::Getter(_) => Form::Getter,
            Self::Extend(_) => Form::Extend,
        }
    }

    fn words(&self) -> Option<CacheWords> {
        Some(match *self {
            Self::Bare(_) => CacheWords::NONE,
            Self::Getter(version) => CacheWords::one(Word::entry(Kind::entry_of(Form::Getter), 0, version.get())),
            Self::Extend(number) => CacheWords::one(Word::entry(Kind::entry_of(Form::Extend), number, 1)),
        })
    }
}

/// Decide.
///
/// # Errors
/// The reason why no form fits.
pub fn decide(facts: &impl Facts) -> Result<Plan, Failure> {
    let operands = (facts.left(), facts.right());
    let bare = match (facts.operator(), operands) {
        (Operator::Subscript, _) => return subscript(facts, operands),
        (Operator::Add, (Class::Int, Class::Int)) => Form::AddInt,
        (Operator::Subtract, (Class::Int, Class::Int)) => Form::SubtractInt,
        (Operator::Multiply, (Class::Int, Class::Int)) => Form::MultiplyInt,
        (Operator::Add, (Class::Float, Class::Float)) => Form::AddFloat,
        (Operator::Subtract, (Class::Float, Class::Float)) => Form::SubtractFloat,
        (Operator::Multiply, (Class::Float, Class::Float)) => Form::MultiplyFloat,
        (Operator::Add, (Class::Text, Class::Text)) if facts.stored_to_left() => Form::AppendText,
        (Operator::Add, (Class::Text, Class::Text)) => Form::AddText,
        (operator, _) => {
            let failure = if operator == Operator::Other { Failure::Operator } else { Failure::Operands };
            return facts.extension().map(Plan::Extend).ok_or(failure);
        }
    };
    Ok(Plan::Bare(bare))
}

fn subscript(facts: &impl Facts, operands: (Class, Class)) -> Result<Plan, Failure> {
    let bare = match operands {
        (Class::List, Class::Int) => Form::ListInt,
        (Class::Tuple, Class::Int) => Form::TupleInt,
        (Class::Text, Class::Int) => Form::TextInt,
        (Class::List, Class::Slice) => return Ok(Plan::Bare(Form::ListSlice)),
        (Class::Map, _) => return Ok(Plan::Bare(Form::Map)),
        _ => {
            let version = facts.getter().ok_or(Failure::Operands)?;
            return version.map(Plan::Getter).ok_or(Failure::OutOfVersions);
        }
    };
    if facts.key_in_range() { Ok(Plan::Bare(bare)) } else { Err(Failure::OutOfRange) }
}
