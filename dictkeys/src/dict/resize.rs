//! Replacing the table: growth, reservation, clearing, conversion from split form, copying.

use stackref::sync::atomic::Ordering;
use stackref::{ByteLock, Value, Word};

use super::locked::Locked;
use super::{Dict, KeysWord, drain, release};
use crate::cell;
use crate::env::{Env, NoSafepoint, Reclaim};
use crate::keys::{KeysRef, Shape, storage};

/// No room for a table: the dictionary is unchanged.
pub(super) struct NoMemory;

/// What a cleared dictionary held. Dropping it drops the contents, which may run finalizers: do it where that may
/// happen, and never with the lock held. Memory goes to the reclaimer first: see [`Dict::clear`].
#[must_use = "the contents are dropped where finalizers may run"]
pub struct Cleared(Vec<Value>);

impl Cleared {
    /// Hands each key and value over.
    pub fn for_each(self, sink: impl FnMut(Value)) {
        self.0.into_iter().for_each(sink);
    }
}

impl Dict {
    /// Removes everything. The contents come back for the caller to drop.
    pub fn clear<E: Env>(&self, lock: &ByteLock, env: &mut E) -> Cleared {
        let locked = self.lock(lock, env);
        if let Some(values) = self.inline_values() {
            // In place: the dictionary goes on looking at the instance's values.
            let mut contents = Vec::with_capacity(values.len());
            let held = values.lock();
            while let Some(index) = held.last() {
                contents.extend(values.slot(usize::from(index)).and_then(|slot| held.unset(slot, index)));
            }
            drop(held);
            drop(locked);
            return Cleared(contents);
        }
        let word = locked.word();
        let keys = locked.keys();
        self.used.store(0, Ordering::Relaxed);
        self.keys.store(KeysWord::new(storage::empty(), word.is_shared(), false));
        drop(locked);
        // The table is ours alone now, up to readers: emptied before anything in it is dropped.
        let mut contents = Vec::new();
        drain(keys, &mut |value| contents.push(value));
        release(keys, env, word.is_shared());
        Cleared(contents)
    }

    /// Makes room for `additional` more keys, so that as many insertions do not replace the table.
    ///
    /// # Errors
    /// [`Env::no_memory`].
    pub fn reserve<E: Env>(&self, lock: &ByteLock, env: &mut E, additional: usize) -> Result<(), E::Error> {
        let mut locked = self.lock(lock, env);
        if locked.word().is_split() {
            return Ok(());
        }
        let keys = locked.keys();
        let free = (keys.shape().capacity - keys.entries()) as usize;
        if additional <= free {
            return Ok(());
        }
        let shape = locked.len().checked_add(additional).and_then(Shape::with_capacity);
        match shape.ok_or(NoMemory).and_then(|shape| locked.rebuild(env, shape)) {
            Ok(_) => Ok(()),
            Err(NoMemory) => {
                locked.release();
                Err(env.no_memory())
            }
        }
    }

    /// A combined copy, owned by the calling thread: an atomic picture of this dictionary.
    ///
    /// # Errors
    /// [`Env::no_memory`].
    pub fn copy<E: Env>(&self, lock: &ByteLock, env: &mut E) -> Result<Dict, E::Error> {
        let mut locked = self.lock(lock, env);
        let me = env.me();
        let count = locked.len();
        if count == 0 {
            return Ok(Dict::new(me));
        }
        let Some(copy) = Shape::with_capacity(count).and_then(storage::allocate) else {
            locked.release();
            return Err(env.no_memory());
        };
        locked.for_each(|key, hash, value| copy.push_private(key.clone_as(me), hash, Some(value.clone_as(me))));
        Ok(Dict::with_keys(copy, copy.entries(), me))
    }

    /// Lets go of an instance's inline values, which move into the dictionary: the instance dies, gets another
    /// dictionary, or another class. Nothing happens if the dictionary is combined already.
    ///
    /// Returns whether other threads may still be looking at the values' memory: then the instance's block must go
    /// through deferred reclamation instead of being freed.
    ///
    /// # Errors
    /// [`Env::no_memory`]; nothing changed.
    pub fn detach<E: Env>(&self, lock: &ByteLock, env: &mut E) -> Result<bool, E::Error> {
        let mut locked = self.lock(lock, env);
        if locked.word().is_split() && locked.convert(env).is_err() {
            locked.release();
            return Err(env.no_memory());
        }
        Ok(locked.word().is_shared())
    }
}

impl Locked<'_> {
    /// Replaces a full combined table by one with room (CPython's rule: three times the live keys, in index slots).
    #[cold]
    #[inline(never)]
    pub(super) fn grow<R: Reclaim + NoSafepoint>(&mut self, env: &mut R) -> Result<KeysRef, NoMemory> {
        let slots = self.len().checked_mul(3).ok_or(NoMemory)?;
        let shape = Shape::with_slots(slots).ok_or(NoMemory)?;
        self.rebuild(env, shape)
    }

    /// Moves the live entries into a new table of `shape`.
    fn rebuild<R: Reclaim>(&mut self, env: &mut R, shape: Shape) -> Result<KeysRef, NoMemory> {
        debug_assert!(!self.word().is_split() && shape.capacity as usize >= self.len());
        let new = storage::allocate(shape).ok_or(NoMemory)?;
        let word = self.word();
        let old = self.keys();
        if old.entries() as usize == self.len() {
            new.take_over(old);
        } else {
            self.move_live(old, new);
        }
        self.dict.keys.store(KeysWord::new(new, word.is_shared(), false));
        if word.is_shared() {
            abandon(old);
        }
        release(old, env, word.is_shared());
        Ok(new)
    }

    /// Moves what lives in one table to another.
    #[inline(never)]
    fn move_live(&self, old: KeysRef, new: KeysRef) {
        old.for_each_live(|_, entry| {
            // SAFETY: K6: ownership of key and value moves to the new table; the old one's slots are emptied, or its
            // memory freed, before the lock is released.
            let key = unsafe { Value::from_word(cell::word(&entry.key)) };
            // SAFETY: K6.
            let value = unsafe { Value::from_word(cell::word(&entry.value)) };
            new.push_private(key, entry.hash(), Some(value));
        });
    }

    /// Turns split form into combined: the values leave the instance.
    #[cold]
    pub(super) fn convert<R: Reclaim>(&mut self, _env: &mut R) -> Result<KeysRef, NoMemory> {
        let word = self.word();
        let names = self.keys();
        let values = self.dict.inline_values().ok_or(NoMemory)?;
        let held = values.lock();
        let count = values.len();
        // Room for the key that is usually the reason.
        let shape = Shape::with_capacity(count + 1).ok_or(NoMemory)?;
        let new = storage::allocate(shape).ok_or(NoMemory)?;
        let order: Vec<usize> = (0..count).filter_map(|position| held.index_at(position)).collect();
        held.set_moved();
        for index in order {
            let Some(slot) = values.slot(index) else { continue };
            let Some(value) = held.unset(slot, index as u8) else { continue };
            let entry = names.entry(index as u32);
            // SAFETY: S3: names stay in a class's keys.
            let name = unsafe { cell::peek(cell::word(&entry.key)) };
            new.push_private(Value::clone(&name), entry.hash(), Some(value));
        }
        self.dict.used.store(new.entries(), Ordering::Relaxed);
        self.dict.keys.store(KeysWord::new(new, word.is_shared(), false));
        // After the keys word: a reader that still sees SPLIT finds these values (emptied, not valid) or null, and in both
        // cases takes the lock.
        self.dict.values.store(std::ptr::null_mut(), Ordering::Release);
        Ok(new)
    }

    /// Calls `visit` with every key, its hash and value, in order.
    pub(super) fn for_each(&self, mut visit: impl FnMut(&Value, i64, &Value)) {
        let keys = self.keys();
        let mut look = |key: Word, hash: i64, value: Word| {
            // SAFETY: the lock is held (the values lock too in split form), so both stay in their slots.
            let key = unsafe { cell::peek(key) };
            // SAFETY: as above.
            let value = unsafe { cell::peek(value) };
            visit(&key, hash, &value);
        };
        let Some(values) = self.dict.inline_values() else {
            return keys.for_each_live(|_, entry| look(cell::word(&entry.key), entry.hash(), cell::word(&entry.value)));
        };
        let held = values.lock();
        for index in (0..values.len()).filter_map(|position| held.index_at(position)) {
            let (entry, Some(slot)) = (keys.entry(index as u32), values.slot(index)) else { continue };
            look(cell::word(&entry.key), entry.hash(), cell::word(slot));
        }
    }
}

/// Empties the slots of a table whose contents another table owns now.
fn abandon(old: KeysRef) {
    if storage::is_empty_singleton(old) {
        return;
    }
    old.set_moved();
    for index in old.live_begin()..old.entries() {
        let entry = old.entry(index);
        // SAFETY: K5: the lock is held. The reference itself belongs to the successor (K6).
        std::mem::forget(unsafe { cell::take(&entry.key) });
        // SAFETY: as above.
        std::mem::forget(unsafe { cell::take(&entry.value) });
    }
}
