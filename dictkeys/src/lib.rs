//! Versioned, insertion-ordered hash-table keys that are read without locks.
//!
//! A [`Dict`] is the core of a dictionary object: 24 bytes to embed, operated under the embedding object's
//! [`ByteLock`](stackref::ByteLock), with lookups that take no lock. A [`SetTable`] is the same for sets; [`SharedKeys`]
//! and [`InlineValues`] keep the attributes of instances whose class knows their names. The embedder brings an [`Env`]:
//! equality of keys, the thread's id, and deferred reclamation.
//!
//! ```
//! # use std::ptr::NonNull;
//! # use dictkeys::{Dict, Env, NoSafepoint, Reclaim};
//! # use stackref::{ByteLock, Value, thread::{current_id, register}};
//! # struct Thread(u32);
//! # unsafe impl Reclaim for Thread {
//! #     unsafe fn retire(&mut self, _: NonNull<u8>, _: unsafe fn(NonNull<u8>), _: usize) {}
//! # }
//! # unsafe impl NoSafepoint for Thread { fn me(&self) -> u32 { self.0 } }
//! # impl Env for Thread {
//! #     type Error = ();
//! #     fn same(&mut self, a: &Value, b: &Value) -> Option<bool> { Some(a.is(b)) }
//! #     fn equal(&mut self, _: &Value, _: &Value) -> Result<bool, ()> { Err(()) }
//! #     fn no_memory(&mut self) {}
//! # }
//! # let record = register();
//! # let number = |i| Value::from_int(i).expect("small");
//! let mut env = Thread(current_id()); // the embedder's: equality, thread, reclamation
//! let (mut dict, lock) = (Dict::new(env.me()), ByteLock::new());
//! dict.insert(&lock, &mut env, &number(7), 7, number(49)).expect("no user code, enough memory");
//! let value = dict.get(&lock, &mut env, &number(7), 7).expect("no user code");
//! assert_eq!(value.and_then(|value| value.as_int()), Some(49));
//!
//! // A cache: where the key stands, and the version under which that is true.
//! let index = dict.lock(&lock, &env).index_of(&mut env, &number(7), 7).expect("it is there");
//! let version = dict.assign_version(&lock, &env);
//! let value = dict.guard(&env, version).and_then(|keys| keys.value_at(index));
//! assert_eq!(value.and_then(|value| value.as_int()), Some(49));
//! dict.dispose(&mut env, drop);
//! ```
//!
//! # Guarantees
//!
//! Any thread may call anything at any time; a race gives the result of some order of the operations, never a crash.
//! Single operations are atomic, except that a comparison that needs user code runs without the lock: what it changes is
//! noticed, and the operation starts again. Iteration is memory-safe and misses nothing while the keys stay as they are.
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

pub use dict::{Cleared, Dict, DictEntry, HeldEntry, KeysSnapshot, Locked, Locked2};
pub use env::{Env, NoSafepoint, Reclaim};
pub use set::SetTable;
pub use split::{HeldSlot, Inline, InlineValues, MAX_SHARED_NAMES, SharedKeys, ValuesMoved};
