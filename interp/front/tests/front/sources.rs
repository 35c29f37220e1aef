//! Trees and code objects of the sources are CPython's.

use std::path::{Path, PathBuf};

use interp_front::{CompileOptions, Mode, compile, decode, parse};

use crate::oracle::Request;
use crate::{blessing, dump_ast, dump_code, oracle};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/front").join(name)
}

/// Name and bytes of every source.
fn sources() -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<_> = std::fs::read_dir(folder("sources"))
        .expect("the folder of sources")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| {
            (path.file_stem().expect("a name").to_string_lossy().into_owned(), std::fs::read(&path).expect("a source"))
        })
        .collect();
    found.sort();
    found
}

/// Compares a dump with the committed one, line by line.
fn check(kind: &'static str, name: &str, source: &[u8], ours: &str) {
    let path = folder("expected").join(format!("{name}.{kind}"));
    if blessing() {
        let request = Request { kind, mode: "exec", name: format!("{name}.py"), source: source.to_vec() };
        std::fs::create_dir_all(folder("expected")).expect("a writable folder");
        std::fs::write(&path, oracle::ask(&[request]).concat()).expect("a writable folder");
    }
    let expected = std::fs::read_to_string(&path).expect("a committed dump");
    for (number, (our_line, line)) in ours.lines().zip(expected.lines()).enumerate() {
        assert_eq!(our_line, line, "{name}.{kind} line {}", number + 1);
    }
    assert_eq!(ours.lines().count(), expected.lines().count(), "{name}.{kind} has another length");
}

#[test]
fn trees_are_those_of_cpython() {
    for (name, source) in sources() {
        let text = decode(&source, &name).expect("a decodable source");
        let parsed = parse(&text, &name, Mode::Exec).unwrap_or_else(|failure| panic!("{name}: {failure}"));
        check("ast", &name, &source, &dump_ast::dump(&parsed.module));
    }
}

#[test]
fn code_is_that_of_cpython() {
    for (name, source) in sources() {
        let text = decode(&source, &name).expect("a decodable source");
        let options = CompileOptions::default();
        let compiled = compile(&text, &format!("{name}.py"), Mode::Exec, &options)
            .unwrap_or_else(|failure| panic!("{name}: {failure}"));
        check("code", &name, &source, &dump_code::dump(&compiled.code));
    }
}

#[test]
fn warnings_are_those_of_cpython() {
    for (name, source) in sources() {
        let text = decode(&source, &name).expect("a decodable source");
        let compiled = compile(&text, &name, Mode::Exec, &CompileOptions::default())
            .unwrap_or_else(|failure| panic!("{name}: {failure}"));
        let lines = compiled.warnings.iter().map(|warning| format!("{} {}\n", warning.span.lineno, warning.msg));
        check("warnings", &name, &source, &lines.collect::<String>());
    }
}
