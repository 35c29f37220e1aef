//! A text disassembly of code objects, in the manner of CPython's `dis`.
//!
//! Apart from the code object because it is for people: lines, labels for jump targets, what operands mean, handlers. It
//! never fails: what makes no sense in the code is shown as numbers.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use interp_opcode::{BinaryOp, COMPARE_OPS, CommonConstant, Intrinsic1, Intrinsic2, Opcode, SpecialMethod};

use crate::exceptions;
use crate::locations::Reader;
use crate::{Code, Const};

/// An instruction as it stands in the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// Code unit of the instruction itself, behind its `EXTENDED_ARG`s.
    pub unit: u32,
    /// Which; a byte that is no opcode reads as `RESERVED`.
    pub op: Opcode,
    /// Operand, extensions included.
    pub arg: u32,
}

impl Decoded {
    /// The code unit behind the instruction and its caches, from which jumps are counted.
    #[must_use]
    pub fn end(&self) -> u32 {
        self.unit + 1 + self.op.cache_entries() as u32
    }

    /// The code unit that a jump goes to.
    #[must_use]
    pub fn target(&self) -> Option<u32> {
        match self.op.base() {
            Opcode::JumpBackward | Opcode::JumpBackwardNoInterrupt => self.end().checked_sub(self.arg),
            // It names the END_SEND of its loop, which it does not jump to.
            Opcode::EndAsyncFor => None,
            op if op.has_jump() => self.end().checked_add(self.arg),
            _ => None,
        }
    }
}

/// The instructions of a code string, caches and `EXTENDED_ARG`s left out.
pub fn instructions(code: &[u8]) -> impl Iterator<Item = Decoded> {
    let (mut unit, mut extended) = (0_usize, 0);
    std::iter::from_fn(move || {
        loop {
            let &[op, low] = code.get(2 * unit..2 * unit + 2)? else { return None };
            let decoded = Decoded {
                unit: unit as u32,
                op: Opcode::from_u8(op).unwrap_or(Opcode::Reserved),
                arg: extended << 8 | u32::from(low),
            };
            unit = decoded.end() as usize;
            extended = 0;
            if decoded.op != Opcode::ExtendedArg {
                return Some(decoded);
            }
            extended = decoded.arg;
        }
    })
}

/// The disassembly of `code` and, behind it, of all code in its constants.
#[must_use]
pub fn dis(code: &Code) -> String {
    let mut text = String::new();
    let mut todo = vec![code];
    while let Some(code) = todo.pop() {
        if !text.is_empty() {
            let _ = write!(text, "\nDisassembly of {} at line {}:\n", code.qualname, code.firstlineno);
        }
        text.push_str(&dis_one(code));
        todo.extend(code.consts.iter().rev().filter_map(|value| match value {
            Const::Code(code) => Some(&**code),
            _ => None,
        }));
    }
    text
}

/// The disassembly of `code` without its nested code.
#[must_use]
pub fn dis_one(code: &Code) -> String {
    let labels = labels(code);
    let lines = lines(code);
    let mut text = String::new();
    let mut shown_line = None;
    for instr in instructions(&code.code) {
        let line = lines.get(instr.unit as usize).copied().unwrap_or(-1);
        let shown = if shown_line == Some(line) {
            String::new()
        } else if line < 0 {
            "--".to_owned()
        } else {
            line.to_string()
        };
        shown_line = Some(line);
        let label = labels.get(&instr.unit).map(|label| format!("L{label}:")).unwrap_or_default();
        let operand = if instr.op.has_arg() { instr.arg.to_string() } else { String::new() };
        let meaning = meaning(code, &instr, &labels).map(|meaning| format!(" ({meaning})")).unwrap_or_default();
        let line = format!("{shown:>4}  {label:>5} {:<24} {operand:>5}{meaning}", instr.op.name());
        text.push_str(line.trim_end());
        text.push('\n');
    }
    for (at, entry) in exceptions::Reader::new(&code.exceptiontable).enumerate() {
        if at == 0 {
            text.push_str("ExceptionTable:\n");
        }
        let name = |unit: u32| labels.get(&unit).map_or_else(|| format!("unit {unit}"), |label| format!("L{label}"));
        let lasti = if entry.push_lasti { " lasti" } else { "" };
        let (start, end, target) = (name(entry.start), name(entry.end), name(entry.target));
        let _ = writeln!(text, "  {start} to {end} -> {target} [{}]{lasti}", entry.depth);
    }
    text
}

/// Numbers for everything that is jumped to, handled or a handler.
fn labels(code: &Code) -> BTreeMap<u32, usize> {
    let mut labels = BTreeMap::new();
    for instr in instructions(&code.code) {
        labels.extend(instr.target().map(|target| (target, 0)));
    }
    for entry in exceptions::Reader::new(&code.exceptiontable) {
        labels.extend([entry.start, entry.end, entry.target].map(|unit| (unit, 0)));
    }
    for (number, label) in (1..).zip(labels.values_mut()) {
        *label = number;
    }
    labels
}

/// The line of each code unit, -1 where there is none.
fn lines(code: &Code) -> Vec<i32> {
    let units = code.code.len() / 2;
    let mut lines = Vec::with_capacity(units);
    for (run, location) in Reader::new(&code.linetable, code.firstlineno).flatten() {
        if lines.len() >= units {
            break;
        }
        lines.extend(std::iter::repeat_n(location.line, run));
    }
    lines
}

fn meaning(code: &Code, instr: &Decoded, labels: &BTreeMap<u32, usize>) -> Option<String> {
    let arg = instr.arg as usize;
    let name = |index: usize| code.names.get(index).map(ToString::to_string);
    let local = |index: usize| code.localsplusnames.get(index).map(ToString::to_string);
    let op = instr.op.base();
    match op {
        Opcode::LoadGlobal | Opcode::LoadAttr => {
            let extra = if arg & 1 == 0 {
                ""
            } else if op == Opcode::LoadGlobal {
                " + NULL"
            } else {
                " + NULL|self"
            };
            name(arg >> 1).map(|name| name + extra)
        }
        Opcode::LoadSuperAttr => name(arg >> 2).map(|name| name + if arg & 1 == 1 { " + NULL|self" } else { "" }),
        Opcode::LoadFastLoadFast
        | Opcode::LoadFastBorrowLoadFastBorrow
        | Opcode::StoreFastLoadFast
        | Opcode::StoreFastStoreFast => Some(format!("{}, {}", local(arg >> 4)?, local(arg & 15)?)),
        Opcode::BinaryOp => BinaryOp::from_oparg(instr.arg).map(|op| op.text().to_owned()),
        Opcode::CompareOp => {
            let text = *COMPARE_OPS.get(arg >> 5)?;
            Some(if arg & 16 != 0 { format!("bool({text})") } else { text.to_owned() })
        }
        Opcode::ContainsOp => Some(if arg == 0 { "in" } else { "not in" }.to_owned()),
        Opcode::IsOp => Some(if arg == 0 { "is" } else { "is not" }.to_owned()),
        Opcode::CallIntrinsic1 => Intrinsic1::from_oparg(instr.arg).map(|name| name.text().to_owned()),
        Opcode::CallIntrinsic2 => Intrinsic2::from_oparg(instr.arg).map(|name| name.text().to_owned()),
        Opcode::LoadSpecial => SpecialMethod::from_oparg(instr.arg).map(|name| name.text().to_owned()),
        Opcode::LoadCommonConstant => CommonConstant::from_oparg(instr.arg).map(|name| name.text().to_owned()),
        _ if op.has_const() => code.consts.get(arg).map(|value| Shown(value).to_string()),
        _ if op.has_name() => name(arg),
        _ if op.has_local() || op.has_free() => local(arg),
        _ => labels.get(&instr.target()?).map(|label| format!("to L{label}")),
    }
}

/// A constant much as Python's `repr` shows it.
struct Shown<'a>(&'a Const);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Const::None => out.write_str("None"),
            Const::True => out.write_str("True"),
            Const::False => out.write_str("False"),
            Const::Ellipsis => out.write_str("Ellipsis"),
            Const::Int(value) => write!(out, "{}", value.to_ibig()),
            Const::Float(value) => write!(out, "{value:?}"),
            Const::Complex(real, imag) => write!(out, "({real:?}{imag:+?}j)"),
            Const::Str(text) => {
                let escaped: String = text.to_lossy().chars().flat_map(char::escape_debug).collect();
                write!(out, "'{escaped}'")
            }
            Const::Bytes(bytes) => write!(out, "b'{}'", bytes.escape_ascii()),
            Const::Tuple(items) => {
                out.write_char('(')?;
                commas(out, items)?;
                out.write_str(if items.len() == 1 { ",)" } else { ")" })
            }
            Const::FrozenSet(items) => {
                out.write_str("frozenset({")?;
                commas(out, items)?;
                out.write_str("})")
            }
            Const::Slice(parts) => {
                out.write_str("slice(")?;
                commas(out, &**parts)?;
                out.write_char(')')
            }
            Const::Code(code) => write!(out, "<code object {} at line {}>", code.qualname, code.firstlineno),
        }
    }
}

fn commas(out: &mut fmt::Formatter<'_>, items: &[Const]) -> fmt::Result {
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.write_str(", ")?;
        }
        write!(out, "{}", Shown(item))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
