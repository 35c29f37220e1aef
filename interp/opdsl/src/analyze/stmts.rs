//! Statements: bindings, definitions of outputs, and the macros of the language that stand alone.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::{Attribute, Expr, Ident, Local, Macro, Stmt, Token};

use super::plan::{Action, Dropped, Way};
use super::scan;
use super::state::Status;
use super::walk::Walker;
use crate::model::compose::ValueId;
use crate::model::effect::Kind;

/// A statement apart from its attributes. (Those of an assignment are found on its leftmost part.)
pub(crate) fn split(stmt: &Stmt) -> (Vec<Attribute>, Stmt) {
    let mut stmt = stmt.clone();
    let attrs = match &mut stmt {
        Stmt::Local(local) => std::mem::take(&mut local.attrs),
        Stmt::Macro(mac) => std::mem::take(&mut mac.attrs),
        Stmt::Expr(expr, _) => take_attrs(expr),
        Stmt::Item(_) => Vec::new(),
    };
    (attrs, stmt)
}

fn take_attrs(expr: &mut Expr) -> Vec<Attribute> {
    match expr {
        Expr::Assign(expr) => {
            let mut attrs = std::mem::take(&mut expr.attrs);
            attrs.extend(take_attrs(&mut expr.left));
            attrs
        }
        Expr::Binary(expr) => take_attrs(&mut expr.left),
        Expr::Path(expr) => std::mem::take(&mut expr.attrs),
        Expr::Block(expr) => std::mem::take(&mut expr.attrs),
        Expr::Call(expr) => std::mem::take(&mut expr.attrs),
        Expr::ForLoop(expr) => std::mem::take(&mut expr.attrs),
        Expr::If(expr) => std::mem::take(&mut expr.attrs),
        Expr::Loop(expr) => std::mem::take(&mut expr.attrs),
        Expr::Macro(expr) => std::mem::take(&mut expr.attrs),
        Expr::Match(expr) => std::mem::take(&mut expr.attrs),
        Expr::MethodCall(expr) => std::mem::take(&mut expr.attrs),
        Expr::Try(expr) => std::mem::take(&mut expr.attrs),
        Expr::While(expr) => std::mem::take(&mut expr.attrs),
        _ => Vec::new(),
    }
}

impl Walker<'_> {
    pub(crate) fn stmt(&mut self, attrs: &[Attribute], stmt: &Stmt) -> TokenStream {
        let body = match stmt {
            Stmt::Local(local) => self.local(local),
            Stmt::Macro(mac) => self.macro_stmt(&mac.mac),
            Stmt::Expr(Expr::Macro(mac), semi) if scan::MACROS.contains(&scan::macro_name(&mac.mac).as_str()) => {
                if semi.is_none() && !statement_macro(&mac.mac) {
                    self.value(&Expr::Macro(mac.clone()))
                } else {
                    self.macro_stmt(&mac.mac)
                }
            }
            Stmt::Expr(Expr::Assign(assign), _) if self.target(&assign.left).is_some() => {
                self.define(&assign.left, &assign.right)
            }
            Stmt::Expr(expr, semi) => {
                let body = self.value(expr);
                quote!(#body #semi)
            }
            Stmt::Item(item) => {
                self.fault(item.span(), "a body holds statements only; items live in Rust files");
                TokenStream::new()
            }
        };
        attributed(attrs, body)
    }

    fn local(&mut self, local: &Local) -> TokenStream {
        let Some(init) = &local.init else {
            self.fault(local.span(), "a binding needs a value");
            return TokenStream::new();
        };
        let raw = raw_word(&init.expr);
        let held = self.held;
        let value = self.value(&init.expr);
        let after = self.state.clone();
        let tried = matches!(&*init.expr, Expr::Macro(mac)
            if matches!(scan::macro_name(&mac.mac).as_str(), "quick" | "deopt_unless"));
        if tried && self.restart {
            self.held = held;
            self.guards.extend(scan::bound(&local.pat).iter().map(ToString::to_string));
        }
        let otherwise = init.diverge.as_ref().map(|(_, block)| {
            let block = self.value(block);
            quote!(else #block)
        });
        if let (Some((token, _)), true) = (&init.diverge, self.state.reachable) {
            self.fault(token.span, "this arm must leave: `deopt!()`, `error!()`, …");
        }
        if init.diverge.is_some() {
            self.state = after;
        }
        self.binds(&local.pat);
        if raw {
            for name in scan::bound(&local.pat) {
                self.state.raw.insert(name.to_string(), false);
            }
        }
        let pat = &local.pat;
        quote!(let #pat = #value #otherwise;)
    }

    /// The value an assignment is to, if it is an item of the effect.
    fn target(&self, left: &Expr) -> Option<ValueId> {
        match left {
            Expr::Path(path) => path.path.get_ident().and_then(|name| self.scope.names.get(&name.to_string())).copied(),
            _ => None,
        }
    }

    /// `res = …`.
    fn define(&mut self, left: &Expr, right: &Expr) -> TokenStream {
        let held = self.held;
        let value = self.value(right);
        if matches!(right, Expr::Macro(mac) if matches!(scan::macro_name(&mac.mac).as_str(), "dup" | "quick")) {
            // What starting over loses is the output, which the way out discards.
            self.held = held;
        }
        let Some(id) = self.target(left) else { return TokenStream::new() };
        let span = left.span();
        let name = self.shown(id);
        if !self.state.reachable {
            return value;
        }
        if let Kind::Array(_) = self.composed.values[id].kind {
            self.fault(span, format!("`{name}` is an array: set its items, then `filled!({name})`"));
        }
        let peek = self.scope.inputs.iter().position(|input| *input == id).is_some_and(|at| at < self.scope.peeks);
        if self.state.status(id) == Status::Live && !peek {
            self.fault(span, format!("`{name}` is live here: what it holds would be lost"));
        }
        let strong = matches!(right, Expr::Macro(mac) if scan::macro_name(&mac.mac) == "own");
        self.state.define(id, strong);
        if self.composed.values[id].input.is_some() {
            self.assigned.insert(id);
        }
        self.used.insert(id);
        quote!(#left = #value;)
    }

    /// A macro of the language that stands alone; others are left as they are.
    fn macro_stmt(&mut self, mac: &Macro) -> TokenStream {
        let span = mac.path.span();
        match scan::macro_name(mac).as_str() {
            "close" => self.close(mac),
            kind @ ("kill" | "imm") => {
                for (name, id) in self.items(mac) {
                    if self.live(&name, id) {
                        let shared = self.composed.values[id].input.is_some_and(|input| self.in_place.contains(&input));
                        if kind == "kill" && shared {
                            self.fault(
                                name.span(),
                                format!(
                                    "`{name}` may be read in place: move it with `steal!` or `take!`, or say `imm!`"
                                ),
                            );
                        }
                        self.state.kill(id);
                        if kind == "imm" {
                            self.state.harmless(id);
                        } else {
                            self.state.hard = true;
                        }
                    }
                }
                TokenStream::new()
            }
            "sync" => {
                let flush = self.flush();
                let spill = self.state.synced(&self.composed);
                let hole = self.hole(Action::Spill(spill));
                quote!(#flush #hole;)
            }
            "filled" => {
                for (name, id) in self.items(mac) {
                    match self.state.status(id) {
                        Status::Open | Status::Undefined if matches!(self.composed.values[id].kind, Kind::Array(_)) => {
                            self.touch_array(&name, id);
                            self.state.define(id, true);
                        }
                        _ => self.fault(name.span(), format!("`{name}` is no output array that waits to be filled")),
                    }
                }
                TokenStream::new()
            }
            "deopt_if" | "exit_if" | "error_if" => self.leave_if(mac),
            name if scan::EXITS.contains(&name) => self.leave(mac),
            name if scan::MACROS.contains(&name) => {
                let expr = Expr::Macro(syn::ExprMacro { attrs: Vec::new(), mac: mac.clone() });
                let value = self.leaf(&expr);
                quote!(#value;)
            }
            _ => {
                self.foreign(mac, span);
                quote!(#mac;)
            }
        }
    }

    /// The items of the effect that a macro lists.
    fn items(&mut self, mac: &Macro) -> Vec<(Ident, ValueId)> {
        let list = match Punctuated::<Ident, Token![,]>::parse_terminated.parse2(mac.tokens.clone()) {
            Ok(list) => list,
            Err(error) => {
                self.fault(error.span(), format!("`{}!` takes names", scan::macro_name(mac)));
                return Vec::new();
            }
        };
        let mut found = Vec::new();
        for name in list {
            match self.scope.names.get(&name.to_string()) {
                Some(id) => found.push((name, *id)),
                None => self.fault(name.span(), format!("`{name}` is no item of this effect")),
            }
        }
        found
    }

    /// Whether an item is live here; a fault if not.
    pub(crate) fn live(&mut self, name: &Ident, id: ValueId) -> bool {
        let why = match self.state.status(id) {
            Status::Live => return true,
            Status::Undefined => "is not defined yet",
            Status::Open => "is not `filled!` yet",
            Status::Dead => "is dead here",
            Status::Lapsed => "is a register-only value, which does not survive an escape",
        };
        self.fault(name.span(), format!("`{name}` {why}"));
        false
    }

    /// `close!(esc, x)`.
    fn close(&mut self, mac: &Macro) -> TokenStream {
        let parser = |input: syn::parse::ParseStream<'_>| -> syn::Result<(Ident, Ident)> {
            let esc = input.parse()?;
            input.parse::<Token![,]>()?;
            Ok((esc, input.parse()?))
        };
        let (esc, name) = match parser.parse2(mac.tokens.clone()) {
            Ok(pair) => pair,
            Err(error) => {
                self.fault(error.span(), "`close!(esc, name)`");
                return TokenStream::new();
            }
        };
        if esc != "esc" {
            self.fault(esc.span(), "releasing a value escapes: `close!(esc, name)`");
        }
        self.traits.escapes = true;
        let Some(id) = self.scope.names.get(&name.to_string()).copied() else {
            self.read_raw(&name);
            self.state.raw.remove(&name.to_string());
            return self.release(Dropped::Local(name.to_string()));
        };
        if !self.live(&name, id) {
            return TokenStream::new();
        }
        self.kill_order(&name, id);
        self.state.kill(id);
        self.state.hard = true;
        self.release(Dropped::Value(id))
    }

    /// Drops a reference. Out of line, what dies is finalized at once; inline it waits for the next escape or for the end, where
    /// the finalizer is a sibling call: so that it costs the fast path no saved register.
    fn release(&mut self, what: Dropped) -> TokenStream {
        let array = matches!(&what, Dropped::Value(id) if self.composed.values[*id].kind != Kind::Word);
        if !self.outlined && !array {
            if let Dropped::Value(id) = &what {
                self.used.insert(*id);
            }
            // Arms that exclude each other share a number for the same value.
            let free = |(number, known): &(usize, &Dropped)| **known == what && !self.state.deads.contains(number);
            let known = self.dropped.iter().enumerate().find(free).map(|(number, _)| number);
            let number = known.unwrap_or_else(|| {
                self.dropped.push(what.clone());
                self.dropped.len() - 1
            });
            self.state.deads.insert(number);
            let hole = self.hole(Action::Drop(what, number));
            return quote!(#hole;);
        }
        let flush = self.flush();
        let spill = self.state.may_escape(&self.composed);
        let hole = self.hole(match what {
            Dropped::Value(id) => Action::Close(id, spill),
            Dropped::Local(name) => Action::CloseLocal(name, spill),
        });
        quote!(#flush #hole;)
    }

    /// Finalizes what deferred releases may have left.
    pub(crate) fn flush(&mut self) -> TokenStream {
        let deads: Vec<usize> = std::mem::take(&mut self.state.deads).into_iter().collect();
        if deads.is_empty() {
            return TokenStream::new();
        }
        let spill = self.state.may_escape(&self.composed);
        let hole = self.hole(Action::Finalize(deads, spill));
        quote!(#hole;)
    }

    /// A lower input may not be released while a higher one lives.
    fn kill_order(&mut self, name: &Ident, id: ValueId) {
        let inputs = &self.scope.inputs;
        let Some(at) = inputs.iter().position(|input| *input == id) else { return };
        let above = inputs.iter().enumerate().skip(at + 1).find(|(i, input)| {
            *i >= self.scope.peeks
                && self.state.status(**input) == Status::Live
                && !matches!(self.composed.values[**input].kind, Kind::Typed(_))
        });
        if let Some((_, above)) = above {
            let above = self.shown(*above);
            self.fault(name.span(), format!("`{name}` is released while `{above}`, above it, still lives"));
        }
    }

    /// `deopt_if!(c)` and its kin.
    fn leave_if(&mut self, mac: &Macro) -> TokenStream {
        let Some(cond) = self.argument(mac) else { return TokenStream::new() };
        let way = match scan::macro_name(mac).as_str() {
            "error_if" => Way::Error,
            name => {
                self.deopts(name == "exit_if", mac.path.span());
                Way::Deopt
            }
        };
        let hole = self.way_out(way, mac.path.span());
        quote!(if #cond { #hole; })
    }

    /// The one argument of a macro that leaves; it may not escape.
    pub(crate) fn argument(&mut self, mac: &Macro) -> Option<TokenStream> {
        if scan::has_esc(&mac.tokens) {
            let name = scan::macro_name(mac);
            self.fault(
                mac.path.span(),
                format!("the argument of `{name}!` cannot escape: call first, then test the result"),
            );
            return None;
        }
        match syn::parse2::<Expr>(mac.tokens.clone()) {
            Ok(expr) => Some(self.leaf(&expr)),
            Err(error) => {
                self.fault(error.span(), error.to_string());
                None
            }
        }
    }

    /// Notes a deopt or side exit: one kind per op.
    pub(crate) fn deopts(&mut self, side: bool, span: Span) {
        let other = if side { self.traits.deopts } else { self.traits.exits };
        if other {
            self.fault(span, "one micro-op deopts or takes a side exit, not both");
        }
        *(if side { &mut self.traits.exits } else { &mut self.traits.deopts }) = true;
    }

    /// A hole for a way out from here, checked; the state is the caller's to end.
    pub(crate) fn way_out(&mut self, way: Way, span: Span) -> Ident {
        match way {
            Way::Error => self.traits.errors = true,
            Way::Deopt | Way::Redo if self.state.hard => {
                self.fault(span, "the instruction cannot start over here: an input was already consumed");
            }
            Way::Jump | Way::Dispatch(_) | Way::Leave(_) => self.inputs_dead(span, "where control leaves"),
            _ => {}
        }
        if !matches!(way, Way::Dispatch(_) | Way::Leave(_))
            && let Some(id) = self.half_filled()
        {
            self.fault(span, format!("output array `{}` is half filled here", self.shown(id)));
        }
        let exit = self.exit(way);
        self.hole(Action::Exit(exit))
    }

    /// An output array that was begun and that the current expression does not name.
    pub(crate) fn half_filled(&self) -> Option<ValueId> {
        let open = |id: &ValueId| self.state.status(*id) == Status::Open && !self.filling.contains(id);
        (0..self.composed.values.len()).find(open)
    }

    /// `deopt!()`, `error!()`, `jump!()`, `redo!()`, `dispatch!(ip, fp)`, `leave!(result)`.
    pub(crate) fn leave(&mut self, mac: &Macro) -> TokenStream {
        let span = mac.path.span();
        let name = scan::macro_name(mac);
        if scan::has_esc(&mac.tokens) {
            self.fault(span, format!("the argument of `{name}!` cannot escape: call first"));
            return TokenStream::new();
        }
        let mut arguments = TokenStream::new();
        match Punctuated::<Expr, Token![,]>::parse_terminated.parse2(mac.tokens.clone()) {
            Ok(list) => {
                for expr in list {
                    let expr = self.leaf(&expr);
                    arguments.extend(quote!(#expr,));
                }
            }
            Err(error) => self.fault(error.span(), error.to_string()),
        }
        let wants = matches!(name.as_str(), "dispatch" | "leave");
        if wants == arguments.is_empty() {
            self.fault(
                span,
                if wants { format!("`{name}!` takes arguments") } else { format!("`{name}!` takes no arguments") },
            );
        }
        let way = match name.as_str() {
            "deopt" => {
                self.deopts(false, span);
                Way::Deopt
            }
            "error" => Way::Error,
            "jump" => {
                self.traits.jumps = true;
                if !self.inst.jump {
                    self.fault(span, "this instruction has no jump target: `arg = jump`, or `jump`");
                }
                Way::Jump
            }
            "redo" => {
                self.traits.redoes = true;
                Way::Redo
            }
            "dispatch" => {
                self.traits.dispatches = true;
                Way::Dispatch(arguments)
            }
            _ => Way::Leave(arguments),
        };
        let hole = self.way_out(way, span);
        self.state.reachable = false;
        hole.to_token_stream()
    }
}

/// Macros that are statements whether or not a semicolon follows.
fn statement_macro(mac: &Macro) -> bool {
    matches!(
        scan::macro_name(mac).as_str(),
        "close" | "kill" | "imm" | "sync" | "filled" | "deopt_if" | "exit_if" | "error_if"
    )
}

/// Whether an expression gives a `Word` that only the body will hold.
fn raw_word(expr: &Expr) -> bool {
    matches!(expr, Expr::Macro(mac) if matches!(scan::macro_name(&mac.mac).as_str(), "steal" | "loose" | "dup" | "own" | "set_local" | "local"))
}

/// A statement under its attributes: in a block, unless it is a binding.
fn attributed(attrs: &[Attribute], body: TokenStream) -> TokenStream {
    if attrs.is_empty() {
        return body;
    }
    let binding =
        matches!(body.clone().into_iter().next(), Some(proc_macro2::TokenTree::Ident(first)) if first == "let");
    if binding { quote!(#(#attrs)* #body) } else { quote!(#(#attrs)* { #body }) }
}
