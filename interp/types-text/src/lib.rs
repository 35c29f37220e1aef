//! Behaviour of str, bytes and formatting.
