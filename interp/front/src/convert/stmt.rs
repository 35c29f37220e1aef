//! Statements, parameters and type parameters.

use interp_compile::ast::{
    Alias, Arg, Arguments, ClassDef, ExceptHandler, FunctionDef, Keyword, MatchCase, Span, Stmt, StmtKind, TypeParam,
    TypeParamKind, WithItem,
};
use ruff_python_ast as ruff;
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::{Converted, Converter, with_stack};

impl Converter<'_> {
    pub(super) fn stmts(&mut self, suite: ruff::Suite) -> Converted<Vec<Stmt>> {
        let mut body = Vec::with_capacity(suite.len());
        for statement in suite {
            body.push(self.stmt(statement)?);
        }
        Ok(body)
    }

    fn stmt(&mut self, statement: ruff::Stmt) -> Converted<Stmt> {
        with_stack(|| self.stmt_level(statement))
    }

    fn stmt_level(&mut self, statement: ruff::Stmt) -> Converted<Stmt> {
        let mut range = statement.range();
        let kind = match statement {
            ruff::Stmt::FunctionDef(node) => return self.function_def(node),
            ruff::Stmt::ClassDef(node) => return self.class_def(node),
            ruff::Stmt::If(node) => return self.if_stmt(node),
            ruff::Stmt::For(_) | ruff::Stmt::While(_) | ruff::Stmt::With(_) | ruff::Stmt::Try(_) => {
                range = self.with_semicolon(range);
                self.block_stmt(statement)?
            }
            ruff::Stmt::Match(node) => {
                range = self.with_semicolon(range);
                let subject = self.boxed(*node.subject)?;
                let cases = node.cases.into_iter().map(|case| self.match_case(case)).collect::<Converted<_>>()?;
                StmtKind::Match { subject, cases }
            }
            ruff::Stmt::Import(_)
            | ruff::Stmt::ImportFrom(_)
            | ruff::Stmt::Global(_)
            | ruff::Stmt::Nonlocal(_)
            | ruff::Stmt::Pass(_)
            | ruff::Stmt::Break(_)
            | ruff::Stmt::Continue(_)
            | ruff::Stmt::IpyEscapeCommand(_) => self.name_stmt(statement),
            _ => self.value_stmt(statement)?,
        };
        Ok(Stmt::new(self.span(range), kind))
    }

    /// Statements made of expressions.
    fn value_stmt(&mut self, statement: ruff::Stmt) -> Converted<StmtKind> {
        Ok(match statement {
            ruff::Stmt::Return(node) => StmtKind::Return { value: self.optional(node.value)? },
            ruff::Stmt::Delete(node) => StmtKind::Delete { targets: self.exprs(node.targets)? },
            ruff::Stmt::TypeAlias(node) => StmtKind::TypeAlias {
                name: self.boxed(*node.name)?,
                type_params: self.type_params(node.type_params)?,
                value: self.boxed(*node.value)?,
            },
            ruff::Stmt::Assign(node) => {
                StmtKind::Assign { targets: self.exprs(node.targets)?, value: self.boxed(*node.value)? }
            }
            ruff::Stmt::AugAssign(node) => StmtKind::AugAssign {
                target: self.boxed(*node.target)?,
                op: Self::operator(node.op),
                value: self.boxed(*node.value)?,
            },
            ruff::Stmt::AnnAssign(node) => StmtKind::AnnAssign {
                target: self.boxed(*node.target)?,
                annotation: self.boxed(*node.annotation)?,
                value: self.optional(node.value)?,
                simple: node.simple,
            },
            ruff::Stmt::Raise(node) => {
                StmtKind::Raise { exc: self.optional(node.exc)?, cause: self.optional(node.cause)? }
            }
            ruff::Stmt::Assert(node) => {
                StmtKind::Assert { test: self.boxed(*node.test)?, msg: self.optional(node.msg)? }
            }
            ruff::Stmt::Expr(node) => StmtKind::Expr { value: self.boxed(*node.value)? },
            _ => StmtKind::Pass,
        })
    }

    /// Statements made of names only.
    fn name_stmt(&mut self, statement: ruff::Stmt) -> StmtKind {
        match statement {
            ruff::Stmt::Import(node) => StmtKind::Import { names: self.aliases(&node.names) },
            ruff::Stmt::ImportFrom(node) => StmtKind::ImportFrom {
                module: self.optional_ident(node.module.as_ref()),
                names: self.aliases(&node.names),
                level: node.level,
            },
            ruff::Stmt::Global(node) => {
                StmtKind::Global { names: node.names.iter().map(|name| self.ident(name)).collect() }
            }
            ruff::Stmt::Nonlocal(node) => {
                StmtKind::Nonlocal { names: node.names.iter().map(|name| self.ident(name)).collect() }
            }
            ruff::Stmt::Break(_) => StmtKind::Break,
            ruff::Stmt::Continue(_) => StmtKind::Continue,
            _ => StmtKind::Pass,
        }
    }

    fn aliases(&mut self, names: &[ruff::Alias]) -> Vec<Alias> {
        names
            .iter()
            .map(|alias| Alias {
                span: self.span(alias.range),
                name: self.ident(&alias.name),
                asname: self.optional_ident(alias.asname.as_ref()),
            })
            .collect()
    }

    /// Loops, `with` and `try`.
    fn block_stmt(&mut self, statement: ruff::Stmt) -> Converted<StmtKind> {
        Ok(match statement {
            ruff::Stmt::For(node) => {
                let target = self.boxed(*node.target)?;
                let iter = self.boxed(*node.iter)?;
                let body = self.stmts(node.body)?;
                let orelse = self.stmts(node.orelse)?;
                if node.is_async {
                    StmtKind::AsyncFor { target, iter, body, orelse }
                } else {
                    StmtKind::For { target, iter, body, orelse }
                }
            }
            ruff::Stmt::While(node) => StmtKind::While {
                test: self.boxed(*node.test)?,
                body: self.stmts(node.body)?,
                orelse: self.stmts(node.orelse)?,
            },
            ruff::Stmt::With(node) => {
                let items = node
                    .items
                    .into_iter()
                    .map(|item| {
                        Ok(WithItem {
                            context_expr: self.expr(item.context_expr)?,
                            optional_vars: self.optional(item.optional_vars)?,
                        })
                    })
                    .collect::<Converted<_>>()?;
                let body = self.stmts(node.body)?;
                if node.is_async { StmtKind::AsyncWith { items, body } } else { StmtKind::With { items, body } }
            }
            ruff::Stmt::Try(node) => {
                let body = self.stmts(node.body)?;
                let handlers =
                    node.handlers.into_iter().map(|handler| self.handler(handler)).collect::<Converted<_>>()?;
                let orelse = self.stmts(node.orelse)?;
                let finalbody = self.stmts(node.finalbody)?;
                if node.is_star {
                    StmtKind::TryStar { body, handlers, orelse, finalbody }
                } else {
                    StmtKind::Try { body, handlers, orelse, finalbody }
                }
            }
            _ => StmtKind::Pass,
        })
    }

    fn handler(&mut self, handler: ruff::ExceptHandler) -> Converted<ExceptHandler> {
        let ruff::ExceptHandler::ExceptHandler(node) = handler;
        Ok(ExceptHandler {
            span: self.span(self.with_semicolon(node.range)),
            typ: self.optional(node.type_)?,
            name: self.optional_ident(node.name.as_ref()),
            body: self.stmts(node.body)?,
        })
    }

    fn match_case(&mut self, case: ruff::MatchCase) -> Converted<MatchCase> {
        Ok(MatchCase {
            pattern: self.pattern(case.pattern)?,
            guard: self.optional(case.guard)?,
            body: self.stmts(case.body)?,
        })
    }

    /// `elif` nests in CPython's tree; built from the last clause backwards, so a long chain does not recurse.
    fn if_stmt(&mut self, node: ruff::StmtIf) -> Converted<Stmt> {
        let span = self.span(self.with_semicolon(node.range));
        let test = self.boxed(*node.test)?;
        let body = self.stmts(node.body)?;
        let mut clauses = Vec::with_capacity(node.elif_else_clauses.len());
        for clause in node.elif_else_clauses {
            let start = self.span(clause.range);
            let test = clause.test.map(|test| self.boxed(test)).transpose()?;
            clauses.push((start, test, self.stmts(clause.body)?));
        }
        let mut orelse = Vec::new();
        for (start, test, body) in clauses.into_iter().rev() {
            orelse = match test {
                None => body,
                Some(test) => vec![Stmt::new(start.to(span), StmtKind::If { test, body, orelse })],
            };
        }
        Ok(Stmt::new(span, StmtKind::If { test, body, orelse }))
    }

    /// Where `def`, `class` or `async` stands: CPython's node starts behind the decorators.
    fn undecorated(&self, range: TextRange, decorators: &[ruff::Decorator]) -> Span {
        let start = decorators.last().map_or(range.start(), |last| self.skip_trivia(last.range.end()));
        self.span(self.with_semicolon(TextRange::new(start, range.end())))
    }

    fn decorators(&mut self, decorators: ruff::DecoratorList) -> Converted<Vec<interp_compile::ast::Expr>> {
        decorators.into_iter().map(|decorator| self.expr(decorator.expression)).collect()
    }

    fn function_def(&mut self, node: ruff::StmtFunctionDef) -> Converted<Stmt> {
        let span = self.undecorated(node.range, &node.decorator_list);
        let definition = Box::new(FunctionDef {
            name: self.ident(&node.name),
            decorator_list: self.decorators(node.decorator_list)?,
            type_params: self.type_params(node.type_params)?,
            args: self.parameters(*node.parameters)?,
            returns: self.optional(node.returns)?,
            body: self.stmts(node.body)?,
        });
        let kind =
            if node.is_async { StmtKind::AsyncFunctionDef(definition) } else { StmtKind::FunctionDef(definition) };
        Ok(Stmt::new(span, kind))
    }

    fn class_def(&mut self, node: ruff::StmtClassDef) -> Converted<Stmt> {
        let span = self.undecorated(node.range, &node.decorator_list);
        let name = self.ident(&node.name);
        let decorator_list = self.decorators(node.decorator_list)?;
        let type_params = self.type_params(node.type_params)?;
        let (bases, keywords) = match node.arguments {
            None => (Vec::new(), Vec::new()),
            Some(arguments) => self.arguments(*arguments)?,
        };
        let body = self.stmts(node.body)?;
        let definition = ClassDef { name, bases, keywords, body, decorator_list, type_params };
        Ok(Stmt::new(span, StmtKind::ClassDef(Box::new(definition))))
    }

    /// The arguments of a call or the bases of a class.
    pub(super) fn arguments(
        &mut self,
        arguments: ruff::Arguments,
    ) -> Converted<(Vec<interp_compile::ast::Expr>, Vec<Keyword>)> {
        let range = arguments.range;
        let mut args = Vec::with_capacity(arguments.args.len());
        for argument in arguments.args {
            let bare_generator = matches!(&argument, ruff::Expr::Generator(node) if !node.parenthesized);
            let mut converted = self.expr(argument)?;
            if bare_generator {
                converted.span = self.span(range);
            }
            args.push(converted);
        }
        let keywords = arguments
            .keywords
            .into_iter()
            .map(|keyword| {
                Ok(Keyword {
                    span: self.span(keyword.range),
                    arg: self.optional_ident(keyword.arg.as_ref()),
                    value: self.expr(keyword.value)?,
                })
            })
            .collect::<Converted<_>>()?;
        Ok((args, keywords))
    }

    pub(super) fn parameters(&mut self, parameters: ruff::Parameters) -> Converted<Arguments> {
        let mut converted = Arguments::default();
        for parameter in parameters.posonlyargs {
            let arg = self.parameter(parameter.parameter)?;
            converted.posonlyargs.push(arg);
            if let Some(default) = parameter.default {
                converted.defaults.push(self.expr(*default)?);
            }
        }
        for parameter in parameters.args {
            let arg = self.parameter(parameter.parameter)?;
            converted.args.push(arg);
            if let Some(default) = parameter.default {
                converted.defaults.push(self.expr(*default)?);
            }
        }
        for parameter in parameters.kwonlyargs {
            let arg = self.parameter(parameter.parameter)?;
            converted.kwonlyargs.push(arg);
            let default = parameter.default.map(|default| self.expr(*default)).transpose()?;
            converted.kw_defaults.push(default);
        }
        converted.vararg = parameters.vararg.map(|parameter| self.parameter(*parameter)).transpose()?;
        converted.kwarg = parameters.kwarg.map(|parameter| self.parameter(*parameter)).transpose()?;
        Ok(converted)
    }

    /// The stars are not part of a parameter's place.
    fn parameter(&mut self, parameter: ruff::Parameter) -> Converted<Arg> {
        let range = TextRange::new(parameter.name.range.start(), parameter.range.end());
        Ok(Arg {
            span: self.span(range),
            arg: self.ident(&parameter.name),
            annotation: self.optional(parameter.annotation)?,
        })
    }

    fn type_params(&mut self, params: Option<Box<ruff::TypeParams>>) -> Converted<Vec<TypeParam>> {
        let Some(params) = params else { return Ok(Vec::new()) };
        params.type_params.into_iter().map(|param| self.type_param(param)).collect()
    }

    fn type_param(&mut self, param: ruff::TypeParam) -> Converted<TypeParam> {
        let span = self.span(param.range());
        let kind = match param {
            ruff::TypeParam::TypeVar(node) => TypeParamKind::TypeVar {
                name: self.ident(&node.name),
                bound: self.optional(node.bound)?,
                default_value: self.optional(node.default)?,
            },
            ruff::TypeParam::ParamSpec(node) => {
                TypeParamKind::ParamSpec { name: self.ident(&node.name), default_value: self.optional(node.default)? }
            }
            ruff::TypeParam::TypeVarTuple(node) => TypeParamKind::TypeVarTuple {
                name: self.ident(&node.name),
                default_value: self.optional(node.default)?,
            },
        };
        Ok(TypeParam { span, kind })
    }
}

impl Converter<'_> {
    /// A compound statement ends behind the semicolon that ends its last line.
    fn with_semicolon(&self, range: TextRange) -> TextRange {
        let rest = &self.source[range.end().to_usize()..];
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t', '\x0c']).len();
        if rest[blanks..].starts_with(';') {
            TextRange::new(range.start(), range.end() + TextSize::new(blanks as u32 + 1))
        } else {
            range
        }
    }
}
