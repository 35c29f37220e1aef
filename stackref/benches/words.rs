//! What a word, a count and a slot cost on one thread: `cargo bench -p stackref`.
//!
//! Beside the crate, not in `bench`, because objects need unsafe code.

use std::hint::black_box;
use std::ptr::NonNull;

use criterion::Criterion;
use stackref::thread::register;
use stackref::{Header, Slot, StackRef, TypeHead, Value, Word};

/// Frees an object of [`object`].
///
/// # Safety
/// The object is dead.
unsafe fn dealloc(object: NonNull<Header>) {
    // SAFETY: made by `Box` below, and dead.
    drop(unsafe { Box::from_raw(object.as_ptr()) });
}

static PLAIN: TypeHead = TypeHead { header: Header::new_immortal(std::ptr::null_mut()), dealloc };

fn object(me: u32) -> Value {
    let object = Box::leak(Box::new(Header::new((&raw const PLAIN).cast_mut(), me)));
    // SAFETY: a new object starts with one count, which the handle takes over.
    unsafe { Value::from_header(NonNull::from(object)) }
}

fn immediates(c: &mut Criterion) {
    let (a, b) = (Word::small(20), Word::small(22));
    c.bench_function("int add, checked", |bench| bench.iter(|| black_box(a).int_add(black_box(b))));
    c.bench_function("int multiply, checked", |bench| bench.iter(|| black_box(a).int_mul(black_box(b))));
    let [x, y] = [0.5, 1.25].map(|x| Word::from_f64(x).expect("an ordinary float"));
    c.bench_function("float add, decoded and encoded", |bench| {
        bench.iter(|| Word::from_f64(black_box(x).f64_unchecked() + black_box(y).f64_unchecked()))
    });
}

fn references(c: &mut Criterion, me: u32) {
    let int = Value::from_int(7).expect("small");
    let counted = object(me);
    c.bench_function("clone and drop an int", |bench| bench.iter(|| drop(black_box(&int).clone())));
    c.bench_function("clone and drop an object of this thread", |bench| {
        bench.iter(|| drop(black_box(&counted).clone_as(me)))
    });
    let on_stack = StackRef::new(&counted, me);
    c.bench_function("dup and close a stack reference", |bench| {
        bench.iter(|| black_box(&on_stack).dup(me).close(me).is_some())
    });
    assert!(on_stack.close(me).is_none(), "`counted` still holds it");
    c.bench_function("make and free an object", |bench| bench.iter(|| drop(object(me))));
}

fn slots(c: &mut Criterion, me: u32) {
    let read = |slot: &Slot| {
        // SAFETY: attached, and nothing that the slot holds is freed while it is read.
        drop(unsafe { slot.load(me) }.value());
    };
    let int = Slot::new(Value::from_int(7));
    c.bench_function("read an int from a slot", |bench| bench.iter(|| read(black_box(&int))));
    let counted = Slot::new(Some(object(me)));
    c.bench_function("read an object from a slot", |bench| bench.iter(|| read(black_box(&counted))));
    drop(counted.swap(None));
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let record = register();
    let me = record.id().get();
    immediates(&mut criterion);
    references(&mut criterion, me);
    slots(&mut criterion, me);
    record.retire();
    criterion.final_summary();
}
