//! The code object.
//!
//! Apart from its tables and readers: this file is only what a code object is.

use std::fmt;
use std::hash::{Hash, Hasher};

use bitflags::bitflags;

use crate::{Const, Name, Wtf};

bitflags! {
    /// `co_flags`, with CPython 3.14's bits.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
    pub struct CodeFlags: u32 {
        /// Local variables live in slots of the frame.
        const OPTIMIZED = 0x1;
        /// A call makes a new dictionary of locals.
        const NEWLOCALS = 0x2;
        /// Has `*args`.
        const VARARGS = 0x4;
        /// Has `**kwargs`.
        const VARKEYWORDS = 0x8;
        /// Is nested in a function.
        const NESTED = 0x10;
        /// Makes a generator.
        const GENERATOR = 0x20;
        /// Makes a coroutine (`async def`).
        const COROUTINE = 0x80;
        /// A generator that may be awaited (`types.coroutine`).
        const ITERABLE_COROUTINE = 0x100;
        /// Makes an asynchronous generator.
        const ASYNC_GENERATOR = 0x200;
        /// `from __future__ import division`
        const FUTURE_DIVISION = 0x2_0000;
        /// `from __future__ import absolute_import`
        const FUTURE_ABSOLUTE_IMPORT = 0x4_0000;
        /// `from __future__ import with_statement`
        const FUTURE_WITH_STATEMENT = 0x8_0000;
        /// `from __future__ import print_function`
        const FUTURE_PRINT_FUNCTION = 0x10_0000;
        /// `from __future__ import unicode_literals`
        const FUTURE_UNICODE_LITERALS = 0x20_0000;
        /// `from __future__ import barry_as_FLUFL`
        const FUTURE_BARRY_AS_BDFL = 0x40_0000;
        /// `from __future__ import generator_stop`
        const FUTURE_GENERATOR_STOP = 0x80_0000;
        /// `from __future__ import annotations`
        const FUTURE_ANNOTATIONS = 0x100_0000;
        /// Constants belong to this code object alone.
        const NO_MONITORING_EVENTS = 0x200_0000;
        /// The first constant is the docstring.
        const HAS_DOCSTRING = 0x400_0000;
        /// A function defined in a class.
        const METHOD = 0x800_0000;
        /// Bits that are not known here are kept.
        const _ = !0;
    }
}

bitflags! {
    /// What a slot of `co_localsplusnames` is (`co_localspluskinds`).
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
    pub struct LocalKind: u8 {
        /// An argument that can be given by position.
        const ARG_POS = 0x02;
        /// An argument that can be given by keyword.
        const ARG_KW = 0x04;
        /// `*args` or `**kwargs`.
        const ARG_VAR = 0x08;
        /// A variable of an inlined comprehension.
        const HIDDEN = 0x10;
        /// A local variable.
        const LOCAL = 0x20;
        /// A cell made by this code.
        const CELL = 0x40;
        /// A cell received from the enclosing function.
        const FREE = 0x80;
        /// Bits that are not known here are kept.
        const _ = !0;
    }
}

/// A code object: immutable data, with CPython 3.14's meaning field for field.
#[derive(Clone, Debug)]
pub struct Code {
    /// Positional parameters, with defaults or without, `*args` not counted.
    pub argcount: u32,
    /// Of these, those before `/`.
    pub posonlyargcount: u32,
    /// Keyword-only parameters, `**kwargs` not counted.
    pub kwonlyargcount: u32,
    /// Stack items that it needs at most.
    pub stacksize: u32,
    /// Flags.
    pub flags: CodeFlags,
    /// Instructions: 16-bit units, opcode byte first, caches zero.
    pub code: Box<[u8]>,
    /// Constants.
    pub consts: Box<[Const]>,
    /// Names of globals and attributes.
    pub names: Box<[Name]>,
    /// Names of locals, then cells, then free variables.
    pub localsplusnames: Box<[Name]>,
    /// What each of them is; same length.
    pub localspluskinds: Box<[LocalKind]>,
    /// File name as given to the compiler.
    pub filename: Wtf,
    /// Plain name.
    pub name: Name,
    /// Dotted name.
    pub qualname: Name,
    /// Line of the `def` (or its first decorator).
    pub firstlineno: i32,
    /// Locations of the instructions, read by [`crate::locations`].
    pub linetable: Box<[u8]>,
    /// Handlers, read by [`crate::exceptions`].
    pub exceptiontable: Box<[u8]>,
}

/// Why a code object is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShapeError(
    /// What is wrong.
    pub &'static str,
);

impl fmt::Display for ShapeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.0)
    }
}

impl std::error::Error for ShapeError {}

impl Code {
    fn names_of(&self, kind: LocalKind) -> impl Iterator<Item = &Name> {
        self.localsplusnames.iter().zip(&*self.localspluskinds).filter(move |(_, k)| k.intersects(kind)).map(|(n, _)| n)
    }

    /// `co_varnames`
    pub fn varnames(&self) -> impl Iterator<Item = &Name> {
        self.names_of(LocalKind::LOCAL)
    }

    /// `co_cellvars`
    pub fn cellvars(&self) -> impl Iterator<Item = &Name> {
        self.names_of(LocalKind::CELL)
    }

    /// `co_freevars`
    pub fn freevars(&self) -> impl Iterator<Item = &Name> {
        self.names_of(LocalKind::FREE)
    }

    /// `co_nlocals`
    #[must_use]
    pub fn nlocals(&self) -> usize {
        self.varnames().count()
    }

    /// Parameters of all kinds: the first that many local slots hold the arguments.
    #[must_use]
    pub fn total_args(&self) -> usize {
        let stars =
            self.flags.contains(CodeFlags::VARARGS) as usize + self.flags.contains(CodeFlags::VARKEYWORDS) as usize;
        self.argcount as usize + self.kwonlyargcount as usize + stars
    }

    /// The docstring, if the code has one.
    #[must_use]
    pub fn docstring(&self) -> Option<&Wtf> {
        match self.consts.first() {
            Some(Const::Str(text)) if self.flags.contains(CodeFlags::HAS_DOCSTRING) => Some(text),
            _ => None,
        }
    }

    /// Checks what every other reader relies on: lengths that go together and counts in range. It does not verify the
    /// instructions.
    ///
    /// # Errors
    /// Names the first rule that is broken.
    pub fn check_shape(&self) -> Result<(), ShapeError> {
        let check = |ok: bool, what| if ok { Ok(()) } else { Err(ShapeError(what)) };
        check(self.localsplusnames.len() == self.localspluskinds.len(), "localsplusnames and kinds differ in length")?;
        check(self.posonlyargcount <= self.argcount, "more positional-only parameters than parameters")?;
        check(self.code.len().is_multiple_of(2), "code is not a whole number of units")?;
        check(!self.code.is_empty(), "code is empty")?;
        check(self.stacksize <= i32::MAX.cast_unsigned(), "stack size too large")?;
        let args = u64::from(self.argcount) + u64::from(self.kwonlyargcount);
        check(args <= i32::MAX as u64, "too many parameters")?;
        check(self.total_args() <= self.nlocals(), "code: varnames is too small")
    }
}

/// As CPython's `code.__eq__`: qualified name and file name do not count.
impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        let head = |c: &Self| (c.argcount, c.posonlyargcount, c.kwonlyargcount, c.flags, c.firstlineno);
        head(self) == head(other)
            && self.name == other.name
            && self.code == other.code
            && self.linetable == other.linetable
            && self.exceptiontable == other.exceptiontable
            && self.names == other.names
            && self.localsplusnames == other.localsplusnames
            && self.consts == other.consts
    }
}

impl Eq for Code {}

/// Shallow on purpose: nested code is not visited, so that hashing all of a tree is linear.
impl Hash for Code {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
        self.firstlineno.hash(state);
        self.code.hash(state);
        self.linetable.hash(state);
    }
}
