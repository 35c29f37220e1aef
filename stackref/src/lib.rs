//! One-word tagged references with biased, deferred and immortal reference counts.
//!
//! For runtimes whose threads share objects without a global lock. There is no Python in this crate: an object is
//! anything that begins with a [`Header`], a type anything that begins with a [`TypeHead`].
//!
//! # The model on one page
//!
//! * A [`Word`] is 64 bits: a pointer that owns a count, a pointer that owns none, an int of 62 bits, or a float.
//! * Three types give words an owner. [`Value`] is the strong handle of native code (`Clone`, `Drop`). [`StackRef`] is the
//!   reference of stacks: it may own nothing, and is closed by hand where a finalizer may run; closing the last one
//!   gives a [`Dead`]. [`Slot`] is a heap slot that any thread may read without a lock.
//! * Counts are biased (Choi, Shull, Torrellas 2018; PEP 703). Each object has an owner thread, which counts with plain
//!   loads and stores in `local`; all others use atomics on `shared`. The count is the sum. A foreign thread that would take
//!   the shared count below zero hands its reference to the owner's merge queue ([`thread::Record::drain_merge_queue`]), or
//!   merges at once for an owner that has ended or is detached.
//! * An object may be immortal (never counted), or deferred: references on stacks carry no count, and only a collector,
//!   which sees all stacks, frees it. Contention promotes objects that a collector tracks.
//! * A thread counts under an id only while [`thread::Record::attach`]ed.
//!
//! # Example
//!
//! ```
//! use stackref::{Header, Slot, StackRef, TypeHead, Value, Word, thread};
//! use std::ptr::NonNull;
//!
//! // Ints and floats are words, with arithmetic that says when it leaves the range.
//! let sum = Word::small(20).int_add(Word::small(22)).unwrap();
//! assert_eq!(sum.as_int(), Some(42));
//!
//! // An object is a header and whatever follows.
//! unsafe fn free(object: NonNull<Header>) {
//!     // SAFETY: made by `Box` below, and dead.
//!     drop(unsafe { Box::from_raw(object.as_ptr()) });
//! }
//! static PLAIN: TypeHead = TypeHead { header: Header::new_immortal(std::ptr::null_mut()), dealloc: free };
//!
//! let record = thread::register();
//! let me = record.id().get();
//! let object = Box::leak(Box::new(Header::new((&raw const PLAIN).cast_mut(), me)));
//! // SAFETY: a new object starts with one count, which the handle takes over.
//! let value = unsafe { Value::from_header(NonNull::from(object)) };
//! let on_stack = StackRef::new(&value, me);
//! let slot = Slot::new(Some(value.clone()));
//! assert!(on_stack.close(me).is_none(), "others hold it");
//! drop(slot);
//! value.close(me).expect("the last one").finalize();
//! record.retire();
//! ```
//!
//! # Guarantees
//!
//! * The owner's operations on a count are plain loads and stores; immediates are copied, closed and read from a slot
//!   without touching memory behind them.
//! * `Option<Value>`, `Result<Value, ()>` and `Option<Word>` are one machine word.
//! * An object is finalized once, by the holder of the last reference (or by whom the queue reaches); never while a
//!   count is held, and a deferred one only by the collector.
//! * Counts that overflow leak the object; they never wrap.
//!
//! # Invariants
//!
//! | id | statement | established by | relied on by | tested by |
//! |---|---|---|---|---|
//! | W1 | The bits of a word are never all zero | every constructor of [`Word`] sets a tag or takes a non-null pointer | niches of `Option`, `Word::from_bits` | `word/tests` |
//! | W2 | A counted word is a non-null aligned pointer; the only uncounted pointer with address 0 is NULL | constructors | `header_unchecked` | `word/tests` |
//! | H1 | The memory of a header stays readable as one, in a state that fails try-incref when free, until every thread that might have read a pointer to it has passed a grace period | the embedder's allocator; [`Header::mark_free`], [`Header::init_at`] | [`Slot`], [`Header::try_incref`] | loom `*_recycled_block`, stress |
//! | H2 | `owner` is 0 before `MERGED` is visible | `merge_zero_slow`, [`Header::merge`] | whoever frees and recycles after `MERGED` | loom `owner_lets_go_…`, `merge_races_…` |
//! | H3 | A reference that is queued is not subtracted: the entry is the reference | `decref_shared_slow` | the queue, the collector's counts | `header/tests`, loom `queueing_…` |
//! | H4 | Only the thread whose id is in `owner` writes `local`; others do so only while it cannot run | `me` arguments are [`thread::current_id`] (debug-asserted) | plain loads and stores | loom `detached_owner_…`, `counts_made_before_detaching_…` |
//! | H5 | `DEFERRED` is set only when the bias is in the shared count, and only of tracked or immortal objects | `enable_deferred`, `make_immortal` | uncounted references | loom `promotion_…`, `contention_…` |
//! | T1 | Who merges for another thread holds it: suspended while detached, ended, or the world stopped | `enqueue`, collector | H4 | loom `detached_…`, `queue_of_a_detached_…` |
//! | T2 | Under a bucket's mutex only counts change: no user code, no finalizer, no object allocation | `thread/registry` | absence of deadlock | review |
//! | T3 | A thread that has left its bucket counts and merges nothing | [`thread::Record::leave`] disowns first | whoever merges for a thread that has ended | loom `leaving_races_…`, stress of the interpreter |
//! | D1 | A [`Dead`] names a dead object and is the only token for it | `Fate::Dead` is returned once per death | [`Dead::finalize`] | stress (`finalized twice`) |
//! | S1 | A counted [`StackRef`] owns exactly one count; one that is not counted is kept alive by something else | constructors (unsafe where not provable) | every method | `stack/tests`, ledger |
//! | S2 | An uncounted reference to a deferred object lives only where the collector sees it | the embedder | the collector | the embedder's tests |
//! | V1 | A [`Value`] owns a count, or is an immediate, or immortal; a view of a stack reference never drops | constructors, [`StackRef::as_value`] | every method | `stack/tests` |
//! | V2 | A [`Slot`] holds what `Value::into_word` gave, or NULL (or all-zero memory) | `store`, `swap`, `take` | readers | `slot/tests` |
//! | L1 | The holder of a [`ByteLock`] runs no user code, allocates no object and reaches no safepoint | the embedder | waiting without detaching | review |
//!
//! # Features and configurations
//!
//! * `ledger`: tickets for stack references; see `ledger`.
//! * `cfg(loom)`: [`sync`] becomes loom, for the models in `tests/loom.rs`. `cfg(sanitizer)`: smaller stress tests.

pub mod sync;
pub mod thread;

#[cfg(feature = "ledger")]
pub mod ledger;
#[cfg(not(feature = "ledger"))]
mod ledger;

mod dead;
mod header;
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
