//! Behaviour of list, tuple, dict, set, range, slice and their iterators.

#![forbid(unsafe_code)]
