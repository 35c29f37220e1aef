//! Behaviour of list, tuple, dict, set, range, slice and their iterators.

#![forbid(unsafe_code)]

#[cfg(test)]
mod tests;
