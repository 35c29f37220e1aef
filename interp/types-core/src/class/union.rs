//! `X | Y` of types: `typing.Union`.

use std::sync::OnceLock;

use interp_object::builder::TypeBuilder;
use interp_object::data::tuple::{self, Tuple};
use interp_object::data::types::OBJECT;
use interp_object::data::{singletons, str};
use interp_object::intern::intern;
use interp_object::layout::{self, Obj, Payload, ValueExt};
use interp_object::native::{GetSetDef, MethodDef, NativeFn};
use interp_object::slots::{BinaryOp, CompareOp};
use interp_object::typeobj::TypeFlags;
use interp_object::{Esc, PyResult, TypeObject, Value, Word, attr, ops};

use super::alias::{GenericAlias, parameters_of, substitute};

/// The payload of unions.
pub(crate) struct UnionType {
    args: Obj<Tuple>,
    /// Once computed: unions nest, and hashing each part anew would take exponential time.
    hash: OnceLock<i64>,
}

impl Payload for UnionType {
    const NAME: &'static str = "typing.Union";
    fn class() -> &'static TypeObject {
        &UNION
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        visit(self.args.value().word());
    }
}

/// The type `typing.Union`.
pub static UNION: TypeObject = TypeObject::builtin::<UnionType>("typing.Union", Some(&OBJECT), TypeFlags::WEAKREF);

static GETSETS: &[GetSetDef] = &[
    GetSetDef::readonly("__args__", |esc, this| Ok(args_of(esc, this)?.into_value()), ""),
    GetSetDef::readonly("__parameters__", get_parameters, "Type variables in the types.UnionType."),
    GetSetDef::readonly("__origin__", |_, _| Ok(UNION.value()), "Always returns the type"),
    GetSetDef::readonly("__name__", |esc, _| Ok(intern(esc, "Union")), "Name of the type"),
    GetSetDef::readonly("__qualname__", |esc, _| Ok(intern(esc, "Union")), "Qualified name of the type"),
    GetSetDef::readonly("__module__", |esc, _| Ok(intern(esc, "typing")), ""),
];

static METHODS: &[MethodDef] = &[
    MethodDef::new("__instancecheck__", NativeFn::One(instancecheck), ""),
    MethodDef::new("__subclasscheck__", NativeFn::One(subclasscheck), ""),
    MethodDef::new("__mro_entries__", NativeFn::One(mro_entries), ""),
    MethodDef::class("__class_getitem__", NativeFn::One(class_getitem), ""),
];

pub(super) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &UNION)
        .slots(|slots| {
            slots.repr.set(Some(repr));
            slots.hash.set(Some(hash));
            slots.richcompare.set(Some(compare));
            slots.getitem.set(Some(getitem));
            slots.binary[BinaryOp::Or as usize].set(Some(or_types));
        })
        .getsets(GETSETS)
        .methods(METHODS)
        .doc("Represent a union type\n\nE.g. for int | str");
}

fn args_of(esc: Esc<'_>, this: &Value) -> PyResult<Obj<Tuple>> {
    match this.payload::<UnionType>() {
        Some(union) => Ok(union.args.clone()),
        None => Err(esc.type_error("a union was expected")),
    }
}

/// Whether `value` may stand in a union that `|` makes.
fn is_unionable(value: &Value) -> bool {
    value.is_none()
        || TypeObject::from_value(value).is_some()
        || value.payload::<UnionType>().is_some()
        || value.payload::<GenericAlias>().is_some()
        || matches!(value.class().static_name(), "typing.TypeAliasType" | "typing.TypeVar" | "typing.ParamSpec")
}

/// `X | Y`
pub(super) fn or_types(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    if !is_unionable(left) || !is_unionable(right) {
        return Ok(singletons::not_implemented());
    }
    union(esc, &[left.clone(), right.clone()])
}

/// The union of these types: flattened, without repetitions; one type stays itself.
///
/// # Errors
/// What comparing the parts raises.
pub fn union(esc: Esc<'_>, parts: &[Value]) -> PyResult {
    let mut flat: Vec<Value> = Vec::new();
    for part in parts {
        let inner = match part.payload::<UnionType>() {
            Some(union) => union.args.as_slice().to_vec(),
            None if part.is_none() => vec![part.class().value()],
            None => vec![part.clone()],
        };
        for part in inner {
            let mut known = false;
            for other in &flat {
                known = ops::identical_or_equal(esc, other, &part)?;
                if known {
                    break;
                }
            }
            if !known {
                flat.push(part);
            }
        }
    }
    match &flat[..] {
        [only] => Ok(only.clone()),
        _ => Ok(layout::new(esc, UnionType { args: tuple::new(esc, flat), hash: OnceLock::new() }).into_value()),
    }
}

fn repr(esc: Esc<'_>, this: &Value) -> PyResult {
    let args = args_of(esc, this)?;
    let shown = ops::with_repr_guard(esc, this, || {
        let parts = args.as_slice().iter().map(|arg| super::alias::shown(esc, arg)).collect::<PyResult<Vec<_>>>()?;
        Ok(parts.join(" | "))
    })?;
    Ok(str::new(esc, shown.as_deref().unwrap_or("...")).into_value())
}

fn hash(esc: Esc<'_>, this: &Value) -> PyResult<i64> {
    let Some(union) = this.payload::<UnionType>() else { return Err(esc.type_error("a union was expected")) };
    if let Some(&known) = union.hash.get() {
        return Ok(known);
    }
    let mut hash = 0x3ab4_c1f2_i64;
    for arg in union.args.as_slice() {
        hash ^= ops::hash(esc, arg)?.wrapping_mul(0x9E37_79B9).rotate_left(7);
    }
    let hash = if hash == -1 { -2 } else { hash };
    Ok(*union.hash.get_or_init(|| hash))
}

fn compare(esc: Esc<'_>, this: &Value, other: &Value, op: CompareOp) -> PyResult {
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) || other.payload::<UnionType>().is_none() {
        return Ok(singletons::not_implemented());
    }
    let (mine, theirs) = (args_of(esc, this)?, args_of(esc, other)?);
    let mut equal = mine.len() == theirs.len();
    for arg in mine.as_slice() {
        let mut found = false;
        for other in theirs.as_slice() {
            found = found || equal && ops::identical_or_equal(esc, arg, other)?;
        }
        equal &= found;
    }
    Ok(singletons::bool(equal == (op == CompareOp::Eq)))
}

fn instancecheck(esc: Esc<'_>, this: &Value, object: &Value) -> PyResult {
    for arg in args_of(esc, this)?.as_slice() {
        if arg.payload::<GenericAlias>().is_some() {
            return Err(esc.type_error("isinstance() argument 2 cannot be a parameterized generic"));
        }
        if ops::is_instance(esc, object, arg)? {
            return Ok(singletons::true_());
        }
    }
    Ok(singletons::false_())
}

fn subclasscheck(esc: Esc<'_>, this: &Value, class: &Value) -> PyResult {
    for arg in args_of(esc, this)?.as_slice() {
        if arg.payload::<GenericAlias>().is_some() {
            return Err(esc.type_error("issubclass() argument 2 cannot be a parameterized generic"));
        }
        if ops::is_subclass(esc, class, arg)? {
            return Ok(singletons::true_());
        }
    }
    Ok(singletons::false_())
}

fn mro_entries(esc: Esc<'_>, this: &Value, _bases: &Value) -> PyResult {
    let shown = ops::repr_lossy(esc, this);
    Err(esc.type_error(format_args!("Cannot subclass {shown}")))
}

/// `Union[X, Y]`
fn class_getitem(esc: Esc<'_>, _class: &Value, item: &Value) -> PyResult {
    match item.payload::<Tuple>() {
        Some(items) if items.is_empty() => Err(esc.type_error("Cannot take a Union of no types.")),
        Some(items) => union(esc, items.as_slice()),
        None => union(esc, std::slice::from_ref(item)),
    }
}

fn get_parameters(esc: Esc<'_>, this: &Value) -> PyResult {
    let args = args_of(esc, this)?;
    Ok(tuple::new(esc, parameters_of(esc, args.as_slice())?).into_value())
}

/// `(list[T] | T)[int]`
fn getitem(esc: Esc<'_>, this: &Value, item: &Value) -> PyResult {
    let args = args_of(esc, this)?;
    let parameters = parameters_of(esc, args.as_slice())?;
    let new = substitute(esc, this, args.as_slice(), &parameters, item)?;
    let mut result: Option<Value> = None;
    for part in new {
        result = Some(match result {
            None => part,
            Some(left) => ops::binary(esc, BinaryOp::Or, &left, &part)?,
        });
    }
    Ok(result.unwrap_or_else(singletons::none))
}

/// Calls `attr::get` for code that shows parts by their attributes.
pub(super) fn text_attribute(esc: Esc<'_>, value: &Value, name: &str) -> PyResult<Option<String>> {
    let found = attr::get_optional(esc, value, &intern(esc, name))?;
    Ok(found.filter(|found| found.payload::<str::Str>().is_some()).map(|found| ops::text_lossy(&found)))
}
