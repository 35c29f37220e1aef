//! `print` and `input`.

use interp_object::layout::ValueExt;
use interp_object::{Args, Esc, PyResult, Value, args, data::exception as exc, ops};

use crate::io;
use crate::runtime::runtime;
use crate::util::{none, text};

/// `print(*values, sep=' ', end='\n', file=None, flush=False)`
pub(super) fn print(esc: Esc<'_>, _: &Value, args: Args<'_>) -> PyResult {
    let (mut separator, mut end, mut file, mut flush) = (None, None, None, false);
    for (name, value) in args.keywords() {
        match ops::text_lossy(name).as_str() {
            "sep" => separator = spacing(esc, "sep", value)?,
            "end" => end = spacing(esc, "end", value)?,
            "file" => file = Some(value.clone()).filter(|file| !file.is_none()),
            "flush" => flush = ops::truthy(esc, value)?,
            other => {
                return Err(esc.type_error(format_args!("print() got an unexpected keyword argument '{other}'")));
            }
        }
    }
    let file = match file {
        Some(file) => file,
        None => match runtime().sys.dict().get_str(esc, "stdout") {
            Some(stdout) if stdout.is_none() => return Ok(none()),
            Some(stdout) => stdout,
            None => return Err(esc.runtime_error("lost sys.stdout")),
        },
    };
    if let Some(native) = file.payload::<io::File>()
        && native.is_text()
    {
        print_native(esc, native, args.pos(), separator.as_ref(), end.as_ref())?;
        if flush {
            native.flush(esc)?;
        }
        return Ok(none());
    }
    let write = interp_object::intern::intern(esc, "write");
    for (index, value) in args.pos().iter().enumerate() {
        if index > 0 {
            let separator = separator.clone().unwrap_or_else(|| text(esc, " "));
            interp_object::call::call_method(esc, &file, &write, &[separator])?;
        }
        let shown = ops::to_str(esc, value)?.into_value();
        interp_object::call::call_method(esc, &file, &write, &[shown])?;
    }
    let end = end.unwrap_or_else(|| text(esc, "\n"));
    interp_object::call::call_method(esc, &file, &write, &[end])?;
    if flush {
        io::flush(esc, &file)?;
    }
    Ok(none())
}

fn spacing(esc: Esc<'_>, name: &str, value: &Value) -> PyResult<Option<Value>> {
    if value.is_none() {
        return Ok(None);
    }
    if value.payload::<interp_object::data::str::Str>().is_none() {
        let class = value.class().name();
        return Err(esc.type_error(format_args!("{name} must be None or a string, not {class}")));
    }
    Ok(Some(value.clone()))
}

/// Puts a line together and writes it at once, so that lines of several threads do not mix.
fn print_native(
    esc: Esc<'_>,
    file: &io::File,
    values: &[Value],
    separator: Option<&Value>,
    end: Option<&Value>,
) -> PyResult<()> {
    let mut line = String::new();
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            match separator {
                None => line.push(' '),
                Some(separator) => push(esc, file, &mut line, separator)?,
            }
        }
        let shown = ops::to_str(esc, value)?;
        push(esc, file, &mut line, shown.value())?;
    }
    match end {
        None => line.push('\n'),
        Some(end) => push(esc, file, &mut line, end)?,
    }
    file.write_utf8(esc, &line)
}

/// Appends a `str`. Text with lone surrogates is written on its own, so that the file's error handler sees it.
fn push(esc: Esc<'_>, file: &io::File, line: &mut String, value: &Value) -> PyResult<()> {
    match ops::expect_str(esc, value, "print() argument")?.to_utf8() {
        Ok(text) => line.push_str(&text),
        Err(_) => {
            file.write_utf8(esc, &std::mem::take(line))?;
            file.write_str(esc, value)?;
        }
    }
    Ok(())
}

/// `input(prompt='')`
pub(super) fn input(esc: Esc<'_>, _: &Value, values: &[Value]) -> PyResult {
    args::check_count(esc, "input", values.len(), 0, 1)?;
    let stream = |name: &str| runtime().sys.dict().get_str(esc, name).filter(|stream| !stream.is_none());
    let Some(stdin) = stream("stdin") else { return Err(esc.runtime_error("input(): lost sys.stdin")) };
    let Some(stdout) = stream("stdout") else { return Err(esc.runtime_error("input(): lost sys.stdout")) };
    if let Some(prompt) = values.first() {
        let prompt = ops::to_str(esc, prompt)?;
        io::write_text(esc, &stdout, &prompt.to_lossy())?;
    }
    io::flush(esc, &stdout)?;
    let line = interp_object::call::call_method(esc, &stdin, &interp_object::intern::intern(esc, "readline"), &[])?;
    let line = crate::util::string_arg(esc, &line, "object.readline() returned non-string: it")?;
    if line.is_empty() {
        return Err(esc.raise_str(&exc::EOF_ERROR, "EOF when reading a line"));
    }
    Ok(text(esc, line.strip_suffix('\n').unwrap_or(&line)))
}
