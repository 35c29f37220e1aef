//! Imports: `__import__` does the work; here is what the instructions add.

use interp_object::attr;
use interp_object::call;
use interp_object::data::dict::Dict;
use interp_object::data::exception as exc;
use interp_object::data::frame::Frame;
use interp_object::data::list::List;
use interp_object::data::module::{self, Module};
use interp_object::data::str::{self, Str};
use interp_object::data::{set, singletons, tuple};
use interp_object::intern::{self, names};
use interp_object::layout::ValueExt;
use interp_object::{Esc, PyResult, Raised, Value, ops};

use crate::frames::value_of;
use crate::ops::names::name;

fn import_function(esc: Esc<'_>, frame: &Frame) -> PyResult {
    let builtins = value_of(frame.builtins());
    let found = match builtins.as_ref().and_then(|builtins| builtins.payload::<Dict>()) {
        Some(builtins) => builtins.get(esc, names::import(esc))?,
        None => None,
    };
    found.ok_or_else(|| esc.raise_str(&exc::IMPORT_ERROR, "__import__ not found"))
}

/// `__import__(name, globals, locals, fromlist, level)` with the running frame's `__import__`.
pub(crate) fn import_name(esc: Esc<'_>, frame: &Frame, name_index: u32, level: &Value, fromlist: &Value) -> PyResult {
    let function = import_function(esc, frame)?;
    let none_if_null = |word| value_of(word).unwrap_or_else(singletons::none);
    let (globals, locals) = (none_if_null(frame.globals()), none_if_null(frame.locals.get()));
    let args = [name(frame, name_index).clone(), globals, locals, fromlist.clone(), level.clone()];
    call::call(esc, &function, &args)
}

/// The module `name` (without dots), imported with the running frame's `__import__`.
pub(crate) fn import_module(esc: Esc<'_>, frame: &Frame, name: &str) -> PyResult {
    let function = import_function(esc, frame)?;
    call::call(esc, &function, &[intern::intern(esc, name)])
}

/// `from module import name`: the attribute, or the submodule if it is being imported (a circular import).
pub(crate) fn import_from(esc: Esc<'_>, frame: &Frame, name_index: u32, from: &Value) -> PyResult {
    let name = name(frame, name_index);
    if let Some(found) = attr::get_optional(esc, from, name)? {
        return Ok(found);
    }
    let module_name = attr::get_optional(esc, from, names::name(esc))?.filter(|name| name.payload::<Str>().is_some());
    if let Some(module_name) = &module_name {
        let full = format!("{}.{}", ops::text_lossy(module_name), ops::text_lossy(name));
        let full = str::new(esc, &full).into_value();
        if let Some(found) = loaded_module(esc, &full)? {
            return Ok(found);
        }
    }
    Err(cannot_import(esc, from, name, module_name))
}

/// `sys.modules.get(name)`
fn loaded_module(esc: Esc<'_>, name: &Value) -> PyResult<Option<Value>> {
    let Some(modules) = module::sys_attribute(esc, "modules") else { return Ok(None) };
    if let Some(modules) = modules.exact::<Dict>() {
        return modules.get(esc, name);
    }
    match ops::get_item(esc, &modules, name) {
        Ok(found) => Ok(Some(found)),
        Err(raised) => raised.catch_if(esc, &exc::KEY_ERROR).map(|_missing| None),
    }
}

fn cannot_import(esc: Esc<'_>, from: &Value, name: &Value, module_name: Option<Value>) -> Raised {
    let module_name = module_name.unwrap_or_else(|| intern::intern(esc, "<unknown module name>"));
    let (message, origin) = match describe(esc, from, name, &module_name) {
        Ok(described) => described,
        Err(raised) => return raised,
    };
    let message = str::new(esc, &message).into_value();
    let exception = exc::new(esc, &exc::IMPORT_ERROR, &[message]);
    exception.set_field(1, module_name);
    if let Some(origin) = origin {
        exception.set_field(2, origin);
    }
    exception.set_field(3, name.clone());
    esc.raise_value(exception.into_value())
}

/// The message for a missing name, and the module's file if it is known.
fn describe(esc: Esc<'_>, from: &Value, name: &Value, module_name: &Value) -> PyResult<(String, Option<Value>)> {
    let shown = |value: &Value| ops::repr(esc, value).map(|text| text.to_lossy().into_owned());
    let start = format!("cannot import name {} from ", shown(name)?);
    let module = shown(module_name)?;
    let Some(spec) = attr::get_optional(esc, from, names::spec(esc))? else {
        return Ok((format!("{start}{module} (unknown location)"), None));
    };
    let mut origin = file_origin(esc, &spec)?;
    let shadows = origin.as_ref().is_some_and(|origin| may_shadow(esc, &ops::text_lossy(origin)));
    if origin.is_none()
        && let Some(module) = from.payload::<Module>()
    {
        origin = module.dict().get_str(esc, "__file__").filter(|file| file.payload::<Str>().is_some());
    }
    let place = origin.as_ref().map(|origin| format!(" ({})", ops::text_lossy(origin)));
    let file = match &origin {
        Some(origin) => shown(origin)?,
        None => String::new(),
    };
    let text = if shadows && is_stdlib_name(esc, module_name)? {
        format!(
            "{start}{module} (consider renaming {file} since it has the same name as the standard library module named \
             {module} and prevents importing that standard library module)"
        )
    } else if !is_initializing(esc, &spec)? {
        format!("{start}{module}{}", place.as_deref().unwrap_or(" (unknown location)"))
    } else if shadows {
        format!(
            "{start}{module} (consider renaming {file} if it has the same name as a library you intended to import)"
        )
    } else {
        format!(
            "{start}partially initialized module {module} (most likely due to a circular import){}",
            place.unwrap_or_default()
        )
    };
    Ok((text, origin))
}

/// `spec.origin` if the module was found at a place.
fn file_origin(esc: Esc<'_>, spec: &Value) -> PyResult<Option<Value>> {
    let has_location = match attr::get_optional(esc, spec, &intern::intern(esc, "has_location"))? {
        Some(has_location) => ops::truthy(esc, &has_location)?,
        None => false,
    };
    if !has_location {
        return Ok(None);
    }
    let origin = attr::get_optional(esc, spec, &intern::intern(esc, "origin"))?;
    Ok(origin.filter(|origin| origin.payload::<Str>().is_some()))
}

fn is_initializing(esc: Esc<'_>, spec: &Value) -> PyResult<bool> {
    match attr::get_optional(esc, spec, &intern::intern(esc, "_initializing"))? {
        Some(flag) => ops::truthy(esc, &flag),
        None => Ok(false),
    }
}

/// Whether a module's file lies directly in the script's folder, the first entry of `sys.path`, so that it may stand
/// before a library module of the same name.
fn may_shadow(esc: Esc<'_>, origin: &str) -> bool {
    let safe = module::sys_attribute(esc, "flags")
        .and_then(|flags| attr::get_str(esc, &flags, "safe_path").map_err(|raised| drop(raised.catch(esc))).ok())
        .is_some_and(|flag| flag.as_int().is_some_and(|flag| flag != 0) || singletons::is_true(&flag));
    let path = module::sys_attribute(esc, "path");
    let first = path.as_ref().and_then(|path| path.payload::<List>()?.get(esc, 0));
    let Some(first) = first.filter(|first| !safe && first.payload::<Str>().is_some()) else { return false };
    let mut folder = std::path::Path::new(origin).parent();
    if std::path::Path::new(origin).file_name().is_some_and(|file| file == "__init__.py") {
        folder = folder.and_then(std::path::Path::parent);
    }
    let first = ops::text_lossy(&first);
    let root = if first.is_empty() { std::env::current_dir().ok() } else { Some(first.into()) };
    folder.is_some() && folder == root.as_deref()
}

fn is_stdlib_name(esc: Esc<'_>, name: &Value) -> PyResult<bool> {
    match module::sys_attribute(esc, "stdlib_module_names").as_ref().and_then(set::table_of) {
        Some(names) => names.contains(esc, name),
        None => Ok(false),
    }
}

/// `from module import *` into the namespace of the running body.
pub(crate) fn import_star(esc: Esc<'_>, frame: &Frame, from: &Value) -> PyResult<()> {
    let Some(locals) = value_of(frame.locals.get()) else {
        return Err(esc.system_error("no locals found during 'import *'"));
    };
    let listed = attr::get_optional(esc, from, names::all(esc))?;
    let skip_private = listed.is_none();
    let names_found = match listed {
        Some(all) => all,
        None => {
            let Some(namespace) = attr::get_optional(esc, from, names::dict(esc))? else {
                return Err(esc.raise_str(&exc::IMPORT_ERROR, "from-import-* object has no __dict__ and no __all__"));
            };
            match namespace.exact::<Dict>() {
                Some(namespace) => tuple::new(esc, namespace.keys(esc)).into_value(),
                None => call::call_method(esc, &namespace, names::keys(esc), &[])
                    .and_then(|keys| ops::collect(esc, &keys))
                    .map(|keys| tuple::new(esc, keys).into_value())?,
            }
        }
    };
    for position in 0.. {
        let index = interp_object::data::int::small(position);
        let name = match ops::get_item(esc, &names_found, &index) {
            Ok(name) => name,
            Err(raised) => return raised.catch_if(esc, &exc::INDEX_ERROR).map(drop),
        };
        let Some(text) = name.payload::<Str>() else { return Err(bad_star_name(esc, from, &name, skip_private)) };
        if skip_private && text.chars().iter().next() == Some(u32::from(b'_')) {
            continue;
        }
        let name = intern::name_of(esc, &name).unwrap_or_else(|| name.clone());
        let value = attr::get(esc, from, &name)?;
        match locals.exact::<Dict>() {
            Some(locals) => locals.set(esc, &name, value)?,
            None => ops::set_item(esc, &locals, &name, &value)?,
        }
    }
    Ok(())
}

#[cold]
fn bad_star_name(esc: Esc<'_>, from: &Value, name: &Value, from_dict: bool) -> Raised {
    let module = match attr::get(esc, from, names::name(esc)) {
        Ok(module) => module,
        Err(raised) => return raised,
    };
    if module.payload::<Str>().is_none() {
        let shown = module.class().name();
        return esc.type_error(format_args!("module __name__ must be a string, not {shown}"));
    }
    let (what, place) = if from_dict { ("Key", "__dict__") } else { ("Item", "__all__") };
    let (module, class) = (ops::text_lossy(&module), name.class().name());
    esc.type_error(format_args!("{what} in {module}.{place} must be str, not {class}"))
}
