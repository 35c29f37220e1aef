//! Tests of slots.

use super::*;
use crate::thread::current_id;
use crate::toy::{Registered, elsewhere, header, toy, tracked};
use std::sync::Arc;

// SAFETY of all loads below: toys are never unmapped, and the ids are the callers' own.
fn load(slot: &Slot) -> Load<Value> {
    // SAFETY: see above.
    unsafe { slot.load(current_id()) }
}

#[test]
fn immediates_and_nothing_need_one_load() {
    let _here = Registered::new();
    let slot = Slot::default();
    assert!(matches!(load(&slot), Load::Null));
    assert!(slot.swap(Value::from_int(7)).is_none());
    assert_eq!(load(&slot).value().unwrap().as_int(), Some(7));
    // SAFETY: no other thread knows the slot.
    assert_eq!(unsafe { slot.store(Value::from_f64(0.5).unwrap()) }.unwrap().as_int(), Some(7));
    assert_eq!(load(&slot).value().unwrap().as_f64(), Some(0.5));
    // SAFETY: as above.
    assert_eq!(unsafe { slot.take() }.unwrap().as_f64(), Some(0.5));
    assert!(slot.peek().is_none());
    let zeroed = Slot(AtomicU64::new(0));
    assert!(matches!(load(&zeroed), Load::Null), "zeroed memory is an empty slot");
}

#[test]
fn owner_reads_without_sharing() {
    let here = Registered::new();
    let (value, deaths) = toy();
    let object = header(&value);
    let slot = Slot::new(Some(value));
    let read = load(&slot).value().unwrap();
    assert_eq!(object.refcount(), 2);
    drop(slot);
    assert!(object.is_unique(here.me()));
    drop(read);
    assert_eq!(deaths.get(), 1);
}

#[test]
fn first_foreign_read_takes_the_lock_and_later_ones_do_not() {
    let here = Registered::new();
    let (value, deaths) = toy();
    let slot = Arc::new(Slot::new(Some(value)));
    let theirs = slot.clone();
    elsewhere(move || {
        assert!(matches!(load(&theirs), Load::Retry));
        // SAFETY: nobody changes the slot meanwhile.
        let locked = unsafe { theirs.load_locked(current_id()) }.unwrap();
        let free = load(&theirs).value().unwrap();
        assert!(locked.is(&free));
    });
    drop(slot);
    here.drain_merge_queue();
    assert_eq!(deaths.get(), 1);
}

#[test]
fn deferred_objects_are_read_without_a_count() {
    let here = Registered::new();
    let (value, _) = tracked();
    let object = header(&value);
    object.enable_deferred();
    let slot = Slot::new(Some(value));
    // SAFETY: as `load`; no collector runs.
    let Load::Value(read) = (unsafe { slot.load_stackref(here.me()) }) else { panic!("a value is there") };
    assert!(!read.word().is_counted());
    assert_eq!(object.refcount(), 1);
    let strong = read.into_value(here.me());
    assert_eq!(object.refcount(), 2);
    drop(strong);
}

#[test]
fn counted_objects_are_read_with_a_count() {
    let here = Registered::new();
    let (value, deaths) = toy();
    let slot = Slot::new(Some(value));
    // SAFETY: as `load`.
    let Load::Value(read) = (unsafe { slot.load_stackref(here.me()) }) else { panic!("a value is there") };
    assert!(read.word().is_counted());
    drop(slot);
    assert_eq!(deaths.get(), 0);
    read.close(here.me()).unwrap().finalize();
    assert_eq!(deaths.get(), 1);
}
