//! Making functions.

use interp_object::data::code::CodeObject;
use interp_object::data::dict::Dict;
use interp_object::data::frame::Frame;
use interp_object::data::function::{self, Function};
use interp_object::data::tuple::Tuple;
use interp_object::layout::ValueExt;
use interp_object::{Esc, Value};

use crate::frames::value_of;

/// A function of `code` with the frame's globals and builtins.
pub(crate) fn make(esc: Esc<'_>, frame: &Frame, code: &Value) -> Value {
    let code = code.as_obj::<CodeObject>().expect("MAKE_FUNCTION gets a code object");
    let dict = |word| value_of(word).and_then(|value| value.downcast::<Dict>().ok());
    let globals = dict(frame.globals.get()).expect("a frame has globals");
    let builtins = dict(frame.builtins.get()).expect("a frame has builtins");
    // A function's code must be executable before its first frame; malformed code raises when called.
    if let Err(raised) = code.executable(esc) {
        drop(raised.catch(esc));
    }
    function::new(esc, code, &globals, &builtins).into_value()
}

/// Sets the attribute that `SET_FUNCTION_ATTRIBUTE`'s operand names.
pub(crate) fn set_attribute(esc: Esc<'_>, made: Value, which: u32, attribute: Value) -> Value {
    let _ = esc;
    if let Some(function) = made.payload::<Function>() {
        match which {
            1 => function.init_defaults(attribute),
            2 => function.init_kwdefaults(attribute),
            4 => drop(function.annotations.set(function, Some(attribute))),
            8 => {
                if let Ok(cells) = attribute.downcast::<Tuple>() {
                    function.init_closure(cells);
                }
            }
            16 => drop(function.annotate.set(function, Some(attribute))),
            _ => drop(attribute),
        }
    }
    made
}
