//! Reads `left, right -- res`, `args[oparg]`, `keys: Snapshot`, `_`.
//!
//! Apart because an effect is the one part of a definition that is not Rust syntax.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens as _;

use crate::diag::{Fault, Loc, Parsed};
use crate::model::effect::{Effect, Item, Kind};
use crate::model::size::Size;

/// Reads an effect out of the tokens of an attribute. `at` is the place to blame for what is missing.
pub(crate) fn effect(at: Loc, tokens: TokenStream) -> Parsed<Effect> {
    let mut sides = vec![Vec::new()];
    let mut rest: Vec<TokenTree> = tokens.into_iter().collect();
    rest.reverse();
    while let Some(token) = rest.pop() {
        if is_punct(&token, '-') && rest.last().is_some_and(|next| is_punct(next, '-')) {
            rest.pop();
            sides.push(Vec::new());
        } else if let Some(side) = sides.last_mut() {
            side.push(token);
        }
    }
    let [inputs, outputs] = <[Vec<TokenTree>; 2]>::try_from(sides)
        .map_err(|_| Fault::new(at, "an effect is `inputs -- outputs`, with one `--`"))?;
    Effect::new(items(at.file, &inputs)?, items(at.file, &outputs)?)
}

fn is_punct(token: &TokenTree, wanted: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted)
}

fn items(file: usize, tokens: &[TokenTree]) -> Parsed<Vec<Item>> {
    tokens
        .split(|token| is_punct(token, ','))
        .filter(|tokens| !tokens.is_empty())
        .map(|tokens| item(file, tokens))
        .collect()
}

fn item(file: usize, tokens: &[TokenTree]) -> Parsed<Item> {
    let at = Loc { file, span: tokens[0].span() };
    let name = match &tokens[0] {
        TokenTree::Ident(ident) if ident == "_" => None,
        TokenTree::Ident(ident) => Some(ident.to_string()),
        _ => return Err(Fault::new(at, "an item of an effect begins with a name or `_`")),
    };
    let kind = match &tokens[1..] {
        [] => Kind::Word,
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::Bracket => {
            let expr = syn::parse2(group.stream()).map_err(|error| Fault::syntax(file, &error))?;
            Kind::Array(Size::parse(&expr).map_err(|why| Fault::new(Loc { file, span: group.span() }, why))?)
        }
        [colon, ty @ ..] if is_punct(colon, ':') && !ty.is_empty() => {
            let ty: syn::Type =
                syn::parse2(ty.iter().cloned().collect()).map_err(|error| Fault::syntax(file, &error))?;
            Kind::Typed(ty.to_token_stream().to_string())
        }
        [odd, ..] => {
            let at = Loc { file, span: odd.span() };
            return Err(Fault::new(at, "after a name comes `[size]`, `: Type`, a comma, or nothing"));
        }
    };
    if name.is_none() && matches!(kind, Kind::Typed(_)) {
        return Err(Fault::new(at, "a register-only value needs a name"));
    }
    Ok(Item { name, kind, at })
}
