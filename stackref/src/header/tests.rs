//! Tests of this module.

use super::*;
use crate::thread::{current_id, register};
use crate::{Slot, StackRef, Value};
use std::sync::atomic::AtomicUsize;

static FREED: AtomicUsize = AtomicUsize::new(0);
static TYPE: TypeHead = TypeHead { header: Header::new_immortal(std::ptr::null_mut()), dealloc };

unsafe fn dealloc(_object: NonNull<Header>) {
    FREED.fetch_add(1, Relaxed);
}

fn object() -> Value {
    let header = Box::leak(Box::new(Header::new((&raw const TYPE).cast_mut(), current_id())));
    // SAFETY: a new object's count; leaked memory is type-stable.
    unsafe { Value::from_header(NonNull::from(header)) }
}

#[test]
fn counts_and_dies_on_one_thread() {
    let record = register();
    let me = current_id();
    let before = FREED.load(Relaxed);
    let v = object();
    let w = v.clone();
    let s = StackRef::new(&v, me);
    let t = s.dup(me);
    // SAFETY: alive.
    assert_eq!(unsafe { v.header().unwrap().as_ref() }.refcount(), 4);
    assert!(s.close(me).is_none() && t.close(me).is_none());
    let slot = Slot::new(Some(w));
    // SAFETY: attached, type-stable.
    assert!(unsafe { slot.load(me) }.value().unwrap().is(&v));
    drop(v);
    assert_eq!(FREED.load(Relaxed), before);
    drop(slot);
    assert_eq!(FREED.load(Relaxed), before + 1);
    record.retire();
}

#[test]
fn foreign_drop_goes_through_the_queue() {
    let record = register();
    let before = FREED.load(Relaxed);
    let v = object();
    let w = v.clone();
    std::thread::spawn(move || {
        register();
        drop(w);
    })
    .join()
    .unwrap();
    assert!(record.has_merge_work());
    drop(v);
    assert_eq!(record.drain_merge_queue(), 1);
    assert!(FREED.load(Relaxed) > before);
}
