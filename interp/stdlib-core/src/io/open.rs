//! `open`.

use std::fs::OpenOptions;
use std::path::PathBuf;

use interp_object::args::Signature;
use interp_object::data::bytes::Bytes;
use interp_object::layout::{self, ValueExt};
use interp_object::{Args, Esc, PyResult, TypeObject, Value, call, intern, ops};

use super::file::{BUFFERED_RANDOM, BUFFERED_READER, BUFFERED_WRITER, FILE_IO, File, TEXT_IO_WRAPPER, TextMode};
use super::stream::Handle;
use super::text::Encoding;
use crate::util::{given, os_error, string_arg};

pub(crate) const OPEN_DOC: &str = "open($module, /, file, mode='r', buffering=-1, encoding=None,\n     errors=None, newline=None, closefd=True, opener=None)\n--\n\nOpen file and return a stream.";

const SIGNATURE: Signature<8> =
    Signature::new("open", ["file", "mode", "buffering", "encoding", "errors", "newline", "closefd", "opener"], 1);

struct Mode {
    base: char,
    plus: bool,
    binary: bool,
}

/// `open(file, mode='r', …)`
pub(crate) fn open(esc: Esc<'_>, _: &Value, args: Args<'_>) -> PyResult {
    let [file, mode, buffering, encoding, errors, newline, _, _] = args.bind(esc, &SIGNATURE)?;
    let Some(file) = file else { return Err(esc.type_error("open() missing required argument 'file' (pos 1)")) };
    let shown = mode.map_or(Ok("r".to_owned()), |mode| string_arg(esc, mode, "open() argument 'mode'"))?;
    let mode = parse_mode(esc, &shown)?;
    let buffering = buffering.map_or(Ok(-1), |buffering| ops::index_i64(esc, buffering))?;
    if mode.binary {
        for (option, name) in [(encoding, "an encoding"), (errors, "an errors"), (newline, "a newline")] {
            if given(option).is_some() {
                return Err(esc.value_error(format_args!("binary mode doesn't take {name} argument")));
            }
        }
    } else if buffering == 0 {
        return Err(esc.value_error("can't have unbuffered text I/O"));
    }
    let text = if mode.binary { None } else { Some(text_mode(esc, given(encoding), given(errors), given(newline))?) };
    let path = path_of(esc, file)?;
    let mut options = OpenOptions::new();
    match mode.base {
        'r' => options.read(true).write(mode.plus),
        'w' => options.write(true).create(true).truncate(true).read(mode.plus),
        'a' => options.append(true).create(true).read(mode.plus),
        _ => options.write(true).create_new(true).read(mode.plus),
    };
    let opened = esc.blocking(|| {
        let file = options.open(&path)?;
        if file.metadata()?.is_dir() { Err(std::io::Error::from_raw_os_error(21)) } else { Ok(file) }
    });
    let handle = match opened {
        Ok(handle) => Handle::Disk(handle),
        Err(error) => return Err(os_error(esc, &error, Some(file))),
    };
    let class: &TypeObject = match (&text, buffering, mode.plus, mode.base) {
        (Some(_), ..) => &TEXT_IO_WRAPPER,
        (None, 0, ..) => &FILE_IO,
        (None, _, true, _) => &BUFFERED_RANDOM,
        (None, _, false, 'r') => &BUFFERED_READER,
        _ => &BUFFERED_WRITER,
    };
    let shown = if mode.binary { binary_mode(&mode) } else { shown };
    let object = layout::new_with_type(esc, class, File::new(handle, file.clone(), shown, text));
    object.with(esc, |stream| {
        stream.unbuffered = buffering == 0;
        stream.line_buffered = buffering == 1;
    });
    Ok(object.into_value())
}

fn binary_mode(mode: &Mode) -> String {
    let plus = if mode.plus { "+" } else { "" };
    format!("{}b{plus}", mode.base)
}

fn parse_mode(esc: Esc<'_>, text: &str) -> PyResult<Mode> {
    let has = |c: char| text.contains(c);
    let repeated = text.char_indices().any(|(at, c)| text[..at].contains(c));
    if repeated || text.chars().any(|c| !"rwaxbt+".contains(c)) {
        return Err(esc.value_error(format_args!("invalid mode: '{text}'")));
    }
    if has('t') && has('b') {
        return Err(esc.value_error("can't have text and binary mode at once"));
    }
    let bases: Vec<char> = text.chars().filter(|c| "rwax".contains(*c)).collect();
    match bases.as_slice() {
        [base] => Ok(Mode { base: *base, plus: has('+'), binary: has('b') }),
        [] => Err(esc.value_error("Must have exactly one of create/read/write/append mode and at most one plus")),
        _ => Err(esc.value_error("must have exactly one of create/read/write/append mode")),
    }
}

fn text_mode(
    esc: Esc<'_>,
    encoding: Option<&Value>,
    errors: Option<&Value>,
    newline: Option<&Value>,
) -> PyResult<TextMode> {
    let name = encoding.map_or(Ok("UTF-8".to_owned()), |name| string_arg(esc, name, "open() argument 'encoding'"))?;
    let errors = errors.map_or(Ok("strict".to_owned()), |name| string_arg(esc, name, "open() argument 'errors'"))?;
    let newline = newline.map(|newline| string_arg(esc, newline, "open() argument 'newline'")).transpose()?;
    let Some(encoding) = Encoding::find(&name) else {
        let message = format!("unknown encoding: {name}");
        return Err(esc.raise_str(&interp_object::data::exception::LOOKUP_ERROR, message));
    };
    let line_end = match newline.as_deref() {
        None | Some("" | "\n") => None,
        Some("\r") => Some("\r"),
        Some("\r\n") => Some("\r\n"),
        Some(other) => return Err(esc.value_error(format_args!("illegal newline value: {other}"))),
    };
    Ok(TextMode { encoding, encoding_name: name, errors, translate: newline.is_none(), line_end })
}

/// The path an argument names: `str`, `bytes`, or an object with `__fspath__`.
pub(crate) fn path_of(esc: Esc<'_>, file: &Value) -> PyResult<PathBuf> {
    use std::os::unix::ffi::OsStringExt as _;
    if let Some(text) = file.payload::<interp_object::data::str::Str>() {
        let text = text.to_lossy().into_owned();
        if text.contains('\0') {
            return Err(esc.value_error("embedded null byte"));
        }
        return Ok(PathBuf::from(text));
    }
    if let Some(bytes) = file.payload::<Bytes>() {
        return Ok(PathBuf::from(std::ffi::OsString::from_vec(bytes.as_slice().to_vec())));
    }
    if let Some(descriptor) = file.as_int() {
        return Ok(PathBuf::from(format!("/dev/fd/{descriptor}")));
    }
    match call::call_special(esc, file, intern::names::fspath(esc), &[])? {
        Some(path) if path.class().slots.call.is_empty() => path_of(esc, &path),
        _ => {
            Err(esc.type_error(format_args!("expected str, bytes or os.PathLike object, not {}", file.class().name())))
        }
    }
}
