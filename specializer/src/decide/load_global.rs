//! A name from a first table, else from a second: module globals and builtins.
//!
//! When the name is in the first table, its index there and that table's version are all. When it is in the second, two facts
//! are needed: that the first lacks it in its version, and its index in the second. Both tables must be read as one
//! view (both locks held, taken in address order) while the facts are asked for.

use std::num::NonZeroU32;

use super::{CacheWords, Lookup, Planned, Version};
use crate::cache::{Kind, MAX_INDEX, Word};
use crate::family::Family;

/// What is asked about the name and the tables.
pub trait Facts {
    /// Whether the name can be compared by identity (an interned, exact string).
    fn name_is_plain(&self) -> bool;
    /// What the first table says.
    fn first(&self) -> Lookup;
    /// What the second table says. Asked only when the first lacks the name.
    fn second(&self) -> Lookup;
}

named! {
    /// The forms.
    pub enum Form {
        /// Found in the first table: word 0 is an entry.
        Module = "module",
        /// Found in the second: word 0 is an entry, word 1 the link to it.
        Builtin = "builtin",
    }
}

named! {
    /// Why not.
    pub enum Failure {
        /// The name needs a real comparison.
        OddName = "name is not plain",
        /// A table is of another kind.
        NotPlain = "not a plain dictionary",
        /// A table's lock is held.
        Busy = "lock is held",
        /// Neither table has the name.
        Absent = "name is in neither table",
        /// The index does not fit a word.
        TooMany = "index out of range",
        /// A table has no version.
        OutOfVersions = "out of versions",
    }
}

/// The family.
#[derive(Debug)]
pub struct LoadGlobal;

impl Family for LoadGlobal {
    const NAME: &'static str = "load_global";
    type Form = Form;
    type Failure = Failure;
}

/// What was decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Plan {
    /// Load index `index` of the first table while its version is `version`.
    Module {
        /// Entry in the first table.
        index: u32,
        /// Version of the first table.
        version: NonZeroU32,
    },
    /// Load index `index` of the second table while the versions are these.
    Builtin {
        /// Entry in the second table.
        index: u32,
        /// Version of the second table.
        version: NonZeroU32,
        /// Version of the first table, which lacks the name.
        absent_in: NonZeroU32,
    },
}

/// The kind of word 0 of form [`Form::Module`].
pub const MODULE: Kind = Kind::entry(Form::Module as u8);
/// The kind of word 0 of form [`Form::Builtin`].
pub const BUILTIN: Kind = Kind::entry(Form::Builtin as u8);

impl Planned for Plan {
    type Form = Form;

    fn form(&self) -> Form {
        match self {
            Self::Module { .. } => Form::Module,
            Self::Builtin { .. } => Form::Builtin,
        }
    }

    fn words(&self) -> Option<CacheWords> {
        Some(match *self {
            Self::Module { index, version } => CacheWords::one(Word::entry(MODULE, index, version.get())),
            Self::Builtin { index, version, absent_in } => {
                CacheWords::two(Word::entry(BUILTIN, index, version.get()), Word::link(absent_in.get(), version.get()))
            }
        })
    }
}

/// Decide.
///
/// # Errors
/// The reason why no form fits.
pub fn decide(facts: &impl Facts) -> Result<Plan, Failure> {
    if !facts.name_is_plain() {
        return Err(Failure::OddName);
    }
    let absent_in = match facts.first() {
        Lookup::NotPlain => return Err(Failure::NotPlain),
        Lookup::Busy => return Err(Failure::Busy),
        Lookup::Found { version, index } => {
            let (index, version) = entry(index, version)?;
            return Ok(Plan::Module { index, version });
        }
        Lookup::Absent { version } => version,
    };
    match facts.second() {
        Lookup::NotPlain => Err(Failure::NotPlain),
        Lookup::Busy => Err(Failure::Busy),
        Lookup::Absent { .. } => Err(Failure::Absent),
        Lookup::Found { version, index } => {
            let (index, version) = entry(index, version)?;
            let absent_in = absent_in.ok_or(Failure::OutOfVersions)?;
            Ok(Plan::Builtin { index, version, absent_in })
        }
    }
}

fn entry(index: u32, version: Version) -> Result<(u32, NonZeroU32), Failure> {
    if index > MAX_INDEX {
        return Err(Failure::TooMany);
    }
    version.map(|version| (index, version)).ok_or(Failure::OutOfVersions)
}
