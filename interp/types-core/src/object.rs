//! `object`: what every value can do.

use interp_object::builder::TypeBuilder;
use interp_object::data::dict::{self, Dict};
use interp_object::data::list;
use interp_object::data::str::{self, Str};
use interp_object::data::tuple::{self, Tuple};
use interp_object::data::types::{OBJECT, Plain};
use interp_object::data::{int, module, singletons};
use interp_object::intern::{self, names};
use interp_object::layout::{self, ValueExt};
use interp_object::native::{GetSetDef, MethodDef, NativeFn};
use interp_object::slots::CompareOp;
use interp_object::typeobj::{self, TypeFlags};
use interp_object::{Args, Esc, PyResult, TypeObject, Value, attr, call, ops};

use crate::class;

static METHODS: &[MethodDef] = &[
    MethodDef::new(
        "__format__",
        NativeFn::One(format),
        "Default object formatter.\n\nReturn str(self) if format_spec is empty. Raise TypeError otherwise.",
    ),
    MethodDef::new("__dir__", NativeFn::NoArgs(dir), "Default dir() implementation."),
    MethodDef::new("__sizeof__", NativeFn::NoArgs(sizeof), "Size of object in memory, in bytes."),
    MethodDef::new("__reduce__", NativeFn::NoArgs(reduce), "Helper for pickle."),
    MethodDef::new("__reduce_ex__", NativeFn::One(reduce_ex), "Helper for pickle."),
    MethodDef::new("__getstate__", NativeFn::NoArgs(getstate), "Helper for pickle."),
    MethodDef::class(
        "__init_subclass__",
        NativeFn::NoArgs(init_subclass),
        "This method is called when a class is subclassed.",
    ),
    MethodDef::class(
        "__subclasshook__",
        NativeFn::Positional(subclasshook),
        "Abstract classes can override this to customize issubclass().",
    ),
];

static GETSETS: &[GetSetDef] = &[GetSetDef::new("__class__", get_class, set_class, "the object's class")];

pub(crate) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &OBJECT)
        .slots(|slots| {
            slots.repr.set(Some(repr));
            slots.str.set(Some(str));
            slots.hash.set(Some(hash));
            slots.richcompare.set(Some(compare));
            slots.getattr.set(Some(attr::generic_get));
            slots.setattr.set(Some(attr::generic_set));
            slots.init.set(Some(init_object));
            slots.new.set(Some(new));
        })
        .methods(METHODS)
        .getsets(GETSETS)
        .doc("The base class of the class hierarchy.\n\nWhen called, it accepts no arguments and returns a new featureless\ninstance that has no instance attributes and cannot be given any.\n");
}

fn new(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    if !args.all_values().is_empty() {
        if !class.slots.new.same(&OBJECT.slots.new) {
            return Err(esc.type_error("object.__new__() takes exactly one argument (the type to instantiate)"));
        }
        if class.slots.init.same(&OBJECT.slots.init) {
            return Err(esc.type_error(format_args!("{}() takes no arguments", class.name())));
        }
    }
    if class.has(TypeFlags::ABSTRACT) {
        return Err(abstract_error(esc, class));
    }
    if !class.layout().is::<Plain>() {
        let name = class.name();
        return Err(esc.type_error(format_args!("object.__new__({name}) is not safe, use {name}.__new__()")));
    }
    Ok(layout::new_with_type(esc, class, Plain {}).into_value())
}

fn abstract_error(esc: Esc<'_>, class: &TypeObject) -> interp_object::Raised {
    let abstracts = class.dict().get_interned(esc, names::abstractmethods(esc));
    let mut missing = match abstracts.map(|abstracts| ops::collect(esc, &abstracts)) {
        Some(Ok(missing)) => missing.iter().map(|name| format!("'{}'", ops::text_lossy(name))).collect(),
        Some(Err(raised)) => return raised,
        None => Vec::new(),
    };
    missing.sort();
    let (name, plural) = (class.name(), if missing.len() == 1 { "" } else { "s" });
    esc.type_error(format_args!(
        "Can't instantiate abstract class {name} without an implementation for abstract method{plural} {}",
        missing.join(", ")
    ))
}

fn init_object(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult<()> {
    if args.all_values().is_empty() {
        return Ok(());
    }
    let class = this.class();
    if !class.slots.init.same(&OBJECT.slots.init) {
        return Err(esc.type_error("object.__init__() takes exactly one argument (the instance to initialize)"));
    }
    if class.slots.new.same(&OBJECT.slots.new) && !class.has(TypeFlags::NO_NEW) {
        let name = class.name();
        return Err(
            esc.type_error(format_args!("{name}.__init__() takes exactly one argument (the instance to initialize)"))
        );
    }
    Ok(())
}

/// The address that default representations show.
pub(crate) fn address(value: &Value) -> u64 {
    value.word().bits() & !3
}

fn repr(esc: Esc<'_>, this: &Value) -> PyResult {
    let class = class::full_name(esc, this.class());
    Ok(str::new(esc, &format!("<{class} object at {:#x}>", address(this))).into_value())
}

fn str(esc: Esc<'_>, this: &Value) -> PyResult {
    Ok(ops::repr(esc, this)?.into_value())
}

/// The identity, with the always-zero low bits moved away.
pub(crate) fn hash(_esc: Esc<'_>, this: &Value) -> PyResult<i64> {
    let hash = address(this).rotate_right(4).cast_signed();
    Ok(if hash == -1 { -2 } else { hash })
}

fn compare(esc: Esc<'_>, this: &Value, other: &Value, op: CompareOp) -> PyResult {
    match op {
        CompareOp::Eq if this.is(other) => Ok(singletons::true_()),
        CompareOp::Ne => {
            let Some(equal) = this.class().slots.richcompare.get() else { return Ok(singletons::not_implemented()) };
            let result = equal(esc, this, other, CompareOp::Eq)?;
            if singletons::is_not_implemented(&result) {
                return Ok(result);
            }
            Ok(singletons::bool(!ops::truthy(esc, &result)?))
        }
        _ => Ok(singletons::not_implemented()),
    }
}

fn format(esc: Esc<'_>, this: &Value, spec: &Value) -> PyResult {
    let Some(text) = spec.payload::<Str>() else {
        let given = interp_object::args::shown_type(spec);
        return Err(esc.type_error(format_args!("__format__() argument must be str, not {given}")));
    };
    if !text.is_empty() {
        let name = this.class().name();
        return Err(esc.type_error(format_args!("unsupported format string passed to {name}.__format__")));
    }
    Ok(ops::to_str(esc, this)?.into_value())
}

fn dir(esc: Esc<'_>, this: &Value) -> PyResult {
    let all = dict::new(esc);
    if let Some(own) = attr::get_optional(esc, this, names::dict(esc))?
        && let Some(own) = own.payload::<Dict>()
    {
        all.merge(esc, own)?;
    }
    if let Some(class) = attr::apparent_class(esc, this)?
        && let Some(class) = TypeObject::from_value(&class)
    {
        class::merge_class(esc, class, &all)?;
    }
    Ok(list::new(esc, all.keys(esc)).into_value())
}

fn sizeof(esc: Esc<'_>, this: &Value) -> PyResult {
    Ok(int::from_usize(esc, this.class().instance_size()))
}

fn init_subclass(_esc: Esc<'_>, _class: &Value) -> PyResult {
    Ok(singletons::none())
}

fn subclasshook(_esc: Esc<'_>, _class: &Value, _args: &[Value]) -> PyResult {
    Ok(singletons::not_implemented())
}

fn get_class(_esc: Esc<'_>, this: &Value) -> PyResult {
    Ok(this.class().value())
}

fn set_class(esc: Esc<'_>, this: &Value, value: Option<&Value>) -> PyResult<()> {
    let Some(value) = value else { return Err(esc.type_error("can't delete __class__ attribute")) };
    let Some(new) = TypeObject::from_value(value) else {
        let given = value.class().name();
        return Err(esc.type_error(format_args!("__class__ must be set to a class, not '{given}' object")));
    };
    let old = this.class();
    let modules = old.is_subtype(&module::MODULE) && new.is_subtype(&module::MODULE);
    if !modules && (old.has(TypeFlags::IMMUTABLE) || new.has(TypeFlags::IMMUTABLE)) {
        return Err(esc.type_error("__class__ assignment only supported for mutable types or ModuleType subclasses"));
    }
    let Some(header) = this.object_header().filter(|_| class::same_layout(old, new)) else {
        let (old, new) = (old.name(), new.name());
        return Err(esc.type_error(format_args!("__class__ assignment: '{new}' object layout differs from '{old}'")));
    };
    // The names of inline values belong to the old class: the attributes move into a dictionary first.
    if old.shared_keys().is_some()
        && let Some(dict) = attr::instance_dict(esc, this)
    {
        attr::replace_dict(esc, this, dict)?;
    }
    typeobj::reclass(esc, header, new);
    Ok(())
}

/// The state that `copy` and `pickle` save: the dictionary, and the values of `__slots__`.
fn getstate(esc: Esc<'_>, this: &Value) -> PyResult {
    let own = match attr::get_optional(esc, this, names::dict(esc))? {
        Some(own) => match own.payload::<Dict>() {
            Some(own) => own.copy(esc)?.into_value(),
            None => own,
        },
        None => singletons::none(),
    };
    let mut slots = Vec::new();
    for class in this.class().mro().as_ref().map_or_else(Vec::new, |mro| mro.0.to_vec()) {
        for (name, _, value) in class.dict().items(esc) {
            if value.payload::<interp_object::data::descr::Member>().is_some()
                && let Some(value) = attr::get_optional(esc, this, &name)?
            {
                slots.push((name, value));
            }
        }
    }
    if slots.is_empty() {
        return Ok(own);
    }
    let values = dict::new(esc);
    for (name, value) in slots {
        values.set(esc, &name, value)?;
    }
    Ok(tuple::new(esc, [own, values.into_value()]).into_value())
}

fn reduce(esc: Esc<'_>, this: &Value) -> PyResult {
    reduce_with(esc, this, 0)
}

fn reduce_ex(esc: Esc<'_>, this: &Value, protocol: &Value) -> PyResult {
    let protocol = ops::index_i64(esc, protocol)?;
    let own = typeobj::lookup(esc, this.class(), names::reduce(esc));
    let plain = typeobj::lookup(esc, &OBJECT, names::reduce(esc));
    if let (Some(own), Some(plain)) = (&own, &plain)
        && !own.is(plain)
    {
        return call::call_method(esc, this, names::reduce(esc), &[]);
    }
    reduce_with(esc, this, protocol)
}

/// The calls of `copyreg` that rebuild the object.
fn reduce_with(esc: Esc<'_>, this: &Value, protocol: i64) -> PyResult {
    let copyreg = import(esc, "copyreg")?;
    if protocol < 2 {
        let function = attr::get_str(esc, &copyreg, "_reduce_ex")?;
        return call::call(esc, &function, &[this.clone(), int::new(esc, protocol)]);
    }
    let class = this.class().value();
    let (function, args) = new_arguments(esc, this, &copyreg, &class)?;
    let state = call::call_method(esc, this, names::getstate(esc), &[])?;
    let is_list = this.class().has(TypeFlags::LIST_SUBCLASS);
    let list_items = if is_list { ops::iterator(esc, this)? } else { singletons::none() };
    let dict_items = if this.class().has(TypeFlags::DICT_SUBCLASS) {
        let items = call::call_method(esc, this, names::items(esc), &[])?;
        ops::iterator(esc, &items)?
    } else {
        singletons::none()
    };
    Ok(tuple::new(esc, [function, args, state, list_items, dict_items]).into_value())
}

fn new_arguments(esc: Esc<'_>, this: &Value, copyreg: &Value, class: &Value) -> PyResult<(Value, Value)> {
    if let Some(both) = call::call_special(esc, this, &intern::intern(esc, "__getnewargs_ex__"), &[])? {
        let Some([args, keywords]) = both.payload::<Tuple>().map(Tuple::as_slice) else {
            return Err(esc.type_error("__getnewargs_ex__ should return a tuple of length 2"));
        };
        let packed = tuple::new(esc, [class.clone(), args.clone(), keywords.clone()]);
        return Ok((attr::get_str(esc, copyreg, "__newobj_ex__")?, packed.into_value()));
    }
    let mut packed = vec![class.clone()];
    if let Some(args) = call::call_special(esc, this, &intern::intern(esc, "__getnewargs__"), &[])? {
        match args.payload::<Tuple>() {
            Some(args) => packed.extend_from_slice(args.as_slice()),
            None => {
                let given = args.class().name();
                return Err(esc.type_error(format_args!("__getnewargs__ should return a tuple, not '{given}'")));
            }
        }
    } else if !this.class().layout().is::<Plain>()
        && !this.class().has(TypeFlags::LIST_SUBCLASS)
        && !this.class().has(TypeFlags::DICT_SUBCLASS)
        && this.class().slots.new.is_empty()
    {
        let name = this.class().name();
        return Err(esc.type_error(format_args!("cannot pickle '{name}' object")));
    }
    let function = attr::get_str(esc, copyreg, "__newobj__")?;
    Ok((function, tuple::new(esc, packed).into_value()))
}

/// Imports a module through `builtins.__import__` of the running code.
fn import(esc: Esc<'_>, name: &str) -> PyResult {
    let globals = interp_object::data::frame::running_globals(esc);
    let builtins =
        globals.as_ref().and_then(|globals| globals.payload::<Dict>()?.get_interned(esc, names::builtins(esc)));
    let import = match &builtins {
        Some(builtins) => match builtins.payload::<Dict>() {
            Some(dict) => dict.get_interned(esc, names::import(esc)),
            None => attr::get_optional(esc, builtins, names::import(esc))?,
        },
        None => None,
    };
    match import {
        Some(import) => call::call(esc, &import, &[intern::intern(esc, name)]),
        None => Err(esc.raise_str(&interp_object::data::exception::IMPORT_ERROR, "__import__ not found")),
    }
}
