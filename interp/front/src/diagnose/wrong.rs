//! Rules that match wrong expressions.

use interp_compile::error::ErrorKind;

use super::Diagnosis;
use super::grammar::{Id, Node, Parser, Rule};
use super::tokens::Kind;

/// What a list of targets is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Targets {
    Star,
    Del,
    For,
}

impl Parser<'_> {
    /// What messages call an expression.
    pub(super) fn describe(&self, id: Id) -> &'static str {
        match self.kind(id) {
            Node::Name => "name",
            Node::Constant(word) => word,
            Node::FString => "f-string expression",
            Node::TString => "t-string expression",
            Node::Attribute => "attribute",
            Node::Subscript => "subscript",
            Node::Call => "function call",
            Node::Starred => "starred",
            Node::List => "list",
            Node::Tuple => "tuple",
            Node::Set => "set display",
            Node::Dict => "dict literal",
            Node::ListComp => "list comprehension",
            Node::SetComp => "set comprehension",
            Node::DictComp => "dict comprehension",
            Node::Generator => "generator expression",
            Node::Lambda => "lambda",
            Node::Operation | Node::Other => "expression",
            Node::Compare | Node::In => "comparison",
            Node::IfExp => "conditional expression",
            Node::Named => "named expression",
            Node::Await => "await expression",
            Node::Yield => "yield expression",
        }
    }

    /// The first part of a would-be target that is none.
    fn invalid_target(&self, id: Id, targets: Targets) -> Option<Id> {
        match self.kind(id) {
            Node::List | Node::Tuple => self.kids(id).iter().find_map(|&kid| self.invalid_target(kid, targets)),
            Node::Starred if targets != Targets::Del => self.invalid_target(self.kids(id)[0], targets),
            // `for a in b` parses as a comparison, whose left side is the target.
            Node::In if targets == Targets::For => self.invalid_target(self.kids(id)[0], targets),
            Node::Compare if targets == Targets::For => None,
            Node::Name | Node::Subscript | Node::Attribute => None,
            _ => Some(id),
        }
    }

    pub(super) fn raise_target(&mut self, id: Id, targets: Targets) -> Option<()> {
        let bad = self.invalid_target(id, targets)?;
        let what = self.describe(bad);
        let verb = if targets == Targets::Del { "delete" } else { "assign to" };
        self.raise_at(bad, format!("cannot {verb} {what}"))
    }

    fn is_legacy(&self, id: Id) -> bool {
        self.kind(id) == Node::Name && matches!(self.word(id), "print" | "exec")
    }

    /// Names between two strings: somebody forgot to escape quotes.
    fn unescaped_quotes(&mut self) -> Option<()> {
        if !self.eat_kind(Kind::String) {
            return None;
        }
        let inside = self.many(|p| {
            if p.at_kind(Kind::String) {
                return None;
            }
            p.invalid = false;
            let found = p.plain_expression();
            p.invalid = true;
            found
        });
        let (first, last) = (*inside.first()?, *inside.last()?);
        if !self.at_kind(Kind::String) {
            return None;
        }
        self.raise_range(first, last, "invalid syntax. Is this intended to be part of the string?")
    }

    /// `3 + not x` and, with a sign, `-not x`.
    pub(super) fn invalid_not(&mut self, operators: &[&str]) {
        self.wrong(|p| {
            if !p.eat_any(operators) {
                return None;
            }
            let not = p.take("not")?;
            let operand = p.inversion()?;
            p.raise_range(not, operand, "'not' after an operator must be parenthesized")
        });
    }

    pub(super) fn invalid_expression(&mut self) {
        self.wrong(Self::unescaped_quotes);
        self.wrong(Self::forgotten_comma);
        self.wrong(|p| {
            let body = p.disjunction()?;
            if !p.eat("if") {
                return None;
            }
            let test = p.disjunction()?;
            if p.at_any(&["else", ":"]) {
                return None;
            }
            p.raise_range(body, test, "expected 'else' after 'if' expression")
        });
        self.wrong(|p| {
            p.disjunction()?;
            if !p.eat("if") {
                return None;
            }
            p.disjunction()?;
            if !p.eat("else") || p.ahead(Self::expression) || p.error.is_some() {
                return None;
            }
            p.raise_next("expected expression after 'else', but statement is given")
        });
        self.wrong(|p| {
            let statement = p.take_any(&["pass", "break", "continue"])?;
            if !p.eat("if") {
                return None;
            }
            p.disjunction()?;
            if !p.eat("else") {
                return None;
            }
            p.simple_stmt()?;
            p.raise_at(statement, "expected expression before 'if', but statement is given")
        });
        for (kind, letter) in [(Kind::FMiddle, 'f'), (Kind::TMiddle, 't')] {
            self.wrong(|p| {
                let lambda = p.take("lambda")?;
                p.lambda_params();
                let colon = p.take(":")?;
                if !p.at_kind(kind) {
                    return None;
                }
                let msg = format!("{letter}-string: lambda expressions are not allowed without parentheses");
                p.raise_range(lambda, colon, msg)
            });
        }
    }

    fn forgotten_comma(&mut self) -> Option<()> {
        let soft = |p: &mut Self| p.take_any(&["match", "case", "type", "_"]);
        let prefixed = |p: &mut Self| p.name().filter(|_| p.eat_kind(Kind::String));
        if self.ahead(prefixed) || self.ahead(soft) {
            return None;
        }
        let left = self.disjunction()?;
        self.invalid = false;
        let right = self.attempt(Self::plain_expression);
        self.invalid = true;
        let right = right?;
        let level = self.previous().map_or(0, |token| token.level);
        if self.is_legacy(left) || level == 0 {
            return None;
        }
        self.raise_range(left, right, "invalid syntax. Perhaps you forgot a comma?")
    }

    pub(super) fn invalid_legacy_expression(&mut self) {
        self.wrong(|p| {
            let name = p.name()?;
            if p.at("(") {
                return None;
            }
            let rest = p.star_expressions()?;
            if !p.is_legacy(name) {
                return None;
            }
            let word = p.word(name);
            let msg = format!("Missing parentheses in call to '{word}'. Did you mean {word}(...)?");
            p.raise_range(name, rest, msg)
        });
    }

    pub(super) fn invalid_named_expression(&mut self) {
        if !self.invalid {
            return;
        }
        self.memo(Rule::InvalidNamed, |p| {
            p.wrong(|p| {
                let target = p.expression()?;
                if !p.eat(":=") {
                    return None;
                }
                p.expression()?;
                let what = p.describe(target);
                p.raise_at(target, format!("cannot use assignment expressions with {what}"))
            });
            p.wrong(|p| {
                let name = p.name()?;
                if !p.eat("=") {
                    return None;
                }
                let value = p.bitwise_or()?;
                if p.at_any(&["=", ":="]) {
                    return None;
                }
                p.raise_range(name, value, "invalid syntax. Maybe you meant '==' or ':=' instead of '='?")
            });
            p.wrong(|p| {
                let display = |p: &mut Self| {
                    p.list()
                        .or_else(|| p.tuple())
                        .or_else(|| p.generator())
                        .or_else(|| p.take_any(&["True", "None", "False"]))
                };
                if p.ahead(display) {
                    return None;
                }
                let target = p.bitwise_or()?;
                if !p.eat("=") {
                    return None;
                }
                p.bitwise_or()?;
                if p.at_any(&["=", ":="]) {
                    return None;
                }
                let what = p.describe(target);
                p.raise_at(target, format!("cannot assign to {what} here. Maybe you meant '==' instead of '='?"))
            });
            None
        });
    }

    pub(super) fn invalid_group(&mut self) {
        self.wrong(|p| {
            if !p.eat("(") {
                return None;
            }
            let starred = p.starred_expression()?;
            if !p.eat(")") {
                return None;
            }
            p.raise_at(starred, "cannot use starred expression here")
        });
        self.wrong(|p| {
            if !p.eat("(") {
                return None;
            }
            let stars = p.take("**")?;
            p.expression()?;
            if !p.eat(")") {
                return None;
            }
            p.raise_at(stars, "cannot use double starred expression here")
        });
    }

    pub(super) fn invalid_comprehension(&mut self) {
        const FORGOT: &str = "did you forget parentheses around the comprehension target?";
        self.wrong(|p| {
            if !p.eat_any(&["[", "(", "{"]) {
                return None;
            }
            let starred = p.starred_expression()?;
            p.for_if_clauses()?;
            p.raise_at(starred, "iterable unpacking cannot be used in comprehension")
        });
        self.wrong(|p| {
            if !p.eat_any(&["[", "{"]) {
                return None;
            }
            let first = p.star_named_expression()?;
            if !p.eat(",") {
                return None;
            }
            let rest = p.star_named_expressions()?;
            p.for_if_clauses()?;
            p.raise_range(first, *rest.last()?, FORGOT)
        });
        self.wrong(|p| {
            if !p.eat_any(&["[", "{"]) {
                return None;
            }
            let first = p.star_named_expression()?;
            let comma = p.take(",")?;
            p.for_if_clauses()?;
            p.raise_range(first, comma, FORGOT)
        });
    }

    pub(super) fn invalid_dict_pairs(&mut self) -> Option<()> {
        self.wrong_always(|p| {
            p.gather(",", Self::dict_pair)?;
            if !p.eat(",") {
                return None;
            }
            p.invalid_pair()
        });
        self.wrong_always(Self::starred_value);
        self.wrong_always(Self::missing_value);
        None
    }

    fn invalid_pair(&mut self) -> Option<()> {
        self.wrong_always(|p| {
            let key = p.expression()?;
            if p.at(":") || p.error.is_some() {
                return None;
            }
            // CPython puts this error on the key's last character and gives it no end.
            let (lineno, _) = p.place(p.first_token(key).start);
            let (_, behind) = p.place(p.last_token(key).end);
            let msg = "':' expected after dictionary key";
            p.raise(Diagnosis::new(ErrorKind::Syntax, msg, lineno, behind - 1, lineno, 0))
        });
        self.wrong_always(Self::starred_value);
        self.wrong_always(Self::missing_value);
        None
    }

    fn starred_value(&mut self) -> Option<()> {
        self.expression()?;
        if !self.eat(":") {
            return None;
        }
        let star = self.take("*")?;
        self.bitwise_or()?;
        self.raise_from(star, "cannot use a starred expression in a dictionary value")
    }

    fn missing_value(&mut self) -> Option<()> {
        self.expression()?;
        let colon = self.take(":")?;
        if !self.at_any(&["}", ","]) {
            return None;
        }
        self.raise_at(colon, "expression expected after dictionary key and ':'")
    }

    pub(super) fn invalid_for_clause(&mut self) {
        self.wrong(|p| {
            p.eat("async");
            if !p.eat("for") {
                return None;
            }
            p.gather(",", Self::bitwise_or)?;
            p.eat(",");
            if p.at("in") || p.error.is_some() {
                return None;
            }
            p.raise_last(ErrorKind::Syntax, "'in' expected after for-loop variables")
        });
    }

    pub(super) fn invalid_for_target(&mut self) {
        self.wrong(|p| {
            p.eat("async");
            if !p.eat("for") {
                return None;
            }
            let target = p.star_expressions()?;
            p.raise_target(target, Targets::For)
        });
    }
}
