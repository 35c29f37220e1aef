//! Calls, with positional arguments only ([`decide`]) and with keywords ([`with_keywords`]).

use std::num::NonZeroU32;

use super::{CacheWords, Planned, Version};
use crate::cache::{Kind, Word};
use crate::family::Family;

/// A function written in the language.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Function {
    /// Its version: changes with its code, defaults, and how it is called.
    pub version: Version,
    /// Whether the arguments at the call are exactly its parameters, with nothing to fill in or pack.
    pub exact: bool,
    /// Whether it is called in the usual way.
    pub plain: bool,
    /// Whether a call does nothing but make a generator.
    pub generator: bool,
}

/// How a native function takes its arguments.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Convention {
    /// None.
    NoArgs,
    /// Exactly one.
    One,
    /// An array.
    Array,
    /// An array, and names of keywords.
    ArrayWithKeywords,
    /// Another.
    Other,
}

/// Native functions with forms of their own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WellKnown {
    /// The length of a container.
    Len,
    /// The test for a type.
    IsInstance,
    /// Appending to a list: the receiver is a list, and the result is dropped.
    ListAppend,
}

/// Types with forms of their own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WellKnownType {
    /// The type of types, asked for a value's type.
    Type,
    /// Text.
    Text,
    /// Tuple.
    Tuple,
}

/// What is called.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Callee {
    /// A function of the language.
    Function(Function),
    /// Such a function bound to its first argument, which counts among the arguments.
    BoundMethod(Function),
    /// A builtin type that is called with one argument and has a form.
    WellKnownType(WellKnownType),
    /// Another type made natively, which makes its instances natively.
    NativeType,
    /// A type of the language whose instances are made by allocation and a plain initializer that takes these arguments;
    /// the version is of the type.
    PlainType(Version),
    /// A type of which neither is true.
    OddType,
    /// A native function that has a form, called as that form needs.
    WellKnown(WellKnown),
    /// Another native function.
    Native(Convention),
    /// A native method of the first argument's type.
    NativeMethod(Convention),
    /// Anything else that can be called.
    Other,
}

/// What is asked.
pub trait Facts {
    /// What is called.
    fn callee(&self) -> Callee;
    /// The number of arguments, without one that a bound method brings.
    fn args(&self) -> usize;
}

named! {
    /// The forms.
    pub enum Form {
        /// A function whose parameters are the arguments. Word 0: entry with its version.
        PyExactArgs = "py exact args",
        /// A function, arguments to be arranged. Word 0: entry with its version.
        PyGeneral = "py general",
        /// A bound method, as the first. Word 0: entry with the function's version.
        BoundExactArgs = "bound method exact args",
        /// A bound method, as the second. Word 0: entry with the function's version.
        BoundGeneral = "bound method general",
        /// Allocate an instance and enter its initializer. Word 0: entry with the type's version.
        AllocAndEnterInit = "alloc and enter init",
        /// `type(x)`
        Type1 = "type 1",
        /// `str(x)`
        Text1 = "str 1",
        /// `tuple(x)`
        Tuple1 = "tuple 1",
        /// A native type.
        BuiltinClass = "builtin class",
        /// A native function of one argument.
        BuiltinOne = "builtin o",
        /// A native function of an array.
        BuiltinArray = "builtin fast",
        /// A native function of an array and keywords.
        BuiltinArrayWithKeywords = "builtin fast with keywords",
        /// `len(x)`
        Len = "len",
        /// `isinstance(x, t)`
        IsInstance = "isinstance",
        /// `list.append(x)`
        ListAppend = "list append",
        /// A native method of no arguments.
        MethodNoArgs = "method descriptor noargs",
        /// A native method of one argument.
        MethodOne = "method descriptor o",
        /// A native method of an array.
        MethodArray = "method descriptor fast",
        /// A native method of an array and keywords.
        MethodArrayWithKeywords = "method descriptor fast with keywords",
        /// Anything that is neither a function nor a bound method.
        NonPyGeneral = "non py general",
        /// A function whose parameters are the arguments, and which makes a generator. Word 0: entry with its version.
        PyGenerator = "py generator",
    }
}

named! {
    /// Why not.
    pub enum Failure {
        /// The function is called in a way of its own.
        OddFunction = "custom call",
        /// A number of arguments that the callee will refuse.
        Arity = "wrong number of arguments",
        /// The type makes its instances in a way of its own.
        OddType = "custom instantiation",
        /// No version to be had.
        OutOfVersions = "out of versions",
    }
}

/// The family of calls without keywords.
#[derive(Debug)]
pub struct Call;

impl Family for Call {
    const NAME: &'static str = "call";
    type Form = Form;
    type Failure = Failure;
}

/// What was decided, for either family.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Plan<F> {
    form: F,
    /// The version that guards it, if any does.
    pub version: Version,
}

impl<F: crate::family::Named> Planned for Plan<F> {
    type Form = F;

    fn form(&self) -> F {
        self.form
    }

    fn words(&self) -> Option<CacheWords> {
        Some(match self.version {
            None => CacheWords::NONE,
            Some(version) => CacheWords::one(Word::entry(Kind::entry_of(self.form), 0, version.get())),
        })
    }
}

/// Decide a call without keywords.
///
/// # Errors
/// The reason why no form fits.
pub fn decide(facts: &impl Facts) -> Result<Plan<Form>, Failure> {
    let args = facts.args();
    let form = match facts.callee() {
        Callee::Function(function) => {
            let exact = if function.generator { Form::PyGenerator } else { Form::PyExactArgs };
            return python(function, exact, Form::PyGeneral);
        }
        Callee::BoundMethod(function) => return python(function, Form::BoundExactArgs, Form::BoundGeneral),
        Callee::PlainType(version) => return guarded(Form::AllocAndEnterInit, version),
        Callee::OddType => return Err(Failure::OddType),
        Callee::WellKnownType(kind) if args == 1 => match kind {
            WellKnownType::Type => Form::Type1,
            WellKnownType::Text => Form::Text1,
            WellKnownType::Tuple => Form::Tuple1,
        },
        Callee::WellKnownType(_) | Callee::NativeType => Form::BuiltinClass,
        Callee::WellKnown(kind) => well_known(kind, args)?,
        Callee::Native(convention) => native(convention, args)?,
        Callee::NativeMethod(convention) => method(convention, args)?,
        Callee::Other => Form::NonPyGeneral,
    };
    Ok(Plan { form, version: None })
}

fn python<F>(function: Function, exact: F, general: F) -> Result<Plan<F>, Failure> {
    if !function.plain {
        return Err(Failure::OddFunction);
    }
    guarded(if function.exact { exact } else { general }, function.version)
}

fn guarded<F>(form: F, version: Version) -> Result<Plan<F>, Failure> {
    let version: NonZeroU32 = version.ok_or(Failure::OutOfVersions)?;
    Ok(Plan { form, version: Some(version) })
}

fn well_known(kind: WellKnown, args: usize) -> Result<Form, Failure> {
    let (form, wanted) = match kind {
        WellKnown::Len => (Form::Len, 1),
        WellKnown::IsInstance => (Form::IsInstance, 2),
        WellKnown::ListAppend => (Form::ListAppend, 1),
    };
    if args == wanted { Ok(form) } else { Err(Failure::Arity) }
}

fn native(convention: Convention, args: usize) -> Result<Form, Failure> {
    match convention {
        Convention::One if args != 1 => Err(Failure::Arity),
        Convention::One => Ok(Form::BuiltinOne),
        Convention::Array => Ok(Form::BuiltinArray),
        Convention::ArrayWithKeywords => Ok(Form::BuiltinArrayWithKeywords),
        Convention::NoArgs | Convention::Other => Ok(Form::NonPyGeneral),
    }
}

fn method(convention: Convention, args: usize) -> Result<Form, Failure> {
    match convention {
        Convention::NoArgs if args != 0 => Err(Failure::Arity),
        Convention::NoArgs => Ok(Form::MethodNoArgs),
        Convention::One if args != 1 => Err(Failure::Arity),
        Convention::One => Ok(Form::MethodOne),
        Convention::Array => Ok(Form::MethodArray),
        Convention::ArrayWithKeywords => Ok(Form::MethodArrayWithKeywords),
        Convention::Other => Ok(Form::NonPyGeneral),
    }
}

named! {
    /// The forms of a call with keywords.
    pub enum KeywordForm {
        /// A function. Word 0: entry with its version.
        Py = "py",
        /// A bound method. Word 0: entry with the function's version.
        Bound = "bound method",
        /// Anything else.
        NonPy = "non py",
    }
}

/// The family of calls with keywords.
#[derive(Debug)]
pub struct CallKw;

impl Family for CallKw {
    const NAME: &'static str = "call_kw";
    type Form = KeywordForm;
    type Failure = Failure;
}

/// Decide a call with keywords.
///
/// # Errors
/// The reason why no form fits.
pub fn with_keywords(callee: Callee) -> Result<Plan<KeywordForm>, Failure> {
    match callee {
        Callee::Function(function) => python(function, KeywordForm::Py, KeywordForm::Py),
        Callee::BoundMethod(function) => python(function, KeywordForm::Bound, KeywordForm::Bound),
        _ => Ok(Plan { form: KeywordForm::NonPy, version: None }),
    }
}
