//! Comprehensions that run in the code around them (PEP 709): isolating their variables.

use interp_opcode::Opcode;

use crate::instr::{Label, Loc};
use crate::names::NameId;
use crate::symtable::{BlockKind, ScopeId, ScopeOf, Symbol, def};

use super::Generator;

/// What has to be put back after an inlined comprehension.
pub(super) struct Inlined {
    /// Variables whose outer values are on the stack.
    pushed: Vec<NameId>,
    /// Handler that puts them back when the comprehension raises.
    cleanup: Option<Label>,
    /// Symbols of the outer block that the comprehension's replace meanwhile; `None` where there was none.
    replaced: Vec<(NameId, Symbol)>,
    /// Names that are fast locals meanwhile, although the block is no function.
    hidden: Vec<NameId>,
}

impl Generator<'_> {
    /// Begins an inlined comprehension; its outermost iterator is on the stack.
    pub(super) fn enter_inlined(&mut self, loc: Loc, comp: ScopeId) -> Inlined {
        let in_class = self.scope().kind == BlockKind::Class && self.unit.inlined_depth == 0;
        self.unit.inlined_depth += 1;
        let mut state = Inlined { pushed: Vec::new(), cleanup: None, replaced: Vec::new(), hidden: Vec::new() };
        let mut isolated = Vec::new();
        for position in 0..self.table[comp].symbols.len() {
            let (name, symbol) = self.table[comp].symbols.entries()[position];
            let outer = self.scope().symbol(name);
            self.replace_symbol(&mut state, name, symbol, outer, in_class);
            let is_bound = symbol.flags & def::LOCAL != 0 && symbol.flags & def::NONLOCAL == 0;
            if (is_bound || in_class) && !self.scope().is_function_like() {
                self.hide(&mut state, name);
            }
            if is_bound {
                isolated.push((name, symbol.scope));
            }
        }
        for (name, scope) in isolated {
            self.push_outer_value(loc, name, scope);
            state.pushed.push(name);
        }
        if !state.pushed.is_empty() {
            self.op_count(loc, Opcode::Swap, state.pushed.len() + 1);
            let cleanup = self.label();
            state.cleanup = Some(cleanup);
            self.jump(loc, Opcode::SetupFinally, cleanup);
        }
        state
    }

    /// Gives a name the meaning it has in the comprehension.
    fn replace_symbol(&mut self, state: &mut Inlined, name: NameId, symbol: Symbol, outer: Symbol, in_class: bool) {
        // What is free in the comprehension means the same outside. A cell in it that is free outside stays free: both
        // are reached by the same instructions.
        let (inner, around) = (symbol.scope, outer.scope);
        let differs = inner != around && inner != ScopeOf::Free && !(inner == ScopeOf::Cell && around == ScopeOf::Free);
        if differs || in_class {
            let scope = self.unit.scope;
            let symbols = &mut self.table[scope].symbols;
            let position = symbols.add(name, Symbol::default);
            *symbols.at_mut(position) = symbol;
            state.replaced.push((name, outer));
        }
    }

    fn hide(&mut self, state: &mut Inlined, name: NameId) {
        let hidden = &mut self.unit.fast_hidden;
        let position = hidden.add(name, || false);
        if !std::mem::replace(hidden.at_mut(position), true) {
            state.hidden.push(name);
        }
    }

    /// Saves what a variable holds outside (a cell as a cell) and makes it anew.
    fn push_outer_value(&mut self, loc: Loc, name: NameId, scope: ScopeOf) {
        let mangled = self.mangle(name);
        let number = self.unit.varnames.number(mangled);
        self.op_arg(loc, Opcode::LoadFastAndClear, number);
        if scope == ScopeOf::Cell {
            let outer = self.scope().scope_of(name);
            let number = if outer == ScopeOf::Free {
                self.unit.free_number(mangled)
            } else {
                self.unit.cellvars.number(mangled)
            };
            self.op_arg(loc, Opcode::MakeCell, number);
        }
    }

    /// Ends an inlined comprehension; its result is on the stack.
    pub(super) fn leave_inlined(&mut self, loc: Loc, state: Inlined) {
        if let Some(cleanup) = state.cleanup {
            self.op(Loc::NONE, Opcode::PopBlock);
            let end = self.label();
            self.jump(Loc::NONE, Opcode::JumpNoInterrupt, end);
            self.place(cleanup);
            // Discard the unfinished result beneath the exception.
            self.op_arg(Loc::NONE, Opcode::Swap, 2);
            self.op(Loc::NONE, Opcode::PopTop);
            self.restore_outer_values(loc, &state.pushed);
            self.op_arg(Loc::NONE, Opcode::Reraise, 0);
            self.place(end);
            self.restore_outer_values(loc, &state.pushed);
        }
        self.unit.inlined_depth -= 1;
        let scope = self.unit.scope;
        for (name, outer) in state.replaced {
            let symbols = &mut self.table[scope].symbols;
            let position = symbols.add(name, Symbol::default);
            *symbols.at_mut(position) = outer;
        }
        for name in state.hidden {
            // Kept as false: the assembler marks all that ever were hidden.
            let position = self.unit.fast_hidden.add(name, || false);
            *self.unit.fast_hidden.at_mut(position) = false;
        }
    }

    fn restore_outer_values(&mut self, loc: Loc, pushed: &[NameId]) {
        self.op_count(loc, Opcode::Swap, pushed.len() + 1);
        for &name in pushed.iter().rev() {
            let mangled = self.mangle(name);
            let number = self.unit.varnames.number(mangled);
            self.op_arg(loc, Opcode::StoreFastMaybeNull, number);
        }
    }
}
