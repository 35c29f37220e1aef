//! Specialization of the running code: collects facts, asks `specializer` for a plan, and rewrites the cell.
//!
//! The generic head of a family ticks its counter; when it triggers, the head calls the family's function here and, if
//! that installed a form, runs the cell again. A form that misses runs the head, which ticks on: in time the form is
//! chosen anew or given up. Forms live in `interp/ops`; what they read without a lock is in the `fast` files.
//!
//! Records (`Held`) name what they cache without a count. The version beside it says that the thing is where it was
//! found, a type's dictionary, which keeps it alive. Immortal and deferred objects are given out as they are: one that
//! leaves the dictionary meanwhile lasts until the collector has seen this thread's stack. Others are retained, and the
//! version asked again.

pub(crate) mod arith;
mod attempt;
pub(crate) mod attrs;
pub(crate) mod calls;
pub(crate) mod containers;
pub(crate) mod fast;
mod forms;
pub(crate) mod globals;
pub(crate) mod poly;
mod record;
pub(crate) mod supers;
pub(crate) mod texts;
pub(crate) mod unpack;

use std::sync::atomic::{AtomicBool, Ordering};

use dictkeys::{Env, NoSafepoint, Reclaim};
use interp_object::data::dict::{Dict, KeyEnv, lock_of};
use interp_object::layout::ValueExt;
use interp_object::{Esc, Raised, Value, ops};
use specializer::decide::Lookup;

pub(crate) use attempt::{begin, due};
pub use attempt::{count_attempts, counts, trace_attempts};
pub(crate) use record::{Held, Records, forget, held};

/// How a read treats its uncommon cases: leaves them to the out-of-line copy of its handler (`quick!`), …
pub(crate) const QUICK: bool = true;
/// … or, in that copy, serves them too: objects of other threads, counts that saturate, retries.
pub(crate) const FULL: bool = false;

static DISABLED: AtomicBool = AtomicBool::new(false);

/// Turns specialization on or off (`-X specialize=0`). Off, each site runs its generic form; forms installed before stay.
pub fn set_enabled(enabled: bool) {
    DISABLED.store(!enabled, Ordering::Relaxed);
}

/// Whether specialization is on.
pub fn is_enabled() -> bool {
    !DISABLED.load(Ordering::Relaxed)
}

/// A thread in a handler, between two safepoints.
pub(crate) struct Here(pub(crate) u32);

// SAFETY: made by handlers and helpers of forms, on the running thread, and dropped before the handler ends; no helper
// that borrows one takes an escape token, so none reaches a safepoint.
unsafe impl NoSafepoint for Here {
    #[inline(always)]
    fn me(&self) -> u32 {
        self.0
    }
}

/// Key operations that notice when a key could not be told apart without running code.
pub(crate) struct Probe<'t> {
    env: KeyEnv<'t>,
    unsure: bool,
}

impl<'t> Probe<'t> {
    pub(crate) fn new(esc: Esc<'t>) -> Self {
        Probe { env: KeyEnv::new(esc), unsure: false }
    }
}

// SAFETY: forwarded.
unsafe impl NoSafepoint for Probe<'_> {
    fn me(&self) -> u32 {
        self.env.me()
    }
}

// SAFETY: forwarded.
unsafe impl Reclaim for Probe<'_> {
    unsafe fn retire(&mut self, ptr: std::ptr::NonNull<u8>, free: unsafe fn(std::ptr::NonNull<u8>), bytes: usize) {
        // SAFETY: forwarded.
        unsafe { self.env.retire(ptr, free, bytes) };
    }
}

impl Env for Probe<'_> {
    type Error = Raised;

    fn same(&mut self, candidate: &Value, key: &Value) -> Option<bool> {
        let same = self.env.same(candidate, key);
        self.unsure |= same.is_none();
        same
    }

    fn equal(&mut self, candidate: &Value, key: &Value) -> Result<bool, Raised> {
        self.env.equal(candidate, key)
    }

    fn no_memory(&mut self) -> Raised {
        self.env.no_memory()
    }
}

/// Where `name` is in a dictionary that is locked by the caller.
pub(crate) fn locate_locked(locked: &dictkeys::Locked<'_>, probe: &mut Probe<'_>, name: &Value) -> Lookup {
    let index = locked.index_of(probe, name, ops::name_hash(name));
    if std::mem::take(&mut probe.unsure) {
        return Lookup::NotPlain;
    }
    let version = std::num::NonZeroU32::new(locked.assign_version());
    match index {
        Some(index) => Lookup::Found { version, index },
        None => Lookup::Absent { version },
    }
}

/// Where `name` is in a dictionary. Does not wait for its lock.
pub(crate) fn locate(esc: Esc<'_>, dict: &Dict, name: &Value) -> Lookup {
    if dict.core().is_split() {
        return Lookup::NotPlain;
    }
    let mut probe = Probe::new(esc);
    match dict.core().try_lock(lock_of(dict).lock(), &probe) {
        Some(locked) => locate_locked(&locked, &mut probe, name),
        None => Lookup::Busy,
    }
}

/// Whether a name is compared by identity.
pub(crate) fn is_plain_name(name: &Value) -> bool {
    name.exact::<interp_object::data::str::Str>().is_some_and(interp_object::data::str::Str::is_interned)
}
