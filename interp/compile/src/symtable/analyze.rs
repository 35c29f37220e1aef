//! The second pass: deciding scopes, cells and inlining, block by block from the outside in.
//!
//! Free names travel the other way: a block returns the set of names that it and its children need from outside.
//! `bound` and `type_params` are what enclosing function-like blocks bind; each block logs its changes and undoes them
//! when it is left, where CPython copies the sets.

use rustc_hash::FxHashSet;

use crate::error::CompileError;
use crate::names::{Interner, NameId, known};

use super::build::Done;
use super::{BlockKind, Comprehension, MODULE, ScopeId, ScopeOf, Symbol, SymbolTable, def};

/// Decides the scope of every name.
pub(super) fn analyze(table: &mut SymbolTable, names: &Interner) -> Done {
    let (bound, type_params) = (LoggedSet::default(), LoggedSet::default());
    Analyzer { table, names, bound, type_params }.block(MODULE, None).map(drop)
}

/// A set whose changes can be taken back.
#[derive(Default)]
struct LoggedSet {
    set: FxHashSet<NameId>,
    /// Names that were added (true) or removed (false).
    log: Vec<(NameId, bool)>,
}

impl LoggedSet {
    fn contains(&self, name: NameId) -> bool {
        self.set.contains(&name)
    }

    fn insert(&mut self, name: NameId) {
        if self.set.insert(name) {
            self.log.push((name, true));
        }
    }

    fn remove(&mut self, name: NameId) {
        if self.set.remove(&name) {
            self.log.push((name, false));
        }
    }

    fn undo_to(&mut self, mark: usize) {
        for (name, was_added) in self.log.drain(mark..).rev() {
            if was_added {
                self.set.remove(&name);
            } else {
                self.set.insert(name);
            }
        }
    }
}

struct Analyzer<'a> {
    table: &'a mut SymbolTable,
    names: &'a Interner,
    /// Names bound in the function-like blocks around the current place.
    bound: LoggedSet,
    /// Those of them that are type parameters.
    type_params: LoggedSet,
}

type Names = FxHashSet<NameId>;

impl Analyzer<'_> {
    /// Analyzes a block and those inside of it; returns the names it needs from outside.
    /// `class`: the class whose names this block sees.
    fn block(&mut self, id: ScopeId, class: Option<ScopeId>) -> Result<Names, CompileError> {
        let marks = (self.bound.log.len(), self.type_params.log.len());
        let is_class = self.table[id].kind == BlockKind::Class;
        let mut free = Names::default();
        for position in 0..self.table[id].symbols.len() {
            let (name, symbol) = self.table[id].symbols.entries()[position];
            let scope = self.name(id, name, symbol.flags, class)?;
            if scope == ScopeOf::Free {
                free.insert(name);
            }
            self.table[id].symbols.at_mut(position).scope = scope;
        }
        if is_class {
            for name in [known::CLASS, known::CLASSDICT, known::CONDITIONAL_ANNOTATIONS] {
                self.bound.insert(name);
            }
        }
        let mut child_free = Names::default();
        let mut inlined_cells = Names::default();
        self.children(id, class, &mut child_free, &mut inlined_cells)?;
        if self.table[id].is_function_like() {
            self.make_cells(id, &mut child_free, &inlined_cells);
        } else if is_class {
            self.drop_class_free(id, &mut child_free);
        }
        self.record(id, &child_free, &inlined_cells);
        self.bound.undo_to(marks.0);
        self.type_params.undo_to(marks.1);
        free.extend(child_free);
        Ok(free)
    }

    /// The scope of one name of a block.
    fn name(&mut self, id: ScopeId, name: NameId, flags: u16, class: Option<ScopeId>) -> Result<ScopeOf, CompileError> {
        let is_class = self.table[id].kind == BlockKind::Class;
        if flags & def::GLOBAL != 0 {
            if flags & def::NONLOCAL != 0 {
                return Err(self.directive_error(id, name, "name '{}' is nonlocal and global"));
            }
            // What a class declares does not reach its methods.
            if !is_class {
                self.bound.remove(name);
            }
            return Ok(ScopeOf::GlobalExplicit);
        }
        if flags & def::NONLOCAL != 0 {
            if id == MODULE {
                return Err(self.directive_error(id, name, "nonlocal declaration not allowed at module level"));
            }
            if !self.bound.contains(name) {
                return Err(self.directive_error(id, name, "no binding for nonlocal '{}' found"));
            }
            if self.type_params.contains(name) {
                let msg = "nonlocal binding not allowed for type parameter '{}'";
                return Err(self.directive_error(id, name, msg));
            }
            return Ok(ScopeOf::Free);
        }
        if flags & def::BOUND != 0 {
            if self.table[id].is_function_like() {
                self.bound.insert(name);
            }
            if flags & def::TYPE_PARAM != 0 {
                self.type_params.insert(name);
            } else {
                self.type_params.remove(name);
            }
            return Ok(ScopeOf::Local);
        }
        if let Some(class) = class {
            // The class namespace is searched at run time; a function around the class must not get in between.
            let in_class = self.table[class].symbol(name).flags;
            if in_class & def::GLOBAL != 0 {
                return Ok(ScopeOf::GlobalExplicit);
            }
            if in_class & def::BOUND != 0 && in_class & def::NONLOCAL == 0 {
                return Ok(ScopeOf::GlobalImplicit);
            }
        }
        Ok(if self.bound.contains(name) { ScopeOf::Free } else { ScopeOf::GlobalImplicit })
    }

    fn directive_error(&self, id: ScopeId, name: NameId, msg: &str) -> CompileError {
        let directive = self.table[id].directives.iter().find(|directive| directive.0 == name);
        let span = directive.map(|directive| directive.1).unwrap_or_default();
        CompileError::syntax(msg.replace("{}", self.names.text(name)), span)
    }

    fn children(&mut self, id: ScopeId, class: Option<ScopeId>, free: &mut Names, inlined_cells: &mut Names) -> Done {
        let children = std::mem::take(&mut self.table[id].children);
        let mut spliced = Vec::with_capacity(children.len());
        for child in children {
            let child_class = match self.table[id].kind {
                _ if !self.table[child].can_see_class_scope => None,
                BlockKind::Class => Some(id),
                _ => class,
            };
            let mut child_free = crate::stack::grow(|| self.block(child, child_class))?;
            let block = &self.table[child];
            // Annotation scopes in classes look names up in the class: comprehensions there stay functions.
            if block.comprehension != Comprehension::No && !block.generator && !self.table[id].can_see_class_scope {
                self.inline(id, child, &mut child_free, inlined_cells);
                self.table[child].inlined = true;
                spliced.extend_from_slice(&self.table[child].children);
            } else {
                spliced.push(child);
            }
            free.extend(child_free);
        }
        self.table[id].children = spliced;
        Ok(())
    }

    /// Makes the names of a comprehension names of the block that it runs in (PEP 709).
    fn inline(&mut self, id: ScopeId, comp: ScopeId, comp_free: &mut Names, inlined_cells: &mut Names) {
        let is_class = self.table[id].kind == BlockKind::Class;
        let mut dropped = Vec::new();
        let mut free_inside: Option<Names> = None;
        for position in 0..self.table[comp].symbols.len() {
            let (name, symbol) = self.table[comp].symbols.entries()[position];
            if symbol.flags & def::PARAM != 0 {
                continue;
            }
            let mut scope = symbol.scope;
            if scope == ScopeOf::Cell || symbol.flags & def::COMP_CELL != 0 {
                inlined_cells.insert(name);
            }
            let mut is_free_inside =
                |table: &SymbolTable| free_inside.get_or_insert_with(|| free_in_children(table, comp)).contains(&name);
            let implicit = [known::CLASS, known::CLASSDICT, known::CONDITIONAL_ANNOTATIONS];
            if scope == ScopeOf::Free && is_class && implicit.contains(&name) {
                // These cells belong to the class body, which cannot read them by name.
                scope = ScopeOf::GlobalImplicit;
                if !is_free_inside(self.table) {
                    comp_free.remove(&name);
                }
                dropped.push(name);
            }
            match self.table[id].symbols.get(name) {
                None => {
                    self.table[id].symbols.add(name, || Symbol { flags: symbol.flags, scope });
                }
                // Free in the comprehension and local here: simply local, unless a function inside needs the cell.
                Some(outer) if outer.flags & def::BOUND != 0 && !is_class => {
                    if !is_free_inside(self.table) {
                        comp_free.remove(&name);
                    }
                }
                Some(_) => {}
            }
        }
        for name in dropped {
            self.table[comp].symbols.remove(name);
        }
    }

    /// Local names that inner blocks need become cells.
    fn make_cells(&mut self, id: ScopeId, free: &mut Names, inlined_cells: &Names) {
        let symbols = &mut self.table[id].symbols;
        for position in 0..symbols.len() {
            let (name, symbol) = symbols.entries()[position];
            if symbol.scope == ScopeOf::Local && (free.contains(&name) || inlined_cells.contains(&name)) {
                symbols.at_mut(position).scope = ScopeOf::Cell;
                free.remove(&name);
            }
        }
    }

    /// A class provides a few cells that are not names of its body.
    fn drop_class_free(&mut self, id: ScopeId, free: &mut Names) {
        let scope = &mut self.table[id];
        scope.needs_class_closure |= free.remove(&known::CLASS);
        scope.needs_classdict |= free.remove(&known::CLASSDICT);
        scope.has_conditional_annotations |= free.remove(&known::CONDITIONAL_ANNOTATIONS);
    }

    /// Enters what inner blocks need into this block's table.
    fn record(&mut self, id: ScopeId, free: &Names, inlined_cells: &Names) {
        let scope = &mut self.table[id];
        let sees_class = scope.kind == BlockKind::Class || scope.can_see_class_scope;
        for &name in inlined_cells {
            if let Some(position) = scope.symbols.position(name) {
                scope.symbols.at_mut(position).flags |= def::COMP_CELL;
            }
        }
        for &name in free {
            match scope.symbols.position(name) {
                Some(position) if sees_class => scope.symbols.at_mut(position).flags |= def::FREE_CLASS,
                Some(_) => {}
                None => {
                    scope.symbols.add(name, || Symbol { flags: 0, scope: ScopeOf::Free });
                }
            }
        }
    }
}

/// Names that are free in a direct child of a block.
fn free_in_children(table: &SymbolTable, id: ScopeId) -> Names {
    let children = table[id].children.iter().map(|&child| &table[child]);
    let symbols = children.flat_map(|child| child.symbols.entries());
    symbols.filter(|(_, symbol)| symbol.scope == ScopeOf::Free).map(|(name, _)| *name).collect()
}
