//! Plain expressions: items are read, macros become holes, `?` becomes an error exit, `esc` gets its spill.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::spanned::Spanned as _;
use syn::visit::Visit;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprMacro, Macro};

use super::plan::{Action, Way};
use super::scan;
use super::state::Status;
use super::walk::Walker;
use crate::model::compose::ValueId;
use crate::model::effect::Kind;

impl Walker<'_> {
    /// An expression without arms. If it mentions `esc` it is the escaping statement's own: the spill goes before it.
    pub(crate) fn leaf(&mut self, expr: &Expr) -> TokenStream {
        let tokens = expr.to_token_stream();
        let named = |(name, id): (&String, &ValueId)| scan::mentions(&tokens, name).then_some(*id);
        let named = self.scope.names.iter().filter_map(named).collect();
        let outer = std::mem::replace(&mut self.filling, named);
        let leaf = self.leaf_inner(expr);
        self.filling = outer;
        leaf
    }

    fn leaf_inner(&mut self, expr: &Expr) -> TokenStream {
        if !scan::has_esc(expr) || self.escaping {
            return self.rewritten(expr);
        }
        self.traits.escapes = true;
        let flush = self.flush();
        let consumed = self.consumed(expr);
        let saved = self.state.clone();
        for id in &consumed {
            self.state.kill(*id);
        }
        let spill = self.state.escaped(&self.composed);
        self.state.hard |= !consumed.is_empty();
        if let Some(id) = self.half_filled() {
            self.fault(expr.span(), format!("output array `{}` is half filled here", self.shown(id)));
        }
        let after = self.state.clone();
        // Inside the statement the values it consumes are still named, and register-only ones may be arguments.
        self.state.vars = after.vars.clone();
        for (id, var) in saved.vars.iter().enumerate() {
            if consumed.contains(&id) || self.state.vars[id].status == Status::Lapsed {
                self.state.vars[id].status = var.status;
            }
        }
        self.state.raw = saved.raw;
        let tries = has_try(expr);
        let inline = !self.outlined;
        (self.escaping, self.native_try) = (true, inline);
        let body = self.rewritten(expr);
        (self.escaping, self.native_try) = (false, false);
        let (defined, raw) = (self.state.vars.clone(), self.state.raw.clone());
        self.state = after;
        for (id, var) in defined.into_iter().enumerate() {
            if self.state.vars[id].status == Status::Undefined {
                self.state.vars[id] = var;
            }
        }
        self.state.raw.retain(|name, _| raw.contains_key(name));
        let spill = self.hole(Action::Spill(spill));
        let esc = self.hole(Action::Esc);
        match (inline, tries) {
            (false, _) => quote!({ #flush #spill; #esc; #body }),
            (true, false) => quote!({ #flush #spill; cold(move || { #esc; #body }) }),
            (true, true) => {
                let error = self.way_out(Way::Error, expr.span());
                quote!({
                    #flush
                    #spill;
                    match cold(move || -> Result<_, Raised> { #esc; Ok(#body) }) {
                        Ok(value) => value,
                        Err(_) => #error,
                    }
                })
            }
        }
    }

    /// The items that an expression consumes, wherever in it.
    fn consumed(&self, expr: &Expr) -> Vec<ValueId> {
        struct Taken(Vec<String>);
        impl<'ast> Visit<'ast> for Taken {
            fn visit_macro(&mut self, mac: &'ast Macro) {
                if matches!(scan::macro_name(mac).as_str(), "take" | "steal" | "loose")
                    && let Ok(name) = mac.parse_body::<Ident>()
                {
                    self.0.push(name.to_string());
                } else if let Ok(inner) = mac.parse_body::<Expr>() {
                    self.visit_expr(&inner);
                }
            }
        }
        let mut taken = Taken(Vec::new());
        taken.visit_expr(expr);
        taken.0.iter().filter_map(|name| self.scope.names.get(name)).copied().collect()
    }

    fn rewritten(&mut self, expr: &Expr) -> TokenStream {
        let mut expr = expr.clone();
        Rewriter { walker: self }.visit_expr_mut(&mut expr);
        expr.to_token_stream()
    }

    /// A name is read: an item must be live, a word of the body's own must not have lived across an escape.
    fn read(&mut self, name: &Ident) {
        let text = name.to_string();
        let Some(id) = self.scope.names.get(&text).copied() else {
            self.read_raw(name);
            if text == "esc" && !self.escaping {
                self.fault(name.span(), "`esc` cannot stand here");
            }
            return;
        };
        self.used.insert(id);
        let array = matches!(self.composed.values[id].kind, Kind::Array(_));
        if array
            && self.composed.values[id].input.is_none()
            && matches!(self.state.status(id), Status::Undefined | Status::Open)
        {
            self.touch_array(name, id);
        } else {
            self.live(name, id);
        }
    }

    pub(crate) fn read_raw(&mut self, name: &Ident) {
        if self.state.raw.get(&name.to_string()) == Some(&true) {
            self.fault(
                name.span(),
                format!("`{name}` is a bare word that lived across an escape: hold a `Value` instead"),
            );
        }
    }

    /// An output array is written to: the inputs under it must be gone.
    pub(crate) fn touch_array(&mut self, name: &Ident, id: ValueId) {
        self.used.insert(id);
        if self.state.status(id) != Status::Undefined {
            return;
        }
        let under: Vec<ValueId> = self.scope.inputs[self.scope.peeks..].to_vec();
        for input in &under {
            let typed = matches!(self.composed.values[*input].kind, Kind::Typed(_));
            if self.state.status(*input) == Status::Live && !typed {
                self.fault(
                    name.span(),
                    format!("`{name}` would overwrite `{}`, which still lives", self.shown(*input)),
                );
            }
        }
        self.state.open(id, &under);
    }

    /// A closure runs who knows when: it may read items, no more.
    fn closure(&mut self, closure: &syn::ExprClosure) {
        let body = closure.body.to_token_stream();
        if scan::has_esc(&body) {
            self.fault(closure.span(), "`esc` cannot stand in a closure");
        }
        if let Some(name) = scan::language_macro(&body) {
            self.fault(closure.span(), format!("`{name}!` cannot stand in a closure"));
        }
        self.read_tokens(&body);
    }

    /// A macro that the language does not know: it may read items, no more.
    pub(crate) fn foreign(&mut self, mac: &Macro, span: proc_macro2::Span) {
        if scan::has_esc(&mac.tokens) {
            self.fault(span, "`esc` cannot stand in this macro");
        }
        if let Some(name) = scan::language_macro(&mac.tokens) {
            self.fault(span, format!("`{name}!` cannot stand in another macro"));
        }
        self.read_tokens(&mac.tokens);
    }

    fn read_tokens(&mut self, tokens: &TokenStream) {
        let mut dots = 0;
        for token in tokens.clone() {
            let field = dots == 1;
            dots = if matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '.') { dots + 1 } else { 0 };
            match token {
                TokenTree::Ident(ident) if !field && self.scope.names.contains_key(&ident.to_string()) => {
                    self.read(&ident)
                }
                TokenTree::Group(group) => self.read_tokens(&group.stream()),
                _ => {}
            }
        }
    }

    /// A macro of the language inside an expression.
    fn macro_value(&mut self, mac: &Macro) -> TokenStream {
        let span = mac.path.span();
        match scan::macro_name(mac).as_str() {
            name @ ("val" | "take" | "steal" | "loose" | "dup") => self.item_macro(name, mac),
            "own" => self.call(mac, &quote!(at.own)),
            "set_local" => {
                self.traits.locals = true;
                self.held = true;
                self.call(mac, &quote!(at.set_local))
            }
            "local" => {
                self.traits.locals = true;
                self.call(mac, &quote!(at.local))
            }
            "konst" => {
                self.traits.constants = true;
                self.call(mac, &quote!(at.konst))
            }
            "tick" => {
                self.traits.ticks = true;
                if self.words == 0 {
                    self.fault(span, "this instruction has no counter: it needs `words = 1` or a family");
                }
                quote!(at.tick())
            }
            "inst_size" => self.hole(Action::InstSize).to_token_stream(),
            "cache" => self.cache(mac),
            name @ ("deopt_unless" | "exit_unless") => {
                if self.escaping {
                    self.fault(span, format!("`{name}!` cannot stand in an escaping statement: bind its value first"));
                    return TokenStream::new();
                }
                let Some(option) = self.argument(mac) else { return TokenStream::new() };
                self.deopts(name == "exit_unless", span);
                let hole = self.way_out(Way::Deopt, span);
                quote!(match #option { Some(value) => value, None => #hole })
            }
            "quick" => self.quick(mac),
            name => {
                self.fault(span, format!("`{name}!` stands alone, as a statement"));
                TokenStream::new()
            }
        }
    }

    /// `quick!(common, any)`: inline, where `common` is `None`, the instruction starts over out of line; there, where
    /// `any` is `None`, it deopts.
    fn quick(&mut self, mac: &Macro) -> TokenStream {
        let span = mac.path.span();
        if self.escaping {
            self.fault(span, "`quick!` cannot stand in an escaping statement: bind its value first");
            return TokenStream::new();
        }
        let pair = |input: syn::parse::ParseStream<'_>| -> syn::Result<(Expr, Expr)> {
            let common = input.parse()?;
            input.parse::<syn::Token![,]>()?;
            let any = input.parse()?;
            input.parse::<Option<syn::Token![,]>>()?;
            Ok((common, any))
        };
        let (common, any) = match mac.parse_body_with(pair) {
            Ok(pair) => pair,
            Err(error) => {
                self.fault(error.span(), "`quick!(common case, any case)`");
                return TokenStream::new();
            }
        };
        if scan::has_esc(&mac.tokens) {
            self.fault(span, "the arguments of `quick!` cannot escape");
            return TokenStream::new();
        }
        if !self.outlined && !self.may_restart() {
            self.fault(span, "the instruction cannot start over here: `quick!` comes before any effect");
        }
        self.deopts(false, span);
        let option = self.leaf(if self.outlined { &any } else { &common });
        let way = if self.outlined { Way::Deopt } else { Way::Slow };
        let hole = self.way_out(way, span);
        self.held = true;
        quote!(match #option { Some(value) => value, None => #hole })
    }

    /// `val!(x)`, `take!(x)`, `steal!(x)`, `dup!(x)`, of an item or of a word of the body's own.
    fn item_macro(&mut self, name: &str, mac: &Macro) -> TokenStream {
        let Ok(item) = mac.parse_body::<Ident>() else {
            self.fault(mac.path.span(), format!("`{name}!` takes a name"));
            return TokenStream::new();
        };
        let Some(id) = self.scope.names.get(&item.to_string()).copied() else {
            self.read_raw(&item);
            return match name {
                "val" => quote!(at.view(&#item)),
                "take" => quote!(at.take(#item)),
                "dup" => quote!(at.dup(#item)),
                _ => item.to_token_stream(),
            };
        };
        if !self.live(&item, id) {
            return TokenStream::new();
        }
        if self.composed.values[id].kind != Kind::Word {
            self.fault(item.span(), format!("`{name}!` takes one word"));
        }
        self.used.insert(id);
        let action = match name {
            "val" => Action::View(id, self.escaping || self.outlined),
            "dup" => {
                let restart = self.restart();
                self.held = true;
                Action::Dup(id, restart)
            }
            "loose" => {
                self.state.kill(id);
                self.state.hard = true;
                Action::Loose(id)
            }
            _ => {
                let restart = self.restart();
                self.state.kill(id);
                self.state.hard = true;
                if name == "take" { Action::Take(id, restart) } else { Action::Steal(id, restart) }
            }
        };
        self.hole(action).to_token_stream()
    }

    fn call(&mut self, mac: &Macro, function: &TokenStream) -> TokenStream {
        let parser = syn::punctuated::Punctuated::<Expr, syn::Token![,]>::parse_terminated;
        match mac.parse_body_with(parser) {
            Ok(list) => {
                let arguments: Vec<TokenStream> = list.iter().map(|expr| self.rewritten(expr)).collect();
                quote!(#function(#(#arguments),*))
            }
            Err(error) => {
                self.fault(error.span(), error.to_string());
                TokenStream::new()
            }
        }
    }

    /// `cache!(n)` and `cache!(n, T)`.
    fn cache(&mut self, mac: &Macro) -> TokenStream {
        let parser = |input: syn::parse::ParseStream<'_>| -> syn::Result<(syn::LitInt, Option<syn::Type>)> {
            let index = input.parse()?;
            let ty = if input.parse::<Option<syn::Token![,]>>()?.is_some() { Some(input.parse()?) } else { None };
            Ok((index, ty))
        };
        let read = mac.parse_body_with(parser).and_then(|(index, ty)| Ok((index.base10_parse::<u8>()?, ty)));
        match read {
            Ok((index, ty)) => {
                if index == 0 || index >= self.words {
                    let words = self.words.saturating_sub(1);
                    self.fault(mac.path.span(), format!("this instruction has {words} cache words, counted from 1"));
                }
                self.traits.cache = self.traits.cache.max(index);
                let index = usize::from(index);
                match ty {
                    Some(ty) => quote!(at.cached::<#ty>(#index)),
                    None => quote!(at.cache(#index)),
                }
            }
            Err(error) => {
                self.fault(error.span(), "`cache!(n)` or `cache!(n, Type)`");
                TokenStream::new()
            }
        }
    }
}

/// Whether `?` stands in an expression, closures apart.
fn has_try(expr: &Expr) -> bool {
    struct Tries(bool);
    impl<'ast> Visit<'ast> for Tries {
        fn visit_expr_try(&mut self, _: &'ast syn::ExprTry) {
            self.0 = true;
        }
        fn visit_expr_closure(&mut self, _: &'ast syn::ExprClosure) {}
        fn visit_macro(&mut self, mac: &'ast Macro) {
            if let Ok(inner) = mac.parse_body::<Expr>() {
                self.visit_expr(&inner);
            }
        }
    }
    let mut tries = Tries(false);
    tries.visit_expr(expr);
    tries.0
}

struct Rewriter<'w, 'a> {
    walker: &'w mut Walker<'a>,
}

impl VisitMut for Rewriter<'_, '_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        let walker = &mut *self.walker;
        match expr {
            Expr::If(_) | Expr::Match(_) | Expr::Block(_) | Expr::While(_) | Expr::ForLoop(_) | Expr::Loop(_) => {
                self.arms(expr);
            }
            Expr::Try(inner) => {
                self.visit_expr_mut(&mut inner.expr);
                if !self.walker.native_try {
                    let error = self.walker.way_out(Way::Error, inner.question_token.span);
                    let result = &inner.expr;
                    *expr = Expr::Verbatim(quote!(match #result { Ok(value) => value, Err(_) => #error }));
                }
            }
            Expr::Closure(closure) => walker.closure(closure),
            Expr::Macro(ExprMacro { mac, .. }) if scan::MACROS.contains(&scan::macro_name(mac).as_str()) => {
                let mac = mac.clone();
                *expr = Expr::Verbatim(walker.macro_value(&mac));
            }
            Expr::Macro(ExprMacro { mac, .. }) => {
                let mac = mac.clone();
                walker.foreign(&mac, mac.path.span());
            }
            Expr::Path(path) => {
                if let Some(name) = path.path.get_ident() {
                    let name = name.clone();
                    walker.read(&name);
                }
            }
            Expr::Assign(assign) => {
                let target = matches!(&*assign.left, Expr::Path(path)
                    if path.path.get_ident().is_some_and(|name| walker.scope.names.contains_key(&name.to_string())));
                if target {
                    walker.fault(assign.span(), "an item of the effect is assigned by a statement of its own");
                    return;
                }
                visit_mut::visit_expr_mut(self, expr);
            }
            Expr::Return(_) | Expr::Unsafe(_) | Expr::Async(_) | Expr::Await(_) | Expr::Const(_) | Expr::Yield(_) => {
                walker.fault(
                    expr.span(),
                    "a body has no `return`, `unsafe`, `async` or `const`: helpers live in Rust files",
                );
            }
            Expr::Break(_) | Expr::Continue(_) => {
                let flush = walker.flush();
                self.jump(expr);
                if !flush.is_empty() {
                    *expr = Expr::Verbatim(quote!({ #flush #expr }));
                }
            }
            _ => visit_mut::visit_expr_mut(self, expr),
        }
    }
}

impl Rewriter<'_, '_> {
    /// An expression with arms inside another expression: walked arm by arm, unless that would nest escapes.
    fn arms(&mut self, expr: &mut Expr) {
        let walker = &mut *self.walker;
        let nested = "cannot stand in an arm inside an escaping expression: bind the arm's value first";
        if walker.escaping && scan::has_esc(expr) {
            walker.fault(expr.span(), format!("`esc` {nested}"));
        } else if walker.native_try && has_try(expr) {
            walker.fault(expr.span(), format!("`?` {nested}"));
        } else {
            *expr = Expr::Verbatim(walker.value(expr));
        }
    }

    fn jump(&mut self, expr: &Expr) {
        let walker = &mut *self.walker;
        let plain = match expr {
            Expr::Break(jump) => jump.label.is_none() && jump.expr.is_none(),
            Expr::Continue(jump) => jump.label.is_none(),
            _ => false,
        };
        if !plain {
            walker.fault(expr.span(), "`break` and `continue` have no label and no value here");
        }
        let state = walker.state.clone();
        match (walker.loops.last_mut(), expr) {
            (Some(inner), Expr::Break(_)) => inner.breaks.push(state),
            (Some(inner), _) => {
                let entry = inner.entry.clone();
                walker.join(expr.span(), &entry, "by one way to the next round");
            }
            (None, _) => {}
        }
        walker.state.reachable = false;
    }
}
