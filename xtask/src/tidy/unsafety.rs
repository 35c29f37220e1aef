//! The rule about unsafe code: a few packages have it, every other one forbids it where the compiler sees it.

use super::Problem;
use crate::workspace::{File, Package};

const FORBID: &str = "#![forbid(unsafe_code)]";
const DENY: &str = "#![deny(unsafe_code)]";

/// Roots of packages off the list forbid unsafe code, or deny it when one of the package's files is listed; `allow` stands in
/// listed files only.
pub(super) fn roots(
    files: &[File],
    packages: &[Package],
    unsafe_packages: &[&str],
    unsafe_files: &[&str],
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for package in packages.iter().filter(|package| !unsafe_packages.contains(&package.name.as_str())) {
        let folder = format!("{}/src/", package.dir);
        let has_listed = unsafe_files.iter().any(|path| path.starts_with(&folder));
        let checked = ["lib", "bin", "example", "custom-build", "proc-macro"];
        for target in package.targets.iter().filter(|target| checked.contains(&target.kind.as_str())) {
            let text = files.iter().find(|file| file.path == target.src).and_then(|file| file.text.as_deref());
            let has = |attribute: &str| text.unwrap_or_default().lines().any(|line| line.trim() == attribute);
            let sealed = has(FORBID) || (has_listed && has(DENY));
            if !sealed {
                problems.push(Problem::new(&target.src, format!("lacks `{FORBID}`")));
            }
        }
        for file in
            files.iter().filter(|file| file.path.starts_with(&folder) && !unsafe_files.contains(&file.path.as_str()))
        {
            let allows = |line: &str| line.trim_start().starts_with('#') && line.contains("allow(unsafe_code");
            if file.text.as_deref().unwrap_or_default().lines().any(allows) {
                problems
                    .push(Problem::new(&file.path, "allows unsafe code and is not listed (xtask/src/tidy/tables.rs)"));
            }
        }
    }
    let gone = unsafe_files.iter().filter(|path| !files.iter().any(|file| file.path == **path));
    problems.extend(gone.map(|path| Problem::new(*path, "is listed for unsafe code and does not exist")));
    problems
}
