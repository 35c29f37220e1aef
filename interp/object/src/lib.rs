//! Object layouts, types, thread state, raising and the call protocol.
