//! Finding modules: native ones by name, others on `sys.path` or a package's `__path__`.

use std::path::{Path, PathBuf};

use interp_object::data::module::Module;
use interp_object::layout::Obj;
use interp_object::{Esc, PyResult, Value, ops};

use crate::runtime::runtime;
use crate::util::text_of;

type Make = fn(Esc<'_>) -> Obj<Module>;

const NATIVE: &[(&str, Make)] = &[
    ("_io", crate::io::module),
    ("_thread", crate::thread::module),
    ("_typing", crate::weakref::typing_module),
    ("_weakref", crate::weakref::module),
    ("atexit", crate::exit::module),
    ("errno", crate::errno::module),
    ("gc", crate::collector::module),
    ("itertools", crate::itertools::module),
    ("math", crate::math::module),
    ("posix", crate::posix::module),
    ("time", crate::time::module),
];

/// The names of all native modules.
pub(crate) fn builtin_names() -> impl Iterator<Item = &'static str> {
    NATIVE.iter().map(|(name, _)| *name).chain(["builtins", "sys"])
}

/// Python modules that are part of the runtime, for when no library on `sys.path` has them.
const FROZEN: &[(&str, &str)] = &[
    ("_collections", include_str!("../../lib/_collections.py")),
    ("_contextvars", include_str!("../../lib/_contextvars.py")),
    ("threading", include_str!("../../lib/threading.py")),
];

/// What a name stands for.
pub(super) enum Found {
    Native(Make),
    Frozen(&'static str),
    File { path: PathBuf, package: bool },
    Namespace(Vec<String>),
}

/// The folders of a search path object.
pub(super) fn folders(esc: Esc<'_>, path: &Value) -> PyResult<Vec<String>> {
    Ok(ops::collect(esc, path)?.iter().filter_map(text_of).collect())
}

/// Looks for `name` in `search`, or on `sys.path`.
pub(super) fn find(esc: Esc<'_>, name: &str, search: Option<&[String]>) -> PyResult<Option<Found>> {
    if let (None, Some((_, make))) = (search, NATIVE.iter().find(|(native, _)| *native == name)) {
        return Ok(Some(Found::Native(*make)));
    }
    let path = match search {
        Some(search) => search.to_vec(),
        None => match runtime().sys.dict().get_str(esc, "path") {
            Some(path) => folders(esc, &path)?,
            None => Vec::new(),
        },
    };
    let tail = name.rsplit_once('.').map_or(name, |(_, tail)| tail).to_owned();
    let found = esc.blocking(move || find_in(&path, &tail));
    let frozen = || FROZEN.iter().find(|(frozen, _)| search.is_none() && *frozen == name);
    Ok(found.or_else(|| frozen().map(|(_, source)| Found::Frozen(source))))
}

fn find_in(path: &[String], tail: &str) -> Option<Found> {
    let mut namespace = Vec::new();
    for folder in path {
        let folder = if folder.is_empty() { Path::new(".") } else { Path::new(folder) };
        let package = folder.join(tail);
        let init = package.join("__init__.py");
        if init.is_file() {
            return Some(Found::File { path: absolute(&init), package: true });
        }
        let file = folder.join(format!("{tail}.py"));
        if file.is_file() {
            return Some(Found::File { path: absolute(&file), package: false });
        }
        if package.is_dir() {
            namespace.push(absolute(&package).to_string_lossy().into_owned());
        }
    }
    if namespace.is_empty() { None } else { Some(Found::Namespace(namespace)) }
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
