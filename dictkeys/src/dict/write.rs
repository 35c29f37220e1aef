//! Changes: insertion, removal. All under the lock; what leaves the dictionary goes to the caller, who drops it after.

use stackref::sync::atomic::Ordering;
use stackref::{ByteLock, Value};

use super::locked::{Locked, Place};
use super::resize::NoMemory;
use super::{Dict, Lookup};
use crate::cell;
use crate::env::{Env, NoSafepoint};
use crate::keys::{Pushed, storage};

impl Dict {
    /// Sets `key` to `value` and returns the old value. The first of several equal keys stays the key (Python's rule).
    ///
    /// # Errors
    /// Those of [`Env::equal`], and [`Env::no_memory`].
    #[inline]
    pub fn insert<E: Env>(
        &self,
        lock: &ByteLock,
        env: &mut E,
        key: &Value,
        hash: i64,
        value: Value,
    ) -> Lookup<E, Value> {
        self.lock(lock, env).insert(env, key, hash, value)
    }

    /// As [`insert`](Dict::insert) for a dictionary that is being built, as the exclusive borrow shows: takes no lock. An
    /// equal key that is there keeps its value. Whether the key is new.
    ///
    /// # Errors
    /// As [`insert`](Dict::insert).
    #[inline]
    pub fn build<E: Env>(&mut self, env: &mut E, key: Value, hash: i64, value: Value) -> Result<bool, E::Error> {
        let word = self.keys.load_locked();
        if !word.is_plain() {
            return self.build_slow(env, key, hash, value);
        }
        // SAFETY: K1: nobody else reaches the dictionary.
        match unsafe { word.keys() }.push_absent(key, hash, value) {
            Pushed::Added => {
                self.used.store(self.used.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
                Ok(true)
            }
            Pushed::Present(key) => {
                drop(key);
                Ok(false)
            }
            Pushed::Full(key, value) => self.build_growing(env, key, hash, value),
            Pushed::Unsure(key, value) => self.build_slow(env, key, hash, value),
        }
    }

    /// As [`build`](Dict::build) where that takes no call: there is room, and identity tells whether the key is there.
    ///
    /// # Errors
    /// Gives the key back: nothing happened.
    ///
    /// # Safety
    /// No other thread can reach the dictionary during the call.
    #[inline]
    pub unsafe fn build_quick(&self, key: Value, hash: i64, value: Value) -> Result<bool, Value> {
        let word = self.keys.load_locked();
        if !word.is_plain() {
            return Err(key);
        }
        // SAFETY: K1: nobody else reaches the dictionary.
        match unsafe { word.keys() }.push_absent(key, hash, value) {
            Pushed::Added => {
                self.used.store(self.used.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
                Ok(true)
            }
            Pushed::Present(key) => {
                drop(key);
                Ok(false)
            }
            Pushed::Full(key, _) | Pushed::Unsure(key, _) => Err(key),
        }
    }

    #[inline(never)]
    fn build_growing<E: Env>(&mut self, env: &mut E, key: Value, hash: i64, value: Value) -> Result<bool, E::Error> {
        // SAFETY: as in `build_slow`.
        let mut locked = unsafe { self.exclusive() };
        match locked.grow(env) {
            Ok(keys) => {
                keys.push_private(key, hash, Some(value));
                locked.count_up();
                Ok(true)
            }
            Err(NoMemory) => Err(locked.no_memory(env)),
        }
    }

    #[inline(never)]
    fn build_slow<E: Env>(&mut self, env: &mut E, key: Value, hash: i64, value: Value) -> Result<bool, E::Error> {
        // SAFETY: nobody else reaches the dictionary, as the borrow shows. (If its maker was another thread, that is gone or
        // gave it away.)
        let mut locked = unsafe { self.exclusive() };
        match locked.search(env, &key, hash)? {
            Place::At(_) => Ok(false),
            absent @ Place::Absent(_) => locked.put(env, absent, &key, hash, value).map(|_| true),
        }
    }

    /// The value of `key`, which becomes `default` if it has none; and whether it had none.
    ///
    /// # Errors
    /// Those of [`Env::equal`], and [`Env::no_memory`].
    pub fn set_default<E: Env>(
        &self,
        lock: &ByteLock,
        env: &mut E,
        key: &Value,
        hash: i64,
        default: &Value,
    ) -> Result<(Value, bool), E::Error> {
        let mut locked = self.lock(lock, env);
        let place = locked.search(env, key, hash)?;
        if let Place::At(index) = place
            && let Some(value) = locked.value_at(env, index)
        {
            return Ok((value, false));
        }
        locked.put(env, place, key, hash, default.clone())?;
        Ok((default.clone(), true))
    }

    /// Replaces the value at entry `hint` if that entry's key is `key` by identity and the lock is free:
    /// `STORE_ATTR_WITH_HINT`. Returns the old value.
    ///
    /// # Errors
    /// `value` comes back when the hint does not serve or the lock is taken.
    #[inline]
    pub fn store_hint<T: NoSafepoint>(
        &self,
        lock: &ByteLock,
        thread: &T,
        hint: u32,
        key: &Value,
        value: Value,
    ) -> Result<Value, Value> {
        match self.try_hold_hint(lock, thread, hint, key) {
            Some(held) => Ok(held.set(value)),
            None => Err(value),
        }
    }

    /// As [`store_hint`](Dict::store_hint) for a caller that looks before it gives up the value: the entry, with the lock
    /// held.
    #[inline]
    pub fn try_hold_hint<'a, T: NoSafepoint>(
        &'a self,
        lock: &'a ByteLock,
        thread: &T,
        hint: u32,
        key: &Value,
    ) -> Option<HeldEntry<'a>> {
        let locked = self.try_lock(lock, thread)?;
        let keys = locked.keys();
        let fits = !locked.word().is_split() && hint < keys.entries();
        (fits && cell::word(&keys.entry(hint).key) == key.word()).then_some(HeldEntry { locked, hint })
    }

    /// Removes `key` and returns it with its value.
    ///
    /// # Errors
    /// Those of [`Env::equal`].
    pub fn remove<E: Env>(&self, lock: &ByteLock, env: &mut E, key: &Value, hash: i64) -> Lookup<E, (Value, Value)> {
        self.lock(lock, env).remove(env, key, hash)
    }

    /// Removes the key that was inserted last and returns it with its value.
    pub fn popitem<E: Env>(&self, lock: &ByteLock, env: &mut E) -> Option<(Value, Value)> {
        let locked = self.lock(lock, env);
        if locked.word().is_split() {
            return locked.pop_inline(|values| values.checked_sub(1));
        }
        locked.pop_entry(locked.keys().last_live()?)
    }

    /// Removes the key that was inserted first and returns it with its value.
    pub fn popitem_first<E: Env>(&self, lock: &ByteLock, env: &mut E) -> Option<(Value, Value)> {
        let locked = self.lock(lock, env);
        if locked.word().is_split() {
            return locked.pop_inline(|values| (values > 0).then_some(0));
        }
        locked.pop_entry(locked.keys().first_live()?)
    }
}

/// One entry of a dictionary, with the lock held. No user code, finalizer or safepoint may run while it lives.
#[must_use]
pub struct HeldEntry<'a> {
    locked: Locked<'a>,
    hint: u32,
}

impl HeldEntry<'_> {
    /// Stores, releases the lock and returns the old value, which the caller drops.
    #[inline]
    pub fn set(self, value: Value) -> Value {
        let keys = self.locked.keys();
        // SAFETY: K5: the lock is held.
        let old = unsafe { cell::replace(&keys.entry(self.hint).value, value) };
        old.expect("K4: a live entry has a value")
    }
}

impl Locked<'_> {
    /// See [`Dict::insert`]. Drop the result after this guard.
    ///
    /// # Errors
    /// As [`Dict::insert`].
    #[inline]
    pub fn insert<E: Env>(&mut self, env: &mut E, key: &Value, hash: i64, value: Value) -> Lookup<E, Value> {
        match self.search(env, key, hash) {
            Ok(place) => self.put(env, place, key, hash, value),
            Err(error) => Err(error),
        }
    }

    /// See [`Dict::remove`]. Drop the result after this guard.
    ///
    /// # Errors
    /// As [`Dict::remove`].
    pub fn remove<E: Env>(&mut self, env: &mut E, key: &Value, hash: i64) -> Lookup<E, (Value, Value)> {
        let Place::At(index) = self.search(env, key, hash)? else { return Ok(None) };
        if !self.word().is_split() {
            return Ok(self.pop_entry(index));
        }
        let Some(values) = self.dict.inline_values() else { return Ok(None) };
        let Some(slot) = values.slot(index as usize) else { return Ok(None) };
        let removed = values.lock().unset(slot, index as u8);
        Ok(removed.map(|value| (self.name(index), value)))
    }

    /// The value of the key that a search found at `index`; `None` if an instance has the name but no value.
    fn value_at<T: NoSafepoint>(&self, thread: &T, index: u32) -> Option<Value> {
        let slot = self.value_slot(index)?;
        let _held = self.dict.inline_values().map(|values| values.lock());
        // SAFETY: the slot's lock is held: the dictionary's, and in split form the values'. E1.
        unsafe { slot.load_locked(thread.me()) }
    }

    /// Stores `value` at `place`, where a search for `key` has just ended.
    #[inline]
    fn put<E: Env>(&mut self, env: &mut E, place: Place, key: &Value, hash: i64, value: Value) -> Lookup<E, Value> {
        if self.word().is_split() {
            return self.put_split(env, place, key, hash, value);
        }
        match place {
            // SAFETY: K5: the lock is held.
            Place::At(index) => Ok(unsafe { cell::replace(&self.keys().entry(index).value, value) }),
            Place::Absent(cursor) => {
                let keys = self.keys();
                if !keys.has_room() {
                    return self.push_growing(env, key, hash, value);
                }
                keys.push(&cursor, key.clone_as(env.me()), hash, Some(value));
                self.count_up();
                Ok(None)
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn push_growing<E: Env>(&mut self, env: &mut E, key: &Value, hash: i64, value: Value) -> Lookup<E, Value> {
        match self.grow(env) {
            Ok(keys) => {
                keys.push(&keys.vacancy(hash), key.clone_as(env.me()), hash, Some(value));
                self.count_up();
                Ok(None)
            }
            Err(NoMemory) => Err(self.no_memory(env)),
        }
    }

    #[cold]
    #[inline(never)]
    fn put_split<E: Env>(
        &mut self,
        env: &mut E,
        place: Place,
        key: &Value,
        hash: i64,
        value: Value,
    ) -> Lookup<E, Value> {
        if let Place::At(index) = place
            && let Some(values) = self.dict.inline_values()
            && let Some(slot) = values.slot(index as usize)
        {
            return Ok(values.lock().set(slot, index as u8, value));
        }
        // A key the class does not have, or this instance has no room for.
        match self.convert(env) {
            Ok(keys) if keys.has_room() => {
                keys.push(&keys.vacancy(hash), key.clone_as(env.me()), hash, Some(value));
                self.count_up();
                Ok(None)
            }
            Ok(_) => self.push_growing(env, key, hash, value),
            Err(NoMemory) => Err(self.no_memory(env)),
        }
    }

    #[inline]
    fn count_up(&self) {
        let used = &self.dict.used;
        used.store(used.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    }

    /// Lets go of the lock and asks for the error.
    fn no_memory<E: Env>(&mut self, env: &mut E) -> E::Error {
        self.release();
        env.no_memory()
    }

    /// Takes a live entry of a combined table out.
    fn pop_entry(&self, index: u32) -> Option<(Value, Value)> {
        debug_assert!(!storage::is_empty_singleton(self.keys()));
        let used = &self.dict.used;
        used.store(used.load(Ordering::Relaxed) - 1, Ordering::Relaxed);
        Some(self.keys().kill(index))
    }

    /// Takes the value at a place of an instance's order out; `choose` gets the number of values.
    fn pop_inline(&self, choose: impl FnOnce(usize) -> Option<usize>) -> Option<(Value, Value)> {
        let values = self.dict.inline_values()?;
        let held = values.lock();
        let index = held.index_at(choose(values.len())?)?;
        let value = held.unset(values.slot(index)?, index as u8)?;
        drop(held);
        Some((self.name(index as u32), value))
    }

    /// The name of an inline value.
    pub(super) fn name(&self, index: u32) -> Value {
        // SAFETY: S3: names stay in a class's keys.
        let name = unsafe { cell::peek(cell::word(&self.keys().entry(index).key)) };
        Value::clone(&name)
    }
}
