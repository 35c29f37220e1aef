//! The first pass: entering and leaving blocks, and noting what happens to names.
//!
//! Apart from the walk over the tree (its siblings) because these few operations are all that touches the table.

use rustc_hash::FxHashSet;

use crate::ast::{ExprContext, Ident, Mod, Span};
use crate::error::CompileError;
use crate::future::Future;
use crate::future::doc_string;
use crate::names::{Interner, NameId, NameMap, known};

use super::{BlockKind, Comprehension, NodeKey, NodeRole, Scope, ScopeId, Symbol, SymbolTable, analyze, def};

/// Result of everything in this pass.
pub(super) type Done = Result<(), CompileError>;

/// Makes the table of a module.
///
/// # Errors
/// The `SyntaxError`s that CPython's `symtable.c` raises, with its messages and places.
pub(crate) fn build(module: &Mod, names: &mut Interner, future: &Future) -> Result<SymbolTable, CompileError> {
    let mut builder = Builder { table: SymbolTable::default(), names, future, stack: Vec::new(), private: None };
    builder.enter(BlockKind::Module, NodeKey::new(module, NodeRole::Body), Span::default())?;
    match module {
        Mod::Module { body } => {
            builder.cur_mut().has_docstring = doc_string(body).is_some();
            builder.stmts(body)?;
        }
        Mod::Interactive { body } => builder.stmts(body)?,
        Mod::Expression { body } => builder.expr(body)?,
    }
    builder.exit();
    let Builder { mut table, names, .. } = builder;
    analyze::analyze(&mut table, names)?;
    Ok(table)
}

/// State of the first pass.
pub(super) struct Builder<'a> {
    pub(super) table: SymbolTable,
    pub(super) names: &'a mut Interner,
    pub(super) future: &'a Future,
    /// The blocks around the current place, innermost last.
    pub(super) stack: Vec<ScopeId>,
    /// The class whose name mangles private names.
    pub(super) private: Option<NameId>,
}

impl Builder<'_> {
    pub(super) fn cur_id(&self) -> ScopeId {
        *self.stack.last().expect("the module's block is entered first and left last")
    }

    pub(super) fn cur(&self) -> &Scope {
        &self.table[self.cur_id()]
    }

    pub(super) fn cur_mut(&mut self) -> &mut Scope {
        let id = self.cur_id();
        &mut self.table[id]
    }

    /// Makes a block without entering it.
    pub(super) fn new_scope(&mut self, kind: BlockKind, key: Option<NodeKey>, span: Span) -> ScopeId {
        let outer = self.stack.last().map(|&outer| &self.table[outer]);
        let nested = outer.is_some_and(|outer| outer.nested || outer.is_function_like());
        let method = outer.is_some_and(|outer| outer.kind == BlockKind::Class) && kind == BlockKind::Function;
        let number = u32::try_from(self.table.scopes.len()).expect("a tree of 2^32 blocks does not fit in memory");
        let id = ScopeId(number);
        self.table.scopes.push(Scope {
            kind,
            comprehension: Comprehension::No,
            symbols: NameMap::default(),
            varnames: Vec::new(),
            annotation_block: None,
            nested,
            generator: false,
            coroutine: false,
            varargs: false,
            varkeywords: false,
            method,
            has_docstring: false,
            annotations_used: false,
            needs_class_closure: false,
            needs_classdict: false,
            has_conditional_annotations: false,
            can_see_class_scope: false,
            inlined: false,
            children: Vec::new(),
            directives: Vec::new(),
            mangled_names: None,
            span,
            description: "",
            in_iter_target: false,
            iter_expr_depth: 0,
            in_conditional_block: false,
            in_unevaluated_annotation: false,
        });
        if let Some(key) = key {
            self.table.by_node.insert(key, id);
        }
        id
    }

    /// Makes a block and enters it.
    pub(super) fn enter(&mut self, kind: BlockKind, key: NodeKey, span: Span) -> Done {
        let id = self.new_scope(kind, Some(key), span);
        self.enter_new(id)
    }

    /// Enters a block for the first time: it becomes a child of the block around it.
    pub(super) fn enter_new(&mut self, id: ScopeId) -> Done {
        let outer = self.stack.last().copied();
        self.enter_existing(id);
        // Under `from __future__ import annotations` annotations become text: their blocks must not be analyzed.
        let ignored = self.future.annotations && self.cur().kind == BlockKind::Annotation;
        if let Some(outer) = outer.filter(|_| !ignored) {
            self.table[outer].children.push(id);
        }
        let kind = self.cur().kind;
        if matches!(kind, BlockKind::Annotation | BlockKind::TypeVariable | BlockKind::TypeAlias) {
            let span = self.cur().span;
            self.add(known::DOT_FORMAT, def::PARAM, span)?;
            self.add(known::DOT_FORMAT, def::USE, span)?;
        }
        Ok(())
    }

    /// Enters a block again.
    pub(super) fn enter_existing(&mut self, id: ScopeId) {
        if let Some(&outer) = self.stack.last() {
            let (depth, mangled) = (self.table[outer].iter_expr_depth, self.table[outer].mangled_names);
            let inner = &mut self.table[id];
            inner.iter_expr_depth = depth;
            if mangled.is_some() && inner.kind != BlockKind::Class {
                inner.mangled_names = mangled;
            }
        }
        self.stack.push(id);
    }

    pub(super) fn exit(&mut self) {
        self.stack.pop();
    }

    /// Declares that only the type parameters' own names are mangled from here on.
    pub(super) fn mangle_only_type_params(&mut self) {
        let set = self.table.mangled_names.len();
        self.table.mangled_names.push(FxHashSet::default());
        self.cur_mut().mangled_names = Some(set);
    }

    /// The name as the current block knows it.
    pub(super) fn mangle(&mut self, name: NameId) -> NameId {
        if self.table.is_kept_unmangled(self.cur_id(), name) {
            return name;
        }
        self.names.mangle(self.private, name)
    }

    /// What is known about a name (unmangled) in a block.
    pub(super) fn lookup_in(&mut self, scope: ScopeId, name: NameId) -> u16 {
        let mangled =
            if self.table.is_kept_unmangled(scope, name) { name } else { self.names.mangle(self.private, name) };
        self.table[scope].symbol(mangled).flags
    }

    pub(super) fn lookup(&mut self, name: NameId) -> u16 {
        self.lookup_in(self.cur_id(), name)
    }

    /// Notes a use or a definition in the current block.
    pub(super) fn add(&mut self, name: NameId, flag: u16, span: Span) -> Done {
        let ctx = if flag == def::USE { ExprContext::Load } else { ExprContext::Store };
        self.add_ctx(name, flag, span, ctx)
    }

    /// Notes a use or a definition of a name of the tree.
    pub(super) fn add_ident(&mut self, name: &Ident, flag: u16, span: Span) -> Done {
        let name = self.names.of(name);
        self.add(name, flag, span)
    }

    pub(super) fn add_ctx(&mut self, name: NameId, flag: u16, span: Span, ctx: ExprContext) -> Done {
        if flag & (def::PARAM | def::LOCAL | def::IMPORT) != 0 {
            check_name(name, span, ctx)?;
        }
        if flag & def::TYPE_PARAM != 0
            && let Some(set) = self.cur().mangled_names
        {
            self.table.mangled_names[set].insert(name);
        }
        self.add_in(self.cur_id(), name, flag, span)
    }

    /// Notes a use or a definition in any block; the name is mangled as the current one does.
    pub(super) fn add_in(&mut self, scope: ScopeId, name: NameId, flag: u16, span: Span) -> Done {
        let mangled = self.mangle(name);
        let target = &mut self.table[scope];
        let position = target.symbols.add(mangled, Symbol::default);
        let in_iter_target = target.in_iter_target;
        let symbol = target.symbols.at_mut(position);
        if flag & symbol.flags & def::PARAM != 0 {
            let text = self.names.text(name);
            return Err(CompileError::syntax(format!("duplicate argument '{text}' in function definition"), span));
        }
        if flag & symbol.flags & def::TYPE_PARAM != 0 {
            return Err(CompileError::syntax(format!("duplicate type parameter '{}'", self.names.text(name)), span));
        }
        symbol.flags |= flag;
        if in_iter_target {
            if symbol.flags & (def::GLOBAL | def::NONLOCAL) != 0 {
                let text = self.names.text(name);
                let msg = format!("comprehension inner loop cannot rebind assignment expression target '{text}'");
                return Err(CompileError::syntax(msg, span));
            }
            symbol.flags |= def::COMP_ITER;
        }
        if flag & def::PARAM != 0 {
            target.varnames.push(mangled);
        } else if flag & def::GLOBAL != 0 {
            let module = &mut self.table[super::MODULE].symbols;
            let position = module.add(mangled, Symbol::default);
            module.at_mut(position).flags |= flag;
        }
        Ok(())
    }

    /// Remembers where a name was declared `global` or `nonlocal`.
    pub(super) fn record_directive(&mut self, name: NameId, span: Span) {
        let mangled = self.mangle(name);
        self.cur_mut().directives.push((mangled, span));
    }

    /// Runs `body` as part of a block whose statements may not run.
    pub(super) fn conditionally(&mut self, body: impl FnOnce(&mut Self) -> Done) -> Done {
        let before = std::mem::replace(&mut self.cur_mut().in_conditional_block, true);
        body(self)?;
        self.cur_mut().in_conditional_block = before;
        Ok(())
    }
}

/// Refuses to bind or delete `__debug__`.
pub(super) fn check_name(name: NameId, span: Span, ctx: ExprContext) -> Done {
    if name == known::DEBUG {
        match ctx {
            ExprContext::Store => return Err(CompileError::syntax("cannot assign to __debug__", span)),
            ExprContext::Del => return Err(CompileError::syntax("cannot delete __debug__", span)),
            ExprContext::Load => {}
        }
    }
    Ok(())
}
