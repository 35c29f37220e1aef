//! The front end against CPython: what it said is committed, so no Python is needed to run this.
//!
//! Sources under `sources/` cover every construct; `expected/` holds CPython's trees and code objects, `errors.txt`
//! wrong sources with CPython's errors, `stderr.txt` some of them as the interpreter prints them.
//! `WEFT_BLESS=1 WEFT_ORACLE="python3.14" cargo test -p interp-front` asks CPython again and rewrites them.

mod dump_ast;
mod dump_code;
mod errors;
mod limits;
mod oracle;
mod sources;

/// Whether expectations are rewritten from the oracle.
fn blessing() -> bool {
    std::env::var_os("WEFT_BLESS").is_some()
}
