//! What the definitions say, as data: micro-ops, instructions, families; and the layout of cells that follows from them.
//!
//! Apart from parsing (which only reads one definition at a time) because links between definitions are checked here.

pub(crate) mod compose;
pub(crate) mod effect;
pub(crate) mod layout;
pub(crate) mod resolve;
pub(crate) mod size;

use std::collections::BTreeMap;

use syn::Block;

use crate::diag::Loc;
use effect::Effect;
use layout::Layout;

/// A micro-op.
#[derive(Clone)]
pub(crate) struct Op {
    pub(crate) name: String,
    pub(crate) at: Loc,
    pub(crate) effect: Effect,
    pub(crate) specializing: bool,
    pub(crate) pure: bool,
    /// What precedes an escaping arm may run twice.
    pub(crate) restart: bool,
    /// Its body; `None` for a definition that is only declared.
    pub(crate) body: Option<Block>,
    pub(crate) doc: Vec<String>,
}

impl Op {
    /// Whether it only looks and decides: everything it takes stays where it is.
    pub(crate) fn guards(&self) -> bool {
        self.effect.peeks == self.effect.inputs.len()
    }
}

/// What the operand of an instruction indexes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arg {
    None,
    Plain,
    Name,
    Constant,
    Local,
    Free,
    Jump,
    Exc,
}

/// How an instruction is made.
#[derive(Clone, Debug)]
pub(crate) enum Made {
    /// Declared only.
    Declared,
    /// By the micro-ops with these names, in order.
    Parts(Vec<(String, Loc)>),
}

/// The places an operand or a destination may be asked for in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Shape {
    /// A slot read in place.
    L,
    /// A temporary, owned.
    T,
    /// A small int in the field.
    I,
    /// A constant word behind the cell.
    K,
}

impl Shape {
    pub(crate) const fn letter(self) -> char {
        match self {
            Self::L => 'L',
            Self::T => 'T',
            Self::I => 'I',
            Self::K => 'K',
        }
    }
}

/// One `name: shapes` of `#[operands]`.
#[derive(Clone, Debug)]
pub(crate) struct Operand {
    pub(crate) name: String,
    pub(crate) shapes: Vec<Shape>,
    /// `X` was written: L and T must share a handler.
    pub(crate) merged: bool,
    pub(crate) at: Loc,
}

/// `#[operands(…)]`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Operands {
    pub(crate) inputs: Vec<Operand>,
    pub(crate) dest: Option<Operand>,
}

/// An instruction that can stand in bytecode, or a form of our own.
#[derive(Clone, Debug)]
pub(crate) struct Inst {
    pub(crate) name: String,
    pub(crate) at: Loc,
    /// CPython's number, or one from [`FIRST_FORM`] up.
    pub(crate) number: u16,
    pub(crate) arg: Arg,
    pub(crate) jump: bool,
    pub(crate) caches: Option<u8>,
    pub(crate) words: Option<u8>,
    pub(crate) no_cell: bool,
    pub(crate) effect: Effect,
    pub(crate) operands: Option<Operands>,
    pub(crate) made: Made,
    pub(crate) doc: Vec<String>,
}

/// Number of the first form of our own.
pub(crate) const FIRST_FORM: u16 = 512;

impl Inst {
    /// Whether the instruction exists only in cells.
    pub(crate) fn is_form(&self) -> bool {
        self.number >= FIRST_FORM
    }
}

/// A head and its specialized members.
#[derive(Clone, Debug)]
pub(crate) struct Family {
    pub(crate) head: String,
    pub(crate) at: Loc,
    pub(crate) caches: u8,
    pub(crate) words: u8,
    pub(crate) members: Vec<(String, Loc)>,
}

/// An instruction that exists only until assembly.
#[derive(Clone, Debug)]
pub(crate) struct Pseudo {
    pub(crate) name: String,
    pub(crate) at: Loc,
    pub(crate) number: u16,
    pub(crate) arg: Arg,
    pub(crate) effect: Effect,
    /// Effect on the way to the target, where it differs.
    pub(crate) target: Option<Effect>,
    pub(crate) stands_for: Vec<(String, Loc)>,
    pub(crate) sequence: bool,
    pub(crate) doc: Vec<String>,
}

/// A form that monitoring puts in place.
#[derive(Clone, Debug)]
pub(crate) struct Instrumented {
    pub(crate) name: String,
    pub(crate) at: Loc,
    pub(crate) number: u16,
    pub(crate) of: String,
    pub(crate) doc: Vec<String>,
}

/// Everything that was defined, linked and checked; `insts` in number order, the rest in the order of definition.
#[derive(Default)]
pub(crate) struct Model {
    pub(crate) ops: BTreeMap<String, Op>,
    pub(crate) insts: Vec<Inst>,
    pub(crate) families: Vec<Family>,
    pub(crate) pseudos: Vec<Pseudo>,
    pub(crate) instrumented: Vec<Instrumented>,
    /// By instruction name; instructions without cells have none.
    pub(crate) layouts: BTreeMap<String, Layout>,
    /// File names, for citing sources.
    pub(crate) files: Vec<String>,
}

impl Model {
    pub(crate) fn inst(&self, name: &str) -> Option<&Inst> {
        self.insts.iter().find(|inst| inst.name == name)
    }

    /// The family that an instruction is head or member of.
    pub(crate) fn family_of(&self, name: &str) -> Option<&Family> {
        self.families
            .iter()
            .find(|family| family.head == name || family.members.iter().any(|(member, _)| member == name))
    }

    /// The instruction's family head, or the instruction itself.
    pub(crate) fn head_of<'a>(&'a self, name: &'a str) -> &'a str {
        self.family_of(name).map_or(name, |family| &family.head)
    }

    /// Inline cache units of 16 bits in CPython's code.
    pub(crate) fn caches(&self, inst: &Inst) -> u8 {
        self.family_of(&inst.name).map_or(inst.caches.unwrap_or(0), |family| family.caches)
    }

    /// `file:line` of a definition.
    pub(crate) fn cite(&self, at: Loc) -> String {
        format!("{}:{}", self.files[at.file], at.line())
    }
}
