//! One attempt: from the cell that is due to what came of it.

use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use interp_object::Esc;
use interp_object::data::frame::Frame;
use interp_opcode::CellOp;
use specializer::cache;
use specializer::counter::Counter;
use specializer::decide::Planned;
use specializer::family::Named;
use specializer::rewrite::{Claim, Retire as _, Site};
use specializer::stats::Event;

use super::forms::{Running, rows};
use super::record::live;
use super::{Records, is_enabled};
use crate::dispatch::{Cell, cell_at};

static COUNTING: AtomicBool = AtomicBool::new(false);
static TRACING: AtomicBool = AtomicBool::new(false);

/// Counts what comes of attempts from now on (`-X specialize=stats`).
pub fn count_attempts() {
    COUNTING.store(true, Ordering::Relaxed);
}

/// Shows each attempt on stderr as it ends (`-X specialize=trace`).
pub fn trace_attempts() {
    TRACING.store(true, Ordering::Relaxed);
}

/// What was counted: a line for each family, event and form or reason, and how many records there are. None if nothing asked to count.
pub fn counts() -> Vec<String> {
    let counting = COUNTING.load(Ordering::Relaxed);
    if !counting {
        return Vec::new();
    }
    let records = format!("records.live: {}", live());
    rows().iter().map(ToString::to_string).chain([records]).collect()
}

/// One attempt at the cell that a head runs.
pub(crate) struct Attempt<'t, F> {
    esc: Esc<'t>,
    claim: Claim<'t>,
    op: CellOp,
    family: PhantomData<F>,
}

/// Counts one execution of a head whose fast path does not count: whether an attempt is due.
#[inline]
pub(crate) fn due(ip: *const Cell) -> bool {
    // SAFETY: H1: an adaptive cell has word 1 behind it.
    let meta = unsafe { ip.add(1) };
    // SAFETY: as above; code words are atomics.
    specializer::rewrite::tick(unsafe { &*meta.cast::<AtomicU64>() })
}

/// Takes the attempt that is due at `ip`. `None` if another thread took it, or specialization is off.
pub(crate) fn begin<'t, F: Running>(esc: Esc<'t>, ip: *const Cell) -> Option<Attempt<'t, F>> {
    let op = CellOp::from_u16(cell_at(ip) as u16)?;
    let words = 1 + usize::from(op.instr().info().layout.words);
    // SAFETY: H1: a cell of this op has so many data words behind it; the running frame keeps its code alive while the
    // head runs, which is all that the attempt lasts.
    let words = unsafe { std::slice::from_raw_parts(ip.cast::<AtomicU64>(), words) };
    let site = Site::new(words);
    if !is_enabled() {
        site.set_counter(Counter::never());
        return None;
    }
    if op == op.base() && site.meta().counter().bits() == 0 {
        // New code is made with zeros: the second execution attempts.
        site.set_counter(Counter::new(0, 1));
        return None;
    }
    Some(Attempt { esc, claim: site.claim()?, op, family: PhantomData })
}

impl<F: Running> Attempt<'_, F> {
    /// Does what was decided; whether the cell is to be run again.
    pub(crate) fn end<P: Planned<Form = F::Form>>(self, plan: Result<P, F::Failure>) -> bool {
        match plan {
            Ok(plan) => match plan.words() {
                Some(words) => self.install(plan.form(), words.as_slice()),
                // A record could not be made: what was found has changed since.
                None => false,
            },
            Err(why) => self.fail(why),
        }
    }

    /// Whether the site has a form: the attempt is made because it misses.
    pub(crate) fn is_specialized(&self) -> bool {
        self.op != self.op.base()
    }

    /// Cache word `at`; a record behind it lasts as long as the attempt.
    pub(crate) fn cached(&self, at: usize) -> cache::Word {
        self.claim.site().word_acquire(at)
    }

    /// Frees the record of a word that was made for this attempt and that no code ever held.
    pub(crate) fn drop_unused(&self, word: cache::Word) {
        if let Some((kind, address)) = word.as_record() {
            Records(self.esc).retire(kind, address);
        }
    }

    /// Installs a form of the family; whether the cell is to be run again.
    pub(crate) fn install(self, form: F::Form, words: &[cache::Word]) -> bool {
        let Some(to) = self.op.with_instr(F::instr(form, self.op.base().instr())) else { return false };
        let esc = self.esc;
        let done = self.claim.install(self.op.number(), to.number(), words, &Records(esc)).is_ok();
        note::<F>(esc, if done { Event::Specialized(form) } else { Event::Raced(form) });
        done
    }

    /// No form fits: back to the head.
    pub(crate) fn fail(self, why: F::Failure) -> bool {
        let (esc, op, base) = (self.esc, self.op, self.op.base());
        self.claim.fail(op.number(), base.number());
        note::<F>(esc, Event::Failed(why));
        if let Some(form) = F::form_of(op.instr(), base.instr()) {
            note::<F>(esc, Event::Deoptimized(form));
        }
        false
    }
}

fn note<F: Running>(esc: Esc<'_>, event: Event<F>) {
    if TRACING.load(Ordering::Relaxed) {
        show(esc, &event);
    }
    if COUNTING.load(Ordering::Relaxed) {
        F::stats().count(esc.thread().id() as usize, event);
    }
}

#[cold]
fn show<F: Running>(esc: Esc<'_>, event: &Event<F>) {
    // SAFETY: an attempt is made by the running frame.
    let frame = unsafe { Frame::of(esc.thread().frame.get()) };
    let (what, name) = match event {
        Event::Specialized(form) => ("specialized", form.name()),
        Event::Failed(why) => ("failed", why.name()),
        Event::Raced(form) => ("raced", form.name()),
        Event::Deoptimized(form) => ("deoptimized", form.name()),
    };
    let file = interp_object::ops::text_lossy(frame.code().filename());
    eprintln!("{file}:{}: {} {what}: {name}", frame.line().unwrap_or(0), F::NAME);
}
