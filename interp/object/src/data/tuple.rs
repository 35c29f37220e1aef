//! `tuple`: an immutable array of values, in the object itself unless the class is a subclass.

use std::alloc::{self, Layout as MemLayout};
use std::ptr::NonNull;
use std::sync::OnceLock;

use stackref::{Value, Word};

use crate::layout::{self, Obj, Payload, VarPlace};
use crate::thread::Esc;
use crate::typeobj::{TypeFlags, TypeObject};

/// The payload of tuples.
pub struct Tuple {
    items: NonNull<Value>,
    len: usize,
    boxed: bool,
}

// SAFETY: the items are written before the object is published and never change; `Value` is `Send + Sync`.
unsafe impl Send for Tuple {}
// SAFETY: as for `Send`.
unsafe impl Sync for Tuple {}

impl Tuple {
    /// The items.
    #[inline]
    pub fn as_slice(&self) -> &[Value] {
        // SAFETY: `items` points to `len` values written before publication.
        unsafe { std::slice::from_raw_parts(self.items.as_ptr(), self.len) }
    }

    /// How many items.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl Drop for Tuple {
    fn drop(&mut self) {
        let items = NonNull::slice_from_raw_parts(self.items, self.len);
        // SAFETY: the tuple owns its items and nobody uses them afterwards.
        unsafe { items.drop_in_place() };
        if self.boxed {
            let layout = MemLayout::from_size_align((self.len * 8).max(1), 8).expect("valid when allocated");
            // SAFETY: `boxed` items were allocated by `layout::new_var` with this layout.
            unsafe { alloc::dealloc(self.items.as_ptr().cast(), layout) };
        }
    }
}

impl Payload for Tuple {
    const NAME: &'static str = "tuple";
    fn class() -> &'static TypeObject {
        &TUPLE
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        self.as_slice().iter().for_each(|item| visit(item.word()));
    }
}

/// The type `tuple`.
pub static TUPLE: TypeObject = TypeObject::builtin::<Tuple>(
    "tuple",
    Some(&super::types::OBJECT),
    TypeFlags::BASE.union(TypeFlags::TUPLE_SUBCLASS).union(TypeFlags::SEQUENCE).union(TypeFlags::MATCH_SELF),
);

/// A tuple of these items.
pub fn new(esc: Esc<'_>, items: impl IntoIterator<Item = Value, IntoIter: ExactSizeIterator>) -> Obj<Tuple> {
    new_as(esc, &TUPLE, items)
}

/// An instance of `class` (`tuple` or a subclass).
pub fn new_as(
    esc: Esc<'_>,
    class: &TypeObject,
    items: impl IntoIterator<Item = Value, IntoIter: ExactSizeIterator>,
) -> Obj<Tuple> {
    let items = items.into_iter();
    let len = items.len();
    if len == 0 && std::ptr::eq(class, &raw const TUPLE) {
        return empty(esc);
    }
    allocate(esc, class, len, items)
}

/// The empty tuple: one immortal object.
pub fn empty(esc: Esc<'_>) -> Obj<Tuple> {
    static EMPTY: OnceLock<Obj<Tuple>> = OnceLock::new();
    let make = || {
        let tuple = allocate(esc, &TUPLE, 0, std::iter::empty());
        crate::intern::immortalize(tuple.value());
        tuple
    };
    EMPTY.get_or_init(make).clone()
}

fn allocate(esc: Esc<'_>, class: &TypeObject, len: usize, items: impl Iterator<Item = Value>) -> Obj<Tuple> {
    layout::new_var(esc, class, len * 8, |place| {
        let (data, boxed) = match place {
            VarPlace::Inline(data) => (data.cast::<Value>(), false),
            VarPlace::Boxed(data) => (data.cast::<Value>(), true),
        };
        let mut written = 0;
        for item in items.take(len) {
            // SAFETY: `written < len`, and the region holds `len` values.
            unsafe { data.add(written).write(item) };
            written += 1;
        }
        Tuple { items: data, len: written, boxed }
    })
}

/// A tuple of clones of these values.
pub fn from_slice(esc: Esc<'_>, items: &[Value]) -> Obj<Tuple> {
    new(esc, items.iter().cloned())
}
