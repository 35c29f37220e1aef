//! A tree as one line of text per statement, in the words of `oracle.py`.

use std::fmt::Write as _;

use interp_compile::ast::{
    Alias, Arg, Arguments, Comprehension, Constant, ExceptHandler, Expr, ExprContext, ExprKind, FunctionDef, Ident,
    Keyword, MatchCase, Mod, Pattern, PatternKind, Span, Stmt, StmtKind, TypeParam, TypeParamKind, WithItem,
};

/// The dump of a module.
pub(crate) fn dump(module: &Mod) -> String {
    let mut dump = Dump { out: String::new() };
    match module {
        Mod::Module { body } | Mod::Interactive { body } => {
            for statement in body {
                statement.dump(&mut dump);
                dump.out.push('\n');
            }
        }
        Mod::Expression { body } => {
            dump.out.push_str("Expression(");
            body.dump(&mut dump);
            dump.out.push_str(")\n");
        }
    }
    dump.out
}

struct Dump {
    out: String,
}

impl Dump {
    fn open(&mut self, name: &str, span: Span) {
        let Span { lineno, end_lineno, col_offset, end_col_offset } = span;
        let _ = write!(self.out, "{name}@{lineno}:{col_offset}-{end_lineno}:{end_col_offset}(");
    }

    fn node(&mut self, name: &str, span: Span, fields: &[&dyn Field]) {
        self.open(name, span);
        self.fields(fields);
    }

    fn unplaced(&mut self, name: &str, fields: &[&dyn Field]) {
        let _ = write!(self.out, "{name}(");
        self.fields(fields);
    }

    fn fields(&mut self, fields: &[&dyn Field]) {
        for (index, field) in fields.iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            field.dump(self);
        }
        self.out.push(')');
    }
}

/// Anything that can stand in a field.
trait Field {
    fn dump(&self, dump: &mut Dump);
}

impl<T: Field> Field for Vec<T> {
    fn dump(&self, dump: &mut Dump) {
        dump.out.push('[');
        for (index, item) in self.iter().enumerate() {
            if index > 0 {
                dump.out.push(',');
            }
            item.dump(dump);
        }
        dump.out.push(']');
    }
}

impl<T: Field> Field for Option<T> {
    fn dump(&self, dump: &mut Dump) {
        match self {
            None => dump.out.push_str("None"),
            Some(value) => value.dump(dump),
        }
    }
}

impl<T: Field> Field for Box<T> {
    fn dump(&self, dump: &mut Dump) {
        (**self).dump(dump);
    }
}

impl Field for Ident {
    fn dump(&self, dump: &mut Dump) {
        dump.out.push_str(self);
    }
}

impl Field for str {
    fn dump(&self, dump: &mut Dump) {
        dump.out.push_str(self);
    }
}

impl Field for &str {
    fn dump(&self, dump: &mut Dump) {
        dump.out.push_str(self);
    }
}

impl Field for i64 {
    fn dump(&self, dump: &mut Dump) {
        let _ = write!(dump.out, "{self}");
    }
}

impl Field for Constant {
    fn dump(&self, dump: &mut Dump) {
        dump.out.push_str(&constant(self));
    }
}

/// A constant in the words of `oracle.py`.
pub(crate) fn constant(value: &Constant) -> String {
    match value {
        Constant::None => "None".into(),
        Constant::True => "True".into(),
        Constant::False => "False".into(),
        Constant::Ellipsis => "Ellipsis".into(),
        Constant::Int(value) => format!("i:{}", value.in_radix(16)),
        Constant::Float(value) => format!("f:{:016x}", value.to_bits()),
        Constant::Complex { re, im } => format!("c:{:016x},{:016x}", re.to_bits(), im.to_bits()),
        Constant::Str(value) => format!("s:'{}'", points(wtf8_points(value))),
        Constant::Bytes(value) => format!("b:'{}'", points(value.iter().map(|&byte| u32::from(byte)))),
    }
}

/// Printable ASCII as it is, everything else as `\{hex}`.
pub(crate) fn points(values: impl Iterator<Item = u32>) -> String {
    let mut out = String::new();
    for value in values {
        match char::from_u32(value) {
            Some(c @ ' '..='~') if c != '\\' => out.push(c),
            _ => {
                let _ = write!(out, "\\{{{value:x}}}");
            }
        }
    }
    out
}

/// Code points of WTF-8 bytes, lone surrogates included.
pub(crate) fn wtf8_points(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let first = *bytes.get(at)?;
        let (length, mut value) = match first {
            0..=0x7F => (1, u32::from(first)),
            0x80..=0xDF => (2, u32::from(first & 0x1F)),
            0xE0..=0xEF => (3, u32::from(first & 0x0F)),
            _ => (4, u32::from(first & 0x07)),
        };
        for &byte in &bytes[at + 1..at + length] {
            value = value << 6 | u32::from(byte & 0x3F);
        }
        at += length;
        Some(value)
    })
}

impl Field for ExprContext {
    fn dump(&self, dump: &mut Dump) {
        let _ = write!(dump.out, "{self:?}()");
    }
}

/// Operators are empty nodes whose name is their variant's.
struct Op<T>(T);

impl<T: std::fmt::Debug> Field for Op<T> {
    fn dump(&self, dump: &mut Dump) {
        let name = format!("{:?}", self.0);
        let _ = write!(dump.out, "{name}()");
    }
}

impl Field for Stmt {
    fn dump(&self, dump: &mut Dump) {
        stacker::maybe_grow(128 * 1024, 4 * 1024 * 1024, || statement(self, dump));
    }
}

fn statement(stmt: &Stmt, dump: &mut Dump) {
    let span = stmt.span;
    match &stmt.kind {
        StmtKind::FunctionDef(node) => function(dump, "FunctionDef", span, node),
        StmtKind::AsyncFunctionDef(node) => function(dump, "AsyncFunctionDef", span, node),
        StmtKind::ClassDef(node) => dump.node(
            "ClassDef",
            span,
            &[&node.name, &node.bases, &node.keywords, &node.body, &node.decorator_list, &node.type_params],
        ),
        StmtKind::Return { value } => dump.node("Return", span, &[value]),
        StmtKind::Delete { targets } => dump.node("Delete", span, &[targets]),
        StmtKind::Assign { targets, value } => dump.node("Assign", span, &[targets, value]),
        StmtKind::TypeAlias { name, type_params, value } => dump.node("TypeAlias", span, &[name, type_params, value]),
        StmtKind::AugAssign { target, op, value } => dump.node("AugAssign", span, &[target, &Op(op), value]),
        StmtKind::AnnAssign { target, annotation, value, simple } => {
            dump.node("AnnAssign", span, &[target, annotation, value, &i64::from(*simple)]);
        }
        StmtKind::For { target, iter, body, orelse } => dump.node("For", span, &[target, iter, body, orelse]),
        StmtKind::AsyncFor { target, iter, body, orelse } => {
            dump.node("AsyncFor", span, &[target, iter, body, orelse]);
        }
        StmtKind::While { test, body, orelse } => dump.node("While", span, &[test, body, orelse]),
        StmtKind::If { test, body, orelse } => dump.node("If", span, &[test, body, orelse]),
        StmtKind::With { items, body } => dump.node("With", span, &[items, body]),
        StmtKind::AsyncWith { items, body } => dump.node("AsyncWith", span, &[items, body]),
        StmtKind::Match { subject, cases } => dump.node("Match", span, &[subject, cases]),
        StmtKind::Raise { exc, cause } => dump.node("Raise", span, &[exc, cause]),
        StmtKind::Try { body, handlers, orelse, finalbody } => {
            dump.node("Try", span, &[body, handlers, orelse, finalbody]);
        }
        StmtKind::TryStar { body, handlers, orelse, finalbody } => {
            dump.node("TryStar", span, &[body, handlers, orelse, finalbody]);
        }
        StmtKind::Assert { test, msg } => dump.node("Assert", span, &[test, msg]),
        StmtKind::Import { names } => dump.node("Import", span, &[names]),
        StmtKind::ImportFrom { module, names, level } => {
            dump.node("ImportFrom", span, &[module, names, &i64::from(*level)]);
        }
        StmtKind::Global { names } => dump.node("Global", span, &[names]),
        StmtKind::Nonlocal { names } => dump.node("Nonlocal", span, &[names]),
        StmtKind::Expr { value } => dump.node("Expr", span, &[value]),
        StmtKind::Pass => dump.node("Pass", span, &[]),
        StmtKind::Break => dump.node("Break", span, &[]),
        StmtKind::Continue => dump.node("Continue", span, &[]),
    }
}

fn function(dump: &mut Dump, name: &str, span: Span, node: &FunctionDef) {
    dump.node(
        name,
        span,
        &[&node.name, &node.args, &node.body, &node.decorator_list, &node.returns, &node.type_params],
    );
}

impl Field for Expr {
    fn dump(&self, dump: &mut Dump) {
        stacker::maybe_grow(128 * 1024, 4 * 1024 * 1024, || expression(self, dump));
    }
}

fn expression(expr: &Expr, dump: &mut Dump) {
    let span = expr.span;
    match &expr.kind {
        ExprKind::BoolOp { op, values } => dump.node("BoolOp", span, &[&Op(op), values]),
        ExprKind::NamedExpr { target, value } => dump.node("NamedExpr", span, &[target, value]),
        ExprKind::BinOp { left, op, right } => dump.node("BinOp", span, &[left, &Op(op), right]),
        ExprKind::UnaryOp { op, operand } => dump.node("UnaryOp", span, &[&Op(op), operand]),
        ExprKind::Lambda { args, body } => dump.node("Lambda", span, &[args, body]),
        ExprKind::IfExp { test, body, orelse } => dump.node("IfExp", span, &[test, body, orelse]),
        ExprKind::Dict { keys, values } => dump.node("Dict", span, &[keys, values]),
        ExprKind::Set { elts } => dump.node("Set", span, &[elts]),
        ExprKind::ListComp { elt, generators } => dump.node("ListComp", span, &[elt, generators]),
        ExprKind::SetComp { elt, generators } => dump.node("SetComp", span, &[elt, generators]),
        ExprKind::DictComp { key, value, generators } => dump.node("DictComp", span, &[key, value, generators]),
        ExprKind::GeneratorExp { elt, generators } => dump.node("GeneratorExp", span, &[elt, generators]),
        ExprKind::Await { value } => dump.node("Await", span, &[value]),
        ExprKind::Yield { value } => dump.node("Yield", span, &[value]),
        ExprKind::YieldFrom { value } => dump.node("YieldFrom", span, &[value]),
        ExprKind::Compare { left, ops, comparators } => {
            let ops: Vec<_> = ops.iter().map(Op).collect();
            dump.node("Compare", span, &[left, &ops, comparators]);
        }
        ExprKind::Call { func, args, keywords } => dump.node("Call", span, &[func, args, keywords]),
        ExprKind::FormattedValue { value, conversion, format_spec } => {
            dump.node("FormattedValue", span, &[value, &i64::from(*conversion as i8), format_spec]);
        }
        ExprKind::Interpolation { value, text, conversion, format_spec } => {
            let text = Constant::Str(text.clone());
            dump.node("Interpolation", span, &[value, &text, &i64::from(*conversion as i8), format_spec]);
        }
        ExprKind::JoinedStr { values } => dump.node("JoinedStr", span, &[values]),
        ExprKind::TemplateStr { values } => dump.node("TemplateStr", span, &[values]),
        ExprKind::Constant { value, u_prefix } => {
            dump.node("Constant", span, &[value, &if *u_prefix { "u" } else { "None" }]);
        }
        ExprKind::Attribute { value, attr, ctx } => dump.node("Attribute", span, &[value, attr, ctx]),
        ExprKind::Subscript { value, slice, ctx } => dump.node("Subscript", span, &[value, slice, ctx]),
        ExprKind::Starred { value, ctx } => dump.node("Starred", span, &[value, ctx]),
        ExprKind::Name { id, ctx } => dump.node("Name", span, &[id, ctx]),
        ExprKind::List { elts, ctx } => dump.node("List", span, &[elts, ctx]),
        ExprKind::Tuple { elts, ctx } => dump.node("Tuple", span, &[elts, ctx]),
        ExprKind::Slice { lower, upper, step } => dump.node("Slice", span, &[lower, upper, step]),
    }
}

impl Field for Comprehension {
    fn dump(&self, dump: &mut Dump) {
        dump.unplaced("comprehension", &[&self.target, &self.iter, &self.ifs, &i64::from(self.is_async)]);
    }
}

impl Field for ExceptHandler {
    fn dump(&self, dump: &mut Dump) {
        dump.node("ExceptHandler", self.span, &[&self.typ, &self.name, &self.body]);
    }
}

impl Field for Arguments {
    fn dump(&self, dump: &mut Dump) {
        dump.unplaced(
            "arguments",
            &[
                &self.posonlyargs,
                &self.args,
                &self.vararg,
                &self.kwonlyargs,
                &self.kw_defaults,
                &self.kwarg,
                &self.defaults,
            ],
        );
    }
}

impl Field for Arg {
    fn dump(&self, dump: &mut Dump) {
        dump.node("arg", self.span, &[&self.arg, &self.annotation]);
    }
}

impl Field for Keyword {
    fn dump(&self, dump: &mut Dump) {
        dump.node("keyword", self.span, &[&self.arg, &self.value]);
    }
}

impl Field for Alias {
    fn dump(&self, dump: &mut Dump) {
        dump.node("alias", self.span, &[&self.name, &self.asname]);
    }
}

impl Field for WithItem {
    fn dump(&self, dump: &mut Dump) {
        dump.unplaced("withitem", &[&self.context_expr, &self.optional_vars]);
    }
}

impl Field for MatchCase {
    fn dump(&self, dump: &mut Dump) {
        dump.unplaced("match_case", &[&self.pattern, &self.guard, &self.body]);
    }
}

impl Field for Pattern {
    fn dump(&self, dump: &mut Dump) {
        let span = self.span;
        match &self.kind {
            PatternKind::MatchValue { value } => dump.node("MatchValue", span, &[value]),
            PatternKind::MatchSingleton { value } => dump.node("MatchSingleton", span, &[value]),
            PatternKind::MatchSequence { patterns } => dump.node("MatchSequence", span, &[patterns]),
            PatternKind::MatchMapping { keys, patterns, rest } => {
                dump.node("MatchMapping", span, &[keys, patterns, rest]);
            }
            PatternKind::MatchClass { cls, patterns, kwd_attrs, kwd_patterns } => {
                dump.node("MatchClass", span, &[cls, patterns, kwd_attrs, kwd_patterns]);
            }
            PatternKind::MatchStar { name } => dump.node("MatchStar", span, &[name]),
            PatternKind::MatchAs { pattern, name } => dump.node("MatchAs", span, &[pattern, name]),
            PatternKind::MatchOr { patterns } => dump.node("MatchOr", span, &[patterns]),
        }
    }
}

impl Field for TypeParam {
    fn dump(&self, dump: &mut Dump) {
        match &self.kind {
            TypeParamKind::TypeVar { name, bound, default_value } => {
                dump.node("TypeVar", self.span, &[name, bound, default_value]);
            }
            TypeParamKind::ParamSpec { name, default_value } => {
                dump.node("ParamSpec", self.span, &[name, default_value]);
            }
            TypeParamKind::TypeVarTuple { name, default_value } => {
                dump.node("TypeVarTuple", self.span, &[name, default_value]);
            }
        }
    }
}
