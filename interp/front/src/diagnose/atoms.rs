//! Rules for what stands on its own: names, literals, displays and comprehensions.

use super::grammar::{Id, Node, Parser};
use super::tokens::Kind;

impl Parser<'_> {
    pub(super) fn atom(&mut self) -> Option<Id> {
        let first = self.pos;
        if let Some(name) = self.name() {
            return Some(name);
        }
        let token = self.token()?;
        match token.kind {
            Kind::Name => {
                let word = match self.words(token) {
                    "True" => "True",
                    "False" => "False",
                    "None" => "None",
                    _ => return None,
                };
                self.pos += 1;
                Some(self.node(Node::Constant(word), first, Vec::new()))
            }
            Kind::Number => {
                self.pos += 1;
                Some(self.node(Node::Constant("literal"), first, Vec::new()))
            }
            Kind::String | Kind::FStart | Kind::TStart => self.strings(),
            Kind::Op => match self.words(token) {
                "(" => self.parenthesized(),
                "[" => self.bracketed(),
                "{" => self.braced(),
                "..." => {
                    self.pos += 1;
                    Some(self.node(Node::Constant("ellipsis"), first, Vec::new()))
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn parenthesized(&mut self) -> Option<Id> {
        self.tuple().or_else(|| self.group()).or_else(|| self.generator())
    }

    pub(super) fn tuple(&mut self) -> Option<Id> {
        let first = self.pos;
        self.attempt(|p| {
            if !p.eat("(") {
                return None;
            }
            let items = p
                .attempt(|p| {
                    let mut items = vec![p.star_named_expression()?];
                    if !p.eat(",") {
                        return None;
                    }
                    items.extend(p.star_named_expressions().unwrap_or_default());
                    Some(items)
                })
                .unwrap_or_default();
            p.eat(")").then(|| p.node(Node::Tuple, first, items))
        })
    }

    /// A parenthesized expression has the place of what it holds.
    fn group(&mut self) -> Option<Id> {
        let found = self.attempt(|p| {
            if !p.eat("(") {
                return None;
            }
            let inner = p.yield_expr().or_else(|| p.named_expression())?;
            p.eat(")").then_some(inner)
        });
        if found.is_none() && self.invalid {
            self.invalid_group();
        }
        found
    }

    pub(super) fn generator(&mut self) -> Option<Id> {
        let first = self.pos;
        let found = self.attempt(|p| {
            if !p.eat("(") {
                return None;
            }
            p.argument_expression()?;
            p.for_if_clauses()?;
            p.eat(")").then(|| p.node(Node::Generator, first, Vec::new()))
        });
        if found.is_none() && self.invalid {
            self.invalid_comprehension();
        }
        found
    }

    fn bracketed(&mut self) -> Option<Id> {
        let first = self.pos;
        let found = self.list().or_else(|| {
            self.attempt(|p| {
                if !p.eat("[") {
                    return None;
                }
                p.named_expression()?;
                p.for_if_clauses()?;
                p.eat("]").then(|| p.node(Node::ListComp, first, Vec::new()))
            })
        });
        if found.is_none() && self.invalid {
            self.invalid_comprehension();
        }
        found
    }

    pub(super) fn list(&mut self) -> Option<Id> {
        let first = self.pos;
        self.attempt(|p| {
            if !p.eat("[") {
                return None;
            }
            let items = p.star_named_expressions().unwrap_or_default();
            p.eat("]").then(|| p.node(Node::List, first, items))
        })
    }

    fn braced(&mut self) -> Option<Id> {
        let first = self.pos;
        self.dict(first)
            .or_else(|| {
                self.attempt(|p| {
                    if !p.eat("{") {
                        return None;
                    }
                    p.star_named_expressions()?;
                    p.eat("}").then(|| p.node(Node::Set, first, Vec::new()))
                })
            })
            .or_else(|| self.braced_comprehension(first))
    }

    fn dict(&mut self, first: usize) -> Option<Id> {
        let found = self.attempt(|p| {
            if !p.eat("{") {
                return None;
            }
            p.dict_pairs();
            p.eat("}").then(|| p.node(Node::Dict, first, Vec::new()))
        });
        if found.is_none() {
            self.wrong_always(|p| {
                if !p.eat("{") {
                    return None;
                }
                p.invalid_dict_pairs()
            });
        }
        found
    }

    fn braced_comprehension(&mut self, first: usize) -> Option<Id> {
        let dict = self.attempt(|p| {
            if !p.eat("{") {
                return None;
            }
            p.pair()?;
            p.for_if_clauses()?;
            p.eat("}").then(|| p.node(Node::DictComp, first, Vec::new()))
        });
        if dict.is_some() {
            return dict;
        }
        self.wrong(|p| {
            if !p.eat("{") {
                return None;
            }
            let stars = p.take("**")?;
            p.bitwise_or()?;
            p.for_if_clauses()?;
            if !p.eat("}") {
                return None;
            }
            p.raise_at(stars, "dict unpacking cannot be used in dict comprehension")
        });
        let set = self.attempt(|p| {
            if !p.eat("{") {
                return None;
            }
            p.named_expression()?;
            p.for_if_clauses()?;
            p.eat("}").then(|| p.node(Node::SetComp, first, Vec::new()))
        });
        if set.is_none() && self.invalid {
            self.invalid_comprehension();
        }
        set
    }

    pub(super) fn dict_pairs(&mut self) -> Option<()> {
        self.gather(",", Self::dict_pair)?;
        self.eat(",");
        Some(())
    }

    pub(super) fn dict_pair(&mut self) -> Option<Id> {
        let first = self.pos;
        self.attempt(|p| {
            if !p.eat("**") {
                return None;
            }
            p.bitwise_or()?;
            Some(p.node(Node::Other, first, Vec::new()))
        })
        .or_else(|| self.attempt(Self::pair))
    }

    fn pair(&mut self) -> Option<Id> {
        let first = self.pos;
        self.expression()?;
        if !self.eat(":") {
            return None;
        }
        self.expression()?;
        Some(self.node(Node::Other, first, Vec::new()))
    }

    /// The clauses of a comprehension; the node spans from the first `for` to the last item.
    pub(super) fn for_if_clauses(&mut self) -> Option<Id> {
        let first = self.pos;
        let clauses = self.many(Self::for_if_clause);
        if clauses.is_empty() { None } else { Some(self.node(Node::Other, first, clauses)) }
    }

    fn for_if_clause(&mut self) -> Option<Id> {
        let first = self.pos;
        self.attempt(|p| {
            p.eat("async");
            if !p.eat("for") {
                return None;
            }
            p.star_targets()?;
            if !p.eat("in") {
                return None;
            }
            let mut last = p.disjunction()?;
            for condition in p.many(|p| if p.eat("if") { p.disjunction() } else { None }) {
                last = condition;
            }
            Some(p.node(Node::Other, first, vec![last]))
        })
        .or_else(|| {
            if self.invalid && !self.ahead(Self::clause_head) {
                self.invalid_for_clause();
                self.invalid_for_target();
            }
            None
        })
    }

    /// Behind `for target in` nothing else is tried.
    fn clause_head(&mut self) -> Option<()> {
        self.eat("async");
        if !self.eat("for") {
            return None;
        }
        self.star_targets()?;
        self.eat("in").then_some(())
    }
}
