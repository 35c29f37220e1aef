//! Allocation: a block from the collector's heap, the payload in place, then published.

use std::alloc::Layout as MemLayout;
use std::marker::PhantomData;
use std::ptr::NonNull;

use stackref::{Header, Value, Word, gc_bits};

use super::{Obj, Payload, payload_of, plain_size};
use crate::thread::Esc;
use crate::typeobj::{TypeFlags, TypeObject};

/// Allocates an object of the builtin type of `T`.
#[inline]
pub fn new<T: Payload>(esc: Esc<'_>, payload: T) -> Obj<T> {
    let class = T::class();
    let size = const { plain_size::<T>() + if T::HAS_DICT { size_of::<Word>() } else { 0 } };
    if class.instance_size() != size || !T::TRACED && class.has(TypeFlags::TRACED) {
        return new_with_type(esc, class, payload);
    }
    let memory = allocate(esc, size, T::TRACED);
    // SAFETY: the allocation covers header and payload; nobody else has seen it.
    unsafe { payload_of(memory.cast()).cast::<T>().write(payload) };
    if T::HAS_DICT {
        // SAFETY: the allocation has one more word.
        let dict = unsafe { memory.add(plain_size::<T>()) }.cast::<Word>();
        // SAFETY: as above: no dictionary yet.
        unsafe { dict.write(Word::NULL) };
    }
    // SAFETY: the payload is in place, and so is the tail, if there is one.
    let value = unsafe { publish(esc, class, memory, T::TRACED) };
    Obj { value, payload: PhantomData }
}

/// Allocates an object with the payload `T` and the type `class` (the builtin type or a subclass of it).
///
/// Instance storage behind the payload (slots, inline values, dictionary word) starts out empty.
///
/// # Panics
/// If `class` has another layout. Out of memory for a small object ends the process, as in Rust's own collections.
pub fn new_with_type<T: Payload>(esc: Esc<'_>, class: &TypeObject, payload: T) -> Obj<T> {
    assert!(class.layout().is::<T>(), "{} is not laid out as {}", class.name(), T::NAME);
    let size = class.next_instance_size();
    let traced = class.is_traced();
    let memory = allocate(esc, size, traced);
    // SAFETY: the allocation is `instance_size` bytes, which covers header and payload; nobody else has seen it.
    unsafe { payload_of(memory.cast()).cast::<T>().write(payload) };
    let tail = plain_size::<T>();
    if size > tail {
        // SAFETY: the tail lies inside the block (`size` bytes) and belongs to this object alone.
        unsafe { class.init_tail(memory, tail, size) };
    }
    if !class.header().is_uncountable() {
        defer_again(class);
    }
    // SAFETY: payload and tail are in place.
    let value = unsafe { publish(esc, class, memory, traced) };
    Obj { value, payload: PhantomData }
}

#[inline(always)]
fn allocate(esc: Esc<'_>, size: usize, traced: bool) -> NonNull<u8> {
    match esc.thread().mutator().alloc(size, traced) {
        Some(memory) => memory,
        None => out_of_memory(size),
    }
}

#[cold]
#[inline(never)]
fn out_of_memory(size: usize) -> ! {
    std::alloc::handle_alloc_error(MemLayout::from_size_align(size, 8).unwrap_or(MemLayout::new::<u64>()))
}

/// Writes the header of a complete object.
///
/// # Safety
/// `memory` is a fresh block from the heap, `traced` or not, with an initialized payload and tail of the layout of `class`.
#[inline(always)]
unsafe fn publish(esc: Esc<'_>, class: &TypeObject, memory: NonNull<u8>, traced: bool) -> Value {
    let header = memory.cast::<Header>();
    let bits = if traced { gc_bits::TRACKED } else { 0 };
    // SAFETY: inside the block; the counts of the dead object that was here may be read by a racing try-retain, so
    // `Header::init_at` writes them atomically.
    unsafe { Header::init_at(header, class.head_ptr(), esc.me(), bits) };
    // SAFETY: the header was just made with one count, which this value takes.
    unsafe { Value::from_header(header) }
}

/// A finalizer made an instance of a class that was about to go: instances own no count of their class, so it must be counted
/// lazily again, which also tells the collector that it came back.
#[cold]
#[inline(never)]
fn defer_again(class: &TypeObject) {
    class.header().enable_deferred();
}

/// Where the variable part of an object lies.
pub enum VarPlace {
    /// Behind the payload, in the object itself. 8-aligned.
    Inline(NonNull<u8>),
    /// In a block of its own (instances of subclasses, whose attributes lie behind the payload), to be freed by the
    /// payload's `Drop` with `Layout::from_size_align(bytes.max(1), 8)`.
    Boxed(NonNull<u8>),
}

/// Allocates an object with `bytes` of variable data and a payload that points to it.
///
/// # Panics
/// If `class` has another layout than `T`.
#[inline]
pub(crate) fn new_var<T: Payload>(
    esc: Esc<'_>,
    class: &TypeObject,
    bytes: usize,
    fill: impl FnOnce(VarPlace) -> T,
) -> Obj<T> {
    if !std::ptr::eq(class, T::class()) {
        let layout = MemLayout::from_size_align(bytes.max(1), 8).expect("sizes of strings and tuples fit a layout");
        // SAFETY: the size is not zero.
        let Some(data) = NonNull::new(unsafe { std::alloc::alloc(layout) }) else {
            std::alloc::handle_alloc_error(layout)
        };
        return new_with_type(esc, class, fill(VarPlace::Boxed(data)));
    }
    // SAFETY: it is the builtin type of `T`, whose instances have nothing else behind the payload.
    unsafe { with_room(esc, class, T::TRACED, bytes, |room| fill(VarPlace::Inline(room))) }
}

/// Allocates an object of a builtin type with `bytes` of room behind its payload, 8-aligned, which `fill` initializes.
///
/// # Panics
/// If `class` has another layout than `T`.
#[inline]
pub(crate) fn new_with_room<T: Payload>(
    esc: Esc<'_>,
    class: &TypeObject,
    bytes: usize,
    fill: impl FnOnce(NonNull<u8>) -> T,
) -> Obj<T> {
    const { assert!(size_of::<T>().is_multiple_of(8)) };
    debug_assert!(class.layout().is::<T>(), "the type has another layout");
    // SAFETY: callers name builtin types of this layout; those of variable size have no tail.
    unsafe { with_room(esc, class, T::TRACED || class.is_traced(), bytes, fill) }
}

/// # Safety
/// `class` is a builtin type laid out as `T`, without a tail, whose instances are traced as `traced` says.
#[inline(always)]
unsafe fn with_room<T: Payload>(
    esc: Esc<'_>,
    class: &TypeObject,
    traced: bool,
    bytes: usize,
    fill: impl FnOnce(NonNull<u8>) -> T,
) -> Obj<T> {
    let memory = allocate(esc, plain_size::<T>() + bytes, traced);
    // SAFETY: inside the block just allocated.
    let room = unsafe { memory.add(plain_size::<T>()) };
    let payload = fill(room);
    // SAFETY: the block is private and large enough for header and payload.
    unsafe { payload_of(memory.cast()).cast::<T>().write(payload) };
    // SAFETY: the payload is in place, and there is no tail (caller).
    let value = unsafe { publish(esc, class, memory, traced) };
    Obj { value, payload: PhantomData }
}
