//! What the workspace consists of: packages, targets and dependencies from `cargo metadata`, files from the disk.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{Result, shell};

/// A member of the workspace.
#[derive(Debug, Clone, Default)]
pub(crate) struct Package {
    pub(crate) name: String,
    /// Folder of its manifest, relative to the root, with `/`.
    pub(crate) dir: String,
    pub(crate) targets: Vec<Target>,
    pub(crate) deps: Vec<Dep>,
}

/// A library, binary, example, test or bench of a package.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) kind: String,
    pub(crate) name: String,
    /// Root file, relative to the root of the repository.
    pub(crate) src: String,
}

/// A direct dependency as the manifest states it.
#[derive(Debug, Clone)]
pub(crate) struct Dep {
    pub(crate) name: String,
    pub(crate) dev: bool,
    /// In this repository, as against a registry.
    pub(crate) local: bool,
}

impl Package {
    /// Whether it has a target of this kind and name (`("test", "loom")`).
    pub(crate) fn has(&self, kind: &str, name: &str) -> bool {
        self.targets.iter().any(|target| target.kind == kind && target.name == name)
    }

    /// Names of its targets of a kind.
    pub(crate) fn names_of(&self, kind: &str) -> Vec<&str> {
        self.targets.iter().filter(|target| target.kind == kind).map(|target| target.name.as_str()).collect()
    }
}

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let xtask = manifest.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    xtask.parent().map(Path::to_path_buf).unwrap_or(xtask)
}

/// All members, in the order of the root manifest's metadata.
pub(crate) fn packages() -> Result<Vec<Package>> {
    let text = shell::output(&mut shell::cargo(["metadata", "--format-version=1", "--no-deps"]))?;
    let json: Value = serde_json::from_str(&text).map_err(|error| format!("cargo metadata: {error}"))?;
    Ok(list(&json["packages"]).map(package).collect())
}

/// The member of this name, if there is one.
pub(crate) fn package_named(name: &str) -> Result<Option<Package>> {
    Ok(packages()?.into_iter().find(|package| package.name == name))
}

fn package(json: &Value) -> Package {
    let manifest = PathBuf::from(text(&json["manifest_path"]));
    let targets = list(&json["targets"])
        .flat_map(|target| {
            list(&target["kind"]).map(|kind| Target {
                kind: text(kind),
                name: text(&target["name"]),
                src: relative(Path::new(&text(&target["src_path"]))),
            })
        })
        .collect();
    let deps = list(&json["dependencies"])
        .map(|dep| Dep {
            name: text(&dep["name"]),
            dev: dep["kind"].as_str() == Some("dev"),
            local: !dep["path"].is_null(),
        })
        .collect();
    Package { name: text(&json["name"]), dir: relative(manifest.parent().unwrap_or(&manifest)), targets, deps }
}

fn list(json: &Value) -> impl Iterator<Item = &Value> {
    json.as_array().into_iter().flatten()
}

fn text(json: &Value) -> String {
    json.as_str().unwrap_or_default().to_owned()
}

fn relative(path: &Path) -> String {
    let root = root();
    path.strip_prefix(&root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// A file of the repository with its text (`None` when it is not UTF-8).
#[derive(Debug, Clone)]
pub(crate) struct File {
    /// Relative to the root, with `/`.
    pub(crate) path: String,
    pub(crate) text: Option<String>,
}

/// Every file that belongs to the repository: the tree without version control and build products, sorted.
pub(crate) fn files() -> Result<Vec<File>> {
    let mut found = Vec::new();
    walk(&root(), &mut found)?;
    found.sort_by(|a: &File, b| a.path.cmp(&b.path));
    Ok(found)
}

fn walk(dir: &Path, found: &mut Vec<File>) -> Result {
    let fail = |error: std::io::Error| format!("{}: {error}", relative(dir));
    for entry in std::fs::read_dir(dir).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        if entry.file_type().map_err(fail)?.is_dir() {
            if !is_product(&name) {
                walk(&path, found)?;
            }
        } else if !is_product(&name) {
            let bytes = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            found.push(File { path: relative(&path), text: String::from_utf8(bytes).ok() });
        }
    }
    Ok(())
}

/// Names that `.gitignore` ignores, and version control's own (`.git` is a file in a linked work tree).
fn is_product(name: &str) -> bool {
    name == ".git"
        || name == "target"
        || name.starts_with("target-")
        || name == "__pycache__"
        || name.ends_with(".profraw")
}
