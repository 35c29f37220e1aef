//! Threads that build, share and drop graphs while others collect.

use super::mock::{Action, Mock, link, lock, read, unlink};
use crate::{Mutator, Requests, World};
use stackref::Value;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

const THREADS: usize = 3;
const ROUNDS: usize = if cfg!(any(miri, sanitizer, zeal)) { 300 } else { 6000 };

/// A place where threads meet. The lock is never held over a safepoint, a drop, or a count that could die.
struct Shared(Mutex<Option<Value>>);

// SAFETY: values are counted references, exchanged under the lock.
unsafe impl Sync for Shared {}

impl Shared {
    fn exchange(&self, value: Option<Value>) -> Option<Value> {
        std::mem::replace(&mut *lock(&self.0), value)
    }

    fn get(&self) -> Option<Value> {
        lock(&self.0).clone()
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % bound
    }
}

fn mutate(world: &World, me: &Mutator, mock: &std::sync::Arc<Mock>, table: &[Shared], ids: &AtomicUsize, seed: u64) {
    let mut random = Random(seed);
    let mut mine: Vec<Value> = Vec::new();
    for _ in 0..ROUNDS {
        match random.below(12) {
            0..4 => {
                let action = if random.below(8) == 0 { Action::Log } else { Action::None };
                let node = mock.make(me, ids.fetch_add(1, Ordering::Relaxed), action);
                if let Some(other) = mine.get(random.below(mine.len().max(1))) {
                    link(&node, other);
                    link(other, &node);
                }
                if random.below(50) == 0 {
                    // SAFETY: held.
                    unsafe { node.header().unwrap().as_ref() }.enable_deferred();
                }
                mine.push(node);
            }
            4 | 5 if !mine.is_empty() => {
                let value = mine.swap_remove(random.below(mine.len()));
                drop(table[random.below(table.len())].exchange(Some(value)));
            }
            6 | 7 => {
                if let Some(value) = table[random.below(table.len())].get() {
                    if let Some(next) = read(&value, random.below(5)) {
                        link(&value, &next);
                    }
                    mine.push(value);
                }
            }
            8 if !mine.is_empty() => unlink(&mine[random.below(mine.len())]),
            9 if mine.len() > 20 => drop(mine.split_off(5)),
            10 if random.below(200) == 0 => {
                world.collect(me, &**mock, &**mock);
            }
            11 if random.below(20) == 0 => me.blocking(std::thread::yield_now),
            _ => {}
        }
        if me.safepoint().contains(Requests::GC) {
            world.collect(me, &**mock, &**mock);
        }
    }
}

#[test]
fn nothing_is_lost_and_nothing_dies_early() {
    let world = World::new();
    let mock = Mock::new();
    let ids = AtomicUsize::new(0);
    let table: Vec<Shared> = (0..16).map(|_| Shared(Mutex::new(None))).collect();
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (world, mock, table, ids) = (&world, &mock, &table, &ids);
            scope.spawn(move || {
                let me = world.register();
                mutate(world, &me, mock, table, ids, thread as u64 * 1000 + 7);
            });
        }
    });
    let me = world.register();
    world.collect(&me, &*mock, &*mock);
    for place in &table {
        drop(place.exchange(None));
    }
    world.collect(&me, &*mock, &*mock);
    world.collect(&me, &*mock, &*mock);
    world.stop(&me).for_each_block(true, super::mock::describe);
    assert_eq!(mock.live(), []);
    assert!(world.statistics().collections >= 3);
    let mut blocks = 0;
    world.stop(&me).for_each_block(true, |_| blocks += 1);
    assert_eq!(blocks, 0);
}
