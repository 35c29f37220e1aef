//! Tests of registration, states and queues.

use super::*;
use crate::sync::atomic::Ordering::Relaxed;
use crate::toy::{Registered, elsewhere, header, toy};
use std::sync::mpsc::channel;

#[test]
fn a_thread_counts_under_its_id_only_while_attached() {
    assert_eq!(current_id(), NO_THREAD);
    let here = Registered::new();
    assert_eq!(current_id(), here.me());
    here.detach();
    assert_eq!((current_id(), here.is_attached()), (NO_THREAD, false));
    here.attach();
    assert_eq!((current_id(), here.is_attached()), (here.me(), true));
    assert_eq!(current().unwrap().id(), here.id());
    here.retire();
    here.retire();
    assert_eq!(current_id(), NO_THREAD);
    assert!(current().is_none());
    let again = register_detached();
    assert_eq!(current_id(), NO_THREAD);
    again.retire();
}

#[test]
fn registering_twice_is_refused() {
    let _here = Registered::new();
    assert!(std::panic::catch_unwind(register).is_err());
}

#[test]
fn only_detached_threads_are_suspended() {
    let here = Registered::new();
    assert!(!here.try_suspend(), "attached");
    here.detach();
    assert!(here.try_suspend() && !here.try_suspend(), "held once");
    here.resume();
    here.attach();
}

#[test]
fn a_suspended_thread_waits_and_then_attaches_before_the_next_suspension() {
    let (to_main, from_thread) = channel();
    let thread = std::thread::spawn(move || {
        let record = register_detached();
        to_main.send(record.clone()).unwrap();
        while record.state().load(Relaxed) != SUSPENDED {
            std::thread::yield_now();
        }
        record.attach();
        record.retire();
    });
    let record = from_thread.recv().unwrap();
    while !record.try_suspend() {
        std::thread::yield_now();
    }
    while record.state().load(Relaxed) != SUSPENDED_WAITING {
        std::thread::yield_now();
    }
    record.resume();
    assert!(!record.try_suspend() || record.state().load(Relaxed) == RETIRED, "it had waited");
    thread.join().unwrap();
    assert_eq!(record.state().load(Relaxed), RETIRED);
}

#[test]
fn suspend_self_waits_for_the_release() {
    let here = Registered::new();
    here.suspend_self();
    assert_eq!(current_id(), NO_THREAD);
    let record = here.0.clone();
    let other = std::thread::spawn(move || {
        while record.state().load(Relaxed) != SUSPENDED_WAITING {
            std::thread::yield_now();
        }
        record.resume();
    });
    here.attach();
    other.join().unwrap();
    assert!(here.is_attached());
}

#[test]
fn objects_of_a_dead_owner_are_merged_by_who_drops_them() {
    let _here = Registered::new();
    let (value, deaths) = elsewhere(toy);
    assert_ne!(header(&value).owner(), 0, "nobody has touched it since");
    let copy = value.clone();
    drop(value);
    assert_eq!(deaths.get(), 0);
    drop(copy);
    assert_eq!(deaths.get(), 1);
}

#[test]
fn a_thread_that_ends_without_retiring_is_retired() {
    let _here = Registered::new();
    let (value, deaths) = std::thread::spawn(|| {
        register();
        toy()
    })
    .join()
    .unwrap();
    drop(value);
    assert_eq!(deaths.get(), 1);
}

#[test]
fn objects_of_a_detached_owner_are_merged_at_once() {
    let here = Registered::new();
    let (value, deaths) = toy();
    here.detach();
    elsewhere(move || drop(value));
    assert_eq!(deaths.get(), 1);
    here.attach();
    assert!(!here.has_merge_work());
}

#[test]
fn the_backlog_of_a_detached_owner_goes_to_the_thread_that_merges() {
    let here = Registered::new();
    let ((first, first_deaths), (second, second_deaths)) = (toy(), toy());
    elsewhere(move || drop(first));
    assert!(here.has_merge_work());
    here.detach();
    let drained = elsewhere(move || {
        drop(second);
        let me = current().unwrap();
        assert_ne!(me.breaker().load(Relaxed) & Breaker::MERGE, 0);
        me.drain_merge_queue()
    });
    assert_eq!((drained, first_deaths.get(), second_deaths.get()), (1, 1, 1));
    here.attach();
    assert!(!here.has_merge_work());
}

#[test]
fn a_detached_owner_drops_its_own_objects_safely() {
    let here = Registered::new();
    let (value, deaths) = toy();
    here.detach();
    drop(value);
    assert_eq!(deaths.get(), 1);
    here.attach();
}

#[test]
fn an_unregistered_thread_drops_objects_of_others() {
    let here = Registered::new();
    let ((a, a_deaths), (b, b_deaths)) = (toy(), toy());
    std::thread::spawn(move || drop(a)).join().unwrap();
    assert_eq!((here.drain_merge_queue(), a_deaths.get()), (1, 1));
    here.detach();
    std::thread::spawn(move || drop(b)).join().unwrap();
    assert_eq!(b_deaths.get(), 1);
    here.attach();
}

#[test]
fn the_collector_merges_without_finalizing() {
    let here = Registered::new();
    let (value, deaths) = toy();
    elsewhere(move || drop(value));
    // SAFETY: the caller is the owner.
    unsafe { here.merge_queue() };
    assert!(here.has_merge_work());
    assert_eq!(deaths.get(), 0);
    assert_eq!((here.drain_merge_queue(), deaths.get()), (1, 1));
}
