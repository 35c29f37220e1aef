//! Looks for names in bodies without interpreting them.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::Visit;
use syn::{Block, Expr, Pat, Stmt};

/// Macros that end a path: control does not come back.
pub(crate) const EXITS: [&str; 6] = ["deopt", "error", "jump", "redo", "dispatch", "leave"];

/// Macros that the language gives a meaning.
pub(crate) const MACROS: [&str; 29] = [
    "deopt",
    "error",
    "jump",
    "redo",
    "dispatch",
    "leave",
    "deopt_if",
    "exit_if",
    "error_if",
    "deopt_unless",
    "exit_unless",
    "quick",
    "close",
    "kill",
    "imm",
    "take",
    "steal",
    "loose",
    "dup",
    "val",
    "own",
    "tick",
    "cache",
    "local",
    "set_local",
    "konst",
    "sync",
    "filled",
    "inst_size",
];

/// Names that stand for the machine and cannot be rebound.
pub(crate) const AMBIENT: [&str; 7] = ["th", "ip", "fp", "frame", "oparg", "esc", "at"];

/// Whether the tokens contain the identifier, fields and methods apart.
pub(crate) fn mentions(tokens: &TokenStream, name: &str) -> bool {
    let mut dots = 0;
    tokens.clone().into_iter().any(|token| {
        let field = dots == 1;
        dots = if matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '.') { dots + 1 } else { 0 };
        match token {
            TokenTree::Ident(ident) => !field && ident == name,
            TokenTree::Group(group) => mentions(&group.stream(), name),
            _ => false,
        }
    })
}

/// Whether a piece of syntax mentions `esc`.
pub(crate) fn has_esc(syntax: &impl ToTokens) -> bool {
    mentions(&syntax.to_token_stream(), "esc")
}

/// Whether tokens mention `esc` other than in `close!`.
pub(crate) fn escapes_inside(tokens: &TokenStream) -> bool {
    let mut closing = 0;
    tokens.clone().into_iter().any(|token| {
        let skip = closing == 2;
        closing = match &token {
            TokenTree::Ident(ident) if ident == "close" => 1,
            TokenTree::Punct(punct) if punct.as_char() == '!' && closing == 1 => 2,
            _ => 0,
        };
        match token {
            TokenTree::Ident(ident) => ident == "esc",
            TokenTree::Group(group) => !skip && escapes_inside(&group.stream()),
            _ => false,
        }
    })
}

/// Whether tokens call one of the language's macros.
pub(crate) fn language_macro(tokens: &TokenStream) -> Option<String> {
    let mut before: Option<String> = None;
    for token in tokens.clone() {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == '!' => {
                if let Some(name) = before.filter(|name| MACROS.contains(&name.as_str())) {
                    return Some(name);
                }
                before = None;
            }
            TokenTree::Ident(ident) => before = Some(ident.to_string()),
            TokenTree::Group(group) => {
                if let Some(found) = language_macro(&group.stream()) {
                    return Some(found);
                }
                before = None;
            }
            _ => before = None,
        }
    }
    None
}

/// The name of a macro call, if it is one word.
pub(crate) fn macro_name(mac: &syn::Macro) -> String {
    mac.path.get_ident().map_or_else(String::new, ToString::to_string)
}

/// Identifiers that a pattern binds (upper-case ones are constants or variants).
pub(crate) fn bound(pat: &Pat) -> Vec<syn::Ident> {
    struct Names(Vec<syn::Ident>);
    impl<'ast> Visit<'ast> for Names {
        fn visit_pat_ident(&mut self, pat: &'ast syn::PatIdent) {
            if !pat.ident.to_string().starts_with(|first: char| first.is_ascii_uppercase()) {
                self.0.push(pat.ident.clone());
            }
            syn::visit::visit_pat_ident(self, pat);
        }
    }
    let mut names = Names(Vec::new());
    names.visit_pat(pat);
    names.0
}

/// Whether a body escapes on every path through it (`close!` apart): then it goes out of line as a whole.
pub(crate) fn escapes_at_top(block: &Block) -> bool {
    block.stmts.iter().any(|stmt| match stmt {
        Stmt::Local(local) => local.init.as_ref().is_some_and(|init| leaf_escapes(&init.expr)),
        Stmt::Expr(expr, _) => leaf_escapes(expr),
        Stmt::Macro(mac) => macro_name(&mac.mac) != "close" && has_esc(mac),
        Stmt::Item(_) => false,
    })
}

fn leaf_escapes(expr: &Expr) -> bool {
    match expr {
        Expr::If(_) | Expr::While(_) | Expr::ForLoop(_) => false,
        Expr::Match(expr) => has_esc(&expr.expr),
        Expr::Block(block) => escapes_at_top(&block.block),
        Expr::Loop(body) => escapes_at_top(&body.body),
        Expr::Assign(assign) => leaf_escapes(&assign.right),
        Expr::Macro(mac) => macro_name(&mac.mac) != "close" && has_esc(mac),
        other => has_esc(other),
    }
}
