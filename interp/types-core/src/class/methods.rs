//! Methods of `type`.

use interp_object::data::dict;
use interp_object::data::list;
use interp_object::data::singletons;
use interp_object::layout::ValueExt;
use interp_object::native::{MethodDef, NativeFn};
use interp_object::typeobj::TypeRef;
use interp_object::{Args, Esc, PyResult, TypeObject, Value, ops};

use super::bases;

pub(super) static METHODS: &[MethodDef] = &[
    MethodDef::new("mro", NativeFn::NoArgs(mro), "Return a type's method resolution order."),
    MethodDef::new("__subclasses__", NativeFn::NoArgs(subclasses), "Return a list of immediate subclasses."),
    MethodDef::class("__prepare__", NativeFn::Full(prepare), "Create the namespace for the class statement"),
    MethodDef::new("__instancecheck__", NativeFn::One(instancecheck), "Check if an object is an instance."),
    MethodDef::new("__subclasscheck__", NativeFn::One(subclasscheck), "Check if a class is a subclass."),
    MethodDef::new("__dir__", NativeFn::NoArgs(dir), "Specialized __dir__ implementation for types."),
    MethodDef::new("__sizeof__", NativeFn::NoArgs(sizeof), "Return memory consumption of the type object."),
];

fn expect<'a>(esc: Esc<'_>, this: &'a Value) -> PyResult<&'a TypeObject> {
    match TypeObject::from_value(this) {
        Some(class) => Ok(class),
        None => Err(esc.type_error("a type was expected")),
    }
}

fn mro(esc: Esc<'_>, this: &Value) -> PyResult {
    let class = expect(esc, this)?;
    let bases = class.bases_slot().get(esc, &**class);
    let bases = bases.as_ref().and_then(|bases| bases.payload::<interp_object::data::tuple::Tuple>());
    let bases: Vec<TypeRef> = bases.map_or_else(Vec::new, |bases| {
        bases.as_slice().iter().filter_map(TypeObject::from_value).map(TypeRef::new).collect()
    });
    let mut mro = vec![class.value()];
    mro.extend(bases::linearize(esc, &bases)?.iter().map(|class| class.value()));
    Ok(list::new(esc, mro).into_value())
}

fn subclasses(esc: Esc<'_>, this: &Value) -> PyResult {
    let class = expect(esc, this)?;
    let subclasses: Vec<Value> = class.subclasses().iter().map(|class| class.value()).collect();
    Ok(list::new(esc, subclasses).into_value())
}

fn prepare(esc: Esc<'_>, _this: &Value, _args: Args<'_>) -> PyResult {
    Ok(dict::new(esc).into_value())
}

fn instancecheck(esc: Esc<'_>, this: &Value, object: &Value) -> PyResult {
    ops::is_instance_plain(esc, object, this).map(singletons::bool)
}

fn subclasscheck(esc: Esc<'_>, this: &Value, class: &Value) -> PyResult {
    ops::is_subclass_plain(esc, class, this).map(singletons::bool)
}

fn dir(esc: Esc<'_>, this: &Value) -> PyResult {
    let class = expect(esc, this)?;
    let names = dict::new(esc);
    merge_class(esc, class, &names)?;
    Ok(list::new(esc, names.keys(esc)).into_value())
}

/// Adds the attributes of a class and its bases.
pub(crate) fn merge_class(esc: Esc<'_>, class: &TypeObject, into: &dict::Dict) -> PyResult<()> {
    let classes: Vec<TypeRef> = class.mro().as_ref().map_or_else(Vec::new, |mro| mro.0.to_vec());
    for class in classes {
        into.merge(esc, &class.dict())?;
    }
    Ok(())
}

fn sizeof(esc: Esc<'_>, this: &Value) -> PyResult {
    let class = expect(esc, this)?;
    Ok(interp_object::data::int::from_usize(esc, class.instance_size()))
}
