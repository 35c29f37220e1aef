//! Rules for `match`: the statement and its patterns.

use super::grammar::{Id, Node, Parser, Rule};
use super::tokens::Kind;

impl Parser<'_> {
    pub(super) fn patterns(&mut self) -> Option<Id> {
        self.attempt(Self::open_sequence).or_else(|| self.pattern())
    }

    fn pattern(&mut self) -> Option<Id> {
        let first = self.pos;
        let bound = self.attempt(|p| {
            p.or_pattern()?;
            if !p.eat("as") {
                return None;
            }
            p.capture()?;
            Some(p.node(Node::Other, first, Vec::new()))
        });
        if bound.is_some() {
            return bound;
        }
        self.wrong(|p| {
            p.or_pattern()?;
            if !p.eat("as") {
                return None;
            }
            let target = p.take("_")?;
            p.raise_at(target, "cannot use '_' as a target")
        });
        self.wrong(|p| {
            p.or_pattern()?;
            if !p.eat("as") {
                return None;
            }
            let target = p.expression()?;
            let what = p.describe(target);
            p.raise_at(target, format!("cannot use {what} as pattern target"))
        });
        self.or_pattern()
    }

    fn or_pattern(&mut self) -> Option<Id> {
        let first = self.pos;
        self.gather("|", Self::closed_pattern)?;
        Some(self.node(Node::Other, first, Vec::new()))
    }

    fn closed_pattern(&mut self) -> Option<Id> {
        self.memo(Rule::ClosedPattern, |p| {
            let first = p.pos;
            p.attempt(Self::literal)
                .or_else(|| p.capture())
                .or_else(|| p.take("_"))
                .or_else(|| p.value_pattern())
                .or_else(|| p.bracketed_pattern())
                .or_else(|| p.mapping())
                .or_else(|| p.class_pattern())
                .map(|_| p.node(Node::Other, first, Vec::new()))
        })
    }

    /// A number with its sign, maybe complex; strings; singletons.
    fn literal(&mut self) -> Option<Id> {
        let first = self.pos;
        let signed = |p: &mut Self| {
            p.eat("-");
            p.eat_kind(Kind::Number).then_some(())
        };
        let simple = self.attempt(|p| {
            signed(p)?;
            if p.at_any(&["+", "-"]) { None } else { Some(()) }
        });
        let number = simple.or_else(|| {
            self.attempt(|p| {
                signed(p)?;
                p.complex_parts(first)
            })
        });
        if number.is_some() {
            return Some(self.node(Node::Constant("literal"), first, Vec::new()));
        }
        self.strings().or_else(|| self.take_any(&["None", "True", "False"]))
    }

    /// `real ± imaginary`, behind the real part.
    fn complex_parts(&mut self, first: usize) -> Option<()> {
        let is_imaginary = |words: &str| words.ends_with(['j', 'J']);
        let real = self.node(Node::Other, first, Vec::new());
        if is_imaginary(self.words(self.last_token(real))) {
            if self.at_any(&["+", "-"]) {
                return self.raise_at(real, "real number required in complex literal");
            }
            return None;
        }
        if !self.eat_any(&["+", "-"]) {
            return None;
        }
        let start = self.pos;
        if !self.eat_kind(Kind::Number) {
            return None;
        }
        let imaginary = self.node(Node::Other, start, Vec::new());
        if !is_imaginary(self.word(imaginary)) {
            return self.raise_at(imaginary, "imaginary number required in complex literal");
        }
        Some(())
    }

    fn capture(&mut self) -> Option<Id> {
        self.attempt(|p| {
            if p.at("_") {
                return None;
            }
            let name = p.name()?;
            if p.at_any(&[".", "(", "="]) { None } else { Some(name) }
        })
    }

    fn dotted(&mut self) -> Option<(Id, bool)> {
        let name = self.name()?;
        let mut attribute = false;
        while self.attempt(|p| if p.eat(".") { p.name() } else { None }).is_some() {
            attribute = true;
        }
        Some((name, attribute))
    }

    fn value_pattern(&mut self) -> Option<Id> {
        self.attempt(|p| {
            let (name, attribute) = p.dotted()?;
            if !attribute || p.at_any(&[".", "(", "="]) { None } else { Some(name) }
        })
    }

    fn bracketed_pattern(&mut self) -> Option<Id> {
        let first = self.pos;
        self.attempt(|p| {
            if !p.eat("(") {
                return None;
            }
            let inner = p.pattern()?;
            p.eat(")").then_some(inner)
        })
        .or_else(|| {
            self.attempt(|p| {
                if !p.eat("[") {
                    return None;
                }
                p.maybe_sequence();
                p.eat("]").then(|| p.node(Node::Other, first, Vec::new()))
            })
        })
        .or_else(|| {
            self.attempt(|p| {
                if !p.eat("(") {
                    return None;
                }
                p.attempt(Self::open_sequence);
                p.eat(")").then(|| p.node(Node::Other, first, Vec::new()))
            })
        })
    }

    fn open_sequence(&mut self) -> Option<Id> {
        let item = self.maybe_star()?;
        if !self.eat(",") {
            return None;
        }
        self.maybe_sequence();
        Some(item)
    }

    fn maybe_sequence(&mut self) -> Option<()> {
        self.gather(",", Self::maybe_star)?;
        self.eat(",");
        Some(())
    }

    fn maybe_star(&mut self) -> Option<Id> {
        self.attempt(|p| {
            if !p.eat("*") {
                return None;
            }
            p.capture().or_else(|| p.take("_"))
        })
        .or_else(|| self.pattern())
    }

    fn mapping(&mut self) -> Option<Id> {
        let first = self.pos;
        let rest = |p: &mut Self| {
            if !p.eat("**") {
                return None;
            }
            p.capture()
        };
        let close = |p: &mut Self| {
            p.eat(",");
            p.eat("}").then(|| p.node(Node::Other, first, Vec::new()))
        };
        self.attempt(|p| {
            if !p.eat("{") {
                return None;
            }
            p.eat("}").then(|| p.node(Node::Other, first, Vec::new()))
        })
        .or_else(|| {
            self.attempt(|p| {
                if !p.eat("{") {
                    return None;
                }
                rest(p)?;
                close(p)
            })
        })
        .or_else(|| {
            self.attempt(|p| {
                if !p.eat("{") {
                    return None;
                }
                p.gather(",", Self::item)?;
                if !p.eat(",") {
                    return None;
                }
                rest(p)?;
                close(p)
            })
        })
        .or_else(|| {
            self.attempt(|p| {
                if !p.eat("{") {
                    return None;
                }
                p.gather(",", Self::item)?;
                close(p)
            })
        })
    }

    fn item(&mut self) -> Option<Id> {
        if self.attempt(Self::literal).is_none() {
            let (_, attribute) = self.dotted()?;
            if !attribute {
                return None;
            }
        }
        if !self.eat(":") {
            return None;
        }
        self.pattern()
    }

    fn positional_patterns(&mut self) -> Option<Vec<Id>> {
        self.gather(",", |p| {
            let found = p.pattern()?;
            // `name=` starts the keyword patterns.
            if p.at("=") { None } else { Some(found) }
        })
    }

    fn keyword_patterns(&mut self) -> Option<Vec<Id>> {
        self.gather(",", |p| {
            p.name()?;
            if !p.eat("=") {
                return None;
            }
            p.pattern()
        })
    }

    fn class_pattern(&mut self) -> Option<Id> {
        let found = self.attempt(|p| {
            let (name, _) = p.dotted()?;
            if !p.eat("(") {
                return None;
            }
            if p.eat(")") {
                return Some(name);
            }
            let positional = p.positional_patterns().is_some();
            if positional {
                p.attempt(|p| if p.eat(",") { p.keyword_patterns() } else { None });
            } else {
                p.keyword_patterns()?;
            }
            p.eat(",");
            p.eat(")").then_some(name)
        });
        if found.is_none() {
            self.wrong(|p| {
                p.dotted()?;
                if !p.eat("(") {
                    return None;
                }
                p.attempt(|p| p.positional_patterns().filter(|_| p.eat(",")));
                p.keyword_patterns()?;
                if !p.eat(",") {
                    return None;
                }
                let items = p.positional_patterns()?;
                let (first, last) = (*items.first()?, *items.last()?);
                p.raise_range(first, last, "positional patterns follow keyword patterns")
            });
        }
        found
    }
}

impl Parser<'_> {
    fn subject(&mut self) -> Option<()> {
        self.attempt(|p| {
            p.star_named_expression()?;
            if !p.eat(",") {
                return None;
            }
            p.star_named_expressions();
            Some(())
        })
        .or_else(|| self.named_expression().map(|_| ()))
    }

    pub(super) fn match_stmt(&mut self) -> Option<()> {
        let found = self.attempt(|p| {
            if !p.eat("match") {
                return None;
            }
            p.subject()?;
            if !p.eat(":") || !p.eat_kind(Kind::Newline) || !p.eat_kind(Kind::Indent) {
                return None;
            }
            if p.many(Self::case_block).is_empty() {
                return None;
            }
            p.eat_kind(Kind::Dedent).then_some(())
        });
        if found.is_none() {
            self.missing_colon(|p| {
                p.take("match")?;
                p.subject()
            });
            self.missing_block("'match' statement", |p| {
                let keyword = p.take("match")?;
                p.subject()?;
                Some(keyword)
            });
        }
        found
    }

    fn case_head(&mut self) -> Option<Id> {
        let keyword = self.take("case")?;
        self.patterns()?;
        self.attempt(|p| if p.eat("if") { p.named_expression() } else { None });
        Some(keyword)
    }

    fn case_block(&mut self) -> Option<Id> {
        self.missing_colon(|p| p.case_head().map(|_| ()));
        self.missing_block("'case' statement", Self::case_head);
        self.attempt(|p| {
            let keyword = p.case_head()?;
            if !p.eat(":") {
                return None;
            }
            p.block()?;
            Some(keyword)
        })
    }
}
