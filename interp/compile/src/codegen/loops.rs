//! Loops.

use interp_code::Const;
use interp_opcode::Opcode;

use crate::ast::{Expr, Span, Stmt};
use crate::instr::Loc;

use super::fblock::BlockType;
use super::{Done, Generator};

impl<'a> Generator<'a> {
    pub(super) fn for_stmt(
        &mut self,
        span: Span,
        target: &'a Expr,
        iter: &'a Expr,
        body: &'a [Stmt],
        orelse: &'a [Stmt],
    ) -> Done {
        let (start, cleanup, end) = (self.label(), self.label(), self.label());
        self.push_loop(span.into(), BlockType::For, Some(start), Some(end))?;
        self.expr(iter)?;
        let loc = Loc::from(iter.span);
        self.op(loc, Opcode::GetIter);
        self.place(start);
        self.jump(loc, Opcode::ForIter, cleanup);
        // Gives the target's line an event of its own; removed where redundant.
        self.op(target.span.into(), Opcode::Nop);
        self.expr(target)?;
        self.stmts(body)?;
        self.jump(Loc::NONE, Opcode::Jump, start);
        self.place(cleanup);
        // Generators jump to END_FOR, other iterators behind it.
        self.op(Loc::NONE, Opcode::EndFor);
        self.op(Loc::NONE, Opcode::PopIter);
        self.pop_block();
        self.stmts(orelse)?;
        self.place(end);
        Ok(())
    }

    pub(super) fn async_for(
        &mut self,
        span: Span,
        target: &'a Expr,
        iter: &'a Expr,
        body: &'a [Stmt],
        orelse: &'a [Stmt],
    ) -> Done {
        let loc = Loc::from(span);
        let (start, send, except, end) = (self.label(), self.label(), self.label(), self.label());
        self.expr(iter)?;
        self.op(iter.span.into(), Opcode::GetAiter);
        self.place(start);
        self.push_loop(loc, BlockType::For, Some(start), Some(end))?;
        self.jump(loc, Opcode::SetupFinally, except);
        self.op(loc, Opcode::GetAnext);
        self.load_const(loc, Const::None);
        self.place(send);
        self.yield_from(loc, true);
        self.op(loc, Opcode::PopBlock);
        self.op(loc, Opcode::NotTaken);
        self.expr(target)?;
        self.stmts(body)?;
        self.jump(Loc::NONE, Opcode::Jump, start);
        self.pop_block();
        self.place(except);
        // The end of the iteration belongs to the iterable, not to the body.
        self.jump(iter.span.into(), Opcode::EndAsyncFor, send);
        self.stmts(orelse)?;
        self.place(end);
        Ok(())
    }

    pub(super) fn while_stmt(&mut self, span: Span, test: &'a Expr, body: &'a [Stmt], orelse: &'a [Stmt]) -> Done {
        let (start, end, anchor) = (self.label(), self.label(), self.label());
        self.place(start);
        self.push_loop(span.into(), BlockType::While, Some(start), Some(end))?;
        self.jump_if(span.into(), test, anchor, false)?;
        self.stmts(body)?;
        self.jump(Loc::NONE, Opcode::Jump, start);
        self.pop_block();
        self.place(anchor);
        self.stmts(orelse)?;
        self.place(end);
        Ok(())
    }
}
