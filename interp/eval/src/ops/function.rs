//! Making functions.

use interp_object::data::code::CodeObject;
use interp_object::data::dict::Dict;
use interp_object::data::frame::Frame;
use interp_object::data::function::{self, Function};
use interp_object::data::tuple::Tuple;
use interp_object::layout::ValueExt;
use interp_object::{Esc, Value, Word};
use stackref::StackRef;

use crate::ops::names::function_of;
use crate::specialize::containers::exact;

/// A function of `code` with the frame's globals and builtins.
pub(crate) fn make(esc: Esc<'_>, frame: &Frame, code: &Value) -> Value {
    let code = code.as_obj::<CodeObject>().expect("MAKE_FUNCTION gets a code object");
    let function = function_of(frame);
    let (globals, builtins) = (function.globals().as_value(), function.builtins().as_value());
    let globals = globals.as_obj::<Dict>().expect("a frame has globals");
    let builtins = builtins.as_obj::<Dict>().expect("a frame has builtins");
    // A function's code must be executable before its first frame; malformed code raises when called.
    if let Err(raised) = code.executable(esc) {
        drop(raised.catch(esc));
    }
    function::new(esc, code, globals, builtins).into_value()
}

/// Sets the attribute that `SET_FUNCTION_ATTRIBUTE`'s operand names.
pub(crate) fn set_attribute(esc: Esc<'_>, made: Value, which: u32, attribute: Value) -> Value {
    let _ = esc;
    if let Some(function) = made.payload::<Function>() {
        match which {
            1 => function.init_defaults(attribute),
            2 => function.init_kwdefaults(attribute),
            4 => drop(function.make_details().annotations.set(function, Some(attribute))),
            8 => {
                if attribute.payload::<Tuple>().is_some() {
                    drop(function.init_closure(attribute));
                }
            }
            16 => drop(function.make_details().annotate.set(function, Some(attribute))),
            _ => drop(attribute),
        }
    }
    made
}

/// As [`set_attribute`] for the closure of a new function, without a call; `attribute` is the function's then.
#[inline(always)]
pub(crate) fn set_closure_quick(made: Word, which: u32, attribute: Word) -> bool {
    let Some(function) = exact::<Function>(made).filter(|_| which == 8) else { return false };
    if !attribute.is_counted() || exact::<Tuple>(attribute).is_none() {
        return false;
    }
    // SAFETY: the operand's slot gives the word up if this succeeds.
    let Ok(value) = unsafe { StackRef::from_word(attribute) }.into_value_quick() else { return false };
    match function.init_closure(value) {
        Ok(()) => true,
        Err(value) => {
            let _ = value.into_word();
            false
        }
    }
}
