//! Raising, handling, matching.

use interp_object::data::exception::{self as exc, Exception};
use interp_object::data::frame::Frame;
use interp_object::data::{singletons, tuple};
use interp_object::layout::ValueExt;
use interp_object::{Esc, PyResult, Raised, Thread, TypeObject, Value, Word, call, ops};

use crate::generator::open_handled;

/// `raise`, `raise exception`, `raise exception from cause`: always an error.
pub(crate) fn raise(esc: Esc<'_>, args: Vec<Value>) -> PyResult<()> {
    let mut args = args.into_iter();
    let Some(exception) = args.next() else {
        let handled = current(esc.thread());
        return match handled {
            Some(handled) => {
                reraise(esc, handled);
                Err(esc.pending())
            }
            None => Err(esc.runtime_error("No active exception to reraise")),
        };
    };
    let Some(cause) = args.next() else { return Err(esc.raise_object(&exception)) };
    let exception = instance(esc, &exception)?;
    let cause = cause_of(esc, &cause)?;
    if let Some(payload) = exception.payload::<Exception>() {
        payload.set_suppress_context(true);
        drop(payload.cause.set(payload, cause));
    }
    Err(esc.raise_value(exception))
}

fn instance(esc: Esc<'_>, what: &Value) -> PyResult {
    let raised = esc.raise_object(what);
    let exception = raised.catch(esc);
    let wanted = what.payload::<Exception>().is_some()
        || TypeObject::from_value(what).is_some_and(|class| exception.class().is_subtype(class));
    if wanted { Ok(exception) } else { Err(esc.restore(exception)) }
}

fn cause_of(esc: Esc<'_>, cause: &Value) -> PyResult<Option<Value>> {
    if cause.is_none() {
        return Ok(None);
    }
    if cause.payload::<Exception>().is_some() {
        return Ok(Some(cause.clone()));
    }
    let is_class = TypeObject::from_value(cause).is_some_and(|class| class.is_subtype(&exc::BASE_EXCEPTION));
    if !is_class {
        return Err(esc.type_error("exception causes must derive from BaseException"));
    }
    let made = call::call(esc, cause, &[])?;
    if made.payload::<Exception>().is_some() {
        return Ok(Some(made));
    }
    Err(esc.type_error(format_args!(
        "calling {} should have returned an instance of BaseException, not {}",
        ops::repr_lossy(esc, cause),
        made.class().name()
    )))
}

/// Makes an exception pending again as it is, for the running frame to go on unwinding with.
pub(crate) fn reraise(esc: Esc<'_>, exception: Value) {
    let _: Raised = esc.restore(exception);
    esc.thread().reraising.set(true);
}

/// The exception being handled.
pub(crate) fn current(th: &Thread) -> Option<Value> {
    th.handled.borrow().iter().rev().find_map(Option::clone)
}

/// Starts handling an exception; what was handled before is given back for the stack (`None` if nothing).
pub(crate) fn push_handled(th: &Thread, frame: &Frame, exception: &Value) -> Value {
    open_handled(th, frame);
    let mut handled = th.handled.borrow_mut();
    let previous = handled.last().cloned().flatten().unwrap_or_else(singletons::none);
    let exception = exception.clone_as(th.id());
    match handled.last_mut() {
        Some(top) => drop(top.replace(exception)),
        None => handled.push(Some(exception)),
    }
    previous
}

/// Ends handling: what was handled before is handled again.
pub(crate) fn pop_handled(esc: Esc<'_>, previous: Value) {
    let previous = if previous.is_none() { None } else { Some(previous) };
    let old = match esc.thread().handled.borrow_mut().last_mut() {
        Some(top) => std::mem::replace(top, previous),
        None => None,
    };
    drop(old);
}

/// Whether an exception matches what stands after `except`.
pub(crate) fn matches(esc: Esc<'_>, exception: &Value, class: &Value) -> PyResult<bool> {
    check_class(esc, class, "catching classes that do not inherit from BaseException is not allowed")?;
    Ok(matches_checked(exception, class))
}

fn matches_checked(exception: &Value, class: &Value) -> bool {
    match class.payload::<tuple::Tuple>() {
        Some(classes) => classes.as_slice().iter().any(|class| matches_checked(exception, class)),
        None => TypeObject::from_value(class).is_some_and(|class| exception.class().is_subtype(class)),
    }
}

fn check_class(esc: Esc<'_>, class: &Value, message: &str) -> PyResult<()> {
    let is_exception =
        |class: &Value| TypeObject::from_value(class).is_some_and(|class| class.is_subtype(&exc::BASE_EXCEPTION));
    let fine = match class.payload::<tuple::Tuple>() {
        Some(classes) => classes.as_slice().iter().all(is_exception),
        None => is_exception(class),
    };
    if fine { Ok(()) } else { Err(esc.type_error(message)) }
}

/// `except*`: splits a group (or wraps a naked exception) into what does not match and what does.
///
/// What matches becomes the exception being handled.
pub(crate) fn match_group(esc: Esc<'_>, exception: &Value, class: &Value) -> PyResult<(Value, Value)> {
    let (rest, matched) = split_group(esc, exception, class)?;
    if !matched.is_none() {
        let old = match esc.thread().handled.borrow_mut().last_mut() {
            Some(top) => top.replace(matched.clone()),
            None => None,
        };
        drop(old);
    }
    Ok((rest, matched))
}

fn split_group(esc: Esc<'_>, exception: &Value, class: &Value) -> PyResult<(Value, Value)> {
    check_class(esc, class, "catching classes that do not inherit from BaseException is not allowed")?;
    let groups =
        |class: &Value| TypeObject::from_value(class).is_some_and(|class| class.is_subtype(&exc::BASE_EXCEPTION_GROUP));
    let names_group = match class.payload::<tuple::Tuple>() {
        Some(classes) => classes.as_slice().iter().any(groups),
        None => groups(class),
    };
    if names_group {
        return Err(esc.type_error("catching ExceptionGroup with except* is not allowed. Use except instead."));
    }
    let none = singletons::none;
    if exception.is_none() {
        return Ok((none(), none()));
    }
    let is_group = exception.class().is_subtype(&exc::BASE_EXCEPTION_GROUP);
    if matches_checked(exception, class) {
        if is_group {
            return Ok((none(), exception.clone()));
        }
        let message = interp_object::data::str::new(esc, "").into_value();
        let list = tuple::from_slice(esc, std::slice::from_ref(exception)).into_value();
        let group = call::call(esc, &exc::BASE_EXCEPTION_GROUP.value(), &[message, list])?;
        if let (Some(inner), Some(outer)) = (exception.payload::<Exception>(), group.payload::<Exception>()) {
            drop(outer.traceback.set(outer, inner.traceback.get(esc, inner)));
        }
        return Ok((none(), group));
    }
    if !is_group {
        return Ok((exception.clone(), none()));
    }
    let split = interp_object::intern::intern(esc, "split");
    let pair = call::call_method(esc, exception, &split, std::slice::from_ref(class))?;
    match pair.payload::<tuple::Tuple>().map(tuple::Tuple::as_slice) {
        Some([matched, rest]) => Ok((rest.clone(), matched.clone())),
        Some(_) => Err(esc.type_error("split must return a 2-tuple")),
        None => Err(esc.type_error(format_args!(
            "{}.split must return a tuple, not {}",
            exception.class().name(),
            pair.class().name()
        ))),
    }
}

/// Calls `__exit__(type, exception, traceback)` of a `with` block that an exception leaves.
pub(crate) fn with_except_start(esc: Esc<'_>, exit: &Value, receiver: Word, exception: &Value) -> PyResult {
    let traceback = exception
        .payload::<Exception>()
        .and_then(|payload| payload.traceback.get(esc, payload))
        .unwrap_or_else(singletons::none);
    let mut args = Vec::with_capacity(4);
    args.extend(crate::frames::value_of(receiver));
    args.extend([exception.class().value(), exception.clone(), traceback]);
    call::call(esc, exit, &args)
}
