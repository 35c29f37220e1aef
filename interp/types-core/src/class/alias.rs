//! `list[int]`: `types.GenericAlias`.

use interp_object::builder::TypeBuilder;
use interp_object::data::list::List;
use interp_object::data::tuple::{self, Tuple};
use interp_object::data::types::OBJECT;
use interp_object::data::{singletons, str};
use interp_object::intern::{intern, names};
use interp_object::layout::{self, Obj, Payload, ValueExt};
use interp_object::native::{GetSetDef, MethodDef, NativeFn};
use interp_object::slots::{BinaryOp, CompareOp};
use interp_object::typeobj::TypeFlags;
use interp_object::{Args, Esc, PyResult, TypeObject, Value, Word, attr, call, ops};

use super::union;

/// The payload of generic aliases.
pub(crate) struct GenericAlias {
    origin: Value,
    args: Obj<Tuple>,
    starred: bool,
}

impl Payload for GenericAlias {
    const NAME: &'static str = "types.GenericAlias";
    fn class() -> &'static TypeObject {
        &GENERIC_ALIAS
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        visit(self.origin.word());
        visit(self.args.value().word());
    }
}

/// The type `types.GenericAlias`.
pub static GENERIC_ALIAS: TypeObject =
    TypeObject::builtin::<GenericAlias>("types.GenericAlias", Some(&OBJECT), TypeFlags::BASE.union(TypeFlags::WEAKREF));

static GETSETS: &[GetSetDef] = &[
    GetSetDef::readonly("__origin__", |esc, this| Ok(alias(esc, this)?.origin.clone()), ""),
    GetSetDef::readonly("__args__", |esc, this| Ok(alias(esc, this)?.args.value().clone()), ""),
    GetSetDef::readonly("__parameters__", get_parameters, "Type variables in the GenericAlias."),
    GetSetDef::readonly("__unpacked__", |esc, this| Ok(singletons::bool(alias(esc, this)?.starred)), ""),
];

static METHODS: &[MethodDef] = &[
    MethodDef::new("__mro_entries__", NativeFn::One(mro_entries), ""),
    MethodDef::new("__instancecheck__", NativeFn::One(instancecheck), ""),
    MethodDef::new("__subclasscheck__", NativeFn::One(subclasscheck), ""),
    MethodDef::new("__reduce__", NativeFn::NoArgs(reduce), ""),
];

pub(super) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &GENERIC_ALIAS)
        .slots(|slots| {
            slots.repr.set(Some(repr));
            slots.hash.set(Some(hash));
            slots.richcompare.set(Some(compare));
            slots.call.set(Some(call_alias));
            slots.getattr.set(Some(getattr));
            slots.getitem.set(Some(getitem));
            slots.iter.set(Some(iter));
            slots.new.set(Some(new));
            slots.binary[BinaryOp::Or as usize].set(Some(union::or_types));
        })
        .getsets(GETSETS)
        .methods(METHODS)
        .doc("GenericAlias(origin, args, /)\n--\n\nRepresent a PEP 585 generic type\n\nE.g. for t = list[int], t.__origin__ is list and t.__args__ is (int,).");
}

fn alias<'a>(esc: Esc<'_>, this: &'a Value) -> PyResult<&'a GenericAlias> {
    match this.payload::<GenericAlias>() {
        Some(alias) => Ok(alias),
        None => Err(esc.type_error("a generic alias was expected")),
    }
}

fn make(esc: Esc<'_>, class: &TypeObject, origin: &Value, item: &Value, starred: bool) -> Value {
    let args = match item.clone().downcast::<Tuple>() {
        Ok(args) => args,
        Err(single) => tuple::new(esc, [single]),
    };
    layout::new_with_type(esc, class, GenericAlias { origin: origin.clone(), args, starred }).into_value()
}

/// `cls[item]` for builtin classes that are generic: their `__class_getitem__`.
///
/// # Errors
/// None today; the signature is that of a method.
pub fn class_getitem(esc: Esc<'_>, class: &Value, item: &Value) -> PyResult {
    Ok(make(esc, &GENERIC_ALIAS, class, item, false))
}

fn new(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    let args = args.expect(esc, "GenericAlias", 2, 2)?;
    Ok(make(esc, class, &args[0], &args[1], false))
}

/// How a part of an alias or union is shown: classes by their qualified name.
pub(super) fn shown(esc: Esc<'_>, value: &Value) -> PyResult<String> {
    if singletons::is_ellipsis(value) {
        return Ok("...".to_owned());
    }
    if let Some(class) = TypeObject::from_value(value) {
        if std::ptr::eq(class, &raw const singletons::NONE_TYPE) {
            return Ok("None".to_owned());
        }
        return Ok(super::full_name(esc, class));
    }
    if value.payload::<GenericAlias>().is_none()
        && value.payload::<union::UnionType>().is_none()
        && attr::get_optional(esc, value, names::origin(esc))?.is_none()
        && let Some(qualname) = union::text_attribute(esc, value, "__qualname__")?
        && let Some(module) = union::text_attribute(esc, value, "__module__")?
    {
        return Ok(if module == "builtins" { qualname } else { format!("{module}.{qualname}") });
    }
    Ok(ops::repr(esc, value)?.to_lossy().into_owned())
}

fn repr(esc: Esc<'_>, this: &Value) -> PyResult {
    let alias = alias(esc, this)?;
    let shown = ops::with_repr_guard(esc, this, || text_of(esc, alias))?;
    Ok(str::new(esc, shown.as_deref().unwrap_or("...")).into_value())
}

fn text_of(esc: Esc<'_>, alias: &GenericAlias) -> PyResult<String> {
    let mut parts = Vec::with_capacity(alias.args.len());
    for arg in alias.args.as_slice() {
        parts.push(match arg.exact::<List>() {
            Some(list) => {
                let mut inner = Vec::new();
                for item in list.snapshot() {
                    inner.push(shown(esc, &item)?);
                }
                format!("[{}]", inner.join(", "))
            }
            None => shown(esc, arg)?,
        });
    }
    let args = if parts.is_empty() { "()".to_owned() } else { parts.join(", ") };
    let star = if alias.starred { "*" } else { "" };
    let origin = shown(esc, &alias.origin)?;
    Ok(format!("{star}{origin}[{args}]"))
}

fn hash(esc: Esc<'_>, this: &Value) -> PyResult<i64> {
    let alias = alias(esc, this)?;
    let hash = ops::hash(esc, &alias.origin)? ^ ops::hash(esc, alias.args.value())?;
    Ok(if hash == -1 { -2 } else { hash })
}

fn compare(esc: Esc<'_>, this: &Value, other: &Value, op: CompareOp) -> PyResult {
    let (mine, Some(theirs)) = (alias(esc, this)?, other.payload::<GenericAlias>()) else {
        return Ok(singletons::not_implemented());
    };
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(singletons::not_implemented());
    }
    let equal = mine.starred == theirs.starred
        && ops::identical_or_equal(esc, &mine.origin, &theirs.origin)?
        && ops::identical_or_equal(esc, mine.args.value(), theirs.args.value())?;
    Ok(singletons::bool(equal == (op == CompareOp::Eq)))
}

fn call_alias(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult {
    let alias = alias(esc, this)?;
    let object = call::call_args(esc, &alias.origin, args)?;
    if let Err(raised) = attr::set(esc, &object, &intern(esc, "__orig_class__"), Some(this)) {
        use interp_object::data::exception::{ATTRIBUTE_ERROR, TYPE_ERROR};
        match raised.catch_if(esc, &ATTRIBUTE_ERROR) {
            Ok(_) => {}
            Err(raised) => drop(raised.catch_if(esc, &TYPE_ERROR)?),
        }
    }
    Ok(object)
}

/// Attributes of the origin, except those that belong to the alias.
fn getattr(esc: Esc<'_>, this: &Value, name: &Value) -> PyResult {
    const OWN: &[&str] = &[
        "__class__",
        "__origin__",
        "__args__",
        "__unpacked__",
        "__parameters__",
        "__typing_unpacked_tuple_args__",
        "__mro_entries__",
        "__reduce_ex__",
        "__reduce__",
        "__copy__",
        "__deepcopy__",
        "__subclasscheck__",
        "__instancecheck__",
    ];
    let text = ops::text_lossy(name);
    if OWN.contains(&text.as_str()) {
        return attr::generic_get(esc, this, name);
    }
    attr::get(esc, &alias(esc, this)?.origin, name)
}

fn mro_entries(esc: Esc<'_>, this: &Value, _bases: &Value) -> PyResult {
    Ok(tuple::new(esc, [alias(esc, this)?.origin.clone()]).into_value())
}

fn instancecheck(esc: Esc<'_>, _this: &Value, _object: &Value) -> PyResult {
    Err(esc.type_error("isinstance() argument 2 cannot be a parameterized generic"))
}

fn subclasscheck(esc: Esc<'_>, _this: &Value, _object: &Value) -> PyResult {
    Err(esc.type_error("issubclass() argument 2 cannot be a parameterized generic"))
}

fn reduce(esc: Esc<'_>, this: &Value) -> PyResult {
    let alias = alias(esc, this)?;
    let args = tuple::new(esc, [alias.origin.clone(), alias.args.value().clone()]);
    Ok(tuple::new(esc, [GENERIC_ALIAS.value(), args.into_value()]).into_value())
}

/// `*tuple[int, str]` in an annotation: one starred alias.
fn iter(esc: Esc<'_>, this: &Value) -> PyResult {
    let alias = alias(esc, this)?;
    let starred = make(esc, &GENERIC_ALIAS, &alias.origin, alias.args.value(), true);
    let once = tuple::new(esc, [starred]).into_value();
    ops::iterator(esc, &once)
}

fn get_parameters(esc: Esc<'_>, this: &Value) -> PyResult {
    let parameters = parameters_of(esc, alias(esc, this)?.args.as_slice())?;
    Ok(tuple::new(esc, parameters).into_value())
}

/// The type variables in `args`, in order of appearance.
pub(super) fn parameters_of(esc: Esc<'_>, args: &[Value]) -> PyResult<Vec<Value>> {
    let mut found: Vec<Value> = Vec::new();
    let mut add = |value: Value| {
        if !found.iter().any(|known| known.is(&value)) {
            found.push(value);
        }
    };
    let (subst, parameters) = (intern(esc, "__typing_subst__"), intern(esc, "__parameters__"));
    for arg in args {
        if TypeObject::from_value(arg).is_some() {
            continue;
        }
        if let Some(inner) = arg.payload::<Tuple>() {
            parameters_of(esc, inner.as_slice())?.into_iter().for_each(&mut add);
        } else if let Some(inner) = arg.exact::<List>() {
            parameters_of(esc, &inner.snapshot())?.into_iter().for_each(&mut add);
        } else if attr::get_optional(esc, arg, &subst)?.is_some() {
            add(arg.clone());
        } else if let Some(inner) = attr::get_optional(esc, arg, &parameters)?
            && let Some(inner) = inner.payload::<Tuple>()
        {
            inner.as_slice().iter().cloned().for_each(&mut add);
        }
    }
    Ok(found)
}

/// `alias[item]`: the arguments with `parameters` replaced.
pub(super) fn substitute(
    esc: Esc<'_>,
    this: &Value,
    args: &[Value],
    parameters: &[Value],
    item: &Value,
) -> PyResult<Vec<Value>> {
    if parameters.is_empty() {
        let shown = ops::repr_lossy(esc, this);
        return Err(esc.type_error(format_args!("{shown} is not a generic class")));
    }
    let items = match item.payload::<Tuple>() {
        Some(items) => items.as_slice().to_vec(),
        None => vec![item.clone()],
    };
    if items.len() != parameters.len() {
        let (bound, shown) = (if items.len() > parameters.len() { "many" } else { "few" }, ops::repr_lossy(esc, this));
        return Err(esc.type_error(format_args!(
            "Too {bound} arguments for {shown}; actual {}, expected {}",
            items.len(),
            parameters.len()
        )));
    }
    let subst = intern(esc, "__typing_subst__");
    let mut new = Vec::with_capacity(args.len());
    for arg in args {
        if let Some(index) = parameters.iter().position(|parameter| parameter.is(arg)) {
            new.push(call::call_method(esc, arg, &subst, &items[index..=index])?);
            continue;
        }
        let inner = match TypeObject::from_value(arg) {
            Some(_) => Vec::new(),
            None => parameters_of(esc, std::slice::from_ref(arg))?,
        };
        if inner.is_empty() {
            new.push(arg.clone());
            continue;
        }
        let picked: Vec<Value> = inner
            .iter()
            .filter_map(|wanted| parameters.iter().position(|parameter| parameter.is(wanted)))
            .map(|index| items[index].clone())
            .collect();
        let key = match &picked[..] {
            [only] => only.clone(),
            _ => tuple::new(esc, picked).into_value(),
        };
        new.push(ops::get_item(esc, arg, &key)?);
    }
    Ok(new)
}

fn getitem(esc: Esc<'_>, this: &Value, item: &Value) -> PyResult {
    let alias = alias(esc, this)?;
    let parameters = parameters_of(esc, alias.args.as_slice())?;
    let args = substitute(esc, this, alias.args.as_slice(), &parameters, item)?;
    let args = tuple::new(esc, args).into_value();
    Ok(make(esc, &GENERIC_ALIAS, &alias.origin, &args, alias.starred))
}
