//! Frames, dispatch, unwinding, safepoints and the generated handlers.
