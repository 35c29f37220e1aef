//! Behaviour of object, type, functions, descriptors, exceptions and generators.
