//! A complete toy object model: pairs that may form cycles. `cargo run -p gc --example cycle`.

use gc::{Model, Mutator, Requests, World, free_from_any};
use stackref::thread::current_id;
use stackref::{Dead, Fate, Header, TypeHead, Value, Word, gc_bits};
use std::cell::Cell;
use std::ptr::NonNull;

/// An object with two references.
#[repr(C)]
struct Pair {
    header: Header,
    name: u64,
    parts: [Cell<Word>; 2],
}

static PAIR: TypeHead = TypeHead { header: Header::new_immortal(std::ptr::null_mut()), dealloc };

fn make(me: &Mutator, name: u64) -> Value {
    let block = me.alloc(size_of::<Pair>(), true).expect("memory").cast::<Pair>();
    let object = block.cast::<Header>();
    // SAFETY: a free block of ours; the header is written field by field because others may be probing it.
    unsafe { Header::init_at(object, (&raw const PAIR).cast_mut(), me.id(), 0) };
    // SAFETY: inside the block.
    unsafe { (&raw mut (*block.as_ptr()).name).write(name) };
    // SAFETY: inside the block.
    unsafe { (&raw mut (*block.as_ptr()).parts).write([Cell::new(Word::NULL), Cell::new(Word::NULL)]) };
    // SAFETY: initialized; from now on the collector may look into it.
    unsafe { object.as_ref() }.set_gc_bits(gc_bits::TRACKED);
    // SAFETY: the count that `init_at` made.
    unsafe { Value::from_header(object) }
}

fn pair(object: NonNull<Header>) -> &'static Pair {
    // SAFETY: every object of this program is a pair, and callers keep it alive.
    unsafe { object.cast().as_ref() }
}

fn set(of: &Value, part: usize, value: Value) {
    let object = of.header().expect("a pair is no immediate");
    let_go(pair(object).parts[part].replace(value.into_word()));
}

/// Drops the count that a word owns, if it does.
fn let_go(word: Word) {
    if let Some(object) = word.header()
        && word.is_counted()
        // SAFETY: the word's count is given up.
        && unsafe { object.as_ref().decref(current_id()) } == Fate::Dead
    {
        // SAFETY: it just died.
        unsafe { Dead::new(object) }.finalize();
    }
}

unsafe fn dealloc(object: NonNull<Header>) {
    let dead = pair(object);
    dead.header.clear_gc_bits(gc_bits::TRACKED);
    println!("  pair {} dies", dead.name);
    let parts = [dead.parts[0].get(), dead.parts[1].get()];
    // SAFETY: dead.
    unsafe { dead.header.mark_free() };
    // SAFETY: nobody holds a reference.
    unsafe { free_from_any(object.cast()) };
    parts.into_iter().for_each(let_go);
}

struct Pairs;

// SAFETY: `trace` shows both parts, which own their counts; `dealloc` untracks first; there are no uncounted words.
unsafe impl Model for Pairs {
    unsafe fn trace(&self, object: NonNull<Header>, visit: &mut dyn FnMut(Word)) {
        pair(object).parts.iter().for_each(|part| visit(part.get()));
    }

    unsafe fn has_finalizer(&self, _object: NonNull<Header>) -> bool {
        false
    }

    unsafe fn finalize(&self, _object: NonNull<Header>) {}

    unsafe fn clear(&self, object: NonNull<Header>) {
        for part in &pair(object).parts {
            let_go(part.replace(Word::NULL));
        }
    }
}

fn main() {
    let world = World::new();
    let me = world.register();

    println!("A chain dies by counting:");
    let (one, two) = (make(&me, 1), make(&me, 2));
    set(&one, 0, two);
    drop(one);

    println!("A cycle does not:");
    let (three, four) = (make(&me, 3), make(&me, 4));
    set(&three, 0, four.clone());
    set(&four, 1, three.clone());
    drop((three, four));

    println!("until it is collected:");
    let stats = world.collect(&me, &Pairs, &());
    println!("{} of {} collected in {} ns of pause", stats.collected, stats.live, stats.paused_ns);

    // A program calls this on every loop and call; it is one load unless there is something to do.
    if me.safepoint().contains(Requests::GC) {
        world.collect(&me, &Pairs, &());
    }
}
