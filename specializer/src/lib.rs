//! Adaptive counters, specialization decisions and atomic rewriting for shared inline caches.

#![forbid(unsafe_code)]
