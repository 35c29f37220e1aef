//! Warnings that native code gives: through the module `warnings` once it is loaded, else to standard error under
//! CPython's default filters. Apart from `raise` because a warning becomes an exception only if the program asks for it.

use std::collections::HashSet;
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::attr;
use crate::call;
use crate::data::dict::Dict;
use crate::data::frame::{Frame, running_globals};
use crate::data::{exception as exc, module, str};
use crate::layout::ValueExt;
use crate::ops;
use crate::raise::PyResult;
use crate::thread::Esc;
use crate::typeobj::TypeObject;

/// Warns at the running line.
///
/// # Errors
/// What the program's filters turn the warning into.
pub fn warn(esc: Esc<'_>, category: &TypeObject, message: &str) -> PyResult<()> {
    let modules = module::sys_attribute(esc, "modules");
    let loaded = modules.as_ref().and_then(|modules| modules.payload::<Dict>()?.get_str(esc, "warnings"));
    if let Some(warnings) = loaded {
        let function = attr::get_str(esc, &warnings, "warn")?;
        let message = str::new(esc, message).into_value();
        return call::call(esc, &function, &[message, category.value()]).map(drop);
    }
    warn_plainly(esc, category, message);
    Ok(())
}

/// Prints a warning: file, line and message. Set once by the crate that has `sys.stderr` and the sources.
pub static SHOW: OnceLock<fn(Esc<'_>, &str, u32, &str)> = OnceLock::new();

fn warn_plainly(esc: Esc<'_>, category: &TypeObject, message: &str) {
    static SEEN: Mutex<Option<HashSet<String>>> = Mutex::new(None);
    let ignored = [&exc::PENDING_DEPRECATION_WARNING, &exc::IMPORT_WARNING, &exc::RESOURCE_WARNING];
    let (file, line, in_main) = place_of_caller(esc);
    let deprecated = category.is_subtype(&exc::DEPRECATION_WARNING) && !in_main;
    if deprecated || ignored.iter().any(|class| category.is_subtype(class)) {
        return;
    }
    let text = format!("{}: {message}", category.name());
    let key = format!("{file}:{line}: {text}");
    let fresh = SEEN.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default().insert(key);
    if let (true, Some(show)) = (fresh, SHOW.get()) {
        show(esc, &file, line, &text);
    }
}

/// File and line of the running frame, and whether it belongs to the main program.
fn place_of_caller(esc: Esc<'_>) -> (String, u32, bool) {
    let fp = esc.thread().frame.get();
    if fp.is_null() {
        return ("<sys>".to_owned(), 0, false);
    }
    // SAFETY: the innermost frame is live while native code above it runs (O4).
    let frame = unsafe { Frame::of(fp) };
    let file = ops::text_lossy(frame.code().filename());
    let globals = running_globals(esc);
    let name = globals.as_ref().and_then(|globals| globals.payload::<Dict>()?.get_str(esc, "__name__"));
    let in_main = name.is_some_and(|name| ops::text_lossy(&name) == "__main__");
    (file, frame.line().unwrap_or(0), in_main)
}
