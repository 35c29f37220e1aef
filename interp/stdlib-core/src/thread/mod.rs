//! The module `_thread`: native threads that run Python, locks, thread-local data.

mod handle;
mod local;
mod locks;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use interp_object::args::check_count;
use interp_object::builder::ModuleBuilder;
use interp_object::data::dict::Dict;
use interp_object::data::module::Module;
use interp_object::data::{exception as exc, singletons, tuple};
use interp_object::layout::{self, Obj, ValueExt};
use interp_object::native::{MethodDef, NativeFn};
use interp_object::{Args, Esc, PyResult, Thread, Value, args::Signature, call, ops};

use crate::runtime::runtime;
use crate::util::{given, int, none};
use handle::{Handle, ThreadHandle};

/// Bytes of native stack of a thread unless `stack_size` says otherwise. Memory that is not touched costs nothing.
pub const STACK_BYTES: usize = 64 << 20;
const MIN_STACK_BYTES: i64 = 32 * 1024;
/// Below this the runtime itself would not fit.
const SMALLEST_USED_BYTES: usize = 2 << 20;

static STACK_SIZE: AtomicUsize = AtomicUsize::new(0);
/// The signal that Ctrl-C sends.
const SIGINT: i64 = 2;

static MAIN_IDENT: AtomicUsize = AtomicUsize::new(0);

/// Makes the types ready. The calling thread becomes the main thread.
pub(crate) fn init(esc: Esc<'_>) {
    MAIN_IDENT.store(esc.me() as usize, Relaxed);
    locks::init(esc);
    local::init(esc);
    handle::init(esc);
}

/// The module `_thread`.
pub(crate) fn module(esc: Esc<'_>) -> Obj<Module> {
    let hook = crate::sys::record_class(
        esc,
        "_thread",
        "_ExceptHookArgs",
        &["exc_type", "exc_value", "exc_traceback", "thread"],
    );
    let hook = hook.unwrap_or_else(|raised| {
        drop(raised.catch(esc));
        none()
    });
    ModuleBuilder::new(esc, "_thread")
        .functions(FUNCTIONS)
        .value("LockType", locks::LOCK.value())
        .value("lock", locks::LOCK.value())
        .value("RLock", locks::RLOCK.value())
        .value("_local", local::LOCAL.value())
        .value("_ThreadHandle", handle::THREAD_HANDLE.value())
        .value("_ExceptHookArgs", hook)
        .value("error", exc::RUNTIME_ERROR.value())
        .value("TIMEOUT_MAX", crate::util::float(esc, locks::TIMEOUT_MAX))
        .finish()
}

const FUNCTIONS: &[MethodDef] = &[
    MethodDef::new(
        "start_new_thread",
        NativeFn::Positional(start_new_thread),
        "Starts a thread; gives its identifier.",
    ),
    MethodDef::new("start_new", NativeFn::Positional(start_new_thread), "An obsolete name of start_new_thread."),
    MethodDef::new(
        "start_joinable_thread",
        NativeFn::Full(start_joinable_thread),
        "Starts a thread; gives its handle.",
    ),
    MethodDef::new("allocate_lock", NativeFn::NoArgs(locks::allocate), "Makes a lock."),
    MethodDef::new("allocate", NativeFn::NoArgs(locks::allocate), "An obsolete name of allocate_lock."),
    MethodDef::new("get_ident", NativeFn::NoArgs(get_ident), "The identifier of this thread."),
    MethodDef::new("get_native_id", NativeFn::NoArgs(get_native_id), "The system's number of this thread."),
    MethodDef::new("_get_main_thread_ident", NativeFn::NoArgs(main_ident), "The identifier of the main thread."),
    MethodDef::new("_count", NativeFn::NoArgs(count), "How many threads were started and still run."),
    MethodDef::new("stack_size", NativeFn::Positional(stack_size), "The native stack size of new threads."),
    MethodDef::new("exit", NativeFn::NoArgs(exit), "Ends this thread."),
    MethodDef::new("exit_thread", NativeFn::NoArgs(exit), "An obsolete name of exit."),
    MethodDef::new(
        "interrupt_main",
        NativeFn::Positional(interrupt_main),
        "Interrupts the main thread, as Ctrl-C does.",
    ),
    MethodDef::new("daemon_threads_allowed", NativeFn::NoArgs(|_, _| Ok(singletons::true_())), "True."),
    MethodDef::new("_is_main_interpreter", NativeFn::NoArgs(|_, _| Ok(singletons::true_())), "True."),
    MethodDef::new("_make_thread_handle", NativeFn::One(handle::for_ident), "A handle for a running thread."),
    MethodDef::new("_shutdown", NativeFn::NoArgs(shutdown), "Waits for all threads that are no daemons."),
    MethodDef::new("_excepthook", NativeFn::One(excepthook), "Prints the exception that ended a thread."),
    MethodDef::new("set_name", NativeFn::One(|_, _, _| Ok(none())), "Does nothing."),
];

fn get_ident(esc: Esc<'_>, _: &Value) -> PyResult {
    Ok(int(esc, i64::from(esc.me())))
}

fn main_ident(esc: Esc<'_>, _: &Value) -> PyResult {
    Ok(int(esc, MAIN_IDENT.load(Relaxed) as i64))
}

fn get_native_id(esc: Esc<'_>, _: &Value) -> PyResult {
    let link = std::fs::read_link("/proc/thread-self").ok();
    let number = link.and_then(|link| link.file_name()?.to_str()?.parse().ok());
    Ok(int(esc, number.unwrap_or_else(|| i64::from(std::process::id()))))
}

fn count(esc: Esc<'_>, _: &Value) -> PyResult {
    Ok(int(esc, handle::running() as i64))
}

fn exit(esc: Esc<'_>, _: &Value) -> PyResult {
    Err(esc.raise_args(&exc::SYSTEM_EXIT, &[]))
}

/// As if Ctrl-C had been typed. Other signals than that have no handlers here.
fn interrupt_main(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    check_count(esc, "interrupt_main", args.len(), 0, 1)?;
    let number = args.first().map_or(Ok(SIGINT), |number| ops::index_i64(esc, number))?;
    if !(1..=64).contains(&number) {
        return Err(esc.value_error("signal number out of range"));
    }
    if number == SIGINT {
        interp_object::interrupt::request();
    }
    Ok(none())
}

fn stack_size(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    check_count(esc, "stack_size", args.len(), 0, 1)?;
    let old = STACK_SIZE.load(Relaxed);
    if let Some(size) = args.first() {
        let size = ops::index_i64(esc, size)?;
        if size < 0 {
            return Err(esc.value_error("size must be 0 or a positive value"));
        }
        if size != 0 && size < MIN_STACK_BYTES {
            return Err(esc.value_error(format_args!("size not valid: {size} bytes")));
        }
        STACK_SIZE.store(size as usize, Relaxed);
    }
    Ok(int(esc, old as i64))
}

/// What a new thread is to call.
struct Job {
    function: Value,
    values: Vec<Value>,
    names: Option<Obj<tuple::Tuple>>,
    handle: Arc<Handle>,
    report: bool,
}

/// `start_new_thread(function, args[, kwargs])`
fn start_new_thread(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    check_count(esc, "start_new_thread", args.len(), 2, 3)?;
    if args[0].class().slots.call.is_empty() {
        return Err(esc.type_error("first arg must be callable"));
    }
    let Some(positional) = args[1].payload::<tuple::Tuple>() else {
        return Err(esc.type_error("2nd arg must be a tuple"));
    };
    let mut values = positional.as_slice().to_vec();
    let mut names = None;
    if let Some(keywords) = args.get(2) {
        let Some(keywords) = keywords.payload::<Dict>() else {
            return Err(esc.type_error("optional 3rd arg must be a dictionary"));
        };
        let items = keywords.items(esc);
        names = Some(tuple::new(esc, items.iter().map(|(name, ..)| name.clone()).collect::<Vec<_>>()));
        values.extend(items.into_iter().map(|(_, _, value)| value));
    }
    let handle = Handle::new(true);
    let job = Job { function: args[0].clone(), values, names, handle: Arc::clone(&handle), report: true };
    start(esc, job)?;
    Ok(int(esc, handle.wait_for_ident(esc)))
}

/// `start_joinable_thread(function, handle=None, daemon=True)`
fn start_joinable_thread(esc: Esc<'_>, _: &Value, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<3> =
        Signature::new("start_joinable_thread", ["function", "handle", "daemon"], 1).keyword_only_from(1);
    let [Some(function), handle, daemon] = args.bind(esc, &SIGNATURE)? else {
        return Err(esc.system_error("start_joinable_thread() lost its arguments"));
    };
    if function.class().slots.call.is_empty() {
        return Err(esc.type_error("thread function must be callable"));
    }
    let daemon = daemon.map_or(Ok(true), |daemon| ops::truthy(esc, daemon))?;
    let object = match given(handle) {
        None => layout::new(esc, ThreadHandle::new(Handle::new(daemon))),
        Some(handle) => match handle.clone().downcast::<ThreadHandle>() {
            Ok(handle) => handle,
            Err(_) => return Err(esc.type_error("'handle' must be a _ThreadHandle")),
        },
    };
    let handle = Arc::clone(object.handle());
    if !handle.claim(daemon) {
        return Err(esc.runtime_error("thread already started"));
    }
    let job =
        Job { function: function.clone(), values: Vec::new(), names: None, handle: Arc::clone(&handle), report: true };
    start(esc, job)?;
    handle.wait_for_ident(esc);
    Ok(object.into_value())
}

fn start(esc: Esc<'_>, job: Job) -> PyResult<()> {
    let size = match STACK_SIZE.load(Relaxed) {
        0 => STACK_BYTES,
        size => size.max(SMALLEST_USED_BYTES),
    };
    let handle = Arc::clone(&job.handle);
    handle::note_started(&handle);
    let spawned = std::thread::Builder::new().stack_size(size).spawn(move || run(job, size));
    if let Err(error) = spawned {
        handle::note_finished(&handle);
        drop(error);
        return Err(esc.runtime_error("can't start new thread"));
    }
    Ok(())
}

/// The life of a thread.
fn run(job: Job, stack_bytes: usize) {
    let thread = Thread::attach_current(stack_bytes);
    let esc = thread.enter();
    thread.recursion_remaining.set(crate::sys::recursion_limit());
    let Job { function, values, names, handle, report } = job;
    handle.set_ident(i64::from(esc.me()));
    let result = call::call_args(esc, &function, Args::with_names(&values, names.as_ref()));
    match result {
        Ok(value) => drop(value),
        Err(raised) => {
            let exception = raised.catch(esc);
            if report && !exception.class().is_subtype(&exc::SYSTEM_EXIT) {
                let shown = ops::repr_lossy(esc, &function);
                let message = format!("Exception ignored in thread started by {shown}");
                crate::report::report_unraisable(esc, exception, &message, None);
            }
        }
    }
    drop((function, values, names));
    local::forget_thread(esc);
    thread.drop_delayed();
    drop(thread);
    handle::note_finished(&handle);
}

fn shutdown(esc: Esc<'_>, _: &Value) -> PyResult {
    handle::join_all(esc)?;
    Ok(none())
}

/// Whether threads that were started here still run.
pub(crate) fn any_running() -> bool {
    handle::running() > 0
}

/// Drops what the calling thread holds in thread-local objects.
pub(crate) fn forget_current(esc: Esc<'_>) {
    local::forget_thread(esc);
}

/// Waits at exit for every thread that is no daemon: through `threading` if that was imported. An interrupt ends the wait.
pub(crate) fn wait_for_all(esc: Esc<'_>) {
    let threading = runtime().modules.get_str(esc, "threading");
    let ending = threading.and_then(|threading| crate::util::quiet_attr(esc, &threading, "_shutdown"));
    let result = match ending {
        Some(ending) => call::call(esc, &ending, &[]).map(drop),
        None => handle::join_all(esc),
    };
    if let Err(raised) = result {
        let exception = raised.catch(esc);
        crate::report::print_uncaught(esc, &exception);
    }
}

/// `threading.excepthook`'s default.
fn excepthook(esc: Esc<'_>, _: &Value, args: &Value) -> PyResult {
    let items = ops::collect(esc, args)?;
    let [class, exception, _, thread] = items.as_slice() else {
        return Err(esc.type_error("_thread.excepthook argument type must be ExceptHookArgs"));
    };
    if class.is(&exc::SYSTEM_EXIT.value()) {
        return Ok(none());
    }
    let name = crate::util::quiet_attr(esc, thread, "name").map(|name| ops::str_lossy(esc, &name));
    let name = name.unwrap_or_else(|| esc.me().to_string());
    let trace = crate::report::format_exception(esc, exception);
    crate::report::write_stderr(esc, &format!("Exception in thread {name}:\n{trace}"));
    Ok(none())
}
