//! `list`: a growable array that other threads read without its lock.
//!
//! # Protocol
//! Writers hold the object's one-byte lock (O2: nothing that can run user code happens under it). The array is a block
//! with its capacity in front, so a reader takes the bound from the block it loaded:
//!
//! | step | reader | pairs with |
//! |---|---|---|
//! | 1 | `len` (Acquire); out of range → no item | writer's Release store of `len` |
//! | 2 | `block` (Acquire); index ≥ its capacity → locked path | writer's Release store of `block` |
//! | 3 | slot word: immediate or uncounted → done; counted → try-retain and re-check, else locked path | slot stores are Release |
//!
//! Growing copies the words into a new block and publishes it; the old block is freed at once while the list is known to
//! its owner alone, and through a grace period once it is marked shared. A thread that does not own the list marks it
//! before its first unlocked read, under the lock, so that no immediate free can be in flight. Slots from `len` on hold
//! NULL. The slots of an old block of a shared list are emptied after the new one is published: a reader's second look
//! (step 3) would else find there, for as long as it holds the block, items that left the list meanwhile.
//!
//! One case needs no lock: the list's only count is owned by a slot of the running thread's own frame
//! ([`Header::is_unique`] and a counted word there). No other thread has a reference then, nor finds one: foreign
//! try-increfs fail while the shared word is 0. (`stackref`'s loom models `the_only_reference_needs_no_lock` and
//! `who_reads_a_slot_late_…`.)
//!
//! `block` has the array, `edit` what changes the middle of a list, `held` what specialized
//! instructions take before they give anything up, `reach` the case that needs no lock for longer operations.

mod block;
mod edit;
mod held;
mod reach;

use std::alloc::Layout as MemLayout;
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use stackref::{ByteLock, Header, Load, Lock2Guard, Slot, StackRef, Value, Word, gc_bits};

use self::block::{Block, Slots};
use super::tuple::{self, Tuple};
use crate::layout::{self, Obj, Payload};
use crate::thread::Esc;
use crate::typeobj::{TypeFlags, TypeObject};

pub use edit::{OutOfMemory, Source};
pub use held::{HeldEnd, HeldItem, HeldItems};
pub use reach::Reach;

/// The payload of lists.
pub struct List {
    len: AtomicUsize,
    block: AtomicPtr<Block>,
}

/// The most items a list can hold.
pub const MAX_LEN: usize = isize::MAX as usize / 16;

/// Whether threads other than the owner read without the lock.
#[inline(always)]
fn is_shared(header: &Header) -> bool {
    header.has_gc_bits(gc_bits::SHARED)
}

fn mark_shared(header: &Header) {
    header.set_gc_bits(gc_bits::SHARED);
}

/// Growth as CPython's: an eighth more and a little, in multiples of four.
#[inline]
fn grown(needed: usize) -> usize {
    (needed + (needed >> 3) + 6) & !3
}

/// The room of a list whose first item comes from a comprehension: another will follow.
const FIRST_ROOM: usize = 8;

/// The right to write a list: its lock, or that nobody else can reach it. No user code, finalizer or safepoint may run
/// while it lives.
struct Hold<'a>(Option<&'a ByteLock>, PhantomData<&'a ByteLock>);

impl<'a> Hold<'a> {
    /// Both locks are held.
    fn of_both(_locks: &'a Lock2Guard<'_>) -> Self {
        Hold(None, PhantomData)
    }
}

impl Drop for Hold<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        if let Some(lock) = self.0 {
            // SAFETY: made right after the lock was acquired.
            unsafe { lock.release() };
        }
    }
}

impl List {
    #[inline(always)]
    fn header(&self) -> &Header {
        layout::header_of_payload(self)
    }

    #[inline(always)]
    fn hold(&self) -> Hold<'_> {
        let lock = self.header().lock();
        lock.acquire();
        Hold(Some(lock), PhantomData)
    }

    /// The lock if it is free; no lock at all if `owned` is the list's only reference.
    ///
    /// # Safety
    /// `owned` is the word of a slot of the running frame of the thread `me`, and names this list.
    #[inline(always)]
    unsafe fn try_hold_owned(&self, me: u32, owned: Word) -> Option<Hold<'_>> {
        let header = self.header();
        if owned.is_counted() && header.is_unique(me) {
            return Some(Hold(None, PhantomData));
        }
        header.lock().try_acquire().then(|| Hold(Some(header.lock()), PhantomData))
    }

    /// How many items. May change at once if another thread writes.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len.load(Ordering::Acquire)
    }

    /// Whether there are no items.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The slot at `index`, if the loaded block has it.
    #[inline(always)]
    fn slot(&self, index: usize) -> Option<&Slot> {
        let block = NonNull::new(self.block.load(Ordering::Acquire))?;
        // SAFETY: the block is live: under the lock, or because this thread owns the list or marked it shared and has
        // not passed a safepoint since the load.
        if index >= unsafe { block.as_ref() }.capacity() {
            return None;
        }
        // SAFETY: `index` is below the capacity of this very block.
        let slot = unsafe { Block::slot(block, index) };
        // SAFETY: live as the block is.
        Some(unsafe { slot.as_ref() })
    }

    /// The slots, under the lock.
    #[inline(always)]
    fn slots_locked<'a>(&'a self, _hold: &'a Hold<'_>) -> Slots<'a> {
        // SAFETY: nobody replaces the block while the lock is held.
        unsafe { Slots::new(self.block.load(Ordering::Relaxed)) }
    }

    /// Makes unlocked reads by this thread legal.
    #[inline(always)]
    fn ensure_readable(&self, me: u32) {
        let header = self.header();
        if header.owner() != me && !is_shared(header) {
            self.mark_shared_slow();
        }
    }

    #[cold]
    #[inline(never)]
    fn mark_shared_slow(&self) {
        let _hold = self.hold();
        mark_shared(self.header());
    }

    /// The item at `index`, or `None` if the list is shorter.
    #[inline]
    pub fn get(&self, esc: Esc<'_>, index: usize) -> Option<Value> {
        self.get_for(esc.me(), index)
    }

    /// As [`List::get`]; the caller is the thread `me`, attached.
    #[inline]
    pub fn get_for(&self, me: u32, index: usize) -> Option<Value> {
        if index >= self.len() {
            return None;
        }
        self.ensure_readable(me);
        // SAFETY: list items lie in the type-stable heap, and this thread is attached.
        match unsafe { self.slot(index)?.load(me) } {
            Load::Value(value) => Some(value),
            Load::Null | Load::Retry => self.get_locked(me, index),
        }
    }

    /// As [`List::get_for`] for the eval loop's stack. `None` also where a lock would have to be taken.
    #[inline(always)]
    pub fn try_get(&self, me: u32, index: usize) -> Option<StackRef> {
        let header = self.header();
        if index >= self.len() || header.owner() != me && !is_shared(header) {
            return None;
        }
        // SAFETY: list items lie in the type-stable heap, this thread is attached, and the caller puts the reference on
        // its stack.
        unsafe { self.slot(index)?.load_stackref(me) }.value()
    }

    /// The common cases of [`List::try_get`], which make no call; `None` says only that it was none of these.
    #[inline(always)]
    pub fn get_quick(&self, me: u32, index: usize) -> Option<StackRef> {
        let header = self.header();
        if index >= self.len() || header.owner() != me && !is_shared(header) {
            return None;
        }
        // SAFETY: as in `try_get`.
        unsafe { self.slot(index)?.load_stackref_quick(me) }
    }

    #[cold]
    #[inline(never)]
    fn get_locked(&self, me: u32, index: usize) -> Option<Value> {
        let _hold = self.hold();
        if index >= self.len() {
            return None;
        }
        // SAFETY: the lock of all writers is held.
        unsafe { self.slot(index)?.load_locked(me) }
    }

    /// Replaces the item at `index`. Gives back the old item, to be dropped by the caller after the call, or the new
    /// one if the list is shorter.
    pub fn set(&self, index: usize, value: Value) -> Result<Option<Value>, Value> {
        let _hold = self.hold();
        if index >= self.len() {
            return Err(value);
        }
        match self.slot(index) {
            // SAFETY: the lock of all writers is held.
            Some(slot) => Ok(unsafe { slot.store(value) }),
            None => Err(value),
        }
    }

    /// Appends an item. `Err` gives the item back when memory is out.
    #[inline]
    pub fn push(&self, esc: Esc<'_>, value: Value) -> Result<(), Value> {
        let hold = self.hold();
        let len = self.len.load(Ordering::Relaxed);
        if self.slot(len).is_none() && !self.reserve_locked(esc, &hold, len + 1) {
            return Err(value);
        }
        let Some(slot) = self.slot(len) else { return Err(value) };
        // SAFETY: the lock of all writers is held, and slots from the length on are empty.
        unsafe { slot.put(Some(value)) };
        self.len.store(len + 1, Ordering::Release);
        Ok(())
    }

    /// Appends what a stack's word refers to, if nobody but the slot that holds `owned` knows this list, there is room, and
    /// the word can move as it is: takes no lock and makes no call. `false`: nothing happened.
    ///
    /// # Safety
    /// `owned` is the word of a slot of the running frame of the thread `me`, and names this list. The word `item` is the
    /// caller's, who gives it up if the answer is `true`.
    #[inline(always)]
    pub unsafe fn push_alone(&self, me: u32, owned: Word, item: Word) -> bool {
        if !owned.is_counted() || !self.header().is_unique(me) {
            return false;
        }
        let len = self.len.load(Ordering::Relaxed);
        let Some(slot) = self.slot(len) else { return false };
        // SAFETY: the caller's; given back if it cannot move.
        match unsafe { StackRef::from_word(item) }.into_value_quick() {
            Ok(value) => {
                // SAFETY: nobody else knows the list, and slots from the length on are empty.
                unsafe { slot.put(Some(value)) };
                self.len.store(len + 1, Ordering::Release);
                true
            }
            Err(item) => {
                let _ = item.into_word();
                false
            }
        }
    }

    /// As [`List::push`] for a list that grows item by item (a comprehension's): no lock if the slot that holds `owned` has
    /// the only reference, and room for a few items at once. `Err` gives the item back when memory is out.
    ///
    /// # Safety
    /// As [`List::push_alone`].
    pub unsafe fn push_building(&self, esc: Esc<'_>, owned: Word, value: Value) -> Result<(), Value> {
        if !owned.is_counted() || !self.header().is_unique(esc.me()) {
            return self.push(esc, value);
        }
        let hold = Hold(None, PhantomData);
        let len = self.len.load(Ordering::Relaxed);
        if self.slot(len).is_none() && !self.reserve_locked(esc, &hold, if len == 0 { FIRST_ROOM } else { len + 1 }) {
            return Err(value);
        }
        let Some(slot) = self.slot(len) else { return Err(value) };
        // SAFETY: nobody else knows the list, and slots from the length on are empty.
        unsafe { slot.put(Some(value)) };
        self.len.store(len + 1, Ordering::Release);
        Ok(())
    }

    /// Removes and returns the last item.
    pub fn pop(&self) -> Option<Value> {
        let _hold = self.hold();
        let len = self.len.load(Ordering::Relaxed).checked_sub(1)?;
        self.len.store(len, Ordering::Release);
        // SAFETY: the lock of all writers is held.
        unsafe { self.slot(len)?.take() }
    }

    /// The items at this moment.
    pub fn snapshot(&self) -> Vec<Value> {
        self.snapshot_range(0..usize::MAX)
    }

    /// The items in `range` (clamped) at this moment.
    pub fn snapshot_range(&self, range: std::ops::Range<usize>) -> Vec<Value> {
        let me = stackref::thread::current_id();
        let hold = self.hold();
        let end = range.end.min(self.len());
        let slots = self.slots_locked(&hold).range(range.start.min(end), end);
        let mut items = Vec::with_capacity(slots.len());
        // SAFETY: the lock of all writers is held.
        items.extend(slots.iter().filter_map(|slot| unsafe { slot.load_locked(me) }));
        items
    }

    /// A list of the items at `start`, `start + step`, …: `count` of them, fewer where this list is shorter.
    pub fn slice(&self, esc: Esc<'_>, start: usize, step: isize, count: usize) -> Obj<List> {
        Reach::from(self).slice(esc, start, step, count)
    }

    /// A tuple of the items at this moment.
    pub fn to_tuple(&self, esc: Esc<'_>) -> Obj<Tuple> {
        let me = esc.me();
        let (mut hold, mut grew) = (None, false);
        let len = self.len();
        let made = tuple::filled(esc, len, |index| {
            // The tuple's memory is there by now: nothing is allocated under the lock.
            let hold = hold.get_or_insert_with(|| self.hold());
            let now = self.len();
            grew = now > len;
            if index >= now {
                return None;
            }
            let slot = self.slots_locked(hold).range(index, now).first()?;
            // SAFETY: the lock of all writers is held.
            unsafe { slot.load_locked(me) }
        });
        drop(hold);
        if grew { tuple::new(esc, self.snapshot()) } else { made }
    }

    /// A tuple of the items, which move there, if nobody but the slot that holds `owned` knows this list; it is empty then.
    ///
    /// # Safety
    /// `owned` is the word of a slot of the running frame of this thread, and names this list.
    pub unsafe fn move_to_tuple(&self, esc: Esc<'_>, owned: Word) -> Option<Obj<Tuple>> {
        if !owned.is_counted() || !self.header().is_unique(esc.me()) {
            return None;
        }
        // SAFETY: nobody else knows the list, so nobody replaces its block.
        let items = tuple::filled(esc, self.len(), |index| unsafe { self.slot(index)?.take() });
        self.len.store(0, Ordering::Release);
        Some(items)
    }

    /// Takes all items out, leaving the list empty (`clear`, and `sort` while it runs).
    pub fn take_all(&self, esc: Esc<'_>) -> Vec<Value> {
        let hold = self.hold();
        let len = self.len.load(Ordering::Relaxed);
        self.len.store(0, Ordering::Release);
        let mut items = Vec::with_capacity(len);
        // SAFETY: the lock of all writers is held.
        items.extend(self.slots_locked(&hold).range(0, len).iter().filter_map(|slot| unsafe { slot.take() }));
        let block = self.block.swap(std::ptr::null_mut(), Ordering::AcqRel);
        self.release_block(esc, block);
        items
    }

    /// Puts `items` in if the list is empty; otherwise (it was changed meanwhile) replaces what is there and gives the
    /// replaced items back.
    pub fn put_all(&self, esc: Esc<'_>, items: Vec<Value>) -> Vec<Value> {
        if items.is_empty() {
            return self.take_all(esc);
        }
        let lock = self.hold();
        if self.len.load(Ordering::Relaxed) == 0 {
            let (len, block) = filled_block(items);
            let old = self.block.swap(block.map_or(std::ptr::null_mut(), NonNull::as_ptr), Ordering::AcqRel);
            self.len.store(len, Ordering::Release);
            self.release_block(esc, old);
            return Vec::new();
        }
        drop(lock);
        let replaced = self.snapshot();
        match self.assign(esc, 0..usize::MAX, Source::Owned(items)) {
            Ok(_) => replaced,
            Err(OutOfMemory) => std::alloc::handle_alloc_error(MemLayout::new::<Value>()),
        }
    }

    #[inline]
    fn reserve_locked(&self, esc: Esc<'_>, hold: &Hold<'_>, needed: usize) -> bool {
        needed <= self.slots_locked(hold).capacity() || self.grow_locked(esc, hold, needed)
    }

    #[inline(never)]
    fn grow_locked(&self, esc: Esc<'_>, hold: &Hold<'_>, needed: usize) -> bool {
        if needed > MAX_LEN {
            return false;
        }
        let slots = self.slots_locked(hold);
        let slots = slots.range(0, self.len.load(Ordering::Relaxed));
        // A list that starts with many items is exact.
        let capacity = if slots.is_empty() && needed > 1 { needed } else { grown(needed) };
        let Some(new) = Block::allocate(capacity, slots.len()) else { return false };
        for (index, from) in slots.iter().enumerate() {
            // SAFETY: `index` is below the new capacity, and the new block is private. The word moves: the old block is
            // not dropped, only freed, so its counts pass to the new one.
            let to = unsafe { Block::slot(new, index) };
            // SAFETY: as above.
            unsafe { to.write(Slot::new(None)) };
            // SAFETY: as above; `from` is never dropped.
            unsafe { to.as_ref().move_from(from) };
        }
        let old = self.block.load(Ordering::Relaxed);
        self.block.store(new.as_ptr(), Ordering::Release);
        self.release_block(esc, old);
        true
    }

    /// Frees a block that is no longer published; its slots' counts were moved or taken. The lock is held.
    fn release_block(&self, esc: Esc<'_>, block: *mut Block) {
        let Some(block) = NonNull::new(block) else { return };
        let header = self.header();
        if header.owner() != esc.me() {
            // The owner may be reading the old block this very moment.
            mark_shared(header);
        }
        if is_shared(header) {
            // SAFETY: live until it is reclaimed.
            let slots = unsafe { Slots::new(block.as_ptr()) };
            for slot in slots.range(0, slots.capacity()) {
                // SAFETY: the lock of all writers is held, and what the slot shows was moved or taken.
                unsafe { slot.put(None) };
            }
            // SAFETY: unpublished above; readers that still hold it pass a safepoint before the grace period ends.
            let bytes = unsafe { block.as_ref() }.bytes();
            // SAFETY: the block was made by `Block::allocate` and is retired once.
            unsafe { crate::thread::retire(esc, block.cast(), Block::free_erased, bytes) };
        } else {
            // SAFETY: not shared: only the owner reads without the lock, and this thread is the owner.
            unsafe { Block::free(block) };
        }
    }
}

impl Drop for List {
    #[inline]
    fn drop(&mut self) {
        let Some(block) = NonNull::new(*self.block.get_mut()) else { return };
        // SAFETY: the list is dead: nobody else knows the block.
        let slots = unsafe { Slots::new(block.as_ptr()) };
        for slot in slots.range(0, *self.len.get_mut()).iter().rev() {
            // SAFETY: as above: no other thread writes.
            drop(unsafe { slot.take() });
        }
        // SAFETY: a racing reader needs a reference to the list, and there is none.
        unsafe { Block::free(block) };
    }
}

impl Payload for List {
    const NAME: &'static str = "list";
    fn class() -> &'static TypeObject {
        &LIST
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        (0..self.len()).filter_map(|index| self.slot(index)?.peek()).for_each(visit);
    }

    fn clear(&self, out: &mut Vec<Value>) {
        let len = self.len.swap(0, Ordering::AcqRel);
        out.extend((0..len).filter_map(|index| self.slot(index)?.swap(None)));
    }
}

/// The type `list`.
pub static LIST: TypeObject = TypeObject::builtin::<List>(
    "list",
    Some(&super::types::OBJECT),
    TypeFlags::BASE.union(TypeFlags::LIST_SUBCLASS).union(TypeFlags::SEQUENCE).union(TypeFlags::MATCH_SELF),
);

/// An empty list of `class` (`list` or a subclass).
pub fn new_as(esc: Esc<'_>, class: &TypeObject) -> Obj<List> {
    let empty = List { len: AtomicUsize::new(0), block: AtomicPtr::new(std::ptr::null_mut()) };
    if std::ptr::eq(class, &raw const LIST) {
        layout::new(esc, empty)
    } else {
        layout::new_with_type(esc, class, empty)
    }
}

#[inline]
fn publish(esc: Esc<'_>, len: usize, block: Option<NonNull<Block>>) -> Obj<List> {
    let block = AtomicPtr::new(block.map_or(std::ptr::null_mut(), NonNull::as_ptr));
    layout::new(esc, List { len: AtomicUsize::new(len), block })
}

/// A list of these items.
pub fn new(esc: Esc<'_>, items: impl IntoIterator<Item = Value>) -> Obj<List> {
    from_vec(esc, items.into_iter().collect())
}

/// A list of these items.
pub fn from_vec(esc: Esc<'_>, items: Vec<Value>) -> Obj<List> {
    let (len, block) = filled_block(items);
    publish(esc, len, block)
}

/// A list of clones of these.
pub fn from_slice(esc: Esc<'_>, items: &[Value]) -> Obj<List> {
    let me = esc.me();
    filled(esc, items.len(), |index| items[index].clone_as(me))
}

/// A list of what `item` gives for 0, 1, … `len - 1`. `item` runs nothing that can escape.
#[inline]
pub fn filled(esc: Esc<'_>, len: usize, mut item: impl FnMut(usize) -> Value) -> Obj<List> {
    let block = (len != 0).then(|| fill_block(len, &mut item));
    publish(esc, len, block)
}

fn filled_block(items: Vec<Value>) -> (usize, Option<NonNull<Block>>) {
    let len = items.len();
    let mut items = items.into_iter();
    let none = super::singletons::none;
    (len, (len != 0).then(|| fill_block(len, &mut |_| items.next().unwrap_or_else(none))))
}

#[inline(always)]
fn fill_block(len: usize, item: &mut impl FnMut(usize) -> Value) -> NonNull<Block> {
    let block = Block::allocate_or_die(len, len);
    for index in 0..len {
        // SAFETY: inside the block.
        let slot = unsafe { Block::slot(block, index) };
        // SAFETY: as above; the slot is not initialized yet.
        unsafe { slot.write(Slot::new(Some(item(index)))) };
    }
    block
}
