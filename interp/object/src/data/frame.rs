//! Frames: a header of fixed words below a frame's locals, and the walk over a thread's frames.
//!
//! `fp` points to the first local; temporaries follow the locals, the header lies directly below:
//!
//! ```text
//! fp - HEADER_WORDS …… fp - 1 | fp … fp + locals - 1 | fp + locals …
//!         header              |        locals        |  temporaries
//! ```
//!
//! Frames of calls lie on the thread's data stack, frames of generators in the generator. The chain of running frames
//! hangs on `Thread::frame` through `previous`; it is exact at every escape (O4): `ip` of each frame names the cell it
//! stands at, and the code's table says how many temporaries live there. Consumed ones hold NULL.

use std::cell::Cell;
use std::mem::size_of;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use interp_opcode::{CellOp, Instr};
use stackref::{Value, Word};

use super::code::{CodeObject, FrameSize};
use super::function::Function;
use crate::layout::{header_of_payload, payload_of};
use crate::thread::{Esc, Thread};

/// Words of a frame's header.
pub const HEADER_WORDS: usize = size_of::<Frame>() / size_of::<Word>();

/// What happens when a frame is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum OnReturn {
    /// As `Store`, from a frame whose header owns nothing and that no generator owns.
    Plain = 0,
    /// The result goes to a temporary of the caller.
    Store = 7,
    /// The result goes to a local of the caller, whose old value is closed.
    StoreLocal = 1,
    /// The native loop that entered the frame is left with the result.
    Leave = 2,
    /// The frame ran `__init__`: the result must be `None`, and the instance is already in its place.
    Init = 3,
    /// The frame is a generator's that `FOR_ITER` resumed: a yield stores, a return ends the loop.
    ForIter = 4,
    /// As `ForIter`, and the item goes to a local.
    ForIterLocal = 5,
    /// The frame is a generator's that `SEND` resumed: a yield goes on, a return jumps.
    Send = 6,
}

/// The header of a frame.
#[repr(C)]
pub struct Frame {
    /// The caller's `fp`, null for the outermost. Of a suspended generator: the frame it waits for in `yield from` or
    /// `await`, if that was noted, else null.
    pub previous: Cell<*mut Word>,
    /// The cell this frame stands at.
    pub ip: Cell<*const u64>,
    /// The code: deferred, and shown to the collector by itself.
    pub code: Cell<*const CodeObject>,
    /// The function, which has the globals and builtins: counted, or uncounted while it is deferred. NULL only while the
    /// frame is being closed.
    pub function: Cell<Word>,
    /// Namespace of a class or module body: counted, or NULL.
    pub locals: Cell<Word>,
    /// The generator that owns this frame (uncounted: it contains the frame), or NULL.
    pub owner: Cell<Word>,
    /// Where the caller goes on. Of a suspended generator that noted what it waits for: its own `SEND`.
    pub return_ip: Cell<*const u64>,
    /// Where the result goes.
    pub landing: Cell<Landing>,
    /// How many locals and slots there are.
    pub size: Cell<FrameSize>,
}

/// Where the result of a frame goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, align(8))]
pub struct Landing {
    /// The caller's slot.
    pub slot: u32,
    /// What is done with the result.
    pub how: OnReturn,
}

static_assertions::const_assert_eq!(size_of::<Frame>() % size_of::<Word>(), 0);

impl Frame {
    /// The header of the frame at `fp`.
    ///
    /// # Safety
    /// `fp` is the first local of a live frame, and the frame outlives the reference.
    #[inline(always)]
    pub unsafe fn of<'a>(fp: *mut Word) -> &'a Frame {
        // SAFETY: the header lies directly below `fp`.
        let header = unsafe { fp.sub(HEADER_WORDS) }.cast::<Frame>();
        // SAFETY: a frame is reached by its own thread, or with the world stopped; its fields are cells.
        unsafe { &*header }
    }

    /// The code that runs here.
    #[inline(always)]
    pub fn code(&self) -> &CodeObject {
        // SAFETY: set when the frame was made, and kept alive by `function`.
        unsafe { &*self.code.get() }
    }

    /// The function, unless the frame is being closed.
    #[inline]
    pub fn running_function(&self) -> Option<&Function> {
        let function = self.function.get();
        // SAFETY: the word names a function, which the frame keeps alive.
        (!function.is_null()).then(|| unsafe { payload_in(function) })
    }

    /// The globals: uncounted, kept alive by the function. NULL while the frame is being closed.
    #[inline]
    pub fn globals(&self) -> Word {
        self.running_function().map_or(Word::NULL, |function| function.globals().stack_word())
    }

    /// The builtins: as [`Frame::globals`].
    #[inline]
    pub fn builtins(&self) -> Word {
        self.running_function().map_or(Word::NULL, |function| function.builtins().stack_word())
    }

    /// How many locals there are.
    #[inline(always)]
    pub fn locals_count(&self) -> usize {
        self.size.get().locals as usize
    }

    /// The index of the word this frame stands at.
    #[inline]
    pub fn word_index(&self) -> u32 {
        let start = self.code().cells_start();
        // SAFETY: `ip` always points into the code's cells.
        let words = unsafe { self.ip.get().offset_from(start) };
        u32::try_from(words).unwrap_or(0)
    }

    /// The instruction this frame stands at.
    #[inline]
    pub fn instr(&self) -> Option<Instr> {
        // SAFETY: `ip` always points to a cell of the running code.
        let cell = unsafe { (*self.ip.get().cast::<AtomicU64>()).load(Relaxed) };
        CellOp::from_u16(cell as u16).map(CellOp::instr)
    }

    /// The line this frame is at.
    pub fn line(&self) -> Option<u32> {
        self.code().line_of_word(self.word_index())
    }
}

/// The globals of the innermost running frame, if the thread runs Python code.
pub fn running_globals(esc: Esc<'_>) -> Option<Value> {
    let fp = esc.thread().frame.get();
    if fp.is_null() {
        return None;
    }
    // SAFETY: the innermost frame is live while native code above it runs (O4).
    let globals = unsafe { Frame::of(fp) }.globals();
    if globals.is_null() {
        return None;
    }
    // SAFETY: the frame's function keeps its globals alive; the view is not dropped, and cloning decides from the object.
    let view = std::mem::ManuallyDrop::new(unsafe { Value::from_word(globals) });
    Some(Value::clone(&view))
}

/// How much of a frame's temporaries is its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All that live at the cell.
    Whole,
    /// Those below the block of the cell: what the block held was moved into the callee's frame.
    BelowBlock,
}

/// How much of the frame that called `callee` is its own.
pub fn extent_below(callee: &Frame) -> Extent {
    match callee.landing.get().how {
        OnReturn::Plain | OnReturn::Store | OnReturn::StoreLocal | OnReturn::Init => Extent::BelowBlock,
        OnReturn::Leave | OnReturn::ForIter | OnReturn::ForIterLocal | OnReturn::Send => Extent::Whole,
    }
}

/// The temporaries of a frame that hold values, as a count.
pub fn live_temporaries(frame: &Frame, extent: Extent) -> usize {
    let (locals, live) = frame.code().slots_at(frame.word_index());
    if extent == Extent::Whole {
        return live;
    }
    // SAFETY: `ip` points to a cell of live code.
    let cell = unsafe { (*frame.ip.get().cast::<AtomicU64>()).load(Relaxed) };
    let block = CellOp::from_u16(cell as u16).and_then(|op| op.instr().info().layout.block);
    block.map_or(live, |(_, field)| {
        let slot = (cell >> (16 * (u32::from(field) + 1))) as u16;
        live.min(usize::from(slot).saturating_sub(locals))
    })
}

/// Shows the collector what one frame holds: header, locals, and the temporaries that live at the cell the frame stands
/// at.
///
/// # Safety
/// `fp` is a frame that shows every live reference; the world is stopped or the frame suspended.
pub(crate) unsafe fn trace_frame(fp: *mut Word, extent: Extent, visit: &mut dyn FnMut(Word)) {
    // SAFETY: forwarded.
    let frame = unsafe { Frame::of(fp) };
    for word in [&frame.function, &frame.locals, &frame.owner] {
        visit(word.get());
    }
    // The function keeps its code, but not the one that ran when `__code__` was assigned, and not while it is being closed.
    visit(Word::uncounted(NonNull::from(header_of_payload(frame.code()))));
    let live = live_temporaries(frame, extent);
    for slot in 0..frame.locals_count() + live {
        // SAFETY: inside the frame: locals are always initialized, temporaries up to the live count are.
        let place = unsafe { fp.add(slot) };
        // SAFETY: as above.
        visit(unsafe { place.read() });
    }
}

/// Shows the collector what the frames of `thread` hold. The world is stopped.
pub(crate) fn walk(thread: &Thread, visit: &mut dyn FnMut(Word)) {
    let mut fp = thread.frame.get();
    let mut extent = Extent::Whole;
    while !fp.is_null() {
        // SAFETY: the chain of a stopped thread is exact (O4).
        unsafe { trace_frame(fp, extent, visit) };
        // SAFETY: as above.
        let frame = unsafe { Frame::of(fp) };
        extent = extent_below(frame);
        fp = frame.previous.get();
    }
}

/// The payload of the object behind an uncounted word of a frame header.
///
/// # Safety
/// The word names an object with the payload `T` that outlives the reference.
#[inline(always)]
pub unsafe fn payload_in<'a, T>(word: Word) -> &'a T {
    // SAFETY: the caller names a live object.
    let header = unsafe { word.header_unchecked() };
    let payload: NonNull<T> = payload_of(header).cast();
    // SAFETY: the caller names the payload.
    unsafe { payload.as_ref() }
}
