//! Tests of stack references.

use super::*;
use crate::toy::{Registered, header, toy};

#[test]
fn null_and_immediates_are_free() {
    let me = Registered::new().me();
    assert!(StackRef::NULL.is_null());
    let mut slot = StackRef::from_immediate(Word::small(3));
    let other = slot.dup(me);
    assert!(StackRef::is(&slot, &other) && StackRef::is_exactly(&slot, &other));
    assert_eq!(slot.as_value().as_int(), Some(3));
    // SAFETY: an immediate has no lifetime.
    let borrowed = unsafe { slot.borrow() };
    assert_eq!(borrowed.into_value(me).as_int(), Some(3));
    assert!(slot.clear(me).is_none() && slot.is_null());
    assert!(slot.close(me).is_none() && other.close(me).is_none() && StackRef::NULL.close(me).is_none());
    let float = StackRef::from_immediate(Word::from_f64(1.5).unwrap());
    // SAFETY: as above.
    let borrowed = unsafe { float.borrow() };
    assert_eq!(borrowed.as_value().as_f64(), Some(1.5), "a borrowed float is still a float");
    assert!(borrowed.close(me).is_none() && float.close(me).is_none());
}

#[test]
fn owned_references_count_and_borrowed_ones_do_not() {
    let here = Registered::new();
    let me = here.me();
    let (value, deaths) = toy();
    let object = header(&value);
    let owned = StackRef::new(&value, me);
    let twin = owned.dup(me);
    // SAFETY: closed before `owned`.
    let borrowed = unsafe { owned.borrow() };
    let again = borrowed.dup(me);
    assert_eq!(object.refcount(), 3);
    assert!(StackRef::is(&owned, &borrowed));
    assert!(again.close(me).is_none());
    let kept = borrowed.make_heap_safe(me);
    assert_eq!(object.refcount(), 4, "what leaves the stack owns a count");
    assert!(kept.word().is_counted());
    drop(value);
    assert!(twin.close(me).is_none() && owned.close(me).is_none());
    let strong = kept.into_value(me);
    assert!(header(&strong).is_unique(me));
    let mut last = StackRef::from_value(strong);
    assert_eq!(deaths.get(), 0);
    let dead = last.clear(me).unwrap();
    assert!(last.is_null());
    dead.finalize();
    assert_eq!(deaths.get(), 1);
    assert!(last.close(me).is_none());
}

#[test]
fn only_a_count_that_is_not_the_last_is_closed_in_place() {
    let here = Registered::new();
    let me = here.me();
    let (value, deaths) = toy();
    let twin = StackRef::new(&value, me);
    assert!(twin.close_unless_last(me).is_none());
    assert_eq!(header(&value).refcount(), 1);
    let last = StackRef::from_value(value).close_unless_last(me).unwrap();
    assert_eq!(deaths.get(), 0, "the last reference comes back as it was");
    last.close(me).unwrap().finalize();
    assert_eq!(deaths.get(), 1);
    assert!(StackRef::NULL.close_unless_last(me).is_none());
    assert!(StackRef::from_immediate(Word::small(3)).close_unless_last(me).is_none());
}

#[test]
fn set_stores_first_and_hands_out_the_dead() {
    let here = Registered::new();
    let me = here.me();
    let ((a, a_deaths), (b, _)) = (toy(), toy());
    let mut slot = StackRef::from_value(a);
    let dead = slot.set(StackRef::from_value(b), me).unwrap();
    assert!(!slot.as_value().ptr_eq(dead.header()));
    dead.finalize();
    assert_eq!(a_deaths.get(), 1);
    slot.close(me).unwrap().finalize();
}

#[test]
fn a_view_of_a_borrowed_reference_clones_into_a_strong_handle() {
    let here = Registered::new();
    let (value, _) = toy();
    // SAFETY: `value` outlives it.
    let borrowed = unsafe { StackRef::borrow_ptr(value.header().unwrap()) };
    let clone = borrowed.as_value().clone();
    assert!(clone.word().is_counted() && clone.is(&value));
    assert_eq!(header(&value).refcount(), 2);
    assert!(borrowed.close(here.me()).is_none());
}
