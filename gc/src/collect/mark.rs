//! Telling garbage from live objects, in a pause: true counts, minus the references that come from inside, plus what stacks and roots
//! reach. No recursion: explicit stacks.
//!
//! | bits of a tracked object | meaning during the pause |
//! |---|---|
//! | none | not looked at yet |
//! | ALIVE | reached from roots or a stack; counts not looked at |
//! | UNREACHABLE | candidate: its `owner` field holds its count minus the internal references seen so far |
//! | neither, after pass 2 | reached from a candidate with an outside reference; `owner` is put back |
//!
//! Passes: (0) mark from roots and stacks. (1) Each tracked object that is not ALIVE or FROZEN becomes a candidate (at the latest when a
//! referrer is traced) and its counted references are subtracted from their referents. (2) Each candidate with a count left is
//! live, and so is what it reaches, by counted and uncounted words alike; so is what dying objects reach; the rest is garbage.

use super::model::{Model, StackWalk};
use super::scratch;
use crate::heap::Pool;
use stackref::{Header, Word, gc_bits};
use std::ptr::NonNull;

/// What the passes found.
#[derive(Default)]
pub(crate) struct Found {
    /// Garbage. UNREACHABLE is set; counts are merged into the shared word by nobody yet.
    pub(crate) garbage: Vec<NonNull<Header>>,
    /// Objects whose counts were looked at.
    pub(crate) candidates: usize,
    /// Live traced blocks, garbage included.
    pub(crate) live: usize,
}

/// Runs all passes.
///
/// # Safety
/// The world must be stopped, and every merge queue drained.
pub(crate) unsafe fn find_garbage<M: Model + ?Sized>(
    pool: &Pool,
    model: &M,
    stacks: &dyn StackWalk,
    threads: &[u32],
    frozen: bool,
) -> Found {
    let mut marker = Marker { model, work: Vec::new() };
    model.roots(&mut |word| marker.alive(word));
    for &thread in threads {
        stacks.walk(thread, &mut |word| marker.alive(word));
    }
    if frozen {
        // SAFETY: the world is stopped.
        unsafe { mark_from_frozen(pool, &mut marker) };
    }
    let mut found = Found::default();
    let mut dying = Vec::new();
    // SAFETY: passed on.
    unsafe { subtract_internal(pool, model, &mut found, &mut dying) };
    for object in dying {
        // SAFETY: tracked, hence not yet taken apart.
        unsafe { model.trace(object, &mut |word| marker.reachable_word(word)) };
    }
    let mut tentative = Vec::new();
    pool.for_each_live(true, &mut |block| {
        let object = block.cast::<Header>();
        // SAFETY: an initialized block holds an object.
        let bits = unsafe { scratch::bits(object) };
        if bits & gc_bits::ALIVE != 0 {
            // SAFETY: paused.
            unsafe { scratch::clear_bits(object, gc_bits::ALIVE) };
        }
        if bits & gc_bits::UNREACHABLE == 0 {
            return;
        }
        // SAFETY: a candidate.
        if unsafe { scratch::refs(object) } == 0 {
            tentative.push(object);
        } else {
            marker.reachable(object);
        }
    });
    // SAFETY: objects in a pause stay objects.
    tentative.retain(|&object| unsafe { scratch::is_unreachable(object) });
    found.garbage = tentative;
    found
}

/// Frozen objects are no candidates, so what they own a count of stays. What they hold uncounted is marked here.
///
/// # Safety
/// As [`find_garbage`].
unsafe fn mark_from_frozen<M: Model + ?Sized>(pool: &Pool, marker: &mut Marker<'_, M>) {
    let model = marker.model;
    pool.for_each_live(true, &mut |block| {
        let object = block.cast::<Header>();
        // SAFETY: an initialized block holds an object.
        let bits = unsafe { scratch::bits(object) };
        if bits & gc_bits::FROZEN != 0 && bits & gc_bits::TRACKED != 0 {
            // SAFETY: tracked and live.
            unsafe {
                model.trace(object, &mut |word| {
                    if !word.is_counted() {
                        marker.alive(word);
                    }
                });
            }
        }
    });
}

/// Pass 1. Objects without a count that wait for whoever finalizes them are listed: what they hold uncounted must outlive them.
///
/// # Safety
/// As [`find_garbage`].
unsafe fn subtract_internal<M: Model + ?Sized>(
    pool: &Pool,
    model: &M,
    found: &mut Found,
    dying: &mut Vec<NonNull<Header>>,
) {
    pool.for_each_live(true, &mut |block| {
        let object = block.cast::<Header>();
        found.live += 1;
        // SAFETY: an initialized block holds an object.
        if !unsafe { scratch::become_candidate(object) } {
            // SAFETY: an initialized block holds an object.
            if unsafe { scratch::is_dying(object) } {
                dying.push(object);
            }
            return;
        }
        // SAFETY: tracked and live.
        if unsafe { model.may_untrack(object) } {
            // SAFETY: paused; the object was a candidate.
            unsafe { scratch::keep(object) };
            // SAFETY: paused.
            return unsafe { scratch::clear_bits(object, gc_bits::TRACKED) };
        }
        found.candidates += 1;
        // SAFETY: tracked and live.
        unsafe { model.trace(object, &mut |word| subtract(word)) };
    });
}

/// Takes a reference from inside off its referent's count.
fn subtract(word: Word) {
    if !word.is_counted() {
        return;
    }
    let Some(referent) = word.header() else { return };
    // SAFETY: a word in a live object names a live object.
    if unsafe { scratch::become_candidate(referent) } {
        // SAFETY: a candidate.
        unsafe { scratch::subtract(referent) };
    }
}

/// Follows references from live objects.
pub(crate) struct Marker<'m, M: ?Sized> {
    pub(crate) model: &'m M,
    pub(crate) work: Vec<NonNull<Header>>,
}

impl<M: Model + ?Sized> Marker<'_, M> {
    /// Marks what a word names, and what that reaches, as ALIVE. Before any object is a candidate.
    pub(crate) fn alive(&mut self, word: Word) {
        push_alive(word, &mut self.work);
        while let Some(object) = self.work.pop() {
            let work = &mut self.work;
            // SAFETY: marked objects are tracked and live.
            unsafe { self.model.trace(object, &mut |word| push_alive(word, work)) };
        }
    }

    /// Takes a candidate, and what it reaches, out of the candidates.
    pub(crate) fn reachable(&mut self, object: NonNull<Header>) {
        // SAFETY: paused, a candidate.
        unsafe { scratch::keep(object) };
        self.work.push(object);
        while let Some(object) = self.work.pop() {
            let work = &mut self.work;
            // SAFETY: candidates are tracked and live.
            unsafe { self.model.trace(object, &mut |word| push_reachable(word, work)) };
        }
    }

    /// As [`reachable`](Marker::reachable), for what a word names.
    pub(crate) fn reachable_word(&mut self, word: Word) {
        if let Some(object) = word.header()
            // SAFETY: a word that is shown names a live object.
            && unsafe { scratch::is_unreachable(object) }
        {
            self.reachable(object);
        }
    }
}

fn push_alive(word: Word, work: &mut Vec<NonNull<Header>>) {
    let Some(object) = word.header() else { return };
    // SAFETY: a word that is shown names a live object.
    if unsafe { scratch::mark_alive(object) } {
        work.push(object);
    }
}

fn push_reachable(word: Word, work: &mut Vec<NonNull<Header>>) {
    let Some(object) = word.header() else { return };
    // SAFETY: a word in a live object names a live object.
    if unsafe { scratch::is_unreachable(object) } {
        // SAFETY: paused, a candidate.
        unsafe { scratch::keep(object) };
        work.push(object);
    }
}
