//! The payload of file objects.

use std::io;
use std::sync::{Arc, Mutex, TryLockError};

use interp_object::data::bytes;
use interp_object::data::str::Str;
use interp_object::data::types::OBJECT;
use interp_object::layout::{self, Obj, Payload, ValueExt};
use interp_object::typeobj::TypeFlags;
use interp_object::{Esc, PyResult, TypeObject, Value, Word, interrupt};

use super::stream::{Handle, Standard, Stream};
use super::text::{self, Encoding};
use crate::util::{lock, os_error};

/// How a file shows its bytes.
#[derive(Clone, Debug)]
pub(super) struct TextMode {
    pub(super) encoding: Encoding,
    pub(super) encoding_name: String,
    pub(super) errors: String,
    /// Line ends are translated to `\n` when reading.
    pub(super) translate: bool,
    /// What `\n` becomes when writing, if it changes.
    pub(super) line_end: Option<&'static str>,
}

/// The payload of file objects.
pub(crate) struct File {
    stream: Arc<Mutex<Stream>>,
    pub(super) text: Option<TextMode>,
    pub(super) name: Value,
    pub(super) mode: String,
    pub(super) readable: bool,
    pub(super) writable: bool,
}

impl Payload for File {
    const NAME: &'static str = "file";
    fn class() -> &'static TypeObject {
        &TEXT_IO_WRAPPER
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        visit(self.name.word());
    }
}

const FLAGS: TypeFlags = TypeFlags::BASE.union(TypeFlags::WEAKREF);

/// `_io.TextIOWrapper`
pub(super) static TEXT_IO_WRAPPER: TypeObject = TypeObject::builtin::<File>("_io.TextIOWrapper", Some(&OBJECT), FLAGS);
/// `_io.BufferedReader`
pub(super) static BUFFERED_READER: TypeObject = TypeObject::builtin::<File>("_io.BufferedReader", Some(&OBJECT), FLAGS);
/// `_io.BufferedWriter`
pub(super) static BUFFERED_WRITER: TypeObject = TypeObject::builtin::<File>("_io.BufferedWriter", Some(&OBJECT), FLAGS);
/// `_io.BufferedRandom`
pub(super) static BUFFERED_RANDOM: TypeObject = TypeObject::builtin::<File>("_io.BufferedRandom", Some(&OBJECT), FLAGS);
/// `_io.FileIO`
pub(super) static FILE_IO: TypeObject = TypeObject::builtin::<File>("_io.FileIO", Some(&OBJECT), FLAGS);

/// All types of file objects.
pub(super) static CLASSES: [&TypeObject; 5] =
    [&TEXT_IO_WRAPPER, &BUFFERED_READER, &BUFFERED_WRITER, &BUFFERED_RANDOM, &FILE_IO];

impl File {
    /// A file over a handle.
    pub(super) fn new(handle: Handle, name: Value, mode: String, text: Option<TextMode>) -> Self {
        let plus = mode.contains('+');
        File {
            stream: Arc::new(Mutex::new(Stream::new(handle))),
            text,
            name,
            readable: plus || mode.contains('r'),
            writable: plus || !mode.contains('r'),
            mode,
        }
    }

    /// A standard stream.
    pub(crate) fn standard(esc: Esc<'_>, which: Standard, unbuffered: bool) -> Obj<File> {
        let (name, mode) = match which {
            Standard::In => ("<stdin>", "r"),
            Standard::Out => ("<stdout>", "w"),
            Standard::Err => ("<stderr>", "w"),
        };
        let errors = if which == Standard::Err { "backslashreplace" } else { "strict" };
        let text = TextMode {
            encoding: Encoding::Utf8,
            encoding_name: "utf-8".to_owned(),
            errors: errors.to_owned(),
            translate: which == Standard::In,
            line_end: None,
        };
        let name = crate::util::text(esc, name);
        let file = File::new(Handle::Standard(which), name, mode.to_owned(), Some(text));
        {
            let mut stream = lock(&file.stream);
            stream.line_buffered = which == Standard::Err || stream.is_terminal();
            stream.unbuffered = unbuffered && which != Standard::In;
        }
        layout::new(esc, file)
    }

    pub(crate) fn is_text(&self) -> bool {
        self.text.is_some()
    }

    /// The same stream as bytes (`buffer`).
    pub(super) fn as_binary(&self) -> File {
        File {
            stream: Arc::clone(&self.stream),
            text: None,
            name: self.name.clone(),
            mode: format!("{}b", self.mode),
            readable: self.readable,
            writable: self.writable,
        }
    }

    /// Runs `work` on the stream, detached: it may block, and the lock is taken and released while detached, so that
    /// nobody waits for it who could stop the world.
    pub(super) fn with<R: Send>(&self, esc: Esc<'_>, work: impl FnOnce(&mut Stream) -> R) -> R {
        esc.blocking(|| work(&mut lock(&self.stream)))
    }

    /// As [`File::with`] for an operation that may fail. One that was interrupted begins again, unless that raises.
    pub(super) fn io<R: Send>(&self, esc: Esc<'_>, work: impl Fn(&mut Stream) -> io::Result<R>) -> PyResult<R> {
        loop {
            let closed = |stream: &mut Stream| if stream.is_closed() { Err(None) } else { work(stream).map_err(Some) };
            match self.with(esc, closed) {
                Ok(value) => return Ok(value),
                Err(None) => return Err(esc.value_error("I/O operation on closed file.")),
                Err(Some(error)) if error.kind() == io::ErrorKind::Interrupted => interrupt::serve(esc)?,
                Err(Some(error)) => return Err(os_error(esc, &error, None)),
            }
        }
    }

    /// Writes bytes: into the buffer if there is room, which does not block.
    pub(super) fn write_bytes(&self, esc: Esc<'_>, data: &[u8]) -> PyResult<()> {
        match self.stream.try_lock() {
            Ok(mut stream) if stream.has_room(data) => {
                // Into the buffer only: no system call, so attached is fine.
                if stream.write(data).is_ok() {
                    return Ok(());
                }
            }
            Ok(_) | Err(TryLockError::WouldBlock | TryLockError::Poisoned(_)) => {}
        }
        self.io(esc, |stream| stream.write(data))
    }

    /// Writes text that is known to be UTF-8 without surrogates.
    pub(crate) fn write_utf8(&self, esc: Esc<'_>, data: &str) -> PyResult<()> {
        match &self.text {
            Some(mode) if mode.encoding == Encoding::Utf8 || data.is_ascii() => match mode.line_end {
                None => self.write_bytes(esc, data.as_bytes()),
                Some(end) => self.write_bytes(esc, data.replace('\n', end).as_bytes()),
            },
            _ => {
                let value = crate::util::text(esc, data);
                self.write_str(esc, &value)
            }
        }
    }

    /// Writes a `str`.
    pub(crate) fn write_str(&self, esc: Esc<'_>, value: &Value) -> PyResult<()> {
        let (Some(source), Some(mode)) = (value.payload::<Str>(), &self.text) else {
            return Err(esc.type_error(format_args!("write() argument must be str, not {}", value.class().name())));
        };
        if let (Some(ascii), None) = (source.as_ascii(), mode.line_end) {
            return self.write_bytes(esc, ascii.as_bytes());
        }
        let mut data = text::encode(esc, value, source, mode.encoding, &mode.errors)?;
        if let Some(end) = mode.line_end {
            data = String::from_utf8_lossy(&data).replace('\n', end).into_bytes();
        }
        self.write_bytes(esc, &data)
    }

    /// Writes what waits.
    pub(crate) fn flush(&self, esc: Esc<'_>) -> PyResult<()> {
        self.io(esc, Stream::flush)
    }

    /// As [`File::flush`]; a closed file is fine. `false` if it failed.
    pub(crate) fn flush_quietly(&self, esc: Esc<'_>) -> bool {
        self.with(esc, |stream| stream.flush().is_ok())
    }

    /// A line as Python sees it: `str` or `bytes`.
    pub(super) fn read_line(&self, esc: Esc<'_>, limit: Option<usize>) -> PyResult {
        let line = self.io(esc, |stream| stream.read_line(limit))?;
        self.show(esc, &line)
    }

    /// Everything up to `limit` characters (text) or bytes.
    pub(super) fn read(&self, esc: Esc<'_>, limit: Option<usize>) -> PyResult {
        let (Some(limit), Some(mode)) = (limit, &self.text) else {
            let data = self.io(esc, |stream| stream.read(limit))?;
            return self.show(esc, &data);
        };
        if mode.encoding != Encoding::Utf8 {
            let data = self.io(esc, |stream| stream.read(Some(limit)))?;
            return self.show(esc, &data);
        }
        let data = self.io(esc, |stream| {
            let mut data = Vec::new();
            for _ in 0..limit {
                let first = stream.read(Some(1))?;
                let Some(&byte) = first.first() else { break };
                data.push(byte);
                let more = match byte {
                    0xC0..=0xDF => 1,
                    0xE0..=0xEF => 2,
                    0xF0..=0xFF => 3,
                    _ => 0,
                };
                data.extend(stream.read(Some(more))?);
            }
            Ok(data)
        })?;
        self.show(esc, &data)
    }

    fn show(&self, esc: Esc<'_>, data: &[u8]) -> PyResult {
        match &self.text {
            None => Ok(bytes::new(esc, data).into_value()),
            Some(mode) => {
                let chars = text::decode(esc, data, mode.encoding, &mode.errors)?;
                Ok(text::string(esc, chars, mode.translate))
            }
        }
    }
}
