//! Rules about single files: how they open, how long they are, what they must not name.

use super::{Problem, tables};
use crate::codegen::is_generated;
use crate::workspace::File;

/// Every Rust file opens with `//!`; a generated one names the command that writes it in its first line.
pub(super) fn headers(files: &[File]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (path, text) in rust_files(files) {
        let first = text.lines().next().unwrap_or_default();
        if is_generated(path) {
            if !first.contains("cargo xtask codegen") {
                problems
                    .push(Problem::new(path, "is generated, and its first line does not name `cargo xtask codegen`"));
            }
        } else if !first.starts_with("//!") {
            problems.push(Problem::new(path, "does not open with `//!`: what is it, and why is it apart?"));
        }
    }
    problems
}

/// No file is too long, except listed ones that have not grown.
pub(super) fn sizes(files: &[File], exceptions: &[(&str, usize)]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (path, text) in written_files(files) {
        let lines = text.lines().count();
        match exceptions.iter().find(|(name, _)| *name == path) {
            Some((_, allowed)) if lines > *allowed => {
                problems.push(Problem::new(
                    path,
                    format!("{lines} lines; its exception allows {allowed} and only shrinks"),
                ));
            }
            Some((_, allowed)) if lines < *allowed => {
                problems.push(Problem::new(path, format!("{lines} lines; lower its exception from {allowed}")));
            }
            None if lines > tables::TOO_LONG => {
                problems
                    .push(Problem::new(path, format!("{lines} lines; split it ({} is the most)", tables::TOO_LONG)));
            }
            _ => {}
        }
    }
    for (name, _) in exceptions {
        if !files.iter().any(|file| file.path == *name) {
            problems.push(Problem::new(*name, "has an exception for its length and does not exist"));
        }
    }
    let unneeded = exceptions.iter().filter(|(_, allowed)| *allowed <= tables::TOO_LONG);
    problems.extend(unneeded.map(|(name, _)| Problem::new(*name, "needs no exception for its length any more")));
    problems
}

/// Files that ask to be split: told, not failed.
pub(super) fn long_but_allowed(files: &[File]) -> Vec<String> {
    written_files(files)
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| (tables::LONG + 1..=tables::TOO_LONG).contains(lines))
        .map(|(path, lines)| format!("{path}: {lines} lines, asks to be split"))
        .collect()
}

/// No path of one machine, no registry but the public one.
pub(super) fn machine_names(files: &[File]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in files.iter().filter(|file| !is_outside_text(&file.path)) {
        for (at, line) in file.text.as_deref().unwrap_or_default().lines().enumerate() {
            let place = || format!("{}:{}", file.path, at + 1);
            if let Some(name) = tables::MACHINE_NAMES.iter().find(|name| line.contains(**name)) {
                problems.push(Problem::new(place(), format!("names `{name}`, which other machines do not have")));
            }
            if file.path == "Cargo.lock" && line.starts_with("source = ") && !line.contains(tables::REGISTRY) {
                problems.push(Problem::new(place(), "takes a package from somewhere other than crates.io"));
            }
        }
    }
    problems
}

/// Texts that are data of tests or come from elsewhere: nobody's house style, and free to name any path.
fn is_outside_text(path: &str) -> bool {
    let folders = ["fixtures", "filetests", "testdata", "ui", "corpus", "snapshots"];
    path.split('/').any(|part| folders.contains(&part)) || path.starts_with("LICENSE")
}

fn rust_files(files: &[File]) -> impl Iterator<Item = (&str, &str)> {
    files
        .iter()
        .filter(|file| file.path.ends_with(".rs") && !is_outside_text(&file.path))
        .filter_map(|file| Some((file.path.as_str(), file.text.as_deref()?)))
}

fn written_files(files: &[File]) -> impl Iterator<Item = (&str, &str)> {
    rust_files(files).filter(|(path, _)| !is_generated(path))
}
