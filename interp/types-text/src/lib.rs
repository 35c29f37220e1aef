//! Behaviour of str, bytes and formatting.

#![forbid(unsafe_code)]
