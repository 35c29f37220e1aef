//! One-word tagged stack references with biased, deferred and immortal reference counts.

pub mod sync;
pub mod thread;

mod dead;
mod header;
#[cfg(feature = "ledger")]
pub mod ledger;
#[cfg(not(feature = "ledger"))]
mod ledger;
mod lock;
mod slot;
mod stack;
#[cfg(test)]
mod toy;
mod value;
mod word;

pub use dead::{Dead, Fate, TypeHead};
pub use header::{Header, IMMORTAL_REFCOUNT, gc_bits};
pub use lock::{ByteLock, ByteLockGuard, Lock2Guard, lock2};
pub use slot::{Load, Slot};
pub use stack::StackRef;
pub use value::Value;
pub use word::Word;
