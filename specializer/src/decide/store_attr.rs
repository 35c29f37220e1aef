//! Storing an attribute of an instance: where the type lets the instance hold it, or at a member's offset.

use std::num::NonZeroU32;

use super::load_attr::Found;
use super::{CacheWords, Planned, Storage, Version};
use crate::cache::{Kind, MAX_INDEX, Word};
use crate::family::Family;

/// What is asked. Type, version and descriptor must be of one moment: ask under the type lock.
pub trait Facts {
    /// A reference, as in [`load_attr`](super::load_attr).
    type Handle: Copy;
    /// Whether names compare by identity and this is one of them.
    fn name_is_plain(&self) -> bool;
    /// Whether the owner is an instance of a ready type that stores in the usual way.
    fn owner_is_plain(&self) -> bool;
    /// What the type says about the name.
    fn by_type(&self) -> Found<Self::Handle>;
    /// The version of the type.
    fn type_version(&self) -> Version;
    /// How the instance holds its attributes.
    fn storage(&self) -> Storage;
}

named! {
    /// The forms. Word 0 of each: entry with the type's version.
    pub enum Form {
        /// Into the instance's values, at an index of the shared keys.
        InstanceValue = "instance value",
        /// Into the instance's map, probably at this index.
        WithHint = "with hint",
        /// Into a member at an offset.
        Slot = "slot",
        /// One of several forms, by the type's version. Never decided on: see `load_attr`.
        Polymorphic = "polymorphic",
        /// The same where each of them is a value of the instance's own. Record.
        PolymorphicValue = "polymorphic value",
    }
}

named! {
    /// Why not.
    pub enum Failure {
        /// The name is not compared by identity.
        OddName = "odd name",
        /// The owner is a module or type, is not ready, or overrides storing.
        OddOwner = "owner is not a plain instance",
        /// A descriptor takes the store.
        Overriding = "overriding descriptor",
        /// The type has a value of this name, so that a later load may be shadowed.
        OnType = "attribute of the class",
        /// A member of another type, or one that must not be written.
        OddSlot = "slot of another type",
        /// The name is not in the keys yet.
        Absent = "attribute is absent",
        /// The instance's storage has no form.
        OddStorage = "instance storage",
        /// An index does not fit a word.
        TooMany = "index out of range",
        /// No version to be had.
        OutOfVersions = "out of versions",
        /// More types than the embedding gathers.
        Megamorphic = "too many types",
    }
}

/// The family.
#[derive(Debug)]
pub struct StoreAttr;

impl Family for StoreAttr {
    const NAME: &'static str = "store_attr";
    type Form = Form;
    type Failure = Failure;
}

/// What was decided: store at `index` while the type has this version.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Plan {
    form: Form,
    /// The type's version.
    pub version: NonZeroU32,
    /// Index or offset.
    pub index: u32,
}

impl Planned for Plan {
    type Form = Form;

    fn form(&self) -> Form {
        self.form
    }

    fn words(&self) -> Option<CacheWords> {
        Some(CacheWords::one(Word::entry(Kind::entry_of(self.form), self.index, self.version.get())))
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
    if !facts.owner_is_plain() {
        return Err(Failure::OddOwner);
    }
    let (form, index) = match facts.by_type() {
        Found::Slot { offset } => (Form::Slot, offset),
        Found::OddSlot => return Err(Failure::OddSlot),
        Found::Absent => match facts.storage() {
            Storage::Inline { valid: true, index: Some(index), .. } => (Form::InstanceValue, index),
            Storage::Map { index: Some(index) } => (Form::WithHint, index),
            Storage::Inline { valid: true, index: None, .. } | Storage::Map { index: None } => {
                return Err(Failure::Absent);
            }
            _ => return Err(Failure::OddStorage),
        },
        Found::Property { .. } | Found::Overriding | Found::Hook { .. } | Found::NativeHook => {
            return Err(Failure::Overriding);
        }
        _ => return Err(Failure::OnType),
    };
    if index > MAX_INDEX {
        return Err(Failure::TooMany);
    }
    let version = facts.type_version().ok_or(Failure::OutOfVersions)?;
    Ok(Plan { form, version, index })
}
