//! Behaviour of object, type, functions, descriptors, exceptions and generators.

#![forbid(unsafe_code)]
