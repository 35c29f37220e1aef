//! Rules for call arguments and assignment targets.

use interp_compile::error::ErrorKind;

use super::grammar::{Id, Node, Parser, Rule};
use super::tokens::Kind;

impl Parser<'_> {
    pub(super) fn arguments(&mut self) -> Option<Id> {
        self.memo(Rule::Arguments, |p| {
            let found = p.attempt(|p| {
                let args = p.args()?;
                p.eat(",");
                p.at(")").then_some(args)
            });
            if found.is_none() && p.invalid {
                p.invalid_arguments();
            }
            found
        })
    }

    /// Positional arguments, then keyword arguments; the node holds every argument.
    fn args(&mut self) -> Option<Id> {
        let first = self.pos;
        self.attempt(|p| {
            let mut items = p.gather(",", Self::positional)?;
            let keywords = p.attempt(|p| if p.eat(",") { p.kwargs() } else { None });
            items.extend(keywords.unwrap_or_default());
            Some(p.node(Node::Other, first, items))
        })
        .or_else(|| {
            let items = self.kwargs()?;
            Some(self.node(Node::Other, first, items))
        })
    }

    fn positional(&mut self) -> Option<Id> {
        self.starred_expression().or_else(|| {
            let item = self.argument_expression()?;
            if self.at("=") { None } else { Some(item) }
        })
    }

    fn kwargs(&mut self) -> Option<Vec<Id>> {
        self.attempt(|p| {
            let mut items = p.gather(",", Self::keyword_or_starred)?;
            if !p.eat(",") {
                return None;
            }
            items.extend(p.gather(",", Self::keyword_or_double)?);
            Some(items)
        })
        .or_else(|| self.gather(",", Self::keyword_or_starred))
        .or_else(|| self.gather(",", Self::keyword_or_double))
    }

    fn keyword(&mut self) -> Option<Id> {
        let first = self.pos;
        self.invalid_keyword();
        self.attempt(|p| {
            p.name()?;
            if !p.eat("=") {
                return None;
            }
            p.expression()?;
            Some(p.node(Node::Other, first, Vec::new()))
        })
    }

    fn keyword_or_starred(&mut self) -> Option<Id> {
        self.keyword().or_else(|| self.starred_expression())
    }

    fn keyword_or_double(&mut self) -> Option<Id> {
        self.keyword().or_else(|| {
            let first = self.pos;
            self.attempt(|p| {
                if !p.eat("**") {
                    return None;
                }
                let value = p.expression()?;
                Some(p.node(Node::Dict, first, vec![value]))
            })
        })
    }

    pub(super) fn starred_expression(&mut self) -> Option<Id> {
        let first = self.pos;
        self.wrong(|p| {
            let star = p.take("*")?;
            p.expression()?;
            if !p.eat("=") {
                return None;
            }
            let value = p.expression()?;
            p.raise_range(star, value, "cannot assign to iterable argument unpacking")
        });
        let found = self.attempt(|p| {
            if !p.eat("*") {
                return None;
            }
            let value = p.expression()?;
            Some(p.node(Node::Starred, first, vec![value]))
        });
        if found.is_none() {
            self.wrong(|p| {
                if !p.eat("*") {
                    return None;
                }
                p.raise_last(ErrorKind::Syntax, "Invalid star expression")
            });
        }
        found
    }

    fn invalid_keyword(&mut self) {
        self.wrong(|p| {
            let word = p.take_any(&["True", "False", "None"])?;
            let equal = p.take("=")?;
            let text = p.word(word);
            p.raise_range(word, equal, format!("cannot assign to {text}"))
        });
        self.wrong(Self::keyword_comprehension);
        self.wrong(|p| {
            if p.ahead(|p| p.name().filter(|_| p.eat("="))) {
                return None;
            }
            let target = p.expression()?;
            let equal = p.take("=")?;
            p.raise_range(target, equal, "expression cannot contain assignment, perhaps you meant \"==\"?")
        });
        self.wrong(|p| {
            let stars = p.take("**")?;
            p.expression()?;
            if !p.eat("=") {
                return None;
            }
            let value = p.expression()?;
            p.raise_range(stars, value, "cannot assign to keyword argument unpacking")
        });
    }

    fn keyword_comprehension(&mut self) -> Option<()> {
        let name = self.name()?;
        let equal = self.take("=")?;
        self.expression()?;
        self.for_if_clauses()?;
        self.raise_range(name, equal, "invalid syntax. Maybe you meant '==' or ':=' instead of '='?")
    }

    /// The last item of the last clause of a comprehension.
    fn last_item(&self, clauses: Id) -> Id {
        let clause = self.kids(clauses).last().copied().unwrap_or(clauses);
        self.kids(clause).last().copied().unwrap_or(clause)
    }

    fn invalid_arguments(&mut self) {
        const BARE: &str = "Generator expression must be parenthesized";
        self.wrong(|p| {
            let positional = p.attempt(|p| {
                p.gather(",", Self::positional)?;
                if !p.eat(",") {
                    return None;
                }
                p.kwargs()
            });
            if positional.is_none() {
                p.kwargs()?;
            }
            let comma = p.take(",")?;
            p.gather(",", |p| {
                let starred = p.starred_expression()?;
                if p.at("=") { None } else { Some(starred) }
            })?;
            p.raise_from(comma, "iterable argument unpacking follows keyword argument unpacking")
        });
        self.wrong(|p| {
            let element = p.expression()?;
            let clauses = p.for_if_clauses()?;
            if !p.eat(",") {
                return None;
            }
            if p.args().is_none() {
                p.attempt(|p| {
                    p.expression()?;
                    p.for_if_clauses()
                });
            }
            let last = p.last_item(clauses);
            p.raise_range(element, last, BARE)
        });
        self.wrong(Self::keyword_comprehension);
        self.wrong(|p| {
            p.attempt(|p| p.args().filter(|_| p.eat(",")));
            let name = p.name()?;
            let equal = p.take("=")?;
            if !p.at_any(&[",", ")"]) {
                return None;
            }
            p.raise_range(name, equal, "expected argument value expression")
        });
        self.invalid_later_arguments();
    }

    fn invalid_later_arguments(&mut self) {
        const BARE: &str = "Generator expression must be parenthesized";
        self.wrong(|p| {
            let args = p.args()?;
            let clauses = p.for_if_clauses()?;
            if p.kids(args).len() <= 1 {
                return None;
            }
            let element = *p.kids(args).last()?;
            let last = p.last_item(clauses);
            p.raise_range(element, last, BARE)
        });
        self.wrong(|p| {
            p.args()?;
            if !p.eat(",") {
                return None;
            }
            let element = p.expression()?;
            let clauses = p.for_if_clauses()?;
            let last = p.last_item(clauses);
            p.raise_range(element, last, BARE)
        });
        self.wrong(|p| {
            let args = p.args()?;
            if !p.eat(",") {
                return None;
            }
            p.args()?;
            let unpacked = p.kids(args).iter().any(|&kid| p.kind(kid) == Node::Dict && p.word(kid) == "**");
            let msg = if unpacked {
                "positional argument follows keyword argument unpacking"
            } else {
                "positional argument follows keyword argument"
            };
            p.raise_last(ErrorKind::Syntax, msg)
        });
    }

    // Targets.

    pub(super) fn star_targets(&mut self) -> Option<Id> {
        let first = self.pos;
        let single = self.attempt(Self::star_target)?;
        if !self.at(",") {
            return Some(single);
        }
        let mut items = vec![single];
        while let Some(next) = self.attempt(|p| if p.eat(",") { p.star_target() } else { None }) {
            items.push(next);
        }
        self.eat(",");
        Some(self.node(Node::Tuple, first, items))
    }

    pub(super) fn star_target(&mut self) -> Option<Id> {
        self.memo(Rule::StarTarget, |p| {
            let first = p.pos;
            p.attempt(|p| {
                if !p.eat("*") || p.at("*") {
                    return None;
                }
                let value = p.star_target()?;
                Some(p.node(Node::Starred, first, vec![value]))
            })
            .or_else(|| p.target_with_star_atom())
        })
    }

    fn target_with_star_atom(&mut self) -> Option<Id> {
        self.memo(Rule::TargetWithStar, |p| p.attribute_or_subscript().or_else(|| p.star_atom()))
    }

    /// `t_primary.NAME` or `t_primary[slices]` with nothing behind it.
    pub(super) fn attribute_or_subscript(&mut self) -> Option<Id> {
        let first = self.pos;
        self.attempt(|p| {
            let value = p.target_primary()?;
            if !p.eat(".") {
                return None;
            }
            p.name()?;
            if p.at_any(&["(", "[", "."]) {
                return None;
            }
            Some(p.node(Node::Attribute, first, vec![value]))
        })
        .or_else(|| {
            self.attempt(|p| {
                let value = p.target_primary()?;
                if !p.eat("[") {
                    return None;
                }
                p.slices()?;
                if !p.eat("]") || p.at_any(&["(", "[", "."]) {
                    return None;
                }
                Some(p.node(Node::Subscript, first, vec![value]))
            })
        })
    }

    /// The longest primary that something still follows.
    fn target_primary(&mut self) -> Option<Id> {
        self.memo(Rule::TPrimary, |p| {
            let first = p.pos;
            let mut value = p.atom()?;
            if !p.at_any(&["(", "[", "."]) {
                return None;
            }
            while let Some(next) = p.attempt(|p| {
                let next = p.trailer(first, value)?;
                p.at_any(&["(", "[", "."]).then_some(next)
            }) {
                value = next;
            }
            Some(value)
        })
    }

    fn star_atom(&mut self) -> Option<Id> {
        let first = self.pos;
        if let Some(name) = self.name() {
            return Some(name);
        }
        self.attempt(|p| {
            if !p.eat("(") {
                return None;
            }
            let inner = p.target_with_star_atom()?;
            p.eat(")").then_some(inner)
        })
        .or_else(|| {
            self.attempt(|p| {
                if !p.eat("(") {
                    return None;
                }
                p.attempt(|p| {
                    p.star_target()?;
                    if !p.eat(",") {
                        return None;
                    }
                    p.gather(",", Self::star_target);
                    p.eat(",");
                    Some(())
                });
                p.eat(")").then(|| p.node(Node::Tuple, first, Vec::new()))
            })
        })
        .or_else(|| {
            self.attempt(|p| {
                if !p.eat("[") {
                    return None;
                }
                if p.gather(",", Self::star_target).is_some() {
                    p.eat(",");
                }
                p.eat("]").then(|| p.node(Node::List, first, Vec::new()))
            })
        })
    }

    pub(super) fn single_target(&mut self) -> Option<Id> {
        self.attribute_or_subscript().or_else(|| self.name()).or_else(|| {
            self.attempt(|p| {
                if !p.eat("(") {
                    return None;
                }
                let inner = p.single_target()?;
                p.eat(")").then_some(inner)
            })
        })
    }

    pub(super) fn del_targets(&mut self) -> Option<()> {
        self.gather(",", Self::del_target)?;
        self.eat(",");
        Some(())
    }

    fn del_target(&mut self) -> Option<Id> {
        self.memo(Rule::DelTarget, |p| {
            let first = p.pos;
            if let Some(found) = p.attribute_or_subscript().or_else(|| p.name()) {
                return Some(found);
            }
            for (open, close, node) in [("(", ")", Node::Tuple), ("[", "]", Node::List)] {
                let found = p.attempt(|p| {
                    if !p.eat(open) {
                        return None;
                    }
                    p.del_targets();
                    p.eat(close).then(|| p.node(node, first, Vec::new()))
                });
                if found.is_some() {
                    return found;
                }
            }
            None
        })
    }

    /// Whether the line ends here.
    pub(super) fn at_line_end(&mut self) -> bool {
        self.at(";") || self.at_kind(Kind::Newline)
    }
}
