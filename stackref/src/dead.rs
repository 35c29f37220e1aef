//! Death: what a dropped reference reports, and how a dead object reaches its type's deallocator.

use crate::header::Header;
use crate::sync::local;
use std::cell::{Cell, RefCell};
use std::ptr::NonNull;

/// What became of an object whose reference was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a dead object must be finalized"]
pub enum Fate {
    /// Others hold it, or its owner will find out.
    Alive,
    /// No reference is left; who got this answer finalizes the object.
    Dead,
}

/// Prefix of every type object of an embedder.
#[repr(C)]
#[derive(Debug)]
pub struct TypeHead {
    /// A type is an object.
    pub header: Header,
    /// Finalizes and frees an object of this type whose count is zero. It may run anything.
    ///
    /// # Safety
    /// Called once per death, with the only pointer.
    pub dealloc: unsafe fn(NonNull<Header>),
}

/// An object whose count has reached zero and that waits for its finalization.
#[derive(Debug)]
#[must_use = "a dead object must be finalized, else it leaks"]
#[repr(transparent)]
pub struct Dead(NonNull<Header>);

// SAFETY: the token is the only reference to a dead object; whichever thread has it may finalize.
unsafe impl Send for Dead {}

/// How deep deallocators nest before the rest is put off until the outermost one returns.
const NESTING: u32 = 50;

local! {
    static DEPTH: Cell<u32> = Cell::new(0);
}
local! {
    static HAS_PUT_OFF: Cell<bool> = Cell::new(false);
}
local! {
    static PUT_OFF: RefCell<Vec<NonNull<Header>>> = RefCell::new(Vec::new());
}

impl Dead {
    /// Names a dead object.
    ///
    /// # Safety
    /// The object's last reference was dropped, with [`Fate::Dead`], and this is the only token for it.
    #[inline]
    pub unsafe fn new(object: NonNull<Header>) -> Dead {
        Dead(object)
    }

    /// The object.
    #[inline]
    pub fn header(&self) -> NonNull<Header> {
        self.0
    }

    /// Gives the object back as a pointer; the caller finalizes it in its own way.
    #[inline]
    pub fn into_header(self) -> NonNull<Header> {
        self.0
    }

    /// Calls the deallocator of the object's type, which may run anything.
    ///
    /// Long chains do not exhaust the native stack: below a fixed depth the object is put off, and the outermost
    /// call finalizes it when its own deallocator has returned.
    pub fn finalize(self) {
        let depth = DEPTH.with(Cell::get);
        if depth >= NESTING && put_off(self.0) {
            return;
        }
        DEPTH.with(|d| d.set(depth + 1));
        let _restore = RestoreDepth(depth);
        finalize_now(self.0);
        if depth == 0 && HAS_PUT_OFF.with(Cell::get) {
            finish_put_off_slow();
        }
    }
}

/// Leaves `object` to the outermost `finalize`; fails while the thread's locals are being destroyed.
#[cold]
fn put_off(object: NonNull<Header>) -> bool {
    HAS_PUT_OFF.with(|has| has.set(true));
    PUT_OFF.try_with(|list| list.borrow_mut().push(object)).is_ok()
}

#[cold]
#[inline(never)]
fn finish_put_off_slow() {
    while let Ok(Some(next)) = PUT_OFF.try_with(|list| list.borrow_mut().pop()) {
        finalize_now(next);
    }
    HAS_PUT_OFF.with(|has| has.set(false));
}

struct RestoreDepth(u32);

impl Drop for RestoreDepth {
    fn drop(&mut self) {
        DEPTH.with(|d| d.set(self.0));
    }
}

fn finalize_now(object: NonNull<Header>) {
    // SAFETY: dead objects keep their header until their deallocator frees them (D1).
    let ty = unsafe { object.as_ref() }.ty();
    // SAFETY: an object's type is alive as long as the object (D1).
    let dealloc = unsafe { (*ty).dealloc };
    // SAFETY: the token proved that the object is dead and nobody else finalizes it (D1).
    unsafe { dealloc(object) }
}
