//! The `weft` command.

#![forbid(unsafe_code)]

mod command;

fn main() {
    command::install_panic_hook();
    let code = command::main(std::env::args_os().collect());
    // Daemon threads may still run: the process ends without waiting for them.
    std::process::exit(code)
}
