//! Frames: the layout of the words below a frame's locals, and the walk over a thread's frames.

use stackref::Word;

use crate::thread::Thread;

/// Shows the collector what the frames of `thread` hold. The world is stopped.
pub(crate) fn walk(thread: &Thread, visit: &mut dyn FnMut(Word)) {
    debug_assert!(thread.frame.get().is_null(), "frames are laid out by the eval loop");
    let _ = visit;
}
