//! Functions and lambdas.

use interp_code::Const;
use interp_opcode::{Intrinsic1, Intrinsic2, Opcode};

use crate::ast::{Arguments, Expr, FunctionDef, Span};
use crate::error::CompileError;
use crate::future::doc_string;
use crate::instr::{Instr, Loc};
use crate::names::{NameId, known};
use crate::symtable::{NodeKey, NodeRole, ScopeOf};

use super::fblock::BlockType;
use super::unit::{Closed, Counts, ScopeType};
use super::{Done, Generator, docstring};

/// What `SET_FUNCTION_ATTRIBUTE` sets; also which values lie below the code object.
pub(super) const MAKE_DEFAULTS: u32 = 0x01;
const MAKE_KWDEFAULTS: u32 = 0x02;
const MAKE_ANNOTATIONS: u32 = 0x04;
const MAKE_CLOSURE: u32 = 0x08;
pub(super) const MAKE_ANNOTATE: u32 = 0x10;

impl<'a> Generator<'a> {
    /// Makes a function of a finished unit; `flags` says which attributes lie on the stack, in this order from the top:
    /// the closure (added here), annotations, `__annotate__`, keyword defaults, defaults.
    pub(super) fn make_closure(&mut self, loc: Loc, closed: &Closed, mut flags: u32) {
        if !closed.freevars.is_empty() {
            for &name in &closed.freevars {
                let number = self.closure_number(name);
                self.op_arg(loc, Opcode::LoadClosure, number);
            }
            flags |= MAKE_CLOSURE;
            self.op_count(loc, Opcode::BuildTuple, closed.freevars.len());
        }
        self.load_const(loc, Const::Code(closed.code.clone()));
        self.op(loc, Opcode::MakeFunction);
        for flag in [MAKE_CLOSURE, MAKE_ANNOTATIONS, MAKE_ANNOTATE, MAKE_KWDEFAULTS, MAKE_DEFAULTS] {
            if flags & flag != 0 {
                self.op_arg(loc, Opcode::SetFunctionAttribute, flag);
            }
        }
    }

    /// The operand for a cell that an inner unit needs.
    fn closure_number(&mut self, name: NameId) -> u32 {
        let implicit = [known::CLASS, known::CLASSDICT, known::CONDITIONAL_ANNOTATIONS];
        let is_own = self.unit.scope_type == ScopeType::Class && implicit.contains(&name);
        if is_own || self.scope().scope_of(name) == ScopeOf::Cell {
            self.unit.cellvars.number(name)
        } else {
            self.unit.free_number(name)
        }
    }

    pub(super) fn decorators(&mut self, decorators: &'a [Expr]) -> Done {
        self.exprs(decorators)
    }

    pub(super) fn apply_decorators(&mut self, decorators: &'a [Expr]) {
        for decorator in decorators.iter().rev() {
            self.op_arg(decorator.span.into(), Opcode::Call, 0);
        }
    }

    /// Default values; returns which there are.
    fn default_arguments(&mut self, loc: Loc, args: &'a Arguments) -> Result<u32, CompileError> {
        let mut flags = 0;
        if !args.defaults.is_empty() {
            self.exprs(&args.defaults)?;
            self.op_count(loc, Opcode::BuildTuple, args.defaults.len());
            flags |= MAKE_DEFAULTS;
        }
        let mut count = 0;
        for (arg, default) in args.kwonlyargs.iter().zip(&args.kw_defaults) {
            let Some(default) = default else { continue };
            let name = self.names.of(&arg.arg);
            let mangled = self.mangle(name);
            self.load_text(loc, mangled);
            self.expr(default)?;
            count += 1;
        }
        if count > 0 {
            self.op_count(loc, Opcode::BuildMap, count);
            flags |= MAKE_KWDEFAULTS;
        }
        Ok(flags)
    }

    pub(super) fn function(&mut self, function: &'a FunctionDef, span: Span, is_async: bool) -> Done {
        let loc = Loc::from(span);
        let decorators = &function.decorator_list;
        self.decorators(decorators)?;
        let firstlineno = decorators.first().map_or(span.lineno, |decorator| decorator.span.lineno);
        let name = self.names.of(&function.name);
        let mut flags = self.default_arguments(loc, &function.args)?;
        if function.type_params.is_empty() {
            flags |= self.function_annotations(loc, function)?;
            self.function_body(function, span, is_async, flags, firstlineno)?;
        } else {
            self.generic_function(function, span, is_async, flags, firstlineno)?;
        }
        self.apply_decorators(decorators);
        self.name_op(loc, name, crate::ast::ExprContext::Store);
        Ok(())
    }

    /// A function with type parameters: it is made by a function that holds them and is called at once, with the
    /// defaults, which were evaluated outside.
    fn generic_function(
        &mut self,
        function: &'a FunctionDef,
        span: Span,
        is_async: bool,
        mut flags: u32,
        firstlineno: u32,
    ) -> Done {
        let loc = Loc::from(span);
        let default_count = (flags & (MAKE_DEFAULTS | MAKE_KWDEFAULTS)).count_ones();
        if default_count == 2 {
            self.op_arg(loc, Opcode::Swap, 2);
        }
        let counts = Counts { args: default_count as usize, ..Counts::default() };
        self.enter_type_params(&function.name, &function.type_params, firstlineno, None, counts);
        self.type_params(&function.type_params)?;
        for number in 0..default_count {
            self.op_arg(loc, Opcode::LoadFast, number);
        }
        flags |= self.function_annotations(loc, function)?;
        self.function_body(function, span, is_async, flags, firstlineno)?;
        self.op_arg(loc, Opcode::Swap, 2);
        self.intrinsic2(loc, Intrinsic2::SetFunctionTypeParams);
        let closed = self.leave(false)?;
        self.make_closure(loc, &closed, 0);
        if default_count > 0 {
            self.op_arg(loc, Opcode::Swap, default_count + 1);
            self.op_arg(loc, Opcode::Call, default_count - 1);
        } else {
            self.op(loc, Opcode::PushNull);
            self.op_arg(loc, Opcode::Call, 0);
        }
        Ok(())
    }

    fn function_body(
        &mut self,
        function: &'a FunctionDef,
        span: Span,
        is_async: bool,
        flags: u32,
        firstlineno: u32,
    ) -> Done {
        let name = self.names.of(&function.name);
        let scope_type = if is_async { ScopeType::AsyncFunction } else { ScopeType::Function };
        let block = self.block_of(NodeKey::new(function, NodeRole::Body));
        self.enter(name, scope_type, block, firstlineno, None, counts(&function.args));
        let mut body = function.body.as_slice();
        if self.scope().has_docstring
            && let Some(text) = doc_string(body)
        {
            let doc = docstring::clean(text);
            self.unit.consts.add(&Const::Str(doc));
            body = &body[1..];
        }
        let start = self.label();
        self.place(start);
        let is_suspendable = self.scope().coroutine || self.scope().generator;
        if is_suspendable {
            self.push_loop(Loc::NONE, BlockType::StopIteration, Some(start), None)?;
        }
        self.stmts(body)?;
        if is_suspendable {
            self.wrap_in_stop_iteration_handler();
            self.pop_block();
        }
        let closed = self.leave(true)?;
        self.make_closure(span.into(), &closed, flags);
        Ok(())
    }

    /// A `StopIteration` that leaves a generator becomes a `RuntimeError` (PEP 479).
    pub(super) fn wrap_in_stop_iteration_handler(&mut self) {
        let handler = self.label();
        let setup = Instr { op: Opcode::SetupCleanup, arg: 0, target: Some(handler), loc: Loc::NONE };
        self.unit.seq.insert(0, setup);
        self.load_const(Loc::NONE, Const::None);
        self.op(Loc::NONE, Opcode::ReturnValue);
        self.place(handler);
        self.intrinsic1(Loc::NONE, Intrinsic1::StopiterationError);
        self.op_arg(Loc::NONE, Opcode::Reraise, 1);
    }

    pub(super) fn lambda(&mut self, expr: &'a Expr, args: &'a Arguments, body: &'a Expr) -> Done {
        let loc = Loc::from(expr.span);
        let flags = self.default_arguments(loc, args)?;
        let block = self.block_of(NodeKey::new(expr, NodeRole::Body));
        self.enter(known::ANON_LAMBDA, ScopeType::Lambda, block, expr.span.lineno, None, counts(args));
        self.expr(body)?;
        let closed = if self.scope().generator {
            self.leave(false)?
        } else {
            self.op(body.span.into(), Opcode::ReturnValue);
            self.leave(true)?
        };
        self.make_closure(loc, &closed, flags);
        Ok(())
    }
}

fn counts(args: &Arguments) -> Counts {
    Counts { args: args.args.len(), posonly: args.posonlyargs.len(), kwonly: args.kwonlyargs.len() }
}
