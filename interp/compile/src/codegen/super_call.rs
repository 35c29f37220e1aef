//! `super().method` and `super(C, obj).method` without making a super object.

use interp_opcode::Opcode;

use crate::ast::{Expr, ExprContext, ExprKind, Ident};
use crate::instr::Loc;
use crate::names::known;
use crate::symtable::{MODULE, ScopeOf};

use super::emit::AttrUse;
use super::unit::ScopeType;
use super::{Done, Generator};

/// Bits of `LOAD_SUPER_ATTR`'s operand below the name.
const IS_METHOD: u32 = 1;
const HAS_TWO_ARGUMENTS: u32 = 2;

impl<'a> Generator<'a> {
    /// Whether `object.attr` is an attribute of a `super` call whose meaning is known.
    pub(super) fn can_optimize_super(&mut self, object: &Expr, attr: &Ident) -> bool {
        let ExprKind::Call { func, args, keywords } = &object.kind else { return false };
        let ExprKind::Name { id, .. } = &func.kind else { return false };
        if &**id != "super" || &**attr == "__class__" || !keywords.is_empty() {
            return false;
        }
        let is_shadowed = self.scope().scope_of(known::SUPER) != ScopeOf::GlobalImplicit
            || self.table[MODULE].scope_of(known::SUPER) != ScopeOf::Unknown;
        if is_shadowed {
            return false;
        }
        match args.as_slice() {
            [] => {
                let has_self = self.unit.counts.args > 0 || self.unit.counts.posonly > 0;
                // In a class body the cell is not free but its own.
                has_self
                    && self.unit.scope_type != ScopeType::Class
                    && self.scope().scope_of(known::CLASS) == ScopeOf::Free
            }
            [first, second] => ![first, second].iter().any(|arg| matches!(arg.kind, ExprKind::Starred { .. })),
            _ => false,
        }
    }

    /// Loads the attribute; `object` has been accepted by [`Self::can_optimize_super`].
    pub(super) fn super_attr(&mut self, loc: Loc, object: &'a Expr, attr: &Ident, what: AttrUse) -> Done {
        let ExprKind::Call { func, args, .. } = &object.kind else {
            unreachable!("only calls of `super` come here");
        };
        self.name_op(func.span.into(), known::SUPER, ExprContext::Load);
        if args.is_empty() {
            let call_loc = Loc::from(object.span);
            self.name_op(call_loc, known::CLASS, ExprContext::Load);
            let first = self.unit.varnames.names().next().expect("the function has a parameter");
            self.name_op(call_loc, first, ExprContext::Load);
        } else {
            self.exprs(args)?;
        }
        let name = self.names.of(attr);
        let number = self.name_number(name);
        let mut arg = number << 2;
        arg |= if args.is_empty() { 0 } else { HAS_TWO_ARGUMENTS };
        arg |= if what == AttrUse::Method { IS_METHOD } else { 0 };
        self.op_arg(loc, Opcode::LoadSuperAttr, arg);
        Ok(())
    }
}
