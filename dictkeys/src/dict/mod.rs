//! The dictionary core: 24 bytes to embed in an object, usable under that object's lock.
//!
//! # Protocol
//!
//! *Lock.* Every operation gets the [`ByteLock`] of the object that embeds the [`Dict`]; it must be the same one each
//! time. It is a leaf: nothing runs under it but [`Env::same`] and [`Reclaim::retire`]. An operation that needs
//! [`Env::equal`] counts the keys object and the candidate, lets go of the lock, calls, takes the lock again, and goes
//! on only if the dictionary still has the same keys object and the entry the same key; else it starts again. Counting
//! the keys object rules out ABA: a table that is counted is not freed, so the same address is the same table.
//!
//! *Readers* take no lock if they may follow the keys pointer (state table in `word`): the owner always, others once
//! the dictionary is SHARED. What a reader cannot decide (a slot in motion, a table whose contents moved, a comparison
//! that needs `equal`) it decides under the lock.
//!
//! *Tables are replaced* (resize, clear, conversion) under the lock: the new one is complete before it
//! is published; then the old one's slots are emptied and it is retired if others may be reading it, or it is freed at
//! once if only the owner could.
//!
//! *Iteration* is by position, an entry offset (or a place in the order of inline values). Positions are bounded by the
//! table they are used with, so that any race is memory-safe; a changed size is for the caller to notice.

use std::ptr::NonNull;

use stackref::sync::atomic::{AtomicPtr, AtomicU32, Ordering};
use stackref::{ByteLock, Value, Word};

use crate::cell;
use crate::env::{Env, NoSafepoint, Reclaim};
use crate::keys::{KeysRef, storage};
use crate::split::{InlineValues, SharedKeys};

mod iter;
mod locked;
mod read;
mod resize;
mod snapshot;
mod word;
mod write;

pub use iter::DictEntry;
pub use locked::{Locked, Locked2};
pub use resize::Cleared;
pub use snapshot::KeysSnapshot;
pub use write::HeldEntry;

use word::{AtomicKeysWord, KeysWord};

/// An insertion-ordered dictionary, to be embedded in an object.
///
/// Dropping one does not free what it holds: call [`dispose`](Dict::dispose).
pub struct Dict {
    keys: AtomicKeysWord,
    /// Inline values it looks at in split form, else null. Null before the keys word loses SPLIT is never seen by the
    /// lock holder; readers re-check.
    values: AtomicPtr<u8>,
    /// Number of keys in combined form (in split form the values know).
    used: AtomicU32,
    /// The thread that may read an unshared dictionary without the lock.
    owner: u32,
}

#[cfg(not(loom))]
static_assertions::assert_eq_size!(Dict, [u64; 3]);

// SAFETY: the raw pointers are read and written by the protocol of the module header, from any thread; the values they
// lead to are `Send + Sync` handles.
unsafe impl Send for Dict {}
// SAFETY: as above.
unsafe impl Sync for Dict {}

impl Dict {
    /// An empty dictionary that `owner` (a thread id) creates.
    #[inline]
    pub fn new(owner: u32) -> Dict {
        Dict::with_keys(storage::empty(), 0, owner)
    }

    fn with_keys(keys: KeysRef, used: u32, owner: u32) -> Dict {
        Dict {
            keys: AtomicKeysWord::new(KeysWord::new(keys, false, false)),
            values: AtomicPtr::new(std::ptr::null_mut()),
            used: AtomicU32::new(used),
            owner,
        }
    }

    /// A dictionary over the inline values of an instance (the first `obj.__dict__`): it shares the slots, so that
    /// attribute access goes on inline.
    ///
    /// # Safety
    /// `shared` are the keys of `values`. The instance keeps its class's keys alive, and before its memory goes away, or
    /// the instance gets other values, [`detach`](Dict::detach) is called.
    pub unsafe fn over_values(shared: &SharedKeys, values: InlineValues, owner: u32) -> Dict {
        Dict {
            keys: AtomicKeysWord::new(KeysWord::new(shared.keys(), false, true)),
            values: AtomicPtr::new(values.as_ptr()),
            used: AtomicU32::new(0),
            owner,
        }
    }

    /// Whether the values still stand inline in an instance.
    #[inline]
    pub fn is_split(&self) -> bool {
        self.keys.load().is_split()
    }

    /// Whether threads other than the creator read without the lock.
    #[inline]
    pub fn is_shared(&self) -> bool {
        self.keys.load().is_shared()
    }

    /// Number of keys.
    #[inline]
    pub fn len<T: NoSafepoint>(&self, lock: &ByteLock, thread: &T) -> usize {
        if self.keys.load().is_split() {
            return self.lock(lock, thread).len();
        }
        self.used.load(Ordering::Relaxed) as usize
    }

    /// Lets other threads read without the lock from now on. The embedder calls it for dictionaries that are about to
    /// be published (module globals); reads and writes by a thread other than the owner do it themselves.
    pub fn mark_shared<T: NoSafepoint>(&self, lock: &ByteLock, thread: &T) {
        if !self.is_shared() {
            self.lock(lock, thread).mark_shared();
        }
    }

    /// The version of the keys object, 0 if it has none. A hint: [`guard`](Dict::guard) is what proves anything.
    pub fn version<T: NoSafepoint>(&self, thread: &T) -> u32 {
        let word = self.keys.load();
        if word.is_split() || !self.readable(word, thread) {
            return 0;
        }
        // SAFETY: K1: just found readable, and the token rules out a safepoint.
        unsafe { word.keys() }.version()
    }

    /// Gives the keys object a version unless it has one, and marks the dictionary shared, so that guards by any thread
    /// are sound. 0 if the dictionary is split or empty, or versions have run out: do not specialize.
    pub fn assign_version<T: NoSafepoint>(&self, lock: &ByteLock, thread: &T) -> u32 {
        self.lock(lock, thread).assign_version()
    }

    /// Whether `thread` may follow the keys pointer of `word` without the lock.
    #[inline(always)]
    fn readable<T: NoSafepoint>(&self, word: KeysWord, thread: &T) -> bool {
        word.is_shared() || self.owner == thread.me()
    }

    /// The inline values; for the lock holder of a split dictionary, or a reader that re-checks.
    #[inline]
    fn inline_values(&self) -> Option<InlineValues> {
        // Acquire pairs with the Release in `resize::convert`.
        let values = NonNull::new(self.values.load(Ordering::Acquire))?;
        // SAFETY: S1: `over_values` had them alive, and `detach` clears the pointer before they go.
        Some(unsafe { InlineValues::at(values) })
    }

    /// Visits the words of all keys and values for the collector. In split form only the values: the keys are the
    /// class's ([`SharedKeys::trace`]), and an instance with a dictionary over its values leaves tracing them to it.
    ///
    /// # Safety
    /// The world is stopped.
    pub unsafe fn trace(&self, visit: &mut dyn FnMut(Word)) {
        let word = self.keys.load();
        if word.is_split() {
            if let Some(values) = self.inline_values() {
                // SAFETY: forwarded.
                unsafe { values.trace(visit) };
            }
            return;
        }
        // SAFETY: K1: the world is stopped, so nothing replaces the table.
        unsafe { word.keys() }.for_each_live(|_, entry| {
            visit(cell::word(&entry.key));
            visit(cell::word(&entry.value));
        });
    }

    /// Ends the dictionary when the object that embeds it dies: contents go to `sink` (which may run finalizers),
    /// memory to the allocator or to `env`. The dictionary is empty afterwards. A split one just lets go of the values,
    /// which are the instance's.
    pub fn dispose<R: Reclaim>(&mut self, env: &mut R, mut sink: impl FnMut(Value)) {
        let word = self.keys.load();
        self.keys.store(KeysWord::new(storage::empty(), word.is_shared(), false));
        self.values.store(std::ptr::null_mut(), Ordering::Release);
        self.used.store(0, Ordering::Relaxed);
        if word.is_split() {
            return;
        }
        // SAFETY: K1: exclusive access; the table is freed below only.
        let keys = unsafe { word.keys() };
        if word.is_shared() {
            drain(keys, &mut sink);
        } else if !storage::is_empty_singleton(keys) {
            drop_private(keys, &mut sink);
        }
        release(keys, env, word.is_shared());
    }
}

impl std::fmt::Debug for Dict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = self.keys.load();
        f.debug_struct("Dict")
            .field("split", &word.is_split())
            .field("shared", &word.is_shared())
            .field("used", &self.used.load(Ordering::Relaxed))
            .finish_non_exhaustive()
    }
}

/// Hands the counted contents of a table over that nobody else can reach, and that is freed next.
fn drop_private(keys: KeysRef, sink: &mut impl FnMut(Value)) {
    for index in keys.live_begin()..keys.entries() {
        let entry = keys.entry(index);
        for word in [cell::word(&entry.key), cell::word(&entry.value)] {
            if word.is_counted() {
                // SAFETY: the slot owned it, and is not looked at again.
                sink(unsafe { Value::from_word(word) });
            }
        }
    }
}

/// Takes the contents of an unpublished table out, each slot NULL before its reference is dropped.
fn drain(keys: KeysRef, sink: &mut impl FnMut(Value)) {
    if storage::is_empty_singleton(keys) {
        return;
    }
    keys.set_moved();
    for index in keys.live_begin()..keys.entries() {
        let entry = keys.entry(index);
        // SAFETY: K5: the table is unpublished and this thread has its contents.
        if let Some(key) = unsafe { cell::take(&entry.key) } {
            sink(key);
        }
        // SAFETY: K5.
        if let Some(value) = unsafe { cell::take(&entry.value) } {
            sink(value);
        }
    }
}

/// Gives one ownership of a table up; the last one frees it, after a grace period if others may be reading.
pub(crate) fn release<R: Reclaim>(keys: KeysRef, env: &mut R, shared: bool) {
    if storage::is_empty_singleton(keys) || !keys.release() {
        return;
    }
    if shared {
        // SAFETY: no dictionary leads to the table any more and its contents are gone; `free_table` frees it once.
        unsafe { env.retire(keys.as_ptr().cast(), free_table, storage::bytes(keys)) };
    } else {
        // SAFETY: only the owner could read it, and the owner is here (or the lock kept it out).
        unsafe { storage::free(keys) };
    }
}

/// # Safety
/// `table` is the header of a table without owners or readers.
unsafe fn free_table(table: NonNull<u8>) {
    // SAFETY: the caller's promise.
    let keys = unsafe { KeysRef::from_raw(table.cast()) };
    // SAFETY: as above.
    unsafe { storage::free(keys) };
}

/// What `get` and its kin return.
type Lookup<E, T> = Result<Option<T>, <E as Env>::Error>;
