//! `property`.

use interp_object::args::Signature;
use interp_object::builder::TypeBuilder;
use interp_object::data::descr::{PROPERTY, Property};
use interp_object::data::exception as exc;
use interp_object::data::singletons;
use interp_object::intern::names;
use interp_object::layout::{self, Field, ValueExt};
use interp_object::native::{GetSetDef, MethodDef, NativeFn};
use interp_object::{Args, Esc, PyResult, Raised, TypeObject, Value, attr, call, ops, typeobj};

static GETSETS: &[GetSetDef] = &[
    GetSetDef::readonly("fget", |esc, this| read(esc, this, |p| &p.getter), ""),
    GetSetDef::readonly("fset", |esc, this| read(esc, this, |p| &p.setter), ""),
    GetSetDef::readonly("fdel", |esc, this| read(esc, this, |p| &p.deleter), ""),
    GetSetDef::new("__doc__", |esc, this| read(esc, this, |p| &p.doc), set_doc, ""),
    GetSetDef::new("__name__", get_name, set_name, ""),
    GetSetDef::readonly("__isabstractmethod__", is_abstract, ""),
];

static METHODS: &[MethodDef] = &[
    MethodDef::new(
        "getter",
        NativeFn::One(getter),
        "Descriptor to obtain a copy of the property with a different getter.",
    ),
    MethodDef::new(
        "setter",
        NativeFn::One(setter),
        "Descriptor to obtain a copy of the property with a different setter.",
    ),
    MethodDef::new(
        "deleter",
        NativeFn::One(deleter),
        "Descriptor to obtain a copy of the property with a different deleter.",
    ),
    MethodDef::new("__set_name__", NativeFn::Positional(name_property), "__set_name__(owner, name)"),
];

pub(crate) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &PROPERTY)
        .slots(|slots| {
            slots.new.set(Some(new));
            slots.init.set(Some(init_property));
            slots.descr_get.set(Some(get));
            slots.descr_set.set(Some(set));
        })
        .getsets(GETSETS)
        .methods(METHODS)
        .doc("Property attribute.\n\n  fget\n    function to be used for getting an attribute value\n  fset\n    function to be used for setting an attribute value\n  fdel\n    function to be used for del'ing an attribute\n  doc\n    docstring");
}

fn payload<'a>(esc: Esc<'_>, this: &'a Value) -> PyResult<&'a Property> {
    match this.payload::<Property>() {
        Some(property) => Ok(property),
        None => Err(esc.type_error("a property was expected")),
    }
}

fn read(esc: Esc<'_>, this: &Value, pick: fn(&Property) -> &Field) -> PyResult {
    let property = payload(esc, this)?;
    Ok(pick(property).get(esc, property).unwrap_or_else(singletons::none))
}

fn new(esc: Esc<'_>, class: &TypeObject, _args: Args<'_>) -> PyResult {
    Ok(layout::new_with_type(esc, class, Property::new(None, None, None, None)).into_value())
}

const SIGNATURE: Signature<4> = Signature::new("property", ["fget", "fset", "fdel", "doc"], 0);

fn init_property(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult<()> {
    let [fget, fset, fdel, doc] = args.bind(esc, &SIGNATURE)?.map(|value| value.filter(|value| !value.is_none()));
    let property = payload(esc, this)?;
    let before = property.getter.set(property, fget.cloned());
    if before.is_some() {
        typeobj::forget_all();
    }
    drop(before);
    drop(property.setter.set(property, fset.cloned()));
    drop(property.deleter.set(property, fdel.cloned()));
    drop(property.name.set(property, None));
    let doc = match (doc, fget) {
        (Some(doc), _) => Some(doc.clone()),
        (None, Some(getter)) => attr::get_optional(esc, getter, names::doc(esc))?.filter(|doc| !doc.is_none()),
        (None, None) => None,
    };
    if this.exact::<Property>().is_none() {
        // A subclass's own `__doc__` would hide the field: its instances carry the text as an attribute.
        let value = doc.clone().unwrap_or_else(singletons::none);
        if let Err(raised) = attr::set(esc, this, names::doc(esc), Some(&value)) {
            drop(raised.catch_if(esc, &exc::ATTRIBUTE_ERROR)?);
        }
    }
    drop(property.doc.set(property, doc));
    Ok(())
}

/// `property 'x' of 'C' object`, as messages begin.
fn described(esc: Esc<'_>, this: &Value, instance: &Value) -> PyResult<String> {
    let property = payload(esc, this)?;
    let class = instance.class().name();
    Ok(match name_of(esc, property)? {
        Some(name) => format!("property {} of '{class}' object", ops::repr_lossy(esc, &name)),
        None => format!("property of '{class}' object"),
    })
}

/// The name given by `__set_name__`, or the getter's.
fn name_of(esc: Esc<'_>, property: &Property) -> PyResult<Option<Value>> {
    if let Some(name) = property.name.get(esc, property) {
        return Ok(Some(name));
    }
    match property.getter.get(esc, property) {
        Some(getter) => attr::get_optional(esc, &getter, names::name(esc)),
        None => Ok(None),
    }
}

fn refuse(esc: Esc<'_>, this: &Value, instance: &Value, what: &str) -> Raised {
    match described(esc, this, instance) {
        Ok(described) => esc.raise_str(&exc::ATTRIBUTE_ERROR, format_args!("{described} has no {what}")),
        Err(raised) => raised,
    }
}

fn get(esc: Esc<'_>, this: &Value, instance: Option<&Value>, _owner: &TypeObject) -> PyResult {
    let Some(instance) = instance else { return Ok(this.clone()) };
    let property = payload(esc, this)?;
    match property.getter.get(esc, property) {
        Some(getter) => call::call(esc, &getter, std::slice::from_ref(instance)),
        None => Err(refuse(esc, this, instance, "getter")),
    }
}

fn set(esc: Esc<'_>, this: &Value, instance: &Value, value: Option<&Value>) -> PyResult<()> {
    let property = payload(esc, this)?;
    match value {
        Some(value) => match property.setter.get(esc, property) {
            Some(setter) => call::call(esc, &setter, &[instance.clone(), value.clone()]).map(drop),
            None => Err(refuse(esc, this, instance, "setter")),
        },
        None => match property.deleter.get(esc, property) {
            Some(deleter) => call::call(esc, &deleter, std::slice::from_ref(instance)).map(drop),
            None => Err(refuse(esc, this, instance, "deleter")),
        },
    }
}

/// A copy with some of the functions replaced, made by calling the property's class.
fn copy(esc: Esc<'_>, this: &Value, replaced: [Option<&Value>; 3]) -> PyResult {
    let property = payload(esc, this)?;
    let old = [&property.getter, &property.setter, &property.deleter].map(|field| field.get(esc, property));
    let mut args: Vec<Value> = old
        .into_iter()
        .zip(replaced)
        .map(|(old, new)| match new.filter(|new| !new.is_none()) {
            Some(new) => new.clone(),
            None => old.unwrap_or_else(singletons::none),
        })
        .collect();
    // A docstring that came from the getter comes from the new getter again.
    let from_getter = match (property.getter.get(esc, property), property.doc.get(esc, property)) {
        (Some(getter), Some(doc)) => {
            attr::get_optional(esc, &getter, names::doc(esc))?.is_some_and(|inherited| inherited.is(&doc))
        }
        _ => false,
    };
    let doc = property.doc.get(esc, property).filter(|_| !from_getter || args[0].is_none());
    args.push(doc.unwrap_or_else(singletons::none));
    let made = call::call(esc, &this.class().value(), &args)?;
    if let (Some(new), Some(name)) = (made.payload::<Property>(), property.name.get(esc, property)) {
        drop(new.name.set(new, Some(name)));
    }
    Ok(made)
}

fn getter(esc: Esc<'_>, this: &Value, function: &Value) -> PyResult {
    copy(esc, this, [Some(function), None, None])
}

fn setter(esc: Esc<'_>, this: &Value, function: &Value) -> PyResult {
    copy(esc, this, [None, Some(function), None])
}

fn deleter(esc: Esc<'_>, this: &Value, function: &Value) -> PyResult {
    copy(esc, this, [None, None, Some(function)])
}

fn name_property(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult {
    let [_, name] = args else {
        let given = args.len();
        return Err(esc.type_error(format_args!("__set_name__() takes 2 positional arguments but {given} were given")));
    };
    let property = payload(esc, this)?;
    drop(property.name.set(property, Some(name.clone())));
    Ok(singletons::none())
}

fn get_name(esc: Esc<'_>, this: &Value) -> PyResult {
    let property = payload(esc, this)?;
    match name_of(esc, property)? {
        Some(name) => Ok(name),
        None => Err(esc.attribute_error("'property' object has no attribute '__name__'", this, names::name(esc))),
    }
}

fn set_name(esc: Esc<'_>, this: &Value, value: Option<&Value>) -> PyResult<()> {
    let property = payload(esc, this)?;
    drop(property.name.set(property, value.cloned()));
    Ok(())
}

fn set_doc(esc: Esc<'_>, this: &Value, value: Option<&Value>) -> PyResult<()> {
    let property = payload(esc, this)?;
    drop(property.doc.set(property, value.cloned()));
    Ok(())
}

/// Whether a callable says it is abstract.
pub(crate) fn says_abstract(esc: Esc<'_>, callable: &Value) -> PyResult<bool> {
    match attr::get_optional(esc, callable, names::is_abstract(esc))? {
        Some(answer) => ops::truthy(esc, &answer),
        None => Ok(false),
    }
}

fn is_abstract(esc: Esc<'_>, this: &Value) -> PyResult {
    let property = payload(esc, this)?;
    for field in [&property.getter, &property.setter, &property.deleter] {
        if let Some(function) = field.get(esc, property)
            && says_abstract(esc, &function)?
        {
            return Ok(singletons::true_());
        }
    }
    Ok(singletons::false_())
}
