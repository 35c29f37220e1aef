//! A toy object for unit tests: counts its deaths, owns children, may resurrect itself.

use crate::sync::atomic::Ordering::Relaxed;
use crate::thread::{Record, current_id, register};
use crate::{Fate, Header, Slot, TypeHead, Value, gc_bits};
use std::cell::Cell;
use std::ptr::NonNull;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};

/// The object. Never unmapped, so that late readers may probe it.
#[repr(C)]
pub(crate) struct Toy {
    header: Header,
    pub(crate) deaths: Arc<AtomicUsize>,
    pub(crate) child: Slot,
    /// Where its finalizer puts the object, once.
    pub(crate) rescue: Mutex<Option<Arc<Slot>>>,
}

static TYPE: TypeHead = TypeHead { header: Header::new_immortal(std::ptr::null_mut()), dealloc };

unsafe fn dealloc(object: NonNull<Header>) {
    // SAFETY: every header of type `TYPE` begins a `Toy`.
    let toy = unsafe { object.cast::<Toy>().as_ref() };
    let rescue = toy.rescue.lock().unwrap().take();
    if let Some(place) = rescue {
        let me = current_id();
        // SAFETY: dead, and this is its deallocator.
        unsafe { toy.header.resurrect(me) };
        // SAFETY: alive for now.
        drop(place.swap(Some(unsafe { Value::new_ptr(object, me) })));
        // SAFETY: pairs with the above.
        if unsafe { toy.header.end_resurrection(me) } == Fate::Alive {
            return;
        }
    }
    toy.deaths.fetch_add(1, Relaxed);
    drop(toy.child.swap(None));
    // SAFETY: dead.
    unsafe { toy.header.mark_free() };
}

/// A new object of the calling thread and the tally of its deaths.
pub(crate) fn toy_with(deaths: Arc<AtomicUsize>, bits: u8) -> Value {
    let toy = Toy {
        header: Header::new((&raw const TYPE).cast_mut(), current_id()),
        deaths,
        child: Slot::new(None),
        rescue: Mutex::new(None),
    };
    toy.header.init_gc_bits(bits);
    let toy = Box::leak(Box::new(toy));
    // SAFETY: the new object's count; leaked memory is type-stable.
    unsafe { Value::from_header(NonNull::from(toy).cast()) }
}

/// A new plain object and the tally of its deaths.
pub(crate) fn toy() -> (Value, Deaths) {
    let deaths = Arc::new(AtomicUsize::new(0));
    (toy_with(deaths.clone(), 0), Deaths(deaths))
}

/// A new object that a collector tracks.
pub(crate) fn tracked() -> (Value, Deaths) {
    let deaths = Arc::new(AtomicUsize::new(0));
    (toy_with(deaths.clone(), gc_bits::TRACKED), Deaths(deaths))
}

pub(crate) struct Deaths(pub(crate) Arc<AtomicUsize>);

impl Deaths {
    pub(crate) fn get(&self) -> usize {
        self.0.load(Relaxed)
    }
}

/// The toy behind a value.
pub(crate) fn body(value: &Value) -> &'static Toy {
    // SAFETY: toys are leaked.
    unsafe { value.header().unwrap().cast::<Toy>().as_ref() }
}

/// The header behind a value.
pub(crate) fn header(value: &Value) -> &'static Header {
    &body(value).header
}

/// The calling thread, registered while this lives.
pub(crate) struct Registered(pub(crate) Arc<Record>, Cell<()>);

impl std::ops::Deref for Registered {
    type Target = Record;
    fn deref(&self) -> &Record {
        &self.0
    }
}

impl Registered {
    pub(crate) fn new() -> Registered {
        Registered(register(), Cell::new(()))
    }

    pub(crate) fn me(&self) -> u32 {
        self.0.id().get()
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        self.0.retire();
    }
}

/// Runs `f` on a registered thread and waits for it.
pub(crate) fn elsewhere<R: Send + 'static>(f: impl FnOnce() -> R + Send + 'static) -> R {
    let thread = std::thread::spawn(move || {
        let _registered = Registered::new();
        f()
    });
    thread.join().unwrap()
}
