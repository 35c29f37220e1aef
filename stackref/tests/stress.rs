//! Threads that hammer shared slots, counts and locks, with blocks recycled at once; sized down under sanitizers.
#![cfg(not(loom))]

use stackref::thread::{current_id, register};
use stackref::{ByteLock, Dead, Header, Load, Slot, StackRef, TypeHead, Value, gc_bits};
use std::ptr::NonNull;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize};
use std::sync::{Arc, Barrier, Mutex};

const THREADS: usize = 4;
#[cfg(not(sanitizer))]
const ROUNDS: usize = 40_000;
#[cfg(sanitizer)]
const ROUNDS: usize = 1_500;

/// Blocks of one size that are never unmapped and are re-used at once, last in, first out.
struct Pool {
    free: Mutex<Vec<usize>>,
    live: AtomicUsize,
}

/// An object that knows which slot it was made for.
#[repr(C)]
struct Object {
    header: Header,
    home: AtomicUsize,
    alive: AtomicBool,
    pool: AtomicPtr<Pool>,
}

static TYPE: TypeHead = TypeHead { header: Header::new_immortal(std::ptr::null_mut()), dealloc };

unsafe fn dealloc(object: NonNull<Header>) {
    // SAFETY: every header of `TYPE` begins an `Object`; blocks are never unmapped.
    let body = unsafe { object.cast::<Object>().as_ref() };
    assert!(body.alive.swap(false, Relaxed), "finalized twice");
    body.home.store(usize::MAX, Relaxed);
    // SAFETY: dead.
    unsafe { body.header.mark_free() };
    // SAFETY: pools are leaked.
    let pool = unsafe { &*body.pool.load(Relaxed) };
    pool.live.fetch_sub(1, Release);
    pool.free.lock().expect("no panic under it").push(object.as_ptr().expose_provenance());
}

impl Pool {
    fn new() -> &'static Pool {
        Box::leak(Box::new(Pool { free: Mutex::default(), live: AtomicUsize::new(0) }))
    }

    fn object(&'static self, home: usize, bits: u8) -> Value {
        let me = current_id();
        let ty = (&raw const TYPE).cast_mut();
        self.live.fetch_add(1, Relaxed);
        let recycled = self.free.lock().expect("no panic under it").pop();
        let object = match recycled {
            Some(address) => {
                let object = std::ptr::with_exposed_provenance_mut::<Object>(address);
                // SAFETY: a free block of this pool, now this thread's.
                let block = unsafe { NonNull::new_unchecked(object) };
                // SAFETY: as above.
                unsafe { Header::init_at(block.cast(), ty, me, 0) };
                block
            }
            None => NonNull::from(Box::leak(Box::new(Object {
                header: Header::new(ty, me),
                home: AtomicUsize::new(0),
                alive: AtomicBool::new(false),
                pool: AtomicPtr::new((&raw const *self).cast_mut()),
            }))),
        };
        // SAFETY: live and this thread's.
        let body = unsafe { object.as_ref() };
        body.home.store(home, Relaxed);
        assert!(!body.alive.swap(true, Relaxed), "allocated twice");
        body.header.init_gc_bits(bits);
        // SAFETY: the new object's count.
        unsafe { Value::from_header(object.cast()) }
    }
}

fn body(value: &Value) -> &Object {
    // SAFETY: alive through `value`.
    unsafe { value.header().expect("an object").cast::<Object>().as_ref() }
}

/// One test at a time: a thread of another test may get the id of an owner that has ended here, and with it the drops of
/// that owner's objects, which it finalizes when it drains, not when this test looks.
fn alone() -> std::sync::MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(|poison| poison.into_inner())
}

/// Every thread a small generator of its own; the seed is the thread's number.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % bound
    }
}

/// Runs `f(number)` on registered threads that start together.
fn on_threads(f: impl Fn(usize) + Send + Sync + 'static) {
    let (f, start) = (Arc::new(f), Arc::new(Barrier::new(THREADS)));
    let threads: Vec<_> = (0..THREADS)
        .map(|number| {
            let (f, start) = (f.clone(), start.clone());
            std::thread::spawn(move || {
                let record = register();
                start.wait();
                f(number);
                record.retire();
            })
        })
        .collect();
    threads.into_iter().for_each(|t| t.join().expect("no panic"));
}

struct Cell {
    lock: ByteLock,
    slot: Slot,
}

fn read(cell: &Cell) -> Option<Value> {
    // SAFETY: blocks are never unmapped; the id is the thread's own.
    match unsafe { cell.slot.load(current_id()) } {
        Load::Null => None,
        Load::Value(value) => Some(value),
        Load::Retry => {
            let _held = cell.lock.lock();
            // SAFETY: writers hold the lock.
            unsafe { cell.slot.load_locked(current_id()) }
        }
    }
}

fn write(cell: &Cell, value: Option<Value>) {
    let held = cell.lock.lock();
    // SAFETY: the lock is held.
    let old = unsafe { value.map_or_else(|| cell.slot.take(), |value| cell.slot.store(value)) };
    drop(held);
    drop(old);
}

#[test]
fn readers_and_writers_of_recycled_objects() {
    let _alone = alone();
    let pool = Pool::new();
    let cells: Arc<Vec<Cell>> =
        Arc::new((0..4).map(|_| Cell { lock: ByteLock::new(), slot: Slot::default() }).collect());
    let shared = cells.clone();
    on_threads(move |number| {
        let mut random = Random(0x9E37_79B9 + number as u64);
        let record = stackref::thread::current().unwrap();
        let mut kept: Vec<(usize, Value)> = Vec::new();
        for _ in 0..ROUNDS {
            let home = random.below(shared.len());
            match random.below(16) {
                0..8 => {
                    if let Some(value) = read(&shared[home]) {
                        assert_eq!(body(&value).home.load(Relaxed), home, "another object than the slot's");
                        if random.below(4) == 0 {
                            kept.push((home, value));
                        }
                    }
                }
                8..11 => write(&shared[home], Some(pool.object(home, 0))),
                11 => write(&shared[home], None),
                12 => drop(shared[home].slot.peek()),
                13 => {
                    for (home, value) in kept.drain(..) {
                        assert_eq!(body(&value).home.load(Relaxed), home, "a kept object was recycled");
                        assert!(body(&value).alive.load(Relaxed));
                    }
                }
                14 => {
                    record.drain_merge_queue();
                }
                _ => {
                    record.detach();
                    std::thread::yield_now();
                    record.attach();
                }
            }
        }
    });
    let record = register();
    drop(cells);
    record.drain_merge_queue();
    assert_eq!(pool.live.load(Acquire), 0);
    record.retire();
}

#[test]
fn owners_that_come_and_go() {
    let _alone = alone();
    let pool = Pool::new();
    let mailbox: Arc<Vec<Slot>> = Arc::new((0..8).map(|_| Slot::default()).collect());
    let shared = mailbox.clone();
    on_threads(move |number| {
        let mut random = Random(0xB529_7A4D + number as u64);
        for _ in 0..ROUNDS / 200 {
            let mailbox = shared.clone();
            let seed = random.below(1 << 30) as u64 + 1;
            let brief = std::thread::spawn(move || {
                let record = register();
                let mut random = Random(seed);
                for _ in 0..20 {
                    let value = pool.object(0, 0);
                    let twin = value.clone();
                    drop(mailbox[random.below(mailbox.len())].swap(Some(value)));
                    drop(mailbox[random.below(mailbox.len())].swap(Some(twin)));
                }
                if random.below(2) == 0 {
                    record.retire();
                }
            });
            drop(shared[random.below(shared.len())].swap(None));
            brief.join().unwrap();
        }
    });
    let record = register();
    drop(mailbox);
    record.drain_merge_queue();
    assert_eq!(pool.live.load(Acquire), 0);
    record.retire();
}

#[test]
fn contended_object_is_deferred_and_its_count_stays_true() {
    let _alone = alone();
    let pool = Pool::new();
    let record = register();
    let value = pool.object(1, gc_bits::TRACKED);
    let shared = Arc::new(value);
    let theirs = shared.clone();
    record.detach(); // the threads below may merge for this one
    on_threads(move |_| {
        let me = current_id();
        for _ in 0..ROUNDS {
            let copy = (*theirs).clone();
            let r = StackRef::new(&copy, me);
            let twin = r.dup(me);
            assert!(r.close(me).is_none());
            drop(copy);
            assert!(twin.close(me).is_none());
        }
    });
    record.attach();
    record.drain_merge_queue();
    let header = &body(&shared).header;
    assert_eq!(header.refcount(), 1);
    if header.is_deferred() {
        // SAFETY: no other thread counts, and no uncounted reference is left.
        assert_eq!(unsafe { header.disable_deferred() }, 1);
    }
    let value = Arc::into_inner(shared).unwrap();
    value.close(current_id()).map_or_else(|| panic!("the last reference"), Dead::finalize);
    assert_eq!(pool.live.load(Acquire), 0);
    record.retire();
}
