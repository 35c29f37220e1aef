//! Lookups: the lock-free path, inline and short, and its locked sibling.

use stackref::sync::atomic::Ordering;
use stackref::{ByteLock, Load, Slot, StackRef, Value};

use super::locked::Place;
use super::{Dict, KeysWord, Lookup};
use crate::cell;
use crate::env::{Env, NoSafepoint};
use crate::keys::{Cursor, Found, KeysRef};

/// What a lock-free lookup found out.
enum Quick<T> {
    Hit(T),
    Miss,
    /// Decide under the lock.
    Unsure,
}

/// How a slot is read.
trait Read {
    type Out;
    fn quick<E: Env>(slot: &Slot, env: &E) -> Load<Self::Out>;
    fn locked<E: Env>(slot: &Slot, env: &E) -> Option<Self::Out>;
}

struct AsValue;
struct AsStackRef;
struct AsPresence;

impl Read for AsValue {
    type Out = Value;
    #[inline(always)]
    fn quick<E: Env>(slot: &Slot, env: &E) -> Load<Value> {
        // SAFETY: E1: `env` names this thread, attached and not at a safepoint.
        unsafe { slot.load(env.me()) }
    }
    fn locked<E: Env>(slot: &Slot, env: &E) -> Option<Value> {
        // SAFETY: called with the slot's lock held, and E1.
        unsafe { slot.load_locked(env.me()) }
    }
}

impl Read for AsStackRef {
    type Out = StackRef;
    #[inline(always)]
    fn quick<E: Env>(slot: &Slot, env: &E) -> Load<StackRef> {
        // SAFETY: E1; the caller puts the result on its stack.
        unsafe { slot.load_stackref(env.me()) }
    }
    fn locked<E: Env>(slot: &Slot, env: &E) -> Option<StackRef> {
        AsValue::locked(slot, env).map(StackRef::from_value)
    }
}

impl Read for AsPresence {
    type Out = ();
    #[inline(always)]
    fn quick<E: Env>(slot: &Slot, _env: &E) -> Load<()> {
        if cell::word(slot).is_null() { Load::Null } else { Load::Value(()) }
    }
    fn locked<E: Env>(slot: &Slot, _env: &E) -> Option<()> {
        (!cell::word(slot).is_null()).then_some(())
    }
}

impl Dict {
    /// The value of `key`.
    ///
    /// # Errors
    /// Those of [`Env::equal`].
    #[inline]
    pub fn get<E: Env>(&self, lock: &ByteLock, env: &mut E, key: &Value, hash: i64) -> Lookup<E, Value> {
        self.read::<E, AsValue>(lock, env, key, hash)
    }

    /// The value of `key` as a stack reference: uncounted if the value is deferred or immortal.
    ///
    /// # Errors
    /// Those of [`Env::equal`].
    #[inline]
    pub fn get_stackref<E: Env>(&self, lock: &ByteLock, env: &mut E, key: &Value, hash: i64) -> Lookup<E, StackRef> {
        self.read::<E, AsStackRef>(lock, env, key, hash)
    }

    /// Whether `key` is there.
    ///
    /// # Errors
    /// Those of [`Env::equal`].
    #[inline]
    pub fn contains<E: Env>(&self, lock: &ByteLock, env: &mut E, key: &Value, hash: i64) -> Result<bool, E::Error> {
        Ok(self.read::<E, AsPresence>(lock, env, key, hash)?.is_some())
    }

    /// The value of `key`, if that can be told without waiting for a lock and without running user code: for
    /// specialized instructions. `Err(())` when it cannot: take the general path.
    #[inline]
    #[allow(clippy::result_unit_err)] // one reason to fail, and the caller deoptimizes
    pub fn try_get_stackref<E: Env>(&self, env: &mut E, key: &Value, hash: i64) -> Result<Option<StackRef>, ()> {
        match self.read_quick::<E, AsStackRef>(env, key, hash) {
            Quick::Hit(value) => Ok(Some(value)),
            Quick::Miss => Ok(None),
            Quick::Unsure => Err(()),
        }
    }

    /// The value at entry `hint` if that entry's key is `key` by identity: `LOAD_ATTR_WITH_HINT`. `None` says nothing.
    #[inline]
    pub fn load_hint<T: NoSafepoint>(&self, thread: &T, hint: u32, key: &Value) -> Option<StackRef> {
        let keys = self.readable_keys(thread)?;
        if hint >= keys.entries() {
            return None;
        }
        let entry = keys.entry(hint);
        if cell::word(&entry.key) != key.word() {
            return None;
        }
        // SAFETY: E1; the caller puts the result on its stack.
        unsafe { entry.value.load_stackref(thread.me()) }.value()
    }

    /// The table, for a reader of a combined dictionary.
    #[inline(always)]
    fn readable_keys<T: NoSafepoint>(&self, thread: &T) -> Option<KeysRef> {
        let word = self.keys.load();
        if word.is_split() || !self.readable(word, thread) {
            return None;
        }
        // SAFETY: K1: readable, and the token rules out a safepoint while it is borrowed.
        Some(unsafe { word.keys() })
    }

    #[inline(always)]
    fn read<E: Env, R: Read>(&self, lock: &ByteLock, env: &mut E, key: &Value, hash: i64) -> Lookup<E, R::Out> {
        match self.read_quick::<E, R>(env, key, hash) {
            Quick::Hit(value) => Ok(Some(value)),
            Quick::Miss => Ok(None),
            Quick::Unsure => self.read_slow::<E, R>(lock, env, key, hash),
        }
    }

    #[inline(always)]
    fn read_quick<E: Env, R: Read>(&self, env: &mut E, key: &Value, hash: i64) -> Quick<R::Out> {
        let word = self.keys.load();
        if !self.readable(word, env) {
            return Quick::Unsure;
        }
        if word.is_split() {
            return self.read_split::<E, R>(word, env, key, hash);
        }
        // SAFETY: K1: readable; no safepoint below, as `same` may not pass one and `equal` is not called.
        let keys = unsafe { word.keys() };
        let mut cursor = keys.start(hash);
        match keys.find(&mut cursor, key.word(), hash) {
            Found::Entry(index) => settle::<E, R>(keys, index, env),
            Found::Missing if cursor.saw_dead && keys.moved() => Quick::Unsure,
            Found::Missing => Quick::Miss,
            Found::Ask(index) => read_ask::<E, R>(keys, cursor, index, env, key, hash),
        }
    }

    #[inline(never)]
    fn read_split<E: Env, R: Read>(&self, word: KeysWord, env: &mut E, key: &Value, hash: i64) -> Quick<R::Out> {
        // SAFETY: K1: the keys are the class's, which outlives the dictionary's split form (S3).
        let keys = unsafe { word.keys() };
        let mut cursor = keys.start(hash);
        let index = loop {
            match keys.find(&mut cursor, key.word(), hash) {
                Found::Entry(index) => break index,
                Found::Missing => return if keys.moved() { Quick::Unsure } else { Quick::Miss },
                Found::Ask(index) => {
                    // SAFETY: S3: names stay in a class's keys.
                    let candidate = unsafe { cell::peek(cell::word(&keys.entry(index).key)) };
                    match env.same(&candidate, key) {
                        Some(true) => break index,
                        Some(false) => keys.advance(&mut cursor),
                        None => return Quick::Unsure,
                    }
                }
            }
        };
        let Some(values) = self.inline_values() else { return Quick::Unsure };
        let Some(slot) = values.slot(index as usize) else { return Quick::Miss };
        let answer = match R::quick(slot, env) {
            Load::Value(value) => Quick::Hit(value),
            Load::Null if values.is_valid() => Quick::Miss,
            Load::Null | Load::Retry => Quick::Unsure,
        };
        // The instance may have died and its memory have been put to other use (S1): only if the dictionary still looks
        // at these values was the slot a slot.
        if self.values.load(Ordering::Acquire) == values.as_ptr() { answer } else { Quick::Unsure }
    }

    #[cold]
    #[inline(never)]
    fn read_slow<E: Env, R: Read>(&self, lock: &ByteLock, env: &mut E, key: &Value, hash: i64) -> Lookup<E, R::Out> {
        let mut locked = self.lock(lock, env);
        let Place::At(index) = locked.search(env, key, hash)? else { return Ok(None) };
        let Some(slot) = locked.value_slot(index) else { return Ok(None) };
        // In split form an instance may store meanwhile, under the values lock alone.
        let _held = self.inline_values().map(|values| values.lock());
        Ok(R::locked(slot, env))
    }
}

#[inline(always)]
fn settle<E: Env, R: Read>(keys: KeysRef, index: u32, env: &mut E) -> Quick<R::Out> {
    match R::quick(&keys.entry(index).value, env) {
        Load::Value(value) => Quick::Hit(value),
        Load::Null if !keys.moved() => Quick::Miss,
        Load::Null | Load::Retry => Quick::Unsure,
    }
}

/// The rest of a lookup that met a key with the same hash but another identity.
#[cold]
#[inline(never)]
fn read_ask<E: Env, R: Read>(
    keys: KeysRef,
    mut cursor: Cursor,
    mut index: u32,
    env: &mut E,
    key: &Value,
    hash: i64,
) -> Quick<R::Out> {
    // Candidates are held until the end: dropping the last reference to one may run anything, a safepoint included, and
    // the table is good only up to there (K1). One is enough; who needs more takes the lock.
    let mut held: Option<Value> = None;
    loop {
        // SAFETY: E1.
        match unsafe { keys.entry(index).key.load(env.me()) } {
            Load::Value(candidate) => match env.same(&candidate, key) {
                Some(true) => {
                    let answer = settle::<E, R>(keys, index, env);
                    drop((candidate, held));
                    return answer;
                }
                Some(false) if held.is_none() || !candidate.word().is_counted() => {
                    if candidate.word().is_counted() {
                        held = Some(candidate);
                    }
                }
                Some(false) | None => return Quick::Unsure,
            },
            Load::Null => cursor.saw_dead = true,
            Load::Retry => return Quick::Unsure,
        }
        keys.advance(&mut cursor);
        match keys.find(&mut cursor, key.word(), hash) {
            Found::Entry(found) => {
                let answer = settle::<E, R>(keys, found, env);
                drop(held);
                return answer;
            }
            Found::Missing => return if cursor.saw_dead && keys.moved() { Quick::Unsure } else { Quick::Miss },
            Found::Ask(next) => index = next,
        }
    }
}
