//! Code units: what is collected for one code object, and how one begins and ends.

use std::collections::BTreeSet;
use std::sync::Arc;

use interp_code::{Code, CodeFlags, Const};
use rustc_hash::FxHashSet;

use crate::ast::{Ident, Stmt};
use crate::error::CompileError;
use crate::instr::{InstrSequence, Loc, Numbered, UnitInfo};
use crate::names::{Interner, NameId, NameMap, NameSet, known};
use crate::symtable::{NodeKey, Scope, ScopeId, ScopeOf, SymbolTable, def};
use interp_opcode::Opcode;

use super::Generator;
use super::emit::RESUME_AT_FUNC_START;
use super::fblock::FrameBlock;

/// What kind of unit, as far as names and errors depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScopeType {
    Module,
    Class,
    Function,
    AsyncFunction,
    Lambda,
    Comprehension,
    Annotations,
}

/// Numbers of parameters; positional-only ones are not counted among `args`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) args: usize,
    pub(super) posonly: usize,
    pub(super) kwonly: usize,
}

/// A unit under construction.
pub(super) struct Unit<'a> {
    pub(super) scope: ScopeId,
    pub(super) scope_type: ScopeType,
    pub(super) name: NameId,
    pub(super) qualname: Ident,
    /// The class whose name mangles private names.
    pub(super) private: Option<NameId>,
    pub(super) counts: Counts,
    pub(super) seq: InstrSequence,
    /// The main sequence, while the module's annotations are generated.
    pub(super) stashed: Option<InstrSequence>,
    pub(super) consts: Numbered<Const>,
    pub(super) names: NameSet,
    pub(super) varnames: NameSet,
    pub(super) cellvars: NameSet,
    /// Numbered from `cellvars.len()` on.
    pub(super) freevars: NameSet,
    /// Fast locals of inlined comprehensions outside of functions; true while the comprehension is generated.
    pub(super) fast_hidden: NameMap<bool>,
    /// In a class: attributes that its methods set on `self`.
    pub(super) static_attributes: FxHashSet<NameId>,
    /// Annotated assignments, with the index of those that may not run.
    pub(super) annotated: Vec<(&'a Stmt, Option<u32>)>,
    pub(super) conditional_annotations: u32,
    pub(super) blocks: Vec<FrameBlock<'a>>,
    pub(super) inlined_depth: u32,
    pub(super) conditional_depth: u32,
    pub(super) firstlineno: u32,
}

impl Unit<'_> {
    pub(super) fn new(
        table: &SymbolTable,
        scope: ScopeId,
        scope_type: ScopeType,
        name: NameId,
        firstlineno: u32,
        counts: Counts,
    ) -> Self {
        let block = &table[scope];
        let mut varnames = NameSet::default();
        for &parameter in &block.varnames {
            varnames.number(parameter);
        }
        Self {
            scope,
            scope_type,
            name,
            qualname: "<module>".into(),
            private: None,
            counts,
            seq: InstrSequence::new(),
            stashed: None,
            consts: Numbered::default(),
            names: NameSet::default(),
            varnames,
            cellvars: NameSet::default(),
            freevars: NameSet::default(),
            fast_hidden: NameMap::default(),
            static_attributes: FxHashSet::default(),
            annotated: Vec::new(),
            conditional_annotations: 0,
            blocks: Vec::new(),
            inlined_depth: 0,
            conditional_depth: 0,
            firstlineno,
        }
    }

    /// Numbers the cells; sorted, so that the order does not depend on that of their uses.
    pub(super) fn number_cells(&mut self, block: &Scope, names: &Interner) {
        self.cellvars = sorted(block, names, ScopeOf::Cell, def::COMP_CELL);
        if block.needs_class_closure {
            self.cellvars.number(known::CLASS);
        }
        if block.needs_classdict {
            self.cellvars.number(known::CLASSDICT);
        }
        if block.has_conditional_annotations {
            self.cellvars.number(known::CONDITIONAL_ANNOTATIONS);
        }
        self.freevars = sorted(block, names, ScopeOf::Free, def::FREE_CLASS);
    }

    /// The operand under which a cell or free variable of this unit is known.
    pub(super) fn free_number(&mut self, name: NameId) -> u32 {
        let cells = u32::try_from(self.cellvars.len()).expect("a unit has fewer than 2^32 cells");
        cells + self.freevars.number(name)
    }

    fn is_qualifying(&self) -> bool {
        matches!(self.scope_type, ScopeType::Function | ScopeType::AsyncFunction | ScopeType::Class)
    }
}

fn sorted(block: &Scope, names: &Interner, scope: ScopeOf, flag: u16) -> NameSet {
    let symbols = block.symbols.entries().iter();
    let wanted = symbols.filter(|(_, symbol)| symbol.scope == scope || symbol.flags & flag != 0);
    let texts: BTreeSet<(&Ident, NameId)> = wanted.map(|(name, _)| (names.text(*name), *name)).collect();
    let mut set = NameSet::default();
    for (_, name) in texts {
        set.number(name);
    }
    set
}

impl Generator<'_> {
    /// The symbol table's block of the current unit.
    pub(super) fn scope(&self) -> &Scope {
        &self.table[self.unit.scope]
    }

    /// The block of a node.
    pub(super) fn block_of(&self, key: NodeKey) -> ScopeId {
        self.table.lookup(key).expect("the symbol table has visited every node that has a block")
    }

    /// Begins a unit inside the current one. `private`: the class, if the unit is in a new one.
    pub(super) fn enter(
        &mut self,
        name: NameId,
        scope_type: ScopeType,
        scope: ScopeId,
        firstlineno: u32,
        private: Option<NameId>,
        counts: Counts,
    ) {
        let mut unit = Unit::new(&self.table, scope, scope_type, name, firstlineno, counts);
        unit.number_cells(&self.table[scope], &self.names);
        unit.private = private.or(self.unit.private);
        let outer = std::mem::replace(&mut self.unit, unit);
        self.outer.push(outer);
        self.unit.qualname = self.qualname();
        let line = firstlineno.cast_signed();
        self.op_arg(Loc::new(line, line, 0, 0), Opcode::Resume, RESUME_AT_FUNC_START);
    }

    fn qualname(&mut self) -> Ident {
        let name = self.names.text(self.unit.name).clone();
        let mut parents = self.outer.iter().rev();
        let mut parent = parents.next().expect("only the module's unit has no unit around it");
        if self.outer.len() == 1 {
            // Directly in the module.
            return name;
        }
        if parent.scope_type == ScopeType::Annotations {
            parent = parents.next().expect("more than one unit is around this one");
            if self.outer.len() == 2 {
                return name;
            }
        }
        if self.unit.is_qualifying() {
            let mangled = self.names.mangle(parent.private, self.unit.name);
            if self.table[parent.scope].scope_of(mangled) == ScopeOf::GlobalExplicit {
                return name;
            }
        }
        let base = &parent.qualname;
        match parent.scope_type {
            ScopeType::Function | ScopeType::AsyncFunction | ScopeType::Lambda => {
                format!("{base}.<locals>.{name}").into()
            }
            _ => format!("{base}.{name}").into(),
        }
    }

    /// Ends the current unit: assembles it and goes back to the one around it. `add_none`: whether a return of `None`
    /// (rather than of what is on the stack) closes it.
    pub(super) fn leave(&mut self, add_none: bool) -> Result<Closed, CompileError> {
        let freevars = self.unit.freevars.names().collect();
        let code = self.finish_unit(add_none)?;
        self.unit = self.outer.pop().expect("the module's unit is not left but finished");
        Ok(Closed { code, freevars })
    }

    /// Assembles the current unit.
    pub(super) fn finish_unit(&mut self, add_none: bool) -> Result<Arc<Code>, CompileError> {
        if add_none {
            self.load_const(Loc::NONE, Const::None);
        }
        self.op(Loc::NONE, Opcode::ReturnValue);
        let info = self.unit_info();
        let seq = std::mem::take(&mut self.unit.seq);
        Ok(Arc::new(crate::assemble(info, seq, self.filename)?))
    }

    fn unit_info(&mut self) -> UnitInfo {
        let flags = self.code_flags();
        let Self { unit, names, .. } = self;
        let mut numbered = |set: &NameSet| set.names().map(|name| names.code_name(name)).collect::<Numbered<_>>();
        let count = |number: usize| u32::try_from(number).expect("the tree would not fit in memory");
        let (cellvars, freevars) = (numbered(&unit.cellvars), numbered(&unit.freevars));
        let (varnames, global_names) = (numbered(&unit.varnames), numbered(&unit.names));
        UnitInfo {
            name: names.code_name(unit.name),
            qualname: (&unit.qualname).into(),
            argcount: count(unit.counts.args + unit.counts.posonly),
            posonlyargcount: count(unit.counts.posonly),
            kwonlyargcount: count(unit.counts.kwonly),
            flags,
            consts: std::mem::take(&mut unit.consts),
            names: global_names,
            varnames,
            cellvars,
            freevars,
            fast_hidden: unit.fast_hidden.entries().iter().map(|(name, _)| names.code_name(*name)).collect(),
            firstlineno: unit.firstlineno.cast_signed(),
        }
    }

    fn code_flags(&self) -> CodeFlags {
        let scope = self.scope();
        let mut flags = self.future.flags;
        if scope.is_function_like() {
            flags |= CodeFlags::NEWLOCALS | CodeFlags::OPTIMIZED;
            flags.set(CodeFlags::NESTED, scope.nested);
            flags.set(CodeFlags::GENERATOR, scope.generator && !scope.coroutine);
            flags.set(CodeFlags::ASYNC_GENERATOR, scope.generator && scope.coroutine);
            flags.set(CodeFlags::VARARGS, scope.varargs);
            flags.set(CodeFlags::VARKEYWORDS, scope.varkeywords);
            flags.set(CodeFlags::HAS_DOCSTRING, scope.has_docstring);
            flags.set(CodeFlags::METHOD, scope.method);
        }
        flags.set(CodeFlags::COROUTINE, scope.coroutine && !scope.generator);
        flags
    }
}

/// A finished unit and the names it takes from around it.
pub(super) struct Closed {
    pub(super) code: Arc<Code>,
    pub(super) freevars: Vec<NameId>,
}
