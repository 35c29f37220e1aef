//! Compares this front end with CPython on any files: trees, code objects or errors.
//!
//! `WEFT_ORACLE="python3.14" cargo run --release -p interp-front --example oracle -- ast|code|parse|error|warnings PATH...`
//!
//! `speed PATH...` asks nothing and prints how long we take to parse and to compile.
//!
//! Prints the share that is identical, the classes of differences and the first examples of each. Answers of CPython
//! are kept under `target/oracle`; a second run takes seconds.

#![forbid(unsafe_code)]

mod disassembly;
#[path = "../../tests/front/dump_ast.rs"]
mod dump_ast;
#[path = "../../tests/front/dump_code.rs"]
mod dump_code;
#[path = "../../tests/front/oracle.rs"]
mod oracle;
mod report;

use std::path::{Path, PathBuf};

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

use interp_code::Code;
use interp_front::{CompileOptions, Mode, SyntaxFailure};
use oracle::Request;
use report::Report;

/// How many files are asked about at a time.
const BATCH: usize = 64;

fn main() {
    let mut args = std::env::args().skip(1);
    let kind: &'static str = match args.next().as_deref() {
        Some("ast") => "ast",
        Some("code") => "code",
        Some("error") => "error",
        Some("parse") => "parse",
        Some("speed") => "speed",
        Some("warnings") => "warnings",
        _ => {
            eprintln!("usage: oracle ast|code|parse|error|warnings|speed PATH...");
            std::process::exit(2);
        }
    };
    let mut files = Vec::new();
    for path in args {
        collect(Path::new(&path), &mut files);
    }
    files.sort();
    if kind == "speed" {
        speed(&files);
        return;
    }
    let mut report = Report::default();
    for batch in files.chunks(BATCH) {
        let requests: Vec<Request> = batch
            .iter()
            .filter_map(|path| {
                let source = std::fs::read(path).ok()?;
                Some(Request { kind, mode: "exec", name: path.display().to_string(), source })
            })
            .collect();
        for (request, answer) in requests.iter().zip(oracle::ask(&requests)) {
            compare(request, &answer, &mut report);
        }
    }
    report.print();
}

fn speed(files: &[PathBuf]) {
    let sources: Vec<_> = files
        .iter()
        .filter_map(|path| interp_front::decode(&std::fs::read(path).ok()?, "").ok().map(Cow::into_owned))
        .collect();
    let lines: usize = sources.iter().map(|source| source.lines().count()).sum();
    let timed = |what: &str, step: &dyn Fn(&str)| {
        let start = Instant::now();
        sources.iter().for_each(|source| step(source));
        let milliseconds = start.elapsed().as_secs_f64() * 1e3;
        println!("{what}: {milliseconds:.0} ms, {:.3} ms a thousand lines", milliseconds * 1e3 / lines as f64);
    };
    timed("parse", &|source| drop(interp_front::parse(source, "", Mode::Exec)));
    timed("compile", &|source| drop(interp_front::compile(source, "", Mode::Exec, &CompileOptions::default())));
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_dir() {
        let Ok(entries) = std::fs::read_dir(path) else { return };
        for entry in entries.flatten() {
            collect(&entry.path(), files);
        }
    } else if path.extension().is_some_and(|extension| extension == "py") {
        files.push(path.to_owned());
    }
}

fn compare(request: &Request, answer: &str, report: &mut Report) {
    let name = &request.name;
    if matches!(request.kind, "parse" | "error") {
        report.error(name, &our_error(request), answer);
        return;
    }
    if answer.starts_with("failed ") {
        report.refused(name, answer, compile(request).err());
        return;
    }
    if request.kind == "warnings" {
        let text = interp_front::decode(&request.source, name).unwrap_or_default();
        match interp_front::compile(&text, name, Mode::Exec, &CompileOptions::default()) {
            Err(failure) => report.difference("we refuse the file", name, &failure.to_string()),
            Ok(compiled) => {
                let lines =
                    compiled.warnings.iter().map(|warning| format!("{} {}\n", warning.span.lineno, warning.msg));
                report.lines(name, &lines.collect::<String>(), answer);
            }
        }
        return;
    }
    if request.kind == "code" {
        match compile(request) {
            Err(failure) => report.difference("we refuse the file", name, &failure.to_string()),
            Ok(code) => report.code(name, &dump_code::dump(&code), answer),
        }
        return;
    }
    let parsed =
        interp_front::decode(&request.source, name).and_then(|text| interp_front::parse(&text, name, Mode::Exec));
    match parsed {
        Err(failure) => report.difference("we refuse the file", name, &failure.to_string()),
        Ok(parsed) => report.lines(name, &dump_ast::dump(&parsed.module), answer),
    }
}

/// Our error in the words of `oracle.py`.
fn our_error(request: &Request) -> String {
    let name = &request.name;
    let failure = if request.kind == "parse" {
        interp_front::decode(&request.source, name).and_then(|text| interp_front::parse(&text, name, Mode::Exec)).err()
    } else {
        compile(request).err()
    };
    let Some(failure) = failure else { return "ok\n".into() };
    let class = failure.kind.class_name();
    match &failure.place {
        None if failure.kind.is_syntax() => format!("{class}\t{}\tNone\tNone\tNone\tNone\n", failure.msg),
        None => format!("{class}\t{}\n", failure.msg),
        Some(place) => format!(
            "{class}\t{}\t{}\t{}\t{}\t{}\n",
            failure.msg, place.lineno, place.offset, place.end_lineno, place.end_offset
        ),
    }
}

fn compile(request: &Request) -> Result<Arc<Code>, SyntaxFailure> {
    let name = &request.name;
    let text = interp_front::decode(&request.source, name)?;
    interp_front::compile(&text, name, Mode::Exec, &CompileOptions::default()).map(|compiled| compiled.code)
}
