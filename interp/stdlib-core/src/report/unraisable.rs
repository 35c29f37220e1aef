//! Exceptions that cannot be raised: `sys.unraisablehook`. Apart from `mod.rs` because CPython prints them with other code,
//! without carets and without chains.

use interp_object::data::exception::Exception;
use interp_object::layout::ValueExt;
use interp_object::{Esc, PyResult, Value, attr, call, ops};

use super::{frames, shown_class, write_stderr};
use crate::runtime::runtime;
use crate::util::{none, text};

/// Calls `sys.unraisablehook`, or prints the exception if there is no other hook than ours.
pub(crate) fn report(esc: Esc<'_>, exception: Value, message: &str, object: Option<&Value>) {
    let hook = runtime().sys.dict().get_str(esc, "unraisablehook");
    let ours = runtime().sys.dict().get_str(esc, "__unraisablehook__");
    let hook = hook.filter(|hook| !hook.is_none() && ours.is_none_or(|ours| !ours.is(hook)));
    let Some(hook) = hook else {
        print(esc, &exception, Some(message), object);
        return;
    };
    let called = arguments(esc, &exception, message, object)
        .and_then(|arguments| call::call(esc, &hook, std::slice::from_ref(&arguments)));
    if let Err(raised) = called {
        let second = raised.catch(esc);
        print(esc, &second, Some("Exception ignored in sys.unraisablehook"), Some(&hook));
    }
}

/// `sys.UnraisableHookArgs`
fn arguments(esc: Esc<'_>, exception: &Value, message: &str, object: Option<&Value>) -> PyResult {
    let fields = [
        ("exc_type", exception.class().value()),
        ("exc_value", exception.clone()),
        ("exc_traceback", traceback_of(esc, exception)),
        ("err_msg", text(esc, message)),
        ("object", object.cloned().unwrap_or_else(none)),
    ];
    crate::sys::record(esc, "sys", "UnraisableHookArgs", &fields)
}

fn traceback_of(esc: Esc<'_>, exception: &Value) -> Value {
    exception.payload::<Exception>().and_then(|payload| payload.traceback.get(esc, payload)).unwrap_or_else(none)
}

/// `sys.__unraisablehook__`: prints what such a record holds.
pub(crate) fn print_record(esc: Esc<'_>, record: &Value) -> PyResult<()> {
    let exception = attr::get_str(esc, record, "exc_value")?;
    let message = attr::get_str(esc, record, "err_msg")?;
    let object = attr::get_str(esc, record, "object")?;
    let message = (!message.is_none()).then(|| ops::str_lossy(esc, &message));
    print(esc, &exception, message.as_deref(), Some(&object).filter(|object| !object.is_none()));
    Ok(())
}

fn print(esc: Esc<'_>, exception: &Value, message: Option<&str>, object: Option<&Value>) {
    let mut out = match (message, object) {
        (Some(message), None) => format!("{message}:\n"),
        (message, Some(object)) => {
            let message = message.unwrap_or("Exception ignored in");
            format!("{message}: {}\n", ops::repr_lossy(esc, object))
        }
        (None, None) => String::new(),
    };
    let stack = frames::format_plainly(&frames::traceback_lines(esc, exception));
    if !stack.is_empty() {
        out.push_str("Traceback (most recent call last):\n");
        out.push_str(&stack);
    }
    out.push_str(&shown_class(esc, exception.class()));
    match ops::to_str(esc, exception) {
        Ok(text) if text.is_empty() => {}
        Ok(text) => out.push_str(&format!(": {}", text.to_lossy())),
        Err(raised) => {
            drop(raised.catch(esc));
            out.push_str(": <exception str() failed>");
        }
    }
    out.push('\n');
    write_stderr(esc, &out);
}
