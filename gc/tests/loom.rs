//! Models of the crate's lock-free protocols, explored by loom: grace periods, the stop of the world, the list of foreign frees.
//!
//! `RUSTFLAGS="--cfg loom" cargo test --release -p gc --test loom`
//!
//! The modules are taken in by path, because the rest of the crate lays its atomics into raw memory, which loom's cannot be.
#![cfg(loom)]
#![allow(dead_code, unreachable_pub, unused_imports)]

#[path = "../src/heap/foreign.rs"]
mod foreign;
#[path = "../src/world/gate.rs"]
mod gate;
#[path = "../src/qsbr/mod.rs"]
mod qsbr;
#[path = "../src/tuning.rs"]
mod tuning;

use foreign::{ForeignList, NIL};
use gate::Gate;
use loom::cell::UnsafeCell;
use loom::sync::atomic::AtomicUsize;
use loom::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use loom::sync::{Arc, Notify};
use loom::thread;
use qsbr::{Poke, Qsbr};
use stackref::thread::{Breaker, Record, register_detached};

/// Explores `f` with at most `preemptions` forced switches, or as many as `LOOM_MAX_PREEMPTIONS` says if that is more. (The
/// bounds here are the smallest that find the faults the models were tried with, and take seconds.)
fn explore(preemptions: usize, f: impl Fn() + Send + Sync + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = model.preemption_bound.max(Some(preemptions));
    model.check(f);
}

struct NoPoke;

impl Poke for NoPoke {
    fn poke(&self) {}
}

/// Two versions of a datum, and which one is published.
struct Published {
    grace: Qsbr<NoPoke>,
    which: AtomicUsize,
    data: [UnsafeCell<u32>; 2],
}

// SAFETY: whether the cells are raced for is what the model finds out.
unsafe impl Sync for Published {}
// SAFETY: as above.
unsafe impl Send for Published {}

impl Published {
    fn new() -> Arc<Published> {
        let data = [UnsafeCell::new(1), UnsafeCell::new(2)];
        Arc::new(Published { grace: Qsbr::new(), which: AtomicUsize::new(0), data })
    }

    /// What a reader does between quiescent points.
    fn read(&self) {
        let which = self.which.load(Acquire);
        // SAFETY: the protocol under test.
        let value = self.data[which].with(|data| unsafe { *data });
        assert_ne!(value, 0, "read after it was given back");
    }

    /// Unlinks the first datum and gives it back after its grace period.
    fn retire_first(&self) {
        self.which.store(1, Release);
        let goal = self.grace.advance();
        while !self.grace.poll(goal) {
            thread::yield_now();
        }
        // SAFETY: the protocol under test: loom reports a race with any reader that is not ordered before this.
        self.data[0].with_mut(|data| unsafe { *data = 0 });
    }
}

#[test]
fn nobody_reads_what_was_given_back() {
    explore(3, || {
        let shared = Published::new();
        let reader = {
            let shared = shared.clone();
            thread::spawn(move || {
                let slot = shared.grace.register(NoPoke);
                shared.grace.online(&slot);
                shared.read();
                shared.grace.quiescent(&slot);
                shared.read();
                shared.grace.offline(&slot);
                shared.grace.online(&slot);
                shared.read();
                shared.grace.offline(&slot);
                shared.grace.unregister(&slot);
            })
        };
        shared.retire_first();
        reader.join().unwrap();
    });
}

#[test]
fn two_readers_and_a_writer_that_is_a_reader() {
    explore(2, || {
        let shared = Published::new();
        let readers: Vec<_> = (0..2)
            .map(|_| {
                let shared = shared.clone();
                thread::spawn(move || {
                    let slot = shared.grace.register(NoPoke);
                    shared.grace.online(&slot);
                    shared.read();
                    shared.grace.offline(&slot);
                })
            })
            .collect();
        let slot = shared.grace.register(NoPoke);
        shared.grace.online(&slot);
        shared.read();
        shared.which.store(1, Release);
        let goal = shared.grace.advance();
        assert!(!shared.grace.poll(goal), "the writer itself is not yet quiescent");
        shared.grace.quiescent(&slot);
        while !shared.grace.poll(goal) {
            thread::yield_now();
        }
        // SAFETY: the protocol under test.
        shared.data[0].with_mut(|data| unsafe { *data = 0 });
        readers.into_iter().for_each(|reader| reader.join().unwrap());
    });
}

/// Blocks as loom knows them: a link word and contents that only the holder touches.
struct Block {
    link: AtomicUsize,
    contents: UnsafeCell<u32>,
}

struct Page {
    foreign: ForeignList,
    blocks: [Block; 3],
}

// SAFETY: whether the cells are raced for is what the model finds out.
unsafe impl Sync for Page {}
// SAFETY: as above.
unsafe impl Send for Page {}

impl Page {
    /// Links are odd, and 1 is the end.
    fn link(index: usize) -> usize {
        index * 2 + 3
    }

    fn free(&self, index: usize) {
        let block = &self.blocks[index];
        // SAFETY: the freeing thread holds the block.
        block.contents.with_mut(|contents| unsafe { *contents += 1 });
        self.foreign.push(Page::link(index), |next| block.link.store(next, Relaxed));
    }

    /// The blocks that came back.
    fn take(&self) -> Vec<usize> {
        let mut taken = Vec::new();
        let mut link = self.foreign.take();
        while link != NIL {
            let index = (link - 3) / 2;
            taken.push(index);
            let block = &self.blocks[index];
            link = block.link.load(Relaxed);
            // SAFETY: the protocol under test: a block that came back is the owner's.
            block.contents.with_mut(|contents| unsafe { *contents += 1 });
        }
        taken
    }
}

#[test]
fn foreign_frees_arrive_once() {
    explore(3, || {
        let block = || Block { link: AtomicUsize::new(0), contents: UnsafeCell::new(0) };
        let page = Arc::new(Page { foreign: ForeignList::new(), blocks: [block(), block(), block()] });
        let others: Vec<_> = [vec![0, 1], vec![2]]
            .into_iter()
            .map(|blocks| {
                let page = page.clone();
                thread::spawn(move || blocks.into_iter().for_each(|index| page.free(index)))
            })
            .collect();
        let mut taken = page.take();
        // A block that came back may be handed out and given back again at once.
        if let Some(&index) = taken.last() {
            page.free(index);
            taken.pop();
        }
        taken.extend(page.take());
        others.into_iter().for_each(|other| other.join().unwrap());
        taken.extend(page.take());
        taken.sort_unstable();
        assert_eq!(taken, [0, 1, 2]);
    });
}

/// What only attached threads, or the one that has stopped the world, may touch.
struct Stage {
    gate: Gate<()>,
    cells: [UnsafeCell<u32>; 2],
}

// SAFETY: whether the cells are raced for is what the model finds out.
unsafe impl Sync for Stage {}
// SAFETY: as above.
unsafe impl Send for Stage {}

impl Stage {
    fn new() -> Arc<Stage> {
        Arc::new(Stage { gate: Gate::new(), cells: [UnsafeCell::new(0), UnsafeCell::new(0)] })
    }

    fn enter(&self) -> Arc<Record> {
        let record = register_detached();
        self.gate.join(&record, ());
        record.attach();
        record
    }

    fn leave(&self, record: &Arc<Record>) {
        record.retire();
        self.gate.leave(record);
    }

    fn safepoint(&self, record: &Arc<Record>) {
        if record.breaker().load(Relaxed) & Breaker::STOP != 0 {
            self.gate.stand_still(record);
        }
    }

    /// What an attached thread does: touches its own cell.
    fn work(&self, mine: usize) {
        // SAFETY: the protocol under test.
        self.cells[mine].with_mut(|cell| unsafe { *cell += 1 });
    }

    /// Stops the world, touches everything, starts it.
    fn stop(&self, record: &Arc<Record>) {
        self.gate.stop(record, |wait| {
            self.gate.detach(record);
            wait();
            record.attach();
        });
        for cell in &self.cells {
            // SAFETY: the protocol under test.
            cell.with_mut(|cell| unsafe { *cell += 1 });
        }
        self.gate.start();
    }
}

#[test]
fn the_world_stands_still() {
    explore(2, || {
        let stage = Stage::new();
        let worker = {
            let stage = stage.clone();
            thread::spawn(move || {
                let record = stage.enter();
                stage.work(1);
                stage.safepoint(&record);
                stage.work(1);
                stage.gate.detach(&record);
                record.attach();
                stage.work(1);
                stage.leave(&record);
            })
        };
        let record = stage.enter();
        stage.stop(&record);
        stage.work(0);
        stage.stop(&record);
        worker.join().unwrap();
        stage.leave(&record);
    });
}

#[test]
fn a_stop_notices_a_thread_that_detaches_for_long() {
    explore(3, || {
        let stage = Stage::new();
        let over = Arc::new(Notify::new());
        let worker = {
            let (stage, over) = (stage.clone(), over.clone());
            thread::spawn(move || {
                let record = stage.enter();
                stage.work(1);
                stage.gate.detach(&record);
                over.wait();
                record.attach();
                stage.work(1);
                stage.leave(&record);
            })
        };
        let record = stage.enter();
        stage.stop(&record);
        over.notify();
        worker.join().unwrap();
        stage.leave(&record);
    });
}

#[test]
fn two_threads_stop_each_other() {
    explore(2, || {
        let stage = Stage::new();
        let other = {
            let stage = stage.clone();
            thread::spawn(move || {
                let record = stage.enter();
                stage.work(1);
                stage.stop(&record);
                stage.work(1);
                stage.safepoint(&record);
                stage.leave(&record);
            })
        };
        let record = stage.enter();
        stage.stop(&record);
        stage.work(0);
        stage.safepoint(&record);
        stage.leave(&record);
        other.join().unwrap();
    });
}
