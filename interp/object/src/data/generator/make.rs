//! Making generators: from a frame that runs, or from a call whose frame never was on the data stack.

use std::cell::Cell;

use interp_code::CodeFlags;
use stackref::{Header, StackRef, Value, Word};

use super::{ASYNC_GENERATOR, COROUTINE, GENERATOR, Generator, GeneratorKind};
use crate::data::code::{CodeObject, Executable, GeneratorStart};
use crate::data::frame::{Frame, HEADER_WORDS, Landing, OnReturn};
use crate::data::function::Function;
use crate::layout::{self, PAYLOAD_OFFSET};
use crate::thread::Esc;
use crate::typeobj::TypeObject;

/// A generator whose frame is the one at `fp`, which moves: header and locals, with what they own. Its temporaries are
/// not moved, and the slot `sent` is made empty; `ip` is where it will go on. Locals that own no count get one, because
/// the frame outlives who lent them.
///
/// # Safety
/// `fp` is a frame of this thread that is left without being closed; `ip` is a cell of its code; at that cell the
/// temporaries that live are the one in `sent`.
#[inline]
pub unsafe fn move_frame(esc: Esc<'_>, fp: *mut Word, ip: *const u64, sent: usize) -> Value {
    // SAFETY: forwarded.
    let frame = unsafe { Frame::of(fp) };
    let code = frame.code();
    let (kind, class) = kind_of(code);
    let locals = frame.locals_count();
    let bytes = (HEADER_WORDS + frame.size.get().slots as usize) * size_of::<Word>();
    let made = layout::new_with_room(esc, class, bytes, |room| {
        // SAFETY: the room starts behind header and payload of the object.
        let header = unsafe { room.byte_sub(PAYLOAD_OFFSET + size_of::<Generator>()) }.cast::<Header>();
        let room = room.cast::<Frame>().as_ptr();
        // SAFETY: the room is as large as the whole frame.
        let own = unsafe { room.add(1) }.cast::<Word>();
        for slot in 0..locals {
            // SAFETY: inside the frame.
            let from = unsafe { fp.add(slot) };
            // SAFETY: locals are always initialized.
            let word = unsafe { from.read() };
            let word = heap_safe(esc, word);
            // SAFETY: inside the room.
            let to = unsafe { own.add(slot) };
            // SAFETY: as above.
            unsafe { to.write(word) };
        }
        // SAFETY: the code has this slot.
        let sent = unsafe { own.add(sent) };
        // SAFETY: as above.
        unsafe { sent.write(Word::NULL) };
        let copy = Frame {
            previous: Cell::new(std::ptr::null_mut()),
            ip: Cell::new(ip),
            code: Cell::new(code),
            function: Cell::new(frame.function.get()),
            locals: Cell::new(frame.locals.get()),
            owner: Cell::new(Word::uncounted(header)),
            return_ip: Cell::new(std::ptr::null()),
            landing: Cell::new(Landing { slot: 0, how: OnReturn::Leave }),
            size: Cell::new(frame.size.get()),
        };
        // SAFETY: the room starts with the frame's header.
        unsafe { room.write(copy) };
        Generator::idle(kind, code)
    });
    made.into_value()
}

/// What makes a generator when it is called.
#[derive(Clone, Copy)]
pub struct Start<'a> {
    /// The function.
    pub function: &'a Function,
    /// Its code.
    pub code: &'a CodeObject,
    /// The register form of that.
    pub cells: &'a Executable,
    /// Where the generator stands then.
    pub at: GeneratorStart,
}

/// The generator that a call makes, without a frame on the data stack. It takes over the words of the function and of the
/// `given` arguments.
///
/// # Safety
/// `function` is a word for the function of `start`, whose parts belong together and which has as many plain parameters as
/// arguments are given: words of slots of the running frame, from `args` on.
#[inline]
pub unsafe fn from_call(
    esc: Esc<'_>,
    function: Word,
    Start { function: payload, code, cells, at: start }: Start<'_>,
    (args, given): (*const Word, usize),
) -> Value {
    let size = cells.frame_size();
    let (kind, class) = kind_of(code);
    let closure: &[Value] = match payload.closure() {
        Some(cells) if start.free > 0 => cells.as_slice(),
        _ => &[],
    };
    debug_assert_eq!(closure.len(), usize::from(start.free), "a function has its closure");
    let bytes = (HEADER_WORDS + size.slots as usize) * size_of::<Word>();
    let made = layout::new_with_room(esc, class, bytes, |room| {
        // SAFETY: the room starts behind header and payload of the object.
        let header = unsafe { room.byte_sub(PAYLOAD_OFFSET + size_of::<Generator>()) }.cast::<Header>();
        let room = room.cast::<Frame>().as_ptr();
        // SAFETY: the room is as large as the whole frame.
        let own = unsafe { room.add(1) }.cast::<Word>();
        let put = |slot: usize, word: Word| {
            // SAFETY: inside the room: callers name slots of the frame.
            let place = unsafe { own.add(slot) };
            // SAFETY: as above.
            unsafe { place.write(word) };
        };
        for slot in 0..given {
            // SAFETY: an argument's slot.
            let place = unsafe { args.add(slot) };
            // SAFETY: as above.
            put(slot, heap_safe(esc, unsafe { place.read() }));
        }
        let locals = size.locals as usize;
        (given..locals).for_each(|slot| put(slot, Word::NULL));
        for (slot, cell) in (locals - closure.len()..).zip(closure) {
            put(slot, cell.clone_as(esc.me()).into_word());
        }
        put(usize::from(start.sent), Word::NULL);
        let header = Frame {
            previous: Cell::new(std::ptr::null_mut()),
            // SAFETY: a cell of the code.
            ip: Cell::new(unsafe { cells.start().add(start.cell as usize) }),
            code: Cell::new(code),
            function: Cell::new(function),
            locals: Cell::new(Word::NULL),
            owner: Cell::new(Word::uncounted(header)),
            return_ip: Cell::new(std::ptr::null()),
            landing: Cell::new(Landing { slot: 0, how: OnReturn::Leave }),
            size: Cell::new(size),
        };
        // SAFETY: the room starts with the frame's header.
        unsafe { room.write(header) };
        Generator::idle(kind, code)
    });
    made.into_value()
}

/// A frame's word that may outlive who lent it.
#[inline(always)]
fn heap_safe(esc: Esc<'_>, word: Word) -> Word {
    if !word.is_ptr() || word.is_counted() {
        return word;
    }
    // SAFETY: the frame's word moves here.
    unsafe { StackRef::from_word(word) }.make_heap_safe(esc.me()).into_word()
}

/// What a call of code makes, and its type.
#[inline]
fn kind_of(code: &CodeObject) -> (GeneratorKind, &'static TypeObject) {
    let flags = code.data().flags;
    match () {
        () if flags.contains(CodeFlags::COROUTINE) => (GeneratorKind::Coroutine, &COROUTINE),
        () if flags.contains(CodeFlags::ASYNC_GENERATOR) => (GeneratorKind::AsyncGenerator, &ASYNC_GENERATOR),
        () if flags.contains(CodeFlags::ITERABLE_COROUTINE) => (GeneratorKind::IterableCoroutine, &GENERATOR),
        () => (GeneratorKind::Generator, &GENERATOR),
    }
}
