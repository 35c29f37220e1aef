//! `with` and `async with`.

use interp_code::Const;
use interp_opcode::{Opcode, SpecialMethod};

use crate::ast::{Stmt, WithItem};
use crate::instr::{Label, Loc};

use super::fblock::BlockType;
use super::{Done, Generator};

/// `GET_AWAITABLE`'s operand: the awaitable came from `__aenter__` or `__aexit__`.
const FROM_AENTER: u32 = 1;
const FROM_AEXIT: u32 = 2;

impl<'a> Generator<'a> {
    pub(super) fn with(&mut self, items: &'a [WithItem], body: &'a [Stmt]) -> Done {
        let Some((item, rest)) = items.split_first() else { return self.stmts(body) };
        let (last, exit, cleanup) = (self.label(), self.label(), self.label());
        self.expr(&item.context_expr)?;
        let loc = Loc::from(item.context_expr.span);
        self.enter_manager(loc, SpecialMethod::Exit, SpecialMethod::Enter);
        self.jump(loc, Opcode::SetupWith, last);
        self.push_block(loc, BlockType::With)?;
        self.bind_managed(loc, item)?;
        crate::stack::grow(|| self.with(rest, body))?;
        self.op(Loc::NONE, Opcode::PopBlock);
        self.pop_block();
        self.call_exit_with_nones(loc);
        self.op(loc, Opcode::PopTop);
        self.jump(loc, Opcode::Jump, exit);
        self.place(last);
        self.jump(loc, Opcode::SetupCleanup, cleanup);
        self.op(loc, Opcode::PushExcInfo);
        self.op(loc, Opcode::WithExceptStart);
        self.finish_exception(cleanup);
        self.place(exit);
        Ok(())
    }

    pub(super) fn async_with(&mut self, items: &'a [WithItem], body: &'a [Stmt]) -> Done {
        let Some((item, rest)) = items.split_first() else { return self.stmts(body) };
        let (last, exit, cleanup) = (self.label(), self.label(), self.label());
        self.expr(&item.context_expr)?;
        let loc = Loc::from(item.context_expr.span);
        self.enter_manager(loc, SpecialMethod::AsyncExit, SpecialMethod::AsyncEnter);
        self.await_top(loc, FROM_AENTER);
        self.jump(loc, Opcode::SetupWith, last);
        self.push_block(loc, BlockType::AsyncWith)?;
        self.bind_managed(loc, item)?;
        crate::stack::grow(|| self.async_with(rest, body))?;
        self.pop_block();
        self.op(loc, Opcode::PopBlock);
        self.call_exit_with_nones(loc);
        self.await_top(loc, FROM_AEXIT);
        self.op(loc, Opcode::PopTop);
        self.jump(loc, Opcode::Jump, exit);
        self.place(last);
        self.jump(loc, Opcode::SetupCleanup, cleanup);
        self.op(loc, Opcode::PushExcInfo);
        self.op(loc, Opcode::WithExceptStart);
        self.await_top(loc, FROM_AEXIT);
        self.finish_exception(cleanup);
        self.place(exit);
        Ok(())
    }

    /// From the manager on the stack: its exit method and what its enter method returns.
    fn enter_manager(&mut self, loc: Loc, exit: SpecialMethod, enter: SpecialMethod) {
        self.op_arg(loc, Opcode::Copy, 1);
        self.op_arg(loc, Opcode::LoadSpecial, exit as u32);
        self.op_arg(loc, Opcode::Swap, 2);
        self.op_arg(loc, Opcode::Swap, 3);
        self.op_arg(loc, Opcode::LoadSpecial, enter as u32);
        self.op_arg(loc, Opcode::Call, 0);
    }

    fn bind_managed(&mut self, loc: Loc, item: &'a WithItem) -> Done {
        match &item.optional_vars {
            Some(target) => self.expr(target),
            None => {
                self.op(loc, Opcode::PopTop);
                Ok(())
            }
        }
    }

    pub(super) fn call_exit_with_nones(&mut self, loc: Loc) {
        for _ in 0..3 {
            self.load_const(loc, Const::None);
        }
        self.op_arg(loc, Opcode::Call, 3);
    }

    /// What the exit method returned decides whether the exception goes on.
    fn finish_exception(&mut self, cleanup: Label) {
        let suppress = self.label();
        self.op(Loc::NONE, Opcode::ToBool);
        self.jump(Loc::NONE, Opcode::PopJumpIfTrue, suppress);
        self.op_arg(Loc::NONE, Opcode::Reraise, 2);
        self.place(suppress);
        self.op(Loc::NONE, Opcode::PopTop);
        self.op(Loc::NONE, Opcode::PopBlock);
        self.op(Loc::NONE, Opcode::PopExcept);
        for _ in 0..3 {
            self.op(Loc::NONE, Opcode::PopTop);
        }
        let exit = self.label();
        self.jump(Loc::NONE, Opcode::JumpNoInterrupt, exit);
        self.place(cleanup);
        self.pop_except_and_reraise();
        self.place(exit);
    }
}
