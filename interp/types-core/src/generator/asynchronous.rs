//! Asynchronous generators and their awaitables: what `__anext__()`, `asend()`, `athrow()`, `aclose()` and the builtin
//! `anext()` with a default give.
//!
//! An asynchronous generator's frame yields values wrapped (`AsyncWrapped`), to tell them from what `await` yields
//! through it: a wrapped value ends the awaitable, anything else goes on to the event loop.

use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

use interp_object::args::check_count;
use interp_object::builder::TypeBuilder;
use interp_object::data::alias::CLASS_GETITEM;
use interp_object::data::generator::{
    self, ASYNC_GENERATOR, AsyncWrapped, Generator, GeneratorKind, State, async_flags as flags,
};
use interp_object::data::types::OBJECT;
use interp_object::data::{exception as exc, singletons};
use interp_object::intern::{intern, names};
use interp_object::layout::{self, Payload, ValueExt};
use interp_object::native::{GetSetDef, MethodDef, NativeFn};
use interp_object::slots::Sent;
use interp_object::{Esc, PyResult, Raised, TypeFlags, TypeObject, Value, Word, attr, call, finalize, ops, warn};

use super::{CLOSE_DOC, NAME, QUALNAME, SEND_DOC, THROW_DOC, check_thrown, delivered, item, itself, repr};

static METHODS: &[MethodDef] = &[
    MethodDef::new("asend", NativeFn::One(asend), "asend(v) -> send 'v' in generator."),
    MethodDef::new("athrow", NativeFn::Positional(athrow), "athrow(value) -> raise exception in generator."),
    MethodDef::new("aclose", NativeFn::NoArgs(aclose), "aclose() -> raise GeneratorExit inside generator."),
    CLASS_GETITEM,
];

static GETSETS: &[GetSetDef] = &[
    NAME,
    QUALNAME,
    GetSetDef::readonly("ag_await", super::get_awaited, "object being awaited on, or None"),
    GetSetDef::readonly("ag_running", |esc, this| Ok(singletons::bool(has(expect(esc, this)?, flags::RUNNING))), ""),
    GetSetDef::readonly("ag_suspended", super::get_suspended, ""),
    GetSetDef::readonly("ag_code", super::get_code, ""),
    GetSetDef::readonly("ag_frame", super::get_frame, ""),
];

static AWAITABLE_METHODS: &[MethodDef] = &[
    MethodDef::new("send", NativeFn::One(|esc, this, value| delivered(esc, step(esc, this, value.clone())?)), SEND_DOC),
    MethodDef::new("throw", NativeFn::Positional(throw_method), THROW_DOC),
    MethodDef::new("close", NativeFn::NoArgs(close_method), CLOSE_DOC),
    MethodDef::new(
        "__next__",
        NativeFn::NoArgs(|esc, this| delivered(esc, step(esc, this, singletons::none())?)),
        "Implement next(self).",
    ),
];

static ANEXT_METHODS: &[MethodDef] = &[
    MethodDef::new(
        "send",
        NativeFn::One(|esc, this, value| delivered(esc, anext_send(esc, this, value.clone())?)),
        SEND_DOC,
    ),
    MethodDef::new("throw", NativeFn::Positional(|esc, this, args| forward(esc, this, "throw", args)), THROW_DOC),
    MethodDef::new("close", NativeFn::NoArgs(|esc, this| forward(esc, this, "close", &[])), CLOSE_DOC),
    MethodDef::new(
        "__next__",
        NativeFn::NoArgs(|esc, this| delivered(esc, anext_send(esc, this, singletons::none())?)),
        "Implement next(self).",
    ),
];

pub(super) fn init(esc: Esc<'_>) {
    for class in [&ASYNC_GENERATOR, &ASEND, &ATHROW, &ANEXT] {
        class.add_flags(TypeFlags::NO_NEW);
    }
    TypeBuilder::new(esc, &ASYNC_GENERATOR).methods(METHODS).getsets(GETSETS).slots(|slots| {
        slots.repr.set(Some(repr));
        slots.aiter.set(Some(itself));
        slots.anext.set(Some(|esc, this| asend(esc, this, &singletons::none())));
    });
    for class in [&ASEND, &ATHROW] {
        TypeBuilder::new(esc, class).methods(AWAITABLE_METHODS).slots(|slots| {
            slots.iter.set(Some(itself));
            slots.await_.set(Some(itself));
            slots.next.set(Some(|esc, this| step(esc, this, singletons::none()).map(item)));
            slots.send.set(Some(step));
            slots.finalize.set(Some(abandoned));
        });
    }
    TypeBuilder::new(esc, &ANEXT).methods(ANEXT_METHODS).slots(|slots| {
        slots.iter.set(Some(itself));
        slots.await_.set(Some(itself));
        slots.next.set(Some(|esc, this| anext_send(esc, this, singletons::none()).map(item)));
        slots.send.set(Some(anext_send));
    });
}

const CREATED: u8 = 0;
const ITERATED: u8 = 1;
const CLOSED: u8 = 2;

/// What an awaitable does with its generator when it is first awaited.
enum Work {
    /// Sends this.
    Send(Value),
    /// Throws this: one to three arguments.
    Throw(Vec<Value>),
    /// Closes.
    Close,
}

/// The payload of the awaitables of an asynchronous generator.
struct Awaitable {
    generator: Value,
    work: Work,
    state: AtomicU8,
}

impl Payload for Awaitable {
    const NAME: &'static str = "awaitable of an asynchronous generator";
    fn class() -> &'static TypeObject {
        &ASEND
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        visit(self.generator.word());
        match &self.work {
            Work::Send(value) => visit(value.word()),
            Work::Throw(args) => args.iter().for_each(|arg| visit(arg.word())),
            Work::Close => {}
        }
    }
}

/// The type of what `__anext__()` and `asend()` give.
static ASEND: TypeObject =
    TypeObject::builtin::<Awaitable>("async_generator_asend", Some(&OBJECT), TypeFlags::FINALIZER);

/// The type of what `athrow()` and `aclose()` give.
static ATHROW: TypeObject =
    TypeObject::builtin::<Awaitable>("async_generator_athrow", Some(&OBJECT), TypeFlags::FINALIZER);

fn expect<'a>(esc: Esc<'_>, this: &'a Value) -> PyResult<&'a Generator> {
    match this.payload::<Generator>() {
        Some(generator) if generator.kind() == GeneratorKind::AsyncGenerator => Ok(generator),
        _ => Err(esc.type_error("an asynchronous generator was expected")),
    }
}

fn has(generator: &Generator, flag: u8) -> bool {
    generator.async_state.load(Relaxed) & flag != 0
}

fn put(generator: &Generator, flag: u8, on: bool) {
    if on {
        generator.async_state.fetch_or(flag, Relaxed);
    } else {
        generator.async_state.fetch_and(!flag, Relaxed);
    }
}

/// Calls the thread's hooks the first time something is asked of a generator.
fn hook(esc: Esc<'_>, this: &Value) -> PyResult<()> {
    let generator = expect(esc, this)?;
    if generator.async_state.fetch_or(flags::HOOKED, Relaxed) & flags::HOOKED != 0 {
        return Ok(());
    }
    let hooks = esc.thread().async_generator_hooks.borrow().clone();
    drop(generator.extra.set(generator, hooks.finalizer));
    match hooks.first_iteration {
        Some(first) => call::call(esc, &first, std::slice::from_ref(this)).map(drop),
        None => Ok(()),
    }
}

fn awaitable(esc: Esc<'_>, class: &TypeObject, this: &Value, work: Work) -> PyResult {
    hook(esc, this)?;
    let payload = Awaitable { generator: this.clone(), work, state: AtomicU8::new(CREATED) };
    Ok(layout::new_with_type(esc, class, payload).into_value())
}

fn asend(esc: Esc<'_>, this: &Value, value: &Value) -> PyResult {
    awaitable(esc, &ASEND, this, Work::Send(value.clone()))
}

fn athrow(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult {
    check_count(esc, "athrow", args.len(), 1, 3)?;
    if args.len() > 1 {
        let message = "the (type, exc, tb) signature of athrow() is deprecated, use the single-arg signature instead.";
        warn::warn(esc, &exc::DEPRECATION_WARNING, message)?;
    }
    awaitable(esc, &ATHROW, this, Work::Throw(args.to_vec()))
}

fn aclose(esc: Esc<'_>, this: &Value) -> PyResult {
    awaitable(esc, &ATHROW, this, Work::Close)
}

fn parts<'a>(esc: Esc<'_>, this: &'a Value) -> PyResult<(&'a Awaitable, &'a Generator)> {
    match this.payload::<Awaitable>() {
        Some(awaitable) => Ok((awaitable, expect(esc, &awaitable.generator)?)),
        None => Err(esc.type_error("an awaitable of an asynchronous generator was expected")),
    }
}

/// Whether the pending exception says that the generator is finished.
fn ends(esc: Esc<'_>, raised: &Raised) -> bool {
    raised.matches(esc, &exc::STOP_ASYNC_ITERATION) || raised.matches(esc, &exc::GENERATOR_EXIT)
}

/// What a run of the generator means to who awaits: a wrapped value ends the awaitable, the generator's end is
/// `StopAsyncIteration`.
fn unwrap(esc: Esc<'_>, generator: &Generator, result: PyResult<Sent>) -> PyResult<Sent> {
    let raised = match result {
        Ok(Sent::Yield(value)) => match value.payload::<AsyncWrapped>() {
            Some(wrapped) => {
                put(generator, flags::RUNNING, false);
                return Ok(Sent::Return(wrapped.value().clone()));
            }
            None => return Ok(Sent::Yield(value)),
        },
        Ok(Sent::Return(_)) => esc.raise_args(&exc::STOP_ASYNC_ITERATION, &[]),
        Err(raised) => raised,
    };
    if ends(esc, &raised) {
        put(generator, flags::CLOSED, true);
    }
    put(generator, flags::RUNNING, false);
    Err(raised)
}

impl Awaitable {
    fn state(&self) -> u8 {
        self.state.load(Relaxed)
    }

    fn set(&self, state: u8) {
        self.state.store(state, Relaxed);
    }

    /// The method that made it.
    fn method(&self) -> &'static str {
        match self.work {
            Work::Send(_) => "anext",
            Work::Throw(_) => "athrow",
            Work::Close => "aclose",
        }
    }

    #[cold]
    fn used_up(&self, esc: Esc<'_>) -> Raised {
        let what = match self.work {
            Work::Send(_) => "__anext__()/asend()",
            Work::Throw(_) | Work::Close => "aclose()/athrow()",
        };
        esc.runtime_error(format_args!("cannot reuse already awaited {what}"))
    }

    /// Refuses a second awaitable while one is being awaited.
    fn check_idle(&self, esc: Esc<'_>, generator: &Generator) -> PyResult<()> {
        if !has(generator, flags::RUNNING) {
            return Ok(());
        }
        self.set(CLOSED);
        Err(esc.runtime_error(format_args!("{}(): asynchronous generator is already running", self.method())))
    }

    /// The outcome of a run on behalf of `aclose()`: the generator must not yield, and its end is what is wanted.
    fn closing(&self, esc: Esc<'_>, generator: &Generator, result: PyResult<Sent>) -> PyResult<Sent> {
        match result {
            Ok(Sent::Yield(value)) if value.payload::<AsyncWrapped>().is_none() => Ok(Sent::Yield(value)),
            Ok(Sent::Yield(wrapped)) => {
                drop(wrapped);
                put(generator, flags::RUNNING, false);
                self.set(CLOSED);
                Err(esc.runtime_error("async generator ignored GeneratorExit"))
            }
            Ok(Sent::Return(_)) => {
                put(generator, flags::RUNNING, false);
                self.set(CLOSED);
                Ok(Sent::Return(singletons::none()))
            }
            Err(raised) => {
                put(generator, flags::RUNNING, false);
                self.set(CLOSED);
                if !ends(esc, &raised) {
                    return Err(raised);
                }
                drop(raised.catch(esc));
                Ok(Sent::Return(singletons::none()))
            }
        }
    }

    /// Notes that the awaitable is used up once it returned or raised.
    fn finish(&self, result: PyResult<Sent>) -> PyResult<Sent> {
        if !matches!(result, Ok(Sent::Yield(_))) {
            self.set(CLOSED);
        }
        result
    }
}

/// `send(value)` on an awaitable.
fn step(esc: Esc<'_>, this: &Value, value: Value) -> PyResult<Sent> {
    let (awaitable, generator) = parts(esc, this)?;
    let runner = generator::runner(esc)?;
    let target = &awaitable.generator;
    if awaitable.state() == CLOSED {
        return Err(awaitable.used_up(esc));
    }
    if let Work::Send(first) = &awaitable.work {
        let mut value = value;
        if awaitable.state() == CREATED {
            awaitable.check_idle(esc, generator)?;
            if value.is_none() {
                value = first.clone();
            }
            awaitable.set(ITERATED);
        }
        put(generator, flags::RUNNING, true);
        let result = (runner.send)(esc, target, value);
        return awaitable.finish(unwrap(esc, generator, result));
    }
    if generator.state() == State::Done {
        awaitable.set(CLOSED);
        return Ok(Sent::Return(singletons::none()));
    }
    if awaitable.state() == CREATED {
        awaitable.check_idle(esc, generator)?;
        if has(generator, flags::CLOSED) {
            awaitable.set(CLOSED);
            return Err(esc.raise_args(&exc::STOP_ASYNC_ITERATION, &[]));
        }
        if !value.is_none() {
            return Err(esc.runtime_error("can't send non-None value to a just-started coroutine"));
        }
        awaitable.set(ITERATED);
        put(generator, flags::RUNNING, true);
        if let Work::Throw(args) = &awaitable.work {
            let result = (runner.throw)(esc, target, args, false);
            return awaitable.throwing(esc, generator, result);
        }
        put(generator, flags::CLOSED, true);
        let result = (runner.throw)(esc, target, &[exc::GENERATOR_EXIT.value()], false);
        return awaitable.closing(esc, generator, result);
    }
    let result = (runner.send)(esc, target, value);
    match awaitable.work {
        Work::Close => awaitable.closing(esc, generator, result),
        _ => awaitable.finish(unwrap(esc, generator, result)),
    }
}

impl Awaitable {
    /// The outcome of the first run on behalf of `athrow()`.
    fn throwing(&self, esc: Esc<'_>, generator: &Generator, result: PyResult<Sent>) -> PyResult<Sent> {
        let result = unwrap(esc, generator, result);
        if result.is_err() {
            put(generator, flags::RUNNING, false);
        }
        self.finish(result)
    }
}

/// `throw(…)` on an awaitable.
fn throw_into(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult<Sent> {
    let (awaitable, generator) = parts(esc, this)?;
    if awaitable.state() == CLOSED {
        return Err(awaitable.used_up(esc));
    }
    if awaitable.state() == CREATED {
        awaitable.check_idle(esc, generator)?;
        awaitable.set(ITERATED);
        put(generator, flags::RUNNING, true);
    }
    let result = (generator::runner(esc)?.throw)(esc, &awaitable.generator, args, true);
    match awaitable.work {
        Work::Close => awaitable.closing(esc, generator, result),
        _ => awaitable.finish(unwrap(esc, generator, result)),
    }
}

fn throw_method(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult {
    check_thrown(esc, args)?;
    let sent = throw_into(esc, this, args)?;
    delivered(esc, sent)
}

fn close_method(esc: Esc<'_>, this: &Value) -> PyResult {
    let (awaitable, _) = parts(esc, this)?;
    if awaitable.state() == CLOSED {
        return Ok(singletons::none());
    }
    match throw_into(esc, this, &[exc::GENERATOR_EXIT.value()]) {
        Ok(Sent::Yield(_)) => Err(esc.runtime_error("coroutine ignored GeneratorExit")),
        Ok(Sent::Return(_)) => Ok(singletons::none()),
        Err(raised) if ends(esc, &raised) || raised.matches(esc, &exc::STOP_ITERATION) => {
            drop(raised.catch(esc));
            Ok(singletons::none())
        }
        Err(raised) => Err(raised),
    }
}

/// An awaitable dies: if it was never awaited, there is a warning.
fn abandoned(esc: Esc<'_>, this: &Value) {
    let Ok((awaitable, generator)) = parts(esc, this) else { return };
    if awaitable.state() != CREATED {
        return;
    }
    let method = if matches!(awaitable.work, Work::Send(_)) { "asend" } else { awaitable.method() };
    let name = generator.qualname(esc);
    let name = ops::repr_lossy(esc, &name);
    let message = format!("coroutine method '{method}' of {name} was never awaited");
    if let Err(raised) = warn::warn(esc, &exc::RUNTIME_WARNING, &message) {
        finalize::report_unraisable(esc, raised, "finalizing coroutine", this);
    }
}

/// The payload of what `anext(iterator, default)` gives.
struct AnextAwaitable {
    wrapped: Value,
    default: Value,
}

impl Payload for AnextAwaitable {
    const NAME: &'static str = "anext_awaitable";
    fn class() -> &'static TypeObject {
        &ANEXT
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        visit(self.wrapped.word());
        visit(self.default.word());
    }
}

static ANEXT: TypeObject = TypeObject::builtin::<AnextAwaitable>("anext_awaitable", Some(&OBJECT), TypeFlags::empty());

/// An awaitable that gives what `awaitable` (of `__anext__`) gives, or `default` at the end of the iteration: the builtin
/// `anext(iterator, default)`.
pub fn anext_or_default(esc: Esc<'_>, awaitable: &Value, default: &Value) -> Value {
    layout::new(esc, AnextAwaitable { wrapped: awaitable.clone(), default: default.clone() }).into_value()
}

/// The iterator behind the awaitable, and the default.
fn anext_parts<'a>(esc: Esc<'_>, this: &'a Value) -> PyResult<(Value, &'a Value)> {
    let Some(anext) = this.payload::<AnextAwaitable>() else {
        return Err(esc.type_error("an anext awaitable was expected"));
    };
    if anext.wrapped.payload::<Generator>().is_some_and(|generator| {
        matches!(generator.kind(), GeneratorKind::Coroutine | GeneratorKind::IterableCoroutine)
    }) {
        return Ok((anext.wrapped.clone(), &anext.default));
    }
    let class = anext.wrapped.class();
    let Some(await_) = class.slots.await_.get() else {
        return Err(esc.type_error(format_args!("'{}' object can't be awaited", class.name())));
    };
    let iterator = await_(esc, &anext.wrapped)?;
    if iterator.class().slots.next.is_empty() {
        return Err(esc.type_error("__await__() returned a non-iterable"));
    }
    Ok((iterator, &anext.default))
}

/// The end of the iteration gives the default.
fn or_default(esc: Esc<'_>, raised: Raised, default: &Value) -> PyResult<Value> {
    raised.catch_if(esc, &exc::STOP_ASYNC_ITERATION).map(|_end| default.clone())
}

fn anext_send(esc: Esc<'_>, this: &Value, value: Value) -> PyResult<Sent> {
    let (iterator, default) = anext_parts(esc, this)?;
    match ops::send(esc, &iterator, value) {
        Ok(sent) => Ok(sent),
        Err(raised) => or_default(esc, raised, default).map(Sent::Return),
    }
}

fn forward(esc: Esc<'_>, this: &Value, method: &str, args: &[Value]) -> PyResult {
    let (iterator, default) = anext_parts(esc, this)?;
    let name = match method {
        "throw" => names::throw(esc).clone(),
        other => intern(esc, other),
    };
    let result = attr::get(esc, &iterator, &name).and_then(|method| call::call(esc, &method, args));
    match result {
        Ok(value) => Ok(value),
        Err(raised) => match or_default(esc, raised, default) {
            Ok(value) => delivered(esc, Sent::Return(value)),
            Err(raised) => Err(raised),
        },
    }
}
