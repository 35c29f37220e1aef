//! One lock per module that is being made.
//!
//! A thread that needs a module another thread is making waits, detached. If that would close a circle of waiting threads,
//! it goes on with the half-made module instead, as CPython's `_DeadlockError` path does.

use std::collections::HashMap;
use std::sync::{Condvar, Mutex, OnceLock, PoisonError};

use interp_object::Esc;

use crate::util::lock;

#[derive(Default)]
struct State {
    /// Who makes which module, and how deeply nested.
    makers: HashMap<String, (u32, usize)>,
    /// Which module a waiting thread waits for.
    waiting: HashMap<u32, String>,
}

struct Locks {
    state: Mutex<State>,
    changed: Condvar,
}

fn locks() -> &'static Locks {
    static LOCKS: OnceLock<Locks> = OnceLock::new();
    LOCKS.get_or_init(|| Locks { state: Mutex::default(), changed: Condvar::new() })
}

impl State {
    /// Whether `me` waiting for `name` would wait for itself.
    fn would_deadlock(&self, me: u32, name: &str) -> bool {
        let mut name = name;
        for _ in 0..=self.waiting.len() {
            let Some((maker, _)) = self.makers.get(name) else { return false };
            if *maker == me {
                return true;
            }
            let Some(next) = self.waiting.get(maker) else { return false };
            name = next;
        }
        true
    }
}

/// Held while a module is being made.
pub(super) struct Making {
    name: String,
}

impl Drop for Making {
    fn drop(&mut self) {
        let mut state = lock(&locks().state);
        if let Some((_, depth)) = state.makers.get_mut(&self.name) {
            *depth -= 1;
            if *depth == 0 {
                state.makers.remove(&self.name);
            }
        }
        drop(state);
        locks().changed.notify_all();
    }
}

/// Becomes the maker of `name`; waits while another thread is, unless that would wait for ever.
pub(super) fn enter(esc: Esc<'_>, name: &str) -> Making {
    let me = esc.me();
    wait(esc, name);
    let mut state = lock(&locks().state);
    let entry = state.makers.entry(name.to_owned()).or_insert((me, 0));
    entry.1 += 1;
    Making { name: name.to_owned() }
}

/// Waits while another thread makes `name`.
pub(super) fn wait_until_made(esc: Esc<'_>, name: &str) {
    let busy = lock(&locks().state).makers.get(name).is_some_and(|(maker, _)| *maker != esc.me());
    if busy {
        wait(esc, name);
    }
}

fn wait(esc: Esc<'_>, name: &str) {
    let me = esc.me();
    let must_wait = |state: &State| state.makers.get(name).is_some_and(|(maker, _)| *maker != me);
    if !must_wait(&lock(&locks().state)) {
        return;
    }
    esc.blocking(|| {
        let mut state = lock(&locks().state);
        while must_wait(&state) && !state.would_deadlock(me, name) {
            state.waiting.insert(me, name.to_owned());
            state = locks().changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.waiting.remove(&me);
        }
    });
}
