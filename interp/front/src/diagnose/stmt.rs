//! Rules for simple statements and whole inputs.

use interp_compile::error::ErrorKind;

use super::grammar::{Id, Node, Parser, Rule};
use super::tokens::Kind;
use super::wrong::Targets;

impl Parser<'_> {
    pub(super) fn file(&mut self) -> Option<()> {
        self.statements();
        self.eat_kind(Kind::End).then_some(())
    }

    pub(super) fn eval(&mut self) -> Option<()> {
        self.expressions()?;
        while self.eat_kind(Kind::Newline) {}
        self.eat_kind(Kind::End).then_some(())
    }

    /// One statement of a session. `terminated` tells whether the source itself ended its last line: a compound
    /// statement on one line needs that, as there could be more to come.
    pub(super) fn interactive(&mut self, terminated: bool) -> Option<()> {
        if self.attempt(Self::compound_stmt).is_some() {
            let block = self.previous().is_some_and(|token| token.kind == Kind::Dedent);
            return (self.at_kind(Kind::End) && (terminated || block)).then_some(());
        }
        self.simple_stmts()?;
        let newline = self.last()?;
        if self.at_kind(Kind::End) {
            return Some(());
        }
        let msg = "multiple statements found while compiling a single statement";
        let error = self.diagnosis_at(ErrorKind::Syntax, newline, msg);
        self.lexical = true;
        self.raise(error)
    }

    /// One or more statements.
    pub(super) fn statements(&mut self) -> Option<()> {
        let mut found = None;
        while self.attempt(Self::statement).is_some() {
            found = Some(());
        }
        found
    }

    fn statement(&mut self) -> Option<()> {
        self.compound_stmt().or_else(|| self.simple_stmts())
    }

    pub(super) fn simple_stmts(&mut self) -> Option<()> {
        self.attempt(|p| {
            p.simple_stmt()?;
            if p.at(";") {
                return None;
            }
            p.eat_kind(Kind::Newline).then_some(())
        })
        .or_else(|| {
            self.attempt(|p| {
                p.gather(";", Self::simple_stmt)?;
                p.eat(";");
                p.eat_kind(Kind::Newline).then_some(())
            })
        })
    }

    pub(super) fn simple_stmt(&mut self) -> Option<Id> {
        self.memo(Rule::SimpleStmt, |p| {
            let first = p.pos;
            if p.assignment().is_some() {
                return Some(p.node(Node::Other, first, Vec::new()));
            }
            if p.at("type") && p.attempt(Self::type_alias).is_some() {
                return Some(p.node(Node::Other, first, Vec::new()));
            }
            if let Some(found) = p.star_expressions() {
                return Some(found);
            }
            p.keyword_stmt()?;
            Some(p.node(Node::Other, first, Vec::new()))
        })
    }

    fn keyword_stmt(&mut self) -> Option<()> {
        let token = self.token()?;
        if token.kind != Kind::Name {
            return None;
        }
        match self.words(token) {
            "return" => {
                self.pos += 1;
                self.star_expressions();
                Some(())
            }
            "import" | "from" => self.import_stmt(),
            "raise" => self.raise_stmt(),
            "pass" | "break" | "continue" => {
                self.pos += 1;
                Some(())
            }
            "del" => self.del_stmt(),
            "yield" => self.yield_expr().map(|_| ()),
            "assert" => self.attempt(|p| {
                p.pos += 1;
                p.expression()?;
                p.attempt(|p| if p.eat(",") { p.expression() } else { None });
                Some(())
            }),
            "global" | "nonlocal" => self.attempt(|p| {
                p.pos += 1;
                p.gather(",", Self::name).map(|_| ())
            }),
            _ => None,
        }
    }

    fn assignment(&mut self) -> Option<()> {
        let found = self
            .attempt(|p| {
                p.name()?;
                p.annotation()
            })
            .or_else(|| {
                self.attempt(|p| {
                    let parenthesized = p.attempt(|p| {
                        if !p.eat("(") {
                            return None;
                        }
                        p.single_target()?;
                        p.eat(")").then_some(())
                    });
                    if parenthesized.is_none() {
                        p.attribute_or_subscript()?;
                    }
                    p.annotation()
                })
            })
            .or_else(|| {
                self.attempt(|p| {
                    if p.many(Self::target_equals).is_empty() {
                        return None;
                    }
                    p.annotated_rhs()?;
                    if p.at("=") { None } else { Some(()) }
                })
            });
        if found.is_some() {
            return found;
        }
        // Behind `target op=` nothing else is tried.
        let augmented = self.ahead(|p| {
            p.single_target()?;
            p.augassign()
        });
        if augmented {
            return self.attempt(|p| {
                p.single_target()?;
                p.augassign()?;
                p.annotated_rhs().map(|_| ())
            });
        }
        if self.invalid {
            self.invalid_assignment();
        }
        None
    }

    /// `':' expression ['=' annotated_rhs]`
    fn annotation(&mut self) -> Option<()> {
        if !self.eat(":") {
            return None;
        }
        self.expression()?;
        self.attempt(|p| if p.eat("=") { p.annotated_rhs() } else { None });
        Some(())
    }

    fn target_equals(&mut self) -> Option<Id> {
        let target = self.star_targets()?;
        self.eat("=").then_some(target)
    }

    fn augassign(&mut self) -> Option<()> {
        const OPERATORS: [&str; 13] =
            ["+=", "-=", "*=", "@=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=", "**=", "//="];
        self.eat_any(&OPERATORS).then_some(())
    }

    fn invalid_assignment(&mut self) {
        self.wrong(|p| {
            let target = p.annotated_display()?;
            if !p.eat(":") {
                return None;
            }
            p.expression()?;
            let what = p.describe(target);
            p.raise_at(target, format!("only single target (not {what}) can be annotated"))
        });
        self.wrong(|p| {
            let target = p.star_named_expression()?;
            if !p.eat(",") {
                return None;
            }
            while p.star_named_expressions().is_some() {}
            if !p.eat(":") {
                return None;
            }
            p.expression()?;
            p.raise_at(target, "only single target (not tuple) can be annotated")
        });
        self.wrong(|p| {
            let target = p.expression()?;
            if !p.eat(":") {
                return None;
            }
            p.expression()?;
            p.raise_at(target, "illegal target for annotation")
        });
        self.wrong(|p| {
            p.many(Self::target_equals);
            let target = p.star_expressions()?;
            if !p.eat("=") {
                return None;
            }
            p.raise_target(target, Targets::Star)
        });
        self.wrong(|p| {
            p.many(Self::target_equals);
            let target = p.yield_expr()?;
            if !p.eat("=") {
                return None;
            }
            p.raise_at(target, "assignment to yield expression not possible")
        });
        self.wrong(|p| {
            let target = p.star_expressions()?;
            p.augassign()?;
            p.annotated_rhs()?;
            let what = p.describe(target);
            p.raise_at(target, format!("'{what}' is an illegal expression for augmented assignment"))
        });
    }

    fn annotated_display(&mut self) -> Option<Id> {
        self.list().or_else(|| self.tuple()).or_else(|| {
            self.attempt(|p| {
                if !p.eat("(") {
                    return None;
                }
                let inner = p.annotated_display()?;
                p.eat(")").then_some(inner)
            })
        })
    }

    fn del_stmt(&mut self) -> Option<()> {
        let found = self.attempt(|p| {
            if !p.eat("del") {
                return None;
            }
            p.del_targets()?;
            p.at_line_end().then_some(())
        });
        if found.is_none() {
            self.wrong(|p| {
                if !p.eat("del") {
                    return None;
                }
                let target = p.star_expressions()?;
                p.raise_target(target, Targets::Del)
            });
        }
        found
    }

    fn raise_stmt(&mut self) -> Option<()> {
        self.attempt(|p| {
            if !p.eat("raise") {
                return None;
            }
            p.expression()?;
            if !p.eat("from") {
                return None;
            }
            p.expression().map(|_| ())
        })
        .or_else(|| {
            self.attempt(|p| {
                if !p.eat("raise") {
                    return None;
                }
                p.expression();
                Some(())
            })
        })
    }

    fn type_alias(&mut self) -> Option<()> {
        if !self.eat("type") {
            return None;
        }
        self.name()?;
        self.type_params();
        if !self.eat("=") {
            return None;
        }
        self.expression().map(|_| ())
    }

    pub(super) fn type_params(&mut self) -> Option<()> {
        self.wrong(|p| {
            if !p.eat("[") {
                return None;
            }
            let close = p.take("]")?;
            p.raise_from(close, "Type parameter list cannot be empty")
        });
        self.attempt(|p| {
            if !p.eat("[") {
                return None;
            }
            p.gather(",", Self::type_param)?;
            p.eat(",");
            p.eat("]").then_some(())
        })
    }

    fn type_param(&mut self) -> Option<Id> {
        let first = self.pos;
        let plain = self.attempt(|p| {
            p.name()?;
            p.attempt(|p| if p.eat(":") { p.expression() } else { None });
            p.attempt(|p| if p.eat("=") { p.expression() } else { None });
            Some(p.node(Node::Other, first, Vec::new()))
        });
        if plain.is_some() {
            return plain;
        }
        for (stars, what) in [("*", "TypeVarTuple"), ("**", "ParamSpec")] {
            self.wrong(|p| {
                if !p.eat(stars) {
                    return None;
                }
                p.name()?;
                let colon = p.take(":")?;
                let bound = p.expression()?;
                let kind = if p.kind(bound) == Node::Tuple { "constraints" } else { "bound" };
                p.raise_from(colon, format!("cannot use {kind} with {what}"))
            });
        }
        self.attempt(|p| {
            let star = p.eat("*");
            if !star && !p.eat("**") {
                return None;
            }
            p.name()?;
            p.attempt(|p| {
                if !p.eat("=") {
                    return None;
                }
                if star { p.star_expression() } else { p.expression() }
            });
            Some(p.node(Node::Other, first, Vec::new()))
        })
    }

    fn import_stmt(&mut self) -> Option<()> {
        self.wrong(|p| {
            let import = p.take("import")?;
            p.gather(",", Self::dotted_name)?;
            if !p.eat("from") {
                return None;
            }
            p.dotted_name()?;
            p.raise_from(import, "Did you mean to use 'from ... import ...' instead?")
        });
        self.wrong(|p| {
            if !p.eat("import") {
                return None;
            }
            p.no_names()
        });
        self.attempt(|p| {
            if !p.eat("import") {
                return None;
            }
            p.gather(",", Self::dotted_as_name).map(|_| ())
        })
        .or_else(|| self.attempt(Self::import_from))
    }

    /// The line ends where names should stand.
    fn no_names(&mut self) -> Option<()> {
        let first = self.pos;
        if !self.eat_kind(Kind::Newline) {
            return None;
        }
        let newline = self.node(Node::Other, first, Vec::new());
        self.raise_from(newline, "Expected one or more names after 'import'")
    }

    fn import_from(&mut self) -> Option<()> {
        if !self.eat("from") {
            return None;
        }
        let mut dots = false;
        while self.eat_any(&[".", "..."]) {
            dots = true;
        }
        if self.dotted_name().is_none() && !dots {
            return None;
        }
        if !self.eat("import") {
            return None;
        }
        self.import_targets()
    }

    fn import_targets(&mut self) -> Option<()> {
        let names = |p: &mut Self| p.gather(",", Self::import_as_name).map(|_| ());
        let found = self
            .attempt(|p| {
                if !p.eat("(") {
                    return None;
                }
                names(p)?;
                p.eat(",");
                p.eat(")").then_some(())
            })
            .or_else(|| {
                self.attempt(|p| {
                    names(p)?;
                    if p.at(",") { None } else { Some(()) }
                })
            })
            .or_else(|| self.eat("*").then_some(()));
        if found.is_none() {
            self.wrong(|p| {
                names(p)?;
                if !p.eat(",") || !p.eat_kind(Kind::Newline) {
                    return None;
                }
                p.raise_last(ErrorKind::Syntax, "trailing comma not allowed without surrounding parentheses")
            });
            self.wrong(Self::no_names);
        }
        found
    }

    fn import_as_name(&mut self) -> Option<Id> {
        self.wrong(|p| {
            p.name()?;
            p.wrong_alias(&[",", ")", ";"])
        });
        let first = self.pos;
        self.name()?;
        self.attempt(|p| if p.eat("as") { p.name() } else { None });
        Some(self.node(Node::Other, first, Vec::new()))
    }

    fn wrong_alias(&mut self, ends: &[&str]) -> Option<()> {
        if !self.eat("as") {
            return None;
        }
        if self.ahead(|p| {
            p.name()?;
            (p.at_any(ends) || p.at_kind(Kind::Newline)).then_some(())
        }) {
            return None;
        }
        let alias = self.expression()?;
        let what = self.describe(alias);
        self.raise_at(alias, format!("cannot use {what} as import target"))
    }

    fn dotted_as_name(&mut self) -> Option<Id> {
        self.wrong(|p| {
            p.dotted_name()?;
            p.wrong_alias(&[",", ";"])
        });
        let name = self.dotted_name()?;
        self.attempt(|p| if p.eat("as") { p.name() } else { None });
        Some(name)
    }

    fn dotted_name(&mut self) -> Option<Id> {
        let first = self.pos;
        self.name()?;
        while self.attempt(|p| if p.eat(".") { p.name() } else { None }).is_some() {}
        Some(self.node(Node::Name, first, Vec::new()))
    }
}
