//! The machine under the error rules: a backtracking parser over tokens with memory.
//!
//! CPython finds most of its messages by parsing a second time with extra rules that match only wrong programs. What
//! it says, and where, depends on the order of rules and on how far tokens were fetched, so the rules here keep
//! CPython's order. The first pass runs without the extra rules; its farthest token is where a plain
//! "invalid syntax" points.

use std::collections::HashMap;

use interp_compile::error::ErrorKind;
use rustc_hash::FxBuildHasher;

use super::Diagnosis;
use super::tokens::{Kind, Token, Tokens};
use crate::lines::Lines;

/// What kind of expression a node is, as far as messages care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Name,
    Constant(&'static str),
    FString,
    TString,
    Attribute,
    Subscript,
    Call,
    Starred,
    List,
    Tuple,
    Set,
    Dict,
    ListComp,
    SetComp,
    DictComp,
    Generator,
    Lambda,
    Operation,
    Compare,
    In,
    IfExp,
    Named,
    Await,
    Yield,
    /// Anything that no message names.
    Other,
}

/// A parsed node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Id(u32);

struct Data {
    node: Node,
    /// First token.
    first: u32,
    /// Token behind the last.
    behind: u32,
    kids: Vec<Id>,
}

/// Rules whose results are remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Rule {
    SimpleStmt,
    Block,
    Expression,
    Disjunction,
    Conjunction,
    Inversion,
    Comparison,
    BitwiseOr,
    BitwiseXor,
    BitwiseAnd,
    Shift,
    Sum,
    Term,
    Factor,
    Await,
    Primary,
    TPrimary,
    StarExpression,
    StarTarget,
    TargetWithStar,
    DelTarget,
    Arguments,
    Strings,
    ClosedPattern,
    InvalidNamed,
    LambdaParams,
}

pub(super) const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

type Memory = HashMap<(Rule, u32), Option<(Id, u32)>, FxBuildHasher>;

pub(super) struct Parser<'t> {
    pub(super) text: &'t str,
    pub(super) lines: &'t Lines,
    tokens: &'t Tokens,
    /// Next token.
    pub(super) pos: usize,
    /// How many tokens were fetched.
    pub(super) fetched: usize,
    /// Whether the rules for wrong programs are active.
    pub(super) invalid: bool,
    pub(super) error: Option<Diagnosis>,
    /// The error came from the tokenizer, so no other can replace it.
    pub(super) lexical: bool,
    nodes: Vec<Data>,
    memory: Memory,
    depth: u32,
}

/// Deepest recursion of rules before CPython gives up (`MAXSTACK`), in our own rules.
const MAX_DEPTH: u32 = 6000;

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t str, lines: &'t Lines, tokens: &'t Tokens, invalid: bool) -> Self {
        Self {
            text,
            lines,
            tokens,
            pos: 0,
            fetched: 0,
            invalid,
            error: None,
            lexical: false,
            nodes: Vec::new(),
            memory: Memory::default(),
            depth: 0,
        }
    }

    /// The next token, fetched.
    pub(super) fn token(&mut self) -> Option<Token> {
        if self.error.is_some() {
            return None;
        }
        match self.tokens.all.get(self.pos) {
            Some(token) => {
                self.fetched = self.fetched.max(self.pos + 1);
                Some(*token)
            }
            None => {
                // Behind the end marker there is nothing, and nothing to complain about.
                self.error = self.tokens.error.clone();
                self.lexical = self.error.is_some();
                None
            }
        }
    }

    /// The last token fetched so far.
    pub(super) fn last(&self) -> Option<Token> {
        self.tokens.all.get(self.fetched.checked_sub(1)?).copied()
    }

    pub(super) fn words(&self, token: Token) -> &'t str {
        &self.text[token.start as usize..token.end as usize]
    }

    pub(super) fn at_kind(&mut self, kind: Kind) -> bool {
        self.token().is_some_and(|token| token.kind == kind)
    }

    pub(super) fn eat_kind(&mut self, kind: Kind) -> bool {
        let found = self.at_kind(kind);
        self.pos += usize::from(found);
        found
    }

    /// Whether the next token is this operator or word.
    pub(super) fn at(&mut self, word: &str) -> bool {
        self.token().is_some_and(|token| matches!(token.kind, Kind::Op | Kind::Name) && self.words(token) == word)
    }

    pub(super) fn at_any(&mut self, words: &[&str]) -> bool {
        self.token()
            .is_some_and(|token| matches!(token.kind, Kind::Op | Kind::Name) && words.contains(&self.words(token)))
    }

    pub(super) fn eat(&mut self, word: &str) -> bool {
        let found = self.at(word);
        self.pos += usize::from(found);
        found
    }

    pub(super) fn eat_any(&mut self, words: &[&str]) -> bool {
        let found = self.at_any(words);
        self.pos += usize::from(found);
        found
    }

    /// A token as a node.
    pub(super) fn take(&mut self, word: &str) -> Option<Id> {
        let first = self.pos;
        self.eat(word).then(|| self.node(Node::Other, first, Vec::new()))
    }

    pub(super) fn take_any(&mut self, words: &[&str]) -> Option<Id> {
        let first = self.pos;
        self.eat_any(words).then(|| self.node(Node::Other, first, Vec::new()))
    }

    /// An identifier that is no keyword.
    pub(super) fn name(&mut self) -> Option<Id> {
        let token = self.token()?;
        if token.kind != Kind::Name || KEYWORDS.contains(&self.words(token)) {
            return None;
        }
        self.pos += 1;
        Some(self.node(Node::Name, self.pos - 1, Vec::new()))
    }

    /// A node over the tokens from `first` to here.
    pub(super) fn node(&mut self, node: Node, first: usize, kids: Vec<Id>) -> Id {
        self.nodes.push(Data { node, first: first as u32, behind: self.pos as u32, kids });
        Id(self.nodes.len() as u32 - 1)
    }

    pub(super) fn kind(&self, id: Id) -> Node {
        self.nodes[id.0 as usize].node
    }

    pub(super) fn kids(&self, id: Id) -> &[Id] {
        &self.nodes[id.0 as usize].kids
    }

    /// The source of a node that is one token.
    pub(super) fn word(&self, id: Id) -> &'t str {
        self.words(self.tokens.all[self.nodes[id.0 as usize].first as usize])
    }

    pub(super) fn first_token(&self, id: Id) -> Token {
        self.tokens.all[self.nodes[id.0 as usize].first as usize]
    }

    /// The last token of a node, line ends and dents excluded.
    pub(super) fn last_token(&self, id: Id) -> Token {
        let data = &self.nodes[id.0 as usize];
        let mut at = (data.behind as usize).max(data.first as usize + 1) - 1;
        while at > data.first as usize
            && matches!(self.tokens.all[at].kind, Kind::Newline | Kind::Indent | Kind::Dedent)
        {
            at -= 1;
        }
        self.tokens.all[at]
    }

    /// The token before the next one.
    pub(super) fn previous(&self) -> Option<Token> {
        self.tokens.all.get(self.pos.checked_sub(1)?).copied()
    }

    /// Tries a rule; on failure nothing is consumed.
    pub(super) fn attempt<T>(&mut self, rule: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.error.is_some() {
            return None;
        }
        let start = self.pos;
        let result = rule(self);
        if result.is_none() || self.error.is_some() {
            self.pos = start;
            return None;
        }
        result
    }

    /// Whether a rule would match here; nothing is consumed.
    pub(super) fn ahead<T>(&mut self, rule: impl FnOnce(&mut Self) -> Option<T>) -> bool {
        let start = self.pos;
        let found = self.attempt(rule).is_some();
        self.pos = start;
        found
    }

    /// A rule for wrong programs: runs in the second pass only, and counts by what it raises.
    pub(super) fn wrong(&mut self, rule: impl FnOnce(&mut Self) -> Option<()>) {
        if self.invalid {
            let start = self.pos;
            self.attempt(rule);
            self.pos = start;
        }
    }

    /// A rule for wrong programs that CPython runs in both passes, because it stands inside brackets in the grammar.
    pub(super) fn wrong_always(&mut self, rule: impl FnOnce(&mut Self) -> Option<()>) {
        let start = self.pos;
        self.attempt(rule);
        self.pos = start;
    }

    /// Runs a remembered rule.
    pub(super) fn memo(&mut self, rule: Rule, body: impl FnOnce(&mut Self) -> Option<Id>) -> Option<Id> {
        if self.error.is_some() {
            return None;
        }
        let start = self.pos as u32;
        if let Some(known) = self.memory.get(&(rule, start)) {
            let (id, end) = (*known)?;
            self.pos = end as usize;
            return Some(id);
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let msg = "Parser stack overflowed - Python source too complex to parse";
            self.error = Some(Diagnosis::new(ErrorKind::Memory, msg, 0, 0, 0, 0));
            self.lexical = true;
            return None;
        }
        let result = stacker::maybe_grow(256 * 1024, 4 * 1024 * 1024, || self.attempt(body));
        self.depth -= 1;
        if self.error.is_none() {
            self.memory.insert((rule, start), result.map(|id| (id, self.pos as u32)));
        }
        result
    }

    /// `item (separator item)*`
    pub(super) fn gather(&mut self, separator: &str, item: impl Fn(&mut Self) -> Option<Id>) -> Option<Vec<Id>> {
        let mut items = vec![self.attempt(&item)?];
        while let Some(next) = self.attempt(|p| {
            if !p.eat(separator) {
                return None;
            }
            item(p)
        }) {
            items.push(next);
        }
        Some(items)
    }

    pub(super) fn many(&mut self, item: impl Fn(&mut Self) -> Option<Id>) -> Vec<Id> {
        let mut items = Vec::new();
        while let Some(next) = self.attempt(&item) {
            items.push(next);
        }
        items
    }

    // Raising. Each returns None, so that a rule can end with it.

    pub(super) fn raise(&mut self, error: Diagnosis) -> Option<()> {
        if self.error.is_none() {
            self.error = Some(error);
        }
        None
    }

    /// At the last token fetched.
    pub(super) fn raise_last(&mut self, kind: ErrorKind, msg: impl Into<String>) -> Option<()> {
        let error = self.diagnosis_at(kind, self.last()?, msg);
        self.raise(error)
    }

    /// At the next token.
    pub(super) fn raise_next(&mut self, msg: impl Into<String>) -> Option<()> {
        let token = self.token()?;
        let error = self.diagnosis_at(ErrorKind::Syntax, token, msg);
        self.raise(error)
    }

    /// At a node.
    pub(super) fn raise_at(&mut self, node: Id, msg: impl Into<String>) -> Option<()> {
        self.raise_range(node, node, msg)
    }

    /// From one node to another.
    pub(super) fn raise_range(&mut self, first: Id, last: Id, msg: impl Into<String>) -> Option<()> {
        let (lineno, offset) = self.place(self.first_token(first).start);
        let (end_lineno, end_offset) = self.end_place(lineno, self.last_token(last).end, 1);
        self.raise(Diagnosis::new(ErrorKind::Syntax, msg, lineno, offset, end_lineno, end_offset))
    }

    /// From a node to wherever the tokenizer is.
    pub(super) fn raise_from(&mut self, node: Id, msg: impl Into<String>) -> Option<()> {
        let (lineno, offset) = self.place(self.first_token(node).start);
        let last = self.last()?;
        let mut end = self.end_place(lineno, last.end, 0);
        if last.kind == Kind::Newline {
            // The tokenizer stands behind the newline, still on its line.
            let (line, offset) = self.end_place(lineno, last.end - 1, 0);
            end = (line, offset + 1);
        }
        self.raise(Diagnosis::new(ErrorKind::Syntax, msg, lineno, offset, end.0, end.1))
    }

    /// Where an error ends. CPython counts the characters of an end on another line in the first line's text.
    fn end_place(&self, lineno: u32, end: u32, beyond: u32) -> (u32, i32) {
        let (end_lineno, col) = self.lines.locate(end);
        let line = self.lines.text(lineno, self.text).unwrap_or_default();
        let col = (col + beyond) as usize;
        let offset = match line.get(..col.saturating_sub(beyond as usize)) {
            Some(head) if col <= line.len() + 1 => head.chars().count() + beyond as usize,
            _ => line.chars().count() + 1,
        };
        (end_lineno, offset as i32)
    }

    /// Line and 1-based character.
    pub(super) fn place(&self, at: u32) -> (u32, i32) {
        let (lineno, col) = self.lines.locate(at);
        let line = self.lines.text(lineno, self.text).unwrap_or_default();
        let before = line.get(..col as usize).map_or(col as usize, |head| head.chars().count());
        (lineno, before as i32 + 1)
    }

    /// An error at a token, which may have no column.
    pub(super) fn diagnosis_at(&self, kind: ErrorKind, token: Token, msg: impl Into<String>) -> Diagnosis {
        if token.placed {
            let (lineno, offset) = self.place(token.start);
            let end = token.end.max(token.start + u32::from(token.kind == Kind::Newline));
            let (end_lineno, end_offset) = if token.kind == Kind::Newline {
                (lineno, offset + (end - token.start) as i32)
            } else {
                self.place(end)
            };
            return Diagnosis::new(kind, msg, lineno, offset, end_lineno, end_offset);
        }
        // At the end of the source the tokenizer stands behind the last line's newline.
        if token.start as usize >= self.text.len() && !self.text.is_empty() {
            let (lineno, _) = self.lines.locate(token.start - 1);
            let line = self.lines.text(lineno, self.text).unwrap_or_default();
            return Diagnosis::new(kind, msg, lineno, line.chars().count() as i32 + 1, lineno, -1);
        }
        let (lineno, offset) = self.place(token.start);
        Diagnosis::new(kind, msg, lineno, offset - 1, lineno, -1)
    }
}
