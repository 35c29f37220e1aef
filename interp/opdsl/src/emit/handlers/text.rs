//! Fills the holes of a body: tokens to text, identifiers of actions to what they stand for.

use proc_macro2::{Ident, TokenStream, TokenTree};

use crate::analyze::plan::{Action, HOLE, Plan, Way};

/// Whether a plan hands over to the family's generic instruction anywhere.
pub(super) fn deopts(plan: &Plan) -> bool {
    plan.actions.iter().any(|action| matches!(action, Action::Exit(exit) if matches!(exit.way, Way::Deopt)))
}

/// Renames identifiers that are no fields, methods or path segments.
pub(super) fn renamed(tokens: TokenStream, names: &[(String, String)]) -> TokenStream {
    // A field or method follows one dot, a path segment two colons; two dots are a range.
    let (mut dots, mut colons) = (0, 0);
    tokens
        .into_iter()
        .map(|token| {
            let member = dots == 1 || colons == 2;
            let is = |wanted| matches!(&token, TokenTree::Punct(punct) if punct.as_char() == wanted);
            dots = if is('.') { dots + 1 } else { 0 };
            colons = if is(':') { colons + 1 } else { 0 };
            match token {
                TokenTree::Ident(ident) if !member => {
                    let new = names.iter().find(|(old, _)| ident == old);
                    TokenTree::Ident(new.map_or(ident.clone(), |(_, new)| Ident::new(new, ident.span())))
                }
                TokenTree::Group(group) => {
                    let mut inner = proc_macro2::Group::new(group.delimiter(), renamed(group.stream(), names));
                    inner.set_span(group.span());
                    TokenTree::Group(inner)
                }
                other => other,
            }
        })
        .collect()
}

/// Writes tokens as text, with the text of an action for each hole. A hole that was a statement takes its semicolon with it.
pub(super) fn filled(tokens: &TokenStream, fill: &mut dyn FnMut(usize) -> (String, bool)) -> String {
    let text = tokens.to_string();
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find(HOLE) {
        out.push_str(&rest[..at]);
        let digits = &rest[at + HOLE.len()..];
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        let (text, statement) = fill(digits[..end].parse().unwrap_or(usize::MAX));
        out.push_str(&text);
        rest = &digits[end..];
        if statement {
            let trimmed = rest.trim_start();
            rest = trimmed.strip_prefix(';').unwrap_or(rest);
        }
    }
    out.push_str(rest);
    out
}
