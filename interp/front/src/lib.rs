//! Parser front: source text to syntax tree, with CPython's errors.
