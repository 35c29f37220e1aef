//! A text assembler for stack code: the input of the lowering's tests. Apart from the tests because it is a small language:
//!
//! ```text
//! args: x            locals that are arguments, then other locals, cells, free variables
//! locals: y
//! cells: c
//! free: f
//! consts: None 1000 'text' 2.5 code2    `code2` is a function with two free variables
//! names: foo
//! stack: 3           stack size; 8 without the line
//! handler: A B -> C depth 1 lasti
//! A: LOAD_FAST x     a label, an instruction, its operand: a number, a local, two locals (`x,y`) or a label
//!    300 * NOP       many times the same
//! B: JUMP_BACKWARD A
//! ```

use std::collections::HashMap;

use interp_opcode::Opcode;

use crate::{Code, CodeFlags, Const, LocalKind, Name, Wtf, exceptions};

struct Line {
    op: Opcode,
    operand: String,
    prefixes: u32,
}

#[derive(Default)]
struct Asm {
    lines: Vec<Line>,
    labels: HashMap<String, usize>,
    locals: Vec<(String, LocalKind)>,
    args: u32,
    consts: Vec<Const>,
    names: Vec<String>,
    handlers: Vec<String>,
    stack: u32,
}

pub(super) fn assemble(text: &str) -> Code {
    let mut asm = Asm { stack: 8, ..Asm::default() };
    for line in text.lines() {
        let line = line.split('#').next().unwrap_or("").trim();
        if !line.is_empty() {
            asm.line(line);
        }
    }
    asm.relax();
    asm.code()
}

fn constant(text: &str) -> Const {
    match text {
        "None" => Const::None,
        "True" => Const::bool(true),
        _ if text.starts_with("code") => {
            let free = text.trim_start_matches("code").parse().expect("a number of free variables");
            let names: Vec<&str> = ["a", "b", "c", "d"].into_iter().take(free).collect();
            let source = format!("free: {}\nCOPY_FREE_VARS {free}\nLOAD_SMALL_INT 0\nRETURN_VALUE", names.join(" "));
            Const::Code(assemble(&source).into())
        }
        _ if text.starts_with('\'') => Const::str(text.trim_matches('\'')),
        _ if text.contains('.') => Const::Float(text.parse().expect("a float")),
        _ => Const::int(text.parse::<i64>().expect("an int")),
    }
}

impl Asm {
    fn line(&mut self, line: &str) {
        let (head, rest) = line.split_once(':').unwrap_or(("", line));
        let words = rest.split_whitespace().map(str::to_owned);
        let kind = match head {
            "args" => Some(LocalKind::LOCAL | LocalKind::ARG_POS),
            "locals" => Some(LocalKind::LOCAL),
            "cells" => Some(LocalKind::CELL),
            "free" => Some(LocalKind::FREE),
            _ => None,
        };
        if let Some(kind) = kind {
            self.locals.extend(words.map(|name| (name, kind)));
            self.args = self.locals.iter().filter(|(_, kind)| kind.contains(LocalKind::ARG_POS)).count() as u32;
            return;
        }
        match head {
            "consts" => self.consts = rest.split_whitespace().map(constant).collect(),
            "names" => self.names = words.collect(),
            "stack" => self.stack = rest.trim().parse().expect("a stack size"),
            "handler" => self.handlers.push(rest.to_owned()),
            label => {
                if !label.is_empty() {
                    self.labels.insert(label.to_owned(), self.lines.len());
                }
                self.instruction(rest.trim());
            }
        }
    }

    fn instruction(&mut self, text: &str) {
        let (times, text) = match text.split_once('*') {
            Some((times, text)) => (times.trim().parse().expect("a count"), text.trim()),
            None => (1, text),
        };
        let (name, operand) = text.split_once(' ').unwrap_or((text, "0"));
        let op = Opcode::all().find(|op| op.name() == name).unwrap_or_else(|| panic!("no instruction {name}"));
        for _ in 0..times {
            self.lines.push(Line { op, operand: operand.trim().to_owned(), prefixes: 0 });
        }
    }

    /// The code unit at which each line starts, and the end.
    fn units(&self) -> Vec<u32> {
        let mut units = vec![0];
        for line in &self.lines {
            units.push(units[units.len() - 1] + line.prefixes + 1 + line.op.cache_entries() as u32);
        }
        units
    }

    fn operand(&self, index: usize, units: &[u32]) -> u32 {
        let line = &self.lines[index];
        let name = |text: &str| self.locals.iter().position(|(name, _)| name == text).map(|at| at as u32);
        if let Some(label) = self.labels.get(&line.operand)
            && line.op.has_jump()
        {
            let (from, to) = (units[index + 1], units[*label]);
            // A loop's exit is named by its `END_FOR`.
            return if line.op.name().starts_with("JUMP_BACKWARD") { from - to } else { to - from };
        }
        if let Some((high, low)) = line.operand.split_once(',') {
            let one = |text: &str| name(text).expect("a local");
            return one(high) << 4 | one(low);
        }
        name(&line.operand).unwrap_or_else(|| {
            line.operand.parse().unwrap_or_else(|_| panic!("no local, label or number {}", line.operand))
        })
    }

    /// Adds `EXTENDED_ARG`s until every operand fits.
    fn relax(&mut self) {
        loop {
            let units = self.units();
            let mut grown = false;
            for index in 0..self.lines.len() {
                let needed = (32 - self.operand(index, &units).leading_zeros()).div_ceil(8).saturating_sub(1);
                grown |= needed > self.lines[index].prefixes;
                self.lines[index].prefixes = self.lines[index].prefixes.max(needed);
            }
            if !grown {
                return;
            }
        }
    }

    fn code(&self) -> Code {
        let units = self.units();
        let mut bytes = Vec::new();
        for (index, line) in self.lines.iter().enumerate() {
            let operand = self.operand(index, &units);
            for prefix in (1..=line.prefixes).rev() {
                bytes.extend([Opcode::ExtendedArg as u8, (operand >> (8 * prefix)) as u8]);
            }
            bytes.extend([line.op as u8, operand as u8]);
            bytes.extend(std::iter::repeat_n(0, 2 * line.op.cache_entries()));
        }
        let names =
            |names: Vec<&String>| names.into_iter().map(|name| Wtf::from(name.as_str())).collect::<Box<[Name]>>();
        Code {
            argcount: self.args,
            posonlyargcount: 0,
            kwonlyargcount: 0,
            stacksize: self.stack,
            flags: CodeFlags::OPTIMIZED,
            code: bytes.into(),
            consts: self.consts.clone().into(),
            names: names(self.names.iter().collect()),
            localsplusnames: names(self.locals.iter().map(|(name, _)| name).collect()),
            localspluskinds: self.locals.iter().map(|(_, kind)| *kind).collect(),
            filename: "test.py".into(),
            name: "f".into(),
            qualname: "f".into(),
            firstlineno: 1,
            linetable: [].into(),
            exceptiontable: self.table(&units).into(),
        }
    }

    fn table(&self, units: &[u32]) -> Vec<u8> {
        let mut table = Vec::new();
        let unit = |label: &str| match self.labels.get(label) {
            Some(line) => units[*line],
            None => label.parse().unwrap_or_else(|_| panic!("no label {label}")),
        };
        for handler in &self.handlers {
            let words: Vec<&str> = handler.split_whitespace().collect();
            let [start, end, "->", target, "depth", depth, ..] = words[..] else { panic!("handler: A B -> C depth N") };
            exceptions::write(
                &mut table,
                exceptions::Entry {
                    start: unit(start),
                    end: unit(end),
                    target: unit(target),
                    depth: depth.parse().expect("a depth"),
                    push_lasti: words.last() == Some(&"lasti"),
                },
            );
        }
        table
    }
}
