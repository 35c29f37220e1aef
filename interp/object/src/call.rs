//! The call protocol: how native code calls anything callable.

use stackref::Value;

use crate::args::Args;
use crate::data::tuple;
use crate::intern;
use crate::layout::ValueExt;
use crate::raise::PyResult;
use crate::thread::Esc;
use crate::typeobj::{self, TypeFlags};

/// `callable(*args)`
#[inline]
pub fn call(esc: Esc<'_>, callable: &Value, args: &[Value]) -> PyResult {
    call_args(esc, callable, Args::positional(args))
}

/// `callable(*args, **kwargs)` in the vectorcall convention.
#[inline]
pub fn call_args(esc: Esc<'_>, callable: &Value, args: Args<'_>) -> PyResult {
    match callable.class().slots.call.get() {
        Some(function) => {
            esc.check_native_stack()?;
            function(esc, callable, args)
        }
        None => Err(esc.type_error(format_args!("'{}' object is not callable", callable.class().name()))),
    }
}

/// `callable(receiver, *args, **kwargs)`
pub fn call_with_receiver(esc: Esc<'_>, callable: &Value, receiver: &Value, args: Args<'_>) -> PyResult {
    let mut values = Vec::with_capacity(args.all_values().len() + 1);
    values.push(receiver.clone());
    values.extend_from_slice(args.all_values());
    call_args(esc, callable, Args::with_names(&values, args.names()))
}

/// `callable(*args, name=value, …)`
pub fn call_keywords(esc: Esc<'_>, callable: &Value, args: &[Value], keywords: &[(&str, Value)]) -> PyResult {
    let names: Vec<Value> = keywords.iter().map(|(name, _)| intern::intern(esc, name)).collect();
    let names = tuple::new(esc, names);
    let values: Vec<Value> = args.iter().cloned().chain(keywords.iter().map(|(_, value)| value.clone())).collect();
    call_args(esc, callable, Args::with_names(&values, Some(&names)))
}

/// `receiver.name(*args)`: `name` is interned; looks the method up without making a bound method where it can.
pub fn call_method(esc: Esc<'_>, receiver: &Value, name: &Value, args: &[Value]) -> PyResult {
    match crate::attr::get_method(esc, receiver, name)? {
        (method, true) => call_with_receiver(esc, &method, receiver, Args::positional(args)),
        (callable, false) => call(esc, &callable, args),
    }
}

/// Calls the special method `name` of `receiver`, looked up on its type; `None` if the type has none.
pub fn call_special(esc: Esc<'_>, receiver: &Value, name: &Value, args: &[Value]) -> PyResult<Option<Value>> {
    let Some(method) = typeobj::lookup(esc, receiver.class(), name) else { return Ok(None) };
    let method_class = method.class();
    if method_class.has(TypeFlags::METHOD_DESCRIPTOR) {
        return call_with_receiver(esc, &method, receiver, Args::positional(args)).map(Some);
    }
    let bound = match method_class.slots.descr_get.get() {
        Some(get) => get(esc, &method, Some(receiver), receiver.class())?,
        None => method,
    };
    call(esc, &bound, args).map(Some)
}

/// The special method `name` of `receiver`, bound; `None` if the type has none.
pub fn bound_special(esc: Esc<'_>, receiver: &Value, name: &Value) -> PyResult<Option<Value>> {
    let Some(method) = typeobj::lookup(esc, receiver.class(), name) else { return Ok(None) };
    match method.class().slots.descr_get.get() {
        Some(get) => get(esc, &method, Some(receiver), receiver.class()).map(Some),
        None => Ok(Some(method)),
    }
}
