//! `type`: calling a class, attributes of classes, their representation.

mod alias;
mod attrs;
mod bases;
mod build;
mod members;
mod methods;
mod union;

use interp_object::builder::TypeBuilder;
use interp_object::data::str;
use interp_object::data::types::TYPE;
use interp_object::intern;
use interp_object::layout::ValueExt;
use interp_object::slots::BinaryOp;
use interp_object::typeobj::{self, TypeFlags, type_lock};
use interp_object::{Args, Esc, PyResult, TypeObject, Value};

pub use alias::{GENERIC_ALIAS, class_getitem};
pub(crate) use attrs::{signature_of, strip_signature};
pub use bases::calculate_metaclass;
pub(crate) use bases::same_layout;
pub(crate) use members::{get_dict, set_dict};
pub(crate) use methods::merge_class;
pub use union::{UNION, union};

use crate::slots;

pub(crate) fn init(esc: Esc<'_>) {
    TYPE.add_flags(TypeFlags::WEAKREF);
    TypeBuilder::new(esc, &TYPE)
        .slots(|slots| {
            slots.repr.set(Some(repr));
            slots.call.set(Some(call));
            slots.getattr.set(Some(getattr));
            slots.setattr.set(Some(setattr));
            slots.init.set(Some(build::init));
            slots.new.set(Some(build::new));
            slots.binary[BinaryOp::Or as usize].set(Some(union::or_types));
        })
        .getsets(attrs::GETSETS)
        .methods(methods::METHODS)
        .doc("type(object) -> the object's type\ntype(name, bases, dict, **kwds) -> a new type");
    alias::init(esc);
    union::init(esc);
}

/// `C(...)`: `__new__`, then `__init__` if an instance of the class came out.
fn call(esc: Esc<'_>, callee: &Value, args: Args<'_>) -> PyResult {
    let Some(class) = TypeObject::from_value(callee) else {
        return Err(esc.system_error("type.__call__ was given no type"));
    };
    if let Some(make) = class.slots.make.get() {
        return make(esc, args);
    }
    if std::ptr::eq(class, &raw const TYPE) {
        match args.all_values() {
            [object] if args.names().is_none() => return Ok(object.class().value()),
            values if args.names().is_none() && values.len() != 3 => {
                return Err(esc.type_error("type() takes 1 or 3 arguments"));
            }
            _ => {}
        }
    }
    let new = class.slots.new.get().filter(|_| !class.has(TypeFlags::NO_NEW));
    let Some(new) = new else {
        return Err(esc.type_error(format_args!("cannot create '{}' instances", dotted_name(class))));
    };
    let object = new(esc, class, args)?;
    if !object.class().is_subtype(class) {
        return Ok(object);
    }
    if let Some(init) = object.class().slots.init.get() {
        init(esc, &object, args)?;
    }
    Ok(object)
}

/// The name of a type in messages: with its module for builtin types that have one.
pub(crate) fn dotted_name(class: &TypeObject) -> String {
    if class.is_heap() { class.name() } else { class.static_name().to_owned() }
}

/// `type.__getattribute__`
pub(crate) fn getattr(esc: Esc<'_>, this: &Value, name: &Value) -> PyResult {
    let Some(class) = TypeObject::from_value(this) else {
        return Err(esc.system_error("type.__getattribute__ was given no type"));
    };
    let metatype = this.class();
    let meta = typeobj::lookup(esc, metatype, name);
    let mut meta_get = None;
    if let Some(meta) = &meta {
        let slots = &meta.class().slots;
        meta_get = slots.descr_get.get();
        if let Some(get) = meta_get
            && !slots.descr_set.is_empty()
        {
            return get(esc, meta, Some(this), metatype);
        }
    }
    if let Some(found) = typeobj::lookup(esc, class, name) {
        return match found.class().slots.descr_get.get() {
            Some(get) => get(esc, &found, None, class),
            None => Ok(found),
        };
    }
    match (meta, meta_get) {
        (Some(meta), Some(get)) => get(esc, &meta, Some(this), metatype),
        (Some(meta), None) => Ok(meta),
        (None, _) => Err(esc.no_attribute(this, name)),
    }
}

/// `type.__setattr__` and `type.__delattr__`
fn setattr(esc: Esc<'_>, this: &Value, name: &Value, value: Option<&Value>) -> PyResult<()> {
    let Some(class) = TypeObject::from_value(this) else {
        return Err(esc.system_error("type.__setattr__ was given no type"));
    };
    if class.has(TypeFlags::IMMUTABLE) {
        let (text, shown) = (interp_object::ops::str_lossy(esc, name), class.name());
        return Err(esc.type_error(format_args!("cannot set '{text}' attribute of immutable type '{shown}'")));
    }
    let name = intern::name_of(esc, name).unwrap_or_else(|| name.clone());
    if let Some(descriptor) = typeobj::lookup(esc, this.class(), &name)
        && let Some(set) = descriptor.class().slots.descr_set.get()
    {
        return set(esc, &descriptor, this, value);
    }
    set_own(esc, class, &name, value)
}

/// Sets or deletes an entry of a class's dictionary; what was cached for it is forgotten, its slots follow.
pub(crate) fn set_own(esc: Esc<'_>, class: &TypeObject, name: &Value, value: Option<&Value>) -> PyResult<()> {
    let dict = class.dict();
    let old = match value {
        Some(value) => dict.replace(esc, name, value.clone())?,
        None => match dict.remove(esc, name)? {
            Some(old) => Some(old),
            None => return Err(esc.no_attribute(&class.value(), name)),
        },
    };
    {
        let _types = type_lock();
        class.modified();
    }
    slots::update(esc, class, name);
    // Not before: what the method cache names lives until its version is gone.
    drop(old);
    Ok(())
}

/// `<class 'module.qualname'>`
fn repr(esc: Esc<'_>, this: &Value) -> PyResult {
    let Some(class) = TypeObject::from_value(this) else {
        return Err(esc.system_error("type.__repr__ was given no type"));
    };
    let text = format!("<class '{}'>", full_name(esc, class));
    Ok(str::new(esc, &text).into_value())
}

/// `module.qualname`, without the module for builtins.
pub(crate) fn full_name(esc: Esc<'_>, class: &TypeObject) -> String {
    let qualname = qualified_name(class);
    match attrs::module_of(esc, class).map(|module| interp_object::ops::text_lossy(&module)) {
        Some(module) if !module.is_empty() && module != "builtins" => format!("{module}.{qualname}"),
        _ => qualname,
    }
}

/// `__qualname__` as text.
pub(crate) fn qualified_name(class: &TypeObject) -> String {
    match class.qualname_slot().get_now(&**class) {
        Some(name) => interp_object::ops::text_lossy(&name),
        None => class.name(),
    }
}
