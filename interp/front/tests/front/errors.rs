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
    compile(source, "wrong.py", Mode::Exec, &CompileOptions::default()).err()
}

/// The attributes in the words of `oracle.py`.
fn attributes(source: &str) -> String {
    let Some(failure) = failure(source) else { return "ok\n".into() };
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
