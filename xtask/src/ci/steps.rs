//! The steps themselves, in the order CI runs them: cheap ones first.

use super::{Outcome, Step};
use crate::shell::{cargo, run};
use crate::workspace::package_named;
use crate::{Result, codegen, dispatch, tidy, zeal};

pub(super) const ALL: &[Step] = &[
    Step { name: "fmt", about: "every file is formatted", run: fmt },
    Step { name: "codegen", about: "generated files are what the generator writes", run: codegen },
    Step { name: "tidy", about: "house rules", run: tidy },
    Step { name: "clippy", about: "no warnings in any target", run: clippy },
    Step { name: "test", about: "unit and integration tests, debug build", run: test },
    Step { name: "doctest", about: "examples in the documentation", run: doctest },
    Step { name: "python", about: "Python behaviour tests, release build", run: python },
    Step { name: "zeal", about: "Python behaviour tests, collections wherever one could happen", run: zeal },
    Step { name: "loom", about: "loom models, small bounds", run: loom },
    Step { name: "docs", about: "documentation without warnings", run: docs },
    Step { name: "dispatch", about: "every handler ends in a jump and leaves the stack as it was", run: dispatch },
    Step { name: "main", about: "the README's main command", run: main_command },
];

/// Packages with loom models, and the test binary that holds them.
const MODELS: &[(&str, &str)] = &[("stackref", "loom"), ("gc", "loom"), ("dictkeys", "it"), ("specializer", "loom")];

fn passed(result: Result) -> Result<Outcome> {
    result.map(|()| Outcome::Passed)
}

fn nothing(note: &str) -> Result<Outcome> {
    Ok(Outcome::Nothing(note.to_owned()))
}

fn fmt() -> Result<Outcome> {
    passed(run(&mut cargo(["fmt", "--all", "--check"])))
}

fn clippy() -> Result<Outcome> {
    passed(run(&mut cargo(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])))
}

fn codegen() -> Result<Outcome> {
    passed(codegen::run(&["--check".to_owned()]))
}

fn tidy() -> Result<Outcome> {
    passed(tidy::run())
}

fn test() -> Result<Outcome> {
    run(&mut cargo(["test", "--workspace", "--lib", "--bins", "--tests", "--examples", "--no-fail-fast"]))?;
    // The ledger changes what a reference is in memory, so it is a build of its own.
    passed(run(&mut cargo(["test", "-p", "stackref", "--lib", "--tests", "--features", "ledger"])))
}

fn doctest() -> Result<Outcome> {
    passed(run(&mut cargo(["test", "--workspace", "--doc"])))
}

/// The debug build runs the same tests in step `test`; here they meet release handlers, which dispatch by tail calls.
fn python() -> Result<Outcome> {
    let Some(interp) = package_named("interp")? else { return Err("there is no package `interp`".to_owned()) };
    let tests = interp.names_of("test");
    if tests.is_empty() {
        return nothing("package interp has no integration tests yet");
    }
    let mut command = cargo(["test", "--release", "-p", "interp"]);
    for name in tests {
        command.args(["--test", name]);
    }
    passed(run(&mut command))
}

fn zeal() -> Result<Outcome> {
    passed(zeal::run())
}

fn loom() -> Result<Outcome> {
    let bound = std::env::var("LOOM_MAX_PREEMPTIONS").unwrap_or_else(|_| "2".to_owned());
    for (package, test) in MODELS {
        let mut command = cargo(["test", "--release", "-p", package, "--test", test, "--target-dir"]);
        command.arg("target/loom").env("RUSTFLAGS", "--cfg loom").env("LOOM_MAX_PREEMPTIONS", &bound);
        run(&mut command)?;
    }
    Ok(Outcome::Passed)
}

fn docs() -> Result<Outcome> {
    passed(run(cargo(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings")))
}

fn dispatch() -> Result<Outcome> {
    dispatch::run().map(Outcome::Nothing)
}

fn main_command() -> Result<Outcome> {
    let interp = package_named("interp")?.unwrap_or_default();
    if interp.names_of("bin").is_empty() {
        return nothing("package interp has no binary yet");
    }
    passed(run(&mut cargo(["run", "--release", "-p", "interp", "--", "interp/examples/mandelbrot.py"])))
}
