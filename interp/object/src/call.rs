//! The call protocol: how native code calls anything callable.

use std::mem::{ManuallyDrop, MaybeUninit};

use stackref::Value;

use crate::args::Args;
use crate::data::tuple;
use crate::intern;
use crate::layout::ValueExt;
use crate::raise::PyResult;
use crate::thread::Esc;
use crate::typeobj::{self, TypeFlags};

/// Arguments that [`call_with_receiver`] lays out on the native stack, the receiver included.
const FEW: usize = 6;

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
    let rest = args.all_values();
    if rest.len() >= FEW {
        let mut values = Vec::with_capacity(rest.len() + 1);
        values.push(receiver.clone());
        values.extend_from_slice(rest);
        return call_args(esc, callable, Args::with_names(&values, args.names()));
    }
    // Views: the caller's values outlive the call.
    let mut views = [const { MaybeUninit::<ManuallyDrop<Value>>::uninit() }; FEW];
    for (view, value) in views.iter_mut().zip(std::iter::once(receiver).chain(rest)) {
        // SAFETY: a reading of the word that is not dropped and ends before the borrow of the original does.
        view.write(ManuallyDrop::new(unsafe { std::ptr::read(value) }));
    }
    // SAFETY: the first `rest.len() + 1` were written, and both wrappers are transparent.
    let values = unsafe { std::slice::from_raw_parts(views.as_ptr().cast::<Value>(), rest.len() + 1) };
    call_args(esc, callable, Args::with_names(values, args.names()))
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
    call_found(esc, &method, receiver, args).map(Some)
}

/// Calls what was found on the type of `receiver` as its method.
///
/// # Errors
/// What binding or the method raises.
pub fn call_found(esc: Esc<'_>, method: &Value, receiver: &Value, args: &[Value]) -> PyResult {
    let method_class = method.class();
    if method_class.has(TypeFlags::METHOD_DESCRIPTOR) {
        return call_with_receiver(esc, method, receiver, Args::positional(args));
    }
    match method_class.slots.descr_get.get() {
        Some(get) => call(esc, &get(esc, method, Some(receiver), receiver.class())?, args),
        None => call(esc, method, args),
    }
}

/// The special method `name` of `receiver`, bound; `None` if the type has none.
pub fn bound_special(esc: Esc<'_>, receiver: &Value, name: &Value) -> PyResult<Option<Value>> {
    let Some(method) = typeobj::lookup(esc, receiver.class(), name) else { return Ok(None) };
    match method.class().slots.descr_get.get() {
        Some(get) => get(esc, &method, Some(receiver), receiver.class()).map(Some),
        None => Ok(Some(method)),
    }
}
