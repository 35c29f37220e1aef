//! Counting what is equal and sorting what is not.

use std::collections::BTreeMap;

use interp_front::SyntaxFailure;

use crate::disassembly;

/// How many examples of a class are printed.
const EXAMPLES: usize = 3;
/// How much text around a difference is printed.
const CONTEXT: usize = 160;

/// What was found so far.
#[derive(Default)]
pub(crate) struct Report {
    same: usize,
    total: usize,
    refused_by_both: usize,
    classes: BTreeMap<String, Class>,
}

#[derive(Default)]
struct Class {
    count: usize,
    examples: Vec<String>,
}

impl Report {
    /// Compares two texts line by line.
    pub(crate) fn lines(&mut self, name: &str, ours: &str, theirs: &str) {
        let mut our_lines = ours.lines();
        for their_line in theirs.lines() {
            self.total += 1;
            match our_lines.next() {
                Some(our_line) if our_line == their_line => self.same += 1,
                Some(our_line) => self.line(name, our_line, their_line),
                None => self.difference("missing lines", name, their_line),
            }
        }
        for our_line in our_lines {
            self.difference("lines too many", name, our_line);
        }
    }

    fn line(&mut self, name: &str, ours: &str, theirs: &str) {
        let mut at = ours.bytes().zip(theirs.bytes()).take_while(|(a, b)| a == b).count();
        while !ours.is_char_boundary(at) {
            at -= 1;
        }
        let open = ours[..at].rfind('(').unwrap_or(0);
        let start = ours[..open].rfind([',', '[', '(']).map_or(0, |at| at + 1);
        let node: String = ours[start..open].chars().take_while(char::is_ascii_alphabetic).collect();
        let cut = |text: &str| {
            let from = at.saturating_sub(CONTEXT / 2);
            text.get(from..).unwrap_or_default().chars().take(CONTEXT).collect::<String>()
        };
        self.difference(&format!("in {node}"), name, &format!("\n   ours   {}\n   theirs {}", cut(ours), cut(theirs)));
    }

    /// Compares two errors: message first, place second.
    pub(crate) fn error(&mut self, name: &str, ours: &str, theirs: &str) {
        self.total += 1;
        if ours == theirs {
            self.same += 1;
            return;
        }
        let head = |text: &str| text.trim().split('\t').take(2).collect::<Vec<_>>().join(": ");
        let detail = format!("\n   ours   {}\n   theirs {}", ours.trim(), theirs.trim());
        if head(ours) == head(theirs) {
            self.difference(&format!("place of: {}", head(theirs)), name, &detail);
        } else {
            self.difference(&format!("message: {}", head(theirs)), name, &detail);
        }
    }

    /// Compares two dumps code object by code object.
    pub(crate) fn code(&mut self, file: &str, ours: &str, theirs: &str) {
        let mut our_blocks = blocks(ours);
        for theirs in blocks(theirs) {
            self.total += 1;
            let Some(ours) = our_blocks.next() else {
                self.difference("missing code object", file, theirs.lines().next().unwrap_or_default());
                continue;
            };
            if ours == theirs {
                self.same += 1;
            } else {
                self.code_object(file, ours, theirs);
            }
        }
    }

    fn code_object(&mut self, file: &str, ours: &str, theirs: &str) {
        let head = theirs.lines().next().unwrap_or_default().to_owned();
        let field = |block: &str, key: &str| {
            let prefix = format!("{key} ");
            block.lines().filter(|line| line.starts_with(&prefix)).collect::<Vec<_>>().join("\n")
        };
        let keys = ["code", "args", "flags", "vars", "cells", "frees", "bytes", "names", "const", "stack", "first"];
        for key in keys.into_iter().chain(["exc", "lines"]) {
            let (our_field, their_field) = (field(ours, key), field(theirs, key));
            if our_field == their_field {
                continue;
            }
            let (class, detail) = if key == "bytes" {
                disassembly::difference(&our_field[6..], &their_field[6..])
            } else if key == "lines" {
                disassembly::locations(ours, theirs)
            } else {
                (key.to_owned(), first_difference(&our_field, &their_field))
            };
            self.difference(&class, file, &format!("{head}{detail}"));
            return;
        }
    }

    /// Notes one difference of a class.
    pub(crate) fn difference(&mut self, class: &str, name: &str, detail: &str) {
        let class = self.classes.entry(class.to_owned()).or_default();
        class.count += 1;
        if class.examples.len() < EXAMPLES {
            class.examples.push(format!("{name}: {detail}"));
        }
    }

    /// A source that CPython refuses: do we?
    pub(crate) fn refused(&mut self, name: &str, answer: &str, ours: Option<SyntaxFailure>) {
        match ours {
            None => self.difference("we accept what CPython refuses", name, answer.trim()),
            Some(_) => self.refused_by_both += 1,
        }
    }

    /// Prints the verdict.
    pub(crate) fn print(&self) {
        let share = self.same as f64 * 100.0 / self.total.max(1) as f64;
        println!(
            "{} of {} identical ({share:.3} %), {} files refused by both",
            self.same, self.total, self.refused_by_both
        );
        let mut classes: Vec<_> = self.classes.iter().collect();
        classes.sort_by_key(|(_, class)| std::cmp::Reverse(class.count));
        for (name, class) in classes {
            println!("\n{:6}  {name}", class.count);
            for example in &class.examples {
                println!("  {example}");
            }
        }
    }
}

/// The code objects of a dump.
fn blocks(dump: &str) -> impl Iterator<Item = &str> {
    let mut rest = dump;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest.find("\ncode ").map_or(rest.len(), |at| at + 1);
        let (block, tail) = rest.split_at(end);
        rest = tail;
        Some(block)
    })
}

fn first_difference(ours: &str, theirs: &str) -> String {
    let mut at = ours.bytes().zip(theirs.bytes()).take_while(|(a, b)| a == b).count().saturating_sub(40);
    while !ours.is_char_boundary(at) || !theirs.is_char_boundary(at) {
        at -= 1;
    }
    let cut = |text: &str| text[at..].chars().take(CONTEXT).collect::<String>().replace('\n', " | ");
    format!("\n   ours   {}\n   theirs {}", cut(ours), cut(theirs))
}
