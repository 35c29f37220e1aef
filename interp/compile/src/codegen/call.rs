//! Calls: methods without a bound object, `any`, `all` and `tuple` of a generator, keywords, unpacking.

use interp_code::Const;
use interp_opcode::{CommonConstant, Intrinsic1, Opcode};
use rustc_hash::FxHashSet;

use crate::ast::{CmpOperator, Expr, ExprContext, ExprKind, Keyword};
use crate::error::CompileError;
use crate::instr::{Label, Loc};
use crate::names::NameId;
use crate::symtable::{MODULE, NodeKey, NodeRole, def};

use super::assign::at_attribute;
use super::collection::TUPLE;
use super::emit::{AttrUse, STACK_USE_GUIDELINE};
use super::{Done, Generator};

impl<'a> Generator<'a> {
    pub(super) fn call(&mut self, expr: &'a Expr, func: &'a Expr, args: &'a [Expr], keywords: &'a [Keyword]) -> Done {
        check_keywords(keywords)?;
        if self.method_call(expr, func, args, keywords)? {
            return Ok(());
        }
        let end = self.label();
        self.check_caller(func);
        self.expr(func)?;
        self.builtin_over_generator(func, args, keywords, end)?;
        self.op(func.span.into(), Opcode::PushNull);
        self.call_with(expr.span.into(), 0, args, None, keywords)?;
        self.place(end);
        Ok(())
    }

    /// Calls `a.b(…)` without making a bound method; false if it is no such call.
    fn method_call(
        &mut self,
        expr: &'a Expr,
        func: &'a Expr,
        args: &'a [Expr],
        keywords: &'a [Keyword],
    ) -> Result<bool, CompileError> {
        let ExprKind::Attribute { value: object, attr, ctx: ExprContext::Load } = &func.kind else {
            return Ok(false);
        };
        if self.is_imported(object) {
            return Ok(false);
        }
        if args.len() + keywords.len() + usize::from(!keywords.is_empty()) >= STACK_USE_GUIDELINE {
            return Ok(false);
        }
        if has_unpacking(args, keywords) {
            return Ok(false);
        }
        let mut loc = Loc::from(func.span);
        if self.can_optimize_super(object, attr) {
            self.super_attr(loc, object, attr, AttrUse::Method)?;
            loc = at_attribute(loc, func);
            self.op(loc, Opcode::Nop);
        } else {
            self.expr(object)?;
            loc = at_attribute(loc, func);
            self.load_attr(loc, attr, AttrUse::Method);
        }
        self.exprs(args)?;
        let call_loc = at_attribute(expr.span.into(), func);
        if keywords.is_empty() {
            self.op_count(call_loc, Opcode::Call, args.len());
        } else {
            self.keyword_values(loc, keywords)?;
            self.op_count(call_loc, Opcode::CallKw, args.len() + keywords.len());
        }
        Ok(true)
    }

    /// Whether an expression is the name of something that the module imports.
    fn is_imported(&mut self, expr: &Expr) -> bool {
        let ExprKind::Name { id, .. } = &expr.kind else { return false };
        let name = self.names.of(id);
        self.table[MODULE].symbol(name).flags & def::IMPORT != 0
    }

    /// `any(…)`, `all(…)` and `tuple(…)` of a generator expression run the generator in place, if the name still means
    /// the builtin.
    fn builtin_over_generator(&mut self, func: &'a Expr, args: &'a [Expr], keywords: &[Keyword], end: Label) -> Done {
        let (ExprKind::Name { id, .. }, [generator], []) = (&func.kind, args, keywords) else { return Ok(()) };
        if !matches!(generator.kind, ExprKind::GeneratorExp { .. }) {
            return Ok(());
        }
        let (which, stops_on) = match &**id {
            "all" => (CommonConstant::All, false),
            "any" => (CommonConstant::Any, true),
            "tuple" => (CommonConstant::Tuple, false),
            _ => return Ok(()),
        };
        let block = self.block_of(NodeKey::new(generator, NodeRole::Body));
        if self.table[block].coroutine {
            return Ok(());
        }
        let is_tuple = which == CommonConstant::Tuple;
        let loc = Loc::from(func.span);
        let skip = self.label();
        self.op_arg(loc, Opcode::Copy, 1);
        self.common_constant(loc, which);
        self.compare_op(loc, CmpOperator::Is);
        self.jump(loc, Opcode::PopJumpIfFalse, skip);
        self.op(loc, Opcode::PopTop);
        if is_tuple {
            self.op_arg(loc, Opcode::BuildList, 0);
        }
        self.expr(generator)?;
        let (again, cleanup) = (self.label(), self.label());
        self.place(again);
        self.jump(loc, Opcode::ForIter, cleanup);
        if is_tuple {
            self.op_arg(loc, Opcode::ListAppend, 2);
            self.jump(loc, Opcode::Jump, again);
        } else {
            self.op(loc, Opcode::ToBool);
            self.jump(loc, if stops_on { Opcode::PopJumpIfFalse } else { Opcode::PopJumpIfTrue }, again);
        }
        self.op(Loc::NONE, Opcode::PopIter);
        if !is_tuple {
            self.load_const(loc, Const::bool(stops_on));
        }
        self.jump(loc, Opcode::Jump, end);
        self.place(cleanup);
        self.op(Loc::NONE, Opcode::EndFor);
        self.op(Loc::NONE, Opcode::PopIter);
        if is_tuple {
            self.intrinsic1(loc, Intrinsic1::ListToTuple);
        } else {
            self.load_const(loc, Const::bool(!stops_on));
        }
        self.jump(loc, Opcode::Jump, end);
        self.place(skip);
        Ok(())
    }

    /// Values of keyword arguments, then the tuple of their names.
    fn keyword_values(&mut self, loc: Loc, keywords: &'a [Keyword]) -> Done {
        keywords.iter().try_for_each(|keyword| self.expr(&keyword.value))?;
        let names: Vec<Const> = keywords.iter().filter_map(|keyword| keyword.arg.as_ref()).map(Const::str).collect();
        self.load_const(loc, Const::Tuple(names.into()));
        Ok(())
    }

    /// Calls what is on the stack with `pushed` arguments above it and those given here.
    pub(super) fn call_with(
        &mut self,
        loc: Loc,
        pushed: usize,
        args: &'a [Expr],
        injected: Option<NameId>,
        keywords: &'a [Keyword],
    ) -> Done {
        if args.len() + keywords.len() * 2 > STACK_USE_GUIDELINE || has_unpacking(args, keywords) {
            return self.call_ex(loc, pushed, args, injected, keywords);
        }
        self.exprs(args)?;
        if let Some(name) = injected {
            self.name_op(loc, name, ExprContext::Load);
        }
        let count = pushed + args.len() + usize::from(injected.is_some());
        if keywords.is_empty() {
            self.op_count(loc, Opcode::Call, count);
        } else {
            self.keyword_values(loc, keywords)?;
            self.op_count(loc, Opcode::CallKw, count + keywords.len());
        }
        Ok(())
    }

    /// A call whose arguments are collected into a tuple and a dict first.
    fn call_ex(
        &mut self,
        loc: Loc,
        pushed: usize,
        args: &'a [Expr],
        injected: Option<NameId>,
        keywords: &'a [Keyword],
    ) -> Done {
        match args {
            [Expr { kind: ExprKind::Starred { value, .. }, .. }] if pushed == 0 => self.expr(value)?,
            _ => self.display(loc, args, injected, pushed, TUPLE)?,
        }
        if keywords.is_empty() {
            self.op(loc, Opcode::PushNull);
        }
        let mut have_dict = false;
        let mut pending = 0;
        for (number, keyword) in keywords.iter().enumerate() {
            if keyword.arg.is_some() {
                pending += 1;
                continue;
            }
            if pending > 0 {
                self.sub_keywords(loc, &keywords[number - pending..number], have_dict)?;
                have_dict = true;
                pending = 0;
            }
            if !have_dict {
                self.op_arg(loc, Opcode::BuildMap, 0);
                have_dict = true;
            }
            self.expr(&keyword.value)?;
            self.op_arg(loc, Opcode::DictMerge, 1);
        }
        if pending > 0 {
            self.sub_keywords(loc, &keywords[keywords.len() - pending..], have_dict)?;
        }
        self.op(loc, Opcode::CallFunctionEx);
        Ok(())
    }

    /// Named keyword arguments as a dict, merged into the one below if there is one.
    fn sub_keywords(&mut self, loc: Loc, keywords: &'a [Keyword], have_dict: bool) -> Done {
        let big = keywords.len() * 2 > STACK_USE_GUIDELINE;
        if big {
            self.op_arg(Loc::NONE, Opcode::BuildMap, 0);
        }
        for keyword in keywords {
            let name = keyword.arg.as_ref().expect("unpacked keywords are handled by the caller");
            self.load_const(loc, Const::str(name));
            self.expr(&keyword.value)?;
            if big {
                self.op_arg(Loc::NONE, Opcode::MapAdd, 1);
            }
        }
        if !big {
            self.op_count(loc, Opcode::BuildMap, keywords.len());
        }
        if have_dict {
            self.op_arg(loc, Opcode::DictMerge, 1);
        }
        Ok(())
    }
}

fn has_unpacking(args: &[Expr], keywords: &[Keyword]) -> bool {
    args.iter().any(|arg| matches!(arg.kind, ExprKind::Starred { .. }))
        || keywords.iter().any(|keyword| keyword.arg.is_none())
}

/// Refuses a repeated keyword.
pub(super) fn check_keywords(keywords: &[Keyword]) -> Done {
    let named = || keywords.iter().filter_map(|keyword| keyword.arg.as_ref().map(|arg| (arg, keyword.span)));
    let mut seen = FxHashSet::default();
    if keywords.len() < 2 || named().all(|(arg, _)| seen.insert(arg)) {
        return Ok(());
    }
    // CPython blames the first name that is repeated, at its second place.
    for (number, (arg, _)) in named().enumerate() {
        if let Some((_, span)) = named().skip(number + 1).find(|(other, _)| *other == arg) {
            return Err(CompileError::syntax(format!("keyword argument repeated: {arg}"), span));
        }
    }
    Ok(())
}
