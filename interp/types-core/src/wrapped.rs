//! `classmethod` and `staticmethod`.

use interp_object::builder::TypeBuilder;
use interp_object::data::alias;
use interp_object::data::descr::{self, CLASS_METHOD, ClassMethod, STATIC_METHOD, StaticMethod};
use interp_object::data::function::Function;
use interp_object::data::{exception as exc, singletons, str};
use interp_object::intern::names;
use interp_object::layout::{self, Field, ValueExt};
use interp_object::native::{GetSetDef, MethodDef};
use interp_object::{Args, Esc, PyResult, TypeObject, Value, attr, call, ops, typeobj};

use crate::class::{get_dict, set_dict};
use crate::property::says_abstract;

static GETSETS: &[GetSetDef] = &[
    GetSetDef::readonly("__func__", callable, ""),
    GetSetDef::readonly("__wrapped__", callable, ""),
    GetSetDef::readonly("__isabstractmethod__", is_abstract, ""),
    GetSetDef::new("__dict__", get_dict, set_dict, ""),
];

static METHODS: &[MethodDef] = &[alias::CLASS_GETITEM];

pub(crate) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &CLASS_METHOD)
        .slots(|slots| {
            slots.new.set(Some(new_class_method));
            slots.init.set(Some(|esc, this, args| init_wrapper(esc, this, args, "classmethod")));
            slots.descr_get.set(Some(class_method_get));
            slots.repr.set(Some(|esc, this| repr(esc, this, "classmethod")));
        })
        .getsets(GETSETS)
        .methods(METHODS)
        .doc("classmethod(function, /)\n--\n\nConvert a function to be a class method.");
    TypeBuilder::new(esc, &STATIC_METHOD)
        .slots(|slots| {
            slots.new.set(Some(new_static_method));
            slots.init.set(Some(|esc, this, args| init_wrapper(esc, this, args, "staticmethod")));
            slots.descr_get.set(Some(|esc, this, _, _| callable(esc, this)));
            slots.call.set(Some(static_method_call));
            slots.repr.set(Some(|esc, this| repr(esc, this, "staticmethod")));
        })
        .getsets(GETSETS)
        .methods(METHODS)
        .doc("staticmethod(function, /)\n--\n\nConvert a function to be a static method.");
}

fn new_class_method(esc: Esc<'_>, class: &TypeObject, _args: Args<'_>) -> PyResult {
    Ok(layout::new_with_type(esc, class, ClassMethod { callable: Field::empty() }).into_value())
}

fn new_static_method(esc: Esc<'_>, class: &TypeObject, _args: Args<'_>) -> PyResult {
    Ok(layout::new_with_type(esc, class, StaticMethod { callable: Field::empty() }).into_value())
}

/// Keeps the callable and copies what describes it (`functools.wraps`).
fn init_wrapper(esc: Esc<'_>, this: &Value, args: Args<'_>, name: &str) -> PyResult<()> {
    let args = args.expect(esc, name, 1, 1)?;
    let function = &args[0];
    if let Some(method) = this.payload::<ClassMethod>() {
        let before = method.callable.set(method, Some(function.clone()));
        if before.is_some() {
            typeobj::forget_all();
        }
        drop(before);
    } else if let Some(method) = this.payload::<StaticMethod>() {
        drop(method.callable.set(method, Some(function.clone())));
    }
    for name in [names::module(esc), names::name(esc), names::qualname(esc), names::doc(esc)] {
        if let Some(value) = attr::get_optional(esc, function, name)? {
            attr::set(esc, this, name, Some(&value))?;
        }
    }
    Ok(())
}

fn callable(esc: Esc<'_>, this: &Value) -> PyResult {
    let found = match (this.payload::<ClassMethod>(), this.payload::<StaticMethod>()) {
        (Some(method), _) => method.callable.get(esc, method),
        (None, Some(method)) => method.callable.get(esc, method),
        (None, None) => None,
    };
    match found {
        Some(callable) => Ok(callable),
        None => Err(esc.raise_str(&exc::RUNTIME_ERROR, "uninitialized classmethod or staticmethod object")),
    }
}

fn class_method_get(esc: Esc<'_>, this: &Value, _instance: Option<&Value>, owner: &TypeObject) -> PyResult {
    let function = callable(esc, this)?;
    Ok(descr::bind(esc, function, owner.value()).into_value())
}

fn static_method_call(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult {
    let function = callable(esc, this)?;
    call::call_args(esc, &function, args)
}

fn repr(esc: Esc<'_>, this: &Value, name: &str) -> PyResult {
    let inner = ops::repr(esc, &callable(esc, this)?)?;
    Ok(str::new(esc, &format!("<{name}({})>", inner.to_lossy())).into_value())
}

fn is_abstract(esc: Esc<'_>, this: &Value) -> PyResult {
    let function = callable(esc, this)?;
    if function.exact::<Function>().is_some() && attr::existing_dict(esc, &function).is_none() {
        return Ok(singletons::false_());
    }
    says_abstract(esc, &function).map(singletons::bool)
}
