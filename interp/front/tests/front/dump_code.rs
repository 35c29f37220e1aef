//! Every nested code object as text, in the words of `oracle.py`.

use std::fmt::Write as _;

use interp_code::{Code, Const, Name};

use crate::dump_ast::points;

/// The dump of a code object and of all code objects in its constants.
pub(crate) fn dump(code: &Code) -> String {
    let mut out = String::new();
    one(code, &mut out);
    out
}

fn one(code: &Code, out: &mut String) {
    let name = |name: &Name| name.to_lossy();
    let list = |names: Vec<&Name>| names.into_iter().map(name).collect::<Vec<_>>().join(" ");
    let _ = writeln!(out, "code {} {}", name(&code.qualname), name(&code.name));
    let _ = writeln!(out, "args {} {} {}", code.argcount, code.posonlyargcount, code.kwonlyargcount);
    let _ = writeln!(out, "flags {:x}", code.flags.bits());
    let _ = writeln!(out, "stack {}", code.stacksize);
    let _ = writeln!(out, "first {}", code.firstlineno);
    let _ = writeln!(out, "names {}", list(code.names.iter().collect()));
    let _ = writeln!(out, "vars {}", list(code.varnames().collect()));
    let _ = writeln!(out, "cells {}", list(code.cellvars().collect()));
    let _ = writeln!(out, "frees {}", list(code.freevars().collect()));
    for value in &code.consts {
        let _ = writeln!(out, "const {}", constant(value));
    }
    let _ = writeln!(out, "bytes {}", hex(&code.code));
    let _ = writeln!(out, "exc {}", hex(&code.exceptiontable));
    let _ = writeln!(out, "lines {}", hex(&code.linetable));
    for value in &code.consts {
        if let Const::Code(code) = value {
            one(code, out);
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: [u8; 16] = *b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    digits.map(char::from).collect()
}

fn constant(value: &Const) -> String {
    let join = |values: &[Const]| values.iter().map(constant).collect::<Vec<_>>().join(" , ");
    match value {
        Const::None => "None".into(),
        Const::True => "True".into(),
        Const::False => "False".into(),
        Const::Ellipsis => "Ellipsis".into(),
        Const::Int(value) => format!("i:{}", value.to_ibig().in_radix(16)),
        Const::Float(value) => format!("f:{:016x}", value.to_bits()),
        Const::Complex(re, im) => format!("c:{:016x},{:016x}", re.to_bits(), im.to_bits()),
        Const::Str(value) => format!("s:'{}'", points(value.code_points())),
        Const::Bytes(value) => format!("b:'{}'", points(value.iter().map(|&byte| u32::from(byte)))),
        Const::Tuple(values) => format!("({})", join(values)),
        Const::FrozenSet(values) => {
            let mut items: Vec<_> = values.iter().map(constant).collect();
            items.sort();
            format!("{{{}}}", items.join(" , "))
        }
        Const::Slice(parts) => {
            let [start, stop, step] = &**parts;
            format!("slice({} , {} , {})", constant(start), constant(stop), constant(step))
        }
        Const::Code(code) => format!("code {}", code.qualname.to_lossy()),
    }
}
