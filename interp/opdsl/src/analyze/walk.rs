//! The walk over one instruction: parts in order, blocks, arms, loops.
//!
//! The walker carries the state along, writes the body with holes as it goes, and records what fills them. Statements are in
//! `stmts.rs`, plain expressions in `leaf.rs`.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::spanned::Spanned as _;
use syn::{Attribute, Block, Expr, Stmt};

use super::plan::{Action, Exit, HOLE, PartPlan, Traits, Way};
use super::scan;
use super::state::{State, Status};
use crate::diag::{Fault, Loc};
use crate::model::compose::{Composed, ValueId};
use crate::model::effect::Kind;
use crate::model::{Inst, Op};

/// The part that is being walked.
pub(crate) struct Scope {
    pub(crate) file: usize,
    /// The op's names, and the values they stand for.
    pub(crate) names: BTreeMap<String, ValueId>,
    /// The op's inputs in order, and how many are peeks.
    pub(crate) inputs: Vec<ValueId>,
    pub(crate) outputs: Vec<ValueId>,
    pub(crate) peeks: usize,
}

/// Where `break` and `continue` of a loop lead.
pub(crate) struct Loop {
    pub(crate) entry: State,
    pub(crate) breaks: Vec<State>,
}

/// One walk over one instruction.
pub(crate) struct Walker<'a> {
    pub(crate) inst: &'a Inst,
    pub(crate) composed: Composed,
    pub(crate) names: Vec<String>,
    pub(crate) outlined: bool,
    /// Data words of the cell.
    pub(crate) words: u8,
    /// Inputs that some shape leaves to others: what is moved out of them must be copied there.
    pub(crate) in_place: Vec<usize>,
    pub(crate) state: State,
    pub(crate) faults: Vec<Fault>,
    pub(crate) actions: Vec<Action>,
    pub(crate) used: BTreeSet<ValueId>,
    pub(crate) ambient: BTreeSet<String>,
    /// Inputs that a body gives a new word.
    pub(crate) assigned: BTreeSet<ValueId>,
    pub(crate) dropped: Vec<super::plan::Dropped>,
    /// Arms that escape may start over out of line: nothing before them has an effect.
    pub(crate) restart: bool,
    /// An earlier part may have had an effect.
    stepped: bool,
    /// A variable of the body's own may own something, or a local was replaced: starting over would lose it.
    pub(crate) held: bool,
    /// Variables that hold something which they give back when dropped: a lock.
    pub(crate) guards: Vec<String>,
    /// Something of this part came before: with `#[restart]` it only looked.
    begun: bool,
    pub(crate) scope: Scope,
    pub(crate) traits: Traits,
    pub(crate) loops: Vec<Loop>,
    /// Output arrays that the current expression names: it fills them, and cleans up if it fails.
    pub(crate) filling: Vec<ValueId>,
    /// Inside a statement that holds `esc`.
    pub(crate) escaping: bool,
    /// Inside a cold closure, where `?` is Rust's own.
    pub(crate) native_try: bool,
}

impl<'a> Walker<'a> {
    pub(crate) fn new(inst: &'a Inst, composed: Composed, outlined: bool, cell: super::CellFacts) -> Self {
        let scope =
            Scope { file: inst.at.file, names: BTreeMap::new(), inputs: Vec::new(), outputs: Vec::new(), peeks: 0 };
        Self {
            inst,
            names: super::unique(&composed.values),
            state: State::new(&composed),
            composed,
            outlined,
            words: cell.words,
            in_place: cell.in_place,
            faults: Vec::new(),
            actions: Vec::new(),
            used: BTreeSet::new(),
            ambient: BTreeSet::new(),
            assigned: BTreeSet::new(),
            dropped: Vec::new(),
            restart: false,
            stepped: false,
            held: false,
            guards: Vec::new(),
            begun: false,
            scope,
            traits: Traits::default(),
            loops: Vec::new(),
            filling: Vec::new(),
            escaping: false,
            native_try: false,
        }
    }

    /// Walks the op that is part number `index`.
    pub(crate) fn part(&mut self, index: usize, op: &Op) -> PartPlan {
        let part = self.composed.parts[index].clone();
        let effect = &op.effect;
        let items = effect.inputs.iter().chain(&effect.outputs);
        let values = part.inputs.iter().chain(&part.outputs);
        let names: BTreeMap<String, ValueId> =
            items.zip(values).filter_map(|(item, id)| Some((item.name.clone()?, *id))).collect();
        let renames = names
            .iter()
            .filter(|(name, id)| self.names[**id] != **name)
            .map(|(name, id)| (name.clone(), *id))
            .collect();
        self.scope = Scope { file: op.at.file, names, inputs: part.inputs, outputs: part.outputs, peeks: effect.peeks };
        self.restart = op.restart && !self.stepped;
        self.begun = false;
        self.guards.clear();
        self.traits = Traits::default();
        let mut body = TokenStream::new();
        if let Some(block) = &op.body {
            if self.state.reachable {
                self.ambient.extend(
                    scan::AMBIENT
                        .iter()
                        .filter(|name| scan::mentions(&block.to_token_stream(), name))
                        .map(|name| (*name).to_owned()),
                );
                self.traits.oparg = scan::mentions(&block.to_token_stream(), "oparg");
                body = self.block(block);
            } else {
                self.fault(op.at.span, format!("`{}` is never reached: the part before always leaves", op.name));
            }
        }
        if self.state.reachable {
            self.part_end(op);
        }
        self.stepped |= self.traits.ticks || !op.restart && !op.guards();
        PartPlan { op: op.name.clone(), at: op.at, renames, body, traits: self.traits }
    }

    /// Whether this part has only looked on the way here.
    fn only_looked(&self) -> bool {
        let free = !self.held && !self.escaping && self.loops.is_empty();
        free && !self.state.hard && !self.traits.ticks
    }

    /// Whether the instruction may start over here, out of line. (What an arm that was left behind does is no matter to
    /// [`slow_arm`](Self::slow_arm) only: a reference may be made behind arms that came together again.)
    pub(crate) fn may_restart(&self) -> bool {
        self.only_looked() && !self.stepped && !self.traits.escapes
    }

    /// Where a reference of one's own is made that may take a call: the way to start over, if that is right here.
    pub(crate) fn restart(&mut self) -> Option<Exit> {
        let right = !self.outlined && self.may_restart() && (self.restart || !self.begun);
        right.then(|| self.exit(Way::Slow))
    }

    /// At the end of an op: consumed inputs are dead, everything else lives.
    fn part_end(&mut self, op: &Op) {
        let span = op.body.as_ref().map_or(op.at.span, |body| body.brace_token.span.close());
        self.inputs_dead(span, "at the end");
        for (i, id) in self.scope.outputs.clone().into_iter().enumerate() {
            let name = self.shown(id);
            match self.state.status(id) {
                Status::Live => {}
                Status::Undefined => self.fault(span, format!("output `{name}` is not defined at the end")),
                Status::Open => self.fault(span, format!("output array `{name}` is not `filled!` at the end")),
                Status::Dead if i < self.scope.peeks => {
                    self.fault(span, format!("`{name}` stays on the stack but is dead at the end"))
                }
                Status::Dead | Status::Lapsed => self.fault(span, format!("output `{name}` is gone at the end")),
            }
        }
    }

    /// Faults for inputs of the op that are consumed by declaration and still live.
    pub(crate) fn inputs_dead(&mut self, span: Span, place: &str) {
        for index in self.scope.peeks..self.scope.inputs.len() {
            let id = self.scope.inputs[index];
            let typed = matches!(self.composed.values[id].kind, Kind::Typed(_));
            if self.state.status(id) == Status::Live && !typed {
                self.fault(span, format!("input `{}` is still live {place}", self.shown(id)));
            }
        }
    }

    /// The way on after the last part.
    pub(crate) fn finish(&mut self) -> Option<Exit> {
        self.state.reachable.then(|| self.exit(Way::Next))
    }

    /// The name of a value as the current op knows it.
    pub(crate) fn shown(&self, id: ValueId) -> String {
        let known = self.scope.names.iter().find(|(_, known)| **known == id).map(|(name, _)| name.clone());
        known.unwrap_or_else(|| self.composed.values[id].name.clone())
    }

    pub(crate) fn fault(&mut self, span: Span, message: impl Into<String>) {
        self.faults.push(Fault::new(Loc { file: self.scope.file, span }, message));
    }

    /// Records an action and gives the identifier that stands for it.
    pub(crate) fn hole(&mut self, action: Action) -> Ident {
        match &action {
            Action::Close(id, spill) => {
                self.used.insert(*id);
                self.use_spill(spill);
            }
            Action::View(id, _)
            | Action::Take(id, _)
            | Action::Steal(id, _)
            | Action::Loose(id)
            | Action::Dup(id, _) => {
                self.used.insert(*id);
            }
            Action::Spill(spill) | Action::CloseLocal(_, spill) => self.use_spill(spill),
            Action::Exit(exit) => {
                self.used.extend(exit.discard.iter().copied());
                self.use_spill(&exit.spill);
            }
            Action::Finalize(_, spill) => self.use_spill(spill),
            Action::Esc | Action::InstSize | Action::Drop(..) => {}
        }
        self.actions.push(action);
        Ident::new(&format!("{HOLE}{}", self.actions.len() - 1), Span::call_site())
    }

    fn use_spill(&mut self, spill: &super::plan::Spill) {
        self.used.extend(spill.store.iter().chain(&spill.protect).copied());
        let arrays = spill.null.iter().filter(|id| matches!(self.composed.values[**id].kind, Kind::Array(_)));
        self.used.extend(arrays.copied());
    }

    /// A way out from here.
    pub(crate) fn exit(&mut self, way: Way) -> Exit {
        let spill = match way {
            Way::Deopt | Way::Redo | Way::Slow | Way::Dispatch(_) => super::plan::Spill::default(),
            _ => super::plan::Spill { protect: Vec::new(), ..self.state.pending(&self.composed) },
        };
        let discard = match way {
            Way::Error | Way::Deopt | Way::Redo | Way::Slow => self.state.abandoned(&self.composed),
            _ => Vec::new(),
        };
        self.use_spill(&spill);
        let defined: Vec<ValueId> =
            (0..self.composed.values.len()).filter(|id| self.state.status(*id) == Status::Live).collect();
        if matches!(way, Way::Jump | Way::Next) {
            let left = defined.iter().filter(|id| {
                let value = &self.composed.values[**id];
                value.output.is_some() && value.input.is_none()
            });
            self.used.extend(left.copied());
        }
        let deads = self.state.deads.iter().copied().collect();
        let guards = if matches!(way, Way::Slow) { self.guards.clone() } else { Vec::new() };
        Exit { way, spill, deads, discard, defined, guards }
    }

    /// A block without its braces.
    pub(crate) fn block(&mut self, block: &Block) -> TokenStream {
        let stmts: Vec<(Vec<Attribute>, Stmt)> = block.stmts.iter().map(super::stmts::split).collect();
        let mut tokens = TokenStream::new();
        let mut index = 0;
        while index < stmts.len() {
            let (attrs, stmt) = &stmts[index];
            if !self.state.reachable {
                self.fault(stmt.span(), "this is never reached");
                break;
            }
            let (text, taken) = match cfg_of(attrs) {
                Some(cfg) => self.configured(&stmts[index..], cfg),
                None => (self.stmt(attrs, stmt), 1),
            };
            self.begun = true;
            tokens.extend(text);
            index += taken;
        }
        tokens
    }

    /// A statement under `#[cfg]`, with the one under the opposite condition if it follows: like the arms of an `if`.
    fn configured(&mut self, stmts: &[(Vec<Attribute>, Stmt)], cfg: &Attribute) -> (TokenStream, usize) {
        let before = self.state.clone();
        let (attrs, stmt) = &stmts[0];
        let mut tokens = self.stmt(attrs, stmt);
        let opposite = stmts.get(1).filter(|(attrs, _)| cfg_of(attrs).is_some_and(|next| opposites(cfg, next)));
        let after = std::mem::replace(&mut self.state, before);
        if let Some((attrs, stmt)) = opposite {
            tokens.extend(self.stmt(attrs, stmt));
        }
        self.join(stmt.span(), &after, "under one `#[cfg]` only");
        (tokens, 1 + usize::from(opposite.is_some()))
    }

    /// Joins the state of another way here, blaming the place where they part.
    pub(crate) fn join(&mut self, span: Span, other: &State, place: &str) {
        if let Err((id, mine, theirs)) = self.state.join(other) {
            let what = match (mine, theirs) {
                (Status::Undefined, Status::Live) | (Status::Live, Status::Undefined) => "defined",
                (Status::Open, _) | (_, Status::Open) => "begun to be filled",
                _ => "released",
            };
            self.fault(span, format!("`{}` is {what} {place}", self.shown(id)));
            self.state.vars[id] = other.vars[id];
        }
    }

    /// A value-giving expression: arms are walked one by one, anything else is a leaf.
    pub(crate) fn value(&mut self, expr: &Expr) -> TokenStream {
        match expr {
            Expr::If(expr) => self.if_expr(expr),
            Expr::Match(expr) => self.match_expr(expr),
            Expr::Block(block) if block.label.is_none() => {
                let body = self.block(&block.block);
                quote!({ #body })
            }
            Expr::While(expr) if expr.label.is_none() => {
                let flush = self.flush();
                let cond = self.condition(&expr.cond);
                let body = self.looped(expr.body.span(), &expr.body, true);
                quote!({ #flush while #cond { #body } })
            }
            Expr::ForLoop(expr) if expr.label.is_none() => {
                self.binds(&expr.pat);
                let flush = self.flush();
                let (pat, iter) = (&expr.pat, self.condition(&expr.expr));
                let body = self.looped(expr.body.span(), &expr.body, true);
                quote!({ #flush for #pat in #iter { #body } })
            }
            Expr::Loop(expr) if expr.label.is_none() => {
                let flush = self.flush();
                let body = self.looped(expr.body.span(), &expr.body, false);
                quote!({ #flush loop { #body } })
            }
            Expr::Macro(mac) if scan::EXITS.contains(&scan::macro_name(&mac.mac).as_str()) => self.leave(&mac.mac),
            _ => self.leaf(expr),
        }
    }

    fn if_expr(&mut self, expr: &syn::ExprIf) -> TokenStream {
        let cond = self.condition(&expr.cond);
        self.begun = true;
        let before = self.state.clone();
        let then = self.slow_arm(&expr.then_branch).unwrap_or_else(|| self.block(&expr.then_branch));
        let after = std::mem::replace(&mut self.state, before);
        let otherwise = expr.else_branch.as_ref().map(|(_, expr)| match &**expr {
            Expr::If(_) => self.value(expr),
            _ => self.slow_arm(expr).map_or_else(|| self.value(expr), |arm| quote!({ #arm })),
        });
        self.join(expr.if_token.span, &after, "on one arm only");
        let otherwise = otherwise.map(|tokens| quote!(else #tokens));
        quote!(if #cond { #then } #otherwise)
    }

    fn match_expr(&mut self, expr: &syn::ExprMatch) -> TokenStream {
        let subject = self.value(&expr.expr);
        self.begun = true;
        let before = self.state.clone();
        let mut joined: Option<State> = None;
        let mut arms = TokenStream::new();
        for arm in &expr.arms {
            self.state = before.clone();
            self.binds(&arm.pat);
            let guard = arm.guard.as_ref().map(|(_, guard)| self.condition(guard)).map(|guard| quote!(if #guard));
            let pat = &arm.pat;
            let body = self.slow_arm(&arm.body).unwrap_or_else(|| self.value(&arm.body));
            arms.extend(quote!(#pat #guard => { #body }));
            if let Some(earlier) = &joined {
                self.join(arm.pat.span(), &earlier.clone(), "on one arm only");
            }
            joined = Some(self.state.clone());
        }
        quote!(match #subject { #arms })
    }

    /// An arm that escapes, where everything before it may run twice: it starts the instruction over, out of line.
    fn slow_arm(&mut self, arm: &impl ToTokens) -> Option<TokenStream> {
        if !(self.restart && !self.outlined && self.only_looked() && scan::escapes_inside(&arm.to_token_stream())) {
            return None;
        }
        let exit = self.exit(Way::Slow);
        let hole = self.hole(Action::Exit(exit));
        self.state.reachable = false;
        Some(hole.to_token_stream())
    }

    /// A loop's body: its end state is joined with its entry state until that changes nothing.
    fn looped(&mut self, span: Span, body: &Block, may_skip: bool) -> TokenStream {
        let marks = (self.actions.len(), self.faults.len());
        let before = self.state.clone();
        let mut entry = before;
        loop {
            self.state = entry.clone();
            self.loops.push(Loop { entry: entry.clone(), breaks: Vec::new() });
            let mut tokens = self.block(body);
            if self.state.reachable {
                tokens.extend(self.flush());
            }
            let Loop { breaks, .. } = self.loops.pop().unwrap_or(Loop { entry: entry.clone(), breaks: Vec::new() });
            let end = std::mem::replace(&mut self.state, entry.clone());
            let failed = self.faults.len();
            self.join(span, &end, "by a round of this loop");
            if self.state != entry && self.faults.len() == failed {
                entry = self.state.clone();
                self.actions.truncate(marks.0);
                self.faults.truncate(marks.1);
                continue;
            }
            self.state.reachable = may_skip;
            for state in &breaks {
                self.join(span, state, "by one way out of this loop");
            }
            return tokens;
        }
    }

    /// An expression that decides: it may not escape.
    pub(crate) fn condition(&mut self, expr: &Expr) -> TokenStream {
        if scan::has_esc(expr) {
            self.fault(expr.span(), "a condition cannot escape: call first, then test the result");
            return TokenStream::new();
        }
        if let Expr::Let(expr) = expr {
            self.binds(&expr.pat);
            let (pat, value) = (&expr.pat, self.condition(&expr.expr));
            return quote!(let #pat = #value);
        }
        if let Expr::Binary(binary) = expr
            && matches!(binary.op, syn::BinOp::And(_))
        {
            let (left, op, right) = (self.condition(&binary.left), &binary.op, self.condition(&binary.right));
            return quote!(#left #op #right);
        }
        self.leaf(expr)
    }

    /// A pattern may not rebind the names of the language.
    pub(crate) fn binds(&mut self, pat: &syn::Pat) {
        for name in scan::bound(pat) {
            let text = name.to_string();
            if self.scope.names.contains_key(&text) {
                self.fault(name.span(), format!("`{text}` is an item of the effect and cannot be rebound"));
            } else if scan::AMBIENT.contains(&text.as_str()) {
                self.fault(name.span(), format!("`{text}` belongs to the language and cannot be rebound"));
            }
            self.state.raw.remove(&text);
        }
    }
}

/// The `#[cfg(…)]` of a statement.
fn cfg_of(attrs: &[Attribute]) -> Option<&Attribute> {
    attrs.iter().find(|attr| attr.path().is_ident("cfg"))
}

/// Whether two conditions are `P` and `not(P)`.
fn opposites(one: &Attribute, other: &Attribute) -> bool {
    let text = |attr: &Attribute| attr.meta.require_list().map(|list| list.tokens.to_string()).unwrap_or_default();
    let (one, other) = (text(one), text(other));
    let negated = |text: &str| syn::parse_str::<TokenStream>(&format!("not ({text})")).map(|tokens| tokens.to_string());
    negated(&one).is_ok_and(|negated| negated == other) || negated(&other).is_ok_and(|negated| negated == one)
}
