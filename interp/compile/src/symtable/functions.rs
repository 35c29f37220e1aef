//! The first pass over functions: parameters, annotations (PEP 649) and type parameters (PEP 695).

use crate::ast::{Arg, Arguments, Expr, ExprKind, FunctionDef, Ident, Span, TypeParam, TypeParamKind};
use crate::error::CompileError;
use crate::future::doc_string;
use crate::names::known;

use super::build::{Builder, Done};
use super::{BlockKind, NodeKey, NodeRole, def};

impl Builder<'_> {
    pub(super) fn function(&mut self, function: &FunctionDef, span: Span, is_async: bool) -> Done {
        let name = self.names.of(&function.name);
        self.add(name, def::LOCAL, span)?;
        self.defaults(&function.args)?;
        self.exprs(&function.decorator_list)?;
        let generic = !function.type_params.is_empty();
        if generic {
            // CPython's trees always have a list of defaults, be it empty.
            let has_kwdefaults = function.args.kw_defaults.iter().any(Option::is_some);
            self.enter_type_params(&function.type_params, span, false, [true, has_kwdefaults])?;
            self.type_params(&function.type_params)?;
        }
        let key = NodeKey::new(function, NodeRole::Body);
        let block = self.new_scope(BlockKind::Function, Some(key), span);
        self.table[block].has_docstring = doc_string(&function.body).is_some();
        self.signature_annotations(function, span)?;
        self.enter_new(block)?;
        self.cur_mut().coroutine = is_async;
        self.arguments(&function.args)?;
        self.stmts(&function.body)?;
        self.exit();
        if generic {
            self.exit();
        }
        Ok(())
    }

    /// Default values, which belong to the block around the function.
    pub(super) fn defaults(&mut self, args: &Arguments) -> Done {
        self.exprs(&args.defaults)?;
        args.kw_defaults.iter().try_for_each(|default| self.opt_expr(default.as_ref()))
    }

    pub(super) fn arguments(&mut self, args: &Arguments) -> Done {
        let plain = args.posonlyargs.iter().chain(&args.args).chain(&args.kwonlyargs);
        for arg in plain.chain(&args.vararg).chain(&args.kwarg) {
            self.add_ident(&arg.arg, def::PARAM, arg.span)?;
        }
        let cur = self.cur_mut();
        cur.varargs = args.vararg.is_some();
        cur.varkeywords = args.kwarg.is_some();
        Ok(())
    }

    fn signature_annotations(&mut self, function: &FunctionDef, span: Span) -> Done {
        let args = &function.args;
        let sees_class = self.cur().can_see_class_scope || self.cur().kind == BlockKind::Class;
        let key = NodeKey::new(args, NodeRole::Annotations);
        self.enter(BlockKind::Annotation, key, span)?;
        if sees_class {
            self.cur_mut().can_see_class_scope = true;
            self.add(known::CLASSDICT, def::USE, span)?;
        }
        let plain = args.posonlyargs.iter().chain(&args.args).chain(&args.vararg).chain(&args.kwarg);
        plain.chain(&args.kwonlyargs).try_for_each(|arg| self.arg_annotation(arg))?;
        if let Some(returns) = &function.returns {
            self.cur_mut().annotations_used = true;
            self.expr(returns)?;
        }
        self.exit();
        Ok(())
    }

    fn arg_annotation(&mut self, arg: &Arg) -> Done {
        let Some(annotation) = &arg.annotation else { return Ok(()) };
        self.cur_mut().annotations_used = true;
        self.expr(annotation)
    }

    /// The annotation of a variable: all of a block's share one `__annotate__`.
    pub(super) fn variable_annotation(&mut self, annotation: &Expr) -> Done {
        let span = annotation.span;
        let (outer, kind) = (self.cur_id(), self.cur().kind);
        // A module may be run in parts (by a debugger, by an exception), so all of its annotations count as conditional.
        let conditional = kind == BlockKind::Module || kind == BlockKind::Class && self.cur().in_conditional_block;
        if conditional && !self.cur().has_conditional_annotations {
            self.cur_mut().has_conditional_annotations = true;
            self.add(known::CONDITIONAL_ANNOTATIONS, def::USE, span)?;
        }
        match self.cur().annotation_block {
            Some(block) => self.enter_existing(block),
            None => {
                let block = self.new_scope(BlockKind::Annotation, None, span);
                self.table[outer].annotation_block = Some(block);
                self.enter_new(block)?;
                if kind == BlockKind::Class && !self.future.annotations {
                    self.cur_mut().can_see_class_scope = true;
                    self.add(known::CLASSDICT, def::USE, span)?;
                }
            }
        }
        // Annotations of local variables are never evaluated.
        self.cur_mut().in_unevaluated_annotation = kind == BlockKind::Function;
        self.expr(annotation)?;
        self.cur_mut().in_unevaluated_annotation = false;
        self.exit();
        Ok(())
    }

    /// Enters the block that holds the type parameters. `has_defaults`: of positional and of keyword-only parameters.
    pub(super) fn enter_type_params(
        &mut self,
        params: &[TypeParam],
        span: Span,
        is_class: bool,
        has_defaults: [bool; 2],
    ) -> Done {
        let in_class = self.cur().kind == BlockKind::Class;
        let key = NodeKey::new(&params[0], NodeRole::TypeParams);
        self.enter(BlockKind::TypeParameters, key, span)?;
        if in_class {
            self.cur_mut().can_see_class_scope = true;
            self.add(known::CLASSDICT, def::USE, span)?;
        }
        if is_class {
            // Set when the tuple of type parameters is made, used for the bases.
            self.add(known::DOT_TYPE_PARAMS, def::LOCAL, span)?;
            self.add(known::DOT_TYPE_PARAMS, def::USE, span)?;
            self.add(known::DOT_GENERIC_BASE, def::LOCAL, span)?;
            self.add(known::DOT_GENERIC_BASE, def::USE, span)?;
        }
        if has_defaults[0] {
            self.add(known::DOT_DEFAULTS, def::PARAM, span)?;
        }
        if has_defaults[1] {
            self.add(known::DOT_KWDEFAULTS, def::PARAM, span)?;
        }
        Ok(())
    }

    pub(super) fn type_params(&mut self, params: &[TypeParam]) -> Done {
        params.iter().try_for_each(|param| self.type_param(param))
    }

    fn type_param(&mut self, param: &TypeParam) -> Done {
        match &param.kind {
            TypeParamKind::TypeVar { name, bound, default_value } => {
                self.add_ident(name, def::TYPE_PARAM | def::LOCAL, param.span)?;
                let is_tuple = bound.as_ref().is_some_and(|bound| matches!(bound.kind, ExprKind::Tuple { .. }));
                let description = if is_tuple { "a TypeVar constraint" } else { "a TypeVar bound" };
                self.bound_or_default(param, name, bound.as_deref(), NodeRole::Bound, description)?;
                self.bound_or_default(param, name, default_value.as_deref(), NodeRole::Default, "a TypeVar default")
            }
            TypeParamKind::TypeVarTuple { name, default_value } => {
                self.add_ident(name, def::TYPE_PARAM | def::LOCAL, param.span)?;
                let description = "a TypeVarTuple default";
                self.bound_or_default(param, name, default_value.as_deref(), NodeRole::Bound, description)
            }
            TypeParamKind::ParamSpec { name, default_value } => {
                self.add_ident(name, def::TYPE_PARAM | def::LOCAL, param.span)?;
                let description = "a ParamSpec default";
                self.bound_or_default(param, name, default_value.as_deref(), NodeRole::Bound, description)
            }
        }
    }

    fn bound_or_default(
        &mut self,
        param: &TypeParam,
        ident: &Ident,
        value: Option<&Expr>,
        role: NodeRole,
        description: &'static str,
    ) -> Done {
        let name = self.names.of(ident);
        if name == known::CLASSDICT {
            let msg = format!("reserved name '{ident}' cannot be used for type parameter");
            return Err(CompileError::syntax(msg, param.span));
        }
        let Some(value) = value else { return Ok(()) };
        let sees_class = self.cur().can_see_class_scope;
        self.enter(BlockKind::TypeVariable, NodeKey::new(param, role), value.span)?;
        self.cur_mut().can_see_class_scope = sees_class;
        if sees_class {
            self.add(known::CLASSDICT, def::USE, value.span)?;
        }
        self.cur_mut().description = description;
        self.expr(value)?;
        self.exit();
        Ok(())
    }
}
