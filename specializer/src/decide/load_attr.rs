//! An attribute of a module, a type or an instance; also a method that is about to be called.
//!
//! For an instance the answer lies with the type first: a descriptor that overrides wins over the instance, the instance over
//! what does not override. A type's version covers everything looked up through it, the layout of its instances' shared
//! keys included; a method of instances with values of their own needs the shared keys' version as well, because the
//! name must stay absent from them.

use std::num::NonZeroU32;

use super::{CacheWords, Lookup, Planned, Storage, Version};
use crate::cache::{Kind, MAX_INDEX, Word};
use crate::family::Family;

/// What the type of an instance says about the name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Found<H> {
    /// Nothing.
    Absent,
    /// A function-like descriptor that binds when called.
    Method(H),
    /// A computed attribute with this getter; `simple` if the getter is a plain function of one argument.
    Property {
        /// The getter.
        getter: H,
        /// A plain function that takes the instance and nothing else.
        simple: bool,
    },
    /// A member at a fixed place in instances of this very type.
    Slot {
        /// Where.
        offset: u32,
    },
    /// A member of another type, or one that needs an audit.
    OddSlot,
    /// Another descriptor that wins over the instance.
    Overriding,
    /// Another descriptor that loses to the instance.
    NonOverriding,
    /// A method of the class.
    ClassMethod,
    /// A method of the class over this function, where a type is asked for it.
    ClassMethodOver(H),
    /// A plain value.
    Plain(H),
    /// A value whose type may turn it into a descriptor later: what holds it must guard the value's type too.
    Mutable(H),
    /// The type replaces the whole lookup by this function; `simple` as for a getter.
    Hook {
        /// The function.
        function: H,
        /// A plain function of the instance and the name, and no second hook behind it.
        simple: bool,
    },
    /// The type replaces the lookup in native code.
    NativeHook,
}

/// What a type itself, as the owner of the attribute, says about the name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OnType<H> {
    /// What its bases say.
    pub found: Found<H>,
    /// The version of the type that owns the attribute.
    pub version: Version,
    /// Whether its metatype looks attributes up in the usual way and has no overriding descriptor of this name.
    pub meta_is_plain: bool,
    /// The version of the metatype, if that can change; `Some(None)`: it can, and has no version.
    pub meta: Option<Version>,
}

/// The owner of the attribute.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Owner {
    /// A module that looks attributes up in the usual way.
    Module,
    /// A type.
    Type,
    /// An instance of a type that is ready.
    Instance,
    /// None of these.
    NotReady,
}

/// What is asked. Type, version and descriptor must be of one moment: ask under the type lock.
pub trait Facts {
    /// A reference that a cache can hold.
    type Handle: Copy;
    /// Whether names compare by identity and this is one of them.
    fn name_is_plain(&self) -> bool;
    /// What the owner is.
    fn owner(&self) -> Owner;
    /// Whether the attribute is about to be called, so that a bound method need not be made.
    fn for_call(&self) -> bool;
    /// What a module's table says. `NotPlain` if the module has a hook for missing names.
    fn in_module(&self) -> Lookup;
    /// What a type says about its own attribute.
    fn on_type(&self) -> OnType<Self::Handle>;
    /// What an instance's type says.
    fn by_type(&self) -> Found<Self::Handle>;
    /// The version of the instance's type.
    fn type_version(&self) -> Version;
    /// How the instance holds its attributes.
    fn storage(&self) -> Storage;
    /// Whether shared code may hold this: it is kept alive without a count, or by the collector.
    fn may_hold(&self, handle: Self::Handle) -> bool;
}

named! {
    /// The forms.
    pub enum Form {
        /// A value of the instance at an index of the shared keys. Word 0: entry with the type's version.
        InstanceValue = "instance value",
        /// A value in the instance's map, probably at this index. Word 0: entry with the type's version.
        WithHint = "with hint",
        /// A member at an offset. Word 0: entry with the type's version.
        Slot = "slot",
        /// A name of a module. Word 0: entry with the keys' version.
        Module = "module",
        /// An attribute of a type. Record.
        Class = "class",
        /// The same, where the metatype can change. Record.
        ClassWithMetaCheck = "class with metaclass check",
        /// A getter to call. Record.
        Property = "property",
        /// A hook to call. Record.
        Hook = "getattribute overridden",
        /// A method of an instance with values that lack the name. Record.
        MethodWithValues = "method with values",
        /// A method of an instance that holds nothing. Record.
        MethodNoDict = "method no dict",
        /// A method of an instance whose map does not exist. Record.
        MethodLazyDict = "method lazy dict",
        /// A plain value of the type, as for a method with values. Record.
        PlainWithValues = "nondescriptor with values",
        /// A plain value of the type, as for a method without dict. Record.
        PlainNoDict = "nondescriptor no dict",
        /// A class method's function, to be called with the type. Record.
        ClassMethod = "class method",
        /// One of several forms for instances, by the type's version. Never decided on: an embedding that meets several types
        /// at a site may gather what was decided for each. Record.
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
        /// The owner's type is not ready.
        NotReady = "type is not ready",
        /// A module with a hook, or without a plain table.
        OddModule = "module is not plain",
        /// The metatype interferes.
        OddMetaclass = "metaclass is not plain",
        /// A lock is held.
        Busy = "lock is held",
        /// Found nowhere.
        Absent = "attribute is absent",
        /// An index does not fit a word.
        TooMany = "index out of range",
        /// No version to be had.
        OutOfVersions = "out of versions",
        /// A descriptor that overrides.
        Overriding = "overriding descriptor",
        /// A descriptor that does not.
        NonOverriding = "non-overriding descriptor",
        /// A method that is not about to be called.
        UncalledMethod = "method without a call",
        /// A property, hook or plain value that is about to be called.
        CalledValue = "call of something other than a method",
        /// The getter or hook is not a plain function of the right arguments.
        OddFunction = "getter is not a plain function",
        /// A member of another type.
        OddSlot = "slot of another type",
        /// A class method.
        ClassMethod = "class method",
        /// The value may become a descriptor.
        Mutable = "value of a mutable type",
        /// The lookup is replaced in native code.
        NativeHook = "lookup overridden natively",
        /// The instance's storage has no form.
        OddStorage = "instance storage",
        /// The handle must not be held by code.
        NotHoldable = "reference cannot be cached",
        /// More types than the embedding gathers.
        Megamorphic = "too many types",
    }
}

/// The family.
#[derive(Debug)]
pub struct LoadAttr;

impl Family for LoadAttr {
    const NAME: &'static str = "load_attr";
    type Form = Form;
    type Failure = Failure;
}

/// What was decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Plan<H> {
    form: Form,
    /// The version that guards it: the module's keys', the owning type's, or the instance's type's.
    pub version: NonZeroU32,
    /// A second version: of the shared keys (methods and plain values with values) or the metatype.
    pub second: Version,
    /// Where, for forms with an entry.
    pub index: u32,
    /// What, for forms with a record.
    pub handle: Option<H>,
}

impl<H> Planned for Plan<H> {
    type Form = Form;

    fn form(&self) -> Form {
        self.form
    }

    fn words(&self) -> Option<CacheWords> {
        match self.handle {
            Some(_) => None,
            None => Some(CacheWords::one(Word::entry(Kind::entry_of(self.form), self.index, self.version.get()))),
        }
    }
}

type Decision<H> = Result<Plan<H>, Failure>;

/// Decide.
///
/// # Errors
/// The reason why no form fits. After [`Failure::Absent`] the embedding may [`rest`](crate::rewrite::Claim::rest) instead of
/// backing off: the attribute may be there the next time.
pub fn decide<F: Facts>(facts: &F) -> Decision<F::Handle> {
    if !facts.name_is_plain() {
        return Err(Failure::OddName);
    }
    match facts.owner() {
        Owner::NotReady => Err(Failure::NotReady),
        Owner::Module => module(facts),
        Owner::Type => on_type(facts),
        Owner::Instance => instance(facts),
    }
}

fn module<F: Facts>(facts: &F) -> Decision<F::Handle> {
    match facts.in_module() {
        Lookup::NotPlain => Err(Failure::OddModule),
        Lookup::Busy => Err(Failure::Busy),
        Lookup::Absent { .. } => Err(Failure::Absent),
        Lookup::Found { version, index } => entry(Form::Module, version, index),
    }
}

fn on_type<F: Facts>(facts: &F) -> Decision<F::Handle> {
    let on = facts.on_type();
    if !on.meta_is_plain {
        return Err(Failure::OddMetaclass);
    }
    match on.found {
        Found::Method(handle) | Found::Plain(handle) | Found::Mutable(handle) => match on.meta {
            None => record(facts, Form::Class, on.version, None, handle),
            Some(None) => Err(Failure::OutOfVersions),
            Some(meta) => record(facts, Form::ClassWithMetaCheck, on.version, meta, handle),
        },
        Found::Absent => Err(Failure::Absent),
        Found::ClassMethodOver(function) if on.meta.is_none() && facts.for_call() => {
            record(facts, Form::ClassMethod, on.version, None, function)
        }
        Found::ClassMethod | Found::ClassMethodOver(_) => Err(Failure::ClassMethod),
        _ => Err(Failure::Overriding),
    }
}

fn instance<F: Facts>(facts: &F) -> Decision<F::Handle> {
    let held = || facts.storage().holds();
    match facts.by_type() {
        Found::Absent if held() => own(facts),
        Found::Absent => Err(Failure::Absent),
        Found::Method(_) | Found::Plain(_) | Found::NonOverriding if held() => own(facts),
        Found::Method(_) if !facts.for_call() => Err(Failure::UncalledMethod),
        Found::Method(handle) => method(facts, handle),
        // It may come to win over the instance, whose type's version would not tell.
        Found::Mutable(_) if held() => Err(Failure::Mutable),
        Found::Plain(_) | Found::Mutable(_) if facts.for_call() => Err(Failure::CalledValue),
        Found::Plain(handle) | Found::Mutable(handle) => plain(facts, handle),
        Found::Property { .. } | Found::Hook { .. } if facts.for_call() => Err(Failure::CalledValue),
        Found::Property { simple: false, .. } | Found::Hook { simple: false, .. } => Err(Failure::OddFunction),
        Found::Property { getter, .. } => record(facts, Form::Property, facts.type_version(), None, getter),
        Found::Hook { function, .. } => record(facts, Form::Hook, facts.type_version(), None, function),
        Found::Slot { offset } => entry(Form::Slot, facts.type_version(), offset),
        Found::OddSlot => Err(Failure::OddSlot),
        Found::Overriding => Err(Failure::Overriding),
        Found::NonOverriding => Err(Failure::NonOverriding),
        Found::ClassMethod | Found::ClassMethodOver(_) => Err(Failure::ClassMethod),
        Found::NativeHook => Err(Failure::NativeHook),
    }
}

/// The instance holds the name itself.
fn own<F: Facts>(facts: &F) -> Decision<F::Handle> {
    match facts.storage() {
        Storage::Inline { valid: true, index: Some(index), .. } => {
            entry(Form::InstanceValue, facts.type_version(), index)
        }
        Storage::Map { index: Some(index) } => entry(Form::WithHint, facts.type_version(), index),
        _ => Err(Failure::OddStorage),
    }
}

fn method<F: Facts>(facts: &F, handle: F::Handle) -> Decision<F::Handle> {
    match facts.storage() {
        Storage::None => record(facts, Form::MethodNoDict, facts.type_version(), None, handle),
        Storage::Inline { valid: true, index: None, keys } => {
            let keys = keys.ok_or(Failure::OutOfVersions)?;
            record(facts, Form::MethodWithValues, facts.type_version(), Some(keys), handle)
        }
        Storage::Unborn => record(facts, Form::MethodLazyDict, facts.type_version(), None, handle),
        _ => Err(Failure::OddStorage),
    }
}

fn plain<F: Facts>(facts: &F, handle: F::Handle) -> Decision<F::Handle> {
    match facts.storage() {
        Storage::None => record(facts, Form::PlainNoDict, facts.type_version(), None, handle),
        Storage::Inline { valid: true, index: None, keys } => {
            let keys = keys.ok_or(Failure::OutOfVersions)?;
            record(facts, Form::PlainWithValues, facts.type_version(), Some(keys), handle)
        }
        _ => Err(Failure::OddStorage),
    }
}

fn entry<H>(form: Form, version: Version, index: u32) -> Decision<H> {
    if index > MAX_INDEX {
        return Err(Failure::TooMany);
    }
    let version = version.ok_or(Failure::OutOfVersions)?;
    Ok(Plan { form, version, second: None, index, handle: None })
}

fn record<F: Facts>(
    facts: &F,
    form: Form,
    version: Version,
    second: Version,
    handle: F::Handle,
) -> Decision<F::Handle> {
    let version = version.ok_or(Failure::OutOfVersions)?;
    if !facts.may_hold(handle) {
        return Err(Failure::NotHoldable);
    }
    Ok(Plan { form, version, second, index: 0, handle: Some(handle) })
}
