//! `tuple`: an immutable array of values, in the object itself unless the class is a subclass.

use std::alloc::{self, Layout as MemLayout};
use std::ptr::NonNull;
use std::sync::OnceLock;

use stackref::{Slot, Value, Word};

use crate::layout::{self, Obj, Payload, VarPlace};
use crate::thread::Esc;
use crate::typeobj::{TypeFlags, TypeObject};

/// The payload of tuples.
pub struct Tuple {
    /// Right behind the payload, or in a block of its own.
    items: NonNull<Value>,
    len: usize,
}

// SAFETY: the items are written before the object is published and never change; `Value` is `Send + Sync`.
unsafe impl Send for Tuple {}
// SAFETY: as for `Send`.
unsafe impl Sync for Tuple {}

impl Tuple {
    /// The items.
    #[inline(always)]
    pub fn as_slice(&self) -> &[Value] {
        // SAFETY: `items` points to `len` values written before publication.
        unsafe { std::slice::from_raw_parts(self.items.as_ptr(), self.len) }
    }

    /// How many items.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether the items are in a block of their own: the place behind the payload belongs to the object in any case.
    #[inline]
    fn is_boxed(&self) -> bool {
        let behind = std::ptr::from_ref(self).wrapping_add(1);
        self.items.as_ptr().addr() != behind.addr()
    }
}

impl Drop for Tuple {
    #[inline]
    fn drop(&mut self) {
        for index in (0..self.len).rev() {
            // SAFETY: below the length.
            let item = unsafe { self.items.add(index) };
            // SAFETY: the tuple owns its items and nobody uses them afterwards.
            unsafe { item.drop_in_place() };
        }
        if self.is_boxed() {
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
    let mut items = items.into_iter();
    filled(esc, items.len(), |_| items.next())
}

/// An instance of `class` (`tuple` or a subclass).
pub fn new_as(
    esc: Esc<'_>,
    class: &TypeObject,
    items: impl IntoIterator<Item = Value, IntoIter: ExactSizeIterator>,
) -> Obj<Tuple> {
    let mut items = items.into_iter();
    let len = items.len();
    if std::ptr::eq(class, &raw const TUPLE) {
        return filled(esc, len, |_| items.next());
    }
    allocate(esc, class, len, |_| items.next())
}

/// A tuple of two.
#[inline]
pub fn pair(esc: Esc<'_>, first: Value, second: Value) -> Obj<Tuple> {
    let mut both = [Some(first), Some(second)];
    filled(esc, 2, |index| both[index].take())
}

/// The pair that an iterator gave first: given again, with other items, whenever nobody else has it any more, as CPython's
/// `enumerate` and `zip` do. Threads may share the iterator.
pub struct LastPair(Slot);

impl LastPair {
    /// Nothing was given yet.
    pub fn new() -> Self {
        LastPair(Slot::new(None))
    }

    /// Shows the collector what is kept.
    pub fn trace(&self, visit: &mut dyn FnMut(Word)) {
        self.0.peek().into_iter().for_each(visit);
    }

    /// Gives up what is kept.
    pub fn clear(&self, out: &mut Vec<Value>) {
        out.extend(self.0.swap(None));
    }

    /// A tuple of two. Items of the pair that it was before are dropped.
    #[inline]
    pub fn give(&self, esc: Esc<'_>, first: Value, second: Value) -> Value {
        let me = esc.me();
        let Some(word) = self.0.peek() else { return self.give_first(esc, first, second) };
        // SAFETY: only tuples are kept, which lie in the type-stable heap: a header, whoever drops the tuple meanwhile.
        let object = unsafe { word.header_unchecked() };
        // SAFETY: as above.
        let header = unsafe { object.as_ref() };
        if !header.is_unique(me) || header.is_uncountable() {
            return pair(esc, first, second).into_value();
        }
        // This thread owns the tuple, so no other frees it before the next safepoint, and the only count is the one kept
        // here: what other threads might read of the tuple they would read through this field, and only its owner does.
        // SAFETY: alive, as argued.
        let given = unsafe { Value::new_ptr(object, me) };
        // SAFETY: O1: only tuples are kept.
        let items = unsafe { layout::payload_of(object).cast::<Tuple>().as_ref() }.items;
        // SAFETY: a pair was made with two items, and nobody else looks at them.
        let old_first = unsafe { items.replace(first) };
        // SAFETY: as above.
        let old_second = unsafe { items.add(1).replace(second) };
        drop((old_first, old_second));
        given
    }

    #[cold]
    fn give_first(&self, esc: Esc<'_>, first: Value, second: Value) -> Value {
        let made = pair(esc, first, second).into_value();
        drop(self.0.swap(Some(made.clone())));
        made
    }
}

impl Default for LastPair {
    fn default() -> Self {
        Self::new()
    }
}

/// A tuple of clones of these values.
#[inline]
pub fn from_slice(esc: Esc<'_>, items: &[Value]) -> Obj<Tuple> {
    let me = esc.me();
    filled(esc, items.len(), |index| Some(items[index].clone_as(me)))
}

/// A tuple of what `item` gives for 0, 1, …: `len` items, or fewer if it ends early. `item` runs nothing that can escape
/// and allocates no object.
#[inline]
pub fn filled(esc: Esc<'_>, len: usize, item: impl FnMut(usize) -> Option<Value>) -> Obj<Tuple> {
    if len == 0 {
        return empty(esc);
    }
    allocate(esc, &TUPLE, len, item)
}

/// The empty tuple: one immortal object.
#[cold]
#[inline(never)]
pub fn empty(esc: Esc<'_>) -> Obj<Tuple> {
    static EMPTY: OnceLock<Obj<Tuple>> = OnceLock::new();
    let make = || {
        let tuple = allocate(esc, &TUPLE, 0, |_| None);
        crate::intern::immortalize(tuple.value());
        tuple
    };
    EMPTY.get_or_init(make).clone()
}

#[inline]
fn allocate(esc: Esc<'_>, class: &TypeObject, len: usize, mut item: impl FnMut(usize) -> Option<Value>) -> Obj<Tuple> {
    layout::new_var(esc, class, len * 8, |place| {
        let (VarPlace::Inline(items) | VarPlace::Boxed(items)) = place;
        let items = items.cast::<Value>();
        let mut written = 0;
        while written < len {
            let Some(item) = item(written) else { break };
            // SAFETY: `written < len`, and the region holds `len` values.
            unsafe { items.add(written).write(item) };
            written += 1;
        }
        Tuple { items, len: written }
    })
}
