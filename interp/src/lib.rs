//! A free-threaded, specializing Python 3.14 runtime.
