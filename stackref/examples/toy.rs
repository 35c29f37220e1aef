//! A toy object model on `stackref`: cons cells, a small operand stack, and a thread that shares a list.
//!
//! `cargo run -p stackref --example toy`

use stackref::thread::register;
use stackref::{Dead, Header, Slot, StackRef, TypeHead, Value, Word};
use std::ptr::NonNull;

/// A pair: any object type begins with its header.
#[repr(C)]
struct Cons {
    header: Header,
    head: Slot,
    tail: Slot,
}

static CONS: TypeHead = TypeHead { header: Header::new_immortal(std::ptr::null_mut()), dealloc: dealloc_cons };

/// Frees a pair. A real embedder gives the block to an allocator that keeps it readable for a grace period (H1); this
/// example never reads a slot while another thread may free what it holds.
///
/// # Safety
/// Called by the last reference's holder.
unsafe fn dealloc_cons(object: NonNull<Header>) {
    // SAFETY: only pairs have this type, and nobody else refers to this one.
    drop(unsafe { Box::from_raw(object.cast::<Cons>().as_ptr()) });
}

fn cons(head: Value, tail: Option<Value>, me: u32) -> Value {
    let header = Header::new((&raw const CONS).cast_mut(), me);
    let pair = Box::new(Cons { header, head: Slot::new(Some(head)), tail: Slot::new(tail) });
    // SAFETY: a new object starts with one count, which the handle takes over.
    unsafe { Value::from_header(NonNull::from(Box::leak(pair)).cast()) }
}

/// The fields of a pair.
fn fields(pair: &Value) -> (&Slot, &Slot) {
    let object = pair.header().expect("a pair").cast::<Cons>();
    // SAFETY: alive as long as `pair`.
    let cons = unsafe { object.as_ref() };
    (&cons.head, &cons.tail)
}

/// Adds the numbers of a list, ints and floats mixed, without touching a count of a number.
fn sum(list: &Value, me: u32) -> f64 {
    let (mut total, mut at) = (0.0, Some(list.clone()));
    while let Some(pair) = at {
        let (head, tail) = fields(&pair);
        total += head.peek().and_then(Word::as_number).unwrap_or(0.0);
        // SAFETY: attached, and nobody changes the list.
        at = unsafe { tail.load_locked(me) };
    }
    total
}

fn main() {
    let record = register();
    let me = record.id().get();

    // Immediates need no object at all.
    let word = Word::small(20).int_add(Word::small(22)).expect("in range");
    assert_eq!(word.as_int(), Some(42));
    assert_eq!(Word::from_f64(0.5).and_then(Word::as_f64), Some(0.5));

    let mut list = None;
    for i in 1..=4 {
        let number = if i % 2 == 0 { Value::from_int(i) } else { Value::from_f64(i as f64) };
        list = Some(cons(number.expect("small"), list, me));
    }
    let list = list.expect("four pairs");

    // A stack slot owns a count; a borrowed one does not, and is closed before its lender.
    let owned = StackRef::new(&list, me);
    // SAFETY: closed before `owned`.
    let borrowed = unsafe { owned.borrow() };
    println!("sum of {:?} is {}", borrowed.word(), sum(borrowed.as_value(), me));
    assert!(borrowed.close(me).is_none());

    // Another thread counts on the shared half, and its last drop is sent to the owner.
    let copy = list.clone();
    let other = std::thread::spawn(move || {
        let record = register();
        let total = sum(&copy, record.id().get());
        drop(copy);
        record.retire();
        total
    });
    assert_eq!(other.join().expect("no panic"), 10.0);

    assert!(owned.close(me).is_none(), "`list` still holds it");
    let merged = record.drain_merge_queue();
    println!("finalized from the queue: {merged}");
    let last: Option<Dead> = list.close(me);
    last.expect("the last reference").finalize();
    record.retire();
}
