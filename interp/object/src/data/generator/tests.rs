//! Who may claim a frame.

use std::sync::atomic::{AtomicU32, Ordering};

use stackref::Header;

use super::GENERATOR;
use super::state::{RunState, State};
use crate::thread::Thread;

fn attach() -> Box<Thread> {
    Thread::attach_current(1 << 20)
}

#[test]
fn the_owner_claims_without_sharing() {
    let thread = attach();
    let header = Header::new(GENERATOR.head_ptr(), thread.id());
    let state = RunState::new(false);
    assert_eq!(state.claim_biased(&header, thread.id()), Some(State::Created));
    assert_eq!(state.claim_biased(&header, thread.id()), None);
    assert_eq!(state.claim(thread.enter(), &header), (Err(State::Running), false));
    state.suspend();
    assert_eq!(state.claim(thread.enter(), &header), (Ok(State::Suspended), false));
    state.suspend();
    assert_eq!(state.look(thread.enter(), &header, |was| was), Some(State::Suspended));
    assert_eq!(state.claim_biased(&header, thread.id()), Some(State::Suspended));
    state.release(State::Done);
    assert_eq!(state.claim(thread.enter(), &header), (Err(State::Done), false));
    assert_eq!(state.look(thread.enter(), &header, |was| was), None);
}

#[test]
fn a_frame_that_handles_is_not_claimed_in_passing() {
    let thread = attach();
    let header = Header::new(GENERATOR.head_ptr(), thread.id());
    let state = RunState::new(false);
    state.claim_biased(&header, thread.id()).expect("idle");
    state.set_handling(true);
    state.release(State::Suspended);
    assert!(state.is_handling());
    assert_eq!(state.claim_biased(&header, thread.id()), None);
    assert_eq!(state.claim(thread.enter(), &header), (Ok(State::Suspended), false));
    state.release(State::Done);
    assert!(!state.is_handling());
}

#[test]
fn another_thread_makes_it_shared_once() {
    let thread = attach();
    let header = Header::new(GENERATOR.head_ptr(), thread.id() + 1);
    let state = RunState::new(false);
    assert_eq!(state.claim_biased(&header, thread.id()), None);
    assert_eq!(state.claim(thread.enter(), &header), (Ok(State::Created), true));
    state.suspend();
    assert_eq!(state.claim_biased(&header, thread.id() + 1), None);
    assert_eq!(state.claim(thread.enter(), &header), (Ok(State::Suspended), false));
    state.suspend();
    assert_eq!(state.look(thread.enter(), &header, |was| was), Some(State::Suspended));
    assert_eq!(state.phase(), State::Suspended);
}

#[test]
fn no_two_threads_have_it_at_once() {
    const CLAIMS: u32 = 200;
    let state = RunState::new(false);
    let owner = attach();
    let header = Header::new(GENERATOR.head_ptr(), owner.id());
    let steps = AtomicU32::new(0);
    let run = |thread: &Thread| {
        let mut claims = 0;
        while claims < CLAIMS {
            let biased = state.claim_biased(&header, thread.id()).is_some();
            if biased || state.claim(thread.enter(), &header).0.is_ok() {
                // Steps would be lost if another thread had the frame too.
                let step = steps.load(Ordering::Relaxed);
                std::hint::spin_loop();
                steps.store(step + 1, Ordering::Relaxed);
                claims += 1;
                state.suspend();
            }
            let _ = thread.mutator().safepoint();
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| run(&attach()));
        }
        run(&owner);
        // Joining blocks: the others may want to stop the world meanwhile.
        while steps.load(Ordering::Relaxed) < 4 * CLAIMS {
            let _ = owner.mutator().safepoint();
            std::thread::yield_now();
        }
    });
    assert_eq!(steps.into_inner(), 4 * CLAIMS);
}
