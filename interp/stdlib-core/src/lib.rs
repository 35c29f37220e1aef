//! Native modules: builtins, sys, time, math, itertools, gc, _thread, _weakref.

#![forbid(unsafe_code)]
