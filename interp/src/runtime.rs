//! Start-up: a native thread with a large stack, attached to the world, with all types and modules made.

use std::sync::Once;

use interp_object::{Esc, Thread};
use interp_stdlib_core::runtime::{Config, start};

/// Bytes of native stack of the thread that runs the program. Untouched memory costs nothing; the recursion limit guards
/// the depth of Python calls, and native recursion checks what is left.
const STACK_BYTES: usize = 256 << 20;

/// Fills the types of all crates, bases before derived.
fn init_types(esc: Esc<'_>) {
    interp_types_core::init(esc);
    interp_types_num::init(esc);
    interp_types_text::init(esc);
    interp_types_data::init(esc);
    interp_eval::init(esc);
    interp_stdlib_core::init(esc);
}

/// Runs `work` on a thread of its own with a started runtime.
///
/// # Errors
/// The system's refusal to start a thread.
pub(crate) fn with_runtime<R: Send>(config: Config, work: impl FnOnce(Esc<'_>) -> R + Send) -> std::io::Result<R> {
    static INIT: Once = Once::new();
    std::thread::scope(|scope| {
        let spawned =
            std::thread::Builder::new().name("main".to_owned()).stack_size(STACK_BYTES).spawn_scoped(scope, || {
                let thread = Thread::attach_current(STACK_BYTES);
                let esc = thread.enter();
                INIT.call_once(|| init_types(esc));
                interp_object::interrupt::install(esc);
                start(esc, config);
                work(esc)
            })?;
        match spawned.join() {
            Ok(result) => Ok(result),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
