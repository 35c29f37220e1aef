//! Comprehensions and generator expressions.

use interp_opcode::Opcode;

use crate::ast::{Comprehension as Clause, Expr, ExprKind};
use crate::instr::Loc;
use crate::names::{NameId, known};
use crate::symtable::{NodeKey, NodeRole};

use super::fblock::BlockType;
use super::unit::{Counts, ScopeType};
use super::{Done, Generator};

/// What a comprehension makes, and of what.
#[derive(Clone, Copy)]
enum Product<'a> {
    Generator(&'a Expr),
    List(&'a Expr),
    Set(&'a Expr),
    Dict(&'a Expr, &'a Expr),
}

/// A comprehension while its clauses are generated.
struct Plan<'a> {
    loc: Loc,
    clauses: &'a [Clause],
    product: Product<'a>,
}

fn plan(expr: &Expr) -> (Plan<'_>, NameId) {
    let (product, clauses, name) = match &expr.kind {
        ExprKind::GeneratorExp { elt, generators } => (Product::Generator(elt), generators, known::ANON_GENEXPR),
        ExprKind::ListComp { elt, generators } => (Product::List(elt), generators, known::ANON_LISTCOMP),
        ExprKind::SetComp { elt, generators } => (Product::Set(elt), generators, known::ANON_SETCOMP),
        ExprKind::DictComp { key, value, generators } => (Product::Dict(key, value), generators, known::ANON_DICTCOMP),
        _ => unreachable!("only comprehensions come here"),
    };
    (Plan { loc: expr.span.into(), clauses, product }, name)
}

impl<'a> Generator<'a> {
    pub(super) fn comprehension(&mut self, expr: &'a Expr) -> Done {
        let (plan, name) = plan(expr);
        let block = self.block_of(NodeKey::new(expr, NodeRole::Body));
        let outermost = &plan.clauses[0];
        let loc = plan.loc;
        let build = match plan.product {
            Product::Generator(_) => None,
            Product::List(_) => Some(Opcode::BuildList),
            Product::Set(_) => Some(Opcode::BuildSet),
            Product::Dict(..) => Some(Opcode::BuildMap),
        };
        if self.table[block].inlined {
            self.outermost_iterator(outermost)?;
            self.check_room(loc)?;
            let state = self.enter_inlined(loc, block);
            if let Some(build) = build {
                self.op_arg(loc, build, 0);
                self.op_arg(loc, Opcode::Swap, 2);
            }
            self.clause(&plan, 0, 0, true)?;
            self.leave_inlined(loc, state);
            return Ok(());
        }
        let is_async = self.table[block].coroutine;
        let counts = Counts { args: 1, ..Counts::default() };
        self.enter(name, ScopeType::Comprehension, block, expr.span.lineno, None, counts);
        if let Some(build) = build {
            self.op_arg(loc, build, 0);
        }
        self.clause(&plan, 0, 0, false)?;
        if build.is_some() {
            self.op(loc, Opcode::ReturnValue);
        } else {
            self.wrap_in_stop_iteration_handler();
        }
        let closed = self.leave(true)?;
        self.make_closure(loc, &closed, 0);
        self.outermost_iterator(outermost)?;
        self.op_arg(loc, Opcode::Call, 0);
        if is_async && build.is_some() {
            self.await_top(loc, 0);
        }
        Ok(())
    }

    /// The iterator over the outermost iterable, which belongs to the code around the comprehension.
    fn outermost_iterator(&mut self, clause: &'a Clause) -> Done {
        self.expr(&clause.iter)?;
        let op = if clause.is_async { Opcode::GetAiter } else { Opcode::GetIter };
        self.op(clause.iter.span.into(), op);
        Ok(())
    }

    /// One `for` and everything to the right of it. `depth`: iterators between the product and the top of the stack.
    fn clause(&mut self, plan: &Plan<'a>, number: usize, depth: u32, iter_on_stack: bool) -> Done {
        crate::stack::grow(|| {
            if plan.clauses[number].is_async {
                self.async_clause(plan, number, depth, iter_on_stack)
            } else {
                self.sync_clause(plan, number, depth, iter_on_stack)
            }
        })
    }

    fn sync_clause(&mut self, plan: &Plan<'a>, number: usize, mut depth: u32, iter_on_stack: bool) -> Done {
        let clause = &plan.clauses[number];
        let iter_loc = Loc::from(clause.iter.span);
        let (start, if_cleanup, anchor) = (self.label(), self.label(), self.label());
        let mut is_loop = true;
        if !iter_on_stack {
            if number == 0 {
                self.op_arg(plan.loc, Opcode::LoadFast, 0);
            } else if let Some(only) = only_element(&clause.iter) {
                // `for y in [f(x)]` is an assignment.
                self.expr(only)?;
                is_loop = false;
            } else {
                self.expr(&clause.iter)?;
                self.op(iter_loc, Opcode::GetIter);
            }
        }
        if is_loop {
            depth += 1;
            self.place(start);
            self.jump(iter_loc, Opcode::ForIter, anchor);
        }
        self.expr(&clause.target)?;
        for condition in &clause.ifs {
            self.jump_if(plan.loc, condition, if_cleanup, false)?;
        }
        let elt_loc = self.rest_of_clauses(plan, number, depth)?;
        self.place(if_cleanup);
        if is_loop {
            self.jump(elt_loc, Opcode::Jump, start);
            self.place(anchor);
            self.op(Loc::NONE, Opcode::EndFor);
            self.op(Loc::NONE, Opcode::PopIter);
        }
        Ok(())
    }

    fn async_clause(&mut self, plan: &Plan<'a>, number: usize, depth: u32, iter_on_stack: bool) -> Done {
        let clause = &plan.clauses[number];
        let loc = plan.loc;
        let (start, send, except, if_cleanup) = (self.label(), self.label(), self.label(), self.label());
        if !iter_on_stack {
            if number == 0 {
                self.op_arg(loc, Opcode::LoadFast, 0);
            } else {
                self.outermost_iterator(clause)?;
            }
        }
        self.place(start);
        self.push_block(loc, BlockType::AsyncComprehension)?;
        self.jump(loc, Opcode::SetupFinally, except);
        self.op(loc, Opcode::GetAnext);
        self.load_const(loc, interp_code::Const::None);
        self.place(send);
        self.yield_from(loc, true);
        self.op(loc, Opcode::PopBlock);
        self.expr(&clause.target)?;
        for condition in &clause.ifs {
            self.jump_if(loc, condition, if_cleanup, false)?;
        }
        let elt_loc = self.rest_of_clauses(plan, number, depth + 1)?;
        self.place(if_cleanup);
        self.jump(elt_loc, Opcode::Jump, start);
        self.pop_block();
        self.place(except);
        self.jump(loc, Opcode::EndAsyncFor, send);
        Ok(())
    }

    /// The clauses behind this one or, after the last, the element. Returns the element's range.
    fn rest_of_clauses(
        &mut self,
        plan: &Plan<'a>,
        number: usize,
        depth: u32,
    ) -> Result<Loc, crate::error::CompileError> {
        let (Product::Generator(elt) | Product::List(elt) | Product::Set(elt) | Product::Dict(elt, _)) = plan.product;
        let elt_loc = Loc::from(elt.span);
        if number + 1 < plan.clauses.len() {
            self.clause(plan, number + 1, depth, false)?;
            return Ok(elt_loc);
        }
        self.expr(elt)?;
        match plan.product {
            Product::Generator(_) => {
                self.yield_value(elt_loc);
                self.op(elt_loc, Opcode::PopTop);
            }
            Product::List(_) => self.op_arg(elt_loc, Opcode::ListAppend, depth + 1),
            Product::Set(_) => self.op_arg(elt_loc, Opcode::SetAdd, depth + 1),
            Product::Dict(_, value) => {
                self.expr(value)?;
                let item_loc = Loc::from(elt.span.to(value.span));
                self.op_arg(item_loc, Opcode::MapAdd, depth + 1);
                return Ok(item_loc);
            }
        }
        Ok(elt_loc)
    }
}

/// The element of a display that has just one.
fn only_element(iter: &Expr) -> Option<&Expr> {
    match &iter.kind {
        ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. } => match elts.as_slice() {
            [only] if !matches!(only.kind, ExprKind::Starred { .. }) => Some(only),
            _ => None,
        },
        _ => None,
    }
}
