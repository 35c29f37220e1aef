//! How a program ends: its threads, the functions of `atexit`, its modules, its streams, in the order of CPython's
//! `Py_FinalizeEx`.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use interp_object::builder::ModuleBuilder;
use interp_object::data::dict::Dict;
use interp_object::data::module::Module;
use interp_object::data::str::Str;
use interp_object::data::tuple::{self, Tuple};
use interp_object::layout::{Obj, ValueExt};
use interp_object::native::{MethodDef, NativeFn};
use interp_object::{Args, Esc, PyResult, Value, call, gcmodel, ops, weak};

use crate::runtime::runtime;
use crate::util::{int, none};
use crate::{report, sys, thread};

/// The exit code when what was printed could not be written.
const EXIT_UNWRITTEN: i32 = 120;

static FINALIZING: AtomicBool = AtomicBool::new(false);

/// `sys.is_finalizing()`
pub(crate) fn is_finalizing() -> bool {
    FINALIZING.load(Relaxed)
}

/// Ends a program: prints what it raised, waits for its threads, runs its exit functions, drops `__main__`, flushes the
/// standard streams. Gives the exit code.
///
/// `last` says that no other program will run in this process: then all its modules go, and with them what they hold.
pub fn finish(esc: Esc<'_>, result: PyResult<()>, last: bool) -> i32 {
    let mut code = match result {
        Ok(()) => 0,
        Err(raised) => report::handle_uncaught(esc, raised),
    };
    thread::wait_for_all(esc);
    run_exit_functions(esc);
    let mut written = sys::flush_standard_streams(esc);
    // Threads that nobody waits for may still use the modules: then what these hold dies with the process.
    if !thread::any_running() {
        FINALIZING.store(last, Relaxed);
        drop_modules(esc, last);
        written &= sys::flush_standard_streams(esc);
    }
    if !written {
        code = EXIT_UNWRITTEN;
    }
    code
}

/// Drops the program's modules: first all references to them here, then what is garbage by now, then the contents of those
/// that something still holds.
fn drop_modules(esc: Esc<'_>, last: bool) {
    let sys = runtime().sys.dict();
    for name in ["last_exc", "last_type", "last_value", "last_traceback"] {
        if sys.get_str(esc, name).is_some() {
            sys.set_str(esc, name, none());
        }
    }
    let names: &[&str] = if last { &["stdin", "stdout", "stderr"] } else { &[] };
    for name in names {
        if let Some(original) = sys.get_str(esc, &format!("__{name}__")) {
            sys.set_str(esc, name, original);
        }
    }
    let held = take_modules(esc, last);
    if last {
        thread::forget_current(esc);
    }
    esc.thread().drop_delayed();
    gcmodel::collect(esc);
    esc.thread().drop_delayed();
    let survivors: Vec<Value> = held.iter().rev().filter_map(|held| held.get(esc)).collect();
    let mut changed = !survivors.is_empty();
    for module in survivors {
        if let Some(module) = module.payload::<Module>() {
            clear(esc, module.dict());
        }
    }
    if last {
        changed |= restore_builtins(esc);
    }
    if changed {
        gcmodel::collect(esc);
        esc.thread().drop_delayed();
    }
}

/// Takes the modules out of `sys.modules`; weak references to them in order.
fn take_modules(esc: Esc<'_>, last: bool) -> Vec<Obj<weak::WeakRef>> {
    let modules = crate::import::modules(esc);
    let mut held = Vec::new();
    for (key, _, module) in modules.items(esc) {
        let name = ops::text_lossy(&key);
        let ours = module.is(runtime().sys.value()) || module.is(runtime().builtins.value());
        if ours || !(last || name == "__main__") {
            continue;
        }
        if module.payload::<Module>().is_some() {
            held.extend(weak::new(esc, &weak::WEAKREF, &module, None));
        }
        drop(module);
        match modules.remove(esc, &key) {
            Ok(module) => drop(module),
            Err(raised) => drop(raised.catch(esc)),
        }
    }
    held
}

/// Gives up what a module's namespace holds: names with one underscore in front first, `__builtins__` never.
fn clear(esc: Esc<'_>, dict: &Obj<Dict>) {
    for underscored in [true, false] {
        for (key, _, value) in dict.items(esc) {
            let name = ops::text_lossy(&key);
            let first = name.starts_with('_') && !name[1..].starts_with('_');
            if value.is_none() || key.payload::<Str>().is_none() || name == "__builtins__" || underscored && !first {
                continue;
            }
            if let Err(raised) = dict.set(esc, &key, none()) {
                drop(raised.catch(esc));
            }
        }
    }
}

/// Takes away what the program put into `builtins`; whether there was any.
fn restore_builtins(esc: Esc<'_>) -> bool {
    let dict = runtime().builtins.dict();
    let mut changed = false;
    for (key, _, value) in dict.items(esc) {
        let result = match runtime().original_builtins.get_str(esc, &ops::text_lossy(&key)) {
            Some(original) if original.is(&value) => continue,
            Some(original) => dict.set(esc, &key, original),
            None => dict.remove(esc, &key).map(drop),
        };
        changed = true;
        if let Err(raised) = result {
            drop(raised.catch(esc));
        }
    }
    changed
}

/// A function to be called at exit, with its arguments.
struct Registered {
    function: Value,
    values: Vec<Value>,
    names: Option<Obj<Tuple>>,
}

/// What `atexit` registered, oldest first.
static REGISTERED: Mutex<Vec<Registered>> = Mutex::new(Vec::new());

fn registered<R>(work: impl FnOnce(&mut Vec<Registered>) -> R) -> R {
    work(&mut REGISTERED.lock().unwrap_or_else(PoisonError::into_inner))
}

/// The module `atexit`.
pub(crate) fn module(esc: Esc<'_>) -> Obj<Module> {
    ModuleBuilder::new(esc, "atexit").functions(FUNCTIONS).finish()
}

const FUNCTIONS: &[MethodDef] = &[
    MethodDef::new(
        "register",
        NativeFn::Full(register),
        "register($module, func, /, *args, **kwargs)\n--\n\nHas func called at exit; gives func.",
    ),
    MethodDef::new("unregister", NativeFn::One(unregister), "unregister($module, func, /)\n--\n\nUndoes register."),
    MethodDef::new("_clear", NativeFn::NoArgs(|_, _| Ok(forget_all())), "Forgets all functions."),
    MethodDef::new("_run_exitfuncs", NativeFn::NoArgs(|esc, _| Ok(run_all(esc))), "Calls all functions now."),
    MethodDef::new(
        "_ncallbacks",
        NativeFn::NoArgs(|esc, _| Ok(int(esc, registered(|known| known.len() as i64)))),
        "How many functions are registered.",
    ),
];

fn register(esc: Esc<'_>, _: &Value, args: Args<'_>) -> PyResult {
    let Some(function) = args.pos().first() else {
        return Err(esc.type_error("register() takes at least 1 argument (0 given)"));
    };
    if function.class().slots.call.is_empty() {
        return Err(esc.type_error("the first argument must be callable"));
    }
    let names = args.names().map(|names| tuple::from_slice(esc, names.as_slice()));
    let entry = Registered { function: function.clone(), values: args.all_values()[1..].to_vec(), names };
    registered(|known| known.push(entry));
    Ok(function.clone())
}

fn unregister(esc: Esc<'_>, _: &Value, function: &Value) -> PyResult {
    let known: Vec<Value> = registered(|known| known.iter().map(|entry| entry.function.clone()).collect());
    let mut gone = Vec::new();
    for candidate in known {
        if ops::identical_or_equal(esc, &candidate, function)? {
            registered(|known| {
                while let Some(index) = known.iter().position(|entry| entry.function.is(&candidate)) {
                    gone.push(known.remove(index));
                }
            });
        }
    }
    Ok(none())
}

fn forget_all() -> Value {
    drop(registered(std::mem::take));
    none()
}

fn run_all(esc: Esc<'_>) -> Value {
    run_exit_functions(esc);
    none()
}

/// Calls what `atexit` registered, the youngest first. Exceptions are reported.
fn run_exit_functions(esc: Esc<'_>) {
    while let Some(entry) = registered(Vec::pop) {
        let arguments = Args::with_names(&entry.values, entry.names.as_ref());
        if let Err(raised) = call::call_args(esc, &entry.function, arguments) {
            let exception = raised.catch(esc);
            let shown = ops::repr_lossy(esc, &entry.function);
            report::report_unraisable(esc, exception, &format!("Exception ignored in atexit callback {shown}"), None);
        }
    }
}
