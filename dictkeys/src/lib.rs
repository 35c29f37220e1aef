//! Versioned, insertion-ordered hash-table keys that are read without locks.
//!
//! A [`Dict`] is the core of a dictionary object: 24 bytes to embed, operated under the embedding object's
//! [`ByteLock`](stackref::ByteLock), with lookups that take no lock. A [`SetTable`] is the same for sets; [`SharedKeys`]
//! and [`InlineValues`] keep the attributes of instances whose class knows their names. The embedder brings an [`Env`]:
//! equality of keys, the thread's id, and deferred reclamation.
//!
//! # Invariants
//!
//! | id | statement | established | relied on |
//! |---|---|---|---|
//! | K1 | A keys object that a thread may follow is not freed before the thread's next safepoint, or while it holds the lock or counted it | `Locked::mark_shared` before the first foreign access; `release` | every use of `KeysRef` |
//! | K2 | An entry offset names one key for ever, or nothing: offsets are given out once, index slots change once | `KeysRef::fill`, `push` | `KeysSnapshot::load_at`, `load_hint` |
//! | K3 | Probe positions are masked, and one index slot at least is empty | `Shape::of`, `Cursor` | `storage::index` |
//! | K4 | Slots of entries given out hold words; live entries hold key and value | `fill`, `kill` | `cell` |
//! | K5 | A slot has one writer: the holder of its lock | `Locked`, `HeldValues` | `cell::take`, `cell::replace` |
//! | K6 | A reference stands in one live table; the table it left shows NULL before the lock is released, or is freed | `Locked::rebuild`, `drain` | retain-and-re-load in `stackref::Slot` |
//! | E1 | `NoSafepoint::me` is the calling thread, attached, and no safepoint passes while the token is borrowed | the embedder | `Slot::load` |
//! | S1 | Inline values are alive while a handle to them is used | the embedder; `Dict::detach` | `InlineValues` |
//! | S2 | The order of an instance's values names each set slot once | `HeldValues` | iteration in split form |
//! | S3 | A name stays in its class's keys until the class and all its instances are dead | `SharedKeys` | lookups in split form |

mod cell;
mod dict;
mod env;
mod keys;
mod set;
mod split;
mod version;

pub use dict::{Cleared, Dict, DictEntry, KeysSnapshot, Locked, Locked2};
pub use env::{Env, NoSafepoint, Reclaim};
pub use set::SetTable;
pub use split::{Inline, InlineValues, MAX_SHARED_NAMES, SharedKeys, ValuesMoved};
