//! The attributes of classes that are computed: names, bases, documentation, annotations.

use interp_object::data::descr::MappingProxy;
use interp_object::data::dict::{self, Dict};
use interp_object::data::str::{self, Str};
use interp_object::data::tuple::{self, Tuple};
use interp_object::data::{exception as exc, int, singletons};
use interp_object::intern::{intern, names};
use interp_object::layout::{self, ValueExt};
use interp_object::native::GetSetDef;
use interp_object::typeobj::{TypeFlags, TypeRef};
use interp_object::{Esc, PyResult, TypeObject, Value, call, ops};

use super::{build, set_own};

pub(super) static GETSETS: &[GetSetDef] = &[
    GetSetDef::new("__name__", get_name, set_name, ""),
    GetSetDef::new("__qualname__", get_qualname, set_qualname, ""),
    GetSetDef::new("__module__", get_module, set_module, ""),
    GetSetDef::new("__bases__", get_bases, set_bases, ""),
    GetSetDef::readonly("__base__", get_base, ""),
    GetSetDef::readonly("__mro__", get_mro, ""),
    GetSetDef::readonly("__dict__", get_dict, ""),
    GetSetDef::new("__doc__", get_doc, set_doc, ""),
    GetSetDef::readonly("__text_signature__", get_text_signature, ""),
    GetSetDef::new("__annotations__", get_annotations, set_annotations, ""),
    GetSetDef::new("__annotate__", get_annotate, set_annotate, ""),
    GetSetDef::new("__type_params__", get_type_params, set_type_params, ""),
    GetSetDef::new("__abstractmethods__", get_abstract, set_abstract, ""),
    GetSetDef::readonly("__flags__", get_flags, ""),
    GetSetDef::readonly("__basicsize__", get_basicsize, ""),
    GetSetDef::readonly("__itemsize__", get_itemsize, ""),
    GetSetDef::readonly("__dictoffset__", get_dictoffset, ""),
    GetSetDef::readonly("__weakrefoffset__", get_weakrefoffset, ""),
];

fn class_of<'a>(esc: Esc<'_>, this: &'a Value) -> PyResult<&'a TypeObject> {
    match TypeObject::from_value(this) {
        Some(class) => Ok(class),
        None => Err(esc.type_error("a type was expected")),
    }
}

/// A class whose attributes may be set and the value, or CPython's error.
fn check_set<'a, 'v>(
    esc: Esc<'_>,
    this: &'a Value,
    value: Option<&'v Value>,
    name: &str,
) -> PyResult<(&'a TypeObject, &'v Value)> {
    let class = class_of(esc, this)?;
    if class.has(TypeFlags::IMMUTABLE) {
        let shown = class.name();
        return Err(esc.type_error(format_args!("cannot set '{name}' attribute of immutable type '{shown}'")));
    }
    match value {
        Some(value) => Ok((class, value)),
        None => {
            let shown = class.name();
            Err(esc.type_error(format_args!("cannot delete '{name}' attribute of immutable type '{shown}'")))
        }
    }
}

fn get_name(esc: Esc<'_>, this: &Value) -> PyResult {
    let class = class_of(esc, this)?;
    match class.name_slot().get(esc, &**class) {
        Some(name) => Ok(name),
        None => Ok(intern(esc, &class.name())),
    }
}

fn set_name(esc: Esc<'_>, this: &Value, value: Option<&Value>) -> PyResult<()> {
    let (class, value) = check_set(esc, this, value, "__name__")?;
    let Some(text) = value.payload::<Str>() else {
        let (name, given) = (class.name(), value.class().name());
        return Err(esc.type_error(format_args!("can only assign string to {name}.__name__, not '{given}'")));
    };
    if text.chars().iter().any(|c| c == 0) {
        return Err(esc.value_error("type name must not contain null characters"));
    }
    drop(class.name_slot().set(&**class, Some(value.clone())));
    Ok(())
}

fn get_qualname(esc: Esc<'_>, this: &Value) -> PyResult {
    let class = class_of(esc, this)?;
    match class.qualname_slot().get(esc, &**class) {
        Some(name) => Ok(name),
        None => get_name(esc, this),
    }
}

fn set_qualname(esc: Esc<'_>, this: &Value, value: Option<&Value>) -> PyResult<()> {
    let (class, value) = check_set(esc, this, value, "__qualname__")?;
    if value.payload::<Str>().is_none() {
        let (name, given) = (class.name(), value.class().name());
        return Err(esc.type_error(format_args!("can only assign string to {name}.__qualname__, not '{given}'")));
    }
    drop(class.qualname_slot().set(&**class, Some(value.clone())));
    Ok(())
}

/// `__module__`, if the class has one.
pub(super) fn module_of(esc: Esc<'_>, class: &TypeObject) -> Option<Value> {
    if class.is_heap() {
        return class.dict().get_interned(esc, names::module(esc));
    }
    let name = class.static_name();
    Some(intern(esc, name.rsplit_once('.').map_or("builtins", |(module, _)| module)))
}

fn get_module(esc: Esc<'_>, this: &Value) -> PyResult {
    let class = class_of(esc, this)?;
    match module_of(esc, class) {
        Some(module) => Ok(module),
        None => Err(esc.attribute_error("__module__", this, names::module(esc))),
    }
}

fn set_module(esc: Esc<'_>, this: &Value, value: Option<&Value>) -> PyResult<()> {
    let (class, value) = check_set(esc, this, value, "__module__")?;
    set_own(esc, class, names::module(esc), Some(value))
}

fn get_bases(esc: Esc<'_>, this: &Value) -> PyResult {
    let class = class_of(esc, this)?;
    Ok(class.bases_slot().get(esc, &**class).unwrap_or_else(|| tuple::new(esc, []).into_value()))
}

fn set_bases(esc: Esc<'_>, this: &Value, value: Option<&Value>) -> PyResult<()> {
    let (class, value) = check_set(esc, this, value, "__bases__")?;
    build::set_bases(esc, class, value)
}

fn get_base(esc: Esc<'_>, this: &Value) -> PyResult {
    let class = class_of(esc, this)?;
    Ok(class.base_slot().get(esc, &**class).unwrap_or_else(singletons::none))
}

fn get_mro(esc: Esc<'_>, this: &Value) -> PyResult {
    let class = class_of(esc, this)?;
    let classes: Vec<TypeRef> = class.mro().as_ref().map_or_else(Vec::new, |mro| mro.0.to_vec());
    Ok(tuple::new(esc, classes.iter().map(|class| class.value())).into_value())
}

fn get_dict(esc: Esc<'_>, this: &Value) -> PyResult {
    let class = class_of(esc, this)?;
    let mapping = class.dict().into_value();
    Ok(layout::new(esc, MappingProxy { mapping }).into_value())
}

fn get_doc(esc: Esc<'_>, this: &Value) -> PyResult {
    let class = class_of(esc, this)?;
    if !class.is_heap() {
        return Ok(match class.static_doc() {
            Some(doc) => strip_signature(esc, str::new(esc, doc).into_value()),
            None => singletons::none(),
        });
    }
    let Some(doc) = class.dict().get_interned(esc, names::doc(esc)) else { return Ok(singletons::none()) };
    match doc.class().slots.descr_get.get() {
        Some(get) => get(esc, &doc, None, class),
        None => Ok(doc),
    }
}

/// A docstring without the signature that builtin docstrings may begin with (`name(…)\n--\n\n`).
pub(crate) fn strip_signature(esc: Esc<'_>, doc: Value) -> Value {
    let text = ops::text_lossy(&doc);
    match text.split_once("\n--\n\n") {
        Some((_, rest)) => str::new(esc, rest).into_value(),
        None => doc,
    }
}

/// The signature part of a docstring: `(…)`.
pub(crate) fn signature_of(esc: Esc<'_>, doc: &str) -> Value {
    match doc.split_once("\n--\n\n").and_then(|(head, _)| head.find('(').map(|start| &head[start..])) {
        Some(signature) => str::new(esc, signature).into_value(),
        None => singletons::none(),
    }
}

fn set_doc(esc: Esc<'_>, this: &Value, value: Option<&Value>) -> PyResult<()> {
    let (class, value) = check_set(esc, this, value, "__doc__")?;
    set_own(esc, class, names::doc(esc), Some(value))
}

fn get_text_signature(esc: Esc<'_>, this: &Value) -> PyResult {
    let class = class_of(esc, this)?;
    if class.is_heap() {
        return Ok(singletons::none());
    }
    Ok(signature_of(esc, class.static_doc().unwrap_or_default()))
}

fn own(esc: Esc<'_>, class: &TypeObject, names: [&str; 2]) -> Option<Value> {
    names.into_iter().find_map(|name| class.dict().get_str(esc, name))
}

fn get_annotations(esc: Esc<'_>, this: &Value) -> PyResult {
    let class = class_of(esc, this)?;
    if !class.is_heap() {
        return Err(esc.no_attribute(this, names::annotations(esc)));
    }
    if let Some(found) = own(esc, class, ["__annotations__", "__annotations_cache__"]) {
        return match found.class().slots.descr_get.get() {
            Some(get) => get(esc, &found, None, class),
            None => Ok(found),
        };
    }
    let annotate = get_annotate(esc, this)?;
    let annotations = if annotate.is_none() {
        dict::new(esc).into_value()
    } else {
        let result = call::call(esc, &annotate, &[int::small(1)])?;
        if result.payload::<Dict>().is_none() {
            let given = result.class().name();
            return Err(esc.type_error(format_args!("__annotate__() must return a dict, not '{given}'")));
        }
        result
    };
    set_own(esc, class, &intern(esc, "__annotations_cache__"), Some(&annotations))?;
    Ok(annotations)
}

fn set_annotations(esc: Esc<'_>, this: &Value, value: Option<&Value>) -> PyResult<()> {
    let class = class_of(esc, this)?;
    if class.has(TypeFlags::IMMUTABLE) {
        let shown = class.name();
        return Err(esc.type_error(format_args!("cannot set '__annotations__' attribute of immutable type '{shown}'")));
    }
    let dict = class.dict();
    match value {
        Some(value) => {
            set_own(esc, class, names::annotations(esc), Some(value))?;
            drop(dict.remove(esc, &intern(esc, "__annotations_cache__"))?);
        }
        None => {
            let plain = dict.remove(esc, names::annotations(esc))?;
            let cached = dict.remove(esc, &intern(esc, "__annotations_cache__"))?;
            if plain.is_none() && cached.is_none() {
                return Err(esc.attribute_error("__annotations__", this, names::annotations(esc)));
            }
        }
    }
    forget_annotate(esc, class)
}

/// Assigned annotations have no function that computes them.
fn forget_annotate(esc: Esc<'_>, class: &TypeObject) -> PyResult<()> {
    let dict = class.dict();
    let mut old = Vec::new();
    for name in ["__annotate__", "__annotate_func__"] {
        old.push(dict.remove(esc, &intern(esc, name))?);
    }
    {
        let _types = interp_object::typeobj::type_lock();
        class.modified();
    }
    // As in `set_own`.
    drop(old);
    Ok(())
}

fn get_annotate(esc: Esc<'_>, this: &Value) -> PyResult {
    let class = class_of(esc, this)?;
    if !class.is_heap() {
        return Err(esc.no_attribute(this, names::annotate(esc)));
    }
    match own(esc, class, ["__annotate_func__", "__annotate__"]) {
        Some(found) => match found.class().slots.descr_get.get() {
            Some(get) => get(esc, &found, None, class),
            None => Ok(found),
        },
        None => Ok(singletons::none()),
    }
}

fn set_annotate(esc: Esc<'_>, this: &Value, value: Option<&Value>) -> PyResult<()> {
    let class = class_of(esc, this)?;
    let Some(value) = value else { return Err(esc.type_error("cannot delete __annotate__ attribute")) };
    if class.has(TypeFlags::IMMUTABLE) {
        let shown = class.name();
        return Err(esc.type_error(format_args!("cannot set '__annotate__' attribute of immutable type '{shown}'")));
    }
    if !value.is_none() && value.class().slots.call.is_empty() {
        return Err(esc.type_error("__annotate__ must be callable or None"));
    }
    set_own(esc, class, &intern(esc, "__annotate_func__"), Some(value))?;
    if !value.is_none() {
        drop(class.dict().remove(esc, &intern(esc, "__annotations_cache__"))?);
    }
    Ok(())
}

fn get_type_params(esc: Esc<'_>, this: &Value) -> PyResult {
    let class = class_of(esc, this)?;
    let own = class.dict().get_interned(esc, names::type_params(esc)).filter(|_| class.is_heap());
    Ok(own.unwrap_or_else(|| tuple::new(esc, []).into_value()))
}

fn set_type_params(esc: Esc<'_>, this: &Value, value: Option<&Value>) -> PyResult<()> {
    let (class, value) = check_set(esc, this, value, "__type_params__")?;
    if value.payload::<Tuple>().is_none() {
        return Err(esc.type_error("__type_params__ must be set to a tuple"));
    }
    set_own(esc, class, names::type_params(esc), Some(value))
}

fn get_abstract(esc: Esc<'_>, this: &Value) -> PyResult {
    let class = class_of(esc, this)?;
    let own = class.dict().get_interned(esc, names::abstractmethods(esc));
    match own.filter(|_| !std::ptr::eq(class, &raw const interp_object::data::types::TYPE)) {
        Some(names) => Ok(names),
        None => Err(esc.raise_str(&exc::ATTRIBUTE_ERROR, "__abstractmethods__")),
    }
}

fn set_abstract(esc: Esc<'_>, this: &Value, value: Option<&Value>) -> PyResult<()> {
    let class = class_of(esc, this)?;
    let any = match value {
        Some(value) => ops::truthy(esc, value)?,
        None => false,
    };
    if value.is_none() && class.dict().get_interned(esc, names::abstractmethods(esc)).is_none() {
        return Err(esc.raise_str(&exc::ATTRIBUTE_ERROR, "__abstractmethods__"));
    }
    set_own(esc, class, names::abstractmethods(esc), value)?;
    if any {
        class.add_flags(TypeFlags::ABSTRACT)
    } else {
        class.remove_flags(TypeFlags::ABSTRACT)
    }
    Ok(())
}

/// `__flags__` with CPython's numbers where they have a meaning to Python code.
fn get_flags(esc: Esc<'_>, this: &Value) -> PyResult {
    let class = class_of(esc, this)?;
    const NUMBERS: &[(TypeFlags, i64)] = &[
        (TypeFlags::HEAP, 1 << 9),
        (TypeFlags::BASE, 1 << 10),
        (TypeFlags::IMMUTABLE, 1 << 8),
        (TypeFlags::READY, 1 << 12),
        (TypeFlags::SEQUENCE, 1 << 5),
        (TypeFlags::MAPPING, 1 << 6),
        (TypeFlags::NO_NEW, 1 << 7),
        (TypeFlags::METHOD_DESCRIPTOR, 1 << 17),
        (TypeFlags::ABSTRACT, 1 << 20),
        (TypeFlags::MATCH_SELF, 1 << 22),
        (TypeFlags::INT_SUBCLASS, 1 << 24),
        (TypeFlags::LIST_SUBCLASS, 1 << 25),
        (TypeFlags::TUPLE_SUBCLASS, 1 << 26),
        (TypeFlags::BYTES_SUBCLASS, 1 << 27),
        (TypeFlags::STR_SUBCLASS, 1 << 28),
        (TypeFlags::DICT_SUBCLASS, 1 << 29),
        (TypeFlags::EXCEPTION_SUBCLASS, 1 << 30),
        (TypeFlags::TYPE_SUBCLASS, 1 << 31),
    ];
    let number = NUMBERS.iter().filter(|(flag, _)| class.has(*flag)).fold(0, |all, (_, number)| all | number);
    Ok(int::new(esc, number))
}

fn get_basicsize(esc: Esc<'_>, this: &Value) -> PyResult {
    Ok(int::from_usize(esc, class_of(esc, this)?.instance_size()))
}

fn get_itemsize(esc: Esc<'_>, this: &Value) -> PyResult {
    let class = class_of(esc, this)?;
    let size = match () {
        () if class.has(TypeFlags::TUPLE_SUBCLASS) => 8,
        () if class.has(TypeFlags::INT_SUBCLASS) => 4,
        () if class.has(TypeFlags::BYTES_SUBCLASS) => 1,
        () => 0,
    };
    Ok(int::new(esc, size))
}

fn get_dictoffset(esc: Esc<'_>, this: &Value) -> PyResult {
    let class = class_of(esc, this)?;
    Ok(int::new(esc, if class.has(TypeFlags::INLINE_VALUES) { -1 } else { class.dict_offset().unwrap_or(0) as i64 }))
}

fn get_weakrefoffset(esc: Esc<'_>, this: &Value) -> PyResult {
    let class = class_of(esc, this)?;
    Ok(int::new(esc, i64::from(class.has(TypeFlags::WEAKREF)) * 8))
}
