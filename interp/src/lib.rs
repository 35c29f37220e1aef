//! A free-threaded, specializing Python 3.14 runtime.

#![forbid(unsafe_code)]
