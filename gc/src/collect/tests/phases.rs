//! Every phase on a small graph made for it.

use super::mock::{Action, Event, Mock, link, lock, node_of, push, unlink, with_current};
use crate::{CollectStats, Mutator, World};
use stackref::{Value, Word, gc_bits};
use std::sync::Arc;

struct Fixture {
    world: World,
    me: Mutator,
    mock: Arc<Mock>,
}

fn fixture() -> Fixture {
    let world = World::new();
    let me = world.register();
    Fixture { world, me, mock: Mock::new() }
}

impl Fixture {
    fn node(&self, id: usize) -> Value {
        self.mock.make(&self.me, id, Action::None)
    }

    fn node_with(&self, id: usize, action: Action) -> Value {
        self.mock.make(&self.me, id, action)
    }

    fn collect(&self) -> CollectStats {
        self.world.collect(&self.me, &*self.mock, &*self.mock)
    }

    /// Nodes that refer to each other in a ring.
    fn ring(&self, ids: std::ops::Range<usize>, action: Action) -> Vec<Value> {
        let nodes: Vec<Value> = ids.map(|id| self.node_with(id, action)).collect();
        for (i, node) in nodes.iter().enumerate() {
            link(node, &nodes[(i + 1) % nodes.len()]);
        }
        nodes
    }
}

fn header(value: &Value) -> &stackref::Header {
    // SAFETY: the value keeps it alive.
    unsafe { value.header().unwrap().as_ref() }
}

#[test]
fn counting_alone_frees_what_has_no_cycle() {
    let f = fixture();
    let (a, b) = (f.node(1), f.node(2));
    link(&a, &b);
    drop(b);
    drop(a);
    assert_eq!(f.mock.live(), []);
    assert_eq!(f.mock.take_log(), [Event::Died(1), Event::Died(2)]);
}

#[test]
fn cycles_die_and_what_is_held_stays() {
    let f = fixture();
    let garbage = f.ring(0..5, Action::None);
    let kept = f.ring(10..13, Action::None);
    link(&garbage[0], &kept[0]);
    drop(garbage);
    let stats = f.collect();
    assert_eq!((stats.live, stats.collected, stats.pauses), (8, 5, 1));
    assert_eq!(f.mock.live(), [10, 11, 12]);
    // Owners are put back: counting works as before.
    assert_eq!(header(&kept[0]).owner(), f.me.id());
    assert_eq!(header(&kept[0]).refcount(), 2);
    assert!(!header(&kept[0]).has_gc_bits(gc_bits::UNREACHABLE | gc_bits::ALIVE));
    drop(kept);
    assert_eq!(f.collect().collected, 3);
    assert_eq!(f.mock.live(), []);
}

#[test]
fn a_node_may_refer_to_itself_many_times() {
    let f = fixture();
    let a = f.node(0);
    for _ in 0..10 {
        link(&a, &a);
    }
    assert_eq!(f.collect().collected, 0);
    drop(a);
    assert_eq!(f.collect().collected, 1);
}

#[test]
fn deep_chains_need_no_native_stack() {
    let f = fixture();
    let mut next = f.node(0);
    let first = next.clone();
    for id in 1..50_000 {
        let node = f.node(id);
        link(&node, &next);
        next = node;
    }
    assert_eq!(f.collect().collected, 0);
    link(&first, &next);
    drop((first, next));
    assert_eq!(f.collect().collected, 50_000);
    assert_eq!(f.mock.live(), []);
}

#[test]
fn roots_are_alive() {
    let f = fixture();
    let ring = f.ring(0..3, Action::None);
    f.mock.push_root(Word::uncounted(ring[0].header().unwrap()));
    drop(ring);
    let stats = f.collect();
    assert_eq!((stats.collected, stats.candidates), (0, 0));
    f.mock.clear_roots();
    assert_eq!(f.collect().collected, 3);
}

#[test]
fn finalizers_run_once_with_the_world_running() {
    let f = fixture();
    drop(f.ring(0..3, Action::Log));
    let stats = f.collect();
    assert_eq!((stats.collected, stats.finalized, stats.pauses), (3, 3, 2));
    let log = f.mock.take_log();
    let finalized: Vec<_> = log.iter().take(3).collect();
    assert!(finalized.iter().all(|event| matches!(event, Event::Finalized(_))), "all before the first is cleared");
    assert_eq!(log.iter().filter(|event| matches!(event, Event::Died(_))).count(), 3);
}

#[test]
fn resurrection_saves_what_is_reachable_from_the_saved() {
    let f = fixture();
    // 0 -> 1 -> 2 -> 0, and 1 -> 10; 3 <-> 4 hangs on 0 by nothing.
    let ring = f.ring(0..3, Action::None);
    node_of(&ring[1]).action.set(Action::Resurrect);
    let other = f.node(10);
    link(&ring[1], &other);
    let doomed = f.ring(3..5, Action::Log);
    link(&doomed[0], &ring[0]);
    drop((ring, other, doomed));
    let stats = f.collect();
    assert_eq!((stats.collected, stats.resurrected, stats.finalized), (2, 4, 3));
    assert_eq!(f.mock.live(), [0, 1, 2, 10]);
    let saved = std::mem::take(&mut *lock(&f.mock.saved));
    assert_eq!(header(&saved[0]).refcount(), 2);
    drop(saved);
    let stats = f.collect();
    assert_eq!((stats.collected, stats.finalized), (4, 0), "a finalizer runs once");
    assert_eq!(f.mock.live(), []);
}

#[test]
fn deferred_objects_live_by_the_stack_alone() {
    let f = fixture();
    let a = f.node(0);
    let b = f.node(1);
    link(&a, &b);
    assert!(header(&a).enable_deferred());
    let word = a.word().to_uncounted();
    f.mock.push_stack(f.me.id(), word);
    drop((a, b));
    assert_eq!(f.mock.live(), [0, 1], "counting does not free deferred objects");
    assert_eq!(f.collect().collected, 0);
    f.mock.clear_stacks();
    assert_eq!(f.collect().collected, 2);
    assert_eq!(f.mock.live(), []);
}

#[test]
fn uncounted_words_in_garbage_are_converted() {
    let f = fixture();
    // A generator in a ring, which holds a deferred object without a count. A finalizer saves the generator.
    let ring = f.ring(0..2, Action::None);
    node_of(&ring[0]).action.set(Action::Resurrect);
    let deferred = f.node(7);
    header(&deferred).enable_deferred();
    push(&ring[0], deferred.word().to_uncounted());
    drop((ring, deferred));
    let stats = f.collect();
    assert_eq!((stats.collected, stats.resurrected), (0, 3));
    assert_eq!(f.mock.live(), [0, 1, 7]);
    let saved = lock(&f.mock.saved).pop().unwrap();
    unlink(&saved);
    assert_eq!(f.mock.live(), [0], "the deferred object had become a counted one");
    drop(saved);
    assert_eq!(f.mock.live(), []);
}

#[test]
fn weak_references_without_callbacks_outlive_finalizers() {
    let f = fixture();
    let ring = f.ring(0..2, Action::Resurrect);
    let weak = f.mock.make_weak(&f.me, 5, &ring[0], false);
    drop(ring);
    f.collect();
    assert!(f.mock.is_weak_alive(&weak), "resurrected");
    f.mock.drop_saved();
    f.collect();
    assert!(!f.mock.is_weak_alive(&weak));
    assert_eq!(f.mock.live(), [5]);
}

#[test]
fn callbacks_run_before_finalizers_if_the_weak_reference_is_alive() {
    let f = fixture();
    let ring = f.ring(0..2, Action::Log);
    let kept = f.mock.make_weak(&f.me, 5, &ring[0], true);
    let trashed = f.mock.make_weak(&f.me, 6, &ring[1], true);
    link(&ring[0], &trashed);
    drop((ring, trashed));
    f.collect();
    assert_eq!(f.mock.live(), [5]);
    assert!(!f.mock.is_weak_alive(&kept));
    let log = f.mock.take_log();
    assert_eq!(log[0], Event::Callback(5));
    assert!(!log.contains(&Event::Callback(6)), "a weak reference that is garbage itself does not call");
}

#[test]
fn nested_collections_do_nothing() {
    let f = fixture();
    *lock(&f.mock.world) = Some(f.world.clone());
    drop(f.ring(0..2, Action::Collect));
    let stats = with_current(&f.me, || f.collect());
    assert_eq!(stats.collected, 2);
    let inner = std::mem::take(&mut *lock(&f.mock.inner_collections));
    assert_eq!(inner, [CollectStats::default(); 2]);
    assert_eq!(f.world.statistics().collections, 1);
}

#[test]
fn frozen_objects_are_left_alone() {
    let f = fixture();
    let ring = f.ring(0..2, Action::None);
    let deferred = f.node(3);
    header(&deferred).enable_deferred();
    assert_eq!(f.world.freeze(&f.me), 3);
    let young = f.ring(10..12, Action::None);
    link(&ring[0], &young[0]);
    let later = f.node(20);
    header(&later).enable_deferred();
    push(&ring[1], later.word().to_uncounted());
    drop((ring, young, deferred, later));
    assert_eq!(f.collect().collected, 0);
    assert_eq!(f.mock.live(), [0, 1, 3, 10, 11, 20]);
    assert_eq!(f.world.frozen_count(), 3);
    f.world.unfreeze(&f.me);
    assert_eq!(f.collect().collected, 6);
    assert_eq!(f.mock.live(), []);
}

#[test]
fn untracked_and_immortal_objects_are_no_candidates() {
    let f = fixture();
    let immortal = f.node(0);
    // SAFETY: private to this thread.
    unsafe { header(&immortal).immortalize() };
    let child = f.node(1);
    link(&immortal, &child);
    link(&child, &immortal);
    let untracked = f.node(2);
    link(&untracked, &untracked);
    header(&untracked).clear_gc_bits(gc_bits::TRACKED);
    drop((immortal, child, untracked));
    let stats = f.collect();
    assert_eq!((stats.live, stats.candidates, stats.collected), (3, 1, 0));
    assert_eq!(f.mock.live(), [0, 1, 2]);
}

#[test]
fn objects_of_exited_threads_are_collected() {
    let f = fixture();
    let (world, mock) = (f.world.clone(), f.mock.clone());
    let kept = f.me.blocking(|| {
        std::thread::spawn(move || {
            let me = world.register();
            let other = Fixture { world, me, mock };
            drop(other.ring(0..3, Action::Log));
            let kept = other.ring(10..12, Action::None);
            KeptValue(kept[0].clone())
        })
        .join()
        .unwrap()
    });
    assert_eq!((header(&kept.0).owner(), header(&kept.0).refcount()), (0, 2), "an id of an exited thread owns nothing");
    assert_eq!(f.collect().collected, 3);
    assert_eq!(f.mock.live(), [10, 11]);
    assert_eq!(header(&kept.0).owner(), 0);
    drop(kept);
    assert_eq!(f.collect().collected, 2);
    assert_eq!(f.world.heap_statistics().abandoned_pages, 0, "empty pages of exited threads go back to the pool");
}

struct KeptValue(Value);
// SAFETY: a counted reference may be dropped by any thread.
unsafe impl Send for KeptValue {}

#[test]
fn pacing_asks_for_collections() {
    let f = fixture();
    f.world.set_thresholds([500, 0, 0]);
    let mut asked = 0;
    for id in 0..3000 {
        let node = f.node(id);
        link(&node, &node);
        if f.me.safepoint().contains(crate::Requests::GC) {
            asked += 1;
            f.collect();
        }
    }
    assert!(asked >= 2, "{asked}");
    assert!(f.mock.live().len() < 2000);
    f.world.set_enabled(false);
    f.collect();
    for id in 3000..6000 {
        let node = f.node(id);
        link(&node, &node);
        assert!(!f.me.safepoint().contains(crate::Requests::GC));
    }
    assert_eq!(f.mock.live().len(), 3000);
    f.world.set_enabled(true);
    assert!(f.world.should_collect());
    f.collect();
    assert!(!f.world.should_collect());
}

#[test]
fn figures_add_up() {
    let f = fixture();
    drop(f.ring(0..4, Action::None));
    drop(f.ring(4..6, Action::Log));
    let kept = f.ring(6..9, Action::None);
    let stats = f.collect();
    let all = f.world.statistics();
    assert_eq!(all.last, stats);
    assert_eq!((all.collections, all.collected, all.finalized), (1, 6, 2));
    assert_eq!(all.pauses.count(), 2);
    assert!(all.pauses.total_ns >= stats.paused_ns && all.pauses.longest_ns <= all.pauses.total_ns);
    assert!(all.pauses.quantile_ns(1.0) >= all.pauses.longest_ns);
    assert_eq!(f.world.counts().1, kept.len());
}
