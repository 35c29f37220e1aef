//! The acceptance suite: each file in `cases/` is a program in the instruction language and what the compiler makes of it.
//!
//! `WEFT_BLESS=1 cargo test -p interp-opdsl` rewrites the expectations. `cases/README.md` says what each file is about.
#![forbid(unsafe_code)]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Between a program and what is expected of it.
const RULE: &str = "=====";

/// Passes Rust text through rustfmt, so that expectations read well.
fn formatted(text: &str) -> String {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path"])
        .arg(config)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .expect("rustfmt is part of the toolchain");
    child.stdin.take().expect("piped").write_all(text.as_bytes()).expect("rustfmt reads its input");
    let output = child.wait_with_output().expect("rustfmt ends");
    assert!(output.status.success(), "rustfmt refuses:\n{text}");
    String::from_utf8(output.stdout).expect("rustfmt writes UTF-8")
}

/// What the compiler says of a program: its handlers (or the product that `// show: name` asks for), or its diagnostics.
fn compiled(program: &str) -> String {
    let shown = program.lines().find_map(|line| line.strip_prefix("// show: "));
    match interp_opdsl::generate_texts(vec![(PathBuf::from("case.rs"), program.to_owned())]) {
        Ok(products) => {
            let wanted = |path: &Path| {
                let path = path.to_string_lossy();
                match shown {
                    Some(name) => path.ends_with(name),
                    None => path.contains("eval") && !path.ends_with("mod.rs") && !path.ends_with("table.rs"),
                }
            };
            let body = |text: &str| text.split_once("use crate::ops::*;\n").map_or(text, |(_, rest)| rest).to_owned();
            let texts = products.iter().filter(|(path, _)| wanted(path)).map(|(_, text)| body(text));
            let text: String = texts.collect();
            if shown.is_some_and(|name| !name.ends_with(".rs")) {
                text
            } else {
                formatted(&text).trim_start().to_owned()
            }
        }
        Err(faults) => faults.iter().map(|fault| format!("{fault}\n")).collect(),
    }
}

#[test]
fn cases() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let bless = std::env::var_os("WEFT_BLESS").is_some();
    let mut failed = Vec::new();
    let mut seen = 0;
    for entry in fs::read_dir(&folder).expect("the folder of cases is there") {
        let path = entry.expect("a folder can be read").path();
        if path.extension().is_none_or(|extension| extension != "txt") {
            continue;
        }
        seen += 1;
        let text = fs::read_to_string(&path).expect("a case is UTF-8");
        let (program, expected) = text.split_once(&format!("{RULE}\n")).unwrap_or((&text, ""));
        let found = compiled(program);
        let name = path.file_name().expect("it is a file").to_string_lossy().into_owned();
        let refused = found.starts_with("case.rs:");
        assert_eq!(refused, name.starts_with("reject_"), "{name}: the name says whether it is refused\n{found}");
        if found == expected {
            continue;
        }
        if bless {
            fs::write(&path, format!("{program}{RULE}\n{found}")).expect("a case can be rewritten");
        } else {
            failed.push(format!("{name}:\n--- expected\n{expected}\n--- found\n{found}"));
        }
    }
    assert!(seen > 60, "only {seen} cases: the suite is not where it should be");
    assert!(failed.is_empty(), "{}\n{} of {seen} cases differ", failed.join("\n"), failed.len());
}

#[test]
fn output_is_deterministic() {
    let ops = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let run = || interp_opdsl::generate(&ops, Path::new("interp/ops")).expect("the definitions are right");
    assert_eq!(run(), run());
}
