//! Lowers and checks every code object of `.pyc` files: `cargo run -p interp-code --example lower_check -- folder-or-files`.
//!
//! Apart from the tests because the input is somebody's library.
#![forbid(unsafe_code)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use interp_code::lower::{check, lower};
use interp_code::{Code, Const, marshal};

#[derive(Default)]
struct Totals {
    files: usize,
    unreadable: usize,
    code: usize,
    cells: usize,
    units: usize,
    refused: BTreeMap<&'static str, usize>,
    wrong: usize,
}

fn main() {
    let mut totals = Totals::default();
    for argument in std::env::args().skip(1) {
        for path in files(Path::new(&argument)) {
            file(&path, &mut totals);
        }
    }
    println!(
        "{} files ({} unreadable), {} code objects, {} units, {} cells, {} with disagreements",
        totals.files, totals.unreadable, totals.code, totals.units, totals.cells, totals.wrong
    );
    for (what, count) in &totals.refused {
        println!("refused: {what}: {count}");
    }
    if totals.wrong > 0 || !totals.refused.is_empty() {
        std::process::exit(1);
    }
}

fn files(path: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(path) else { return vec![path.to_owned()] };
    let mut found: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    found.sort();
    found.iter().flat_map(|path| if path.is_dir() { files(path) } else { vec![path.clone()] }).collect()
}

fn file(path: &Path, totals: &mut Totals) {
    if path.extension().is_none_or(|extension| extension != "pyc") {
        return;
    }
    totals.files += 1;
    match std::fs::read(path).ok().and_then(|bytes| marshal::load_pyc(&bytes).ok()) {
        Some((_, code)) => visit(path, &code, totals),
        None => totals.unreadable += 1,
    }
}

fn visit(path: &Path, code: &Code, totals: &mut Totals) {
    totals.code += 1;
    totals.units += code.code.len() / 2;
    match lower(code) {
        Err(error) => {
            *totals.refused.entry(error.what).or_default() += 1;
            println!("{} {}: {error}", path.display(), code.qualname.to_lossy());
        }
        Ok(cells) => {
            totals.cells += cells.cells.len();
            let found = check(code, &cells);
            totals.wrong += usize::from(!found.is_empty());
            for disagreement in found {
                println!("{} {}: {disagreement}", path.display(), code.qualname.to_lossy());
            }
        }
    }
    for constant in &code.consts {
        if let Const::Code(inner) = constant {
            visit(path, inner, totals);
        }
    }
}
