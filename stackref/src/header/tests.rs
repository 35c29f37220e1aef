//! Tests of the counts: every state of the shared word, on one thread where possible.

use super::shared::{MAYBE_SHARED, MERGED, QUEUED, count, pack};
use super::*;
use crate::toy::{Registered, body, elsewhere, header, toy, toy_with, tracked};
use crate::{Slot, StackRef, Value};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

fn shared_of(value: &Value) -> (i32, u32) {
    let raw = header(value).shared.load(Relaxed);
    (count(raw), raw & shared::STATE_MASK)
}

#[test]
fn owner_counts_without_the_shared_word() {
    let here = Registered::new();
    let (value, deaths) = toy();
    assert!(header(&value).is_unique(here.me()));
    let copies: Vec<Value> = (0..9).map(|_| value.clone()).collect();
    assert_eq!(header(&value).refcount(), 10);
    assert!(!header(&value).is_unique(here.me()));
    assert_eq!(shared_of(&value), (0, 0));
    drop(copies);
    assert!(header(&value).is_unique(here.me()));
    drop(value);
    assert_eq!(deaths.get(), 1);
}

#[test]
fn foreign_counts_go_through_the_shared_word() {
    let here = Registered::new();
    let (value, deaths) = toy();
    let lent = value.clone();
    let back = elsewhere(move || {
        let copy = lent.clone();
        (lent, copy)
    });
    assert_eq!(shared_of(&value), (1, 0));
    drop(value);
    let seen = &back.0;
    assert_eq!(header(seen).refcount(), 2);
    drop(back);
    assert_eq!(deaths.get(), 1);
    assert_eq!(here.drain_merge_queue(), 0);
}

#[test]
fn foreign_drop_is_queued_and_later_ones_go_negative() {
    let here = Registered::new();
    let (value, deaths) = toy();
    let (a, b) = (value.clone(), value.clone());
    elsewhere(move || drop(a));
    assert_eq!(shared_of(&value), (0, QUEUED));
    assert!(here.has_merge_work());
    assert_ne!(here.breaker().load(Relaxed) & crate::thread::Breaker::MERGE, 0);
    elsewhere(move || drop(b));
    assert_eq!(shared_of(&value), (-1, QUEUED));
    assert_eq!(header(&value).refcount(), 2, "the entry is a reference");
    assert_eq!(here.drain_merge_queue(), 0);
    assert_eq!(shared_of(&value), (1, MERGED));
    assert_eq!(header(&value).owner(), 0);
    assert_eq!(here.breaker().load(Relaxed) & crate::thread::Breaker::MERGE, 0);
    drop(value);
    assert_eq!(deaths.get(), 1);
}

#[test]
fn death_in_the_queue_is_found_by_the_owner() {
    let here = Registered::new();
    let (value, deaths) = toy();
    elsewhere(move || drop(value));
    assert_eq!(deaths.get(), 0);
    assert_eq!(here.drain_merge_queue(), 1);
    assert_eq!(deaths.get(), 1);
}

#[test]
fn object_of_an_unattached_thread_has_no_owner() {
    let (value, deaths) = toy();
    assert_eq!((header(&value).owner(), shared_of(&value)), (0, (1, MERGED)));
    let copy = value.clone();
    drop(value);
    assert_eq!((deaths.get(), header(&copy).refcount()), (0, 1));
    drop(copy);
    assert_eq!(deaths.get(), 1);
}

#[test]
fn try_incref_fails_on_private_dead_and_free_objects() {
    let here = Registered::new();
    let (value, deaths) = toy();
    let object = header(&value);
    let foreign_try = move || {
        // SAFETY: the memory is a header's, live or free; the id is the thread's own.
        elsewhere(move || unsafe { object.try_incref(crate::thread::current_id()) })
    };
    assert!(!foreign_try(), "never shared");
    object.enable_try_incref();
    assert_eq!(shared_of(&value), (0, MAYBE_SHARED));
    assert!(foreign_try());
    assert_eq!(shared_of(&value), (1, MAYBE_SHARED));
    // SAFETY: the reference that the other thread made.
    assert_eq!(unsafe { object.decref(here.me()) }, Fate::Alive);
    // SAFETY: the memory is an object; the count belongs to the other thread's success above.
    assert!(unsafe { object.try_incref(here.me()) });
    // SAFETY: as above.
    assert_eq!(unsafe { object.decref(here.me()) }, Fate::Alive);
    assert_eq!(object.refcount(), 1, "one local, given for one shared: the sum counts");
    drop(value);
    assert_eq!(deaths.get(), 1);
    assert!(!foreign_try(), "free");
    // SAFETY: free memory of a header.
    assert!(!unsafe { object.try_incref(here.me()) }, "free, seen by its last owner");
}

#[test]
fn recycled_block_starts_afresh() {
    let here = Registered::new();
    let (value, _) = toy();
    let object = header(&value);
    object.set_gc_bits(gc_bits::SHARED);
    drop(value);
    // SAFETY: free, and this test's.
    unsafe { Header::init_at(NonNull::from(object), object.ty(), here.me(), gc_bits::TRACKED) };
    assert_eq!((object.refcount(), object.gc_bits(), object.tag().load(Relaxed)), (1, gc_bits::TRACKED, 0));
    assert!(object.is_unique(here.me()) && !object.lock().is_locked());
}

#[test]
fn local_overflow_makes_immortal() {
    let here = Registered::new();
    let (value, deaths) = toy();
    let object = header(&value);
    object.local.store(IMMORTAL - 2, Relaxed);
    let almost = value.clone();
    assert!(!object.is_immortal());
    let over = value.clone();
    assert!(object.is_immortal() && object.refcount() == IMMORTAL_REFCOUNT);
    drop((value, almost));
    elsewhere(move || drop(over));
    assert_eq!((deaths.get(), here.drain_merge_queue()), (0, 0));
    assert!(object.is_immortal());
}

#[test]
fn counts_near_the_ends_are_pinned() {
    let _here = Registered::new();
    for pin in [1 << 28, -(1 << 28)] {
        let (value, _) = toy();
        let object = header(&value);
        object.shared.store(pack(pin, QUEUED), Relaxed);
        let copy = value.clone();
        elsewhere(move || {
            let more = copy.clone();
            drop(more);
            drop(copy);
        });
        assert_eq!(count(object.shared.load(Relaxed)), pin);
        assert_eq!(object.refcount(), IMMORTAL_REFCOUNT);
        std::mem::forget(value);
    }
    let (value, deaths) = toy();
    header(&value).local.store(1 << 30, Relaxed);
    // SAFETY: this thread is the owner.
    assert_eq!(unsafe { header(&value).merge(0) }, 1 << 28);
    drop(value);
    assert_eq!(deaths.get(), 0);
}

#[test]
fn immortal_objects_are_not_counted() {
    let here = Registered::new();
    let (value, deaths) = tracked();
    let object = header(&value);
    // SAFETY: this thread is the owner.
    unsafe { object.immortalize() };
    assert!(object.is_immortal() && object.is_uncountable() && !object.is_deferred());
    assert_eq!(object.gc_bits() & gc_bits::TRACKED, 0);
    assert!(!object.enable_deferred());
    let copy = value.clone();
    assert!(copy.is(&value));
    let r = StackRef::new(&value, here.me());
    assert!(!r.word().is_counted());
    assert!(r.close(here.me()).is_none());
    // SAFETY: the world is this thread.
    assert_eq!(unsafe { object.merge(-1) }, IMMORTAL_REFCOUNT);
    drop((value, copy));
    assert_eq!(deaths.get(), 0);
}

#[test]
fn deferred_objects_are_freed_by_the_collector_only() {
    let here = Registered::new();
    let (value, deaths) = tracked();
    let object = header(&value);
    assert!(object.enable_deferred() && object.enable_deferred() && object.is_deferred());
    assert_eq!(object.refcount(), 1);
    let r = StackRef::new(&value, here.me());
    assert!(!r.word().is_counted());
    let safe = r.make_heap_safe(here.me());
    assert!(!safe.word().is_counted(), "a deferred reference may stay as it is");
    let strong = safe.into_value(here.me());
    assert!(strong.word().is_counted());
    assert_eq!(object.refcount(), 2);
    drop((value, strong));
    assert_eq!((object.refcount(), deaths.get()), (0, 0));
    // SAFETY: no uncounted reference is left, no other thread counts.
    assert_eq!(unsafe { object.disable_deferred() }, 0);
    // SAFETY: no reference is left.
    unsafe { crate::Dead::new(NonNull::from(object)) }.finalize();
    assert_eq!(deaths.get(), 1);
}

#[test]
fn deferral_can_be_taken_back() {
    let _here = Registered::new();
    let (value, deaths) = tracked();
    header(&value).enable_deferred();
    let copy = value.clone();
    // SAFETY: no uncounted reference is left, no other thread counts.
    assert_eq!(unsafe { header(&value).disable_deferred() }, 2);
    assert!(!header(&value).is_deferred() && header(&value).refcount() == 2);
    drop(value);
    assert_eq!(deaths.get(), 0);
    drop(copy);
    assert_eq!(deaths.get(), 1);
}

#[test]
fn untracked_objects_are_not_deferred() {
    let _here = Registered::new();
    let (value, _) = toy();
    assert!(!header(&value).enable_deferred());
    (0..100).for_each(|_| header(&value).contended());
    assert!(!header(&value).is_deferred());
}

#[test]
fn repeated_contention_promotes_a_tracked_object() {
    let _here = Registered::new();
    let (value, _) = tracked();
    (1..super::promote::PROMOTE_AFTER).for_each(|_| header(&value).contended());
    assert!(!header(&value).is_deferred());
    header(&value).contended();
    assert!(header(&value).is_deferred());
}

#[test]
fn finalizer_may_resurrect() {
    let _here = Registered::new();
    let (value, deaths) = toy();
    let place = Arc::new(Slot::new(None));
    *body(&value).rescue.lock().unwrap() = Some(place.clone());
    let object = header(&value);
    drop(value);
    assert_eq!((deaths.get(), object.refcount()), (0, 1));
    drop(place.swap(None));
    assert_eq!(deaths.get(), 1);
}

#[test]
fn finalizer_of_a_merged_object_may_resurrect() {
    let (value, deaths) = toy(); // unattached: merged from the start
    let place = Arc::new(Slot::new(None));
    *body(&value).rescue.lock().unwrap() = Some(place.clone());
    drop(value);
    assert_eq!(deaths.get(), 0);
    drop(place.swap(None));
    assert_eq!(deaths.get(), 1);
}

#[test]
fn a_long_chain_dies_on_a_small_stack() {
    let deaths = Arc::new(AtomicUsize::new(0));
    let tally = deaths.clone();
    let grow = move || {
        let _here = Registered::new();
        let mut head = toy_with(tally.clone(), 0);
        for _ in 1..100_000 {
            let next = toy_with(tally.clone(), 0);
            drop(body(&next).child.swap(Some(head)));
            head = next;
        }
        drop(head);
    };
    std::thread::Builder::new().stack_size(128 << 10).spawn(grow).unwrap().join().unwrap();
    assert_eq!(deaths.load(Relaxed), 100_000);
}
