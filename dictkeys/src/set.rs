//! Hash sets: the dictionary core with a value that is nobody's.
//!
//! Apart so that set types do not see values. Elements keep insertion order; the value slot holds an immediate, which
//! costs no count.

use stackref::{ByteLock, Value, Word};

use crate::dict::{Cleared, Dict};
use crate::env::{Env, NoSafepoint, Reclaim};

/// The table of a set or frozenset, to be embedded in an object; the lock is that object's. Threads as for [`Dict`].
#[derive(Debug)]
pub struct SetTable(Dict);

impl SetTable {
    /// An empty set that `owner` (a thread id) creates.
    #[inline]
    pub fn new(owner: u32) -> SetTable {
        SetTable(Dict::new(owner))
    }

    /// Number of elements.
    #[inline]
    pub fn len<T: NoSafepoint>(&self, lock: &ByteLock, thread: &T) -> usize {
        self.0.len(lock, thread)
    }

    /// Whether there are no elements.
    pub fn is_empty<T: NoSafepoint>(&self, lock: &ByteLock, thread: &T) -> bool {
        self.len(lock, thread) == 0
    }

    /// Whether `key` is an element.
    ///
    /// # Errors
    /// Those of [`Env::equal`].
    #[inline]
    pub fn contains<E: Env>(&self, lock: &ByteLock, env: &mut E, key: &Value, hash: i64) -> Result<bool, E::Error> {
        self.0.contains(lock, env, key, hash)
    }

    /// Adds `key`; true if it was new. An equal element stays.
    ///
    /// # Errors
    /// Those of [`Env::equal`], and [`Env::no_memory`].
    #[inline]
    pub fn add<E: Env>(&self, lock: &ByteLock, env: &mut E, key: &Value, hash: i64) -> Result<bool, E::Error> {
        Ok(self.0.insert(lock, env, key, hash, present())?.is_none())
    }

    /// As [`SetTable::add`] without a lock, for a set that is being made, as the exclusive borrow shows.
    ///
    /// # Errors
    /// As [`SetTable::add`].
    #[inline]
    pub fn build<E: Env>(&mut self, env: &mut E, key: Value, hash: i64) -> Result<bool, E::Error> {
        self.0.build(env, key, hash, present())
    }

    /// As [`SetTable::build`] where that takes no call.
    ///
    /// # Errors
    /// Gives the key back: nothing happened.
    ///
    /// # Safety
    /// As [`Dict::build_quick`].
    #[inline]
    pub unsafe fn build_quick(&self, key: Value, hash: i64) -> Result<bool, Value> {
        // SAFETY: forwarded.
        unsafe { self.0.build_quick(key, hash, present()) }
    }

    /// Removes `key` and returns the element that was equal to it.
    ///
    /// # Errors
    /// Those of [`Env::equal`].
    pub fn discard<E: Env>(
        &self,
        lock: &ByteLock,
        env: &mut E,
        key: &Value,
        hash: i64,
    ) -> Result<Option<Value>, E::Error> {
        Ok(self.0.remove(lock, env, key, hash)?.map(|(key, _)| key))
    }

    /// Removes and returns the element that was added first (any would do).
    pub fn pop<E: Env>(&self, lock: &ByteLock, env: &mut E) -> Option<Value> {
        self.0.popitem_first(lock, env).map(|(key, _)| key)
    }

    /// Removes everything.
    pub fn clear<E: Env>(&self, lock: &ByteLock, env: &mut E) -> Cleared {
        self.0.clear(lock, env)
    }

    /// Makes room for `additional` more elements.
    ///
    /// # Errors
    /// [`Env::no_memory`].
    pub fn reserve<E: Env>(&self, lock: &ByteLock, env: &mut E, additional: usize) -> Result<(), E::Error> {
        self.0.reserve(lock, env, additional)
    }

    /// A copy owned by the calling thread: an atomic picture of this set.
    ///
    /// # Errors
    /// [`Env::no_memory`].
    pub fn copy<E: Env>(&self, lock: &ByteLock, env: &mut E) -> Result<SetTable, E::Error> {
        self.0.copy(lock, env).map(SetTable)
    }

    /// The first element at `position` or after it, with its position and hash; go on with position + 1.
    pub fn next_element<T: NoSafepoint>(
        &self,
        lock: &ByteLock,
        thread: &T,
        position: usize,
    ) -> Option<(usize, Value, i64)> {
        self.0.next_entry(lock, thread, position).map(|entry| (entry.position, entry.key, entry.hash))
    }

    /// Elements with their hashes, as of one moment.
    pub fn to_vec<T: NoSafepoint>(&self, lock: &ByteLock, thread: &T) -> Vec<(Value, i64)> {
        self.0.to_vec(lock, thread).into_iter().map(|(key, hash, _)| (key, hash)).collect()
    }

    /// The dictionary underneath, for operations that want the lock kept ([`Dict::lock`], [`Dict::exclusive`]). Values
    /// put into it are never read.
    pub fn as_dict(&self) -> &Dict {
        &self.0
    }

    /// Visits the words of all elements for the collector.
    ///
    /// # Safety
    /// The world is stopped.
    pub unsafe fn trace(&self, visit: &mut dyn FnMut(Word)) {
        // SAFETY: forwarded.
        unsafe { self.0.trace(visit) };
    }

    /// Ends the set when the object that embeds it dies; see [`Dict::dispose`].
    pub fn dispose<R: Reclaim>(&mut self, env: &mut R, sink: impl FnMut(Value)) {
        self.0.dispose(env, sink);
    }
}

/// The value of every element.
#[inline(always)]
pub(crate) fn present() -> Value {
    // SAFETY: an immediate owns nothing.
    unsafe { Value::from_word(Word::small(0)) }
}
