//! How native code runs Python: calling a function object, running a module's or class body's code.

use interp_object::data::code::CodeObject;
use interp_object::data::dict::Dict;
use interp_object::data::frame::{Frame, OnReturn};
use interp_object::data::function::{self, Function};
use interp_object::layout::{Obj, ValueExt};
use interp_object::{Args, Esc, PyResult, Value, Word};

use crate::call::bind::bind_frame;
use crate::call::{Return, enter_frame};
use crate::dispatch;

/// Calls a Python function (the `call` slot of `function`).
pub fn call_function(esc: Esc<'_>, callee: &Value, args: Args<'_>) -> PyResult {
    let Some(function) = callee.payload::<Function>() else {
        return Err(esc.system_error("a function was expected"));
    };
    let fp = bind_frame(esc, callee, function, args)?;
    run_frame(esc, fp)
}

/// Runs code with these namespaces: a module body (`locals` is the globals), `exec`, `eval`, a class body.
///
/// # Errors
/// What the code raises; `SystemError` for malformed code.
pub fn run_code(
    esc: Esc<'_>,
    code: &Obj<CodeObject>,
    globals: &Obj<Dict>,
    builtins: &Obj<Dict>,
    locals: Option<Value>,
    closure: Option<Obj<interp_object::data::tuple::Tuple>>,
) -> PyResult {
    code.executable(esc)?;
    let function = function::new(esc, code, globals, builtins);
    if let Some(closure) = closure {
        drop(function.init_closure(closure.into_value()));
    }
    let callee = function.into_value();
    run_body(esc, &callee, locals)
}

/// Calls a function without arguments whose body uses `locals` as its namespace (`__build_class__`).
///
/// # Errors
/// What the body raises.
pub fn run_body(esc: Esc<'_>, callee: &Value, locals: Option<Value>) -> PyResult {
    let Some(function) = callee.payload::<Function>() else {
        return Err(esc.type_error("__build_class__: func must be a function"));
    };
    let fp = bind_frame(esc, callee, function, Args::none())?;
    if let Some(locals) = locals {
        // SAFETY: just made by `bind_frame`.
        unsafe { Frame::of(fp) }.locals.set(locals.into_word());
    }
    run_frame(esc, fp)
}

/// Runs a bound frame in a loop of its own.
pub(crate) fn run_frame(esc: Esc<'_>, fp: *mut Word) -> PyResult {
    if let Err(raised) = esc.check_native_stack() {
        crate::call::bind::discard_frame(esc, fp);
        return Err(raised);
    }
    let th = esc.thread();
    let entry = enter_frame(th, fp, Return { ip: std::ptr::null(), slot: 0, how: OnReturn::Leave });
    result_of(esc, dispatch::run(entry.ip, entry.fp, th))
}

/// The result of a loop from the bits it was left with.
pub(crate) fn result_of(esc: Esc<'_>, bits: u64) -> PyResult {
    if bits == 0 {
        return Err(esc.pending());
    }
    // SAFETY: a loop is left with the bits of an owned value (`deliver`), or 0.
    let word = unsafe { Word::from_bits(bits) };
    // SAFETY: as above.
    Ok(unsafe { Value::from_word(word) })
}
