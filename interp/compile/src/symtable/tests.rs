//! Tests of scopes on small trees made by hand; the comparison with CPython's compiler covers the rest.

use interp_code::CodeFlags;

use super::{MODULE, NodeKey, NodeRole, Scope, ScopeOf, SymbolTable, build};
use crate::ast::{
    Arg, Arguments, ClassDef, Comprehension, Expr, ExprContext, ExprKind, FunctionDef, Mod, Span, Stmt, StmtKind,
};
use crate::error::CompileError;
use crate::future;
use crate::names::Interner;

fn stmt(kind: StmtKind) -> Stmt {
    Stmt::new(Span::new(1, 0, 1, 1), kind)
}

fn name(id: &str, ctx: ExprContext) -> Expr {
    Expr::new(Span::default(), ExprKind::Name { id: id.into(), ctx })
}

fn load(id: &str) -> Stmt {
    stmt(StmtKind::Expr { value: Box::new(name(id, ExprContext::Load)) })
}

fn store(id: &str) -> Stmt {
    let value = Box::new(name("value", ExprContext::Load));
    stmt(StmtKind::Assign { targets: vec![name(id, ExprContext::Store)], value })
}

fn def(id: &str, params: &[&str], body: Vec<Stmt>) -> Stmt {
    let args = params.iter().map(|id| Arg { span: Span::default(), arg: (*id).into(), annotation: None }).collect();
    let args = Arguments { args, ..Arguments::default() };
    let decorator_list = Vec::new();
    let function = FunctionDef { name: id.into(), args, body, decorator_list, returns: None, type_params: Vec::new() };
    stmt(StmtKind::FunctionDef(Box::new(function)))
}

fn class(id: &str, body: Vec<Stmt>) -> Stmt {
    let (bases, keywords, decorator_list) = (Vec::new(), Vec::new(), Vec::new());
    let class = ClassDef { name: id.into(), bases, keywords, body, decorator_list, type_params: Vec::new() };
    stmt(StmtKind::ClassDef(Box::new(class)))
}

fn list_comp(elt: &str, target: &str, iter: &str) -> Stmt {
    let clause = Comprehension {
        target: name(target, ExprContext::Store),
        iter: name(iter, ExprContext::Load),
        ifs: Vec::new(),
        is_async: false,
    };
    let kind = ExprKind::ListComp { elt: Box::new(name(elt, ExprContext::Load)), generators: vec![clause] };
    stmt(StmtKind::Expr { value: Box::new(Expr::new(Span::default(), kind)) })
}

struct Built {
    module: Mod,
    table: SymbolTable,
    names: Interner,
}

fn built(body: Vec<Stmt>) -> Result<Built, CompileError> {
    let module = Mod::Module { body };
    let mut names = Interner::new();
    let future = future::of(&module, CodeFlags::empty(), false)?;
    let table = build(&module, &mut names, &future)?;
    Ok(Built { module, table, names })
}

impl Built {
    /// The block of the definition at a path of statement numbers.
    fn block(&self, path: &[usize]) -> &Scope {
        let Mod::Module { body } = &self.module else { unreachable!("tests make modules") };
        let (mut body, mut found) = (body, MODULE);
        for &number in path {
            let (key, inner) = match &body[number].kind {
                StmtKind::FunctionDef(function) => (NodeKey::new(&**function, NodeRole::Body), &function.body),
                StmtKind::ClassDef(class) => (NodeKey::new(&**class, NodeRole::Body), &class.body),
                other => unreachable!("no block at {other:?}"),
            };
            found = self.table.lookup(key).expect("the block was visited");
            body = inner;
        }
        &self.table[found]
    }

    fn scope(&mut self, path: &[usize], name: &str) -> ScopeOf {
        let name = self.names.intern(name);
        self.block(path).scope_of(name)
    }
}

fn error(body: Vec<Stmt>) -> String {
    built(body).err().expect("the tree is refused").msg
}

#[test]
fn a_local_that_an_inner_function_reads_is_a_cell() {
    let inner = def("inner", &[], vec![load("x"), load("y")]);
    let mut built = built(vec![def("outer", &["x"], vec![inner, store("z")])]).expect("a valid tree");
    assert_eq!(built.scope(&[0], "x"), ScopeOf::Cell);
    assert_eq!(built.scope(&[0], "z"), ScopeOf::Local);
    assert_eq!(built.scope(&[0, 0], "x"), ScopeOf::Free);
    assert_eq!(built.scope(&[0, 0], "y"), ScopeOf::GlobalImplicit);
    assert_eq!(built.scope(&[], "outer"), ScopeOf::Local);
    assert!(built.block(&[0, 0]).nested && !built.block(&[0]).nested);
}

#[test]
fn a_free_name_passes_through_functions_that_do_not_use_it() {
    let innermost = def("innermost", &[], vec![load("x")]);
    let middle = def("middle", &[], vec![innermost]);
    let mut built = built(vec![def("outer", &["x"], vec![middle])]).expect("a valid tree");
    assert_eq!(built.scope(&[0, 0], "x"), ScopeOf::Free);
}

#[test]
fn methods_do_not_see_names_of_their_class() {
    let method = def("method", &["self"], vec![load("x"), load("__class__")]);
    let body = vec![class("C", vec![store("x"), method])];
    let mut built = built(vec![def("f", &[], body)]).expect("a valid tree");
    assert_eq!(built.scope(&[0, 0, 1], "x"), ScopeOf::GlobalImplicit);
    assert_eq!(built.scope(&[0, 0, 1], "__class__"), ScopeOf::Free);
    assert!(built.block(&[0, 0]).needs_class_closure);
    assert!(built.block(&[0, 0, 1]).method);
}

#[test]
fn private_names_are_mangled_by_the_class() {
    let method = def("method", &["__x"], vec![]);
    let mut built = built(vec![class("C", vec![method, store("__y")])]).expect("a valid tree");
    assert_eq!(built.scope(&[0], "_C__y"), ScopeOf::Local);
    assert_eq!(built.scope(&[0, 0], "_C__x"), ScopeOf::Local);
    assert_eq!(built.scope(&[0, 0], "__x"), ScopeOf::Unknown);
}

#[test]
fn inlined_comprehensions_bring_their_names_along() {
    let mut built = built(vec![def("f", &["y"], vec![list_comp("y", "x", "z")])]).expect("a valid tree");
    assert_eq!(built.scope(&[0], "x"), ScopeOf::Local);
    // Free in the comprehension, but it runs in the function: no cell is needed.
    assert_eq!(built.scope(&[0], "y"), ScopeOf::Local);
}

#[test]
fn a_binding_does_not_leak_into_the_next_function() {
    let reader = def("reader", &[], vec![load("x")]);
    let body = vec![def("first", &["x"], vec![]), def("second", &[], vec![reader])];
    let mut built = built(body).expect("a valid tree");
    assert_eq!(built.scope(&[1, 0], "x"), ScopeOf::GlobalImplicit);
}

#[test]
fn declarations_that_come_too_late_or_find_nothing_are_refused() {
    let global = |id: &str| stmt(StmtKind::Global { names: vec![id.into()] });
    let nonlocal = |id: &str| stmt(StmtKind::Nonlocal { names: vec![id.into()] });
    let in_function = |body| error(vec![def("f", &["p"], body)]);
    assert_eq!(in_function(vec![store("x"), global("x")]), "name 'x' is assigned to before global declaration");
    assert_eq!(in_function(vec![load("x"), global("x")]), "name 'x' is used prior to global declaration");
    assert_eq!(in_function(vec![global("p")]), "name 'p' is parameter and global");
    assert_eq!(in_function(vec![nonlocal("x")]), "no binding for nonlocal 'x' found");
    assert_eq!(in_function(vec![global("x"), nonlocal("x")]), "name 'x' is nonlocal and global");
    assert_eq!(error(vec![nonlocal("x")]), "nonlocal declaration not allowed at module level");
    assert_eq!(error(vec![def("f", &["a", "a"], vec![])]), "duplicate argument 'a' in function definition");
}
