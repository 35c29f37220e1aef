//! Tests of the heap through a world of one or two threads, and of the size classes.

use super::class::{CLASS_COUNT, MAX_SMALL, block_bytes, class_of};
use super::segment::PageRef;
use crate::{Mutator, World, free_from_any};
use proptest::prelude::*;
use stackref::Header;
use std::collections::{HashMap, HashSet};
use std::ptr::NonNull;

#[test]
fn classes_fit_tightly() {
    for size in 1..=MAX_SMALL {
        let class = class_of(size);
        assert!(class < CLASS_COUNT);
        assert!(block_bytes(class) >= size, "{size}");
        assert!(class == 0 || block_bytes(class - 1) < size, "{size}");
        assert_eq!(block_bytes(class) % 16, 0);
    }
    assert_eq!(block_bytes(CLASS_COUNT - 1), MAX_SMALL);
}

/// Allocates and initializes: the first word is an even address, like a type pointer.
fn make(me: &Mutator, size: usize, traced: bool) -> NonNull<u8> {
    let block = me.alloc(size, traced).unwrap();
    assert_eq!(block.addr().get() % 8, 0);
    // SAFETY: the block is at least `size` bytes long.
    unsafe { block.write_bytes(0x40, size.max(24)) };
    block
}

fn live(world: &World, me: &Mutator, traced: bool) -> HashSet<usize> {
    let mut found = HashSet::new();
    world.stop(me).for_each_block(traced, |block| assert!(found.insert(block.addr().get())));
    found
}

#[test]
fn blocks_are_recycled_last_in_first_out() {
    let world = World::new();
    let me = world.register();
    let a = make(&me, 48, true);
    // SAFETY: allocated above.
    unsafe { me.free(a) };
    let b = make(&me, 40, true);
    assert_eq!(a, b);
    // SAFETY: allocated above.
    unsafe { free_from_any(b) };
    assert!(live(&world, &me, true).is_empty());
}

#[test]
fn free_touches_only_the_first_word_of_the_header() {
    let world = World::new();
    let me = world.register();
    for size in [24, 48, 4096] {
        let block = make(&me, size, false);
        // SAFETY: allocated above.
        unsafe { me.free(block) };
        for offset in Header::KEPT_WHEN_FREE..24 {
            // SAFETY: type-stable memory.
            assert_eq!(unsafe { block.add(offset).read() }, 0x40);
        }
    }
}

#[test]
fn uninitialized_blocks_are_not_enumerated() {
    let world = World::new();
    let me = world.register();
    let a = make(&me, 64, true);
    let _uninitialized = me.alloc(64, true).unwrap();
    let large = me.alloc(5000, true).unwrap();
    assert_eq!(live(&world, &me, true), HashSet::from([a.addr().get()]));
    // SAFETY: the block's first word.
    unsafe { large.cast::<usize>().write(0x4040) };
    assert_eq!(live(&world, &me, true).len(), 2);
    assert_eq!(world.heap_statistics().large_blocks, 1);
}

#[test]
fn foreign_frees_come_back() {
    let world = World::new();
    let me = world.register();
    let segment_bytes = |world: &World| world.heap_statistics().segment_bytes;
    let mut first = 0;
    for round in 0..20 {
        let mut blocks: Vec<usize> = (0..2000).map(|_| make(&me, 100, true).expose_provenance().get()).collect();
        blocks.push(make(&me, 3000, true).expose_provenance().get());
        assert_eq!(live(&world, &me, true), blocks.iter().copied().collect());
        let other = world.clone();
        me.blocking(|| {
            std::thread::spawn(move || {
                let _other = other.register();
                for block in blocks {
                    // SAFETY: the other thread gave the blocks away.
                    unsafe { free_from_any(NonNull::new(std::ptr::with_exposed_provenance_mut(block)).unwrap()) };
                }
            })
            .join()
            .unwrap();
        });
        assert!(live(&world, &me, true).is_empty());
        if round == 0 {
            first = segment_bytes(&world);
        }
    }
    assert_eq!(segment_bytes(&world), first, "every round after the first lives on what others gave back");
}

#[test]
fn pages_of_exited_threads_are_adopted() {
    let world = World::new();
    let blocks: Vec<usize> = std::thread::scope(|scope| {
        let world = &world;
        scope
            .spawn(move || {
                let other = world.register();
                (0..100).map(|_| make(&other, 256, true).expose_provenance().get()).collect()
            })
            .join()
            .unwrap()
    });
    assert_eq!(world.heap_statistics().abandoned_pages, 2);
    let me = world.register();
    assert_eq!(live(&world, &me, true), blocks.iter().copied().collect());
    for block in &blocks[..30] {
        // SAFETY: the other thread is gone and left the blocks to us.
        unsafe { me.free(NonNull::new(std::ptr::with_exposed_provenance_mut(*block)).unwrap()) };
    }
    let first = make(&me, 256, true).addr().get();
    assert!(world.heap_statistics().abandoned_pages < 2, "allocation adopts");
    // SAFETY: a live small block.
    let page = unsafe { PageRef::of_block(NonNull::new(std::ptr::with_exposed_provenance_mut(first)).unwrap()) };
    assert_eq!(page.owner.load(std::sync::atomic::Ordering::Relaxed), me.id());
    assert_eq!(live(&world, &me, true).len(), 71);
}

#[test]
fn empty_pages_change_class_after_a_grace_period_only() {
    let world = World::new();
    let me = world.register();
    let lagging = world.clone();
    let (ready, wait_ready) = std::sync::mpsc::channel();
    let (go, wait_go) = std::sync::mpsc::channel::<()>();
    let other = std::thread::spawn(move || {
        let other = lagging.register();
        ready.send(()).unwrap();
        wait_go.recv().unwrap();
        let _ = other.safepoint();
    });
    wait_ready.recv().unwrap();
    let blocks: Vec<_> = (0..20_000).map(|_| make(&me, 64, true)).collect();
    let addresses: HashSet<usize> = blocks.iter().map(|block| block.addr().get() >> 14).collect();
    for block in blocks {
        // SAFETY: allocated above.
        unsafe { me.free(block) };
    }
    let _ = me.safepoint();
    let others: Vec<_> = (0..2000).map(|_| make(&me, 1024, false)).collect();
    assert!(
        others.iter().all(|block| !addresses.contains(&(block.addr().get() >> 14))),
        "the other thread is not quiescent"
    );
    go.send(()).unwrap();
    me.blocking(|| other.join().unwrap());
    // The next batch of empty pages finds the first one's goal reached.
    let blocks: Vec<_> = (0..20_000).map(|_| make(&me, 80, true)).collect();
    for block in blocks {
        // SAFETY: allocated above.
        unsafe { me.free(block) };
    }
    let _ = me.safepoint();
    let reused = (0..4000).map(|_| make(&me, 512, false)).any(|block| addresses.contains(&(block.addr().get() >> 14)));
    assert!(reused, "a grace period has passed");
}

#[derive(Clone, Debug)]
enum Step {
    Alloc { size: usize, traced: bool },
    Free { which: usize },
    Safepoint,
    Enumerate,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let size = prop_oneof![8 => 24..600usize, 2 => 600..2100usize, 1 => 2000..9000usize];
    let step = prop_oneof![
        6 => (size, any::<bool>()).prop_map(|(size, traced)| Step::Alloc { size, traced }),
        5 => any::<usize>().prop_map(|which| Step::Free { which }),
        1 => Just(Step::Safepoint),
        1 => Just(Step::Enumerate),
    ];
    prop::collection::vec(step, 0..400)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Against a map: blocks never overlap, keep their contents, and are enumerated exactly.
    #[test]
    fn behaves_like_a_map(steps in steps()) {
        let world = World::new();
        let me = world.register();
        let mut model: Vec<(NonNull<u8>, usize, bool, u8)> = Vec::new();
        let mut stamp = 0u8;
        for step in steps {
            match step {
                Step::Alloc { size, traced } => {
                    let block = make(&me, size, traced);
                    stamp = stamp.wrapping_add(1);
                    // SAFETY: behind the header, inside the block.
                    unsafe { block.add(8).write_bytes(stamp, size - 8) };
                    model.push((block, size, traced, stamp));
                }
                Step::Free { which } if !model.is_empty() => {
                    let (block, size, _, stamp) = model.swap_remove(which % model.len());
                    for offset in 8..size {
                        // SAFETY: inside the block.
                        prop_assert_eq!(unsafe { block.add(offset).read() }, stamp);
                    }
                    // SAFETY: allocated above, once.
                    unsafe { me.free(block) };
                }
                Step::Free { .. } => {}
                Step::Safepoint => { let _ = me.safepoint(); }
                Step::Enumerate => {
                    for traced in [false, true] {
                        let expected: HashSet<usize> =
                            model.iter().filter(|it| it.2 == traced).map(|it| it.0.addr().get()).collect();
                        prop_assert_eq!(live(&world, &me, traced), expected);
                    }
                }
            }
        }
    }
}

/// Threads pass blocks around through a common table and free what others have allocated.
#[test]
fn threads_free_each_others_blocks() {
    const THREADS: usize = 3;
    const ROUNDS: usize = if cfg!(miri) { 20 } else { 20_000 };
    let world = World::new();
    let table: Vec<std::sync::Mutex<Option<(usize, usize)>>> = (0..256).map(|_| std::sync::Mutex::new(None)).collect();
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (world, table) = (&world, &table);
            scope.spawn(move || {
                let me = world.register();
                let mut random = thread as u64 * 77 + 1;
                for _ in 0..ROUNDS {
                    random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                    let size = 24 + (random >> 33) as usize % if random & 0xF0000 == 0 { 5000 } else { 300 };
                    let block = make(&me, size, random & 16 == 0);
                    let place = &table[(random >> 50) as usize % table.len()];
                    let old = place.lock().unwrap().replace((block.expose_provenance().get(), size));
                    if let Some((block, size)) = old {
                        let block = NonNull::new(std::ptr::with_exposed_provenance_mut::<u8>(block)).unwrap();
                        // SAFETY: taken out of the table, so it is ours.
                        assert_eq!(unsafe { block.add(size - 1).read() }, 0x40);
                        // SAFETY: as above.
                        unsafe { free_from_any(block) };
                    }
                    let _ = me.safepoint();
                }
            });
        }
    });
    let me = world.register();
    let expected: HashMap<usize, usize> = table.iter().filter_map(|place| *place.lock().unwrap()).collect();
    let found: HashSet<usize> = live(&world, &me, true).union(&live(&world, &me, false)).copied().collect();
    assert_eq!(found, expected.keys().copied().collect());
}
