//! A list as an instruction reaches it: by a slot of the running frame, which may be all that names it.

use std::marker::PhantomData;
use std::ops::Range;

use stackref::{Slot, Value, Word};

use super::block::Block;
use super::{Hold, List, OutOfMemory, Source, from_vec, publish};
use crate::layout::Obj;
use crate::thread::Esc;

/// A list, and whether the operation on it needs its lock.
#[derive(Clone, Copy)]
pub struct Reach<'a> {
    pub(super) list: &'a List,
    /// No other thread has a reference to the list, nor finds one.
    pub(super) alone: bool,
}

impl<'a> From<&'a List> for Reach<'a> {
    /// With the lock.
    fn from(list: &'a List) -> Self {
        Reach { list, alone: false }
    }
}

impl<'a> Reach<'a> {
    /// The list that `owned` names; without its lock if that is the only reference.
    ///
    /// # Safety
    /// `owned` is the word of a slot of the running frame of the thread `me`, and names this list. The slot keeps it, and no
    /// safepoint is passed, while the `Reach` is used.
    #[inline]
    pub unsafe fn new(list: &'a List, me: u32, owned: Word) -> Self {
        Reach { list, alone: owned.is_counted() && list.header().is_unique(me) }
    }

    /// How many items. May change at once if another thread writes.
    #[inline]
    pub fn len(self) -> usize {
        self.list.len()
    }

    /// Whether there are no items.
    #[inline]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// See [`List::snapshot`].
    pub fn snapshot(self) -> Vec<Value> {
        self.list.snapshot()
    }

    /// The right to write the list.
    #[inline]
    pub(super) fn hold(self) -> Hold<'a> {
        if self.alone { Hold(None, PhantomData) } else { self.list.hold() }
    }

    /// See [`List::slice`].
    pub fn slice(self, esc: Esc<'_>, start: usize, step: isize, count: usize) -> Obj<List> {
        if count == 0 {
            return from_vec(esc, Vec::new());
        }
        let me = esc.me();
        let block = Block::allocate_or_die(count, count);
        let mut written = 0;
        let mut put = |slot: &Slot| {
            // SAFETY: the lock of all writers is held, or nobody else knows the list.
            let item = unsafe { slot.load_locked(me) };
            // SAFETY: inside the new block, which nobody else knows: at most `count` slots are named.
            let to = unsafe { Block::slot(block, written) };
            // SAFETY: as above; the slot is not initialized yet.
            unsafe { to.write(Slot::new(item)) };
            written += 1;
        };
        let hold = self.hold();
        let slots = self.list.slots_locked(&hold).range(0, self.list.len());
        match step {
            1 => slots[start.min(slots.len())..].iter().take(count).for_each(&mut put),
            -1 if start < slots.len() => slots[..=start].iter().rev().take(count).for_each(&mut put),
            _ => {
                let mut index = start;
                for _ in 0..count {
                    if let Some(slot) = slots.get(index) {
                        put(slot);
                    }
                    index = index.wrapping_add_signed(step);
                }
            }
        }
        for behind in written..count {
            // SAFETY: as above.
            let to = unsafe { Block::slot(block, behind) };
            // SAFETY: as above.
            unsafe { to.write(Slot::new(None)) };
        }
        drop(hold);
        publish(esc, written, Some(block))
    }

    /// See [`List::assign`].
    ///
    /// # Errors
    /// When memory is out; the list is then unchanged.
    pub fn assign(self, esc: Esc<'_>, range: Range<usize>, new: Source<'_>) -> Result<Vec<Value>, OutOfMemory> {
        self.list.assign_reached(esc, self, range, new)
    }
}
