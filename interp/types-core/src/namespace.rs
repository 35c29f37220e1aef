//! `types.SimpleNamespace`.

use interp_object::builder::TypeBuilder;
use interp_object::data::dict::{self, Dict};
use interp_object::data::str::Str;
use interp_object::data::types::OBJECT;
use interp_object::data::{singletons, str, tuple};
use interp_object::intern;
use interp_object::layout::{self, Payload, ValueExt};
use interp_object::native::{GetSetDef, MethodDef, NativeFn};
use interp_object::slots::CompareOp;
use interp_object::typeobj::TypeFlags;
use interp_object::{Args, Esc, PyResult, TypeObject, Value, attr, call, ops};

use crate::class::{get_dict, set_dict};

/// The payload of namespaces: nothing; they are their attributes.
pub(crate) struct Namespace {}

impl Payload for Namespace {
    const NAME: &'static str = "types.SimpleNamespace";
    fn class() -> &'static TypeObject {
        &SIMPLE_NAMESPACE
    }
}

/// The type `types.SimpleNamespace`.
pub static SIMPLE_NAMESPACE: TypeObject = TypeObject::builtin::<Namespace>(
    "types.SimpleNamespace",
    Some(&OBJECT),
    TypeFlags::BASE.union(TypeFlags::DICT).union(TypeFlags::TRACED),
);

static GETSETS: &[GetSetDef] = &[GetSetDef::new("__dict__", get_dict, set_dict, "")];
static METHODS: &[MethodDef] = &[
    MethodDef::new("__reduce__", NativeFn::NoArgs(reduce), "Return state information for pickling"),
    MethodDef::new(
        "__replace__",
        NativeFn::Full(replace),
        "Return a copy of the namespace object with new values for the specified attributes.",
    ),
];

pub(crate) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &SIMPLE_NAMESPACE)
        .slots(|slots| {
            slots.new.set(Some(|esc, class, _| Ok(layout::new_with_type(esc, class, Namespace {}).into_value())));
            slots.init.set(Some(init_namespace));
            slots.repr.set(Some(repr));
            slots.richcompare.set(Some(compare));
        })
        .getsets(GETSETS)
        .methods(METHODS)
        .doc("SimpleNamespace(mapping_or_iterable=(), /, **kwargs)\n--\n\nA simple attribute-based namespace.");
}

/// A namespace with these attributes (`sys.implementation`).
///
/// # Errors
/// None today: the names are strings.
pub fn new_namespace(esc: Esc<'_>, attributes: &[(&str, Value)]) -> PyResult {
    let this = layout::new(esc, Namespace {}).into_value();
    for (name, value) in attributes {
        attr::set(esc, &this, &intern::intern(esc, name), Some(value))?;
    }
    Ok(this)
}

fn init_namespace(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult<()> {
    interp_object::args::check_count(esc, "SimpleNamespace", args.pos().len(), 0, 1)?;
    if let Some(mapping) = args.pos().first() {
        let pairs = dict::new(esc);
        match mapping.payload::<Dict>() {
            Some(mapping) => pairs.merge(esc, mapping)?,
            None => {
                let copy = call::call(esc, &dict::DICT.value(), std::slice::from_ref(mapping))?;
                if let Some(copy) = copy.payload::<Dict>() {
                    pairs.merge(esc, copy)?;
                }
            }
        }
        for (name, _, value) in pairs.items(esc) {
            let Some(name) = intern::name_of(esc, &name) else {
                return Err(esc.type_error("keywords must be strings"));
            };
            attr::set(esc, this, &name, Some(&value))?;
        }
    }
    for (name, value) in args.keywords() {
        let name = intern::name_of(esc, name).unwrap_or_else(|| name.clone());
        attr::set(esc, this, &name, Some(value))?;
    }
    Ok(())
}

fn repr(esc: Esc<'_>, this: &Value) -> PyResult {
    let name = if this.exact::<Namespace>().is_some() { "namespace".to_owned() } else { this.class().name() };
    let text = ops::with_repr_guard(esc, this, || {
        let mut parts = Vec::new();
        if let Some(own) = attr::instance_dict(esc, this) {
            for (key, _, value) in own.items(esc) {
                if key.payload::<Str>().is_some_and(|key| !key.is_empty()) {
                    parts.push(format!("{}={}", ops::text_lossy(&key), ops::repr(esc, &value)?.to_lossy()));
                }
            }
        }
        Ok(format!("{name}({})", parts.join(", ")))
    })?;
    let text = text.unwrap_or_else(|| format!("{name}(...)"));
    Ok(str::new(esc, &text).into_value())
}

fn compare(esc: Esc<'_>, this: &Value, other: &Value, op: CompareOp) -> PyResult {
    if other.payload::<Namespace>().is_none() || !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(singletons::not_implemented());
    }
    let (mine, theirs) = (attr::instance_dict(esc, this), attr::instance_dict(esc, other));
    match (mine, theirs) {
        (Some(mine), Some(theirs)) => ops::compare(esc, mine.value(), theirs.value(), op),
        _ => Ok(singletons::not_implemented()),
    }
}

fn reduce(esc: Esc<'_>, this: &Value) -> PyResult {
    let own = attr::instance_dict(esc, this).map_or_else(singletons::none, |own| own.into_value());
    let nothing = tuple::new(esc, []).into_value();
    Ok(tuple::new(esc, [this.class().value(), nothing, own]).into_value())
}

fn replace(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult {
    if !args.pos().is_empty() {
        return Err(esc.type_error("__replace__() takes no positional arguments"));
    }
    let copy = call::call(esc, &this.class().value(), &[])?;
    if let Some(own) = attr::instance_dict(esc, this) {
        for (name, _, value) in own.items(esc) {
            let name = intern::name_of(esc, &name).unwrap_or(name);
            attr::set(esc, &copy, &name, Some(&value))?;
        }
    }
    for (name, value) in args.keywords() {
        let name = intern::name_of(esc, name).unwrap_or_else(|| name.clone());
        attr::set(esc, &copy, &name, Some(value))?;
    }
    Ok(copy)
}
