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
//! NULL.

use std::alloc::{self, Layout as MemLayout};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use stackref::{ByteLock, Header, Load, Slot, StackRef, Value, Word, gc_bits};

use crate::layout::{self, Obj, Payload};
use crate::thread::Esc;
use crate::typeobj::{TypeFlags, TypeObject};

/// The payload of lists.
pub struct List {
    len: AtomicUsize,
    block: AtomicPtr<Block>,
}

#[repr(C)]
struct Block {
    capacity: usize,
    // `capacity` slots follow.
}

/// The most items a list can hold.
pub const MAX_LEN: usize = isize::MAX as usize / 16;

impl Block {
    fn layout(capacity: usize) -> MemLayout {
        MemLayout::from_size_align(8 + capacity * 8, 8).expect("capacities are below MAX_LEN")
    }

    fn allocate(capacity: usize) -> Option<NonNull<Block>> {
        // SAFETY: the layout is at least eight bytes.
        let block = NonNull::new(unsafe { alloc::alloc(Self::layout(capacity)) })?.cast::<Block>();
        // SAFETY: freshly allocated for a `Block`.
        unsafe { block.write(Block { capacity }) };
        for index in 0..capacity {
            // SAFETY: inside the block.
            unsafe { Self::slot_ptr(block, index).write(Slot::new(None)) };
        }
        Some(block)
    }

    /// A block of exactly these items.
    fn filled(items: Vec<Value>) -> Option<NonNull<Block>> {
        // SAFETY: the layout is at least eight bytes.
        let block = NonNull::new(unsafe { alloc::alloc(Self::layout(items.len())) })?.cast::<Block>();
        // SAFETY: freshly allocated for a `Block`.
        unsafe { block.write(Block { capacity: items.len() }) };
        for (index, item) in items.into_iter().enumerate() {
            // SAFETY: inside the block.
            unsafe { Self::slot_ptr(block, index).write(Slot::new(Some(item))) };
        }
        Some(block)
    }

    unsafe fn slot_ptr(block: NonNull<Block>, index: usize) -> NonNull<Slot> {
        // SAFETY: the caller keeps `index` below the capacity.
        unsafe { block.cast::<Slot>().add(1 + index) }
    }

    unsafe fn free(block: NonNull<Block>) {
        // SAFETY: the caller owns the block and nobody reads it any more.
        let capacity = unsafe { block.as_ref() }.capacity;
        // SAFETY: allocated with this layout.
        unsafe { alloc::dealloc(block.as_ptr().cast(), Self::layout(capacity)) };
    }

    unsafe fn free_erased(block: NonNull<u8>) {
        // SAFETY: called once, after a grace period, on a block that `release_block` retired.
        unsafe { Self::free(block.cast()) };
    }
}

/// Whether threads other than the owner read without the lock.
fn is_shared(header: &Header) -> bool {
    header.has_gc_bits(gc_bits::SHARED)
}

fn mark_shared(header: &Header) {
    header.set_gc_bits(gc_bits::SHARED);
}

/// Growth as CPython's: an eighth more and a little, in multiples of four.
fn grown(needed: usize) -> usize {
    (needed + (needed >> 3) + 6) & !3
}

impl List {
    fn header(&self) -> &Header {
        layout::header_of_payload(self)
    }

    /// How many items. May change at once if another thread writes.
    #[inline]
    pub fn len(&self) -> usize {
        self.len.load(Ordering::Acquire)
    }

    /// Whether there are no items.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The slot at `index`, if the loaded block has it.
    #[inline]
    fn slot(&self, index: usize) -> Option<&Slot> {
        let block = NonNull::new(self.block.load(Ordering::Acquire))?;
        // SAFETY: the block is live: under the lock, or because this thread owns the list or marked it shared and has
        // not passed a safepoint since the load.
        if index >= unsafe { block.as_ref() }.capacity {
            return None;
        }
        // SAFETY: `index` is below the capacity of this very block.
        Some(unsafe { Block::slot_ptr(block, index).as_ref() })
    }

    /// Makes unlocked reads by this thread legal.
    #[inline]
    fn ensure_readable(&self, me: u32) {
        let header = self.header();
        if header.owner() != me && !is_shared(header) {
            self.mark_shared_slow();
        }
    }

    #[cold]
    fn mark_shared_slow(&self) {
        let header = self.header();
        let _lock = header.lock().lock();
        mark_shared(header);
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

    /// Takes the lock for storing to `index`: the specialized store, which looks before it gives up the value. `None` if
    /// the lock is taken or the list is shorter.
    #[inline(always)]
    pub fn try_hold(&self, index: usize) -> Option<HeldItem<'_>> {
        if !self.header().lock().try_acquire() {
            return None;
        }
        let held = HeldLock(self.header().lock());
        if index >= self.len() {
            return None;
        }
        self.slot(index).map(|slot| HeldItem { slot, _held: held })
    }

    /// Takes the lock for appending, where there is room and the lock is free: as [`List::try_hold`].
    #[inline(always)]
    pub fn try_hold_end(&self) -> Option<HeldEnd<'_>> {
        if !self.header().lock().try_acquire() {
            return None;
        }
        let held = HeldLock(self.header().lock());
        let len = self.len.load(Ordering::Relaxed);
        self.slot(len).map(|slot| HeldEnd { list: self, slot, len, _held: held })
    }

    /// Takes the lock for reading all items, if there are `len` and the lock is free: as [`List::try_hold`].
    #[inline(always)]
    pub fn try_hold_all(&self, len: usize) -> Option<HeldItems<'_>> {
        if !self.header().lock().try_acquire() {
            return None;
        }
        let held = HeldLock(self.header().lock());
        (self.len.load(Ordering::Relaxed) == len).then_some(HeldItems { list: self, _held: held })
    }

    #[cold]
    fn get_locked(&self, me: u32, index: usize) -> Option<Value> {
        let _lock = self.header().lock().lock();
        if index >= self.len() {
            return None;
        }
        // SAFETY: the lock of all writers is held.
        unsafe { self.slot(index)?.load_locked(me) }
    }

    /// Replaces the item at `index`. Gives back the old item, to be dropped by the caller after the call, or the new
    /// one if the list is shorter.
    pub fn set(&self, index: usize, value: Value) -> Result<Option<Value>, Value> {
        let _lock = self.header().lock().lock();
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
        let _lock = self.header().lock().lock();
        let len = self.len.load(Ordering::Relaxed);
        if self.slot(len).is_none() && !self.reserve_locked(esc, len + 1) {
            return Err(value);
        }
        let Some(slot) = self.slot(len) else { return Err(value) };
        put(slot, value);
        self.len.store(len + 1, Ordering::Release);
        Ok(())
    }

    /// Removes and returns the last item.
    pub fn pop(&self) -> Option<Value> {
        let _lock = self.header().lock().lock();
        let len = self.len.load(Ordering::Relaxed).checked_sub(1)?;
        self.len.store(len, Ordering::Release);
        take(self.slot(len)?)
    }

    /// Inserts an item before `index` (clamped to the length). `Err` gives the item back when memory is out.
    pub fn insert(&self, esc: Esc<'_>, index: usize, value: Value) -> Result<(), Value> {
        let _lock = self.header().lock().lock();
        let len = self.len.load(Ordering::Relaxed);
        if self.slot(len).is_none() && !self.reserve_locked(esc, len + 1) {
            return Err(value);
        }
        let index = index.min(len);
        for at in (index..len).rev() {
            self.shift(at, at + 1);
        }
        let Some(slot) = self.slot(index) else { return Err(value) };
        put(slot, value);
        self.len.store(len + 1, Ordering::Release);
        Ok(())
    }

    /// Removes and returns the item at `index`.
    pub fn remove_at(&self, index: usize) -> Option<Value> {
        let _lock = self.header().lock().lock();
        let len = self.len.load(Ordering::Relaxed);
        if index >= len {
            return None;
        }
        let removed = take(self.slot(index)?);
        for at in index + 1..len {
            self.shift(at, at - 1);
        }
        self.len.store(len - 1, Ordering::Release);
        removed
    }

    /// Moves the item of one slot to an empty one. The lock is held.
    fn shift(&self, from: usize, to: usize) {
        if let (Some(from), Some(to)) = (self.slot(from), self.slot(to))
            && let Some(value) = take(from)
        {
            put(to, value);
        }
    }

    /// The items at this moment.
    pub fn snapshot(&self) -> Vec<Value> {
        let me = stackref::thread::current_id();
        let _lock = self.header().lock().lock();
        let mut items = Vec::with_capacity(self.len());
        // SAFETY: the lock of all writers is held.
        items.extend(self.items_locked().filter_map(|slot| unsafe { slot.load_locked(me) }));
        items
    }

    /// The items in `range` (clamped) at this moment.
    pub fn snapshot_range(&self, range: std::ops::Range<usize>) -> Vec<Value> {
        let me = stackref::thread::current_id();
        let _lock = self.header().lock().lock();
        let end = range.end.min(self.len());
        let mut items = Vec::with_capacity(end.saturating_sub(range.start));
        // SAFETY: the lock of all writers is held.
        items.extend((range.start..end).filter_map(|index| unsafe { self.slot(index)?.load_locked(me) }));
        items
    }

    fn items_locked(&self) -> impl Iterator<Item = &Slot> {
        (0..self.len()).filter_map(|index| self.slot(index))
    }

    /// Replaces the items in `range` (clamped to the length) by `new`. The removed items are given back, to be dropped
    /// after the call. `Err` when memory is out; the list is then unchanged.
    pub fn splice(
        &self,
        esc: Esc<'_>,
        range: std::ops::Range<usize>,
        new: Vec<Value>,
    ) -> Result<Vec<Value>, Vec<Value>> {
        let _lock = self.header().lock().lock();
        let len = self.len();
        let start = range.start.min(len);
        let end = range.end.clamp(start, len);
        let tail = len - end;
        let new_len = start + new.len() + tail;
        if new_len > len && !self.reserve_locked(esc, new_len) {
            return Err(new);
        }
        let mut removed = Vec::with_capacity(end - start);
        removed.extend((start..end).filter_map(|index| take(self.slot(index)?)));
        if new_len < len {
            (0..tail).for_each(|i| self.shift(end + i, start + new.len() + i));
            self.len.store(new_len, Ordering::Release);
        } else if new_len > len {
            (0..tail).rev().for_each(|i| self.shift(end + i, start + new.len() + i));
        }
        for (index, value) in (start..).zip(new) {
            if let Some(slot) = self.slot(index) {
                put(slot, value);
            }
        }
        self.len.store(new_len, Ordering::Release);
        Ok(removed)
    }

    /// Takes all items out, leaving the list empty (`clear`, and `sort` while it runs).
    pub fn take_all(&self, esc: Esc<'_>) -> Vec<Value> {
        let _lock = self.header().lock().lock();
        let len = self.len.swap(0, Ordering::AcqRel);
        let mut items = Vec::with_capacity(len);
        items.extend((0..len).filter_map(|index| take(self.slot(index)?)));
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
        let lock = self.header().lock().lock();
        if self.len.load(Ordering::Relaxed) == 0 {
            let len = items.len();
            let Some(block) = Block::filled(items) else { alloc::handle_alloc_error(Block::layout(len)) };
            let old = self.block.swap(block.as_ptr(), Ordering::AcqRel);
            self.len.store(len, Ordering::Release);
            self.release_block(esc, old);
            return Vec::new();
        }
        drop(lock);
        match self.splice(esc, 0..usize::MAX, items) {
            Ok(removed) => removed,
            Err(_) => std::alloc::handle_alloc_error(MemLayout::new::<Value>()),
        }
    }

    /// Reverses the items in place.
    pub fn reverse(&self) {
        let _lock = self.header().lock().lock();
        let len = self.len();
        for index in 0..len / 2 {
            if let (Some(low), Some(high)) = (self.slot(index), self.slot(len - 1 - index)) {
                let lower = low.swap(None);
                drop(low.swap(high.swap(lower)));
            }
        }
    }

    fn reserve_locked(&self, esc: Esc<'_>, needed: usize) -> bool {
        let old = self.block.load(Ordering::Relaxed);
        // SAFETY: under the lock the published block is live.
        let capacity = NonNull::new(old).map_or(0, |block| unsafe { block.as_ref() }.capacity);
        if needed <= capacity {
            return true;
        }
        if needed > MAX_LEN {
            return false;
        }
        let Some(new) = Block::allocate(grown(needed)) else { return false };
        if let Some(old) = NonNull::new(old) {
            for index in 0..capacity {
                // SAFETY: `index` is below both capacities; the new block is private. The word moves: the old block
                // is not dropped, only freed, so its counts pass to the new one.
                let (from, to) = unsafe { (Block::slot_ptr(old, index), Block::slot_ptr(new, index)) };
                // SAFETY: both pointers are in live blocks.
                unsafe { to.write(from.read()) };
            }
        }
        self.block.store(new.as_ptr(), Ordering::Release);
        self.release_block(esc, old);
        true
    }

    /// Frees a block that is no longer published; its slots' counts were moved or taken.
    fn release_block(&self, esc: Esc<'_>, block: *mut Block) {
        let Some(block) = NonNull::new(block) else { return };
        let header = self.header();
        if header.owner() != esc.me() {
            // The owner may be reading the old block this very moment.
            mark_shared(header);
        }
        if is_shared(header) {
            // SAFETY: unpublished above; readers that still hold it pass a safepoint before the grace period ends.
            let bytes = Block::layout(unsafe { block.as_ref() }.capacity).size();
            // SAFETY: the block was made by `Block::allocate` and is retired once.
            unsafe { crate::thread::retire(esc, block.cast(), Block::free_erased, bytes) };
        } else {
            // SAFETY: not shared: only the owner reads without the lock, and this thread is the owner.
            unsafe { Block::free(block) };
        }
    }
}

/// A list's lock, held.
struct HeldLock<'a>(&'a ByteLock);

impl Drop for HeldLock<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: made right after the lock was acquired.
        unsafe { self.0.release() };
    }
}

/// One item of a list, with the list's lock held. No user code, finalizer or safepoint may run while it lives.
#[must_use]
pub struct HeldItem<'a> {
    slot: &'a Slot,
    _held: HeldLock<'a>,
}

impl HeldItem<'_> {
    /// Stores, releases the lock and returns the old item, which the caller drops.
    #[inline(always)]
    pub fn set(self, value: Value) -> Option<Value> {
        // SAFETY: the lock of all writers is held.
        unsafe { self.slot.store(value) }
    }
}

/// The place behind the last item, with the list's lock held: as [`HeldItem`].
#[must_use]
pub struct HeldEnd<'a> {
    list: &'a List,
    slot: &'a Slot,
    len: usize,
    _held: HeldLock<'a>,
}

impl HeldEnd<'_> {
    /// Appends and releases the lock.
    #[inline(always)]
    pub fn push(self, value: Value) {
        put(self.slot, value);
        self.list.len.store(self.len + 1, Ordering::Release);
    }
}

/// All items, with the list's lock held: as [`HeldItem`].
#[must_use]
pub struct HeldItems<'a> {
    list: &'a List,
    _held: HeldLock<'a>,
}

impl HeldItems<'_> {
    /// Shows each item with its index, and releases the lock.
    #[inline(always)]
    pub fn for_each(self, me: u32, mut each: impl FnMut(usize, StackRef)) {
        for (index, slot) in self.list.items_locked().enumerate() {
            // SAFETY: the lock of all writers is held.
            if let Some(item) = unsafe { slot.load_locked(me) } {
                each(index, StackRef::from_value(item));
            }
        }
    }
}

impl Drop for List {
    fn drop(&mut self) {
        let Some(block) = NonNull::new(*self.block.get_mut()) else { return };
        for index in 0..*self.len.get_mut() {
            // SAFETY: `len` never exceeds the capacity; nobody else knows the list any more.
            drop(unsafe { Block::slot_ptr(block, index).as_ref() }.swap(None));
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
        self.items_locked().filter_map(Slot::peek).for_each(visit);
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
    layout::new_with_type(esc, class, List { len: AtomicUsize::new(0), block: AtomicPtr::new(std::ptr::null_mut()) })
}

/// A list of these items.
pub fn new(esc: Esc<'_>, items: impl IntoIterator<Item = Value>) -> Obj<List> {
    from_vec(esc, items.into_iter().collect())
}

/// A list of these items.
pub fn from_vec(esc: Esc<'_>, items: Vec<Value>) -> Obj<List> {
    let len = items.len();
    let block = match len {
        0 => std::ptr::null_mut(),
        _ => match Block::filled(items) {
            Some(block) => block.as_ptr(),
            None => alloc::handle_alloc_error(Block::layout(len)),
        },
    };
    layout::new(esc, List { len: AtomicUsize::new(len), block: AtomicPtr::new(block) })
}

/// Stores into an empty slot. The lock of all writers is held.
#[inline(always)]
fn put(slot: &Slot, value: Value) {
    // SAFETY: writers hold the lock, and every caller is one.
    let old = unsafe { slot.store(value) };
    debug_assert!(old.is_none(), "the slot was empty");
    // What cannot be there cannot be dropped: no destructor under the lock, and no code for one.
    std::mem::forget(old);
}

/// Empties a slot. The lock of all writers is held.
#[inline(always)]
fn take(slot: &Slot) -> Option<Value> {
    // SAFETY: writers hold the lock, and every caller is one.
    unsafe { slot.take() }
}
