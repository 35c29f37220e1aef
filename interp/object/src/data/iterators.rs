//! Layouts of the iterators that the eval loop specializes on: over lists, tuples and small ranges. What Python code can
//! do with them is defined in `types-data`.
//!
//! # Races
//! An iterator may be shared by threads. Each step is one relaxed load and one relaxed store of the position: two threads
//! may be given the same item, none is given an item that does not exist, as in CPython's free-threaded build. The
//! sequence is kept until the iterator dies, so that no thread sees it half dropped.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering::Relaxed};

use stackref::{Value, Word};

use super::int;
use super::list::List;
use super::tuple::Tuple;
use crate::layout::{self, Obj, Payload};
use crate::thread::Esc;
use crate::typeobj::{TypeFlags, TypeObject};

/// The position of an exhausted iterator over a sequence.
pub const EXHAUSTED: usize = usize::MAX;

macro_rules! sequence_iterator {
    ($payload:ident, $sequence:ident, $field:ident, $name:literal, $ty:ident, $new:ident) => {
        #[doc = concat!("The payload of `", $name, "`.")]
        pub struct $payload {
            $field: Obj<$sequence>,
            index: AtomicUsize,
        }

        impl $payload {
            /// What is iterated over.
            #[inline]
            pub fn $field(&self) -> &Obj<$sequence> {
                &self.$field
            }

            /// The index of the next item, or [`EXHAUSTED`].
            #[inline]
            pub fn index(&self) -> usize {
                self.index.load(Relaxed)
            }

            /// Moves the iterator.
            #[inline]
            pub fn set_index(&self, index: usize) {
                self.index.store(index, Relaxed);
            }
        }

        impl Payload for $payload {
            const NAME: &'static str = $name;
            fn class() -> &'static TypeObject {
                &$ty
            }

            fn trace(&self, visit: &mut dyn FnMut(Word)) {
                visit(self.$field.value().word());
            }
        }

        #[doc = concat!("The type `", $name, "`.")]
        pub static $ty: TypeObject =
            TypeObject::builtin::<$payload>($name, Some(&super::types::OBJECT), TypeFlags::NO_NEW);

        #[doc = concat!("A `", $name, "` at the start.")]
        #[inline]
        pub fn $new(esc: Esc<'_>, $field: Obj<$sequence>) -> Obj<$payload> {
            layout::new(esc, $payload { $field, index: AtomicUsize::new(0) })
        }
    };
}

sequence_iterator!(ListIterator, List, list, "list_iterator", LIST_ITERATOR, list_iterator);
sequence_iterator!(TupleIterator, Tuple, tuple, "tuple_iterator", TUPLE_ITERATOR, tuple_iterator);

impl ListIterator {
    /// The next item.
    #[inline]
    pub fn next(&self, esc: Esc<'_>) -> Option<Value> {
        let index = self.index();
        match self.list.get(esc, index) {
            Some(item) => {
                self.set_index(index + 1);
                Some(item)
            }
            None => {
                self.set_index(EXHAUSTED);
                None
            }
        }
    }
}

impl TupleIterator {
    /// The next item.
    #[inline]
    pub fn next(&self) -> Option<Value> {
        let index = self.index();
        match self.tuple.as_slice().get(index) {
            Some(item) => {
                self.set_index(index + 1);
                Some(item.clone())
            }
            None => {
                self.set_index(EXHAUSTED);
                None
            }
        }
    }
}

/// The payload of `range_iterator`: a range whose items and end fit 64 bits. Exhausted when `next == end`.
pub struct RangeIterator {
    next: AtomicI64,
    end: i64,
    step: i64,
}

impl RangeIterator {
    /// The next number.
    #[inline]
    pub fn next(&self) -> Option<i64> {
        let number = self.next.load(Relaxed);
        if number == self.end {
            return None;
        }
        // Stored only for a number before the end, so the end is met and never jumped over.
        self.next.store(number.wrapping_add(self.step), Relaxed);
        Some(number)
    }

    /// The number that [`RangeIterator::next`] will give unless it is the end.
    #[inline]
    pub fn peek(&self) -> i64 {
        self.next.load(Relaxed)
    }

    /// The first number that is not in the range any more: a whole number of steps from every item.
    #[inline]
    pub fn end(&self) -> i64 {
        self.end
    }

    /// The distance of two items, not 0.
    #[inline]
    pub fn step(&self) -> i64 {
        self.step
    }

    /// How many numbers are left.
    pub fn remaining(&self) -> u64 {
        let distance = i128::from(self.end) - i128::from(self.peek());
        u64::try_from(distance / i128::from(self.step)).unwrap_or(0)
    }

    /// Skips to the number `count` steps on (clamped to the end).
    pub fn skip(&self, count: u64) {
        let count = count.min(self.remaining());
        let skipped = i128::from(self.peek()) + i128::from(self.step) * i128::from(count);
        self.next.store(i64::try_from(skipped).unwrap_or(self.end), Relaxed);
    }
}

impl Payload for RangeIterator {
    const NAME: &'static str = "range_iterator";
    const TRACED: bool = false;
    fn class() -> &'static TypeObject {
        &RANGE_ITERATOR
    }
}

/// The type `range_iterator`.
pub static RANGE_ITERATOR: TypeObject =
    TypeObject::builtin::<RangeIterator>("range_iterator", Some(&super::types::OBJECT), TypeFlags::NO_NEW);

/// An iterator over `len` numbers from `start` on; `None` if the end does not fit 64 bits or the step is 0.
pub fn range_iterator(esc: Esc<'_>, start: i64, step: i64, len: u64) -> Option<Obj<RangeIterator>> {
    let end = i64::try_from(i128::from(start) + i128::from(step) * i128::from(len)).ok()?;
    if step == 0 {
        return None;
    }
    Some(layout::new(esc, RangeIterator { next: AtomicI64::new(start), end, step }))
}

/// `__next__` of `list_iterator`.
pub fn list_iterator_next(esc: Esc<'_>, iterator: &Value) -> crate::PyResult<Option<Value>> {
    use crate::layout::ValueExt;
    Ok(iterator.payload::<ListIterator>().and_then(|iterator| iterator.next(esc)))
}

/// `__next__` of `tuple_iterator`.
pub fn tuple_iterator_next(_esc: Esc<'_>, iterator: &Value) -> crate::PyResult<Option<Value>> {
    use crate::layout::ValueExt;
    Ok(iterator.payload::<TupleIterator>().and_then(TupleIterator::next))
}

/// `__next__` of `range_iterator`.
pub fn range_iterator_next(esc: Esc<'_>, iterator: &Value) -> crate::PyResult<Option<Value>> {
    use crate::layout::ValueExt;
    Ok(iterator.payload::<RangeIterator>().and_then(RangeIterator::next).map(|number| int::new(esc, number)))
}
