//! How an object lies in memory: header, payload, and the typed handles over them.
//!
//! Apart from the rest because every cast between a word and a typed reference happens here, under O1.

use std::alloc::Layout as MemLayout;
use std::any::TypeId;
use std::marker::PhantomData;
use std::mem::size_of;
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};

use stackref::{Header, Load, Slot, StackRef, Value, Word, gc_bits};

use crate::thread::Esc;
use crate::typeobj::{TypeFlags, TypeObject};

/// Bytes from the start of an object to its payload.
pub const PAYLOAD_OFFSET: usize = size_of::<Header>();

/// A Rust struct that is the body of a Python object.
///
/// A payload is reached by several threads at once, so it is `Sync`: what changes after construction is an atomic,
/// a [`stackref::Slot`], or guarded by the object's one-byte lock. Implementing the trait is safe: everything that
/// memory safety rests on is derived from the type.
pub trait Payload: Sized + Send + Sync + 'static {
    /// The name of the layout, for messages of ours (not the Python type name).
    const NAME: &'static str;
    /// Whether objects with this payload can be part of a reference cycle.
    const TRACED: bool = true;
    /// Whether instances of the builtin type have a dictionary word behind the payload, and nothing else: so much is
    /// known when one is made.
    const HAS_DICT: bool = false;

    /// The builtin type whose instances have this payload.
    fn class() -> &'static TypeObject;

    /// Shows the collector every word this payload holds. Words that own no count are passed as they are: the
    /// collector follows them when it marks, and does not subtract them.
    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        let _ = visit;
    }

    /// Moves out references so that a cycle through this object breaks. The caller drops what it is given.
    fn clear(&self, out: &mut Vec<Value>) {
        let _ = out;
    }

    /// Makes every uncounted word counted whose object no longer defers counting (`gc::Model::convert_uncounted`): for
    /// payloads with [`Deferred`] fields and for suspended frames. `me` is the collecting thread.
    fn convert_uncounted(&self, me: u32) {
        let _ = me;
    }
}

/// The run-time description of a payload, shared by a builtin type and its subclasses.
///
/// Two objects have the same payload type iff [`Layout::is`] says so. Addresses do not tell: the constant is placed once
/// for every unit of compilation that mentions it.
#[derive(Debug)]
pub struct Layout {
    id: TypeId,
    /// [`Payload::NAME`].
    pub name: &'static str,
    /// Bytes of the payload.
    pub size: usize,
    /// [`Payload::TRACED`].
    pub traced: bool,
    pub(crate) trace: unsafe fn(NonNull<u8>, &mut dyn FnMut(Word)),
    pub(crate) clear: unsafe fn(NonNull<u8>, &mut Vec<Value>),
    pub(crate) drop: unsafe fn(NonNull<u8>),
    pub(crate) convert: unsafe fn(NonNull<u8>, u32),
}

impl Layout {
    /// Whether this is the layout of `T`.
    #[inline(always)]
    pub fn is<T: Payload>(&self) -> bool {
        self.id == TypeId::of::<T>()
    }

    /// Whether both describe the same payload type.
    #[inline]
    pub fn same(&self, other: &Layout) -> bool {
        self.id == other.id
    }
}

/// Gives each payload type its [`Layout`].
pub trait HasLayout {
    /// The layout of `Self`.
    const LAYOUT: &'static Layout;
    /// Deallocates an instance of a builtin type with this payload.
    const DEALLOC: unsafe fn(NonNull<Header>);
}

impl<T: Payload> HasLayout for T {
    const LAYOUT: &'static Layout = &Layout {
        id: TypeId::of::<T>(),
        name: T::NAME,
        size: size_of::<T>(),
        traced: T::TRACED,
        trace: trace_erased::<T>,
        clear: clear_erased::<T>,
        drop: drop_erased::<T>,
        convert: convert_erased::<T>,
    };
    const DEALLOC: unsafe fn(NonNull<Header>) = crate::finalize::dealloc_builtin::<T>;
}

/// Bytes of an instance that has nothing but header and payload.
pub(crate) const fn plain_size<T: Payload>() -> usize {
    PAYLOAD_OFFSET + size_of::<T>()
}

unsafe fn trace_erased<T: Payload>(payload: NonNull<u8>, visit: &mut dyn FnMut(Word)) {
    // SAFETY: O1: the caller reached this function through the layout of `T`, so a live `T` is here.
    unsafe { payload.cast::<T>().as_ref() }.trace(visit);
}

unsafe fn clear_erased<T: Payload>(payload: NonNull<u8>, out: &mut Vec<Value>) {
    // SAFETY: O1, as in `trace_erased`.
    unsafe { payload.cast::<T>().as_ref() }.clear(out);
}

unsafe fn convert_erased<T: Payload>(payload: NonNull<u8>, me: u32) {
    // SAFETY: O1, as in `trace_erased`.
    unsafe { payload.cast::<T>().as_ref() }.convert_uncounted(me);
}

unsafe fn drop_erased<T: Payload>(payload: NonNull<u8>) {
    // SAFETY: O1, and the caller is deallocation: nobody uses the payload afterwards.
    unsafe { payload.cast::<T>().drop_in_place() }
}

/// Where the payload of the object at `header` starts.
#[inline]
pub(crate) fn payload_of(header: NonNull<Header>) -> NonNull<u8> {
    // SAFETY: an object is at least a header long, so its payload's address is inside or one past the allocation.
    unsafe { header.cast::<u8>().add(PAYLOAD_OFFSET) }
}

/// A strong handle to an object whose payload is a `T`. One word; derefs to the payload.
#[repr(transparent)]
pub struct Obj<T: Payload> {
    value: Value,
    payload: PhantomData<T>,
}

impl<T: Payload> Obj<T> {
    /// The handle as an untyped value.
    #[inline]
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// Gives up the type.
    #[inline]
    pub fn into_value(self) -> Value {
        self.value
    }

    /// The object's header.
    #[inline]
    pub fn header(&self) -> &Header {
        header_of(&self.value)
    }
}

impl<T: Payload> Clone for Obj<T> {
    fn clone(&self) -> Self {
        Obj { value: self.value.clone(), payload: PhantomData }
    }
}

impl<T: Payload> Deref for Obj<T> {
    type Target = T;
    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: O1: an `Obj<T>` is made only from a value whose layout was compared or that was just allocated.
        unsafe { payload_of(NonNull::from(self.header())).cast::<T>().as_ref() }
    }
}

impl<T: Payload> From<Obj<T>> for Value {
    fn from(object: Obj<T>) -> Value {
        object.value
    }
}

impl<T: Payload> std::fmt::Debug for Obj<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<{} object at {:#x}>", T::NAME, self.value.word().bits())
    }
}

#[inline]
fn header_of(value: &Value) -> &Header {
    debug_assert!(value.header().is_some(), "a typed handle is a pointer");
    // SAFETY: O1: typed handles are made of objects only.
    let header = unsafe { value.word().header_unchecked() };
    // SAFETY: the value owns a count or is immortal, so the header is live for as long as `value` is borrowed.
    unsafe { header.as_ref() }
}

/// What every value can be asked about its layout. Implemented for [`Value`] alone.
pub trait ValueExt {
    /// The value's type. Immediate ints and floats have the types `int` and `float`.
    fn class(&self) -> &TypeObject;
    /// The payload if the value is an object with that payload (subclasses included).
    fn payload<T: Payload>(&self) -> Option<&T>;
    /// The payload if the value's type is exactly the builtin type of that payload.
    fn exact<T: Payload>(&self) -> Option<&T>;
    /// A typed handle, or the value back.
    fn downcast<T: Payload>(self) -> Result<Obj<T>, Value>;
    /// A typed view of a borrowed value.
    fn as_obj<T: Payload>(&self) -> Option<&Obj<T>>;
    /// The header of a heap object; `None` for immediates.
    fn object_header(&self) -> Option<&Header>;
    /// Whether the value is the singleton `None`.
    fn is_none(&self) -> bool;
}

impl ValueExt for Value {
    #[inline]
    fn class(&self) -> &TypeObject {
        class_of(self.word())
    }

    #[inline]
    fn payload<T: Payload>(&self) -> Option<&T> {
        let header = self.header()?;
        let class = type_of(header);
        if std::ptr::eq(class, T::class()) || class.layout().is::<T>() {
            // SAFETY: O1: the layouts were compared, and the value keeps the object alive.
            Some(unsafe { payload_of(header).cast::<T>().as_ref() })
        } else {
            None
        }
    }

    #[inline]
    fn exact<T: Payload>(&self) -> Option<&T> {
        let header = self.header()?;
        if std::ptr::eq(type_of(header), T::class()) {
            // SAFETY: O1: the builtin type of `T` has the layout of `T`.
            Some(unsafe { payload_of(header).cast::<T>().as_ref() })
        } else {
            None
        }
    }

    fn downcast<T: Payload>(self) -> Result<Obj<T>, Value> {
        if self.payload::<T>().is_some() { Ok(Obj { value: self, payload: PhantomData }) } else { Err(self) }
    }

    #[inline]
    fn as_obj<T: Payload>(&self) -> Option<&Obj<T>> {
        self.payload::<T>()?;
        // SAFETY: `Obj<T>` is a transparent wrapper of `Value`, and the layout was compared (O1).
        Some(unsafe { &*std::ptr::from_ref(self).cast::<Obj<T>>() })
    }

    #[inline]
    fn object_header(&self) -> Option<&Header> {
        // SAFETY: the value keeps the object alive while it is borrowed.
        self.header().map(|header| unsafe { header.as_ref() })
    }

    #[inline]
    fn is_none(&self) -> bool {
        self.header() == Some(crate::data::singletons::none_header())
    }
}

/// The type of the object at `header`.
#[inline]
pub(crate) fn type_of<'a>(header: NonNull<Header>) -> &'a TypeObject {
    // SAFETY: callers hold a reference to the object, so its header is live.
    let ty = unsafe { header.as_ref() }.ty();
    // SAFETY: every header of this runtime names a `TypeObject` (its `TypeHead` is the first field), and a type
    // outlives its instances (O5: deferred, kept by the collector while an instance is reachable).
    unsafe { &*ty.cast::<TypeObject>() }
}

/// The type of a word that is not NULL; immediates included.
#[inline]
pub fn class_of<'a>(word: Word) -> &'a TypeObject {
    if word.is_int() {
        &crate::data::int::INT
    } else if word.is_float() {
        &crate::data::float::FLOAT
    } else {
        type_of(word.header().expect("the type of NULL was asked"))
    }
}

/// [`class_of`] for objects.
///
/// # Safety
/// The word is a pointer, not NULL, to a live object.
#[inline(always)]
pub unsafe fn class_of_object<'a>(word: Word) -> &'a TypeObject {
    // SAFETY: as the caller's.
    type_of(unsafe { word.header_unchecked() })
}

/// A reference to a *deferred* object that owns no count (O5): functions hold their globals so. The collector sees it
/// through `trace`, and makes it counted through [`Deferred::convert`] when its object turns out to be garbage.
pub struct Deferred<T: Payload> {
    bits: AtomicU64,
    payload: PhantomData<T>,
}

impl<T: Payload> Deferred<T> {
    /// Makes an uncounted reference. Enables deferred counting on the object if it is not yet on.
    #[inline]
    pub fn new(object: &Obj<T>) -> Self {
        Deferred { bits: AtomicU64::new(deferred_bits(object.header())), payload: PhantomData }
    }

    /// As [`Deferred::new`], from the payload of the object.
    pub fn of(payload: &T) -> Self {
        Deferred { bits: AtomicU64::new(deferred_bits(header_of_payload(payload))), payload: PhantomData }
    }

    /// Names another object. The old one is given back if this reference had come to own a count; it stays what the
    /// collector alone frees, so that who reads the reference meanwhile may use it up to the next safepoint.
    #[must_use = "drop the old value where code may run"]
    pub fn replace(&self, object: &Obj<T>) -> Option<Value> {
        let old = self.bits.swap(deferred_bits(object.header()), AcqRel);
        // SAFETY: only words are stored.
        let old = unsafe { Word::from_bits(old) };
        if !old.is_counted() {
            return None;
        }
        // SAFETY: `convert` took the count that moves out here.
        let old = unsafe { Value::from_word(old) };
        header_of(&old).enable_deferred();
        Some(old)
    }

    /// The word, for `trace` and for stack slots.
    #[inline]
    pub fn word(&self) -> Word {
        // SAFETY: only words are stored.
        unsafe { Word::from_bits(self.bits.load(Acquire)) }
    }

    /// The word for a frame's header: an object's, without a count.
    #[inline(always)]
    pub fn stack_word(&self) -> Word {
        // SAFETY: only words of objects are stored.
        Word::uncounted(unsafe { self.word().header_unchecked() })
    }

    /// A counted handle.
    pub fn to_obj(&self) -> Obj<T> {
        Obj { value: self.as_value().clone(), payload: PhantomData }
    }

    /// A view as a value.
    #[inline]
    pub fn as_value(&self) -> &Value {
        // SAFETY: the atomic and `Value` have one representation; the word changes at most once, under a stopped world,
        // from uncounted to counted. The view is never dropped, and cloning decides from the object.
        unsafe { &*self.bits.as_ptr().cast::<Value>().cast_const() }
    }

    /// Takes a count if the object no longer defers counting. The world is stopped.
    pub fn convert(&self, me: u32) {
        let word = self.word();
        let Some(header) = word.header() else { return };
        // SAFETY: the object is alive: this reference was traced.
        let object = unsafe { header.as_ref() };
        if word.is_counted() || object.is_deferred() || object.is_immortal() {
            return;
        }
        // SAFETY: alive, as above.
        unsafe { object.incref(me) };
        self.bits.store(Word::counted(header).bits(), Relaxed);
    }
}

/// The bits of an uncounted reference to an object, which is deferred from now on.
#[inline]
fn deferred_bits(header: &Header) -> u64 {
    if !header.is_uncountable() {
        header.enable_deferred();
    }
    Word::uncounted(NonNull::from(header)).bits()
}

impl<T: Payload> Drop for Deferred<T> {
    fn drop(&mut self) {
        let word = self.word();
        if word.is_counted() {
            // SAFETY: `convert` took the count that is given up here.
            drop(unsafe { Value::from_word(word) });
        }
    }
}

impl<T: Payload> Deref for Deferred<T> {
    type Target = T;
    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: only words of objects are stored.
        let header = unsafe { self.word().header_unchecked() };
        // SAFETY: O1 as in `Obj`, and O5: the object cannot go while this traced reference is reachable.
        unsafe { payload_of(header).cast::<T>().as_ref() }
    }
}

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

/// The header of the object whose payload starts with `part`.
#[inline]
pub(crate) fn header_at_payload<T>(part: &T) -> &Header {
    // SAFETY: as in `header_of_payload`: callers are methods of a payload's first field.
    unsafe { NonNull::from(part).byte_sub(PAYLOAD_OFFSET).cast::<Header>().as_ref() }
}

/// The header of the object whose payload this is.
#[inline]
pub fn header_of_payload<T: Payload>(payload: &T) -> &Header {
    let payload = NonNull::from(payload);
    // SAFETY: payloads of shared objects live behind a header (O1); a payload that was never allocated is not shared.
    let header = unsafe { payload.byte_sub(PAYLOAD_OFFSET) }.cast::<Header>();
    // SAFETY: as above; the borrow of the payload keeps the object alive.
    unsafe { header.as_ref() }
}

const fn empty_slot() -> Slot {
    // SAFETY: `Slot` is a transparent atomic word (documented), and NULL is the empty slot.
    unsafe { std::mem::transmute::<AtomicU64, Slot>(AtomicU64::new(Word::NULL.bits())) }
}

/// A field of a payload that holds a value or nothing, may be assigned, and is read without a lock.
///
/// Writers hold the owner's one-byte lock; a reader that loses a race takes it.
pub struct Field(Slot);

impl Field {
    /// A field with this content.
    pub fn new(value: Option<Value>) -> Self {
        Field(Slot::new(value))
    }

    /// An empty field, for statics and for later.
    pub const fn empty() -> Self {
        Field(empty_slot())
    }

    /// The content. `owner` is the payload this field is part of.
    #[inline]
    pub fn get<T: Payload>(&self, esc: Esc<'_>, owner: &T) -> Option<Value> {
        self.get_for(esc.me(), owner)
    }

    /// As [`Field::get`], where no token is at hand; the thread is attached.
    pub fn get_now<T: Payload>(&self, owner: &T) -> Option<Value> {
        self.get_for(stackref::thread::current_id(), owner)
    }

    #[inline]
    fn get_for<T: Payload>(&self, me: u32, owner: &T) -> Option<Value> {
        // SAFETY: whatever a field holds lies in the type-stable heap or is immortal, and this thread is attached.
        match unsafe { self.0.load(me) } {
            Load::Value(value) => Some(value),
            Load::Null => None,
            Load::Retry => self.get_locked(me, owner),
        }
    }

    #[cold]
    fn get_locked<T: Payload>(&self, me: u32, owner: &T) -> Option<Value> {
        let _lock = header_of_payload(owner).lock().lock();
        // SAFETY: the lock that all writers of this field hold is held.
        unsafe { self.0.load_locked(me) }
    }

    /// Replaces the content. The old one is given back, to be dropped after the call.
    #[inline]
    #[must_use = "drop the old value where code may run"]
    pub fn set<T: Payload>(&self, owner: &T, value: Option<Value>) -> Option<Value> {
        let _lock = header_of_payload(owner).lock().lock();
        match value {
            // SAFETY: the lock that all writers of this field hold is held.
            Some(value) => unsafe { self.0.store(value) },
            // SAFETY: as above.
            None => unsafe { self.0.take() },
        }
    }

    /// Sets an empty field; a value that is there stays.
    pub fn set_if_empty<T: Payload>(&self, owner: &T, value: Value) {
        let _lock = header_of_payload(owner).lock().lock();
        if self.0.peek().is_none() {
            // SAFETY: the lock that all writers of this field hold is held, and the field is empty.
            unsafe { self.0.put(Some(value)) };
        }
    }

    /// The content as a stack reference, where reading it takes no call and no lock. `None` says only that it does not.
    #[inline(always)]
    pub fn load_quick(&self, me: u32) -> Option<StackRef> {
        // SAFETY: as in `get_for`; the caller puts the reference on its stack.
        unsafe { self.0.load_stackref_quick(me) }
    }

    /// Takes the content out while nobody else can reach the owner (`clear`).
    pub fn take(&self) -> Option<Value> {
        // SAFETY: nobody else reaches the owner.
        unsafe { self.0.take() }
    }

    /// The word, for `trace`, or `None` while empty.
    #[inline]
    pub fn word(&self) -> Option<Word> {
        self.0.peek()
    }

    /// Shows the content to the collector.
    pub fn trace(&self, visit: &mut dyn FnMut(Word)) {
        if let Some(word) = self.0.peek() {
            visit(word);
        }
    }
}

/// A field that is set at most once, and so can be looked at without a count.
pub(crate) struct OnceField(Slot);

impl OnceField {
    /// An empty field.
    pub(crate) const fn empty() -> Self {
        OnceField(empty_slot())
    }

    /// Sets the field, if it is empty: by the thread that makes the object. (If two raced, one value would leak.)
    ///
    /// # Errors
    /// Gives the value back if the field has one.
    #[inline(always)]
    pub(crate) fn set(&self, value: Value) -> Result<(), Value> {
        if self.0.peek().is_some() {
            return Err(value);
        }
        // SAFETY: the field is empty, or another thread has just filled it, whose value is then kept for ever.
        unsafe { self.0.put(Some(value)) };
        Ok(())
    }

    /// The content.
    #[inline]
    pub(crate) fn get(&self) -> Option<&Value> {
        self.0.peek()?;
        // SAFETY: a slot has the representation of a word, this one is not NULL, as was just seen, and what it held is
        // not given up while the owner is borrowed.
        Some(unsafe { &*std::ptr::from_ref(&self.0).cast::<Value>() })
    }

    /// Shows the content to the collector.
    pub(crate) fn trace(&self, visit: &mut dyn FnMut(Word)) {
        if let Some(word) = self.0.peek() {
            visit(word);
        }
    }
}
