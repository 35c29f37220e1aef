//! The stop-the-world handshake: who may run. Apart from the rest of the world because it is lock-free at its edges, and modelled alone.
//!
//! # Protocol
//! The state words are `stackref`'s (see the table in `stackref::thread`); this module decides who changes them when.
//! * One lock guards the member list, the flag `stopping`, and each member's `held` mark: "suspended on behalf of the stop".
//! * *Requester* (stays attached): waits, detached, until no other stop is going on; sets `stopping`; then, until every other member is
//!   held: sets STOP in its breaker, and tries detached → suspended itself. In between it sleeps on the condition variable.
//! * *Attached member*: at its next safepoint it sees STOP, goes attached → suspended under the lock, marks itself held and signals.
//! * *Member that detaches* with STOP set signals, so that the requester looks again. (The fence in [`Gate::detach`] partners the one in
//!   `suspend_others`: either the requester sees the member detached or the member sees STOP.)
//! * *Start*: held members are resumed. One that was waiting to attach becomes DETACHED_WAITING, which no stop can suspend before it has
//!   attached: back-to-back stops cannot starve it (CPython #151518).
//! * A member that joins during a stop is held from the start; one that leaves is retired, or detached and not held.

#[cfg(loom)]
#[path = "wait_loom.rs"]
mod wait;
#[cfg(not(loom))]
#[path = "wait_std.rs"]
mod wait;

use stackref::sync::atomic::{Ordering, fence};
use stackref::sync::{Arc, Condvar, Mutex, MutexGuard};
use stackref::thread::{Breaker, RETIRED, Record};

/// The threads of one world, each with what the collector needs of it.
pub(crate) struct Gate<L> {
    members: Mutex<Members<L>>,
    changed: Condvar,
}

struct Members<L> {
    list: Vec<Member<L>>,
    stopping: bool,
}

struct Member<L> {
    record: Arc<Record>,
    local: L,
    held: bool,
}

impl<L> Gate<L> {
    pub(crate) fn new() -> Gate<L> {
        Gate { members: Mutex::new(Members { list: Vec::new(), stopping: false }), changed: Condvar::new() }
    }

    /// Adds a detached thread.
    pub(crate) fn join(&self, record: &Arc<Record>, local: L) {
        let mut members = self.lock();
        // A stop that has everyone must not miss the newcomer. (Nobody else holds it: it owns no object yet.)
        let held = members.stopping && record.try_suspend();
        members.list.push(Member { record: record.clone(), local, held });
    }

    /// Removes a thread that is retired, or detached for good. From then on the collector does not look into it.
    pub(crate) fn leave(&self, record: &Arc<Record>) {
        let mut members = self.lock();
        // A detached thread may be held by a stop, which must find it again to release it.
        while members.stopping && !has_retired(record) {
            members = wait::wait(&self.changed, members);
        }
        members.list.retain(|member| !Arc::ptr_eq(&member.record, record));
        self.changed.notify_all();
    }

    /// Detaches the calling thread.
    pub(crate) fn detach(&self, record: &Record) {
        record.detach();
        // Partner: the fence in `suspend_others`.
        fence(Ordering::SeqCst);
        if record.breaker().load(Ordering::Relaxed) & Breaker::STOP != 0 {
            let _members = self.lock();
            self.changed.notify_all();
        }
    }

    /// What an attached thread does when it finds STOP in its breaker: waits for the end of the stop.
    pub(crate) fn stand_still(&self, record: &Arc<Record>) {
        let mut members = self.lock();
        let stopping = members.stopping;
        let Some(member) = members.list.iter_mut().find(|member| Arc::ptr_eq(&member.record, record)) else {
            return;
        };
        if !stopping {
            // The stop was over before this thread looked.
            record.breaker().fetch_and(!Breaker::STOP, Ordering::Relaxed);
            return;
        }
        member.held = true;
        record.suspend_self();
        self.changed.notify_all();
        drop(members);
        record.attach();
    }

    /// Stops every thread but the calling one, which is attached and stays so. `blocking` runs its argument detached.
    pub(crate) fn stop(&self, me: &Arc<Record>, blocking: impl Fn(&mut dyn FnMut())) {
        while !self.try_begin() {
            blocking(&mut || {
                let mut members = self.lock();
                while members.stopping {
                    members = wait::wait(&self.changed, members);
                }
            });
        }
        self.suspend_others(me);
    }

    fn try_begin(&self) -> bool {
        !std::mem::replace(&mut self.lock().stopping, true)
    }

    fn suspend_others(&self, me: &Arc<Record>) {
        let mut members = self.lock();
        loop {
            let mut missing = 0;
            let is_missing = |member: &&mut Member<L>| !member.held && !Arc::ptr_eq(&member.record, me);
            for member in members.list.iter_mut().filter(is_missing) {
                member.record.breaker().fetch_or(Breaker::STOP, Ordering::Release);
            }
            // Partner: the fence in `detach`.
            fence(Ordering::SeqCst);
            for member in members.list.iter_mut().filter(is_missing) {
                member.held = member.record.try_suspend() || has_retired(&member.record);
                missing += usize::from(!member.held);
            }
            if missing == 0 {
                return;
            }
            members = wait::wait(&self.changed, members);
        }
    }

    /// Ends the stop that the calling thread has asked for.
    pub(crate) fn start(&self) {
        let mut members = self.lock();
        members.stopping = false;
        for member in &mut members.list {
            // Members that were not held (the requester) may have an old STOP, which `stand_still` takes off.
            if std::mem::take(&mut member.held) {
                member.record.breaker().fetch_and(!Breaker::STOP, Ordering::Relaxed);
                member.record.resume();
            }
        }
        self.changed.notify_all();
    }

    /// Calls `f` for every thread, under the lock.
    pub(crate) fn for_each(&self, mut f: impl FnMut(&Record, &L)) {
        self.lock().list.iter().for_each(|member| f(&member.record, &member.local));
    }

    /// Every thread's id.
    pub(crate) fn ids(&self) -> Vec<u32> {
        self.lock().list.iter().map(|member| member.record.id().get()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Members<L>> {
        self.members.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// A thread that has ended, but is still to be taken off the list: no need to wait for it.
fn has_retired(record: &Record) -> bool {
    record.state().load(Ordering::Acquire) == RETIRED
}
