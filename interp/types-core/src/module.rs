//! `module`.

use interp_object::args::Signature;
use interp_object::builder::TypeBuilder;
use interp_object::data::dict::{self, Dict};
use interp_object::data::list;
use interp_object::data::module::{self, MODULE, Module};
use interp_object::data::str::Str;
use interp_object::data::{int, singletons};
use interp_object::intern::{self, intern, names};
use interp_object::layout::ValueExt;
use interp_object::native::{GetSetDef, MethodDef, NativeFn};
use interp_object::typeobj::{self, TypeFlags};
use interp_object::{Args, Esc, PyResult, TypeObject, Value, attr, call, ops};

static GETSETS: &[GetSetDef] = &[
    GetSetDef::readonly("__dict__", |esc, this| Ok(payload(esc, this)?.dict().clone().into_value()), ""),
    GetSetDef::new("__annotations__", get_annotations, set_annotations, ""),
    GetSetDef::new("__annotate__", get_annotate, set_annotate, ""),
];

static METHODS: &[MethodDef] =
    &[MethodDef::new("__dir__", NativeFn::NoArgs(dir), "__dir__() -> list\nspecialized dir() implementation")];

pub(crate) fn init(esc: Esc<'_>) {
    MODULE.add_flags(TypeFlags::WEAKREF);
    TypeBuilder::new(esc, &MODULE)
        .slots(|slots| {
            slots.new.set(Some(new));
            slots.init.set(Some(init_module));
            slots.repr.set(Some(repr));
            slots.getattr.set(Some(getattr));
            slots.setattr.set(Some(setattr));
        })
        .getsets(GETSETS)
        .methods(METHODS)
        .doc("Create a module object.\n\nThe name must be a string; the optional docstring can have any type.");
}

fn payload<'a>(esc: Esc<'_>, this: &'a Value) -> PyResult<&'a Module> {
    match this.payload::<Module>() {
        Some(module) => Ok(module),
        None => Err(esc.type_error("a module was expected")),
    }
}

fn new(esc: Esc<'_>, class: &TypeObject, _args: Args<'_>) -> PyResult {
    Ok(module::new_as(esc, class).into_value())
}

const SIGNATURE: Signature<2> = Signature::new("module", ["name", "doc"], 1);

fn init_module(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult<()> {
    let [name, doc] = args.bind(esc, &SIGNATURE)?;
    let Some(name) = name.filter(|name| name.payload::<Str>().is_some()) else {
        let given = name.map(|name| name.class().name()).unwrap_or_default();
        return Err(esc.type_error(format_args!("module() argument 'name' must be str, not {given}")));
    };
    let dict = payload(esc, this)?.dict();
    dict.set_str(esc, "__name__", name.clone());
    dict.set_str(esc, "__doc__", doc.cloned().unwrap_or_else(singletons::none));
    for name in ["__package__", "__loader__", "__spec__"] {
        dict.set_str(esc, name, singletons::none());
    }
    Ok(())
}

fn repr(esc: Esc<'_>, this: &Value) -> PyResult {
    let dict = payload(esc, this)?.dict();
    let part = |name: &str| dict.get_str(esc, name).filter(|value| !value.is_none());
    let name = part("__name__").map_or_else(|| "'?'".to_owned(), |name| ops::repr_lossy(esc, &name));
    let spec = part("__spec__");
    let mut origin = None;
    if let Some(spec) = &spec {
        let located = match attr::get_optional(esc, spec, &intern(esc, "has_location"))? {
            Some(located) => ops::truthy(esc, &located)?,
            None => false,
        };
        if let Some(found) = attr::get_optional(esc, spec, &intern(esc, "origin"))?.filter(|found| !found.is_none()) {
            origin = Some((found, located));
        }
    }
    let text = match (origin, part("__file__"), part("__loader__")) {
        (Some((origin, true)), _, _) => format!("<module {name} from {}>", ops::repr_lossy(esc, &origin)),
        (Some((origin, false)), _, _) => format!("<module {name} ({})>", ops::str_lossy(esc, &origin)),
        (None, Some(file), _) => format!("<module {name} from {}>", ops::repr_lossy(esc, &file)),
        (None, None, Some(loader)) => format!("<module {name} ({})>", ops::repr_lossy(esc, &loader)),
        (None, None, None) => format!("<module {name}>"),
    };
    Ok(interp_object::data::str::new(esc, &text).into_value())
}

/// The type's data descriptors, the namespace, the rest of the type, the module's own `__getattr__`.
fn getattr(esc: Esc<'_>, this: &Value, name: &Value) -> PyResult {
    let module = payload(esc, this)?;
    let class = this.class();
    let found = typeobj::lookup(esc, class, name);
    let getter = found.as_ref().and_then(|found| found.class().slots.descr_get.get());
    if let (Some(found), Some(get)) = (&found, getter)
        && !found.class().slots.descr_set.is_empty()
    {
        return get(esc, found, Some(this), class);
    }
    if let Some(value) = module.dict().get(esc, name)? {
        return Ok(value);
    }
    if let Some(found) = found {
        return match getter {
            Some(get) => get(esc, &found, Some(this), class),
            None => Ok(found),
        };
    }
    if let Some(hook) = module.dict().get_interned(esc, names::getattr(esc)) {
        return call::call(esc, &hook, std::slice::from_ref(name));
    }
    Err(missing(esc, this, module, name))
}

/// CPython's error, which looks at the spec to tell circular imports.
fn missing(esc: Esc<'_>, this: &Value, module: &Module, name: &Value) -> interp_object::Raised {
    let text = ops::str_lossy(esc, name);
    let module_name = module.dict().get_interned(esc, names::name(esc)).filter(|name| name.payload::<Str>().is_some());
    let Some(module_name) = module_name.map(|name| ops::text_lossy(&name)) else {
        return esc.attribute_error(format_args!("module has no attribute '{text}'"), this, name);
    };
    let spec = module.dict().get_interned(esc, names::spec(esc)).filter(|spec| !spec.is_none());
    let starting = match spec.as_ref().map(|spec| attr::get_optional(esc, spec, &intern(esc, "_initializing"))) {
        Some(Ok(Some(flag))) => ops::truthy(esc, &flag),
        Some(Err(raised)) => Err(raised),
        _ => Ok(false),
    };
    match starting {
        Ok(false) => {
            esc.attribute_error(format_args!("module '{module_name}' has no attribute '{text}'"), this, name)
        }
        Ok(true) => esc.attribute_error(
            format_args!(
                "partially initialized module '{module_name}' has no attribute '{text}' (most likely due to a circular import)"
            ),
            this,
            name,
        ),
        Err(raised) => raised,
    }
}

fn setattr(esc: Esc<'_>, this: &Value, name: &Value, value: Option<&Value>) -> PyResult<()> {
    let name = intern::name_of(esc, name).unwrap_or_else(|| name.clone());
    if let Some(found) = typeobj::lookup(esc, this.class(), &name)
        && let Some(set) = found.class().slots.descr_set.get()
    {
        return set(esc, &found, this, value);
    }
    let module = payload(esc, this)?;
    match value {
        Some(value) => module.dict().set(esc, &name, value.clone()),
        None => match module.dict().remove(esc, &name)? {
            Some(_) => Ok(()),
            None => {
                let (class, text) = (this.class().name(), ops::str_lossy(esc, &name));
                Err(esc.attribute_error(format_args!("'{class}' object has no attribute '{text}'"), this, &name))
            }
        },
    }
}

fn dir(esc: Esc<'_>, this: &Value) -> PyResult {
    let dict = payload(esc, this)?.dict();
    if let Some(own) = dict.get_interned(esc, names::dir(esc)) {
        return call::call(esc, &own, &[]);
    }
    Ok(list::new(esc, dict.keys(esc)).into_value())
}

fn get_annotations(esc: Esc<'_>, this: &Value) -> PyResult {
    let dict = payload(esc, this)?.dict();
    if let Some(known) = dict.get_interned(esc, names::annotations(esc)) {
        return Ok(known);
    }
    let made = match dict.get_interned(esc, names::annotate(esc)).filter(|annotate| !annotate.is_none()) {
        Some(annotate) => {
            let result = call::call(esc, &annotate, &[int::small(1)])?;
            if result.payload::<Dict>().is_none() {
                let given = result.class().name();
                return Err(esc.type_error(format_args!("__annotate__() must return a dict, not '{given}'")));
            }
            result
        }
        None => dict::new(esc).into_value(),
    };
    dict.set(esc, names::annotations(esc), made.clone())?;
    Ok(made)
}

fn set_annotations(esc: Esc<'_>, this: &Value, value: Option<&Value>) -> PyResult<()> {
    let dict = payload(esc, this)?.dict();
    match value {
        Some(value) => dict.set(esc, names::annotations(esc), value.clone())?,
        None => {
            if dict.remove(esc, names::annotations(esc))?.is_none() {
                return Err(esc.attribute_error("__annotations__", this, names::annotations(esc)));
            }
        }
    }
    drop(dict.remove(esc, names::annotate(esc))?);
    Ok(())
}

fn get_annotate(esc: Esc<'_>, this: &Value) -> PyResult {
    let dict = payload(esc, this)?.dict();
    Ok(dict.get_interned(esc, names::annotate(esc)).unwrap_or_else(singletons::none))
}

fn set_annotate(esc: Esc<'_>, this: &Value, value: Option<&Value>) -> PyResult<()> {
    let dict = payload(esc, this)?.dict();
    let Some(value) = value else { return Err(esc.type_error("cannot delete __annotate__ attribute")) };
    if !value.is_none() && value.class().slots.call.is_empty() {
        return Err(esc.type_error("__annotate__ must be callable or None"));
    }
    dict.set(esc, names::annotate(esc), value.clone())?;
    if !value.is_none() {
        drop(dict.remove(esc, names::annotations(esc))?);
    }
    Ok(())
}
