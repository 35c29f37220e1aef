//! `cargo xtask sanitize thread|address ARGS…`: cargo under a sanitizer, with an instrumented standard library. Without
//! arguments: everything that threads stress, under ThreadSanitizer.
//!
//! Without an instrumented standard library ThreadSanitizer reports false races inside std's locks, so a toolchain is
//! needed that is both nightly and has the library's source. The first that has both is used; where none has, the command
//! says what to install. What races by design goes through relaxed atomics, so there is no suppression file.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::workspace::root;
use crate::{Result, shell};

const USAGE: &str = "usage: cargo xtask sanitize [thread|address test -p stackref --release …]";

/// What a bare `cargo xtask sanitize` runs: the stress tests of the lock-free crates, then programs with threads.
const STRESS: &[&[&str]] = &[
    &["test", "-p", "stackref", "--release", "--lib", "--test", "stress"],
    &["test", "-p", "gc", "--release", "--lib"],
    &["test", "-p", "dictkeys", "--release", "--tests"],
    &["test", "-p", "specializer", "--release", "--lib"],
    &["test", "-p", "interp", "--test", "python"],
];

/// Behaviour tests for a sanitizer: what threads stress, and what handles frames and containers.
const PROGRAMS: &str = "python/threads/,python/lib/,python/flow/,python/specialize/,python/data/";

/// Entry point of the command.
pub(crate) fn run(args: &[String]) -> Result {
    if args.is_empty() {
        return STRESS.iter().try_for_each(|stress| {
            let args: Vec<String> = ["thread"].iter().chain(*stress).map(|&arg| arg.to_owned()).collect();
            run(&args)
        });
    }
    let (kind, rest) = match args.split_first() {
        Some((kind, rest)) if (kind == "thread" || kind == "address") && !rest.is_empty() => (kind, rest),
        _ => return Err(USAGE.to_owned()),
    };
    let toolchain = toolchain()?;
    let host = host(&toolchain)?;
    let flags = std::env::var("RUSTFLAGS").unwrap_or_default();
    // A `cargo` found through $CARGO is one toolchain's own binary and knows no `+name`: go through rustup.
    let mut command = Command::new("rustup");
    command.args(["run", &toolchain, "cargo", &rest[0], "-Zbuild-std", "--target", &host]).args(&rest[1..]);
    command.current_dir(root()).env_remove("RUSTC").env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO");
    command.env("RUSTFLAGS", format!("{flags} -Zsanitizer={kind} --cfg sanitizer").trim());
    command.env("CARGO_TARGET_DIR", format!("target/sanitize-{kind}"));
    // Programs take minutes in a build that is not optimized at all.
    default_env(&mut command, "CARGO_PROFILE_DEV_OPT_LEVEL", "1");
    default_env(&mut command, "WEFT_TESTS", PROGRAMS);
    default_env(&mut command, "TSAN_OPTIONS", "halt_on_error=1:second_deadlock_stack=1");
    default_env(&mut command, "ASAN_OPTIONS", "detect_leaks=0");
    shell::run(&mut command)
}

fn default_env(command: &mut Command, name: &str, value: &str) {
    if std::env::var_os(name).is_none() {
        command.env(name, value);
    }
}

/// The first installed toolchain that is nightly and has the library's source.
fn toolchain() -> Result<String> {
    if !shell::exists("rustup") {
        return Err("sanitizers need a nightly toolchain, and there is no rustup here to find one".to_owned());
    }
    let listed = shell::output(Command::new("rustup").args(["toolchain", "list"]))?;
    let names: Vec<&str> = listed.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let mut nightly_without = Vec::new();
    for name in names {
        let Ok(version) = shell::output(Command::new("rustup").args(["run", name, "rustc", "-V"])) else { continue };
        if !version.contains("nightly") {
            continue;
        }
        if has_library_source(&sysroot(name)?) {
            return Ok(name.to_owned());
        }
        nightly_without.push(name.to_owned());
    }
    Err(match nightly_without.first() {
        None => {
            "sanitizers need a nightly toolchain: `rustup toolchain install nightly --component rust-src`".to_owned()
        }
        Some(name) => format!(
            "toolchain {name} has no library source, and without an instrumented standard library ThreadSanitizer reports false \
             races: `rustup component add rust-src --toolchain {name}`"
        ),
    })
}

fn sysroot(toolchain: &str) -> Result<PathBuf> {
    let text = shell::output(Command::new("rustup").args(["run", toolchain, "rustc", "--print", "sysroot"]))?;
    Ok(PathBuf::from(text.trim()))
}

fn has_library_source(sysroot: &Path) -> bool {
    sysroot.join("lib/rustlib/src/rust/library/std/Cargo.toml").is_file()
}

fn host(toolchain: &str) -> Result<String> {
    let text = shell::output(Command::new("rustup").args(["run", toolchain, "rustc", "-vV"]))?;
    let line = text.lines().find_map(|line| line.strip_prefix("host: "));
    line.map(str::to_owned).ok_or_else(|| "rustc -vV names no host".to_owned())
}
