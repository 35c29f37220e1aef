//! Rules for compound statements.

use interp_compile::error::ErrorKind;

use super::grammar::{Id, Node, Parser, Rule};
use super::tokens::Kind;

impl Parser<'_> {
    pub(super) fn compound_stmt(&mut self) -> Option<()> {
        let token = self.token()?;
        let word = if matches!(token.kind, Kind::Name | Kind::Op) { self.words(token) } else { return None };
        match word {
            "def" => self.attempt(Self::function_def),
            "@" => self.attempt(Self::function_def).or_else(|| self.attempt(Self::class_def)),
            "async" => self
                .attempt(Self::function_def)
                .or_else(|| self.attempt(Self::with_stmt))
                .or_else(|| self.attempt(Self::for_stmt)),
            "if" => self.attempt(|p| p.if_stmt("if")),
            "class" => self.attempt(Self::class_def),
            "with" => self.attempt(Self::with_stmt),
            "for" => self.attempt(Self::for_stmt),
            "try" => self.attempt(Self::try_stmt),
            "while" => self.attempt(Self::while_stmt),
            "match" => self.attempt(Self::match_stmt),
            _ => None,
        }
    }

    pub(super) fn block(&mut self) -> Option<()> {
        let first = self.pos;
        self.memo(Rule::Block, |p| {
            let found = p
                .attempt(|p| {
                    if !p.eat_kind(Kind::Newline) || !p.eat_kind(Kind::Indent) {
                        return None;
                    }
                    p.statements()?;
                    p.eat_kind(Kind::Dedent).then_some(())
                })
                .or_else(|| p.simple_stmts());
            if found.is_none() {
                p.wrong(|p| {
                    if !p.eat_kind(Kind::Newline) || p.at_kind(Kind::Indent) {
                        return None;
                    }
                    p.raise_last(ErrorKind::Indentation, "expected an indented block")
                });
            }
            found.map(|()| p.node(Node::Other, first, Vec::new()))
        })
        .map(|_| ())
    }

    /// A token that must come.
    fn forced(&mut self, word: &str) -> Option<()> {
        if self.eat(word) {
            return Some(());
        }
        // The second pass may find a better error before this token.
        if !self.invalid {
            return None;
        }
        self.raise_next(format!("expected '{word}'"))
    }

    /// A header that lacks its colon.
    pub(super) fn missing_colon(&mut self, head: impl FnOnce(&mut Self) -> Option<()>) {
        self.wrong(|p| {
            head(p)?;
            if !p.eat_kind(Kind::Newline) {
                return None;
            }
            p.raise_last_newline("expected ':'")
        });
    }

    fn raise_last_newline(&mut self, msg: &str) -> Option<()> {
        self.raise_last(ErrorKind::Syntax, msg)
    }

    /// A header with its colon but no block; `head` returns the node whose line is named.
    pub(super) fn missing_block(&mut self, after: &str, head: impl FnOnce(&mut Self) -> Option<Id>) {
        self.wrong(|p| {
            let keyword = head(p)?;
            if !p.eat(":") || !p.eat_kind(Kind::Newline) || p.at_kind(Kind::Indent) {
                return None;
            }
            let (lineno, _) = p.place(p.first_token(keyword).start);
            let msg = format!("expected an indented block after {after} on line {lineno}");
            p.raise_last(ErrorKind::Indentation, msg)
        });
    }

    fn decorators(&mut self) {
        self.many(|p| {
            if !p.eat("@") {
                return None;
            }
            let found = p.named_expression()?;
            p.eat_kind(Kind::Newline).then_some(found)
        });
    }

    fn class_def(&mut self) -> Option<()> {
        self.decorators();
        let head = |p: &mut Self| {
            let keyword = p.take("class")?;
            p.name()?;
            p.type_params();
            p.attempt(|p| {
                if !p.eat("(") {
                    return None;
                }
                p.arguments();
                p.eat(")").then_some(())
            });
            Some(keyword)
        };
        self.missing_colon(|p| head(p).map(|_| ()));
        self.missing_block("class definition", head);
        head(self)?;
        if !self.eat(":") {
            return None;
        }
        self.block()
    }

    fn function_def(&mut self) -> Option<()> {
        self.decorators();
        self.missing_block("function definition", |p| {
            p.eat("async");
            let keyword = p.take("def")?;
            p.name()?;
            p.type_params();
            if !p.eat("(") {
                return None;
            }
            p.params();
            if !p.eat(")") {
                return None;
            }
            p.attempt(|p| if p.eat("->") { p.expression() } else { None });
            Some(keyword)
        });
        self.eat("async");
        if !self.eat("def") {
            return None;
        }
        self.name()?;
        self.type_params();
        self.forced("(")?;
        self.params();
        if !self.eat(")") {
            return None;
        }
        self.attempt(|p| if p.eat("->") { p.expression() } else { None });
        self.forced(":")?;
        self.block()
    }

    fn if_stmt(&mut self, keyword: &str) -> Option<()> {
        self.missing_colon(|p| {
            p.take(keyword)?;
            p.named_expression().map(|_| ())
        });
        self.missing_block(&format!("'{keyword}' statement"), |p| {
            let found = p.take(keyword)?;
            p.named_expression()?;
            Some(found)
        });
        if !self.eat(keyword) {
            return None;
        }
        self.named_expression()?;
        if !self.eat(":") {
            return None;
        }
        self.block()?;
        // An `elif` chain nests in CPython's rules; here it loops through the memory of blocks.
        if self.at("elif") {
            return self.memo_elif();
        }
        self.else_block();
        Some(())
    }

    fn memo_elif(&mut self) -> Option<()> {
        stacker::maybe_grow(256 * 1024, 4 * 1024 * 1024, || self.attempt(|p| p.if_stmt("elif")))
    }

    fn else_block(&mut self) -> Option<()> {
        self.missing_block("'else' statement", |p| p.take("else"));
        self.wrong(|p| {
            if !p.eat("else") || !p.eat(":") {
                return None;
            }
            p.block()?;
            if !p.eat("elif") {
                return None;
            }
            p.raise_last(ErrorKind::Syntax, "'elif' block follows an 'else' block")
        });
        self.attempt(|p| {
            if !p.eat("else") {
                return None;
            }
            p.forced(":")?;
            p.block()
        })
    }

    fn while_stmt(&mut self) -> Option<()> {
        self.missing_colon(|p| {
            p.take("while")?;
            p.named_expression().map(|_| ())
        });
        self.missing_block("'while' statement", |p| {
            let keyword = p.take("while")?;
            p.named_expression()?;
            Some(keyword)
        });
        if !self.eat("while") {
            return None;
        }
        self.named_expression()?;
        if !self.eat(":") {
            return None;
        }
        self.block()?;
        self.else_block();
        Some(())
    }

    fn for_stmt(&mut self) -> Option<()> {
        let head = |p: &mut Self| {
            p.eat("async");
            let keyword = p.take("for")?;
            p.star_targets()?;
            if !p.eat("in") {
                return None;
            }
            p.star_expressions()?;
            Some(keyword)
        };
        self.missing_colon(|p| head(p).map(|_| ()));
        self.missing_block("'for' statement", head);
        let found = self.attempt(|p| {
            head(p)?;
            if !p.eat(":") {
                return None;
            }
            p.block()?;
            p.else_block();
            Some(())
        });
        if found.is_none() {
            let committed = self.ahead(|p| {
                p.eat("async");
                if !p.eat("for") {
                    return None;
                }
                p.star_targets()?;
                p.eat("in").then_some(())
            });
            if !committed {
                self.invalid_for_target();
            }
        }
        found
    }

    fn with_stmt(&mut self) -> Option<()> {
        let loose = |p: &mut Self| {
            p.eat("async");
            let keyword = p.take("with")?;
            p.gather(",", |p| p.loose_item(Self::expression))?;
            Some(keyword)
        };
        let bracketed = |p: &mut Self| {
            p.eat("async");
            let keyword = p.take("with")?;
            if !p.eat("(") {
                return None;
            }
            p.gather(",", |p| p.loose_item(Self::expressions))?;
            p.eat(",");
            p.eat(")").then_some(keyword)
        };
        self.missing_block("'with' statement", loose);
        self.missing_block("'with' statement", bracketed);
        let found = self
            .attempt(|p| {
                p.eat("async");
                if !p.eat("with") || !p.eat("(") {
                    return None;
                }
                p.gather(",", Self::with_item)?;
                p.eat(",");
                if !p.eat(")") || !p.eat(":") {
                    return None;
                }
                p.block()
            })
            .or_else(|| {
                self.attempt(|p| {
                    p.eat("async");
                    if !p.eat("with") {
                        return None;
                    }
                    p.gather(",", Self::with_item)?;
                    if !p.eat(":") {
                        return None;
                    }
                    p.block()
                })
            });
        if found.is_none() {
            self.missing_colon(|p| loose(p).map(|_| ()));
            self.missing_colon(|p| bracketed(p).map(|_| ()));
        }
        found
    }

    fn loose_item(&mut self, value: impl Fn(&mut Self) -> Option<Id>) -> Option<Id> {
        let found = value(self)?;
        self.attempt(|p| if p.eat("as") { p.star_target() } else { None });
        Some(found)
    }

    fn with_item(&mut self) -> Option<Id> {
        let found = self.attempt(|p| {
            let value = p.expression()?;
            if !p.eat("as") {
                return None;
            }
            p.star_target()?;
            p.at_any(&[",", ")", ":"]).then_some(value)
        });
        if found.is_some() {
            return found;
        }
        self.wrong(|p| {
            p.expression()?;
            if !p.eat("as") {
                return None;
            }
            let target = p.expression()?;
            if !p.at_any(&[",", ")", ":"]) {
                return None;
            }
            p.raise_target(target, super::wrong::Targets::Star)
        });
        self.attempt(Self::expression)
    }

    fn try_stmt(&mut self) -> Option<()> {
        self.missing_block("'try' statement", |p| p.take("try"));
        self.invalid_try();
        self.attempt(|p| {
            p.try_head()?;
            p.finally_block()
        })
        .or_else(|| {
            self.attempt(|p| {
                p.try_head()?;
                if p.many(|p| p.except_block(false)).is_empty() {
                    return None;
                }
                p.else_block();
                p.finally_block();
                Some(())
            })
        })
        .or_else(|| {
            self.attempt(|p| {
                p.try_head()?;
                if p.many(|p| p.except_block(true)).is_empty() {
                    return None;
                }
                p.else_block();
                p.finally_block();
                Some(())
            })
        })
    }

    fn try_head(&mut self) -> Option<()> {
        if !self.eat("try") {
            return None;
        }
        self.forced(":")?;
        self.block()
    }

    fn invalid_try(&mut self) {
        const BOTH: &str = "cannot have both 'except' and 'except*' on the same 'try'";
        self.wrong(|p| {
            if !p.eat("try") || !p.eat(":") {
                return None;
            }
            p.block()?;
            if p.at_any(&["except", "finally"]) || p.error.is_some() {
                return None;
            }
            p.raise_last(ErrorKind::Syntax, "expected 'except' or 'finally' block")
        });
        self.wrong(|p| {
            if !p.eat("try") || !p.eat(":") {
                return None;
            }
            while p.block().is_some() {}
            if p.many(|p| p.except_block(false)).is_empty() {
                return None;
            }
            let except = p.take("except")?;
            let star = p.take("*")?;
            p.expression()?;
            p.attempt(|p| if p.eat("as") { p.name() } else { None });
            if !p.eat(":") {
                return None;
            }
            p.raise_range(except, star, BOTH)
        });
        self.wrong(|p| {
            if !p.eat("try") || !p.eat(":") {
                return None;
            }
            while p.block().is_some() {}
            if p.many(|p| p.except_block(true)).is_empty() {
                return None;
            }
            let except = p.take("except")?;
            p.attempt(|p| {
                p.expression()?;
                p.attempt(|p| if p.eat("as") { p.name() } else { None });
                Some(())
            });
            if !p.eat(":") {
                return None;
            }
            p.raise_at(except, BOTH)
        });
    }

    fn finally_block(&mut self) -> Option<()> {
        self.missing_block("'finally' statement", |p| p.take("finally"));
        self.attempt(|p| {
            if !p.eat("finally") {
                return None;
            }
            p.forced(":")?;
            p.block()
        })
    }

    fn except_block(&mut self, star: bool) -> Option<Id> {
        let first = self.pos;
        let after = if star { "'except*' statement" } else { "'except' statement" };
        self.missing_block(after, |p| {
            let keyword = p.take("except")?;
            if star && !p.eat("*") {
                return None;
            }
            p.expression()?;
            p.attempt(|p| if p.eat("as") { p.name() } else { None });
            Some(keyword)
        });
        if !star {
            self.missing_block(after, |p| p.take("except"));
        }
        let found = self
            .attempt(|p| {
                p.except_head(star)?;
                p.expression()?;
                p.attempt(|p| if p.eat("as") { p.name() } else { None });
                if !p.eat(":") {
                    return None;
                }
                p.block()
            })
            .or_else(|| {
                self.attempt(|p| {
                    p.except_head(star)?;
                    p.expressions()?;
                    if !p.eat(":") {
                        return None;
                    }
                    p.block()
                })
            })
            .or_else(|| {
                self.attempt(|p| {
                    p.except_head(star)?;
                    if star || !p.eat(":") {
                        return None;
                    }
                    p.block()
                })
            });
        if found.is_none() && self.invalid {
            self.invalid_except(star);
        }
        found.map(|()| self.node(Node::Other, first, Vec::new()))
    }

    fn except_head(&mut self, star: bool) -> Option<()> {
        if !self.eat("except") {
            return None;
        }
        (!star || self.eat("*")).then_some(())
    }

    fn invalid_except(&mut self, star: bool) {
        self.wrong(|p| {
            p.except_head(star)?;
            let first = p.expression()?;
            if !p.eat(",") {
                return None;
            }
            p.expressions()?;
            if !p.eat("as") {
                return None;
            }
            p.name()?;
            if !p.eat(":") {
                return None;
            }
            p.raise_from(first, "multiple exception types must be parenthesized when using 'as'")
        });
        self.missing_colon(|p| {
            p.except_head(star)?;
            p.expression()?;
            p.attempt(|p| if p.eat("as") { p.name() } else { None });
            Some(())
        });
        if star {
            self.wrong(|p| {
                p.except_head(true)?;
                if !p.eat_kind(Kind::Newline) && !p.eat(":") {
                    return None;
                }
                p.raise_last(ErrorKind::Syntax, "expected one or more exception types")
            });
        } else {
            self.missing_colon(|p| p.take("except").map(|_| ()));
        }
        self.wrong(|p| {
            p.except_head(star)?;
            p.expression()?;
            if !p.eat("as") {
                return None;
            }
            let target = p.expression()?;
            if !p.eat(":") {
                return None;
            }
            p.block()?;
            let what = if star { "except*" } else { "except" };
            let described = p.describe(target);
            p.raise_at(target, format!("cannot use {what} statement with {described}"))
        });
    }
}
