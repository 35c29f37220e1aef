//! Files: `open`, the standard streams, `StringIO` and `BytesIO`, and the module `_io`.
//!
//! One native object stands for what CPython stacks from three (raw, buffered, text): a [`stream::Stream`] does the system
//! calls and the buffering, [`file::File`] shows it to Python as text or as bytes.

pub(crate) mod file;
mod memory;
mod methods;
mod open;
mod stream;
mod text;

use interp_object::builder::ModuleBuilder;
use interp_object::data::module::Module;
use interp_object::intern::intern;
use interp_object::layout::{Obj, ValueExt};
use interp_object::native::{MethodDef, NativeFn};
use interp_object::{Esc, PyResult, Value, call};

pub(crate) use file::File;
pub(crate) use open::{OPEN_DOC, open};
pub(crate) use stream::Standard;

use crate::util::text;

/// Makes the types ready.
pub(crate) fn init(esc: Esc<'_>) {
    methods::init(esc);
    memory::init(esc);
}

/// The module `_io`.
pub(crate) fn module(esc: Esc<'_>) -> Obj<Module> {
    let builder = ModuleBuilder::new(esc, "_io")
        .functions(FUNCTIONS)
        .value("DEFAULT_BUFFER_SIZE", crate::util::int(esc, 131_072))
        .value("BlockingIOError", interp_object::data::exception::BLOCKING_IO_ERROR.value())
        .class(&memory::STRING_IO)
        .class(&memory::BYTES_IO);
    file::CLASSES.iter().fold(builder, |builder, class| builder.class(class)).finish()
}

const FUNCTIONS: &[MethodDef] = &[
    MethodDef::new("open", NativeFn::Full(open), OPEN_DOC),
    MethodDef::new("open_code", NativeFn::One(open_code), "open_code($module, /, path)\n--\n\nOpens a file of code."),
    MethodDef::new("text_encoding", NativeFn::Positional(text_encoding), "The encoding to use for text files."),
];

fn open_code(esc: Esc<'_>, module: &Value, path: &Value) -> PyResult {
    let args = [path.clone(), text(esc, "rb")];
    open(esc, module, interp_object::Args::positional(&args))
}

fn text_encoding(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    match args.first() {
        Some(encoding) if !encoding.is_none() => Ok(encoding.clone()),
        _ => Ok(text(esc, "locale")),
    }
}

/// Writes text to any file-like object: without a call if it is a text file of ours.
pub(crate) fn write_text(esc: Esc<'_>, stream: &Value, data: &str) -> PyResult<()> {
    if let Some(file) = stream.payload::<File>()
        && file.is_text()
    {
        return file.write_utf8(esc, data);
    }
    call::call_method(esc, stream, &intern(esc, "write"), &[text(esc, data)])?;
    Ok(())
}

/// Flushes any file-like object.
pub(crate) fn flush(esc: Esc<'_>, stream: &Value) -> PyResult<()> {
    if let Some(file) = stream.payload::<File>() {
        return file.flush(esc);
    }
    call::call_method(esc, stream, &intern(esc, "flush"), &[]).map(drop)
}

/// The text of a path argument (`str`, `bytes` or `os.PathLike`).
pub(crate) fn path_text(esc: Esc<'_>, file: &Value) -> PyResult<String> {
    Ok(open::path_of(esc, file)?.to_string_lossy().into_owned())
}
