//! Import: builtin modules, and `.py` files and packages on `sys.path`.
//!
//! There are no finders or loaders: `sys.meta_path` is empty and `__spec__` is a plain record. A module is put into
//! `sys.modules` before its body runs, so circular imports see it half made, as in CPython. One lock per module name makes
//! other threads wait until the body has run; a cycle of waiting threads is broken by letting one see the half-made module.

mod find;
mod from;
mod locks;

use std::path::PathBuf;

use interp_object::args::Signature;
use interp_object::data::dict::Dict;
use interp_object::data::exception as exc;
use interp_object::data::list;
use interp_object::data::module::{self, Module};
use interp_object::data::str::Str;
use interp_object::intern::{intern, names};
use interp_object::layout::{Obj, ValueExt};
use interp_object::{Args, Esc, PyResult, Raised, TypeObject, Value, attr, ops};

use crate::compile::{Mode, compile_bytes};
use crate::runtime::runtime;
use crate::util::{none, text, text_of};

use find::Found;
pub(crate) use find::builtin_names;

/// `sys.modules`
pub(crate) fn modules(esc: Esc<'_>) -> Obj<Dict> {
    let current = runtime().sys.dict().get_str(esc, "modules").and_then(|modules| modules.downcast::<Dict>().ok());
    current.unwrap_or_else(|| runtime().modules.clone())
}

/// `__import__(name, globals=None, locals=None, fromlist=(), level=0)`
pub(crate) fn import_function(esc: Esc<'_>, _: &Value, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<5> = Signature::new("__import__", ["name", "globals", "locals", "fromlist", "level"], 1);
    let [Some(name), globals, _, from_list, level] = args.bind(esc, &SIGNATURE)? else {
        return Err(esc.system_error("__import__() lost its arguments"));
    };
    if name.payload::<Str>().is_none() {
        return Err(esc.type_error("module name must be a string"));
    }
    let level = level.map_or(Ok(0), |level| ops::index_i64(esc, level))?;
    if level < 0 {
        return Err(esc.value_error("level must be >= 0"));
    }
    let name = ops::text_lossy(name);
    let absolute = match level {
        0 if name.is_empty() => return Err(esc.value_error("Empty module name")),
        0 => name.clone(),
        _ => resolve(esc, &name, globals, level)?,
    };
    let module = import(esc, &absolute)?;
    let wants_names = match from_list {
        Some(names) => ops::truthy(esc, names)?,
        None => false,
    };
    if wants_names {
        let Some(names) = from_list else { return Ok(module) };
        from::load_submodules(esc, &module, &absolute, names)?;
        return Ok(module);
    }
    let Some(dot) = name.find('.') else { return Ok(module) };
    if level == 0 {
        return import(esc, &name[..dot]);
    }
    // `import .a.b`: what the first part of the relative name stands for.
    let front = absolute.len() - (name.len() - dot);
    import(esc, &absolute[..front])
}

/// The absolute name of a relative import (PEP 328, PEP 366).
fn resolve(esc: Esc<'_>, name: &str, globals: Option<&Value>, level: i64) -> PyResult<String> {
    let globals = globals.and_then(|globals| globals.payload::<Dict>());
    let Some(globals) = globals else { return Err(esc.type_error("globals must be a dict")) };
    let text_in =
        |key: &str| globals.get_str(esc, key).filter(|value| !value.is_none()).and_then(|value| text_of(&value));
    let package = match text_in("__package__") {
        Some(package) => package,
        None => {
            let Some(module) = text_in("__name__") else {
                return Err(esc.raise_str(&exc::KEY_ERROR, "'__name__' not in globals"));
            };
            if globals.get_str(esc, "__path__").is_some() {
                module
            } else {
                module.rsplit_once('.').map(|(package, _)| package.to_owned()).unwrap_or_default()
            }
        }
    };
    if package.is_empty() {
        return Err(import_error(
            esc,
            &exc::IMPORT_ERROR,
            "attempted relative import with no known parent package",
            None,
            None,
        ));
    }
    let mut base = package.as_str();
    for _ in 1..level {
        base = match base.rsplit_once('.') {
            Some((parent, _)) => parent,
            None => {
                let message = "attempted relative import beyond top-level package";
                return Err(import_error(esc, &exc::IMPORT_ERROR, message, None, None));
            }
        };
    }
    Ok(if name.is_empty() { base.to_owned() } else { format!("{base}.{name}") })
}

/// Raises an `ImportError` with its fields set.
pub(crate) fn import_error(
    esc: Esc<'_>,
    class: &TypeObject,
    message: &str,
    name: Option<&str>,
    path: Option<&Value>,
) -> Raised {
    let message = text(esc, message);
    let exception = exc::new(esc, class, std::slice::from_ref(&message));
    exception.set_field(0, message);
    exception.set_field(1, name.map_or_else(none, |name| text(esc, name)));
    exception.set_field(2, path.cloned().unwrap_or_else(none));
    esc.raise_value(exception.into_value())
}

fn not_found(esc: Esc<'_>, name: &str, note: &str) -> Raised {
    import_error(esc, &exc::MODULE_NOT_FOUND_ERROR, &format!("No module named '{name}'{note}"), Some(name), None)
}

/// Imports a module by its absolute name, its parents first.
pub(crate) fn import(esc: Esc<'_>, name: &str) -> PyResult {
    let modules = modules(esc);
    if let Some(module) = modules.get_str(esc, name) {
        if module.is_none() {
            let message = format!("import of {name} halted; None in sys.modules");
            return Err(import_error(esc, &exc::MODULE_NOT_FOUND_ERROR, &message, Some(name), None));
        }
        locks::wait_until_made(esc, name);
        return Ok(module);
    }
    esc.check_native_stack()?;
    let mut parent = None;
    if let Some((package, _)) = name.rsplit_once('.') {
        let made = import(esc, package)?;
        // The parent's body may have imported the child.
        if let Some(module) = modules.get_str(esc, name) {
            return Ok(module);
        }
        parent = Some(made);
    }
    let search = match &parent {
        None => None,
        Some(package) => match attr::get_optional(esc, package, names::path(esc))? {
            Some(path) => Some(find::folders(esc, &path)?),
            None => {
                let parent = name.rsplit_once('.').map_or("", |(parent, _)| parent);
                return Err(not_found(esc, name, &format!("; '{parent}' is not a package")));
            }
        },
    };
    let _making = locks::enter(esc, name);
    if let Some(module) = modules.get_str(esc, name) {
        return Ok(module);
    }
    let module = load(esc, name, search.as_deref(), &modules)?;
    if let (Some(parent), Some((_, child))) = (&parent, name.rsplit_once('.')) {
        attr::set(esc, parent, &intern(esc, child), Some(&module))?;
    }
    Ok(module)
}

fn load(esc: Esc<'_>, name: &str, search: Option<&[String]>, modules: &Obj<Dict>) -> PyResult {
    match find::find(esc, name, search)? {
        None => Err(not_found(esc, name, "")),
        Some(Found::Native(make)) => {
            let module = make(esc);
            attach_spec(esc, &module, name, None, false)?;
            modules.set_str(esc, name, module.value().clone());
            Ok(module.into_value())
        }
        Some(Found::File { path, package }) => load_file(esc, name, &path, package, modules),
        Some(Found::Frozen(source)) => {
            let module = module::new(esc, name);
            let shown = format!("<frozen {name}>");
            module.dict().set_str(esc, "__builtins__", runtime().builtins.dict().value().clone());
            attach_spec(esc, &module, name, Some(&shown), false)?;
            crate::report::register_source(&shown, source);
            run_made(esc, name, module, source.as_bytes(), &shown, modules)
        }
        Some(Found::Namespace(folders)) => {
            let module = module::new(esc, name);
            let folders = list::new(esc, folders.iter().map(|folder| text(esc, folder))).into_value();
            module.dict().set_str(esc, "__path__", folders);
            attach_spec(esc, &module, name, None, true)?;
            modules.set_str(esc, name, module.value().clone());
            Ok(module.into_value())
        }
    }
}

fn load_file(esc: Esc<'_>, name: &str, path: &PathBuf, package: bool, modules: &Obj<Dict>) -> PyResult {
    let shown = path.to_string_lossy().into_owned();
    let source = match esc.blocking(|| std::fs::read(path)) {
        Ok(source) => source,
        Err(error) => return Err(crate::util::os_error(esc, &error, Some(&text(esc, &shown)))),
    };
    let module = module::new(esc, name);
    let dict = module.dict().clone();
    dict.set_str(esc, "__file__", text(esc, &shown));
    dict.set_str(esc, "__cached__", none());
    dict.set_str(esc, "__builtins__", runtime().builtins.dict().value().clone());
    if package {
        let folder = path.parent().map(|folder| folder.to_string_lossy().into_owned()).unwrap_or_default();
        dict.set_str(esc, "__path__", list::new(esc, [text(esc, &folder)]).into_value());
    }
    attach_spec(esc, &module, name, Some(&shown), package)?;
    run_made(esc, name, module, &source, &shown, modules)
}

/// Runs the body of a module that is otherwise complete; it is in `sys.modules` meanwhile, and afterwards unless it failed.
fn run_made(
    esc: Esc<'_>,
    name: &str,
    module: Obj<Module>,
    source: &[u8],
    shown: &str,
    modules: &Obj<Dict>,
) -> PyResult {
    modules.set_str(esc, name, module.value().clone());
    set_initializing(esc, module.dict(), true)?;
    let result = run_module(esc, source, shown, module.dict());
    if let Err(raised) = result {
        let exception = raised.catch(esc);
        let key = intern(esc, name);
        let removed = modules.remove(esc, &key);
        drop(removed);
        return Err(esc.restore(exception));
    }
    set_initializing(esc, module.dict(), false)?;
    // The body may have put something else in its place.
    Ok(modules.get_str(esc, name).unwrap_or_else(|| module.into_value()))
}

/// Notes in `__spec__` whether the module's body runs; messages about circular imports look there.
fn set_initializing(esc: Esc<'_>, dict: &Obj<Dict>, flag: bool) -> PyResult<()> {
    match dict.get_str(esc, "__spec__").filter(|spec| !spec.is_none()) {
        Some(spec) => {
            attr::set(esc, &spec, &intern(esc, "_initializing"), Some(&interp_object::data::singletons::bool(flag)))
        }
        None => Ok(()),
    }
}

fn run_module(esc: Esc<'_>, source: &[u8], shown: &str, dict: &Obj<Dict>) -> PyResult<()> {
    let code = compile_bytes(esc, source, shown, Mode::Exec)?;
    let builtins = runtime().builtins.dict();
    interp_eval::enter::run_code(esc, &code, dict, builtins, Some(dict.clone().into_value()), None)?;
    Ok(())
}

/// `__package__`, `__spec__` and `__loader__`.
fn attach_spec(esc: Esc<'_>, module: &Obj<Module>, name: &str, origin: Option<&str>, package: bool) -> PyResult<()> {
    let parent = if package { name } else { name.rsplit_once('.').map_or("", |(parent, _)| parent) };
    module.dict().set_str(esc, "__package__", text(esc, parent));
    let spec = crate::sys::simple_namespace(esc)?;
    let search = if package { module.dict().get_str(esc, "__path__") } else { None };
    for (field, value) in [
        ("name", text(esc, name)),
        ("origin", origin.map_or_else(|| text(esc, "built-in"), |origin| text(esc, origin))),
        ("loader", none()),
        ("parent", text(esc, parent)),
        ("cached", none()),
        ("has_location", interp_object::data::singletons::bool(origin.is_some())),
        ("submodule_search_locations", search.unwrap_or_else(none)),
        ("_initializing", interp_object::data::singletons::false_()),
    ] {
        attr::set(esc, &spec, &intern(esc, field), Some(&value))?;
    }
    module.dict().set_str(esc, "__spec__", spec);
    Ok(())
}

/// The file and package that `-m name` runs.
pub(crate) fn find_main(esc: Esc<'_>, name: &str) -> PyResult<Option<(PathBuf, String)>> {
    let mut search = None;
    let mut package = String::new();
    if let Some((parent, _)) = name.rsplit_once('.') {
        let module = import(esc, parent)?;
        let Some(path) = attr::get_optional(esc, &module, names::path(esc))? else { return Ok(None) };
        search = Some(find::folders(esc, &path)?);
        parent.clone_into(&mut package);
    }
    match find::find(esc, name, search.as_deref())? {
        Some(Found::File { path, package: false }) => Ok(Some((path, package))),
        Some(Found::File { path, package: true }) => {
            import(esc, name)?;
            let main = path.with_file_name("__main__.py");
            Ok(Some((main, name.to_owned())).filter(|(main, _)| main.is_file()))
        }
        _ => Ok(None),
    }
}
