//! The right to read or write a list, taken before anything is given up: what specialized instructions look through.

use std::marker::PhantomData;
use std::sync::atomic::Ordering;

use stackref::{Slot, StackRef, Value, Word};

use super::{Hold, List};

impl List {
    /// Takes the right to store to `index`: the specialized store, which looks before it gives up the value. `None` if
    /// the lock is taken or the list is shorter.
    ///
    /// # Safety
    /// `owned` is the word of a slot of the running frame of the thread `me`, and names this list.
    #[inline(always)]
    pub unsafe fn try_hold(&self, me: u32, owned: Word, index: usize) -> Option<HeldItem<'_>> {
        // SAFETY: forwarded.
        let hold = unsafe { self.try_hold_owned(me, owned) }?;
        if index >= self.len() {
            return None;
        }
        self.slot(index).map(|slot| HeldItem { slot, _hold: hold })
    }

    /// Takes the right to append, where there is room: as [`List::try_hold`].
    ///
    /// # Safety
    /// As [`List::try_hold`].
    #[inline(always)]
    pub unsafe fn try_hold_end(&self, me: u32, owned: Word) -> Option<HeldEnd<'_>> {
        // SAFETY: forwarded.
        let hold = unsafe { self.try_hold_owned(me, owned) }?;
        let len = self.len.load(Ordering::Relaxed);
        self.slot(len).map(|slot| HeldEnd { list: self, slot, len, _hold: hold })
    }

    /// Takes the right to read all items, if there are `len`: as [`List::try_hold`].
    ///
    /// # Safety
    /// As [`List::try_hold`].
    #[inline(always)]
    pub unsafe fn try_hold_all(&self, me: u32, owned: Word, len: usize) -> Option<HeldItems<'_>> {
        // SAFETY: forwarded.
        let hold = unsafe { self.try_hold_owned(me, owned) }?;
        (self.len.load(Ordering::Relaxed) == len).then_some(HeldItems { list: self, hold })
    }

    /// Goes on with what [`HeldItems::keep`] left; `locked` is what that said. Without a lock as [`List::try_hold_all`].
    ///
    /// # Safety
    /// As [`List::try_hold_all`]; if `locked`, this thread holds the lock.
    #[inline]
    pub unsafe fn resume_hold_all(&self, me: u32, owned: Word, len: usize, locked: bool) -> Option<HeldItems<'_>> {
        if locked {
            return Some(HeldItems { list: self, hold: Hold(Some(self.header().lock()), PhantomData) });
        }
        // SAFETY: forwarded.
        unsafe { self.try_hold_all(me, owned, len) }
    }
}

/// One item of a list, with the right to write it. No user code, finalizer or safepoint may run while it lives.
#[must_use]
pub struct HeldItem<'a> {
    slot: &'a Slot,
    _hold: Hold<'a>,
}

impl HeldItem<'_> {
    /// Stores, releases the lock and returns the old item, which the caller drops.
    #[inline(always)]
    pub fn set(self, value: Value) -> Option<Value> {
        // SAFETY: the lock of all writers is held.
        unsafe { self.slot.store(value) }
    }
}

/// The place behind the last item, with the right to write: as [`HeldItem`].
#[must_use]
pub struct HeldEnd<'a> {
    list: &'a List,
    slot: &'a Slot,
    len: usize,
    _hold: Hold<'a>,
}

impl HeldEnd<'_> {
    /// Appends and releases the lock.
    #[inline(always)]
    pub fn push(self, value: Value) {
        // SAFETY: the lock of all writers is held, and slots from the length on are empty.
        unsafe { self.slot.put(Some(value)) };
        self.list.len.store(self.len + 1, Ordering::Release);
    }
}

/// All items, with the list's lock held: as [`HeldItem`].
#[must_use]
pub struct HeldItems<'a> {
    list: &'a List,
    hold: Hold<'a>,
}

impl HeldItems<'_> {
    /// The item at `index`, where a reference to it takes no call.
    #[inline(always)]
    pub fn item_quick(&self, me: u32, index: usize) -> Option<StackRef> {
        // SAFETY: the lock of all writers is held, so the block and the item stay.
        unsafe { self.list.slot(index)?.load_stackref_quick(me) }
    }

    /// The item at `index`, with a count of its own.
    #[inline]
    pub fn item(&self, me: u32, index: usize) -> Option<StackRef> {
        // SAFETY: the lock of all writers is held.
        unsafe { self.list.slot(index)?.load_locked(me) }.map(StackRef::from_value)
    }

    /// Leaves the lock held, for [`List::resume_hold_all`]; whether there is one.
    #[inline(always)]
    pub fn keep(self) -> bool {
        std::mem::ManuallyDrop::new(self.hold).0.is_some()
    }

    /// Shows each item with its index, and releases the lock.
    #[inline(always)]
    pub fn for_each(self, me: u32, mut each: impl FnMut(usize, StackRef)) {
        let slots = self.list.slots_locked(&self.hold).range(0, self.list.len());
        for (index, slot) in slots.iter().enumerate() {
            // SAFETY: the lock of all writers is held.
            if let Some(item) = unsafe { slot.load_locked(me) } {
                each(index, StackRef::from_value(item));
            }
        }
    }
}
