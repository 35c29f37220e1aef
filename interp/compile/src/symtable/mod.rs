//! The symbol table: which name means what in which block (CPython: `Python/symtable.c`, PEP 227, 649, 695, 709).
//!
//! Two passes, as in CPython. [`build`] walks the tree and notes for every block what happens to each name;
//! [`analyze`] walks the blocks and decides each name's scope, which local variables become cells, and which
//! comprehensions are inlined. Code generation then finds a block by its node ([`NodeKey`]).
//!
//! CPython copies the set of visible bindings for each child block. Here one table holds the bindings that are
//! visible now, and leaving a block undoes what entering it did, so the cost is linear in the number of names.

mod analyze;
mod build;
mod comprehension;
mod expr;
mod functions;
mod stmt;

use crate::ast::Span;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::names::{NameId, NameMap};

pub(crate) use build::build;

/// What a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BlockKind {
    Module,
    Function,
    Class,
    /// An `__annotate__` function.
    Annotation,
    /// Bound or default of a type parameter.
    TypeVariable,
    /// Value of a `type` statement.
    TypeAlias,
    /// What stands around a generic function, class or alias and holds its type parameters.
    TypeParameters,
}

/// Whether a block is a comprehension, and which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comprehension {
    No,
    List,
    Set,
    Dict,
    Generator,
}

/// What a name means in a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ScopeOf {
    /// Not a name of this block.
    #[default]
    Unknown,
    Local,
    GlobalExplicit,
    GlobalImplicit,
    Free,
    Cell,
}

/// What happens to a name in a block.
pub(crate) mod def {
    pub(crate) const GLOBAL: u16 = 1;
    pub(crate) const LOCAL: u16 = 1 << 1;
    pub(crate) const PARAM: u16 = 1 << 2;
    pub(crate) const NONLOCAL: u16 = 1 << 3;
    pub(crate) const USE: u16 = 1 << 4;
    /// Free in a method, and bound or used in the class.
    pub(crate) const FREE_CLASS: u16 = 1 << 5;
    pub(crate) const IMPORT: u16 = 1 << 6;
    pub(crate) const ANNOT: u16 = 1 << 7;
    /// Target of a comprehension's `for`.
    pub(crate) const COMP_ITER: u16 = 1 << 8;
    pub(crate) const TYPE_PARAM: u16 = 1 << 9;
    /// A cell of an inlined comprehension.
    pub(crate) const COMP_CELL: u16 = 1 << 10;
    pub(crate) const BOUND: u16 = LOCAL | PARAM | IMPORT | TYPE_PARAM;
}

/// All that is known about a name in a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Symbol {
    /// Bits of [`def`].
    pub(crate) flags: u16,
    /// Filled in by the analysis.
    pub(crate) scope: ScopeOf,
}

/// Index of a block in its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ScopeId(u32);

/// The module's block.
pub(crate) const MODULE: ScopeId = ScopeId(0);

/// Which of the blocks that belong to one node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum NodeRole {
    /// A function, class, lambda, comprehension or type alias itself.
    Body,
    /// The annotations of a function's parameters.
    Annotations,
    /// The list of type parameters.
    TypeParams,
    /// A type parameter's bound (or the default of one that can have no bound).
    Bound,
    /// A `TypeVar`'s default.
    Default,
}

/// How a node's block is found: by the node's address, which is stable while the tree is borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct NodeKey(usize, NodeRole);

impl NodeKey {
    pub(crate) fn new<T>(node: &T, role: NodeRole) -> Self {
        Self(std::ptr::from_ref(node).addr(), role)
    }
}

/// One block.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is an independent fact that CPython keeps as a bit")]
pub(crate) struct Scope {
    pub(crate) kind: BlockKind,
    pub(crate) comprehension: Comprehension,
    pub(crate) symbols: NameMap<Symbol>,
    /// Parameters, in the order of the frame's variables.
    pub(crate) varnames: Vec<NameId>,
    pub(crate) annotation_block: Option<ScopeId>,
    pub(crate) nested: bool,
    pub(crate) generator: bool,
    pub(crate) coroutine: bool,
    pub(crate) varargs: bool,
    pub(crate) varkeywords: bool,
    pub(crate) method: bool,
    pub(crate) has_docstring: bool,
    pub(crate) annotations_used: bool,
    pub(crate) needs_class_closure: bool,
    pub(crate) needs_classdict: bool,
    pub(crate) has_conditional_annotations: bool,
    pub(crate) can_see_class_scope: bool,
    /// This comprehension runs in the block around it.
    pub(crate) inlined: bool,
    children: Vec<ScopeId>,
    /// `global` and `nonlocal` statements, for errors found later.
    directives: Vec<(NameId, Span)>,
    /// In a generic class's type parameters: the only names that are mangled.
    mangled_names: Option<usize>,
    span: Span,
    /// What an error calls this type-variable block.
    description: &'static str,
    in_iter_target: bool,
    iter_expr_depth: u32,
    in_conditional_block: bool,
    in_unevaluated_annotation: bool,
}

impl Scope {
    /// Whether code of this block runs in a frame with fast local variables.
    pub(crate) fn is_function_like(&self) -> bool {
        !matches!(self.kind, BlockKind::Module | BlockKind::Class)
    }

    pub(crate) fn symbol(&self, name: NameId) -> Symbol {
        self.symbols.get(name).copied().unwrap_or_default()
    }

    pub(crate) fn scope_of(&self, name: NameId) -> ScopeOf {
        self.symbol(name).scope
    }
}

/// The blocks of one compilation.
#[derive(Debug, Default)]
pub(crate) struct SymbolTable {
    scopes: Vec<Scope>,
    by_node: FxHashMap<NodeKey, ScopeId>,
    mangled_names: Vec<FxHashSet<NameId>>,
}

impl SymbolTable {
    /// The block of a node, if it has one.
    pub(crate) fn lookup(&self, key: NodeKey) -> Option<ScopeId> {
        self.by_node.get(&key).copied()
    }

    /// Whether `name` is exempt from mangling in this block.
    pub(crate) fn is_kept_unmangled(&self, scope: ScopeId, name: NameId) -> bool {
        self[scope].mangled_names.is_some_and(|set| !self.mangled_names[set].contains(&name))
    }
}

impl std::ops::Index<ScopeId> for SymbolTable {
    type Output = Scope;

    fn index(&self, scope: ScopeId) -> &Scope {
        &self.scopes[scope.0 as usize]
    }
}

impl std::ops::IndexMut<ScopeId> for SymbolTable {
    fn index_mut(&mut self, scope: ScopeId) -> &mut Scope {
        &mut self.scopes[scope.0 as usize]
    }
}

#[cfg(test)]
mod tests;
