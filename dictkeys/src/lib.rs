//! Versioned, insertion-ordered hash-table keys that are read without locks.
