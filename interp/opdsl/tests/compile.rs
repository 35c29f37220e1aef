//! Generated handlers compile: `compile/program.rs`, generated, against the stand-in runtime `compile/ops.rs`.
//!
//! Apart from the text cases because it needs a Rust compiler, and types where they have only words.
#![forbid(unsafe_code)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn handlers_compile() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compile");
    let read = |name: &str| fs::read_to_string(here.join(name)).expect("the test's own file");
    let products = interp_opdsl::generate_texts(vec![(PathBuf::from("program.rs"), read("program.rs"))])
        .unwrap_or_else(|faults| panic!("{}", faults[0]));
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("handlers");
    fs::create_dir_all(&folder).expect("the target folder can be written");
    let mut root = String::from("#![allow(missing_docs, dead_code, clippy::all)]\npub mod ops;\n");
    let mut used = String::from("#[used]\nstatic KEEP: &[ops::Handler] = &[\n");
    for (path, text) in products.iter().filter(|(path, _)| path.starts_with("interp/eval")) {
        let name = path.file_stem().expect("a file").to_string_lossy();
        if name == "mod" || name == "table" {
            continue;
        }
        fs::write(folder.join(format!("{name}.rs")), text).expect("the target folder can be written");
        root.push_str(&format!("mod {name};\n"));
        for line in text.lines().filter_map(|line| line.strip_prefix("pub(crate) unsafe extern \"C\" fn ")) {
            let handler = line.split('(').next().expect("a name");
            used.push_str(&format!("    {name}::{handler},\n"));
        }
    }
    fs::write(folder.join("ops.rs"), read("ops.rs")).expect("the target folder can be written");
    fs::write(folder.join("lib.rs"), format!("{root}{used}];\n")).expect("the target folder can be written");
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc)
        .args([
            "--edition",
            "2024",
            "--crate-type",
            "lib",
            "--crate-name",
            "handlers",
            "--emit",
            "metadata",
            "--out-dir",
        ])
        .arg(&folder)
        .arg(folder.join("lib.rs"))
        .output()
        .expect("a Rust compiler runs these tests");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
