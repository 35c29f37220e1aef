//! Generators and coroutines as Python code sees them. How they run is the eval loop's business
//! (`interp_object::data::generator::Runner`).

mod asynchronous;

use interp_code::LocalKind;
use interp_object::args::check_count;
use interp_object::builder::TypeBuilder;
use interp_object::data::alias::CLASS_GETITEM;
use interp_object::data::cell::Cell;
use interp_object::data::dict::{self, Dict};
use interp_object::data::generator::{self, COROUTINE, GENERATOR, Generator, GeneratorKind, State};
use interp_object::data::str::{self, Str};
use interp_object::data::types::OBJECT;
use interp_object::data::{exception as exc, singletons};
use interp_object::layout::{self, Payload, ValueExt};
use interp_object::native::{GetSetDef, MethodDef, NativeFn};
use interp_object::slots::Sent;
use interp_object::{Esc, PyResult, TypeFlags, TypeObject, Value, Word, ops, warn};

use crate::object::address;
use crate::traceback::new_frame;

pub use asynchronous::anext_or_default;

const SEND_DOC: &str = "send(value) -> send 'value' in, return the next yielded value or raise StopIteration.";
const THROW_DOC: &str = "throw(value)\nthrow(type[,value[,traceback]])\n\nRaise an exception at the yield.";
const CLOSE_DOC: &str = "close() -> raise GeneratorExit inside.";

static GENERATOR_METHODS: &[MethodDef] = &[
    MethodDef::new("send", NativeFn::One(send), SEND_DOC),
    MethodDef::new("throw", NativeFn::Positional(throw), THROW_DOC),
    MethodDef::new("close", NativeFn::NoArgs(close), CLOSE_DOC),
    MethodDef::new("__next__", NativeFn::NoArgs(next_or_raise), "Implement next(self)."),
    CLASS_GETITEM,
];

static COROUTINE_METHODS: &[MethodDef] = &[
    MethodDef::new("send", NativeFn::One(send), SEND_DOC),
    MethodDef::new("throw", NativeFn::Positional(throw), THROW_DOC),
    MethodDef::new("close", NativeFn::NoArgs(close), CLOSE_DOC),
    CLASS_GETITEM,
];

const NAME: GetSetDef = GetSetDef::new("__name__", get_name, set_name, "");
const QUALNAME: GetSetDef = GetSetDef::new("__qualname__", get_qualname, set_qualname, "");

static GENERATOR_GETSETS: &[GetSetDef] = &[
    NAME,
    QUALNAME,
    GetSetDef::readonly("gi_yieldfrom", get_awaited, "object being iterated by yield from, or None"),
    GetSetDef::readonly("gi_running", get_running, ""),
    GetSetDef::readonly("gi_suspended", get_suspended, ""),
    GetSetDef::readonly("gi_code", get_code, ""),
    GetSetDef::readonly("gi_frame", get_frame, ""),
];

static COROUTINE_GETSETS: &[GetSetDef] = &[
    NAME,
    QUALNAME,
    GetSetDef::readonly("cr_await", get_awaited, "object being awaited on, or None"),
    GetSetDef::readonly("cr_running", get_running, ""),
    GetSetDef::readonly("cr_suspended", get_suspended, ""),
    GetSetDef::readonly("cr_code", get_code, ""),
    GetSetDef::readonly("cr_frame", get_frame, ""),
    // Origins are not tracked: `sys.set_coroutine_origin_tracking_depth` is 0.
    GetSetDef::readonly("cr_origin", |_, _| Ok(singletons::none()), ""),
];

static WRAPPER_METHODS: &[MethodDef] = &[
    MethodDef::new("send", NativeFn::One(|esc, this, value| send(esc, wrapped(esc, this)?, value)), SEND_DOC),
    MethodDef::new("throw", NativeFn::Positional(|esc, this, args| throw(esc, wrapped(esc, this)?, args)), THROW_DOC),
    MethodDef::new("close", NativeFn::NoArgs(|esc, this| close(esc, wrapped(esc, this)?)), CLOSE_DOC),
    MethodDef::new(
        "__next__",
        NativeFn::NoArgs(|esc, this| next_or_raise(esc, wrapped(esc, this)?)),
        "Implement next(self).",
    ),
];

pub(crate) fn init(esc: Esc<'_>) {
    for class in [&GENERATOR, &COROUTINE, &COROUTINE_WRAPPER] {
        class.add_flags(TypeFlags::NO_NEW);
    }
    TypeBuilder::new(esc, &GENERATOR).methods(GENERATOR_METHODS).getsets(GENERATOR_GETSETS).slots(|slots| {
        slots.repr.set(Some(repr));
        slots.iter.set(Some(itself));
        slots.next.set(Some(next));
    });
    TypeBuilder::new(esc, &COROUTINE).methods(COROUTINE_METHODS).getsets(COROUTINE_GETSETS).slots(|slots| {
        slots.repr.set(Some(repr));
        slots.await_.set(Some(wrap));
    });
    TypeBuilder::new(esc, &COROUTINE_WRAPPER)
        .methods(WRAPPER_METHODS)
        .slots(|slots| {
            slots.iter.set(Some(itself));
            slots.next.set(Some(|esc, this| next(esc, wrapped(esc, this)?)));
            slots.send.set(Some(|esc, this, value| (generator::runner(esc)?.send)(esc, wrapped(esc, this)?, value)));
        })
        .doc("A wrapper object implementing __await__ for coroutines.");
    asynchronous::init(esc);
}

/// The payload of what `coroutine.__await__()` gives.
struct CoroutineWrapper {
    coroutine: Value,
}

impl Payload for CoroutineWrapper {
    const NAME: &'static str = "coroutine_wrapper";
    fn class() -> &'static TypeObject {
        &COROUTINE_WRAPPER
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        visit(self.coroutine.word());
    }
}

static COROUTINE_WRAPPER: TypeObject =
    TypeObject::builtin::<CoroutineWrapper>("coroutine_wrapper", Some(&OBJECT), TypeFlags::empty());

fn wrapped<'a>(esc: Esc<'_>, this: &'a Value) -> PyResult<&'a Value> {
    match this.payload::<CoroutineWrapper>() {
        Some(wrapper) => Ok(&wrapper.coroutine),
        None => Err(esc.type_error("a coroutine wrapper was expected")),
    }
}

fn wrap(esc: Esc<'_>, this: &Value) -> PyResult {
    Ok(layout::new(esc, CoroutineWrapper { coroutine: this.clone() }).into_value())
}

fn expect<'a>(esc: Esc<'_>, this: &'a Value) -> PyResult<&'a Generator> {
    match this.payload::<Generator>() {
        Some(generator) => Ok(generator),
        None => Err(esc.type_error("a generator was expected")),
    }
}

/// What a run gave, as a method gives it: the end is `StopIteration`.
fn delivered(esc: Esc<'_>, sent: Sent) -> PyResult {
    match sent {
        Sent::Yield(value) => Ok(value),
        Sent::Return(value) => Err(esc.stop_iteration(Some(value).filter(|value| !value.is_none()))),
    }
}

/// What a run gave, as the `next` slot gives it.
fn item(sent: Sent) -> Option<Value> {
    match sent {
        Sent::Yield(value) => Some(value),
        Sent::Return(_) => None,
    }
}

/// `iter(x)` of what is its own iterator.
fn itself(_: Esc<'_>, this: &Value) -> PyResult {
    Ok(this.clone())
}

fn next(esc: Esc<'_>, this: &Value) -> PyResult<Option<Value>> {
    (generator::runner(esc)?.send)(esc, this, singletons::none()).map(item)
}

fn next_or_raise(esc: Esc<'_>, this: &Value) -> PyResult {
    send(esc, this, &singletons::none())
}

fn send(esc: Esc<'_>, this: &Value, value: &Value) -> PyResult {
    let sent = (generator::runner(esc)?.send)(esc, this, value.clone())?;
    delivered(esc, sent)
}

/// Checks the arguments of a `throw` method, and warns of the old form.
fn check_thrown(esc: Esc<'_>, args: &[Value]) -> PyResult<()> {
    check_count(esc, "throw", args.len(), 1, 3)?;
    if args.len() == 1 {
        return Ok(());
    }
    let message = "the (type, exc, tb) signature of throw() is deprecated, use the single-arg signature instead.";
    warn::warn(esc, &exc::DEPRECATION_WARNING, message)
}

fn throw(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult {
    check_thrown(esc, args)?;
    let sent = (generator::runner(esc)?.throw)(esc, this, args, true)?;
    delivered(esc, sent)
}

fn close(esc: Esc<'_>, this: &Value) -> PyResult {
    let returned = (generator::runner(esc)?.close)(esc, this)?;
    Ok(returned.unwrap_or_else(singletons::none))
}

fn repr(esc: Esc<'_>, this: &Value) -> PyResult {
    let payload = expect(esc, this)?;
    let kind = match payload.kind() {
        GeneratorKind::Coroutine => "coroutine",
        GeneratorKind::AsyncGenerator => "async_generator",
        GeneratorKind::Generator | GeneratorKind::IterableCoroutine => "generator",
    };
    let name = ops::text_lossy(&payload.qualname(esc));
    Ok(str::new(esc, &format!("<{kind} object {name} at {:#x}>", address(this))).into_value())
}

fn get_name(esc: Esc<'_>, this: &Value) -> PyResult {
    let payload = expect(esc, this)?;
    Ok(payload.name(esc))
}

fn set_name(esc: Esc<'_>, this: &Value, value: Option<&Value>) -> PyResult<()> {
    let payload = expect(esc, this)?;
    let name = checked_name(esc, value, "__name__")?;
    drop(payload.set_name(name));
    Ok(())
}

fn get_qualname(esc: Esc<'_>, this: &Value) -> PyResult {
    let payload = expect(esc, this)?;
    Ok(payload.qualname(esc))
}

fn set_qualname(esc: Esc<'_>, this: &Value, value: Option<&Value>) -> PyResult<()> {
    let payload = expect(esc, this)?;
    let name = checked_name(esc, value, "__qualname__")?;
    drop(payload.set_qualname(name));
    Ok(())
}

fn checked_name(esc: Esc<'_>, value: Option<&Value>, what: &str) -> PyResult {
    match value.filter(|value| value.payload::<Str>().is_some()) {
        Some(name) => Ok(name.clone()),
        None => Err(esc.type_error(format_args!("{what} must be set to a string object"))),
    }
}

fn get_awaited(esc: Esc<'_>, this: &Value) -> PyResult {
    Ok(expect(esc, this)?.awaited(esc).unwrap_or_else(singletons::none))
}

fn get_running(esc: Esc<'_>, this: &Value) -> PyResult {
    Ok(singletons::bool(expect(esc, this)?.state() == State::Running))
}

fn get_suspended(esc: Esc<'_>, this: &Value) -> PyResult {
    Ok(singletons::bool(expect(esc, this)?.state() == State::Suspended))
}

fn get_code(esc: Esc<'_>, this: &Value) -> PyResult {
    Ok(expect(esc, this)?.code().as_value().clone())
}

/// The frame as it stands: a copy, and `None` once it is finished or while it runs.
fn get_frame(esc: Esc<'_>, this: &Value) -> PyResult {
    let payload = expect(esc, this)?;
    let code = payload.code().to_obj();
    let Some(snapshot) = payload.snapshot(esc) else { return Ok(singletons::none()) };
    let Ok(globals) = snapshot.globals.downcast::<Dict>() else {
        return Err(esc.system_error("the globals of a frame are a dictionary"));
    };
    let locals = dict::new(esc);
    for ((name, kind), value) in code.localsplus().iter().zip(&code.data().localspluskinds).zip(snapshot.locals) {
        let shared = kind.intersects(LocalKind::CELL.union(LocalKind::FREE));
        let value = match value.as_ref().and_then(|value| value.payload::<Cell>()) {
            Some(cell) if shared => cell.get(esc),
            _ => value,
        };
        if let Some(value) = value {
            locals.set(esc, name, value)?;
        }
    }
    let line = snapshot.line.and_then(|line| i32::try_from(line).ok()).unwrap_or(-1);
    Ok(new_frame(esc, code, globals, Some(locals.into_value()), None, snapshot.unit, line))
}
