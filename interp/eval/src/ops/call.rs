//! Calls with keywords and unpacked arguments. (Plain calls are in `crate::call`.)

use interp_object::args::Args;
use interp_object::data::dict::Dict;
use interp_object::data::str::Str;
use interp_object::data::tuple::{self, Tuple};
use interp_object::layout::ValueExt;
use interp_object::{Esc, PyResult, Value, Word, call, ops};

use crate::frames::value_of;
use crate::ops::build::function_text;

/// Calls the block at slot `base` with keyword names.
pub(crate) fn keywords(esc: Esc<'_>, fp: *mut Word, base: usize, argc: usize, names: &Value) -> PyResult {
    // SAFETY: H1: the block is part of the frame.
    let block = unsafe { fp.add(base) };
    // SAFETY: a view of the callable, which stays in its slot during the call.
    let callable = unsafe { &*block.cast::<Value>() };
    // SAFETY: as above.
    let this = unsafe { block.add(1).read() };
    let skip = usize::from(this.is_null());
    // SAFETY: as above: `self` if there is one, and the arguments, all values.
    let args = unsafe { std::slice::from_raw_parts(block.add(1 + skip).cast::<Value>(), argc + 1 - skip) };
    let Some(names) = names.as_obj::<Tuple>() else {
        return Err(esc.system_error("keyword names are a tuple"));
    };
    call::call_args(esc, callable, Args::with_names(args, Some(names)))
}

/// `function(*args, **kwargs)`
pub(crate) fn function_ex(esc: Esc<'_>, function: &Value, args: &Value, kwargs: Word) -> PyResult {
    let positional = match args.payload::<Tuple>() {
        Some(tuple) => tuple.as_slice().to_vec(),
        None => positional(esc, function, args)?,
    };
    let Some(kwargs) = value_of(kwargs) else {
        return call::call(esc, function, &positional);
    };
    let Some(dict) = kwargs.payload::<Dict>() else {
        return Err(esc.type_error(format_args!(
            "{} argument after ** must be a mapping, not {}",
            function_text(esc, function)?,
            kwargs.class().name()
        )));
    };
    let mut values = positional;
    let mut names = Vec::new();
    for (name, _, value) in dict.items(esc) {
        if name.payload::<Str>().is_none() {
            return Err(esc.type_error("keywords must be strings"));
        }
        names.push(name);
        values.push(value);
    }
    let names = tuple::new(esc, names);
    call::call_args(esc, function, Args::with_names(&values, Some(&names)))
}

fn positional(esc: Esc<'_>, function: &Value, args: &Value) -> PyResult<Vec<Value>> {
    let slots = &args.class().slots;
    if slots.iter.is_empty() && slots.getitem.is_empty() {
        let shown = function_text(esc, function)?;
        return Err(
            esc.type_error(format_args!("{shown} argument after * must be an iterable, not {}", args.class().name()))
        );
    }
    ops::collect(esc, args)
}
