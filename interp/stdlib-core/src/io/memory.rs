//! `StringIO` and `BytesIO`: files in memory.

use std::sync::{Mutex, OnceLock};

use interp_object::args::Signature;
use interp_object::builder::TypeBuilder;
use interp_object::data::bytes::{self, Bytes};
use interp_object::data::str::{self, Str};
use interp_object::data::types::OBJECT;
use interp_object::data::{dict, exception as exc, list, singletons, tuple};
use interp_object::layout::{self, Payload, ValueExt};
use interp_object::native::{GetSetDef, MethodDef, NativeFn};
use interp_object::typeobj::TypeFlags;
use interp_object::{Args, Esc, PyResult, TypeObject, Value, call, ops};

use crate::util::{given, int, lock, none, text};

/// Characters or bytes (as numbers), and the position.
#[derive(Default)]
struct Content {
    units: Vec<u32>,
    at: usize,
    closed: bool,
}

/// The payload of both.
pub(super) struct Memory {
    content: Mutex<Content>,
    is_text: bool,
}

impl Payload for Memory {
    const NAME: &'static str = "memory file";
    const TRACED: bool = false;
    fn class() -> &'static TypeObject {
        &STRING_IO
    }
}

const FLAGS: TypeFlags = TypeFlags::BASE.union(TypeFlags::WEAKREF);

/// `_io.StringIO`
pub(super) static STRING_IO: TypeObject = TypeObject::builtin::<Memory>("_io.StringIO", Some(&OBJECT), FLAGS);
/// `_io.BytesIO`
pub(super) static BYTES_IO: TypeObject = TypeObject::builtin::<Memory>("_io.BytesIO", Some(&OBJECT), FLAGS);

/// `io.UnsupportedOperation`, which derives from `OSError` and `ValueError`.
pub(super) fn unsupported_operation(esc: Esc<'_>) -> Value {
    static CLASS: OnceLock<Value> = OnceLock::new();
    if let Some(class) = CLASS.get() {
        return class.clone();
    }
    let bases = tuple::new(esc, [exc::OS_ERROR.value(), exc::VALUE_ERROR.value()]).into_value();
    let namespace = dict::new(esc);
    namespace.set_str(esc, "__module__", text(esc, "io"));
    let args = [text(esc, "UnsupportedOperation"), bases, namespace.into_value()];
    match call::call(esc, &interp_object::data::types::TYPE.value(), &args) {
        Ok(class) => CLASS.get_or_init(|| class).clone(),
        Err(raised) => {
            drop(raised.catch(esc));
            exc::VALUE_ERROR.value()
        }
    }
}

/// Fills both types.
pub(super) fn init(esc: Esc<'_>) {
    for class in [&STRING_IO, &BYTES_IO] {
        TypeBuilder::new(esc, class).methods(METHODS).getsets(GETSETS).slots(|slots| {
            slots.new.set(Some(new));
            slots.init.set(Some(|_, _, _| Ok(())));
            slots.iter.set(Some(|_, value| Ok(value.clone())));
            slots.next.set(Some(next));
        });
    }
}

const METHODS: &[MethodDef] = &[
    MethodDef::new("read", NativeFn::Positional(read), "Reads up to a number of characters or bytes, or to the end."),
    MethodDef::new("readline", NativeFn::Positional(read_line), "Reads a line with its end."),
    MethodDef::new("readlines", NativeFn::Positional(read_lines), "All lines that are left."),
    MethodDef::new("write", NativeFn::One(write), "Writes; gives the number of characters or bytes."),
    MethodDef::new("writelines", NativeFn::One(write_lines), "Writes every item of an iterable."),
    MethodDef::new("getvalue", NativeFn::NoArgs(get_value), "The whole content."),
    MethodDef::new("seek", NativeFn::Positional(seek), "Sets the position."),
    MethodDef::new("tell", NativeFn::NoArgs(tell), "The position."),
    MethodDef::new("truncate", NativeFn::Positional(truncate), "Cuts the content at the position."),
    MethodDef::new("flush", NativeFn::NoArgs(|_, _| Ok(none())), "Does nothing."),
    MethodDef::new("close", NativeFn::NoArgs(close), "Gives up the content."),
    MethodDef::new("readable", NativeFn::NoArgs(yes), "True."),
    MethodDef::new("writable", NativeFn::NoArgs(yes), "True."),
    MethodDef::new("seekable", NativeFn::NoArgs(yes), "True."),
    MethodDef::new("isatty", NativeFn::NoArgs(no), "False."),
    MethodDef::new("__enter__", NativeFn::NoArgs(|_, value| Ok(value.clone())), "The file itself."),
    MethodDef::new("__exit__", NativeFn::Positional(|esc, value, _| close(esc, value)), "Closes the file."),
];

const GETSETS: &[GetSetDef] = &[
    GetSetDef::readonly("closed", closed, "Whether it is closed."),
    GetSetDef::readonly("newlines", |_, _| Ok(none()), "Line ends seen: not recorded."),
    GetSetDef::readonly("line_buffering", no, "False."),
    GetSetDef::readonly("encoding", |_, _| Ok(none()), "None."),
    GetSetDef::readonly("errors", |_, _| Ok(none()), "None."),
];

fn yes(_: Esc<'_>, _: &Value) -> PyResult {
    Ok(singletons::true_())
}

fn no(_: Esc<'_>, _: &Value) -> PyResult {
    Ok(singletons::false_())
}

fn memory_of<'v>(esc: Esc<'_>, value: &'v Value) -> PyResult<&'v Memory> {
    value.payload::<Memory>().ok_or_else(|| esc.type_error("a memory file was expected"))
}

fn with<R>(esc: Esc<'_>, value: &Value, work: impl FnOnce(&mut Content) -> R) -> PyResult<R> {
    let memory = memory_of(esc, value)?;
    let mut content = lock(&memory.content);
    if content.closed {
        drop(content);
        return Err(esc.value_error("I/O operation on closed file"));
    }
    Ok(work(&mut content))
}

fn new(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    const TEXT: Signature<2> = Signature::new("StringIO", ["initial_value", "newline"], 0);
    const BYTES: Signature<1> = Signature::new("BytesIO", ["initial_bytes"], 0);
    let is_text = class.is_subtype(&STRING_IO);
    let initial = if is_text { args.bind(esc, &TEXT)?[0] } else { args.bind(esc, &BYTES)?[0] };
    let units = match given(initial) {
        None => Vec::new(),
        Some(initial) => units_of(esc, is_text, initial)?,
    };
    let content = Mutex::new(Content { units, at: 0, closed: false });
    Ok(layout::new_with_type(esc, class, Memory { content, is_text }).into_value())
}

fn units_of(esc: Esc<'_>, is_text: bool, value: &Value) -> PyResult<Vec<u32>> {
    if is_text {
        return match value.payload::<Str>() {
            Some(text) => Ok(text.chars().iter().collect()),
            None => Err(esc.type_error(format_args!("string argument expected, got '{}'", value.class().name()))),
        };
    }
    if let Some(bytes) = value.payload::<Bytes>() {
        return Ok(bytes.as_slice().iter().map(|&byte| u32::from(byte)).collect());
    }
    if value.payload::<Str>().is_some() {
        return Err(esc.type_error("a bytes-like object is required, not 'str'"));
    }
    let bytes = call::call(esc, &bytes::BYTES.value(), std::slice::from_ref(value))?;
    units_of(esc, false, &bytes)
}

fn show(esc: Esc<'_>, value: &Value, units: &[u32]) -> PyResult {
    if memory_of(esc, value)?.is_text {
        return Ok(str::from_code_points(esc, units).into_value());
    }
    let octets: Vec<u8> = units.iter().map(|&unit| unit as u8).collect();
    Ok(bytes::new(esc, &octets).into_value())
}

fn limit(esc: Esc<'_>, args: &[Value]) -> PyResult<usize> {
    match given(args.first()) {
        Some(limit) => Ok(usize::try_from(ops::index_i64(esc, limit)?).unwrap_or(usize::MAX)),
        None => Ok(usize::MAX),
    }
}

fn read(esc: Esc<'_>, value: &Value, args: &[Value]) -> PyResult {
    let limit = limit(esc, args)?;
    let units = with(esc, value, |content| {
        let start = content.at.min(content.units.len());
        let end = start.saturating_add(limit).min(content.units.len());
        content.at = end.max(content.at);
        content.units[start..end].to_vec()
    })?;
    show(esc, value, &units)
}

fn read_line(esc: Esc<'_>, value: &Value, args: &[Value]) -> PyResult {
    let limit = limit(esc, args)?;
    let units = take_line(esc, value, limit)?;
    show(esc, value, &units)
}

fn take_line(esc: Esc<'_>, value: &Value, limit: usize) -> PyResult<Vec<u32>> {
    with(esc, value, |content| {
        let start = content.at.min(content.units.len());
        let rest = &content.units[start..];
        let len = rest.iter().position(|&unit| unit == 10).map_or(rest.len(), |index| index + 1).min(limit);
        content.at = start + len;
        rest[..len].to_vec()
    })
}

fn next(esc: Esc<'_>, value: &Value) -> PyResult<Option<Value>> {
    let units = take_line(esc, value, usize::MAX)?;
    if units.is_empty() { Ok(None) } else { show(esc, value, &units).map(Some) }
}

fn read_lines(esc: Esc<'_>, value: &Value, _: &[Value]) -> PyResult {
    Ok(list::new(esc, ops::collect(esc, value)?).into_value())
}

fn write(esc: Esc<'_>, value: &Value, data: &Value) -> PyResult {
    let units = units_of(esc, memory_of(esc, value)?.is_text, data)?;
    let count = units.len();
    with(esc, value, |content| {
        let at = content.at;
        if content.units.len() < at {
            content.units.resize(at, 0);
        }
        let overlap = (content.units.len() - at).min(count);
        content.units.splice(at..at + overlap, units);
        content.at = at + count;
    })?;
    Ok(int(esc, count as i64))
}

fn write_lines(esc: Esc<'_>, value: &Value, lines: &Value) -> PyResult {
    ops::iterate(esc, lines, |line| write(esc, value, &line).map(|_| true))?;
    Ok(none())
}

fn get_value(esc: Esc<'_>, value: &Value) -> PyResult {
    let units = with(esc, value, |content| content.units.clone())?;
    show(esc, value, &units)
}

fn seek(esc: Esc<'_>, value: &Value, args: &[Value]) -> PyResult {
    interp_object::args::check_count(esc, "seek", args.len(), 1, 2)?;
    let offset = ops::index_i64(esc, &args[0])?;
    let whence = args.get(1).map_or(Ok(0), |whence| ops::index_i64(esc, whence))?;
    if whence == 0 && offset < 0 {
        return Err(esc.value_error(format_args!("Negative seek position {offset}")));
    }
    let at = with(esc, value, |content| {
        let base = match whence {
            0 => 0,
            1 => content.at as i64,
            _ => content.units.len() as i64,
        };
        content.at = usize::try_from(base + offset).unwrap_or(0);
        content.at
    })?;
    Ok(int(esc, at as i64))
}

fn tell(esc: Esc<'_>, value: &Value) -> PyResult {
    Ok(int(esc, with(esc, value, |content| content.at)? as i64))
}

fn truncate(esc: Esc<'_>, value: &Value, args: &[Value]) -> PyResult {
    let limit = given(args.first()).map(|limit| ops::index_i64(esc, limit)).transpose()?;
    let size = with(esc, value, |content| {
        let size = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(content.at);
        content.units.truncate(size);
        size
    })?;
    Ok(int(esc, size as i64))
}

fn close(esc: Esc<'_>, value: &Value) -> PyResult {
    let memory = memory_of(esc, value)?;
    let mut content = lock(&memory.content);
    content.closed = true;
    content.units = Vec::new();
    Ok(none())
}

fn closed(esc: Esc<'_>, value: &Value) -> PyResult {
    Ok(singletons::bool(lock(&memory_of(esc, value)?.content).closed))
}
