//! The syntax tree, node for node CPython 3.14's `Parser/Python.asdl`.
//!
//! It stands apart from the parser (which only [`interp-front`] names) and from the passes, so that a tree
//! can come from anywhere. Every node that has a position in CPython has a [`Span`] here, with columns in
//! UTF-8 bytes. Expressions and statements unlink themselves with a growing stack, so dropping a tree that is
//! a hundred thousand levels deep is safe; the price is that their `kind` cannot be moved out by a pattern
//! (use [`Expr::into_kind`] and [`Stmt::into_kind`]).
//!
//! [`interp-front`]: https://docs.rs/interp-front

use std::sync::Arc;

pub use dashu_int::IBig;

/// An identifier: NFKC-normalized, never holds a surrogate, cheap to clone; one file's equal names share memory.
pub type Ident = Arc<str>;

/// Text of a string constant in WTF-8: UTF-8 in which lone surrogates may stand as three bytes.
pub type Wtf8 = Arc<[u8]>;

/// Where a node stands: lines from 1, columns from 0 in UTF-8 bytes, the end exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// First line.
    pub lineno: u32,
    /// Last line.
    pub end_lineno: u32,
    /// Column of the first byte in its line.
    pub col_offset: u32,
    /// Column behind the last byte in its line.
    pub end_col_offset: u32,
}

impl Span {
    /// A span from its four numbers, in the order of CPython's node attributes.
    #[must_use]
    pub const fn new(lineno: u32, col_offset: u32, end_lineno: u32, end_col_offset: u32) -> Self {
        Self { lineno, end_lineno, col_offset, end_col_offset }
    }

    /// The span that starts where `self` starts and ends where `last` ends.
    #[must_use]
    pub const fn to(self, last: Self) -> Self {
        Self { end_lineno: last.end_lineno, end_col_offset: last.end_col_offset, ..self }
    }
}

/// A whole input (`mod`).
#[derive(Clone, Debug)]
pub enum Mod {
    /// A file.
    Module {
        /// Its statements.
        body: Vec<Stmt>,
    },
    /// One statement of an interactive session.
    Interactive {
        /// The statements of that line.
        body: Vec<Stmt>,
    },
    /// A lone expression (`eval`).
    Expression {
        /// The expression.
        body: Box<Expr>,
    },
}

/// A statement.
#[derive(Clone, Debug)]
pub struct Stmt {
    /// Where it stands (decorators excluded, as in CPython).
    pub span: Span,
    /// What it is.
    pub kind: StmtKind,
}

/// The statements of `Python.asdl`. Fields carry its names.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "fields and variants are those of Python.asdl, documented by Python's `ast` module")]
pub enum StmtKind {
    FunctionDef(Box<FunctionDef>),
    AsyncFunctionDef(Box<FunctionDef>),
    ClassDef(Box<ClassDef>),
    Return { value: Option<Box<Expr>> },
    Delete { targets: Vec<Expr> },
    Assign { targets: Vec<Expr>, value: Box<Expr> },
    TypeAlias { name: Box<Expr>, type_params: Vec<TypeParam>, value: Box<Expr> },
    AugAssign { target: Box<Expr>, op: Operator, value: Box<Expr> },
    AnnAssign { target: Box<Expr>, annotation: Box<Expr>, value: Option<Box<Expr>>, simple: bool },
    For { target: Box<Expr>, iter: Box<Expr>, body: Vec<Stmt>, orelse: Vec<Stmt> },
    AsyncFor { target: Box<Expr>, iter: Box<Expr>, body: Vec<Stmt>, orelse: Vec<Stmt> },
    While { test: Box<Expr>, body: Vec<Stmt>, orelse: Vec<Stmt> },
    If { test: Box<Expr>, body: Vec<Stmt>, orelse: Vec<Stmt> },
    With { items: Vec<WithItem>, body: Vec<Stmt> },
    AsyncWith { items: Vec<WithItem>, body: Vec<Stmt> },
    Match { subject: Box<Expr>, cases: Vec<MatchCase> },
    Raise { exc: Option<Box<Expr>>, cause: Option<Box<Expr>> },
    Try { body: Vec<Stmt>, handlers: Vec<ExceptHandler>, orelse: Vec<Stmt>, finalbody: Vec<Stmt> },
    TryStar { body: Vec<Stmt>, handlers: Vec<ExceptHandler>, orelse: Vec<Stmt>, finalbody: Vec<Stmt> },
    Assert { test: Box<Expr>, msg: Option<Box<Expr>> },
    Import { names: Vec<Alias> },
    ImportFrom { module: Option<Ident>, names: Vec<Alias>, level: u32 },
    Global { names: Vec<Ident> },
    Nonlocal { names: Vec<Ident> },
    Expr { value: Box<Expr> },
    Pass,
    Break,
    Continue,
}

/// `def` and `async def`.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "fields are those of Python.asdl")]
pub struct FunctionDef {
    pub name: Ident,
    pub args: Arguments,
    pub body: Vec<Stmt>,
    pub decorator_list: Vec<Expr>,
    pub returns: Option<Box<Expr>>,
    pub type_params: Vec<TypeParam>,
}

/// `class`.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "fields are those of Python.asdl")]
pub struct ClassDef {
    pub name: Ident,
    pub bases: Vec<Expr>,
    pub keywords: Vec<Keyword>,
    pub body: Vec<Stmt>,
    pub decorator_list: Vec<Expr>,
    pub type_params: Vec<TypeParam>,
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// Where it stands (surrounding parentheses excluded, except for tuples and generator expressions that own them).
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// The expressions of `Python.asdl`. Fields carry its names.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "fields and variants are those of Python.asdl, documented by Python's `ast` module")]
pub enum ExprKind {
    BoolOp {
        op: BoolOperator,
        values: Vec<Expr>,
    },
    NamedExpr {
        target: Box<Expr>,
        value: Box<Expr>,
    },
    BinOp {
        left: Box<Expr>,
        op: Operator,
        right: Box<Expr>,
    },
    UnaryOp {
        op: UnaryOperator,
        operand: Box<Expr>,
    },
    Lambda {
        args: Box<Arguments>,
        body: Box<Expr>,
    },
    IfExp {
        test: Box<Expr>,
        body: Box<Expr>,
        orelse: Box<Expr>,
    },
    /// A missing key is `**value`.
    Dict {
        keys: Vec<Option<Expr>>,
        values: Vec<Expr>,
    },
    Set {
        elts: Vec<Expr>,
    },
    ListComp {
        elt: Box<Expr>,
        generators: Vec<Comprehension>,
    },
    SetComp {
        elt: Box<Expr>,
        generators: Vec<Comprehension>,
    },
    DictComp {
        key: Box<Expr>,
        value: Box<Expr>,
        generators: Vec<Comprehension>,
    },
    GeneratorExp {
        elt: Box<Expr>,
        generators: Vec<Comprehension>,
    },
    Await {
        value: Box<Expr>,
    },
    Yield {
        value: Option<Box<Expr>>,
    },
    YieldFrom {
        value: Box<Expr>,
    },
    Compare {
        left: Box<Expr>,
        ops: Vec<CmpOperator>,
        comparators: Vec<Expr>,
    },
    Call {
        func: Box<Expr>,
        args: Vec<Expr>,
        keywords: Vec<Keyword>,
    },
    /// A replacement field of an f-string.
    FormattedValue {
        value: Box<Expr>,
        conversion: Conversion,
        format_spec: Option<Box<Expr>>,
    },
    /// A replacement field of a t-string; `text` is its source.
    Interpolation {
        value: Box<Expr>,
        text: Wtf8,
        conversion: Conversion,
        format_spec: Option<Box<Expr>>,
    },
    JoinedStr {
        values: Vec<Expr>,
    },
    TemplateStr {
        values: Vec<Expr>,
    },
    /// `u_prefix` is ASDL's `kind`: the literal was written with `u`.
    Constant {
        value: Constant,
        u_prefix: bool,
    },
    Attribute {
        value: Box<Expr>,
        attr: Ident,
        ctx: ExprContext,
    },
    Subscript {
        value: Box<Expr>,
        slice: Box<Expr>,
        ctx: ExprContext,
    },
    Starred {
        value: Box<Expr>,
        ctx: ExprContext,
    },
    Name {
        id: Ident,
        ctx: ExprContext,
    },
    List {
        elts: Vec<Expr>,
        ctx: ExprContext,
    },
    Tuple {
        elts: Vec<Expr>,
        ctx: ExprContext,
    },
    Slice {
        lower: Option<Box<Expr>>,
        upper: Option<Box<Expr>>,
        step: Option<Box<Expr>>,
    },
}

/// The value of a literal.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    /// `None`
    None,
    /// `True`
    True,
    /// `False`
    False,
    /// `...`
    Ellipsis,
    /// An integer of any size.
    Int(IBig),
    /// A float; compare bits where `-0.0` and NaN matter.
    Float(f64),
    /// A complex number; literals have a zero real part, folded patterns may not.
    Complex {
        /// Real part.
        re: f64,
        /// Imaginary part.
        im: f64,
    },
    /// Text.
    Str(Wtf8),
    /// Bytes.
    Bytes(Arc<[u8]>),
}

/// `!s`, `!r`, `!a` of a replacement field. The numbers are CPython's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i8)]
pub enum Conversion {
    /// None given.
    None = -1,
    /// `!s`
    Str = b's' as i8,
    /// `!r`
    Repr = b'r' as i8,
    /// `!a`
    Ascii = b'a' as i8,
}

/// How a target-like expression is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "variants are those of Python.asdl")]
pub enum ExprContext {
    Load,
    Store,
    Del,
}

/// `and`, `or`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "variants are those of Python.asdl")]
pub enum BoolOperator {
    And,
    Or,
}

/// Binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "variants are those of Python.asdl")]
pub enum Operator {
    Add,
    Sub,
    Mult,
    MatMult,
    Div,
    Mod,
    Pow,
    LShift,
    RShift,
    BitOr,
    BitXor,
    BitAnd,
    FloorDiv,
}

/// Unary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "variants are those of Python.asdl")]
pub enum UnaryOperator {
    Invert,
    Not,
    UAdd,
    USub,
}

/// Comparison operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "variants are those of Python.asdl")]
pub enum CmpOperator {
    Eq,
    NotEq,
    Lt,
    LtE,
    Gt,
    GtE,
    Is,
    IsNot,
    In,
    NotIn,
}

/// One `for` of a comprehension (it has no position in CPython).
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "fields are those of Python.asdl")]
pub struct Comprehension {
    pub target: Expr,
    pub iter: Expr,
    pub ifs: Vec<Expr>,
    pub is_async: bool,
}

/// One `except` clause.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "fields are those of Python.asdl")]
pub struct ExceptHandler {
    pub span: Span,
    pub typ: Option<Box<Expr>>,
    pub name: Option<Ident>,
    pub body: Vec<Stmt>,
}

/// The parameters of a function.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "fields are those of Python.asdl")]
pub struct Arguments {
    pub posonlyargs: Vec<Arg>,
    pub args: Vec<Arg>,
    pub vararg: Option<Arg>,
    pub kwonlyargs: Vec<Arg>,
    /// One for each of `kwonlyargs`; `None` where it has no default.
    pub kw_defaults: Vec<Option<Expr>>,
    pub kwarg: Option<Arg>,
    /// Of the last `defaults.len()` of `posonlyargs` + `args`.
    pub defaults: Vec<Expr>,
}

/// One parameter.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "fields are those of Python.asdl")]
pub struct Arg {
    pub span: Span,
    pub arg: Ident,
    pub annotation: Option<Box<Expr>>,
}

/// A keyword argument; without a name it is `**value`.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "fields are those of Python.asdl")]
pub struct Keyword {
    pub span: Span,
    pub arg: Option<Ident>,
    pub value: Expr,
}

/// An imported name: dotted in `import`, `*` in `from m import *`.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "fields are those of Python.asdl")]
pub struct Alias {
    pub span: Span,
    pub name: Ident,
    pub asname: Option<Ident>,
}

/// One manager of a `with` (it has no position in CPython).
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "fields are those of Python.asdl")]
pub struct WithItem {
    pub context_expr: Expr,
    pub optional_vars: Option<Box<Expr>>,
}

/// One `case` (it has no position in CPython).
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "fields are those of Python.asdl")]
pub struct MatchCase {
    pub pattern: Pattern,
    pub guard: Option<Box<Expr>>,
    pub body: Vec<Stmt>,
}

/// A pattern.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: PatternKind,
}

/// The patterns of `Python.asdl`. Fields carry its names.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "fields and variants are those of Python.asdl, documented by Python's `ast` module")]
pub enum PatternKind {
    MatchValue {
        value: Box<Expr>,
    },
    /// `None`, `True` or `False`.
    MatchSingleton {
        value: Constant,
    },
    MatchSequence {
        patterns: Vec<Pattern>,
    },
    MatchMapping {
        keys: Vec<Expr>,
        patterns: Vec<Pattern>,
        rest: Option<Ident>,
    },
    MatchClass {
        cls: Box<Expr>,
        patterns: Vec<Pattern>,
        kwd_attrs: Vec<Ident>,
        kwd_patterns: Vec<Pattern>,
    },
    MatchStar {
        name: Option<Ident>,
    },
    MatchAs {
        pattern: Option<Box<Pattern>>,
        name: Option<Ident>,
    },
    MatchOr {
        patterns: Vec<Pattern>,
    },
}

/// A type parameter.
#[derive(Clone, Debug)]
pub struct TypeParam {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: TypeParamKind,
}

/// The type parameters of `Python.asdl`. Fields carry its names.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "fields and variants are those of Python.asdl")]
pub enum TypeParamKind {
    TypeVar { name: Ident, bound: Option<Box<Expr>>, default_value: Option<Box<Expr>> },
    ParamSpec { name: Ident, default_value: Option<Box<Expr>> },
    TypeVarTuple { name: Ident, default_value: Option<Box<Expr>> },
}

/// Below this much stack a node's children are dropped on a fresh segment.
const DROP_RED_ZONE_BYTES: usize = 64 * 1024;
/// Size of such a segment.
const DROP_SEGMENT_BYTES: usize = 1024 * 1024;

impl Expr {
    /// Makes an expression.
    #[must_use]
    pub const fn new(span: Span, kind: ExprKind) -> Self {
        Self { span, kind }
    }

    /// Takes the kind out of a node.
    #[must_use]
    pub fn into_kind(mut self) -> ExprKind {
        self.take_kind()
    }

    fn take_kind(&mut self) -> ExprKind {
        std::mem::replace(&mut self.kind, ExprKind::Constant { value: Constant::None, u_prefix: false })
    }
}

impl Stmt {
    /// Makes a statement.
    #[must_use]
    pub const fn new(span: Span, kind: StmtKind) -> Self {
        Self { span, kind }
    }

    /// Takes the kind out of a node.
    #[must_use]
    pub fn into_kind(mut self) -> StmtKind {
        std::mem::replace(&mut self.kind, StmtKind::Pass)
    }
}

impl Drop for Expr {
    fn drop(&mut self) {
        if stacker::remaining_stack().is_some_and(|left| left < DROP_RED_ZONE_BYTES) {
            stacker::grow(DROP_SEGMENT_BYTES, || drop(self.take_kind()));
        }
    }
}

impl Drop for Stmt {
    fn drop(&mut self) {
        if stacker::remaining_stack().is_some_and(|left| left < DROP_RED_ZONE_BYTES) {
            stacker::grow(DROP_SEGMENT_BYTES, || drop(std::mem::replace(&mut self.kind, StmtKind::Pass)));
        }
    }
}
