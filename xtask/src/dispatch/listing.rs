//! Reads functions out of x86-64 listings in AT&T syntax: an assembler file of the compiler, or `objdump -d`.
//!
//! Both become the same thing: instructions in order, and the places that jumps can name.

use std::collections::HashMap;

/// A function's instructions.
#[derive(Debug, Default)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) insns: Vec<Insn>,
    /// Index of the instruction at a label (assembly: its name, disassembly: its address).
    pub(super) places: HashMap<String, usize>,
}

/// One instruction, its size suffix removed from stack operations by whoever looks at it.
#[derive(Debug)]
pub(super) struct Insn {
    /// Line of the listing, for messages.
    pub(super) line: usize,
    pub(super) op: String,
    pub(super) args: String,
    /// A label stands before it: control may come from elsewhere.
    pub(super) labelled: bool,
}

/// Collects the functions whose symbol contains a marker, line by line.
pub(super) struct Reader {
    marker: &'static str,
    line: usize,
    current: Option<Function>,
    labelled: bool,
    done: Vec<Function>,
}

impl Reader {
    pub(super) fn new(marker: &'static str) -> Self {
        Self { marker, line: 0, current: None, labelled: false, done: Vec::new() }
    }

    /// The functions found so far.
    pub(super) fn finish(mut self) -> Vec<Function> {
        self.close();
        self.done
    }

    /// A line of `--emit asm`.
    pub(super) fn assembly_line(&mut self, text: &str) {
        self.line += 1;
        let text = text.split_once('#').map_or(text, |(code, _)| code).trim();
        if let Some(label) = text.strip_suffix(':') {
            let label = label.trim_matches('"');
            if label.starts_with(".Lfunc_end") {
                self.close();
            } else if label.starts_with(".L") {
                self.place(label);
            } else {
                self.open(label);
            }
        } else if !text.is_empty() && !text.starts_with('.') {
            self.insn(text);
        }
    }

    /// A line of `objdump -d --no-show-raw-insn`.
    pub(super) fn disassembly_line(&mut self, text: &str) {
        self.line += 1;
        if let Some((_, symbol)) = text.strip_suffix(">:").and_then(|head| head.split_once(" <")) {
            self.open(symbol);
        } else if let Some((address, code)) = text.split_once(":\t") {
            let labelled = self.labelled;
            self.place(address.trim());
            // Every address is a place here, so being named says nothing about being jumped to.
            self.labelled = labelled;
            let code = code.split_once('#').map_or(code, |(code, _)| code);
            self.insn(code.trim());
        } else if text.trim().is_empty() {
            self.close();
        }
    }

    fn open(&mut self, symbol: &str) {
        self.close();
        if symbol.contains(self.marker) {
            self.current = Some(Function { name: symbol.to_owned(), ..Function::default() });
        }
    }

    fn close(&mut self) {
        self.labelled = false;
        if let Some(function) = self.current.take().filter(|function| !function.insns.is_empty()) {
            self.done.push(function);
        }
    }

    fn place(&mut self, label: &str) {
        if let Some(function) = &mut self.current {
            function.places.insert(label.to_owned(), function.insns.len());
            self.labelled = true;
        }
    }

    fn insn(&mut self, text: &str) {
        let Some(function) = &mut self.current else { return };
        let mut text = text;
        for prefix in ["notrack ", "bnd ", "lock ", "rep ", "repz ", "data16 ", "cs "] {
            text = text.strip_prefix(prefix).map_or(text, str::trim_start);
        }
        let (op, args) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let insn = Insn {
            line: self.line,
            op: op.to_owned(),
            args: args.trim().to_owned(),
            labelled: std::mem::take(&mut self.labelled),
        };
        function.insns.push(insn);
    }
}
