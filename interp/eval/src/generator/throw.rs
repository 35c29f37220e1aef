//! Throwing into generators, closing and finalizing them: what a generator waits for in `yield from` or `await` is asked
//! first. Meanwhile the generator's frame is linked into the chain, so that the collector sees what it holds.

use interp_object::attr;
use interp_object::call;
use interp_object::data::exception::{self as exc, Exception};
use interp_object::data::frame::{Frame, OnReturn};
use interp_object::data::generator::{Generator, GeneratorKind, State, async_flags};
use interp_object::data::traceback::Traceback;
use interp_object::finalize::report_unraisable;
use interp_object::intern::names;
use interp_object::layout::ValueExt;
use interp_object::slots::Sent;
use interp_object::{Esc, PyResult, Raised, Thread, TypeObject, Value, Word, ops, warn};

use super::{Refusal, claim, push_handled};
use crate::call::{Return, enter_frame};
use crate::{dispatch, unwind};

/// Makes the frame of a claimed generator the innermost one without running it.
fn link(th: &Thread, fp: *mut Word) {
    enter_frame(th, fp, Return { ip: std::ptr::null(), slot: 0, how: OnReturn::Leave });
}

fn unlink(th: &Thread, fp: *mut Word) {
    // SAFETY: linked above and still the innermost frame of this thread.
    let frame = unsafe { Frame::of(fp) };
    th.frame.set(frame.previous.replace(std::ptr::null_mut()));
}

/// What asking the awaited object gave.
enum Asked {
    /// It yielded: so does the generator.
    Yield(Value),
    /// This is to be raised in the generator.
    Throw(Value),
}

/// Raises an exception inside a generator, at the `yield` it stands at, or in what it waits for. `args` are one to three
/// arguments as `throw` takes them. With `close_on_exit`, `GeneratorExit` closes what the generator waits for.
///
/// # Errors
/// As [`super::send`]; the exception itself if the generator does not catch it; `TypeError` if `args` are none.
pub fn throw(esc: Esc<'_>, object: &Value, args: &[Value], close_on_exit: bool) -> PyResult<Sent> {
    let Some(generator) = object.payload::<Generator>() else {
        return Err(esc.type_error("a generator was expected"));
    };
    esc.check_native_stack()?;
    let was = match claim(esc, generator) {
        Ok(was) => was,
        Err(Refusal::Raised(raised)) => return Err(raised),
        Err(Refusal::Done) => return Err(into_done(esc, generator, args)),
    };
    let th = esc.thread();
    // SAFETY: claimed.
    let fp = unsafe { generator.fp() };
    link(th, fp);
    // SAFETY: claimed; asked only while suspended.
    let receiver = if was == State::Suspended { unsafe { generator.receiver() } } else { None };
    let asked = match receiver {
        Some(receiver) => ask(esc, &receiver, args, close_on_exit),
        None => thrown(esc, args).map(Asked::Throw),
    };
    match asked {
        Ok(Asked::Throw(exception)) => raise_inside(esc, generator, was, fp, exception),
        Ok(Asked::Yield(value)) => {
            unlink(th, fp);
            // SAFETY: claimed, and the frame did not run.
            unsafe { generator.release(was) };
            Ok(Sent::Yield(value))
        }
        Err(raised) => {
            unlink(th, fp);
            // SAFETY: as above.
            unsafe { generator.release(was) };
            Err(raised)
        }
    }
}

#[cold]
fn into_done(esc: Esc<'_>, generator: &Generator, args: &[Value]) -> Raised {
    match thrown(esc, args) {
        Err(raised) => raised,
        Ok(_) if generator.kind() == GeneratorKind::Coroutine => {
            esc.runtime_error("cannot reuse already awaited coroutine")
        }
        Ok(exception) => esc.raise_value(exception),
    }
}

/// Resumes a claimed and linked generator with an exception.
fn raise_inside(esc: Esc<'_>, generator: &Generator, was: State, fp: *mut Word, exception: Value) -> PyResult<Sent> {
    let th = esc.thread();
    let remaining = th.recursion_remaining.get();
    if remaining == 0 {
        unlink(th, fp);
        // SAFETY: claimed, and the frame did not run.
        unsafe { generator.release(was) };
        return Err(esc.raise_str(&exc::RECURSION_ERROR, "maximum recursion depth exceeded"));
    }
    th.recursion_remaining.set(remaining - 1);
    push_handled(th, generator);
    let _: Raised = esc.raise_value(exception);
    // SAFETY: claimed.
    let ip = unsafe { Frame::of(fp) }.ip.get();
    // The exception comes out of the instruction that suspended the frame, one cell before the one it stands at: its
    // handlers count.
    // SAFETY: behind `YIELD_VALUE` or `RETURN_GENERATOR`, which are one word each.
    let at = unwind::unwind(unsafe { ip.sub(1) }, fp, th);
    let bits = if at.ip.is_null() { at.fp.addr() as u64 } else { dispatch::run(at.ip, at.fp, th) };
    let value = crate::enter::result_of(esc, bits)?;
    Ok(if th.yielded.get() { Sent::Yield(value) } else { Sent::Return(value) })
}

/// Throws into what a generator waits for.
fn ask(esc: Esc<'_>, receiver: &Value, args: &[Value], close_on_exit: bool) -> PyResult<Asked> {
    if close_on_exit && args.first().is_some_and(is_generator_exit) {
        return match close_receiver(esc, receiver) {
            Ok(()) => thrown(esc, args).map(Asked::Throw),
            Err(raised) => Ok(Asked::Throw(raised.catch(esc))),
        };
    }
    if is_delegate(receiver) {
        return Ok(match throw(esc, receiver, args, close_on_exit) {
            Ok(Sent::Yield(value)) => Asked::Yield(value),
            Ok(Sent::Return(value)) => Asked::Throw(esc.stop_iteration(Some(value)).catch(esc)),
            Err(raised) => Asked::Throw(raised.catch(esc)),
        });
    }
    let Some(method) = attr::get_optional(esc, receiver, names::throw(esc))? else {
        return thrown(esc, args).map(Asked::Throw);
    };
    Ok(match call::call(esc, &method, args) {
        Ok(value) => Asked::Yield(value),
        Err(raised) => Asked::Throw(raised.catch(esc)),
    })
}

/// Whether an object that is waited for is a generator or coroutine.
fn is_delegate(receiver: &Value) -> bool {
    receiver.payload::<Generator>().is_some_and(|generator| generator.kind() != GeneratorKind::AsyncGenerator)
}

fn is_generator_exit(thrown: &Value) -> bool {
    let class = TypeObject::from_value(thrown).unwrap_or_else(|| thrown.class());
    class.is_subtype(&exc::GENERATOR_EXIT)
}

/// Closes what a generator waits for, if it can be closed.
fn close_receiver(esc: Esc<'_>, receiver: &Value) -> PyResult<()> {
    if is_delegate(receiver) {
        return close(esc, receiver).map(drop);
    }
    match attr::get_optional(esc, receiver, names::close(esc)) {
        Ok(Some(method)) => call::call(esc, &method, &[]).map(drop),
        Ok(None) => Ok(()),
        Err(raised) => {
            report_unraisable(esc, raised, "closing generator", receiver);
            Ok(())
        }
    }
}

/// The exception that the arguments of `throw` name: `(exception)`, or `(class, value, traceback)` with the last two
/// optional.
fn thrown(esc: Esc<'_>, args: &[Value]) -> PyResult {
    let [what, rest @ ..] = args else { return Err(esc.type_error("throw expected at least 1 argument, got 0")) };
    let given = |index: usize| rest.get(index).filter(|value| !value.is_none());
    let traceback = given(1);
    if traceback.is_some_and(|traceback| traceback.payload::<Traceback>().is_none()) {
        return Err(esc.type_error("throw() third argument must be a traceback object"));
    }
    let is_class = TypeObject::from_value(what).is_some_and(|class| class.is_subtype(&exc::BASE_EXCEPTION));
    let exception = if is_class {
        instance(esc, what, given(0))?
    } else if what.payload::<Exception>().is_some() {
        if given(0).is_some() {
            return Err(esc.type_error("instance exception may not have a separate value"));
        }
        what.clone()
    } else {
        let shown = what.class().name();
        return Err(esc.type_error(format_args!(
            "exceptions must be classes or instances deriving from BaseException, not {shown}"
        )));
    };
    if let (Some(payload), Some(traceback)) = (exception.payload::<Exception>(), traceback) {
        drop(payload.traceback.set(payload, Some(traceback.clone())));
    }
    Ok(exception)
}

/// An instance of an exception class from the value beside it.
fn instance(esc: Esc<'_>, class: &Value, value: Option<&Value>) -> PyResult {
    let made = match value {
        Some(value) if ops::is_instance(esc, value, class)? => return Ok(value.clone()),
        Some(value) => match value.payload::<interp_object::data::tuple::Tuple>() {
            Some(args) => call::call(esc, class, args.as_slice())?,
            None => call::call(esc, class, std::slice::from_ref(value))?,
        },
        None => call::call(esc, class, &[])?,
    };
    if made.payload::<Exception>().is_some() {
        return Ok(made);
    }
    Err(esc.type_error(format_args!(
        "calling {} should have returned an instance of BaseException, not {}",
        ops::repr_lossy(esc, class),
        made.class().name()
    )))
}

/// Closes a generator: `GeneratorExit` is raised inside, which must not yield again. The value it returned, if any.
///
/// # Errors
/// What the generator raises instead; `RuntimeError` if it yields; `ValueError` if it runs.
pub fn close(esc: Esc<'_>, object: &Value) -> PyResult<Option<Value>> {
    let Some(generator) = object.payload::<Generator>() else {
        return Err(esc.type_error("a generator was expected"));
    };
    esc.check_native_stack()?;
    match claim(esc, generator) {
        Err(Refusal::Done) => return Ok(None),
        Err(Refusal::Raised(raised)) => return Err(raised),
        Ok(State::Created) => {
            empty(esc, generator);
            return Ok(None);
        }
        Ok(_) => {}
    }
    // SAFETY: claimed while suspended.
    let receiver = unsafe { generator.receiver() };
    // SAFETY: as above.
    if receiver.is_none() && unsafe { generator.is_outside_try() } {
        empty(esc, generator);
        return Ok(None);
    }
    // SAFETY: claimed.
    let fp = unsafe { generator.fp() };
    link(esc.thread(), fp);
    let exception = match receiver.map_or(Ok(()), |receiver| close_receiver(esc, &receiver)) {
        Ok(()) => exc::new(esc, &exc::GENERATOR_EXIT, &[]).into_value(),
        Err(raised) => raised.catch(esc),
    };
    match raise_inside(esc, generator, State::Suspended, fp, exception) {
        Ok(Sent::Return(value)) => Ok(Some(value)),
        Ok(Sent::Yield(value)) => {
            drop(value);
            Err(esc.runtime_error(format_args!("{} ignored GeneratorExit", super::noun(generator.kind()))))
        }
        Err(raised) if raised.matches(esc, &exc::STOP_ITERATION) => ops::stop_value(esc, raised).map(Some),
        Err(raised) => raised.catch_if(esc, &exc::GENERATOR_EXIT).map(|_exit| None),
    }
}

/// Ends a claimed generator in which nothing would see an exception: what its frame holds goes.
fn empty(esc: Esc<'_>, generator: &Generator) {
    let mut out = Vec::new();
    // SAFETY: claimed by the caller.
    unsafe { generator.empty_frame(esc.me(), &mut out) };
    // SAFETY: claimed and emptied.
    unsafe { generator.release(State::Done) };
    drop(out);
}

/// What happens to a generator that dies unfinished (the `finalize` slot): it is closed; an asynchronous generator goes
/// to the finalizer hook; for a coroutine that never ran there is a warning.
pub(crate) fn finalize(esc: Esc<'_>, object: &Value) {
    let Some(generator) = object.payload::<Generator>() else { return };
    let state = generator.state();
    if state == State::Done {
        return;
    }
    let result = match generator.kind() {
        GeneratorKind::AsyncGenerator if generator.extra.word().is_some() => {
            let closed = generator.async_state.load(std::sync::atomic::Ordering::Relaxed) & async_flags::CLOSED != 0;
            match generator.extra.get(esc, generator).filter(|_| !closed) {
                Some(finalizer) => call::call(esc, &finalizer, std::slice::from_ref(object)).map(drop),
                None => close(esc, object).map(drop),
            }
        }
        GeneratorKind::Coroutine if state == State::Created => {
            let name = ops::text_lossy(&generator.qualname(esc));
            warn::warn(esc, &exc::RUNTIME_WARNING, &format!("coroutine '{name}' was never awaited"))
        }
        _ => close(esc, object).map(drop),
    };
    if let Err(raised) = result {
        report_unraisable(esc, raised, "closing generator", object);
    }
}
