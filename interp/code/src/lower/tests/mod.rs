//! Tests of the lowering and of its checker.
//!
//! `cases/*.txt` hold stack code (see [`asm`]) and, in lines that begin with `>`, the cells expected of it; `WEFT_BLESS=1` rewrites
//! those. Every case is also checked, and every case is spoiled in each place where a cell names something, which the checker must
//! notice.

mod asm;
mod random;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use interp_opcode::{CellOp, Instr, Place, Shape};

use super::{CellCode, CellInfo, Handler, LowerError, check, lower};
use crate::{Code, Const};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lower/tests/cases")
}

/// Every case: file, title, text without expectations.
fn cases() -> Vec<(PathBuf, String, String)> {
    let entries = std::fs::read_dir(folder()).expect("the folder of cases is there");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a readable case");
        for case in text.split("\n= ").skip(1) {
            let (title, body) = case.split_once('\n').expect("a title and a body");
            let input =
                body.lines().filter(|line| !line.starts_with('>')).fold(String::new(), |all, line| all + line + "\n");
            cases.push((file.clone(), title.to_owned(), input));
        }
    }
    assert!(cases.len() > 20, "cases are missing");
    cases
}

fn render(code: &Code, result: &Result<CellCode, LowerError>) -> String {
    let mut text = String::new();
    let cells = match result {
        Ok(cells) => cells,
        Err(error) => return format!("> error: {error}\n"),
    };
    for info in &cells.cells {
        let word = cells.words[info.word as usize];
        let op = CellOp::from_u16(word as u16).expect("a cell");
        let (shapes, dest) = op.shapes();
        let layout = &op.instr().info().layout;
        let field = |field: u8| (word >> (16 * (u32::from(field) + 1))) as u16;
        let slot = |slot: u16| match u32::from(slot).checked_sub(cells.locals) {
            None => code.localsplusnames[usize::from(slot)].to_lossy(),
            Some(temporary) => format!("t{temporary}"),
        };
        let _ = write!(text, "> {:3} unit {:<3} live {}  {op}", info.word, info.unit, info.live);
        let mut constant = info.word + 1 + u32::from(layout.words);
        for (operand, shape) in layout.operands.iter().zip(shapes) {
            match shape {
                Shape::I => write!(text, " {}", field(operand.field).cast_signed()),
                Shape::K => {
                    constant += 1;
                    let patch = cells.patches.iter().find(|(word, _)| *word == constant - 1).expect("a patch");
                    write!(text, " const {}", patch.1)
                }
                Shape::L | Shape::T => write!(text, " {}", slot(field(operand.field))),
            }
            .expect("text");
        }
        if let Some((_, at)) = layout.block {
            let _ = write!(text, " [{}..]", slot(field(at)));
        }
        if let (Some(info), Some(_)) = (&layout.dest, dest) {
            let _ = write!(text, " => {}", slot(field(info.field)));
        }
        if op.instr() == Instr::UnpackSequence && cells.words[info.word as usize + 1] >> 16 & 1 != 0 {
            text.push_str(", stored");
        }
        if let Some(target) = jump_target(cells, *info) {
            let _ = write!(text, " -> {target}");
        }
        text.push('\n');
    }
    for Handler { start, end, target, depth, lasti } in &cells.handlers {
        let lasti = if *lasti { " lasti" } else { "" };
        let _ = writeln!(text, "> handler {start}..{end} -> {target} depth {depth}{lasti}");
    }
    let _ = writeln!(text, "> temporaries {}", cells.temporaries);
    text
}

fn jump_target(cells: &CellCode, info: CellInfo) -> Option<i64> {
    let at = info.word as usize;
    let op = CellOp::from_u16(cells.words[at] as u16)?;
    let distance = match op.instr().info().layout.jump {
        Place::Bc => (cells.words[at] >> 32) as u32,
        Place::Aux => (cells.words[at + 1] >> 32) as u32,
        _ => return None,
    };
    Some(i64::from(info.word) + i64::from(distance.cast_signed()))
}

#[test]
fn cells_are_as_expected() {
    let bless = std::env::var_os("WEFT_BLESS").is_some();
    let mut files = std::collections::BTreeMap::<PathBuf, String>::new();
    for (file, title, input) in cases() {
        let code = asm::assemble(&input);
        let expected = render(&code, &lower(&code));
        let text = files.entry(file).or_default();
        let _ = write!(text, "\n= {title}\n{}\n{expected}", input.trim_end());
    }
    for (file, found) in files {
        let text = std::fs::read_to_string(&file).expect("a readable case");
        let head = text.split("\n= ").next().expect("split gives one piece").to_owned();
        if bless {
            std::fs::write(&file, head + &found).expect("the case can be written");
        } else {
            assert_eq!(text.trim_end(), (head + &found).trim_end(), "{}: WEFT_BLESS=1 rewrites", file.display());
        }
    }
}

#[test]
fn checker_agrees() {
    for (file, title, input) in cases() {
        let code = asm::assemble(&input);
        if let Ok(cells) = lower(&code) {
            assert_eq!(check(&code, &cells), [], "{} {title}", file.display());
        }
    }
}

fn copy(cells: &CellCode) -> CellCode {
    CellCode {
        words: cells.words.clone(),
        patches: cells.patches.clone(),
        cells: cells.cells.clone(),
        handlers: cells.handlers.clone(),
        locals: cells.locals,
        temporaries: cells.temporaries,
    }
}

/// Bits of a cell that mean something: (word, shift) of 16 bits each.
fn meaningful(cells: &CellCode, info: CellInfo) -> Vec<(usize, u32)> {
    let at = info.word as usize;
    let op = CellOp::from_u16(cells.words[at] as u16).expect("a cell");
    let known = op.instr().info();
    let layout = &known.layout;
    let field = |field: u8| (at, 16 * (u32::from(field) + 1));
    let mut found: Vec<_> = layout
        .operands
        .iter()
        .zip(op.shapes().0)
        .filter(|(_, shape)| *shape != Shape::K)
        .map(|(operand, _)| field(operand.field))
        .collect();
    found.extend(layout.dest.iter().map(|dest| field(dest.field)));
    if let Some((_, block)) = layout.block
        && known.inputs.len() + known.outputs.len() > layout.operands.len() + usize::from(layout.dest.is_some())
        && known.inputs.iter().chain(known.outputs).all(|item| !item.array)
    {
        found.push(field(block));
    }
    // A promise that is not made is not missed.
    if op.instr() == Instr::UnpackSequence && cells.words[at + 1] >> 16 & 1 == 0 {
        found.push((at + 1, 16));
    }
    for place in [layout.oparg, layout.jump] {
        match place {
            Place::None => {}
            Place::Field(at) => found.push(field(at)),
            Place::Bc => found.push((at, 32)),
            Place::Small => found.push((at + 1, 16)),
            Place::Aux => found.push((at + 1, 32)),
        }
    }
    found
}

#[test]
fn checker_notices_every_spoiled_field() {
    let mut spoiled = 0;
    for (file, title, input) in cases() {
        let code = asm::assemble(&input);
        let Ok(cells) = lower(&code) else { continue };
        for info in &cells.cells {
            for (word, shift) in meaningful(&cells, *info) {
                let mut wrong = copy(&cells);
                // The neighbour of a slot that is copied may well hold the same value; one that is not in the frame does not.
                let copies =
                    CellOp::from_u16(cells.words[info.word as usize] as u16).expect("a cell").instr() == Instr::Move;
                wrong.words[word] ^= if copies { 1 << 14 } else { 1 } << shift;
                let what = format!("{} {title}: word {word}, bit {shift}", file.display());
                assert_ne!(check(&code, &wrong), [], "{what}");
                spoiled += 1;
            }
        }
    }
    assert!(spoiled > 200, "only {spoiled} fields");
}

#[test]
fn checker_notices_spoiled_tables() {
    for (file, title, input) in cases() {
        let code = asm::assemble(&input);
        let Ok(cells) = lower(&code) else { continue };
        let spoil = |change: &dyn Fn(&mut CellCode)| {
            let mut wrong = copy(&cells);
            change(&mut wrong);
            assert_ne!(check(&code, &wrong), [], "{} {title}", file.display());
        };
        for at in 0..cells.cells.len() {
            spoil(&|wrong| wrong.cells[at].live += 1);
            spoil(&|wrong| wrong.cells[at].word += 1);
        }
        for at in 0..cells.patches.len() {
            spoil(&|wrong| wrong.patches[at].1 += 1);
        }
        for at in 0..cells.handlers.len() {
            let Handler { start, end, .. } = cells.handlers[at];
            if start < end {
                spoil(&|wrong| wrong.handlers[at].depth += 1);
                spoil(&|wrong| wrong.handlers[at].lasti ^= true);
                spoil(&|wrong| wrong.handlers[at].target = 0);
                spoil(&|wrong| wrong.handlers[at].end = start);
            }
        }
    }
}

#[test]
fn tables_are_searched() {
    let code = asm::assemble(
        "args: x\nconsts: None\nhandler: A B -> C depth 0\n   RESUME 0\nA: LOAD_FAST_BORROW x\n   LOAD_FAST_BORROW x\n\
         BINARY_OP 0\n   RETURN_VALUE\nB: NOP\nC: PUSH_EXC_INFO\n   POP_TOP\n   RERAISE 0",
    );
    let cells = lower(&code).expect("good code");
    let words: Vec<u32> = cells.cells.iter().map(|cell| cell.word).collect();
    let units: Vec<u32> = cells.cells.iter().map(|cell| cell.unit).collect();
    // RESUME, BINARY_OP, RETURN_VALUE, PUSH_EXC_INFO, POP_TOP, RERAISE.
    assert_eq!(units, [0, 3, 9, 11, 12, 13]);
    for (cell, next) in cells.cells.iter().zip(words.iter().skip(1)) {
        for word in cell.word..*next {
            assert_eq!(cells.cell_at(word), Some(cell), "data words belong to their cell");
        }
    }
    assert_eq!(cells.cell_at(u32::MAX), cells.cells.last());
    // Loads have no cell: the next one stands for them.
    assert_eq!(cells.word_of_unit(0), Some(words[0]));
    assert_eq!(cells.word_of_unit(1), Some(words[1]));
    assert_eq!(cells.word_of_unit(3), Some(words[1]));
    assert_eq!(cells.word_of_unit(10), Some(words[3]));
    assert_eq!(cells.word_of_unit(14), None);
    let handled: Vec<bool> = words.iter().map(|word| cells.handler_at(*word).is_some()).collect();
    assert_eq!(handled, [false, true, true, false, false, false]);
    let handler = cells.handler_at(words[2] - 1).expect("a data word of a covered cell is covered");
    assert_eq!((handler.target, handler.depth, handler.lasti), (words[3], 0, false));
    assert_eq!(cells.slots(), 3);
}

/// A file that CPython compiled, nested code included.
#[test]
fn checker_agrees_on_a_module() {
    let bytes = include_bytes!("../../marshal/fixtures/sample.pyc");
    let (_, module) = crate::marshal::load_pyc(bytes).expect("a good file");
    let mut todo: Vec<&Code> = vec![&module];
    let mut seen = 0;
    while let Some(code) = todo.pop() {
        let cells = lower(code).expect("the compiler emits good code");
        assert_eq!(check(code, &cells), [], "{}", code.qualname.to_lossy());
        todo.extend(code.consts.iter().filter_map(|constant| match constant {
            Const::Code(inner) => Some(&**inner),
            _ => None,
        }));
        seen += 1;
    }
    assert!(seen > 5, "only {seen} code objects");
}

#[test]
fn nothing_is_found_in_nothing() {
    let empty = CellCode {
        words: [].into(),
        patches: [].into(),
        cells: [].into(),
        handlers: [].into(),
        locals: 0,
        temporaries: 0,
    };
    assert_eq!(empty.cell_at(0), None);
    assert_eq!(empty.handler_at(0), None);
    assert_eq!(empty.word_of_unit(0), None);
    assert_eq!(empty.slots(), 0);
}
