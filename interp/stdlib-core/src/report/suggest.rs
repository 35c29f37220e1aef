//! "Did you mean": names close to a missing one, and modules that were not imported.
//!
//! The distance and its limits are those of CPython's `Python/suggestions.c`.

use interp_object::data::exception::{self as exc, Exception};
use interp_object::data::str::Str;
use interp_object::data::traceback::Traceback;
use interp_object::layout::ValueExt;
use interp_object::{Esc, Value, call, intern, ops};

use crate::runtime::runtime;
use crate::util::{quiet_attr, text_of};

const MAX_CANDIDATES: usize = 750;
const MAX_NAME: usize = 40;
const MOVE_COST: usize = 2;
const CASE_COST: usize = 1;

/// What is put behind the message of an `AttributeError`, `NameError` or `ImportError`.
pub(super) fn suggestion(esc: Esc<'_>, exception: &Value) -> String {
    let class = exception.class();
    let (is_import, is_name) = (class.is_subtype(&exc::IMPORT_ERROR), class.is_subtype(&exc::NAME_ERROR));
    if !is_import && !is_name && !class.is_subtype(&exc::ATTRIBUTE_ERROR) {
        return String::new();
    }
    let field = if is_import { "name_from" } else { "name" };
    let wrong = quiet_attr(esc, exception, field).and_then(|name| name.payload::<Str>().map(|_| name.clone()));
    let Some(wrong) = wrong.as_ref().and_then(text_of) else { return String::new() };
    let found = if is_import {
        import_candidates(esc, exception, &wrong).and_then(|names| closest(&wrong, &names))
    } else if is_name {
        name_suggestion(esc, exception, &wrong)
    } else {
        attribute_candidates(esc, exception, &wrong).and_then(|names| closest(&wrong, &names))
    };
    let mut out = found.as_ref().map(|found| format!(". Did you mean: '{found}'?")).unwrap_or_default();
    if is_name && STDLIB_MODULES.binary_search(&wrong.as_str()).is_ok() {
        let start = if found.is_some() { " Or did" } else { ". Did" };
        out.push_str(&format!("{start} you forget to import '{wrong}'?"));
    }
    out
}

/// Strings in `dir(object)`, sorted; those with an underscore in front only if the wrong name has one.
fn public_dir(esc: Esc<'_>, object: &Value, hide: bool) -> Option<Vec<String>> {
    let listed = call::call_special(esc, object, intern::names::dir(esc), &[]);
    let names = listed.and_then(|names| names.map_or(Ok(Vec::new()), |names| ops::collect(esc, &names)));
    match names {
        Ok(names) => {
            let mut names: Vec<String> = names.iter().filter_map(text_of).collect();
            names.sort();
            names.retain(|name| !hide || !name.starts_with('_'));
            Some(names)
        }
        Err(raised) => {
            drop(raised.catch(esc));
            None
        }
    }
}

fn attribute_candidates(esc: Esc<'_>, exception: &Value, wrong: &str) -> Option<Vec<String>> {
    let payload = exception.payload::<Exception>()?;
    let object = payload.field(esc, 1)?;
    public_dir(esc, &object, !wrong.starts_with('_'))
}

fn import_candidates(esc: Esc<'_>, exception: &Value, wrong: &str) -> Option<Vec<String>> {
    let name = quiet_attr(esc, exception, "name")?;
    let module = runtime().modules.get_str(esc, &text_of(&name)?)?;
    public_dir(esc, &module, !wrong.starts_with('_'))
}

/// Locals, globals and builtins of the innermost frame. Frames do not outlive their call here, so all names of locals are
/// candidates, bound or not.
fn name_suggestion(esc: Esc<'_>, exception: &Value, wrong: &str) -> Option<String> {
    let payload = exception.payload::<Exception>()?;
    let mut entry = payload.traceback.get(esc, payload)?;
    while let Some(next) = entry.payload::<Traceback>().and_then(|traceback| traceback.next.get(esc, traceback)) {
        entry = next;
    }
    let traceback = entry.payload::<Traceback>()?;
    let mut names: Vec<String> = traceback.code().localsplus().iter().filter_map(text_of).collect();
    names.extend(traceback.globals().keys(esc).iter().filter_map(text_of));
    names.extend(runtime().builtins.dict().keys(esc).iter().filter_map(text_of));
    closest(wrong, &names)
}

/// The candidate with the least distance, if it is near enough.
fn closest(wrong: &str, candidates: &[String]) -> Option<String> {
    if candidates.len() > MAX_CANDIDATES || wrong.chars().count() > MAX_NAME {
        return None;
    }
    let length = wrong.chars().count();
    let mut best: Option<&String> = None;
    let mut best_distance = usize::MAX;
    for candidate in candidates.iter().filter(|candidate| *candidate != wrong) {
        let limit = (candidate.chars().count() + length + 3) * MOVE_COST / 6;
        let limit = limit.min(best_distance.saturating_sub(1));
        let distance = distance(wrong, candidate, limit);
        if distance <= limit && (best.is_none() || distance < best_distance) {
            best = Some(candidate);
            best_distance = distance;
        }
    }
    best.cloned()
}

fn substitution(a: char, b: char) -> usize {
    if a == b {
        0
    } else if a.to_lowercase().eq(b.to_lowercase()) {
        CASE_COST
    } else {
        MOVE_COST
    }
}

/// Levenshtein distance with weights; more than `limit` once that is certain.
fn distance(a: &str, b: &str, limit: usize) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let prefix = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[prefix..], &b[prefix..]);
    let suffix = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[..a.len() - suffix], &b[..b.len() - suffix]);
    if a.is_empty() || b.is_empty() {
        return MOVE_COST * (a.len() + b.len());
    }
    if a.len() > MAX_NAME || b.len() > MAX_NAME {
        return limit + 1;
    }
    let (short, long) = if b.len() < a.len() { (b, a) } else { (a, b) };
    if (long.len() - short.len()) * MOVE_COST > limit {
        return limit + 1;
    }
    let mut row: Vec<usize> = (1..=short.len()).map(|index| index * MOVE_COST).collect();
    let mut result = 0;
    for (index, &c) in long.iter().enumerate() {
        let mut diagonal = index * MOVE_COST;
        result = diagonal;
        let mut least = usize::MAX;
        for (cell, &d) in row.iter_mut().zip(short) {
            let substitute = diagonal + substitution(c, d);
            diagonal = *cell;
            result = substitute.min(result.min(diagonal) + MOVE_COST);
            *cell = result;
            least = least.min(result);
        }
        if least > limit {
            return limit + 1;
        }
    }
    result
}

/// The names of the standard library's modules (`sys.stdlib_module_names` of 3.14).
pub(crate) const STDLIB_MODULES: &[&str] = &[
    "__future__",
    "_abc",
    "_aix_support",
    "_android_support",
    "_apple_support",
    "_ast",
    "_ast_unparse",
    "_asyncio",
    "_bisect",
    "_blake2",
    "_bz2",
    "_codecs",
    "_codecs_cn",
    "_codecs_hk",
    "_codecs_iso2022",
    "_codecs_jp",
    "_codecs_kr",
    "_codecs_tw",
    "_collections",
    "_collections_abc",
    "_colorize",
    "_compat_pickle",
    "_contextvars",
    "_csv",
    "_ctypes",
    "_curses",
    "_curses_panel",
    "_datetime",
    "_dbm",
    "_decimal",
    "_elementtree",
    "_frozen_importlib",
    "_frozen_importlib_external",
    "_functools",
    "_gdbm",
    "_hashlib",
    "_heapq",
    "_hmac",
    "_imp",
    "_interpchannels",
    "_interpqueues",
    "_interpreters",
    "_io",
    "_ios_support",
    "_json",
    "_locale",
    "_lsprof",
    "_lzma",
    "_markupbase",
    "_md5",
    "_multibytecodec",
    "_multiprocessing",
    "_opcode",
    "_opcode_metadata",
    "_operator",
    "_osx_support",
    "_overlapped",
    "_pickle",
    "_posixshmem",
    "_posixsubprocess",
    "_py_abc",
    "_py_warnings",
    "_pydatetime",
    "_pydecimal",
    "_pyio",
    "_pylong",
    "_pyrepl",
    "_queue",
    "_random",
    "_remote_debugging",
    "_scproxy",
    "_sha1",
    "_sha2",
    "_sha3",
    "_signal",
    "_sitebuiltins",
    "_socket",
    "_sqlite3",
    "_sre",
    "_ssl",
    "_stat",
    "_statistics",
    "_string",
    "_strptime",
    "_struct",
    "_suggestions",
    "_symtable",
    "_sysconfig",
    "_thread",
    "_threading_local",
    "_tkinter",
    "_tokenize",
    "_tracemalloc",
    "_types",
    "_typing",
    "_uuid",
    "_warnings",
    "_weakref",
    "_weakrefset",
    "_winapi",
    "_wmi",
    "_zoneinfo",
    "_zstd",
    "abc",
    "annotationlib",
    "antigravity",
    "argparse",
    "array",
    "ast",
    "asyncio",
    "atexit",
    "base64",
    "bdb",
    "binascii",
    "bisect",
    "builtins",
    "bz2",
    "cProfile",
    "calendar",
    "cmath",
    "cmd",
    "code",
    "codecs",
    "codeop",
    "collections",
    "colorsys",
    "compileall",
    "compression",
    "concurrent",
    "configparser",
    "contextlib",
    "contextvars",
    "copy",
    "copyreg",
    "csv",
    "ctypes",
    "curses",
    "dataclasses",
    "datetime",
    "dbm",
    "decimal",
    "difflib",
    "dis",
    "doctest",
    "email",
    "encodings",
    "ensurepip",
    "enum",
    "errno",
    "faulthandler",
    "fcntl",
    "filecmp",
    "fileinput",
    "fnmatch",
    "fractions",
    "ftplib",
    "functools",
    "gc",
    "genericpath",
    "getopt",
    "getpass",
    "gettext",
    "glob",
    "graphlib",
    "grp",
    "gzip",
    "hashlib",
    "heapq",
    "hmac",
    "html",
    "http",
    "idlelib",
    "imaplib",
    "importlib",
    "inspect",
    "io",
    "ipaddress",
    "itertools",
    "json",
    "keyword",
    "linecache",
    "locale",
    "logging",
    "lzma",
    "mailbox",
    "marshal",
    "math",
    "mimetypes",
    "mmap",
    "modulefinder",
    "msvcrt",
    "multiprocessing",
    "netrc",
    "nt",
    "ntpath",
    "nturl2path",
    "numbers",
    "opcode",
    "operator",
    "optparse",
    "os",
    "pathlib",
    "pdb",
    "pickle",
    "pickletools",
    "pkgutil",
    "platform",
    "plistlib",
    "poplib",
    "posix",
    "posixpath",
    "pprint",
    "profile",
    "pstats",
    "pty",
    "pwd",
    "py_compile",
    "pyclbr",
    "pydoc",
    "pydoc_data",
    "pyexpat",
    "queue",
    "quopri",
    "random",
    "re",
    "readline",
    "reprlib",
    "resource",
    "rlcompleter",
    "runpy",
    "sched",
    "secrets",
    "select",
    "selectors",
    "shelve",
    "shlex",
    "shutil",
    "signal",
    "site",
    "smtplib",
    "socket",
    "socketserver",
    "sqlite3",
    "sre_compile",
    "sre_constants",
    "sre_parse",
    "ssl",
    "stat",
    "statistics",
    "string",
    "stringprep",
    "struct",
    "subprocess",
    "symtable",
    "sys",
    "sysconfig",
    "syslog",
    "tabnanny",
    "tarfile",
    "tempfile",
    "termios",
    "textwrap",
    "this",
    "threading",
    "time",
    "timeit",
    "tkinter",
    "token",
    "tokenize",
    "tomllib",
    "trace",
    "traceback",
    "tracemalloc",
    "tty",
    "turtle",
    "turtledemo",
    "types",
    "typing",
    "unicodedata",
    "unittest",
    "urllib",
    "uuid",
    "venv",
    "warnings",
    "wave",
    "weakref",
    "webbrowser",
    "winreg",
    "winsound",
    "wsgiref",
    "xml",
    "xmlrpc",
    "zipapp",
    "zipfile",
    "zipimport",
    "zlib",
    "zoneinfo",
];

#[cfg(test)]
mod tests {
    use super::{closest, distance};

    #[test]
    fn costs_are_two_a_move_and_one_a_case() {
        assert_eq!(distance("abc", "abc", 10), 0);
        assert_eq!(distance("abc", "abd", 10), 2);
        assert_eq!(distance("abc", "abC", 10), 1);
        assert_eq!(distance("abc", "abcd", 10), 2);
        assert!(distance("abcdef", "uvwxyz", 4) > 4);
    }

    #[test]
    fn the_nearest_name_wins() {
        let names = ["blech", "bluch", "fetch"].map(str::to_owned);
        assert_eq!(closest("bluchh", &names).as_deref(), Some("bluch"));
        assert_eq!(closest("zzzz", &names), None);
    }
}
