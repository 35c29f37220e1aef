//! The truth of a value.

use std::num::NonZeroU32;

use super::{CacheWords, Class, Planned, Version};
use crate::cache::{Kind, Word};
use crate::family::Family;

named! {
    /// The forms.
    pub enum Form {
        /// True or false already.
        Bool = "bool",
        /// An int: not zero.
        Int = "int",
        /// A list: not empty.
        List = "list",
        /// The value for nothing: false.
        Nothing = "none",
        /// A text: not empty.
        Text = "text",
        /// A type that says nothing about truth: true. Word 0: entry with the type's version.
        AlwaysTrue = "always true",
    }
}

named! {
    /// Why not.
    pub enum Failure {
        /// The type has a say in its truth, and no form.
        Type = "operand type",
        /// No version to be had.
        OutOfVersions = "out of versions",
    }
}

/// The family.
#[derive(Debug)]
pub struct ToBool;

impl Family for ToBool {
    const NAME: &'static str = "to_bool";
    type Form = Form;
    type Failure = Failure;
}

/// What was decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Plan {
    /// A form that needs no cache.
    Bare(Form),
    /// [`Form::AlwaysTrue`] while the type has this version.
    AlwaysTrue(NonZeroU32),
}

impl Planned for Plan {
    type Form = Form;

    fn form(&self) -> Form {
        match self {
            Self::Bare(form) => *form,
            Self::AlwaysTrue(_) => Form::AlwaysTrue,
        }
    }

    fn words(&self) -> Option<CacheWords> {
        Some(match self {
            Self::Bare(_) => CacheWords::NONE,
            Self::AlwaysTrue(version) => {
                CacheWords::one(Word::entry(Kind::entry_of(Form::AlwaysTrue), 0, version.get()))
            }
        })
    }
}

/// Decide, from the value and, for other classes, its type: `Some(version)` if the type says nothing about truth and is
/// one that can change only with its version.
///
/// # Errors
/// The reason why no form fits.
pub fn decide(value: Class, silent_type: impl FnOnce() -> Option<Version>) -> Result<Plan, Failure> {
    let bare = match value {
        Class::Bool => Form::Bool,
        Class::Int => Form::Int,
        Class::List => Form::List,
        Class::Nothing => Form::Nothing,
        Class::Text => Form::Text,
        _ => {
            let version = silent_type().ok_or(Failure::Type)?;
            return version.map(Plan::AlwaysTrue).ok_or(Failure::OutOfVersions);
        }
    };
    Ok(Plan::Bare(bare))
}
