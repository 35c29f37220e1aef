//! How objects die: `__del__` once, weak references cut, attributes and payload dropped, memory freed.
//!
//! Deep structures do not recurse: `stackref::Dead::finalize` puts off what lies too deep (CPython's trashcan).

use std::ptr::NonNull;
use std::sync::OnceLock;

use stackref::{Fate, Header, Slot, Value, gc_bits};

use crate::layout::{self, Payload, payload_of, type_of};
use crate::raise::Raised;
use crate::thread::{Esc, Thread};
use crate::typeobj::{TypeFlags, TypeObject};
use crate::weak;

impl Thread {
    /// Drops a value later, outside the lock that is held now: at the next deallocation or safepoint.
    pub fn delay_drop(&self, value: Value) {
        self.delayed_values.borrow_mut().push(value);
    }

    /// As [`Thread::delay_drop`] for several.
    pub(crate) fn delay_drops(&self, values: Vec<Value>) {
        self.delayed_values.borrow_mut().extend(values);
    }

    /// Drops what was delayed. Whether there was anything.
    pub fn drop_delayed(&self) -> bool {
        let mut any = false;
        loop {
            let values = std::mem::take(&mut *self.delayed_values.borrow_mut());
            if values.is_empty() {
                return any;
            }
            any = true;
            drop(values);
        }
    }
}

/// The deallocation function of types whose instances may have attributes or finalizers: called when the last count is
/// gone. Depth is bounded by the caller ([`stackref::Dead::finalize`]).
///
/// # Safety
/// The object at `header` has no count left and the caller was the last to see it.
#[inline(never)]
pub(crate) unsafe fn dealloc(header: NonNull<Header>) {
    // SAFETY: whoever dropped the last count could escape.
    let Some(esc) = (unsafe { Esc::in_destructor() }) else {
        // No runtime on this thread any more: leak rather than touch freed state.
        return;
    };
    crate::zeal::escape(esc);
    // SAFETY: forwarded.
    unsafe { destroy(esc, header) };
}

/// The deallocation function of builtin types with the payload `T`. An instance that is no more than its payload, has no
/// weak references and no finalizer is dropped and freed right here.
///
/// # Safety
/// As [`dealloc`]; the type of the object is one that names this function, so its payload is a `T`.
pub(crate) unsafe fn dealloc_builtin<T: Payload>(header: NonNull<Header>) {
    let class = type_of(header);
    // SAFETY: the object is dead but its memory is still ours.
    let object = unsafe { header.as_ref() };
    // SAFETY: as above.
    let plain = unsafe { has_no_tail::<T>(header, class) } && class.slots.finalize.is_empty();
    if crate::zeal::ON || !plain || object.tag().load(std::sync::atomic::Ordering::Acquire) != 0 {
        // SAFETY: forwarded.
        return unsafe { dealloc(header) };
    }
    // Before the payload goes, which may run anything: no collection looks into a half dropped object. Nobody sets bits of
    // a dead object, so a store does.
    object.init_gc_bits(0);
    // SAFETY: O1: the builtin type of this function has the payload `T`, which is dropped once, here.
    unsafe { payload_of(header).cast::<T>().drop_in_place() };
    // SAFETY: nobody counts a dead object; from here on a racing try-retain fails whatever the counts were.
    unsafe { object.mark_free() };
    // SAFETY: the object is dead and dropped; the heap takes the block back.
    unsafe { gc::free_from_any(header.cast()) };
}

/// Whether an instance is no more than its payload: the type gives it nothing else, or a dictionary word that is empty.
///
/// # Safety
/// The memory at `header` is an instance of `class`, the builtin type of `T`.
#[inline(always)]
unsafe fn has_no_tail<T: Payload>(header: NonNull<Header>, class: &TypeObject) -> bool {
    let plain = layout::plain_size::<T>();
    if !T::HAS_DICT {
        return class.instance_size() == plain;
    }
    if class.instance_size() != plain + size_of::<Slot>() {
        return false;
    }
    // SAFETY: the instance has one word behind its payload, which is a slot.
    unsafe { header.byte_add(plain).cast::<Slot>().as_ref() }.peek().is_none()
}

/// # Safety
/// As [`dealloc`].
unsafe fn destroy(esc: Esc<'_>, header: NonNull<Header>) {
    let class = type_of(header);
    // SAFETY: the object is dead but its memory is still ours.
    let object = unsafe { header.as_ref() };
    if (class.has(TypeFlags::FINALIZER) || !class.slots.finalize.is_empty()) && !run_finalizer(esc, object, class) {
        return;
    }
    if object.tag().load(std::sync::atomic::Ordering::Acquire) & weak::HAS_WEAKREFS != 0 {
        weak::call_back(esc, weak::sever(object, esc.me()));
    }
    // The finalizer may have changed the class.
    let class = type_of(header);
    let layout = class.layout();
    // A store does: nobody else sets bits of a dead object.
    object.init_gc_bits(object.gc_bits() & !gc_bits::TRACKED);
    // From here on the collector does not see that the object needs its class: user code that the drops run may end it.
    // SAFETY: nobody else can reach the object: it is cleared from the tail to the payload, each part once.
    unsafe { crate::attr::drop_tail(esc, header, class) };
    // SAFETY: O1; the payload is dropped exactly once, here.
    unsafe { (layout.drop)(payload_of(header)) };
    if object.tag().load(std::sync::atomic::Ordering::Relaxed) & crate::gcmodel::COUNTS_TYPE != 0 {
        // SAFETY: the collector gave this object a count on its type, which is given up here.
        drop(unsafe { Value::from_header(NonNull::from(class.header())) });
    }
    // SAFETY: nobody counts a dead object; from here on a racing try-retain fails whatever the counts were.
    unsafe { object.mark_free() };
    // SAFETY: the object is dead and dropped; the heap takes the block back.
    unsafe { esc.thread().mutator().free(header.cast()) };
}

/// Runs `__del__` unless it ran before. `false` if the object came back to life.
fn run_finalizer(esc: Esc<'_>, object: &Header, class: &TypeObject) -> bool {
    if object.set_gc_bits(gc_bits::FINALIZED) & gc_bits::FINALIZED != 0 {
        return true;
    }
    // SAFETY: the object has no count; the runtime gives it one for the duration of the call.
    unsafe { object.resurrect(esc.me()) };
    // SAFETY: the count just made is held by `view` and given back by `end_resurrection`.
    let view = std::mem::ManuallyDrop::new(unsafe { Value::from_header(NonNull::from(object)) });
    finalize(esc, &view, class);
    // SAFETY: gives back the count that `resurrect` made.
    unsafe { object.end_resurrection(esc.me()) == Fate::Dead }
}

/// Calls the finalizer of `object` with the pending exception kept aside; what it raises is reported.
pub(crate) fn finalize(esc: Esc<'_>, object: &Value, class: &TypeObject) {
    let Some(finalizer) = class.slots.finalize.get() else { return };
    let pending = esc.thread().pending.borrow_mut().take();
    finalizer(esc, object);
    let stray = std::mem::replace(&mut *esc.thread().pending.borrow_mut(), pending);
    drop(stray);
}

/// Prints an exception that cannot be raised, through `sys.unraisablehook`: the message says what it came from, the last
/// value is the object concerned, if there is one besides those named in the message.
pub type Report = fn(Esc<'_>, Value, &str, Option<&Value>);

/// Set once by the crate that has `sys`.
pub static REPORT: OnceLock<Report> = OnceLock::new();

/// Reports an exception that cannot be raised (finalizers, callbacks). `doing` completes "Exception ignored while", and
/// the representation of `subject` follows it.
pub fn report_unraisable(esc: Esc<'_>, raised: Raised, doing: &str, subject: &Value) {
    let exception = raised.catch(esc);
    let shown = crate::ops::repr_lossy(esc, subject);
    if let Some(report) = REPORT.get() {
        report(esc, exception, &format!("Exception ignored while {doing} {shown}"), None);
    }
}
