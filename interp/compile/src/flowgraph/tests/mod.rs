//! The passes on small programs: instructions in, instructions out.
//!
//! Each file of `cases/` holds a program, a line `---`, and what comes out; `WEFT_BLESS=1` rewrites the second half. That
//! the passes agree with CPython is checked elsewhere, by comparing code objects of whole libraries. A program has a line for each instruction, as
//! `LOAD_FAST 3 @7` (operand, then line), jumps name labels, `name:` places one, and `.consts`, `.locals`, `.params`,
//! `.cells`, `.frees`, `.generator` describe the unit.

use std::collections::HashMap;
use std::fmt::Write;
use std::path::Path;

use interp_code::{CodeFlags, Const, Name};
use interp_opcode::Opcode;

use super::{Graph, NONE, Pool, finish, ops, optimize};
use crate::instr::{InstrSequence, Loc, UnitInfo};

fn opcode(name: &str) -> Opcode {
    Opcode::all().find(|op| op.name() == name).unwrap_or_else(|| panic!("no instruction {name}"))
}

fn constant(text: &str) -> Const {
    match text {
        "None" => Const::None,
        "True" => Const::True,
        "False" => Const::False,
        _ => match text.parse::<i64>() {
            Ok(number) => Const::int(number),
            Err(_) => text.parse().map_or_else(|_| Const::str(text), Const::Float),
        },
    }
}

fn names(words: &[&str]) -> impl Iterator<Item = Name> {
    words.iter().map(|word| Name::from(*word)).collect::<Vec<_>>().into_iter()
}

fn directive(unit: &mut UnitInfo, words: &[&str]) {
    let rest = &words[1..];
    match words[0] {
        ".consts" => unit.consts = rest.iter().map(|word| constant(word)).collect(),
        ".locals" => unit.varnames = names(rest).collect(),
        ".params" => unit.argcount = rest[0].parse().unwrap(),
        ".cells" => unit.cellvars = names(rest).collect(),
        ".frees" => unit.freevars = names(rest).collect(),
        ".generator" => unit.flags |= CodeFlags::GENERATOR,
        other => panic!("no directive {other}"),
    }
}

fn parse(program: &str) -> (UnitInfo, InstrSequence) {
    let mut unit = UnitInfo { firstlineno: 1, ..UnitInfo::default() };
    let mut seq = InstrSequence::new();
    let mut labels = HashMap::new();
    for line in program.lines() {
        let mut words: Vec<&str> = line.split_whitespace().collect();
        match words.first() {
            None => continue,
            Some(word) if word.starts_with('.') => {
                directive(&mut unit, &words);
                continue;
            }
            Some(word) if word.ends_with(':') => {
                let label = *labels.entry(word[..word.len() - 1].to_owned()).or_insert_with(|| seq.new_label());
                seq.use_label(label);
                continue;
            }
            Some(_) => {}
        }
        let loc = match words.last().and_then(|word| word.strip_prefix('@')) {
            Some(number) => {
                words.pop();
                let number = number.parse().unwrap();
                Loc::new(number, number, 0, 1)
            }
            None => Loc::NONE,
        };
        let op = opcode(words[0]);
        match words.get(1) {
            Some(word) if ops::has_target(op) => {
                let label = *labels.entry((*word).to_owned()).or_insert_with(|| seq.new_label());
                seq.add_jump(op, label, loc);
            }
            arg => seq.add(op, arg.map_or(0, |arg| arg.parse().unwrap()), loc),
        }
    }
    (unit, seq)
}

/// Blocks in order; labels only where something names them.
fn print(graph: &Graph, pool: Pool) -> String {
    let order = graph.order();
    let place: HashMap<u32, usize> = order.iter().zip(0..).map(|(&id, at)| (id, at)).collect();
    let instrs = || order.iter().flat_map(|&id| &graph.block(id).instrs);
    let named = |id: u32| instrs().any(|i| (ops::has_target(i.op) && i.target == id) || i.except == id);
    let mut text = String::new();
    for &id in &order {
        if named(id) {
            writeln!(text, "b{}:", place[&id]).unwrap();
        }
        for instr in &graph.block(id).instrs {
            write!(text, "    {}", instr.op.name()).unwrap();
            if ops::has_target(instr.op) {
                write!(text, " b{}", place[&instr.target]).unwrap();
            } else if instr.op.has_arg() {
                write!(text, " {}", instr.arg).unwrap();
            }
            if instr.loc.lineno >= 0 {
                write!(text, " @{}", instr.loc.lineno).unwrap();
            }
            if instr.except != NONE {
                write!(text, " -> b{}", place[&instr.except]).unwrap();
            }
            text.push('\n');
        }
    }
    writeln!(text, ".consts {:?}", pool.into_items()).unwrap();
    text
}

fn run(program: &str) -> String {
    let (mut unit, seq) = parse(program);
    let mut pool = Pool::new(std::mem::take(&mut unit.consts));
    let mut graph = match optimize(seq, &mut pool, unit.varnames.len(), unit.argcount as usize) {
        Ok(graph) => graph,
        Err(error) => return format!("error: {}\n", error.msg),
    };
    match finish(&mut graph, &unit) {
        Ok((depth, variables)) => {
            let names: Vec<String> = variables.names.iter().map(ToString::to_string).collect();
            print(&graph, pool) + &format!(".stack {depth}\n.localsplus {}\n", names.join(" "))
        }
        Err(error) => format!("error: {}\n", error.msg),
    }
}

#[test]
fn cases() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/flowgraph/tests/cases");
    let bless = std::env::var_os("WEFT_BLESS").is_some();
    let mut count = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let (program, expected) = text.split_once("---\n").unwrap_or((&text, ""));
        let found = run(program);
        if bless {
            std::fs::write(&path, format!("{program}---\n{found}")).unwrap();
        } else {
            assert_eq!(found, expected, "{}", path.display());
        }
        count += 1;
    }
    assert!(count >= 15, "the cases are there");
}

/// Twenty thousand instructions of each kind that invites quadratic work; a pass that does it would take minutes.
#[test]
fn large_inputs_finish() {
    const BIG: u32 = 20_000;
    let loc = Loc::new(1, 1, 0, 1);
    let mut seq = InstrSequence::new();
    let end = seq.new_label();
    let mut unit = UnitInfo { firstlineno: 1, ..UnitInfo::default() };
    unit.varnames = (0..100).map(|number| Name::from(format!("v{number}"))).collect();
    // Many constants, blocks, locals, and jumps to one exit.
    for number in 0..BIG {
        let constant = unit.consts.add(&Const::int(1000 + i64::from(number)));
        seq.add(Opcode::LoadConst, constant, loc);
        seq.add(Opcode::StoreFast, number % 100, loc);
        seq.add(Opcode::LoadFast, number % 100, loc);
        seq.add_jump(Opcode::PopJumpIfNone, end, loc);
    }
    // `0 + (0 + (0 + …))`, folded from the inside.
    for _ in 0..=BIG {
        seq.add(Opcode::LoadSmallInt, 0, loc);
    }
    for _ in 0..BIG {
        seq.add(Opcode::BinaryOp, 0, loc);
    }
    seq.add(Opcode::PopTop, 0, loc);
    // A deep stack of references to locals that change.
    for number in 0..BIG {
        seq.add(Opcode::LoadFast, number % 100, loc);
        seq.add(Opcode::LoadName, 0, loc);
        seq.add(Opcode::StoreFast, number % 100, loc);
    }
    for _ in 0..BIG {
        seq.add(Opcode::PopTop, 0, loc);
    }
    seq.use_label(end);
    seq.add(Opcode::LoadConst, 0, Loc::NONE);
    seq.add(Opcode::ReturnValue, 0, Loc::NONE);
    let code = crate::assemble(unit, seq, &"f".into()).unwrap();
    assert_eq!(code.consts.len(), BIG as usize);
    assert_eq!(code.stacksize, BIG + 1);
}
