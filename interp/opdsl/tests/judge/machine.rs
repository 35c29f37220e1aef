//! The judge: runs the text of a generated handler on a frame of tokens and checks what the collector, the unwinder and the next
//! instruction would see.
//!
//! It shares nothing with the compiler but the names of the runtime calls; it is slow and simple on purpose. A token stands for one
//! counted reference. Conditions, errors and last references are decided by a random number generator, so that many runs see all paths.

use std::collections::{BTreeMap, BTreeSet};

use syn::{Block, Expr, Pat, Stmt};

/// A small random number generator (xorshift64*): the same seed gives the same run.
#[derive(Clone)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % bound
    }

    pub(crate) fn coin(&mut self) -> bool {
        self.below(2) == 0
    }
}

type Token = usize;

/// What an expression gives.
#[derive(Clone, Debug, PartialEq)]
enum Val {
    Unit,
    Bool(bool),
    Int(usize),
    Word(Token),
    /// A `Value` of the body: owned by native code, no business of the frame.
    Native,
    /// What a call gave that may raise.
    Result(bool),
    /// What a cold closure gave that may raise.
    Done(Box<Val>),
    Dead(Option<Token>),
    /// Control left the handler.
    Left,
}

/// Ends a block early: the handler left, or what is wrong.
enum Stop {
    Left,
    /// `?` met an error inside a closure.
    Raised,
    Wrong(String),
}

type Eval<T = Val> = Result<T, Stop>;

/// Where a cell's operands are, and who owns them.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    /// Fields a, b, c.
    pub(crate) fields: [usize; 3],
    /// Slots of the temporaries that the instruction found: it owns what is in them, and an escape sees them.
    pub(crate) temporaries: Vec<usize>,
    /// Slots of locals, which own what is in them.
    pub(crate) locals: Vec<usize>,
    /// Slots that hold something of the instruction's at the end.
    pub(crate) outputs: Vec<usize>,
}

pub(crate) struct Machine<'r> {
    random: &'r mut Random,
    shape: Shape,
    /// Slots of the frame; `None` is NULL.
    frame: BTreeMap<usize, Option<Token>>,
    vars: BTreeMap<String, Val>,
    /// What was there at the start.
    before: BTreeMap<usize, Option<Token>>,
    /// Tokens that the instruction owns.
    owned: BTreeSet<Token>,
    /// Tokens known to be immediates: nobody has to care.
    small: BTreeSet<Token>,
    /// Owned tokens that keep their object alive wherever they are.
    strong: BTreeSet<Token>,
    /// Died and not finalized.
    dead: BTreeSet<Token>,
    saved_ip: bool,
    tokens: usize,
}

/// Runs the body once. `Err` says what went wrong.
pub(crate) fn run(body: &Block, shape: &Shape, random: &mut Random) -> Result<(), String> {
    let slots = shape.temporaries.iter().chain(&shape.locals);
    let frame: BTreeMap<usize, Option<Token>> = slots.map(|slot| (*slot, Some(*slot))).collect();
    let mut machine = Machine {
        random,
        shape: shape.clone(),
        before: frame.clone(),
        frame,
        vars: BTreeMap::new(),
        owned: shape.temporaries.iter().copied().collect(),
        small: BTreeSet::new(),
        strong: BTreeSet::new(),
        dead: BTreeSet::new(),
        saved_ip: false,
        tokens: 1000,
    };
    match machine.block(body) {
        Ok(Val::Left) | Err(Stop::Left) => Ok(()),
        Ok(other) => Err(format!("the body ends with {other:?}")),
        Err(Stop::Wrong(why)) => Err(why),
        Err(Stop::Raised) => Err("`?` outside a closure".to_owned()),
    }
}

fn wrong<T>(why: impl Into<String>) -> Eval<T> {
    Err(Stop::Wrong(why.into()))
}

impl Machine<'_> {
    fn fresh(&mut self) -> Token {
        self.tokens += 1;
        self.owned.insert(self.tokens);
        self.tokens
    }

    /// Anything may run now: the frame must show what lives and nothing that died.
    fn escape(&mut self, what: &str) -> Eval<()> {
        if !self.saved_ip {
            return wrong(format!("{what}: ip is not saved"));
        }
        self.frame_is_sound(what)?;
        for token in &self.owned {
            let visible = self.shape.temporaries.iter().any(|slot| self.frame.get(slot) == Some(&Some(*token)));
            if !visible && !self.strong.contains(token) && !self.small.contains(token) {
                return wrong(format!("{what}: token {token} is in no slot and not heap-safe"));
            }
        }
        Ok(())
    }

    fn frame_is_sound(&self, what: &str) -> Eval<()> {
        for (slot, held) in &self.frame {
            if let Some(token) = held
                && self.shape.temporaries.contains(slot)
                && !self.owned.contains(token)
                && !self.small.contains(token)
            {
                return wrong(format!("{what}: slot {slot} shows token {token}, which is gone"));
            }
        }
        Ok(())
    }

    /// Whether a token may be looked at.
    fn readable(&self, token: Token) -> bool {
        self.owned.contains(&token) || self.shape.locals.contains(&token) || self.small.contains(&token)
    }

    /// The instruction could start over: everything is as it found it.
    fn intact(&self) -> bool {
        let temporaries = self.shape.temporaries.iter();
        let mut mine = temporaries.map(|token| self.owned.contains(token) || self.small.contains(token));
        self.frame == self.before && mine.all(|mine| mine) && self.owned.iter().all(|token| *token < 1000)
    }

    fn gone(&mut self, token: Token, how: &str) -> Eval<()> {
        if self.owned.remove(&token) { Ok(()) } else { wrong(format!("{how}: token {token} is not owned any more")) }
    }

    /// The next instruction starts: outputs are in place, everything else is gone.
    fn complete(&self) -> Eval<()> {
        for slot in &self.shape.outputs {
            let held = self.frame.get(slot).copied().flatten();
            let sound = held.is_some_and(|token| {
                self.owned.contains(&token) || self.small.contains(&token) || self.shape.locals.contains(slot)
            });
            if !sound {
                return wrong(format!("at the end slot {slot} holds {held:?}"));
            }
        }
        let kept: BTreeSet<Token> =
            self.shape.outputs.iter().filter_map(|slot| self.frame.get(slot).copied().flatten()).collect();
        match self.owned.iter().find(|token| !kept.contains(token) && !self.small.contains(token)) {
            Some(token) => wrong(format!("at the end token {token} leaks")),
            None => Ok(()),
        }
    }

    fn no_dead(&self, what: &str) -> Eval<()> {
        if self.dead.is_empty() {
            Ok(())
        } else {
            wrong(format!("{what}: {:?} died and nobody finalizes them", self.dead))
        }
    }

    fn block(&mut self, block: &Block) -> Eval {
        let mut last = Val::Unit;
        for stmt in &block.stmts {
            last = match stmt {
                Stmt::Local(local) => {
                    if let Some(init) = &local.init {
                        let value = self.expr(&init.expr)?;
                        if let Pat::Ident(name) = &local.pat {
                            self.vars.insert(name.ident.to_string(), value);
                        }
                    }
                    Val::Unit
                }
                Stmt::Expr(expr, None) => self.expr(expr)?,
                Stmt::Expr(expr, Some(_)) => {
                    self.expr(expr)?;
                    Val::Unit
                }
                _ => return wrong("the judge does not know this statement"),
            };
        }
        Ok(last)
    }

    fn expr(&mut self, expr: &Expr) -> Eval {
        match expr {
            Expr::Block(block) => self.block(&block.block),
            Expr::Unsafe(block) => self.block(&block.block),
            Expr::Paren(inner) => self.expr(&inner.expr),
            Expr::Reference(inner) => self.expr(&inner.expr),
            Expr::Return(inner) => {
                if let Some(inner) = &inner.expr {
                    self.expr(inner)?;
                }
                Err(Stop::Left)
            }
            Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(int), .. }) => Ok(Val::Int(int.base10_parse().unwrap_or(0))),
            Expr::Path(path) => {
                let name = path.path.segments.last().map_or_else(String::new, |last| last.ident.to_string());
                match self.vars.get(&name) {
                    Some(value) => Ok(value.clone()),
                    None if name == "None" => Ok(Val::Dead(None)),
                    None => Ok(Val::Native),
                }
            }
            Expr::Binary(binary) => {
                let (left, right) = (self.expr(&binary.left)?, self.expr(&binary.right)?);
                match (left, right) {
                    (Val::Int(a), Val::Int(b)) => Ok(Val::Int(a + b)),
                    (Val::Bool(a), Val::Bool(b)) => Ok(Val::Bool(a | b)),
                    other => wrong(format!("the judge cannot combine {other:?}")),
                }
            }
            Expr::Assign(assign) => {
                let value = self.expr(&assign.right)?;
                if let Expr::Path(path) = &*assign.left
                    && let Some(name) = path.path.get_ident()
                {
                    self.vars.insert(name.to_string(), value);
                }
                Ok(Val::Unit)
            }
            Expr::If(branch) => {
                if self.condition(&branch.cond)? {
                    self.block(&branch.then_branch)
                } else {
                    branch.else_branch.as_ref().map_or(Ok(Val::Unit), |(_, otherwise)| self.expr(otherwise))
                }
            }
            Expr::ForLoop(body) => {
                for _ in 0..self.random.below(3) {
                    self.block(&body.body)?;
                }
                Ok(Val::Unit)
            }
            Expr::Match(expr) => match self.expr(&expr.expr)? {
                Val::Result(true) => Ok(Val::Native),
                Val::Done(inner) => Ok(*inner),
                Val::Result(false) => self.expr(&expr.arms[1].body),
                other => wrong(format!("the judge cannot match {other:?}")),
            },
            Expr::Closure(closure) => match self.expr(&closure.body) {
                Err(Stop::Raised) => Ok(Val::Result(false)),
                other => other,
            },
            Expr::Call(call) => self.call(call),
            Expr::Try(inner) => match self.expr(&inner.expr)? {
                Val::Result(true) => Ok(Val::Native),
                Val::Result(false) => Err(Stop::Raised),
                other => Ok(other),
            },
            Expr::MethodCall(call) => self.method(call),
            _ => wrong("the judge does not know this expression"),
        }
    }

    fn condition(&mut self, expr: &Expr) -> Eval<bool> {
        let Expr::Let(binding) = expr else {
            return match self.expr(expr)? {
                Val::Bool(decided) => Ok(decided),
                other => wrong(format!("{other:?} is no condition")),
            };
        };
        match self.expr(&binding.expr)? {
            Val::Dead(Some(token)) => {
                self.vars.insert("dead".to_owned(), Val::Dead(Some(token)));
                Ok(true)
            }
            Val::Dead(None) => Ok(false),
            other => wrong(format!("{other:?} is no option")),
        }
    }

    fn call(&mut self, call: &syn::ExprCall) -> Eval {
        let name = match &*call.func {
            Expr::Path(path) => path.path.segments.last().map_or_else(String::new, |last| last.ident.to_string()),
            _ => String::new(),
        };
        let mut arguments = Vec::new();
        for argument in &call.args {
            arguments.push(self.expr(argument)?);
        }
        match (name.as_str(), arguments.as_slice()) {
            ("after_spill", _) => {
                self.escape("an escaping call")?;
                Ok(Val::Unit)
            }
            ("cold", [inner]) => Ok(inner.clone()),
            ("Ok", [inner]) => Ok(Val::Done(Box::new(inner.clone()))),
            ("condition", _) => Ok(Val::Bool(self.random.coin())),
            ("make", _) => Ok(Val::Result(self.random.below(4) > 0)),
            ("word", _) => Ok(Val::Word(self.fresh())),
            ("moved", [Val::Word(token)]) => {
                self.gone(*token, "moved")?;
                Ok(Val::Unit)
            }
            ("small", [Val::Word(token)]) => {
                if !self.shape.locals.contains(token) {
                    self.gone(*token, "found to be immediate")?;
                }
                self.small.insert(*token);
                Ok(Val::Unit)
            }
            ("note" | "sink" | "new", _) => Ok(Val::Unit),
            (slow, _) if slow.ends_with("_slow") => {
                if self.intact() {
                    Ok(Val::Left)
                } else {
                    wrong("the slow copy does not find what the instruction found")
                }
            }
            _ => wrong(format!("the judge does not know `{name}`")),
        }
    }

    fn method(&mut self, call: &syn::ExprMethodCall) -> Eval {
        let name = call.method.to_string();
        if !matches!(&*call.receiver, Expr::Path(path) if path.path.is_ident("at")) {
            let receiver = self.expr(&call.receiver)?;
            return match (name.as_str(), receiver) {
                ("is_some", Val::Dead(dead)) => Ok(Val::Bool(dead.is_some())),
                ("take", Val::Dead(dead)) => {
                    if let Expr::Path(path) = &*call.receiver
                        && let Some(name) = path.path.get_ident()
                    {
                        self.vars.insert(name.to_string(), Val::Dead(None));
                    }
                    Ok(Val::Dead(dead))
                }
                other => wrong(format!("the judge does not know {other:?}")),
            };
        }
        let mut arguments = Vec::new();
        for argument in &call.args {
            arguments.push(self.expr(argument)?);
        }
        self.runtime(&name, &arguments)
    }

    fn runtime(&mut self, name: &str, arguments: &[Val]) -> Eval {
        match (name, arguments) {
            ("a", []) => Ok(Val::Int(self.shape.fields[0])),
            ("b", []) => Ok(Val::Int(self.shape.fields[1])),
            ("c", []) => Ok(Val::Int(self.shape.fields[2])),
            ("dup", [Val::Word(token)]) if self.readable(*token) => Ok(Val::Word(self.fresh())),
            ("clone_value", [Val::Word(token)]) if self.readable(*token) => Ok(Val::Native),
            ("replace", [Val::Int(slot), Val::Word(token)]) => {
                self.gone(*token, "stored to a local")?;
                let old = self.frame.insert(*slot, Some(*token)).flatten();
                if !self.shape.locals.contains(slot) {
                    return wrong(format!("slot {slot} is no local"));
                }
                match old.filter(|_| self.random.coin()) {
                    Some(old) => {
                        self.dead.insert(old);
                        Ok(Val::Dead(Some(old)))
                    }
                    None => Ok(Val::Dead(None)),
                }
            }
            ("get", [Val::Int(slot)]) => match self.frame.get(slot) {
                Some(Some(token)) => Ok(Val::Word(*token)),
                other => wrong(format!("slot {slot} holds {other:?}")),
            },
            ("set", [Val::Int(slot), Val::Word(token)]) => {
                self.frame.insert(*slot, Some(*token));
                Ok(Val::Unit)
            }
            ("null", [Val::Int(slot)]) => {
                if self.shape.locals.contains(slot) {
                    return wrong(format!("slot {slot} is a local and is cleared"));
                }
                if self.frame.get(slot).copied().flatten().is_some_and(|token| self.owned.contains(&token)) {
                    return wrong(format!("slot {slot} is cleared while its value lives"));
                }
                self.frame.insert(*slot, None);
                Ok(Val::Unit)
            }
            ("view", [Val::Word(token)]) if self.readable(*token) => Ok(Val::Native),
            ("view_slot", [Val::Int(_)]) => Ok(Val::Native),
            ("take", [Val::Word(token)]) => {
                self.gone(*token, "taken")?;
                Ok(Val::Native)
            }
            // Where making the reference would take a call nothing happens.
            ("try_take" | "try_clone_value" | "try_dup", [Val::Word(_)]) if self.random.below(4) == 0 => {
                Ok(Val::Result(false))
            }
            ("try_take", [Val::Word(token)]) => {
                self.gone(*token, "taken")?;
                Ok(Val::Done(Box::new(Val::Native)))
            }
            ("try_clone_value", [Val::Word(token)]) if self.readable(*token) => Ok(Val::Done(Box::new(Val::Native))),
            ("try_dup", [Val::Word(token)]) if self.readable(*token) => {
                let copy = Val::Word(self.fresh());
                Ok(Val::Done(Box::new(copy)))
            }
            ("own", [_]) => {
                let token = self.fresh();
                self.strong.insert(token);
                Ok(Val::Word(token))
            }
            ("heap_safe", [Val::Word(token)]) => {
                self.strong.insert(*token);
                Ok(Val::Word(*token))
            }
            _ => self.release(name, arguments),
        }
    }

    /// The runtime calls that spill and release.
    fn release(&mut self, name: &str, arguments: &[Val]) -> Eval {
        match (name, arguments) {
            ("save_ip", []) => {
                self.saved_ip = true;
                Ok(Val::Unit)
            }
            ("close", [Val::Word(token)]) => {
                self.gone(*token, "closed")?;
                if self.random.coin() {
                    return Ok(Val::Dead(None));
                }
                self.dead.insert(*token);
                Ok(Val::Dead(Some(*token)))
            }
            ("finalize", [Val::Dead(Some(token))]) => {
                self.saved_ip = true;
                self.dead.remove(token);
                self.escape("a finalizer")?;
                Ok(Val::Unit)
            }
            ("discard", [Val::Word(token)]) => {
                self.gone(*token, "discarded")?;
                Ok(Val::Unit)
            }
            _ => self.way_out(name, arguments),
        }
    }

    /// The runtime calls after which the handler is done.
    fn way_out(&mut self, name: &str, arguments: &[Val]) -> Eval {
        match (name, arguments) {
            ("next_flow" | "next", [Val::Int(_)]) => {
                self.complete()?;
                if name == "next" || self.dead.is_empty() {
                    self.no_dead("at the end")?;
                }
                Ok(Val::Left)
            }
            ("finish1" | "finish2" | "finish3", [_, deads @ ..]) => {
                for dead in deads {
                    if let Val::Dead(Some(token)) = dead {
                        self.dead.remove(token);
                    }
                }
                self.no_dead("at the end")?;
                Ok(Val::Left)
            }
            ("error" | "error_flow", []) => {
                self.no_dead("on the way to the unwinder")?;
                self.frame_is_sound("on the way to the unwinder")?;
                let held: BTreeSet<Token> = self.frame.values().copied().flatten().collect();
                match self.owned.iter().find(|token| !held.contains(token)) {
                    Some(token) => wrong(format!("on the way to the unwinder token {token} leaks")),
                    None => Ok(Val::Left),
                }
            }
            ("deopt" | "deopt_flow", []) => {
                if self.intact() {
                    return Ok(Val::Left);
                }
                wrong("a deopt does not find what the instruction found")
            }
            other => wrong(format!("the judge does not know {other:?}")),
        }
    }
}
