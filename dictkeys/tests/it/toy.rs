//! A toy object model: integers, strings, and objects whose equality is user code. Its heap recycles blocks at once,
//! last freed first, so that a reader that trusts a dead object meets another one in its place.

use std::ptr::NonNull;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use dictkeys::{Env, NoSafepoint, Reclaim};
use stackref::thread::current_id;
use stackref::{Header, TypeHead, Value};

/// What `==` does with an object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u64)]
pub(crate) enum Kind {
    /// Compares its content, without user code.
    Str = 0,
    /// Compares its content, in "user code".
    User = 1,
}

/// A type and its heap; one for each test, so that leaks can be counted.
#[repr(C)]
pub(crate) struct Zone {
    head: TypeHead,
    free: Mutex<Vec<usize>>,
    live: AtomicI64,
}

#[repr(C)]
struct Object {
    header: Header,
    kind: AtomicU64,
    content: AtomicI64,
}

unsafe fn dealloc(object: NonNull<Header>) {
    // SAFETY: all objects of this type are `Object`s, and their memory stays mapped.
    let at = unsafe { object.cast::<Object>().as_ref() };
    // SAFETY: a zone's head is its first field, and zones are leaked.
    let zone = unsafe { &*at.header.ty().cast::<Zone>() };
    at.content.store(i64::MIN, Ordering::Relaxed);
    // SAFETY: dead, and pushed to the free list next.
    unsafe { at.header.mark_free() };
    zone.live.fetch_sub(1, Ordering::Relaxed);
    zone.free.lock().unwrap().push(object.as_ptr().expose_provenance());
}

impl Zone {
    pub(crate) fn new() -> &'static Zone {
        Box::leak(Box::new(Zone {
            head: TypeHead { header: Header::new_immortal(std::ptr::null_mut()), dealloc },
            free: Mutex::new(Vec::new()),
            live: AtomicI64::new(0),
        }))
    }

    pub(crate) fn make(&'static self, kind: Kind, content: i64) -> Value {
        let recycled = self.free.lock().unwrap().pop();
        let at: NonNull<Object> = match recycled {
            Some(address) => NonNull::new(std::ptr::with_exposed_provenance_mut(address)).unwrap(),
            None => {
                let header = Header::new_immortal(std::ptr::null_mut());
                let object = Object { header, kind: AtomicU64::new(0), content: AtomicI64::new(0) };
                // SAFETY: nobody else knows the block; a free header is what `init_at` wants.
                unsafe { object.header.mark_free() };
                NonNull::from(Box::leak(Box::new(object)))
            }
        };
        // SAFETY: a block of this heap.
        let object = unsafe { at.as_ref() };
        object.kind.store(kind as u64, Ordering::Relaxed);
        object.content.store(content, Ordering::Relaxed);
        let ty = (&raw const self.head).cast_mut();
        // SAFETY: the block is free and ours.
        unsafe { Header::init_at(at.cast(), ty, current_id(), 0) };
        self.live.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the new object's count.
        unsafe { Value::from_header(at.cast()) }
    }

    pub(crate) fn str(&'static self, content: i64) -> Value {
        self.make(Kind::Str, content)
    }

    pub(crate) fn user(&'static self, content: i64) -> Value {
        self.make(Kind::User, content)
    }

    pub(crate) fn live(&self) -> i64 {
        self.live.load(Ordering::Relaxed)
    }
}

pub(crate) fn int(i: i64) -> Value {
    Value::from_int(i).unwrap()
}

/// Kind and content of an object; `None` for immediates.
pub(crate) fn look(value: &Value) -> Option<(Kind, i64)> {
    let header = value.header()?;
    // SAFETY: a live object of this model.
    let object = unsafe { header.cast::<Object>().as_ref() };
    let kind = if object.kind.load(Ordering::Relaxed) == 0 { Kind::Str } else { Kind::User };
    Some((kind, object.content.load(Ordering::Relaxed)))
}

/// The number a value stands for.
pub(crate) fn content(value: &Value) -> i64 {
    value.as_int().unwrap_or_else(|| look(value).unwrap().1)
}

/// Grace periods for up to 8 threads: each announces its quiescent moments by counting.
pub(crate) struct Qsbr {
    counts: [AtomicU64; 8],
    waiting: Mutex<Vec<Waiting>>,
}

struct Waiting {
    since: [u64; 8],
    address: usize,
    free: unsafe fn(NonNull<u8>),
}

const OFFLINE: u64 = u64::MAX;

impl Qsbr {
    pub(crate) fn new() -> Qsbr {
        Qsbr { counts: [const { AtomicU64::new(OFFLINE) }; 8], waiting: Mutex::new(Vec::new()) }
    }

    pub(crate) fn online(&self, slot: usize) {
        self.counts[slot].store(1, Ordering::SeqCst);
    }

    pub(crate) fn offline(&self, slot: usize) {
        self.counts[slot].store(OFFLINE, Ordering::SeqCst);
        self.reclaim();
    }

    pub(crate) fn quiescent(&self, slot: usize) {
        self.counts[slot].fetch_add(1, Ordering::SeqCst);
        self.reclaim();
    }

    pub(crate) fn waiting(&self) -> usize {
        self.waiting.lock().unwrap().len()
    }

    fn snapshot(&self) -> [u64; 8] {
        std::array::from_fn(|i| self.counts[i].load(Ordering::SeqCst))
    }

    fn reclaim(&self) {
        let Ok(mut waiting) = self.waiting.try_lock() else { return };
        let now = self.snapshot();
        waiting.retain(|entry| {
            let passed = (0..8).all(|i| entry.since[i] == OFFLINE || entry.since[i] != now[i]);
            if passed {
                let at = NonNull::new(std::ptr::with_exposed_provenance_mut(entry.address)).unwrap();
                // SAFETY: every thread has been quiescent since the entry was retired.
                unsafe { (entry.free)(at) };
            }
            !passed
        });
    }
}

/// "User code" that runs inside a comparison.
pub(crate) type Hook<'a> = dyn FnMut(&mut Toy<'_>, &Value, &Value) -> Result<Option<bool>, &'static str> + 'a;

/// The embedder's side.
pub(crate) struct Toy<'a> {
    me: u32,
    qsbr: &'a Qsbr,
    /// Runs in `equal`; `None` from it means compare contents.
    pub hook: Option<&'a mut Hook<'a>>,
    pub equal_calls: usize,
    pub retired: usize,
}

impl<'a> Toy<'a> {
    pub(crate) fn new(qsbr: &'a Qsbr) -> Toy<'a> {
        Toy { me: current_id(), qsbr, hook: None, equal_calls: 0, retired: 0 }
    }
}

// SAFETY: see `Qsbr`.
unsafe impl Reclaim for Toy<'_> {
    unsafe fn retire(&mut self, ptr: NonNull<u8>, free: unsafe fn(NonNull<u8>), bytes: usize) {
        assert!(bytes > 0);
        self.retired += 1;
        let entry = Waiting { since: self.qsbr.snapshot(), address: ptr.as_ptr().expose_provenance(), free };
        self.qsbr.waiting.lock().unwrap().push(entry);
    }
}

// SAFETY: made on the thread it is used on; quiescent moments are explicit calls between operations.
unsafe impl NoSafepoint for Toy<'_> {
    fn me(&self) -> u32 {
        self.me
    }
}

impl Env for Toy<'_> {
    type Error = &'static str;

    fn same(&mut self, candidate: &Value, key: &Value) -> Option<bool> {
        match (look(candidate), look(key)) {
            (Some((Kind::Str, a)), Some((Kind::Str, b))) => Some(a == b),
            (None, None) => Some(candidate.is(key)),
            (Some((Kind::User, _)), _) | (_, Some((Kind::User, _))) => None,
            _ => Some(false),
        }
    }

    fn equal(&mut self, candidate: &Value, key: &Value) -> Result<bool, &'static str> {
        self.equal_calls += 1;
        let answer = match self.hook.take() {
            Some(hook) => {
                let mut inner = Toy { me: self.me, qsbr: self.qsbr, hook: None, equal_calls: 0, retired: 0 };
                let answer = hook(&mut inner, candidate, key);
                self.hook = Some(hook);
                answer?
            }
            None => None,
        };
        Ok(answer.unwrap_or_else(|| content(candidate) == content(key)))
    }

    fn no_memory(&mut self) -> &'static str {
        "out of memory"
    }
}

/// Lets one test at a time count objects. Thread ids are given out again process-wide: a test that drops an object of an
/// ended thread hands it to whoever has that id now, which must not be a thread of another test.
pub(crate) fn one_at_a_time() -> std::sync::MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(|failed| failed.into_inner())
}

/// A registered thread, retired when this is dropped, in a panic too.
pub(crate) struct Registered(pub(crate) std::sync::Arc<stackref::thread::Record>);

impl Registered {
    pub(crate) fn new() -> Registered {
        Registered(stackref::thread::register())
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        self.0.retire();
    }
}

/// Runs `f` as a registered thread, with a clean environment.
pub(crate) fn alone(f: impl FnOnce(&mut Toy<'_>, &'static Zone)) {
    let _turn = one_at_a_time();
    let thread = Registered::new();
    let qsbr = Qsbr::new();
    let zone = Zone::new();
    f(&mut Toy::new(&qsbr), zone);
    thread.0.drain_merge_queue();
    assert_eq!(zone.live(), 0, "objects leaked");
    qsbr.reclaim();
    assert_eq!(qsbr.waiting(), 0);
}
