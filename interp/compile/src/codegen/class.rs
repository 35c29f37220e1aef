//! Classes.

use interp_code::Const;
use interp_opcode::{Intrinsic1, Opcode};

use crate::ast::{ClassDef, ExprContext, Ident, Span};
use crate::instr::Loc;
use crate::names::{NameId, known};
use crate::symtable::{NodeKey, NodeRole};

use super::call::check_keywords;
use super::unit::{Counts, ScopeType};
use super::{Done, Generator};

impl<'a> Generator<'a> {
    pub(super) fn class(&mut self, class: &'a ClassDef, span: Span) -> Done {
        let loc = Loc::from(span);
        let decorators = &class.decorator_list;
        self.decorators(decorators)?;
        let firstlineno = decorators.first().map_or(span.lineno, |decorator| decorator.span.lineno);
        let name = self.names.of(&class.name);
        if class.type_params.is_empty() {
            self.class_body(class, span, firstlineno, name)?;
            check_keywords(&class.keywords)?;
            self.call_with(loc, 2, &class.bases, None, &class.keywords)?;
        } else {
            self.enter_type_params(&class.name, &class.type_params, firstlineno, Some(name), Counts::default());
            self.type_params(&class.type_params)?;
            self.name_op(loc, known::DOT_TYPE_PARAMS, ExprContext::Store);
            self.class_body(class, span, firstlineno, name)?;
            // `Generic[…]` becomes the last base.
            self.name_op(loc, known::DOT_TYPE_PARAMS, ExprContext::Load);
            self.intrinsic1(loc, Intrinsic1::SubscriptGeneric);
            self.name_op(loc, known::DOT_GENERIC_BASE, ExprContext::Store);
            check_keywords(&class.keywords)?;
            self.call_with(loc, 2, &class.bases, Some(known::DOT_GENERIC_BASE), &class.keywords)?;
            let closed = self.leave(false)?;
            self.make_closure(loc, &closed, 0);
            self.op(loc, Opcode::PushNull);
            self.op_arg(loc, Opcode::Call, 0);
        }
        self.apply_decorators(decorators);
        self.name_op(loc, name, ExprContext::Store);
        Ok(())
    }

    /// The body as a function, ready for `__build_class__`.
    fn class_body(&mut self, class: &'a ClassDef, span: Span, firstlineno: u32, name: NameId) -> Done {
        let block = self.block_of(NodeKey::new(class, NodeRole::Body));
        self.enter(name, ScopeType::Class, block, firstlineno, Some(name), Counts::default());
        let line = firstlineno.cast_signed();
        let loc = Loc::new(line, line, 0, 0);
        self.class_prologue(loc, !class.type_params.is_empty());
        self.body(loc, &class.body, false)?;
        self.class_epilogue();
        let closed = self.leave(true)?;
        let loc = Loc::from(span);
        self.op(loc, Opcode::LoadBuildClass);
        self.op(loc, Opcode::PushNull);
        self.make_closure(loc, &closed, 0);
        self.load_text(loc, name);
        Ok(())
    }

    /// What a class knows about itself before its body runs.
    fn class_prologue(&mut self, loc: Loc, is_generic: bool) {
        self.name_op(loc, known::NAME, ExprContext::Load);
        self.name_op(loc, known::MODULE, ExprContext::Store);
        let qualname = Const::str(&self.unit.qualname);
        self.load_const(loc, qualname);
        self.name_op(loc, known::QUALNAME, ExprContext::Store);
        self.load_const(loc, Const::int(i64::from(self.unit.firstlineno)));
        self.name_op(loc, known::FIRSTLINENO, ExprContext::Store);
        if is_generic {
            self.name_op(loc, known::DOT_TYPE_PARAMS, ExprContext::Load);
            self.name_op(loc, known::TYPE_PARAMS_ATTR, ExprContext::Store);
        }
        // These cells are not variables of the body: names cannot reach them.
        if self.scope().needs_classdict {
            self.op(loc, Opcode::LoadLocals);
            let number = self.unit.cellvars.number(known::CLASSDICT);
            self.op_arg(loc, Opcode::StoreDeref, number);
        }
        if self.scope().has_conditional_annotations {
            self.op_arg(loc, Opcode::BuildSet, 0);
            let number = self.unit.cellvars.number(known::CONDITIONAL_ANNOTATIONS);
            self.op_arg(loc, Opcode::StoreDeref, number);
        }
    }

    fn class_epilogue(&mut self) {
        let mut attributes: Vec<&Ident> =
            self.unit.static_attributes.iter().map(|&name| self.names.text(name)).collect();
        attributes.sort_unstable();
        let attributes: Vec<Const> = attributes.into_iter().map(Const::str).collect();
        self.load_const(Loc::NONE, Const::Tuple(attributes.into()));
        self.name_op(Loc::NONE, known::STATIC_ATTRIBUTES, ExprContext::Store);
        if self.scope().needs_classdict {
            let number = self.unit.cellvars.number(known::CLASSDICT);
            self.op_arg(Loc::NONE, Opcode::LoadClosure, number);
            self.name_op(Loc::NONE, known::CLASSDICTCELL, ExprContext::Store);
        }
        if self.scope().needs_class_closure {
            // The cell is returned too, so that it is filled when the class exists.
            let number = self.unit.cellvars.number(known::CLASS);
            self.op_arg(Loc::NONE, Opcode::LoadClosure, number);
            self.op_arg(Loc::NONE, Opcode::Copy, 1);
            self.name_op(Loc::NONE, known::CLASSCELL, ExprContext::Store);
        } else {
            self.load_const(Loc::NONE, Const::None);
        }
        self.op(Loc::NONE, Opcode::ReturnValue);
    }
}
