//! Split form: the keys belong to a class, the values stand inside each instance. Apart from `dict` because instances
//! use it without a dictionary object; a dictionary made for such an instance (`Dict::over_values`) looks at the same
//! slots.
//!
//! # Protocol
//!
//! *Keys* ([`SharedKeys`]) only grow: a name keeps its index for the life of the class. Lookup takes no lock; adding a
//! name takes the class's keys lock (innermost, nothing is called under it but [`Env::same`](crate::Env::same)).
//!
//! *Values* ([`InlineValues`]) have a lock of their own, one byte in their header, which every change takes, whether it
//! comes through the instance or through its dictionary. Sections under it are a few instructions, so it spins, and its
//! release is a plain store: setting an attribute costs one atomic update.
//!
//! | writer (values lock held) | reader |
//! |---|---|
//! | **set**: slot := value (**Release**, a); if it was NULL: order byte, then size+1 | slot (**Acquire**, a), retain, re-load; not NULL: done |
//! | **delete**: slot := NULL (Release); order bytes shift down; size−1 | NULL: look at `valid` |
//! | **move out** (conversion to a combined dictionary): `valid` := 0 (Relaxed), then every slot := NULL (**Release**, b) | NULL (**Acquire**, b), then `valid` = 0: the dictionary has the values now |
//!
//! `valid` goes from 1 to 0 once. A value that was read needs no look at `valid`: it was current when it was loaded.

use std::ptr::NonNull;

use stackref::sync::atomic::{AtomicU8, Ordering};
use stackref::sync::{hint, thread};
use stackref::{Load, Slot, StackRef, Value, Word};

use crate::cell;
use crate::env::NoSafepoint;

mod shared;
#[cfg(not(loom))]
#[path = "values_raw.rs"]
mod storage;
#[cfg(loom)]
#[path = "values_loom.rs"]
mod storage;

pub use shared::{MAX_SHARED_NAMES, SharedKeys};

#[repr(C, align(8))]
struct Header {
    lock: AtomicU8,
    valid: AtomicU8,
    /// Values that are set, which is the length of the order sequence.
    size: AtomicU8,
    capacity: u8,
    _pad: [u8; 4],
}

/// The values of one instance, standing in its memory. A copyable handle, like a pointer.
///
/// Any thread may use it while the instance lives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InlineValues(NonNull<Header>);

/// What a read of an inline slot found.
#[derive(Debug)]
pub enum Inline<T> {
    /// The value.
    Value(T),
    /// The attribute is not set.
    Absent,
    /// The values have moved into the instance's dictionary: ask it.
    Moved,
    /// A race got in the way; [`InlineValues::load_locked`] decides.
    Retry,
}

/// The values left for a dictionary; what was to be stored comes back.
#[derive(Debug)]
pub struct ValuesMoved<T>(pub T);

impl InlineValues {
    /// Bytes that values of `capacity` need inside an instance, aligned to 8.
    pub const fn bytes(capacity: usize) -> usize {
        storage::bytes(capacity)
    }

    /// Writes empty values at `at`.
    ///
    /// # Safety
    /// `at` is aligned to 8 and starts [`bytes`](Self::bytes)`(capacity)` bytes that live and stay values for as long as
    /// the result or a copy of it is used, and that nobody reads yet. `capacity <= MAX_SHARED_NAMES`.
    pub unsafe fn init(at: NonNull<u8>, capacity: usize) -> InlineValues {
        debug_assert!(capacity <= MAX_SHARED_NAMES);
        let header = at.cast::<Header>();
        // SAFETY: forwarded.
        unsafe { storage::init(header, capacity as u8) };
        InlineValues(header)
    }

    /// The values at `at`.
    ///
    /// # Safety
    /// [`init`](Self::init) wrote them, and the instance lives while the result or a copy of it is used.
    #[inline(always)]
    pub unsafe fn at(at: NonNull<u8>) -> InlineValues {
        InlineValues(at.cast())
    }

    #[inline(always)]
    pub(crate) fn as_ptr(self) -> *mut u8 {
        self.0.as_ptr().cast()
    }

    #[inline(always)]
    fn header<'a>(self) -> &'a Header {
        // SAFETY: S1: whoever holds the handle keeps the instance's memory alive.
        unsafe { self.0.as_ref() }
    }

    /// Slots there are.
    #[inline(always)]
    pub fn capacity(self) -> usize {
        usize::from(self.header().capacity)
    }

    /// Values that are set. Exact under no concurrent change.
    #[inline]
    pub fn len(self) -> usize {
        usize::from(self.header().size.load(Ordering::Acquire))
    }

    /// Whether no value is set.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Whether attributes still live here rather than in a converted dictionary.
    #[inline(always)]
    pub fn is_valid(self) -> bool {
        self.header().valid.load(Ordering::Acquire) != 0
    }

    #[inline(always)]
    pub(crate) fn slot<'a>(self, index: usize) -> Option<&'a Slot> {
        if index < self.capacity() {
            // SAFETY: S1, and the index is below the capacity.
            Some(unsafe { storage::slot(self.0, index as u8) })
        } else {
            None
        }
    }

    /// Reads slot `index` without a lock, as a stack reference: the specialized attribute load. An index beyond the
    /// capacity is an attribute this instance cannot hold inline: [`Inline::Absent`].
    #[inline(always)]
    pub fn load_stackref<T: NoSafepoint>(self, index: usize, thread: &T) -> Inline<StackRef> {
        let Some(slot) = self.slot(index) else { return Inline::Absent };
        // SAFETY: E1: the token names this thread, attached and not at a safepoint; it goes on the caller's stack.
        match unsafe { slot.load_stackref(thread.me()) } {
            Load::Value(value) => Inline::Value(value),
            Load::Null => self.absent_or_moved(),
            Load::Retry => Inline::Retry,
        }
    }

    /// The common cases of [`load_stackref`](Self::load_stackref), which make no call; `None` says only that it was none
    /// of these.
    #[inline(always)]
    pub fn load_stackref_quick<T: NoSafepoint>(self, index: usize, thread: &T) -> Option<StackRef> {
        // SAFETY: E1, as in `load_stackref`.
        unsafe { self.slot(index)?.load_stackref_quick(thread.me()) }
    }

    /// Reads slot `index` without a lock, as a value.
    #[inline]
    pub fn load<T: NoSafepoint>(self, index: usize, thread: &T) -> Inline<Value> {
        let Some(slot) = self.slot(index) else { return Inline::Absent };
        // SAFETY: E1: the token names this thread, attached and not at a safepoint.
        match unsafe { slot.load(thread.me()) } {
            Load::Value(value) => Inline::Value(value),
            Load::Null => self.absent_or_moved(),
            Load::Retry => Inline::Retry,
        }
    }

    /// Reads slot `index` under the values lock: never [`Inline::Retry`].
    #[cold]
    pub fn load_locked<T: NoSafepoint>(self, index: usize, thread: &T) -> Inline<Value> {
        let Some(slot) = self.slot(index) else { return Inline::Absent };
        let _held = self.lock();
        // SAFETY: the values lock is held, and E1.
        match unsafe { slot.load_locked(thread.me()) } {
            Some(value) => Inline::Value(value),
            None => self.absent_or_moved(),
        }
    }

    #[cold]
    fn absent_or_moved<T>(self) -> Inline<T> {
        if self.is_valid() { Inline::Absent } else { Inline::Moved }
    }

    /// Sets slot `index` and returns the old value, which the caller drops.
    ///
    /// # Errors
    /// The values moved into a dictionary, or `index` is beyond the capacity; `value` comes back.
    #[inline]
    pub fn store(self, index: usize, value: Value) -> Result<Option<Value>, ValuesMoved<Value>> {
        let Some(slot) = self.slot(index) else { return Err(ValuesMoved(value)) };
        let held = self.lock();
        if !self.is_valid() {
            drop(held);
            return Err(ValuesMoved(value));
        }
        Ok(held.set(slot, index as u8, value))
    }

    /// Takes the values lock for storing to slot `index`: the specialized attribute store, which looks before it gives up
    /// the value. `None` if the lock is taken, the values moved, or `index` is beyond the capacity.
    #[inline(always)]
    pub fn try_hold<'a>(self, index: usize) -> Option<HeldSlot<'a>> {
        let slot = self.slot(index)?;
        // Acquire pairs with the Release in `HeldValues::drop`.
        if self.header().lock.compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed).is_err() {
            return None;
        }
        let held = HeldValues { values: self, _borrow: std::marker::PhantomData };
        self.is_valid().then_some(HeldSlot { held, slot, index: index as u8 })
    }

    /// Unsets slot `index` and returns what was there, which the caller drops.
    ///
    /// # Errors
    /// The values moved into a dictionary.
    pub fn delete(self, index: usize) -> Result<Option<Value>, ValuesMoved<()>> {
        let Some(slot) = self.slot(index) else { return Ok(None) };
        let held = self.lock();
        if !self.is_valid() {
            return Err(ValuesMoved(()));
        }
        Ok(held.unset(slot, index as u8))
    }

    /// Visits every value's word for the collector.
    ///
    /// # Safety
    /// The world is stopped.
    pub unsafe fn trace(self, visit: &mut dyn FnMut(Word)) {
        for index in 0..self.capacity() {
            let word = self.slot(index).map_or(Word::NULL, cell::word);
            if !word.is_null() {
                visit(word);
            }
        }
    }

    /// Moves all values into `sink`, in order of setting, and leaves the values empty: for an instance that dies, or
    /// that the collector clears. A dictionary over them must have been detached before.
    pub fn take_all(self, mut sink: impl FnMut(Value)) {
        loop {
            // One at a time: `sink` may run finalizers, so not under the lock.
            let taken = {
                let held = self.lock();
                held.last().and_then(|index| Some(held.unset(self.slot(usize::from(index))?, index)))
            };
            match taken {
                Some(Some(value)) => sink(value),
                Some(None) => {}
                None => return,
            }
        }
    }

    /// Takes the values lock.
    #[inline(always)]
    pub(crate) fn lock<'a>(self) -> HeldValues<'a> {
        let lock = &self.header().lock;
        // Acquire pairs with the Release in `HeldValues::drop`.
        if lock.compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed).is_err() {
            lock_slow(lock);
        }
        HeldValues { values: self, _borrow: std::marker::PhantomData }
    }
}

#[cold]
fn lock_slow(lock: &AtomicU8) {
    let mut spins = 0u32;
    while lock.compare_exchange_weak(0, 1, Ordering::Acquire, Ordering::Relaxed).is_err() {
        spins += 1;
        // The section is a few instructions: who does not get in soon waits for a thread that was taken off its core.
        if cfg!(loom) || spins > 64 { thread::yield_now() } else { hint::spin_loop() }
    }
}

/// The values lock, held.
pub(crate) struct HeldValues<'a> {
    values: InlineValues,
    _borrow: std::marker::PhantomData<&'a ()>,
}

/// One slot of an instance, with its values lock held. No user code, finalizer or safepoint may run while it lives.
#[must_use]
pub struct HeldSlot<'a> {
    held: HeldValues<'a>,
    slot: &'a Slot,
    index: u8,
}

impl HeldSlot<'_> {
    /// Stores, releases the lock and returns the old value, which the caller drops.
    #[inline(always)]
    pub fn set(self, value: Value) -> Option<Value> {
        self.held.set(self.slot, self.index, value)
    }
}

impl Drop for HeldValues<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        self.values.header().lock.store(0, Ordering::Release);
    }
}

impl HeldValues<'_> {
    /// Sets a slot, appending its index to the order if it was unset.
    #[inline]
    pub(crate) fn set(&self, slot: &Slot, index: u8, value: Value) -> Option<Value> {
        // SAFETY: K5: the values lock is held.
        let old = unsafe { cell::replace(slot, value) };
        if old.is_none() {
            let header = self.values.header();
            let size = header.size.load(Ordering::Relaxed);
            self.order(size).store(index, Ordering::Relaxed);
            header.size.store(size + 1, Ordering::Release);
        }
        old
    }

    /// Unsets a slot.
    pub(crate) fn unset(&self, slot: &Slot, index: u8) -> Option<Value> {
        // SAFETY: K5: the values lock is held.
        let old = unsafe { cell::take(slot) }?;
        let header = self.values.header();
        let size = header.size.load(Ordering::Relaxed);
        let mut found = false;
        for position in 0..size {
            let here = self.order(position).load(Ordering::Relaxed);
            if found {
                self.order(position - 1).store(here, Ordering::Relaxed);
            }
            found |= here == index;
        }
        debug_assert!(found, "S2: a set slot stands in the order");
        header.size.store(size - 1, Ordering::Release);
        Some(old)
    }

    /// Index at `position` of the order of setting.
    pub(crate) fn index_at(&self, position: usize) -> Option<usize> {
        (position < self.values.len()).then(|| usize::from(self.order(position as u8).load(Ordering::Relaxed)))
    }

    /// Index of the value set last.
    pub(crate) fn last(&self) -> Option<u8> {
        self.index_at(self.values.len().checked_sub(1)?).map(|index| index as u8)
    }

    /// Declares that the values leave for a dictionary.
    pub(crate) fn set_moved(&self) {
        self.values.header().valid.store(0, Ordering::Relaxed);
    }

    #[inline]
    fn order(&self, position: u8) -> &AtomicU8 {
        assert!(position < self.values.header().capacity, "S2: the order is no longer than the slots");
        // SAFETY: S1, and the position is below the capacity.
        unsafe { storage::order(self.values.0, self.values.header().capacity, position) }
    }
}
