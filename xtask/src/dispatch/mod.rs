//! The dispatch proof: every instruction handler of the release build ends in a jump and leaves the stack as it found it.
//!
//! Release builds dispatch by sibling calls, which stable Rust does not promise: LLVM makes them when nothing stands
//! in the way. So the promise is read off the emitted code, as part of CI. What is read is the linked `weft` command where
//! there is one and `objdump` can be started (that is the code which runs, after link-time optimization), else the
//! assembly of package interp-eval.
//!
//! Contract with `interp-eval`: a handler's symbol contains `weft_op_`. A handler never returns, except the two that leave
//! the loop; they too must leave the stack as it was.

mod checker;
mod listing;
mod table;

#[cfg(test)]
mod tests;

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::workspace::{package_named, root};
use crate::{Result, shell};
use listing::{Function, Reader};

/// What every handler's symbol contains.
const HANDLER: &str = "weft_op_";

/// The handlers that leave the loop, the only ones that may return.
const EXITS: &[&str] = &["weft_op_leave_loop", "weft_op_interpreter_exit"];

/// Check all handlers; the answer says what was proved, or that there is nothing to prove yet.
pub(crate) fn run() -> Result<String> {
    if !cfg!(target_arch = "x86_64") {
        return Ok("the checker reads x86-64 only; this target uses the loop backend".to_owned());
    }
    if !handlers_exist()? {
        return Ok("interp-eval has no handlers yet".to_owned());
    }
    let interp = package_named("interp")?.unwrap_or_default();
    let (functions, source) = if !interp.names_of("bin").is_empty() && shell::exists("objdump") {
        let binary = interp.names_of("bin")[0].to_owned();
        (linked(&binary)?, format!("target/release/{binary}"))
    } else {
        (emitted()?, "the assembly of interp-eval".to_owned())
    };
    judge(&functions, &source)
}

fn judge(functions: &[Function], source: &str) -> Result<String> {
    if functions.is_empty() {
        return Err(format!("no symbol in {source} contains `{HANDLER}`: the proof has nothing to read"));
    }
    let mut problems = Vec::new();
    let mut deepest = 0;
    for function in functions {
        let exits = EXITS.iter().any(|exit| function.name.contains(exit));
        match checker::check(function, exits) {
            Ok(depth) => deepest = deepest.max(depth),
            Err(found) => problems.extend(found.into_iter().map(|problem| format!("{}: {problem}", function.name))),
        }
    }
    if problems.is_empty() {
        return Ok(format!("{} handlers in {source} end in a jump; deepest frame {deepest} bytes", functions.len()));
    }
    Err(format!("{}\n{} problems in {} handlers of {source}", problems.join("\n"), problems.len(), functions.len()))
}

fn handlers_exist() -> Result<bool> {
    let files = crate::workspace::files()?;
    let eval = files.iter().filter(|file| file.path.starts_with("interp/eval/src/"));
    Ok(eval.filter_map(|file| file.text.as_deref()).any(|text| text.contains(HANDLER)))
}

/// Handlers of the linked command.
fn linked(binary: &str) -> Result<Vec<Function>> {
    shell::run(&mut shell::cargo(["build", "--release", "-p", "interp", "--bin", binary]))?;
    let mut child = Command::new("objdump")
        .args(["-d", "--no-show-raw-insn", "-j", ".text"])
        .arg(root().join("target/release").join(binary))
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot start objdump: {error}"))?;
    let mut reader = Reader::new(HANDLER);
    let stdout = child.stdout.take().ok_or("objdump has no output")?;
    for line in BufReader::new(stdout).lines() {
        reader.disassembly_line(&line.map_err(|error| format!("objdump: {error}"))?);
    }
    let status = child.wait().map_err(|error| format!("objdump: {error}"))?;
    if !status.success() {
        return Err(format!("objdump ended with {status}"));
    }
    let functions = reader.finish();
    let path = root().join("target/release").join(binary);
    let objdump = |option: &str| shell::output(Command::new("objdump").arg(option).arg(&path));
    table::check(&objdump("-t")?, &objdump("-R")?, &functions)?;
    Ok(functions)
}

/// Handlers of the library's own assembly.
fn emitted() -> Result<Vec<Function>> {
    let args = ["rustc", "-p", "interp-eval", "--release", "--lib", "--", "--emit", "asm", "-C", "codegen-units=1"];
    shell::run(&mut shell::cargo(args))?;
    let newest = newest_assembly()?;
    let text = std::fs::read_to_string(&newest).map_err(|error| format!("{}: {error}", newest.display()))?;
    let mut reader = Reader::new(HANDLER);
    for line in text.lines() {
        reader.assembly_line(line);
    }
    Ok(reader.finish())
}

fn newest_assembly() -> Result<PathBuf> {
    let deps = root().join("target/release/deps");
    let entries = std::fs::read_dir(&deps).map_err(|error| format!("{}: {error}", deps.display()))?;
    let ours = |name: &str| name.starts_with("interp_eval-") && name.ends_with(".s");
    entries
        .flatten()
        .filter(|entry| ours(&entry.file_name().to_string_lossy()))
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .max()
        .map(|(_, path)| path)
        .ok_or_else(|| format!("no interp_eval assembly in {}", deps.display()))
}
