//! `_thread.lock` and `_thread.RLock`.
//!
//! # Protocol
//! A lock is one atomic byte: free, held, or held with waiters. Taking a free one and giving back one without waiters are
//! one atomic operation each. A waiter detaches from the world, takes the mutex, swaps in `WAITED`, and sleeps on the
//! condition if the lock was not free; who gives back a waited lock takes the mutex before it wakes one sleeper, so the
//! wake-up cannot fall between the waiter's swap and its sleep.

use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use interp_object::args::Signature;
use interp_object::builder::TypeBuilder;
use interp_object::data::types::OBJECT;
use interp_object::data::{singletons, tuple};
use interp_object::layout::{self, Payload, ValueExt};
use interp_object::native::{MethodDef, NativeFn};
use interp_object::typeobj::TypeFlags;
use interp_object::{Args, Esc, PyResult, TypeObject, Value, interrupt, ops};

use crate::util::{int, lock, none, text};

const FREE: u8 = 0;
const HELD: u8 = 1;
const WAITED: u8 = 2;

/// `threading.TIMEOUT_MAX`, in seconds.
pub(super) const TIMEOUT_MAX: f64 = 9_223_372_036.0;

struct RawLock {
    state: AtomicU8,
    mutex: Mutex<()>,
    freed: Condvar,
}

impl RawLock {
    fn new() -> Self {
        RawLock { state: AtomicU8::new(FREE), mutex: Mutex::new(()), freed: Condvar::new() }
    }

    fn try_acquire(&self) -> bool {
        self.state.compare_exchange(FREE, HELD, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    /// Waits for the lock. `false` if the time ran out.
    fn acquire(&self, esc: Esc<'_>, timeout: Option<Duration>) -> PyResult<bool> {
        if self.try_acquire() {
            return Ok(true);
        }
        interrupt::wait(esc, timeout, |timeout| self.acquire_slow(timeout))
    }

    #[cold]
    fn acquire_slow(&self, timeout: Option<Duration>) -> bool {
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let mut guard = lock(&self.mutex);
        while self.state.swap(WAITED, Ordering::Acquire) != FREE {
            guard = match deadline {
                None => self.freed.wait(guard).unwrap_or_else(PoisonError::into_inner),
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return false;
                    }
                    self.freed.wait_timeout(guard, left).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        true
    }

    /// Gives the lock back. `false` if nobody held it.
    fn release(&self) -> bool {
        match self.state.swap(FREE, Ordering::Release) {
            FREE => false,
            WAITED => {
                drop(lock(&self.mutex));
                self.freed.notify_one();
                true
            }
            _ => true,
        }
    }

    fn is_held(&self) -> bool {
        self.state.load(Ordering::Relaxed) != FREE
    }
}

/// The payload of `_thread.lock`.
pub(super) struct Lock(RawLock);

impl Payload for Lock {
    const NAME: &'static str = "lock";
    const TRACED: bool = false;
    fn class() -> &'static TypeObject {
        &LOCK
    }
}

/// The type `_thread.lock`.
pub(super) static LOCK: TypeObject = TypeObject::builtin::<Lock>("_thread.lock", Some(&OBJECT), TypeFlags::WEAKREF);

/// The payload of `_thread.RLock`.
pub(super) struct RLock {
    raw: RawLock,
    /// The holder's identifier, 0 while free. Only the holder stores its own.
    owner: AtomicU32,
    /// How often the holder took it; touched by the holder only.
    count: AtomicU64,
}

impl Payload for RLock {
    const NAME: &'static str = "RLock";
    const TRACED: bool = false;
    fn class() -> &'static TypeObject {
        &RLOCK
    }
}

/// The type `_thread.RLock`.
pub(super) static RLOCK: TypeObject =
    TypeObject::builtin::<RLock>("_thread.RLock", Some(&OBJECT), TypeFlags::BASE.union(TypeFlags::WEAKREF));

/// Makes both types ready.
pub(super) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &LOCK).methods(LOCK_METHODS).slots(|slots| {
        slots.new.set(Some(|esc, class, args| {
            args.expect(esc, "lock", 0, 0)?;
            Ok(layout::new_with_type(esc, class, Lock(RawLock::new())).into_value())
        }));
        slots.repr.set(Some(lock_repr));
    });
    TypeBuilder::new(esc, &RLOCK).methods(RLOCK_METHODS).slots(|slots| {
        slots.new.set(Some(|esc, class, _| {
            let payload = RLock { raw: RawLock::new(), owner: AtomicU32::new(0), count: AtomicU64::new(0) };
            Ok(layout::new_with_type(esc, class, payload).into_value())
        }));
        slots.repr.set(Some(rlock_repr));
    });
}

/// `allocate_lock()`
pub(super) fn allocate(esc: Esc<'_>, _: &Value) -> PyResult {
    Ok(layout::new(esc, Lock(RawLock::new())).into_value())
}

const LOCK_METHODS: &[MethodDef] = &[
    MethodDef::new("acquire", NativeFn::Full(lock_acquire), "Takes the lock."),
    MethodDef::new("acquire_lock", NativeFn::Full(lock_acquire), "An obsolete name of acquire."),
    MethodDef::new("release", NativeFn::NoArgs(lock_release), "Gives the lock back."),
    MethodDef::new("release_lock", NativeFn::NoArgs(lock_release), "An obsolete name of release."),
    MethodDef::new("locked", NativeFn::NoArgs(lock_locked), "Whether the lock is held."),
    MethodDef::new("locked_lock", NativeFn::NoArgs(lock_locked), "An obsolete name of locked."),
    MethodDef::new("__enter__", NativeFn::NoArgs(lock_enter), "Takes the lock."),
    MethodDef::new("__exit__", NativeFn::Positional(|esc, value, _| lock_release(esc, value)), "Gives the lock back."),
];

fn lock_of<'v>(esc: Esc<'_>, value: &'v Value) -> PyResult<&'v RawLock> {
    match value.payload::<Lock>() {
        Some(lock) => Ok(&lock.0),
        None => Err(esc.type_error("a lock was expected")),
    }
}

/// How long to wait: `Some(None)` for ever, `None` not at all.
fn patience(esc: Esc<'_>, args: Args<'_>) -> PyResult<Option<Option<Duration>>> {
    const SIGNATURE: Signature<2> = Signature::new("acquire", ["blocking", "timeout"], 0);
    let [blocking, timeout] = args.bind(esc, &SIGNATURE)?;
    let blocking = blocking.map_or(Ok(true), |blocking| ops::truthy(esc, blocking))?;
    let timeout = timeout.map_or(Ok(-1.0), |timeout| ops::as_f64(esc, timeout))?;
    if !blocking && timeout != -1.0 {
        return Err(esc.value_error("can't specify a timeout for a non-blocking call"));
    }
    if timeout < 0.0 && timeout != -1.0 {
        return Err(esc.value_error("timeout value must be a non-negative number"));
    }
    if timeout > TIMEOUT_MAX {
        return Err(esc.overflow_error("timeout value is too large"));
    }
    Ok(match (blocking, timeout) {
        (false, _) => None,
        (true, -1.0) => Some(None),
        (true, timeout) => Some(Some(Duration::from_secs_f64(timeout))),
    })
}

fn lock_acquire(esc: Esc<'_>, value: &Value, args: Args<'_>) -> PyResult {
    let raw = lock_of(esc, value)?;
    Ok(singletons::bool(match patience(esc, args)? {
        None => raw.try_acquire(),
        Some(timeout) => raw.acquire(esc, timeout)?,
    }))
}

fn lock_enter(esc: Esc<'_>, value: &Value) -> PyResult {
    Ok(singletons::bool(lock_of(esc, value)?.acquire(esc, None)?))
}

fn lock_release(esc: Esc<'_>, value: &Value) -> PyResult {
    if lock_of(esc, value)?.release() { Ok(none()) } else { Err(esc.runtime_error("release unlocked lock")) }
}

fn lock_locked(esc: Esc<'_>, value: &Value) -> PyResult {
    Ok(singletons::bool(lock_of(esc, value)?.is_held()))
}

fn lock_repr(esc: Esc<'_>, value: &Value) -> PyResult {
    let state = if lock_of(esc, value)?.is_held() { "locked" } else { "unlocked" };
    let address = value.word().bits() & !3;
    Ok(text(esc, &format!("<{state} _thread.lock object at {address:#x}>")))
}

const RLOCK_METHODS: &[MethodDef] = &[
    MethodDef::new("acquire", NativeFn::Full(rlock_acquire), "Takes the lock, again if this thread holds it."),
    MethodDef::new("release", NativeFn::NoArgs(rlock_release), "Undoes one acquire."),
    MethodDef::new("locked", NativeFn::NoArgs(rlock_locked), "Whether the lock is held."),
    MethodDef::new("_is_owned", NativeFn::NoArgs(rlock_is_owned), "Whether this thread holds it."),
    MethodDef::new("_recursion_count", NativeFn::NoArgs(rlock_count), "How often this thread took it."),
    MethodDef::new("_release_save", NativeFn::NoArgs(rlock_release_save), "Gives it back whole; for conditions."),
    MethodDef::new("_acquire_restore", NativeFn::One(rlock_acquire_restore), "Takes it as it was; for conditions."),
    MethodDef::new("__enter__", NativeFn::NoArgs(rlock_enter), "Takes the lock."),
    MethodDef::new("__exit__", NativeFn::Positional(|esc, value, _| rlock_release(esc, value)), "Undoes one acquire."),
];

fn rlock_of<'v>(esc: Esc<'_>, value: &'v Value) -> PyResult<&'v RLock> {
    value.payload::<RLock>().ok_or_else(|| esc.type_error("a re-entrant lock was expected"))
}

impl RLock {
    fn is_mine(&self, esc: Esc<'_>) -> bool {
        self.owner.load(Ordering::Relaxed) == esc.me()
    }

    fn take(&self, esc: Esc<'_>, patience: Option<Option<Duration>>) -> PyResult<bool> {
        if self.is_mine(esc) {
            self.count.fetch_add(1, Ordering::Relaxed);
            return Ok(true);
        }
        let taken = match patience {
            None => self.raw.try_acquire(),
            Some(timeout) => self.raw.acquire(esc, timeout)?,
        };
        if taken {
            self.owner.store(esc.me(), Ordering::Relaxed);
            self.count.store(1, Ordering::Relaxed);
        }
        Ok(taken)
    }

    /// Takes the lock, whatever interrupts come meanwhile.
    fn take_back(&self, esc: Esc<'_>) {
        if !self.raw.try_acquire() {
            esc.blocking(|| self.raw.acquire_slow(None));
        }
        self.owner.store(esc.me(), Ordering::Relaxed);
        self.count.store(1, Ordering::Relaxed);
    }

    fn give_back(&self) {
        self.owner.store(0, Ordering::Relaxed);
        self.raw.release();
    }
}

fn rlock_acquire(esc: Esc<'_>, value: &Value, args: Args<'_>) -> PyResult {
    let patience = patience(esc, args)?;
    Ok(singletons::bool(rlock_of(esc, value)?.take(esc, patience)?))
}

fn rlock_enter(esc: Esc<'_>, value: &Value) -> PyResult {
    Ok(singletons::bool(rlock_of(esc, value)?.take(esc, Some(None))?))
}

fn rlock_release(esc: Esc<'_>, value: &Value) -> PyResult {
    let rlock = rlock_of(esc, value)?;
    if !rlock.is_mine(esc) {
        return Err(esc.runtime_error("cannot release un-acquired lock"));
    }
    if rlock.count.fetch_sub(1, Ordering::Relaxed) == 1 {
        rlock.give_back();
    }
    Ok(none())
}

fn rlock_locked(esc: Esc<'_>, value: &Value) -> PyResult {
    Ok(singletons::bool(rlock_of(esc, value)?.raw.is_held()))
}

fn rlock_is_owned(esc: Esc<'_>, value: &Value) -> PyResult {
    Ok(singletons::bool(rlock_of(esc, value)?.is_mine(esc)))
}

fn rlock_count(esc: Esc<'_>, value: &Value) -> PyResult {
    let rlock = rlock_of(esc, value)?;
    let count = if rlock.is_mine(esc) { rlock.count.load(Ordering::Relaxed) } else { 0 };
    Ok(int(esc, count.cast_signed()))
}

fn rlock_release_save(esc: Esc<'_>, value: &Value) -> PyResult {
    let rlock = rlock_of(esc, value)?;
    if !rlock.is_mine(esc) {
        return Err(esc.runtime_error("cannot release un-acquired lock"));
    }
    let count = rlock.count.swap(0, Ordering::Relaxed);
    rlock.give_back();
    Ok(tuple::new(esc, [int(esc, count.cast_signed()), int(esc, i64::from(esc.me()))]).into_value())
}

fn rlock_acquire_restore(esc: Esc<'_>, value: &Value, saved: &Value) -> PyResult {
    let rlock = rlock_of(esc, value)?;
    let items = ops::collect(esc, saved)?;
    let count = items.first().and_then(interp_object::data::int::as_i64).unwrap_or(1);
    rlock.take_back(esc);
    rlock.count.store(count.cast_unsigned(), Ordering::Relaxed);
    Ok(none())
}

fn rlock_repr(esc: Esc<'_>, value: &Value) -> PyResult {
    let rlock = rlock_of(esc, value)?;
    let state = if rlock.raw.is_held() { "locked" } else { "unlocked" };
    let (owner, count) = (rlock.owner.load(Ordering::Relaxed), rlock.count.load(Ordering::Relaxed));
    let address = value.word().bits() & !3;
    let count = if owner == 0 { 0 } else { count };
    let class = value.class().static_name();
    Ok(text(esc, &format!("<{state} {class} object owner={owner} count={count} at {address:#x}>")))
}
