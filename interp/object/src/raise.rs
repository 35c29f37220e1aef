//! Raising: the pending exception, the zero-sized proof of it, and helpers for the common errors.

use std::fmt::Display;

use stackref::Value;

use crate::call;
use crate::data::exception as exc;
use crate::layout::{Obj, ValueExt};
use crate::ops;
use crate::thread::Esc;
use crate::typeobj::TypeObject;

/// An exception is pending on the current thread (O3). Zero-sized; only raising makes one.
#[must_use = "an exception is pending: return it or catch it"]
#[derive(Debug)]
pub struct Raised(());

/// What an operation that may raise gives back. `PyResult<Value>` is one machine word.
pub type PyResult<T = Value> = Result<T, Raised>;

impl Raised {
    /// Catches the exception: it is no longer pending.
    ///
    /// # Panics
    /// If nothing is pending, which O3 excludes.
    pub fn catch(self, esc: Esc<'_>) -> Value {
        let pending = esc.thread().pending.borrow_mut().take();
        pending.expect("O3: a Raised exists only while an exception is pending")
    }

    /// Whether the pending exception is an instance of `class`.
    pub fn matches(&self, esc: Esc<'_>, class: &TypeObject) -> bool {
        esc.thread().pending.borrow().as_ref().is_some_and(|value| value.class().is_subtype(class))
    }

    /// Catches the exception if it is an instance of `class`, else hands the proof back.
    pub fn catch_if(self, esc: Esc<'_>, class: &TypeObject) -> Result<Value, Raised> {
        if self.matches(esc, class) { Ok(self.catch(esc)) } else { Err(self) }
    }
}

impl<'t> Esc<'t> {
    /// Makes `exception` (an exception instance) pending. Its `__context__` becomes the exception being handled, as
    /// PEP 3134 says, unless that would make a cycle.
    pub fn raise_value(self, exception: Value) -> Raised {
        exc::chain_context(self, &exception);
        self.restore(exception)
    }

    /// Makes `exception` pending again as it is, without touching its context.
    pub fn restore(self, exception: Value) -> Raised {
        debug_assert!(exception.payload::<exc::Exception>().is_some(), "only exceptions can be raised");
        let old = self.thread().pending.borrow_mut().replace(exception);
        drop(old);
        Raised(())
    }

    /// The proof for an exception that is already pending (for the eval loop, which passes it through a bare word).
    ///
    /// # Panics
    /// If nothing is pending.
    pub fn pending(self) -> Raised {
        assert!(self.thread().pending.borrow().is_some(), "O3: nothing is pending");
        Raised(())
    }

    /// Raises `class(message)` for a builtin exception class whose constructor takes one string.
    #[cold]
    pub fn raise_str(self, class: &TypeObject, message: impl Display) -> Raised {
        let text = crate::data::str::new(self, &message.to_string());
        let exception = exc::new(self, class, &[text.into_value()]);
        self.raise_value(exception.into_value())
    }

    /// Raises `class(*args)` by constructing the builtin exception directly (no user code runs).
    #[cold]
    pub fn raise_args(self, class: &TypeObject, args: &[Value]) -> Raised {
        let exception = exc::new(self, class, args);
        self.raise_value(exception.into_value())
    }

    /// Raises what a `raise` statement is given: an exception instance, or a class that is called.
    pub fn raise_object(self, what: &Value) -> Raised {
        if what.payload::<exc::Exception>().is_some() {
            return self.raise_value(what.clone());
        }
        if let Some(class) = TypeObject::from_value(what)
            && class.is_subtype(&exc::BASE_EXCEPTION)
        {
            return match call::call(self, what, &[]) {
                Ok(value) if value.payload::<exc::Exception>().is_some() => self.raise_value(value),
                Ok(value) => self.type_error(format_args!(
                    "calling {} should have returned an instance of BaseException, not {}",
                    ops::repr_lossy(self, what),
                    value.class().name()
                )),
                Err(raised) => raised,
            };
        }
        self.type_error("exceptions must derive from BaseException")
    }

    /// `TypeError(message)`.
    #[cold]
    pub fn type_error(self, message: impl Display) -> Raised {
        self.raise_str(&exc::TYPE_ERROR, message)
    }

    /// `ValueError(message)`.
    #[cold]
    pub fn value_error(self, message: impl Display) -> Raised {
        self.raise_str(&exc::VALUE_ERROR, message)
    }

    /// `IndexError(message)`.
    #[cold]
    pub fn index_error(self, message: impl Display) -> Raised {
        self.raise_str(&exc::INDEX_ERROR, message)
    }

    /// `OverflowError(message)`.
    #[cold]
    pub fn overflow_error(self, message: impl Display) -> Raised {
        self.raise_str(&exc::OVERFLOW_ERROR, message)
    }

    /// `ZeroDivisionError(message)`.
    #[cold]
    pub fn zero_division(self, message: impl Display) -> Raised {
        self.raise_str(&exc::ZERO_DIVISION_ERROR, message)
    }

    /// `RuntimeError(message)`.
    #[cold]
    pub fn runtime_error(self, message: impl Display) -> Raised {
        self.raise_str(&exc::RUNTIME_ERROR, message)
    }

    /// `SystemError(message)`, for malformed code and the like.
    #[cold]
    pub fn system_error(self, message: impl Display) -> Raised {
        self.raise_str(&exc::SYSTEM_ERROR, message)
    }

    /// `MemoryError()`.
    #[cold]
    pub fn memory_error(self) -> Raised {
        self.raise_args(&exc::MEMORY_ERROR, &[])
    }

    /// `KeyError(key)`: the key itself is the argument, as `dict` raises it.
    #[cold]
    pub fn key_error(self, key: &Value) -> Raised {
        self.raise_args(&exc::KEY_ERROR, std::slice::from_ref(key))
    }

    /// `StopIteration(value)`, or without an argument for `None`.
    #[cold]
    pub fn stop_iteration(self, value: Option<Value>) -> Raised {
        match value {
            Some(value) => self.raise_args(&exc::STOP_ITERATION, &[value]),
            None => self.raise_args(&exc::STOP_ITERATION, &[]),
        }
    }

    /// `AttributeError` with CPython's text for a missing attribute, and its `name` and `obj` fields set.
    #[cold]
    pub fn no_attribute(self, object: &Value, name: &Value) -> Raised {
        let text = crate::attr::missing_text(self, object, name);
        self.attribute_error(text, object, name)
    }

    /// `AttributeError(message)` with its `name` and `obj` fields set.
    #[cold]
    pub fn attribute_error(self, message: impl Display, object: &Value, name: &Value) -> Raised {
        let text = crate::data::str::new(self, &message.to_string());
        let exception: Obj<exc::Exception> = exc::new(self, &exc::ATTRIBUTE_ERROR, &[text.into_value()]);
        exception.set_field(0, name.clone());
        exception.set_field(1, object.clone());
        self.raise_value(exception.into_value())
    }

    /// `NameError` with CPython's text and its `name` field set.
    #[cold]
    pub fn name_error(self, class: &TypeObject, message: impl Display, name: &Value) -> Raised {
        let text = crate::data::str::new(self, &message.to_string());
        let exception: Obj<exc::Exception> = exc::new(self, class, &[text.into_value()]);
        exception.set_field(0, name.clone());
        self.raise_value(exception.into_value())
    }
}
