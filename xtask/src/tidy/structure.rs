//! Rules about the shape of the repository: top level, members, layers, map.

use std::collections::BTreeSet;

use super::{Problem, tables};
use crate::workspace::{File, Package};

/// The top level holds exactly what the house lists, and dotfiles.
pub(super) fn top_level(files: &[File]) -> Vec<Problem> {
    let found: BTreeSet<&str> = files.iter().filter_map(|file| file.path.split('/').next()).collect();
    let wanted: BTreeSet<&str> = tables::TOP_LEVEL.iter().copied().collect();
    let extra = found.difference(&wanted).filter(|name| !name.starts_with('.'));
    let missing = wanted.difference(&found);
    extra
        .map(|name| Problem::new(*name, "does not belong on the top level"))
        .chain(missing.map(|name| Problem::new(*name, "is missing from the top level")))
        .collect()
}

/// Members are listed by name, and a package's name is its path with `-`.
pub(super) fn members(files: &[File], packages: &[Package]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for package in packages {
        let wanted = package.dir.replace('/', "-");
        if package.name != wanted {
            problems.push(Problem::new(&package.dir, format!("package is named `{}`, not `{wanted}`", package.name)));
        }
    }
    let manifest = text_of(files, "Cargo.toml");
    let list = manifest.split_once("members = [").and_then(|(_, rest)| rest.split_once(']')).map(|(list, _)| list);
    match list {
        None => problems.push(Problem::new("Cargo.toml", "lists no members")),
        Some(list) if list.contains('*') => problems.push(Problem::new("Cargo.toml", "lists members by pattern")),
        Some(_) => {}
    }
    problems
}

/// Every edge between members stands in the layer table.
pub(super) fn layers(packages: &[Package], table: &[(&str, &[&str])]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for package in packages {
        let Some((_, allowed)) = table.iter().find(|(name, _)| *name == package.name) else {
            problems.push(Problem::new(&package.dir, "has no row in the layer table (xtask/src/tidy/tables.rs)"));
            continue;
        };
        for dep in package.deps.iter().filter(|dep| dep.local && !allowed.contains(&dep.name.as_str())) {
            let kind = if dep.dev { "tests depend" } else { "depends" };
            problems
                .push(Problem::new(&package.dir, format!("{kind} on `{}`, which its layer does not see", dep.name)));
        }
    }
    let gone = table.iter().filter(|(name, _)| !packages.iter().any(|package| package.name == *name));
    problems.extend(gone.map(|(name, _)| Problem::new(*name, "is in the layer table and not in the workspace")));
    problems
}

/// The map is short, has a heading for every member, and gives every outside dependency its reason.
pub(super) fn map(files: &[File], packages: &[Package]) -> Vec<Problem> {
    const MAP: &str = "ARCHITECTURE.md";
    let text = text_of(files, MAP);
    let mut problems = Vec::new();
    let lines = text.lines().count();
    if lines > tables::MAP {
        problems.push(Problem::new(MAP, format!("{lines} lines; the map has at most {}", tables::MAP)));
    }
    let headings: Vec<&str> = text.lines().filter(|line| line.starts_with('#')).collect();
    for package in packages {
        let wanted = format!("`{}`", package.dir);
        if !headings.iter().any(|line| line.contains(&wanted)) {
            problems.push(Problem::new(MAP, format!("no heading names {wanted}")));
        }
    }
    let outside: BTreeSet<&str> = packages
        .iter()
        .flat_map(|package| &package.deps)
        .filter(|dep| !dep.local)
        .map(|dep| dep.name.as_str())
        .collect();
    for name in outside {
        if !text.contains(&format!("`{name}`")) {
            problems.push(Problem::new(MAP, format!("dependency `{name}` stands there without a reason")));
        }
    }
    problems
}

fn text_of<'a>(files: &'a [File], path: &str) -> &'a str {
    files.iter().find(|file| file.path == path).and_then(|file| file.text.as_deref()).unwrap_or_default()
}
