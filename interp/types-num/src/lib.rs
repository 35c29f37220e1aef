//! Behaviour of int, float, complex and bool.

#![forbid(unsafe_code)]
