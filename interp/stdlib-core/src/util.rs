//! Short spellings for what every native module does: texts, numbers, argument checks.

use std::sync::{Mutex, MutexGuard, PoisonError};

use interp_object::data::exception as exc;
use interp_object::data::str::{self, Str};
use interp_object::data::{float, int, singletons, tuple};
use interp_object::layout::ValueExt;
use interp_object::{Esc, PyResult, Raised, TypeObject, Value, attr, ops};

/// A `str`.
pub(crate) fn text(esc: Esc<'_>, text: &str) -> Value {
    str::new(esc, text).into_value()
}

/// `None`.
pub(crate) fn none() -> Value {
    singletons::none()
}

/// An `int`.
pub(crate) fn int(esc: Esc<'_>, number: i64) -> Value {
    int::new(esc, number)
}

/// A `float`.
pub(crate) fn float(esc: Esc<'_>, number: f64) -> Value {
    float::new(esc, number)
}

/// A `tuple`.
pub(crate) fn tuple<const N: usize>(esc: Esc<'_>, items: [Value; N]) -> Value {
    tuple::new(esc, items).into_value()
}

/// The text of a `str` argument as UTF-8, lone surrogates replaced.
pub(crate) fn string_arg(esc: Esc<'_>, value: &Value, what: &str) -> PyResult<String> {
    Ok(ops::expect_str(esc, value, what)?.to_lossy().into_owned())
}

/// The text of a `str`, if it is one.
pub(crate) fn text_of(value: &Value) -> Option<String> {
    value.payload::<Str>().map(|text| text.to_lossy().into_owned())
}

/// `getattr(object, name, None)` with exceptions swallowed.
pub(crate) fn quiet_attr(esc: Esc<'_>, object: &Value, name: &str) -> Option<Value> {
    let name = interp_object::intern::intern(esc, name);
    match attr::get_optional(esc, object, &name) {
        Ok(value) => value,
        Err(raised) => {
            drop(raised.catch(esc));
            None
        }
    }
}

/// A value that is not `None`.
pub(crate) fn given(value: Option<&Value>) -> Option<&Value> {
    value.filter(|value| !value.is_none())
}

/// Locks a mutex that guards plain data: never held over user code, a drop of a value, or a safepoint.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Raises the `OSError` subclass for a failed system call.
pub(crate) fn os_error(esc: Esc<'_>, error: &std::io::Error, filename: Option<&Value>) -> Raised {
    let number = error.raw_os_error().unwrap_or(0);
    let class = os_error_class(number);
    let shown = error.to_string();
    let message = shown.rsplit_once(" (os error").map_or(shown.as_str(), |(message, _)| message);
    let (errno, strerror) = (int(esc, i64::from(number)), text(esc, message));
    let exception = exc::new(esc, class, &[errno.clone(), strerror.clone()]);
    exception.set_field(0, errno);
    exception.set_field(1, strerror);
    if let Some(filename) = filename {
        exception.set_field(2, filename.clone());
    }
    esc.raise_value(exception.into_value())
}

fn os_error_class(errno: i32) -> &'static TypeObject {
    match errno {
        1 | 13 => &exc::PERMISSION_ERROR,
        2 => &exc::FILE_NOT_FOUND_ERROR,
        3 => &exc::PROCESS_LOOKUP_ERROR,
        4 => &exc::INTERRUPTED_ERROR,
        10 => &exc::CHILD_PROCESS_ERROR,
        11 | 114 | 115 => &exc::BLOCKING_IO_ERROR,
        17 => &exc::FILE_EXISTS_ERROR,
        20 => &exc::NOT_A_DIRECTORY_ERROR,
        21 => &exc::IS_A_DIRECTORY_ERROR,
        32 | 108 => &exc::BROKEN_PIPE_ERROR,
        103 => &exc::CONNECTION_ABORTED_ERROR,
        104 => &exc::CONNECTION_RESET_ERROR,
        111 => &exc::CONNECTION_REFUSED_ERROR,
        110 => &exc::TIMEOUT_ERROR,
        _ => &exc::OS_ERROR,
    }
}

/// Prints to the process's stderr, for when `sys.stderr` cannot be used.
pub(crate) fn raw_stderr(text: &str) {
    use std::io::Write as _;
    // A closed stderr is no reason to fail.
    let _ = std::io::stderr().write_all(text.as_bytes());
}
