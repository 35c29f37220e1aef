//! What PEP 695 syntax makes: type parameters, type aliases, and `Generic`. Bounds, constraints, defaults and alias values
//! are computed when first asked for, by functions the compiler passes here.

use std::sync::OnceLock;

use stackref::{Value, Word};

use super::types::{OBJECT, Plain};
use crate::layout::{self, Field, Obj, Payload};
use crate::thread::Esc;
use crate::typeobj::{TypeFlags, TypeObject};

/// A value that is computed once, when first asked for.
pub struct Lazy {
    /// The value, once known.
    pub value: Field,
    /// The function that computes it; empty if the value was given, or if there is none at all.
    pub evaluate: Field,
}

impl Lazy {
    /// Nothing to give and nothing to compute.
    pub fn absent() -> Self {
        Lazy { value: Field::empty(), evaluate: Field::empty() }
    }

    /// A value that is known.
    pub fn known(value: Option<Value>) -> Self {
        Lazy { value: Field::new(value), evaluate: Field::empty() }
    }

    /// A value that `evaluate` computes when called with the annotation format `VALUE`.
    pub fn computed(evaluate: Value) -> Self {
        Lazy { value: Field::empty(), evaluate: Field::new(Some(evaluate)) }
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        self.value.trace(visit);
        self.evaluate.trace(visit);
    }

    fn clear(&self, out: &mut Vec<Value>) {
        out.extend(self.value.take());
        out.extend(self.evaluate.take());
    }
}

/// The payload of `TypeVar`, `ParamSpec` and `TypeVarTuple`: the class says which.
pub struct TypeParameter {
    name: Value,
    /// `__bound__`
    pub bound: Lazy,
    /// `__constraints__`
    pub constraints: Lazy,
    /// `__default__`
    pub default: Lazy,
    covariant: bool,
    contravariant: bool,
    infer_variance: bool,
}

/// What a type parameter's variance was declared to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Variance {
    /// `__covariant__`
    pub covariant: bool,
    /// `__contravariant__`
    pub contravariant: bool,
    /// `__infer_variance__`
    pub infer: bool,
}

impl TypeParameter {
    /// `__name__`, a `str`.
    pub fn name(&self) -> &Value {
        &self.name
    }

    /// The declared variance.
    pub fn variance(&self) -> Variance {
        Variance { covariant: self.covariant, contravariant: self.contravariant, infer: self.infer_variance }
    }
}

impl Payload for TypeParameter {
    const NAME: &'static str = "type parameter";
    fn class() -> &'static TypeObject {
        &TYPEVAR
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        visit(self.name.word());
        for lazy in [&self.bound, &self.constraints, &self.default] {
            lazy.trace(visit);
        }
    }

    fn clear(&self, out: &mut Vec<Value>) {
        for lazy in [&self.bound, &self.constraints, &self.default] {
            lazy.clear(out);
        }
    }
}

const PARAMETER: TypeFlags = TypeFlags::DICT.union(TypeFlags::TRACED).union(TypeFlags::WEAKREF);

/// The type `typing.TypeVar`.
pub static TYPEVAR: TypeObject = TypeObject::builtin::<TypeParameter>("typing.TypeVar", Some(&OBJECT), PARAMETER);

/// The type `typing.ParamSpec`.
pub static PARAMSPEC: TypeObject = TypeObject::builtin::<TypeParameter>("typing.ParamSpec", Some(&OBJECT), PARAMETER);

/// The type `typing.TypeVarTuple`.
pub static TYPEVARTUPLE: TypeObject =
    TypeObject::builtin::<TypeParameter>("typing.TypeVarTuple", Some(&OBJECT), PARAMETER);

/// A type parameter of `class` (one of the three types here).
pub fn new_parameter(
    esc: Esc<'_>,
    class: &TypeObject,
    name: Value,
    bound: Lazy,
    constraints: Lazy,
    default: Lazy,
    variance: Variance,
) -> Obj<TypeParameter> {
    let Variance { covariant, contravariant, infer: infer_variance } = variance;
    let parameter = TypeParameter { name, bound, constraints, default, covariant, contravariant, infer_variance };
    layout::new_with_type(esc, class, parameter)
}

/// The payload of `P.args` and `P.kwargs`: the class says which.
pub struct ParamSpecPart {
    origin: Value,
}

impl ParamSpecPart {
    /// `__origin__`: the `ParamSpec`.
    pub fn origin(&self) -> &Value {
        &self.origin
    }
}

impl Payload for ParamSpecPart {
    const NAME: &'static str = "part of a parameter specification";
    fn class() -> &'static TypeObject {
        &PARAMSPEC_ARGS
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        visit(self.origin.word());
    }
}

/// The type `typing.ParamSpecArgs`.
pub static PARAMSPEC_ARGS: TypeObject =
    TypeObject::builtin::<ParamSpecPart>("typing.ParamSpecArgs", Some(&OBJECT), TypeFlags::WEAKREF);

/// The type `typing.ParamSpecKwargs`.
pub static PARAMSPEC_KWARGS: TypeObject =
    TypeObject::builtin::<ParamSpecPart>("typing.ParamSpecKwargs", Some(&OBJECT), TypeFlags::WEAKREF);

/// `origin.args` or `origin.kwargs`, by `class`.
pub fn new_part(esc: Esc<'_>, class: &TypeObject, origin: Value) -> Obj<ParamSpecPart> {
    layout::new_with_type(esc, class, ParamSpecPart { origin })
}

/// The payload of `TypeAliasType`.
pub struct TypeAlias {
    name: Value,
    type_params: Option<Value>,
    /// `__value__`
    pub value: Lazy,
    module: Option<Value>,
}

impl TypeAlias {
    /// `__name__`, a `str`.
    pub fn name(&self) -> &Value {
        &self.name
    }

    /// `__type_params__`, a tuple; `None` if the alias is not generic.
    pub fn type_params(&self) -> Option<&Value> {
        self.type_params.as_ref()
    }

    /// `__module__`, if it was given.
    pub fn module(&self) -> Option<&Value> {
        self.module.as_ref()
    }
}

impl Payload for TypeAlias {
    const NAME: &'static str = "type alias";
    fn class() -> &'static TypeObject {
        &TYPE_ALIAS
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        visit(self.name.word());
        self.type_params.iter().chain(&self.module).for_each(|value| visit(value.word()));
        self.value.trace(visit);
    }

    fn clear(&self, out: &mut Vec<Value>) {
        self.value.clear(out);
    }
}

/// The type `typing.TypeAliasType`.
pub static TYPE_ALIAS: TypeObject =
    TypeObject::builtin::<TypeAlias>("typing.TypeAliasType", Some(&OBJECT), TypeFlags::WEAKREF);

/// A type alias.
pub fn new_alias(
    esc: Esc<'_>,
    name: Value,
    type_params: Option<Value>,
    value: Lazy,
    module: Option<Value>,
) -> Obj<TypeAlias> {
    layout::new(esc, TypeAlias { name, type_params, value, module })
}

/// The type `typing.Generic`.
pub static GENERIC: TypeObject = TypeObject::builtin::<Plain>("typing.Generic", Some(&OBJECT), TypeFlags::BASE);

/// The payload of `typing.NoDefault`.
pub struct NoDefault {}

impl Payload for NoDefault {
    const NAME: &'static str = "NoDefaultType";
    const TRACED: bool = false;
    fn class() -> &'static TypeObject {
        &NO_DEFAULT_TYPE
    }
}

/// The type of `typing.NoDefault`.
pub static NO_DEFAULT_TYPE: TypeObject =
    TypeObject::builtin::<NoDefault>("typing.NoDefaultType", Some(&OBJECT), TypeFlags::empty());

/// `typing.NoDefault`: what `__default__` is where there is none.
pub fn no_default(esc: Esc<'_>) -> Value {
    static NO_DEFAULT: OnceLock<Value> = OnceLock::new();
    let make = || {
        let value = layout::new(esc, NoDefault {}).into_value();
        crate::intern::immortalize(&value);
        value
    };
    NO_DEFAULT.get_or_init(make).clone()
}
