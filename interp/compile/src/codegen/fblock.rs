//! Frame blocks: what surrounds a statement, and what `return`, `break` and `continue` must undo to leave it.

use interp_code::Const;
use interp_opcode::Opcode;

use crate::ast::{Expr, ExprContext, ExprKind, Span, Stmt};
use crate::error::CompileError;
use crate::instr::{Label, Loc};
use crate::names::NameId;

use super::{Done, Generator, constant};

/// CPython's `CO_MAXBLOCKS`.
const MAX_BLOCKS: usize = 21;

/// What a frame block is.
#[derive(Clone, Copy, Debug)]
pub(super) enum BlockType<'a> {
    While,
    For,
    TryExcept,
    /// The body of a `try` with this `finally`.
    FinallyTry(&'a [Stmt]),
    /// The copy of a `finally` body that runs for an exception.
    FinallyEnd,
    With,
    AsyncWith,
    /// The body of an `except` clause, which binds a name or not.
    HandlerCleanup(Option<NameId>),
    /// A value that is kept on the stack while a `finally` body runs.
    PopValue,
    ExceptionHandler,
    ExceptionGroupHandler,
    AsyncComprehension,
    StopIteration,
}

/// One frame block.
#[derive(Clone, Copy, Debug)]
pub(super) struct FrameBlock<'a> {
    pub(super) kind: BlockType<'a>,
    /// Where `continue` goes.
    pub(super) start: Option<Label>,
    /// Where `break` goes.
    pub(super) exit: Option<Label>,
    pub(super) loc: Loc,
}

impl<'a> Generator<'a> {
    pub(super) fn push_block(&mut self, loc: Loc, kind: BlockType<'a>) -> Done {
        self.push_loop(loc, kind, None, None)
    }

    pub(super) fn push_loop(
        &mut self,
        loc: Loc,
        kind: BlockType<'a>,
        start: Option<Label>,
        exit: Option<Label>,
    ) -> Done {
        self.check_room(loc)?;
        if matches!(kind, BlockType::FinallyEnd) {
            self.muted += 1;
        }
        self.unit.blocks.push(FrameBlock { kind, start, exit, loc });
        Ok(())
    }

    /// Refuses one block too many; an inlined comprehension counts as one.
    pub(super) fn check_room(&self, loc: Loc) -> Done {
        if self.unit.blocks.len() + self.unit.inlined_depth as usize >= MAX_BLOCKS {
            return Err(error_at(loc, "too many statically nested blocks"));
        }
        Ok(())
    }

    pub(super) fn pop_block(&mut self) {
        let block = self.unit.blocks.pop();
        if let Some(FrameBlock { kind: BlockType::FinallyEnd, .. }) = block {
            self.muted -= 1;
        }
    }

    /// Undoes one block. `preserve_top`: the value on top of the stack is to survive.
    fn unwind(&mut self, loc: &mut Loc, block: FrameBlock<'a>, preserve_top: bool) -> Done {
        match block.kind {
            BlockType::While
            | BlockType::ExceptionHandler
            | BlockType::ExceptionGroupHandler
            | BlockType::AsyncComprehension
            | BlockType::StopIteration => {}
            BlockType::For | BlockType::PopValue => {
                if preserve_top {
                    self.op_arg(*loc, Opcode::Swap, 2);
                }
                self.op(*loc, Opcode::PopTop);
            }
            BlockType::TryExcept => self.op(*loc, Opcode::PopBlock),
            BlockType::FinallyTry(body) => {
                self.op(*loc, Opcode::PopBlock);
                if preserve_top {
                    self.push_block(*loc, BlockType::PopValue)?;
                }
                self.stmts(body)?;
                if preserve_top {
                    self.pop_block();
                }
                // What follows the `finally` body belongs to no line.
                *loc = Loc::NONE;
            }
            BlockType::FinallyEnd => {
                if preserve_top {
                    self.op_arg(*loc, Opcode::Swap, 2);
                }
                self.op(*loc, Opcode::PopTop);
                if preserve_top {
                    self.op_arg(*loc, Opcode::Swap, 2);
                }
                self.op(*loc, Opcode::PopBlock);
                self.op(*loc, Opcode::PopExcept);
            }
            BlockType::With | BlockType::AsyncWith => {
                *loc = block.loc;
                self.op(*loc, Opcode::PopBlock);
                if preserve_top {
                    self.op_arg(*loc, Opcode::Swap, 3);
                    self.op_arg(*loc, Opcode::Swap, 2);
                }
                self.call_exit_with_nones(*loc);
                if matches!(block.kind, BlockType::AsyncWith) {
                    self.await_top(*loc, 2);
                }
                self.op(*loc, Opcode::PopTop);
                *loc = Loc::NONE;
            }
            BlockType::HandlerCleanup(name) => self.unwind_handler(*loc, name, preserve_top),
        }
        Ok(())
    }

    fn unwind_handler(&mut self, loc: Loc, name: Option<NameId>, preserve_top: bool) {
        if name.is_some() {
            self.op(loc, Opcode::PopBlock);
        }
        if preserve_top {
            self.op_arg(loc, Opcode::Swap, 2);
        }
        self.op(loc, Opcode::PopBlock);
        self.op(loc, Opcode::PopExcept);
        if let Some(name) = name {
            self.unbind_exception(loc, name);
        }
    }

    /// `name = None; del name`: breaks the cycle from the exception over its traceback to the frame.
    pub(super) fn unbind_exception(&mut self, loc: Loc, name: NameId) {
        self.load_const(loc, Const::None);
        self.name_op(loc, name, ExprContext::Store);
        self.name_op(loc, name, ExprContext::Del);
    }

    /// Undoes all blocks, or those inside the innermost loop, which is returned.
    fn unwind_all(
        &mut self,
        loc: &mut Loc,
        preserve_top: bool,
        to_loop: bool,
    ) -> Result<Option<FrameBlock<'a>>, CompileError> {
        let Some(&top) = self.unit.blocks.last() else { return Ok(None) };
        match top.kind {
            BlockType::ExceptionGroupHandler => {
                let msg = "'break', 'continue' and 'return' cannot appear in an except* block";
                return Err(error_at(*loc, msg));
            }
            BlockType::While | BlockType::For if to_loop => return Ok(Some(top)),
            _ => {}
        }
        // While a block is undone it no longer surrounds what is emitted.
        self.pop_block();
        self.unwind(loc, top, preserve_top)?;
        let found = self.unwind_all(loc, preserve_top, to_loop)?;
        if matches!(top.kind, BlockType::FinallyEnd) {
            self.muted += 1;
        }
        self.unit.blocks.push(top);
        Ok(found)
    }

    pub(super) fn return_stmt(&mut self, span: Span, value: Option<&'a Expr>) -> Done {
        let mut loc = Loc::from(span);
        let scope = self.scope();
        if !scope.is_function_like() {
            return Err(CompileError::syntax("'return' outside function", span));
        }
        if value.is_some() && scope.coroutine && scope.generator {
            return Err(CompileError::syntax("'return' with value in async generator", span));
        }
        let constant = value.and_then(|value| match &value.kind {
            ExprKind::Constant { value, .. } => Some(value),
            _ => None,
        });
        let preserve_top = value.is_some() && constant.is_none();
        if let Some(value) = value {
            if preserve_top {
                self.expr(value)?;
            } else {
                loc = value.span.into();
                self.op(loc, Opcode::Nop);
            }
        }
        if value.is_none_or(|value| value.span.lineno != span.lineno) {
            loc = span.into();
            self.op(loc, Opcode::Nop);
        }
        self.unwind_all(&mut loc, preserve_top, false)?;
        if value.is_none() {
            self.load_const(loc, Const::None);
        } else if let Some(constant) = constant {
            self.load_const(loc, constant::of(constant));
        }
        self.op(loc, Opcode::ReturnValue);
        Ok(())
    }

    pub(super) fn break_stmt(&mut self, span: Span) -> Done {
        let mut loc = Loc::from(span);
        self.op(loc, Opcode::Nop);
        let Some(target) = self.unwind_all(&mut loc, false, true)? else {
            return Err(CompileError::syntax("'break' outside loop", span));
        };
        self.unwind(&mut loc, target, false)?;
        let exit = target.exit.expect("a loop has an exit");
        self.jump(loc, Opcode::Jump, exit);
        Ok(())
    }

    pub(super) fn continue_stmt(&mut self, span: Span) -> Done {
        let mut loc = Loc::from(span);
        self.op(loc, Opcode::Nop);
        let Some(target) = self.unwind_all(&mut loc, false, true)? else {
            return Err(CompileError::syntax("'continue' not properly in loop", span));
        };
        let start = target.start.expect("a loop has a start");
        self.jump(loc, Opcode::Jump, start);
        Ok(())
    }
}

/// A `SyntaxError` where an instruction would stand.
pub(super) fn error_at(loc: Loc, msg: &str) -> CompileError {
    let number = i32::cast_unsigned;
    CompileError::syntax(
        msg,
        Span::new(number(loc.lineno), number(loc.col), number(loc.end_lineno), number(loc.end_col)),
    )
}
