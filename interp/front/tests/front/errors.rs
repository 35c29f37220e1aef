//! Wrong sources get CPython's class, message and place.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use interp_front::{CompileOptions, Mode, SyntaxFailure, compile};

use crate::oracle::Request;
use crate::{blessing, oracle};

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/front").join(name)
}

/// The sources of a file of expectations: each starts with a line `>>> ` and goes on in lines `... `; what follows up
/// to the next source is the expectation.
fn cases(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        if let Some(first) = line.strip_prefix(">>> ") {
            found.push((format!("{first}\n"), String::new()));
        } else if let (Some(more), Some(case)) = (line.strip_prefix("... "), found.last_mut()) {
            let _ = writeln!(case.0, "{more}");
        } else if let Some(case) = found.last_mut() {
            let _ = writeln!(case.1, "{line}");
        }
    }
    found
}

fn failure(source: &str) -> Option<SyntaxFailure> {
    failure_in(Mode::Exec, source)
}

fn failure_in(mode: Mode, source: &str) -> Option<SyntaxFailure> {
    compile(source, "wrong.py", mode, &CompileOptions::default()).err()
}

/// The attributes in the words of `oracle.py`.
fn attributes(source: &str) -> String {
    attributes_of(failure(source))
}

fn attributes_of(failure: Option<SyntaxFailure>) -> String {
    let Some(failure) = failure else { return "ok\n".into() };
    let class = failure.kind.class_name();
    match &failure.place {
        None => format!("{class}\t{}\n", failure.msg),
        Some(place) => format!(
            "{class}\t{}\t{}\t{}\t{}\t{}\n",
            failure.msg, place.lineno, place.offset, place.end_lineno, place.end_offset
        ),
    }
}

/// Rewrites the expectations of a file from the oracle.
fn bless(file: &str, kind: &'static str) {
    let text = std::fs::read_to_string(path(file)).expect("a file of wrong sources");
    let sources: Vec<String> = cases(&text).into_iter().map(|case| case.0).collect();
    let requests: Vec<Request> = sources
        .iter()
        .map(|source| Request { kind, mode: "exec", name: "wrong.py".into(), source: source.clone().into_bytes() })
        .collect();
    let mut out = String::new();
    for (source, answer) in sources.iter().zip(oracle::ask(&requests)) {
        for (number, line) in source.lines().enumerate() {
            let _ = writeln!(out, "{}{line}", if number == 0 { ">>> " } else { "... " });
        }
        out.push_str(&answer);
    }
    std::fs::write(path(file), out).expect("a writable file");
}

fn check(file: &str, kind: &'static str, ours: impl Fn(&str) -> String) {
    if blessing() {
        bless(file, kind);
    }
    let text = std::fs::read_to_string(path(file)).expect("a file of wrong sources");
    let cases = cases(&text);
    assert!(cases.len() > 20, "{file} holds cases");
    let mut wrong = String::new();
    for (source, expected) in &cases {
        let found = ours(source);
        if found != *expected {
            let _ = writeln!(wrong, "{source}expected {expected}found    {found}");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn attributes_are_those_of_cpython() {
    check("errors.txt", "error", attributes);
}

#[test]
fn rendered_errors_are_those_of_cpython() {
    check("stderr.txt", "stderr", |source| {
        failure(source).map_or_else(|| "ok\n".into(), |failure| failure.to_string())
    });
}

/// Each line of `modes.txt` is a mode, a source with `\\n` and `\\t` escaped, and what CPython says.
#[test]
fn single_statements_and_expressions_are_judged_as_by_cpython() {
    let text = std::fs::read_to_string(path("modes.txt")).expect("the file of modes");
    let unescape = |source: &str| source.replace("\\n", "\n").replace("\\t", "\t");
    let mut out = String::new();
    let mut wrong = String::new();
    for line in text.lines() {
        let mut parts = line.splitn(3, '|');
        let (mode, escaped) = (parts.next().expect("a mode"), parts.next().expect("a source"));
        let expected = parts.next().unwrap_or_default();
        let source = unescape(escaped);
        let (name, mode) = if mode == "single" { ("single", Mode::Single) } else { ("eval", Mode::Eval) };
        let mut expected = expected.to_owned();
        if blessing() {
            let request =
                Request { kind: "error", mode: name, name: "wrong.py".into(), source: source.clone().into_bytes() };
            expected = oracle::ask(&[request]).concat().trim_end().to_owned();
            let _ = writeln!(out, "{name}|{escaped}|{expected}");
        }
        let found = attributes_of(failure_in(mode, &source));
        if found.trim_end() != expected {
            let _ = writeln!(wrong, "{name} {escaped}\nexpected {expected}\nfound    {found}");
        }
    }
    if blessing() {
        std::fs::write(path("modes.txt"), out).expect("a writable file");
    }
    assert!(wrong.is_empty(), "{wrong}");
}
