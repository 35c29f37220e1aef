//! `try`: with `except` clauses, with `finally`, with both.

use interp_opcode::Opcode;

use crate::ast::{ExceptHandler, ExprContext, Span, Stmt};
use crate::error::CompileError;
use crate::instr::{Label, Loc};

use super::fblock::BlockType;
use super::{Done, Generator};

/// The parts of a `try` statement.
pub(super) struct TryParts<'a> {
    pub(super) span: Span,
    pub(super) body: &'a [Stmt],
    pub(super) handlers: &'a [ExceptHandler],
    pub(super) orelse: &'a [Stmt],
    pub(super) finalbody: &'a [Stmt],
    pub(super) is_star: bool,
}

impl<'a> Generator<'a> {
    pub(super) fn try_stmt(&mut self, parts: &TryParts<'a>) -> Done {
        if parts.finalbody.is_empty() { self.try_handlers(parts) } else { self.try_finally(parts) }
    }

    fn try_handlers(&mut self, parts: &TryParts<'a>) -> Done {
        if parts.is_star { self.try_star(parts) } else { self.try_except(parts) }
    }

    /// The `finally` body is generated twice: for the normal way out and for exceptions (a third time for each `return`,
    /// `break` and `continue` that leaves the statement).
    fn try_finally(&mut self, parts: &TryParts<'a>) -> Done {
        let loc = Loc::from(parts.span);
        let (end, exit, cleanup) = (self.label(), self.label(), self.label());
        self.jump(loc, Opcode::SetupFinally, end);
        self.push_block(loc, BlockType::FinallyTry(parts.finalbody))?;
        if parts.handlers.is_empty() {
            self.stmts(parts.body)?;
        } else {
            self.try_handlers(parts)?;
        }
        self.op(Loc::NONE, Opcode::PopBlock);
        self.pop_block();
        self.stmts(parts.finalbody)?;
        self.jump(Loc::NONE, Opcode::JumpNoInterrupt, exit);

        self.place(end);
        self.jump(Loc::NONE, Opcode::SetupCleanup, cleanup);
        self.op(Loc::NONE, Opcode::PushExcInfo);
        self.push_block(Loc::NONE, BlockType::FinallyEnd)?;
        self.stmts(parts.finalbody)?;
        self.pop_block();
        self.op_arg(Loc::NONE, Opcode::Reraise, 0);
        self.place(cleanup);
        self.pop_except_and_reraise();
        self.place(exit);
        Ok(())
    }

    /// Restores the exception handled before and raises the current one again.
    pub(super) fn pop_except_and_reraise(&mut self) {
        self.op_arg(Loc::NONE, Opcode::Copy, 3);
        self.op(Loc::NONE, Opcode::PopExcept);
        self.op_arg(Loc::NONE, Opcode::Reraise, 1);
    }

    fn try_except(&mut self, parts: &TryParts<'a>) -> Done {
        let loc = Loc::from(parts.span);
        let (except, end, cleanup) = (self.label(), self.label(), self.label());
        self.jump(loc, Opcode::SetupFinally, except);
        self.push_block(loc, BlockType::TryExcept)?;
        self.stmts(parts.body)?;
        self.pop_block();
        self.op(Loc::NONE, Opcode::PopBlock);
        self.stmts(parts.orelse)?;
        self.jump(Loc::NONE, Opcode::JumpNoInterrupt, end);

        self.place(except);
        self.jump(Loc::NONE, Opcode::SetupCleanup, cleanup);
        self.op(Loc::NONE, Opcode::PushExcInfo);
        self.push_block(loc, BlockType::ExceptionHandler)?;
        for (number, handler) in parts.handlers.iter().enumerate() {
            if handler.typ.is_none() && number + 1 < parts.handlers.len() {
                return Err(CompileError::syntax("default 'except:' must be last", handler.span));
            }
            self.except_clause(handler, end)?;
        }
        self.pop_block();
        self.op_arg(Loc::NONE, Opcode::Reraise, 0);
        self.place(cleanup);
        self.pop_except_and_reraise();
        self.place(end);
        Ok(())
    }

    fn except_clause(&mut self, handler: &'a ExceptHandler, end: Label) -> Done {
        let loc = Loc::from(handler.span);
        let next = self.label();
        if let Some(typ) = &handler.typ {
            self.expr(typ)?;
            self.op(loc, Opcode::CheckExcMatch);
            self.jump(loc, Opcode::PopJumpIfFalse, next);
        }
        let name = handler.name.as_ref().map(|name| self.names.of(name));
        if let Some(name) = name {
            let cleanup_end = self.label();
            self.name_op(loc, name, ExprContext::Store);
            self.jump(loc, Opcode::SetupCleanup, cleanup_end);
            self.push_block(loc, BlockType::HandlerCleanup(Some(name)))?;
            self.stmts(&handler.body)?;
            self.pop_block();
            self.op(Loc::NONE, Opcode::PopBlock);
            self.op(Loc::NONE, Opcode::PopBlock);
            self.op(Loc::NONE, Opcode::PopExcept);
            self.unbind_exception(Loc::NONE, name);
            self.jump(Loc::NONE, Opcode::JumpNoInterrupt, end);
            self.place(cleanup_end);
            self.unbind_exception(Loc::NONE, name);
            self.op_arg(Loc::NONE, Opcode::Reraise, 1);
        } else {
            self.op(loc, Opcode::PopTop);
            self.push_block(loc, BlockType::HandlerCleanup(None))?;
            self.stmts(&handler.body)?;
            self.pop_block();
            self.op(Loc::NONE, Opcode::PopBlock);
            self.op(Loc::NONE, Opcode::PopExcept);
            self.jump(Loc::NONE, Opcode::JumpNoInterrupt, end);
        }
        self.place(next);
        Ok(())
    }
}
