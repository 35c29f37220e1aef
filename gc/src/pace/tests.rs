//! When a collection is due, step by step.

use super::*;

/// Young objects until a collection is due, told one by one.
fn wait(pace: &Pace) -> usize {
    pace.reset_young();
    (1..).find(|_| pace.add(1)).expect("some number of young objects is enough")
}

#[test]
fn a_heap_that_only_grows_is_traced_a_few_times_per_object() {
    let pace = Pace::new();
    let (mut live, mut traced) = (0, 0);
    while live < 64 * THRESHOLD_YOUNG {
        live += wait(&pace);
        traced += live;
        pace.collected(live, 0);
    }
    assert!(traced < 3 * live, "{traced} objects traced, {live} live");
}

#[test]
fn a_collection_that_finds_something_sets_the_wait_back() {
    let pace = Pace::new();
    let old = 100 * THRESHOLD_YOUNG;
    (0..4).for_each(|_| pace.collected(old, 0));
    assert_eq!(wait(&pace), old);
    pace.collected(old, old / 2);
    assert_eq!(wait(&pace), old / OLD_DIVISOR);
    pace.collected(old, old / FRUITLESS_DIVISOR - 1);
    assert_eq!(wait(&pace), 2 * old / OLD_DIVISOR);
}

#[test]
fn thresholds_turn_collections_off_and_the_old_out_of_account() {
    let pace = Pace::new();
    pace.collected(100 * THRESHOLD_YOUNG, 0);
    pace.set_thresholds([10, 0, 0]);
    assert_eq!(wait(&pace), 11);
    pace.set_thresholds([0, 10, 0]);
    pace.reset_young();
    assert!(!(0..1000).any(|_| pace.add(1)));
}
