//! The dictionary with its lock held: search with re-validation, and what specializers read atomically.

use std::marker::PhantomData;

use stackref::{ByteLock, Slot, Value};

use super::{Dict, KeysWord};
use crate::cell;
use crate::env::{Env, NoSafepoint};
use crate::keys::{Cursor, Found, KeysRef, storage};
use crate::version;

/// A dictionary whose lock this thread holds (or which no other thread can reach).
///
/// Operations that may need [`Env::equal`] let go of the lock meanwhile. Drop what they return only after this.
pub struct Locked<'a> {
    pub(super) dict: &'a Dict,
    /// None in exclusive use.
    lock: Option<&'a ByteLock>,
    held: bool,
    /// The lock belongs to this thread.
    _not_send: PhantomData<*mut ()>,
}

/// Two dictionaries locked together, in address order of their locks.
pub struct Locked2<'a> {
    /// The first, as passed.
    pub a: Locked<'a>,
    /// The second, as passed; `None` if both are the same dictionary.
    pub b: Option<Locked<'a>>,
}

/// Where a search ended.
pub(super) enum Place {
    /// At that entry.
    At(u32),
    /// Nowhere; a push goes here.
    Absent(Cursor),
}

/// What a comparison that ran without the lock left behind.
enum Verdict {
    Equal,
    Unequal,
    Changed,
}

impl Dict {
    /// Takes the lock.
    #[inline]
    pub fn lock<'a, T: NoSafepoint>(&'a self, lock: &'a ByteLock, thread: &T) -> Locked<'a> {
        lock.acquire();
        let locked = Locked { dict: self, lock: Some(lock), held: true, _not_send: PhantomData };
        // From now on the owner is not alone.
        if self.owner != thread.me() {
            locked.mark_shared();
        }
        locked
    }

    /// Takes the lock if it is free.
    #[inline]
    pub fn try_lock<'a, T: NoSafepoint>(&'a self, lock: &'a ByteLock, thread: &T) -> Option<Locked<'a>> {
        if !lock.try_acquire() {
            return None;
        }
        let locked = Locked { dict: self, lock: Some(lock), held: true, _not_send: PhantomData };
        if self.owner != thread.me() {
            locked.mark_shared();
        }
        Some(locked)
    }

    /// Operates without the lock: for a dictionary that is being built.
    ///
    /// # Safety
    /// While the result lives no other thread can reach the dictionary, and this thread is its owner.
    #[inline]
    pub unsafe fn exclusive(&self) -> Locked<'_> {
        Locked { dict: self, lock: None, held: true, _not_send: PhantomData }
    }

    /// Locks two dictionaries, deadlock-free: for reading both as one atomic view.
    pub fn lock2<'a, T: NoSafepoint>(
        a: (&'a Dict, &'a ByteLock),
        b: (&'a Dict, &'a ByteLock),
        thread: &T,
    ) -> Locked2<'a> {
        if std::ptr::eq(a.1, b.1) {
            return Locked2 { a: a.0.lock(a.1, thread), b: None };
        }
        if std::ptr::from_ref(a.1).addr() < std::ptr::from_ref(b.1).addr() {
            let a = a.0.lock(a.1, thread);
            Locked2 { a, b: Some(b.0.lock(b.1, thread)) }
        } else {
            let b = b.0.lock(b.1, thread);
            Locked2 { a: a.0.lock(a.1, thread), b: Some(b) }
        }
    }
}

impl Drop for Locked<'_> {
    #[inline]
    fn drop(&mut self) {
        self.release();
    }
}

impl Locked<'_> {
    /// Number of keys.
    pub fn len(&self) -> usize {
        match self.dict.inline_values() {
            Some(values) => values.len(),
            None => self.dict.used.load(stackref::sync::atomic::Ordering::Relaxed) as usize,
        }
    }

    /// Whether there are no keys.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Offset of `key`'s entry, for [`KeysSnapshot::load_at`](super::KeysSnapshot::load_at); `None` if the key is absent,
    /// cannot be told apart without [`Env::equal`], or the dictionary is split.
    pub fn index_of<E: Env>(&self, env: &mut E, key: &Value, hash: i64) -> Option<u32> {
        if self.word().is_split() {
            return None;
        }
        let keys = self.keys();
        let mut cursor = keys.start(hash);
        loop {
            match keys.find(&mut cursor, key.word(), hash) {
                Found::Entry(index) => return Some(index),
                Found::Missing => return None,
                Found::Ask(index) => {
                    // SAFETY: the lock is held, so the entry keeps its key.
                    let candidate = unsafe { cell::peek(cell::word(&keys.entry(index).key)) };
                    match env.same(&candidate, key) {
                        Some(true) => return Some(index),
                        Some(false) => keys.advance(&mut cursor),
                        None => return None,
                    }
                }
            }
        }
    }

    /// See [`Dict::assign_version`].
    pub fn assign_version(&self) -> u32 {
        let keys = self.keys();
        if self.word().is_split() || storage::is_empty_singleton(keys) {
            return 0;
        }
        // First shared, then versioned: a guard that passes has seen SHARED.
        self.mark_shared();
        if keys.version() == 0 {
            keys.set_version(version::draw());
        }
        keys.version()
    }

    /// See [`Dict::mark_shared`].
    pub(super) fn mark_shared(&self) {
        let word = self.word();
        if !word.is_shared() {
            self.dict.keys.store(word.shared());
        }
    }

    #[inline(always)]
    pub(super) fn word(&self) -> KeysWord {
        self.dict.keys.load_locked()
    }

    #[inline(always)]
    pub(super) fn keys(&self) -> KeysRef {
        debug_assert!(self.held);
        // SAFETY: K1: the lock is held, so nobody replaces the table.
        unsafe { self.word().keys() }
    }

    /// The slot that holds the value of key `index`: in the entry, or inline. `None` if the instance has no room for it.
    #[inline(always)]
    pub(super) fn value_slot(&self, index: u32) -> Option<&Slot> {
        if self.word().is_split() {
            return self.dict.inline_values()?.slot(index as usize);
        }
        Some(&self.keys().entry(index).value)
    }

    /// Lets go of the lock early; nothing may follow but the drop.
    #[inline]
    pub(super) fn release(&mut self) {
        if std::mem::take(&mut self.held)
            && let Some(lock) = self.lock
        {
            // SAFETY: `held` says that this guard has the lock.
            unsafe { lock.release() };
        }
    }

    fn reacquire(&mut self) {
        if let Some(lock) = self.lock {
            lock.acquire();
        }
        self.held = true;
    }

    /// Finds `key`. The lock is held again when this returns `Ok`, and the place is true then.
    #[inline]
    pub(super) fn search<E: Env>(&mut self, env: &mut E, key: &Value, hash: i64) -> Result<Place, E::Error> {
        'restart: loop {
            let keys = self.keys();
            let mut cursor = keys.start(hash);
            loop {
                let index = match keys.find(&mut cursor, key.word(), hash) {
                    Found::Entry(index) => return Ok(Place::At(index)),
                    Found::Missing => return Ok(Place::Absent(cursor)),
                    Found::Ask(index) => index,
                };
                match self.ask(env, keys, index, key)? {
                    Verdict::Equal => return Ok(Place::At(index)),
                    Verdict::Unequal => keys.advance(&mut cursor),
                    Verdict::Changed => continue 'restart,
                }
            }
        }
    }

    /// Compares the key of entry `index` with `key`, if need be without the lock.
    #[cold]
    #[inline(never)]
    fn ask<E: Env>(&mut self, env: &mut E, keys: KeysRef, index: u32, key: &Value) -> Result<Verdict, E::Error> {
        let word = cell::word(&keys.entry(index).key);
        // SAFETY: the lock is held, so the entry keeps its key.
        let candidate = unsafe { cell::peek(word) };
        if let Some(same) = env.same(&candidate, key) {
            return Ok(if same { Verdict::Equal } else { Verdict::Unequal });
        }
        let candidate = Value::clone(&candidate);
        let shared_keys = self.word().is_split();
        keys.retain();
        self.release();
        let answer = env.equal(&candidate, key);
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                // The table may have been replaced meanwhile; whether it was shared is no longer known, so: retire.
                super::release(keys, env, true);
                return Err(error);
            }
        };
        self.reacquire();
        let unchanged = self.word().is_split() == shared_keys && self.keys() == keys;
        if unchanged && cell::word(&keys.entry(index).key) == word {
            // Neither is the last: the dictionary holds the table (or the class does), the table the candidate.
            super::release(keys, env, true);
            drop(candidate);
            return Ok(if answer { Verdict::Equal } else { Verdict::Unequal });
        }
        self.release();
        super::release(keys, env, true);
        drop(candidate);
        self.reacquire();
        Ok(Verdict::Changed)
    }
}
