//! `BaseException` and what all exceptions share; classes with fields of their own are in the files beside.

mod fields;
mod group;
mod import;
mod os;
mod syntax;
mod unicode;

use interp_object::builder::TypeBuilder;
use interp_object::data::dict::Dict;
use interp_object::data::exception::{self as exc, Exception};
use interp_object::data::list::{self, List};
use interp_object::data::str::{self, Str};
use interp_object::data::traceback::Traceback;
use interp_object::data::{singletons, tuple};
use interp_object::intern::{intern, names};
use interp_object::layout::{Field, ValueExt};
use interp_object::native::{GetSetDef, MethodDef, NativeFn};
use interp_object::typeobj::TypeFlags;
use interp_object::{Args, Esc, PyResult, TypeObject, Value, attr, ops};

use crate::class::{get_dict, set_dict};

static GETSETS: &[GetSetDef] = &[
    GetSetDef::new("args", |esc, this| Ok(payload(esc, this)?.args_tuple(esc).into_value()), set_args, ""),
    GetSetDef::new("__traceback__", |esc, this| read(esc, this, |e| &e.traceback), set_traceback, ""),
    GetSetDef::new("__context__", |esc, this| read(esc, this, |e| &e.context), set_context, ""),
    GetSetDef::new("__cause__", |esc, this| read(esc, this, |e| &e.cause), set_cause, ""),
    GetSetDef::new("__suppress_context__", get_suppress, set_suppress, ""),
    GetSetDef::new("__dict__", get_dict, set_dict, ""),
];

static METHODS: &[MethodDef] = &[
    MethodDef::new("with_traceback", NativeFn::One(with_traceback), "Set self.__traceback__ to tb and return self."),
    MethodDef::new("add_note", NativeFn::One(add_note), "Add a note to the exception"),
    MethodDef::new("__reduce__", NativeFn::NoArgs(reduce), ""),
    MethodDef::new("__setstate__", NativeFn::One(setstate), ""),
];

pub(crate) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &exc::BASE_EXCEPTION)
        .slots(|slots| {
            slots.new.set(Some(new));
            slots.init.set(Some(init_base));
            slots.repr.set(Some(repr));
            slots.str.set(Some(str));
        })
        .getsets(GETSETS)
        .methods(METHODS)
        .doc("Common base class for all exceptions");
    TypeBuilder::new(esc, &exc::EXCEPTION).doc("Common base class for all non-exit exceptions.");
    group::init(esc);
    fields::init(esc);
    import::init(esc);
    os::init(esc);
    syntax::init(esc);
    unicode::init(esc);
    for class in exc::ALL {
        class.add_flags(TypeFlags::WEAKREF);
        drop(TypeBuilder::new(esc, class));
    }
}

/// The payload of an exception argument.
pub(crate) fn payload<'a>(esc: Esc<'_>, this: &'a Value) -> PyResult<&'a Exception> {
    match this.payload::<Exception>() {
        Some(payload) => Ok(payload),
        None => Err(esc.type_error("an exception was expected")),
    }
}

fn new(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    Ok(exc::allocate(esc, class, tuple::from_slice(esc, args.pos())).into_value())
}

/// `BaseException.__init__`: `args`, no keywords.
pub(crate) fn init_base(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult<()> {
    args.no_keywords(esc, &this.class().name())?;
    store_args(esc, this, args.pos())
}

/// Sets `args`.
pub(crate) fn store_args(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult<()> {
    let payload = payload(esc, this)?;
    drop(payload.args.set(payload, Some(tuple::from_slice(esc, args).into_value())));
    Ok(())
}

fn repr(esc: Esc<'_>, this: &Value) -> PyResult {
    let args = payload(esc, this)?.args_tuple(esc);
    let name = this.class().name();
    let text = match args.as_slice() {
        [only] => format!("{name}({})", shown(esc, only)?),
        _ => format!("{name}{}", shown(esc, args.value())?),
    };
    Ok(from_shown(esc, &text))
}

/// A representation as text. Lone surrogates never appear in one: they are escaped.
pub(crate) fn shown(esc: Esc<'_>, value: &Value) -> PyResult<String> {
    Ok(ops::repr(esc, value)?.to_lossy().into_owned())
}

fn from_shown(esc: Esc<'_>, text: &str) -> Value {
    str::new(esc, text).into_value()
}

/// `BaseException.__str__`
pub(crate) fn str(esc: Esc<'_>, this: &Value) -> PyResult {
    let args = payload(esc, this)?.args_tuple(esc);
    match args.as_slice() {
        [] => Ok(str::new(esc, "").into_value()),
        [only] => Ok(ops::to_str(esc, only)?.into_value()),
        _ => Ok(ops::to_str(esc, args.value())?.into_value()),
    }
}

fn read(esc: Esc<'_>, this: &Value, pick: fn(&Exception) -> &Field) -> PyResult {
    let payload = payload(esc, this)?;
    Ok(pick(payload).get(esc, payload).unwrap_or_else(singletons::none))
}

fn set_args(esc: Esc<'_>, this: &Value, value: Option<&Value>) -> PyResult<()> {
    let Some(value) = value else { return Err(esc.type_error("args may not be deleted")) };
    let items = ops::collect(esc, value)?;
    store_args(esc, this, &items)
}

fn set_traceback(esc: Esc<'_>, this: &Value, value: Option<&Value>) -> PyResult<()> {
    let Some(value) = value else { return Err(esc.type_error("__traceback__ may not be deleted")) };
    if !value.is_none() && value.payload::<Traceback>().is_none() {
        return Err(esc.type_error("__traceback__ must be a traceback or None"));
    }
    let payload = payload(esc, this)?;
    drop(payload.traceback.set(payload, Some(value.clone()).filter(|value| !value.is_none())));
    Ok(())
}

/// `None` or an exception, for `__context__` and `__cause__`.
fn linked(esc: Esc<'_>, value: Option<&Value>, name: &str, word: &str) -> PyResult<Option<Value>> {
    match value {
        None => Err(esc.type_error(format_args!("{name} may not be deleted"))),
        Some(value) if value.is_none() => Ok(None),
        Some(value) if value.payload::<Exception>().is_some() => Ok(Some(value.clone())),
        Some(_) => Err(esc.type_error(format_args!("exception {word} must be None or derive from BaseException"))),
    }
}

fn set_context(esc: Esc<'_>, this: &Value, value: Option<&Value>) -> PyResult<()> {
    let value = linked(esc, value, "__context__", "context")?;
    let payload = payload(esc, this)?;
    drop(payload.context.set(payload, value));
    Ok(())
}

fn set_cause(esc: Esc<'_>, this: &Value, value: Option<&Value>) -> PyResult<()> {
    let value = linked(esc, value, "__cause__", "cause")?;
    let payload = payload(esc, this)?;
    payload.set_suppress_context(true);
    drop(payload.cause.set(payload, value));
    Ok(())
}

fn get_suppress(esc: Esc<'_>, this: &Value) -> PyResult {
    Ok(singletons::bool(payload(esc, this)?.suppress_context()))
}

fn set_suppress(esc: Esc<'_>, this: &Value, value: Option<&Value>) -> PyResult<()> {
    match value.map(singletons::as_bool) {
        Some(Some(truth)) => {
            payload(esc, this)?.set_suppress_context(truth);
            Ok(())
        }
        Some(None) => Err(esc.type_error("attribute value type must be bool")),
        None => Err(esc.type_error("can't delete numeric/char attribute")),
    }
}

fn with_traceback(esc: Esc<'_>, this: &Value, traceback: &Value) -> PyResult {
    set_traceback(esc, this, Some(traceback))?;
    Ok(this.clone())
}

fn add_note(esc: Esc<'_>, this: &Value, note: &Value) -> PyResult {
    if note.payload::<Str>().is_none() {
        let given = interp_object::args::shown_type(note);
        return Err(esc.type_error(format_args!("add_note() argument must be str, not {given}")));
    }
    let notes = match attr::get_optional(esc, this, names::notes(esc))? {
        Some(notes) => notes,
        None => {
            let notes = list::new(esc, []).into_value();
            attr::set(esc, this, names::notes(esc), Some(&notes))?;
            notes
        }
    };
    let Some(list) = notes.payload::<List>() else {
        return Err(esc.type_error("Cannot add note: __notes__ is not a list"));
    };
    match list.push(esc, note.clone()) {
        Ok(()) => Ok(singletons::none()),
        Err(_) => Err(esc.memory_error()),
    }
}

fn reduce(esc: Esc<'_>, this: &Value) -> PyResult {
    let args = payload(esc, this)?.args_tuple(esc).into_value();
    reduce_with(esc, this, args)
}

/// `(class, args)` and the attributes, if there are any.
pub(crate) fn reduce_with(esc: Esc<'_>, this: &Value, args: Value) -> PyResult {
    let mut parts = vec![this.class().value(), args];
    if let Some(own) = attr::instance_dict(esc, this).filter(|own| !own.is_empty(esc)) {
        parts.push(own.into_value());
    }
    Ok(tuple::new(esc, parts).into_value())
}

fn setstate(esc: Esc<'_>, this: &Value, state: &Value) -> PyResult {
    if state.is_none() {
        return Ok(singletons::none());
    }
    let Some(state) = state.payload::<Dict>() else { return Err(esc.type_error("state is not a dictionary")) };
    for (name, _, value) in state.items(esc) {
        let name = interp_object::intern::name_of(esc, &name).unwrap_or(name);
        attr::set(esc, this, &name, Some(&value))?;
    }
    Ok(singletons::none())
}

/// Keyword arguments of exceptions that take some: `names` in order of their values.
pub(crate) fn keywords<'a, const N: usize>(
    esc: Esc<'_>,
    function: &str,
    args: Args<'a>,
    names: [&str; N],
) -> PyResult<[Option<&'a Value>; N]> {
    let mut found = [None; N];
    for (name, value) in args.keywords() {
        let text = ops::text_lossy(name);
        match names.iter().position(|known| *known == text) {
            Some(index) => found[index] = Some(value),
            None => {
                return Err(esc.type_error(format_args!("{function}() got an unexpected keyword argument '{text}'")));
            }
        }
    }
    Ok(found)
}

/// A name by text, for attributes that are read by name.
pub(crate) fn attribute(esc: Esc<'_>, this: &Value, name: &str) -> PyResult<Option<Value>> {
    attr::get_optional(esc, this, &intern(esc, name))
}
