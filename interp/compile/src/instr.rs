//! What code generation hands to the control-flow passes: instructions with labels, and facts of the unit.
//!
//! Apart from both sides because it is their contract. An [`InstrSequence`] is flat; jumps name [`Label`]s, and
//! exception regions are opened by the pseudo-instructions `SETUP_FINALLY`, `SETUP_CLEANUP` and `SETUP_WITH` (whose
//! target is the handler) and closed by `POP_BLOCK`, as in CPython's `codegen.c`.

use std::collections::HashMap;
use std::hash::Hash;

use interp_code::{CodeFlags, Const, Name};
use interp_opcode::Opcode;
use rustc_hash::FxBuildHasher;

use crate::ast::Span;

/// A place in an [`InstrSequence`] that jumps can name before it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Label(pub(crate) u32);

/// Source range of an instruction, with CPython's conventions for missing parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Loc {
    /// First line, [`Loc::NONE`]'s -1 or [`Loc::NEXT`]'s -2.
    pub lineno: i32,
    /// Last line.
    pub end_lineno: i32,
    /// First byte column, -1 if unknown.
    pub col: i32,
    /// Byte column behind the last, -1 if unknown.
    pub end_col: i32,
}

impl Loc {
    /// Artificial code that belongs to no line.
    pub const NONE: Self = Self::same(-1);
    /// Artificial code that takes the location of what follows it.
    pub const NEXT: Self = Self::same(-2);

    const fn same(value: i32) -> Self {
        Self { lineno: value, end_lineno: value, col: value, end_col: value }
    }

    /// From its four numbers, in the order of CPython's `LOCATION`.
    #[must_use]
    pub const fn new(lineno: i32, end_lineno: i32, col: i32, end_col: i32) -> Self {
        Self { lineno, end_lineno, col, end_col }
    }
}

impl From<Span> for Loc {
    fn from(span: Span) -> Self {
        Self {
            lineno: span.lineno.cast_signed(),
            end_lineno: span.end_lineno.cast_signed(),
            col: span.col_offset.cast_signed(),
            end_col: span.end_col_offset.cast_signed(),
        }
    }
}

/// One instruction or pseudo-instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instr {
    /// Which.
    pub op: Opcode,
    /// Operand; zero for a jump.
    pub arg: u32,
    /// Where a jump goes or where a `SETUP_*`'s handler is.
    pub target: Option<Label>,
    /// Source range.
    pub loc: Loc,
}

/// Instructions in order, with the positions of labels.
#[derive(Clone, Debug, Default)]
pub struct InstrSequence {
    pub(crate) instrs: Vec<Instr>,
    /// Position of each label; `u32::MAX` while it is not placed.
    pub(crate) labels: Vec<u32>,
    pub(crate) annotations: Option<Box<InstrSequence>>,
}

impl InstrSequence {
    /// An empty sequence.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of instructions so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.instrs.len()
    }

    /// Whether there is no instruction yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.instrs.is_empty()
    }

    /// The instructions so far.
    #[must_use]
    pub fn instrs(&self) -> &[Instr] {
        &self.instrs
    }

    /// A label without a place.
    pub fn new_label(&mut self) -> Label {
        let label = Label(u32::try_from(self.labels.len()).expect("a unit has fewer than 2^32 labels"));
        self.labels.push(u32::MAX);
        label
    }

    /// Places a label before the next instruction.
    ///
    /// # Panics
    /// If the label has a place already.
    pub fn use_label(&mut self, label: Label) {
        let place = &mut self.labels[label.0 as usize];
        assert_eq!(*place, u32::MAX, "a label is placed once");
        *place = u32::try_from(self.instrs.len()).expect("a unit has fewer than 2^32 instructions");
    }

    /// Appends an instruction without target. `arg` is 0 where there is none.
    pub fn add(&mut self, op: Opcode, arg: u32, loc: impl Into<Loc>) {
        debug_assert!(!op.has_jump() && !op.has_exc(), "{} needs a target", op.name());
        self.instrs.push(Instr { op, arg, target: None, loc: loc.into() });
    }

    /// Appends a jump or a `SETUP_*`.
    pub fn add_jump(&mut self, op: Opcode, target: Label, loc: impl Into<Loc>) {
        debug_assert!(op.has_jump() || op.has_exc(), "{} takes no target", op.name());
        self.instrs.push(Instr { op, arg: 0, target: Some(target), loc: loc.into() });
    }

    /// Inserts an instruction before position `at`; labels placed at or behind it move along.
    pub fn insert(&mut self, at: usize, instr: Instr) {
        self.instrs.insert(at, instr);
        for place in &mut self.labels {
            if *place != u32::MAX && *place as usize >= at {
                *place += 1;
            }
        }
    }

    /// Sets the code that stands in for `ANNOTATIONS_PLACEHOLDER`, which is generated after the rest.
    pub fn set_annotations(&mut self, annotations: Self) {
        self.annotations = Some(Box::new(annotations));
    }
}

/// Values numbered in the order of their first appearance; every look-up takes constant time.
#[derive(Clone, Debug)]
pub struct Numbered<T> {
    items: Vec<T>,
    numbers: HashMap<T, u32, FxBuildHasher>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self { items: Vec::new(), numbers: HashMap::default() }
    }
}

impl<T: Clone + Eq + Hash> Numbered<T> {
    /// The number of `item`, which is added at the end if it is new.
    pub fn add(&mut self, item: &T) -> u32 {
        if let Some(number) = self.numbers.get(item) {
            return *number;
        }
        let number = u32::try_from(self.items.len()).expect("a unit has fewer than 2^32 constants or names");
        self.items.push(item.clone());
        self.numbers.insert(item.clone(), number);
        number
    }

    /// Gives `item` a number of its own even if it has one.
    pub(crate) fn push(&mut self, item: T) -> u32 {
        let number = u32::try_from(self.items.len()).expect("a unit has fewer than 2^32 constants or names");
        self.items.push(item);
        number
    }

    /// Keeps the items marked in `keep` and forgets the numbers of all: only [`Numbered::items`] makes sense afterwards.
    pub(crate) fn retain(&mut self, keep: &[bool]) {
        let mut keep = keep.iter();
        self.items.retain(|_| keep.next().is_some_and(|keep| *keep));
        self.numbers.clear();
    }

    /// The number of `item`, if it has one.
    #[must_use]
    pub fn get(&self, item: &T) -> Option<u32> {
        self.numbers.get(item).copied()
    }

    /// The items in number order.
    #[must_use]
    pub fn items(&self) -> &[T] {
        &self.items
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The items in number order, as a vector.
    #[must_use]
    pub fn into_items(self) -> Vec<T> {
        self.items
    }
}

impl<T: Clone + Eq + Hash> FromIterator<T> for Numbered<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut numbered = Self::default();
        for item in items {
            numbered.add(&item);
        }
        numbered
    }
}

/// What a unit (module, class body, function, …) is besides its instructions.
///
/// Operands of `LOAD_FAST`-like instructions number `varnames`; those of `LOAD_DEREF`-like ones and of `LOAD_CLOSURE`
/// number `cellvars` followed by `freevars`, as in CPython's `codegen.c`: the control-flow passes renumber them.
#[derive(Clone, Debug, Default)]
pub struct UnitInfo {
    /// Plain name.
    pub name: Name,
    /// Dotted name.
    pub qualname: Name,
    /// Positional parameters, positional-only ones included.
    pub argcount: u32,
    /// Positional-only parameters.
    pub posonlyargcount: u32,
    /// Keyword-only parameters.
    pub kwonlyargcount: u32,
    /// All of `co_flags`.
    pub flags: CodeFlags,
    /// Constants.
    pub consts: Numbered<Const>,
    /// Names of globals and attributes.
    pub names: Numbered<Name>,
    /// Local variables, parameters first.
    pub varnames: Numbered<Name>,
    /// Cells of this unit, in CPython's order (sorted by name).
    pub cellvars: Numbered<Name>,
    /// Cells of enclosing units, in CPython's order (sorted by name).
    pub freevars: Numbered<Name>,
    /// Names whose fast locals are hidden: variables of comprehensions inlined into a class body or module.
    pub fast_hidden: Vec<Name>,
    /// First line.
    pub firstlineno: i32,
}
