//! `cargo xtask tidy`: the house rules that a compiler does not check.
//!
//! A rule is a function from what the tree is (files, packages) to problems, so its tests need no tree. What a rule
//! allows stands in `tables`, which is the file to edit when the house changes on purpose.

mod files;
mod structure;
mod tables;
mod unsafety;

#[cfg(test)]
mod tests;

use std::fmt;

use crate::Result;
use crate::workspace;

/// One thing that is wrong, with where it is.
#[derive(Debug, PartialEq, Eq)]
struct Problem {
    place: String,
    what: String,
}

impl Problem {
    fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// Entry point of the command.
pub(crate) fn run() -> Result {
    let (files, packages) = (workspace::files()?, workspace::packages()?);
    let mut problems = Vec::new();
    problems.extend(structure::top_level(&files));
    problems.extend(structure::members(&files, &packages));
    problems.extend(structure::layers(&packages, tables::LAYERS));
    problems.extend(structure::map(&files, &packages));
    problems.extend(files::headers(&files));
    problems.extend(files::sizes(&files, tables::LONG_FILES));
    problems.extend(files::machine_names(&files));
    problems.extend(unsafety::roots(&files, &packages, tables::UNSAFE_PACKAGES, tables::UNSAFE_FILES));
    let long = files::long_but_allowed(&files);
    for note in &long {
        println!("note: {note}");
    }
    if problems.is_empty() {
        println!("tidy: {} files, {} packages, no problems", files.len(), packages.len());
        return Ok(());
    }
    let lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
    Err(format!("{}\ntidy: {} problems", lines.join("\n"), lines.len()))
}
