//! Tests of the ledger: what it lets through and what it reports.

use super::{mark, open_since};
use crate::toy::{Registered, toy};
use crate::{Load, Slot, StackRef, Value};

/// A second copy of a reference, as a buggy spill would leave one.
fn forged(r: &StackRef) -> StackRef {
    // SAFETY: the tests that use it never close both successfully.
    unsafe { std::ptr::read(r) }
}

fn complaint<R>(f: impl FnOnce() -> R) -> String {
    let f = std::panic::AssertUnwindSafe(f);
    let error = std::panic::catch_unwind(f).err().expect("the ledger complains");
    error.downcast_ref::<String>().expect("a formatted message").clone()
}

fn leaks_here(mark: super::Mark) -> usize {
    let here = std::thread::current().id();
    open_since(mark).iter().filter(|open| open.thread == here).count()
}

#[test]
fn balanced_use_leaves_nothing_open() {
    let here = Registered::new();
    let me = here.me();
    let start = mark();
    let (value, deaths) = toy();
    let owned = StackRef::new(&value, me);
    let twin = owned.dup(me);
    // SAFETY: closed before `owned`.
    let (borrowed, second) = unsafe { (owned.borrow(), owned.borrow()) };
    let third = borrowed.dup(me);
    assert_eq!(leaks_here(start), 5);
    assert!(StackRef::is(&borrowed, &owned) && borrowed.as_value().is(&value) && owned.as_value().clone().is(&value));
    let kept = second.make_heap_safe(me);
    assert!(borrowed.close(me).is_none() && third.close(me).is_none() && twin.close(me).is_none());
    assert!(owned.close(me).is_none());
    let slot = Slot::new(Some(kept.into_value(me)));
    // SAFETY: toys are never unmapped.
    let Load::Value(read) = (unsafe { slot.load_stackref(me) }) else { panic!("a value is there") };
    assert!(read.close(me).is_none());
    assert_eq!(leaks_here(start), 0);
    drop((slot, value));
    assert_eq!(deaths.get(), 1);
}

#[test]
fn leaks_are_listed_with_their_birthplace() {
    let here = Registered::new();
    let start = mark();
    let (value, _) = toy();
    let leaked = StackRef::new(&value, here.me());
    let open: Vec<_> = open_since(start).into_iter().filter(|o| o.thread == std::thread::current().id()).collect();
    assert_eq!(open.len(), 1);
    assert!(open[0].counted && open[0].to_string().contains("ledger/tests.rs"), "{}", open[0]);
    assert!(leaked.close(here.me()).is_none());
    assert_eq!(leaks_here(start), 0);
}

#[test]
fn double_close_is_reported() {
    let here = Registered::new();
    let (value, _) = toy();
    let owned = StackRef::new(&value, here.me());
    let copy = forged(&owned);
    assert!(owned.close(here.me()).is_none());
    let text = complaint(|| copy.close(here.me()));
    assert!(text.contains("was closed at") && text.contains("opened at") && text.contains("tests.rs"), "{text}");
}

#[test]
fn use_after_close_is_reported() {
    let here = Registered::new();
    let (value, _) = toy();
    let owned = StackRef::new(&value, here.me());
    let copy = forged(&owned);
    assert!(owned.close(here.me()).is_none());
    assert!(complaint(|| copy.word()).contains("was used at"));
    assert!(complaint(|| copy.dup(here.me())).contains("closed at"));
    // SAFETY: never followed.
    assert!(complaint(|| unsafe { copy.borrow() }).contains("was lent at"));
}

#[test]
fn closing_a_lender_before_its_borrow_is_reported() {
    let here = Registered::new();
    let (value, _) = toy();
    let owned = StackRef::new(&value, here.me());
    // SAFETY: the bug under test; `value` keeps the object alive.
    let borrowed = unsafe { owned.borrow() };
    let text = complaint(|| owned.close(here.me()));
    assert!(text.contains("1 borrows of it are open") && text.contains("last lent at"), "{text}");
    assert!(borrowed.close(here.me()).is_none());
}

#[test]
fn words_that_leave_the_stack_carry_no_ticket() {
    let here = Registered::new();
    let (value, _) = toy();
    let owned = StackRef::new(&value, here.me());
    assert_eq!(owned.word(), value.word());
    assert_eq!(owned.as_value().clone().word(), value.word());
    let word = owned.into_word();
    assert_eq!(word, value.word());
    // SAFETY: the count of the reference above.
    drop(unsafe { Value::from_word(word) });
}
