//! The `weft` command.

#![forbid(unsafe_code)]

mod command;

/// Tables, lists and text outside the collected heap: a per-thread allocator, so that threads do not meet in it.
/// Not under sanitizers, which have to see when memory changes hands.
#[cfg(not(sanitizer))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    command::install_panic_hook();
    let code = command::main(std::env::args_os().collect());
    // Daemon threads may still run: the process ends without waiting for them.
    std::process::exit(code)
}
