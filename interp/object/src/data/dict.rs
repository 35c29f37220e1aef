//! `dict`: `dictkeys::Dict` in an object, with Python's key equality.

use std::ptr::NonNull;

use dictkeys::{DictEntry, Env, InlineValues, NoSafepoint, Reclaim, SharedKeys};
use stackref::{Header, Value, Word};

use super::str::Str;
use crate::intern;
use crate::layout::{self, Obj, Payload, ValueExt};
use crate::ops;
use crate::raise::{PyResult, Raised};
use crate::thread::Esc;
use crate::typeobj::{TypeFlags, TypeObject};

/// The payload of dictionaries.
pub struct Dict {
    core: dictkeys::Dict,
}

/// One operation's view of the runtime: equality of keys, the thread, reclamation.
pub struct KeyEnv<'t> {
    esc: Esc<'t>,
}

impl<'t> KeyEnv<'t> {
    /// For one operation.
    pub fn new(esc: Esc<'t>) -> Self {
        KeyEnv { esc }
    }
}

// SAFETY: `me` is the attached thread of the token. An environment is borrowed only by one dictionary operation, which
// reaches a safepoint at most inside `equal`, where the operation re-validates instead of holding on to memory.
unsafe impl NoSafepoint for KeyEnv<'_> {
    fn me(&self) -> u32 {
        self.esc.me()
    }
}

// SAFETY: the world's retirement runs `free` once, after every attached thread passed a safepoint or detached.
unsafe impl Reclaim for KeyEnv<'_> {
    unsafe fn retire(&mut self, ptr: NonNull<u8>, free: unsafe fn(NonNull<u8>), bytes: usize) {
        // SAFETY: forwarded.
        unsafe { crate::thread::retire(self.esc, ptr, free, bytes) };
    }
}

impl Env for KeyEnv<'_> {
    type Error = Raised;

    #[inline]
    fn same(&mut self, candidate: &Value, key: &Value) -> Option<bool> {
        if candidate.is(key) {
            return Some(true);
        }
        if candidate.as_int().is_some() && key.as_int().is_some() {
            return Some(false);
        }
        let (candidate, key) = (candidate.exact::<Str>()?, key.exact::<Str>()?);
        if candidate.is_interned() && key.is_interned() {
            return Some(false);
        }
        Some(candidate.same_text(key))
    }

    fn equal(&mut self, candidate: &Value, key: &Value) -> Result<bool, Raised> {
        ops::equal(self.esc, candidate, key)
    }

    fn no_memory(&mut self) -> Raised {
        self.esc.memory_error()
    }
}

/// Runs `body` with an environment for key operations.
pub(crate) fn with_env<R>(esc: Esc<'_>, body: impl FnOnce(&mut KeyEnv<'_>) -> R) -> R {
    body(&mut KeyEnv { esc })
}

/// `hash(key)`; what cannot be hashed is refused in the words of the container.
#[inline]
pub(crate) fn key_hash(esc: Esc<'_>, key: &Value, role: &str) -> PyResult<i64> {
    match ops::hash(esc, key) {
        Ok(hash) => Ok(hash),
        Err(raised) => Err(refuse_key(esc, raised, key, role)),
    }
}

#[cold]
fn refuse_key(esc: Esc<'_>, raised: Raised, key: &Value, role: &str) -> Raised {
    let cause = raised.catch(esc);
    if !std::ptr::eq(cause.class(), &raw const super::exception::TYPE_ERROR) {
        return esc.restore(cause);
    }
    let text = ops::str_lossy(esc, &cause);
    let refused = esc.type_error(format_args!("cannot use '{}' as a {role} ({text})", key.class().name()));
    let exception = refused.catch(esc);
    if let Some(exception) = exception.payload::<super::exception::Exception>() {
        drop(exception.cause.set(exception, Some(cause.clone())));
        drop(exception.context.set(exception, Some(cause)));
        exception.set_suppress_context(true);
    }
    esc.restore(exception)
}

impl Dict {
    fn lock(&self) -> &stackref::ByteLock {
        layout::header_of_payload(self).lock()
    }

    /// The core, for the eval loop's guarded reads.
    #[inline]
    pub fn core(&self) -> &dictkeys::Dict {
        &self.core
    }

    /// `len(d)`
    pub fn len(&self, esc: Esc<'_>) -> usize {
        self.core.len(self.lock(), &KeyEnv { esc })
    }

    /// Whether there are no keys.
    pub fn is_empty(&self, esc: Esc<'_>) -> bool {
        self.len(esc) == 0
    }

    /// `d.get(key)`; hashes the key.
    #[inline]
    pub fn get(&self, esc: Esc<'_>, key: &Value) -> PyResult<Option<Value>> {
        let hash = key_hash(esc, key, "dict key")?;
        self.get_hashed(esc, key, hash)
    }

    /// As [`Dict::get`] for a key whose hash is known.
    #[inline]
    pub fn get_hashed(&self, esc: Esc<'_>, key: &Value, hash: i64) -> PyResult<Option<Value>> {
        self.core.get(self.lock(), &mut KeyEnv { esc }, key, hash)
    }

    /// The value of an interned name. Runs no user code unless the dictionary has a key that is no exact `str`, whose
    /// exceptions are swallowed.
    pub fn get_interned(&self, esc: Esc<'_>, name: &Value) -> Option<Value> {
        match self.get_hashed(esc, name, ops::name_hash(name)) {
            Ok(found) => found,
            Err(raised) => {
                drop(raised.catch(esc));
                None
            }
        }
    }

    /// As [`Dict::get_interned`] for a name that is probably at this position.
    #[inline]
    pub fn get_interned_at(&self, esc: Esc<'_>, name: &Value, position: u32) -> Option<Value> {
        match self.core.load_hint(&KeyEnv { esc }, position, name) {
            Some(found) => Some(found.into_value(esc.me())),
            None => self.get_interned(esc, name),
        }
    }

    /// The value of a name given by text.
    pub fn get_str(&self, esc: Esc<'_>, name: &str) -> Option<Value> {
        self.get_interned(esc, &intern::intern(esc, name))
    }

    /// `key in d`
    pub fn contains(&self, esc: Esc<'_>, key: &Value) -> PyResult<bool> {
        let hash = key_hash(esc, key, "dict key")?;
        self.core.contains(self.lock(), &mut KeyEnv { esc }, key, hash)
    }

    /// `d[key] = value`; the old value is dropped.
    #[inline]
    pub fn set(&self, esc: Esc<'_>, key: &Value, value: Value) -> PyResult<()> {
        let hash = key_hash(esc, key, "dict key")?;
        self.set_hashed(esc, key, hash, value)
    }

    /// As [`Dict::set`]; gives back the value that was there.
    pub fn replace(&self, esc: Esc<'_>, key: &Value, value: Value) -> PyResult<Option<Value>> {
        let hash = key_hash(esc, key, "dict key")?;
        self.core.insert(self.lock(), &mut KeyEnv { esc }, key, hash, value)
    }

    /// As [`Dict::set`] for a key whose hash is known.
    #[inline]
    pub fn set_hashed(&self, esc: Esc<'_>, key: &Value, hash: i64, value: Value) -> PyResult<()> {
        drop(self.core.insert(self.lock(), &mut KeyEnv { esc }, key, hash, value)?);
        Ok(())
    }

    /// Sets a name given by text. Out of memory ends the process: for the runtime's own small namespaces.
    pub fn set_str(&self, esc: Esc<'_>, name: &str, value: Value) {
        if let Err(raised) = self.set(esc, &intern::intern(esc, name), value) {
            drop(raised.catch(esc));
        }
    }

    /// `d.setdefault(key, default)`: the value there is now, and whether it was just put there.
    pub fn set_default(&self, esc: Esc<'_>, key: &Value, default: &Value) -> PyResult<(Value, bool)> {
        let hash = key_hash(esc, key, "dict key")?;
        self.core.set_default(self.lock(), &mut KeyEnv { esc }, key, hash, default)
    }

    /// Removes `key`; its value if it was there.
    pub fn remove(&self, esc: Esc<'_>, key: &Value) -> PyResult<Option<Value>> {
        let hash = key_hash(esc, key, "dict key")?;
        let removed = self.core.remove(self.lock(), &mut KeyEnv { esc }, key, hash)?;
        Ok(removed.map(|(_key, value)| value))
    }

    /// Removes and returns the last pair.
    pub fn pop_item(&self, esc: Esc<'_>) -> Option<(Value, Value)> {
        self.core.popitem(self.lock(), &mut KeyEnv { esc })
    }

    /// Removes and returns the first pair.
    pub fn pop_first(&self, esc: Esc<'_>) -> Option<(Value, Value)> {
        self.core.popitem_first(self.lock(), &mut KeyEnv { esc })
    }

    /// Removes everything; what was there is dropped after the lock is released.
    pub fn clear_items(&self, esc: Esc<'_>) {
        self.core.clear(self.lock(), &mut KeyEnv { esc }).for_each(drop);
    }

    /// Keys, hashes and values at this moment.
    pub fn items(&self, esc: Esc<'_>) -> Vec<(Value, i64, Value)> {
        self.core.to_vec(self.lock(), &KeyEnv { esc })
    }

    /// Keys at this moment.
    pub fn keys(&self, esc: Esc<'_>) -> Vec<Value> {
        self.core.keys_to_vec(self.lock(), &KeyEnv { esc })
    }

    /// Values at this moment.
    pub fn values(&self, esc: Esc<'_>) -> Vec<Value> {
        self.core.values_to_vec(self.lock(), &KeyEnv { esc })
    }

    /// The first entry at `position` or after it, for iterators.
    pub fn next_entry(&self, esc: Esc<'_>, position: usize) -> Option<DictEntry> {
        self.core.next_entry(self.lock(), &KeyEnv { esc }, position)
    }

    /// The last entry before `position`; start with `usize::MAX`.
    pub fn prev_entry(&self, esc: Esc<'_>, position: usize) -> Option<DictEntry> {
        self.core.prev_entry(self.lock(), &KeyEnv { esc }, position)
    }

    /// A copy as of one moment.
    pub fn copy(&self, esc: Esc<'_>) -> PyResult<Obj<Dict>> {
        let core = self.core.copy(self.lock(), &mut KeyEnv { esc })?;
        Ok(layout::new(esc, Dict { core }))
    }

    /// `d.update(other)` for an exact dictionary: a snapshot of `other` goes in.
    pub fn merge(&self, esc: Esc<'_>, other: &Dict) -> PyResult<()> {
        for (key, hash, value) in other.items(esc) {
            self.set_hashed(esc, &key, hash, value)?;
        }
        Ok(())
    }

    /// Gives the keys a version and marks them shared; 0: do not specialize.
    pub fn assign_version(&self, esc: Esc<'_>) -> u32 {
        self.core.assign_version(self.lock(), &KeyEnv { esc })
    }

    /// The entry number of a key, for specialization.
    pub fn index_of(&self, esc: Esc<'_>, key: &Value) -> Option<u32> {
        let env = &mut KeyEnv { esc };
        self.core.lock(self.lock(), env).index_of(env, key, ops::name_hash(key))
    }

    /// Lets go of an instance's inline values: they move into this dictionary.
    pub(crate) fn detach(&self, esc: Esc<'_>) -> PyResult<()> {
        self.core.detach(self.lock(), &mut KeyEnv { esc }).map(drop)
    }

    /// As [`Dict::detach`] for a dying instance. If memory is out, the dictionary ends up empty.
    pub(crate) fn detach_from_dead(&self, esc: Esc<'_>) {
        if let Err(raised) = self.detach(esc) {
            drop(raised.catch(esc));
            self.clear_items(esc);
        }
    }
}

impl Drop for Dict {
    fn drop(&mut self) {
        // SAFETY: a payload is dropped by a thread that could escape.
        match unsafe { Esc::in_destructor() } {
            Some(esc) => self.core.dispose(&mut KeyEnv { esc }, drop),
            None => debug_assert!(false, "a dictionary died on a thread without a runtime"),
        }
    }
}

impl Payload for Dict {
    const NAME: &'static str = "dict";
    fn class() -> &'static TypeObject {
        &DICT
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        // SAFETY: payloads are traced while the world is stopped (`Payload::trace`).
        unsafe { self.core.trace(visit) };
    }

    fn clear(&self, out: &mut Vec<Value>) {
        // SAFETY: the collector clears on a thread that can escape.
        if let Some(esc) = unsafe { Esc::in_destructor() } {
            self.core.clear(self.lock(), &mut KeyEnv { esc }).for_each(|value| out.push(value));
        }
    }
}

/// The type `dict`.
pub static DICT: TypeObject = TypeObject::builtin::<Dict>(
    "dict",
    Some(&super::types::OBJECT),
    TypeFlags::BASE.union(TypeFlags::DICT_SUBCLASS).union(TypeFlags::MAPPING).union(TypeFlags::MATCH_SELF),
);

/// An empty `dict`.
#[inline]
pub fn new(esc: Esc<'_>) -> Obj<Dict> {
    layout::new(esc, Dict { core: dictkeys::Dict::new(esc.me()) })
}

/// An empty instance of `class` (`dict` or a subclass).
pub fn new_as(esc: Esc<'_>, class: &TypeObject) -> Obj<Dict> {
    layout::new_with_type(esc, class, Dict { core: dictkeys::Dict::new(esc.me()) })
}

/// A dictionary over the inline values of an instance.
///
/// # Safety
/// As `dictkeys::Dict::over_values`.
pub(crate) unsafe fn over_values(esc: Esc<'_>, keys: &SharedKeys, values: InlineValues) -> Obj<Dict> {
    // SAFETY: forwarded.
    let core = unsafe { dictkeys::Dict::over_values(keys, values, esc.me()) };
    layout::new(esc, Dict { core })
}

/// The lock of the dictionary's object, for the eval loop.
pub fn lock_of(dict: &Dict) -> &Header {
    layout::header_of_payload(dict)
}
