//! The keys of a class's instances.

use stackref::sync::atomic::{AtomicU32, Ordering};
use stackref::{ByteLock, Value, Word};

use crate::cell;
use crate::env::{Env, Reclaim};
use crate::keys::{self, Found, KeysRef, Shape, storage};
use crate::version;

/// Most names a class's instances share; CPython's bound. An attribute beyond it converts the instance.
pub const MAX_SHARED_NAMES: usize = 30;

/// Keys that the instances of one class share: names with stable indices.
///
/// Names are compared by identity and [`Env::same`]; a name for which `same` cannot decide is treated as another name,
/// so an embedder interns attribute names.
pub struct SharedKeys {
    keys: KeysRef,
    /// Names that may still be added as far as new instances are concerned; see [`instance_capacity`](Self::instance_capacity).
    usable: AtomicU32,
    lock: ByteLock,
}

// SAFETY: the table behind `keys` is read by any thread (module header of `keys`) and written under `lock`; the values
// in it are `Send + Sync` handles.
unsafe impl Send for SharedKeys {}
// SAFETY: as above.
unsafe impl Sync for SharedKeys {}

impl SharedKeys {
    /// Empty keys for a new class; `None` when memory is exhausted.
    pub fn new() -> Option<SharedKeys> {
        let keys = storage::allocate(Shape::of(6)?)?;
        Some(SharedKeys { keys, usable: AtomicU32::new(MAX_SHARED_NAMES as u32), lock: ByteLock::new() })
    }

    /// The capacity the next instance's values should have.
    ///
    /// Each call lowers what later instances get by one, until it meets the names actually in use: early instances get
    /// room to grow, later ones what their predecessors needed (CPython's decay).
    pub fn instance_capacity(&self) -> usize {
        // Acquire pairs with the Release in `insert_name`: the count of names read after this one is at least as new, so
        // the sum is never too small.
        let usable = self.usable.load(Ordering::Acquire);
        let names = self.keys.entries();
        if usable > 1 {
            // A lost race costs a step of decay, nothing else.
            let _ = self.usable.compare_exchange(usable, usable - 1, Ordering::Relaxed, Ordering::Relaxed);
        }
        ((usable + names) as usize).min(MAX_SHARED_NAMES)
    }

    /// Number of names.
    pub fn len(&self) -> usize {
        self.keys.entries() as usize
    }

    /// Whether there are no names.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Index of `name`, without a lock.
    #[inline]
    pub fn index_of<E: Env>(&self, env: &mut E, name: &Value, hash: i64) -> Option<usize> {
        self.find(env, name, hash).ok().map(|index| index as usize)
    }

    /// Index of `name`, added if there is room; `None` if there is not.
    pub fn insert_name<E: Env>(&self, env: &mut E, name: &Value, hash: i64) -> Option<usize> {
        if let Ok(index) = self.find(env, name, hash) {
            return Some(index as usize);
        }
        let _held = self.lock.lock();
        let cursor = match self.find(env, name, hash) {
            Ok(index) => return Some(index as usize),
            Err(cursor) => cursor,
        };
        let usable = self.usable.load(Ordering::Relaxed);
        if usable == 0 || self.len() >= MAX_SHARED_NAMES {
            return None;
        }
        let index = self.keys.push(&cursor, name.clone(), hash, None);
        // After the push: `instance_capacity` must not see the lowered room without the name that took it.
        self.usable.store(usable - 1, Ordering::Release);
        Some(index as usize)
    }

    fn find<E: Env>(&self, env: &mut E, name: &Value, hash: i64) -> Result<u32, keys::Cursor> {
        let mut cursor = self.keys.start(hash);
        loop {
            match self.keys.find(&mut cursor, name.word(), hash) {
                Found::Entry(index) => return Ok(index),
                Found::Missing => return Err(cursor),
                Found::Ask(index) => {
                    // SAFETY: names stay in the table for the life of the class (S3).
                    let candidate = unsafe { cell::peek(cell::word(&self.keys.entry(index).key)) };
                    if env.same(&candidate, name) == Some(true) {
                        return Ok(index);
                    }
                    self.keys.advance(&mut cursor);
                }
            }
        }
    }

    /// The name at `index`.
    pub fn name(&self, index: usize) -> Option<Value> {
        let index = u32::try_from(index).ok().filter(|index| *index < self.keys.entries())?;
        // SAFETY: names stay in the table for the life of the class (S3).
        let name = unsafe { cell::peek(cell::word(&self.keys.entry(index).key)) };
        Some(Value::clone(&name))
    }

    /// The version of this set of names, 0 if none was assigned since the last addition. A match proves that a name not
    /// found when it was assigned is still no instance attribute with an index.
    #[inline(always)]
    pub fn version(&self) -> u32 {
        self.keys.version()
    }

    /// Gives this set of names a version, unless it has one; 0 when versions have run out.
    pub fn assign_version(&self) -> u32 {
        let _held = self.lock.lock();
        if self.keys.version() == 0 {
            self.keys.set_version(version::draw());
        }
        self.keys.version()
    }

    #[inline(always)]
    pub(crate) fn keys(&self) -> KeysRef {
        self.keys
    }

    /// Visits every name's word for the collector.
    ///
    /// # Safety
    /// The world is stopped.
    pub unsafe fn trace(&self, visit: &mut dyn FnMut(Word)) {
        for index in 0..self.keys.entries() {
            visit(cell::word(&self.keys.entry(index).key));
        }
    }

    /// Ends the keys: names go to `sink`, the table to `env`.
    ///
    /// # Safety
    /// The class is dead, and with it every instance and every dictionary over an instance's values.
    pub unsafe fn dispose<R: Reclaim>(&mut self, env: &mut R, mut sink: impl FnMut(Value)) {
        self.keys.set_moved();
        let names: Vec<Value> =
            // SAFETY: K5: exclusive access.
            (0..self.keys.entries()).filter_map(|index| unsafe { cell::take(&self.keys.entry(index).key) }).collect();
        names.into_iter().for_each(&mut sink);
        crate::dict::release(self.keys, env, true);
        self.keys = storage::empty();
    }
}
