//! Comparisons that give a truth value, and membership.

use super::Class;
use crate::family::Family;

named! {
    /// The forms of a comparison.
    pub enum Form {
        /// int with int
        Int = "int",
        /// float with float
        Float = "float",
        /// text with text, for equality
        Text = "text",
    }
}

named! {
    /// Why not.
    pub enum Failure {
        /// No form for these operands.
        Operands = "operand types",
        /// Texts are compared for order.
        OrderOfTexts = "order of texts",
    }
}

/// The family.
#[derive(Debug)]
pub struct Compare;

impl Family for Compare {
    const NAME: &'static str = "compare_op";
    type Form = Form;
    type Failure = Failure;
}

/// Decide, from the operands and whether the operator is `==` or `!=`.
///
/// # Errors
/// The reason why no form fits.
pub fn decide(left: Class, right: Class, for_equality: bool) -> Result<Form, Failure> {
    match (left, right) {
        (Class::Int, Class::Int) => Ok(Form::Int),
        (Class::Float, Class::Float) => Ok(Form::Float),
        (Class::Text, Class::Text) if for_equality => Ok(Form::Text),
        (Class::Text, Class::Text) => Err(Failure::OrderOfTexts),
        _ => Err(Failure::Operands),
    }
}

named! {
    /// The forms of a membership test.
    pub enum ContainsForm {
        /// in a set
        Set = "set",
        /// in a map
        Map = "map",
    }
}

named! {
    /// Why not.
    pub enum ContainsFailure {
        /// No form for this container.
        Container = "container type",
    }
}

/// The family of membership tests.
#[derive(Debug)]
pub struct Contains;

impl Family for Contains {
    const NAME: &'static str = "contains_op";
    type Form = ContainsForm;
    type Failure = ContainsFailure;
}

/// Decide a membership test, from the container.
///
/// # Errors
/// The reason why no form fits.
pub fn contains(container: Class) -> Result<ContainsForm, ContainsFailure> {
    match container {
        Class::Set => Ok(ContainsForm::Set),
        Class::Map => Ok(ContainsForm::Map),
        _ => Err(ContainsFailure::Container),
    }
}
