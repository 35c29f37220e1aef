//! List, tuple, set and dict displays, with and without unpacking.

use interp_opcode::{Intrinsic1, Opcode};

use crate::ast::{Expr, ExprContext, ExprKind};
use crate::instr::Loc;
use crate::names::NameId;

use super::emit::STACK_USE_GUIDELINE;
use super::{Done, Generator};

/// The instructions that make a collection.
#[derive(Clone, Copy)]
pub(super) struct Builder {
    build: Opcode,
    add: Opcode,
    extend: Opcode,
    is_tuple: bool,
}

const LIST: Builder =
    Builder { build: Opcode::BuildList, add: Opcode::ListAppend, extend: Opcode::ListExtend, is_tuple: false };
pub(super) const TUPLE: Builder = Builder { is_tuple: true, ..LIST };
const SET: Builder =
    Builder { build: Opcode::BuildSet, add: Opcode::SetAdd, extend: Opcode::SetUpdate, is_tuple: false };

impl<'a> Generator<'a> {
    pub(super) fn list_or_tuple(&mut self, loc: Loc, elts: &'a [Expr], ctx: ExprContext, is_tuple: bool) -> Done {
        match ctx {
            ExprContext::Store => self.unpack_targets(loc, elts),
            ExprContext::Load => self.display(loc, elts, None, 0, if is_tuple { TUPLE } else { LIST }),
            ExprContext::Del => self.exprs(elts),
        }
    }

    pub(super) fn set(&mut self, loc: Loc, elts: &'a [Expr]) -> Done {
        self.display(loc, elts, None, 0, SET)
    }

    /// Makes a collection of `pushed` values that are on the stack, of `elts`, and of the variable `injected`.
    pub(super) fn display(
        &mut self,
        loc: Loc,
        elts: &'a [Expr],
        injected: Option<NameId>,
        pushed: usize,
        builder: Builder,
    ) -> Done {
        let Builder { build, add, extend, is_tuple } = builder;
        let count = elts.len() + pushed + usize::from(injected.is_some());
        let big = count > STACK_USE_GUIDELINE;
        let has_star = elts.iter().any(|elt| matches!(elt.kind, ExprKind::Starred { .. }));
        if !has_star && !big {
            self.exprs(elts)?;
            if let Some(name) = injected {
                self.name_op(loc, name, ExprContext::Load);
            }
            self.op_count(loc, if is_tuple { Opcode::BuildTuple } else { build }, count);
            return Ok(());
        }
        let mut is_built = big;
        if big {
            self.op_count(loc, build, pushed);
        }
        for (number, elt) in elts.iter().enumerate() {
            if let ExprKind::Starred { value, .. } = &elt.kind {
                if !is_built {
                    self.op_count(loc, build, number + pushed);
                    is_built = true;
                }
                self.expr(value)?;
                self.op_arg(loc, extend, 1);
            } else {
                self.expr(elt)?;
                if is_built {
                    self.op_arg(loc, add, 1);
                }
            }
        }
        if let Some(name) = injected {
            self.name_op(loc, name, ExprContext::Load);
            self.op_arg(loc, add, 1);
        }
        if is_tuple {
            self.intrinsic1(loc, Intrinsic1::ListToTuple);
        }
        Ok(())
    }

    pub(super) fn dict(&mut self, loc: Loc, keys: &'a [Option<Expr>], values: &'a [Expr]) -> Done {
        let mut have_dict = false;
        let mut pending = 0;
        for (number, (key, value)) in keys.iter().zip(values).enumerate() {
            if key.is_none() {
                if pending > 0 {
                    self.sub_dict(loc, &keys[number - pending..number], &values[number - pending..number], have_dict)?;
                    have_dict = true;
                    pending = 0;
                }
                if !have_dict {
                    self.op_arg(loc, Opcode::BuildMap, 0);
                    have_dict = true;
                }
                self.expr(value)?;
                self.op_arg(loc, Opcode::DictUpdate, 1);
            } else if pending * 2 > STACK_USE_GUIDELINE {
                let first = number - pending;
                self.sub_dict(loc, &keys[first..=number], &values[first..=number], have_dict)?;
                have_dict = true;
                pending = 0;
            } else {
                pending += 1;
            }
        }
        if pending > 0 {
            let first = values.len() - pending;
            self.sub_dict(loc, &keys[first..], &values[first..], have_dict)?;
            have_dict = true;
        }
        if !have_dict {
            self.op_arg(loc, Opcode::BuildMap, 0);
        }
        Ok(())
    }

    /// Some items without unpacking, merged into the dict below if there is one.
    fn sub_dict(&mut self, loc: Loc, keys: &'a [Option<Expr>], values: &'a [Expr], have_dict: bool) -> Done {
        let big = values.len() * 2 > STACK_USE_GUIDELINE;
        if big {
            self.op_arg(loc, Opcode::BuildMap, 0);
        }
        for (key, value) in keys.iter().flatten().zip(values) {
            self.expr(key)?;
            self.expr(value)?;
            if big {
                self.op_arg(loc, Opcode::MapAdd, 1);
            }
        }
        if !big {
            self.op_count(loc, Opcode::BuildMap, values.len());
        }
        if have_dict {
            self.op_arg(loc, Opcode::DictUpdate, 1);
        }
        Ok(())
    }
}
