//! Tests of the collector on a toy object model: every phase alone, random graphs against naive reachability, and threads.

mod mock;
mod phases;
mod random;
mod threads;
