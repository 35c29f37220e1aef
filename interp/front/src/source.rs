//! Bytes of a file to the text the parser reads: byte-order mark, PEP 263 cookie, newline translation.
//!
//! Apart because it must happen before anything knows about lines. UTF-8, Latin-1 and ASCII are
//! exact; the legacy encodings of the web come from tables; others are refused as CPython refuses unknown ones.

use std::borrow::Cow;

use interp_compile::error::ErrorKind;

use crate::failure::{Place, SyntaxFailure};

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Which decoder a file asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Latin1,
    Ascii,
    /// One of the encodings of the web, by table.
    Table(&'static encoding_rs::Encoding),
}

/// Decodes a source file as CPython's tokenizer does.
///
/// # Errors
/// A cookie that names an unknown encoding or contradicts the byte-order mark; bytes that the encoding does not allow.
pub fn decode<'s>(bytes: &'s [u8], filename: &str) -> Result<Cow<'s, str>, SyntaxFailure> {
    let (bytes, marked) = match bytes.strip_prefix(BOM) {
        Some(rest) => (rest, true),
        None => (bytes, false),
    };
    let cookie = cookie(bytes);
    let encoding = match &cookie {
        None => Encoding::Utf8,
        Some(name) => match lookup(name) {
            Some(Encoding::Utf8) if !marked || is_exact_utf8(name) => Encoding::Utf8,
            _ if marked => return Err(contradiction(name, bytes, filename)),
            Some(other) => other,
            None => return Err(unplaced(format!("unknown encoding: {name}"), filename)),
        },
    };
    match encoding {
        Encoding::Utf8 => utf8(bytes, filename),
        Encoding::Latin1 => Ok(Cow::Owned(bytes.iter().map(|&byte| char::from(byte)).collect())),
        Encoding::Table(table) => match table.decode_without_bom_handling_and_without_replacement(bytes) {
            Some(text) => Ok(text),
            None => {
                let msg = format!("(unicode error) '{}' codec can't decode bytes", cookie.unwrap_or_default());
                Err(unplaced(msg, filename))
            }
        },
        Encoding::Ascii => match bytes.iter().position(|byte| !byte.is_ascii()) {
            None => utf8(bytes, filename),
            Some(at) => {
                let byte = bytes[at];
                let msg =
                    format!("'ascii' codec can't decode byte 0x{byte:02x} in position {at}: ordinal not in range(128)");
                Err(unplaced(msg, filename))
            }
        },
    }
}

/// Decodes the program itself, which CPython's tokenizer reads line by line from its file: other words for some errors.
///
/// # Errors
/// As [`decode`], and null bytes.
pub fn decode_program<'s>(bytes: &'s [u8], filename: &str) -> Result<Cow<'s, str>, SyntaxFailure> {
    let text = decode(bytes, filename).map_err(|mut failure| {
        if failure.msg.starts_with("Non-UTF-8 code") {
            failure.msg = failure.msg.replacen(" on line", &format!(" in file {filename} on line"), 1);
        }
        failure
    })?;
    let Some(at) = text.find('\0') else { return Ok(text) };
    let before = &text[..at];
    let lineno = before.matches('\n').count() as u32 + 1;
    let line = before.rsplit('\n').next().map(str::to_owned);
    let place = Place { lineno, offset: 0, end_lineno: lineno, end_offset: 0, text: line };
    Err(placed("source code cannot contain null bytes".to_owned(), filename, place))
}

fn utf8<'s>(bytes: &'s [u8], filename: &str) -> Result<Cow<'s, str>, SyntaxFailure> {
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok(Cow::Borrowed(text)),
        Err(error) => error,
    };
    let at = error.valid_up_to();
    let lineno = bytes[..at].iter().filter(|&&byte| byte == b'\n').count() as u32 + 1;
    // CPython says the same when UTF-8 is declared.
    let msg = format!(
        "Non-UTF-8 code starting with '\\x{:02x}' on line {lineno}, but no encoding declared; \
         see https://peps.python.org/pep-0263/ for details",
        bytes[at]
    );
    let start = bytes[..at].iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
    let line = bytes[start..].split(|&byte| byte == b'\n').next().unwrap_or_default();
    let offset = String::from_utf8_lossy(&bytes[start..at]).chars().count() as i32 + 1;
    let text = Some(format!("{}\n", String::from_utf8_lossy(line)));
    Err(placed(msg, filename, Place { lineno, offset, end_lineno: lineno, end_offset: offset, text }))
}

/// An error about the encoding as a whole: CPython gives it line 0.
fn unplaced(msg: String, filename: &str) -> SyntaxFailure {
    placed(msg, filename, Place { lineno: 0, offset: -1, end_lineno: 0, end_offset: 0, text: None })
}

fn placed(msg: String, filename: &str, place: Place) -> SyntaxFailure {
    SyntaxFailure { kind: ErrorKind::Syntax, msg, filename: filename.to_owned(), place: Some(place) }
}

/// A cookie that contradicts the byte-order mark.
fn contradiction(name: &str, bytes: &[u8], filename: &str) -> SyntaxFailure {
    let normal = if lookup(name) == Some(Encoding::Latin1) { "iso-8859-1" } else { name };
    let mut lines = bytes.split(|&byte| byte == b'\n');
    let first = lines.next().unwrap_or_default();
    let (lineno, line) = if cookie(first).is_some() { (1, first) } else { (2, lines.next().unwrap_or_default()) };
    let text = String::from_utf8_lossy(line).into_owned();
    let end_offset = text.chars().count() as i32;
    let msg = format!("encoding problem: {normal} with BOM");
    placed(msg, filename, Place { lineno, offset: 0, end_lineno: lineno, end_offset, text: Some(text + "\n") })
}

/// The encoding named in a comment of the first two lines; the second counts only if the first is blank or a comment.
fn cookie(bytes: &[u8]) -> Option<String> {
    for line in bytes.split(|&byte| byte == b'\n' || byte == b'\r').take(2) {
        let start = line.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\x0c'));
        let Some(start) = start else { continue };
        if line[start] != b'#' {
            return None;
        }
        if let Some(name) = cookie_in(&line[start..]) {
            return Some(name);
        }
    }
    None
}

fn cookie_in(comment: &[u8]) -> Option<String> {
    let word = b"coding";
    for at in 0..comment.len().saturating_sub(word.len()) {
        if !comment[at..].starts_with(word) || !matches!(comment[at + word.len()], b':' | b'=') {
            continue;
        }
        let rest = &comment[at + word.len() + 1..];
        let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let name: String = rest[blanks..]
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
            .map(|&byte| char::from(byte))
            .collect();
        if !name.is_empty() {
            return Some(name);
        }
    }
    None
}

fn lookup(name: &str) -> Option<Encoding> {
    let name = name.to_ascii_lowercase().replace('_', "-");
    let is = |known: &str| name == known || name.strip_prefix(known).is_some_and(|rest| rest.starts_with('-'));
    if is("utf-8") || name == "utf8" || name == "u8" {
        Some(Encoding::Utf8)
    } else if is("latin-1") || is("iso-8859-1") || is("iso-latin-1") || name == "latin1" || name == "l1" {
        Some(Encoding::Latin1)
    } else if name == "ascii" || name == "us-ascii" {
        Some(Encoding::Ascii)
    } else {
        encoding_rs::Encoding::for_label(name.as_bytes()).map(Encoding::Table)
    }
}

/// With a byte-order mark CPython accepts no other spelling.
fn is_exact_utf8(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('_', "-");
    name == "utf-8" || name.starts_with("utf-8-")
}

/// Turns `\r\n` and lone `\r` into `\n`, as the tokenizer does before it looks at anything.
pub(crate) fn translate_newlines(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")) } else { text }
}
