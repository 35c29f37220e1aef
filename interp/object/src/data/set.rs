//! `set` and `frozenset`: `dictkeys::SetTable` in an object.

use std::marker::PhantomData;
use std::sync::atomic::AtomicI64;

use stackref::{Value, Word};

use super::dict::{KeyEnv, key_hash};
use crate::layout::{self, Obj, Payload};
use crate::raise::PyResult;
use crate::thread::Esc;
use crate::typeobj::{TypeFlags, TypeObject};

/// What both kinds of sets are made of.
pub struct Table {
    core: dictkeys::SetTable,
}

/// The payload of `set`.
#[repr(transparent)]
pub struct Set {
    table: Table,
}

/// The payload of `frozenset`.
pub struct FrozenSet {
    // First, so that the header lies at the same distance as for `Set`.
    table: Table,
    hash: AtomicI64,
}

impl Set {
    /// The items.
    pub fn table(&self) -> &Table {
        &self.table
    }
}

impl FrozenSet {
    /// The items.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// A place for the hash once computed (0: not yet).
    pub fn hash_cell(&self) -> &AtomicI64 {
        &self.hash
    }
}

impl Table {
    fn new(esc: Esc<'_>) -> Table {
        Table { core: dictkeys::SetTable::new(esc.me()) }
    }

    fn lock(&self) -> &stackref::ByteLock {
        layout::header_at_payload(self).lock()
    }

    /// How many items.
    pub fn len(&self, esc: Esc<'_>) -> usize {
        self.core.len(self.lock(), &KeyEnv::new(esc))
    }

    /// Whether there are none.
    pub fn is_empty(&self, esc: Esc<'_>) -> bool {
        self.len(esc) == 0
    }

    /// `item in s`
    pub fn contains(&self, esc: Esc<'_>, item: &Value) -> PyResult<bool> {
        let hash = key_hash(esc, item, "set element")?;
        self.contains_hashed(esc, item, hash)
    }

    /// As [`Table::contains`] for a known hash.
    pub fn contains_hashed(&self, esc: Esc<'_>, item: &Value, hash: i64) -> PyResult<bool> {
        self.core.contains(self.lock(), &mut KeyEnv::new(esc), item, hash)
    }

    /// Adds an item; whether it is new. For `frozenset` only while it is being made.
    pub fn add(&self, esc: Esc<'_>, item: &Value) -> PyResult<bool> {
        let hash = key_hash(esc, item, "set element")?;
        self.add_hashed(esc, item, hash)
    }

    /// As [`Table::add`] for a known hash.
    pub fn add_hashed(&self, esc: Esc<'_>, item: &Value, hash: i64) -> PyResult<bool> {
        self.core.add(self.lock(), &mut KeyEnv::new(esc), item, hash)
    }

    /// As [`Table::add`] for a set that grows item by item (a comprehension's): no lock if the slot that holds `owned` has
    /// the only reference (`data/list.rs` argues why), and the item can be told from the others by identity.
    ///
    /// # Safety
    /// `owned` is the word of a slot of the running frame of this thread, and names this set.
    pub unsafe fn add_building(&self, esc: Esc<'_>, owned: Word, item: &Value) -> PyResult<bool> {
        let hash = match item.as_int() {
            Some(number) => crate::ops::hash_i64(number),
            None => key_hash(esc, item, "set element")?,
        };
        // After hashing, which may run code that finds the set.
        if owned.is_counted() && layout::header_at_payload(self).is_unique(esc.me()) {
            // SAFETY: nobody else has a reference, nor finds one.
            if let Ok(added) = unsafe { self.core.build_quick(item.clone_as(esc.me()), hash) } {
                return Ok(added);
            }
        }
        self.add_hashed(esc, item, hash)
    }

    /// Removes an item; whether it was there.
    pub fn remove(&self, esc: Esc<'_>, item: &Value) -> PyResult<bool> {
        let hash = key_hash(esc, item, "set element")?;
        self.remove_hashed(esc, item, hash)
    }

    /// As [`Table::remove`] for a known hash.
    pub fn remove_hashed(&self, esc: Esc<'_>, item: &Value, hash: i64) -> PyResult<bool> {
        Ok(self.core.discard(self.lock(), &mut KeyEnv::new(esc), item, hash)?.is_some())
    }

    /// Removes and returns some item.
    pub fn pop(&self, esc: Esc<'_>) -> Option<Value> {
        self.core.pop(self.lock(), &mut KeyEnv::new(esc))
    }

    /// Removes everything.
    pub fn clear_items(&self, esc: Esc<'_>) {
        self.core.clear(self.lock(), &mut KeyEnv::new(esc)).for_each(drop);
    }

    /// Items with their hashes at this moment.
    pub fn items(&self, esc: Esc<'_>) -> Vec<(Value, i64)> {
        self.core.to_vec(self.lock(), &KeyEnv::new(esc))
    }

    /// The first item at `position` or after it: `(position, item, hash)`. Go on with `position + 1`.
    pub fn next_item(&self, esc: Esc<'_>, position: usize) -> Option<(usize, Value, i64)> {
        self.core.next_element(self.lock(), &KeyEnv::new(esc), position)
    }

    fn copy(&self, esc: Esc<'_>) -> PyResult<Table> {
        Ok(Table { core: self.core.copy(self.lock(), &mut KeyEnv::new(esc))? })
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        // SAFETY: payloads are traced while the world is stopped.
        unsafe { self.core.trace(visit) };
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        // SAFETY: a payload is dropped by a thread that could escape.
        match unsafe { Esc::in_destructor() } {
            Some(esc) => self.core.dispose(&mut KeyEnv::new(esc), drop),
            None => debug_assert!(false, "a set died on a thread without a runtime"),
        }
    }
}

impl Payload for Set {
    const NAME: &'static str = "set";
    fn class() -> &'static TypeObject {
        &SET
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        self.table.trace(visit);
    }

    fn clear(&self, out: &mut Vec<Value>) {
        // SAFETY: the collector clears on a thread that can escape.
        if let Some(esc) = unsafe { Esc::in_destructor() } {
            self.table.core.clear(self.table.lock(), &mut KeyEnv::new(esc)).for_each(|value| out.push(value));
        }
    }
}

impl Payload for FrozenSet {
    const NAME: &'static str = "frozenset";
    fn class() -> &'static TypeObject {
        &FROZENSET
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        self.table.trace(visit);
    }
}

/// The type `set`.
pub static SET: TypeObject =
    TypeObject::builtin::<Set>("set", Some(&super::types::OBJECT), TypeFlags::BASE.union(TypeFlags::MATCH_SELF));

/// The type `frozenset`.
pub static FROZENSET: TypeObject = TypeObject::builtin::<FrozenSet>(
    "frozenset",
    Some(&super::types::OBJECT),
    TypeFlags::BASE.union(TypeFlags::MATCH_SELF),
);

/// An empty instance of `class` (`set` or a subclass).
pub fn new_as(esc: Esc<'_>, class: &TypeObject) -> Obj<Set> {
    let set = Set { table: Table::new(esc) };
    if std::ptr::eq(class, &raw const SET) { layout::new(esc, set) } else { layout::new_with_type(esc, class, set) }
}

/// An empty instance of `class` (`frozenset` or a subclass), to be filled before anyone else sees it.
pub fn frozen_as(esc: Esc<'_>, class: &TypeObject) -> Obj<FrozenSet> {
    layout::new_with_type(esc, class, FrozenSet { table: Table::new(esc), hash: AtomicI64::new(0) })
}

/// A `set` with the items of `table` at this moment.
pub fn copy(esc: Esc<'_>, table: &Table) -> PyResult<Obj<Set>> {
    Ok(layout::new(esc, Set { table: table.copy(esc)? }))
}

/// A `frozenset` with the items of `table` at this moment.
pub fn frozen_copy(esc: Esc<'_>, table: &Table) -> PyResult<Obj<FrozenSet>> {
    Ok(layout::new(esc, FrozenSet { table: table.copy(esc)?, hash: AtomicI64::new(0) }))
}

/// The items of a set that is being made: no object yet, so that nobody else can reach it and adding takes no lock.
pub struct Gathered {
    table: Table,
    _own_thread: PhantomData<*const ()>,
}

impl Gathered {
    /// None yet.
    pub fn new(esc: Esc<'_>) -> Self {
        Gathered { table: Table::new(esc), _own_thread: PhantomData }
    }

    /// Adds an item; whether it is new.
    #[inline]
    pub fn add(&mut self, esc: Esc<'_>, item: Value) -> PyResult<bool> {
        let hash = match item.as_int() {
            Some(number) => crate::ops::hash_i64(number),
            None => key_hash(esc, &item, "set element")?,
        };
        self.add_hashed(esc, item, hash)
    }

    /// As [`Gathered::add`] for a known hash.
    #[inline]
    pub fn add_hashed(&mut self, esc: Esc<'_>, item: Value, hash: i64) -> PyResult<bool> {
        self.table.core.build(&mut KeyEnv::new(esc), item, hash)
    }

    /// The set.
    pub fn finish(self, esc: Esc<'_>) -> Obj<Set> {
        layout::new(esc, Set { table: self.table })
    }

    /// The frozen set.
    pub fn finish_frozen(self, esc: Esc<'_>) -> Obj<FrozenSet> {
        layout::new(esc, FrozenSet { table: self.table, hash: AtomicI64::new(0) })
    }
}

/// An empty `set`.
pub fn new(esc: Esc<'_>) -> Obj<Set> {
    new_as(esc, &SET)
}

/// A `frozenset` of constants, which hash and compare without user code.
pub(crate) fn frozen_from_constants(esc: Esc<'_>, items: Vec<Value>) -> Obj<FrozenSet> {
    let set = frozen_as(esc, &FROZENSET);
    for item in items {
        if let Err(raised) = set.table.add(esc, &item) {
            drop(raised.catch(esc));
        }
    }
    set
}

/// The table of a `set` or `frozenset` (subclasses included).
pub fn table_of(value: &Value) -> Option<&Table> {
    use crate::layout::ValueExt;
    match value.payload::<Set>() {
        Some(set) => Some(&set.table),
        None => value.payload::<FrozenSet>().map(|set| &set.table),
    }
}
