//! The module `sys`.

mod functions;
mod info;

use interp_object::builder::ModuleBuilder;
use interp_object::data::dict::Dict;
use interp_object::data::list;
use interp_object::data::module::Module;
use interp_object::layout::{Obj, ValueExt};
use interp_object::{Esc, Value, call, intern::intern};

use crate::io::{File, Standard};
use crate::runtime::{Config, runtime};
use crate::util::{int, none, text};

pub(crate) use functions::{init, recursion_limit};
pub(crate) use info::{record, record_class, simple_namespace};

/// The module `sys`.
pub(crate) fn module(esc: Esc<'_>, config: &Config, modules: &Obj<Dict>) -> Obj<Module> {
    let texts = |items: &[String]| list::new(esc, items.iter().map(|item| text(esc, item))).into_value();
    let stream = |which| File::standard(esc, which, config.unbuffered).into_value();
    let (stdin, stdout, stderr) = (stream(Standard::In), stream(Standard::Out), stream(Standard::Err));
    let module = ModuleBuilder::new(esc, "sys")
        .functions(functions::FUNCTIONS)
        .value("argv", texts(&config.argv))
        .value("orig_argv", texts(&config.orig_argv))
        .value("path", texts(&config.path))
        .value("modules", modules.value().clone())
        .value("meta_path", list::new(esc, []).into_value())
        .value("path_hooks", list::new(esc, []).into_value())
        .value("path_importer_cache", interp_object::data::dict::new(esc).into_value())
        .value("warnoptions", list::new(esc, []).into_value())
        .value("stdin", stdin.clone())
        .value("stdout", stdout.clone())
        .value("stderr", stderr.clone())
        .value("__stdin__", stdin)
        .value("__stdout__", stdout)
        .value("__stderr__", stderr)
        .text("executable", &config.executable)
        .text("_base_executable", &config.executable)
        .text("prefix", "/usr")
        .text("base_prefix", "/usr")
        .text("exec_prefix", "/usr")
        .text("base_exec_prefix", "/usr")
        .text("platlibdir", "lib")
        .text("platform", std::env::consts::OS)
        .text("byteorder", if cfg!(target_endian = "little") { "little" } else { "big" })
        .text(
            "copyright",
            "Copyright (c) the Weft developers; Python is a trademark of the Python Software Foundation.",
        )
        .text("float_repr_style", "short")
        .text("abiflags", "t")
        .value("maxsize", int(esc, i64::MAX))
        .value("maxunicode", int(esc, 0x10_ffff))
        .value("api_version", int(esc, 1013))
        .value("hexversion", int(esc, info::HEX_VERSION))
        .text("version", info::VERSION)
        .value("dont_write_bytecode", interp_object::data::singletons::true_())
        .value("pycache_prefix", none())
        .text("__doc__", "Parameters and functions of the runtime.")
        .finish();
    info::fill(esc, &module, config);
    for (hook, original) in [
        ("excepthook", "__excepthook__"),
        ("displayhook", "__displayhook__"),
        ("unraisablehook", "__unraisablehook__"),
        ("breakpointhook", "__breakpointhook__"),
    ] {
        if let Some(function) = module.dict().get_str(esc, hook) {
            module.dict().set_str(esc, original, function);
        }
    }
    module
}

/// Flushes a standard stream; failures are ignored.
pub(crate) fn flush_stream(esc: Esc<'_>, name: &str) -> bool {
    let Some(stream) = runtime().sys.dict().get_str(esc, name) else { return true };
    flush_value(esc, &stream)
}

fn flush_value(esc: Esc<'_>, stream: &Value) -> bool {
    if stream.is_none() {
        return true;
    }
    if let Some(file) = stream.payload::<File>() {
        return file.flush_quietly(esc);
    }
    match call::call_method(esc, stream, &intern(esc, "flush"), &[]) {
        Ok(_) => true,
        Err(raised) => {
            drop(raised.catch(esc));
            false
        }
    }
}

/// Flushes stdout and stderr at exit, the original ones too. `false` if that failed, which is reported for stdout.
pub(crate) fn flush_standard_streams(esc: Esc<'_>) -> bool {
    let mut fine = true;
    for name in ["stdout", "stderr"] {
        let Some(stream) = runtime().sys.dict().get_str(esc, name).filter(|stream| !stream.is_none()) else { continue };
        let closed = crate::util::quiet_attr(esc, &stream, "closed");
        if closed.is_some_and(|closed| interp_object::data::singletons::as_bool(&closed) == Some(true)) {
            continue;
        }
        if let Err(raised) = call::call_method(esc, &stream, &intern(esc, "flush"), &[]) {
            let exception = raised.catch(esc);
            if name == "stdout" {
                crate::report::report_unraisable(esc, exception, "Exception ignored while flushing sys.stdout", None);
            }
            fine = false;
        }
    }
    for name in ["__stdout__", "__stderr__"] {
        fine &= flush_stream(esc, name);
    }
    fine
}
