//! Compiler from syntax trees to CPython 3.14 instructions.
