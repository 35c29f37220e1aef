//! What Python code can do with a file object.

use std::io::SeekFrom;

use interp_object::builder::TypeBuilder;
use interp_object::data::bytes::Bytes;
use interp_object::data::{list, singletons};
use interp_object::layout::{self, ValueExt};
use interp_object::native::{GetSetDef, MethodDef, NativeFn};
use interp_object::{Args, Esc, PyResult, Value, ops};

use super::file::{self, BUFFERED_RANDOM, BUFFERED_READER, BUFFERED_WRITER, FILE_IO, File, TEXT_IO_WRAPPER};
use crate::util::{int, none, text};

/// Fills the types of file objects.
pub(super) fn init(esc: Esc<'_>) {
    for class in [&TEXT_IO_WRAPPER, &BUFFERED_READER, &BUFFERED_WRITER, &BUFFERED_RANDOM, &FILE_IO] {
        TypeBuilder::new(esc, class).methods(METHODS).getsets(GETSETS).slots(|slots| {
            slots.repr.set(Some(repr));
            slots.iter.set(Some(iter));
            slots.next.set(Some(next));
        });
    }
}

fn file_of<'v>(esc: Esc<'_>, value: &'v Value) -> PyResult<&'v File> {
    value.payload::<File>().ok_or_else(|| esc.type_error("a file object was expected"))
}

const METHODS: &[MethodDef] = &[
    MethodDef::new("read", NativeFn::Positional(read), "Reads up to a number of characters or bytes, or to the end."),
    MethodDef::new("read1", NativeFn::Positional(read), "Reads up to a number of bytes."),
    MethodDef::new("readall", NativeFn::Positional(read), "Reads to the end."),
    MethodDef::new("readinto", NativeFn::One(read_into), "Reads bytes into a buffer."),
    MethodDef::new("readline", NativeFn::Positional(read_line), "Reads a line with its end."),
    MethodDef::new("readlines", NativeFn::Positional(read_lines), "All lines that are left."),
    MethodDef::new("write", NativeFn::One(write), "Writes; gives the number of characters or bytes."),
    MethodDef::new("writelines", NativeFn::One(write_lines), "Writes every item of an iterable."),
    MethodDef::new("flush", NativeFn::NoArgs(flush), "Writes what is buffered."),
    MethodDef::new("close", NativeFn::NoArgs(close), "Flushes and closes."),
    MethodDef::new("fileno", NativeFn::NoArgs(fileno), "The file descriptor."),
    MethodDef::new("isatty", NativeFn::NoArgs(isatty), "Whether it is a terminal."),
    MethodDef::new("readable", NativeFn::NoArgs(readable), "Whether it can be read."),
    MethodDef::new("writable", NativeFn::NoArgs(writable), "Whether it can be written."),
    MethodDef::new("seekable", NativeFn::NoArgs(seekable), "Whether the position can be set."),
    MethodDef::new("seek", NativeFn::Positional(seek), "Sets the position."),
    MethodDef::new("tell", NativeFn::NoArgs(tell), "The position."),
    MethodDef::new("truncate", NativeFn::Positional(truncate), "Cuts the file at the position."),
    MethodDef::new("reconfigure", NativeFn::Full(reconfigure), "Changes line buffering."),
    MethodDef::new("__enter__", NativeFn::NoArgs(enter), "The file itself."),
    MethodDef::new("__exit__", NativeFn::Positional(exit), "Closes the file."),
];

const GETSETS: &[GetSetDef] = &[
    GetSetDef::readonly("name", |esc, file| Ok(file_of(esc, file)?.name.clone()), "What was opened."),
    GetSetDef::readonly("mode", |esc, file| Ok(text(esc, &file_of(esc, file)?.mode)), "How it was opened."),
    GetSetDef::readonly("closed", closed, "Whether it is closed."),
    GetSetDef::readonly("encoding", encoding, "The encoding of a text file."),
    GetSetDef::readonly("errors", errors, "The error handler of a text file."),
    GetSetDef::readonly("newlines", |_, _| Ok(none()), "Line ends seen: not recorded."),
    GetSetDef::readonly("line_buffering", line_buffering, "Whether a line end flushes."),
    GetSetDef::readonly("buffer", buffer, "The same file as bytes."),
];

fn repr(esc: Esc<'_>, value: &Value) -> PyResult {
    let file = file_of(esc, value)?;
    let name = ops::repr_lossy(esc, &file.name);
    let class = value.class().static_name();
    Ok(text(
        esc,
        &match &file.text {
            Some(mode) => format!("<{class} name={name} mode='{}' encoding='{}'>", file.mode, mode.encoding_name),
            None => format!("<{class} name={name}>"),
        },
    ))
}

fn iter(esc: Esc<'_>, value: &Value) -> PyResult {
    file_of(esc, value)?.io(esc, |_| Ok(()))?;
    Ok(value.clone())
}

fn next(esc: Esc<'_>, value: &Value) -> PyResult<Option<Value>> {
    let line = read_line(esc, value, &[])?;
    Ok(Some(line).filter(|line| ops::len(esc, line).is_ok_and(|len| len > 0)))
}

fn limit(esc: Esc<'_>, args: &[Value]) -> PyResult<Option<usize>> {
    match args.first() {
        Some(limit) if !limit.is_none() => Ok(usize::try_from(ops::index_i64(esc, limit)?).ok()),
        _ => Ok(None),
    }
}

fn check_readable(esc: Esc<'_>, file: &File) -> PyResult<()> {
    if file.readable { Ok(()) } else { Err(unsupported(esc, if file.is_text() { "not readable" } else { "read" })) }
}

fn unsupported(esc: Esc<'_>, what: &str) -> interp_object::Raised {
    let class = crate::io::memory::unsupported_operation(esc);
    match interp_object::TypeObject::from_value(&class) {
        Some(class) => esc.raise_str(class, what),
        None => esc.value_error(what),
    }
}

fn read(esc: Esc<'_>, value: &Value, args: &[Value]) -> PyResult {
    let file = file_of(esc, value)?;
    check_readable(esc, file)?;
    file.read(esc, limit(esc, args)?)
}

fn read_into(esc: Esc<'_>, value: &Value, target: &Value) -> PyResult {
    let room = ops::len(esc, target)?;
    let data = read(esc, value, &[interp_object::data::int::from_usize(esc, room)])?;
    let count = ops::len(esc, &data)?;
    let slice = interp_object::data::slice::new(esc, int(esc, 0), int(esc, count as i64), none()).into_value();
    ops::set_item(esc, target, &slice, &data)?;
    Ok(int(esc, count as i64))
}

fn read_line(esc: Esc<'_>, value: &Value, args: &[Value]) -> PyResult {
    let file = file_of(esc, value)?;
    check_readable(esc, file)?;
    file.read_line(esc, limit(esc, args)?)
}

fn read_lines(esc: Esc<'_>, value: &Value, _: &[Value]) -> PyResult {
    let lines = ops::collect(esc, value)?;
    Ok(list::new(esc, lines).into_value())
}

fn write(esc: Esc<'_>, value: &Value, data: &Value) -> PyResult {
    let file = file_of(esc, value)?;
    if !file.writable {
        return Err(unsupported(esc, if file.is_text() { "not writable" } else { "write" }));
    }
    if file.is_text() {
        file.write_str(esc, data)?;
        return Ok(int(esc, ops::len(esc, data)? as i64));
    }
    if let Some(bytes) = data.payload::<Bytes>() {
        file.write_bytes(esc, bytes.as_slice())?;
        return Ok(int(esc, bytes.as_slice().len() as i64));
    }
    if data.payload::<interp_object::data::str::Str>().is_some() {
        return Err(esc.type_error("a bytes-like object is required, not 'str'"));
    }
    let bytes = interp_object::call::call(esc, &interp_object::data::bytes::BYTES.value(), std::slice::from_ref(data))?;
    write(esc, value, &bytes)
}

fn write_lines(esc: Esc<'_>, value: &Value, lines: &Value) -> PyResult {
    ops::iterate(esc, lines, |line| write(esc, value, &line).map(|_| true))?;
    Ok(none())
}

fn flush(esc: Esc<'_>, value: &Value) -> PyResult {
    file_of(esc, value)?.flush(esc)?;
    Ok(none())
}

fn close(esc: Esc<'_>, value: &Value) -> PyResult {
    let result = file_of(esc, value)?.with(esc, |stream| stream.close());
    match result {
        Ok(()) => Ok(none()),
        Err(error) => Err(crate::util::os_error(esc, &error, None)),
    }
}

fn fileno(esc: Esc<'_>, value: &Value) -> PyResult {
    let descriptor = file_of(esc, value)?.io(esc, |stream| Ok(stream.descriptor()))?;
    Ok(int(esc, i64::from(descriptor.unwrap_or(-1))))
}

fn isatty(esc: Esc<'_>, value: &Value) -> PyResult {
    Ok(singletons::bool(file_of(esc, value)?.io(esc, |stream| Ok(stream.is_terminal()))?))
}

fn readable(esc: Esc<'_>, value: &Value) -> PyResult {
    Ok(singletons::bool(file_of(esc, value)?.readable))
}

fn writable(esc: Esc<'_>, value: &Value) -> PyResult {
    Ok(singletons::bool(file_of(esc, value)?.writable))
}

fn seekable(esc: Esc<'_>, value: &Value) -> PyResult {
    Ok(singletons::bool(file_of(esc, value)?.io(esc, |stream| Ok(stream.is_seekable()))?))
}

fn seek(esc: Esc<'_>, value: &Value, args: &[Value]) -> PyResult {
    interp_object::args::check_count(esc, "seek", args.len(), 1, 2)?;
    let offset = ops::index_i64(esc, &args[0])?;
    let whence = args.get(1).map_or(Ok(0), |whence| ops::index_i64(esc, whence))?;
    let file = file_of(esc, value)?;
    if file.is_text() && whence != 0 && offset != 0 {
        let from = if whence == 1 { "cur" } else { "end" };
        return Err(unsupported(esc, &format!("can't do nonzero {from}-relative seeks")));
    }
    let to = match (whence, u64::try_from(offset)) {
        (0, Ok(offset)) => SeekFrom::Start(offset),
        (0, Err(_)) => return Err(esc.value_error(format_args!("negative seek position {offset}"))),
        (1, _) => SeekFrom::Current(offset),
        (2, _) => SeekFrom::End(offset),
        _ => return Err(esc.value_error(format_args!("invalid whence ({whence}, should be 0, 1 or 2)"))),
    };
    let at = file.io(esc, |stream| {
        if whence == 1 {
            let at = stream.tell()?.cast_signed() + offset;
            return stream.seek(SeekFrom::Start(at.max(0).cast_unsigned()));
        }
        stream.seek(to)
    })?;
    Ok(int(esc, at.cast_signed()))
}

fn tell(esc: Esc<'_>, value: &Value) -> PyResult {
    Ok(int(esc, file_of(esc, value)?.io(esc, |stream| stream.tell())?.cast_signed()))
}

fn truncate(esc: Esc<'_>, value: &Value, args: &[Value]) -> PyResult {
    let file = file_of(esc, value)?;
    let size = match limit(esc, args)? {
        Some(size) => size as u64,
        None => file.io(esc, |stream| stream.tell())?,
    };
    file.io(esc, |stream| stream.truncate(size))?;
    Ok(int(esc, size.cast_signed()))
}

fn reconfigure(esc: Esc<'_>, value: &Value, args: Args<'_>) -> PyResult {
    let file = file_of(esc, value)?;
    for (name, option) in args.keywords() {
        if ops::text_lossy(name) == "line_buffering" && !option.is_none() {
            let on = ops::truthy(esc, option)?;
            file.with(esc, |stream| stream.line_buffered = on);
        }
    }
    Ok(none())
}

fn enter(esc: Esc<'_>, value: &Value) -> PyResult {
    iter(esc, value)
}

fn exit(esc: Esc<'_>, value: &Value, _: &[Value]) -> PyResult {
    close(esc, value)
}

fn closed(esc: Esc<'_>, value: &Value) -> PyResult {
    Ok(singletons::bool(file_of(esc, value)?.with(esc, |stream| stream.is_closed())))
}

fn encoding(esc: Esc<'_>, value: &Value) -> PyResult {
    let mode = file_of(esc, value)?.text.as_ref();
    Ok(mode.map_or_else(none, |mode| text(esc, &mode.encoding_name)))
}

fn errors(esc: Esc<'_>, value: &Value) -> PyResult {
    let mode = file_of(esc, value)?.text.as_ref();
    Ok(mode.map_or_else(none, |mode| text(esc, &mode.errors)))
}

fn line_buffering(esc: Esc<'_>, value: &Value) -> PyResult {
    Ok(singletons::bool(file_of(esc, value)?.with(esc, |stream| stream.line_buffered)))
}

fn buffer(esc: Esc<'_>, value: &Value) -> PyResult {
    let file = file_of(esc, value)?;
    let class = if file.readable { &file::BUFFERED_READER } else { &file::BUFFERED_WRITER };
    Ok(layout::new_with_type(esc, class, file.as_binary()).into_value())
}
