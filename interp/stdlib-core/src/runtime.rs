//! What one process has once: configuration, `sys.modules`, the modules `builtins` and `sys`.

use std::path::PathBuf;
use std::sync::OnceLock;

use interp_object::data::dict::{self, Dict};
use interp_object::data::module::{self, Module};
use interp_object::layout::{Obj, ValueExt};
use interp_object::{Esc, PyResult};

use crate::util::text;
use crate::{builtins, import, sys};

pub use crate::exit::finish;

/// What the command line or the embedder decides.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// `sys.argv`.
    pub argv: Vec<String>,
    /// `sys.orig_argv`.
    pub orig_argv: Vec<String>,
    /// `sys.executable`.
    pub executable: String,
    /// Folders searched by `import`, in order (`sys.path`).
    pub path: Vec<String>,
    /// `-O` (1) or `-OO` (2).
    pub optimize: u8,
    /// `-I`
    pub isolated: bool,
    /// `-E`
    pub ignore_environment: bool,
    /// `-u`
    pub unbuffered: bool,
    /// `-X` options that are not the runtime's own, for `sys._xoptions`.
    pub x_options: Vec<(String, Option<String>)>,
}

/// The process-wide state.
pub struct Runtime {
    /// The configuration it was started with.
    pub config: Config,
    /// The module `builtins`.
    pub builtins: Obj<Module>,
    /// The module `sys`.
    pub sys: Obj<Module>,
    /// `sys.modules` as it was at start; Python code may replace the attribute.
    pub modules: Obj<Dict>,
    /// `builtins` as it was at start.
    pub(crate) original_builtins: Obj<Dict>,
}

static RUNTIME: OnceLock<Runtime> = OnceLock::new();

/// Makes `builtins`, `sys` and `__main__`. A second call has no effect: one runtime a process.
pub fn start(esc: Esc<'_>, config: Config) -> &'static Runtime {
    RUNTIME.get_or_init(|| {
        let modules = dict::new(esc);
        let builtins = builtins::module(esc);
        let sys = sys::module(esc, &config, &modules);
        module::set_sys(sys.clone());
        for module in [&builtins, &sys] {
            let name = module.dict().get_str(esc, "__name__").map(|name| interp_object::ops::text_lossy(&name));
            modules.set_str(esc, &name.unwrap_or_default(), module.value().clone());
        }
        let main = module::new(esc, "__main__");
        main.dict().set_str(esc, "__builtins__", builtins.value().clone());
        modules.set_str(esc, "__main__", main.into_value());
        let original_builtins = dict::new(esc);
        for (key, _, value) in builtins.dict().items(esc) {
            original_builtins.set_str(esc, &interp_object::ops::text_lossy(&key), value);
        }
        interp_object::warn::SHOW.get_or_init(|| crate::report::show_warning);
        interp_object::finalize::REPORT.get_or_init(|| crate::report::report_unraisable);
        Runtime { config, builtins, sys, modules, original_builtins }
    })
}

/// The process-wide state.
///
/// # Panics
/// Before [`start`].
pub fn runtime() -> &'static Runtime {
    RUNTIME.get().expect("native modules are reached only after the runtime was started")
}

/// The namespace of `__main__`.
pub fn main_dict(esc: Esc<'_>) -> Obj<Dict> {
    let main = runtime().modules.get_str(esc, "__main__").and_then(|main| main.downcast::<Module>().ok());
    match main {
        Some(main) => main.dict().clone(),
        None => {
            let main = module::new(esc, "__main__");
            let dict = main.dict().clone();
            runtime().modules.set_str(esc, "__main__", main.into_value());
            dict
        }
    }
}

/// Runs a source as `__main__`.
///
/// `shown` is the name in tracebacks; `file` becomes `__file__`.
///
/// # Errors
/// What the program raises, `SyntaxError` included.
pub fn run_main(esc: Esc<'_>, source: &[u8], shown: &str, file: Option<&str>, package: Option<&str>) -> PyResult<()> {
    let globals = main_dict(esc);
    if let Some(file) = file {
        globals.set_str(esc, "__file__", text(esc, file));
    }
    if let Some(package) = package {
        globals.set_str(esc, "__package__", text(esc, package));
    }
    let code = crate::compile::compile_program(esc, source, shown)?;
    let locals = globals.clone().into_value();
    interp_eval::enter::run_code(esc, &code, &globals, runtime().builtins.dict(), Some(locals), None)?;
    Ok(())
}

/// The module a module name stands for when it is run with `-m`: its file and `__package__`.
///
/// # Errors
/// What importing its parent packages raises.
pub fn find_main(esc: Esc<'_>, name: &str) -> PyResult<Option<(PathBuf, String)>> {
    import::find_main(esc, name)
}

/// Sets `sys.argv[0]`, which `-m` knows only after it found the module.
pub fn set_first_argument(esc: Esc<'_>, name: &str) {
    let argv = runtime().sys.dict().get_str(esc, "argv");
    if let Some(argv) = argv.as_ref().and_then(|argv| argv.payload::<interp_object::data::list::List>()) {
        drop(argv.set(0, text(esc, name)));
    }
}
