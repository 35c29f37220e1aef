//! `TypeVar`, `ParamSpec`, `TypeVarTuple`, and `P.args` and `P.kwargs`.

use interp_object::args::Signature;
use interp_object::builder::TypeBuilder;
use interp_object::data::str::{self, Str};
use interp_object::data::typing::{
    self, Lazy, PARAMSPEC, PARAMSPEC_ARGS, PARAMSPEC_KWARGS, ParamSpecPart, TYPEVAR, TYPEVARTUPLE, TypeParameter,
    Variance,
};
use interp_object::data::{singletons, tuple};
use interp_object::intern::{intern, names};
use interp_object::layout::ValueExt;
use interp_object::native::{GetSetDef, MethodDef, NativeFn};
use interp_object::slots::{BinaryOp, CompareOp};
use interp_object::{Args, Esc, PyResult, TypeObject, Value, attr, ops};

use super::{call_typing, calling_module, evaluate, evaluator, or_types, unpacked};
use crate::class::{get_dict, set_dict};

const NAME: GetSetDef = GetSetDef::readonly("__name__", |esc, this| Ok(expect(esc, this)?.name().clone()), "");
const DICT: GetSetDef = GetSetDef::new("__dict__", get_dict, set_dict, "");
const BOUND: GetSetDef = GetSetDef::readonly("__bound__", get_bound, "");
const DEFAULT: GetSetDef = GetSetDef::readonly("__default__", get_default, "The default value for this parameter.");
const EVALUATE_DEFAULT: GetSetDef = GetSetDef::readonly(
    "evaluate_default",
    |esc, this| Ok(evaluator(esc, expect(esc, this)?, &expect(esc, this)?.default)),
    "",
);
const COVARIANT: GetSetDef =
    GetSetDef::readonly("__covariant__", |esc, this| flag(esc, this, |variance| variance.covariant), "");
const CONTRAVARIANT: GetSetDef =
    GetSetDef::readonly("__contravariant__", |esc, this| flag(esc, this, |variance| variance.contravariant), "");
const INFER: GetSetDef =
    GetSetDef::readonly("__infer_variance__", |esc, this| flag(esc, this, |variance| variance.infer), "");

static TYPEVAR_GETSETS: &[GetSetDef] = &[
    NAME,
    DICT,
    BOUND,
    DEFAULT,
    EVALUATE_DEFAULT,
    COVARIANT,
    CONTRAVARIANT,
    INFER,
    GetSetDef::readonly("__constraints__", get_constraints, ""),
    GetSetDef::readonly(
        "evaluate_bound",
        |esc, this| Ok(evaluator(esc, expect(esc, this)?, &expect(esc, this)?.bound)),
        "",
    ),
    GetSetDef::readonly(
        "evaluate_constraints",
        |esc, this| Ok(evaluator(esc, expect(esc, this)?, &expect(esc, this)?.constraints)),
        "",
    ),
];

static PARAMSPEC_GETSETS: &[GetSetDef] = &[
    NAME,
    DICT,
    BOUND,
    DEFAULT,
    EVALUATE_DEFAULT,
    COVARIANT,
    CONTRAVARIANT,
    INFER,
    GetSetDef::readonly(
        "args",
        |esc, this| Ok(typing::new_part(esc, &PARAMSPEC_ARGS, this.clone()).into_value()),
        "Represents positional arguments.",
    ),
    GetSetDef::readonly(
        "kwargs",
        |esc, this| Ok(typing::new_part(esc, &PARAMSPEC_KWARGS, this.clone()).into_value()),
        "Represents keyword arguments.",
    ),
];

static TYPEVARTUPLE_GETSETS: &[GetSetDef] = &[NAME, DICT, DEFAULT, EVALUATE_DEFAULT];

const MRO_ENTRIES: MethodDef = MethodDef::new("__mro_entries__", NativeFn::One(mro_entries), "");
const REDUCE: MethodDef =
    MethodDef::new("__reduce__", NativeFn::NoArgs(|esc, this| Ok(expect(esc, this)?.name().clone())), "");
const HAS_DEFAULT: MethodDef = MethodDef::new("has_default", NativeFn::NoArgs(has_default), "");

static TYPEVAR_METHODS: &[MethodDef] = &[
    MRO_ENTRIES,
    REDUCE,
    HAS_DEFAULT,
    MethodDef::new(
        "__typing_subst__",
        NativeFn::One(|esc, this, arg| call_typing(esc, "_typevar_subst", &[this.clone(), arg.clone()])),
        "",
    ),
    MethodDef::new("__typing_prepare_subst__", NativeFn::Positional(prepare_typevar), ""),
];

static PARAMSPEC_METHODS: &[MethodDef] = &[
    MRO_ENTRIES,
    REDUCE,
    HAS_DEFAULT,
    MethodDef::new(
        "__typing_subst__",
        NativeFn::One(|esc, this, arg| call_typing(esc, "_paramspec_subst", &[this.clone(), arg.clone()])),
        "",
    ),
    MethodDef::new(
        "__typing_prepare_subst__",
        NativeFn::Positional(|esc, this, args| prepare(esc, "_paramspec_prepare_subst", this, args)),
        "",
    ),
];

static TYPEVARTUPLE_METHODS: &[MethodDef] = &[
    MRO_ENTRIES,
    REDUCE,
    HAS_DEFAULT,
    MethodDef::new(
        "__typing_subst__",
        NativeFn::One(|esc, _, _| Err(esc.type_error("Substitution of bare TypeVarTuple is not supported"))),
        "",
    ),
    MethodDef::new(
        "__typing_prepare_subst__",
        NativeFn::Positional(|esc, this, args| prepare(esc, "_typevartuple_prepare_subst", this, args)),
        "",
    ),
];

static PART_GETSETS: &[GetSetDef] =
    &[GetSetDef::readonly("__origin__", |esc, this| Ok(part(esc, this)?.origin().clone()), "")];

static PART_METHODS: &[MethodDef] = &[MRO_ENTRIES];

pub(super) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &TYPEVAR)
        .methods(TYPEVAR_METHODS)
        .attribute("__module__", intern(esc, "typing"))
        .getsets(TYPEVAR_GETSETS)
        .slots(|slots| {
            slots.new.set(Some(new_typevar));
            slots.repr.set(Some(repr));
            slots.binary[BinaryOp::Or as usize].set(Some(or_types));
        })
        .doc("Type variable.");
    TypeBuilder::new(esc, &PARAMSPEC)
        .methods(PARAMSPEC_METHODS)
        .attribute("__module__", intern(esc, "typing"))
        .getsets(PARAMSPEC_GETSETS)
        .slots(|slots| {
            slots.new.set(Some(new_paramspec));
            slots.repr.set(Some(repr));
            slots.binary[BinaryOp::Or as usize].set(Some(or_types));
        })
        .doc("Parameter specification variable.");
    TypeBuilder::new(esc, &TYPEVARTUPLE)
        .methods(TYPEVARTUPLE_METHODS)
        .attribute("__module__", intern(esc, "typing"))
        .getsets(TYPEVARTUPLE_GETSETS)
        .slots(|slots| {
            slots.new.set(Some(new_typevartuple));
            slots.repr.set(Some(|esc, this| Ok(expect(esc, this)?.name().clone())));
            slots.iter.set(Some(|esc, this| {
                let item = unpacked(esc, this)?;
                ops::iterator(esc, &tuple::new(esc, [item]).into_value())
            }));
        })
        .doc("A specialized form of type variable that enables variadic generics.");
    for class in [&PARAMSPEC_ARGS, &PARAMSPEC_KWARGS] {
        TypeBuilder::new(esc, class).methods(PART_METHODS).getsets(PART_GETSETS).slots(|slots| {
            slots.new.set(Some(new_part));
            slots.repr.set(Some(repr_part));
            slots.richcompare.set(Some(compare_parts));
        });
    }
}

fn expect<'a>(esc: Esc<'_>, this: &'a Value) -> PyResult<&'a TypeParameter> {
    match this.payload::<TypeParameter>() {
        Some(parameter) => Ok(parameter),
        None => Err(esc.type_error("a type parameter was expected")),
    }
}

fn flag(esc: Esc<'_>, this: &Value, which: fn(Variance) -> bool) -> PyResult {
    Ok(singletons::bool(which(expect(esc, this)?.variance())))
}

fn get_bound(esc: Esc<'_>, this: &Value) -> PyResult {
    let parameter = expect(esc, this)?;
    Ok(evaluate(esc, parameter, &parameter.bound)?.unwrap_or_else(singletons::none))
}

fn get_constraints(esc: Esc<'_>, this: &Value) -> PyResult {
    let parameter = expect(esc, this)?;
    let constraints = evaluate(esc, parameter, &parameter.constraints)?;
    Ok(constraints.unwrap_or_else(|| tuple::new(esc, []).into_value()))
}

fn get_default(esc: Esc<'_>, this: &Value) -> PyResult {
    let parameter = expect(esc, this)?;
    Ok(evaluate(esc, parameter, &parameter.default)?.unwrap_or_else(|| typing::no_default(esc)))
}

fn has_default(esc: Esc<'_>, this: &Value) -> PyResult {
    let parameter = expect(esc, this)?;
    let lazy = &parameter.default;
    Ok(singletons::bool(lazy.evaluate.word().is_some() || lazy.value.word().is_some()))
}

fn repr(esc: Esc<'_>, this: &Value) -> PyResult {
    let parameter = expect(esc, this)?;
    let sign = match parameter.variance() {
        Variance { infer: true, .. } => return Ok(parameter.name().clone()),
        Variance { covariant: true, .. } => '+',
        Variance { contravariant: true, .. } => '-',
        _ => '~',
    };
    Ok(str::new(esc, &format!("{sign}{}", ops::text_lossy(parameter.name()))).into_value())
}

fn mro_entries(esc: Esc<'_>, this: &Value, _bases: &Value) -> PyResult {
    Err(esc.type_error(format_args!("Cannot subclass an instance of {}", this.class().name())))
}

fn prepare(esc: Esc<'_>, function: &str, this: &Value, args: &[Value]) -> PyResult {
    let [alias, given] = interp_object::native::exactly(esc, "__typing_prepare_subst__", args)?;
    call_typing(esc, function, &[this.clone(), alias.clone(), given.clone()])
}

/// Fills in the default for a parameter that got no argument.
fn prepare_typevar(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult {
    let [alias, given] = interp_object::native::exactly(esc, "__typing_prepare_subst__", args)?;
    let params = attr::get_str(esc, alias, "__parameters__")?;
    let params_len = ops::len(esc, &params)?;
    let items = ops::collect(esc, given)?;
    let position = ops::collect(esc, &params)?.iter().position(|param| param.is(this)).unwrap_or(params_len);
    if position < items.len() {
        return Ok(given.clone());
    }
    let default = get_default(esc, this)?;
    if position == items.len() && !default.is(&typing::no_default(esc)) {
        let items: Vec<Value> = items.into_iter().chain([default]).collect();
        return Ok(tuple::new(esc, items).into_value());
    }
    let shown = ops::repr_lossy(esc, alias);
    Err(esc.type_error(format_args!("Too few arguments for {shown}; actual {}, expected {params_len}", items.len())))
}

/// The keyword arguments that the constructors share.
struct Options {
    bound: Lazy,
    default: Lazy,
    variance: Variance,
}

/// Reads `bound`, `covariant`, `contravariant`, `infer_variance` and `default`, in this order.
fn options(esc: Esc<'_>, given: [Option<&Value>; 5], check_bound: bool) -> PyResult<Options> {
    let [bound, covariant, contravariant, infer, default] = given;
    let truth = |value: Option<&Value>| value.map_or(Ok(false), |value| ops::truthy(esc, value));
    let variance =
        Variance { covariant: truth(covariant)?, contravariant: truth(contravariant)?, infer: truth(infer)? };
    if variance.covariant && variance.contravariant {
        return Err(esc.value_error("Bivariant types are not supported."));
    }
    if variance.infer && (variance.covariant || variance.contravariant) {
        return Err(esc.value_error("Variance cannot be specified with infer_variance."));
    }
    let bound = match bound.filter(|bound| !bound.is_none()) {
        Some(bound) if check_bound => {
            Some(call_typing(esc, "_type_check", &[bound.clone(), intern(esc, "Bound must be a type.")])?)
        }
        other => other.cloned(),
    };
    let default = default.filter(|default| !default.is(&typing::no_default(esc))).cloned();
    Ok(Options { bound: Lazy::known(bound), default: Lazy::known(default), variance })
}

/// Makes a parameter from Python code: it knows the module it was made in.
fn make(esc: Esc<'_>, class: &TypeObject, name: &Value, constraints: Lazy, options: Options) -> PyResult {
    let Options { bound, default, variance } = options;
    let made = typing::new_parameter(esc, class, name.clone(), bound, constraints, default, variance).into_value();
    if let Some(module) = calling_module(esc) {
        attr::set(esc, &made, names::module(esc), Some(&module))?;
    }
    Ok(made)
}

fn check_name(esc: Esc<'_>, function: &str, name: &Value) -> PyResult<()> {
    match name.payload::<Str>() {
        Some(_) => Ok(()),
        None => {
            Err(esc.type_error(format_args!("{function}() argument 'name' must be str, not {}", name.class().name())))
        }
    }
}

fn new_typevar(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    const KEYWORDS: Signature<6> =
        Signature::new("typevar", ["name", "bound", "covariant", "contravariant", "infer_variance", "default"], 1)
            .keyword_only_from(1);
    // Positional arguments behind the name are constraints.
    let (positional, constraints) = args.pos().split_at(args.pos().len().min(1));
    let values: Vec<Value> = positional.iter().chain(args.keywords().map(|(_, value)| value)).cloned().collect();
    let [name, bound, covariant, contravariant, infer, default] =
        Args::with_names(&values, args.names()).bind(esc, &KEYWORDS)?;
    let name = name.cloned().unwrap_or_else(singletons::none);
    check_name(esc, "typevar", &name)?;
    let options = options(esc, [bound, covariant, contravariant, infer, default], true)?;
    if constraints.len() == 1 {
        return Err(esc.type_error("A single constraint is not allowed"));
    }
    if !constraints.is_empty() && options.bound.value.word().is_some() {
        return Err(esc.type_error("Constraints cannot be combined with bound=..."));
    }
    let constraints = (!constraints.is_empty()).then(|| tuple::from_slice(esc, constraints).into_value());
    make(esc, class, &name, Lazy::known(constraints), options)
}

fn new_paramspec(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<6> =
        Signature::new("paramspec", ["name", "bound", "covariant", "contravariant", "infer_variance", "default"], 1)
            .keyword_only_from(1);
    let [name, bound, covariant, contravariant, infer, default] = args.bind(esc, &SIGNATURE)?;
    let name = name.cloned().unwrap_or_else(singletons::none);
    check_name(esc, "paramspec", &name)?;
    let options = options(esc, [bound, covariant, contravariant, infer, default], true)?;
    make(esc, class, &name, Lazy::absent(), options)
}

fn new_typevartuple(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<2> = Signature::new("typevartuple", ["name", "default"], 1).keyword_only_from(1);
    let [name, default] = args.bind(esc, &SIGNATURE)?;
    let name = name.cloned().unwrap_or_else(singletons::none);
    check_name(esc, "typevartuple", &name)?;
    let options = options(esc, [None, None, None, None, default], false)?;
    make(esc, class, &name, Lazy::absent(), options)
}

fn part<'a>(esc: Esc<'_>, this: &'a Value) -> PyResult<&'a ParamSpecPart> {
    match this.payload::<ParamSpecPart>() {
        Some(part) => Ok(part),
        None => Err(esc.type_error("a part of a parameter specification was expected")),
    }
}

fn new_part(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<1> = Signature::new("paramspecargs", ["origin"], 1);
    let [origin] = args.bind(esc, &SIGNATURE)?;
    let origin = origin.cloned().unwrap_or_else(singletons::none);
    Ok(typing::new_part(esc, class, origin).into_value())
}

fn repr_part(esc: Esc<'_>, this: &Value) -> PyResult {
    let origin = part(esc, this)?.origin();
    let suffix = if this.class().is_subtype(&PARAMSPEC_ARGS) { "args" } else { "kwargs" };
    let shown = match origin.payload::<TypeParameter>() {
        Some(parameter) if origin.class().is_subtype(&PARAMSPEC) => ops::text_lossy(parameter.name()),
        _ => ops::repr(esc, origin)?.to_lossy().into_owned(),
    };
    Ok(str::new(esc, &format!("{shown}.{suffix}")).into_value())
}

fn compare_parts(esc: Esc<'_>, this: &Value, other: &Value, op: CompareOp) -> PyResult {
    let same_class = std::ptr::eq(this.class(), other.class());
    match other.payload::<ParamSpecPart>() {
        Some(right) if same_class && matches!(op, CompareOp::Eq | CompareOp::Ne) => {
            ops::compare(esc, part(esc, this)?.origin(), right.origin(), op)
        }
        _ => Ok(singletons::not_implemented()),
    }
}
