//! What allocation, safepoints and a collection cost on one thread: `cargo bench -p gc`.
//!
//! Beside the crate, not in `bench`, because blocks are freed by hand.

use std::hint::black_box;
use std::ptr::NonNull;

use criterion::Criterion;
use gc::{Model, Mutator, World, free_from_any};
use stackref::{Header, TypeHead, Word, gc_bits};

/// Objects that hold nothing.
struct Flat;

// SAFETY: there is nothing to show, and objects are untracked before they are freed.
unsafe impl Model for Flat {
    unsafe fn trace(&self, _: NonNull<Header>, _: &mut dyn FnMut(Word)) {}

    unsafe fn has_finalizer(&self, _: NonNull<Header>) -> bool {
        false
    }

    unsafe fn finalize(&self, _: NonNull<Header>) {}

    unsafe fn clear(&self, _: NonNull<Header>) {}
}

/// Never called: the benches free their objects themselves.
///
/// # Safety
/// None is needed.
unsafe fn dealloc(_: NonNull<Header>) {}

static FLAT: TypeHead = TypeHead { header: Header::new_immortal(std::ptr::null_mut()), dealloc };

fn blocks(c: &mut Criterion, me: &Mutator) {
    for size in [48, 512, 4096] {
        c.bench_function(&format!("{size} bytes, allocated and freed at once"), |bench| {
            bench.iter(|| {
                let block = black_box(me.alloc(black_box(size), true)).expect("memory");
                // SAFETY: allocated above, and nobody else knows it.
                unsafe { me.free(block) };
            })
        });
    }
    let mut held = Vec::with_capacity(1000);
    c.bench_function("48 bytes, a thousand allocated, then freed", |bench| {
        bench.iter(|| {
            held.extend((0..1000).map(|_| me.alloc(48, true).expect("memory")));
            for block in held.drain(..) {
                // SAFETY: allocated above, and nobody else knows it.
                unsafe { free_from_any(block) };
            }
            me.safepoint().is_none()
        })
    });
}

fn collections(c: &mut Criterion, world: &World, me: &Mutator) {
    c.bench_function("safepoint", |bench| bench.iter(|| black_box(me).safepoint().is_none()));
    for count in [0, 10_000] {
        let objects: Vec<NonNull<Header>> = (0..count).map(|_| object(me)).collect();
        c.bench_function(&format!("collection, {count} objects that are held"), |bench| {
            bench.iter(|| world.collect(me, &Flat, &()).collected)
        });
        for object in objects {
            // SAFETY: held by its first count, which nobody else knows.
            let header = unsafe { object.as_ref() };
            header.clear_gc_bits(gc_bits::TRACKED);
            // SAFETY: the only reference.
            unsafe { header.mark_free() };
            // SAFETY: as above.
            unsafe { me.free(object.cast()) };
        }
    }
}

fn object(me: &Mutator) -> NonNull<Header> {
    let object = me.alloc(48, true).expect("memory").cast::<Header>();
    // SAFETY: a free block of ours.
    unsafe { Header::init_at(object, (&raw const FLAT).cast_mut(), me.id(), 0) };
    // SAFETY: initialized.
    unsafe { object.as_ref() }.set_gc_bits(gc_bits::TRACKED);
    object
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let world = World::new();
    let me = world.register();
    blocks(&mut criterion, &me);
    collections(&mut criterion, &world, &me);
    criterion.final_summary();
}
