//! `CALL` and `CALL_KW`: guards, and the ways into what is called; the decision is in `look`.
//!
//! A block is callable, `self` or NULL, arguments, from slot `base` on. Guards look at it and change nothing. Ways that
//! enter a frame take the block over (`python`); native ways leave it to be closed by the instruction (`native`).

mod look;
mod native;
mod python;

use interp_object::data::code::CodeObject;
use interp_object::data::frame::payload_in;
use interp_object::data::function::Function;
use interp_object::{Thread, Value, Word};
use specializer::cache::Kind;
use specializer::decide::call::Form;

use crate::call::{close_word, move_words};

pub(crate) use look::{attempt, attempt_keywords};
pub(crate) use native::*;
pub(crate) use python::*;

const fn entry(form: Form) -> Kind {
    Kind::entry(form as u8)
}

const fn record(form: Form) -> Kind {
    Kind::record(form as u8)
}

/// The words of a block.
#[derive(Clone, Copy)]
struct Block {
    start: *mut Word,
    argc: usize,
}

impl Block {
    #[inline(always)]
    fn new(fp: *mut Word, base: usize, argc: usize) -> Self {
        // SAFETY: H1: the block is part of the frame.
        Block { start: unsafe { fp.add(base) }, argc }
    }

    #[inline(always)]
    fn word(self, index: usize) -> Word {
        debug_assert!(index < self.argc + 2);
        // SAFETY: inside the block.
        let place = unsafe { self.start.add(index) };
        // SAFETY: as above; its slots were written by the instructions before.
        unsafe { place.read() }
    }

    #[inline(always)]
    fn skip(self) -> usize {
        usize::from(self.word(1).is_null())
    }

    /// Arguments, with `self`.
    #[inline(always)]
    fn given(self) -> usize {
        self.argc + 1 - self.skip()
    }

    /// The first argument, `self` if there is one.
    #[inline(always)]
    fn first(self) -> *const Word {
        // SAFETY: inside the block, or its end.
        unsafe { self.start.add(1 + self.skip()) }
    }

    #[inline(always)]
    fn callable<'a>(self) -> &'a Value {
        // SAFETY: one representation; a callable is a value, which its slot keeps while the instruction runs.
        unsafe { &*self.start.cast::<Value>() }
    }

    /// The arguments, with `self` in front.
    #[inline(always)]
    fn args<'a>(self) -> &'a [Value] {
        // SAFETY: inside the block.
        let first = unsafe { self.start.add(1 + self.skip()) };
        // SAFETY: one representation; the slots hold values and keep them while the instruction runs.
        unsafe { std::slice::from_raw_parts(first.cast::<Value>(), self.given()) }
    }

    /// Closes the arguments, top down.
    fn close_args(self, th: &Thread) {
        for index in (1 + self.skip()..self.argc + 2).rev() {
            // SAFETY: inside the block.
            let place = unsafe { self.start.add(index) };
            // SAFETY: as above; the slot owns what it holds.
            let word = unsafe { place.replace(Word::NULL) };
            close_word(th, word);
        }
    }

    /// Moves the arguments to the locals from `to` on.
    #[inline(always)]
    fn move_args(self, to: *mut Word) {
        // SAFETY: the callee's frame has a local for each argument (the guards compared the numbers).
        unsafe { move_words(self.first(), to, self.given()) };
    }
}

fn code_of<'a>(function: &Function) -> &'a CodeObject {
    // SAFETY: a function's code is deferred: it outlives a frame that is entered through the function.
    unsafe { payload_in(function.code_word()) }
}
