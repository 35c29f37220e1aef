//! Rules for strings: concatenation, values, replacement fields.

use interp_compile::error::ErrorKind;

use super::Diagnosis;
use super::grammar::{Id, Node, Parser, Rule};
use super::strings;
use super::tokens::{Kind, Token};
use crate::escape::{self, Body};

impl Parser<'_> {
    pub(super) fn strings(&mut self) -> Option<Id> {
        self.memo(Rule::Strings, |p| {
            p.invalid_concatenation();
            let first = p.pos;
            let mut parts = Vec::new();
            let mut interpolated = false;
            loop {
                if p.at_kind(Kind::String) {
                    parts.push(p.token()?);
                    p.pos += 1;
                } else if let Some(()) = p.attempt(|p| p.interpolated(Kind::FStart)) {
                    interpolated = true;
                } else {
                    break;
                }
            }
            if parts.is_empty() && !interpolated {
                let mut found = false;
                while p.attempt(|p| p.interpolated(Kind::TStart)).is_some() {
                    found = true;
                }
                return found.then(|| p.node(Node::TString, first, Vec::new()));
            }
            p.check_parts(&parts, interpolated)?;
            let node = if interpolated { Node::FString } else { Node::Constant("literal") };
            Some(p.node(node, first, Vec::new()))
        })
    }

    fn invalid_concatenation(&mut self) {
        const MSG: &str = "cannot mix t-string literals with string or bytes literals";
        let part = |p: &mut Self| {
            let first = p.pos;
            if !p.eat_kind(Kind::String) {
                p.interpolated(Kind::FStart)?;
            }
            Some(p.node(Node::Other, first, Vec::new()))
        };
        let template = |p: &mut Self| {
            let first = p.pos;
            p.interpolated(Kind::TStart)?;
            Some(p.node(Node::Other, first, Vec::new()))
        };
        self.wrong(|p| {
            let parts = p.many(part);
            let first = *parts.first()?;
            let last = p.attempt(template)?;
            p.raise_range(first, last, MSG)
        });
        self.wrong(|p| {
            let parts = p.many(template);
            let first = *parts.first()?;
            let last = p.attempt(part)?;
            p.raise_range(first, last, MSG)
        });
    }

    /// Bytes and text do not mix, and every escape must have a value.
    fn check_parts(&mut self, parts: &[Token], interpolated: bool) -> Option<()> {
        let is_bytes = |p: &Self, token: &Token| {
            p.words(*token).bytes().take_while(|&byte| strings::is_prefix(byte)).any(|byte| matches!(byte, b'b' | b'B'))
        };
        let bytes = parts.iter().filter(|token| is_bytes(self, token)).count();
        if bytes > 0 && (bytes < parts.len() || interpolated) {
            self.raise_last(ErrorKind::Syntax, "cannot mix bytes and nonbytes literals");
            return None;
        }
        for &token in parts {
            if let Err(msg) = self.value(token, bytes > 0) {
                let error = self.diagnosis_at(ErrorKind::Syntax, token, msg);
                self.raise(error);
                return None;
            }
        }
        Some(())
    }

    fn value(&self, token: Token, bytes: bool) -> Result<(), String> {
        let words = self.words(token);
        let prefix = words.bytes().take_while(|&byte| strings::is_prefix(byte)).count();
        let quoted = &words[prefix..];
        let size = if quoted.len() >= 6 && (quoted.starts_with("'''") || quoted.starts_with("\"\"\"")) { 3 } else { 1 };
        let body = &quoted[size..quoted.len() - size];
        if bytes && !body.is_ascii() {
            return Err("bytes can only contain ASCII literal characters".into());
        }
        if words[..prefix].contains(['r', 'R']) {
            return Ok(());
        }
        let (mut out, mut warnings) = (Vec::new(), Vec::new());
        let result = if bytes {
            escape::decode_bytes(body, &mut out, &mut warnings)
        } else {
            escape::decode_text(body, Body::Text, &mut out, &mut warnings)
        };
        result.map_err(|error| error.msg)
    }

    /// One f- or t-string.
    fn interpolated(&mut self, start: Kind) -> Option<()> {
        let template = start == Kind::TStart;
        let raw = {
            let token = self.token()?;
            token.kind == start && self.words(token).contains(['r', 'R'])
        };
        if !self.eat_kind(start) {
            return None;
        }
        while self.attempt(|p| p.middle_or_field(template, raw)).is_some() {}
        self.eat_kind(if template { Kind::TEnd } else { Kind::FEnd }).then_some(())
    }

    fn middle_or_field(&mut self, template: bool, raw: bool) -> Option<()> {
        if self.attempt(|p| p.field(template, raw)).is_some() {
            return Some(());
        }
        let token = self.token()?;
        if token.kind != if template { Kind::TMiddle } else { Kind::FMiddle } {
            return None;
        }
        if !raw {
            let (mut out, mut warnings) = (Vec::new(), Vec::new());
            if let Err(error) = escape::decode_text(self.words(token), Body::Interpolated, &mut out, &mut warnings) {
                let error = self.diagnosis_at(ErrorKind::Syntax, token, error.msg);
                self.raise(error);
                return None;
            }
        }
        self.pos += 1;
        Some(())
    }

    fn field(&mut self, template: bool, raw: bool) -> Option<()> {
        let found = self.attempt(|p| {
            if !p.eat("{") {
                return None;
            }
            p.annotated_rhs()?;
            p.eat("=");
            p.attempt(|p| p.conversion(template));
            p.attempt(|p| {
                if !p.eat(":") {
                    return None;
                }
                while p.attempt(|p| p.middle_or_field(template, raw)).is_some() {}
                Some(())
            });
            p.eat("}").then_some(())
        });
        if found.is_none() {
            self.invalid_field(template, raw);
        }
        found
    }

    fn conversion(&mut self, template: bool) -> Option<()> {
        let prefix = if template { 't' } else { 'f' };
        let mark = self.token()?;
        if !self.eat("!") {
            return None;
        }
        let name = self.name()?;
        let token = self.first_token(name);
        if token.start != mark.end {
            let msg = format!("{prefix}-string: conversion type must come right after the exclamation mark");
            let (lineno, offset) = self.place(mark.start);
            let (end_lineno, end_offset) = self.place(token.end);
            return self.raise(Diagnosis::new(ErrorKind::Syntax, msg, lineno, offset, end_lineno, end_offset));
        }
        let word = self.word(name);
        if !matches!(word, "s" | "r" | "a") {
            let msg = format!("{prefix}-string: invalid conversion character '{word}': expected 's', 'r', or 'a'");
            return self.raise_at(name, msg);
        }
        Some(())
    }

    fn invalid_field(&mut self, template: bool, raw: bool) {
        let prefix = if template { "t-string" } else { "f-string" };
        let head = |p: &mut Self| p.eat("{").then_some(()).and_then(|()| p.annotated_rhs()).map(|_| ());
        self.wrong(|p| {
            if !p.eat("{") {
                return None;
            }
            let mark = p.take_any(&["=", "!", ":", "}"])?;
            let word = p.word(mark);
            p.raise_at(mark, format!("{prefix}: valid expression required before '{word}'"))
        });
        self.wrong(|p| {
            if !p.eat("{") || p.ahead(Self::annotated_rhs) || p.error.is_some() {
                return None;
            }
            p.raise_next(format!("{prefix}: expecting a valid expression after '{{'"))
        });
        self.wrong(|p| {
            head(p)?;
            if p.at_any(&["=", "!", ":", "}"]) {
                return None;
            }
            p.raise_next(format!("{prefix}: expecting '=', or '!', or ':', or '}}'"))
        });
        self.wrong(|p| {
            head(p)?;
            if !p.eat("=") || p.at_any(&["!", ":", "}"]) {
                return None;
            }
            p.raise_next(format!("{prefix}: expecting '!', or ':', or '}}'"))
        });
        self.wrong(|p| {
            head(p)?;
            p.eat("=");
            if !p.eat("!") {
                return None;
            }
            if p.at_any(&[":", "}"]) {
                return p.raise_next(format!("{prefix}: missing conversion character"));
            }
            if p.ahead(Self::name) {
                return None;
            }
            p.raise_next(format!("{prefix}: invalid conversion character"))
        });
        self.invalid_field_end(prefix, raw);
    }

    fn invalid_field_end(&mut self, prefix: &str, raw: bool) {
        let head = |p: &mut Self| {
            if !p.eat("{") {
                return None;
            }
            p.annotated_rhs()?;
            p.eat("=");
            p.attempt(|p| if p.eat("!") { p.name() } else { None });
            Some(())
        };
        self.wrong(|p| {
            head(p)?;
            if p.at_any(&[":", "}"]) {
                return None;
            }
            p.raise_next(format!("{prefix}: expecting ':' or '}}'"))
        });
        self.wrong(|p| {
            head(p)?;
            if !p.eat(":") {
                return None;
            }
            // Here CPython's rule takes f-string parts for t-strings too.
            while p.attempt(|p| p.middle_or_field(false, raw)).is_some() {}
            if p.at("}") {
                return None;
            }
            p.raise_next(format!("{prefix}: expecting '}}', or format specs"))
        });
        self.wrong(|p| {
            head(p)?;
            if p.at("}") {
                return None;
            }
            p.raise_next(format!("{prefix}: expecting '}}'"))
        });
    }
}
