//! Ctrl-C: a thread of its own receives the signal and asks the main thread for a `KeyboardInterrupt`. Apart because an
//! embedder's process keeps its own handlers.

use interp::Outcome;
use signal_hook::consts::SIGINT;
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

/// Bytes of stack of the thread that waits for signals.
const STACK_BYTES: usize = 128 * 1024;

/// Starts to watch for the signal. A second one that comes before the first was noticed ends the process.
pub(super) fn watch() {
    let Ok(mut signals) = Signals::new([SIGINT]) else { return };
    let watching = std::thread::Builder::new().name("signals".to_owned()).stack_size(STACK_BYTES).spawn(move || {
        for signal in signals.forever() {
            if !interp::interrupt() {
                drop(emulate_default_handler(signal));
            }
        }
    });
    // Without the thread the signal would have no effect at all.
    if watching.is_err() {
        eprintln!("weft: cannot start a thread to watch for Ctrl-C");
    }
}

/// Ends the process by the signal if a `KeyboardInterrupt` ended the program, so that a shell sees what happened.
pub(super) fn end(outcome: &Outcome) {
    if outcome.interrupted {
        drop(emulate_default_handler(SIGINT));
    }
}
