//! `function` and `method`.

use interp_object::args::Signature;
use interp_object::builder::TypeBuilder;
use interp_object::data::cell::Cell;
use interp_object::data::code::CodeObject;
use interp_object::data::descr::{self, BoundMethod, METHOD};
use interp_object::data::dict::{self, Dict};
use interp_object::data::function::{self, Details, FUNCTION, Function};
use interp_object::data::str::{self, Str};
use interp_object::data::tuple::{self, Tuple};
use interp_object::data::{int, module, singletons};
use interp_object::intern::names;
use interp_object::layout::{Field, Obj, ValueExt};
use interp_object::native::{GetSetDef, MethodDef, NativeFn};
use interp_object::slots::CompareOp;
use interp_object::typeobj::TypeFlags;
use interp_object::{Args, Esc, PyResult, TypeObject, Value, attr, call, ops};

use crate::class::{get_dict, set_dict};
use crate::object::address;

static FUNCTION_GETSETS: &[GetSetDef] = &[
    GetSetDef::new("__code__", get_code, set_code, ""),
    GetSetDef::new("__defaults__", get_defaults, set_defaults, ""),
    GetSetDef::new("__kwdefaults__", get_kwdefaults, set_kwdefaults, ""),
    GetSetDef::new("__annotations__", get_annotations, set_annotations, ""),
    GetSetDef::new("__annotate__", get_annotate, set_annotate, ""),
    GetSetDef::new("__dict__", get_dict, set_dict, ""),
    GetSetDef::new("__name__", |esc, this| Ok(this_of(esc, this)?.name(esc)), set_name, ""),
    GetSetDef::new("__qualname__", |esc, this| Ok(this_of(esc, this)?.qualname(esc)), set_qualname, ""),
    GetSetDef::new("__type_params__", get_type_params, set_type_params, ""),
    GetSetDef::new("__module__", get_module, set_module, ""),
    GetSetDef::new("__doc__", |esc, this| Ok(this_of(esc, this)?.doc(esc)), set_doc, ""),
    GetSetDef::readonly("__globals__", |esc, this| Ok(this_of(esc, this)?.globals().as_value().clone()), ""),
    GetSetDef::readonly("__builtins__", |esc, this| Ok(this_of(esc, this)?.builtins().as_value().clone()), ""),
    GetSetDef::readonly("__closure__", get_closure, ""),
];

static METHOD_GETSETS: &[GetSetDef] = &[
    GetSetDef::readonly(
        "__func__",
        |esc, this| Ok(method_of(esc, this)?.function.clone()),
        "the function (or other callable) implementing a method",
    ),
    GetSetDef::readonly(
        "__self__",
        |esc, this| Ok(method_of(esc, this)?.receiver.clone()),
        "the instance to which a method is bound",
    ),
    GetSetDef::readonly("__doc__", |esc, this| attr::get(esc, &method_of(esc, this)?.function, names::doc(esc)), ""),
];

static METHOD_METHODS: &[MethodDef] = &[MethodDef::new("__reduce__", NativeFn::NoArgs(method_reduce), "")];

pub(crate) fn init(esc: Esc<'_>) {
    FUNCTION.add_flags(TypeFlags::WEAKREF);
    TypeBuilder::new(esc, &FUNCTION)
        .slots(|slots| {
            slots.repr.set(Some(repr));
            slots.descr_get.set(Some(get));
            slots.new.set(Some(new));
        })
        .getsets(FUNCTION_GETSETS)
        .doc("Create a function object.");
    METHOD.add_flags(TypeFlags::WEAKREF);
    TypeBuilder::new(esc, &METHOD)
        .slots(|slots| {
            slots.repr.set(Some(method_repr));
            slots.call.set(Some(method_call));
            slots.getattr.set(Some(method_getattr));
            slots.descr_get.set(Some(|_, this, _, _| Ok(this.clone())));
            slots.hash.set(Some(method_hash));
            slots.richcompare.set(Some(method_compare));
            slots.new.set(Some(method_new));
        })
        .methods(METHOD_METHODS)
        .getsets(METHOD_GETSETS)
        .doc("Create a bound instance method object.");
}

fn this_of<'a>(esc: Esc<'_>, this: &'a Value) -> PyResult<&'a Function> {
    match this.payload::<Function>() {
        Some(function) => Ok(function),
        None => Err(esc.type_error("a function was expected")),
    }
}

fn repr(esc: Esc<'_>, this: &Value) -> PyResult {
    let name = ops::text_lossy(&this_of(esc, this)?.qualname(esc));
    Ok(str::new(esc, &format!("<function {name} at {:#x}>", address(this))).into_value())
}

fn get(esc: Esc<'_>, this: &Value, instance: Option<&Value>, _owner: &TypeObject) -> PyResult {
    match instance {
        Some(instance) => Ok(descr::bind(esc, this.clone(), instance.clone()).into_value()),
        None => Ok(this.clone()),
    }
}

const NEW: Signature<6> =
    Signature::new("function", ["code", "globals", "name", "argdefs", "closure", "kwdefaults"], 2);

fn new(esc: Esc<'_>, _class: &TypeObject, args: Args<'_>) -> PyResult {
    let [code, globals, name, defaults, closure, kwdefaults] = args.bind(esc, &NEW)?;
    let refuse = |index: usize, expected: &str, given: &Value| {
        let given = given.class().name();
        esc.type_error(format_args!("function() argument {index} must be {expected}, not {given}"))
    };
    let (Some(code), Some(globals)) = (code, globals) else { return Err(esc.type_error("function() needs code")) };
    let code = code.clone().downcast::<CodeObject>().map_err(|other| refuse(1, "code", &other))?;
    let globals = globals.clone().downcast::<Dict>().map_err(|other| refuse(2, "dict", &other))?;
    let builtins = builtins_of(esc, &globals);
    let free = code.data().freevars().count();
    let made = function::new(esc, &code, &globals, &builtins);
    if let Some(name) = name.filter(|name| !name.is_none()) {
        if name.payload::<Str>().is_none() {
            return Err(esc.type_error("arg 3 (name) must be None or string"));
        }
        drop(made.make_details().name.set(&*made, Some(name.clone())));
    }
    if let Some(defaults) = defaults.filter(|defaults| !defaults.is_none()) {
        if defaults.payload::<Tuple>().is_none() {
            return Err(esc.type_error("arg 4 (defaults) must be None or tuple"));
        }
        made.init_defaults(defaults.clone());
    }
    match closure.filter(|closure| !closure.is_none()) {
        None if free > 0 => return Err(esc.type_error("arg 5 (closure) must be tuple")),
        None => {}
        Some(cells) => {
            let Ok(cells) = cells.clone().downcast::<Tuple>() else {
                return Err(esc.type_error("arg 5 (closure) must be None or tuple"));
            };
            check_closure(esc, &code, &cells)?;
            drop(made.init_closure(cells.into_value()));
        }
    }
    if let Some(kwdefaults) = kwdefaults.filter(|kwdefaults| !kwdefaults.is_none()) {
        if kwdefaults.payload::<Dict>().is_none() {
            return Err(esc.type_error("arg 6 (kwdefaults) must be None or dict"));
        }
        made.init_kwdefaults(kwdefaults.clone());
    }
    Ok(made.into_value())
}

fn check_closure(esc: Esc<'_>, code: &CodeObject, cells: &Tuple) -> PyResult<()> {
    let free = code.data().freevars().count();
    if cells.len() != free {
        let name = ops::text_lossy(code.name());
        return Err(esc.value_error(format_args!("{name} requires closure of length {free}, not {}", cells.len())));
    }
    for cell in cells.as_slice() {
        if cell.payload::<Cell>().is_none() {
            let given = cell.class().name();
            return Err(esc.type_error(format_args!("arg 5 (closure) expected cell, found {given}")));
        }
    }
    Ok(())
}

/// The builtins a function with these globals sees.
pub(crate) fn builtins_of(esc: Esc<'_>, globals: &Obj<Dict>) -> Obj<Dict> {
    let found = globals.get_interned(esc, names::builtins(esc));
    let found = found.or_else(|| {
        let running = interp_object::data::frame::running_globals(esc)?;
        running.payload::<Dict>()?.get_interned(esc, names::builtins(esc))
    });
    match found {
        Some(found) => match found.payload::<module::Module>() {
            Some(module) => module.dict().clone(),
            None => found.downcast::<Dict>().unwrap_or_else(|_| dict::new(esc)),
        },
        None => dict::new(esc),
    }
}

fn get_code(esc: Esc<'_>, this: &Value) -> PyResult {
    Ok(this_of(esc, this)?.code().into_value())
}

fn set_code(esc: Esc<'_>, this: &Value, value: Option<&Value>) -> PyResult<()> {
    let function = this_of(esc, this)?;
    let Some(Ok(code)) = value.map(|value| value.clone().downcast::<CodeObject>()) else {
        return Err(esc.type_error("__code__ must be set to a code object"));
    };
    let (free, closure) = (code.data().freevars().count(), function.closure().map_or(0, |cells| cells.len()));
    if free != closure {
        let name = ops::text_lossy(&function.name(esc));
        return Err(
            esc.value_error(format_args!("{name}() requires a code object with {closure} free vars, not {free}"))
        );
    }
    code.executable(esc)?;
    drop(function.set_code(&code));
    Ok(())
}

fn get_defaults(esc: Esc<'_>, this: &Value) -> PyResult {
    Ok(this_of(esc, this)?.defaults(esc).unwrap_or_else(singletons::none))
}

fn set_defaults(esc: Esc<'_>, this: &Value, value: Option<&Value>) -> PyResult<()> {
    let value = value.filter(|value| !value.is_none());
    if value.is_some_and(|value| value.payload::<Tuple>().is_none()) {
        return Err(esc.type_error("__defaults__ must be set to a tuple object"));
    }
    drop(this_of(esc, this)?.set_defaults(value.cloned()));
    Ok(())
}

fn get_kwdefaults(esc: Esc<'_>, this: &Value) -> PyResult {
    Ok(this_of(esc, this)?.kwdefaults(esc).unwrap_or_else(singletons::none))
}

fn set_kwdefaults(esc: Esc<'_>, this: &Value, value: Option<&Value>) -> PyResult<()> {
    let value = value.filter(|value| !value.is_none());
    if value.is_some_and(|value| value.payload::<Dict>().is_none()) {
        return Err(esc.type_error("__kwdefaults__ must be set to a dict object"));
    }
    drop(this_of(esc, this)?.set_kwdefaults(value.cloned()));
    Ok(())
}

/// `__annotations__`: computed by `__annotate__` when first read. The compiler may also have left a tuple of names and
/// values (`from __future__ import annotations`).
fn get_annotations(esc: Esc<'_>, this: &Value) -> PyResult {
    let function = this_of(esc, this)?;
    let made = match function.detail(esc, |details| &details.annotations) {
        Some(pairs) if pairs.payload::<Tuple>().is_some() => {
            let dict = dict::new(esc);
            if let Some(pairs) = pairs.payload::<Tuple>() {
                for pair in pairs.as_slice().chunks_exact(2) {
                    dict.set(esc, &pair[0], pair[1].clone())?;
                }
            }
            dict.into_value()
        }
        Some(annotations) => return Ok(annotations),
        None => match function.detail(esc, |details| &details.annotate).filter(|annotate| !annotate.is_none()) {
            None => dict::new(esc).into_value(),
            Some(annotate) => {
                let result = call::call(esc, &annotate, &[int::small(1)])?;
                if result.payload::<Dict>().is_none() {
                    let given = result.class().name();
                    return Err(esc.type_error(format_args!("__annotate__() must return a dict, not '{given}'")));
                }
                result
            }
        },
    };
    drop(function.make_details().annotations.set(function, Some(made.clone())));
    Ok(made)
}

fn set_annotations(esc: Esc<'_>, this: &Value, value: Option<&Value>) -> PyResult<()> {
    let function = this_of(esc, this)?;
    let value = value.filter(|value| !value.is_none());
    if value.is_some_and(|value| value.payload::<Dict>().is_none()) {
        return Err(esc.type_error("__annotations__ must be set to a dict object"));
    }
    let details = function.make_details();
    drop(details.annotations.set(function, value.cloned()));
    drop(details.annotate.set(function, None));
    Ok(())
}

fn get_annotate(esc: Esc<'_>, this: &Value) -> PyResult {
    let function = this_of(esc, this)?;
    Ok(function.detail(esc, |details| &details.annotate).unwrap_or_else(singletons::none))
}

fn set_annotate(esc: Esc<'_>, this: &Value, value: Option<&Value>) -> PyResult<()> {
    let function = this_of(esc, this)?;
    let Some(value) = value else { return Err(esc.type_error("__annotate__ cannot be deleted")) };
    if !value.is_none() && value.class().slots.call.is_empty() {
        return Err(esc.type_error("__annotate__ must be callable or None"));
    }
    let details = function.make_details();
    if value.is_none() {
        drop(details.annotate.set(function, None));
    } else {
        drop(details.annotate.set(function, Some(value.clone())));
        drop(details.annotations.set(function, None));
    }
    Ok(())
}

fn set_text(
    esc: Esc<'_>,
    this: &Value,
    value: Option<&Value>,
    name: &str,
    pick: fn(&Details) -> &Field,
) -> PyResult<()> {
    let function = this_of(esc, this)?;
    let Some(value) = value.filter(|value| value.payload::<Str>().is_some()) else {
        return Err(esc.type_error(format_args!("{name} must be set to a string object")));
    };
    drop(pick(function.make_details()).set(function, Some(value.clone())));
    Ok(())
}

fn set_name(esc: Esc<'_>, this: &Value, value: Option<&Value>) -> PyResult<()> {
    set_text(esc, this, value, "__name__", |f| &f.name)
}

fn set_qualname(esc: Esc<'_>, this: &Value, value: Option<&Value>) -> PyResult<()> {
    set_text(esc, this, value, "__qualname__", |f| &f.qualname)
}

fn get_module(esc: Esc<'_>, this: &Value) -> PyResult {
    let function = this_of(esc, this)?;
    Ok(function.module.get(esc, function).unwrap_or_else(singletons::none))
}

fn set_module(esc: Esc<'_>, this: &Value, value: Option<&Value>) -> PyResult<()> {
    let function = this_of(esc, this)?;
    drop(function.module.set(function, value.cloned()));
    Ok(())
}

fn set_doc(esc: Esc<'_>, this: &Value, value: Option<&Value>) -> PyResult<()> {
    let function = this_of(esc, this)?;
    let value = value.cloned().unwrap_or_else(singletons::none);
    drop(function.make_details().doc.set(function, Some(value)));
    Ok(())
}

fn get_type_params(esc: Esc<'_>, this: &Value) -> PyResult {
    let found = this_of(esc, this)?.detail(esc, |details| &details.type_params);
    Ok(found.unwrap_or_else(|| tuple::new(esc, []).into_value()))
}

fn set_type_params(esc: Esc<'_>, this: &Value, value: Option<&Value>) -> PyResult<()> {
    let function = this_of(esc, this)?;
    let Some(value) = value.filter(|value| value.payload::<Tuple>().is_some()) else {
        return Err(esc.type_error("__type_params__ must be set to a tuple"));
    };
    drop(function.make_details().type_params.set(function, Some(value.clone())));
    Ok(())
}

fn get_closure(esc: Esc<'_>, this: &Value) -> PyResult {
    Ok(this_of(esc, this)?.closure().map_or_else(singletons::none, |cells| cells.value().clone()))
}

fn method_of<'a>(esc: Esc<'_>, this: &'a Value) -> PyResult<&'a BoundMethod> {
    match this.payload::<BoundMethod>() {
        Some(method) => Ok(method),
        None => Err(esc.type_error("a method was expected")),
    }
}

fn method_new(esc: Esc<'_>, _class: &TypeObject, args: Args<'_>) -> PyResult {
    let args = args.expect(esc, "method", 2, 2)?;
    if args[0].class().slots.call.is_empty() {
        return Err(esc.type_error("first argument must be callable"));
    }
    if args[1].is_none() {
        return Err(esc.type_error("instance must not be None"));
    }
    Ok(descr::bind(esc, args[0].clone(), args[1].clone()).into_value())
}

fn method_call(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult {
    let method = method_of(esc, this)?;
    call::call_with_receiver(esc, &method.function, &method.receiver, args)
}

fn method_getattr(esc: Esc<'_>, this: &Value, name: &Value) -> PyResult {
    if let Some(own) = interp_object::typeobj::lookup(esc, this.class(), name) {
        return match own.class().slots.descr_get.get() {
            Some(get) => get(esc, &own, Some(this), this.class()),
            None => Ok(own),
        };
    }
    attr::get(esc, &method_of(esc, this)?.function, name)
}

fn method_repr(esc: Esc<'_>, this: &Value) -> PyResult {
    let method = method_of(esc, this)?;
    let mut name = "?".to_owned();
    for attribute in [names::qualname(esc), names::name(esc)] {
        if let Some(found) = attr::get_optional(esc, &method.function, attribute)?
            && found.payload::<Str>().is_some()
        {
            name = ops::text_lossy(&found);
            break;
        }
    }
    let receiver = ops::repr(esc, &method.receiver)?;
    Ok(str::new(esc, &format!("<bound method {name} of {}>", receiver.to_lossy())).into_value())
}

fn method_hash(esc: Esc<'_>, this: &Value) -> PyResult<i64> {
    let method = method_of(esc, this)?;
    let hash = crate::object::hash(esc, &method.receiver)? ^ ops::hash(esc, &method.function)?;
    Ok(if hash == -1 { -2 } else { hash })
}

fn method_compare(esc: Esc<'_>, this: &Value, other: &Value, op: CompareOp) -> PyResult {
    let (mine, Some(theirs)) = (method_of(esc, this)?, other.payload::<BoundMethod>()) else {
        return Ok(singletons::not_implemented());
    };
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(singletons::not_implemented());
    }
    let equal = ops::equal(esc, &mine.function, &theirs.function)? && mine.receiver.is(&theirs.receiver);
    Ok(singletons::bool(equal == (op == CompareOp::Eq)))
}

fn method_reduce(esc: Esc<'_>, this: &Value) -> PyResult {
    let method = method_of(esc, this)?;
    let name = attr::get(esc, &method.function, names::name(esc))?;
    let getattr = match crate::native::builtin(esc, "getattr") {
        Some(getattr) => getattr,
        None => return Err(esc.runtime_error("builtins.getattr not found")),
    };
    let args = tuple::new(esc, [method.receiver.clone(), name]);
    Ok(tuple::new(esc, [getattr, args.into_value()]).into_value())
}
