//! Iteration by position, and atomic listings.

use stackref::{ByteLock, Load, Value};

use super::{Dict, KeysWord};
use crate::cell;
use crate::env::NoSafepoint;

/// One entry of an iteration.
#[derive(Debug)]
pub struct DictEntry {
    /// Where it stands. Go on with `position + 1`, or backwards with `position`.
    pub position: usize,
    /// The key.
    pub key: Value,
    /// The key's hash.
    pub hash: i64,
    /// The value.
    pub value: Value,
}

enum Step {
    Entry(DictEntry),
    End,
    Unsure,
}

impl Dict {
    /// The first entry at `position` or after it. Starts at 0.
    ///
    /// Positions stay true while the keys do not change; otherwise entries may be left out or come again, and the caller
    /// compares [`len`](Dict::len) with what it was to notice.
    pub fn next_entry<T: NoSafepoint>(&self, lock: &ByteLock, thread: &T, position: usize) -> Option<DictEntry> {
        match self.step_quick(thread, position, true) {
            Step::Entry(entry) => Some(entry),
            Step::End => None,
            Step::Unsure => self.step_locked(lock, thread, position, true),
        }
    }

    /// The last entry before `position`. Starts at `usize::MAX`.
    pub fn prev_entry<T: NoSafepoint>(&self, lock: &ByteLock, thread: &T, position: usize) -> Option<DictEntry> {
        match self.step_quick(thread, position, false) {
            Step::Entry(entry) => Some(entry),
            Step::End => None,
            Step::Unsure => self.step_locked(lock, thread, position, false),
        }
    }

    /// Keys, hashes and values in order, as of one moment.
    pub fn to_vec<T: NoSafepoint>(&self, lock: &ByteLock, thread: &T) -> Vec<(Value, i64, Value)> {
        let locked = self.lock(lock, thread);
        let mut all = Vec::with_capacity(locked.len());
        let me = thread.me();
        locked.for_each(|key, hash, value| all.push((key.clone_as(me), hash, value.clone_as(me))));
        all
    }

    /// Keys in order, as of one moment.
    pub fn keys_to_vec<T: NoSafepoint>(&self, lock: &ByteLock, thread: &T) -> Vec<Value> {
        let locked = self.lock(lock, thread);
        let mut all = Vec::with_capacity(locked.len());
        locked.for_each(|key, _, _| all.push(key.clone_as(thread.me())));
        all
    }

    /// Values in order, as of one moment.
    pub fn values_to_vec<T: NoSafepoint>(&self, lock: &ByteLock, thread: &T) -> Vec<Value> {
        let locked = self.lock(lock, thread);
        let mut all = Vec::with_capacity(locked.len());
        locked.for_each(|_, _, value| all.push(value.clone_as(thread.me())));
        all
    }

    #[inline]
    fn step_quick<T: NoSafepoint>(&self, thread: &T, position: usize, forward: bool) -> Step {
        let word: KeysWord = self.keys.load();
        // In split form the order bytes shift under deletion: read them under the lock only.
        if word.is_split() || !self.readable(word, thread) {
            return Step::Unsure;
        }
        // SAFETY: K1: readable, and the token rules out a safepoint. Nothing is dropped below before the last use.
        let keys = unsafe { word.keys() };
        let (begin, end) = (keys.live_begin() as usize, keys.entries() as usize);
        let (mut at, stop) = if forward { (position.max(begin), end) } else { (begin, position.min(end)) };
        // Forward: the candidates are at..stop; backward the same, from the end.
        let mut stop = stop;
        while at < stop {
            let here = if forward { at } else { stop - 1 };
            let entry = keys.entry(here as u32);
            // SAFETY: E1.
            let value = unsafe { entry.value.load(thread.me()) };
            match value {
                Load::Value(value) => {
                    // SAFETY: E1.
                    let Load::Value(key) = (unsafe { entry.key.load(thread.me()) }) else { return Step::Unsure };
                    return Step::Entry(DictEntry { position: here, key, hash: entry.hash(), value });
                }
                Load::Null if keys.moved() => return Step::Unsure,
                Load::Null => {}
                Load::Retry => return Step::Unsure,
            }
            if forward { at += 1 } else { stop -= 1 }
        }
        Step::End
    }

    #[cold]
    #[inline(never)]
    fn step_locked<T: NoSafepoint>(
        &self,
        lock: &ByteLock,
        thread: &T,
        position: usize,
        forward: bool,
    ) -> Option<DictEntry> {
        let locked = self.lock(lock, thread);
        let keys = locked.keys();
        if let Some(values) = self.inline_values() {
            let held = values.lock();
            let position = if forward { position } else { position.min(values.len()).checked_sub(1)? };
            let index = held.index_at(position)?;
            // SAFETY: the values lock is held, and E1.
            let value = unsafe { values.slot(index)?.load_locked(thread.me()) }?;
            let hash = keys.entry(index as u32).hash();
            return Some(DictEntry { position, key: locked.name(index as u32), hash, value });
        }
        let (begin, end) = (keys.live_begin() as usize, keys.entries() as usize);
        let is_live = |at: &usize| !cell::word(&keys.entry(*at as u32).key).is_null();
        let at = if forward {
            (position.max(begin)..end).find(is_live)?
        } else {
            (begin..position.min(end)).rev().find(is_live)?
        };
        let entry = keys.entry(at as u32);
        // SAFETY: the lock is held, and E1.
        let key = unsafe { entry.key.load_locked(thread.me()) }?;
        // SAFETY: as above.
        let value = unsafe { entry.value.load_locked(thread.me()) }?;
        Some(DictEntry { position: at, key, hash: entry.hash(), value })
    }
}
