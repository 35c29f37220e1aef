//! Rules for the parameters of functions and lambdas.

use super::grammar::{Id, Node, Parser, Rule};

/// What differs between `def` and `lambda`.
#[derive(Clone, Copy)]
struct Style {
    /// The token behind the last parameter.
    close: &'static str,
    annotated: bool,
    parenthesized: &'static str,
}

const DEF: Style = Style { close: ")", annotated: true, parenthesized: "Function parameters cannot be parenthesized" };
const LAMBDA: Style =
    Style { close: ":", annotated: false, parenthesized: "Lambda expression parameters cannot be parenthesized" };

impl Parser<'_> {
    pub(super) fn params(&mut self) -> Option<()> {
        self.parameters(DEF)
    }

    pub(super) fn lambda_params(&mut self) -> Option<()> {
        let first = self.pos;
        self.memo(Rule::LambdaParams, |p| {
            p.parameters(LAMBDA)?;
            Some(p.node(Node::Other, first, Vec::new()))
        })
        .map(|_| ())
    }

    fn parameters(&mut self, style: Style) -> Option<()> {
        self.invalid_parameters(style);
        let start = self.pos;
        self.attempt(|p| {
            if p.slash_no_default(style).is_some() {
                p.many(|p| p.no_default(style));
                p.many(|p| p.with_default(style));
            } else if p.slash_with_default(style).is_some() {
                p.many(|p| p.with_default(style));
            } else {
                p.many(|p| p.no_default(style));
                p.many(|p| p.with_default(style));
            }
            p.star_etc(style);
            (p.pos > start).then_some(())
        })
    }

    fn slash(&mut self, style: Style) -> Option<()> {
        if !self.eat("/") {
            return None;
        }
        (self.eat(",") || self.at(style.close)).then_some(())
    }

    fn slash_no_default(&mut self, style: Style) -> Option<Id> {
        let first = self.pos;
        self.attempt(|p| {
            if p.many(|p| p.no_default(style)).is_empty() {
                return None;
            }
            p.slash(style)?;
            Some(p.node(Node::Other, first, Vec::new()))
        })
    }

    fn slash_with_default(&mut self, style: Style) -> Option<Id> {
        let first = self.pos;
        self.attempt(|p| {
            p.many(|p| p.no_default(style));
            if p.many(|p| p.with_default(style)).is_empty() {
                return None;
            }
            p.slash(style)?;
            Some(p.node(Node::Other, first, Vec::new()))
        })
    }

    fn param(&mut self, style: Style) -> Option<Id> {
        let first = self.pos;
        self.name()?;
        if style.annotated {
            self.attempt(|p| if p.eat(":") { p.expression() } else { None });
        }
        Some(self.node(Node::Other, first, Vec::new()))
    }

    /// A comma, or the end of the list.
    fn param_end(&mut self, style: Style) -> bool {
        self.eat(",") || self.at(style.close)
    }

    fn no_default(&mut self, style: Style) -> Option<Id> {
        self.attempt(|p| {
            let param = p.param(style)?;
            p.param_end(style).then_some(param)
        })
    }

    fn default(&mut self, style: Style) -> Option<Id> {
        let first = self.pos;
        let found = self.attempt(|p| {
            if !p.eat("=") {
                return None;
            }
            p.expression()?;
            Some(p.node(Node::Other, first, Vec::new()))
        });
        if found.is_none() {
            self.wrong(|p| {
                let equal = p.take("=")?;
                if !p.at_any(&[style.close, ","]) {
                    return None;
                }
                p.raise_at(equal, "expected default value expression")
            });
        }
        found
    }

    fn with_default(&mut self, style: Style) -> Option<Id> {
        self.attempt(|p| {
            let param = p.param(style)?;
            p.default(style)?;
            p.param_end(style).then_some(param)
        })
    }

    fn maybe_default(&mut self, style: Style) -> Option<Id> {
        self.attempt(|p| {
            let param = p.param(style)?;
            p.default(style);
            p.param_end(style).then_some(param)
        })
    }

    fn star_etc(&mut self, style: Style) -> Option<()> {
        self.invalid_star_etc(style);
        self.attempt(|p| {
            if !p.eat("*") {
                return None;
            }
            p.no_default(style)?;
            p.many(|p| p.maybe_default(style));
            p.kwds(style);
            Some(())
        })
        .or_else(|| {
            self.attempt(|p| {
                if !style.annotated || !p.eat("*") {
                    return None;
                }
                p.name()?;
                if !p.eat(":") {
                    return None;
                }
                p.star_expression()?;
                if !p.param_end(style) {
                    return None;
                }
                p.many(|p| p.maybe_default(style));
                p.kwds(style);
                Some(())
            })
        })
        .or_else(|| {
            self.attempt(|p| {
                if !p.eat("*") || !p.eat(",") {
                    return None;
                }
                if p.many(|p| p.maybe_default(style)).is_empty() {
                    return None;
                }
                p.kwds(style);
                Some(())
            })
        })
        .or_else(|| self.kwds(style))
    }

    fn kwds(&mut self, style: Style) -> Option<()> {
        self.wrong(|p| {
            if !p.eat("**") {
                return None;
            }
            p.param(style)?;
            let equal = p.take("=")?;
            p.raise_at(equal, "var-keyword argument cannot have default value")
        });
        self.wrong(|p| {
            if !p.eat("**") {
                return None;
            }
            p.param(style)?;
            if !p.eat(",") {
                return None;
            }
            let next = p.attempt(|p| p.param(style)).or_else(|| p.take_any(&["*", "**", "/"]))?;
            p.raise_at(next, "arguments cannot follow var-keyword argument")
        });
        self.attempt(|p| {
            if !p.eat("**") {
                return None;
            }
            p.no_default(style).map(|_| ())
        })
    }

    fn invalid_star_etc(&mut self, style: Style) {
        self.wrong(|p| {
            let star = p.take("*")?;
            let bare = p.at(style.close) || (p.eat(",") && p.at_any(&[style.close, "**"]));
            if !bare {
                return None;
            }
            // A lambda's error stands at the last token read, a function's at the star.
            if style.annotated {
                return p.raise_at(star, "named arguments must follow bare *");
            }
            p.raise_last(interp_compile::error::ErrorKind::Syntax, "named arguments must follow bare *")
        });
        self.wrong(|p| {
            if !p.eat("*") {
                return None;
            }
            p.param(style)?;
            let equal = p.take("=")?;
            p.raise_at(equal, "var-positional argument cannot have default value")
        });
        self.wrong(|p| {
            if !p.eat("*") || (p.no_default(style).is_none() && !p.eat(",")) {
                return None;
            }
            p.many(|p| p.maybe_default(style));
            let star = p.take("*")?;
            if p.no_default(style).is_none() && !p.eat(",") {
                return None;
            }
            p.raise_at(star, "* argument may appear only once")
        });
    }

    fn slashed(&mut self, style: Style) -> Option<Id> {
        self.slash_no_default(style).or_else(|| self.slash_with_default(style))
    }

    fn invalid_parameters(&mut self, style: Style) {
        self.wrong(|p| {
            let slash = p.take("/")?;
            if !p.eat(",") {
                return None;
            }
            p.raise_at(slash, "at least one argument must precede /")
        });
        self.wrong(|p| {
            p.slashed(style)?;
            p.many(|p| p.maybe_default(style));
            let slash = p.take("/")?;
            p.raise_at(slash, "/ may appear only once")
        });
        self.wrong(|p| {
            p.slash_no_default(style);
            p.many(|p| p.no_default(style));
            if p.slash_with_default(style).is_none() && p.many(|p| p.with_default(style)).is_empty() {
                return None;
            }
            let param = p.no_default(style)?;
            p.raise_at(param, "parameter without a default follows parameter with a default")
        });
        self.wrong(|p| {
            p.many(|p| p.no_default(style));
            let open = p.take("(")?;
            if p.parenthesized_params(style).is_empty() {
                return None;
            }
            p.eat(",");
            let close = p.take(")")?;
            p.raise_range(open, close, style.parenthesized)
        });
        self.wrong(|p| {
            p.slashed(style);
            p.many(|p| p.maybe_default(style));
            if !p.eat("*") || (!p.eat(",") && p.no_default(style).is_none()) {
                return None;
            }
            p.many(|p| p.maybe_default(style));
            let slash = p.take("/")?;
            p.raise_at(slash, "/ must be ahead of *")
        });
        self.wrong(|p| {
            if p.many(|p| p.maybe_default(style)).is_empty() || !p.eat("/") {
                return None;
            }
            let star = p.take("*")?;
            p.raise_at(star, "expected comma between / and *")
        });
    }

    fn parenthesized_params(&mut self, style: Style) -> Vec<Id> {
        if style.annotated {
            return self.many(|p| p.no_default(style));
        }
        self.gather(",", |p| p.param(style)).unwrap_or_default()
    }
}
