//! The functions of `sys`.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};

use interp_object::args::{Signature, check_count};
use interp_object::builder::TypeBuilder;
use interp_object::data::exception::Exception;
use interp_object::data::types::OBJECT;
use interp_object::data::{descr, exception as exc, float, int, singletons, tuple};
use interp_object::intern::intern_value;
use interp_object::layout::{Payload, ValueExt};
use interp_object::native::{MethodDef, NativeFn};
use interp_object::typeobj::TypeFlags;
use interp_object::{Args, Esc, PyResult, TypeObject, Value, ops};

use crate::runtime::runtime;
use crate::util::{none, text};

pub(super) const FUNCTIONS: &[MethodDef] = &[
    MethodDef::new("exit", NativeFn::Positional(exit), "exit($module, status=None, /)\n--\n\nRaises SystemExit."),
    MethodDef::new("exc_info", NativeFn::NoArgs(exc_info), "The exception being handled, as three values."),
    MethodDef::new("exception", NativeFn::NoArgs(exception), "The exception being handled."),
    MethodDef::new("getrecursionlimit", NativeFn::NoArgs(get_recursion_limit), "How deep calls may nest."),
    MethodDef::new("setrecursionlimit", NativeFn::One(set_recursion_limit), "Sets how deep calls may nest."),
    MethodDef::new("getrefcount", NativeFn::One(get_ref_count), "The reference count of an object."),
    MethodDef::new(
        "intern",
        NativeFn::One(intern_string),
        "intern($module, string, /)\n--\n\nThe shared equal string.",
    ),
    MethodDef::new("_is_gil_enabled", NativeFn::NoArgs(|_, _| Ok(singletons::false_())), "False."),
    MethodDef::new("_is_interned", NativeFn::One(is_interned), "Whether a string is interned."),
    MethodDef::new("_getframe", NativeFn::Positional(get_frame), "A frame of the call stack."),
    MethodDef::new(
        "_getframemodulename",
        NativeFn::Positional(get_frame_module_name),
        "The module of a calling frame.",
    ),
    MethodDef::new("getsizeof", NativeFn::Positional(get_size_of), "Bytes of an object, without what it refers to."),
    MethodDef::new("getswitchinterval", NativeFn::NoArgs(get_switch_interval), "Kept for compatibility."),
    MethodDef::new("setswitchinterval", NativeFn::One(set_switch_interval), "Kept for compatibility."),
    MethodDef::new("get_int_max_str_digits", NativeFn::NoArgs(get_max_digits), "The limit for int-str conversion."),
    MethodDef::new("set_int_max_str_digits", NativeFn::Full(set_max_digits), "Sets the limit for int-str conversion."),
    MethodDef::new("getdefaultencoding", NativeFn::NoArgs(|esc, _| Ok(text(esc, "utf-8"))), "'utf-8'"),
    MethodDef::new("getfilesystemencoding", NativeFn::NoArgs(|esc, _| Ok(text(esc, "utf-8"))), "'utf-8'"),
    MethodDef::new(
        "getfilesystemencodeerrors",
        NativeFn::NoArgs(|esc, _| Ok(text(esc, "surrogateescape"))),
        "'surrogateescape'",
    ),
    MethodDef::new("excepthook", NativeFn::Positional(excepthook), "Prints an exception."),
    MethodDef::new("displayhook", NativeFn::One(displayhook), "Prints a value and keeps it as builtins._."),
    MethodDef::new("unraisablehook", NativeFn::One(unraisablehook), "Reports an exception that cannot be raised."),
    MethodDef::new("breakpointhook", NativeFn::Full(breakpointhook), "Not available."),
    MethodDef::new("audit", NativeFn::Positional(|_, _, _| Ok(none())), "Does nothing: there are no audit hooks."),
    MethodDef::new(
        "is_finalizing",
        NativeFn::NoArgs(|_, _| Ok(singletons::bool(crate::exit::is_finalizing()))),
        "Whether the runtime ends.",
    ),
    MethodDef::new("gettrace", NativeFn::NoArgs(|_, _| Ok(none())), "None: tracing is not supported."),
    MethodDef::new("getprofile", NativeFn::NoArgs(|_, _| Ok(none())), "None: profiling is not supported."),
    MethodDef::new("settrace", NativeFn::One(|_, _, _| Ok(none())), "Ignored."),
    MethodDef::new("setprofile", NativeFn::One(|_, _, _| Ok(none())), "Ignored."),
    MethodDef::new(
        "set_asyncgen_hooks",
        NativeFn::Full(set_asyncgen_hooks),
        "set_asyncgen_hooks(firstiter=None, finalizer=None)\n--\n\nHooks for asynchronous generators of this thread.",
    ),
    MethodDef::new("get_asyncgen_hooks", NativeFn::NoArgs(get_asyncgen_hooks), "(firstiter, finalizer)"),
    MethodDef::new("get_coroutine_origin_tracking_depth", NativeFn::NoArgs(|_, _| Ok(int::small(0))), "0."),
    MethodDef::new("set_coroutine_origin_tracking_depth", NativeFn::One(|_, _, _| Ok(none())), "Ignored."),
    MethodDef::new("_clear_type_cache", NativeFn::NoArgs(|_, _| Ok(none())), "Does nothing."),
];

fn set_asyncgen_hooks(esc: Esc<'_>, _: &Value, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<2> = Signature::new("set_asyncgen_hooks", ["firstiter", "finalizer"], 0);
    let [first_iteration, finalizer] = args.bind(esc, &SIGNATURE)?;
    for (name, hook) in [("firstiter", first_iteration), ("finalizer", finalizer)] {
        if let Some(hook) = hook.filter(|hook| !hook.is_none() && hook.class().slots.call.is_empty()) {
            let shown = hook.class().name();
            return Err(esc.type_error(format_args!("callable {name} expected, got {shown}")));
        }
    }
    let given = |hook: &Value| (!hook.is_none()).then(|| hook.clone());
    let mut hooks = esc.thread().async_generator_hooks.borrow().clone();
    if let Some(hook) = first_iteration {
        hooks.first_iteration = given(hook);
    }
    if let Some(hook) = finalizer {
        hooks.finalizer = given(hook);
    }
    drop(esc.thread().async_generator_hooks.replace(hooks));
    Ok(none())
}

fn get_asyncgen_hooks(esc: Esc<'_>, _: &Value) -> PyResult {
    let hooks = esc.thread().async_generator_hooks.borrow().clone();
    let hooks = [hooks.first_iteration, hooks.finalizer].map(|hook| hook.unwrap_or_else(none));
    super::info::record(
        esc,
        "sys",
        "asyncgen_hooks",
        &[("firstiter", hooks[0].clone()), ("finalizer", hooks[1].clone())],
    )
}

fn exit(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    check_count(esc, "exit", args.len(), 0, 1)?;
    Err(esc.raise_args(&exc::SYSTEM_EXIT, args))
}

fn handled(esc: Esc<'_>) -> Option<Value> {
    esc.thread().handled.borrow().iter().rev().find_map(Option::clone)
}

fn exception(esc: Esc<'_>, _: &Value) -> PyResult {
    Ok(handled(esc).unwrap_or_else(none))
}

fn exc_info(esc: Esc<'_>, _: &Value) -> PyResult {
    let Some(exception) = handled(esc) else { return Ok(tuple::new(esc, [none(), none(), none()]).into_value()) };
    let traceback = exception.payload::<Exception>().and_then(|payload| payload.traceback.get(esc, payload));
    let items = [exception.class().value(), exception.clone(), traceback.unwrap_or_else(none)];
    Ok(tuple::new(esc, items).into_value())
}

/// The limit that threads start with.
static RECURSION_LIMIT: AtomicI64 = AtomicI64::new(interp_object::thread::DEFAULT_RECURSION_LIMIT as i64);

fn get_recursion_limit(esc: Esc<'_>, _: &Value) -> PyResult {
    Ok(int::new(esc, RECURSION_LIMIT.load(Relaxed)))
}

fn set_recursion_limit(esc: Esc<'_>, _: &Value, limit: &Value) -> PyResult {
    let limit = i64::from(ops::index_i32(esc, limit)?);
    if limit < 1 {
        return Err(esc.value_error("recursion limit must be greater or equal than 1"));
    }
    let remaining = i64::from(esc.thread().recursion_remaining.get());
    let depth = RECURSION_LIMIT.load(Relaxed) - remaining;
    if depth >= limit {
        let message =
            format!("cannot set the recursion limit to {limit} at the recursion depth {depth}: the limit is too low");
        return Err(esc.raise_str(&exc::RECURSION_ERROR, message));
    }
    RECURSION_LIMIT.store(limit, Relaxed);
    esc.thread().recursion_remaining.set(u32::try_from(limit - depth).unwrap_or(u32::MAX));
    Ok(none())
}

/// The recursion limit a new thread starts with.
pub(crate) fn recursion_limit() -> u32 {
    u32::try_from(RECURSION_LIMIT.load(Relaxed)).unwrap_or(u32::MAX)
}

fn get_ref_count(esc: Esc<'_>, _: &Value, value: &Value) -> PyResult {
    let count = match value.object_header() {
        Some(header) if !header.is_immortal() => header.refcount(),
        _ => 0xffff_ffff,
    };
    Ok(int::new(esc, count))
}

fn intern_string(esc: Esc<'_>, _: &Value, value: &Value) -> PyResult {
    if value.exact::<interp_object::data::str::Str>().is_none() {
        return Err(esc.type_error(format_args!("can't intern {}", value.class().name())));
    }
    Ok(intern_value(esc, value).unwrap_or_else(|| value.clone()))
}

fn is_interned(_: Esc<'_>, _: &Value, value: &Value) -> PyResult {
    let interned =
        value.exact::<interp_object::data::str::Str>().is_some_and(interp_object::data::str::Str::is_interned);
    Ok(singletons::bool(interned))
}

/// The frame `depth` calls up, as it is now, with those that called it.
fn get_frame(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    let depth = args.first().map_or(Ok(0), |depth| ops::index_i64(esc, depth))?;
    let frames = interp_eval::frames::running_frames(esc, usize::try_from(depth).unwrap_or(0), 2);
    let mut shown = None;
    for frame in frames.into_iter().rev() {
        let locals = match frame.namespace {
            Some(namespace) => Some(namespace),
            None if frame.variables.is_empty() => None,
            None => {
                let locals = interp_object::data::dict::new(esc);
                for (name, value) in frame.variables {
                    locals.set(esc, &name, value)?;
                }
                Some(locals.into_value())
            }
        };
        let made = interp_types_core::new_frame(esc, frame.code, frame.globals, locals, shown, frame.unit, frame.line);
        shown = Some(made);
    }
    match shown {
        Some(frame) => Ok(frame),
        None => Err(esc.value_error("call stack is not deep enough")),
    }
}

fn get_frame_module_name(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    let depth = args.first().map_or(Ok(0), |depth| ops::index_i64(esc, depth))?;
    let frames = interp_eval::frames::running_frames(esc, usize::try_from(depth).unwrap_or(0), 0);
    Ok(frames.first().and_then(|frame| frame.globals.get_str(esc, "__name__")).unwrap_or_else(none))
}

fn get_size_of(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    check_count(esc, "getsizeof", args.len(), 1, 2)?;
    let size = if args[0].header().is_some() { args[0].class().instance_size() } else { 8 };
    Ok(int::from_usize(esc, size))
}

static SWITCH_INTERVAL: AtomicU64 = AtomicU64::new(0x3f74_7ae1_47ae_147b);

fn get_switch_interval(esc: Esc<'_>, _: &Value) -> PyResult {
    Ok(float::new(esc, f64::from_bits(SWITCH_INTERVAL.load(Relaxed))))
}

fn set_switch_interval(esc: Esc<'_>, _: &Value, interval: &Value) -> PyResult {
    let interval = ops::as_f64(esc, interval)?;
    if interval <= 0.0 {
        return Err(esc.value_error("switch interval must be strictly positive"));
    }
    SWITCH_INTERVAL.store(interval.to_bits(), Relaxed);
    Ok(none())
}

fn get_max_digits(esc: Esc<'_>, _: &Value) -> PyResult {
    Ok(int::from_usize(esc, interp_types_num::int_text::max_str_digits()))
}

fn set_max_digits(esc: Esc<'_>, _: &Value, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<1> = Signature::new("set_int_max_str_digits", ["maxdigits"], 1);
    let [Some(limit)] = args.bind(esc, &SIGNATURE)? else {
        return Err(esc.system_error("set_int_max_str_digits() lost its argument"));
    };
    let threshold = interp_types_num::int_text::MAX_STR_DIGITS_THRESHOLD;
    let limit = usize::try_from(ops::index_i32(esc, limit)?).ok();
    match limit.filter(|&limit| limit == 0 || limit >= threshold) {
        Some(limit) => {
            interp_types_num::int_text::set_max_str_digits(limit);
            interp_front::set_max_int_digits(limit);
        }
        None => return Err(esc.value_error(format_args!("maxdigits must be >= {threshold} or 0 for unlimited"))),
    }
    Ok(none())
}

fn excepthook(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    check_count(esc, "excepthook", args.len(), 3, 3)?;
    let shown = crate::report::format_exception(esc, &args[1]);
    crate::report::write_stderr(esc, &shown);
    Ok(none())
}

fn displayhook(esc: Esc<'_>, _: &Value, value: &Value) -> PyResult {
    if value.is_none() {
        return Ok(none());
    }
    let builtins = runtime().builtins.dict();
    builtins.set_str(esc, "_", none());
    let shown = ops::repr(esc, value)?;
    if let Some(stdout) = runtime().sys.dict().get_str(esc, "stdout") {
        crate::io::write_text(esc, &stdout, &format!("{}\n", shown.to_lossy()))?;
    }
    builtins.set_str(esc, "_", value.clone());
    Ok(none())
}

fn unraisablehook(esc: Esc<'_>, _: &Value, unraisable: &Value) -> PyResult {
    crate::report::print_record(esc, unraisable)?;
    Ok(none())
}

fn breakpointhook(esc: Esc<'_>, _: &Value, _: Args<'_>) -> PyResult {
    Err(esc.raise_str(&exc::NOT_IMPLEMENTED_ERROR, "there is no debugger"))
}

/// Reads one item of a record.
pub(super) struct ItemGetter {
    pub(super) index: usize,
}

impl Payload for ItemGetter {
    const NAME: &'static str = "item getter";
    const TRACED: bool = false;
    fn class() -> &'static TypeObject {
        &ITEM_GETTER
    }
}

static ITEM_GETTER: TypeObject = TypeObject::builtin::<ItemGetter>("_record_item", Some(&OBJECT), TypeFlags::empty());

/// The `repr` of records: the class and the named items.
pub(super) struct RecordRepr {}

impl Payload for RecordRepr {
    const NAME: &'static str = "record repr";
    const TRACED: bool = false;
    fn class() -> &'static TypeObject {
        &RECORD_REPR
    }
}

static RECORD_REPR: TypeObject = TypeObject::builtin::<RecordRepr>("_record_repr", Some(&OBJECT), TypeFlags::empty());

/// Makes the helper types ready.
pub(crate) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &ITEM_GETTER).slots(|slots| slots.call.set(Some(item_call)));
    TypeBuilder::new(esc, &RECORD_REPR).slots(|slots| {
        slots.call.set(Some(repr_call));
        slots.descr_get.set(Some(repr_bind));
    });
}

fn item_call(esc: Esc<'_>, getter: &Value, args: Args<'_>) -> PyResult {
    let item = getter.payload::<ItemGetter>().zip(args.pos().first()).and_then(|(getter, record)| {
        record.payload::<tuple::Tuple>().and_then(|items| items.as_slice().get(getter.index).cloned())
    });
    item.ok_or_else(|| esc.type_error("a record was expected"))
}

fn repr_bind(esc: Esc<'_>, function: &Value, instance: Option<&Value>, _: &TypeObject) -> PyResult {
    match instance {
        Some(instance) => Ok(descr::bind(esc, function.clone(), instance.clone()).into_value()),
        None => Ok(function.clone()),
    }
}

fn repr_call(esc: Esc<'_>, _: &Value, args: Args<'_>) -> PyResult {
    let Some(record) = args.pos().first() else { return Err(esc.type_error("a record was expected")) };
    let class = crate::report::shown_class(esc, record.class());
    let names = interp_object::attr::get_str(esc, record, "__match_args__")?;
    let names = ops::collect(esc, &names)?;
    let mut items = Vec::new();
    for (name, value) in names.iter().zip(ops::collect(esc, record)?) {
        items.push(format!("{}={}", ops::text_lossy(name), ops::repr(esc, &value)?.to_lossy()));
    }
    Ok(text(esc, &format!("{class}({})", items.join(", "))))
}
