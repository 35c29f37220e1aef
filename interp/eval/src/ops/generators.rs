//! Generators, coroutines and asynchronous iteration.

use interp_object::data::exception::{self as exc, Exception};
use interp_object::data::frame::{Frame, payload_in};
use interp_object::data::generator::{COROUTINE, GENERATOR, Generator, GeneratorKind, State};
use interp_object::layout::{ValueExt, class_of};
use interp_object::slots::Sent;
use interp_object::{Esc, PyResult, Value, Word, ops};

use crate::dispatch::cell_at;
use crate::flow::Flow;
use crate::generator::claim_for_loop;
use crate::ops::exceptions::reraise;

/// The jump target of the `SEND` the frame stands at.
pub(crate) fn send_target(fp: *mut Word) -> Flow {
    // SAFETY: H1.
    let ip = unsafe { Frame::of(fp) }.ip.get();
    // The jump of a cell without operands of its own lies in fields b and c.
    let distance = ((cell_at(ip) >> 32) as u32).cast_signed() as isize;
    // SAFETY: lowering computed the distance within the code.
    Flow { ip: unsafe { ip.offset(distance) }, fp }
}

/// Claims what `SEND` sends to, if it can run as a frame of this loop.
pub(crate) fn claim_receiver(esc: Esc<'_>, receiver: &Value, sent: &Value) -> bool {
    let class = receiver.class();
    (std::ptr::eq(class, &raw const GENERATOR) || std::ptr::eq(class, &raw const COROUTINE))
        && receiver.payload::<Generator>().is_some_and(|generator| claim_for_loop(esc, generator, sent.is_none()))
}

/// Claims what `FOR_ITER` iterates over, if it can run as a frame of this loop.
pub(crate) fn claim_iterator(esc: Esc<'_>, iterator: &Value) -> bool {
    iterator.exact::<Generator>().is_some_and(|generator| claim_for_loop(esc, generator, true))
}

/// Sends a value: what came back, and whether the receiver is finished with it.
pub(crate) fn send(esc: Esc<'_>, receiver: &Value, value: Value) -> PyResult<(Value, bool)> {
    Ok(match ops::send(esc, receiver, value)? {
        Sent::Yield(value) => (value, false),
        Sent::Return(value) => (value, true),
    })
}

/// After an exception was thrown into `yield from`: `StopIteration` becomes its value, all else is raised again.
pub(crate) fn cleanup_throw(esc: Esc<'_>, exception: Value) -> PyResult {
    if exception.class().is_subtype(&exc::STOP_ITERATION) {
        let raised = esc.restore(exception);
        return ops::stop_value(esc, raised);
    }
    reraise(esc, exception);
    Err(esc.pending())
}

/// `aiter(obj)`
pub(crate) fn get_aiter(esc: Esc<'_>, object: &Value) -> PyResult {
    let class = object.class();
    let Some(aiter) = class.slots.aiter.get() else {
        return Err(
            esc.type_error(format_args!("'async for' requires an object with __aiter__ method, got {}", class.name()))
        );
    };
    let iterator = aiter(esc, object)?;
    if iterator.class().slots.anext.is_empty() {
        return Err(esc.type_error(format_args!(
            "'async for' received an object from __aiter__ that does not implement __anext__: {}",
            iterator.class().name()
        )));
    }
    Ok(iterator)
}

/// The awaitable of `anext(iterator)`, ready to be sent to.
pub(crate) fn get_anext(esc: Esc<'_>, iterator: &Value) -> PyResult {
    let class = iterator.class();
    let Some(anext) = class.slots.anext.get() else {
        return Err(esc
            .type_error(format_args!("'async for' requires an iterator with __anext__ method, got {}", class.name())));
    };
    let next = anext(esc, iterator)?;
    match awaitable_iterator(esc, &next) {
        Ok(iterator) => Ok(iterator),
        Err(raised) => {
            let cause = raised.catch(esc);
            let message = format!("'async for' received an invalid object from __anext__: {}", next.class().name());
            let exception = esc.type_error(message).catch(esc);
            if let Some(payload) = exception.payload::<Exception>() {
                payload.set_suppress_context(true);
                drop(payload.cause.set(payload, Some(cause)));
            }
            Err(esc.restore(exception))
        }
    }
}

/// The iterator behind an awaitable (`await obj`); the operand tells who asks, for the message.
pub(crate) fn get_awaitable(esc: Esc<'_>, object: &Value, asks: u32) -> PyResult {
    match asks {
        1 | 2 if !is_awaitable(object) => {
            let method = if asks == 1 { "__aenter__" } else { "__aexit__" };
            Err(esc.type_error(format_args!(
                "'async with' received an object from {method} that does not implement __await__: {}",
                object.class().name()
            )))
        }
        _ => {
            if let Some(generator) = object.payload::<Generator>()
                && generator.kind() == GeneratorKind::Coroutine
                && generator.state() == State::Running
            {
                return Err(esc.runtime_error("coroutine is being awaited already"));
            }
            awaitable_iterator(esc, object)
        }
    }
}

fn is_awaitable(object: &Value) -> bool {
    let coroutine = object
        .payload::<Generator>()
        .is_some_and(|g| matches!(g.kind(), GeneratorKind::Coroutine | GeneratorKind::IterableCoroutine));
    coroutine || !object.class().slots.await_.is_empty()
}

fn awaitable_iterator(esc: Esc<'_>, object: &Value) -> PyResult {
    if let Some(generator) = object.payload::<Generator>()
        && matches!(generator.kind(), GeneratorKind::Coroutine | GeneratorKind::IterableCoroutine)
    {
        return Ok(object.clone());
    }
    let class = object.class();
    let Some(await_) = class.slots.await_.get() else {
        return Err(esc.type_error(format_args!("'{}' object can't be awaited", class.name())));
    };
    let iterator = await_(esc, object)?;
    if iterator.payload::<Generator>().is_some_and(|g| g.kind() == GeneratorKind::Coroutine) {
        return Err(esc.type_error("__await__() returned a coroutine"));
    }
    if iterator.class().slots.next.is_empty() {
        return Err(
            esc.type_error(format_args!("__await__() returned non-iterator of type '{}'", iterator.class().name()))
        );
    }
    Ok(iterator)
}

/// Whether an object is a coroutine that nobody awaits yet: its own awaitable.
#[inline(always)]
pub(crate) fn is_fresh_coroutine(object: Word) -> bool {
    if !object.is_ptr() || !std::ptr::eq(class_of(object), &raw const COROUTINE) {
        return false;
    }
    // SAFETY: the type was compared; the operand's slot keeps the object alive.
    let coroutine: &Generator = unsafe { payload_in(object) };
    coroutine.state() == State::Created
}

/// Whether an object is exactly a generator: `yield from` takes it as it is.
#[inline(always)]
pub(crate) fn is_generator(object: Word) -> bool {
    object.is_ptr() && std::ptr::eq(class_of(object), &raw const GENERATOR)
}

/// Ends `async for`: `StopAsyncIteration` is swallowed, all else is raised again.
pub(crate) fn end_async_for(esc: Esc<'_>, exception: Value) -> PyResult<()> {
    if exception.class().is_subtype(&exc::STOP_ASYNC_ITERATION) {
        drop(exception);
        return Ok(());
    }
    reraise(esc, exception);
    Err(esc.pending())
}
