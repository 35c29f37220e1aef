//! `cargo xtask ci [step…]`: the steps of CI by name, each of which also runs alone.
//!
//! A step prints its name, what it runs, and a closing line with its time. The last line counts the steps; a failed
//! step does not stop the following ones, so one run shows all that is wrong.

mod steps;

use std::process::ExitCode;
use std::time::Instant;

use crate::Result;

/// One step of CI.
struct Step {
    name: &'static str,
    about: &'static str,
    run: fn() -> Result<Outcome>,
}

/// How a step that did not fail ended.
enum Outcome {
    /// It checked what it is there to check.
    Passed,
    /// There is nothing for it to check; the note says why.
    Nothing(String),
}

/// Run the named steps, or all.
pub(crate) fn run(args: &[String]) -> ExitCode {
    let chosen = match choose(args) {
        Ok(chosen) => chosen,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::FAILURE;
        }
    };
    let mut failed = Vec::new();
    for step in &chosen {
        if !perform(step) {
            failed.push(step.name);
        }
    }
    if !failed.is_empty() {
        println!("failed: {}", failed.join(" "));
    }
    println!("{} passed, {} failed", chosen.len() - failed.len(), failed.len());
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn choose(args: &[String]) -> Result<Vec<&'static Step>> {
    if args.iter().any(|arg| arg == "--list" || arg == "--help" || arg == "-h") {
        for step in steps::ALL {
            println!("{:10} {}", step.name, step.about);
        }
        return Ok(Vec::new());
    }
    if args.is_empty() {
        return Ok(steps::ALL.iter().collect());
    }
    args.iter()
        .map(|arg| {
            let names = || steps::ALL.iter().map(|step| step.name).collect::<Vec<_>>().join(" ");
            steps::ALL
                .iter()
                .find(|step| step.name == arg)
                .ok_or_else(|| format!("no step `{arg}`; steps: {}", names()))
        })
        .collect()
}

fn perform(step: &Step) -> bool {
    println!("== {}: {}", step.name, step.about);
    let start = Instant::now();
    let outcome = (step.run)();
    let seconds = start.elapsed().as_secs_f64();
    match outcome {
        Ok(Outcome::Passed) => println!("-- {}: passed in {seconds:.1} s\n", step.name),
        Ok(Outcome::Nothing(ref note)) => println!("-- {}: passed in {seconds:.1} s ({note})\n", step.name),
        Err(ref message) => println!("{message}\n-- {}: FAILED in {seconds:.1} s\n", step.name),
    }
    outcome.is_ok()
}
