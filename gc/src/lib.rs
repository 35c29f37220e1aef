//! Type-stable heap, quiescence-based reclamation and a stop-the-world cycle collector with precise stack scanning.
#![cfg(not(loom))]

mod collect;
mod heap;
mod pace;
mod qsbr;
mod tuning;
mod world;

pub use collect::{CollectStats, Model, PauseHistogram, StackWalk, Statistics, is_unreachable};
pub use heap::HeapStatistics;
pub use world::{Mutator, Requests, Stopped, World, free_from_any};
