//! The module `posix`, as far as `os` needs it: environment, working folder, folders and files by name.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

use interp_object::args::check_count;
use interp_object::builder::ModuleBuilder;
use interp_object::data::module::Module;
use interp_object::data::{bytes, dict, exception as exc, int, list};
use interp_object::layout::{Obj, ValueExt};
use interp_object::native::{MethodDef, NativeFn};
use interp_object::{Args, Esc, PyResult, Value, call, intern::names, ops};

use crate::util::{none, os_error, text};

/// The module `posix`.
pub(crate) fn module(esc: Esc<'_>) -> Obj<Module> {
    let environ = dict::new(esc);
    for (name, value) in std::env::vars_os() {
        let name = bytes::new(esc, name.as_bytes()).into_value();
        let value = bytes::new(esc, value.as_bytes()).into_value();
        if let Err(raised) = environ.set(esc, &name, value) {
            drop(raised.catch(esc));
        }
    }
    let builder = ModuleBuilder::new(esc, "posix")
        .functions(FUNCTIONS)
        .value("environ", environ.into_value())
        .value("_have_functions", list::new(esc, []).into_value())
        .value("error", exc::OS_ERROR.value());
    [("F_OK", 0), ("R_OK", 4), ("W_OK", 2), ("X_OK", 1), ("O_RDONLY", 0), ("O_WRONLY", 1), ("O_RDWR", 2)]
        .into_iter()
        .fold(builder, |builder, (name, number)| builder.value(name, int::small(number)))
        .finish()
}

const FUNCTIONS: &[MethodDef] = &[
    MethodDef::new("getcwd", NativeFn::NoArgs(getcwd), "The working folder."),
    MethodDef::new("getpid", NativeFn::NoArgs(|esc, _| Ok(int::new(esc, std::process::id().into()))), "The process."),
    MethodDef::new("cpu_count", NativeFn::NoArgs(cpu_count), "How many processors there are."),
    MethodDef::new("urandom", NativeFn::One(urandom), "Random octets of the system."),
    MethodDef::new("fspath", NativeFn::One(fspath), "The text or octets of a path."),
    MethodDef::new("listdir", NativeFn::Positional(listdir), "The names in a folder."),
    MethodDef::new(
        "mkdir",
        NativeFn::Full(|esc, _, args| on_path(esc, args, |path| fs::create_dir(path))),
        "Makes a folder.",
    ),
    MethodDef::new(
        "rmdir",
        NativeFn::Full(|esc, _, args| on_path(esc, args, |path| fs::remove_dir(path))),
        "Removes a folder.",
    ),
    MethodDef::new(
        "unlink",
        NativeFn::Full(|esc, _, args| on_path(esc, args, |path| fs::remove_file(path))),
        "Removes a file.",
    ),
    MethodDef::new(
        "remove",
        NativeFn::Full(|esc, _, args| on_path(esc, args, |path| fs::remove_file(path))),
        "Removes a file.",
    ),
    MethodDef::new(
        "chdir",
        NativeFn::Full(|esc, _, args| on_path(esc, args, |path| std::env::set_current_dir(path))),
        "Changes the working folder.",
    ),
    MethodDef::new("rename", NativeFn::Full(rename), "Renames a file or folder."),
    MethodDef::new("replace", NativeFn::Full(rename), "Renames a file or folder."),
    MethodDef::new("stat", NativeFn::Full(|esc, _, args| stat(esc, args, true)), "What is known about a file."),
    MethodDef::new("lstat", NativeFn::Full(|esc, _, args| stat(esc, args, false)), "As stat, of a link itself."),
    MethodDef::new("strerror", NativeFn::One(strerror), "The text of an error number."),
];

fn getcwd(esc: Esc<'_>, _: &Value) -> PyResult {
    match std::env::current_dir() {
        Ok(folder) => Ok(text(esc, &folder.to_string_lossy())),
        Err(error) => Err(os_error(esc, &error, None)),
    }
}

fn cpu_count(esc: Esc<'_>, _: &Value) -> PyResult {
    Ok(std::thread::available_parallelism().map_or_else(|_| none(), |count| int::from_usize(esc, count.get())))
}

fn urandom(esc: Esc<'_>, _: &Value, size: &Value) -> PyResult {
    use std::io::Read as _;
    let Ok(size) = usize::try_from(ops::index_i64(esc, size)?) else {
        return Err(esc.value_error("negative argument not allowed"));
    };
    let mut octets = vec![0; size];
    match fs::File::open("/dev/urandom").and_then(|mut source| source.read_exact(&mut octets)) {
        Ok(()) => Ok(bytes::new(esc, &octets).into_value()),
        Err(error) => Err(os_error(esc, &error, None)),
    }
}

fn fspath(esc: Esc<'_>, _: &Value, path: &Value) -> PyResult {
    if path.payload::<interp_object::data::str::Str>().is_some() || path.payload::<bytes::Bytes>().is_some() {
        return Ok(path.clone());
    }
    match call::call_special(esc, path, names::fspath(esc), &[])? {
        Some(text) => Ok(text),
        None => {
            Err(esc.type_error(format_args!("expected str, bytes or os.PathLike object, not {}", path.class().name())))
        }
    }
}

fn listdir(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    check_count(esc, "listdir", args.len(), 0, 1)?;
    let folder =
        args.first().map_or(Ok(PathBuf::from(".")), |path| crate::io::path_text(esc, path).map(PathBuf::from))?;
    let listed = esc.blocking(|| {
        fs::read_dir(&folder)?
            .map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()))
            .collect::<std::io::Result<Vec<String>>>()
    });
    match listed {
        Ok(names) => Ok(list::new(esc, names.iter().map(|name| text(esc, name))).into_value()),
        Err(error) => Err(os_error(esc, &error, args.first())),
    }
}

fn on_path(esc: Esc<'_>, args: Args<'_>, work: fn(&PathBuf) -> std::io::Result<()>) -> PyResult {
    let Some(given) = args.pos().first() else { return Err(esc.type_error("a path is required")) };
    let path = PathBuf::from(crate::io::path_text(esc, given)?);
    match esc.blocking(|| work(&path)) {
        Ok(()) => Ok(none()),
        Err(error) => Err(os_error(esc, &error, Some(given))),
    }
}

fn rename(esc: Esc<'_>, _: &Value, args: Args<'_>) -> PyResult {
    let [from, to] = args.pos() else { return Err(esc.type_error("rename() takes two paths")) };
    let (old, new) = (crate::io::path_text(esc, from)?, crate::io::path_text(esc, to)?);
    match esc.blocking(|| fs::rename(&old, &new)) {
        Ok(()) => Ok(none()),
        Err(error) => Err(os_error(esc, &error, Some(from))),
    }
}

fn stat(esc: Esc<'_>, args: Args<'_>, follow: bool) -> PyResult {
    let Some(given) = args.pos().first() else { return Err(esc.type_error("a path is required")) };
    let path = crate::io::path_text(esc, given)?;
    let found = esc.blocking(|| if follow { fs::metadata(&path) } else { fs::symlink_metadata(&path) });
    let data = match found {
        Ok(data) => data,
        Err(error) => return Err(os_error(esc, &error, Some(given))),
    };
    let number = |number: u64| int::new(esc, number.cast_signed());
    let fields = [
        ("st_mode", number(data.mode().into())),
        ("st_ino", number(data.ino())),
        ("st_dev", number(data.dev())),
        ("st_nlink", number(data.nlink())),
        ("st_uid", number(data.uid().into())),
        ("st_gid", number(data.gid().into())),
        ("st_size", number(data.size())),
        ("st_atime", int::new(esc, data.atime())),
        ("st_mtime", int::new(esc, data.mtime())),
        ("st_ctime", int::new(esc, data.ctime())),
    ];
    crate::sys::record(esc, "os", "stat_result", &fields)
}

fn strerror(esc: Esc<'_>, _: &Value, number: &Value) -> PyResult {
    let number = i32::try_from(ops::index_i64(esc, number)?).unwrap_or(0);
    let shown = std::io::Error::from_raw_os_error(number).to_string();
    Ok(text(esc, shown.rsplit_once(" (os error").map_or(shown.as_str(), |(message, _)| message)))
}
