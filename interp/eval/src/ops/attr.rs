//! Attribute access.

use interp_object::data::frame::Frame;
use interp_object::intern::names;
use interp_object::layout::ValueExt;
use interp_object::typeobj::{self, TypeFlags};
use interp_object::{Esc, PyResult, Thread, Value, Word, attr, call};

use crate::flow::Slots;
use crate::ops::names::name;
use crate::specialize::supers;

/// The attribute that `LOAD_ATTR`'s operand names, and whether the receiver goes before the arguments of a call.
pub(crate) fn load_attr(esc: Esc<'_>, frame: &Frame, owner: &Value, oparg: u32) -> PyResult<(Value, bool)> {
    let name = name(frame, oparg >> 1);
    if oparg & 1 == 0 {
        return attr::get(esc, owner, name).map(|found| (found, false));
    }
    attr::get_method(esc, owner, name)
}

/// A handle of the receiver of a method.
pub(crate) fn receiver(th: &Thread, owner: &Value) -> Value {
    owner.clone_as(th.id())
}

/// Puts the receiver, or NULL, into the slot after a method, if there is one.
pub(crate) fn fill_receiver(slot: Slots, receiver: Option<Value>) {
    if slot.len() == 1 {
        slot.set(0, word_or_null(receiver));
    }
}

/// The word of a value, or NULL.
pub(crate) fn word_or_null(value: Option<Value>) -> Word {
    value.map_or(Word::NULL, Value::into_word)
}

/// `owner.name = value`
pub(crate) fn store_attr(esc: Esc<'_>, frame: &Frame, owner: &Value, index: u32, value: &Value) -> PyResult<()> {
    attr::set(esc, owner, name(frame, index), Some(value))
}

/// `del owner.name`
pub(crate) fn delete_attr(esc: Esc<'_>, frame: &Frame, owner: &Value, index: u32) -> PyResult<()> {
    attr::set(esc, owner, name(frame, index), None)
}

/// `super().name` without making the `super` object where nobody could tell. Bit 0 of the operand asks for the method
/// form, bit 1 says that `super` got two arguments.
pub(crate) fn load_super_attr(
    esc: Esc<'_>,
    frame: &Frame,
    global_super: &Value,
    class: &Value,
    receiver: &Value,
    oparg: u32,
) -> PyResult<(Value, bool)> {
    let name = name(frame, oparg >> 2);
    if let Some(found) = supers::look_up(esc, (global_super, class, receiver), name, oparg & 1 != 0)? {
        return Ok(found);
    }
    let made = if oparg & 2 != 0 {
        call::call(esc, global_super, &[class.clone(), receiver.clone()])?
    } else {
        call::call(esc, global_super, &[])?
    };
    attr::get(esc, &made, name).map(|found| (found, false))
}

/// A special method for `with` and `async with`, looked up on the type, and its receiver if it is not bound yet.
pub(crate) fn load_special(esc: Esc<'_>, owner: &Value, which: u32) -> PyResult<(Value, Option<Value>)> {
    let name = match which {
        0 => names::enter(esc),
        1 => names::exit(esc),
        2 => names::aenter(esc),
        _ => names::aexit(esc),
    };
    let class = owner.class();
    let Some(found) = typeobj::lookup(esc, class, name) else { return Err(no_special(esc, owner, which)) };
    if found.class().has(TypeFlags::METHOD_DESCRIPTOR) {
        return Ok((found, Some(owner.clone())));
    }
    match found.class().slots.descr_get.get() {
        Some(get) => get(esc, &found, Some(owner), class).map(|bound| (bound, None)),
        None => Ok((found, None)),
    }
}

#[cold]
fn no_special(esc: Esc<'_>, owner: &Value, which: u32) -> interp_object::Raised {
    let class = owner.class();
    let has = |name: &Value| typeobj::lookup(esc, class, name).is_some();
    let shown = class.name();
    let sync = has(names::enter(esc)) && has(names::exit(esc));
    let asynchronous = has(names::aenter(esc)) && has(names::aexit(esc));
    let message = match which {
        0 | 1 => {
            let missing = if which == 0 { "__enter__" } else { "__exit__" };
            let hint = if asynchronous {
                " but it supports the asynchronous context manager protocol. Did you mean to use 'async with'?"
            } else {
                ""
            };
            if asynchronous {
                format!(
                    "'{shown}' object does not support the context manager protocol (missed {missing} method){hint}"
                )
            } else {
                format!("'{shown}' object does not support the context manager protocol (missed {missing} method)")
            }
        }
        _ => {
            let missing = if which == 2 { "__aenter__" } else { "__aexit__" };
            let hint =
                if sync { " but it supports the context manager protocol. Did you mean to use 'with'?" } else { "" };
            format!(
                "'{shown}' object does not support the asynchronous context manager protocol (missed {missing} method){hint}"
            )
        }
    };
    esc.type_error(message)
}
