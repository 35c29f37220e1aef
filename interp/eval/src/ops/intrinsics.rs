//! The helpers of `CALL_INTRINSIC_1` and `CALL_INTRINSIC_2`.

use interp_code::CodeFlags;
use interp_object::attr;
use interp_object::call;
use interp_object::data::exception::{self as exc, Exception};
use interp_object::data::frame::Frame;
use interp_object::data::function::Function;
use interp_object::data::list::{self, List};
use interp_object::data::tuple::{self, Tuple};
use interp_object::data::typing::{self, Lazy, TypeParameter, Variance};
use interp_object::data::{alias, generator, module, singletons, str};
use interp_object::intern::{intern, names};
use interp_object::layout::ValueExt;
use interp_object::{Esc, PyResult, TypeObject, Value, ops};
use interp_opcode::{Intrinsic1, Intrinsic2};

use crate::ops::import;

/// `CALL_INTRINSIC_1`
pub(crate) fn one(esc: Esc<'_>, frame: &Frame, oparg: u32, value: &Value) -> PyResult {
    let parameter = |class| Ok(parameter(esc, class, value, Lazy::absent(), Lazy::absent()));
    match Intrinsic1::from_oparg(oparg) {
        Some(Intrinsic1::Print) => display(esc, value),
        Some(Intrinsic1::ImportStar) => import::import_star(esc, frame, value).map(|()| singletons::none()),
        Some(Intrinsic1::StopiterationError) => Ok(stop_iteration_error(esc, frame, value)),
        Some(Intrinsic1::AsyncGenWrap) => Ok(generator::wrap(esc, value.clone()).into_value()),
        Some(Intrinsic1::UnaryPositive) => ops::positive(esc, value),
        Some(Intrinsic1::ListToTuple) => match value.payload::<List>() {
            Some(list) => {
                // SAFETY: the value is a temporary of the running frame.
                let moved = unsafe { list.move_to_tuple(esc, value.word()) };
                Ok(moved.unwrap_or_else(|| list.to_tuple(esc)).into_value())
            }
            None => Err(esc.system_error("a list was expected")),
        },
        Some(Intrinsic1::Typevar) => parameter(&typing::TYPEVAR),
        Some(Intrinsic1::Paramspec) => parameter(&typing::PARAMSPEC),
        Some(Intrinsic1::Typevartuple) => parameter(&typing::TYPEVARTUPLE),
        Some(Intrinsic1::SubscriptGeneric) => subscript_generic(esc, frame, value),
        Some(Intrinsic1::Typealias) => type_alias(esc, value),
        Some(Intrinsic1::Invalid) | None => Err(esc.system_error("unknown one-argument intrinsic")),
    }
}

/// `CALL_INTRINSIC_2`
pub(crate) fn two(esc: Esc<'_>, oparg: u32, first: &Value, second: &Value) -> PyResult {
    match Intrinsic2::from_oparg(oparg) {
        Some(Intrinsic2::PrepReraiseStar) => prepare_reraise(esc, first, second),
        Some(Intrinsic2::TypevarWithBound) => {
            Ok(parameter(esc, &typing::TYPEVAR, first, Lazy::computed(second.clone()), Lazy::absent()))
        }
        Some(Intrinsic2::TypevarWithConstraints) => {
            Ok(parameter(esc, &typing::TYPEVAR, first, Lazy::absent(), Lazy::computed(second.clone())))
        }
        Some(Intrinsic2::SetFunctionTypeParams) => {
            if let Some(function) = first.payload::<Function>() {
                drop(function.make_details().type_params.set(function, Some(second.clone())));
            }
            Ok(first.clone())
        }
        Some(Intrinsic2::SetTypeparamDefault) => {
            if let Some(parameter) = first.payload::<TypeParameter>() {
                drop(parameter.default.evaluate.set(parameter, Some(second.clone())));
            }
            Ok(first.clone())
        }
        Some(Intrinsic2::Invalid) | None => Err(esc.system_error("unknown two-argument intrinsic")),
    }
}

/// Hands the value of an interactive statement to `sys.displayhook`.
fn display(esc: Esc<'_>, value: &Value) -> PyResult {
    match module::sys_attribute(esc, "displayhook") {
        Some(hook) => call::call(esc, &hook, std::slice::from_ref(value)),
        None => Err(esc.runtime_error("lost sys.displayhook")),
    }
}

/// What leaves a generator that let a `StopIteration` out: `RuntimeError` (PEP 479); other exceptions as they are.
fn stop_iteration_error(esc: Esc<'_>, frame: &Frame, exception: &Value) -> Value {
    let flags = frame.code().data().flags;
    let is_async = flags.contains(CodeFlags::ASYNC_GENERATOR);
    let message = if exception.class().is_subtype(&exc::STOP_ITERATION) {
        match () {
            () if is_async => "async generator raised StopIteration",
            () if flags.contains(CodeFlags::COROUTINE) => "coroutine raised StopIteration",
            () => "generator raised StopIteration",
        }
    } else if is_async && exception.class().is_subtype(&exc::STOP_ASYNC_ITERATION) {
        "async generator raised StopAsyncIteration"
    } else {
        return exception.clone();
    };
    let message = str::new(esc, message).into_value();
    let error = exc::new(esc, &exc::RUNTIME_ERROR, &[message]);
    error.set_suppress_context(true);
    drop(error.cause.set(&*error, Some(exception.clone())));
    drop(error.context.set(&*error, Some(exception.clone())));
    error.into_value()
}

/// A type parameter made by syntax: its variance is inferred.
fn parameter(esc: Esc<'_>, class: &TypeObject, name: &Value, bound: Lazy, constraints: Lazy) -> Value {
    let infer = !std::ptr::eq(class, &raw const typing::TYPEVARTUPLE);
    let variance = Variance { infer, ..Variance::default() };
    typing::new_parameter(esc, class, name.clone(), bound, constraints, Lazy::absent(), variance).into_value()
}

/// A type alias of `(name, type_params or None, function that computes the value)`.
fn type_alias(esc: Esc<'_>, parts: &Value) -> PyResult {
    let Some([name, params, evaluate]) = parts.payload::<Tuple>().map(Tuple::as_slice) else {
        return Err(esc.system_error("a type alias is made of three parts"));
    };
    let params = (!params.is_none()).then(|| params.clone());
    Ok(typing::new_alias(esc, name.clone(), params, Lazy::computed(evaluate.clone()), None).into_value())
}

/// `Generic[*params]` as the base of a class with type parameters: as the module `typing` makes it, or a plain alias
/// without that module.
fn subscript_generic(esc: Esc<'_>, frame: &Frame, params: &Value) -> PyResult {
    let module = match import::import_module(esc, frame, "typing") {
        Ok(module) => module,
        Err(raised) => {
            drop(raised.catch_if(esc, &exc::MODULE_NOT_FOUND_ERROR)?);
            return alias::subscript(esc, &typing::GENERIC.value(), params);
        }
    };
    let Some(given) = params.payload::<Tuple>() else {
        return Err(esc.system_error("type parameters are a tuple"));
    };
    let mut unpacked = Vec::with_capacity(given.len());
    for param in given.as_slice() {
        if std::ptr::eq(param.class(), &raw const typing::TYPEVARTUPLE) {
            let unpack = attr::get_str(esc, &module, "Unpack")?;
            unpacked.push(ops::get_item(esc, &unpack, param)?);
        } else {
            unpacked.push(param.clone());
        }
    }
    let alias = attr::get_str(esc, &module, "_GenericAlias")?;
    call::call(esc, &alias, &[typing::GENERIC.value(), tuple::new(esc, unpacked).into_value()])
}

fn is_group(value: &Value) -> bool {
    value.class().is_subtype(&exc::BASE_EXCEPTION_GROUP)
}

/// What an `except*` statement raises at its end: of `excs` (what its clauses raised or did not handle, with `None`
/// among them), those that are parts of `orig` are put together again in its shape, and grouped with the new ones.
/// `None` if there is nothing to raise.
fn prepare_reraise(esc: Esc<'_>, orig: &Value, excs: &Value) -> PyResult {
    let excs = match excs.payload::<List>() {
        Some(excs) => excs.snapshot(),
        None => return Err(esc.system_error("exceptions to reraise are a list")),
    };
    if !is_group(orig) {
        // A naked exception was caught and wrapped: one clause ran at most.
        return Ok(excs.into_iter().next().unwrap_or_else(singletons::none));
    }
    let present = excs.into_iter().filter(|exception| !exception.is_none());
    let (reraised, mut raised): (Vec<_>, Vec<_>) = present.partition(|exception| same_metadata(esc, exception, orig));
    let mut keep = Vec::new();
    for exception in &reraised {
        collect_leaves(esc, exception, &mut keep)?;
    }
    let projection = project(esc, orig, &keep)?;
    raised.extend(projection);
    match raised.len() {
        0 => Ok(singletons::none()),
        1 => Ok(raised.swap_remove(0)),
        _ => {
            let list = list::new(esc, raised).into_value();
            call::call(esc, &exc::BASE_EXCEPTION_GROUP.value(), &[intern(esc, ""), list])
        }
    }
}

/// Whether two exceptions have the identical notes, traceback, cause and context: then one was split off the other.
fn same_metadata(esc: Esc<'_>, left: &Value, right: &Value) -> bool {
    let (Some(left_payload), Some(right_payload)) = (left.payload::<Exception>(), right.payload::<Exception>()) else {
        return false;
    };
    let same = |left: Option<Value>, right: Option<Value>| match (left, right) {
        (Some(left), Some(right)) => left.is(&right),
        (left, right) => left.is_none() && right.is_none(),
    };
    let notes = |value: &Value| match attr::instance_get(esc, value, names::notes(esc)) {
        Ok(notes) => notes,
        Err(raised) => {
            drop(raised.catch(esc));
            None
        }
    };
    same(notes(left), notes(right))
        && same(left_payload.traceback.get(esc, left_payload), right_payload.traceback.get(esc, right_payload))
        && same(left_payload.cause.get(esc, left_payload), right_payload.cause.get(esc, right_payload))
        && same(left_payload.context.get(esc, left_payload), right_payload.context.get(esc, right_payload))
}

/// The exceptions of a group.
fn parts_of(esc: Esc<'_>, group: &Value) -> Vec<Value> {
    let exceptions = group.payload::<Exception>().and_then(|payload| payload.field(esc, 1));
    match exceptions.as_ref().and_then(|exceptions| exceptions.payload::<Tuple>()) {
        Some(parts) => parts.as_slice().to_vec(),
        None => Vec::new(),
    }
}

fn collect_leaves(esc: Esc<'_>, exception: &Value, leaves: &mut Vec<Value>) -> PyResult<()> {
    esc.check_native_stack()?;
    if !is_group(exception) {
        leaves.push(exception.clone());
        return Ok(());
    }
    parts_of(esc, exception).iter().try_for_each(|part| collect_leaves(esc, part, leaves))
}

/// The part of `exception` whose leaves are among `keep`, in the same shape; `None` if there is none.
fn project(esc: Esc<'_>, exception: &Value, keep: &[Value]) -> PyResult<Option<Value>> {
    esc.check_native_stack()?;
    if !is_group(exception) {
        let kept = keep.iter().any(|leaf| leaf.is(exception));
        return Ok(kept.then(|| exception.clone()));
    }
    let mut kept = Vec::new();
    for part in parts_of(esc, exception) {
        kept.extend(project(esc, &part, keep)?);
    }
    if kept.is_empty() {
        return Ok(None);
    }
    derive(esc, exception, kept).map(Some)
}

/// `group.derive(exceptions)` with the group's traceback, context, cause and notes.
fn derive(esc: Esc<'_>, group: &Value, exceptions: Vec<Value>) -> PyResult {
    let exceptions = list::new(esc, exceptions).into_value();
    let made = call::call_method(esc, group, &intern(esc, "derive"), &[exceptions])?;
    if !is_group(&made) {
        return Err(esc.type_error("derive must return an instance of BaseExceptionGroup"));
    }
    if let (Some(from), Some(to)) = (group.payload::<Exception>(), made.payload::<Exception>()) {
        drop(to.traceback.set(to, from.traceback.get(esc, from)));
        drop(to.context.set(to, from.context.get(esc, from)));
        let cause = from.cause.get(esc, from);
        to.set_suppress_context(from.suppress_context());
        drop(to.cause.set(to, cause));
    }
    if let Some(notes) = attr::get_optional(esc, group, names::notes(esc))?
        && (notes.payload::<List>().is_some() || notes.payload::<Tuple>().is_some())
    {
        let notes = list::new(esc, ops::collect(esc, &notes)?).into_value();
        attr::set(esc, &made, names::notes(esc), Some(&notes))?;
    }
    Ok(made)
}
