//! Compiler of the instruction definition language.
//!
//! The definitions in `interp/ops` are read once, checked, and turned into everything that would otherwise restate them: the
//! opcode enum and its metadata, the numbering and layout of cells, families, the micro-op table, the handlers of tier 1 and the
//! reference page. The language is described in `interp/ops/README.md`. Only `cargo xtask codegen` runs this.
//!
//! ```text
//! text --parse--> definitions --model--> linked, laid out --analyze--> plans --emit--> file texts
//! ```
//!
//! *Guarantee:* the output depends on the definitions alone, and nothing is written when anything is wrong: every fault found is
//! returned as a [`Diagnostic`] with its file, line and column.
#![forbid(unsafe_code)]

mod analyze;
mod diag;
mod emit;
mod model;
mod parse;

use std::io;
use std::path::{Path, PathBuf};

pub use diag::Diagnostic;
use diag::{Fault, Source};

/// A generated file: path relative to the root of the repository, and its text (Rust text is not formatted yet).
pub type Product = (PathBuf, String);

/// Generates everything from the definition files (`*.rs`) in a folder, given relative to the root of the repository.
///
/// # Errors
/// What is wrong with the definitions; a folder that cannot be read is reported as a diagnostic of the folder.
pub fn generate(root: &Path, ops: &Path) -> Result<Vec<Product>, Vec<Diagnostic>> {
    let sources = read(root, ops).map_err(|error| {
        let (message, source) = (error.to_string(), String::new());
        vec![Diagnostic { file: ops.to_owned(), line: 1, column: 1, width: 1, message, source }]
    })?;
    generate_from(&sources)
}

/// Generates everything from definition files given as name and text.
///
/// # Errors
/// What is wrong with the definitions, in order of place.
pub fn generate_texts(texts: Vec<Product>) -> Result<Vec<Product>, Vec<Diagnostic>> {
    let sources: Vec<Source> = texts.into_iter().map(|(path, text)| Source { path, text }).collect();
    generate_from(&sources)
}

fn generate_from(sources: &[Source]) -> Result<Vec<Product>, Vec<Diagnostic>> {
    let all = || -> Result<Vec<Product>, Vec<Fault>> {
        let model = model::resolve::resolve(sources, parse::parse(sources)?)?;
        let plans = analyze::analyze(&model)?;
        emit::emit(&model, &plans)
    };
    all().map_err(|faults| {
        let mut diagnostics: Vec<Diagnostic> = faults.iter().map(|fault| fault.resolve(sources)).collect();
        diagnostics.sort();
        diagnostics.dedup();
        diagnostics
    })
}

fn read(root: &Path, ops: &Path) -> io::Result<Vec<Source>> {
    let mut sources = Vec::new();
    for entry in std::fs::read_dir(root.join(ops))? {
        let name = entry?.file_name();
        if Path::new(&name).extension().is_some_and(|extension| extension == "rs") {
            let path = ops.join(&name);
            sources.push(Source { text: std::fs::read_to_string(root.join(&path))?, path });
        }
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(sources)
}
