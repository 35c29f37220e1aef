//! How an object lies in memory: header, payload, and the typed handles over them.
//!
//! Apart from the rest because every cast between a word and a typed reference happens here, under O1.

use std::any::TypeId;
use std::marker::PhantomData;
use std::mem::size_of;
use std::ops::Deref;
use std::ptr::NonNull;

use stackref::{Header, Value, Word};

use crate::typeobj::TypeObject;

mod deferred;
mod field;
mod make;

pub use deferred::Deferred;
pub use field::Field;
pub(crate) use field::OnceField;
pub use make::{VarPlace, new, new_with_type};
pub(crate) use make::{new_var, new_with_room};

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
