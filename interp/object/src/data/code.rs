//! Code objects: the compiler's data with its constants and names turned into values.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64};
use std::sync::{Arc, OnceLock};

use interp_code::lower::{CellCode, lower};
use interp_code::{Code, CodeFlags, Const, Wtf};
use interp_opcode::{CellOp, Instr, Opcode};
use stackref::{Value, Word};

use super::{bytes, float, int, set, singletons, slice, str, tuple};
use crate::intern;
use crate::layout::{self, Obj, Payload};
use crate::raise::PyResult;
use crate::thread::Esc;
use crate::typeobj::{TypeFlags, TypeObject};

/// The payload of code objects. Immutable, deferred (O5), shared by all threads.
pub struct CodeObject {
    code: Arc<Code>,
    consts: Box<[Value]>,
    names: Box<[Value]>,
    localsplus: Box<[Value]>,
    name: Value,
    qualname: Value,
    filename: Value,
    version: u32,
    /// How many arguments a call passes that has nothing to arrange; `u32::MAX` if there always is something.
    plain_params: u32,
    quick: QuickEntry,
    cells: OnceLock<Executable>,
    shares_generators: AtomicBool,
}

/// The register form of a code object, with its constants in place.
pub struct Executable {
    words: Box<[AtomicU64]>,
    form: CellCode,
    size: FrameSize,
    generator: Option<GeneratorStart>,
}

/// Where the generator that a call makes stands, if nothing else happens before: told by the first instructions.
#[derive(Clone, Copy, Debug)]
pub struct GeneratorStart {
    /// The cell at which it goes on.
    pub cell: u32,
    /// The slot for what is sent.
    pub sent: u16,
    /// How many of the last locals are the closure's cells.
    pub free: u16,
}

/// What a call of a small function needs, ready to be copied into its frame. Filled when the register form is made.
pub struct QuickEntry {
    /// The number of arguments; `u32::MAX` while there is no such entry. Stored last.
    params: AtomicU32,
    /// Locals below, slots above.
    size: AtomicU64,
    start: AtomicPtr<u64>,
}

impl QuickEntry {
    /// The number of arguments.
    #[inline(always)]
    pub fn params(&self) -> u32 {
        self.params.load(Relaxed)
    }

    /// What the frame has room for.
    #[inline(always)]
    pub fn size(&self) -> FrameSize {
        let both = self.size.load(Relaxed);
        FrameSize { locals: both as u32, slots: (both >> 32) as u32 }
    }

    /// The first cell, behind `RESUME` if that would be the first: who enters looks whether this thread was asked for
    /// something.
    #[inline(always)]
    pub fn start(&self) -> *const u64 {
        self.start.load(Relaxed)
    }
}

/// Arguments and further locals of a function that is entered without a loop ([`CodeObject::quick_entry`]).
pub const QUICK_PARAMS: usize = 4;
/// See [`QUICK_PARAMS`].
pub const QUICK_LOCALS: usize = 8;

/// What a frame has room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, align(8))]
pub struct FrameSize {
    /// Locals, cells and free variables.
    pub locals: u32,
    /// All slots: locals, temporaries, and [`SPARE_SLOTS`].
    pub slots: u32,
}

/// Slots at a frame's end that intermediates of an instruction may be spilled to.
pub const SPARE_SLOTS: u32 = 4;

/// Takes what running code published in its cells, when the code dies; `interp-eval` says how.
pub static FORGET: OnceLock<fn(Esc<'_>, &Executable)> = OnceLock::new();

static NEXT_VERSION: AtomicU32 = AtomicU32::new(2);

impl CodeObject {
    /// The compiler's data.
    #[inline]
    pub fn data(&self) -> &Code {
        &self.code
    }

    /// The compiler's data, shared.
    pub fn shared_data(&self) -> &Arc<Code> {
        &self.code
    }

    /// `co_consts`
    #[inline]
    pub fn consts(&self) -> &[Value] {
        &self.consts
    }

    /// `co_names`, interned.
    #[inline]
    pub fn names(&self) -> &[Value] {
        &self.names
    }

    /// Names of locals, cells and free variables, interned, in frame order.
    #[inline]
    pub fn localsplus(&self) -> &[Value] {
        &self.localsplus
    }

    /// `co_name`
    pub fn name(&self) -> &Value {
        &self.name
    }

    /// `co_qualname`
    pub fn qualname(&self) -> &Value {
        &self.qualname
    }

    /// `co_filename`
    pub fn filename(&self) -> &Value {
        &self.filename
    }

    /// The number that functions made from this code start with; 0 when numbers ran out.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Whether the code was compiled inside another function.
    pub fn is_nested(&self) -> bool {
        self.code.flags.contains(CodeFlags::NESTED)
    }

    /// Whether a call with this many positional arguments has nothing to arrange: no defaults, keywords, or variadic
    /// parameters.
    #[inline(always)]
    pub fn takes_plainly(&self, positional: usize) -> bool {
        self.plain_params as usize == positional
    }

    /// The register form, made on first use.
    ///
    /// # Errors
    /// `SystemError` for malformed code.
    #[inline]
    pub fn executable(&self, esc: Esc<'_>) -> PyResult<&Executable> {
        match self.cells.get() {
            Some(cells) => Ok(cells),
            None => self.lower_now(esc),
        }
    }

    #[cold]
    fn lower_now(&self, esc: Esc<'_>) -> PyResult<&Executable> {
        let mut form = match lower(&self.code) {
            Ok(form) => form,
            Err(error) => return Err(esc.system_error(format_args!("malformed code object: {error}"))),
        };
        let words: Box<[AtomicU64]> = std::mem::take(&mut form.words).into_iter().map(AtomicU64::new).collect();
        for &(word, constant) in &form.patches {
            let bits = self.consts[constant as usize].word().to_uncounted().bits();
            words[word as usize].store(bits, Relaxed);
        }
        let size = FrameSize { locals: form.locals, slots: form.slots() + SPARE_SLOTS };
        let free = u16::try_from(self.code.freevars().count()).ok();
        let generator = free.and_then(|free| generator_start(&words, free));
        let made = self.cells.get_or_init(|| Executable { words, form, size, generator });
        let params = self.plain_params as usize;
        if params <= QUICK_PARAMS && size.locals as usize <= params + QUICK_LOCALS {
            self.quick.size.store(u64::from(size.slots) << 32 | u64::from(size.locals), Relaxed);
            self.quick.start.store(made.start().wrapping_add(made.words_of_resume()).cast_mut(), Relaxed);
            self.quick.params.store(self.plain_params, Release);
        }
        Ok(made)
    }

    /// What a call with `given` positional arguments needs, if it has nothing to arrange, the register form was made, and
    /// the function is small: at most [`QUICK_PARAMS`] parameters and [`QUICK_LOCALS`] more locals.
    #[inline(always)]
    pub fn quick_entry(&self, given: usize) -> Option<&QuickEntry> {
        (self.quick.params.load(Acquire) as usize == given).then_some(&self.quick)
    }

    /// The register form if it was made: true of code that has a frame.
    #[inline(always)]
    pub fn made_executable(&self) -> Option<&Executable> {
        self.cells.get()
    }

    /// The first cell. A frame of this code exists, so the register form does.
    #[inline]
    pub fn cells_start(&self) -> *const u64 {
        self.cells.get().map_or(std::ptr::null(), Executable::start)
    }

    /// Locals, and live temporaries at a word.
    pub fn slots_at(&self, word: u32) -> (usize, usize) {
        self.cells.get().map_or((0, 0), |cells| {
            let live = cells.form.cell_at(word).map_or(0, |cell| cell.live as usize);
            (cells.form.locals as usize, live)
        })
    }

    /// The code unit of the instruction at a word.
    pub fn unit_of_word(&self, word: u32) -> u32 {
        self.cells.get().and_then(|cells| cells.form.cell_at(word)).map_or(0, |cell| cell.unit)
    }

    /// The line of the instruction at a word.
    pub fn line_of_word(&self, word: u32) -> Option<u32> {
        let unit = self.unit_of_word(word) as usize;
        let location = interp_code::locations::Reader::at(&self.code.linetable, self.code.firstlineno, unit);
        u32::try_from(location.line).ok()
    }

    /// The instructions with what they were specialized to: `_co_code_adaptive`. Where this form has one cell for several
    /// instructions, the first of them shows it.
    pub fn adaptive(&self) -> Vec<u8> {
        let mut octets = self.code.code.to_vec();
        let Some(cells) = self.cells.get() else { return octets };
        for cell in &cells.form.cells {
            let running = CellOp::from_u16(cells.words[cell.word as usize].load(Relaxed) as u16);
            let opcode = running.filter(|op| *op != op.base()).and_then(|op| as_opcode(op.instr()));
            if let (Some(place), Some(opcode)) = (octets.get_mut(2 * cell.unit as usize), opcode) {
                *place = opcode as u8;
            }
        }
        octets
    }

    /// Whether generators of this code have gone from thread to thread: new ones are made ready for that.
    #[inline]
    pub fn shares_generators(&self) -> bool {
        self.shares_generators.load(Relaxed)
    }

    /// See [`CodeObject::shares_generators`].
    pub(crate) fn share_generators(&self) {
        self.shares_generators.store(true, Relaxed);
    }

    /// The docstring, if the code has one.
    pub fn docstring(&self) -> Option<Value> {
        self.code.docstring()?;
        self.consts.first().cloned()
    }
}

/// The form in CPython's terms. A comparison that jumps shows as the comparison, an unpacking that stores as the unpacking, a
/// call that makes a generator as the call that enters the function.
fn as_opcode(instr: Instr) -> Option<Opcode> {
    let info = instr.info();
    info.opcode.or_else(|| {
        if instr == Instr::CallPyGenerator {
            return Opcode::all().find(|opcode| opcode.name() == "CALL_PY_EXACT_ARGS");
        }
        if let Some(unpacking) = info.name.strip_suffix("_STORE") {
            return Opcode::all().find(|opcode| opcode.name() == unpacking);
        }
        let kind =
            info.name.strip_prefix("COMPARE_JUMP_IF_TRUE").or(info.name.strip_prefix("COMPARE_JUMP_IF_FALSE"))?;
        Opcode::all().find(|opcode| opcode.name().strip_prefix("COMPARE_OP") == Some(kind))
    })
}

impl Executable {
    /// The first cell.
    #[inline(always)]
    pub fn start(&self) -> *const u64 {
        self.words.as_ptr().cast()
    }

    /// Words of the `RESUME` that the code starts with, if it does.
    fn words_of_resume(&self) -> usize {
        let first = self.words.first().and_then(|word| CellOp::from_u16(word.load(Relaxed) as u16));
        first.filter(|op| op.base().instr() == Instr::Resume).map_or(0, CellOp::size)
    }

    /// The cells and their data words. Running code rewrites them atomically.
    pub fn words(&self) -> &[AtomicU64] {
        &self.words
    }

    /// What a frame of this code has room for.
    #[inline(always)]
    pub fn frame_size(&self) -> FrameSize {
        self.size
    }

    /// Where the generator stands that a call makes; `None` for code that makes none, or does more before.
    #[inline(always)]
    pub fn generator_start(&self) -> Option<GeneratorStart> {
        self.generator
    }

    /// Tables of the register form (its `words` are empty: they are [`Executable::words`]).
    #[inline(always)]
    pub fn form(&self) -> &CellCode {
        &self.form
    }
}

impl Drop for CodeObject {
    fn drop(&mut self) {
        let (Some(cells), Some(forget)) = (self.cells.get(), FORGET.get()) else { return };
        // SAFETY: a payload is dropped by a thread that could escape.
        if let Some(esc) = unsafe { Esc::in_destructor() } {
            forget(esc, cells);
        }
    }
}

impl Payload for CodeObject {
    const NAME: &'static str = "code";
    fn class() -> &'static TypeObject {
        &CODE
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        let boxes = [&self.consts, &self.names, &self.localsplus];
        boxes.into_iter().flat_map(|values| values.iter()).for_each(|value| visit(value.word()));
        [&self.name, &self.qualname, &self.filename].into_iter().for_each(|value| visit(value.word()));
    }
}

/// The type `code`.
pub static CODE: TypeObject =
    TypeObject::builtin::<CodeObject>("code", Some(&super::types::OBJECT), TypeFlags::empty());

/// A code object for `code` and, as constants, for every code object nested in it.
pub fn new(esc: Esc<'_>, code: &Arc<Code>) -> Obj<CodeObject> {
    let version = NEXT_VERSION.fetch_update(Relaxed, Relaxed, |next| next.checked_add(1)).unwrap_or(0);
    let intern_all = |names: &[Wtf]| names.iter().map(|name| text(esc, name)).collect();
    let object = layout::new(
        esc,
        CodeObject {
            consts: code.consts.iter().map(|constant| constant_value(esc, constant)).collect(),
            names: intern_all(&code.names),
            localsplus: intern_all(&code.localsplusnames),
            name: text(esc, &code.name),
            qualname: text(esc, &code.qualname),
            filename: text(esc, &code.filename),
            version,
            plain_params: plain_params(code),
            quick: QuickEntry {
                params: AtomicU32::new(u32::MAX),
                size: AtomicU64::new(0),
                start: AtomicPtr::new(std::ptr::null_mut()),
            },
            cells: OnceLock::new(),
            shares_generators: AtomicBool::new(false),
            code: Arc::clone(code),
        },
    );
    object.header().enable_deferred();
    object
}

/// See [`Executable::generator_start`].
fn generator_start(words: &[AtomicU64], free: u16) -> Option<GeneratorStart> {
    let instr = |cell: u64| CellOp::from_u16(cell as u16).map(CellOp::instr);
    let mut cells = words.iter().map(|word| word.load(Relaxed)).enumerate();
    let (mut index, mut cell) = cells.next()?;
    let closes = instr(cell) == Some(Instr::CopyFreeVars);
    if closes {
        // The operand is the number of free variables.
        (index, cell) = cells.next()?;
    }
    let makes = cell as u16 == Instr::ReturnGenerator.info().first && closes == (free > 0);
    makes.then_some(GeneratorStart { cell: u32::try_from(index + 1).ok()?, sent: (cell >> 16) as u16, free })
}

fn plain_params(code: &Code) -> u32 {
    let variadic = CodeFlags::VARARGS.union(CodeFlags::VARKEYWORDS);
    if code.kwonlyargcount == 0 && !code.flags.intersects(variadic) { code.argcount } else { u32::MAX }
}

/// An interned `str` from compiler text.
pub fn text(esc: Esc<'_>, text: &Wtf) -> Value {
    match text.as_str() {
        Some(text) => intern::intern(esc, text),
        None => wide_text(esc, text),
    }
}

fn wide_text(esc: Esc<'_>, text: &Wtf) -> Value {
    let code_points: Vec<u32> = text.code_points().collect();
    str::from_code_points(esc, &code_points).into_value()
}

/// The value of a constant. Strings that look like names are interned, as CPython does; all constants are shared by the
/// threads that run the code, so they are made immortal or are immediates.
pub fn constant_value(esc: Esc<'_>, constant: &Const) -> Value {
    let value = match constant {
        Const::None => return singletons::none(),
        Const::True => return singletons::true_(),
        Const::False => return singletons::false_(),
        Const::Ellipsis => return singletons::ellipsis(),
        Const::Int(number) => match number.as_small() {
            Some(number) => int::new(esc, number),
            None => int::from_big(esc, number.to_ibig()),
        },
        Const::Float(number) => float::new(esc, *number),
        Const::Complex(real, imag) => layout::new(esc, float::Complex { real: *real, imag: *imag }).into_value(),
        Const::Str(chars) if chars.as_str().is_some_and(is_name_like) => return text(esc, chars),
        Const::Str(chars) => match chars.as_str() {
            Some(chars) => str::new(esc, chars).into_value(),
            None => wide_text(esc, chars),
        },
        Const::Bytes(octets) => bytes::new(esc, octets).into_value(),
        Const::Tuple(items) => {
            let items: Vec<Value> = items.iter().map(|item| constant_value(esc, item)).collect();
            tuple::new(esc, items).into_value()
        }
        Const::FrozenSet(items) => {
            let items: Vec<Value> = items.iter().map(|item| constant_value(esc, item)).collect();
            set::frozen_from_constants(esc, items).into_value()
        }
        Const::Slice(parts) => {
            let [start, stop, step] = [0, 1, 2].map(|index| constant_value(esc, &parts[index]));
            slice::new(esc, start, stop, step).into_value()
        }
        Const::Code(code) => return new(esc, code).into_value(),
    };
    intern::immortalize(&value);
    value
}

fn is_name_like(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
