//! What the house allows: the layers, the crates with unsafe code, the files that are too long.

/// Which members a member may depend on. An edge that is not here fails; so does a member without a row.
pub(super) const LAYERS: &[(&str, &[&str])] = &[
    ("stackref", &[]),
    ("gc", &["stackref"]),
    ("dictkeys", &["stackref"]),
    ("specializer", &["stackref"]),
    ("interp-opdsl", &[]),
    ("interp-opcode", &[]),
    ("interp-code", &["interp-opcode"]),
    ("interp-compile", &["interp-code", "interp-opcode"]),
    ("interp-front", &["interp-code", "interp-compile", "interp-opcode"]),
    ("interp-object", &["dictkeys", "gc", "interp-code", "interp-opcode", "specializer", "stackref"]),
    ("interp-eval", &["dictkeys", "gc", "interp-code", "interp-object", "interp-opcode", "specializer", "stackref"]),
    ("interp-types-core", &["dictkeys", "gc", "interp-code", "interp-object", "stackref"]),
    ("interp-types-num", &["dictkeys", "gc", "interp-code", "interp-object", "interp-types-core", "stackref"]),
    (
        "interp-types-text",
        &["dictkeys", "gc", "interp-code", "interp-object", "interp-types-core", "interp-types-num", "stackref"],
    ),
    ("interp-types-data", &["dictkeys", "gc", "interp-code", "interp-object", "interp-types-core", "stackref"]),
    (
        "interp-stdlib-core",
        &[
            "dictkeys",
            "gc",
            "interp-code",
            "interp-compile",
            "interp-eval",
            "interp-front",
            "interp-object",
            "interp-types-core",
            "interp-types-data",
            "interp-types-num",
            "interp-types-text",
            "stackref",
        ],
    ),
    (
        "interp",
        &[
            "dictkeys",
            "gc",
            "interp-code",
            "interp-compile",
            "interp-eval",
            "interp-front",
            "interp-object",
            "interp-opcode",
            "interp-stdlib-core",
            "interp-types-core",
            "interp-types-data",
            "interp-types-num",
            "interp-types-text",
            "specializer",
            "stackref",
        ],
    ),
    ("bench", &["dictkeys", "gc", "interp", "interp-compile", "interp-front", "specializer", "stackref"]),
    ("xtask", &["interp-opcode", "interp-opdsl"]),
];

/// The whole top level, apart from dotfiles.
pub(super) const TOP_LEVEL: &[&str] = &[
    "ARCHITECTURE.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "bench",
    "dictkeys",
    "gc",
    "interp",
    "specializer",
    "stackref",
    "xtask",
];

/// Packages that may hold unsafe code. Every other one forbids it at its root.
pub(super) const UNSAFE_PACKAGES: &[&str] =
    &["stackref", "dictkeys", "gc", "interp-object", "interp-eval", "interp-jit"];

/// Single files with unsafe code in a package that otherwise denies it (system calls of the library).
pub(super) const UNSAFE_FILES: &[&str] = &[];

/// Lines from which a file asks to be split.
pub(super) const LONG: usize = 600;

/// Lines past which it must be.
pub(super) const TOO_LONG: usize = 1000;

/// Lines of the map.
pub(super) const MAP: usize = 300;

/// Files past `TOO_LONG` all the same, with their length. Entries go away and lengths shrink; nothing is added.
pub(super) const LONG_FILES: &[(&str, usize)] = &[];

/// Paths of one machine, which say nothing on another. Split so that this table does not find itself.
pub(super) const MACHINE_NAMES: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("C:\\Us", "ers"),
    concat!("bash", "_jobs"),
    concat!("replace", "-with"),
    concat!("sparse", "+http"),
    concat!("[source", ".crates-io]"),
];

/// The only registry that the lock file may name.
pub(super) const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";
