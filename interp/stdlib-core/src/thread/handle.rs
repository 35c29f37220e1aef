//! Handles of native threads: identifier, whether it ended, waiting for that.

use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use interp_object::builder::TypeBuilder;
use interp_object::data::singletons;
use interp_object::data::types::OBJECT;
use interp_object::layout::{self, Payload, ValueExt};
use interp_object::native::{GetSetDef, MethodDef, NativeFn};
use interp_object::typeobj::TypeFlags;
use interp_object::{Args, Esc, PyResult, TypeObject, Value, interrupt, ops};

use crate::util::{given, int, lock, none, text};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    New,
    Started,
    Done,
}

struct Status {
    phase: Phase,
    ident: i64,
    daemon: bool,
}

/// What a thread and those that wait for it share.
pub(super) struct Handle {
    status: Mutex<Status>,
    changed: Condvar,
}

impl Handle {
    pub(super) fn new(daemon: bool) -> Arc<Self> {
        Arc::new(Handle { status: Mutex::new(Status { phase: Phase::New, ident: 0, daemon }), changed: Condvar::new() })
    }

    /// Marks the thread as started. `false` if it already was.
    pub(super) fn claim(&self, daemon: bool) -> bool {
        let mut status = lock(&self.status);
        let fresh = status.phase == Phase::New;
        if fresh {
            status.phase = Phase::Started;
            status.daemon = daemon;
        }
        fresh
    }

    pub(super) fn set_ident(&self, ident: i64) {
        lock(&self.status).ident = ident;
        self.changed.notify_all();
    }

    /// The identifier, once the thread runs.
    pub(super) fn wait_for_ident(&self, esc: Esc<'_>) -> i64 {
        esc.blocking(|| {
            let status = lock(&self.status);
            let waited = self.changed.wait_while(status, |status| status.ident == 0 && status.phase != Phase::Done);
            waited.unwrap_or_else(PoisonError::into_inner).ident
        })
    }

    fn finish(&self) {
        lock(&self.status).phase = Phase::Done;
        self.changed.notify_all();
    }

    fn is_done(&self) -> bool {
        lock(&self.status).phase == Phase::Done
    }

    /// Waits, detached. `false` if the time ran out.
    fn join(&self, esc: Esc<'_>, timeout: Option<Duration>) -> PyResult<bool> {
        interrupt::wait(esc, timeout, |timeout| {
            let deadline = timeout.map(|timeout| Instant::now() + timeout);
            let mut status = lock(&self.status);
            while status.phase != Phase::Done {
                status = match deadline {
                    None => self.changed.wait(status).unwrap_or_else(PoisonError::into_inner),
                    Some(deadline) => {
                        let left = deadline.saturating_duration_since(Instant::now());
                        if left.is_zero() {
                            return false;
                        }
                        self.changed.wait_timeout(status, left).unwrap_or_else(PoisonError::into_inner).0
                    }
                };
            }
            true
        })
    }
}

fn all() -> &'static Mutex<Vec<Arc<Handle>>> {
    static ALL: OnceLock<Mutex<Vec<Arc<Handle>>>> = OnceLock::new();
    ALL.get_or_init(Mutex::default)
}

/// Counts a thread as running.
pub(super) fn note_started(handle: &Arc<Handle>) {
    lock(all()).push(Arc::clone(handle));
}

/// The thread ended: those that wait for it go on.
pub(super) fn note_finished(handle: &Arc<Handle>) {
    lock(all()).retain(|known| !Arc::ptr_eq(known, handle));
    handle.finish();
}

/// How many threads run that were started here.
pub(super) fn running() -> usize {
    lock(all()).len()
}

/// Waits for every thread that is no daemon, those started meanwhile included.
///
/// # Errors
/// `KeyboardInterrupt`, if the main thread is interrupted meanwhile.
pub(super) fn join_all(esc: Esc<'_>) -> PyResult<()> {
    loop {
        let next = lock(all()).iter().find(|handle| !lock(&handle.status).daemon).cloned();
        let Some(handle) = next else { return Ok(()) };
        handle.join(esc, None)?;
    }
}

/// The payload of `_thread._ThreadHandle`.
pub(super) struct ThreadHandle {
    handle: Arc<Handle>,
}

impl ThreadHandle {
    pub(super) fn new(handle: Arc<Handle>) -> Self {
        ThreadHandle { handle }
    }

    pub(super) fn handle(&self) -> &Arc<Handle> {
        &self.handle
    }
}

impl Payload for ThreadHandle {
    const NAME: &'static str = "_ThreadHandle";
    const TRACED: bool = false;
    fn class() -> &'static TypeObject {
        &THREAD_HANDLE
    }
}

/// The type `_thread._ThreadHandle`.
pub(super) static THREAD_HANDLE: TypeObject =
    TypeObject::builtin::<ThreadHandle>("_thread._ThreadHandle", Some(&OBJECT), TypeFlags::empty());

const METHODS: &[MethodDef] = &[
    MethodDef::new("join", NativeFn::Positional(join), "Waits for the thread to end."),
    MethodDef::new("is_done", NativeFn::NoArgs(is_done), "Whether the thread ended."),
    MethodDef::new("_set_done", NativeFn::NoArgs(set_done), "Marks the thread as ended."),
];

const GETSETS: &[GetSetDef] = &[GetSetDef::readonly("ident", ident, "The identifier of the thread.")];

pub(super) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &THREAD_HANDLE).methods(METHODS).getsets(GETSETS).slots(|slots| {
        slots.new.set(Some(new));
        slots.repr.set(Some(repr));
    });
}

fn new(esc: Esc<'_>, class: &TypeObject, _: Args<'_>) -> PyResult {
    Ok(layout::new_with_type(esc, class, ThreadHandle::new(Handle::new(false))).into_value())
}

/// `_make_thread_handle(ident)`
pub(super) fn for_ident(esc: Esc<'_>, _: &Value, ident: &Value) -> PyResult {
    let handle = Handle::new(true);
    handle.claim(true);
    handle.set_ident(ops::index_i64(esc, ident)?);
    Ok(layout::new(esc, ThreadHandle::new(handle)).into_value())
}

fn of<'v>(esc: Esc<'_>, value: &'v Value) -> PyResult<&'v Arc<Handle>> {
    match value.payload::<ThreadHandle>() {
        Some(handle) => Ok(&handle.handle),
        None => Err(esc.type_error("a thread handle was expected")),
    }
}

fn join(esc: Esc<'_>, value: &Value, args: &[Value]) -> PyResult {
    let handle = of(esc, value)?;
    let timeout = match given(args.first()) {
        None => None,
        Some(timeout) => Some(ops::as_f64(esc, timeout)?).filter(|timeout| *timeout >= 0.0),
    };
    let (phase, ident) = {
        let status = lock(&handle.status);
        (status.phase, status.ident)
    };
    if phase == Phase::New {
        return Err(esc.runtime_error("thread not started"));
    }
    if phase == Phase::Started && ident == i64::from(esc.me()) {
        return Err(esc.runtime_error("Cannot join current thread"));
    }
    let timeout = timeout.map(|timeout| Duration::try_from_secs_f64(timeout).unwrap_or(Duration::MAX / 4));
    handle.join(esc, timeout)?;
    Ok(none())
}

fn is_done(esc: Esc<'_>, value: &Value) -> PyResult {
    Ok(singletons::bool(of(esc, value)?.is_done()))
}

fn set_done(esc: Esc<'_>, value: &Value) -> PyResult {
    of(esc, value)?.finish();
    Ok(none())
}

fn ident(esc: Esc<'_>, value: &Value) -> PyResult {
    let ident = lock(&of(esc, value)?.status).ident;
    Ok(int(esc, ident))
}

fn repr(esc: Esc<'_>, value: &Value) -> PyResult {
    let ident = lock(&of(esc, value)?.status).ident;
    Ok(text(esc, &format!("<_ThreadHandle object: ident={ident}>")))
}
