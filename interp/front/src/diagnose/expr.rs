//! Rules for expressions, from the statement level down to primaries.

use interp_compile::error::ErrorKind;

use super::grammar::{Id, Node, Parser, Rule};

impl Parser<'_> {
    pub(super) fn expressions(&mut self) -> Option<Id> {
        self.tuple_of(Self::expression)
    }

    pub(super) fn star_expressions(&mut self) -> Option<Id> {
        self.tuple_of(Self::star_expression)
    }

    /// One item, or several that make a tuple without parentheses.
    fn tuple_of(&mut self, item: impl Fn(&mut Self) -> Option<Id>) -> Option<Id> {
        let first = self.pos;
        let single = self.attempt(&item)?;
        let mut items = vec![single];
        while let Some(next) = self.attempt(|p| {
            if !p.eat(",") {
                return None;
            }
            item(p)
        }) {
            items.push(next);
        }
        let comma = self.eat(",");
        if items.len() == 1 && !comma { Some(single) } else { Some(self.node(Node::Tuple, first, items)) }
    }

    pub(super) fn star_expression(&mut self) -> Option<Id> {
        self.memo(Rule::StarExpression, |p| p.attempt(Self::starred_or).or_else(|| p.attempt(Self::expression)))
    }

    /// `'*' bitwise_or`
    fn starred_or(&mut self) -> Option<Id> {
        let first = self.pos;
        if !self.eat("*") {
            return None;
        }
        let value = self.bitwise_or()?;
        Some(self.node(Node::Starred, first, vec![value]))
    }

    pub(super) fn star_named_expressions(&mut self) -> Option<Vec<Id>> {
        let items = self.gather(",", Self::star_named_expression)?;
        self.eat(",");
        Some(items)
    }

    pub(super) fn star_named_expression(&mut self) -> Option<Id> {
        self.attempt(Self::starred_or).or_else(|| self.named_expression())
    }

    pub(super) fn assignment_expression(&mut self) -> Option<Id> {
        let first = self.pos;
        self.attempt(|p| {
            let target = p.name()?;
            if !p.eat(":=") {
                return None;
            }
            let value = p.expression()?;
            Some(p.node(Node::Named, first, vec![target, value]))
        })
    }

    pub(super) fn named_expression(&mut self) -> Option<Id> {
        self.attempt(|p| {
            if let Some(found) = p.assignment_expression() {
                return Some(found);
            }
            // `NAME ':='` is final.
            if p.ahead(|p| p.name().filter(|_| p.eat(":="))) {
                return None;
            }
            if p.invalid {
                p.invalid_named_expression();
            }
            let found = p.expression()?;
            if p.at(":=") { None } else { Some(found) }
        })
    }

    /// `assignment_expression | expression !':='`
    pub(super) fn argument_expression(&mut self) -> Option<Id> {
        self.assignment_expression().or_else(|| {
            if self.ahead(|p| p.name().filter(|_| p.eat(":="))) {
                return None;
            }
            self.attempt(|p| {
                let found = p.expression()?;
                if p.at(":=") { None } else { Some(found) }
            })
        })
    }

    pub(super) fn expression(&mut self) -> Option<Id> {
        self.memo(Rule::Expression, |p| {
            if p.invalid {
                p.invalid_expression();
                p.invalid_legacy_expression();
            }
            p.plain_expression()
        })
    }

    pub(super) fn plain_expression(&mut self) -> Option<Id> {
        let first = self.pos;
        self.attempt(|p| {
            let body = p.disjunction()?;
            if !p.eat("if") {
                return None;
            }
            let test = p.disjunction()?;
            if !p.eat("else") {
                return None;
            }
            let orelse = p.expression()?;
            Some(p.node(Node::IfExp, first, vec![body, test, orelse]))
        })
        .or_else(|| self.attempt(Self::disjunction))
        .or_else(|| self.attempt(Self::lambda))
    }

    fn lambda(&mut self) -> Option<Id> {
        let first = self.pos;
        if !self.eat("lambda") {
            return None;
        }
        self.lambda_params();
        if !self.eat(":") {
            return None;
        }
        let body = self.expression()?;
        Some(self.node(Node::Lambda, first, vec![body]))
    }

    pub(super) fn yield_expr(&mut self) -> Option<Id> {
        let first = self.pos;
        self.attempt(|p| {
            if !p.eat("yield") {
                return None;
            }
            let from = p.attempt(|p| if p.eat("from") { p.expression() } else { None });
            if from.is_none() {
                p.star_expressions();
            }
            Some(p.node(Node::Yield, first, Vec::new()))
        })
    }

    pub(super) fn annotated_rhs(&mut self) -> Option<Id> {
        self.yield_expr().or_else(|| self.star_expressions())
    }

    pub(super) fn disjunction(&mut self) -> Option<Id> {
        self.memo(Rule::Disjunction, |p| p.chain(&["or"], Self::conjunction))
    }

    fn conjunction(&mut self) -> Option<Id> {
        self.memo(Rule::Conjunction, |p| p.chain(&["and"], Self::inversion))
    }

    /// `item (operator item)*`
    fn chain(&mut self, operators: &[&str], item: impl Fn(&mut Self) -> Option<Id>) -> Option<Id> {
        let first = self.pos;
        let mut left = item(self)?;
        while let Some(right) = self.attempt(|p| {
            if !p.eat_any(operators) {
                return None;
            }
            item(p)
        }) {
            left = self.node(Node::Operation, first, vec![left, right]);
        }
        if operators.contains(&"+") || operators.contains(&"*") {
            self.invalid_not(operators);
        }
        Some(left)
    }

    pub(super) fn inversion(&mut self) -> Option<Id> {
        self.memo(Rule::Inversion, |p| {
            let first = p.pos;
            if p.eat("not") {
                let operand = p.inversion()?;
                return Some(p.node(Node::Operation, first, vec![operand]));
            }
            p.comparison()
        })
    }

    fn comparison(&mut self) -> Option<Id> {
        self.memo(Rule::Comparison, |p| {
            let first = p.pos;
            let left = p.bitwise_or()?;
            let mut operands = vec![left];
            let mut is_in = false;
            while let Some((right, found_in)) = p.attempt(|p| {
                let found_in = p.comparison_operator()?;
                Some((p.bitwise_or()?, found_in))
            }) {
                is_in |= operands.len() == 1 && found_in;
                operands.push(right);
            }
            if operands.len() == 1 {
                return Some(left);
            }
            Some(p.node(if is_in { Node::In } else { Node::Compare }, first, operands))
        })
    }

    /// A comparison operator; true for a plain `in`.
    fn comparison_operator(&mut self) -> Option<bool> {
        if self.at("<>") {
            self.raise_last(ErrorKind::Syntax, "invalid syntax.  Maybe you meant '!=' instead of '<>'?");
            return None;
        }
        if self.eat_any(&["==", "!=", "<=", "<", ">=", ">"]) {
            return Some(false);
        }
        if self.eat("not") {
            return self.eat("in").then_some(false);
        }
        if self.eat("in") {
            return Some(true);
        }
        if self.eat("is") {
            self.eat("not");
            return Some(false);
        }
        None
    }

    pub(super) fn bitwise_or(&mut self) -> Option<Id> {
        self.memo(Rule::BitwiseOr, |p| p.chain(&["|"], Self::bitwise_xor))
    }

    fn bitwise_xor(&mut self) -> Option<Id> {
        self.memo(Rule::BitwiseXor, |p| p.chain(&["^"], Self::bitwise_and))
    }

    fn bitwise_and(&mut self) -> Option<Id> {
        self.memo(Rule::BitwiseAnd, |p| p.chain(&["&"], Self::shift))
    }

    fn shift(&mut self) -> Option<Id> {
        self.memo(Rule::Shift, |p| p.chain(&["<<", ">>"], Self::sum))
    }

    fn sum(&mut self) -> Option<Id> {
        self.memo(Rule::Sum, |p| p.chain(&["+", "-"], Self::term))
    }

    fn term(&mut self) -> Option<Id> {
        self.memo(Rule::Term, |p| p.chain(&["*", "/", "//", "%", "@"], Self::factor))
    }

    fn factor(&mut self) -> Option<Id> {
        self.memo(Rule::Factor, |p| {
            let first = p.pos;
            p.invalid_not(&["+", "-", "~"]);
            if p.eat_any(&["+", "-", "~"]) {
                let operand = p.factor()?;
                return Some(p.node(Node::Operation, first, vec![operand]));
            }
            let base = p.await_primary()?;
            let power = p.attempt(|p| if p.eat("**") { p.factor() } else { None });
            match power {
                Some(power) => Some(p.node(Node::Operation, first, vec![base, power])),
                None => Some(base),
            }
        })
    }

    fn await_primary(&mut self) -> Option<Id> {
        self.memo(Rule::Await, |p| {
            let first = p.pos;
            if p.eat("await") {
                let value = p.primary()?;
                return Some(p.node(Node::Await, first, vec![value]));
            }
            p.primary()
        })
    }

    fn primary(&mut self) -> Option<Id> {
        self.memo(Rule::Primary, |p| {
            let first = p.pos;
            let mut value = p.atom()?;
            while let Some(next) = p.trailer(first, value) {
                value = next;
            }
            Some(value)
        })
    }

    /// `.name`, a call or a subscript behind a primary.
    pub(super) fn trailer(&mut self, first: usize, value: Id) -> Option<Id> {
        self.attempt(|p| {
            if !p.eat(".") {
                return None;
            }
            p.name()?;
            Some(p.node(Node::Attribute, first, vec![value]))
        })
        .or_else(|| {
            self.attempt(|p| {
                let argument = p.generator()?;
                Some(p.node(Node::Call, first, vec![value, argument]))
            })
        })
        .or_else(|| {
            self.attempt(|p| {
                if !p.eat("(") {
                    return None;
                }
                p.arguments();
                p.eat(")").then(|| p.node(Node::Call, first, vec![value]))
            })
        })
        .or_else(|| {
            self.attempt(|p| {
                if !p.eat("[") {
                    return None;
                }
                p.slices()?;
                p.eat("]").then(|| p.node(Node::Subscript, first, vec![value]))
            })
        })
    }

    pub(super) fn slices(&mut self) -> Option<()> {
        let single = self.attempt(|p| {
            p.slice()?;
            if p.at(",") { None } else { Some(()) }
        });
        if single.is_some() {
            return single;
        }
        self.gather(",", |p| p.attempt(Self::slice).or_else(|| p.starred_expression()))?;
        self.eat(",");
        Some(())
    }

    fn slice(&mut self) -> Option<Id> {
        let first = self.pos;
        self.attempt(|p| {
            p.expression();
            if !p.eat(":") {
                return None;
            }
            p.expression();
            p.attempt(|p| {
                if !p.eat(":") {
                    return None;
                }
                p.expression();
                Some(())
            });
            Some(p.node(Node::Other, first, Vec::new()))
        })
        .or_else(|| self.named_expression())
    }
}
