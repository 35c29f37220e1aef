//! Steps of loops and of delegation: the next item of an iterable, and a value sent to a generator.

use crate::family::Family;

/// What is being iterated, or sent to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    /// A list's iterator; `private` if no other thread can step it.
    List {
        /// Owned by this thread or made for this loop.
        private: bool,
    },
    /// A tuple's iterator; `private` as above.
    Tuple {
        /// Owned by this thread or made for this loop.
        private: bool,
    },
    /// A range's iterator; `private` as above.
    Range {
        /// Owned by this thread or made for this loop.
        private: bool,
    },
    /// A generator or coroutine; `idle` if it is suspended, and no other thread can resume it.
    Generator {
        /// Suspended and private.
        idle: bool,
    },
    /// Anything else.
    Other,
}

named! {
    /// The forms of a loop's step.
    pub enum Form {
        /// over a list
        List = "list",
        /// over a tuple
        Tuple = "tuple",
        /// over a range
        Range = "range",
        /// over a generator, whose frame is entered
        Generator = "generator",
    }
}

named! {
    /// Why not.
    pub enum Failure {
        /// No form for this iterable.
        Type = "iterator type",
        /// Another thread could step it at the same time.
        Shared = "iterator is shared",
        /// The generator cannot be entered now.
        Running = "generator is running or shared",
    }
}

/// The family of loops' steps.
#[derive(Debug)]
pub struct ForIter;

impl Family for ForIter {
    const NAME: &'static str = "for_iter";
    type Form = Form;
    type Failure = Failure;
}

/// Decide a loop's step.
///
/// # Errors
/// The reason why no form fits.
pub fn for_iter(source: Source) -> Result<Form, Failure> {
    let (form, private) = match source {
        Source::List { private } => (Form::List, private),
        Source::Tuple { private } => (Form::Tuple, private),
        Source::Range { private } => (Form::Range, private),
        Source::Generator { idle: true } => return Ok(Form::Generator),
        Source::Generator { idle: false } => return Err(Failure::Running),
        Source::Other => return Err(Failure::Type),
    };
    if private { Ok(form) } else { Err(Failure::Shared) }
}

named! {
    /// The forms of sending.
    pub enum SendForm {
        /// to a generator or coroutine, whose frame is entered
        Generator = "generator",
    }
}

/// The family of sending.
#[derive(Debug)]
pub struct Send;

impl Family for Send {
    const NAME: &'static str = "send";
    type Form = SendForm;
    type Failure = Failure;
}

/// Decide sending.
///
/// # Errors
/// The reason why no form fits.
pub fn send(source: Source) -> Result<SendForm, Failure> {
    match source {
        Source::Generator { idle: true } => Ok(SendForm::Generator),
        Source::Generator { idle: false } => Err(Failure::Running),
        _ => Err(Failure::Type),
    }
}
