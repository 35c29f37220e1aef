//! Behaviour of str, bytes and formatting.

#![forbid(unsafe_code)]

use interp_object::Esc;

/// Fills the types of this crate.
pub fn init(esc: Esc<'_>) {
    let _ = esc;
}
