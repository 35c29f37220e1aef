//! What came of the attempts: counts by family, form and failure reason.
//!
//! Attempts are rare, so one relaxed addition for each is cheap; threads add to different cache lines (shards) all the same,
//! because programs start by specializing everywhere at once. Readers merge the shards; a count taken while threads run is a
//! moment's view of each cell, not of all.

#[cfg(all(test, not(loom)))]
mod tests;

use std::fmt;
use std::marker::PhantomData;

use stackref::sync::atomic::{AtomicU64, Ordering};

use crate::family::{Family, Named};

/// Cache lines that threads spread over.
const SHARDS: usize = 8;

/// What happened at a site.
pub enum Event<F: Family> {
    /// An attempt installed this form.
    Specialized(F::Form),
    /// An attempt failed for this reason.
    Failed(F::Failure),
    /// An attempt at this form was overtaken by another thread.
    Raced(F::Form),
    /// This form was given up for the generic instruction.
    Deoptimized(F::Form),
}

/// Counts of one family.
pub struct Stats<F: Family> {
    shards: Box<[Shard]>,
    family: PhantomData<fn() -> F>,
}

/// Aligned so that no two shards share a cache line, or a pair of them that is fetched together.
#[repr(align(128))]
struct Shard {
    cells: Box<[AtomicU64]>,
}

/// One line of the merged counts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// The family's name.
    pub family: &'static str,
    /// `specialized`, `failed`, `raced` or `deoptimized`.
    pub event: &'static str,
    /// The form's or the reason's name.
    pub name: &'static str,
    /// How often.
    pub count: u64,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}: {}", self.family, self.event, self.name.replace(' ', "_"), self.count)
    }
}

impl<F: Family> Stats<F> {
    /// All zero.
    pub fn new() -> Self {
        let cells = || (0..Self::cells()).map(|_| AtomicU64::new(0)).collect();
        Self { shards: (0..SHARDS).map(|_| Shard { cells: cells() }).collect(), family: PhantomData }
    }

    /// Count an event. `thread` is any number that differs between threads.
    pub fn count(&self, thread: usize, event: Event<F>) {
        self.shards[thread % SHARDS].cells[Self::cell(&event)].fetch_add(1, Ordering::Relaxed);
    }

    /// The counts that are not zero, in the order of declaration.
    pub fn rows(&self) -> Vec<Row> {
        let sum = |cell: usize| self.shards.iter().map(|shard| shard.cells[cell].load(Ordering::Relaxed)).sum();
        let row = |event, name, cell| Row { family: F::NAME, event, name, count: sum(cell) };
        let forms = <F::Form as Named>::ALL;
        let mut rows = Vec::new();
        for (base, event) in [(0, "specialized"), (1, "raced"), (2, "deoptimized")] {
            rows.extend(forms.iter().map(|form| row(event, form.name(), base * forms.len() + form.index())));
        }
        let reasons = <F::Failure as Named>::ALL;
        rows.extend(reasons.iter().map(|why| row("failed", why.name(), 3 * forms.len() + why.index())));
        rows.retain(|row| row.count != 0);
        rows
    }

    fn cells() -> usize {
        3 * <F::Form as Named>::ALL.len() + <F::Failure as Named>::ALL.len()
    }

    fn cell(event: &Event<F>) -> usize {
        let forms = <F::Form as Named>::ALL.len();
        match event {
            Event::Specialized(form) => form.index(),
            Event::Raced(form) => forms + form.index(),
            Event::Deoptimized(form) => 2 * forms + form.index(),
            Event::Failed(why) => 3 * forms + why.index(),
        }
    }
}

impl<F: Family> Default for Stats<F> {
    fn default() -> Self {
        Self::new()
    }
}

impl<F: Family> fmt::Debug for Stats<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.rows()).finish()
    }
}
