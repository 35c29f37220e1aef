//! Single instructions: plain ones, jumps, constants and names.

use interp_code::Const;
use interp_opcode::{BinaryOp, CommonConstant, Intrinsic1, Intrinsic2, Opcode};

use crate::ast::{CmpOperator, ExprContext, Ident, Operator};
use crate::instr::{Label, Loc};
use crate::names::{NameId, known};
use crate::symtable::{BlockKind, ScopeOf};

use super::Generator;

/// Operands of `RESUME`: where in a function it stands.
pub(super) const RESUME_AT_FUNC_START: u32 = 0;
const RESUME_AFTER_YIELD: u32 = 1;
const RESUME_AFTER_YIELD_FROM: u32 = 2;
const RESUME_AFTER_AWAIT: u32 = 3;

/// Largest number of items that is kept on the stack while a collection or a call is made.
pub(super) const STACK_USE_GUIDELINE: usize = 30;

/// What an attribute look-up is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AttrUse {
    Value,
    Method,
}

impl Generator<'_> {
    #[inline]
    pub(super) fn op(&mut self, loc: Loc, op: Opcode) {
        self.unit.seq.add(op, 0, loc);
    }

    #[inline]
    pub(super) fn op_arg(&mut self, loc: Loc, op: Opcode, arg: u32) {
        self.unit.seq.add(op, arg, loc);
    }

    /// An instruction whose operand counts something.
    pub(super) fn op_count(&mut self, loc: Loc, op: Opcode, count: usize) {
        let arg = u32::try_from(count).expect("the tree would not fit in memory");
        self.op_arg(loc, op, arg);
    }

    #[inline]
    pub(super) fn jump(&mut self, loc: Loc, op: Opcode, target: Label) {
        self.unit.seq.add_jump(op, target, loc);
    }

    pub(super) fn label(&mut self) -> Label {
        self.unit.seq.new_label()
    }

    pub(super) fn place(&mut self, label: Label) {
        self.unit.seq.use_label(label);
    }

    pub(super) fn load_const(&mut self, loc: Loc, value: Const) {
        let number = self.unit.consts.add(&value);
        self.op_arg(loc, Opcode::LoadConst, number);
    }

    pub(super) fn load_int(&mut self, loc: Loc, value: usize) {
        let value = i64::try_from(value).expect("a count of nodes fits 64 bits with sign");
        self.load_const(loc, Const::int(value));
    }

    pub(super) fn load_text(&mut self, loc: Loc, name: NameId) {
        let text = self.names.code_name(name);
        self.load_const(loc, Const::Str(text));
    }

    pub(super) fn intrinsic1(&mut self, loc: Loc, which: Intrinsic1) {
        self.op_arg(loc, Opcode::CallIntrinsic1, which as u32);
    }

    pub(super) fn intrinsic2(&mut self, loc: Loc, which: Intrinsic2) {
        self.op_arg(loc, Opcode::CallIntrinsic2, which as u32);
    }

    pub(super) fn common_constant(&mut self, loc: Loc, which: CommonConstant) {
        self.op_arg(loc, Opcode::LoadCommonConstant, which as u32);
    }

    /// The name as the current unit knows it.
    pub(super) fn mangle(&mut self, name: NameId) -> NameId {
        if self.table.is_kept_unmangled(self.unit.scope, name) {
            return name;
        }
        self.names.mangle(self.unit.private, name)
    }

    /// The number of a name (mangled) among the unit's global and attribute names.
    pub(super) fn name_number(&mut self, name: NameId) -> u32 {
        let mangled = self.mangle(name);
        self.unit.names.number(mangled)
    }

    /// An instruction that names an attribute, module or member.
    pub(super) fn op_name(&mut self, loc: Loc, op: Opcode, name: &Ident) {
        let name = self.names.of(name);
        let number = self.name_number(name);
        self.op_arg(loc, op, number);
    }

    pub(super) fn load_attr(&mut self, loc: Loc, name: &Ident, what: AttrUse) {
        let name = self.names.of(name);
        let number = self.name_number(name);
        self.op_arg(loc, Opcode::LoadAttr, number << 1 | u32::from(what == AttrUse::Method));
    }

    /// A use of a variable of the tree.
    pub(super) fn ident_op(&mut self, loc: Loc, name: &Ident, ctx: ExprContext) {
        let name = self.names.of(name);
        self.name_op(loc, name, ctx);
    }

    /// Loads, stores or deletes a variable, wherever it lives.
    pub(super) fn name_op(&mut self, loc: Loc, name: NameId, ctx: ExprContext) {
        let mangled = self.mangle(name);
        let scope = self.scope().scope_of(mangled);
        let is_function = self.scope().is_function_like();
        match scope {
            ScopeOf::Free | ScopeOf::Cell => self.deref_op(loc, mangled, scope, ctx),
            ScopeOf::Local if is_function || self.unit.fast_hidden.get(mangled) == Some(&true) => {
                let number = self.unit.varnames.number(mangled);
                self.op_arg(loc, pick(ctx, Opcode::LoadFast, Opcode::StoreFast, Opcode::DeleteFast), number);
            }
            ScopeOf::GlobalExplicit => self.global_op(loc, mangled, scope, ctx),
            ScopeOf::GlobalImplicit if is_function => self.global_op(loc, mangled, scope, ctx),
            _ => {
                let number = self.unit.names.number(mangled);
                let in_class_comprehension = self.scope().kind == BlockKind::Class && self.unit.inlined_depth > 0;
                if ctx == ExprContext::Load && in_class_comprehension {
                    self.op_arg(loc, Opcode::LoadGlobal, number << 1);
                } else {
                    self.op_arg(loc, pick(ctx, Opcode::LoadName, Opcode::StoreName, Opcode::DeleteName), number);
                }
            }
        }
    }

    fn deref_op(&mut self, loc: Loc, mangled: NameId, scope: ScopeOf, ctx: ExprContext) {
        let number =
            if scope == ScopeOf::Free { self.unit.free_number(mangled) } else { self.unit.cellvars.number(mangled) };
        let mut op = pick(ctx, Opcode::LoadDeref, Opcode::StoreDeref, Opcode::DeleteDeref);
        if ctx == ExprContext::Load {
            if self.scope().kind == BlockKind::Class && self.unit.inlined_depth == 0 {
                self.op(loc, Opcode::LoadLocals);
                op = Opcode::LoadFromDictOrDeref;
            } else if self.scope().can_see_class_scope {
                self.load_classdict(loc);
                op = Opcode::LoadFromDictOrDeref;
            }
        }
        self.op_arg(loc, op, number);
    }

    fn global_op(&mut self, loc: Loc, mangled: NameId, scope: ScopeOf, ctx: ExprContext) {
        let number = self.unit.names.number(mangled);
        match ctx {
            ExprContext::Load if self.scope().can_see_class_scope && scope == ScopeOf::GlobalImplicit => {
                self.load_classdict(loc);
                self.op_arg(loc, Opcode::LoadFromDictOrGlobals, number);
            }
            ExprContext::Load => self.op_arg(loc, Opcode::LoadGlobal, number << 1),
            ExprContext::Store => self.op_arg(loc, Opcode::StoreGlobal, number),
            ExprContext::Del => self.op_arg(loc, Opcode::DeleteGlobal, number),
        }
    }

    fn load_classdict(&mut self, loc: Loc) {
        let number = self.unit.free_number(known::CLASSDICT);
        self.op_arg(loc, Opcode::LoadDeref, number);
    }

    pub(super) fn binary_op(&mut self, loc: Loc, op: Operator, inplace: bool) {
        let plain = match op {
            Operator::Add => BinaryOp::Add,
            Operator::Sub => BinaryOp::Subtract,
            Operator::Mult => BinaryOp::Multiply,
            Operator::MatMult => BinaryOp::MatrixMultiply,
            Operator::Div => BinaryOp::TrueDivide,
            Operator::Mod => BinaryOp::Remainder,
            Operator::Pow => BinaryOp::Power,
            Operator::LShift => BinaryOp::Lshift,
            Operator::RShift => BinaryOp::Rshift,
            Operator::BitOr => BinaryOp::Or,
            Operator::BitXor => BinaryOp::Xor,
            Operator::BitAnd => BinaryOp::And,
            Operator::FloorDiv => BinaryOp::FloorDivide,
        };
        // The in-place operators follow the plain ones in the same order.
        let offset = if inplace { BinaryOp::InplaceAdd as u32 } else { 0 };
        self.op_arg(loc, Opcode::BinaryOp, plain as u32 + offset);
    }

    pub(super) fn subscript_op(&mut self, loc: Loc) {
        self.op_arg(loc, Opcode::BinaryOp, BinaryOp::Subscr as u32);
    }

    pub(super) fn compare_op(&mut self, loc: Loc, op: CmpOperator) {
        // The upper bits choose the operator, the lower ones are a mask of the outcomes that satisfy it
        // (1 unordered, 2 less, 4 greater, 8 equal), which specialized forms test.
        let (number, mask) = match op {
            CmpOperator::Lt => (0, 2),
            CmpOperator::LtE => (1, 10),
            CmpOperator::Eq => (2, 8),
            CmpOperator::NotEq => (3, 7),
            CmpOperator::Gt => (4, 4),
            CmpOperator::GtE => (5, 12),
            CmpOperator::Is => return self.op_arg(loc, Opcode::IsOp, 0),
            CmpOperator::IsNot => return self.op_arg(loc, Opcode::IsOp, 1),
            CmpOperator::In => return self.op_arg(loc, Opcode::ContainsOp, 0),
            CmpOperator::NotIn => return self.op_arg(loc, Opcode::ContainsOp, 1),
        };
        self.op_arg(loc, Opcode::CompareOp, number << 5 | mask);
    }

    /// Delegates to the iterator under the value on top of the stack.
    pub(super) fn yield_from(&mut self, loc: Loc, is_await: bool) {
        let (send, fail, exit) = (self.label(), self.label(), self.label());
        self.place(send);
        self.jump(loc, Opcode::Send, exit);
        // A handler for the StopIteration that `close` or `throw` may raise at the yield.
        self.jump(loc, Opcode::SetupFinally, fail);
        self.op_arg(loc, Opcode::YieldValue, 1);
        self.op(Loc::NONE, Opcode::PopBlock);
        self.op_arg(loc, Opcode::Resume, if is_await { RESUME_AFTER_AWAIT } else { RESUME_AFTER_YIELD_FROM });
        self.jump(loc, Opcode::JumpNoInterrupt, send);
        self.place(fail);
        self.op(loc, Opcode::CleanupThrow);
        self.place(exit);
        self.op(loc, Opcode::EndSend);
    }

    /// Awaits the awaitable on top of the stack. `which`: what `GET_AWAITABLE` is told it came from.
    pub(super) fn await_top(&mut self, loc: Loc, which: u32) {
        self.op_arg(loc, Opcode::GetAwaitable, which);
        self.load_const(loc, Const::None);
        self.yield_from(loc, true);
    }

    pub(super) fn yield_value(&mut self, loc: Loc) {
        if self.scope().generator && self.scope().coroutine {
            self.intrinsic1(loc, Intrinsic1::AsyncGenWrap);
        }
        self.op_arg(loc, Opcode::YieldValue, 0);
        self.op_arg(loc, Opcode::Resume, RESUME_AFTER_YIELD);
    }
}

fn pick(ctx: ExprContext, load: Opcode, store: Opcode, delete: Opcode) -> Opcode {
    match ctx {
        ExprContext::Load => load,
        ExprContext::Store => store,
        ExprContext::Del => delete,
    }
}
