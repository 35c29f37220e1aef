//! Guard, snapshot, load: the version is checked and the value read in one and the same keys object.

use stackref::{StackRef, Value};

use super::Dict;
use crate::cell;
use crate::env::NoSafepoint;
use crate::keys::KeysRef;

/// A keys object whose version was checked.
///
/// It borrows the proof that its thread passes no safepoint, and cannot outlive it: the table is not reclaimed before
/// one. Other threads may change the dictionary meanwhile; what [`load_at`](KeysSnapshot::load_at) returns was the value of
/// the key at some moment after the guard was entered, or is nothing.
pub struct KeysSnapshot<'s, T: NoSafepoint> {
    keys: KeysRef,
    thread: &'s T,
}

impl<T: NoSafepoint> Clone for KeysSnapshot<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: NoSafepoint> Copy for KeysSnapshot<'_, T> {}

impl Dict {
    /// The keys object, if its version is `version` (not 0). Never blocks.
    ///
    /// A match proves that the set of keys and their entry offsets are those the version was assigned to.
    #[inline(always)]
    pub fn guard<'s, T: NoSafepoint>(&self, thread: &'s T, version: u32) -> Option<KeysSnapshot<'s, T>> {
        let word = self.keys.load();
        // Versions are only given to shared, combined tables (`Locked::assign_version`), and an unshared one may be freed
        // under a foreign reader.
        if !word.is_shared() || word.is_split() {
            return None;
        }
        // SAFETY: K1: shared, and the token rules out a safepoint for as long as the snapshot lives.
        let keys = unsafe { word.keys() };
        (version != 0 && keys.version() == version).then_some(KeysSnapshot { keys, thread })
    }
}

impl<T: NoSafepoint> KeysSnapshot<'_, T> {
    /// The value at entry `index`. `None` if there is none (deleted, moved, never given out) or a race got in the way:
    /// deoptimize.
    #[inline(always)]
    pub fn load_at(&self, index: u32) -> Option<StackRef> {
        if index >= self.keys.entries() {
            return None;
        }
        // SAFETY: E1: `thread` names this thread; the caller puts the result on its stack.
        unsafe { self.keys.entry(index).value.load_stackref(self.thread.me()) }.value()
    }

    /// The common cases of [`load_at`](Self::load_at), which make no call; `None` says only that it was none of these.
    #[inline(always)]
    pub fn load_at_quick(&self, index: u32) -> Option<StackRef> {
        if index >= self.keys.entries() {
            return None;
        }
        // SAFETY: E1, as in `load_at`.
        unsafe { self.keys.entry(index).value.load_stackref_quick(self.thread.me()) }
    }

    /// As [`load_at`](Self::load_at), for native code.
    #[inline]
    pub fn value_at(&self, index: u32) -> Option<Value> {
        if index >= self.keys.entries() {
            return None;
        }
        // SAFETY: E1.
        unsafe { self.keys.entry(index).value.load(self.thread.me()) }.value()
    }

    /// Whether entry `index` is `key`'s, by identity: for debug assertions of an embedder.
    pub fn is_key_at(&self, index: u32, key: &Value) -> bool {
        index < self.keys.entries() && cell::word(&self.keys.entry(index).key).is(key.word())
    }
}
