//! The objects of PEP 695 syntax and of `typing` that the runtime makes itself: type parameters, type aliases, `Generic`,
//! `NoDefault`.
//!
//! What only the module `typing` knows (checking that something is a type, substitution) is asked of it when needed.

mod alias;
mod parameter;

use interp_object::builder::TypeBuilder;
use interp_object::data::alias as generic;
use interp_object::data::exception as exc;
use interp_object::data::frame;
use interp_object::data::str;
use interp_object::data::tuple::Tuple;
use interp_object::data::types::OBJECT;
use interp_object::data::typing::{self, GENERIC, Lazy, NO_DEFAULT_TYPE};
use interp_object::data::{int, singletons};
use interp_object::intern::{intern, names};
use interp_object::layout::{self, Payload, ValueExt};
use interp_object::native::{MethodDef, NativeFn};
use interp_object::{Args, Esc, PyResult, Raised, TypeFlags, TypeObject, Value, Word, attr, call, ops};

pub(crate) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &GENERIC).methods(GENERIC_METHODS).doc("Abstract base class for generic types.");
    TypeBuilder::new(esc, &NO_DEFAULT_TYPE)
        .methods(NO_DEFAULT_METHODS)
        .slots(|slots| {
            slots.repr.set(Some(|esc, _| Ok(str::new(esc, "typing.NoDefault").into_value())));
            slots.new.set(Some(|esc, _, args| {
                if !args.all_values().is_empty() {
                    return Err(esc.type_error("NoDefaultType takes no arguments"));
                }
                Ok(typing::no_default(esc))
            }));
        })
        .doc("The type of the NoDefault singleton.");
    CONST_EVALUATOR.add_flags(TypeFlags::NO_NEW);
    TypeBuilder::new(esc, &CONST_EVALUATOR).slots(|slots| {
        slots.repr.set(Some(|esc, this| {
            let value = ops::repr(esc, constant(esc, this)?)?;
            Ok(str::new(esc, &format!("<constevaluator {}>", value.to_lossy())).into_value())
        }));
        slots.call.set(Some(evaluate_constant));
    });
    parameter::init(esc);
    alias::init(esc);
}

static GENERIC_METHODS: &[MethodDef] = &[
    MethodDef::class("__class_getitem__", NativeFn::Full(class_getitem), "Parameterizes a generic class."),
    MethodDef::class("__init_subclass__", NativeFn::Full(init_subclass), "Function to initialize subclasses."),
];

static NO_DEFAULT_METHODS: &[MethodDef] =
    &[MethodDef::new("__reduce__", NativeFn::NoArgs(|esc, _| Ok(str::new(esc, "NoDefault").into_value())), "")];

/// An attribute of the module `typing`, which is imported if need be.
fn from_typing(esc: Esc<'_>, name: &str) -> PyResult {
    let Some(import) = crate::native::builtin(esc, "__import__") else {
        return Err(esc.raise_str(&exc::IMPORT_ERROR, "__import__ not found"));
    };
    let module = call::call(esc, &import, &[intern(esc, "typing")])?;
    attr::get_str(esc, &module, name)
}

/// Calls a function of the module `typing`.
fn call_typing(esc: Esc<'_>, name: &str, args: &[Value]) -> PyResult {
    let function = from_typing(esc, name)?;
    call::call(esc, &function, args)
}

/// As [`from_typing`], with `None` where there is no module `typing`.
fn from_typing_if_present(esc: Esc<'_>, name: &str) -> PyResult<Option<Value>> {
    match from_typing(esc, name) {
        Ok(found) => Ok(Some(found)),
        Err(raised) => raised.catch_if(esc, &exc::MODULE_NOT_FOUND_ERROR).map(|_missing| None),
    }
}

/// `C[…]` of a generic class: what `typing` makes of it, or a plain alias without that module.
fn class_getitem(esc: Esc<'_>, class: &Value, args: Args<'_>) -> PyResult {
    if let Some(function) = from_typing_if_present(esc, "_generic_class_getitem")? {
        return call::call_with_receiver(esc, &function, class, args);
    }
    let params = args.expect(esc, "__class_getitem__", 1, 1)?;
    generic::subscript(esc, class, &params[0])
}

/// Notes the type parameters of a new class. Without the module `typing`, those of its generic bases in order.
fn init_subclass(esc: Esc<'_>, class: &Value, args: Args<'_>) -> PyResult {
    if let Some(function) = from_typing_if_present(esc, "_generic_init_subclass")? {
        return call::call_with_receiver(esc, &function, class, args);
    }
    args.expect(esc, "__init_subclass__", 0, 0)?;
    let bases = attr::get_optional(esc, class, names::orig_bases(esc))?;
    let mut parameters: Vec<Value> = Vec::new();
    for base in bases.as_ref().and_then(|bases| bases.payload::<Tuple>()).map_or(&[][..], Tuple::as_slice) {
        let found = attr::get_optional(esc, base, &intern(esc, "__parameters__"))?;
        for parameter in found.as_ref().and_then(|found| found.payload::<Tuple>()).map_or(&[][..], Tuple::as_slice) {
            if !parameters.iter().any(|known| known.is(parameter)) {
                parameters.push(parameter.clone());
            }
        }
    }
    let parameters = interp_object::data::tuple::new(esc, parameters).into_value();
    attr::set(esc, class, &intern(esc, "__parameters__"), Some(&parameters))?;
    Ok(singletons::none())
}

/// The `__name__` of the running module.
fn calling_module(esc: Esc<'_>) -> Option<Value> {
    let globals = frame::running_globals(esc)?;
    globals.payload::<interp_object::data::dict::Dict>()?.get_interned(esc, names::name(esc))
}

/// `typing.Unpack[value]`
fn unpacked(esc: Esc<'_>, value: &Value) -> PyResult {
    ops::get_item(esc, &from_typing(esc, "Unpack")?, value)
}

/// The value, computed now if it was not before; `None` if there is none.
fn evaluate<T: Payload>(esc: Esc<'_>, owner: &T, lazy: &Lazy) -> PyResult<Option<Value>> {
    if let Some(known) = lazy.value.get(esc, owner) {
        return Ok(Some(known));
    }
    let Some(function) = lazy.evaluate.get(esc, owner) else { return Ok(None) };
    // 1 is `annotationlib.Format.VALUE`.
    let value = call::call(esc, &function, &[int::small(1)])?;
    drop(lazy.value.set(owner, Some(value.clone())));
    Ok(Some(value))
}

/// The function that computes the value, made up if the value was given; `None` if there is none.
fn evaluator<T: Payload>(esc: Esc<'_>, owner: &T, lazy: &Lazy) -> Value {
    if let Some(function) = lazy.evaluate.get(esc, owner) {
        return function;
    }
    match lazy.value.get(esc, owner) {
        Some(value) => layout::new(esc, ConstEvaluator { value }).into_value(),
        None => singletons::none(),
    }
}

/// The payload of evaluators of values that are known.
struct ConstEvaluator {
    value: Value,
}

impl Payload for ConstEvaluator {
    const NAME: &'static str = "constant evaluator";
    fn class() -> &'static TypeObject {
        &CONST_EVALUATOR
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        visit(self.value.word());
    }
}

static CONST_EVALUATOR: TypeObject =
    TypeObject::builtin::<ConstEvaluator>("_typing._ConstEvaluator", Some(&OBJECT), TypeFlags::empty());

fn constant<'a>(esc: Esc<'_>, this: &'a Value) -> PyResult<&'a Value> {
    match this.payload::<ConstEvaluator>() {
        Some(evaluator) => Ok(&evaluator.value),
        None => Err(esc.type_error("an evaluator was expected")),
    }
}

/// The value, or its text where the format `STRING` (4) is asked for.
fn evaluate_constant(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult {
    let value = constant(esc, this)?;
    let [format] = args.expect(esc, "_ConstEvaluator.__call__", 1, 1)? else {
        return Err(esc.system_error("the argument was counted"));
    };
    if ops::index_i64(esc, format)? != 4 {
        return Ok(value.clone());
    }
    let text = match value.payload::<Tuple>() {
        Some(items) => {
            let shown: Result<Vec<_>, Raised> = items.as_slice().iter().map(|item| type_text(esc, item)).collect();
            let comma = if items.len() == 1 { "," } else { "" };
            format!("({}{comma})", shown?.join(", "))
        }
        None => type_text(esc, value)?,
    };
    Ok(str::new(esc, &text).into_value())
}

/// How annotations show a type.
fn type_text(esc: Esc<'_>, value: &Value) -> PyResult<String> {
    if singletons::is_ellipsis(value) {
        return Ok("...".to_owned());
    }
    Ok(match TypeObject::from_value(value) {
        Some(class) => crate::class::full_name(esc, class),
        None => ops::repr(esc, value)?.to_lossy().into_owned(),
    })
}

/// `left | right` of types.
fn or_types(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    crate::class::union(esc, &[left.clone(), right.clone()])
}
