//! Project automation: everything that is done to the repository and is not the product itself.
//!
//! `cargo xtask help` lists the commands. CI runs `cargo xtask ci` and nothing else, so what passes here passes there.

#![forbid(unsafe_code)]

mod ci;
mod codegen;
mod dispatch;
mod oracle;
mod sanitize;
mod shell;
mod tidy;
mod workspace;
mod zeal;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask ci [step…]          run every step of CI, or the named ones; `ci --list` names them
cargo xtask codegen [--check]   write the generated files, or compare them with what would be written
cargo xtask tidy                check the house rules that a compiler does not
cargo xtask dispatch            prove from the emitted code that handlers tail-call
cargo xtask zeal                run the Python behaviour tests with a collection at every escape
cargo xtask sanitize            run what threads stress under ThreadSanitizer
cargo xtask sanitize KIND ARGS… run cargo ARGS under a sanitizer (thread or address), standard library included
cargo xtask oracle [ARGS…]      compare the compiler with CPython's compile() over its whole library
cargo xtask help                this text";

/// What a command returns: the message is for a person and complete.
type Result<T = ()> = std::result::Result<T, String>;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match args.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", &args[..]),
    };
    let outcome = match command {
        "ci" => return ci::run(rest),
        "codegen" => codegen::run(rest),
        "tidy" => tidy::run(),
        "dispatch" => dispatch::run().map(|note| println!("{note}")),
        "sanitize" => sanitize::run(rest),
        "zeal" => zeal::run(),
        "oracle" => oracle::run(rest),
        "help" | "-h" | "--help" => {
            println!("{HELP}");
            Ok(())
        }
        other => Err(format!("unknown command `{other}`\n\n{HELP}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
