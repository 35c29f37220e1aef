//! `try` with `except*` clauses (PEP 654).
//!
//! Apart from plain `try` because every clause gets what the ones before it left of the group: on the stack lie the
//! original exception, the list of what the clauses raised, and the unhandled rest.

use interp_opcode::{Intrinsic2, Opcode};

use crate::ast::{ExceptHandler, ExprContext};
use crate::instr::Loc;

use super::fblock::BlockType;
use super::try_except::TryParts;
use super::{Done, Generator};

impl<'a> Generator<'a> {
    pub(super) fn try_star(&mut self, parts: &TryParts<'a>) -> Done {
        let loc = Loc::from(parts.span);
        let (except, orelse, end) = (self.label(), self.label(), self.label());
        let (cleanup, reraise_star) = (self.label(), self.label());
        self.jump(loc, Opcode::SetupFinally, except);
        self.push_block(loc, BlockType::TryExcept)?;
        self.stmts(parts.body)?;
        self.pop_block();
        self.op(Loc::NONE, Opcode::PopBlock);
        self.jump(Loc::NONE, Opcode::JumpNoInterrupt, orelse);

        self.place(except);
        self.jump(Loc::NONE, Opcode::SetupCleanup, cleanup);
        self.op(Loc::NONE, Opcode::PushExcInfo);
        self.push_block(loc, BlockType::ExceptionGroupHandler)?;
        for (number, handler) in parts.handlers.iter().enumerate() {
            if number == 0 {
                let loc = Loc::from(handler.span);
                self.op_arg(loc, Opcode::BuildList, 0);
                self.op_arg(loc, Opcode::Copy, 2);
            }
            self.except_star_clause(handler)?;
            if number + 1 == parts.handlers.len() {
                // What no clause has handled counts as raised.
                self.op_arg(Loc::NONE, Opcode::ListAppend, 1);
                self.jump(Loc::NONE, Opcode::JumpNoInterrupt, reraise_star);
            }
        }
        self.pop_block();

        let reraise = self.label();
        self.place(reraise_star);
        self.intrinsic2(Loc::NONE, Intrinsic2::PrepReraiseStar);
        self.op_arg(Loc::NONE, Opcode::Copy, 1);
        self.jump(Loc::NONE, Opcode::PopJumpIfNotNone, reraise);
        self.op(Loc::NONE, Opcode::PopTop);
        self.op(Loc::NONE, Opcode::PopBlock);
        self.op(Loc::NONE, Opcode::PopExcept);
        self.jump(Loc::NONE, Opcode::JumpNoInterrupt, end);
        self.place(reraise);
        self.op(Loc::NONE, Opcode::PopBlock);
        self.op_arg(Loc::NONE, Opcode::Swap, 2);
        self.op(Loc::NONE, Opcode::PopExcept);
        self.op_arg(Loc::NONE, Opcode::Reraise, 0);
        self.place(cleanup);
        self.pop_except_and_reraise();

        self.place(orelse);
        self.stmts(parts.orelse)?;
        self.place(end);
        Ok(())
    }

    fn except_star_clause(&mut self, handler: &'a ExceptHandler) -> Done {
        let loc = Loc::from(handler.span);
        let (next, with_error, no_match) = (self.label(), self.label(), self.label());
        if let Some(typ) = &handler.typ {
            self.expr(typ)?;
            self.op(loc, Opcode::CheckEgMatch);
            self.op_arg(loc, Opcode::Copy, 1);
            self.jump(loc, Opcode::PopJumpIfNone, no_match);
        }
        let cleanup_end = self.label();
        let name = handler.name.as_ref().map(|name| self.names.of(name));
        match name {
            Some(name) => self.name_op(loc, name, ExprContext::Store),
            None => self.op(loc, Opcode::PopTop),
        }
        self.jump(loc, Opcode::SetupCleanup, cleanup_end);
        self.push_block(loc, BlockType::HandlerCleanup(name))?;
        self.stmts(&handler.body)?;
        self.pop_block();
        self.op(Loc::NONE, Opcode::PopBlock);
        if let Some(name) = name {
            self.unbind_exception(Loc::NONE, name);
        }
        self.jump(Loc::NONE, Opcode::JumpNoInterrupt, next);

        // The clause raised: its exception goes into the list.
        self.place(cleanup_end);
        if let Some(name) = name {
            self.unbind_exception(Loc::NONE, name);
        }
        self.op_arg(Loc::NONE, Opcode::ListAppend, 3);
        self.op(Loc::NONE, Opcode::PopTop);
        self.jump(Loc::NONE, Opcode::JumpNoInterrupt, with_error);

        self.place(next);
        // Holds a line that is propagated to it.
        self.op(Loc::NONE, Opcode::Nop);
        self.jump(Loc::NONE, Opcode::JumpNoInterrupt, with_error);
        self.place(no_match);
        self.op(loc, Opcode::PopTop);
        self.place(with_error);
        Ok(())
    }
}
