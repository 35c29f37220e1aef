//! The place a handler stands at: typed access to the cell's fields, the frame's slots, and the ways on.
//!
//! Everything here is `#[inline(always)]` and compiles to the loads and stores a handler needs; generated code has no
//! unsafe operation besides making an [`At`], which is where H1 is handed over.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};

use interp_object::data::frame::Frame;
use interp_object::data::generator::free_if_spent;
use interp_object::{Thread, Value, Word};
use interp_opcode::{CELL_COUNT, CellOp};
use specializer::counter::Counter;
use stackref::StackRef;

use crate::dispatch::{Cell, Control, Handler, cell_at, next};
use crate::flow::{Flow, Slots};
use crate::generated::table::HANDLERS;
use crate::ops::weft_op_missing;
use crate::unwind;

/// Where a handler stands. Four words, passed in registers.
#[derive(Clone, Copy)]
pub(crate) struct At<'t> {
    ip: *const Cell,
    fp: *mut Word,
    th: &'t Thread,
    cell: u64,
}

macro_rules! fields {
    ($($slot:ident $small:ident $shift:literal)*) => { $(
        /// The field as a slot number.
        #[inline(always)]
        pub(crate) fn $slot(self) -> usize {
            usize::from((self.cell >> $shift) as u16)
        }

        /// The field as a small int.
        #[inline(always)]
        pub(crate) fn $small(self) -> Word {
            Word::small(i64::from((self.cell >> $shift) as i16))
        }
    )* };
}

impl<'t> At<'t> {
    fields! { a small_a 16 b small_b 32 c small_c 48 }

    /// # Safety
    /// H1.
    #[inline(always)]
    pub(crate) unsafe fn new(ip: *const Cell, fp: *mut Word, th: &'t Thread, cell: u64) -> Self {
        At { ip, fp, th, cell }
    }

    /// The frame's header.
    #[inline(always)]
    pub(crate) fn frame(self) -> &'t Frame {
        // SAFETY: H1: `fp` is the running frame's first local.
        unsafe { Frame::of(self.fp) }
    }

    #[inline(always)]
    fn data(self, index: usize) -> u64 {
        // SAFETY: the cell's layout has this many data words.
        cell_at(unsafe { self.ip.add(index) })
    }

    #[inline(always)]
    pub(crate) fn arg_bc(self) -> u32 {
        (self.cell >> 32) as u32
    }

    #[inline(always)]
    pub(crate) fn arg_small(self) -> u32 {
        u32::from((self.data(1) >> 16) as u16)
    }

    #[inline(always)]
    pub(crate) fn arg_aux(self) -> u32 {
        (self.data(1) >> 32) as u32
    }

    #[inline(always)]
    pub(crate) fn jump_bc(self) -> isize {
        self.arg_bc().cast_signed() as isize
    }

    #[inline(always)]
    pub(crate) fn jump_aux(self) -> isize {
        self.arg_aux().cast_signed() as isize
    }

    /// The constant in word `index` behind the cell.
    #[inline(always)]
    pub(crate) fn constant_word(self, index: usize) -> Word {
        // SAFETY: lowering put the word of a constant here, which the code object keeps alive.
        unsafe { Word::from_bits(self.data(index)) }
    }

    #[inline(always)]
    pub(crate) fn get(self, slot: usize) -> Word {
        // SAFETY: H1: lowering named a slot of this frame.
        let place = unsafe { self.fp.add(slot) };
        // SAFETY: as above; the slot was written before (locals at entry, temporaries by their producer).
        unsafe { place.read() }
    }

    #[inline(always)]
    pub(crate) fn set(self, slot: usize, word: Word) {
        // SAFETY: H1, as in `get`.
        let place = unsafe { self.fp.add(slot) };
        // SAFETY: as above.
        unsafe { place.write(word) };
    }

    #[inline(always)]
    pub(crate) fn null(self, slot: usize) {
        self.set(slot, Word::NULL);
    }

    #[inline(always)]
    pub(crate) fn slots(self, first: usize, len: usize) -> Slots {
        // SAFETY: H1: lowering named a block of this frame.
        let start = unsafe { self.fp.add(first) };
        // SAFETY: as above.
        unsafe { Slots::new(start, len) }
    }

    #[inline(always)]
    pub(crate) fn local(self, local: u32) -> Word {
        self.get(local as usize)
    }

    #[inline(always)]
    pub(crate) fn set_local(self, local: u32, word: Word) -> Word {
        let old = self.get(local as usize);
        self.set(local as usize, word);
        old
    }

    #[inline(always)]
    pub(crate) fn cache(self, index: usize) -> u64 {
        // SAFETY: the family has this many cache words.
        let word = unsafe { self.ip.add(1 + index) };
        // SAFETY: as above; Acquire pairs with the specializer's Release when the word is a pointer to a record.
        unsafe { (*word.cast::<AtomicU64>()).load(Ordering::Acquire) }
    }

    /// Advances the adaptive counter; whether it triggers.
    #[inline(always)]
    pub(crate) fn tick(self) -> bool {
        // SAFETY: an adaptive cell has word 1 behind it, whose low 16 bits are the counter.
        let counter = unsafe { &*self.ip.add(1).cast::<AtomicU16>() };
        let now = Counter::from_bits(counter.load(Ordering::Relaxed));
        if now.triggers() {
            return true;
        }
        counter.store(now.advanced().bits(), Ordering::Relaxed);
        false
    }

    #[inline(always)]
    pub(crate) fn view(self, word: &Word) -> &Value {
        debug_assert!(!word.is_null());
        // SAFETY: one representation; the definition says that the word is a value, which its slot keeps alive.
        unsafe { &*std::ptr::from_ref(word).cast::<Value>() }
    }

    #[inline(always)]
    pub(crate) fn view_slot(self, slot: usize) -> &'t Value {
        // SAFETY: H1: a slot of this frame.
        let place = unsafe { self.fp.add(slot) };
        // SAFETY: as in `view`; the slot keeps its value while the body runs.
        unsafe { &*place.cast::<Value>() }
    }

    #[inline(always)]
    fn reference(word: Word) -> StackRef {
        // SAFETY: the generator hands each owned word on exactly once.
        unsafe { StackRef::from_word(word) }
    }

    #[inline(always)]
    pub(crate) fn take(self, word: Word) -> Value {
        Self::reference(word).into_value(self.th.id())
    }

    #[inline(always)]
    pub(crate) fn clone_value(self, word: Word) -> Value {
        self.view(&word).clone_as(self.th.id())
    }

    #[inline(always)]
    pub(crate) fn dup(self, word: Word) -> Word {
        let reference = std::mem::ManuallyDrop::new(Self::reference(word));
        reference.dup(self.th.id()).into_word()
    }

    /// [`At::take`] where that makes no call.
    #[inline(always)]
    pub(crate) fn try_take(self, word: Word) -> Option<Value> {
        match Self::reference(word).try_into_value() {
            Ok(value) => Some(value),
            Err(reference) => {
                // The slot still owns it: the word is only looked at.
                let _ = reference.into_word();
                None
            }
        }
    }

    /// [`At::clone_value`] where that makes no call.
    #[inline(always)]
    pub(crate) fn try_clone_value(self, word: Word) -> Option<Value> {
        self.try_take(self.try_dup(word)?)
    }

    /// [`At::dup`] where that makes no call.
    #[inline(always)]
    pub(crate) fn try_dup(self, word: Word) -> Option<Word> {
        let reference = std::mem::ManuallyDrop::new(Self::reference(word));
        reference.try_dup(self.th.id()).map(StackRef::into_word)
    }

    #[inline(always)]
    pub(crate) fn borrow(self, word: Word) -> Word {
        if word.is_ptr() { word.to_uncounted() } else { word }
    }

    #[inline(always)]
    pub(crate) fn own(self, value: Value) -> Word {
        value.into_word()
    }

    #[inline(always)]
    pub(crate) fn save_ip(self) {
        self.frame().ip.set(self.ip);
    }

    /// Gives a reference up, or hands it back when that needs a call: it may be the last, or another thread's.
    /// [`At::finalize`] and the `finish` family do the rest out of line.
    #[inline(always)]
    pub(crate) fn close(self, word: Word) -> Option<StackRef> {
        Self::reference(word).close_unless_last(self.th.id())
    }

    #[inline(always)]
    pub(crate) fn replace(self, slot: usize, word: Word) -> Option<StackRef> {
        let old = self.get(slot);
        self.set(slot, word);
        self.close(old)
    }

    /// Closes what [`At::close`] handed back; the frame shows what is live.
    #[cold]
    #[inline(never)]
    pub(crate) fn finalize(self, last: StackRef) {
        self.save_ip();
        if let Some(dead) = last.close(self.th.id()) {
            dead.finalize();
        }
    }

    /// Closes an array top down, each slot NULL before its reference goes.
    pub(crate) fn close_slots(self, slots: Slots) {
        for index in (0..slots.len()).rev() {
            let word = slots.get(index);
            slots.set(index, Word::NULL);
            if let Some(dead) = self.close(word) {
                self.finalize(dead);
            }
        }
    }

    #[inline(always)]
    pub(crate) fn next(self, words: usize) -> Control {
        // SAFETY: the next cell is in the same code.
        next(unsafe { self.ip.add(words) }, self.fp, self.th)
    }

    #[inline(always)]
    pub(crate) fn jump(self, words: isize) -> Control {
        // SAFETY: lowering computed the distance within the code.
        next(unsafe { self.ip.offset(words) }, self.fp, self.th)
    }

    #[inline(always)]
    pub(crate) fn deopt(self) -> Control {
        // SAFETY: H1: handed on as it came.
        unsafe { weft_op_base(self.ip, self.fp, self.th, self.cell) }
    }

    #[inline(always)]
    pub(crate) fn redo(self) -> Control {
        next(self.ip, self.fp, self.th)
    }

    #[inline(always)]
    pub(crate) fn go(self, ip: *const Cell, fp: *mut Word) -> Control {
        Flow { ip, fp }.go(self.th)
    }

    #[inline(always)]
    pub(crate) fn leave(self, bits: u64) -> Control {
        crate::dispatch::leave(bits)
    }

    #[inline(always)]
    pub(crate) fn next_flow(self, words: usize) -> Flow {
        // SAFETY: as in `next`.
        Flow { ip: unsafe { self.ip.add(words) }, fp: self.fp }
    }

    #[inline(always)]
    pub(crate) fn jump_flow(self, words: isize) -> Flow {
        // SAFETY: as in `jump`.
        Flow { ip: unsafe { self.ip.offset(words) }, fp: self.fp }
    }

    #[inline(always)]
    pub(crate) fn error_flow(self) -> Flow {
        unwind::unwind(self.ip, self.fp, self.th)
    }

    #[inline(always)]
    pub(crate) fn deopt_flow(self) -> Flow {
        Flow { ip: self.ip.map_addr(|ip| ip | 1), fp: self.fp }
    }

    #[inline(always)]
    pub(crate) fn redo_flow(self) -> Flow {
        Flow { ip: self.ip, fp: self.fp }
    }

    #[inline(always)]
    pub(crate) fn go_flow(self, ip: *const Cell, fp: *mut Word) -> Flow {
        Flow { ip, fp }
    }

    #[inline(always)]
    pub(crate) fn finish1(self, to: Flow, one: Option<StackRef>) -> Control {
        finish_one(to.ip, to.fp, self.th, one)
    }

    #[inline(always)]
    pub(crate) fn finish2(self, to: Flow, one: Option<StackRef>, two: Option<StackRef>) -> Control {
        finish(to.ip, to.fp, self.th, one, two, None)
    }
}

/// What the generator writes for some shapes of definitions, of which there may be none today.
#[allow(dead_code, reason = "the definitions decide which of these are used")]
impl At<'_> {
    #[inline(always)]
    pub(crate) fn error(self) -> Control {
        unwind::error(self.ip, self.fp, self.th)
    }

    #[inline(always)]
    pub(crate) fn heap_safe(self, word: Word) -> Word {
        Self::reference(word).make_heap_safe(self.th.id()).into_word()
    }

    #[cold]
    pub(crate) fn discard(self, word: Word) {
        if let Some(dead) = self.close(word) {
            self.finalize(dead);
        }
    }

    #[inline(always)]
    pub(crate) fn leave_flow(self, bits: u64) -> Flow {
        Flow::leave(self.th, bits)
    }

    #[inline(always)]
    pub(crate) fn finish3(
        self,
        to: Flow,
        one: Option<StackRef>,
        two: Option<StackRef>,
        three: Option<StackRef>,
    ) -> Control {
        finish(to.ip, to.fp, self.th, one, two, three)
    }
}

/// [`finish`] of one.
#[cold]
#[inline(never)]
extern "C" fn finish_one(ip: *const Cell, fp: *mut Word, th: &Thread, one: Option<StackRef>) -> Control {
    // SAFETY: H1: the flow names a frame of this thread.
    unsafe { Frame::of(fp) }.ip.set(ip);
    let Some(last) = one else { return next(ip, fp, th) };
    let word = last.into_word();
    // SAFETY: the reference is owned; it is used no more if it was given up.
    if unsafe { free_if_spent(th, word) } {
        return next(ip, fp, th);
    }
    finish_closing(ip, fp, th, word)
}

/// The rest of [`finish_one`], whose reference `word` owns.
#[inline(never)]
extern "C" fn finish_closing(ip: *const Cell, fp: *mut Word, th: &Thread, word: Word) -> Control {
    // SAFETY: owned, by `finish_one`.
    close_last(th, Some(unsafe { StackRef::from_word(word) }));
    next(ip, fp, th)
}

#[inline(always)]
fn close_last(th: &Thread, last: Option<StackRef>) {
    if let Some(dead) = last.and_then(|last| last.close(th.id())) {
        dead.finalize();
    }
}

/// Closes what an instruction let go, after its effects, and goes on at the next one.
#[cold]
#[inline(never)]
extern "C" fn finish(
    ip: *const Cell,
    fp: *mut Word,
    th: &Thread,
    one: Option<StackRef>,
    two: Option<StackRef>,
    three: Option<StackRef>,
) -> Control {
    // SAFETY: H1: the flow names a frame of this thread.
    unsafe { Frame::of(fp) }.ip.set(ip);
    close_last(th, one);
    if two.is_some() {
        close_last(th, two);
    }
    if three.is_some() {
        close_last(th, three);
    }
    next(ip, fp, th)
}

/// The miss of a specialized handler: runs the generic handler of its family. Out of line, so that a handler needs no
/// frame of its own for it; named as a handler, since it must end in a jump like them.
///
/// # Safety
/// H1.
#[cold]
#[inline(never)]
pub(crate) unsafe extern "C" fn weft_op_base(ip: *const Cell, fp: *mut Word, th: &Thread, cell: u64) -> Control {
    let handler = base_handler(cell as u16);
    // SAFETY: H1, and all members of a family have one layout.
    unsafe { handler(ip, fp, th, cell) }
}

/// The handler of the family's head, by number of the cell op.
static BASES: OnceLock<Box<[Handler]>> = OnceLock::new();

/// Fills the table that misses go by. (Not when the first miss comes: that would need a frame.)
pub(crate) fn init() {
    let base = |number: usize| {
        let op = u16::try_from(number).ok().and_then(CellOp::from_u16);
        HANDLERS[op.map_or(number, |op| usize::from(op.base().number()))]
    };
    BASES.get_or_init(|| (0..CELL_COUNT).map(base).collect());
}

#[inline(always)]
fn base_handler(number: u16) -> Handler {
    BASES.get().and_then(|bases| bases.get(usize::from(number))).copied().unwrap_or(weft_op_missing)
}
