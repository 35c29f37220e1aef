//! The registry of threads and their merge queues, in buckets by thread id.
//!
//! A bucket's mutex guards the membership of its threads and their inboxes. Under it only counts change: no user
//! code, no finalizer, no allocation of objects (T2). A thread leaves its bucket only when its inbox is empty, under the
//! mutex; from then on whoever drops a reference to one of its objects merges directly, under the same mutex, so ids
//! may be re-used: the next thread with the id has everything done before it. The thread itself counts and merges nothing
//! from then on (T3): two merges of one object at once would lose its death.

use super::{Breaker, NO_THREAD, Record, ThreadId, current_id, set_current_id, state};
use crate::dead::{Dead, Fate};
use crate::header::Header;
use crate::sync::atomic::AtomicU32;
use crate::sync::atomic::Ordering::{AcqRel, Release};
use crate::sync::{Arc, Mutex, MutexGuard, lazy_global, local, lock};
use crossbeam_utils::CachePadded;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::ptr::NonNull;

#[cfg(not(loom))]
const BUCKETS: usize = 64;
#[cfg(loom)]
const BUCKETS: usize = 1;

/// An object in a queue.
struct Entry(NonNull<Header>);

// SAFETY: an entry is a reference (or a dead object) handed from thread to thread under the bucket's mutex (T2).
unsafe impl Send for Entry {}

#[derive(Default)]
struct Inbox {
    /// Objects of this thread that foreign threads dropped; each entry owns one reference.
    merge: Vec<Entry>,
    /// Objects found dead on behalf of another thread; this thread finalizes them.
    dead: Vec<Entry>,
}

struct Member {
    record: Arc<Record>,
    inbox: Inbox,
}

/// Threads whose ids fall into one bucket, few enough to search in line.
type Bucket = Vec<Member>;

struct Ids {
    next: u32,
    free: VecDeque<u32>,
}

lazy_global! {
    static REGISTRY: Vec<CachePadded<Mutex<Bucket>>> =
        (0..BUCKETS).map(|_| CachePadded::new(Mutex::new(Vec::new()))).collect();
}
lazy_global! {
    static IDS: Mutex<Ids> = Mutex::new(Ids { next: 1, free: VecDeque::new() });
}
local! {
    static CURRENT: RefCell<Option<Registration>> = RefCell::new(None);
}

/// Retires the thread's record when the thread ends without having done so.
struct Registration(Arc<Record>);

impl Drop for Registration {
    fn drop(&mut self) {
        self.0.retire();
    }
}

fn bucket(id: u32) -> MutexGuard<'static, Bucket> {
    lock(&REGISTRY[id as usize % BUCKETS])
}

fn member(bucket: &mut Bucket, id: u32) -> Option<&mut Member> {
    bucket.iter_mut().find(|member| member.record.id.get() == id)
}

/// Registers the calling thread and attaches it.
///
/// # Panics
/// If the thread is registered already, or four billion threads are.
pub fn register() -> Arc<Record> {
    let record = register_detached();
    record.attach();
    record
}

/// Registers the calling thread; it counts under its id after [`Record::attach`].
///
/// # Panics
/// As [`register`].
pub fn register_detached() -> Arc<Record> {
    assert!(current().is_none(), "this thread is registered already");
    let id = new_id();
    let record = Arc::new(Record { id, state: AtomicU32::new(state::DETACHED), breaker: AtomicU32::new(0) });
    bucket(id.get()).push(Member { record: record.clone(), inbox: Inbox::default() });
    CURRENT.with(|current| *current.borrow_mut() = Some(Registration(record.clone())));
    record
}

/// The calling thread's record, if it is registered (and its locals are not being destroyed).
pub fn current() -> Option<Arc<Record>> {
    let record = |current: &RefCell<Option<Registration>>| Some(current.borrow().as_ref()?.0.clone());
    CURRENT.try_with(record).ok().flatten()
}

fn new_id() -> ThreadId {
    let mut ids = lock(&IDS);
    let id = ids.free.pop_front().unwrap_or_else(|| {
        ids.next += 1;
        ids.next - 1
    });
    assert_ne!(id, NO_THREAD, "out of thread ids");
    ThreadId(NonZeroU32::new(id).expect("ids start at one"))
}

/// Takes over a reference that a foreign thread `me` drops (H3): hands it to the owner, or merges for an owner that
/// is dead or blocked.
#[cold]
pub(crate) fn enqueue(object: NonNull<Header>, me: u32) -> Fate {
    // SAFETY: the reference that is being dropped keeps the object alive.
    let header = unsafe { object.as_ref() };
    let owner = header.owner();
    if owner == 0 {
        // The owner has merged since: nothing to queue for.
        return header.decref_unowned(me);
    }
    let mut bucket = bucket(owner);
    let Some(owner) = member(&mut bucket, owner) else {
        // SAFETY: the owner is dead, and cannot come back while the bucket is locked (T2).
        return unsafe { header.merge_fate(-1) };
    };
    if !owner.record.try_suspend() {
        owner.inbox.merge.push(Entry(object));
        owner.record.breaker.fetch_or(Breaker::MERGE, Release);
        return Fate::Alive;
    }
    // SAFETY: the owner is held by us (T1).
    let fate = unsafe { header.merge_fate(-1) };
    // Whoever is not attached has no safepoint to finalize others at.
    let dead = if me == NO_THREAD { Vec::new() } else { merge_all(&mut owner.inbox.merge) };
    owner.record.resume();
    drop(bucket);
    deliver_dead(me, dead);
    fate
}

/// Merges every queued object; returns those that died.
fn merge_all(queue: &mut Vec<Entry>) -> Vec<Entry> {
    let mut entries = std::mem::take(queue);
    // SAFETY: the entry is a reference; the caller is the owner, or holds it (T1).
    entries.retain(|entry| unsafe { entry.0.as_ref().merge_fate(-1) } == Fate::Dead);
    entries
}

/// Gives dead objects to attached thread `me`, which finalizes them at its next safepoint.
fn deliver_dead(me: u32, dead: Vec<Entry>) {
    if dead.is_empty() {
        return;
    }
    let mut bucket = bucket(me);
    let member = member(&mut bucket, me).expect("an attached thread is registered");
    member.inbox.dead.extend(dead);
    member.record.breaker.fetch_or(Breaker::MERGE, Release);
}

impl Record {
    /// Merges what foreign threads have dropped and finalizes what has died. May run anything.
    /// Returns how many objects were finalized. Its own thread only, attached.
    pub fn drain_merge_queue(&self) -> usize {
        debug_assert_eq!(current_id(), self.id.get(), "only an attached owner drains its queue");
        let mut finalized = 0;
        loop {
            let dead = self.take_dead();
            if dead.is_empty() {
                return finalized;
            }
            finalized += dead.len();
            for object in dead {
                // SAFETY: the object's last reference was the queue's, or it came from `deliver_dead`.
                unsafe { Dead::new(object.0) }.finalize();
            }
        }
    }

    /// Whether the merge queue has work.
    pub fn has_merge_work(&self) -> bool {
        let mut bucket = bucket(self.id.get());
        member(&mut bucket, self.id.get()).is_some_and(|m| !m.inbox.merge.is_empty() || !m.inbox.dead.is_empty())
    }

    /// Merges the queue without finalizing: for the collector, while the world is stopped. The dead are kept for the
    /// thread's next drain.
    ///
    /// # Safety
    /// The thread is the caller, or held (suspended, or stopped).
    pub unsafe fn merge_queue(&self) {
        let mut bucket = bucket(self.id.get());
        if let Some(member) = member(&mut bucket, self.id.get()) {
            let dead = merge_all(&mut member.inbox.merge);
            member.inbox.dead.extend(dead);
        }
    }

    fn take_dead(&self) -> Vec<Entry> {
        // Before the queue is taken: a later entry sets the bit again.
        self.breaker.fetch_and(!Breaker::MERGE, AcqRel);
        let mut inbox = {
            let mut bucket = bucket(self.id.get());
            let Some(member) = member(&mut bucket, self.id.get()) else { return Vec::new() };
            std::mem::take(&mut member.inbox)
        };
        let mut dead = inbox.dead;
        dead.append(&mut merge_all(&mut inbox.merge));
        dead
    }

    /// Drains the queue until it is empty and gives it up: from now on whoever drops objects of this thread merges them, and the
    /// thread touches no object any more (T3).
    ///
    /// For embedders whose finalizers need more of the thread than its registration; [`retire`](Record::retire) does the rest later.
    /// `settle` runs before each draining. It merges the objects that this thread owns, as far as the embedder will come back
    /// to them in any way (later would be too late), finalizes those that had no other reference left, drops what finalizers
    /// have put aside, and says whether it ran anything: if so, or if the draining finalized something, all is done again,
    /// for there may be new objects. Idempotent; its own thread only, attached.
    pub fn leave(&self, mut settle: impl FnMut() -> bool) {
        let id = self.id.get();
        while member(&mut bucket(id), id).is_some() {
            let ran = settle();
            if self.drain_merge_queue() != 0 || ran {
                continue;
            }
            let mut bucket = bucket(id);
            let Some(at) = bucket.iter().position(|m| m.record.id == self.id) else { return };
            if bucket[at].inbox.merge.is_empty() && bucket[at].inbox.dead.is_empty() {
                bucket.swap_remove(at);
                return;
            }
        }
    }

    /// Ends the thread's registration: drains its queue until it is empty, then leaves. Objects that it still owns are
    /// merged by whoever drops them, and by nobody else. Idempotent; its own thread only.
    pub fn retire(&self) {
        use crate::sync::atomic::Ordering::Relaxed;
        if self.state.load(Relaxed) == state::RETIRED {
            return;
        }
        self.attach();
        self.leave(|| false);
        let id = self.id.get();
        set_current_id(NO_THREAD);
        self.state.store(state::RETIRED, Release);
        lock(&IDS).free.push_back(id);
        let registration = CURRENT.try_with(|current| current.borrow_mut().take());
        drop(registration);
    }
}
