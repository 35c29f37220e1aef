//! Follows the stack pointer through one handler and judges how the handler ends.
//!
//! The depth (bytes below the return address) is carried along every path. A path may end in a jump out of the function,
//! which must find depth zero; or in a trap. A return (unless the handler leaves the loop), or a jump with the stack grown, is a problem; so is an
//! instruction that moves the stack pointer in a way that this file cannot follow: what is not understood is not proved.

use super::listing::{Function, Insn};

/// What one instruction does to a path.
enum Flow<'a> {
    Next,
    /// Like `Next`, unless the callee never returns, which only the code's shape can tell.
    Call,
    /// To a place or symbol, and perhaps also to the next instruction.
    Jump {
        target: &'a str,
        conditional: bool,
    },
    /// To wherever a register or memory says.
    Indirect,
    Return,
    Trap,
}

/// Depths at one instruction: of the stack, and of the frame pointer once it was set from it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct State {
    depth: i64,
    frame: Option<i64>,
}

struct Walk<'a> {
    function: &'a Function,
    /// It leaves the loop, by returning.
    exits: bool,
    seen: Vec<Option<State>>,
    /// Places to visit; weak ones (after a call that may not return) only if nothing else leads there.
    work: Vec<(usize, State)>,
    weak: Vec<(usize, State)>,
    /// State at a jump through a table of this function's own.
    switch: Option<State>,
    deepest: i64,
    problems: Vec<String>,
}

/// The deepest frame in bytes, or everything that is wrong. `exits`: the function may return.
pub(super) fn check(function: &Function, exits: bool) -> Result<i64, Vec<String>> {
    let mut walk = Walk {
        function,
        exits,
        seen: vec![None; function.insns.len()],
        work: vec![(0, State { depth: 0, frame: None })],
        weak: Vec::new(),
        switch: None,
        deepest: 0,
        problems: Vec::new(),
    };
    walk.follow();
    // Cases of a switch and landing pads have no visible way in; the former run at the switch's depth, the latter at the frame's.
    while let Some(at) = walk.unseen() {
        let state = walk.switch.unwrap_or(State { depth: walk.deepest, frame: None });
        walk.work.push((at, state));
        walk.follow();
    }
    if walk.problems.is_empty() { Ok(walk.deepest) } else { Err(walk.problems) }
}

impl Walk<'_> {
    fn follow(&mut self) {
        loop {
            while let Some((at, state)) = self.work.pop() {
                self.visit(at, state);
            }
            match self.weak.pop() {
                Some((at, state)) if self.seen.get(at).is_some_and(Option::is_none) => self.visit(at, state),
                Some(_) => {}
                None => return,
            }
        }
    }

    fn unseen(&self) -> Option<usize> {
        let padding = |insn: &Insn| insn.op.starts_with("nop") || insn.op == "int3" || insn.op == "xchg";
        (0..self.seen.len()).find(|at| self.seen[*at].is_none() && !padding(&self.function.insns[*at]))
    }

    fn visit(&mut self, at: usize, state: State) {
        let Some(insn) = self.function.insns.get(at) else {
            self.problems.push("runs past its end".to_owned());
            return;
        };
        match self.seen[at] {
            Some(before) if before.depth != state.depth => {
                self.problem(
                    insn,
                    &format!("is reached with {} and with {} bytes of stack", before.depth, state.depth),
                );
                return;
            }
            Some(_) => return,
            None => self.seen[at] = Some(state),
        }
        let after = match moved(insn, state) {
            Ok(after) => after,
            Err(why) => {
                self.problem(insn, why);
                return;
            }
        };
        self.deepest = self.deepest.max(after.depth);
        self.continue_from(at, insn, after);
    }

    fn continue_from(&mut self, at: usize, insn: &Insn, state: State) {
        match flow(insn) {
            Flow::Next => self.work.push((at + 1, state)),
            Flow::Call => {
                let next = self.function.insns.get(at + 1);
                match next {
                    None => {}
                    Some(next) if next.labelled => self.weak.push((at + 1, state)),
                    Some(_) => self.work.push((at + 1, state)),
                }
            }
            Flow::Jump { target, conditional } => {
                match self.function.places.get(target) {
                    Some(place) => self.work.push((*place, state)),
                    None => self.leave(insn, state),
                }
                if conditional {
                    self.work.push((at + 1, state));
                }
            }
            Flow::Indirect if self.is_switch(at) => self.switch = Some(state),
            Flow::Indirect => self.leave(insn, state),
            Flow::Return if self.exits => self.leave(insn, state),
            Flow::Return => self.problem(insn, "returns instead of jumping to the next handler"),
            Flow::Trap => {}
        }
    }

    fn leave(&mut self, insn: &Insn, state: State) {
        if state.depth != 0 {
            self.problem(insn, &format!("leaves with the stack grown by {} bytes", state.depth));
        }
    }

    /// A jump through a table of 32-bit offsets to code of this function: `movslq (table,index,4), reg; addq table, reg;
    /// jmpq *reg`. The dispatch table holds whole addresses and is loaded otherwise.
    fn is_switch(&self, at: usize) -> bool {
        let Some(register) = self.function.insns[at].args.strip_prefix('*') else { return false };
        if !register.starts_with('%') {
            return false;
        }
        let before = &self.function.insns[at.saturating_sub(6)..at];
        let loads = |insn: &Insn| insn.op.starts_with("movsl") && insn.args.contains(",4)");
        let adds = |insn: &Insn| insn.op.starts_with("add") && insn.args.ends_with(register);
        before.iter().any(loads) && before.iter().any(adds)
    }

    fn problem(&mut self, insn: &Insn, what: &str) {
        self.problems.push(format!("line {}: `{} {}` {what}", insn.line, insn.op, insn.args));
    }
}

fn flow(insn: &Insn) -> Flow<'_> {
    let op = insn.op.as_str();
    if op.starts_with("ret") {
        return Flow::Return;
    }
    if op.starts_with("ud2") || op == "int3" || op == "hlt" {
        return Flow::Trap;
    }
    if op.starts_with("call") {
        return Flow::Call;
    }
    if !op.starts_with('j') {
        return Flow::Next;
    }
    if insn.args.starts_with('*') {
        return Flow::Indirect;
    }
    let target = insn.args.split_whitespace().next().unwrap_or_default();
    Flow::Jump { target, conditional: !op.starts_with("jmp") }
}

/// The state after an instruction, as far as the stack pointer goes.
fn moved(insn: &Insn, state: State) -> Result<State, &'static str> {
    let op = insn.op.as_str();
    let (from, to) = operands(&insn.args);
    let by = |bytes: i64| Ok(State { depth: state.depth + bytes, ..state });
    let framed = |offset: i64| match state.frame {
        Some(frame) => Ok(State { depth: frame - offset, ..state }),
        None => Err("sets the stack pointer from a frame pointer of unknown depth"),
    };
    if op.starts_with("push") {
        return by(8);
    }
    if op.starts_with("pop") && op != "popcnt" && !op.starts_with("popcnt") {
        return by(-8);
    }
    if op.starts_with("leave") {
        return framed(0).map(|after| State { depth: after.depth - 8, ..after });
    }
    if op.starts_with("mov") && from == "%rsp" && to == "%rbp" {
        return Ok(State { frame: Some(state.depth), ..state });
    }
    if to != "%rsp" || op.starts_with("cmp") || op.starts_with("test") {
        return Ok(state);
    }
    match (op.trim_end_matches('q'), from) {
        ("sub", amount) => number(amount).map_or(Err("moves the stack pointer by a register"), by),
        ("add", amount) => number(amount).map_or(Err("moves the stack pointer by a register"), |bytes| by(-bytes)),
        ("lea", place) => match place.strip_suffix("(%rsp)").map(|offset| number(&format!("${offset}"))) {
            Some(Some(offset)) => by(-offset),
            _ => match place.strip_suffix("(%rbp)").map(|offset| number(&format!("${offset}"))) {
                Some(Some(offset)) => framed(offset),
                _ => Err("moves the stack pointer to somewhere unknown"),
            },
        },
        ("mov", "%rbp") => framed(0),
        ("and", _) => Err("realigns the stack"),
        _ => Err("moves the stack pointer in a way that is not followed"),
    }
}

/// Source and destination (`a, b`); parentheses hold commas of their own.
fn operands(args: &str) -> (&str, &str) {
    let mut depth = 0;
    let mut comma = None;
    for (at, character) in args.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => comma = Some(at),
            _ => {}
        }
    }
    match comma {
        Some(at) => (args[..at].trim(), args[at + 1..].trim()),
        None => ("", args.trim()),
    }
}

/// An immediate: `$16`, `$-8`, `$0x28`, `$-0x80`.
fn number(text: &str) -> Option<i64> {
    let text = text.strip_prefix('$')?;
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let value = match digits.strip_prefix("0x") {
        // objdump shows negative immediates as 64-bit two's complement.
        Some(hex) => u64::from_str_radix(hex, 16).ok()?.cast_signed(),
        None => digits.parse().ok()?,
    };
    Some(if negative { -value } else { value })
}
