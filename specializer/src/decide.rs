//! What to choose: one pure function for each family, from facts to a plan or a named failure.
//!
//! A family's module declares the facts it asks for: a `Facts` trait where finding them costs a lookup, so that only
//! what the decision needs is looked up, or plain arguments where they lie on the stack. A function changes nothing and asks
//! nothing twice, so the embedding may call it under its locks, and a test can drive it with a table.
//!
//! Conventions of all modules:
//!
//! * A fact that could only be had by waiting for a lock is [`Busy`](Lookup::Busy): the attempt fails and is made again
//!   later. Nothing blocks in order to specialize.
//! * A [`Version`] is `None` when the thing has none and can get none (numbers exhausted): never specialize.
//! * A plan names its form ([`Planned::form`]) and, where its facts fit, the cache words ([`Planned::words`]); what does
//!   not fit has handles, from which the embedding makes its record.
//! * A handle ends up in shared code. The embedding answers whether it may ([`load_attr::Facts::may_hold`]).
//!
//! The orders of the questions follow CPython 3.14's `Python/specialize.c`, as far as they can be observed; the names of
//! things are general: a *text* is a string, a *map* a dictionary.

pub mod binary_op;
pub mod call;
pub mod compare;
pub mod iterate;
pub mod load_attr;
pub mod load_global;
pub mod load_super_attr;
pub mod store_attr;
pub mod store_subscr;
pub mod to_bool;
pub mod unpack;

mod plan;

#[cfg(test)]
mod tests;

pub use plan::{CacheWords, Planned};

use std::num::NonZeroU32;

/// A number that names one state of one thing for ever, or `None` when none can be had.
pub type Version = Option<NonZeroU32>;

/// The kind of a value, where a form exists for exactly that builtin type. Subtypes are `Other`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Class {
    /// An integer that fits the word.
    Int,
    /// A float.
    Float,
    /// A string.
    Text,
    /// True or false.
    Bool,
    /// The value for nothing.
    Nothing,
    /// A growable array.
    List,
    /// A fixed array.
    Tuple,
    /// A dictionary.
    Map,
    /// A set, frozen or not.
    Set,
    /// A pair or triple of bounds.
    Slice,
    /// Anything else.
    Other,
}

/// What a table says about a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lookup {
    /// It is no table of the kind that can be guarded.
    NotPlain,
    /// Its lock is held; not waited for.
    Busy,
    /// The name is not in it, in this version.
    Absent {
        /// The version of the keys.
        version: Version,
    },
    /// The name is at this index, in this version.
    Found {
        /// The version of the keys.
        version: Version,
        /// The position of the entry.
        index: u32,
    },
}

/// How an instance holds its attributes, as seen by one name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Storage {
    /// It holds none of its own.
    None,
    /// In values laid out by keys that instances of its type share.
    Inline {
        /// Whether the values are in use (else they moved to a map).
        valid: bool,
        /// Where the name is in the shared keys.
        index: Option<u32>,
        /// The version of the shared keys.
        keys: Version,
    },
    /// In a map of its own, whose keys nobody shares.
    Map {
        /// Where the name is in the map.
        index: Option<u32>,
    },
    /// In a map that does not exist yet.
    Unborn,
    /// In a map whose lock is held, or of a kind that has no positions.
    Unreadable,
}

impl Storage {
    /// Whether the instance itself is likely to hold the name.
    pub fn holds(self) -> bool {
        matches!(self, Self::Inline { index: Some(_), .. } | Self::Map { index: Some(_) })
    }
}
