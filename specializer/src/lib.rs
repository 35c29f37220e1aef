//! Adaptive counters, specialization decisions and atomic rewriting for shared inline caches.
//!
//! # What is this
//!
//! An interpreter becomes fast by replacing a generic instruction with a form made for what it met: the attribute that lies
//! at index 3 of this shape, the addition of two small ints. This crate is that mechanism for code which **all threads
//! share and none locks**: when to try ([`counter`]), what to choose ([`decide`]), what a cache word holds
//! ([`cache`]), how code is rewritten under running readers ([`rewrite`]), and what came of it ([`stats`]). It knows no
//! language: the embedding names its families ([`family`]) and answers questions about its objects.
//!
//! # The model on one page
//!
//! Code is an array of 64-bit atomics. An adaptive instruction is a [`Site`](rewrite::Site):
//!
//! ```text
//! word 0   opcode:16 | a:16 | b:16 | c:16        only the opcode is ever rewritten
//! word 1   counter:16 | oparg:16 | aux:32        only the counter is ever rewritten
//! word 2…  cache words, each kind:8 | payload    zero until first specialized
//! ```
//!
//! (first field in the lowest bits, except the kind of a cache word, which is in the highest.)
//!
//! 1. The generic handler ticks the counter. When it triggers, one thread claims the attempt.
//! 2. The embedding collects facts; a pure function from [`decide`] turns them into a plan or a named failure.
//! 3. A plan is installed: cache words first, then the opcode by compare-exchange. A failure backs off exponentially.
//! 4. The specialized handler loads its cache word once and compares kind and version in one masked compare. On a miss
//!    it does the generic work and ticks the counter, which in time leads back to 1.
//!
//! Readers run with any mixture of old and new words. That is safe because of one rule, **every cache word is true by
//! itself**: it carries the kind that says how to read it and the version that makes its payload true. So no word
//! depends on another, on the opcode, or on the order in which they are seen; the table in [`rewrite`] goes through
//! the pairs. What does not fit a word is an immutable record, which a word of its own kind points to and which is
//! given to [`Retire`](rewrite::Retire) when the word is replaced.
//!
//! # The smallest example
//!
//! ```
//! use specializer::cache::{Kind, Word};
//! use specializer::rewrite::{Cell, Forget, Meta, Site, words};
//!
//! const LOAD: u16 = 1;
//! const LOAD_AT: u16 = 2;
//! const AT: Kind = Kind::entry(0);
//!
//! let code = words(&[Cell::new(LOAD, 7, 0, 0).bits(), Meta::adaptive(0, 0).bits(), 0]);
//! let site = Site::new(&code);
//! // The generic handler: tick until it is time, then specialize for shape 42, where the value lies at index 3.
//! while !site.tick() {}
//! let claim = site.claim().expect("nobody else runs this code");
//! claim.install(LOAD, LOAD_AT, &[Word::entry(AT, 3, 42)], &Forget).expect("nobody else rewrites it");
//! // The specialized handler.
//! assert_eq!(site.cell().opcode(), LOAD_AT);
//! assert_eq!(site.word(0).index_for(AT, 42), Some(3));
//! assert_eq!(site.word(0).index_for(AT, 43), None);
//! ```
//!
//! `examples/toy.rs` is a whole interpreter of three instructions whose threads share one specializing code.
//!
//! # Guarantees
//!
//! * No operation blocks or allocates; a reader does one load for each cache word it uses.
//! * Operands are never rewritten; an opcode that somebody else changed is left alone.
//! * A record that was ever published is retired exactly once, by whoever takes its word out.
//! * Nothing here can make a form's handler act on a false fact, whatever threads do at once. That it sees *this* attempt's fact is not
//!   promised: an overtaken attempt is lost and made again.
//!
//! # Invariants
//!
//! | id | statement | established | relied on | tested |
//! |---|---|---|---|---|
//! | S1 | Every cache word is true by itself | [`cache`]: kind and version in the word | each reader's masked compare | `tests/loom.rs`: `racing_specializers_never_mislead` |
//! | S2 | Operands, `oparg` and `aux` never change | [`rewrite`]: compare-exchange keeps them, counters rewrite 16 bits | decoding without a lock | `rewrite/tests.rs`: property |
//! | S3 | A record is complete before its word can be seen | [`rewrite`]: Release swap, Acquire load | dereference in a handler | `tests/loom.rs`: `records_are_seen_whole` |
//! | S4 | A published record is retired once | [`rewrite`]: words are taken out by swap | the embedding's reclamation | `tests/loom.rs`: `records_are_retired_once` |
//! | S5 | A reader that *acquires* an opcode sees cache words at least as new as that install | [`rewrite`]: opcode last, Release | disassembly, trace recording (no handler) | `tests/loom.rs`: `an_acquired_opcode_brings_its_cache` |
//! | S6 | Counters may lose ticks, never their sense | [`counter`]: relaxed whole-word stores of one field | scheduling of attempts only | `tests/loom.rs`: `racing_ticks_trigger` |
//! | S7 | A decision changes nothing | [`decide`]: functions of facts | calling it under the embedding's locks | by type: facts are `&self` |
//!
//! # Features
//!
//! None. Under `cfg(loom)` the atomics are loom's and the counters' constants shrink.

#![forbid(unsafe_code)]

pub mod counter;
#[macro_use]
pub mod family;

pub mod cache;
pub mod rewrite;

pub mod decide;

pub mod stats;
