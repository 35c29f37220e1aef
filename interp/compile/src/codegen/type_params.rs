//! Type parameters and `type` statements (PEP 695, PEP 696).

use interp_code::Const;
use interp_opcode::{Intrinsic1, Intrinsic2, Opcode};

use crate::ast::{Expr, ExprContext, ExprKind, Ident, Stmt, TypeParam, TypeParamKind};
use crate::error::CompileError;
use crate::instr::Loc;
use crate::names::NameId;
use crate::symtable::{NodeKey, NodeRole};

use super::function::MAKE_DEFAULTS;
use super::unit::{Counts, ScopeType};
use super::{Done, Generator};

impl<'a> Generator<'a> {
    /// Begins the function that holds type parameters.
    pub(super) fn enter_type_params(
        &mut self,
        owner: &Ident,
        params: &'a [TypeParam],
        firstlineno: u32,
        private: Option<NameId>,
        counts: Counts,
    ) {
        let block = self.block_of(NodeKey::new(&params[0], NodeRole::TypeParams));
        let name = self.names.intern(&format!("<generic parameters of {owner}>"));
        self.enter(name, ScopeType::Annotations, block, firstlineno, private, counts);
    }

    /// Makes and binds the parameters and leaves a tuple of them.
    pub(super) fn type_params(&mut self, params: &'a [TypeParam]) -> Done {
        let mut seen_default = false;
        for param in params {
            let loc = Loc::from(param.span);
            let (TypeParamKind::TypeVar { name, default_value, .. }
            | TypeParamKind::ParamSpec { name, default_value }
            | TypeParamKind::TypeVarTuple { name, default_value }) = &param.kind;
            let text = Const::str(name);
            self.load_const(loc, text);
            let default_role = self.make_type_param(param, loc)?;
            if let Some(default) = default_value {
                seen_default = true;
                let may_be_starred = matches!(param.kind, TypeParamKind::TypeVarTuple { .. });
                self.bound_or_default(param, name, default, default_role, may_be_starred)?;
                self.intrinsic2(loc, Intrinsic2::SetTypeparamDefault);
            } else if seen_default {
                let msg = format!("non-default type parameter '{name}' follows default type parameter");
                return Err(CompileError::syntax(msg, param.span));
            }
            self.op_arg(loc, Opcode::Copy, 1);
            self.ident_op(loc, name, ExprContext::Store);
        }
        self.op_count(params[0].span.into(), Opcode::BuildTuple, params.len());
        Ok(())
    }

    /// Makes one parameter of the name on the stack; returns under which role its default's block is found.
    fn make_type_param(&mut self, param: &'a TypeParam, loc: Loc) -> Result<NodeRole, CompileError> {
        match &param.kind {
            TypeParamKind::TypeVar { name, bound: Some(bound), .. } => {
                self.bound_or_default(param, name, bound, NodeRole::Bound, false)?;
                let is_tuple = matches!(bound.kind, ExprKind::Tuple { .. });
                let intrinsic =
                    if is_tuple { Intrinsic2::TypevarWithConstraints } else { Intrinsic2::TypevarWithBound };
                self.intrinsic2(loc, intrinsic);
                Ok(NodeRole::Default)
            }
            TypeParamKind::TypeVar { .. } => {
                self.intrinsic1(loc, Intrinsic1::Typevar);
                Ok(NodeRole::Default)
            }
            TypeParamKind::TypeVarTuple { .. } => {
                self.intrinsic1(loc, Intrinsic1::Typevartuple);
                Ok(NodeRole::Bound)
            }
            TypeParamKind::ParamSpec { .. } => {
                self.intrinsic1(loc, Intrinsic1::Paramspec);
                Ok(NodeRole::Bound)
            }
        }
    }

    /// A function that evaluates a bound or default.
    fn bound_or_default(
        &mut self,
        param: &'a TypeParam,
        ident: &Ident,
        value: &'a Expr,
        role: NodeRole,
        may_be_starred: bool,
    ) -> Done {
        let loc = Loc::from(value.span);
        self.load_format_default(loc);
        let block = self.block_of(NodeKey::new(param, role));
        let name = self.names.of(ident);
        self.enter_annotations(loc, block, name);
        match &value.kind {
            ExprKind::Starred { value: unpacked, .. } if may_be_starred => {
                self.expr(unpacked)?;
                self.op_arg(loc, Opcode::UnpackSequence, 1);
            }
            _ => self.expr(value)?,
        }
        self.op(loc, Opcode::ReturnValue);
        let closed = self.leave(true)?;
        self.make_closure(loc, &closed, MAKE_DEFAULTS);
        Ok(())
    }

    /// The format is optional here, and `VALUE` by default.
    fn load_format_default(&mut self, loc: Loc) {
        self.load_const(loc, Const::Tuple([Const::int(1)].into()));
    }

    pub(super) fn type_alias(
        &mut self,
        stmt: &'a Stmt,
        target: &'a Expr,
        params: &'a [TypeParam],
        value: &'a Expr,
    ) -> Done {
        let ExprKind::Name { id, .. } = &target.kind else {
            unreachable!("the grammar allows only a name here");
        };
        let loc = Loc::from(stmt.span);
        let name = self.names.of(id);
        if params.is_empty() {
            self.load_text(loc, name);
            self.load_const(loc, Const::None);
            self.type_alias_value(stmt, name, value)?;
        } else {
            self.enter_type_params(id, params, stmt.span.lineno, None, Counts::default());
            self.load_text(loc, name);
            self.type_params(params)?;
            self.type_alias_value(stmt, name, value)?;
            let closed = self.leave(false)?;
            self.make_closure(loc, &closed, 0);
            self.op(loc, Opcode::PushNull);
            self.op_arg(loc, Opcode::Call, 0);
        }
        self.name_op(loc, name, ExprContext::Store);
        Ok(())
    }

    /// The alias of the name and the parameters on the stack.
    fn type_alias_value(&mut self, stmt: &'a Stmt, name: NameId, value: &'a Expr) -> Done {
        let loc = Loc::from(stmt.span);
        self.load_format_default(loc);
        let block = self.block_of(NodeKey::new(stmt, NodeRole::Body));
        self.enter_annotations(loc, block, name);
        self.expr(value)?;
        self.op(loc, Opcode::ReturnValue);
        let closed = self.leave(false)?;
        self.make_closure(loc, &closed, MAKE_DEFAULTS);
        self.op_arg(loc, Opcode::BuildTuple, 3);
        self.intrinsic1(loc, Intrinsic1::Typealias);
        Ok(())
    }
}
