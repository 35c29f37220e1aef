//! Compiler of the instruction definition language.
