//! A heap, deferred reclamation and a cycle collector for reference-counted object models with threads.
//!
//! The counting itself is `stackref`'s: a 24-byte header with a biased count, words that own a count or do not. This crate adds what
//! counting cannot do alone: memory that stays readable for racing readers, a way to know when nobody reads it any more, and the collection
//! of cycles and of objects whose references are not counted. It knows no language: an embedder shows it the inside of objects
//! through [`Model`] and the stacks of threads through [`StackWalk`].
//!
//! # The model on one page
//! * A [`World`] is one runtime. A thread joins it and gets a [`Mutator`], through which it allocates, retires, and reaches *safepoints*:
//!   the only places where it can be stopped and where it promises to hold no borrowed pointer. A thread that blocks detaches.
//! * **Heap.** Blocks of one size class and kind (traced or not) share 16 KiB pages that belong to one thread. Allocation and
//!   the owner's free are a few instructions; other threads give blocks back through an atomic list per page. The first word of a block tells
//!   free blocks from objects, so the collector enumerates objects without any list of them.
//! * **Grace periods.** [`Mutator::retire`] hands over memory that was unlinked from shared structures; it is given back when every attached
//!   thread has passed a safepoint. Bounded by count and by bytes; threads that lag are asked to hurry.
//! * **Stop.** [`World::stop`] returns when every other thread is detached or stands at a safepoint.
//! * **Collection.** [`World::collect`] stops the world, marks what roots and stacks reach, subtracts internal references from the counts
//!   of the rest, and keeps what has a count left with all it reaches. The rest is garbage: weak reference callbacks and finalizers
//!   run with the world started; what they resurrect leaves; what is left is cleared and freed by counting. No phase recurses.
//!
//! # The smallest example
//! ```
//! use gc::{Model, World};
//! use stackref::{Header, Word, gc_bits};
//! use std::ptr::NonNull;
//!
//! /// No object holds anything.
//! struct Flat;
//! // SAFETY: there is nothing to show.
//! unsafe impl Model for Flat {
//!     unsafe fn trace(&self, _: NonNull<Header>, _: &mut dyn FnMut(Word)) {}
//!     unsafe fn has_finalizer(&self, _: NonNull<Header>) -> bool { false }
//!     unsafe fn finalize(&self, _: NonNull<Header>) {}
//!     unsafe fn clear(&self, _: NonNull<Header>) {}
//! }
//!
//! let world = World::new();
//! let me = world.register();
//! let block = me.alloc(48, true).expect("memory");
//! // SAFETY: a fresh block of ours; the type is never used in this example.
//! unsafe { Header::init_at(block.cast(), std::ptr::dangling_mut(), me.id(), 0) };
//! let stats = world.collect(&me, &Flat, &());
//! assert_eq!((stats.live, stats.collected), (1, 0));
//! // SAFETY: the only reference.
//! unsafe { me.free(block) };
//! ```
//! `examples/cycle.rs` is a complete object model with a cycle that is collected.
//!
//! # Invariants
//! SAFETY notes cite these.
//!
//! | id | statement | established | relied on | tested |
//! |---|---|---|---|---|
//! | H1 | A page record is readable as long as its world lives | `heap/pool.rs` (segments are dropped with it) | every `PageRef` | heap tests |
//! | H2 | A page's cells are touched by its owner only; in a pause by the collector; without an owner by the holder of the pool's lock | `heap/local.rs`, `heap/pool.rs` | `heap` | `threads_free_each_others_blocks`, sanitizer |
//! | H3 | The first word of a carved block is a link (odd) while free, null or odd until initialized, then even; the allocator writes nothing else into a block | `heap/segment.rs`, `heap/local.rs` | enumeration, try-incref of racing readers | `free_touches_only_the_first_word_of_the_header`, `behaves_like_a_map` |
//! | H4 | An empty page changes class, owner or thread, and large memory is given back, only after a grace period | `LocalHeap::reclaim_pages`, `heap/large.rs` | `stackref`'s H1 | `empty_pages_change_class_after_a_grace_period_only` |
//! | Q1 | Memory unlinked before an advance and given back after its goal was reached is read by nobody afterwards | `qsbr` | `retire`, H4 | loom `nobody_reads_what_was_given_back`, `readers_never_see_reclaimed_memory` |
//! | W1 | While a [`Stopped`] lives, no other thread of the world is attached | `world/gate.rs` | `collect` | loom `the_world_stands_still`, `two_threads_stop_each_other` |
//! | W2 | A detached thread touches no block and counts nothing | callers of [`Mutator::detach`] | W1, Q1 | debug assertions of `stackref` |
//! | C1 | Between pauses, `owner` of every object is a thread or 0; scratch values never survive a pause | `collect/scratch.rs`, `keep` | `stackref`'s counting | `cycles_die_and_what_is_held_stays`, `nothing_is_lost_and_nothing_dies_early` |
//! | C2 | From being found until it is let go, garbage has one reference of the collector's | `Collection::seize` | finalizers, clearing | `garbage_is_what_is_not_reachable` |
//!
//! # Builds
//! `--cfg zeal` asks for a collection at every safepoint and shrinks every threshold (`tuning.rs`); `--cfg sanitizer` only
//! shrinks them; `--cfg loom` leaves only what `tests/loom.rs` models. Debug builds overwrite freed blocks beyond their header and
//! check that a block is freed once.
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
