//! Who may run a generator's frame: one byte, biased to the thread that owns the object.
//!
//! # States
//! The low two bits are the phase, the others flags.
//!
//! | phase | meaning | who may leave it |
//! |---|---|---|
//! | `Created` | not started | who claims it, to `Running` |
//! | `Suspended` | at a `yield` | the same |
//! | `Running` | a thread runs the frame, or clears it | that thread, to `Suspended` or `Done` |
//! | `Done` | the frame is empty | nobody |
//!
//! | flag | meaning |
//! |---|---|
//! | `SHARED` | several threads claim this generator; once set it stays |
//! | `READING` | idle, `SHARED`, and a thread looks at the frame for a few loads; others wait |
//! | `HANDLING` | the frame handles exceptions: it has an entry in the thread's list while it runs |
//!
//! # Protocol
//! *Biased* (`SHARED` not set): only the thread that the object's header names as its owner may claim or look, and does
//! so with plain loads and stores, without a safepoint between the look at the byte and the store. Every other thread
//! first makes the generator shared, with the world stopped: then the owner stands at a safepoint, so no claim of its is
//! half done, and its earlier stores are visible by the handshake. If the byte says `Running` then, the owner does run
//! the frame, and nothing is changed.
//!
//! The owner field changes only by the owner itself, with the world stopped, when its thread is gone, or while nobody
//! can reach the object, so that what a thread reads as its own id stays so up to its next safepoint.
//!
//! *Shared*: the claim is a compare-and-swap (Acquire) that pairs with the Release store ending the last run. A second
//! thread gets `ValueError: generator already executing`.
//!
//! Stopping the world for each generator would be slow for a program that hands many from thread to thread, so a code
//! object one of whose generators was shared makes shared ones from then on.

use std::sync::atomic::{AtomicU8, Ordering};

use stackref::Header;

use crate::thread::{Esc, world};

/// The phase of a generator; see the module's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum State {
    /// Not started.
    Created = 0,
    /// At a `yield`.
    Suspended = 1,
    /// Being run or cleared.
    Running = 2,
    /// Finished.
    Done = 3,
}

const PHASE: u8 = 3;
const READING: u8 = 4;
const SHARED: u8 = 8;
const HANDLING: u8 = 16;

/// The byte.
pub(super) struct RunState(AtomicU8);

impl RunState {
    pub(super) const fn new(shared: bool) -> Self {
        RunState(AtomicU8::new(if shared { SHARED } else { 0 }))
    }

    #[inline(always)]
    pub(super) fn phase(&self) -> State {
        phase_of(self.0.load(Ordering::Acquire))
    }

    /// Claims the frame if that is a plain store: the generator is biased to this thread, idle, and handles no exception.
    #[inline(always)]
    pub(super) fn claim_biased(&self, header: &Header, me: u32) -> Option<State> {
        let bits = self.0.load(Ordering::Relaxed);
        if bits > State::Suspended as u8 || header.owner() != me {
            return None;
        }
        self.0.store(State::Running as u8, Ordering::Relaxed);
        Some(phase_of(bits))
    }

    /// Claims the frame and tells the state it was in; `Err` is the state that forbids it. Tells also whether the
    /// generator was made shared for it.
    pub(super) fn claim(&self, esc: Esc<'_>, header: &Header) -> (Result<State, State>, bool) {
        let mut made_shared = false;
        loop {
            let bits = self.0.load(Ordering::Acquire);
            let phase = phase_of(bits);
            if matches!(phase, State::Running | State::Done) {
                return (Err(phase), made_shared);
            }
            let running = bits & !PHASE | State::Running as u8;
            if bits & SHARED == 0 {
                if header.owner() == esc.me() {
                    self.0.store(running, Ordering::Relaxed);
                    return (Ok(phase), made_shared);
                }
                made_shared |= self.share(esc);
            } else if bits & READING == 0
                && self.0.compare_exchange(bits, running, Ordering::Acquire, Ordering::Relaxed).is_ok()
            {
                return (Ok(phase), made_shared);
            } else {
                std::hint::spin_loop();
            }
        }
    }

    /// Claims the frame of a generator that only its destroyer reaches.
    pub(super) fn claim_last(&self) -> Result<State, State> {
        let bits = self.0.load(Ordering::Acquire);
        let phase = phase_of(bits);
        if matches!(phase, State::Running | State::Done) {
            return Err(phase);
        }
        self.0.store(bits & !PHASE | State::Running as u8, Ordering::Relaxed);
        Ok(phase)
    }

    /// Lets other threads claim an idle generator. Whether it was done: not if the owner runs the frame or is through.
    #[cold]
    #[inline(never)]
    fn share(&self, esc: Esc<'_>) -> bool {
        let stopped = world().stop(esc.thread().mutator());
        let bits = self.0.load(Ordering::Relaxed);
        let shares = bits & SHARED == 0 && matches!(phase_of(bits), State::Created | State::Suspended);
        if shares {
            // Release: whoever claims next has what the owner left behind, through this thread.
            self.0.store(bits | SHARED, Ordering::Release);
        }
        drop(stopped);
        shares
    }

    /// Runs `read` while nobody can claim the generator, which is idle. `read` reaches no safepoint.
    pub(super) fn look<R>(&self, esc: Esc<'_>, header: &Header, read: impl FnOnce(State) -> R) -> Option<R> {
        loop {
            let bits = self.0.load(Ordering::Acquire);
            let phase = phase_of(bits);
            if matches!(phase, State::Running | State::Done) {
                return None;
            }
            if bits & SHARED == 0 {
                if header.owner() == esc.me() {
                    return Some(read(phase));
                }
                self.share(esc);
            } else if bits & READING == 0
                && self.0.compare_exchange(bits, bits | READING, Ordering::Acquire, Ordering::Relaxed).is_ok()
            {
                let found = read(phase);
                self.0.store(bits, Ordering::Release);
                return Some(found);
            } else {
                std::hint::spin_loop();
            }
        }
    }

    /// Ends a run; who runs the frame is the only one that writes the byte.
    #[inline(always)]
    pub(super) fn release(&self, phase: State) {
        let bits = self.0.load(Ordering::Relaxed);
        let kept = if phase == State::Done { SHARED } else { SHARED | HANDLING };
        self.0.store(bits & kept | phase as u8, Ordering::Release);
    }

    /// [`RunState::release`] to `Suspended` of a frame that handles no exception.
    #[inline(always)]
    pub(super) fn suspend(&self) {
        let bits = self.0.load(Ordering::Relaxed);
        self.0.store(bits ^ (State::Running as u8 ^ State::Suspended as u8), Ordering::Release);
    }

    #[inline(always)]
    pub(super) fn is_handling(&self) -> bool {
        self.0.load(Ordering::Relaxed) & HANDLING != 0
    }

    /// By who runs the frame.
    pub(super) fn set_handling(&self, on: bool) {
        let bits = self.0.load(Ordering::Relaxed);
        self.0.store(if on { bits | HANDLING } else { bits & !HANDLING }, Ordering::Relaxed);
    }
}

#[inline(always)]
fn phase_of(bits: u8) -> State {
    match bits & PHASE {
        0 => State::Created,
        1 => State::Suspended,
        2 => State::Running,
        _ => State::Done,
    }
}
