//! Project automation: `cargo xtask ci`, `codegen`, `tidy`. See `cargo xtask help`.

fn main() {}
