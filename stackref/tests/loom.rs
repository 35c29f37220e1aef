//! Models of the counting protocols and the lock, explored by loom.
//!
//! `RUSTFLAGS="--cfg loom" cargo test --release -p stackref --test loom`
#![cfg(loom)]

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::sync::atomic::AtomicUsize;
use loom::sync::atomic::Ordering::{Acquire, Release};
use loom::thread;
use stackref::thread::{Record, current_id, register};
use stackref::{ByteLock, Dead, Fate, Header, Load, Slot, StackRef, TypeHead, Value, gc_bits, lock2};
use std::ptr::NonNull;

/// Explores `f` with at most `preemptions` forced switches.
fn explore(preemptions: usize, f: impl Fn() + Send + Sync + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(preemptions);
    model.check(f);
}

/// An object with a payload that only its owner may write and only live references may read, and a tally of deaths.
#[repr(C)]
struct Object {
    header: Header,
    payload: UnsafeCell<u32>,
    deaths: &'static AtomicUsize,
}

unsafe fn dealloc(object: NonNull<Header>) {
    // SAFETY: every header of these models begins an `Object`; none is ever unmapped.
    let object = unsafe { object.cast::<Object>().as_ref() };
    // SAFETY: the last reference is gone. Loom checks exactly that: every read happened before.
    object.payload.with_mut(|payload| unsafe { *payload = 0 });
    // SAFETY: dead.
    unsafe { object.header.mark_free() };
    object.deaths.fetch_add(1, Release);
}

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

/// A live object of the calling thread, with one reference; and the tally.
fn object(bits: u8) -> (Value, &'static AtomicUsize) {
    let ty = Box::leak(Box::new(TypeHead { header: Header::new_immortal(std::ptr::null_mut()), dealloc }));
    let deaths = leak(AtomicUsize::new(0));
    let header = Header::new(ty, current_id());
    header.init_gc_bits(bits);
    let object = leak(Object { header, payload: UnsafeCell::new(1), deaths });
    // SAFETY: the new object's count.
    (unsafe { Value::from_header(NonNull::from(&object.header)) }, deaths)
}

fn payload(value: &Value) -> u32 {
    let object = value.header().expect("an object").cast::<Object>();
    // SAFETY: alive through `value`; shared reads only.
    unsafe { object.as_ref().payload.with(|payload| *payload) }
}

fn header(value: &Value) -> &'static Header {
    // SAFETY: objects of these models are leaked.
    unsafe { value.header().expect("an object").as_ref() }
}

/// Runs `f` as a registered thread.
fn registered(f: impl FnOnce(&Record) + Send + 'static) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let record = register();
        f(&record);
        record.retire();
    })
}

#[test]
fn merge_races_with_foreign_decref() {
    explore(3, || {
        let record = register();
        let (value, deaths) = object(0);
        let other = value.clone();
        let foreign = registered(move |_| {
            payload(&other);
            drop(other);
        });
        payload(&value);
        drop(value);
        foreign.join().unwrap();
        record.drain_merge_queue();
        assert_eq!(deaths.load(Acquire), 1);
        record.retire();
    });
}

#[test]
fn two_foreign_decrefs_race_with_the_owners() {
    explore(2, || {
        let record = register();
        let (value, deaths) = object(0);
        let others = [value.clone(), value.clone()];
        let threads = others.map(|other| {
            registered(move |_| {
                payload(&other);
                drop(other);
            })
        });
        drop(value);
        threads.into_iter().for_each(|t| t.join().unwrap());
        record.drain_merge_queue();
        assert_eq!(deaths.load(Acquire), 1);
        record.retire();
    });
}

#[test]
fn foreign_clone_keeps_an_object_whose_owner_lets_go() {
    explore(3, || {
        let record = register();
        let (value, deaths) = object(0);
        let other = value.clone();
        let foreign = registered(move |_| {
            let copy = other.clone();
            drop(other);
            assert_eq!(payload(&copy), 1);
            drop(copy);
        });
        drop(value);
        record.drain_merge_queue();
        foreign.join().unwrap();
        record.drain_merge_queue();
        assert_eq!(deaths.load(Acquire), 1);
        record.retire();
    });
}

/// Foreign references that came back to a count of 0 by themselves: the owner frees without an atomic operation, or
/// merges and leaves the death (and the block) to the foreign thread.
#[test]
fn owner_lets_go_of_what_a_foreign_thread_counted() {
    explore(3, || {
        let record = register();
        let (value, deaths) = object(0);
        let object = header(&value);
        let lent = value.clone();
        let way_back = Arc::new(Slot::new(None));
        let foreign = {
            let way_back = way_back.clone();
            registered(move |me| {
                let mine = lent.clone();
                drop(way_back.swap(Some(lent)));
                assert_eq!(payload(&mine), 1);
                let me = me.id().get();
                if let Some(dead) = mine.close(me) {
                    dead.finalize();
                    // SAFETY: the block is free, and this thread freed it.
                    unsafe { Header::init_at(NonNull::from(object), object.ty(), me, 0) };
                    object.enable_try_incref();
                }
            })
        };
        let back = way_back.swap(None);
        assert_eq!(payload(&value), 1);
        drop(back);
        drop(value);
        foreign.join().unwrap();
        drop(way_back.swap(None));
        record.drain_merge_queue();
        assert_eq!(deaths.load(Acquire), 1);
        // Recycled by the foreign thread: the old owner has not written to it since.
        if object.refcount() == 1 {
            assert!(object.owner() != 0 && object.owner() != record.id().get());
        }
        record.retire();
    });
}

/// Writes to the payload as to a container whose lock is not taken: legal only for the holder of the only reference.
fn write_if_unique(value: &Value, me: u32) {
    if header(value).is_unique(me) {
        let object = value.header().expect("an object").cast::<Object>();
        // SAFETY: the protocol under test: loom reports a race with any reader that is not ordered before this.
        unsafe { object.as_ref().payload.with_mut(|payload| *payload = 1) };
    }
}

/// A container that one reference holds is changed without its lock, though others held and read it before.
#[test]
fn the_only_reference_needs_no_lock() {
    explore(3, || {
        let record = register();
        let (value, deaths) = object(0);
        let lent = value.clone();
        let way_back = Arc::new(Slot::new(None));
        let foreign = {
            let way_back = way_back.clone();
            registered(move |_| {
                let mine = lent.clone();
                drop(way_back.swap(Some(lent)));
                assert_eq!(payload(&mine), 1);
                drop(mine);
            })
        };
        drop(way_back.swap(None));
        write_if_unique(&value, current_id());
        foreign.join().unwrap();
        drop(way_back.swap(None));
        record.drain_merge_queue();
        write_if_unique(&value, current_id());
        drop(value);
        assert_eq!(deaths.load(Acquire), 1);
        record.retire();
    });
}

/// As above; the others come by a slot from which it was just taken: without its lock, or under it.
#[test]
fn who_reads_a_slot_late_does_not_reach_the_only_reference() {
    explore(3, || {
        let record = register();
        let (value, deaths) = object(0);
        let shared = Arc::new((ByteLock::new(), Slot::new(Some(value))));
        let reader = {
            let shared = shared.clone();
            registered(move |_| {
                let me = current_id();
                // SAFETY: the memory is never unmapped.
                let found = match unsafe { shared.1.load(me) } {
                    Load::Value(value) => Some(value),
                    Load::Null => None,
                    Load::Retry => {
                        let _held = shared.0.lock();
                        // SAFETY: under the lock that those who empty the slot hold.
                        unsafe { shared.1.load_locked(me) }
                    }
                };
                if let Some(value) = found {
                    assert_eq!(payload(&value), 1);
                }
            })
        };
        let value = {
            let _held = shared.0.lock();
            shared.1.swap(None).expect("nobody else empties the slot")
        };
        write_if_unique(&value, current_id());
        reader.join().unwrap();
        record.drain_merge_queue();
        drop(value);
        assert_eq!(deaths.load(Acquire), 1);
        record.retire();
    });
}

/// A block is published with its contents, whatever its counts say.
#[test]
fn slots_publish_immortals() {
    explore(3, || {
        let record = register();
        let slot = Arc::new(Slot::new(None));
        let reader = {
            let slot = slot.clone();
            registered(move |_| {
                // SAFETY: the memory is never unmapped.
                if let Load::Value(value) = unsafe { slot.load(current_id()) } {
                    assert_eq!(payload(&value), 1);
                }
            })
        };
        let (value, _) = object(0);
        // SAFETY: private so far.
        unsafe { header(&value).immortalize() };
        // SAFETY: immortal, so the handle needs no count.
        let value = unsafe { Value::from_word(value.into_word().to_uncounted()) };
        drop(slot.swap(Some(value)));
        reader.join().unwrap();
        record.retire();
    });
}

#[test]
fn try_retain_races_with_free() {
    explore(3, || {
        let record = register();
        let (value, deaths) = object(0);
        header(&value).enable_try_incref();
        let slot = Arc::new(Slot::new(Some(value)));
        let reader = {
            let slot = slot.clone();
            registered(move |_| {
                // SAFETY: the memory is never unmapped.
                match unsafe { slot.load(current_id()) } {
                    Load::Value(value) => assert_eq!(payload(&value), 1),
                    Load::Null | Load::Retry => {}
                }
            })
        };
        drop(slot.swap(None));
        reader.join().unwrap();
        record.drain_merge_queue();
        assert_eq!(deaths.load(Acquire), 1);
        record.retire();
    });
}

/// Adds a reference that is never given back.
fn keep(object: &'static Header) {
    // SAFETY: the models call this on live objects, with the thread's own id.
    unsafe { object.incref(current_id()) };
}

/// What becomes of the recycled block.
#[derive(Clone, Copy, PartialEq)]
enum Next {
    /// Its creator allows try-incref.
    Shared,
    /// It is deferred.
    Deferred,
    /// A third thread counts it, which is the first change of its shared word.
    Counted,
}

/// The block of the object read from the slot is recycled for another one, which a third party shares. A reader
/// must not take the new object for the content of the slot.
fn recycle(next: Next) {
    let record = register();
    let (value, deaths) = object(if next == Next::Deferred { gc_bits::TRACKED } else { 0 });
    header(&value).enable_try_incref();
    let block = value.header().expect("an object");
    let slot = Arc::new(Slot::new(Some(value)));
    let reader = {
        let slot = slot.clone();
        registered(move |_| {
            let me = current_id();
            // SAFETY: the memory is never unmapped; no collector runs.
            match unsafe { slot.load_stackref(me) } {
                Load::Value(r) => {
                    assert_eq!(payload(r.as_value()), 1, "another object than the slot's");
                    if let Some(dead) = r.close(me) {
                        dead.finalize();
                    }
                }
                Load::Null | Load::Retry => {}
            }
        })
    };
    drop(slot.swap(None));
    record.drain_merge_queue();
    if deaths.load(Acquire) == 1 {
        // SAFETY: the block is free and ours.
        let object = unsafe { block.cast::<Object>().as_ref() };
        // SAFETY: nobody else refers to the block's payload.
        object.payload.with_mut(|payload| unsafe { *payload = 2 });
        // SAFETY: a free block of ours.
        unsafe { Header::init_at(block, object.header.ty(), current_id(), 0) };
        let mut third = None;
        match next {
            Next::Deferred => {
                object.header.set_gc_bits(gc_bits::TRACKED);
                assert!(object.header.enable_deferred());
            }
            Next::Shared => object.header.enable_try_incref(),
            Next::Counted => {
                let header = &object.header;
                third = Some(registered(move |_| keep(header)));
            }
        }
        reader.join().unwrap();
        let others = third.map_or(0, |third| {
            third.join().unwrap();
            1
        });
        assert_eq!(object.header.refcount(), 1 + others);
    } else {
        reader.join().unwrap();
        record.drain_merge_queue();
    }
    record.retire();
}

#[test]
fn try_retain_of_a_recycled_block() {
    explore(3, || recycle(Next::Shared));
}

#[test]
fn deferred_load_of_a_recycled_block() {
    explore(3, || recycle(Next::Deferred));
}

#[test]
fn try_retain_of_a_recycled_block_that_a_third_thread_counts() {
    explore(2, || recycle(Next::Counted));
}

#[test]
fn queueing_races_with_the_owners_exit() {
    explore(3, || {
        let record = register();
        let (value, deaths) = object(0);
        let other = value.clone();
        // The owner leaves without dropping `value`: the foreign thread takes both.
        let foreign = registered(move |_| {
            payload(&other);
            drop(other);
            drop(value);
        });
        record.retire();
        foreign.join().unwrap();
        assert_eq!(deaths.load(Acquire), 1);
    });
}

/// The object of a thread that leaves, and `foreign` other threads that drop its references meanwhile.
///
/// What heaps do with the objects of a thread that ends, done after the thread has left its bucket, would race with the merge
/// of a foreign thread that finds no owner, and the object's death would be lost.
fn leave_races_with(foreign: usize) {
    let record = register();
    let me = record.id().get();
    let (value, deaths) = object(0);
    let header = header(&value);
    let mut values: Vec<Value> = (1..foreign).map(|_| value.clone()).collect();
    values.push(value);
    let threads: Vec<_> = values
        .into_iter()
        .map(|value| {
            registered(move |_| {
                payload(&value);
                drop(value);
            })
        })
        .collect();
    record.leave(|| {
        // SAFETY: the calling thread is the owner, attached and in its bucket.
        let dead = header.owner() == me && unsafe { header.merge_fate(0) } == Fate::Dead;
        if dead {
            // SAFETY: just died, here.
            unsafe { Dead::new(NonNull::from(header)) }.finalize();
        }
        dead
    });
    record.retire();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(deaths.load(Acquire), 1);
}

#[test]
fn leaving_races_with_a_foreign_drop() {
    explore(3, || leave_races_with(1));
}

#[test]
fn leaving_races_with_two_foreign_drops() {
    explore(2, || leave_races_with(2));
}

/// One foreign thread merges for the dead owner, the other frees: it must see what the first one read.
#[test]
fn two_foreign_threads_share_what_a_dead_owner_left() {
    explore(3, || {
        let record = register();
        let (value, deaths) = object(0);
        let others = [value.clone(), value];
        record.retire();
        let threads = others.map(|other| {
            registered(move |_| {
                payload(&other);
                drop(other);
            })
        });
        threads.into_iter().for_each(|t| t.join().unwrap());
        assert_eq!(deaths.load(Acquire), 1);
    });
}

#[test]
fn detached_owner_is_merged_by_the_foreign_thread() {
    explore(3, || {
        let record = register();
        let (value, deaths) = object(0);
        let other = value.clone();
        let foreign = registered(move |_| {
            payload(&other);
            drop(other);
        });
        record.detach();
        record.attach();
        drop(value);
        foreign.join().unwrap();
        record.drain_merge_queue();
        assert_eq!(deaths.load(Acquire), 1);
        record.retire();
    });
}

/// The owner counts, then blocks; the foreign thread must see its counts to merge them.
#[test]
fn counts_made_before_detaching_are_merged() {
    explore(3, || {
        let record = register();
        let (value, deaths) = object(0);
        let other = value.clone();
        let foreign = registered(move |_| {
            payload(&other);
            drop(other);
        });
        let more = value.clone();
        payload(&value);
        drop(value);
        drop(more);
        record.detach();
        foreign.join().unwrap();
        record.attach();
        record.drain_merge_queue();
        assert_eq!(deaths.load(Acquire), 1);
        record.retire();
    });
}

#[test]
fn queue_of_a_detached_owner_is_merged_by_the_next_foreign_drop() {
    explore(2, || {
        let record = register();
        let (first, first_deaths) = object(0);
        let (second, second_deaths) = object(0);
        record.detach();
        let foreign = registered(move |me| {
            payload(&first);
            drop(first);
            drop(second);
            me.drain_merge_queue();
        });
        foreign.join().unwrap();
        record.attach();
        record.drain_merge_queue();
        assert_eq!((first_deaths.load(Acquire), second_deaths.load(Acquire)), (1, 1));
        record.retire();
    });
}

#[test]
fn contention_promotes_once_and_keeps_the_count() {
    explore(3, || {
        let record = register();
        let (value, deaths) = object(gc_bits::TRACKED);
        let others = [value.clone(), value.clone()];
        let threads = others.map(|other| {
            registered(move |_| {
                let copy = other.clone();
                assert_eq!(payload(&copy), 1);
                drop(copy);
                drop(other);
            })
        });
        threads.into_iter().for_each(|t| t.join().unwrap());
        record.drain_merge_queue();
        let object = header(&value);
        assert_eq!(object.refcount(), 1, "the bias is added once, and only with the bit");
        assert_eq!(deaths.load(Acquire), 0);
        let deferred = object.is_deferred();
        drop(value);
        assert_eq!(deaths.load(Acquire), usize::from(!deferred));
        if deferred {
            // SAFETY: no other thread counts any more, and no uncounted reference was made.
            assert_eq!(unsafe { object.disable_deferred() }, 0);
        }
        record.retire();
    });
}

#[test]
fn promotion_races_with_promotion() {
    explore(3, || {
        let record = register();
        let (value, _) = object(gc_bits::TRACKED);
        let other = value.clone();
        let foreign = registered(move |_| {
            header(&other).enable_deferred();
            drop(other);
        });
        header(&value).enable_deferred();
        foreign.join().unwrap();
        record.drain_merge_queue();
        assert!(header(&value).is_deferred());
        assert_eq!(header(&value).refcount(), 1);
        let me = current_id();
        let borrowed = StackRef::new(&value, me);
        assert!(!borrowed.word().is_counted());
        assert!(borrowed.close(me).is_none());
        // SAFETY: the reference is `value`'s; a deferred object does not die of it.
        assert_eq!(unsafe { header(&value).decref(me) }, Fate::Alive);
        std::mem::forget(value);
        record.retire();
    });
}

#[test]
fn resurrection_escapes_death() {
    explore(3, || {
        let record = register();
        let (value, deaths) = object(0);
        let me = current_id();
        let object = header(&value);
        let dead = value.close(me).expect("the only reference");
        // SAFETY: dead, and this thread finalizes it.
        unsafe { object.resurrect(me) };
        object.enable_try_incref();
        // The "finalizer" lends the object to another thread.
        // SAFETY: alive for now.
        let escaped = unsafe { Value::new_ptr(dead.header(), me) };
        let foreign = registered(move |_| {
            assert_eq!(payload(&escaped), 1);
            drop(escaped);
        });
        // SAFETY: pairs with `resurrect`.
        if unsafe { object.end_resurrection(me) } == Fate::Dead {
            dead.finalize();
        }
        foreign.join().unwrap();
        record.drain_merge_queue();
        assert_eq!(deaths.load(Acquire), 1);
        record.retire();
    });
}

struct Guarded {
    lock: ByteLock,
    other: ByteLock,
    cell: UnsafeCell<u32>,
}

// SAFETY: the models touch the cell only under the lock; loom checks that.
unsafe impl Sync for Guarded {}

fn guarded() -> Arc<Guarded> {
    Arc::new(Guarded { lock: ByteLock::new(), other: ByteLock::new(), cell: UnsafeCell::new(0) })
}

fn bump(guarded: &Guarded) {
    // SAFETY: called under the lock.
    guarded.cell.with_mut(|cell| unsafe { *cell += 1 });
}

#[test]
fn byte_lock_excludes_and_wakes() {
    explore(2, || {
        let guarded = guarded();
        let threads = [(), ()].map(|()| {
            let guarded = guarded.clone();
            thread::spawn(move || {
                let _held = guarded.lock.lock();
                bump(&guarded);
            })
        });
        {
            let _held = guarded.lock.lock();
            bump(&guarded);
        }
        threads.into_iter().for_each(|t| t.join().unwrap());
        // SAFETY: alone again.
        assert_eq!(guarded.cell.with(|cell| unsafe { *cell }), 3);
        assert!(!guarded.lock.is_locked());
    });
}

#[test]
fn byte_lock_try_lock_never_waits() {
    explore(3, || {
        let guarded = guarded();
        let other = {
            let guarded = guarded.clone();
            thread::spawn(move || {
                if let Some(_held) = guarded.lock.try_lock() {
                    bump(&guarded);
                }
            })
        };
        {
            let _held = guarded.lock.lock();
            bump(&guarded);
        }
        other.join().unwrap();
        assert!(!guarded.lock.is_locked());
    });
}

#[test]
fn lock2_in_either_order_does_not_deadlock() {
    explore(2, || {
        let guarded = guarded();
        let other = {
            let guarded = guarded.clone();
            thread::spawn(move || {
                let _held = lock2(&guarded.other, &guarded.lock);
                bump(&guarded);
            })
        };
        {
            let _held = lock2(&guarded.lock, &guarded.other);
            bump(&guarded);
        }
        other.join().unwrap();
        // SAFETY: alone again.
        assert_eq!(guarded.cell.with(|cell| unsafe { *cell }), 2);
    });
}
