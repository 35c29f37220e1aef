//! Behaviour of int, float, complex and bool.
