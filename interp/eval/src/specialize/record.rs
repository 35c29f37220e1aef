//! Immutable records behind cache words, and their retirement.

use std::ptr::NonNull;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use interp_object::data::code::Executable;
use interp_object::native::MethodDef;
use interp_object::{Esc, Word};
use interp_opcode::{CELL_COUNT, CellOp, families};
use specializer::cache::{self, Kind};
use specializer::rewrite::{Retire, Site};

use super::poly;

/// Records that were published and not freed yet.
static LIVE: AtomicUsize = AtomicUsize::new(0);

/// How many records there are.
pub(super) fn live() -> usize {
    LIVE.load(Ordering::Relaxed)
}

/// What a form with more than one fact holds: the thing itself and what makes it true.
#[derive(Clone, Copy)]
pub(crate) struct Held {
    /// The version of the type it was found through.
    pub(crate) version: u32,
    /// A second version: of shared keys or of a metatype.
    pub(crate) second: u32,
    /// The thing, without a count. A word that says it is counted names an object that must be retained at each use.
    pub(crate) value: Word,
    /// Whether the value is shared without a count, by a type that never makes descriptors: it may be given out as it is.
    pub(crate) direct: bool,
    /// The version of the value's type, if that can change: a descriptor would mean something else.
    pub(crate) value_version: u32,
    /// Another thing that is only compared, never used: its own life does not matter.
    pub(crate) beside: Word,
    /// The version of the function that is entered.
    pub(crate) function_version: u32,
    /// The definition of a native function that has a form of its own.
    pub(crate) def: Option<&'static MethodDef>,
}

impl Held {
    /// Nothing: where the fields that a form needs not come from.
    pub(crate) const EMPTY: Held = Held {
        version: 0,
        second: 0,
        value: Word::NULL,
        direct: true,
        value_version: 0,
        beside: Word::NULL,
        function_version: 0,
        def: None,
    };

    /// Frees a published record.
    ///
    /// # Safety
    /// [`Held::publish`] made it, and nobody uses it any more.
    pub(crate) unsafe fn free(record: NonNull<u8>) {
        // SAFETY: forwarded.
        drop(unsafe { Box::from_raw(record.cast::<Held>().as_ptr()) });
        LIVE.fetch_sub(1, Ordering::Relaxed);
    }

    /// Moves the record to where code may point to it.
    pub(crate) fn publish(self, kind: Kind) -> cache::Word {
        LIVE.fetch_add(1, Ordering::Relaxed);
        let record = NonNull::from(Box::leak(Box::new(self)));
        cache::Word::record(kind, record.as_ptr().expose_provenance() as u64)
    }
}

/// The record in a cache word, if it is of this kind. Valid until the next safepoint.
#[inline(always)]
pub(crate) fn held<'a>(cache: u64, kind: Kind) -> Option<&'a Held> {
    let address = cache::Word::from_bits(cache).record_for(kind)?;
    let record = std::ptr::with_exposed_provenance::<Held>(address as usize);
    // SAFETY: record words are made by `Held::publish` alone. One that left the code is freed after a grace period, and
    // the caller loaded the word since its last safepoint.
    Some(unsafe { &*record })
}

/// Retires records through the world's grace periods.
pub(crate) struct Records<'t>(pub(crate) Esc<'t>);

impl Retire for Records<'_> {
    fn retire(&self, kind: Kind, address: u64) {
        unsafe fn free_held(record: NonNull<u8>) {
            // SAFETY: published, and retired once (S4 of `specializer`).
            unsafe { Held::free(record) };
        }
        unsafe fn free_cases(record: NonNull<u8>) {
            // SAFETY: as above.
            unsafe { poly::free(record) };
        }
        let (free, bytes): (unsafe fn(NonNull<u8>), usize) =
            if poly::is_cases(kind) { (free_cases, size_of::<poly::Cases>()) } else { (free_held, size_of::<Held>()) };
        let record = std::ptr::with_exposed_provenance_mut::<u8>(address as usize);
        let Some(record) = NonNull::new(record) else { return };
        // SAFETY: the word left the code, so no new reader finds the record; each record arrives once.
        unsafe { self.0.thread().mutator().retire(record, free, bytes) };
    }
}

/// Retires the records of code that dies.
pub(crate) fn forget(esc: Esc<'_>, cells: &Executable) {
    for cell in &cells.form().cells {
        let start = cell.word as usize;
        let op = cells.words()[start].load(Ordering::Relaxed) as u16;
        let caches = CACHES[usize::from(op)];
        if caches > 0 {
            Site::new(&cells.words()[start..start + 2 + caches]).clear(&Records(esc));
        }
    }
}

/// Cache words by number of the cell op.
static CACHES: LazyLock<Box<[usize]>> = LazyLock::new(|| {
    let of_family = |op: CellOp| {
        let family = families().iter().find(|family| family.head == op.base().instr());
        family.map_or(0, |family| usize::from(family.words).saturating_sub(1))
    };
    (0..CELL_COUNT).map(|number| u16::try_from(number).ok().and_then(CellOp::from_u16).map_or(0, of_family)).collect()
});
