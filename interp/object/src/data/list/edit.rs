//! Changing a list at other places than its end: shifting words within the block.
//!
//! A shift copies words upwards or downwards one by one, so for a moment two slots show one value; both readers find it
//! alive, since the list keeps it. What lies behind the new length is emptied before the lock is released.

use std::ops::Range;
use std::sync::atomic::Ordering;

use stackref::{Value, lock2};

use super::{Hold, List, Reach};
use crate::thread::Esc;

/// What to put into a list.
pub enum Source<'a> {
    /// The items of another list.
    List(&'a List),
    /// The items of a list that a temporary names, which is dropped afterwards: it may be left without them.
    Temporary(Reach<'a>),
    /// Clones of these.
    Items(&'a [Value]),
    /// These.
    Owned(Vec<Value>),
}

/// Memory is out; the list is unchanged.
#[derive(Debug)]
pub struct OutOfMemory;

impl List {
    /// Inserts an item before `index` (clamped to the length). `Err` gives the item back when memory is out.
    pub fn insert(&self, esc: Esc<'_>, index: usize, value: Value) -> Result<(), Value> {
        let hold = self.hold();
        let len = self.len.load(Ordering::Relaxed);
        if !self.reserve_locked(esc, &hold, len + 1) {
            return Err(value);
        }
        let index = index.min(len);
        let slots = self.slots_locked(&hold).range(index, len + 1);
        for at in (1..slots.len()).rev() {
            // SAFETY: the lock of all writers is held; the slot above was moved before, or is empty.
            unsafe { slots[at].move_from(&slots[at - 1]) };
        }
        // SAFETY: as above; what the slot shows was moved up.
        unsafe { slots[0].put(Some(value)) };
        self.len.store(len + 1, Ordering::Release);
        Ok(())
    }

    /// Removes and returns the item at `index`.
    pub fn remove_at(&self, index: usize) -> Option<Value> {
        let hold = self.hold();
        let len = self.len.load(Ordering::Relaxed);
        if index >= len {
            return None;
        }
        let slots = self.slots_locked(&hold).range(index, len);
        let (last, moved) = slots.split_last()?;
        // SAFETY: the lock of all writers is held.
        let removed = unsafe { slots[0].take() };
        for (at, slot) in moved.iter().enumerate() {
            // SAFETY: as above; the slot was emptied, or moved down before.
            unsafe { slot.move_from(&slots[at + 1]) };
        }
        self.len.store(len - 1, Ordering::Release);
        // SAFETY: as above; what it shows was moved down, or taken.
        unsafe { last.put(None) };
        removed
    }

    /// Reverses the items in place.
    pub fn reverse(&self) {
        let hold = self.hold();
        let len = self.len.load(Ordering::Relaxed);
        let slots = self.slots_locked(&hold).range(0, len);
        let (low, high) = slots.split_at(len / 2);
        for (low, high) in low.iter().zip(high.iter().rev()) {
            // SAFETY: the lock of all writers is held.
            unsafe { low.exchange(high) };
        }
    }

    /// Replaces the items in `range` (clamped to the length) by `new`. What has to be dropped of the removed items is
    /// given back, the last one first, to be dropped after the call.
    ///
    /// # Errors
    /// When memory is out; the list is then unchanged.
    pub fn assign(&self, esc: Esc<'_>, range: Range<usize>, new: Source<'_>) -> Result<Vec<Value>, OutOfMemory> {
        self.assign_reached(esc, Reach::from(self), range, new)
    }

    /// [`List::assign`]; `this` is the list itself.
    pub(super) fn assign_reached(
        &self,
        esc: Esc<'_>,
        this: Reach<'_>,
        range: Range<usize>,
        new: Source<'_>,
    ) -> Result<Vec<Value>, OutOfMemory> {
        let me = esc.me();
        match new {
            Source::List(source) | Source::Temporary(Reach { list: source, alone: false })
                if std::ptr::eq(source, self) =>
            {
                self.assign(esc, range, Source::Owned(source.snapshot()))
            }
            Source::List(source) | Source::Temporary(Reach { list: source, alone: false }) => {
                let both = lock2(self.header().lock(), source.header().lock());
                let hold = Hold::of_both(&both);
                let items = source.slots_locked(&hold).range(0, source.len()).iter();
                // SAFETY: the lock of the source's writers is held.
                let items = items.filter_map(|slot| unsafe { slot.load_locked(me) });
                self.assign_locked(esc, &hold, range, source.len(), items)
            }
            Source::Temporary(source) => {
                // Nobody else knows the source: it is not this list, and its items move.
                let alone = source.hold();
                let count = source.len();
                let slots = source.list.slots_locked(&alone).range(0, count);
                let hold = this.hold();
                // SAFETY: nobody else knows the source.
                let items = slots.iter().filter_map(|slot| unsafe { slot.take() });
                let done = self.assign_locked(esc, &hold, range, count, items);
                if done.is_ok() {
                    source.list.len.store(0, Ordering::Relaxed);
                }
                done
            }
            Source::Items(items) => {
                let hold = this.hold();
                self.assign_locked(esc, &hold, range, items.len(), items.iter().map(|item| item.clone_as(me)))
            }
            Source::Owned(items) => {
                // Dropped after the lock is released, should memory be out.
                let mut items = items.into_iter();
                let hold = this.hold();
                self.assign_locked(esc, &hold, range, items.len(), items.by_ref())
            }
        }
    }

    /// `count` items of `new` for those in `range`.
    #[inline(always)]
    fn assign_locked(
        &self,
        esc: Esc<'_>,
        hold: &Hold<'_>,
        range: Range<usize>,
        count: usize,
        new: impl Iterator<Item = Value>,
    ) -> Result<Vec<Value>, OutOfMemory> {
        let len = self.len.load(Ordering::Relaxed);
        let start = range.start.min(len);
        let end = range.end.clamp(start, len);
        let new_end = start + count;
        let new_len = new_end + (len - end);
        if new_len == len {
            return Ok(self.replace_locked(hold, start..end, new));
        }
        if new_len > len && !self.reserve_locked(esc, hold, new_len) {
            return Err(OutOfMemory);
        }
        let slots = self.slots_locked(hold).range(0, len.max(new_len));
        let mut removed = Vec::new();
        for slot in &slots[start..end] {
            // Immediates need no drop. Emptied one by one, so that readers who took a count find out.
            if slot.peek().is_some_and(|word| word.is_counted()) {
                // SAFETY: the lock of all writers is held.
                removed.extend(unsafe { slot.take() });
            }
        }
        if new_len < len {
            for at in end..len {
                // SAFETY: as above; what was there was taken, or moved down before.
                unsafe { slots[at - end + new_end].move_from(&slots[at]) };
            }
            self.len.store(new_len, Ordering::Release);
            for slot in &slots[new_len..] {
                // SAFETY: as above; what it shows was moved down or taken.
                unsafe { slot.put(None) };
            }
        } else {
            for at in (end..len).rev() {
                // SAFETY: as above; what was there is empty or was moved up before.
                unsafe { slots[at - end + new_end].move_from(&slots[at]) };
            }
        }
        let mut new = new.fuse();
        for slot in &slots[start..new_end] {
            let value = new.next();
            debug_assert!(value.is_some(), "the source has as many items as it said");
            // SAFETY: as above; what it shows was taken, needs no drop, or was moved.
            unsafe { slot.put(value) };
        }
        self.len.store(new_len, Ordering::Release);
        removed.reverse();
        Ok(removed)
    }
    /// As many items of `new` for those in `range`, one by one.
    #[inline(always)]
    fn replace_locked(&self, hold: &Hold<'_>, range: Range<usize>, mut new: impl Iterator<Item = Value>) -> Vec<Value> {
        let mut removed = Vec::new();
        for slot in self.slots_locked(hold).range(range.start, range.end) {
            let value = new.next();
            debug_assert!(value.is_some(), "the source has as many items as it said");
            if slot.peek().is_some_and(|word| word.is_counted()) {
                // SAFETY: the lock of all writers is held.
                removed.extend(unsafe { slot.take() });
            }
            // SAFETY: as above; what it shows was taken or needs no drop.
            unsafe { slot.put(value) };
        }
        removed.reverse();
        removed
    }
}
