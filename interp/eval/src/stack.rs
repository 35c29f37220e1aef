//! The data stack: frames of calls, contiguous in chunks.

use interp_object::data::code::{QUICK_LOCALS, QUICK_PARAMS};
use interp_object::data::frame::HEADER_WORDS;
use interp_object::{Thread, Word};

/// Words of a chunk; larger frames get a chunk of their own size.
const CHUNK_WORDS: usize = 16 * 1024;

/// Words behind `Thread::stack_end`: a frame's header, and what a quick entry may copy or clear too much. So a frame fits if
/// its slots do.
const RESERVE: usize = HEADER_WORDS + QUICK_PARAMS + QUICK_LOCALS;

/// Room for a frame with this many slots: the address of its first local. Nothing is initialized.
#[inline(always)]
pub(crate) fn push(th: &Thread, slots: usize) -> *mut Word {
    match push_quick(th, slots) {
        Some(fp) => fp,
        None => push_slow(th, slots),
    }
}

/// As [`push`]; `None` if the chunk is full.
#[inline(always)]
pub(crate) fn push_quick(th: &Thread, slots: usize) -> Option<*mut Word> {
    let start = th.stack_top.get();
    // Of no chunk before the first one, so not yet a pointer into it.
    let top = start.wrapping_add(slots);
    if top > th.stack_end.get() {
        return None;
    }
    // SAFETY: the chunk has room for the slots and `RESERVE` words from `start`.
    th.stack_top.set(unsafe { top.add(HEADER_WORDS) });
    // SAFETY: as above.
    Some(unsafe { start.add(HEADER_WORDS) })
}

#[cold]
#[inline(never)]
fn push_slow(th: &Thread, slots: usize) -> *mut Word {
    let mut chunk = vec![Word::NULL; CHUNK_WORDS.max(2 * slots)].into_boxed_slice();
    let saved = th.stack_top.get();
    let first = chunk.as_mut_ptr();
    let usable = chunk.len() - RESERVE;
    let mut chunks = th.stack_chunks.borrow_mut();
    let is_first = chunks.is_empty();
    chunks.push(chunk);
    drop(chunks);
    // The first word of a chunk remembers where the one below was filled to.
    // SAFETY: inside the chunk; the box does not move its contents.
    let floor = unsafe { first.add(1) };
    // SAFETY: as above; an address is no legal word, and this one is never read as one.
    unsafe { first.cast::<*mut Word>().write(saved) };
    th.stack_floor.set(if is_first { std::ptr::null_mut() } else { floor });
    th.stack_top.set(floor);
    // SAFETY: inside the chunk, which is longer than `RESERVE`.
    th.stack_end.set(unsafe { first.add(usable) });
    push(th, slots)
}

/// Gives the room of the topmost frame back.
#[inline(always)]
pub(crate) fn pop(th: &Thread, fp: *mut Word) {
    // SAFETY: `fp` is the topmost frame, `HEADER_WORDS` above its start.
    let start = unsafe { fp.sub(HEADER_WORDS) };
    th.stack_top.set(start);
    if start == th.stack_floor.get() {
        pop_chunk(th, start);
    }
}

#[cold]
#[inline(never)]
fn pop_chunk(th: &Thread, floor: *mut Word) {
    // SAFETY: the word below the floor of a chunk holds the saved top (`push_slow`).
    let saved = unsafe { floor.sub(1).cast::<*mut Word>().read() };
    let mut chunks = th.stack_chunks.borrow_mut();
    chunks.pop();
    let first_left = chunks.len() == 1;
    if let Some(below) = chunks.last_mut() {
        let range = below.as_mut_ptr_range();
        th.stack_top.set(saved);
        // SAFETY: inside the chunk, which is longer than `RESERVE`.
        th.stack_end.set(unsafe { range.end.sub(RESERVE) });
        // SAFETY: a chunk is longer than a word.
        th.stack_floor.set(if first_left { std::ptr::null_mut() } else { unsafe { range.start.add(1) } });
    }
}
