//! `TypeAliasType`: what `type X = …` makes.

use interp_object::args::Signature;
use interp_object::builder::TypeBuilder;
use interp_object::data::function::Function;
use interp_object::data::str::Str;
use interp_object::data::tuple::{self, Tuple};
use interp_object::data::typing::{self, Lazy, TYPE_ALIAS, TYPEVARTUPLE, TypeAlias};
use interp_object::data::{alias as generic, singletons};
use interp_object::layout::ValueExt;
use interp_object::native::{GetSetDef, MethodDef, NativeFn};
use interp_object::slots::BinaryOp;
use interp_object::{Args, Esc, PyResult, TypeObject, Value};

use super::{calling_module, evaluate, evaluator, or_types, unpacked};

static GETSETS: &[GetSetDef] = &[
    GetSetDef::readonly("__name__", |esc, this| Ok(expect(esc, this)?.name().clone()), ""),
    GetSetDef::readonly("__value__", get_value, ""),
    GetSetDef::readonly("__type_params__", get_type_params, ""),
    GetSetDef::readonly("__parameters__", get_parameters, ""),
    GetSetDef::readonly("__module__", get_module, ""),
    GetSetDef::readonly(
        "evaluate_value",
        |esc, this| Ok(evaluator(esc, expect(esc, this)?, &expect(esc, this)?.value)),
        "",
    ),
];

static METHODS: &[MethodDef] =
    &[MethodDef::new("__reduce__", NativeFn::NoArgs(|esc, this| Ok(expect(esc, this)?.name().clone())), "")];

pub(super) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &TYPE_ALIAS)
        .methods(METHODS)
        .getsets(GETSETS)
        .slots(|slots| {
            slots.new.set(Some(new));
            slots.repr.set(Some(|esc, this| Ok(expect(esc, this)?.name().clone())));
            slots.getitem.set(Some(getitem));
            slots.iter.set(Some(|esc, this| {
                let item = unpacked(esc, this)?;
                interp_object::ops::iterator(esc, &tuple::new(esc, [item]).into_value())
            }));
            slots.binary[BinaryOp::Or as usize].set(Some(or_types));
        })
        .doc("Type alias.");
}

fn expect<'a>(esc: Esc<'_>, this: &'a Value) -> PyResult<&'a TypeAlias> {
    match this.payload::<TypeAlias>() {
        Some(alias) => Ok(alias),
        None => Err(esc.type_error("a type alias was expected")),
    }
}

fn get_value(esc: Esc<'_>, this: &Value) -> PyResult {
    let alias = expect(esc, this)?;
    Ok(evaluate(esc, alias, &alias.value)?.unwrap_or_else(singletons::none))
}

fn get_type_params(esc: Esc<'_>, this: &Value) -> PyResult {
    let params = expect(esc, this)?.type_params().cloned();
    Ok(params.unwrap_or_else(|| tuple::new(esc, []).into_value()))
}

/// The type parameters, with variadic ones unpacked.
fn get_parameters(esc: Esc<'_>, this: &Value) -> PyResult {
    let params = get_type_params(esc, this)?;
    let items = params.payload::<Tuple>().map_or(&[][..], Tuple::as_slice);
    let mut parameters = Vec::with_capacity(items.len());
    for item in items {
        let variadic = std::ptr::eq(item.class(), &raw const TYPEVARTUPLE);
        parameters.push(if variadic { unpacked(esc, item)? } else { item.clone() });
    }
    Ok(tuple::new(esc, parameters).into_value())
}

/// The module the alias was made in: that of the function that computes its value.
fn get_module(esc: Esc<'_>, this: &Value) -> PyResult {
    let alias = expect(esc, this)?;
    if let Some(module) = alias.module() {
        return Ok(module.clone());
    }
    let function = alias.value.evaluate.get(esc, alias);
    let module = function.as_ref().and_then(|function| {
        let function = function.payload::<Function>()?;
        function.module.get(esc, function)
    });
    Ok(module.unwrap_or_else(singletons::none))
}

fn getitem(esc: Esc<'_>, this: &Value, item: &Value) -> PyResult {
    if expect(esc, this)?.type_params().is_none() {
        return Err(esc.type_error("Only generic type aliases are subscriptable"));
    }
    generic::subscript(esc, this, item)
}

fn new(esc: Esc<'_>, _class: &TypeObject, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<3> =
        Signature::new("typealias", ["name", "value", "type_params"], 2).keyword_only_from(2);
    let [name, value, params] = args.bind(esc, &SIGNATURE)?;
    let name = name.cloned().unwrap_or_else(singletons::none);
    if name.payload::<Str>().is_none() {
        let shown = interp_object::args::shown_type(&name);
        return Err(esc.type_error(format_args!("typealias() argument 'name' must be str, not {shown}")));
    }
    if params.is_some_and(|params| params.payload::<Tuple>().is_none()) {
        return Err(esc.type_error("type_params must be a tuple"));
    }
    let params = params.filter(|params| params.payload::<Tuple>().is_some_and(|params| !params.is_empty()));
    let value = Lazy::known(value.cloned());
    Ok(typing::new_alias(esc, name, params.cloned(), value, calling_module(esc)).into_value())
}
